"""The files of a lottery: the register to be published before the seed, the audit after it, and the offers."""

import hashlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from analysis.errors import InputError
from analysis.lottery.claims import FLAGS
from analysis.lottery.market import by_student
from data.formats.spreadsheet import neutral

REGISTER = ["student", "pool", "rank", "school"]


def register(applications: pd.DataFrame) -> pa.Buffer:
    """The applications under public ids, as CSV, the same bytes whatever the order of the rows.

    Published with its SHA-256 before the seed is known, it shows later that no application was changed after.
    """
    flags = [name for name in FLAGS if name in applications]
    return csv(by_student(applications)[[*REGISTER, *flags]])


def sha256(content: pa.Buffer) -> str:
    """The SHA-256 of a file, as ``sha256sum`` prints it."""
    return hashlib.sha256(content).hexdigest()


def csv(table: pd.DataFrame) -> pa.Buffer:
    """A table as CSV in UTF-8, the same bytes on any machine: text quoted, lines ended by a newline, missing empty.

    No text begins as a formula of a spreadsheet; see ``data.formats.spreadsheet``.
    """
    sink = pa.BufferOutputStream()
    safe = pd.DataFrame({name: _neutral(values) for name, values in table.items()})
    pyarrow.csv.write_csv(pa.Table.from_pandas(safe, preserve_index=False), sink)
    return sink.getvalue()


def _neutral(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):  # millions of rows, few texts
        return values.cat.rename_categories(neutral(values.cat.categories.to_series().astype("str")).tolist())
    return neutral(values) if pd.api.types.is_string_dtype(values.dtype) else values


def save(content: pa.Buffer, path: Path) -> None:
    """Write a file.

    Raises:
        InputError: the place cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; give another place.") from None
