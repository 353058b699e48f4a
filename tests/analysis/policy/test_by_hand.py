"""Small districts whose every number was worked out on paper, as the lotteries are expected to fall.

Each case's comment derives the numbers; ``after`` gives (ED, other) of every school. A is sent from in proportion to
its students unless the case says otherwise, and parts of students are settled in turn.
"""

from typing import NamedTuple

import pandas as pd
import pytest

from analysis.policy.outcome import Outcome, as_expected, simulate
from analysis.policy.scenario import Pool, Scenario
from tests.analysis.policy.districts import ELSEWHERE, HOME, Row, scenario, school, table

Mix = dict[str, tuple[int, int]]
Moves = dict[tuple[str, str, str], int]


class Case(NamedTuple):
    rows: list[Row]
    scenario: Scenario
    after: Mix
    moves: Moves  # (from, to, group): students
    unfilled: dict[tuple[str, str], int]  # (host, group): seats


def pool(willing: float, outside: float = 0.0) -> Pool:
    return Pool(willing=willing, outside=outside)


# A host of 30 + 10 with 20 + 20 seats: 20 ED keep theirs, 10 are displaced; all 10 others stay, 10 seats are open.
POOR = [school("h", 30, 10), school("a", 10, 30), school("b", 0, 20)]
EMPTY = [school("h", 0, 0), school("a", 20, 20), school("b", 10, 10)]

