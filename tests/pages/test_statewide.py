"""The page of a policy for a whole state: it waits to be asked, and then says what the analysis finds."""

import json
from dataclasses import replace
from io import StringIO
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest

from analysis.policy.scenario import Pool, Scenario, Supply
from analysis.policy.scenario import from_json as scenario_from_json
from analysis.statewide.rule import Policy, from_json
from data import store
from data.batches.batch import here
from data.batches.statewide import completed, outcome, planned, run_of
from data.inclusion import Rules, included
from pages.plan.session import in_link
from pages.sections.statewide_controls import CHOICE_LABELS
from pages.shared.packed import packed
from pages.words import numbers
from pages.words import statewide as statewide_words
from reports.statewide import empty_seats

FRANKLIN, CALIFORNIA = (store.find(name).label for name in ("franklin", "california-2000"))
# A rule for few districts, so that little is simulated.
FEW = {"all_least": "12", "all_choose": CHOICE_LABELS["highest-ed"]}
POLICY = Policy(least_schools=12, choose="highest-ed", outside=0.0, willing=0.2)


def found(policy, dataset="franklin"):
    manifest = store.find(dataset)
    year = max(manifest.years)
    rules = Rules()
    table, _ = included(store.schools(manifest, [year]), rules.excluded)
    # The basis is the dataset's own, as the view names it.
    (basis,) = table["ed_basis"].dropna().unique()
    grades = store.grades(manifest, [year])
    plan = planned(table, grades, policy, dataset=dataset, basis=basis, rules=rules)
    return plan, outcome(plan, completed(plan, run_of(plan), here()))


def names_of(dataset):
    table = store.schools(store.find(dataset))
    return dict(zip(table["leaid"], table["district"], strict=True))


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
    assert app.markdown[2].value == statewide_words.answer(plan, result, FRANKLIN, names_of("franklin"))
    shown = metrics(app)
    for label, measure in (("Variance ratio (V)", "variance_ratio"), ("Dissimilarity (D)", "dissimilarity")):
        change = statewide_words.change(result, measure)
        assert shown[label] == f"{numbers.number(change.before, 3)} → {numbers.number(change.after, 3)}"
    (table,) = (frame.value for frame in app.dataframe)
    assert table["District id"].tolist() == result.districts["leaid"].tolist()
    assert table["Seats that stay empty"].tolist() == result.districts["unfilled"].tolist()
    assert any(empty_seats(result.districts) in each.value for each in app.caption)
    ends = table.set_index("District")[["V today", "V today, corrected", "V today, 95% from", "V today, 95% to"]]
    told = {name: numbers.with_corrected(*row, 3) for name, *row in ends.itertuples()}
    charts = [json.loads(chart.proto.spec)["data"] for chart in app.get("plotly_chart")]
    (today,) = (trace for chart in charts for trace in chart if trace.get("name") == "today")
    assert today["customdata"]
    assert all(told[name] == said for name, said in today["customdata"])
    assert len(app.button) == 0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([0.5, 0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.1, 0.1, 0.3],
         "V falls most in Oak (−0.400), Elm (−0.300) and 3 (−0.200) and rises most in 5 (+0.200)."),
        ([0.1, np.nan], [0.1, np.nan], ""),
        ([0.1], [0.2], "V rises most in Oak (+0.100)."),
    ],
)  # fmt: skip
def test_the_districts_where_v_changes_most_are_named(before, after, said):
    rows = pd.DataFrame({"leaid": [str(n + 1) for n in range(len(before))]})
    rows = rows.assign(variance_ratio_before=before, variance_ratio_after=after)
    assert statewide_words._most(rows, {"1": "Oak", "2": "Elm"}).strip() == said


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


# Files --------------------------------------------------------------------------------------------------------------

RULES = Scenario("other", "1", 1999, name="Three years", years=3, reserve="district", private=Supply(40, 0.1))
OWN = Policy("Ours", "high", 2, 0.075, "largest", "every grade", "cambridge", None, 0.33, RULES)


@pytest.fixture
def policy_saved(would_save):
    """The policy that the page would save, as last drawn."""
    return lambda: from_json(would_save["Policy (JSON)"])


def give(app, text):
    app.file_uploader(key="all_file").set_value([("file.json", text.encode(), "application/json")]).run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def test_an_opened_policy_moves_every_control_and_its_link_has_all_of_it(opened, policy_saved):
    app = give(opened("statewide", state=FRANKLIN), OWN.to_json())
    assert policy_saved() == replace(OWN, preset="district-only")  # the template's rules stand in its place
    assert app.selectbox(key="level").value == "high"
    link = dict(app.query_params)
    again = opened("statewide", **link)
    assert policy_saved() == replace(OWN, preset="district-only")
    assert any("Lotteries by the rules of **Three years**" in each.value for each in again.markdown)
    again.button(key="all_preset").click().run()
    assert policy_saved().template is None
    assert "rules" not in again.query_params


def test_an_opened_policy_with_a_preset_is_shown_as_it_is(opened, policy_saved):
    asked = Policy(least_schools=30, hosts_share=0.25, choose="lowest-ed", preset="san-antonio", outside=0.15)
    app = give(opened("statewide", state=FRANKLIN), asked.to_json())
    assert policy_saved() == asked
    opened("statewide", **dict(app.query_params))
    assert policy_saved() == asked


