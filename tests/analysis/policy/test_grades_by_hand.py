"""Seats in several grades, of other numbers in other years, worked out on paper.

H has 40 ED students in kindergarten and grade 1, A 40 others: 20 in each grade. Of 10 seats in a grade 5 are for
others; of the 10 present students asked 5 keep a seat and 5 take the places that A's leave.
"""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.places import places_of
from analysis.policy.scenario import Host, NewSchool, Pool, SetAside
from tests.analysis.policy.districts import last_year, scenario, school, table

GRADES = {"grade_low": "KG", "grade_high": "01"}
BOTH = (Host("h", 10, "KG"), Host("h", 10, "01"))


def run(hosts: tuple[Host, ...], years: int = 1, **fields: object) -> Outcome:
    rows = table(school("h", 40, 0, **GRADES), school("a", 0, 40, **GRADES))
    return simulate(rows, scenario({}, hosts=hosts, years=years, **fields), replicates=3)


def moves(outcome: Outcome) -> dict[tuple[str, str, str, int], int]:
    columns = ["from_school", "to_school", "grade", "year"]
    return {key: n for *key_, n in outcome.flows[[*columns, "students"]].to_numpy().tolist() for key in [tuple(key_)]}


def after(outcome: Outcome) -> tuple[int, int]:
    host = outcome.schools.set_index("ncessch").loc["h"]
    return int(host["ed_after"]), int(host["students_after"] - host["ed_after"])


def test_each_grade_has_its_own_seats_and_applicants() -> None:
    outcome = run(BOTH)
    assert moves(outcome) == {
        ("a", "h", "KG", 1): 5,
        ("a", "h", "01", 1): 5,
        ("h", "a", "KG", 1): 5,
        ("h", "a", "01", 1): 5,
    }
    others = outcome.pools[outcome.pools["group"] == "other"].set_index("grade")
    assert others[["seats", "inside", "applied", "waiting"]].to_numpy().tolist() == [[5, 5, 20, 15]] * 2
    assert after(outcome) == (30, 10)


def test_where_nobody_has_to_leave_children_due_in_the_lowest_grade_have_no_such_right() -> None:
    # In kindergarten as ever; in grade 1 the ten asked, who are at H since kindergarten, keep all its seats.
    outcome = run(BOTH, stay="always")
    assert moves(outcome) == {("a", "h", "KG", 1): 5, ("h", "a", "KG", 1): 5}
    assert outcome.pools[["kept", "offered"]].to_numpy().tolist() == [[5, 0], [0, 5], [10, 0], [0, 0]]
    assert after(outcome) == (35, 5)
    # A year later kindergarten's are in grade 1, which those who kept its seats have left.
    assert after(run((BOTH[0], Host("h", 10, "01", later=(0,))), years=2, stay="always")) == (30, 10)


@pytest.mark.parametrize(
    ("low", "begin"),
    [
        ("KG", [True, False, False]),
        ("PK", [True, False, False]),
        ("02", [True, True, False]),
        (None, [True, False, False]),
    ],
)
def test_the_lowest_grade_of_a_school(low: str | None, begin: list[bool]) -> None:
    # Below its lowest there are no seats but where that is wrong; unknown, it is the lowest with seats.
    rows = table(school("h", 40, 0, grade_low=low), school("a", 0, 40))
    hosts = (Host("h", 5, "KG"), Host("h", 5, "02"), Host("h", 5, "03"))
    assert ground(rows, scenario({}, hosts=hosts)).begin.tolist() == begin
    assert ground(rows, scenario({"h": 5})).begin.tolist() == [False]


@pytest.mark.parametrize(
    ("grades", "level", "all_grades", "kindergarten"),
    [
        (("09", "12"), "combined", False, False),
        (("03", "05"), "elementary", True, False),
        (("PK", "PK"), "elementary", False, False),
        (("PK", "01"), "elementary", True, True),
        (("KG", "12"), "combined", True, True),
        (("05", "08"), "middle", False, False),
        ((None, None), "combined", True, True),
    ],
)
def test_who_shares_a_grade_with_the_host(
    grades: tuple[str | None, str | None], level: str, all_grades: bool, kindergarten: bool
) -> None:
    low, high = grades
    rows = table(
        school("h", 40, 0, grade_low="KG", grade_high="05"),
        school("a", 0, 40, grade_low="KG", grade_high="05"),
        school("x", 0, 40, grade_low=low, grade_high=high, level=level),
    )
    for host, shared in ((Host("h", 5), all_grades), (Host("h", 5, "KG"), kindergarten)):
        place = ground(rows, scenario({}, hosts=(host,)))
        assert place.serves[0].tolist() == [True, True, shared]
    both = places_of(ground(rows, scenario({})))
    assert both.serves[0].tolist() == both.serves[:, 0].tolist() == [True, True, all_grades]


def test_in_earlier_layouts_the_same_students_apply_for_either_grade() -> None:
    # 20 of A's 40 apply; 5 have a kindergarten seat before grade 1 is drawn.
    pools = run(BOTH, applicants="grade").pools
    assert pools.loc[pools["group"] == "other", "applied"].tolist() == [20, 15]


def test_a_phase_in_begins_in_several_grades_and_goes_on_in_the_first() -> None:
    # Grade 1's students of the first year have left the top grade; kindergarten's now are in grade 1.
    outcome = run((BOTH[0], Host("h", 10, "01", later=(0,))), years=2)
    assert moves(outcome) == {
        ("a", "h", "KG", 1): 5,
        ("a", "h", "KG", 2): 5,
        ("h", "a", "KG", 1): 5,
        ("h", "a", "KG", 2): 5,
    }
    assert after(outcome) == (30, 10)


