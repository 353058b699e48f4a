"""Tables of indices, on a state small enough to work out by hand.

District a: 30 of 40 and 10 of 40 students are ED (40 of 80). District b: one school with 20 of 20. School u's ED count
is unknown. The state counted: 60 of 100.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.indices import INDICES
from analysis.measured import (
    chances_of_difference,
    contributions,
    decomposed,
    decomposed_by_level,
    district_contributions,
    indices_by,
    left_out,
    reasons_by,
    shares,
    typical_schools,
)


@pytest.fixture
def schools() -> pd.DataFrame:
    rows = [
        (2018, "1", "a", "Alder", 40, 30),
        (2018, "2", "a", "Alder", 40, 10),
        (2018, "3", "b", "Birch", 20, 20),
        (2018, "4", "b", "Birch", 50, None),
        (2019, "3", "b", "Birch", 20, 20),
    ]
    table = pd.DataFrame(rows, columns=["year", "ncessch", "leaid", "district", "students", "ed"])
    table = table.assign(state="S", county="C", school="School " + table["ncessch"])
    return table.astype({"students": "Int64", "ed": "Int64"})


def test_each_year_and_place_is_a_row_with_what_was_counted(schools: pd.DataFrame) -> None:
    table = indices_by(schools, "district", "ed", None)
    assert table[["year", "place", "place_name", "schools", "students", "group_students"]].to_numpy().tolist() == [
        [2018, "a", "Alder", 2, 80, 40],
        [2018, "b", "Birch", 1, 20, 20],
        [2019, "b", "Birch", 1, 20, 20],
    ]
    # D of Alder: ½(|30/40 − 10/40| + |10/40 − 30/40|) = ½. Birch has no other student, so none is defined.
    assert table["dissimilarity"].tolist() == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)


def test_what_is_undefined_has_a_reason_in_the_same_row(schools: pd.DataFrame) -> None:
    values, reasons = (of(schools, "district", "ed", None) for of in (indices_by, reasons_by))
    assert reasons[["year", "place"]].equals(values[["year", "place"]])
    assert ((reasons[list(INDICES)] == "") == values[list(INDICES)].notna()).all(axis=None)
    assert reasons.loc[1, "dissimilarity"] == "no students of the other group"


@pytest.mark.parametrize(("by", "place"), [("state", "S"), ("county", "C")])
def test_larger_places(schools: pd.DataFrame, by: str, place: str) -> None:
    table = indices_by(schools, by, "ed", None)
    assert table["place"].tolist() == [place, place]
    assert table["students"].tolist() == [100, 20]


def test_a_place_without_a_name_is_kept(schools: pd.DataFrame) -> None:
    table = indices_by(schools.assign(county=pd.Series([None, "C", "C", "C", "C"])), "county", "ed", None)
    unnamed = table[table["place"].isna()]
    assert unnamed["students"].tolist() == [40]
    assert table.loc[table["year"] == 2018, "students"].sum() == 100


def test_unknown_counts_are_left_out_and_told(schools: pd.DataFrame) -> None:
    assert left_out(schools, "ed", None).to_numpy().tolist() == [[2018, 1, 50]]


def test_nobody_counted_gives_no_row(schools: pd.DataFrame) -> None:
    unknown = schools.assign(ed=pd.Series([pd.NA] * len(schools), dtype="Int64"))
    assert indices_by(unknown, "district", "ed", None).empty
    assert decomposed(unknown, "ed", None).empty


def test_between_and_within_by_hand(schools: pd.DataFrame) -> None:
    # V: P = .6, spread T P (1 − P) = 24. Between: 80(.5 − .6)² + 20(1 − .6)² = 4; within: 40(.25)² × 2 = 5.
    parts = decomposed(schools, "ed", None).loc[2018, "variance_ratio"]
    assert parts["between"] == pytest.approx(4 / 24)
    assert parts["within"] == pytest.approx(5 / 24)
    assert parts["total"] == pytest.approx(9 / 24)


def test_district_contributions_add_up(schools: pd.DataFrame) -> None:
    table = district_contributions(schools, "ed", None)
    now = table[table["year"] == 2018].set_index("leaid")
    assert now["variance_ratio_between"].to_dict() == pytest.approx({"a": 0.8 / 24, "b": 3.2 / 24})
    assert now["variance_ratio_within"].to_dict() == pytest.approx({"a": 5 / 24, "b": 0})


def test_typical_schools_differ_by_the_variance_ratio(schools: pd.DataFrame) -> None:
    typical = typical_schools(schools, "ed", None).loc[2018]
    # ED: (30 × .75 + 10 × .25 + 20 × 1)/60 = .75; others: (10 × .75 + 30 × .25)/40 = .375.
    assert typical["of_group"] == pytest.approx(0.75)
    assert typical["of_other"] == pytest.approx(0.375)


RACES = ("asian", ("black", "white"))


@pytest.fixture
def by_race() -> pd.DataFrame:
    """In 2018 nobody counts Asian students; in 2019 a school's are unknown."""
    rows = [
        (2018, "1", "a", 40, None, 30, 10),
        (2018, "2", "a", 40, None, 10, 20),
        (2019, "1", "a", 40, 10, 10, 20),
        (2019, "2", "a", 40, None, 10, 20),
        (2019, "3", "a", 20, 5, 0, 15),
        (2020, "1", "a", 40, None, None, None),
    ]
    table = pd.DataFrame(rows, columns=["year", "ncessch", "leaid", "students", "asian", "black", "white"])
    counts = ["students", "asian", "black", "white"]
    return table.assign(state="S", school="x", district="Alder").astype(dict.fromkeys(counts, "Int64"))


