"""What reading sets aside is told by kind, reason and year, with names."""

import pandas as pd

from data.aside import SetAside, above_students, by_year, from_json, words

ROWS = pd.DataFrame(
    {
        "year": pd.array([2018, 2018, 2019, None], "Int64"),
        "ncessch": ["1", "2", "1", "3"],
        "school": ["Oak", None, "Oak", "Elm"],
        "students": pd.array([40, 50, 60, 70], "Int64"),
    }
)


def test_each_year_has_its_own_record_and_rows_without_a_year_theirs():
    found = by_year("left_out", "no students", ROWS)
    assert [(each.year, each.number, each.students) for each in found] == [(2018, 2, 90), (2019, 1, 60), (None, 1, 70)]
    assert found[0].rows[1] == {"ncessch": "2", "students": 50}


def test_years_are_told_together_and_the_first_are_named():
    found = by_year("left_out", "no students", ROWS)
    assert words(found) == ["Left out: 4 schools, no students."]
    assert words(found, 2) == ["Left out: 4 schools, no students: Oak (1), (2) and others."]
    assert words(found[1:2], 2) == ["Left out: 1 school, no students: Oak (1)."]
    district = SetAside("joins_nothing", "described in f.csv", 1, unit="district", of=2, rows=({"leaid": "9"},))
    assert words([district], 3) == ["In no figure: 1 of 2 districts, described in f.csv: (9)."]


def test_a_count_may_not_exceed_the_students_who_are_there():
    counts = {"ed_frpl": pd.array([41, 50, None, 71], "Int64"), "ed_direct": pd.array([1, 51, 1, None], "Int64")}
    table = ROWS.assign(**counts, year=pd.array([2018] * 4, "Int64"))
    lunch, direct = above_students(table, [*counts])
    assert (lunch.reason, lunch.number) == ("more than the school's students by free or reduced-price lunch", 2)
    assert [row["reported"] for row in lunch.rows] == [41, 71]
    assert [row["ncessch"] for row in direct.rows] == ["2"]
    # A school without students is left out, and no count of it is impossible.
    assert above_students(table.assign(students=0), [*counts]) == ()


def test_a_dataset_of_before_there_were_years_is_still_read():
    old = from_json({"reason": "no students", "schools": 2, "named": ["Oak (1)", "Elm (2)"]})
    assert (old.kind, old.year, old.number) == ("left_out", None, 2)
    assert words([old], 3) == ["Left out: 2 schools, no students: Oak (1), Elm (2)."]
