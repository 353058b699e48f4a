"""The smallest outside share that reaches a target: by hand, and against a simulation at any other share."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.outcome import as_expected
from analysis.policy.outside import smallest_outside
from analysis.policy.scenario import Host, NewSchool, Pool, SetAside
from tests.analysis.policy.districts import ELSEWHERE, cases, scenario, school, table
from tests.analysis.policy.every_assignment import INDEX

NEAR = {"latitude": 30.0, "longitude": -97.0}
FAR = {"latitude": 31.0, "longitude": -97.0}  # 69 miles north
NEW = Host("new", 20, new=NewSchool("New", **NEAR, level="elementary"))


def place(outside):
    return table(
        school("a", 40, 0, **NEAR), school("b", 40, 10, **NEAR), school("o", 0, 400, leaid=ELSEWHERE, **outside)
    )


def with_outside(policy, share):
    return replace(policy, ed=replace(policy.ed, outside=share), other=replace(policy.other, outside=share))


def test_a_share_by_hand():
    # Ten ED students come from a and b, five each; k others from outside and 10 − k from b, which keeps k. So
    # D = ½ (35/80 + |35/80 − k/(10 + k)| + |10/80 − 10/(10 + k)|): .463 for seven, 35/80 for eight and more.
    found = smallest_outside(place(NEAR), scenario({}, hosts=(NEW,)), 0.45)
    assert (found.share, found.complete, found.lifted) == (0.75, True, {})
    assert found.rows["outside"].tolist() == list(range(9))
    seven, eight = found.rows["value"].iloc[-2:]
    assert seven == pytest.approx((35 / 80 + 35 / 80 - 7 / 17 + 10 / 17 - 10 / 80) / 2)
    assert eight == pytest.approx(35 / 80)
    assert found.rows["value"].iloc[0] == pytest.approx(35 / 40)


def test_v_has_shares_of_its_own():
    found = smallest_outside(place(NEAR), scenario({}, hosts=(NEW,)), 0.4, "variance_ratio")
    value = INDEX["variance_ratio"](([35, 35, 10], [0, found.rows["outside"].iloc[-1], 10]))
    assert found.rows["value"].iloc[-1] == pytest.approx(value)


@pytest.mark.parametrize(
    ("outside", "willing", "binding"),
    [
        (NEAR, 0.0, [("turnout",)]),
        (FAR, 1.0, [("miles",)]),
        (FAR, 0.0, [("turnout", "miles")]),
    ],
)
def test_what_stands_in_the_way_is_named(outside, willing, binding):
    pool = Pool(willing=willing)
    found = smallest_outside(place(outside), scenario({}, hosts=(NEW,), ed=pool, other=pool), 0.45)
    assert found.share is None
    assert found.binding == binding
    # Nobody applies, or nobody but those of b.
    assert found.rows["value"].min() == pytest.approx(0.5 if not willing else 35 / 40)


def test_what_no_limit_stands_in_the_way_of_is_proven():
    found = smallest_outside(place(NEAR), scenario({}, hosts=(NEW,)), 0.1)
    assert (found.share, found.binding) == (None, [])
    assert len(found.rows) == 11  # from none of a pool's ten seats to all


def test_with_the_limit_on_seats_lifted_a_host_of_seats_in_two_grades_has_every_place():
    # With a seat in each of two grades D stays near the ½ of today; with all 20 places it is 35/80, as above.
    hosts = tuple(replace(NEW, seats=1, grade=grade, capacity=20) for grade in ("KG", "01"))
    found = smallest_outside(place(NEAR), scenario({}, hosts=hosts), 0.45)
    assert (found.share, found.binding) == (None, [("seats",)])


def test_without_hosts_nobody_can_come():
    with pytest.raises(InputError, match="no host with a seat"):
        smallest_outside(place(NEAR), scenario({}), 0.4)


def test_no_more_is_offered_outside_than_no_set_aside_of_any_pool_is_of():
    aside = SetAside("sibling", 0.7, pool="tier 1")
    policy = scenario({}, hosts=(NEW,), reserve="tiers", tiers=(0.5, 0.5), set_asides=(aside,))
    found = smallest_outside(place(NEAR), policy, 0.0)
    assert 0.2 < found.rows["share"].max() <= 0.3


@settings(max_examples=30)
@given(
    cases(),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.sampled_from([0.1, 0.3, 0.5, 0.8]),
    st.sampled_from(list(INDEX)),
)
def test_no_share_below_it_reaches_the_target(case, shares, target, measure):
    where, policy = case
    assume(any(host.seats for host in policy.hosts) and policy.unfilled != "lower")
    most = 1 - sum(each.share for each in policy.set_asides)
    try:
        for share in (0.0, most):
            as_expected(where, with_outside(policy, share))
    except InputError:
        return  # the district cannot carry the policy at all
    found = smallest_outside(where, policy, target, measure)
    at = found.rows.set_index("share")["value"]
    for share in [*(share * most for share in shares), *at.index[-1:]]:
        value = as_expected(where, with_outside(policy, share)).district[measure].after
        if share in at:
            np.testing.assert_allclose(value, at[share], atol=1e-12)
        if found.share is None or share < found.share:
            assert not value <= target - 1e-9  # two ways to add up may differ in the last digit
    assert found.share is None or at[found.share] <= target + 1e-9
