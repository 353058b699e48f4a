"""Columns of text as numbers: what is none is refused with its file, row, column and value."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from analysis.errors import InputError

MOST_STUDENTS = 1_000_000  # in a school: ten times as many as any has
# What to do about a value that is none, where a cell may be empty.
CORRECT_OR_EMPTY = "correct it, or leave the cell empty if it is not known"


def numbers(
    values: pd.Series, label: str, column: str, *, missing: Collection[str] = (), remedy: str = CORRECT_OR_EMPTY
) -> pd.Series:
    """A column of text as float64; blanks and the listed codes are missing.

    Args:
        values: text (thousands commas are read) or numbers; the index is the file's row number.
        label: the file to name in a message.
        column: the column to name in a message.
        missing: the publisher's codes for "no value", exactly as written.
        remedy: what a message says to do.

    Raises:
        InputError: a value is neither a number nor a listed code; it names the file, row, column and value.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype("float64")
    text = values.astype("str").str.strip()
    text = text.mask(text.isin([*missing, ""]))
    thousands = text.str.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?").fillna(False)
    plain = text.mask(thousands, text.str.replace(",", "", regex=False))
    number = pd.to_numeric(plain, errors="coerce").astype("float64")
    _refuse(text, text.notna() & ~np.isfinite(number), label, column, "is not a number", remedy)
    return number


def counts(
    values: pd.Series, label: str, column: str, *, missing: Collection[str] = (), remedy: str = CORRECT_OR_EMPTY
) -> pd.Series:
    """The same as nullable Int64, for whole numbers of people: "3.0" is 3.

    Raises:
        InputError: as ``numbers``, and for a negative or fractional value or one beyond ``MOST_STUDENTS``.
    """
    number = numbers(values, label, column, missing=missing, remedy=remedy)
    _refuse(values, number < 0, label, column, "is negative", remedy)
    _refuse(values, number > MOST_STUDENTS, label, column, "is too large", remedy)
    _refuse(values, number.notna() & (number % 1 != 0), label, column, "is not a whole number", remedy)
    return number.astype("Int64")


def _refuse(values: pd.Series, wrong: pd.Series, label: str, column: str, what: str, remedy: str) -> None:
    if wrong.any():
        bad = values[wrong]
        others = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        raise InputError(f'{label}, row {bad.index[0]:,}, column {column}: "{bad.iloc[0]}" {what}{others}; {remedy}.')
