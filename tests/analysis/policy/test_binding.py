"""Limits are lifted alone before in pairs, and in pairs before all, and no more are lifted than suffice."""

import pytest

from analysis.policy.binding import enough, lifted

# What each set of limits, lifted, brings within reach.
BOUND = {("a",): 0.9, ("b",): 0.5, ("c",): float("nan"), ("a", "b"): 0.4, ("a", "c"): 0.3, ("b", "c"): 0.3}


def bound(which):
    return BOUND.get(which, 0.1)


@pytest.mark.parametrize(
    ("target", "ways", "tried"),
    [
        (0.5, [("b",)], 3),
        (0.3, [("a", "c"), ("b", "c")], 6),
        (0.2, [("a", "b", "c")], 7),
        (0.05, [], 7),
    ],
)
def test_as_few_limits_are_lifted_as_suffice(target, ways, tried):
    found = lifted(["a", "b", "c"], bound, target)
    assert enough(found, target) == ways
    assert len(found) == tried


def test_without_a_limit_nothing_is_lifted():
    assert lifted([], bound, 0.5) == {}
    assert lifted(["b"], bound, 0.2) == {("b",): 0.5}
