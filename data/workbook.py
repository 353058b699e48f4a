"""The sheets of a workbook (XLSX, XLS or OpenDocument) as rows of text."""

import datetime
import io
import os
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from analysis.errors import InputError
from data import files
from data.files import Given

LAST_ROW = 1_048_576  # Excel's own limit
MOST_CELLS = 100_000_000  # blank ones to the left of a filled one counted: they cost time, and a file can claim many
_ODS_MANIFEST = "META-INF/manifest.xml"
# A locked workbook of Excel 2007 or later lies whole in this stream of a compound file (MS-OFFCRYPTO 2.3.4.4); an
# older one has a FilePass record at its start, behind its version and perhaps one that forbids writing (MS-XLS 2.1.7).
_LOCKED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)


def sheets(file: Given) -> dict[str, list[list[str]]]:
    """Every worksheet's rows from the top, each cut after its last filled cell; blank rows below the data left out.

    Only stored values are read: formulas are not computed. Whole numbers come without a decimal point, dates as
    2018-09-01 00:00:00.

    Raises:
        InputError: the workbook is damaged, locked, or would unpack to more than can be sensible.
    """
    if file.head(4) == files.OLD_EXCEL or files.is_open_document(file):
        return _other_sheets(file)
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


def _other_sheets(file: Given) -> dict[str, list[list[str]]]:
    """The sheets of an XLS or OpenDocument workbook."""
    import python_calamine

    if files.is_open_document(file):
        files.check_workbook(file)
        _check_repeats(file)
    content = io.BytesIO(file.read())
    try:
        with _panics_silent():
            book = python_calamine.CalamineWorkbook.from_filelike(content)
            found = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError):
        if _is_locked(file):
            raise InputError(f"{file.label} is locked with a password: save it without one.") from None
        raise InputError(f"{file.label} is damaged or no workbook: open it in Excel and save it as .xlsx.") from None
    rows = {
        name: [[_text(cell) for cell in row[: _filled_width(row)]] for row in sheet] for name, sheet in found.items()
    }
    return {name: sheet[: max((i for i, row in enumerate(sheet, 1) if row), default=0)] for name, sheet in rows.items()}


@contextmanager
def _panics_silent() -> Iterator[None]:
    """Make an error of a panic in calamine, and keep what Rust prints of it from the person.

    Raises:
        ValueError: it panicked, as it does over damage that it does not foresee.
    """
    errors = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    except BaseException as fault:
        if type(fault).__name__ == "PanicException":  # which no module lets be imported
            raise ValueError(str(fault)) from None
        raise
    finally:
        os.dup2(errors, 2)
        os.close(errors)


def _is_locked(file: Given) -> bool:
    """Whether a workbook that cannot be opened is encrypted, which calamine does not tell from damaged."""
    if not files.is_open_document(file):
        content = file.read()
        return _LOCKED_PACKAGE in content or _LOCKED_XLS.search(content) is not None
    with files.faults_told(file.label), file.open() as stream, zipfile.ZipFile(stream) as opened:
        return _ODS_MANIFEST in opened.namelist() and b"encryption-data" in opened.read(_ODS_MANIFEST)


def _check_repeats(file: Given) -> None:
    """Refuse an OpenDocument sheet whose filled cells claim to be repeated beyond what a table can be."""
    with files.faults_told(file.label), file.open() as stream, zipfile.ZipFile(stream) as opened:
        names = opened.namelist()
        content = opened.read("content.xml") if "content.xml" in names else b""
    filled = re.finditer(rb"<table:table-cell([^>]*[^/])>", content)
    wide = [int(n[1]) for cell in filled if (n := re.search(rb'columns-repeated="(\d+)"', cell[1]))]
    tall = [int(n) for n in re.findall(rb'rows-repeated="(\d+)"[^>]*>\s*<table:table-cell[^>]*[^/]>', content)]
    if max(wide, default=1) * max(tall, default=1) * max(content.count(b"<table:table-row"), 1) > MOST_CELLS:
        raise InputError(f"{file.label} has more than {MOST_CELLS:,} cells: save it as CSV and give that.")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return f"{value} 00:00:00"  # as in XLSX, whose dates have a time
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
