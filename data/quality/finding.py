"""A check looks for rows of one kind in a dataset; a finding is what it found in one school year.

A report for others is made of the table that ``data.privacy.protected`` gives, so that it tells no more of a hidden
count than every other export. A check tells the rows whose verdict no hidden count can change, and says of how many
others it is not told: of none of them that nothing was found.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import pandas as pd

from data.aside import SetAside
from data.joining.lineage import Lineage, lineage
from data.privacy import hidden, masked
from data.schema import FIELDS, school_year

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

Severity = Literal["error", "warning", "note"]
# Gravest first.
SEVERITIES: dict[Severity, str] = {
    "error": "a number that cannot be right",
    "warning": "a number that may mislead",
    "note": "good to know",
}
ROWS_SHOWN = 20
# What says which school a row is about.
SCHOOL = ["year", "ncessch", "school", "leaid", "district", "students"]


@dataclass(frozen=True)
class Subject:
    """What is checked.

    Attributes:
        table: a schools table as ``data.check.checked`` gives it or, for others, as ``data.privacy.protected`` does.
        districts: boundaries as in ``data.polygons.Polygons.frame``, or None.
        grades: students by grade as in ``data.schema.GRADE_COLUMNS``.
        aside: what was set aside when the table was read.
        notes: what was told when it was read.
    """

    table: pd.DataFrame
    districts: "gpd.GeoDataFrame | None"
    grades: pd.DataFrame
    aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def schools(self) -> pd.DataFrame:
        """The table as it may be told: counts hidden here are missing, with their bounds."""
        return masked(self.table)

    @property
    def for_others(self) -> bool:
        """Whether small counts are hidden."""
        return "ed_hidden" in self.table

    def hidden(self, *counts: str) -> "pd.Series[bool]":
        """Whether one of a school's counts is hidden here, not by its publisher."""
        return pd.concat([hidden(self.table, name) for name in counts], axis=1).any(axis=1)

    def end(self, count: str, side: Literal["low", "high"]) -> pd.Series:
        """Each school's count, or the least or the most it can be where it is hidden here."""
        given, is_hidden = self.table[count], self.hidden(count)
        return given.mask(is_hidden, self.table[f"{count}_{side}"]) if is_hidden.any() else given

    @cached_property
    def lineage(self) -> Lineage:
        """Its schools and districts followed over the years."""
        return lineage(self.schools)

    @cached_property
    def followed(self) -> pd.DataFrame:
        """The schools with the keys that stay when only an id changes: ``school_key`` and ``district_key``."""
        return self.schools.join(self.lineage.keys(self.schools).add_suffix("_key"))


@dataclass(frozen=True)
class Finding:
    """What one check found in one school year.

    Attributes:
        check: the check's key.
        severity: how much it matters.
        year: the fall of the school year, or None where it is about no one year.
        sentence: what was found, how often, and how many students it concerns.
        schools, students: how many it concerns; 0 where it is not about schools.
        rows: the rows to look at, the gravest first, at most ``ROWS_SHOWN``.
        found: how many rows there are in all.
        done: what was done with them.
    """

    check: str
    severity: Severity
    year: int | None
    sentence: str
    schools: int
    students: int
    rows: pd.DataFrame
    found: int
    done: str


@dataclass(frozen=True)
class Untold:
    """What a check does not tell of one school year, for it would reveal hidden counts.

    Attributes:
        check: the check's key.
        year: the fall of the school year.
        number: of how many schools, or of what the check's rows are about.
        sentence: the same in words.
    """

    check: str
    year: int
    number: int
    sentence: str


def nothing_lacking(_: Subject) -> str:
    """For checks that every dataset allows."""
    return ""


def no_rows(_: Subject) -> pd.DataFrame:
    """For checks whose verdict rests on no count of a group."""
    return pd.DataFrame(columns=["year"])


