"""The page of a policy for a whole state: it waits to be asked, and then says what the analysis finds."""

import pytest

from analysis.statewide.rule import Policy
from data import store
from data.batch import here
from data.inclusion import Rules, included
from data.statewide import completed, outcome, planned, run_of
from pages.sections.statewide_controls import CHOICE_LABELS
from pages.words import numbers
from pages.words import statewide as statewide_words

FRANKLIN, CALIFORNIA = (store.find(name).label for name in ("franklin", "california-2000"))
# A rule for few districts, so that little is simulated.
FEW = {"all_least": "12", "all_choose": CHOICE_LABELS["highest-ed"]}
POLICY = Policy(least_schools=12, choose="highest-ed", outside=0.0, willing=0.2)


def found(policy):
    manifest = store.find("franklin")
    year = max(manifest.years)
    rules = Rules()
    table, _ = included(store.schools(manifest, [year]), rules.excluded)
    # The basis is the dataset's own, as the view names it.
    (basis,) = table["ed_basis"].dropna().unique()
    grades = store.grades(manifest, [year])
    plan = planned(table, grades, policy, dataset="franklin", basis=basis, rules=rules)
    return plan, outcome(plan, completed(plan, run_of(plan), here()))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_nothing_is_simulated_until_it_is_asked_for(opened, home):
    app = opened("statewide", state=FRANKLIN, **FEW)
    assert len(app.title) == 1
    (button,) = app.button
    assert button.label.startswith("Simulate ")
    assert app.metric.len == 0
    assert list(home.glob("runs/*/*.part")) == []


def test_once_asked_it_says_what_the_analysis_finds(opened):
    app = opened("statewide", state=FRANKLIN, **FEW)
    app.button[0].click().run()
    assert not app.exception
    plan, result = found(POLICY)
    assert app.markdown[1].value == statewide_words.applies_to(plan, FRANKLIN, max(store.find("franklin").years))
    assert app.markdown[2].value == statewide_words.answer(plan, result, FRANKLIN)
    shown = metrics(app)
    for label, measure in (("Variance ratio (V)", "variance_ratio"), ("Dissimilarity (D)", "dissimilarity")):
        change = statewide_words.change(result, measure)
        assert shown[label] == f"{numbers.number(change.before, 3)} → {numbers.number(change.after, 3)}"
    (table,) = (frame.value for frame in app.dataframe)
    assert table["District id"].tolist() == result.districts["leaid"].tolist()
    assert len(app.button) == 0


def test_the_link_of_a_run_shows_it_again_also_where_it_was_never_simulated(opened, home):
    app = opened("statewide", state=FRANKLIN, **FEW)
    app.button[0].click().run()
    link = dict(app.query_params)
    for part in home.glob("runs/*/*.part"):
        part.unlink()
    again = opened("statewide", **link)
    assert metrics(again) == metrics(app)


def test_another_choice_waits_to_be_asked_for(opened):
    app = opened("statewide", state=FRANKLIN, **FEW)
    app.button[0].click().run()
    app.number_input(key="all_least").set_value(14).run()
    assert app.metric.len == 0
    assert len(app.button) == 1


def test_what_has_been_simulated_is_shown_at_once(opened):
    found(POLICY)
    app = opened("statewide", state=FRANKLIN, **FEW)
    assert app.metric.len == 4


def test_the_view_s_level_is_the_policy_s(opened):
    app = opened("statewide", state=FRANKLIN, level="high", **FEW)
    assert "high schools" in app.number_input(key="all_least").label


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({}, "no known places of its elementary schools"),
        ({"level": "combined", **FEW}, "fewer than 12 combined schools"),
    ],
)
def test_a_policy_that_applies_nowhere_is_told(opened, link, told):
    app = opened("statewide", state=CALIFORNIA, **link)
    assert any(told in each.value for each in app.info)
    assert len(app.button) == 0


def test_without_boundaries_there_is_no_map_but_all_else(opened):
    app = opened("statewide", state=CALIFORNIA, all_least="60", all_choose=CHOICE_LABELS["highest-ed"])
    app.button[0].click().run()
    assert not app.exception
    assert any("no map" in each.value for each in app.info)
    assert app.metric.len == 4
