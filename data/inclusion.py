"""Which schools count, and for which district: the two choices every number of a view rests on."""

from dataclasses import dataclass

import pandas as pd

from analysis.policy.scenario import DISTRICTS, EXCLUDABLE

ADMINISTRATIVE, GEOGRAPHIC = DISTRICTS
# What Stanford leaves out, as far as it says so (docs/stanford.md), and schools that nobody is assigned to by address.
USUALLY_EXCLUDED = ("virtual", "special", "juvenile", "adult")
_KINDS = {"special": "special education", "juvenile": "juvenile", "adult": "adult"}


@dataclass(frozen=True)
class Rules:
    """Which schools count, and for which district.

    Attributes:
        districts: a key of ``DISTRICTS``.
        excluded: the schools left out by choice, keys of ``EXCLUDABLE``.
    """

    districts: str = ADMINISTRATIVE
    excluded: tuple[str, ...] = USUALLY_EXCLUDED


def included(table: pd.DataFrame, excluded: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The schools that count, and how many do not.

    A school whose flag or kind is unknown stays in.

    Args:
        table: a schools table.
        excluded: keys of ``EXCLUDABLE``.

    Returns:
        The table without the excluded schools; and how many those are: columns year, excluded (the key; for a school
        with several the first of ``EXCLUDABLE``), schools, students.
    """
    reason = pd.Series(None, table.index, "str")
    for name in (name for name in EXCLUDABLE if name in excluded):
        reason = reason.fillna(pd.Series(name, table.index, "str").where(_is(table, name)))
    out = reason.notna()
    counts = table[out].groupby([table["year"], reason.rename("excluded")])["students"].agg(["size", "sum"])
    return (table[~out] if out.any() else table), counts.reset_index().set_axis(
        ["year", "excluded", "schools", "students"], axis=1
    )


def _is(table: pd.DataFrame, name: str) -> "pd.Series[bool]":
    """Whether each school is known to be of an excludable kind."""
    flag = table["kind"].eq(_KINDS[name]) if name in _KINDS else table[name]
    return flag.fillna(False).astype(bool)


def excluded_words(counts: pd.DataFrame) -> str:
    """What was left out of one year, such as "2 schools wholly online (4,100 students)"; empty if nothing was."""
    return ", ".join(
        f"{schools:,} {_words(name, schools)} ({students:,} students)"
        for name, schools, students in counts[["excluded", "schools", "students"]].itertuples(index=False)
    )


def _words(name: str, schools: int) -> str:
    return EXCLUDABLE[name] if schools != 1 else EXCLUDABLE[name].replace("schools", "school")