def test_of_several_groups_one_that_nobody_counts_in_a_year_is_none_of_it(by_race: pd.DataFrame) -> None:
    table = indices_by(by_race, "state", *RACES)
    assert table[["year", "schools", "students", "group_students"]].to_numpy().tolist() == [
        [2018, 2, 80, 70],
        [2019, 2, 60, 60],
    ]
    # Two of 40 Black and 30 White students; then of 15 Asian, 10 Black and 35 White ones.
    assert table["diversity"].tolist() == pytest.approx([2 * 40 * 30 / 70**2, 1 - (15**2 + 10**2 + 35**2) / 60**2])
    assert table[["exposure", "isolation", "atkinson"]].isna().all(axis=None)
    assert left_out(by_race, *RACES).to_numpy().tolist() == [[2019, 1, 40], [2020, 1, 40]]


def test_the_chance_that_two_students_differ(by_race: pd.DataFrame) -> None:
    now = chances_of_difference(by_race, *RACES).loc[2018]
    assert now["of_all"] == pytest.approx(2 * 40 * 30 / 70**2)
    # School 1: 2 × 3/4 × 1/4 of its 40 students counted; school 2: 2 × 1/3 × 2/3 of its 30.
    assert now["of_school"] == pytest.approx((40 * 3 / 8 + 30 * 4 / 9) / 70)
    assert shares(by_race, *RACES).round(4).tolist()[:2] == pytest.approx([0.375, 0.4444])
    assert shares(by_race, *RACES).isna().tolist() == [False, False, False, True, False, True]


def test_level_by_level_by_hand(schools: pd.DataFrame) -> None:
    rows = decomposed_by_level(schools, "ed", None, ["county", "leaid"])
    v = rows[(rows["measure"] == "variance_ratio") & (rows["year"] == 2018)]
    # One county; as in between and within by hand.
    assert v[["depth", "cells"]].to_numpy().tolist() == [[0, 1], [1, 2], [2, 3]]
    assert v["part"].tolist() == pytest.approx([0, 4 / 24, 5 / 24])
    assert v["share"].tolist() == pytest.approx([0, 4 / 9, 5 / 9])
    d = rows[(rows["measure"] == "dissimilarity") & (rows["year"] == 2018)]
    # D over districts ½(|40/60 − 40/40| + |20/60 − 0|) = 1/3, over schools 28 / (2 × 100 × .6 × .4) = 7/12.
    assert d["part"].tolist() == pytest.approx([0, 1 / 3, 1 / 4])
    # Within a at most 2/3 of its D of 1/2.
    assert d["most"].tolist() == pytest.approx([0, 1 / 3, 1 / 3])


def test_contributions_name_the_schools_largest_first(schools: pd.DataFrame) -> None:
    # Gaps from P = .6: school 1: 40 × .15 = 6, school 2: 40 × .35 = 14, school 3: 20 × .4 = 8; 28 together.
    table = contributions(schools[schools["year"] == 2018], "ed", None)
    assert table["ncessch"].tolist() == ["2", "3", "1"]
    assert table["contribution"].tolist() == pytest.approx([14 / 28, 8 / 28, 6 / 28])


def test_two_named_groups(schools: pd.DataFrame) -> None:
    table = schools.assign(black=schools["ed"], white=schools["students"] - schools["ed"] - 5)
    measured = indices_by(table[table["leaid"] == "a"], "district", "black", "white")
    # White students 5 and 25: D = ½(|30/40 − 5/30| + |10/40 − 25/30|) = 7/12.
    assert measured["dissimilarity"].tolist() == pytest.approx([7 / 12])
    # Exposure divides by all students: 30/40 × 5/40 + 10/40 × 25/40 = 1/4.
    assert measured["exposure"].tolist() == pytest.approx([1 / 4])
