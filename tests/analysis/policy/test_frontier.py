"""More movers or more miles never make the best worse; and no lottery beats the frontier."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.policy.frontier import by_miles, by_moves
from analysis.policy.optimum import least_segregated
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits
from analysis.policy.presets import scenario_from_preset
from data import store
from tests.analysis.policy.every_assignment import INDEX, places

SLACK = 1e-5


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(list(INDEX)))
def test_frontiers_only_fall(seed, measure):
    random = np.random.default_rng(seed)
    ed, other = random.integers(1, 300, (2, 7))
    at = random.uniform(0, 8, 7)
    where = places(ed, other, capacity=ed + other + random.integers(0, 30, 7), miles=abs(at[:, None] - at))
    moves, miles = by_moves(where, Limits(), measure), by_miles(where, Limits(move=0.2), measure)
    for line in (moves, miles):
        assert (line["value"].diff().dropna() <= 0).all()
        assert (line["bound"] <= line["value"] + SLACK).all()
        # V's planes are refined to within .0005 of it.
        assert (line["bound"].diff().dropna() <= 5e-4 + SLACK).all()
    assert (moves["share_moved"] <= moves["move"]).all()
    assert moves["value"].iloc[0] == pytest.approx(INDEX[measure](where.students))


def test_a_frontier_by_hand():
    # Two full schools of 90 and 10, 10 and 90: each student who moves takes a two-hundredth of all, and D falls by .01.
    line = by_moves(places([90, 10], [10, 90]), Limits(), moves=[0.4, 0.0, 0.1, 0.9])
    assert line["move"].tolist() == [0.0, 0.1, 0.4, 0.9]
    assert line["moved"].tolist() == [0, 20, 80, 80]
    assert line["value"].tolist() == pytest.approx([0.8, 0.6, 0.0, 0.0])


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
