"""No way to fill seats of 50/50 schools reaches a target with fewer, and no plan of the simulator does."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.policy.fewest_seats import fewest_seats
from analysis.policy.ground import ground
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits, places_of
from analysis.policy.scenario import Host
from tests.analysis.policy.districts import scenario, school, table
from tests.analysis.policy.every_assignment import INDEX, LIMITS, broken, districts, every_seating, places

APART = places([90, 10], [10, 90])
FOUR = places([90, 10, 45, 5], [10, 90, 5, 45])


def test_a_part_of_a_school_is_enough():
    # D is .8, and less by .02 for each pair that changes places: 25 pairs. The second school draws 25 ED students, for
    # whom 49 seats are enough, the odd one being for ED students, and as many others go for these.
    answer = fewest_seats(APART, Limits(), 0.3)
    assert (answer.fewest, answer.found.plan.moved) == (49, 50)
    assert answer.found.seats.sum() in (49, 50)
    assert answer.found.plan.value == pytest.approx(0.3)


def test_seats_for_one_group_draw_that_group_alone():
    # Three quarters of the seats are for ED students: the first school draws 40 others with 160 seats, more than it
    # has, the second 40 ED students with 53. In fractions a third of a seat at the first is worth as much.
    answer = fewest_seats(APART, Limits(), 0, ed_share=0.75)
    assert answer.fewest == 53
    assert answer.found.seats[1] == 53
    assert answer.found.seats[0] <= 3


def test_a_school_that_may_not_host_has_no_seat():
    found = fewest_seats(replace(FOUR, may_host=np.array([False, False, True, True])), Limits(), 0.6)
    assert found.found.hosts.tolist() in ([2], [3], [2, 3])


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(districts(most=1), districts(most=3, schools=2)),
    LIMITS,
    st.sampled_from([0.0, 0.2, 0.5]),
    st.sampled_from([0.5, 0.3, 1.0]),
    st.sampled_from(list(INDEX)),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_nothing_that_reaches_a_target_has_fewer_seats(where, limits, target, ed_share, measure, may_host):
    where = replace(where, may_host=np.array(may_host[: len(where.ids)]))
    enough = [seats for seats, loads in every_seating(where, limits, ed_share) if INDEX[measure](loads) <= target]
    answer = fewest_seats(where, limits, target, measure, ed_share)
    if answer.fewest is None:
        assert enough == []
        return
    assert answer.fewest <= min(enough, default=math.inf)
    if answer.found is not None:
        assert min(enough) <= answer.found.seats.sum()
        assert broken(where, limits, answer.found.plan.flows) == set()
        assert INDEX[measure](answer.found.plan.after) <= target + 1e-9
        assert (answer.found.seats[~where.may_host] == 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), LIMITS, st.sampled_from(list(INDEX)))
def test_in_schools_of_usual_size_few_more_seats_are_found_than_proven(seed, limits, measure):
    random = np.random.default_rng(seed)
    size = random.integers(200, 900, 12)
    ed = random.binomial(size, random.beta(1, 1, 12))
    where = places(ed, size - ed, capacity=size + random.integers(0, 50, 12))
    target = 0.8 * INDEX[measure](where.students)
    answer = fewest_seats(where, limits, target, measure)
    if answer.found is not None:
        assert answer.found.plan.value <= target + 1e-9
        assert answer.fewest <= answer.found.seats.sum() <= answer.fewest + 4 * len(where.ids)


@pytest.mark.parametrize("magnet", [False, True])
@pytest.mark.parametrize("stay", ["first", "drawn"])
def test_no_plan_reaches_its_own_index_with_fewer(magnet, stay):
    rows = [school("a", 90, 10, capacity=300), school("b", 10, 90), school("c", 45, 5), school("d", 5, 45)]
    for seats in (7, 20, 55, 100):
        plan = scenario({}, hosts=(Host("a", seats, magnet=magnet),), stay=stay)
        outcome = simulate(table(*rows), plan, 1)
        value = outcome.district["dissimilarity"].after
        free = Limits(keep=0)
        roomy = replace(places_of(ground(table(*rows), plan)), capacity=np.full(4, 300))
        assert fewest_seats(roomy, free, value + 1e-9).fewest <= seats


@pytest.mark.parametrize(
    ("where", "limits", "ed_share", "binding"),
    [
        (APART, Limits(move=0.1), 0.5, [("move",)]),
        # Seats for ED students alone: the second school draws 40 of them, which it may, the first can draw nobody.
        (replace(APART, may_host=np.array([True, False])), Limits(), 1.0, [("split",), ("may_host",)]),
        (replace(APART, may_host=np.array([False, False])), Limits(), 0.5, [("may_host",)]),
        (replace(APART, serves=np.eye(2, dtype=bool)), Limits(), 0.5, [("serves",)]),
    ],
)
def test_what_stands_in_the_way_is_named(where, limits, ed_share, binding):
    answer = fewest_seats(where, limits, 0.1, ed_share=ed_share)
    assert (answer.fewest, answer.found) == (None, None)
    assert answer.binding == binding
