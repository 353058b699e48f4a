"""What every source has in common: how a table is recognised and what reading it gives."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.errors import InputError
from data.aside import SetAside
from data.formats.reading import TextTable
from data.schema import BOUNDED, ED_BASES, UNCOUNTED_BASES, bounds_of

_COUNTED_ED = tuple(f"ed_{basis}" for basis in ED_BASES if basis not in UNCOUNTED_BASES)
# Bounds of a count that the publisher hides or rounds, beside each ED count; those of the chosen basis are kept.
ED_BOUNDS = tuple(end for basis in ED_BASES for end in bounds_of(f"ed_{basis}"))
# A percentage of the students, where the publisher counts nobody and the students stand in another file; beside it the
# least and the most it can be, as rounding and hiding leave it.
PERCENTS = {f"{count}_percent": count for count in (*_COUNTED_ED, *BOUNDED)}
# A district's revenue in dollars, where its students stand in another file.
TOTAL_REVENUE = "revenue_total"
# The metro area of a district, by code, where no file says it of its schools.
DISTRICT_METRO = "district_metro"
# What a describing part may have that is worked out from the students before the table is whole.
WORKED_OUT = (
    *ED_BOUNDS,
    *PERCENTS,
    *(end for percent in PERCENTS for end in bounds_of(percent)),
    TOTAL_REVENUE,
    DISTRICT_METRO,
)

Recognises = Callable[[tuple[str, ...]], bool]


@dataclass(frozen=True)
class Asked:
    """What the person said beside the files: the state to keep and the fall the school year begins in."""

    state: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Part:
    """What one table adds to the schools table.

    Attributes:
        label: the table's name, for messages.
        frame: columns named as in ``data.schema``. A part with ``students`` brings schools in; any other only
            describes them. ``state_school`` and ``state_leaid`` beside ``ncessch`` and ``leaid`` make it a crosswalk
            from the state's own ids to those of NCES.
        key: the columns a describing part is joined on. Without ``year`` in it the part holds for any year, the
            nearest first.
        notes: what a reader of the dataset should know, one sentence each.
        aside: what reading it set aside.
    """

    label: str
    frame: pd.DataFrame
    key: tuple[str, ...] = ("year", "ncessch")
    notes: tuple[str, ...] = ()
    aside: tuple[SetAside, ...] = ()

    @property
    def brings_schools(self) -> bool:
        """Whether it holds schools with their students, rather than describing schools from elsewhere."""
        return "students" in self.frame


@dataclass(frozen=True)
class Source:
    """A publisher's layout.

    Attributes:
        key: a short name.
        label: the publisher and publication, as the dataset's source sentence names it.
        recognises: whether a table with these columns is of this layout.
        read: the part a table of this layout gives.
        state: the postal abbreviation of the state the layout belongs to, if it is one state's.
        header_row: the file's row of column names, where it cannot be found by itself.
        sheet: the sheet of a workbook, or the file in a zip, that is meant; any if None.
    """

    key: str
    label: str
    recognises: Recognises
    read: Callable[[TextTable, Asked], Part]
    state: str | None = None
    header_row: int | None = None
    sheet: str | None = None


def having(*columns: str, but_not: str = "") -> Recognises:
    """A test for tables that have all of these columns, and not that one."""
    return lambda header: set(columns) <= set(header) and but_not not in header


def nces_id(ids: pd.Series, digits: int) -> pd.Series:
    """NCES ids with the leading zeros a spreadsheet may have dropped: twelve digits for a school, seven a district."""
    return ids.str.zfill(digits)


def fall_year(school_years: pd.Series, label: str, column: str) -> pd.Series:
    """The fall each school year begins in: "2018-2019" and "2018" are 2018.

    Raises:
        InputError: where the text does not begin with a year.
    """
    years = school_years.str.extract(r"^\s*((?:19|20)\d\d)", expand=False)
    wrong = school_years[years.isna()]
    if len(wrong):
        raise InputError(
            f'{label}, row {wrong.index[0]}, column {column}: "{wrong.iloc[0]}" is not a school year; '
            "write it as 2018-2019."
        )
    return years.astype("Int64")
