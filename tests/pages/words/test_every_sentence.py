"""Every sentence names the groups, the year and the place, and never says "good" or "bad"."""

import ast
import importlib
import inspect
import pkgutil
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.borders import joined, opened
from analysis.change import change
from analysis.indices import INDICES
from analysis.measured import decomposed
from analysis.measured_change import Changed
from analysis.policy.outcome import simulate
from analysis.policy.scenario import Host, Scenario
from data.groups import comparison
from data.load import read_schools
from pages import words
from pages.words import borders, counts, districts, measures, plan, statewide
from pages.words import change as changes
from reports import plan as plan_report
from reports import statewide as statewide_report
from reports import where_it_lies
from tests.small_state import UNEVEN, written

PLACE, YEAR, YEAR_WORDS = "Ohio", 2020, "2020–21"
BLACK, ED, RACES = comparison("black,white"), comparison("ed"), comparison("all-races")
V, H = INDICES["variance_ratio"], INDICES["theil_h"]
JUDGING = re.compile(r"\b(good|bad|better|worse)\b", re.IGNORECASE)
# Why a function's words need not name groups, year and place themselves.
PIECE = "a piece of a sentence that another function makes"
FORMAT = "a number, not a sentence"
LABEL = "a label of a chart, table or control"
BESIDE = "stands beside the figure or sentence that names them"
NO_NUMBER = "says what indices are, not what they are somewhere"
NO_GROUPS = "counts all students, whatever their group"
EXEMPT = {
    "borders.counts_nobody": PIECE,
    "change.part_labels": LABEL,
    "change.part_with_corrected": FORMAT,
    "change.part_with_range": FORMAT,
    "change.signed_part": FORMAT,
    "change.too_few_years": "there is no year to name",
    "change.trend_corrected": BESIDE,
    "counts.hidden_in_downloads": "speaks of downloads, whatever the groups",
    "districts.district_years": "speaks of ids over all years, whatever the groups",
    "districts.ends_corrected": BESIDE,
    "districts.entering": NO_GROUPS,
    "districts.grade_heading": LABEL,
    "escaped.in_chart": FORMAT,
    "escaped.in_markdown": FORMAT,
    "fields.as_on_the_page": "another sentence, with other words for fields",
    "links.cannot_be": "speaks of a link, of no number",
    "links.endless": "speaks of a link, of no number",
    "links.not_here": "speaks of a link, of no number",
    "measures.absent_among_many": NO_NUMBER,
    "measures.headline": "the title, whose first sentence names them",
    "money.across": PIECE,
    "money.dollars": FORMAT,
    "money.revenue": NO_GROUPS,
    "money.signed_dollars": FORMAT,
    "numbers.between": FORMAT,
    "numbers.bounded": FORMAT,
    "numbers.expected": FORMAT,
    "numbers.listed": PIECE,
    "numbers.number": FORMAT,
    "numbers.number_or_reason": FORMAT,
    "numbers.of_100": FORMAT,
    "numbers.percent": FORMAT,
    "numbers.signed": FORMAT,
    "numbers.with_corrected": FORMAT,
    "numbers.with_range": FORMAT,
    "plan.after_with_range": FORMAT,
    "plan.before_after": FORMAT,
    "plan.by": FORMAT,
    "plan.cep_like_hosts": BESIDE,
    "plan.direction": BESIDE,
    "plan.figure": FORMAT,
    "plan.flows": BESIDE,
    "plan.limits": BESIDE,
    "plan.miles": FORMAT,
    "plan.other_end": BESIDE,
    "plan.over_participation": BESIDE,
    "plan.pool": LABEL,
    "plan.poorer": BESIDE,
    "plan.seats": BESIDE,
    "plan.spread": BESIDE,
    "plan.today": BESIDE,
    "plan.unplaced": BESIDE,
    "plan.went": FORMAT,
    "plan.who_moves": BESIDE,
    "ranges.corrected": FORMAT,
    "ranges.levels_with_ranges": BESIDE,
    "ranges.meaning": NO_NUMBER,
    "ranges.number_and_range": FORMAT,
    "ranges.part_with_range": FORMAT,
    "ranges.parts_with_ranges": BESIDE,
    "ranges.shaded": BESIDE,
    "ranges.thinner": NO_NUMBER,
    "ranges.with_ranges": FORMAT,
    "reports.plan.seats": PIECE,
    "reports.plan.seats_in": PIECE,
    "reports.plan.text": "a whole report, which begins with the answer",
    "reports.plan.with_grades": LABEL,
    "reports.statewide.empty_seats": BESIDE,
    "reports.statewide.ranking": BESIDE,
    "reports.statewide.rises_and_falls": PIECE,
    "reports.where_it_lies.names_of": LABEL,
    "statewide.change": FORMAT,
    "statewide.side_effects": BESIDE,
    "statewide.way_to": "what a link opens, without a figure",
}
SPREAD = np.array([[30.0, 10], [10, 30]])
CHANGED = Changed(2018, YEAR, change(SPREAD, np.array([[34.0, 6], [6, 34]])), 2, 1, 1, 1, 1)
ENDS = pd.DataFrame({"district": ["Oak", "Elm"], "value": [0.3, 0.1]})
PARTS = pd.DataFrame({"label": ["districts", "schools"], "share": [0.25, 0.75]})
AMONG = pd.Series({"value": 0.2, "others": 3, "below": 1, "low": 0.1, "high": 0.4})
NOW = pd.Series({"dissimilarity": 0.3, "mutual_information": 0.1})
LINE = pd.DataFrame(
    {
        "district": "Oak",
        "neighbour_district": "Elm",
        "share": [0.6],
        "neighbour_share": 0.1,
        "gap": 0.5,
        "swaps": 9.0,
        "miles": 2.0,
    }
)
BASES = pd.DataFrame({"basis": ["a", "b"], "share": [0.2, 0.4], "variance_ratio": [0.1, 0.2], "full_schools": 0})
FRONTIER = pd.DataFrame({"what": ["today", "plan", "as many moves"], "value": 0.3, "moved": 9, "share_moved": 0.1})
FRONTIER = FRONTIER.assign(bound=0.2, breaks="")
SURE = pd.DataFrame({"corrected": 0.3, "interval_low": 0.2, "interval_high": 0.4}, index=["variance_ratio"])
SPLIT = pd.Series(
    {("variance_ratio", part, end): 0.2 for part in ("between", "within") for end in ("corrected", "low", "high")}
)