CASES = {
    # The 10 open seats go to A's 30 and B's 20 others as 6 and 4, and the 10 displaced take just those places.
    "those present first, then one for one": Case(
        POOR,
        scenario({"h": 40}),
        {"h": (20, 20), "a": (16, 24), "b": (4, 16)},
        {("a", "h", "other"): 6, ("b", "h", "other"): 4, ("h", "a", "ed"): 6, ("h", "b", "ed"): 4},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # One in ten is willing: 3 of A, 2 of B; 5 seats stay empty. 5 of the 10 displaced take A's 3 and B's 2 places; for
    # the other 5 there is none: in proportion to enrolment 40 : 20 that is 3.33 and 1.67, so 3 and 2.
    "pool short, seats held": Case(
        POOR,
        scenario({"h": 40}, other=pool(0.1)),
        {"h": (20, 15), "a": (16, 27), "b": (4, 18)},
        {("a", "h", "other"): 3, ("b", "h", "other"): 2, ("h", "a", "ed"): 6, ("h", "b", "ed"): 4},
        {("h", "ed"): 0, ("h", "other"): 5},
    ),
    # The 5 seats go to the other lottery: 5 of the displaced stay, 5 take A's 3 and B's 2 places.
    "pool short, seats released to those present": Case(
        POOR,
        scenario({"h": 40}, other=pool(0.1), unfilled="release"),
        {"h": (25, 15), "a": (13, 27), "b": (2, 18)},
        {("a", "h", "other"): 3, ("b", "h", "other"): 2, ("h", "a", "ed"): 3, ("h", "b", "ed"): 2},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # An empty host of 24 seats, 12 + 12. ED 20 : 10 give 8 and 4. One other in ten is willing: 2 and 1, 9 left empty.
    "new school, pool short, seats held": Case(
        EMPTY,
        scenario({"h": 24}, other=pool(0.1)),
        {"h": (12, 3), "a": (12, 18), "b": (6, 9)},
        {("a", "h", "ed"): 8, ("b", "h", "ed"): 4, ("a", "h", "other"): 2, ("b", "h", "other"): 1},
        {("h", "ed"): 0, ("h", "other"): 9},
    ),
    # The 9 go to the remaining 12 : 6 ED as 6 and 3.
    "new school, pool short, seats released to more of the other pool": Case(
        EMPTY,
        scenario({"h": 24}, other=pool(0.1), unfilled="release"),
        {"h": (21, 3), "a": (6, 18), "b": (3, 9)},
        {("a", "h", "ed"): 14, ("b", "h", "ed"): 7, ("a", "h", "other"): 2, ("b", "h", "other"): 1},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # 12 seats more than the 8 + 0 present: 10 + 10, nobody is displaced; 2 ED (1.33 and .67) and 10 others (6.67 and
    # 3.33) come and nobody takes their places.
    "a school that grows": Case(
        [school("h", 8, 0), *EMPTY[1:]],
        scenario({"h": 20}),
        {"h": (10, 10), "a": (19, 13), "b": (9, 7)},
        {("a", "h", "ed"): 1, ("b", "h", "ed"): 1, ("a", "h", "other"): 7, ("b", "h", "other"): 3},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # 30 + 10 present but 20 seats: half the places come free, 15 ED and 5 others. 10 ED keep theirs, 5 are displaced; 5
    # others keep theirs, 5 come from A (3) and B (2), whose places the displaced take. 15 + 5 never moved.
    "half the places": Case(
        POOR,
        scenario({"h": 20}),
        {"h": (25, 15), "a": (13, 27), "b": (2, 18)},
        {("a", "h", "other"): 3, ("b", "h", "other"): 2, ("h", "a", "ed"): 3, ("h", "b", "ed"): 2},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # Nobody is willing: the 10 displaced go in proportion to enrolment 40 : 20, 6.67 and 3.33.
    "overflow": Case(
        POOR,
        scenario({"h": 40}, ed=pool(0.0), other=pool(0.0)),
        {"h": (20, 10), "a": (17, 30), "b": (3, 20)},
        {("h", "a", "ed"): 7, ("h", "b", "ed"): 3},
        {("h", "ed"): 0, ("h", "other"): 10},
    ),
    # The same with A at 5 + 5 and B empty: in proportion to enrolment 10 : 0, all 10 go to A.
    "overflow opens no empty school": Case(
        [POOR[0], school("a", 5, 5), school("b", 0, 0)],
        scenario({"h": 40}, ed=pool(0.0), other=pool(0.0)),
        {"h": (20, 10), "a": (15, 5), "b": (0, 0)},
        {("h", "a", "ed"): 10},
        {("h", "ed"): 0, ("h", "other"): 10},
    ),
    # 10 + 10 seats; a quarter of the other pool, 2.5, so 3, is offered outside: X sends 3, A and B 4.67 and 2.33.
    "outside share, a half rounded up": Case(
        [*EMPTY, school("x", 0, 8, leaid=ELSEWHERE)],
        scenario({"h": 20}, other=pool(1.0, 0.25)),
        {"h": (10, 10), "a": (13, 15), "b": (7, 8), "x": (0, 5)},
        {
            ("a", "h", "ed"): 7,
            ("b", "h", "ed"): 3,
            ("a", "h", "other"): 5,
            ("b", "h", "other"): 2,
            ("x", "h", "other"): 3,
        },
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # All 10 are offered outside first, but X has only 4: A and B send the other 6, as 4 and 2.
    "outside short, the rest from inside": Case(
        [*EMPTY, school("x", 3, 4, leaid=ELSEWHERE)],
        scenario({"h": 20}, other=pool(1.0, 1.0)),
        {"h": (10, 10), "a": (13, 16), "b": (7, 8), "x": (3, 0)},
        {
            ("a", "h", "ed"): 7,
            ("b", "h", "ed"): 3,
            ("a", "h", "other"): 4,
            ("b", "h", "other"): 2,
            ("x", "h", "other"): 4,
        },
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # 5 of the 10 open seats are for the outside share of a pool of 20: a quarter. Only A's 3 and B's 2 leave places in
    # the district, for 5 of the 10 displaced; the other 5 go 3.33 and 1.67.
    "places left outside are not for the district's displaced": Case(
        [*POOR, school("x", 0, 50, leaid=ELSEWHERE)],
        scenario({"h": 40}, other=pool(1.0, 0.25)),
        {"h": (20, 20), "a": (16, 27), "b": (4, 18), "x": (0, 45)},
        {
            ("a", "h", "other"): 3,
            ("b", "h", "other"): 2,
            ("x", "h", "other"): 5,
            ("h", "a", "ed"): 6,
            ("h", "b", "ed"): 4,
        },
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # B is 7 miles off and A 14: B's 10 ED and 10 others fill 10 + 10 of 12 + 12 seats, A sends the rest.
    "nearest": Case(
        [
            school("h", 0, 0, latitude=30.0, longitude=-97.0),
            school("a", 20, 20, latitude=30.2, longitude=-97.0),
            school("b", 10, 10, latitude=30.1, longitude=-97.0),
        ],
        scenario({"h": 24}, draw="nearest"),
        {"h": (12, 12), "a": (18, 18), "b": (0, 0)},
        {("b", "h", "ed"): 10, ("b", "h", "other"): 10, ("a", "h", "ed"): 2, ("a", "h", "other"): 2},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # 15 + 15 seats. ED from the school with the highest share first: A (.9) 9, then B (.5) 6. Others from the lowest: C
    # (.2) 8, then B 7.
    "extremes": Case(
        [school("h", 0, 0), school("a", 9, 1), school("b", 10, 10), school("c", 2, 8)],
        scenario({"h": 30}, draw="extremes"),
        {"h": (15, 15), "a": (0, 1), "b": (4, 3), "c": (2, 0)},
        {("a", "h", "ed"): 9, ("b", "h", "ed"): 6, ("c", "h", "other"): 8, ("b", "h", "other"): 7},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # .3 × 10 = 3, so 3 + 7 seats at H; .3 × 5 = 1.5, rounded up, so 2 + 3 at G.
    "seats reserved in another share, a half rounded up": Case(
        [school("h", 0, 0), school("g", 0, 0), school("a", 20, 20)],
        scenario({"h": 10, "g": 5}, ed_share=0.3),
        {"h": (3, 7), "g": (2, 3), "a": (15, 10)},
        {("a", "h", "ed"): 3, ("a", "h", "other"): 7, ("a", "g", "ed"): 2, ("a", "g", "other"): 3},
        {("h", "ed"): 0, ("h", "other"): 0, ("g", "ed"): 0, ("g", "other"): 0},
    ),
    # Half of A's 12 others are willing, once for both hosts: H's 5 seats are filled, G gets the one left.
    "the first host is served first, and nobody decides twice": Case(
        [school("h", 0, 0), school("g", 0, 0), school("a", 20, 12)],
        scenario({"h": 10, "g": 10}, other=pool(0.5)),
        {"h": (5, 5), "g": (5, 1), "a": (10, 6)},
        {("a", "h", "ed"): 5, ("a", "h", "other"): 5, ("a", "g", "ed"): 5, ("a", "g", "other"): 1},
        {("h", "ed"): 0, ("h", "other"): 0, ("g", "ed"): 0, ("g", "other"): 4},
    ),
    # The high school M sends nobody to an elementary host, the combined school K and the one of unknown level U do.
    "only schools of the same grades": Case(
        [
            school("h", 0, 0),
            school("m", 50, 50, level="high"),
            school("k", 6, 6, level="combined"),
            school("u", 6, 6, level=None),
        ],
        scenario({"h": 12}),
        {"h": (6, 6), "m": (50, 50), "k": (3, 3), "u": (3, 3)},
        {("k", "h", "ed"): 3, ("k", "h", "other"): 3, ("u", "h", "ed"): 3, ("u", "h", "other"): 3},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
    # Only A may send ED students and only B others.
    "named senders": Case(
        EMPTY,
        scenario({"h": 10}, ed=Pool(1.0, senders=("a",)), other=Pool(1.0, senders=("b",))),
        {"h": (5, 5), "a": (15, 20), "b": (10, 5)},
        {("a", "h", "ed"): 5, ("b", "h", "other"): 5},
        {("h", "ed"): 0, ("h", "other"): 0},
    ),
}


def simulated(case: Case) -> Outcome:
    rows = [row if row.get("latitude") else row | {"county": "Travis"} for row in case.rows]
    return as_expected(table(*rows), case.scenario)


@pytest.mark.parametrize("name", CASES)
def test_every_school_s_mix(name: str) -> None:
    schools = simulated(CASES[name]).schools.set_index("ncessch")
    other = schools["students_after"] - schools["ed_after"]
    assert dict(zip(schools.index, zip(schools["ed_after"], other, strict=True), strict=True)) == CASES[name].after


@pytest.mark.parametrize("name", CASES)
def test_every_move(name: str) -> None:
    flows = simulated(CASES[name]).flows.set_index(["from_school", "to_school", "group"])["students"]
    assert flows.to_dict() == CASES[name].moves


@pytest.mark.parametrize("name", CASES)
def test_every_seat(name: str) -> None:
    outcome = simulated(CASES[name])
    assert outcome.pools.set_index(["host", "group"])["unfilled"].to_dict() == CASES[name].unfilled
    assert outcome.district["moved"].after == sum(CASES[name].moves.values())


def test_the_pools_of_a_host_by_hand() -> None:
    # 20 + 20 seats; ED: 20 kept. Others: 10 kept, a quarter of the pool, 5, from outside, 5 from inside.
    pools = simulated(CASES["places left outside are not for the district's displaced"]).pools.set_index("group")
    columns = ["seats", "kept", "outside", "inside", "unfilled"]
    assert pools.loc["ed", columns].tolist() == [20, 20, 0, 0, 0]
    assert pools.loc["other", columns].tolist() == [20, 10, 5, 5, 0]


def test_the_indices_by_hand() -> None:
    # Of 40 ED and 60 others. Before, 30+10, 10+30, 0+20: D = ½(|.75 − .1667| + |.25 − .5| + .3333) = .5833;
    # exposure .75 · .25 + .25 · .75 = .375. After, 20+20, 16+24, 4+16: D = ½(.1667 + 0 + .1667) = .1667;
    # exposure .5 · .5 + .4 · .6 + .1 · .8 = .57.
    # V = aPa − bPa, with aPa = 1 − exposure and bPa = exposure · 40/60: .625 − .25 = .375, then .43 − .38 = .05.
    district = simulated(CASES["those present first, then one for one"]).district
    assert [district["dissimilarity"].before, district["dissimilarity"].after] == pytest.approx([7 / 12, 1 / 6])
    assert [district["exposure"].before, district["exposure"].after] == pytest.approx([0.375, 0.57])
    assert [district["variance_ratio"].before, district["variance_ratio"].after] == pytest.approx([0.375, 0.05])
    # No school is 40–60 % ED before; H (50 %) and A (40 %) are after, with 80 of 100 students.
    assert [district["balanced"].before, district["balanced"].after] == pytest.approx([0.0, 0.8])


@pytest.mark.parametrize(
    ("seats", "share", "ed"), [(5, 0.5, 3), (10, 0.25, 3), (50, 0.29, 15), (10, 0.35, 4), (50, 0.57, 29), (3, 0.1, 0)]
)
def test_seats_and_outside_shares_are_rounded_half_up_as_written(seats: int, share: float, ed: int) -> None:
    rows = [school("h", 0, 0), school("a", 99, 99), school("x", 99, 99, leaid=ELSEWHERE)]
    nearby = table(*(row | {"county": "Travis"} for row in rows))
    assert simulate(nearby, scenario({"h": seats}, ed_share=share), replicates=1).pools["seats"][0] == ed
    only_ed = scenario({"h": seats}, ed_share=1.0, ed=pool(1.0, share))
    assert simulate(nearby, only_ed, replicates=1).pools["outside"][0] == ed


# --- Who is near enough to send from outside the district


def senders(*outside: Row, host: Row, **fields: object) -> set[str]:
    policy = scenario({"h": 10}, ed=pool(1.0, 1.0), other=pool(1.0, 1.0), **fields)
    flows = simulate(table(host, school("a", 0, 0), *outside), policy, replicates=1).flows
    return set(flows["from_school"])


def at(miles: float) -> dict[str, object]:
    """A point so far north of 30° N, 97° W; a degree is 3,958.8 π / 180 = 69.094 miles."""
    return {"latitude": 30 + miles / 69.094, "longitude": -97.0}


def out(name: str, **columns: object) -> Row:
    return school(name, 5, 5, leaid=ELSEWHERE, **columns)


def test_outside_schools_within_the_distance_may_send() -> None:
    host = school("h", 0, 0, **at(0))
    near, far = out("near", **at(9.9)), out("far", **at(10.1))
    assert senders(near, far, host=host) == {"near"}
    assert senders(far, host=host, outside_miles=10.2) == {"far"}


def test_a_county_says_nothing_where_points_are_known() -> None:
    assert senders(out("far", county="Travis", **at(30)), host=school("h", 0, 0, county="Travis", **at(0))) == set()


@pytest.mark.parametrize("known", ["neither", "host", "school"])
def test_the_county_stands_in_where_a_point_is_unknown(known: str) -> None:
    host = school("h", 0, 0, county="Travis", **(at(0) if known == "host" else {}))
    point = at(1) if known == "school" else {}
    same, other, none = (
        out("same", county="Travis", **point),
        out("other", county="Hays", **point),
        out("none", **point),
    )
    assert senders(same, other, none, host=host) == {"same"}


def test_an_unknown_county_is_not_the_same_as_another_unknown_one() -> None:
    assert senders(out("none"), host=school("h", 0, 0)) == set()


def test_near_any_host_is_near_enough() -> None:
    rows = [school("h", 0, 0, **at(0)), school("g", 0, 0, **at(30)), school("a", 5, 5, **at(0)), out("x", **at(35))]
    policy = scenario({"h": 4, "g": 4}, ed=pool(1.0, 1.0))
    flows = simulate(table(*rows), policy, replicates=1).flows
    assert "x" in set(flows["from_school"])


def test_no_outside_share_means_nobody_from_outside() -> None:
    rows = [school("h", 0, 0, county="Travis"), school("a", 1, 1), out("x", county="Travis")]
    assert set(simulate(table(*rows), scenario({"h": 10}), replicates=1).flows["from_school"]) == {"a"}


def test_schools_whose_ed_count_is_unknown_are_left_out_and_named() -> None:
    rows = [school("h", 0, 0), school("a", 9, 9), school("b", None, 30)]
    outcome = simulate(table(*rows), scenario({"h": 10}), replicates=1)
    assert outcome.unknown["ncessch"].tolist() == ["b"]
    assert isinstance(outcome.unknown, pd.DataFrame)
    assert set(outcome.schools["ncessch"]) == {"h", "a"}
    assert set(outcome.flows["from_school"]) == {"a"}
    assert set(outcome.schools["leaid"]) == {HOME}


def test_a_district_of_six_hundred_thousand_students_overflows_too() -> None:
    # 4,000 ED students, 2,000 + 2,000 seats, nobody willing: 2,000 go to 600 schools of 1,000, as 3 or 4 each.
    rows = [school("h", 4000, 0), *(school(f"s{i:03d}", 800, 200) for i in range(600))]
    nobody = scenario({"h": 4000}, ed=pool(0.0), other=pool(0.0))
    flows = simulate(table(*rows), nobody, replicates=2).flows
    assert flows["students"].sum() == 2000
    assert set(flows["students"]) == {3, 4}
