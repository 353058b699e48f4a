"""How many apply where so many a seat do, and how many of them get one, worked out on paper."""

from dataclasses import replace
from math import isnan

import pytest

from analysis.policy.ground import ground
from analysis.policy.outcome import simulate
from analysis.policy.pools import ED, applications
from analysis.policy.pools import pools as divided
from analysis.policy.scenario import Host, Pool, Scenario
from tests.analysis.policy.districts import ELSEWHERE, EVERYONE, scenario, school, table


def test_the_chance_of_a_seat_is_told_of_the_district_and_of_the_others() -> None:
    # Of 10 seats for others 2 go to X's 30 first, who live outside, and 8 to A's 20: 1 in 5 of all 50.
    point = {"latitude": 30.0, "longitude": -97.0}
    rows = [school("h", 0, 0, **point), school("a", 0, 20, **point), school("x", 0, 30, leaid=ELSEWHERE, **point)]
    asked = scenario({"h": 20}, other=replace(EVERYONE, outside=0.2))
    row = simulate(table(*rows), asked, replicates=2).pools.set_index("group").loc["other"]
    assert row[["applied", "applied_inside", "admitted", "admitted_inside"]].tolist() == [50, 20, 10, 8]
    assert row[["odds", "odds_inside", "odds_outside"]].tolist() == pytest.approx([0.2, 0.4, 2 / 30])


def test_applications_per_seat_are_of_all_hosts() -> None:
    # One applicant a seat: 20 + 20 for the 20 + 20 seats of G and H, and G's ten of each leave ten for H.
    side = Pool(per_seat=1.0)
    rows = table(school("g", 0, 0), school("h", 0, 0), school("a", 60, 60))
    told = simulate(rows, scenario({"g": 20, "h": 20}, ed=side, other=side), replicates=1).pools
    assert told[["applied", "inside", "waiting"]].to_numpy().tolist() == [[20, 10, 10]] * 2 + [[10, 10, 0]] * 2


def test_applications_per_seat_are_of_the_hosts_that_a_student_may_apply_to() -> None:
    # G's 10 ED seats are for A's and K's students, M's 15 for N's and K's. Of 30 ED in A and 10 in K a quarter apply to
    # G; of 20 in N and 10 in K half to M. So 7.5 of A's apply, 10 of N's, and of K's three quarters, 7.5, to both.
    side = Pool(per_seat=1.0)
    levels = {"a": "elementary", "n": "middle", "k": "combined"}
    rows = [school(name, {"a": 30, "n": 20, "k": 10}[name], 40, level=level) for name, level in levels.items()]
    rows += [school("g", 0, 0), school("m", 0, 0, level="middle")]
    place = ground(table(*rows), asked := scenario({"g": 20, "m": 30}, ed=side, other=side))
    found = applications(place, asked, divided(place, asked), 0)
    assert found.rate[0, ED, :3].tolist() == pytest.approx([0.25, 0.5, 0.75])
    assert found.part is None


@pytest.mark.parametrize(
    ("rules", "chance"),
    [
        # 40 ED and 60 others of A and B: 3 and 5 of 10 seats are theirs, and of 2 open ones .8 and 1.2.
        ({"reserve": "band", "band": 0.1}, (3.8 / 40, 6.2 / 60)),
        # A's 30 + 10 are the first tier's, B's 10 + 50 the second's: 3 + 5/6 of the seats and 1 + 25/6.
        ({"reserve": "tiers", "tiers": (0.4, 0.6)}, (4 / 40, 6 / 60)),
        # Its 6 seats are half the first tier's 30 + 10, 4.5 and 1.5; the others' 4 the second's, .67 and 3.33.
        ({"reserve": "tiers", "tiers": (0.6, 0.4)}, ((4.5 + 4 / 6) / 40, (1.5 + 20 / 6) / 60)),
    ],
)
def test_applications_per_seat_of_seats_for_both_groups(rules: dict[str, object], chance: tuple[float, float]) -> None:
    rows = table(school("h", 0, 0), school("a", 30, 10), school("b", 10, 50))
    side = Pool(per_seat=1.0)
    place = ground(rows, asked := scenario({"h": 10}, ed=side, other=side, **rules))
    found = applications(place, asked, divided(place, asked), 0)
    assert found.rate[0, :, 1].tolist() == pytest.approx(list(chance))


def test_applications_per_seat_follow_each_grade_s_seats() -> None:
    # G has 8 ED seats in kindergarten, H 4 in every grade. Half of A's 40 are in kindergarten: for each of these .4
    # apply to G and, as of all, .1 to H.
    grades = {"grade_low": "KG", "grade_high": "01"}
    rows = table(school("g", 0, 0, **grades), school("h", 0, 0, **grades), school("a", 40, 40, **grades))
    hosts = (Host("g", 16, "KG"), Host("h", 8))
    place = ground(rows, asked := scenario({}, hosts=hosts, ed=Pool(per_seat=1.0)))
    found = applications(place, asked, divided(place, asked), 0)
    assert found.rate[:, ED, 2].tolist() == pytest.approx([0.5 * 0.5, 0.5 * 0.1])


# --- The chance of a seat


def odds(asked: Scenario, present: tuple[int, int] = (0, 0), **columns: str) -> list[tuple[int, int, int, float]]:
    """Offered, applied, admitted and the chance, of either pool; 30 of each group are at another school."""
    rows = table(school("h", *present, **columns), school("a", 30, 30, **columns))
    told = simulate(rows, asked, replicates=1).pools
    return list(told[["offered", "applied", "admitted", "odds"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("unfilled", ["release", "second", "lower"])
def test_seats_that_the_other_pool_leaves_count_for_the_chance(unfilled: str) -> None:
    # 3 others apply for 12 seats, so 21 of the 30 ED who apply have one.
    told = odds(scenario({"h": 24}, other=Pool(0.1), unfilled=unfilled))
    assert told == [(21 if unfilled == "lower" else 12, 30, 21, 0.7), (3 if unfilled == "lower" else 12, 3, 3, 1.0)]


def test_there_is_a_chance_without_a_seat_of_one_s_own_to_draw() -> None:
    # H's 20 ED keep their pool's 20 seats; nobody applies for the others' 20, which go to 20 of A's 30.
    ed, other = odds(scenario({"h": 40}, other=Pool(0.0), unfilled="release"), present=(20, 0))
    assert ed == (0, 30, 20, pytest.approx(2 / 3))
    assert other[:3] == (20, 0, 0)
    assert isnan(other[3])  # undefined where nobody applies


def test_seats_that_too_few_take_are_no_chance() -> None:
    # 15 of 30 apply for 12 seats, and a fifth of them would take one.
    assert odds(scenario({"h": 24}, other=Pool(0.5, accept=0.2)))[1] == (12, 15, 3, 0.2)


def test_the_chance_is_of_the_year_of_the_lottery_and_not_of_those_who_stay() -> None:
    # 12 of 30 have a seat in the first year; in the second half of them go back and nobody follows.
    asked = scenario({"h": 24}, years=2, attrition=0.5, backfill=False)
    assert odds(asked)[0] == (12, 30, 12, 0.4)
