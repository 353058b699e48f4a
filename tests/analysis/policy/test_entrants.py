"""With students from outside no assignment lies below the bound, whatever is tried; by hand and one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.policy.assignment import relaxed
from analysis.policy.entrants import SHARES, smallest_free_outside, with_entrants
from analysis.policy.optimum import whole_plan
from analysis.policy.places import Limits
from analysis.policy.tangents import MEASURES
from tests.analysis.policy.every_assignment import INDEX, LIMITS, districts, every, places, ways_in

SLACK = 1e-5


def test_those_who_enter_make_a_district_even_by_hand():
    # Two schools of 60 and 20 ED with 20 and 20 others; nobody moves, but up to 40 others enter the first, so k of them
    # leave D = ¾ − (20 + k)/(40 + k): .25 today, .1 for (20 + k)/(40 + k) = .65, k = 17.14…: 18, first asked for by
    # half a student less, 17.5 of 40 seats.
    where, seats = places([60, 20], [20, 20], capacity=[120, 40]), np.array([[0, 0], [40, 0]])
    found = smallest_free_outside(where, Limits(move=0), 0.1, "dissimilarity", seats)
    assert (found.least, found.share, found.outside) == (0.438, 0.438, 18)
    assert found.value == pytest.approx(0.75 - 38 / 58)
    assert smallest_free_outside(where, Limits(move=0), 0.25, "dissimilarity", seats).share == 0
    assert smallest_free_outside(where, Limits(move=0), 0.0, "dissimilarity", seats).outside == 40


def test_a_share_that_reaches_between_shares_that_fail_is_found():
    # As above with room for 160 others, with whom D is ½·2·|.75 − 180/200| = .15. 37 leave ¾ − 57/77, the first below
    # .01, as 36 leave ¾ − 56/76 = .013; 36.5 of 160 seats are 22.8 %.
    where, seats = places([60, 20], [20, 20], capacity=[300, 40]), np.array([[0, 0], [160, 0]])
    found = smallest_free_outside(where, Limits(move=0), 0.01, "dissimilarity", seats)
    assert (found.least, found.share, found.outside) == (0.229, 0.229, 37)
    assert found.value == pytest.approx(0.75 - 57 / 77)


def test_those_who_find_no_room_leave_no_assignment():
    # The first school holds nobody more, and all students there must stay, so D stays .25.
    found = smallest_free_outside(
        places([60, 20], [20, 20]), Limits(stay=1), 0.2, "dissimilarity", np.array([[0, 0], [10, 0]])
    )
    assert (found.least, found.share) == (None, None)


def least_by_entrants(where, limits, measure, seats):
    """The least index of every assignment, by how many of each group enter, for every share of the seats."""
    hosts = seats.sum(axis=0) > 0
    numbers = {tuple(int(np.floor(group * share + 0.5).sum()) for group in seats) for share in SHARES}
    return {
        each: min(
            (
                INDEX[measure](done.loads)
                for done in every(where, limits, entrants=[ways_in(number, hosts) for number in each])
            ),
            default=np.inf,
        )
        for each in numbers
    }


@settings(max_examples=40, deadline=None)
@given(
    districts(most=2),
    LIMITS,
    st.sampled_from(list(INDEX)),
    st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=2, max_size=2),
    st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8]),
)
def test_no_smaller_share_reaches_the_target(where, limits, measure, seats, target):
    seats = np.array(seats)
    found = smallest_free_outside(where, limits, target, measure, seats)
    tried = least_by_entrants(where, limits, measure, seats)
    reaching = [sum(each) for each, value in tried.items() if value <= target - SLACK]
    if found.least is None:
        assert not reaching
        return
    entering = sum(int(np.floor(group * found.least + 0.5).sum()) for group in seats)
    assert all(number >= entering for number in reaching)
    if found.share is not None:
        assert found.share >= found.least
        (value,) = (value for each, value in tried.items() if sum(each) == found.outside)
        assert value - SLACK <= found.value <= target + SLACK


@settings(max_examples=60)
@given(
    districts(most=2),
    LIMITS,
    st.sampled_from(list(INDEX)),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.lists(st.booleans(), min_size=3, max_size=3).filter(any),
)
def test_it_is_as_good_as_every_assignment_tried(where, limits, measure, entrants, hosts):
    space = with_entrants(where, limits, np.array(entrants), np.array(hosts))
    found = relaxed(space, MEASURES[measure])
    ways = [ways_in(number, hosts) for number in entrants]
    tried = [INDEX[measure](done.loads) for done in every(where, limits, entrants=ways)]
    assert (found is None) == (not tried)
    if found is None:
        return
    plan = whole_plan(space, measure, found, found.bound(space))
    assert plan.bound - SLACK <= min(tried) <= plan.value + 1e-9
    after = plan.after
    assert not after[:, -1].any()
    assert (after[:, :-1].sum(axis=0) <= where.capacity).all()
    assert plan.value == pytest.approx(INDEX[measure](after[:, :-1]), abs=1e-9)
    assert after.sum(axis=1).tolist() == (where.students.sum(axis=1) + entrants).tolist()
    assert (plan.flows[:, -1, :-1][:, ~np.array(hosts)] == 0).all()
    assert (plan.flows[:, :-1, -1] == 0).all()
