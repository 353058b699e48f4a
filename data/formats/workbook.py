"""The sheets of a workbook (XLSX, XLS or OpenDocument) as rows of text."""

import io
import json
import re
import signal
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from analysis.errors import InputError
from data.formats import calamine_process, files
from data.formats.files import Given

LAST_ROW = 1_048_576  # Excel's own limit
# In all sheets, blank cells to the left of a filled one counted: a file can claim many, and all are held.
MOST_CELLS = 10_000_000
MOST_LOOKED_AT = 100_000_000  # blank cells to the right counted: they only cost time
_SECONDS_TO_READ = 300
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
            found: dict[str, list[list[str]]] = {}
            for sheet in book.worksheets:
                held = sum(len(row) for rows in found.values() for row in rows)
                found[sheet.title] = _rows(sheet, f"{file.label} › {sheet.title}", MOST_CELLS - held)
            return found
    except InputError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError):
        # A damaged workbook fails wherever its parts stop agreeing with each other.
        raise InputError(f"{file.label} is damaged: open it in Excel and save it again as .xlsx.") from None


def _rows(sheet: Any, label: str, most_cells: int) -> list[list[str]]:
    sheet.reset_dimensions()  # the size a workbook claims is often wrong
    rows: list[list[str]] = []
    cells, looked_at, filled_rows = 0, 0, 0
    for values in sheet.iter_rows(max_row=LAST_ROW, values_only=True):
        width = _filled_width(values)
        rows.append([_text(value) for value in values[:width]])
        cells += width
        looked_at += len(values)
        if width:
            filled_rows = len(rows)
        if cells > most_cells or looked_at > MOST_LOOKED_AT:
            raise InputError(f"{label} has more than {MOST_CELLS:,} cells: save it as CSV and give that.")
    return rows[:filled_rows]


def _filled_width(values: Sequence[object]) -> int:
    return next((i for i in range(len(values), 0, -1) if values[i - 1] not in (None, "")), 0)


def _other_sheets(file: Given) -> dict[str, list[list[str]]]:
    """The sheets of an XLS or OpenDocument workbook."""
    if files.is_open_document(file):
        files.check_workbook(file)
    reader = [sys.executable, "-I", calamine_process.__file__]
    try:
        done = subprocess.run(reader, input=file.read(), capture_output=True, check=False, timeout=_SECONDS_TO_READ)
        status = done.returncode
    except subprocess.TimeoutExpired:
        status = calamine_process.TOO_LARGE
    if status in (calamine_process.TOO_LARGE, -signal.SIGABRT):  # which is how Rust ends where memory does
        raise InputError(f"{file.label} has more cells than can be read: save it as CSV and give that.")
    if status and _is_locked(file):
        raise InputError(f"{file.label} is locked with a password: save it without one.")
    if status:
        raise InputError(f"{file.label} is damaged or no workbook: open it in Excel and save it as .xlsx.")
    rows = {
        name: [[_text(cell) for cell in row[: _filled_width(row)]] for row in sheet]
        for name, sheet in json.loads(done.stdout).items()
    }
    return {name: sheet[: max((i for i, row in enumerate(sheet, 1) if row), default=0)] for name, sheet in rows.items()}


def _is_locked(file: Given) -> bool:
    """Whether a workbook that cannot be opened is encrypted, which calamine does not tell from damaged."""
    if not files.is_open_document(file):
        content = file.read()
        return _LOCKED_PACKAGE in content or _LOCKED_XLS.search(content) is not None
    with files.faults_told(file.label), file.open() as stream, zipfile.ZipFile(stream) as opened:
        return _ODS_MANIFEST in opened.namelist() and b"encryption-data" in opened.read(_ODS_MANIFEST)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
