"""The field dictionary on paper says what the schema says."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from data import dictionary
from data.check import checked
from data.formats.reading import TextTable, tables
from data.schema import COLUMNS, FILE_FIELDS, GRADE_COLUMNS

ROW = {"year": 2018, "ncessch": "010000100001", "leaid": "0100001", "grade_low": "KG", "grade_high": "05",
       "charter": "no", "students": 300, "ed": 150, "ed_basis": "frpl", "latitude": 33.5}  # fmt: skip


def test_the_page_is_up_to_date() -> None:
    assert dictionary.PAGE.read_text(encoding="utf-8") == dictionary.page(), "run python -m data.dictionary"


def test_the_page_names_every_column_and_choice() -> None:
    page = dictionary.page()
    for column in (*COLUMNS, *GRADE_COLUMNS):
        assert f"| `{column.name}` | {column.label} |" in page
        assert all(choice in page for choice in column.choices)


def filled_workbook(path: Path) -> None:
    book = load_workbook(io.BytesIO(dictionary.template()))
    book["schools"].append([ROW.get(name) for name in FILE_FIELDS])
    book.save(path)


def filled_csv(path: Path) -> None:
    cells = (str(ROW.get(name, "")) for name in FILE_FIELDS)
    path.write_text(dictionary.template_csv() + ",".join(cells) + "\n")


@pytest.mark.parametrize("fill", [filled_workbook, filled_csv])
def test_the_template_filled_in_passes(tmp_path: Path, fill: object) -> None:
    assert callable(fill)
    fill(tmp_path / "filled")
    table = tables(tmp_path / "filled")[0]
    assert isinstance(table, TextTable)
    assert table.header == tuple(FILE_FIELDS)
    schools, exclusions = checked(table.frame(), table.label)
    assert exclusions == ()
    row = schools.iloc[0]
    assert (row["ncessch"], row["leaid"], row["grade_high"], row["level"]) == (
        "010000100001", "0100001", "05", "elementary")  # fmt: skip
    assert (row["students"], row["ed"], row["charter"], row["latitude"]) == (300, 150, False, 33.5)


def test_the_templates_second_sheet_says_what_each_column_means() -> None:
    sheet = load_workbook(io.BytesIO(dictionary.template()))["dictionary"]
    meanings = {row[0]: row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert meanings == {name: column.meaning for name, column in FILE_FIELDS.items()}
