"""How a job tells its result, on stdout or in a file, and everything else, on stderr."""

import argparse
import ctypes
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from data.formats.spreadsheet import as_csv

TABLE_FORMATS = ("table", "csv", "json")


def write(table: pd.DataFrame, given: argparse.Namespace) -> None:
    """Print or save a table in the format asked for; an undefined value is an empty cell, no row a sentence."""
    if given.format == "json":
        write_text(json.dumps(records(table), indent=2, ensure_ascii=False) + "\n", given)
    elif given.format == "csv":
        write_text(as_csv(table), given)
    elif table.empty:
        write_text("There is nothing to list.\n", given)
    else:
        # Of those types pandas writes what is missing as "<NA>", whatever is asked for.
        own = [name for name in table if getattr(table[name].dtype, "na_value", None) is pd.NA and table[name].hasnans]
        shown = table.assign(**{name: table[name].astype("object").where(table[name].notna(), np.nan) for name in own})
        write_text(shown.to_string(index=False, na_rep="", float_format="{:.4f}".format) + "\n", given)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain JSON values."""
    return [plain(row) for row in table.to_dict("records")]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with null for what is undefined, since JSON has no NaN."""
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def write_text(text: str, given: argparse.Namespace) -> None:
    """Print or save a result.

    Raises:
        InputError: the place cannot be written.
    """
    if given.output is None:
        show(text, end="")
        return
    try:
        given.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{given.output} cannot be written: {error.strerror}; give another place.") from None


def show(text: str, end: str = "\n") -> None:
    """Print a result."""
    sys.stdout.write(text + end)


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    sys.stderr.write(text + "\n")


def tell(notes: Sequence[str]) -> None:
    """Tell the person several things that are not the result."""
    for note in notes:
        say(note)


@contextmanager
def solver_on_stderr() -> Iterator[None]:
    """What compiled code prints on stdout meanwhile goes to stderr, apart from the result.

    HiGHS 1.12 prints a line of its own during branch and bound, "HighsMipSolverData::transformNewIntegerFeasible…",
    whatever its options say. C keeps it in a buffer of its own, so that is emptied before stdout is stdout again.
    """
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
        os.dup2(out, 1)
        os.close(out)
