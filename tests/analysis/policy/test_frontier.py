"""More movers or more miles never make the best worse; and no lottery beats the frontier."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.policy.frontier import by_miles, by_moves, row, settled
from analysis.policy.optimum import least_segregated
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits
from analysis.policy.presets import scenario_from_preset
from data import store
from tests.analysis.policy.every_assignment import INDEX, places

SLACK = 1e-5


def line(where, looser, measure="dissimilarity"):
    rows = pd.DataFrame([row("", least_segregated(where, limits, measure), limits) for limits in looser])
    return settled(rows, rows)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(list(INDEX)))
def test_frontiers_only_fall(seed, measure):
    random = np.random.default_rng(seed)
    ed, other = random.integers(1, 300, (2, 7))
    at = random.uniform(0, 8, 7)
    where = places(ed, other, capacity=ed + other + random.integers(0, 30, 7), miles=abs(at[:, None] - at))
    moves, miles = line(where, by_moves(Limits()), measure), line(where, by_miles(Limits(move=0.2)), measure)
    for rows in (moves, miles):
        assert (rows["value"].diff().dropna() <= 1e-12).all()
        assert (rows["bound"] <= rows["value"] + SLACK).all()
        assert (rows["bound"].diff().dropna() <= 0).all()
    assert (moves["share_moved"] <= moves["move"]).all()
    assert moves["value"].iloc[0] == pytest.approx(INDEX[measure](where.students))


def test_a_frontier_by_hand():
    # Two full schools of 90 and 10, 10 and 90: each student who moves takes a two-hundredth of all, and D falls by .01.
    rows = line(places([90, 10], [10, 90]), by_moves(Limits(), [0.4, 0.0, 0.1, 0.9]))
    assert rows["move"].tolist() == [0.0, 0.1, 0.4, 0.9]
    assert rows["moved"].tolist() == [0, 20, 80, 80]
    assert rows["value"].tolist() == pytest.approx([0.8, 0.6, 0.0, 0.0])


def rows_of(**columns):
    return pd.DataFrame({"mean_miles": np.nan, "miles": np.nan} | columns)


def test_what_is_better_under_a_tighter_limit_is_kept_under_a_looser_one():
    rows = rows_of(move=[0.1, 0.2, 0.3], moved=[5, 9, 12], value=[0.5, 0.6, 0.4], bound=[0.4, 0.3, 0.2])
    kept = settled(rows, rows)
    assert kept["move"].tolist() == [0.1, 0.2, 0.3]
    assert kept["moved"].tolist() == [5, 5, 12]
    assert kept["value"].tolist() == [0.5, 0.5, 0.4]
    assert kept["bound"].tolist() == [0.4, 0.3, 0.2]


def test_limits_that_are_tighter_in_one_way_alone_tell_nothing_of_each_other():
    rows = rows_of(move=[0.1, 1.0, 1.0], miles=[np.nan, 2.0, np.nan], moved=[5, 9, 12], value=[0.3, 0.2, 0.25], bound=0)
    kept = settled(rows, rows)
    assert kept["value"].tolist() == [0.3, 0.2, 0.2]
    assert kept["miles"].isna().tolist() == [True, False, True]


def test_a_bound_of_looser_limits_holds_within_tighter_ones():
    rows = rows_of(move=[0.1, 0.2, 0.3], moved=[5, 9, 12], value=[0.5, 0.4, 0.3], bound=[0.2, 0.28, 0.25])
    assert settled(rows, rows)["bound"].tolist() == [0.28, 0.28, 0.25]


def test_of_equals_the_one_that_moves_fewest_is_kept():
    rows = rows_of(move=[0.1, 0.2], moved=[7, 9], value=[0.3, 0.3 - 1e-15], bound=0)
    assert settled(rows, rows)["moved"].tolist() == [7, 7]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("preset", ["district-only", "district-share"])
@pytest.mark.parametrize("measure", list(INDEX))
def test_no_lottery_lies_below_the_frontier(preset, measure):
    table = store.schools(store.find("franklin"))
    year = int(table["year"].max())
    scenario = scenario_from_preset(table, preset, dataset="franklin", district="9000360", year=year)
    outcome = simulate(table, scenario, replicates=1)
    schools = outcome.schools
    now, then = (
        (schools[f"ed_{when}"].to_numpy(), (schools[f"students_{when}"] - schools[f"ed_{when}"]).to_numpy())
        for when in ("before", "after")
    )
    where = places(*now, capacity=np.maximum(np.sum(now, axis=0), np.sum(then, axis=0)))
    moved = float(outcome.district["moved"].after)
    best = least_segregated(where, Limits(move=moved / where.students.sum(), keep=0.0), measure)
    assert moved > 0
    assert best.bound <= outcome.district[measure].after + SLACK
