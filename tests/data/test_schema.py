import pandas as pd
import pytest

from data.schema import COLUMNS, FIELDS, REQUIRED, level_from_grades, school_year, typed


def test_a_school_year_is_written_as_people_do() -> None:
    assert [school_year(year) for year in (2018, 1999, 2009)] == ["2018–19", "1999–00", "2009–10"]


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [
        ("PK", "05", "elementary"),
        ("PK", "PK", "elementary"),
        ("03", "08", "elementary"),
        ("06", "08", "middle"),
        ("07", "09", "middle"),
        ("09", "12", "high"),
        ("07", "12", "high"),
        ("KG", "12", "combined"),
        ("04", "12", "combined"),
        ("UG", "UG", "combined"),
        (None, "05", None),
    ],
)
def test_levels_follow_the_grades(low: str | None, high: str | None, level: str | None) -> None:
    found = level_from_grades(pd.Series([low], dtype="str"), pd.Series([high], dtype="str")).iloc[0]
    assert found == level if level else pd.isna(found)


def test_a_typed_table_has_every_column_and_unknown_is_missing() -> None:
    table = typed(pd.DataFrame({name: ["1"] if name != "students" else [3] for name in REQUIRED} | {"year": [2018]}))
    assert list(table) == list(FIELDS)
    assert table["students"].iloc[0] == 3
    assert table.drop(columns=[*REQUIRED]).isna().all(axis=None)


def test_every_field_says_what_it_means() -> None:
    assert all(column.label and column.meaning.endswith(".") for column in COLUMNS)
    assert len(FIELDS) == len(COLUMNS)
