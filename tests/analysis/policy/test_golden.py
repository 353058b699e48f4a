"""Scenario files with the result each must give beside them.

``tests/golden/scenarios`` holds one schools table, and for each scenario a file and its expected result. The results
were worked out by hand, as their "why" says; nothing writes them, and a change is made by hand with its reason there.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.policy.outcome import Change, Outcome, as_expected
from analysis.policy.scenario import from_json
from data.schema import typed

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "scenarios"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))


@pytest.fixture(params=NAMES, ids=str, scope="module")
def golden(request: pytest.FixtureRequest) -> tuple[Outcome, dict[str, Any]]:
    schools = typed(pd.read_csv(FOLDER / "schools.csv", dtype={"ncessch": "str", "leaid": "str"}))
    asked = from_json((FOLDER / f"{request.param}.json").read_text("utf-8"))
    expected = json.loads((FOLDER / f"{request.param}.expected.json").read_text("utf-8"))
    return as_expected(schools, asked), expected


def test_there_are_golden_scenarios() -> None:
    assert NAMES


def test_schools(golden: tuple[Outcome, dict[str, Any]]) -> None:
    outcome, expected = golden
    schools = outcome.schools.set_index("ncessch")
    other = schools["students_after"] - schools["ed_after"]
    after = zip(schools["ed_after"], other, strict=True)
    assert dict(zip(schools.index, map(list, after), strict=True)) == expected["after"]


def test_flows(golden: tuple[Outcome, dict[str, Any]]) -> None:
    outcome, expected = golden
    flows = outcome.flows[["from_school", "to_school", "group", "students"]].to_numpy().tolist()
    assert sorted(flows) == expected["flows"]


def test_pools(golden: tuple[Outcome, dict[str, Any]]) -> None:
    outcome, expected = golden
    pools = outcome.pools.set_index("group")[["seats", "kept", "outside", "inside", "unfilled"]]
    assert pools.to_dict("index") == expected["pools"]


@pytest.mark.parametrize("where", ["district", "state"])
def test_figures(golden: tuple[Outcome, dict[str, Any]], where: str) -> None:
    outcome, expected = golden
    found: dict[str, Change] = getattr(outcome, where)
    assert set(found) >= set(expected[where])
    for name, (before, after) in expected[where].items():
        change = found[name]
        assert [change.before, change.after] == pytest.approx([Fraction(before), Fraction(after)], abs=1e-12), name
