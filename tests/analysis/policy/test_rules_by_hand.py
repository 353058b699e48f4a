"""Every rule beyond two lotteries of one year, worked out on paper as the lotteries are expected to fall.

As in ``test_by_hand``: each case's comment derives the numbers, ``after`` gives (ED, other) of every school, and
parts of students are settled in turn.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest

from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, NewSchool, Pool, Scenario, SetAside, Supply, Weight
from tests.analysis.policy.districts import ELSEWHERE, Row, scenario, school, table
from tests.analysis.policy.test_by_hand import EMPTY, POOR, Mix, Moves, at, pool


class Case(NamedTuple):
    rows: list[Row]
    scenario: Scenario
    after: Mix
    moves: Moves  # (from, to, group): students
    unfilled: dict[str, int]  # of each pool


NEAR_B = [school("h", 0, 0, **at(0)), school("a", 20, 20, **at(10)), school("b", 10, 10, **at(0))]
FAR_YIELD = Pool(1.0, accept_half_miles=10.0)
NEAR_MOVES = {("a", "h", "ed"): 1, ("b", "h", "ed"): 3, ("a", "h", "other"): 1, ("b", "h", "other"): 3}

CASES = {
    # Half of the district is ED, so 40 % of 20 seats are for each side and 4 open. 8 ED of 20 : 10 are 5.33 and 2.67,
    # and so of others; 4 open of the 15 + 15 + 7 + 7 left are 1.36, 1.36, .64 and .64: one of each.
    "a band of ten points": Case(
        EMPTY,
        scenario({"h": 20}, reserve="band", band=0.1),
        {"h": (10, 10), "a": (14, 14), "b": (6, 6)},
        {("a", "h", "ed"): 6, ("b", "h", "ed"): 4, ("a", "h", "other"): 6, ("b", "h", "other"): 4},
        {"ed": 0, "other": 0, "open": 0},
    ),
    # 24 of 40 are ED: 6 of 10 seats for them, 4 for others.
    "the district's own share": Case(
        [school("h", 0, 0), school("a", 24, 16)],
        scenario({"h": 10}, reserve="district", ed_share=0.1),
        {"h": (6, 4), "a": (18, 12)},
        {("a", "h", "ed"): 6, ("a", "h", "other"): 4},
        {"ed": 0, "other": 0},
    ),
    # P, Q and R are a tier each. 4 of P's 18 + 2: 3.6 and .4; 2 of Q's 10 + 10: 1 and 1; 2 of R's 2 + 18: .2 and 1.8.
    # 2 open of 14 + 2, 9 + 9 and 2 + 16: .54, .08, .35, .35, .08 and .62, so one of P's ED and one of R's others.
    "three tiers and open seats": Case(
        [school("h", 0, 0), school("q", 10, 10), school("r", 2, 18), school("p", 18, 2)],
        scenario({"h": 10}, reserve="tiers", tiers=(0.4, 0.2, 0.2)),
        {"h": (6, 4), "p": (13, 2), "q": (9, 9), "r": (2, 15)},
        {("p", "h", "ed"): 5, ("q", "h", "ed"): 1, ("q", "h", "other"): 1, ("r", "h", "other"): 3},
        {"tier 1": 0, "tier 2": 0, "tier 3": 0, "open": 0},
    ),
    # Half of A's 20 ED pass for others: 6 seats go to 10 ED, the other 6 to 10 ED and 20 others, as 2 and 4.
    "a lottery that takes half of one group for the other": Case(
        [school("h", 0, 0), school("a", 20, 20)],
        scenario({"h": 12}, ed=Pool(1.0, mistaken=0.5)),
        {"h": (8, 4), "a": (12, 16)},
        {("a", "h", "ed"): 8, ("a", "h", "other"): 4},
        {"ed": 0, "other": 0},
    ),
    # 4 + 4 seats beside 30 + 10 students who all stay.
    "a magnet": Case(
        [school("h", 30, 10), school("a", 10, 30)],
        scenario({}, hosts=(Host("h", 8, magnet=True),)),
        {"h": (34, 14), "a": (6, 26)},
        {("a", "h", "ed"): 4, ("a", "h", "other"): 4},
        {"ed": 0, "other": 0},
    ),
    # As an empty school of 12 seats would draw: 6 of 20 : 10 are 4 and 2.
    "a school that does not stand yet": Case(
        EMPTY[1:],
        scenario({}, hosts=(Host("n", 12, new=NewSchool("New", 30.0, -97.0, "elementary")),)),
        {"n": (6, 6), "a": (16, 16), "b": (8, 8)},
        {("a", "n", "ed"): 4, ("b", "n", "ed"): 2, ("a", "n", "other"): 4, ("b", "n", "other"): 2},
        {"ed": 0, "other": 0},
    ),
    # B is next door. 2 of each pool's 4 seats are B's; the other 2 go to 20 : 8 as 1.43 and .57.
    "half of each pool for those nearby": Case(
        NEAR_B,
        scenario({"h": 8}, set_asides=(SetAside("proximity", 0.5, 1.0),)),
        {"h": (4, 4), "a": (19, 19), "b": (7, 7)},
        NEAR_MOVES,
        {"ed": 0, "other": 0},
    ),
    "half of each pool for feeders": Case(
        NEAR_B,
        scenario({"h": 8}, set_asides=(SetAside("feeder", 0.5, schools=("b",)),)),
        {"h": (4, 4), "a": (19, 19), "b": (7, 7)},
        NEAR_MOVES,
        {"ed": 0, "other": 0},
    ),
    # A tenth of B's 10 are siblings, 1 in each pool; 3 seats go to 20 : 9 as 2.07 and .93.
    "siblings of a school that already sends": Case(
        NEAR_B,
        scenario({"h": 8}, set_asides=(SetAside("sibling", 0.5, schools=("b",), rate=0.1),)),
        {"h": (4, 4), "a": (18, 18), "b": (8, 8)},
        {("a", "h", "ed"): 2, ("b", "h", "ed"): 2, ("a", "h", "other"): 2, ("b", "h", "other"): 2},
        {"ed": 0, "other": 0},
    ),
    # As above for ED students; 4 seats for others go to 20 : 10 as 2.67 and 1.33.
    "half of one pool alone for those nearby": Case(
        NEAR_B,
        scenario({"h": 8}, set_asides=(SetAside("proximity", 0.5, 1.0, pool="ed"),)),
        {"h": (4, 4), "a": (19, 17), "b": (7, 9)},
        {("a", "h", "ed"): 1, ("b", "h", "ed"): 3, ("a", "h", "other"): 3, ("b", "h", "other"): 1},
        {"ed": 0, "other": 0},
    ),
    # A is ten miles off: with 10 miles half of its 20 ED ask, with 5 a quarter of its others. 5 and 10 for 10 seats:
    # 3.33 and 6.67.
    "willingness falls faster for one group": Case(
        NEAR_B,
        scenario({"h": 20}, draw="distance", half_miles=10.0, other=Pool(1.0, half_miles=5.0)),
        {"h": (10, 10), "a": (15, 17), "b": (5, 3)},
        {("a", "h", "ed"): 5, ("b", "h", "ed"): 5, ("a", "h", "other"): 3, ("b", "h", "other"): 7},
        {"ed": 0, "other": 0},
    ),
    # All ask, and half of A's 20 would take a seat ten miles off: as if half asked.
    "the yield falls with distance": Case(
        NEAR_B,
        scenario({"h": 20}, ed=FAR_YIELD, other=FAR_YIELD),
        {"h": (10, 10), "a": (15, 15), "b": (5, 5)},
        {("a", "h", "ed"): 5, ("b", "h", "ed"): 5, ("a", "h", "other"): 5, ("b", "h", "other"): 5},
        {"ed": 0, "other": 0},
    ),
    # 3 others ask for 12 seats; 12 ED students have theirs, 8 of A's and 4 of B's. Half of the 12 and 6 who still wait
    # would come in the second round, and all 9 have a seat.
    "a second round": Case(
        EMPTY,
        scenario({"h": 24}, other=pool(0.1), unfilled="second", second_accept=0.5),
        {"h": (21, 3), "a": (6, 18), "b": (3, 9)},
        {("a", "h", "ed"): 14, ("b", "h", "ed"): 7, ("a", "h", "other"): 2, ("b", "h", "other"): 1},
        {"ed": 0, "other": 0},
    ),
    # 10 of A's and B's others come and 10 ED leave: H is 20 + 20, A 16 + 24, B 4 + 16. H fell by 25 points and B rose
    # by 20, A by no more than 15. Of H's 20 ED and 10 others who stayed 2 and 2.5, so 3, leave; of B's 16 others 4.
    "some leave where the share changed": Case(
        POOR,
        scenario(
            {"h": 40},
            ed=Pool(1.0, leave_changed=0.1),
            other=Pool(1.0, leave_changed=0.25),
            change_points=0.15,
        ),
        {"h": (18, 17), "a": (16, 24), "b": (4, 12)},
        {
            ("a", "h", "other"): 6,
            ("b", "h", "other"): 4,
            ("h", "a", "ed"): 6,
            ("h", "b", "ed"): 4,
            ("h", "left the district", "ed"): 2,
            ("h", "left the district", "other"): 3,
            ("b", "left the district", "other"): 4,
        },
        {"ed": 0, "other": 0},
    ),
    # A is ten miles off, over which willingness falls by half: 10 of its 20 and all 10 of B's ask for 10 seats.
    "willingness falls with distance": Case(
        NEAR_B,
        scenario({"h": 20}, draw="distance", half_miles=10.0),
        {"h": (10, 10), "a": (15, 15), "b": (5, 5)},
        {("a", "h", "ed"): 5, ("b", "h", "ed"): 5, ("a", "h", "other"): 5, ("b", "h", "other"): 5},
        {"ed": 0, "other": 0},
    ),
    # Of A nobody ED and half of the others ask: 10 ED of B; others 10 : 10.
    "a table of willingness": Case(
        EMPTY,
        scenario({"h": 20}, draw="table", weights=(Weight("a", 0.0, 0.5),)),
        {"h": (10, 10), "a": (20, 15), "b": (0, 5)},
        {("b", "h", "ed"): 10, ("a", "h", "other"): 5, ("b", "h", "other"): 5},
        {"ed": 0, "other": 0},
    ),
    # 20 private students, none ED; all 6 seats of others are theirs.
    "private students come": Case(
        EMPTY,
        scenario({"h": 12}, other=pool(1.0, 1.0), private=Supply(20, 0.0)),
        {"h": (6, 6), "a": (16, 20), "b": (8, 10)},
        {("a", "h", "ed"): 4, ("b", "h", "ed"): 2, ("private schools", "h", "other"): 6},
        {"ed": 0, "other": 0},
    ),
    # As "pool short, seats held" in ``test_by_hand``, but 2 of the 10 displaced leave: 5 take A's 3 and B's 2 places
    # and 3 go in proportion 40 : 20.
    "a fifth of the displaced leave": Case(
        POOR,
        scenario({"h": 40}, ed=Pool(1.0, leave=0.2), other=pool(0.1)),
        {"h": (20, 15), "a": (15, 27), "b": (3, 18)},
        {
            ("a", "h", "other"): 3,
            ("b", "h", "other"): 2,
            ("h", "a", "ed"): 5,
            ("h", "b", "ed"): 3,
            ("h", "left the district", "ed"): 2,
        },
        {"ed": 0, "other": 5},
    ),
    # 3 others of the district ask for 12 seats; of X's 50 next door 5 do, and the other 4 seats stay empty.
    "what is empty is offered outside": Case(
        [*EMPTY, school("x", 0, 50, leaid=ELSEWHERE)],
        scenario({"h": 24}, other=pool(0.1), unfilled="outside"),
        {"h": (12, 8), "a": (12, 18), "b": (6, 9), "x": (0, 45)},
        {
            ("a", "h", "ed"): 8,
            ("b", "h", "ed"): 4,
            ("a", "h", "other"): 2,
            ("b", "h", "other"): 1,
            ("x", "h", "other"): 5,
        },
        {"ed": 0, "other": 4},
    ),
    # 3 others ask for 12 seats, so the share is lowered to 3 and ED students get 21, of 20 : 10 as 14 and 7.
    "the share is lowered to what can be filled": Case(
        EMPTY,
        scenario({"h": 24}, other=pool(0.1), unfilled="lower"),
        {"h": (21, 3), "a": (6, 18), "b": (3, 9)},
        {("a", "h", "ed"): 14, ("b", "h", "ed"): 7, ("a", "h", "other"): 2, ("b", "h", "other"): 1},
        {"ed": 0, "other": 0},
    ),
    # 30 + 10 present stay; 20 more seats: A's 30 and B's 20 others get 12 and 8.
    "nobody has to leave": Case(
        POOR,
        scenario({"h": 60}, stay="always"),
        {"h": (30, 30), "a": (10, 18), "b": (0, 12)},
        {("a", "h", "other"): 12, ("b", "h", "other"): 8},
        {"ed": 0, "other": 0},
    ),
    # 20 ED seats for 30 present and 10 of A: 15 and 5. 20 seats for 10 others present and 50 elsewhere: 3.33 and
    # 16.67; of the 17 A has 10.2 and B 6.8. 15 + 7 are displaced and take the 15 places of A and 7 of B: of the 15 ED
    # 10.23 and 4.77.
    "those present are drawn like everyone else": Case(
        POOR,
        scenario({"h": 40}, stay="drawn"),
        {"h": (20, 20), "a": (15, 25), "b": (5, 15)},
        {
            ("a", "h", "ed"): 5,
            ("a", "h", "other"): 10,
            ("b", "h", "other"): 7,
            ("h", "a", "ed"): 10,
            ("h", "b", "ed"): 5,
            ("h", "a", "other"): 5,
            ("h", "b", "other"): 2,
        },
        {"ed": 0, "other": 0},
    ),
}


def simulated(case: Case) -> Outcome:
    rows = [row if row.get("latitude") else row | {"county": "Travis"} for row in case.rows]
    return simulate(table(*rows), case.scenario, replicates=2)


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
    assert simulated(CASES[name]).pools.set_index("group")["unfilled"].to_dict() == CASES[name].unfilled


def test_private_entrants_raise_the_public_total_and_those_who_leave_lower_it() -> None:
    # 30 + 30 and 6 private students; 40 + 60 less 2.
    enter, leave = (simulated(CASES[name]) for name in ("private students come", "a fifth of the displaced leave"))
    assert [enter.state["students"].before, enter.state["students"].after] == [60, 66]
    assert [leave.state["students"].before, leave.state["students"].after] == [100, 98]


@pytest.mark.parametrize(
    ("sources", "comes"), [(("districts", "charters"), {"x", "y"}), (("districts",), {"x"}), (("charters",), {"y"})]
)
def test_only_the_sources_named_send(sources: tuple[str, ...], comes: set[str]) -> None:
    rows = [*EMPTY, school("x", 0, 5, leaid=ELSEWHERE), school("y", 0, 5, leaid=ELSEWHERE, charter=True)]
    asked = scenario({"h": 24}, other=pool(1.0, 1.0), sources=sources)
    flows = simulate(table(*(row | {"county": "Travis"} for row in rows)), asked, replicates=1).flows
    assert set(flows["from_school"]) - {"a", "b"} == comes


# --- Odds, waitlists and why seats stay empty


def pools(**fields: object) -> dict[str, dict[str, object]]:
    outcome = simulate(table(*EMPTY), scenario({"h": 24}, **fields), replicates=1)
    return outcome.pools.set_index("group").to_dict("index")


def test_applications_per_seat_and_the_waitlist() -> None:
    # 1.5 × 12 = 18 of 30 apply for 12 seats; 6 wait.
    ed = pools(ed=Pool(per_seat=1.5))["ed"]
    assert (ed["applied"], ed["waiting"], ed["unfilled"], ed["why"]) == (18, 6, 0, "")
    assert ed["odds"] == pytest.approx(12 / 18)


def test_a_yield_that_falls_with_distance_lowers_no_applications() -> None:
    # All 30 of each group apply for 10 seats; of A's 20 half would take one, 20 in all, and 10 of those wait.
    pools_ = simulated(CASES["the yield falls with distance"]).pools
    assert pools_[["applied", "inside", "waiting"]].to_numpy().tolist() == [[30, 10, 10]] * 2


@pytest.mark.parametrize(
    ("rules", "offered"),
    [
        # H's 40 ED students keep the pool's 10 seats; the others' 10 find no applicant and go to 10 more of H's.
        ({"unfilled": "release"}, [0, 10]),
        # Nobody has to leave: 20 keep all 20 seats, so none is drawn.
        ({"stay": "always"}, [0, 0]),
    ],
)
def test_seats_that_those_present_hold_in_another_pool_are_offered_to_nobody(
    rules: dict[str, str], offered: list[int]
) -> None:
    schools = table(school("h", 40, 0), school("a", 0, 60))
    pools = simulate(schools, scenario({"h": 20}, other=Pool(willing=0), **rules), replicates=3).pools
    assert pools["kept"].tolist() == [20, 0]
    assert pools["offered"].tolist() == offered


def test_what_a_second_round_fills_is_told_and_whoever_found_a_place_waits_no_more() -> None:
    ed, other = simulated(CASES["a second round"]).pools[["inside", "second", "waiting"]].to_numpy().tolist()
    assert (ed, other) == ([21, 9, 0], [3, 0, 0])


def test_a_release_at_once_loses_nobody_to_another_place() -> None:
    # All 18 who wait are offered the 9 seats.
    ed = pools(other=pool(0.1), unfilled="release")["ed"]
    assert (ed["inside"], ed["second"], ed["waiting"]) == (21, 0, 9)


def test_siblings_come_from_the_schools_that_sent_students_before() -> None:
    # Half are kindergartners: 30 of A's and 20 of B's. The first year's seat is A's, .6 to .4. Of the second year's 3 A
    # would have 1.8 and B 1.2, so 2 and 1; but B sent nobody, so nobody there has a sibling.
    grades = {"grade_low": "KG", "grade_high": "01"}
    rows = table(school("h", 0, 0, **grades), school("a", 0, 60, **grades), school("b", 0, 40, **grades))
    plain = scenario({}, hosts=(Host("h", 1, "KG", later=(3,)),), ed_share=0.0, years=2)
    for asides, sent in (((), {"a": 3, "b": 1}), ((SetAside("sibling", 1.0),), {"a": 4})):
        flows = simulate(rows, replace(plain, set_asides=asides), replicates=1).flows
        assert flows.groupby("from_school")["students"].sum().to_dict() == sent


def test_too_few_accept() -> None:
    # Of A's 20 and B's 10 half apply, 10 and 5, and half of those accept: 5 and 2.5, so 3.
    other = pools(other=Pool(0.5, accept=0.5))["other"]
    assert (other["applied"], other["inside"], other["unfilled"]) == (15, 8, 4)
    assert other["why"] == "Of the 15 other students who apply for 12 seats too few take one."


@pytest.mark.parametrize(
    ("willing", "why"),
    [
        (0.1, "Only 3 of 30 other students who could apply for 12 seats do."),
        (0.0, "None of the 30 other students who could apply for 12 seats does."),
    ],
)
def test_too_few_apply(willing: float, why: str) -> None:
    assert pools(other=pool(willing))["other"]["why"] == why


def test_nobody_could_apply() -> None:
    rows = [school("h", 0, 0), school("a", 20, 0)]
    outcome = simulate(table(*rows), scenario({"h": 24}), replicates=1)
    assert outcome.pools["why"].tolist() == ["", "No school that may send students has other students of these grades."]


def test_those_who_wait_live_outside() -> None:
    rows = [school("h", 0, 0), school("a", 20, 2), school("x", 0, 50, leaid=ELSEWHERE)]
    nearby = table(*(row | {"county": "Travis"} for row in rows))
    # A quarter of 12 seats outside: 3, and 2 inside; 47 wait.
    outcome = simulate(nearby, scenario({"h": 24}, other=pool(1.0, 0.25)), replicates=1)
    other = outcome.pools.set_index("group").loc["other"]
    assert (other["unfilled"], other["waiting"]) == (7, 47)
    assert "the 47 who still wait live outside it" in other["why"]


def test_miles_travelled() -> None:
    # 1 of each group comes ten miles, 3 none.
    travel = simulated(CASES["half of each pool for those nearby"]).travel.set_index("group")
    assert travel["miles"].tolist() == pytest.approx([2.5, 2.5], abs=1e-3)
    assert travel["students"].tolist() == [4, 4]
    assert travel["unknown"].tolist() == [0, 0]
    nowhere = simulated(CASES["a band of ten points"]).travel.set_index("group")
    assert nowhere["miles"].isna().all()
    assert nowhere["unknown"].tolist() == [10, 10]