@pytest.mark.parametrize(
    ("host", "seats"),
    [
        (Host("h", 10, "KG", later=(6, 2)), [10, 6, 2, 2]),
        (Host("h", 10, "KG", start=3), [0, 0, 10, 10]),
        (Host("h", 10, "KG", start=2, later=(4,)), [0, 10, 4, 4]),
        (Host("h", 10, start=2), [0, 10, 0, 0]),
    ],
    ids=str,
)
def test_seats_of_each_year(host: Host, seats: list[int]) -> None:
    assert [host.seats_in(year) for year in (1, 2, 3, 4)] == seats


def test_seats_of_other_years_are_drawn_in_theirs() -> None:
    # 10 seats in the first year, 6 in the second: 5 and 3 others.
    outcome = run((Host("h", 10, "KG", later=(6,)),), years=2)
    assert {key[3]: n for key, n in moves(outcome).items() if key[1] == "h"} == {1: 5, 2: 3}
    d = outcome.years[outcome.years["figure"] == "moved"]["value"].tolist()
    assert d == [0, 10, 16]


def test_a_host_that_starts_later_changes_nothing_before() -> None:
    outcome = run((Host("h", 10, "KG", start=2),), years=2)
    assert outcome.years[outcome.years["figure"] == "moved"]["value"].tolist() == [0, 0, 10]
    assert {key[3] for key in moves(outcome)} == {2}
    every = run((Host("h", 20, start=2),), years=3)
    assert every.years[every.years["figure"] == "moved"]["value"].tolist() == [0, 0, 20, 20]
    assert every.flows["grade"].isna().all()
    assert set(every.flows["year"]) == {2}


@pytest.mark.parametrize(
    ("seats", "years", "words"),
    [((20, 21), 1, "41 seats in all"), ((21, 0), 2, "42 seats in all"), ((20, 20), 1, "")],
    ids=["two grades", "two years", "as many as it holds"],
)
def test_a_building_holds_the_seats_of_all_its_grades(seats: tuple[int, int], years: int, words: str) -> None:
    rows = table(school("h", 40, 0, capacity=40, **GRADES), school("a", 0, 40, **GRADES))
    hosts = (Host("h", seats[0], "KG", later=(seats[0],)), Host("h", seats[1], "01", later=(0,)))
    asked = scenario({}, hosts=hosts, years=years)
    if not words:
        assert simulate(rows, asked, replicates=1).pools["seats"].sum() == 40
        return
    with pytest.raises(InputError, match=f"Host h is given {words} but holds 40; give it fewer seats"):
        simulate(rows, asked, replicates=1)


def test_a_new_school_with_seats_in_two_grades_is_one_school() -> None:
    new = NewSchool("New", 30.0, -97.0, "elementary", "KG", "01")
    rows = table(school("a", 20, 20, **GRADES))
    hosts = tuple(Host("n", 8, grade, new=new) for grade in ("KG", "01"))
    outcome = simulate(rows, scenario({}, hosts=hosts, years=3), replicates=2)
    # Each year 4 + 4 in either grade; in the end kindergarten of years 2 and 3 and grade 1 of year 3.
    schools = outcome.schools.set_index("ncessch")
    assert schools.loc["n", ["ed_after", "students_after"]].tolist() == [12, 24]
    assert sorted(set(zip(outcome.flows["grade"], outcome.flows["year"], strict=True))) == [
        ("01", 3),
        ("KG", 2),
        ("KG", 3),
    ]


def test_every_grade_beside_one_grade() -> None:
    # Half of A's are kindergartners: 10 of 20 apply for G's seats in kindergarten, and whoever has none of them is
    # among those who apply to H with its seats in every grade.
    rows = table(school("g", 0, 0, **GRADES), school("h", 0, 0, **GRADES), school("a", 0, 20, **GRADES))
    hosts = (Host("g", 8, "KG"), Host("h", 8))
    pools = simulate(rows, scenario({}, hosts=hosts, ed_share=0.0), replicates=2).pools
    others = pools[pools["group"] == "other"].set_index("host")
    assert others["applied"].to_dict() == {"g": 10, "h": 12}
    assert pd.isna(others.loc["h", "grade"])
    assert others["inside"].to_dict() == {"g": 8, "h": 8}


def test_siblings_of_the_first_year_come_from_every_school_in_each_grade() -> None:
    # Everyone is a sibling and every seat is for siblings, which is the same as none; that kindergarten's one seat has
    # just been drawn from A or B says nothing of grade 1.
    rows = table(school("g", 0, 0, **GRADES), school("a", 0, 20, **GRADES), school("b", 0, 20, **GRADES))
    hosts = (Host("g", 1, "KG"), Host("g", 10, "01"))
    plain = scenario({}, hosts=hosts, ed_share=0.0)
    siblings = replace(plain, set_asides=(SetAside("sibling", 1.0),))
    one, two = (last_year(ground(rows, asked), asked, Lottery(1), 40).won for asked in (plain, siblings))
    assert (one == two).all()
    assert one[1].any(axis=(0, 1)).sum() == 2


def test_a_second_round_in_one_draw_takes_nobody_off_the_waitlists_of_others() -> None:
    # Of A's 12 others about half apply for six seats: where they fill them, everyone else of the pool waits on.
    rows = table(school("g", 0, 0, **GRADES), school("a", 12, 12, **GRADES))
    asked = scenario({"g": 12}, other=Pool(0.5), unfilled="second", second_accept=0.5)
    found = last_year(ground(rows, asked), asked, Lottery(1), 40)
    unfilled = found.seats - found.kept - found.inside - found.outside
    none = (found.second.sum(axis=(0, 1)) == 0) & (unfilled.sum(axis=(0, 1)) == 0)
    assert 0 < none.sum() < 40
    assert (found.waiting == found.applied - found.inside)[..., none].all()