@dataclass(frozen=True)
class Check:
    """A kind of row to look for.

    Attributes:
        key: what exports call it.
        title: what it finds, as the start of a sentence.
        unit: what one row is about: "school", "district" or another noun that takes an s.
        severity: how much a row matters.
        clean: the sentence where there is none.
        done: what is done with such rows.
        rows: the rows found, the gravest first. With a column ``year`` there is a finding for each year; ``students``
            counts the students concerned, ``schools`` the schools where a row is about several.
        lacking: why a dataset does not allow the check, or "".
        untold: in a report for others, the rows of which it cannot be told whether they are such rows, with ``year``.
    """

    key: str
    title: str
    unit: str
    severity: Severity
    clean: str
    done: str
    rows: Callable[[Subject], pd.DataFrame]
    lacking: Callable[[Subject], str] = nothing_lacking
    untold: Callable[[Subject], pd.DataFrame] = no_rows

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """One finding for each school year that has such rows."""
        rows = self.rows(subject)
        if "year" not in rows:
            if len(rows):
                yield self._finding(rows, None, 0)
            return
        enrolment = subject.schools.groupby("year")["students"].sum()
        for year in sorted(int(year) for year in rows["year"].unique()):
            yield self._finding(rows[rows["year"] == year].drop(columns="year"), year, int(enrolment[year]))

    def not_told(self, subject: Subject) -> Iterator[Untold]:
        """What is not told of each school year."""
        years = self.untold(subject)["year"].tolist()
        for year in sorted(set(years)):
            number = years.count(year)
            words = f"{self.title}: not told of {counted(number, self.unit)}, for it would reveal counts hidden here."
            yield Untold(self.key, int(year), number, words)

    def _finding(self, rows: pd.DataFrame, year: int | None, enrolment: int) -> Finding:
        students = int(rows["students"].sum()) if "students" in rows else 0
        if "schools" in rows:
            schools = int(rows["schools"].sum())
        else:
            schools = int(rows["ncessch"].nunique()) if "ncessch" in rows else 0
        text = f"{self.title}: {counted(schools if self.unit == 'school' else len(rows), self.unit)}"
        if students:
            of_schools = "" if self.unit == "school" else f"{counted(schools, 'school')} and "
            text += f" with {of_schools}{counted(students, 'student')}"
        if students and year is not None:
            text += f", {share(students, enrolment)} of all in {school_year(year)}"
        shown = rows.head(ROWS_SHOWN).reset_index(drop=True)
        return Finding(self.key, self.severity, year, f"{text}.", schools, students, shown, len(rows), self.done)


@dataclass(frozen=True)
class ReadingCheck(Check):
    """A check of what reading set aside, which is no longer in the table: its key is the kind of that."""

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """One finding for each year and reason."""
        enrolment = subject.table.groupby("year")["students"].sum()
        for each in subject.aside:
            if each.kind == self.key:
                yield self._of(each, subject.for_others, int(enrolment.get(each.year, 0)))

    def _of(self, each: SetAside, for_others: bool, enrolment: int) -> Finding:
        text = f"{self.title}, {each.reason}: {counted(each.number, each.unit)}"
        text += f" of {each.of:,}" if each.of else ""
        if each.students and enrolment:
            text += f" with {counted(each.students, 'student')}, {share(each.students, enrolment)} of all counted"
        if each.year is not None:
            text += f" in {school_year(each.year)}"
        rows = pd.DataFrame([*each.rows] or [{"reason": each.reason, "schools": each.number}])
        rows = rows.astype({name: "Int64" for name in ("students", "reported") if name in rows})
        if "counted" in rows:
            rows["counted"] = rows["counted"].map(lambda name: FIELDS[name].label)
        if for_others and "reported" in rows:
            rows["reported"] = pd.array([None] * len(rows), "Int64")
        schools = each.number if each.unit == "school" else 0
        shown = rows.head(ROWS_SHOWN)
        return Finding(
            self.key, self.severity, each.year, f"{text}.", schools, each.students, shown, each.number, self.done
        )


def counted(number: int, noun: str) -> str:
    """A number of things: "1 school", "1,204 schools"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(part: float, whole: float) -> str:
    """A share in percent that never rounds to nothing or to all: "2.3 %", "under 0.1 %", "0 %"."""
    percent = 100 * part / whole
    if percent in (0, 100):
        return f"{percent:.0f} %"
    if percent < 0.1:
        return "under 0.1 %"
    return "over 99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def largest_first(rows: pd.DataFrame, columns: Sequence[str], by: str = "students") -> pd.DataFrame:
    """The columns of rows, those with the most ``by`` first."""
    return rows.sort_values(by, ascending=False, kind="stable")[[*columns]]
