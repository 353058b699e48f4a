"""Students by grade, from columns to rows."""

import pandas as pd
import pytest

from data import store
from data.grades import by_grade
from data.load import load
from data.schema import typed

FILE = """year,ncessch,leaid,grade_low,grade_high,students,ed,students_pk,students_kg,students_01,students_02
2018,1,9,PK,02,60,1,10,20,,0
2018,2,9,01,02,30,1,,,10,20
2018,3,9,PK,02,40,1,,,,
2018,4,9,,,50,1,,50,,
2018,5,9,KG,KG,0,0,0,0,0,0
"""


@pytest.mark.usefixtures("home")
def test_columns_become_rows_by_school_and_grade(tmp_path):
    (tmp_path / "mine.csv").write_text(FILE)
    rows = store.grades(load([tmp_path / "mine.csv"], name="mine"))
    assert rows.fillna(-1).to_numpy().tolist() == [
        [2018, "1", "PK", 10],
        [2018, "1", "KG", 20],
        [2018, "1", "01", -1],  # taught, so that blank is not none
        [2018, "2", "01", 10],
        [2018, "2", "02", 20],
        [2018, "4", "KG", 50],
    ]


def test_a_table_without_grades_gives_none():
    schools = typed(pd.DataFrame({"year": [2018], "ncessch": ["1"], "students": [5]}))
    assert by_grade(schools, schools).empty
