"""The engine's replicates against the policy played out student by student.

Both are random, so their counts are compared by a chi-square test of homogeneity: over whole results (every school's
ED and other students together) and over each number on its own. Seeds are fixed; a p-value below SIGNIFICANCE fails.
"""

import random
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.scenario import Pool
from tests.analysis.policy.districts import ELSEWHERE, HOME, last_year, scenario, school, table
from tests.oracle import brute_force
from tests.oracle.brute_force import Policy, School

SIGNIFICANCE = 1e-4
PLAYED, DRAWN = 4_000, 30_000
RARE = 20  # results seen fewer times than this among all are counted together
MILES_PER_DEGREE = 69.094  # of latitude, on a sphere of 3,958.8 miles' radius


def district(
    hosts: Sequence[tuple[str, int, int]],
    senders: Sequence[tuple[str, int, int]],
    outside: Sequence[tuple[str, int, int]],
) -> list[School]:
    """Schools on one road: every host at its start, the others a mile further each, in the order given."""
    return [
        School(name, ed, other, inside, {host[0]: float(mile) for host in hosts})
        for inside, group in ((True, [*hosts, *senders]), (False, outside))
        for name, ed, other in group
        for mile in [0 if (name, ed, other) in hosts else 1 + [*senders, *outside].index((name, ed, other))]
    ]


def drawn(schools: Sequence[School], policy: Policy, seed: int) -> Counter[Hashable]:
    """Results of the engine's replicates."""
    rows = [
        school(
            s.name,
            s.ed,
            s.other,
            leaid=HOME if s.inside else ELSEWHERE,
            latitude=30 + max(s.miles.values()) / MILES_PER_DEGREE,
            longitude=-97.0,
        )
        for s in schools
    ]
    pools = {
        g: Pool(p.willing, p.outside, p.senders, per_seat=p.per_seat)
        for g in brute_force.GROUPS
        for p in [policy.lottery(g)]
    }
    asked = scenario(dict(policy.hosts), ed_share=policy.ed_share, draw=policy.draw, unfilled=policy.unfilled, **pools)
    place = ground(table(*rows), asked)
    order = [
        place.schools["ncessch"].tolist().index(s.name) for s in schools if s.name in set(place.schools["ncessch"])
    ]
    after = last_year(place, asked, Lottery(seed), DRAWN).after[:, :, order]
    return Counter(tuple(map(tuple, result)) for result in after.transpose(1, 2, 0).tolist())


def played(schools: Sequence[School], policy: Policy, seed: int) -> Counter[Hashable]:
    rng = random.Random(seed)  # noqa: S311 — the chance is the subject here
    return Counter(tuple(brute_force.play(schools, policy, rng).values()) for _ in range(PLAYED))


def p_value(one: Counter[Hashable], two: Counter[Hashable]) -> float:
    """Of two samples having come from one distribution."""
    common = [key for key in one | two if one[key] + two[key] >= RARE]
    counts = np.array([[sample[key] for key in common] for sample in (one, two)])
    rest = np.array([[sum(one.values())], [sum(two.values())]]) - counts.sum(axis=1, keepdims=True)
    counts = np.hstack([counts, rest]) if rest.any() else counts
    return float(chi2_contingency(counts).pvalue) if counts.shape[1] > 1 else 1.0


def assert_same_chances(schools: Sequence[School], policy: Policy) -> None:
    by_engine, by_hand = drawn(schools, policy, seed=1), played(schools, policy, seed=2)
    assert len(by_hand) > 1, "the case leaves nothing to chance"
    assert p_value(by_engine, by_hand) > SIGNIFICANCE
    for at, name in enumerate(s.name for s in schools):
        for group in (0, 1):
            one, two = (marginal(sample, at, group) for sample in (by_engine, by_hand))
            assert p_value(one, two) > SIGNIFICANCE, f"students of group {group} at {name}"


def marginal(results: Counter[Hashable], at: int, group: int) -> Counter[Hashable]:
    counts: Counter[Hashable] = Counter()
    for result, times in results.items():
        counts[result[at][group]] += times  # type: ignore[index]
    return counts


SOME = brute_force.Lottery(willing=0.5)
FEW = brute_force.Lottery(per_seat=0.8)
NEW, FULL = [("h", 0, 0)], [("h", 7, 1)]
THREE = [("a", 4, 2), ("b", 2, 3), ("c", 1, 4)]
FAR = [("x", 2, 4), ("y", 1, 5)]