def two_districts(group):
    rows = [("1", "a", 100, 90, 5), ("2", "a", 100, 50, 40), ("3", "b", 100, 20, 70)]
    table = pd.DataFrame(rows, columns=["ncessch", "leaid", "students", group.group, group.other or "rest"])
    return table.assign(year=YEAR, state=PLACE, district=table["leaid"])


def said_of(group):
    """What each function that names groups itself says of a comparison, by the function."""
    table, about = two_districts(group), (PLACE, YEAR, group)
    pair, of_two = ("a", "b"), (group.group, group.other)
    parts = decomposed(table, *of_two).loc[YEAR]
    names = ("Oak", "Elm")
    return {
        "borders.widest_border": borders.widest_border(group, YEAR, LINE, "gap", f"in {PLACE}", None),
        "borders.joined": borders.joined(names, joined(table, pair, *of_two), group, YEAR, PLACE, "0.2"),
        "borders.opened": borders.opened(
            names, opened(table, pair, 0.1, *of_two), 10, 10, group, YEAR, PLACE, ("0.2", "0.1")
        ),
        "change.none_in_every_year": changes.none_in_every_year(PLACE, group, [2018, YEAR]),
        "change.trend": changes.trend(
            PLACE, group, pd.DataFrame({"theil_h": 0.1, "schools": 2}, index=[2018, YEAR]), [H], every_year=True
        ),
        "change.change": changes.change(PLACE, group, CHANGED, H),
        "change.largest_step": changes.largest_step(
            PLACE, group, CHANGED, [CHANGED, replace(CHANGED, change=change(SPREAD, SPREAD))], H
        ),
        "change.uncounted": changes.uncounted(PLACE, group, CHANGED),
        "change.simulated": changes.simulated(PLACE, YEAR, group, CHANGED.change, H),
        "districts.district_range": districts.district_range(PLACE, YEAR, group, 0.4, [0.2, 0.6]),
        "districts.contributed": districts.contributed(PLACE, group, YEAR, NOW, 2, 3),
        "districts.districts_compared": districts.districts_compared(PLACE, group, YEAR, ENDS, V, 10, 3),
        "districts.place_among": districts.place_among(PLACE, group, YEAR, AMONG, "V", "0.20"),
        "measures.where_it_lies": measures.where_it_lies(PLACE, YEAR, group, 0.7, 0.4, 0.2, 0.1),
        "reports.where_it_lies.shares_between": where_it_lies.shares_between(*about, parts)[0],
        "reports.where_it_lies.by_level": where_it_lies.by_level(*about, PARTS),
        "measures.reading": measures.reading(V, 0.2, *about),
        "measures.chance": measures.chance(*about, 0.3, 0.2, 0.6),
        "measures.chance_in_ranking": measures.chance_in_ranking(*about, V, 2, 3),
    }


