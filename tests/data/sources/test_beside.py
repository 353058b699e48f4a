"""Percentages beside the counts that are read: found by their columns' names, whatever the layout."""

import numpy as np
import pytest

from data.formats.reading import tables
from data.load import load
from data.quality.report import of_dataset
from data.sources.guess import guess
from data.sources.mapped import read
from data.sources.source import Asked

COUNTS = np.arange(11, 61)  # of a hundred students and more, no two shares alike
STUDENTS = np.arange(100, 150)
PERCENTS = (100 * COUNTS / STUDENTS).round(1)


def notes(folder, header, percents):
    """What is told of a table with those percentages, read as is guessed."""
    path = folder / "odd.csv"
    rows = [f"2018,{i:04d},{i:04d}01,Oak {i},{STUDENTS[i]},{COUNTS[i]},{percents[i]}" for i in range(len(COUNTS))]
    path.write_text("\n".join([f"Year,Dist Code,Sch Code,School,Enrollment,{header}", *rows]) + "\n", encoding="utf-8")
    (table,) = tables(path)
    return read(table, guess(table), Asked()).notes


@pytest.mark.parametrize("header", ["Black,Black %", "BLACK_CNT,BLACK_PCT", "# Black,Percent Black"])
def test_percentages_named_as_the_count_are_set_against_it(tmp_path, header):
    assert notes(tmp_path, header, PERCENTS) == (
        f"Percentages agree with their counts: odd.csv, column {header.split(',')[1]}.",
    )
    (told,) = notes(tmp_path, header, np.roll(PERCENTS, 7))
    assert "it is shuffled against the schools (Black: 50 of 50 rows, the first are rows 2, 3, 4)." in told


def test_what_is_no_number_and_what_is_named_otherwise_is_passed_over(tmp_path):
    hidden = ["<5", "*", *PERCENTS[2:]]
    assert notes(tmp_path, "Black,Black %", hidden) == (
        "Percentages agree with their counts: odd.csv, column Black %.",
    )
    assert notes(tmp_path, "Black,Graduation %", np.roll(PERCENTS, 7)) == ()


def test_massachusetts_shuffled_column_is_found_and_reported(tmp_path, home):  # noqa: ARG001 it is stored there
    shares = np.roll(COUNTS / STUDENTS, 7).round(3)
    rows = [
        f"2023,School,{i:04d}0005,{i:04d}0000,Oak {i},Town,{STUDENTS[i]},{COUNTS[i]},{shares[i]},1"
        for i in range(len(COUNTS))
    ]
    header = "SY,ORG_TYPE,ORG_CODE,DIST_CODE,ORG_NAME,DIST_NAME,TOTAL_CNT,LI_CNT,LI_PCT,WH_PCT"
    path = tmp_path / "ma.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (found,) = [each for each in of_dataset(load([path])).findings if each.check == "percentages"]
    (column,) = found.rows["column"]
    assert "column LI_PCT holds the right values in the wrong rows: it is shuffled" in column
