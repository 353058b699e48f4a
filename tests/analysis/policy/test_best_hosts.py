"""The hosts chosen are 50/50, nobody else moves, and no other choice does better than the bound says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.best_hosts import best_hosts, likely_hosts
from analysis.policy.places import Limits
from analysis.policy.program import Program, Solution
from tests.analysis.policy.every_assignment import INDEX, LIMITS, broken, districts, every_choice, places, reserved

SLACK = 2e-4  # branch and bound stops within 10⁻⁴ of the best, relative to it
APART = places([90, 10], [10, 90])
FOUR = places([90, 10, 45, 5], [10, 90, 5, 45])


def moved_elsewhere(flows, hosts):
    """Students who move between two hosts, or between two schools that are none."""
    alike = np.isin(np.arange(flows.shape[1]), hosts)
    same = (alike[:, None] == alike) & ~np.eye(flows.shape[1], dtype=bool)
    return int((flows * same).sum())


def test_one_of_two_uneven_schools_is_enough():
    # A 50/50 school of 100 sends 40 of its 90 and draws 40 of the other group: both schools are even.
    found = best_hosts(APART, Limits(), 1)
    assert (len(found.hosts), found.seats, found.plan.moved) == (1, 100, 80)
    assert found.plan.after.tolist() == [[50, 50], [50, 50]]
    assert found.plan.value == pytest.approx(0)


def test_the_school_that_helps_most_is_chosen():
    # P = 1/2: the even school cannot help, and the first two are too far from each other to trade.
    miles = [[0, 9, 1], [9, 0, 9], [1, 9, 0]]
    where = places([80, 10, 20], [20, 90, 80], miles=miles)
    found = best_hosts(where, Limits(miles=2), 1)
    assert found.hosts.tolist() in ([0], [2])
    assert found.plan.after[:, 1].tolist() == [10, 90]


def test_no_host_is_chosen_where_none_helps():
    # 90 % ED everywhere: a 50/50 school would only concentrate the others.
    found = best_hosts(places([90, 90, 90], [10, 10, 10]), Limits(), 2)
    assert (found.hosts.tolist(), found.seats, found.plan.moved) == ([], 0, 0)


def test_in_parts_the_schools_that_help_host_and_no_other():
    # As above: the first two schools trade, one host of the two is enough; even ones and those that may not are none.
    parts = likely_hosts(places([90, 10, 50], [10, 90, 50], may_host=[True, False, True]), Limits(), 2)
    assert parts == pytest.approx([1, 0, 0], abs=1e-4)
    assert likely_hosts(places([90, 10], [10, 90]), Limits(stay=1), 1).tolist() == [0, 0]


@settings(max_examples=30)
@given(districts(), LIMITS, st.integers(0, 3))
def test_parts_of_hosts_are_no_more_than_asked_for(where, limits, most):
    parts = likely_hosts(where, limits, most)
    assert parts.sum() <= most + 1e-6
    assert ((parts >= -1e-6) & (parts <= where.may_host + 1e-6)).all()


def test_only_schools_that_may_host_do():
    assert best_hosts(places([90, 10], [10, 90], may_host=[False, True]), Limits(), 2).hosts.tolist() == [1]


def test_other_shares_than_half():
    # Three quarters of 100 seats: the first school sends 15 of its 90 ED students and draws 15 others.
    found = best_hosts(places([90, 10], [10, 90], may_host=[True, False]), Limits(), 1, ed_share=0.75)
    assert found.plan.after.tolist() == [[75, 25], [25, 75]]


@settings(max_examples=50)
@given(districts(), LIMITS, st.sampled_from([1, 2]), st.sampled_from(list(INDEX)))
def test_no_choice_beats_the_bound(where, limits, most, measure):
    tried = [INDEX[measure](done.loads) for _, done in every_choice(where, limits, most)]
    try:
        found = best_hosts(where, limits, most, measure)
    except InputError:
        assert not tried
        return
    assert broken(where, limits, found.plan.flows) == set()
    assert len(found.hosts) <= most
    assert where.may_host[found.hosts].all()
    for host in found.hosts:
        assert tuple(found.plan.after[:, host]) == reserved(where, host)
    assert moved_elsewhere(found.plan.flows, found.hosts) == 0
    assert found.plan.bound - SLACK <= min(tried) <= found.plan.value + 1e-9


def out_of_time(monkeypatch):
    """A solver that finds no choice of schools in its time, and proves nothing."""
    solve = Program.solve

    def late(self, cost, bounds=None, whole=None, seconds=None):
        return Solution({}, 0.0) if whole else solve(self, cost, bounds, whole, seconds)

    monkeypatch.setattr(Program, "solve", late)


def test_without_time_the_hosts_are_those_of_the_fractions(monkeypatch):
    in_time = best_hosts(FOUR, Limits(), 2)
    out_of_time(monkeypatch)
    hosted = best_hosts(FOUR, Limits(), 2)
    assert len(hosted.hosts) <= 2
    assert broken(FOUR, Limits(), hosted.plan.flows) == set()
    assert hosted.plan.bound <= in_time.plan.bound + SLACK <= hosted.plan.value + 2 * SLACK
