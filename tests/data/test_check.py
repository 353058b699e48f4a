"""A schools table is checked once, on the way in."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data.check import checked
from data.schema import FIELDS, typed


def table(**changed: list[object]) -> pd.DataFrame:
    """Three schools as a file gives them, rows 2 to 4, with columns replaced."""
    columns: dict[str, list[object]] = {
        "year": ["2018", "2018", "2018"],
        "ncessch": ["480000100003", "480000100001", "010000100002"],
        "leaid": ["4800001", "4800001", "0100001"],
        "students": ["1,200", "300", "40"],
        "ed": ["600", "300", None],
    }
    return pd.DataFrame({**columns, **changed}, index=[2, 3, 4], dtype="str")


def test_text_becomes_the_typed_table_sorted_by_year_and_school() -> None:
    schools, aside = checked(table(), "f.csv")
    assert aside == ()
    assert list(schools.columns) == list(FIELDS)
    assert {name: str(dtype) for name, dtype in schools.dtypes.items()} == {
        name: column.dtype for name, column in FIELDS.items()
    }
    assert schools["ncessch"].tolist() == ["010000100002", "480000100001", "480000100003"]
    assert schools["students"].tolist() == [40, 300, 1200]
    assert list(schools.index) == [0, 1, 2]


def test_a_checked_table_passes_again_unchanged() -> None:
    once, _ = checked(table(charter=["yes", "no", None], grade_low=["K", "9", "PK"]), "f.csv")
    again, aside = checked(once, "f.csv")
    pd.testing.assert_frame_equal(once, again)
    assert aside == ()


def test_the_given_table_is_left_as_it_was() -> None:
    given = table(charter=["Y", "N", ""])
    before = given.copy()
    checked(given, "f.csv")
    pd.testing.assert_frame_equal(given, before)


def test_values_are_read_as_people_write_them() -> None:
    schools, _ = checked(
        table(
            grade_low=["pre-k", "K", "Grade 9"],
            grade_high=["5", "08", "12"],
            charter=["Yes", "n", "TRUE"],
            level=["Elementary", None, None],
            ed_basis=["FRPL", "frpl", None],
            latitude=["31.5", "", None],
        ),
        "f.csv",
    )
    by_id = schools.set_index("ncessch")
    assert by_id["grade_low"].to_dict() == {"480000100003": "PK", "480000100001": "KG", "010000100002": "09"}
    assert by_id["grade_high"].to_dict() == {"480000100003": "05", "480000100001": "08", "010000100002": "12"}
    assert by_id["charter"].to_dict() == {"480000100003": True, "480000100001": False, "010000100002": True}
    # Levels not given come from the grades.
    assert by_id["level"].to_dict() == {
        "480000100003": "elementary",
        "480000100001": "elementary",
        "010000100002": "high",
    }
    assert set(by_id["ed_basis"].dropna()) == {"frpl"}
    assert by_id["latitude"].isna().tolist() == [True, True, False]


def test_ed_without_a_basis_is_the_persons_own_definition() -> None:
    schools, _ = checked(table(), "f.csv")
    assert schools["ed_basis"].fillna("none").tolist() == ["none", "user", "user"]


def test_schools_that_cannot_be_counted_are_left_out_with_their_number_and_names() -> None:
    given = table(students=["0", "", "40"], ed=["0", "", "1"], school=["Oak", None, "Elm"])
    schools, aside = checked(given, "f.csv")
    assert schools["students"].tolist() == [40]
    assert [(each.kind, each.reason, each.year, each.number) for each in aside] == [
        ("left_out", "no number of students", 2018, 1),
        ("left_out", "no students", 2018, 1),
    ]
    assert [each.rows for each in aside] == [
        ({"ncessch": "480000100001", "leaid": "4800001"},),
        ({"ncessch": "480000100003", "school": "Oak", "leaid": "4800001", "students": 0},),
    ]


def test_of_many_schools_left_out_the_first_are_named() -> None:
    rows = {"year": 2018, "leaid": "1", "students": [0] * 30 + [5], "ed": [0] * 30 + [5]}
    many = pd.DataFrame({**rows, "ncessch": [f"{number:02d}" for number in range(31)]})
    (left,) = checked(many, "f.csv")[1]
    assert (left.number, len(left.rows), left.rows[-1]["ncessch"]) == (30, 20, "19")


def test_races_need_not_add_up_to_the_students_and_other_columns_are_ignored() -> None:
    schools, _ = checked(table(black=["1300", "0", None], principal=["a", "b", "c"]), "f.csv")
    assert schools["black"].sum() == 1300
    assert "principal" not in schools


def test_a_race_is_group_enough() -> None:
    schools, _ = checked(table(white=["1", "2", "3"]).drop(columns="ed"), "f.csv")
    assert schools["ed_basis"].isna().all()


def test_the_same_school_in_two_years_is_two_rows() -> None:
    schools, _ = checked(table(year=["2018", "2017", "2018"], ncessch=["1", "1", "2"]), "f.csv")
    assert schools[["year", "ncessch"]].to_numpy().tolist() == [[2017, "1"], [2018, "1"], [2018, "2"]]


WRONG: dict[str, tuple[dict[str, list[object]], str]] = {
    "negative": ({"students": ["1", "-5", "2"]}, 'row 3, column students: "-5" is negative'),
    "negative dollars": ({"revenue": ["1", "-5", "2"]}, 'row 3, column revenue: "-5.0" cannot be right; give a number'),
    "not a number": ({"ed": ["1", "2", "few"]}, 'row 4, column ed: "few" is not a number'),
    "fraction": ({"black": ["1", "2.5", "3"]}, 'row 3, column black: "2.5" is not a whole number'),
    "more ED than students": ({"ed": ["600", "301", "1"]}, "row 3, column ed: 301 ED students of 300"),
    "twice": (
        {"ncessch": ["1", "2", "1"]},
        r"column ncessch: the same school .*: 1 \(2018–19\) in rows 2 and 4; keep one",
    ),
    "no id": ({"leaid": ["1", " ", None]}, r"row 3, column leaid: it is empty \(and 1 more\)"),
    "no year": ({"year": ["2018", None, "2018"]}, "row 3, column year: it is empty"),
    "a year of long ago": ({"year": ["2018", "1066", "2018"]}, 'row 3, column year: "1066" cannot be right'),
    "level": ({"level": ["high", "upper", None]}, 'row 3, column level: "upper".*one of elementary, middle'),
    "grade": ({"grade_low": ["14", "1", "2"]}, 'row 2, column grade_low: "14"'),
    "flag": ({"magnet": ["yes", "maybe", None]}, 'row 3, column magnet: "maybe".*give yes or no'),
    "basis": ({"ed_basis": ["lunch", None, None]}, 'row 2, column ed_basis: "lunch".*one of frpl'),
    "two bases": ({"ed_basis": ["frpl", "direct", None]}, "column ed_basis: 2018–19 counts ED on more than one basis"),
    "a basis for some": ({"ed_basis": ["frpl", None, None]}, r"row 3, column ed_basis.*\(frpl, user\)"),
    "bounds": (
        {"ed": [None, "3", None], "ed_low": ["10", None, "50"], "ed_high": ["9", None, None]},
        r"row 2, column ed_low: at least 10 students but at most 9 in school 480000100003 \(and 1 more\)",
    ),
    "bounds of a race": (
        {"white_low": [None, "301", "1"]},
        r"row 3, column white_low: at least 301 students but at most 300 in school 480000100001; correct white_low",
    ),
    "latitude": ({"latitude": ["31", "-97", "91"]}, r'row 3, column latitude: "-97.0".*\(and 1 more\).*from -15 to 72'),
    "nobody": ({"students": ["0", None, "0"], "ed": [None, None, None]}, "no school has any students"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_right_is_told_with_file_row_and_column(case: str) -> None:
    changed, message = WRONG[case]
    with pytest.raises(InputError, match=f"^f.csv.*{message}"):
        checked(table(**changed), "f.csv")


def test_missing_columns_name_what_may_be_meant_and_the_template() -> None:
    given = table().rename(columns={"leaid": "LEA ID", "students": "Student", "ed": "Economically Disadvantaged"})
    with pytest.raises(InputError) as fault:
        checked(given, "f.csv")
    assert "lacks the columns leaid, students (rename LEA ID, Student if that is meant)" in str(fault.value)
    assert "template" in str(fault.value)
    with pytest.raises(InputError, match=r"no column that counts a group.*rename Economically Disadvantaged"):
        checked(table().rename(columns={"ed": "Economically Disadvantaged"}), "f.csv")


def test_a_typed_table_from_elsewhere_is_taken_too() -> None:
    typed_table = typed(table().assign(students=[1200, 300, 40], ed=[600.0, 300.0, None], year=2018))
    schools, _ = checked(typed_table, "f.parquet")
    assert schools["ed"].sum() == 900


def test_the_other_races_leave_a_hidden_one_its_room() -> None:
    # By row, 2 to 4: nine Black students at most, but room for five; a rounded White count leaves as many as its least
    # allows; one more counted than there are students, from which nothing follows.
    given = table(
        black=[None, None, None],
        black_low=["0", None, None],
        black_high=["9", None, None],
        white=["1195", "280", "41"],
        white_low=[None, "278", None],
        white_high=[None, "282", None],
    )
    schools = checked(given, "f.csv")[0].set_index("ncessch")
    bounds = {school: schools.loc[school, ["black_low", "black_high"]].tolist() for school in schools.index}
    assert bounds["480000100003"] == [0, 5]
    assert bounds["480000100001"] == [0, 22]
    assert pd.isna(bounds["010000100002"]).all()
    # A race that the year's data does not count at all has no bounds either.
    assert schools[["asian_low", "asian_high"]].isna().all(axis=None)
    assert schools["white_high"].fillna(-1).tolist() == [-1, 282, -1]
