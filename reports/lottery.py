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
_OWNER_ALONE = 0o600
# Numbers of students in the summary, and what else would tell them.
_STUDENTS = ["claims", "offered", "waitlist"]
_TELLING = [*_STUDENTS, "unfilled", "last_priority", "last_number"]


def register(applications: pd.DataFrame) -> pa.Buffer:
    """The applications under public ids, as CSV, the same bytes whatever the order of the rows.

    Published with its SHA-256 before the seed is known, it shows later that no application was changed after.
    """
    flags = [name for name in FLAGS if name in applications]
    return csv(by_student(applications)[[*REGISTER, *flags]])


def published(summary: pd.DataFrame, cell: int) -> pd.DataFrame:
    """A summary as it may be published: without the numbers of schools with 1 to fewer than ``cell`` students in any.

    All of a school's go together, since each would tell of the others: a pool that is full has as many offers as seats,
    a second round has the seats that the first left, and whoever claims one kind of seats mostly claims others.

    Args:
        summary: as ``analysis.lottery.audit.summary`` gives it.
        cell: the minimum cell size; 0 hides nothing.

    Returns:
        The same with ``suppressed``, a word where a school's numbers are left empty; such a school has one round.
    """
    small = (summary[_STUDENTS].gt(0) & summary[_STUDENTS].lt(cell)).any(axis=1)
    hidden = summary["school"].isin(summary.loc[small, "school"])
    emptied = {name: summary[name].convert_dtypes().mask(hidden) for name in _TELLING}
    table = summary.assign(**emptied, suppressed=pd.Series("small count", summary.index).where(hidden))
    return table[~hidden | (summary["round"] == 1)].reset_index(drop=True)


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


def save(content: pa.Buffer, path: Path, *, private: bool = False) -> None:
    """Write a file; a private one for its owner's eyes alone, where the system knows owners.

    Raises:
        InputError: the place cannot be written.
    """
    try:
        if private:
            path.touch(_OWNER_ALONE)  # so that it is never open to others, and then if it was there
            if path.is_file():
                path.chmod(_OWNER_ALONE)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; give another place.") from None
