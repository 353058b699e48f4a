"""What publishers write in place of a number: ranges, marks that hide small groups, percentages, half students."""

from collections.abc import Collection
from collections.abc import Mapping as Dict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import InputError
from data.formats.numbers import MOST_STUDENTS

# Marks that say a value is not known, in lower case: hidden, not applicable or not reported.
MARKS = frozenset(
    ("*", "**", "***", "s", "ds", "‡", "†", "–", "—", "-", "--", "---", ".", "..", "n/a", "na", "null", "#", "x", "^")
)
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?"
_ONE_SIDED = r"^(?:n\s*)?(?P<sign><=|>=|<|>|≤|≥)\s*(?P<bound>\d[\d,.]*)\s*%?$"
_RANGE = r"^(?P<low>\d[\d,.]*)\s*%?\s*(?:-|–|to)\s*(?P<high>\d[\d,.]*)\s*%?$"
_NEARLY = 1e-9  # of a student: what floating point may lose
_JUST = 1e-7  # of a percentage or share: how far outside a bound lies that is itself excluded


@dataclass(frozen=True)
class Cells:
    """A column of numbers: the value where it is given, and the least and most it can be where only that is known.

    Attributes:
        value: as float64, missing where the publisher gives no number.
        low, high: bounds, both missing where ``value`` is given or nothing is known.
        strict_low, strict_high: whether a bound itself is excluded, as in <5.
    """

    value: pd.Series
    low: pd.Series
    high: pd.Series
    strict_low: pd.Series
    strict_high: pd.Series


def cells(
    values: pd.Series, label: str, column: str, missing: Collection[str], hidden: Dict[str, tuple[int, int]]
) -> Cells:
    """A column of text as numbers and bounds.

    Args:
        values: as written; the index is the file's row number.
        label: the file, for messages.
        column: the column, for messages.
        missing: marks for an unknown value, beside the usual ones.
        hidden: marks for a value known to lie between two numbers, both included.

    Raises:
        InputError: a cell is none of a number, a range, or a mark.
    """
    text = values.astype("str")
    listed = text.isin(list(hidden))
    text = text.mask(text.str.casefold().isin(MARKS | {mark.casefold() for mark in missing}) & ~listed)
    plain = text.str.removesuffix("%").str.strip()
    value = _number(plain.where(plain.str.fullmatch(_NUMBER).fillna(False).astype(bool)))
    one_sided, between = text.str.extract(_ONE_SIDED), text.str.extract(_RANGE)
    bound, below = _number(one_sided["bound"]), one_sided["sign"].isin(["<", "<=", "≤"])
    known = {mark: pair for mark, pair in hidden.items() if listed.any()}
    low = _number(between["low"]).fillna(text.map({m: float(p[0]) for m, p in known.items()}).astype("float64"))
    high = _number(between["high"]).fillna(text.map({m: float(p[1]) for m, p in known.items()}).astype("float64"))
    low = low.fillna(bound.mask(below)).mask(below, 0.0)
    high = high.fillna(bound.where(below)).mask(bound.notna() & ~below, np.inf)
    wrong = text.notna() & value.isna() & low.isna()
    if wrong.any():
        bad, others = text[wrong], f" (and {wrong.sum() - 1:,} more)" if wrong.sum() > 1 else ""
        raise InputError(
            f'{label}, row {bad.index[0]:,}, column {column}: "{bad.iloc[0]}" is not a number{others}; correct it, '
            "or list it under missing in the mapping."
        )
    return Cells(value, low, high, one_sided["sign"].eq(">"), one_sided["sign"].eq("<"))


