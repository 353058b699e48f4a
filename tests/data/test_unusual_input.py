"""What is unusual but right is read right; what is no file at all is told. For broken files see ``corrupt``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.errors import InputError
from data import store
from data.load import load
from tests.data import forms
from tests.data.forms import COLUMNS, SCHOOLS, SHEET

# Each gives the same three schools.
RIGHT: dict[str, Callable[[], bytes]] = {
    "plain": forms.csv,
    "a workbook": forms.xlsx,
    "a workbook with preamble rows": lambda: forms.xlsx((("State report",), (), ("Printed in 2019",), *SHEET)),
    "an old workbook": forms.xls,
    "an OpenDocument spreadsheet": forms.ods,
    "Parquet": forms.parquet,
    "R data": forms.r_data,
    "a byte-order mark": lambda: b"\xef\xbb\xbf" + forms.csv(),
    "two files end to end, each with its mark": lambda: forms.csv(SHEET[:2]) + b"\xef\xbb\xbf" + forms.csv(SHEET[2:]),
    "Windows-1252": lambda: forms.text().encode("cp1252"),
    "UTF-8 with a row of Windows-1252": lambda: forms.csv(SHEET[:-1]) + forms.text(SHEET[-1:]).encode("cp1252"),
    "UTF-16": lambda: forms.text().encode("utf-16"),
    "Windows line ends": lambda: forms.csv().replace(b"\n", b"\r\n"),
    "old Macintosh line ends": lambda: forms.csv().replace(b"\n", b"\r"),
    "tabs in a zip": lambda: forms.zipped({"schools.txt": forms.text(delimiter="\t").encode()}),
}


@pytest.mark.parametrize("case", RIGHT)
@pytest.mark.usefixtures("home")
def test_what_is_unusual_but_right_is_read_right(tmp_path: Path, case: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(RIGHT[case]())
    table = store.schools(load([path], name="schools"))
    assert table[[*COLUMNS]].to_numpy().tolist() == [list(row) for row in SCHOOLS]


@pytest.mark.usefixtures("home")
def test_thousands_commas(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(forms.csv(forms.changed(0, students='"1,300"', ed='"1,150"')))
    table = store.schools(load([path], name="schools"))
    assert table.loc[0, ["students", "ed"]].tolist() == [1300, 1150]


def test_a_folder_and_a_missing_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"^folder is a folder: give the files inside it\.$"):
        load([tmp_path / "folder"])
    with pytest.raises(InputError, match=r"^absent\.csv was not found: check the name and the folder\.$"):
        load([tmp_path / "absent.csv"])
    assert not home.exists()
