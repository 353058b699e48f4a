"""Sentences on districts hold at the edges: none, one school, nothing known."""

import numpy as np
import pandas as pd
import pytest

from analysis.indices import INDICES
from data.groups import comparison
from pages.words import districts as district_words
from pages.words.numbers import UNDEFINED

NAN = float("nan")
ED = comparison("ed")
D = INDICES["dissimilarity"]


def ranked(*values):
    return pd.DataFrame(
        {
            "district": [f"District {n}" for n in range(len(values))],
            "value": values,
        }
    )


def test_a_district_without_known_schools():
    said = district_words.district_range("Uneven", 2020, ED, NAN, [])
    assert "no school" in said
    assert "nan" not in said


def test_a_district_of_one_school():
    assert "one school" in district_words.district_range("Uneven", 2020, ED, 0.5, [0.5])


def test_a_districts_schools_range_from_the_least_to_the_most():
    said = district_words.district_range("Uneven", 2020, ED, 0.5, [0.5, 0.9, 0.1])
    assert "50 of 100" in said
    assert "3 schools" in said
    assert "from 10 to 90" in said


def test_a_district_of_all_races_says_the_chance():
    said = district_words.district_range("Uneven", 2020, comparison("all-races"), 0.5, [0.5, 0.9, 0.1])
    assert "chance of 50 in 100" in said
    assert "from 10 to 90" in said


def test_no_district_to_rank():
    assert "none is ranked" in district_words.districts_compared("Ohio", ED, 2020, ranked(), D, 1000, 7)


def test_ranked_districts_name_the_ends_and_the_middle():
    said = district_words.districts_compared("Ohio", ED, 2020, ranked(0.5, 0.3, 0.2), D, 1000, 7)
    assert "highest in District 0, 0.50," in said
    assert "lowest in District 2, 0.20;" in said
    assert "above 0.30" in said
    assert "4 " in said  # seven less the three ranked


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        ([], ""),
        (["06"], "In Oak in 2020–21 students enter 1 school in grade 6."),
        (["09", "KG", "KG"], "In Oak in 2020–21 students enter 2 schools in kindergarten, 1 in grade 9."),
    ],
)
def test_where_students_enter_is_counted_from_the_lowest_grade(grades, said):
    assert district_words.entering("Oak", 2020, pd.DataFrame({"grade": grades}, dtype="str")) == said


def test_an_undefined_place_among_others_in_words():
    place = pd.Series({"value": np.nan, "others": 0, "below": 0, "low": 0.1, "high": 0.2})
    assert UNDEFINED in district_words.place_among("Alder", ED, 2020, place, "variance ratio", "")