def _number(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce").astype("float64")


@dataclass(frozen=True)
class Counts:
    """A column of whole numbers of students: the count, its bounds where it is not exact, and how many were halves."""

    value: pd.Series
    low: pd.Series
    high: pd.Series
    halves: int


def counts(read: Cells, students: pd.Series | None, label: str, column: str) -> Counts:
    """Numbers of students; a half student, as where two schools share one, counts as one.

    Raises:
        InputError: a number is negative, neither whole nor a half, or beyond ``MOST_STUDENTS``.
    """
    _refuse(read.value, read.value < 0, label, column, "is negative")
    for given in (read.value, read.low, read.high.mask(np.isinf(read.high))):
        _refuse(given, given > MOST_STUDENTS, label, column, "is too large")
    _refuse(read.value, read.value.notna() & (read.value * 2 % 1 != 0), label, column, "is not a whole number")
    halves = read.value.notna() & (read.value % 1 != 0)
    low = np.ceil(read.low) + (read.strict_low & (read.low % 1 == 0))
    high = np.floor(read.high) - (read.strict_high & (read.high % 1 == 0))
    high = high.clip(lower=0)
    if students is not None:
        high = high.clip(upper=students.astype("float64").fillna(np.inf))
    high = high.mask(np.isinf(high))
    value = np.floor(read.value + 0.5)
    return Counts(_whole(value), _whole(low.where(high.notna())), _whole(high.where(low.notna())), int(halves.sum()))


@dataclass(frozen=True)
class Shares:
    """Percentages of students: the value, and the least and most it can be; a bound that is excluded lies just outside.

    Attributes:
        value: missing where only bounds are known.
        low, high: missing where nothing is known.
    """

    value: pd.Series
    low: pd.Series
    high: pd.Series


def shares(
    read: Cells, whole: float, decimals: int, clipped: tuple[float, float] | None, label: str, column: str
) -> Shares:
    """Percentages from percentages or shares, with all that would be printed so.

    Args:
        read: the cells.
        whole: what all students are written as: 100 or 1.
        decimals: how many the publisher rounds to.
        clipped: percentages at or beyond which only these two are shown, or None.
        label, column: for messages.

    Raises:
        InputError: a value is negative or more than the whole.
    """
    _refuse(read.value, (read.value < 0) | (read.value > whole), label, column, f"is not between 0 and {whole:g}")
    half = 0.5 * 10.0**-decimals
    low = (read.low + _JUST * read.strict_low).fillna(read.value - half).clip(lower=0)
    high = (read.high - _JUST * read.strict_high).fillna(read.value + half).clip(upper=whole)
    value = read.value
    if clipped is not None:
        percent = 100 / whole * read.value
        at_least, at_most = percent <= clipped[0], percent >= clipped[1]
        low, high = low.mask(at_least, 0.0), high.mask(at_most, whole)
        value = value.mask(at_least | at_most)
    return Shares(*(100 / whole * each for each in (value, low, high)))


def counts_of_shares(of: Shares, students: pd.Series) -> Counts:
    """Numbers of students from percentages of them, with every count that would be printed so.

    Args:
        of: the percentages.
        students: how many there are; missing makes the count missing.

    Returns:
        The nearest count (a half up), missing where only a range is given, and the least and most that rounding allows.
    """
    n = students.astype("float64")
    least = np.ceil(of.low / 100 * n - _NEARLY)
    most = np.floor(of.high / 100 * n + _NEARLY).clip(lower=0)
    nearest = np.floor(of.value / 100 * n + 0.5)
    none_fits = least > most  # no whole number of students rounds so: the nearest is as good as can be
    least, most = least.mask(none_fits, nearest), most.mask(none_fits, nearest)
    inexact = nearest.isna() | (least < most)
    return Counts(_whole(nearest), _whole(least.where(inexact)), _whole(most.where(inexact)), 0)


def decimals(values: pd.Series) -> int:
    """How many decimals a column of numbers as text is written with at most."""
    longest = values.str.extract(r"\.(\d+)\s*%?$")[0].str.len().max()
    return 0 if pd.isna(longest) else int(longest)


def _whole(values: pd.Series) -> pd.Series:
    return values.round().astype("Int64")


def _refuse(values: pd.Series, wrong: pd.Series, label: str, column: str, what: str) -> None:
    if wrong.any():
        bad = values[wrong]
        others = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        raise InputError(
            f'{label}, row {bad.index[0]:,}, column {column}: "{bad.iloc[0]:g}" {what}{others}; correct it, or '
            "correct the mapping."
        )
