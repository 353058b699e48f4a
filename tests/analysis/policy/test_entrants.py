"""With students from outside no assignment lies below the bound, whatever is tried; by hand and one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.policy.assignment import relaxed
from analysis.policy.entrants import least_with_entrants, with_entrants
from analysis.policy.optimum import whole_plan
from analysis.policy.places import Limits
from analysis.policy.tangents import MEASURES
from tests.analysis.policy.every_assignment import INDEX, LIMITS, districts, every, places, ways_in

SLACK = 1e-5


def test_those_who_enter_make_a_district_even_by_hand():
    # Two schools of 60 and 20 ED with 20 and 20 others; nobody moves, but 40 others enter the first: 60 : 60 and 20 :
    # 20, so D goes from ½ (|.75 − .5| + |.25 − .5|) = .25 to 0. With half of them it is ½ · 2 · (.75 − 40/60).
    where = places([60, 20], [20, 20], capacity=[120, 40])
    rows = least_with_entrants(where, Limits(move=0), "dissimilarity", np.array([[0, 0], [40, 0]])).set_index("share")
    assert rows["outside"].tolist()[::10] == [0, 20, 40]
    assert rows.loc[[0.0, 0.5, 1.0], "value"].tolist() == pytest.approx([0.25, 0.75 - 40 / 60, 0])
    assert rows.loc[[0.0, 0.5, 1.0], "bound"].tolist() == pytest.approx([0.25, 0.75 - 40 / 60, 0], abs=SLACK)


def test_those_who_find_no_room_leave_no_assignment():
    # The first school holds nobody more, and all students there must stay.
    where = places([60, 20], [20, 20])
    rows = least_with_entrants(where, Limits(stay=1), "dissimilarity", np.array([[0, 0], [10, 0]]))
    assert rows["value"].iloc[0] == pytest.approx(0.25)
    assert rows[["value", "bound"]].iloc[1:].isna().all(axis=None)


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
