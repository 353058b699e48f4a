"""Set-asides and distance against a policy played out student by student, as one distribution."""

import random
from collections import Counter
from collections.abc import Hashable

import pytest

from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.scenario import Pool, Scenario, SetAside
from tests.analysis.policy.districts import last_year, scenario, school, table
from tests.analysis.policy.test_against_brute_force import (
    DRAWN,
    MILES_PER_DEGREE,
    PLAYED,
    SIGNIFICANCE,
    marginal,
    p_value,
)
from tests.oracle.brute_force_turns import Aside, Turns, play

SCHOOLS = {"h": (0, 0), "a": (5, 1), "b": (3, 3), "c": (1, 5)}
MILES = {"h": 0.0, "a": 1.0, "b": 2.0, "c": 4.0}
EVEN = {"ed": 4, "other": 4}
SOME = Pool(0.7)


def both(*asides: Aside) -> dict[str, tuple[Aside, ...]]:
    """The same set-asides in both pools."""
    return dict.fromkeys(EVEN, asides)


CASES: dict[str, tuple[Turns, Scenario]] = {
    "siblings at a school": (
        Turns(EVEN, asides=both(Aside(2, ["b"], 0.4))),
        scenario({"h": 8}, set_asides=(SetAside("sibling", 0.5, schools=("b",), rate=0.4),)),
    ),
    "siblings from anywhere, some willing": (
        Turns(EVEN, 0.7, both(Aside(2, ["a", "b", "c"], 0.5))),
        scenario({"h": 8}, ed=SOME, other=SOME, set_asides=(SetAside("sibling", 0.5, rate=0.5),)),
    ),
    "those within two miles": (
        Turns(EVEN, asides=both(Aside(3, ["a", "b"]))),
        scenario({"h": 8}, set_asides=(SetAside("proximity", 0.75, miles=2.1),)),
    ),
    "feeders of one pool": (
        Turns(EVEN, 0.7, {"other": [Aside(2, ["a", "c"])]}),
        scenario(
            {"h": 8}, ed=SOME, other=SOME, set_asides=(SetAside("feeder", 0.5, schools=("a", "c"), pool="other"),)
        ),
    ),
    "siblings, then feeders": (
        Turns(EVEN, 0.7, both(Aside(1, ["c"], 0.3), Aside(2, ["b"]))),
        scenario(
            {"h": 8},
            ed=SOME,
            other=SOME,
            set_asides=(
                SetAside("sibling", 0.25, schools=("c",), rate=0.3),
                SetAside("feeder", 0.5, schools=("b",)),
            ),
        ),
    ),
    "siblings, the nearest first": (
        Turns(EVEN, 0.8, both(Aside(2, ["a", "b", "c"], 0.4)), MILES, nearest=True),
        scenario(
            {"h": 8}, draw="nearest", ed=Pool(0.8), other=Pool(0.8), set_asides=(SetAside("sibling", 0.5, rate=0.4),)
        ),
    ),
    "willingness that falls with distance": (
        Turns(EVEN, 0.9, miles=MILES, half=2.0),
        scenario({"h": 8}, draw="distance", half_miles=2.0, ed=Pool(0.9), other=Pool(0.9)),
    ),
    "a yield that falls with distance": (
        Turns(EVEN, 0.8, miles=MILES, yield_half=3.0),
        scenario({"h": 8}, ed=Pool(0.8, accept_half_miles=3.0), other=Pool(0.8, accept_half_miles=3.0)),
    ),
    "both, and siblings": (
        Turns(EVEN, 0.9, both(Aside(2, ["c"], 0.5)), MILES, half=2.0, yield_half=3.0),
        scenario(
            {"h": 8},
            draw="distance",
            half_miles=2.0,
            ed=Pool(0.9, accept_half_miles=3.0),
            other=Pool(0.9, accept_half_miles=3.0),
            set_asides=(SetAside("sibling", 0.5, schools=("c",), rate=0.5),),
        ),
    ),
}


def drawn(policy: Scenario, seed: int) -> Counter[Hashable]:
    rows = [
        school(name, *counts, latitude=30 + MILES[name] / MILES_PER_DEGREE, longitude=-97.0)
        for name, counts in SCHOOLS.items()
    ]
    after = last_year(ground(table(*rows), policy), policy, Lottery(seed), DRAWN).after
    return Counter(tuple(map(tuple, result)) for result in after.transpose(1, 2, 0).tolist())


def played(turns: Turns, seed: int) -> Counter[Hashable]:
    rng = random.Random(seed)  # noqa: S311 — the chance is the subject here
    return Counter(tuple(play("h", SCHOOLS, turns, rng).values()) for _ in range(PLAYED))


@pytest.mark.parametrize("name", CASES)
def test_replicates_fall_as_if_played_out_student_by_student(name: str) -> None:
    turns, policy = CASES[name]
    by_engine, by_hand = drawn(policy, seed=1), played(turns, seed=2)
    assert len(by_hand) > 1, "the case leaves nothing to chance"
    assert p_value(by_engine, by_hand) > SIGNIFICANCE
    for at, school_ in enumerate(SCHOOLS):
        for group in (0, 1):
            one, two = (marginal(sample, at, group) for sample in (by_engine, by_hand))
            assert p_value(one, two) > SIGNIFICANCE, f"students of group {group} at {school_}"


@pytest.mark.parametrize(
    "other", [Turns(EVEN, 0.7), Turns(EVEN, 0.7, both(Aside(2, ["a", "b", "c"], 0.9)), MILES, nearest=True)]
)
def test_the_comparison_tells_other_turns_apart(other: Turns) -> None:
    _, policy = CASES["siblings, then feeders"]
    assert p_value(drawn(policy, seed=3), played(other, seed=4)) < SIGNIFICANCE
