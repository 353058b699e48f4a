"""Files and links that ask a plan for what is not here say so, and nothing else is shown for it in silence."""

import json
from dataclasses import replace

import pytest

from analysis.policy.presets import scenario_from_preset
from data import store
from pages.shared.packed import packed, said
from pages.words import links as link_words

FRANKLIN = store.find("franklin")


@pytest.fixture(scope="module")
def plan(franklin):
    leaid, year = franklin["leaid"].value_counts().index[0], max(FRANKLIN.years)
    start = scenario_from_preset(franklin, "dallas", dataset="franklin", district=leaid, year=year)
    return replace(start, basis=FRANKLIN.ed_bases[0], excluded=("virtual", "special", "juvenile", "adult"))


def told(app):
    icons = (":material/edit:", ":material/link_off:")
    return [each.value.replace("\\", "") for each in app.warning if each.icon in icons]


def give(app, *texts):
    files = [(f"plan {n}.json", text.encode(), "application/json") for n, text in enumerate(texts, start=1)]
    app.file_uploader(key="scenario_files").set_value(files).run()
    assert not app.exception, [each.message for each in app.exception]
    return app


# Files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"district": "0000000"}, ('district "0000000"', "2023–24", "such as 90")),
        ({"district": ""}, ('district ""', "such as 90")),
        ({"district": "0000000", "level": "high"}, ("with high schools",)),
        ({"basis": "state"}, ('basis "state"', "give frpl")),
        ({"basis": "foo"}, ("basis",)),
        ({"lottery_basis": "state"}, ('lottery_basis "state"', "give frpl")),
        ({"year": 1990}, ("1990", "2023")),
    ],
)
def test_a_file_of_what_is_not_here_is_refused(opened, plan, changed, parts):
    app = opened("policy")
    before = (app.title[0].value, [card.value for card in app.metric])
    app = give(app, json.dumps(json.loads(plan.to_json()) | changed))
    (fault,) = told(app)
    assert fault.startswith("plan 1.json")
    assert all(part in fault for part in parts), fault
    assert (app.title[0].value, [card.value for card in app.metric]) == before


def test_districts_by_the_ground_need_boundaries(uneven_file, opened, small):
    app = give(opened("policy", state=small.label), uneven_file)
    assert any("geographic districts" in each and "boundaries" in each for each in told(app))


@pytest.fixture
def uneven_file(small):
    start = scenario_from_preset(store.schools(small), "dallas", dataset="small", district="3900001", year=2020)
    return replace(start, basis="state", districts="geographic").to_json()


def test_what_is_here_is_opened(opened, plan):
    assert not told(give(opened("policy"), plan.to_json()))


def test_files_that_are_not_kept_are_named(opened, plan):
    texts = [replace(plan, name=f"Plan {n}").to_json() for n in range(6)]
    app = give(opened("policy"), *texts)
    assert told(app) == ["Up to 4 plans stand side by side, so plan 5.json and plan 6.json are not among them."]


# Plans of a link ----------------------------------------------------------------------------------------------------


def test_the_same_fault_of_several_plans_is_told_once(opened, plan):
    faulty = [said(replace(plan, district="0000000"))] * 4
    (fault,) = told(opened("policy", plans=packed(faulty)))
    assert fault.startswith(
        "1 · Dallas 50/50, 2 · Dallas 50/50, 3 · Dallas 50/50 and 4 · Dallas 50/50 cannot be shown: "
    )
    assert 'district "0000000"' in fault


@pytest.mark.parametrize("letters", ["nonsense", packed([{"name": "a scenario without its district"}])])
def test_plans_that_cannot_be_read_are_told(opened, plan, letters):
    (fault,) = told(opened("policy", plans=letters))
    assert fault.startswith("Not every plan of the link is here")
    assert not told(opened("policy", plans=packed([said(plan)])))


# Controls -----------------------------------------------------------------------------------------------------------


def hosts_of(plan):
    key = f"hosts_{plan.district}_dallas"
    first = plan.host_ids[0]
    schools = store.schools(FRANKLIN).set_index("ncessch")["school"]
    name = schools[first] if isinstance(schools[first], str) else schools[first].iloc[-1]
    return key, f"{name} ({first})"


def test_an_unknown_host_is_told_beside_the_known(opened, plan):
    key, known = hosts_of(plan)
    app = opened("policy", **{key: [known, "Nowhere (0)"]})
    (fault,) = told(app)
    assert fault == f"The link says “Nowhere (0)” for “1 · Which schools?”, which cannot be; {known} is shown instead."
    assert app.multiselect(key=key).value == [plan.host_ids[0]]


@pytest.mark.parametrize(
    ("key", "value", "label", "shown"),
    [
        ("ed_share_dallas", "101", "Seats for disadvantaged students", "50"),
        ("seats", "500", "Seats, of each host's places", "100"),
        ("years_dallas", "31", "Years of lotteries", "4"),
        ("turnout", "huge", "3 · Who comes?", "middle"),
        ("reserve", "charm", "2 · Seats for whom, and from where?", None),
        ("preset", "Atlantis", None, None),
        ("best_miles", "1000", "Miles that a student may move", "any"),
        ("minimum_cell", "1000", "Smallest count in downloads", None),
    ],
)
def test_what_a_control_cannot_be_is_told(opened, key, value, label, shown):
    (fault,) = told(opened("policy", **{key: value}))
    assert f"“{value}”" in fault
    assert label is None or f"for “{label}”" in fault
    assert shown is None or f"; {shown} is shown instead." in fault


def test_what_a_control_can_be_needs_no_word(opened, plan):
    key, known = hosts_of(plan)
    link = {key: known, "ed_share_dallas": "40", "seats": "50", "years": "3", "turnout": "low", "best_miles": "5"}
    assert not told(opened("policy", **link))


def test_the_word_goes_when_the_person_sets_the_control(opened):
    app = opened("policy", seats="500")
    assert told(app.run())
    assert not told(app.slider(key="seats").set_value(50).run())


@pytest.mark.parametrize("key", ["all_least", "all_part", "all_outside", "all_choose", "all_turnout", "all_seats_in"])
def test_what_a_statewide_control_cannot_be_is_told(opened, key):
    (fault,) = told(opened("statewide", **{key: "9999999"}))
    assert "“9999999”" in fault


@pytest.mark.parametrize("rules", ["nonsense", packed({"version": 1, "years": 99})])
def test_rules_that_cannot_be_read_are_told(opened, rules):
    (fault,) = told(opened("statewide", rules=rules))
    assert fault.startswith("The rules in the link cannot be read")


def test_leaving_nothing_out_is_no_fault(opened):
    app = opened("policy", leave_out="")
    assert app.button_group(key="leave_out").value == []
    assert not told(app)


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("policy", "best_miles"),
        ("policy", "miles"),
        ("policy", "capacity_900036000103"),
        ("policy", "minimum_cell"),
        ("statewide", "all_least"),
        ("districts", "floor"),
        ("borders", "least_miles"),
    ],
)
def test_a_number_without_end_is_left_out(opened, page, key, value):
    app = opened(page, **{key: value})
    assert link_words.endless({key: value}).replace("\\", "") in told(app)
    assert key not in app.query_params


def test_seats_without_end_of_a_new_school_are_left_out(opened):
    app = opened("policy", new_school="Foo", new_seats="inf")
    assert "“inf” for “new_seats”" in told(app)[0]
    assert app.number_input(key="new_seats").value == 400