def test_the_result_s_files_and_source_are_of_the_policy_s_schools(opened, would_save):
    found(POLICY)
    app = opened("statewide", state=FRANKLIN, **FEW)
    assert "level" not in app.query_params  # the view is of all levels
    for name in ("Districts (CSV)", "The state's figures (CSV)", "Left alone (CSV)"):
        rows = pd.read_csv(StringIO(would_save[name]()))
        assert rows["view"].str.contains("elementary schools", regex=False).all(), name
    manifest = store.find("franklin")
    year = max(manifest.years)
    schools, _ = included(store.schools(manifest, [year]), Rules().excluded)
    level = schools[schools["level"] == "elementary"]
    known = level["ed"].notna()
    assert not known.all()
    out = f"{(~known).sum():,} schools with {level.loc[~known, 'students'].sum():,} students are left out"
    assert out in app.caption[-1].value


def test_a_scenario_gives_its_rules_and_the_controls_stay(opened, policy_saved):
    give(opened("statewide", state=FRANKLIN, **FEW), RULES.to_json())
    assert policy_saved() == Policy(least_schools=12, choose="highest-ed", template=RULES)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "file.json is not valid JSON"),
        ('{"choose": "best"}', "choose one of central"),
        ('{"preset": "do-nothing"}', "give one that changes something"),
        (replace(RULES, ed=Pool(senders=("1",))).to_json(), "file.json names schools in ed.senders"),
    ],
)
def test_a_wrong_file_is_told_and_changes_nothing(opened, policy_saved, text, fault):
    app = give(opened("statewide", state=FRANKLIN, **FEW), text)
    assert fault in app.warning[-1].value
    assert policy_saved() == Policy(least_schools=12, choose="highest-ed")


def test_what_the_result_rests_on_stands_under_its_cards(opened):
    found(POLICY)
    said = [each.value for each in opened("statewide", state=FRANKLIN, **FEW).caption]
    (granted,) = [n for n, each in enumerate(said) if "20% of each sending school's disadvantaged students" in each]
    (ranked,) = [n for n, each in enumerate(said) if each.startswith("Ranked by how much V falls")]
    assert "Race is never a lottery input." in said[granted + 1]
    assert granted < ranked


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


# On to one district -------------------------------------------------------------------------------------------------

# What a plan of one district has from its policy, each unlike what the page starts with.
WHOLE = Policy("Ours", "elementary", 12, 0.2, "highest-ed", "every grade", "dallas", 0.3, 0.33)


def way_on(app, leaid):
    """The link to one district's plan."""
    app.selectbox(key="plan_in").set_value(leaid).run()
    (way,) = [each.proto for each in app.get("page_link") if "Plan 50/50" in each.proto.label]
    return {name: values[0] for name, values in parse_qs(way.query_string).items()}


@pytest.mark.parametrize(
    ("dataset", "policy"),
    [("california-2000", replace(WHOLE, least_schools=60)), ("franklin", replace(WHOLE, template=RULES))],
)
def test_a_district_s_plan_opens_as_the_policy_has_it(opened, would_save, dataset, policy):
    plan, result = found(policy, dataset)
    state = store.find(dataset).label
    app = give(opened("statewide", state=state), policy.to_json())
    row = result.districts.iloc[-1]
    (scenario,) = [each for each in plan.applied.scenarios if each.district == row["leaid"]]
    # In another tab, which knows nothing of this one and would start from the first state and all levels.
    there = opened("policy", **way_on(app, row["leaid"]))
    assert there.selectbox(key="state").value == state
    assert there.selectbox(key="district").value == row["leaid"]
    asked = scenario_from_json(would_save["Scenario (JSON)"])
    assert asked == scenario
    assert (asked.level, asked.ed.outside, asked.other.willing) == ("elementary", 0.3, 0.33)
    # The page's own link has the plan no more, and shows the same.
    assert "plan" not in there.query_params
    again = opened("policy", **dict(there.query_params))
    assert again.selectbox(key="state").value == state
    kept = scenario_from_json(would_save["Scenario (JSON)"])
    assert (kept.hosts, kept.ed, kept.other, kept.level) == (asked.hosts, asked.ed, asked.other, asked.level)


def test_the_plan_s_figures_are_those_of_its_row(opened):
    policy = replace(POLICY, outside=0.3)
    _, result = found(policy)
    app = give(opened("statewide", state=FRANKLIN), policy.to_json())
    row = result.districts.iloc[0]
    shown = metrics(opened("policy", **way_on(app, row["leaid"])))
    for label, name in (("Variance ratio (V)", "variance_ratio"), ("Dissimilarity (D)", "dissimilarity")):
        before, after = map(float, shown[label].split(" → "))
        assert before == round(row[f"{name}_before"], 3)
        assert row[f"{name}_low"] <= after <= row[f"{name}_high"]


@pytest.mark.parametrize(
    ("letters", "told"),
    [
        ("nonsense", "The link's plan cannot be read"),
        (packed({"preset": "dallas"}), "The link's plan cannot be read"),
        (packed({"preset": "dallas", "scenario": {"hosts": 3}}), "The link's plan"),
        (in_link("dallas", Scenario("nowhere", "1", 2023)), "is of the dataset nowhere, which is not here"),
        (in_link("dallas", Scenario("franklin", "9000360", 1700)), "The link's plan starts from 1700, a year that"),
    ],
)
def test_a_plan_that_a_link_cannot_open_is_told(opened, letters, told):
    there = opened("policy", state=FRANKLIN, plan=letters)
    assert any(told in each.value for each in there.warning)
