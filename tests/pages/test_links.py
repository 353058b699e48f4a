"""A link that names what this server does not have says so, and what is shown instead."""

import pytest

from data import store
from pages.words import links as link_words

FRANKLIN = store.find("franklin")


def told(app):
    return [each.value for each in app.warning if "not here" in each.value]


@pytest.mark.parametrize("page", ["overview", "policy", "quality"])
@pytest.mark.parametrize("state", ["Ohio", "franklin"])
def test_a_state_that_is_not_here(opened, page, state):
    app = opened(page, state=state)
    assert told(app) == [f"The link names the state “{state}”, which is not here; {FRANKLIN.label} is shown instead."]


@pytest.mark.parametrize(
    ("page", "key", "value", "what", "shown"),
    [
        ("overview", "year", "1999–00", "school year", "2023–24"),
        ("districts", "level", "lyceum", "level", "all levels"),
        ("districts", "measure", "Moran", "measure", "Variance ratio (V)"),
        ("overview", "groups", "Martians", "groups", "economically disadvantaged students / other students"),
        ("trends", "place", "Nowhere (99)", "place", f"All of {FRANKLIN.label}"),
        ("trends", "to", "1999–00", "school year", "2023–24"),
        ("borders", "around", "Nowhere (99)", "district with borders", "every district"),
    ],
)
def test_a_choice_that_is_not_here(opened, page, key, value, what, shown):
    (said,) = told(opened(page, **{key: value}))
    assert said == f"The link names the {what} “{value}”, which is not here; {shown} is shown instead."


def test_a_district_that_is_not_here(opened):
    app = opened("policy", district="Dallas ISD (4816230)")
    (said,) = told(app)
    assert "the district “Dallas ISD (4816230)”" in said
    assert app.title[0].value.removeprefix("What would 50/50 do in ").rstrip("?") in said


def test_what_is_here_needs_no_word(opened):
    assert not told(opened("overview", state=FRANKLIN.label, year="2020–21", level="high", groups="all races"))


def test_a_district_is_known_by_its_id_whatever_its_name(opened):
    named = opened("district").selectbox(key="district")
    last = named.options[-1]
    leaid = last.rpartition("(")[2].rstrip(")")
    app = opened("district", district=f"Its old name ({leaid})")
    assert not told(app)
    assert app.title[0].value in last


def test_the_word_stays_until_the_person_chooses(opened):
    app = opened("overview", state="Ohio")
    assert told(app.run())
    assert not told(app.selectbox(key="state").select_index(1).run())


def test_what_a_person_chooses_away_is_no_fault_of_a_link(opened):
    app = opened("trends", to="2020–21")
    assert not told(app.selectbox(key="from").select("2022–23").run())


def test_several_are_one_sentence():
    said = link_words.not_here([("state", "Ohio", "Texas"), ("year", "1999–00", "2018–19")])
    assert said == (
        "The link names the state “Ohio” and the year “1999–00”, which are not here; Texas and 2018–19 are shown "
        "instead."
    )
