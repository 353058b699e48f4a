"""Pools, mistakes, yield, exits and years against a policy played out student by student, as one distribution."""

import random
from collections import Counter
from collections.abc import Hashable, Mapping

import pytest

from analysis.policy.draw import Lottery
from analysis.policy.ground import GONE, ground
from analysis.policy.scenario import Host, Pool, Scenario
from tests.analysis.policy.districts import last_year, scenario, school, table
from tests.analysis.policy.test_against_brute_force import DRAWN, PLAYED, SIGNIFICANCE, marginal, p_value
from tests.oracle.brute_force_pools import Entry, Rules, play

Schools = Mapping[str, tuple[int, int]]
NEW: Schools = {"h": (0, 0), "a": (5, 1), "b": (3, 3), "c": (1, 5)}
FULL: Schools = {"h": (7, 1), "a": (4, 2), "b": (2, 3), "c": (1, 4)}
HALF = Pool(0.5)
SOME = Pool(0.7)
ONE_A_SEAT = {"ed": Pool(per_seat=1.0), "other": Pool(per_seat=1.0)}
EVEN = {"ed": 1, "other": 1}
COUNTED = {"h": 0, "a": 6, "b": 2, "c": 0}
BAND = {"reserve": "band", "band": 0.2}  # of 18 students half are ED: .3, .3 and .4 open

CASES: dict[str, tuple[Schools, Rules, Scenario]] = {
    "a band": (NEW, Rules({"ed": 3, "other": 3, "open": 4}), scenario({"h": 10}, **BAND)),
    "a band, half willing": (
        NEW,
        Rules({"ed": 3, "other": 3, "open": 4}, willing=0.5),
        scenario({"h": 10}, ed=HALF, other=HALF, **BAND),
    ),
    # 14 of 24 are ED: shares .483, .317 and .2 of 8 seats end at 3.87, 6.4 and 8.
    "a band, a full host": (
        FULL,
        Rules({"ed": 4, "other": 2, "open": 2}),
        scenario({"h": 8}, reserve="band", band=0.1),
    ),
    "tiers and open seats": (
        NEW,
        Rules({"poor": 2, "middle": 1, "rich": 1, "open": 2}, tiers={"a": "poor", "b": "middle", "c": "rich"}),
        scenario({"h": 6}, reserve="tiers", tiers=(0.3, 0.2, 0.2)),
    ),
    "mistakes": (NEW, Rules({"ed": 4, "other": 4}, mistaken=0.4), scenario({"h": 8}, ed=Pool(1.0, mistaken=0.4))),
    "mistakes, a full host": (
        FULL,
        Rules({"ed": 4, "other": 4}, mistaken=0.4),
        scenario({"h": 8}, ed=Pool(1.0, mistaken=0.4)),
    ),
    "a yield": (
        NEW,
        Rules({"ed": 4, "other": 4}, willing=0.8, accept=0.5),
        scenario({"h": 8}, ed=Pool(0.8, accept=0.5), other=Pool(0.8, accept=0.5)),
    ),
    "some displaced leave": (
        FULL,
        Rules({"ed": 4, "other": 4}, leave=0.5),
        scenario({"h": 8}, ed=Pool(1.0, leave=0.5)),
    ),
    "those present are drawn": (FULL, Rules({"ed": 4, "other": 4}, stay="drawn"), scenario({"h": 8}, stay="drawn")),
    "two years": (
        FULL,
        Rules({"ed": 1, "other": 2}, willing=0.7, years=2, grades=2),
        scenario({}, hosts=(Host("h", 3, "KG"),), ed_share=0.4, years=2, ed=Pool(0.7), other=Pool(0.7)),
    ),
    "three years of two grades": (
        FULL,
        Rules({"ed": 1, "other": 2}, willing=0.7, years=3, grades=2),
        scenario({}, hosts=(Host("h", 3, "KG"),), ed_share=0.4, years=3, ed=Pool(0.7), other=Pool(0.7)),
    ),
    # Seats in both grades in the first year, in kindergarten alone after it, and more of them.
    "two grades, then one": (
        FULL,
        Rules(
            {},
            willing=0.7,
            years=2,
            grades=2,
            entries=[Entry(0, [EVEN, {"ed": 2, "other": 2}]), Entry(1, [EVEN, {"ed": 0, "other": 0}])],
        ),
        scenario(
            {}, hosts=(Host("h", 2, "KG", later=(4,)), Host("h", 2, "01", later=(0,))), years=2, ed=SOME, other=SOME
        ),
    ),
    "a grade that starts a year later": (
        FULL,
        Rules({}, willing=0.7, years=2, grades=2, entries=[Entry(1, [{"ed": 0, "other": 0}, {"ed": 2, "other": 2}])]),
        scenario({}, hosts=(Host("h", 4, "01", start=2),), years=2, ed=SOME, other=SOME),
    ),
    # The lottery counts all of A's ED and one other, two of B's three ED, none of C's.
    "another definition in the lottery": (
        NEW,
        Rules({"ed": 3, "other": 3}, counted=COUNTED),
        scenario({"h": 6}, lottery_basis="direct"),
    ),
    "another definition, mistakes, a full host": (
        FULL,
        Rules({"ed": 4, "other": 4}, willing=0.7, mistaken=0.3, counted={"h": 4, "a": 5, "b": 1, "c": 2}),
        scenario({"h": 8}, lottery_basis="direct", ed=Pool(0.7, mistaken=0.3), other=SOME),
    ),
    "tiers that mistake some": (
        NEW,
        Rules({"poor": 2, "middle": 2, "rich": 2}, mistaken=0.3, tiers={"a": "poor", "b": "middle", "c": "rich"}),
        scenario(
            {"h": 6}, reserve="tiers", tiers=(1 / 3,) * 3, ed=Pool(1.0, mistaken=0.3), other=Pool(1.0, mistaken=0.3)
        ),
    ),
    "a second round": (
        FULL,
        Rules({"ed": 4, "other": 4}, willing=0.3, second=0.5),
        scenario({"h": 8}, unfilled="second", second_accept=0.5, ed=Pool(0.3), other=Pool(0.3)),
    ),
    "applicants per seat, some mistaken": (
        FULL,
        Rules({"ed": 4, "other": 4}, mistaken=0.4, per_seat=0.7),
        scenario({"h": 8}, ed=Pool(per_seat=0.7, mistaken=0.4), other=Pool(per_seat=0.7)),
    ),
    # Of nine of each group five apply, for three seats of their own and half of the four open ones.
    "applicants per seat, a band": (
        NEW,
        Rules({"ed": 3, "other": 3, "open": 4}, per_seat=1.0),
        scenario({"h": 10}, **ONE_A_SEAT, **BAND),
    ),
    "applicants per seat, tiers and open seats": (
        NEW,
        Rules(
            {"poor": 2, "middle": 1, "rich": 2, "open": 2},
            tiers={"a": "poor", "b": "middle", "c": "rich"},
            per_seat=1.0,
        ),
        scenario({"h": 7}, reserve="tiers", tiers=(2 / 7, 1 / 7, 2 / 7), **ONE_A_SEAT),
    ),
    "applicants per seat in one grade": (
        FULL,
        Rules({"ed": 1, "other": 2}, grades=2, per_seat=1.0),
        scenario({}, hosts=(Host("h", 3, "KG"),), ed_share=0.4, **ONE_A_SEAT),
    ),
    "some leave where the share changed": (
        FULL,
        Rules({"ed": 4, "other": 4}, leave_changed=(0.4, 0.1)),
        scenario({"h": 8}, ed=Pool(1.0, leave_changed=0.4), other=Pool(1.0, leave_changed=0.4), change_points=0.1),
    ),
}