@pytest.fixture
def of_disadvantaged(tmp_path):
    """What each function that always speaks of disadvantaged students says, by the function."""
    scenario = Scenario("small", UNEVEN, YEAR, (Host(f"{UNEVEN}00001", 100),))
    outcome = simulate(read_schools(written(tmp_path / "small.csv")), scenario, 10)
    return {
        "change.full_counts": changes.full_counts(PLACE, CHANGED, 1, 2),
        "counts.definitions_compared": counts.definitions_compared(PLACE, YEAR, BASES, {"a": "lunch", "b": "other"}),
        "counts.cep_like_schools": counts.cep_like_schools(PLACE, YEAR, 1, 2, 0.5),
        "reports.plan.answer": plan_report.answer(outcome, PLACE),
        "plan.moved": plan.moved(outcome, PLACE),
        "plan.frontier": plan.frontier(FRONTIER, {}, "D", PLACE, YEAR),
        "plan.state_change": plan.state_change(outcome, PLACE),
        "statewide.today": statewide.today(PLACE, YEAR, SURE, SPLIT),
    }


# Made of a whole state's run, as ``tests.pages.test_statewide`` has them.
ELSEWHERE = {"measures.where_many_lie", "statewide.answer", "statewide.applies_to"}


def functions():
    """Every public function of the sentences, by module and name."""
    modules = [importlib.import_module(f"pages.words.{found.name}") for found in pkgutil.iter_modules(words.__path__)]
    for module in [*modules, where_it_lies, plan_report, statewide_report]:
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__.removeprefix('pages.words.')}.{name}"


@pytest.mark.parametrize("group", [BLACK, ED], ids=["races", "ed"])
def test_it_names_both_groups_the_year_and_the_place(group):
    for name, said in said_of(group).items():
        assert YEAR_WORDS in said, name
        assert PLACE in said, name
        # Words such as "… students are Black" name a group by what its students are.
        assert group.words in said or group.group_words in said or f"are {group.adjective}" in said, name
        assert "nan" not in said, name


def test_it_names_the_disadvantaged_the_year_and_the_place(of_disadvantaged):
    for name, said in of_disadvantaged.items():
        assert YEAR_WORDS in said, name
        assert PLACE in said, name
        assert "disadvantaged" in said, name


def test_all_races_have_no_second_group_to_name():
    said = [
        measures.chance(PLACE, YEAR, RACES, 0.3, 0.2, 0.6),
        measures.where_many_lie(PLACE, YEAR, RACES, 0.5, 0.4, 0.2, 0.1),
        districts.districts_compared(PLACE, RACES, YEAR, ENDS, V, 10, 3),
    ]
    for each in said:
        assert all(words in each for words in (YEAR_WORDS, PLACE, "race"))
        assert not re.search(r"and\s+would|  ", each)


def test_every_function_is_tried_or_has_a_reason(of_disadvantaged):
    tried = {*said_of(ED), *of_disadvantaged, *ELSEWHERE}
    assert set(functions()) == tried | set(EXEMPT)
    assert not tried & set(EXEMPT)


def test_no_sentence_judges():
    for path in Path(words.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "never" not in node.value:
                assert not JUDGING.search(node.value), f"{path.name}: {node.value}"
