"""The sheets of an XLSX workbook as rows of text."""

import io
import warnings
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from analysis.errors import InputError
from data import files
from data.files import Given

LAST_ROW = 1_048_576  # Excel's own limit
MOST_CELLS = 100_000_000  # blank ones to the left of a filled one counted: they cost time, and a file can claim many


def sheets(file: Given) -> dict[str, list[list[str]]]:
    """Every worksheet's rows from the top, each cut after its last filled cell; blank rows below the data left out.

    Only stored values are read: formulas are not computed. Whole numbers come without a decimal point, dates as
    2018-09-01 00:00:00.

    Raises:
        InputError: the workbook is damaged, or would unpack to more than can be sensible.
    """
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # slow to import, and few files are workbooks

    files.check_workbook(file)
    try:
        # openpyxl warns of styles and validations it leaves out, which a table of values does not need.
        with files.faults_told(file.label), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(file.read()), read_only=True, data_only=True)
            return {sheet.title: _rows(sheet, f"{file.label} › {sheet.title}") for sheet in book.worksheets}
    except InputError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError):
        # A damaged workbook fails wherever its parts stop agreeing with each other.
        raise InputError(f"{file.label} is damaged: open it in Excel and save it again as .xlsx.") from None


def _rows(sheet: Any, label: str) -> list[list[str]]:
    sheet.reset_dimensions()  # the size a workbook claims is often wrong
    rows: list[list[str]] = []
    cells, filled_rows = 0, 0
    for values in sheet.iter_rows(max_row=LAST_ROW, values_only=True):
        width = _filled_width(values)
        rows.append([_text(value) for value in values[:width]])
        cells += len(values)
        if width:
            filled_rows = len(rows)
        if cells > MOST_CELLS:
            raise InputError(f"{label} has more than {MOST_CELLS:,} cells: save it as CSV and give that.")
    return rows[:filled_rows]


def _filled_width(values: Sequence[object]) -> int:
    return next((i for i in range(len(values), 0, -1) if values[i - 1] not in (None, "")), 0)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
