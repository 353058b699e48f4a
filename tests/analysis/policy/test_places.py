"""Plain arrays from a scenario's ground, and limits in whole students."""

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.policy.ground import ground
from analysis.policy.places import Limits, places_of, room
from analysis.policy.routes import routes
from tests.analysis.policy.districts import ELSEWHERE, scenario, school, table
from tests.analysis.policy.every_assignment import places

# A degree of a meridian is a 360th of the circumference of a sphere of radius 3,958.8 miles.
DEGREE = 2 * np.pi * 3958.8 / 360


def of(*rows, level=None):
    return places_of(ground(table(*rows), scenario({})), level)


def test_the_districts_own_schools_with_their_capacity_and_company():
    where = of(
        school("a", 60, 40, capacity=150, latitude=30.0, longitude=-97.0),
        school("b", 30, 70, capacity=90, latitude=31.0, longitude=-97.0),
        school("c", 10, 20, level="middle"),
        school("d", 80, 40, level=None, charter=True),
        school("far", 5, 5, leaid=ELSEWHERE),
        school("unknown", None, 9),
    )
    assert where.ids.tolist() == ["a", "b", "c", "d"]
    assert where.students.tolist() == [[60, 30, 10, 80], [40, 70, 20, 40]]
    assert where.capacity.tolist() == [150, 100, 30, 120]  # one is over capacity today, two are unknown
    assert where.serves.tolist() == [
        [True, True, False, True],
        [True, True, False, True],
        [False, False, True, True],
        [True, True, True, True],
    ]
    assert where.miles[0, 1] == where.miles[1, 0] == pytest.approx(DEGREE)
    assert np.isinf(where.miles[0, 2])
    assert where.may_host.tolist() == [True, True, False, False]  # too small; a charter school


def test_one_level_alone():
    rows = school("a", 6, 4), school("b", 3, 7, level="middle"), school("c", 3, 1, level="middle")
    assert of(*rows, level="middle").ids.tolist() == ["b", "c"]
    with pytest.raises(InputError, match="no school of this level"):
        of(*rows, level="high")


def test_one_group_alone_cannot_be_segregated():
    with pytest.raises(InputError, match="of one group"):
        places([5, 5], [0, 0])


@pytest.mark.parametrize("name", ["move", "stay", "keep"])
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_limit_that_is_no_share_is_refused(name, share):
    with pytest.raises(InputError, match=name):
        Limits(**{name: share})


def test_a_distance_below_nothing_is_refused():
    with pytest.raises(InputError, match="miles"):
        Limits(miles=-1)


def test_limits_are_whole_students_and_no_tighter_than_meant():
    space = room(places([100, 7], [0, 3], capacity=[120, 5]), Limits(move=0.07, stay=0.07, keep=0.85))
    assert space.movers == 7  # 7.7 of 110
    assert space.movable.tolist() == [[93, 6], [0, 2]]
    assert space.smallest.tolist() == [85, 5]  # 8.5, but it holds 5


def test_a_network_with_hubs_opens_what_pairs_do():
    # Six schools of two levels and one of both: hubs pay; what leaves and arrives along each arc is what may.
    level = np.array([0, 0, 0, 1, 1, 1, 2] * 6)
    open_ = (level[:, None] == level) | (level == 2)[:, None] | (level == 2)
    ways = routes(open_)
    n = len(level)
    assert ways.balance.shape[0] > 0
    for group in (0, 1):
        leaving = ways.out[group * n : (group + 1) * n].toarray()
        entering = ways.into[group * n : (group + 1) * n].toarray()
        through = (ways.balance.toarray() > 0) @ leaving.T, (ways.balance.toarray() < 0) @ entering.T
        assert ((through[0].T @ through[1] > 0) == open_).all()


def test_a_network_of_pairs_leaves_out_staying():
    open_ = np.array([[True, True, False], [True, True, True], [False, True, True]])
    ways = routes(open_)
    assert ways.balance.shape[0] == 0
    arcs = ways.out[:3].toarray() @ ways.into[:3].toarray().T
    assert (arcs == (open_ & ~np.eye(3, dtype=bool))).all()
