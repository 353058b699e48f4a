"""Tables in the schools table's own columns."""

import pytest

from analysis.errors import InputError
from data.sources import template

HEADER = "year,ncessch,leaid,state,students,black,principal"


def test_known_columns_are_taken_and_others_named(part, tmp_path):
    (tmp_path / "mine.csv").write_text(f'{HEADER}\n2018,0001,01,TX,"1,200",7,Ms A\n')
    read = part(tmp_path / "mine.csv")
    assert read.frame.to_dict("list") == {
        "year": [2018],
        "ncessch": ["0001"],
        "leaid": ["01"],
        "state": ["TX"],
        "students": [1200],
        "black": [7],
    }
    assert read.notes == ("mine.csv: columns not in the template were left out: principal.",)


def test_students_by_grade_are_taken(part, tmp_path):
    (tmp_path / "mine.csv").write_text("year,ncessch,leaid,students,students_kg,students_12\n2018,1,1,30,10,\n")
    frame = part(tmp_path / "mine.csv").frame
    assert frame["students_kg"].tolist() == [10]
    assert frame["students_12"].isna().all()


def test_a_state_asked_for_keeps_its_schools_and_those_that_name_none(part, tmp_path):
    rows = ["2018,1,1,TX,10,1,", "2018,2,1,KY,10,1,", "2018,3,1,,10,1,"]
    (tmp_path / "mine.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    assert part(tmp_path / "mine.csv", state="TX").frame["ncessch"].tolist() == ["1", "3"]


def test_a_table_of_another_state_is_refused(part, tmp_path):
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n2018,1,1,TX,10,1,\n")
    with pytest.raises(InputError, match=r"mine\.csv holds no school of KY"):
        part(tmp_path / "mine.csv", state="KY")


@pytest.mark.parametrize("row", ["2018,1,1,TX,many,1,", "2018,1,1,TX,-3,1,", "2018-19,1,1,TX,10,1,"])
def test_a_number_that_is_none_names_file_and_row(part, tmp_path, row):
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n2018,0,1,TX,5,1,\n{row}\n")
    with pytest.raises(InputError, match=r"mine\.csv, row 3, column (students|year)"):
        part(tmp_path / "mine.csv")


def test_more_schools_than_there_are_is_told(tmp_path, part, monkeypatch):
    monkeypatch.setattr(template, "MOST_ROWS", 2)
    path = tmp_path / "given.csv"
    path.write_text("year,ncessch,leaid,students,ed\n" + "".join(f"2018,{i},1,5,2\n" for i in range(3)))
    with pytest.raises(InputError, match=r"given\.csv holds 3 schools and years; give one state or fewer years"):
        part(path)
