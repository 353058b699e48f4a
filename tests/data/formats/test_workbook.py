"""Workbooks of other formats than XLSX are read in a process of their own, and none may take all memory."""

import datetime

import pytest

from analysis.errors import InputError
from data.formats import workbook
from data.formats.files import Given
from data.formats.workbook import sheets
from tests.data import forms

WRITERS = {"xlsx": forms.xlsx, "xls": forms.xls, "ods": forms.ods}


def given(tmp_path, content):
    path = tmp_path / "given.dat"
    path.write_bytes(content)
    return Given(path)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_format_gives_the_same_rows_of_text(tmp_path, write):
    rows = (("id", "n"), ("01", 7), ("Peñasco", 7.5), ("far below", 1_000_000))
    found = sheets(given(tmp_path, write(rows)))
    assert found == {"Schools": [["id", "n"], ["01", "7"], ["Peñasco", "7.5"], ["far below", "1000000"]]}


def test_a_day_is_written_as_in_xlsx(tmp_path):
    day = datetime.date(2018, 9, 1)
    of_ods = sheets(given(tmp_path, forms.ods((("day",), (day,)))))
    since_1900 = (day - datetime.date(1899, 12, 30)).days
    of_xlsx = sheets(given(tmp_path, forms.xlsx((("day",), (forms.DATE.format(since_1900),)))))
    assert of_ods == of_xlsx == {"Schools": [["day"], ["2018-09-01 00:00:00"]]}


def test_sheets_have_a_limit_together(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 20)
    assert sheets(given(tmp_path, forms.xlsx([["x"] * 5] * 4)))
    with pytest.raises(InputError, match=r"given\.dat › Schools has more than 20 cells: save it as CSV"):
        sheets(given(tmp_path, forms.xlsx([["x"] * 7] * 3)))


def test_one_that_takes_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "_SECONDS_TO_READ", 0.001)
    with pytest.raises(InputError, match=r"given\.dat has more cells than can be read: save it as CSV"):
        sheets(given(tmp_path, forms.xls()))