CASES = {
    "new school": (district(NEW, THREE, []), Policy({"h": 6})),
    "new school, half willing": (district(NEW, THREE, []), Policy({"h": 6}, SOME, SOME)),
    "new school, half willing, release": (district(NEW, THREE, []), Policy({"h": 8}, SOME, SOME, unfilled="release")),
    "unequal pools": (district(NEW, THREE, []), Policy({"h": 7}, SOME, SOME, ed_share=0.3)),
    "named senders": (
        district(NEW, THREE, []),
        Policy({"h": 6}, brute_force.Lottery(0.7, senders=("a", "b")), brute_force.Lottery(0.7, senders=("c", "b"))),
    ),
    "everyone's place comes free": (district(FULL, THREE, []), Policy({"h": 8})),
    "half the places come free": (district([("h", 7, 3)], THREE, []), Policy({"h": 5})),
    "half the places, release": (
        district([("h", 7, 3)], THREE, []),
        Policy({"h": 6}, SOME, brute_force.Lottery(0.2), unfilled="release"),
    ),
    "a school that grows": (district(FULL, THREE, []), Policy({"h": 12}, SOME, SOME)),
    "nearest": (district(NEW, THREE, []), Policy({"h": 6}, SOME, SOME, draw="nearest")),
    "nearest, places taken by the displaced": (district(FULL, THREE, []), Policy({"h": 8}, SOME, SOME, draw="nearest")),
    "extremes": (district(NEW, THREE, []), Policy({"h": 6}, SOME, SOME, draw="extremes")),
    "extremes, released": (
        district(FULL, THREE, []),
        Policy({"h": 10}, SOME, brute_force.Lottery(0.3), draw="extremes", unfilled="release"),
    ),
    "outside share": (
        district(NEW, THREE, FAR),
        Policy({"h": 8}, brute_force.Lottery(0.6, 0.25), brute_force.Lottery(0.6, 0.75)),
    ),
    "outside share, nearest": (
        district(NEW, THREE, FAR),
        Policy({"h": 8}, brute_force.Lottery(0.6, 0.5), brute_force.Lottery(0.6, 1.0), draw="nearest"),
    ),
    "outside share, extremes, released": (
        district(FULL, THREE, FAR),
        Policy({"h": 12}, SOME, brute_force.Lottery(0.3, 0.5), draw="extremes", unfilled="release"),
    ),
    "outside share takes no place from the displaced": (
        district(FULL, THREE, FAR),
        Policy({"h": 8}, other=brute_force.Lottery(0.8, 0.5)),
    ),
    "pool short, held, the displaced overflow": (
        district(FULL, THREE, []),
        Policy({"h": 8}, other=brute_force.Lottery(0.15)),
    ),
    "pool short, released, the displaced stay": (
        district(FULL, THREE, []),
        Policy({"h": 8}, other=brute_force.Lottery(0.15), unfilled="release"),
    ),
    "two hosts, both short, the displaced overflow": (
        district([("h", 6, 0), ("g", 1, 6)], THREE, []),
        Policy({"g": 6, "h": 5}, brute_force.Lottery(0.3), brute_force.Lottery(0.3)),
    ),
    "two hosts, one decision to apply": (
        district([("h", 2, 0), ("g", 0, 3)], THREE, []),
        Policy({"g": 4, "h": 4}, SOME, SOME),
    ),
    "applicants per seat": (
        district(NEW, THREE, []),
        Policy({"h": 6}, FEW, brute_force.Lottery(per_seat=1.5, senders=("b", "c"))),
    ),
    "two hosts, applicants per seat": (
        district([("h", 2, 0), ("g", 0, 3)], THREE, []),
        Policy({"g": 4, "h": 4}, FEW, FEW),
    ),
    "an outside share, applicants per seat": (
        district(NEW, THREE, FAR),
        Policy({"h": 8}, brute_force.Lottery(outside=0.25, per_seat=1.2), FEW),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_replicates_fall_as_if_played_out_student_by_student(name: str) -> None:
    assert_same_chances(*CASES[name])


def test_the_comparison_tells_different_chances_apart() -> None:
    schools, policy = CASES["new school, half willing"]
    one = played(schools, policy, seed=3)
    two = drawn(schools, Policy({"h": 6}, SOME, brute_force.Lottery(0.6)), seed=4)
    assert p_value(one, two) < SIGNIFICANCE
