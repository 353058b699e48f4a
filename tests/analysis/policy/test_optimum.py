"""The optimum is feasible, whole, never below the bound nor above any other assignment by more than rounding."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.optimum import LIMITS as NAMES
from analysis.policy.optimum import least_segregated, reach
from analysis.policy.places import Limits
from tests.analysis.policy.every_assignment import INDEX, LIMITS, broken, districts, every, places

SLACK = 1e-5
MEASURES = st.sampled_from(list(INDEX))
# Two schools of 100: D = ½ (|.9 − .1| + |.1 − .9|) = .8.
APART = places([90, 10], [10, 90])


def without(where, limits, names):
    """The district and its limits with some of them lifted."""
    free = {"keep": 0.0, "miles": np.inf, "move": 1.0, "stay": 0.0}
    if "capacity" in names:
        where = replace(where, capacity=np.full_like(where.capacity, 10**6))
    if "serves" in names:
        where = replace(where, serves=np.ones_like(where.serves))
    return where, replace(limits, **{name: free[name] for name in names if name in free})


def planned(where, limits, measure):
    try:
        return least_segregated(where, limits, measure)
    except InputError:
        return None


def test_twenty_movers_of_two_uneven_schools():
    # Both are full, so ten of each group change places: 80 and 20 of each, D = ½ (.6 + .6).
    plan = least_segregated(APART, Limits(move=0.1))
    assert plan.after.tolist() == [[80, 20], [20, 80]]
    assert (plan.moved, plan.share_moved) == (20, 0.1)
    assert plan.value == pytest.approx(0.6)
    assert plan.gap == pytest.approx(0, abs=SLACK)


def test_without_a_limit_two_schools_become_even():
    plan = least_segregated(APART, Limits(), "variance_ratio")
    assert plan.after.tolist() == [[50, 50], [50, 50]]
    assert plan.value == pytest.approx(0, abs=SLACK)


def test_distance_is_the_shortest_that_does_it():
    # The first school trades with the near one; the far one is as it should be.
    miles = [[0, 2, 9], [2, 0, 9], [9, 9, 0]]
    plan = least_segregated(places([90, 10, 50], [10, 90, 50], miles=miles), Limits())
    assert plan.after.tolist() == [[50, 50, 50], [50, 50, 50]]
    assert (plan.moved, plan.miles) == (80, 2.0)


def test_a_mean_distance_is_of_those_whose_schools_have_points():
    # The first school trades 20 of each group with the second, 3 miles off, and as many with one that has no point.
    miles = np.array([[0, 3, np.inf], [3, 0, np.inf], [np.inf, np.inf, np.inf]])
    plan = least_segregated(places([90, 30, 30], [10, 70, 70], miles=miles), Limits())
    assert plan.after.tolist() == [[50, 50, 50], [50, 50, 50]]
    assert (plan.moved, plan.miles, plan.unplaced) == (80, 3.0, 40)


def test_a_distance_that_is_not_known_has_no_mean():
    unknown = replace(APART, miles=np.full((2, 2), np.inf))
    assert np.isnan(least_segregated(unknown, Limits()).miles)
    assert np.isnan(least_segregated(APART, Limits(move=0)).miles)  # nobody moves
    assert least_segregated(unknown, Limits(miles=50)).moved == 0


@settings(max_examples=60)
@given(districts(), LIMITS, MEASURES)
def test_it_is_as_good_as_every_assignment_tried(where, limits, measure):
    plan = planned(where, limits, measure)
    tried = [INDEX[measure](done.loads) for done in every(where, limits)]
    assert (plan is None) == (not tried)
    if plan is None:
        return
    assert broken(where, limits, plan.flows) == set()
    assert plan.value == pytest.approx(INDEX[measure](plan.after), abs=1e-9)
    assert plan.bound - SLACK <= min(tried) <= plan.value + 1e-9
    # Each load is the whole number beside the best fraction, which adds at most one student of excess a school.
    if measure == "dissimilarity":
        assert plan.gap <= len(where.ids) / where.spread + SLACK


@settings(max_examples=60)
@given(districts(), LIMITS, MEASURES, st.sampled_from([0.0, 0.1, 0.3, 0.6]))
def test_a_target_takes_no_fewer_moves_than_any_assignment_needs(where, limits, measure, target):
    try:
        answer = reach(where, limits, target, measure)
    except InputError:
        assert not list(every(where, limits))
        return
    enough = [done.moved for done in every(where, limits) if INDEX[measure](done.loads) <= target]
    if answer.fewest is None:
        assert enough == []
        assert answer.plan is None
        assert answer.binding
        for lifted, bound in answer.lifted.items():
            others = [INDEX[measure](done.loads) for done in every(*without(where, limits, lifted))]
            assert np.isnan(bound) == (not others)
            assert not bound > min(others, default=0) + SLACK
        return
    assert answer.fewest <= min(enough, default=np.inf)
    assert min(INDEX[measure](done.loads) for done in every(where, limits)) <= answer.nearest + 1e-9
    assert (answer.plan is None) == (answer.nearest > target + 1e-9)
    if answer.plan is not None:
        assert broken(where, limits, answer.plan.flows) == set()
        assert INDEX[measure](answer.plan.after) <= target + 1e-9
        assert min(enough) <= answer.plan.moved


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), LIMITS, MEASURES)
def test_in_schools_of_usual_size_whole_students_cost_almost_nothing(seed, limits, measure):
    random = np.random.default_rng(seed)
    size = random.integers(200, 900, 12)
    ed = random.binomial(size, random.beta(1, 1, 12))
    at = random.uniform(0, 6, 12)
    level = random.integers(0, 3, 12)  # 2 shares grades with all
    serves = (level[:, None] == level) | (level == 2)[:, None] | (level == 2)
    where = places(
        ed, size - ed, capacity=size + random.integers(0, 50, 12), serves=serves, miles=abs(at[:, None] - at)
    )
    plan = least_segregated(where, limits, measure)
    assert broken(where, limits, plan.flows) == set()
    assert plan.bound - SLACK <= plan.value <= INDEX[measure](where.students) + 1e-9
    assert plan.gap <= 0.004


@settings(max_examples=25)
@given(districts(most=40, schools=5), LIMITS, MEASURES, st.sampled_from(list(NAMES)))
def test_a_looser_limit_never_raises_the_bound(where, limits, measure, name):
    tight = planned(where, limits, measure)
    if tight is None:
        return
    assert least_segregated(*without(where, limits, [name]), measure).bound <= tight.bound + SLACK + 5e-4


# what binds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "limits", "binding"),
    [
        (APART, Limits(move=0.1), [("move",)]),
        (APART, Limits(stay=0.9), [("stay",)]),
        (replace(APART, miles=np.array([[0.0, 7.0], [7.0, 0.0]])), Limits(miles=5), [("miles",)]),
        # Either limit alone is enough to forbid it, and so are any two of three.
        (places([100, 0], [0, 100], capacity=[100, 100]), Limits(move=0.1, stay=0.9), [("move", "stay")]),
        (
            replace(APART, miles=np.array([[0.0, 7.0], [7.0, 0.0]])),
            Limits(miles=5, move=0.1, stay=0.9),
            [("capacity", "keep", "miles", "move", "stay")],
        ),
        (replace(APART, serves=np.eye(2, dtype=bool)), Limits(miles=5), [("serves",)]),
        (replace(APART, serves=np.eye(2, dtype=bool)), Limits(miles=5, move=0.1), [("move", "serves")]),
    ],
)
def test_the_limit_in_the_way_is_named(where, limits, binding):
    answer = reach(where, limits, 0.1)
    assert answer.plan is None
    assert answer.fewest is None
    assert answer.binding == binding
    assert answer.bound > 0.1


def test_a_target_already_met_moves_nobody():
    answer = reach(APART, Limits(), 0.8)
    assert (answer.fewest, answer.plan.moved) == (0, 0)


def test_a_target_of_two_uneven_schools():
    answer = reach(APART, Limits(), 0.6)
    assert (answer.fewest, answer.plan.moved) == (20, 20)
    assert answer.plan.value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("where", "limits", "words"),
    [
        (places([50, 50], [50, 50], capacity=[90, 90]), Limits(), "20 students fewer"),
        (places([50, 50], [50, 50], capacity=[90, 110]), Limits(move=0.04), "the share of students who may move"),
        (places([50, 50], [50, 50], capacity=[90, 110]), Limits(stay=0.95), "must stay; loosen"),
    ],
)
def test_limits_that_nothing_meets_are_named(where, limits, words):
    with pytest.raises(InputError, match=words):
        least_segregated(where, limits)
