"""Lotteries held year after year, worked out on paper.

H has 40 ED students in kindergarten and grade 1, A 40 others. 20 kindergarten seats a year: of H's 20 kindergartners 10
keep a seat and 10 are displaced; 10 of A's others come and leave their places to them.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.policy.figures import CHUNK, spread
from analysis.policy.ground import ground
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, Pool
from tests.analysis.policy.districts import EVERYONE, Row, scenario, school, table

GRADES = {"grade_low": "KG", "grade_high": "01"}


def rows(**columns: object) -> list[Row]:
    return [school("h", 40, 0, **GRADES, **columns), school("a", 0, 40, **GRADES)]


def run(years: int, **fields: object) -> Outcome:
    asked = scenario({}, hosts=(Host("h", 20, "KG"),), years=years, **fields)
    return simulate(table(*rows()), asked, replicates=3)


def mix(outcome: Outcome) -> dict[str, tuple[int, int]]:
    rows = outcome.schools[["ncessch", "ed_after", "students_after"]].itertuples(index=False)
    return {name: (ed, students - ed) for name, ed, students in rows}


@pytest.mark.parametrize(
    ("years", "after"),
    [
        (1, {"h": (30, 10), "a": (10, 30)}),
        (2, {"h": (20, 20), "a": (20, 20)}),
        # The first year's students leave grade 1; the third year's take their part.
        (3, {"h": (20, 20), "a": (20, 20)}),
        (7, {"h": (20, 20), "a": (20, 20)}),
    ],
)
def test_a_host_changes_by_a_grade_a_year_until_every_grade_was_drawn(
    years: int, after: dict[str, tuple[int, int]]
) -> None:
    assert mix(run(years)) == after


@pytest.mark.parametrize(
    ("stay", "grade", "years", "after"),
    [
        # 19 seats for others: H's 19 ED students go to A, 19 of A's others come.
        ("first", "KG", 1, {"h": (0, 19), "a": (19, 41)}),
        # One seat more a year, and nobody present to give up a place for it.
        ("first", "KG", 3, {"h": (0, 21), "a": (19, 39)}),
        # The 19 leave grade 2, and ED students are present again. H holds 19 as today, 3 of them drawn.
        ("first", "KG", 4, {"h": (16, 3), "a": (3, 57)}),
        ("first", "KG", 5, {"h": (16, 3), "a": (3, 57)}),
        # In kindergarten nobody is yet who could not be asked to leave.
        ("always", "KG", 4, {"h": (16, 3), "a": (3, 57)}),
        # In grade 1 they are there: 19 keep the seats of the first year, and the second's is beside them. When the 19
        # have left grade 2, one present keeps the third's.
        ("always", "01", 2, {"h": (19, 1), "a": (0, 59)}),
        ("always", "01", 3, {"h": (19, 1), "a": (0, 59)}),
    ],
)
def test_a_host_holds_no_more_than_today_once_a_large_intake_has_left(
    stay: str, grade: str, years: int, after: dict[str, tuple[int, int]]
) -> None:
    grades = {"grade_low": "KG", "grade_high": "02"}
    schools = table(school("h", 19, 0, **grades), school("a", 0, 60, **grades))
    asked = scenario({}, hosts=(Host("h", 19, grade, later=(1,)),), years=years, ed_share=0.0, stay=stay)
    assert mix(simulate(schools, asked, replicates=3)) == after


def test_the_figures_of_every_year() -> None:
    # D between 40 + 0 and 0 + 40 is 1, between 30 + 10 and 10 + 30 ½, between 20 + 20 and 20 + 20 none.
    table_ = run(3).years
    d = table_[table_["figure"] == "dissimilarity"]
    assert d["year"].tolist() == [0, 1, 2, 3]
    assert d["value"].tolist() == pytest.approx([1, 0.5, 0, 0])
    moved = table_[table_["figure"] == "moved"]
    assert moved["value"].tolist() == [0, 20, 40, 40]
    assert (table_["low"] <= table_["high"]).all()


def test_only_one_grade_of_a_school_may_apply() -> None:
    # 20 of A's 40 are kindergartners, and half of them apply: 10. Of all 40, 20 would.
    for applicants, applied in (("grade", 10), ("school", 20)):
        outcome = run(1, other=Pool(0.5), applicants=applicants)
        assert outcome.pools.set_index("group").loc["other", "applied"] == applied


def test_those_drawn_who_go_back_are_replaced_or_not() -> None:
    # In the second year 2 of the first year's 10 go back. 30 of A's others are left, 15 of them kindergartners, of whom
    # 10 were drawn: 5 are on the waitlist.
    kept, lost = (run(2, attrition=0.2, backfill=backfill) for backfill in (True, False))
    assert mix(kept) == {"h": (20, 20), "a": (20, 20)}
    assert mix(lost) == {"h": (20, 18), "a": (20, 22)}
    assert lost.pools.set_index("group")["unfilled"].to_dict() == {"ed": 0, "other": 2}
    assert lost.pools["why"].tolist() == ["", "Students who went back to the school they came from are not replaced."]


def test_whoever_takes_a_place_that_came_free_waits_no_more() -> None:
    # As above: of the 5 who wait in the second year, 2 take the places of those who went back.
    for backfill, waiting in ((True, 3), (False, 5)):
        outcome = run(2, attrition=0.2, backfill=backfill)
        assert outcome.pools.set_index("group").loc["other", "waiting"] == waiting


def test_places_that_came_free_go_to_those_who_applied_to_the_host_and_to_nobody_else() -> None:
    # Half as many apply for every 3 miles. Far is 10 miles off: a tenth of A's kindergartners apply there, fewer than
    # it has seats, so nobody waits for the places of those who go back.
    near, far = {"latitude": 30.0, "longitude": -97.0}, {"latitude": 30.145, "longitude": -97.0}
    rows = [school("near", 0, 0, **near), school("far", 0, 0, **far), school("a", 300, 300, **near)]
    hosts = (Host("near", 4, "KG"), Host("far", 20, "KG"))
    fields = {"years": 2, "attrition": 0.5, "draw": "distance", "half_miles": 3.0, "ed": EVERYONE, "other": EVERYONE}
    kept, lost = (
        simulate(table(*rows), scenario({}, hosts=hosts, backfill=backfill, **fields), replicates=50)
        for backfill in (True, False)
    )
    assert kept.pools.set_index("host").loc["far", "waiting"].tolist() == [0, 0]
    for outcome in (kept, lost):
        assert mix(outcome)["far"] == mix(lost)["far"]


def test_waitlists_are_of_each_year_and_the_pools_tell_the_last() -> None:
    # 20 of A's 40 others are kindergartners and apply for 10 seats; a year later 15 of the 30 left.
    outcome = run(2)
    others = outcome.waitlists[outcome.waitlists["group"] == "other"][
        ["year", "offered", "applied", "admitted", "odds", "waiting"]
    ]
    assert others.to_numpy().tolist() == [[1, 10, 20, 10, 0.5, 10], [2, 10, 15, 10, pytest.approx(2 / 3), 5]]
    last = outcome.pools.set_index("group").loc["other"]
    # The seats held are of both years.
    assert last[["seats", "inside", "year", "offered", "applied", "waiting"]].tolist() == [20, 20, 2, 10, 15, 5]
    assert len(outcome.waitlists) == 4


def test_seats_in_every_grade_have_the_waitlist_of_the_one_year_they_are_drawn_in() -> None:
    outcome = simulate(table(*rows()), scenario({"h": 40}, years=3, applicants="school"), replicates=2)
    assert outcome.waitlists["year"].tolist() == outcome.pools["year"].tolist() == [1, 1]


def test_waitlists_are_of_each_entry_from_its_first_year_to_the_last_with_seats() -> None:
    # Kindergarten seats in year 1 alone, seats in grade 1 from year 2 on: 5 a year, as 10 of the 40 others apply.
    hosts = (Host("h", 20, "KG", later=(0,)), Host("h", 10, "01", start=2))
    asked = scenario({}, hosts=hosts, years=3, applicants="grade")
    outcome = simulate(table(*rows()), asked, replicates=2)
    others = outcome.waitlists[outcome.waitlists["group"] == "other"]
    assert others[["grade", "year", "offered"]].to_numpy().tolist() == [["KG", 1, 10], ["01", 2, 5], ["01", 3, 5]]
    assert outcome.pools[["grade", "year"]].drop_duplicates().to_numpy().tolist() == [["KG", 1], ["01", 3]]


def test_seats_in_every_grade_are_drawn_once() -> None:
    once, thrice = (
        simulate(table(*rows()), scenario({"h": 40}, years=years, applicants="school"), replicates=2)
        for years in (1, 3)
    )
    assert mix(once) == mix(thrice) == {"h": (20, 20), "a": (20, 20)}


def test_a_building_holds_every_year_s_seats() -> None:
    full = table(*rows(capacity=40))
    simulate(full, scenario({}, hosts=(Host("h", 20, "KG"),), years=5), replicates=1)
    with pytest.raises(InputError, match=r"Host h is given 21 seats a year, 42 in all, but holds 40; give it fewer"):
        simulate(full, scenario({}, hosts=(Host("h", 21, "KG"),), years=2), replicates=1)
    with pytest.raises(InputError, match="beside its 40 students but holds 40"):
        simulate(full, scenario({}, hosts=(Host("h", 1, magnet=True),)), replicates=1)


# --- Replicates

DISTRICT = table(school("host", 60, 20), school("a", 50, 30), school("b", 10, 70), school("c", 30, 30))


def drawn(replicates: int, **fields: object) -> pd.DataFrame:
    asked = scenario({}, hosts=(Host("host", 13, "KG"),), years=4, attrition=0.1, ed=EVERYONE, **fields)
    return simulate(DISTRICT, asked, replicates=replicates, seed=5).years


def test_more_replicates_begin_with_the_same_ones() -> None:
    asked = scenario({"host": 60}, other=Pool(0.3))
    place = ground(DISTRICT, asked)
    several = [spread(place, asked, replicates, 5).after for replicates in (1, 7, CHUNK, CHUNK + 1, 2 * CHUNK + 9)]
    for fewer, more in pairwise(several):
        np.testing.assert_array_equal(more[:, : fewer.shape[1]], fewer)
    assert (several[-1][:, :CHUNK] != several[-1][:, CHUNK : 2 * CHUNK]).any()


def test_every_year_has_a_range_of_its_own() -> None:
    d = drawn(60).query("figure == 'dissimilarity' and year > 0")
    assert (d["low"] < d["high"]).all()
    assert d["low"].nunique() == 4
