"""The grade in which students enter a school."""

import pandas as pd
import pytest

from analysis.policy.entry import entry_grades

Counts = dict[str, int | None]


def entry(**students: int | None) -> list[tuple[str, int | None]]:
    """The entry grade of a school with students in the grades named g<grade>."""
    rows = [(2018, "1", name.removeprefix("g"), count) for name, count in students.items()]
    table = pd.DataFrame(rows, columns=["year", "ncessch", "grade", "students"]).astype({"students": "Int64"})
    return [(row.grade, row.students) for row in entry_grades(table).itertuples()]


@pytest.mark.parametrize(
    ("students", "expected"),
    [
        pytest.param({"gPK": 40, "gKG": 60, "g01": 70}, ("KG", 60), id="prekindergarten is none"),
        pytest.param({"g10": 90, "g09": 100, "g12": 70}, ("09", 100), id="nine comes before ten"),
        pytest.param({"g06": 9, "g07": 100, "g08": 90}, ("07", 100), id="a handful is none"),
        pytest.param({"g06": 10, "g07": 100}, ("06", 10), id="a tenth is more than a handful"),
        pytest.param({"gUG": 500, "g05": 20}, ("05", 20), id="nor is no grade, however many"),
    ],
)
def test_it_is_the_lowest_above_prekindergarten(students: Counts, expected: tuple[str, int]) -> None:
    assert entry(**students) == [expected]


def test_an_unknown_number_is_no_handful() -> None:
    ((grade, students),) = entry(gKG=None, g01=80)
    assert grade == "KG"
    assert pd.isna(students)


def test_a_school_of_younger_children_or_without_grades_has_none() -> None:
    assert entry(gPK=80, gUG=10) == []


def test_every_year_and_school_has_its_own() -> None:
    table = pd.DataFrame(
        {
            "year": [2018, 2018, 2019, 2019, 2018],
            "ncessch": ["1", "1", "1", "1", "2"],
            "grade": ["KG", "01", "01", "02", "09"],
            "students": pd.array([30, 200, 40, 50, 60], "Int64"),
        }
    )
    found = entry_grades(table).sort_values(["year", "ncessch"])
    assert found.to_numpy().tolist() == [[2018, "1", "KG", 30], [2018, "2", "09", 60], [2019, "1", "01", 40]]
