"""The plan stands beside the best of the same schools."""

import numpy as np
import pytest

from analysis.policy.beside import COLUMNS, beside
from analysis.policy.ground import ground
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits, places_of
from tests.analysis.policy.districts import scenario, school, table

TABLE = table(school("a", 90, 10), school("b", 10, 90), school("c", 45, 5), school("d", 5, 45))
PLAN = scenario({"a": 100})


def compared(target=None, limits=None):
    places = places_of(ground(TABLE, PLAN))
    return beside(simulate(TABLE, PLAN, 1), places, limits or Limits(), "dissimilarity", target)


def test_a_row_for_today_the_plan_the_best_and_the_frontier():
    found = compared()
    rows = found.rows
    assert rows.columns.tolist() == COLUMNS
    assert rows["what"].unique().tolist() == ["today", "plan", "best", "best hosts", "by moves", "by miles"]
    first = rows.drop_duplicates("what").set_index("what")
    # 150 of each group; a sends 40 of its 90 and draws 40 others, 90 : 45 of b and d: D = .8 before.
    assert first.loc["today", ["value", "moved"]].tolist() == [pytest.approx(0.8), 0]
    assert first.loc["plan", "moved"] == 80
    assert first.loc["plan", "hosts"] == "a"
    assert first.loc["best", "value"] == pytest.approx(0, abs=0.02)
    # a or b: hosting one of the large two evens both of them, which leaves .8 of a third.
    assert first.loc["best hosts", "value"] == pytest.approx(0.8 / 3)
    assert first.loc["best hosts", "hosts"] in ("a", "b")
    assert (first.loc["best hosts", "value"]) <= first.loc["plan", "value"] + 1e-9
    assert np.isnan(first.loc["plan", "bound"])
    assert (rows["gap"].dropna() >= 0).all()
    assert (found.reached, found.seats) == (None, None)


def test_a_target_adds_the_fewest_moves_and_seats():
    found = compared(0.3)
    rows = found.rows.set_index("what")
    # D falls by .8 / 120 for each student who moves of 300: .5 takes 94 moves, in pairs.
    assert found.reached.fewest <= rows.loc["fewest moves", "moved"] <= found.reached.fewest + 2
    assert rows.loc[["fewest moves", "fewest seats"], "value"].max() <= 0.3
    assert (found.seats.fewest, found.seats.hosting.seats) == (100, 100)


def test_a_target_out_of_reach_adds_no_row():
    found = compared(0.1, Limits(move=0.05))
    assert not found.rows["what"].str.startswith("fewest").any()
    assert found.reached.binding == ["move"]
    assert found.seats is None