def drawn(schools: Schools, counted: Mapping[str, int], policy: Scenario, seed: int) -> Counter[Hashable]:
    rows = [school(name, *counts, grade_low="KG", grade_high="01") for name, counts in schools.items()]
    place = ground(table(*rows).assign(lottery_ed=[counted.get(name, 0) for name in schools]), policy)
    after = last_year(place, policy, Lottery(seed), DRAWN).after
    names = place.schools["ncessch"].tolist()
    results = after.transpose(1, 2, 0).tolist()
    empty = [] if GONE in names else [(0, 0)]
    return Counter((*map(tuple, result), *empty) for result in results)


def played(schools: Schools, rules: Rules, seed: int) -> Counter[Hashable]:
    rng = random.Random(seed)  # noqa: S311 — the chance is the subject here
    return Counter(tuple(play("h", schools, rules, rng).values()) for _ in range(PLAYED))


@pytest.mark.parametrize("name", CASES)
def test_replicates_fall_as_if_played_out_student_by_student(name: str) -> None:
    schools, rules, policy = CASES[name]
    by_engine, by_hand = drawn(schools, rules.counted, policy, seed=1), played(schools, rules, seed=2)
    assert len(by_hand) > 1, "the case leaves nothing to chance"
    assert p_value(by_engine, by_hand) > SIGNIFICANCE
    for at, school_ in enumerate((*schools, GONE)):
        for group in (0, 1):
            one, two = (marginal(sample, at, group) for sample in (by_engine, by_hand))
            assert p_value(one, two) > SIGNIFICANCE, f"students of group {group} at {school_}"
