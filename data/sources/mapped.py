"""Any table is read by its mapping: the same ``Part`` as every other source gives."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import reduce

import pandas as pd

from analysis.errors import InputError
from data.aside import SetAside, above_students
from data.formats.reading import TextTable
from data.quality.finding import counted
from data.schema import BOUNDED, ED_BASES, FILE_FIELDS, bounds_of
from data.sources.beside import agreement
from data.sources.cells import Counts, Shares, cells, counts, counts_of_shares, decimals, shares
from data.sources.mapping import Long, Mapping, Take, matching
from data.sources.names import flag, locales, title_case
from data.sources.settled import of_state, settled
from data.sources.source import PERCENTS, TOTAL_REVENUE, Asked, Part, Source
from data.states import state_code

_IDS = ("ncessch", "leaid", "state_school", "state_leaid")
_NAMES = ("school", "district", "region", "metro", "county")
_TRUE, _FALSE = frozenset({"yes", "y", "true", "1", "1-yes", "charter"}), frozenset({"no", "n", "false", "0", "2-no"})
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s*[-–/_]\s*((?:19|20)?\d\d)(?!\d))?")
_QUOTED = r'^="?(.*?)"?$'  # how ELSI keeps a spreadsheet from dropping leading zeros: ="0100005"
_SCHOOL = ["year", "ncessch"]
# Counts whose least and most are kept where the publisher hides or rounds them.
_BOUNDED = frozenset((*BOUNDED, *(f"ed_{basis}" for basis in ED_BASES)))
_PERCENT_OF = {count: percent for percent, count in PERCENTS.items()}
_SHARE = {"percent": 100.0, "share": 1.0}
# Grades as states write them, in lower case without "grade" and endings such as "6th".
_GRADES = {
    **{str(number): f"{number:02d}" for number in range(1, 14)},
    **{f"{number:02d}": f"{number:02d}" for number in range(1, 14)},
    **dict.fromkeys(("k", "kg", "kf", "0", "00", "kindergarten", "entry", "primary"), "KG"),
    **dict.fromkeys(("pk", "ee", "p", "-1", "prek", "pre-k", "prekindergarten", "pre-kindergarten", "preschool"), "PK"),
    **dict.fromkeys(("ug", "ungraded"), "UG"),
    **dict.fromkeys(("ae", "adult", "adult education", "adult ed"), "AE"),
}


def source(key: str, mapping: Mapping) -> Source:
    """A mapping as a source among the others."""
    return Source(
        key,
        mapping.label,
        mapping.recognises,
        lambda table, asked: read(table, mapping, asked),
        mapping.state,
        mapping.header_row,
        mapping.sheet,
    )


def read(table: TextTable, mapping: Mapping, asked: Asked) -> Part:
    """The part a table gives by a mapping.

    Notes tell what was left out or altered: rows that are not schools, half students, counts made from percentages.

    Raises:
        InputError: the table lacks a column, a cell is not what its field needs, no school year is known, or the
            table holds several states and none was asked for.
    """
    check_columns(table, mapping)
    years = _header_years(table.header, mapping) or [""]
    text = table.frame(_columns(table.header, mapping))
    text, notes = _of_schools(text, table.header, mapping, table.label)
    frames = []
    for year in years:
        frame, told = _Reading(text, table, mapping, asked, year).frame()
        frames.append(frame)
        notes += [note for note in told if note not in notes]
    frame = settled(of_state(pd.concat(frames, ignore_index=len(frames) > 1), table.label, asked))
    notes += agreement(table, mapping, frame) if len(years) == 1 else ()
    frame, aside = _possible(frame)
    key = "ncessch" if "ncessch" in frame else "leaid"
    held = {*frame, *mapping.fields} & set(FILE_FIELDS)
    dated = any(FILE_FIELDS[name].kind in ("count", "number") for name in held)
    if frame["year"].isna().all():  # then it is of whichever year the students are
        frame = frame.drop(columns="year")
    return Part(table.label, frame, key=("year", key) if dated else (key,), notes=tuple(notes), aside=aside)


# Columns and rows ---------------------------------------------------------------------------------------------------


def check_columns(table: TextTable, mapping: Mapping) -> None:
    """Refuse a table that lacks a column the mapping needs.

    Raises:
        InputError: naming the column and the nearest one there is.
    """
    lacking = [pattern for pattern in mapping.required if not matching(pattern, table.header)]
    if lacking:
        near = get_close_matches(lacking[0], table.header, n=1)
        meant = f" (it has {near[0]})" if near else ""
        raise InputError(f"{table.label} lacks the column {lacking[0]}{meant}; correct the mapping.")


def _columns(header: Sequence[str], mapping: Mapping) -> list[str]:
    """Every column the mapping reads."""
    patterns = [name for take in mapping.fields.values() for name in take.columns]
    patterns += [
        *mapping.only,
        *mapping.without,
        *((*mapping.long.columns, mapping.long.count) if mapping.long else ()),
    ]
    return list(dict.fromkeys(name for pattern in patterns for name in matching(pattern, header)))


def _header_years(header: Sequence[str], mapping: Mapping) -> list[str]:
    """The school years that column names speak of, where the mapping says that they do."""
    patterns = [name for take in mapping.fields.values() for name in take.columns]
    return sorted({year for pattern in patterns for year in matching(pattern, header).values() if year})


def _of_schools(
    text: pd.DataFrame, header: Sequence[str], mapping: Mapping, label: str
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of schools: without totals and footers, which have no id or are named in the mapping."""
    kept = pd.Series(True, text.index)
    for pattern, values in mapping.only.items():
        for column in matching(pattern, header):
            kept &= text[column].isin(list(values))
    for pattern, values in mapping.without.items():
        for column in matching(pattern, header):
            kept &= ~text[column].isin(list(values))
    school = "ncessch" if "ncessch" in mapping.fields else "leaid"
    ids = [name for name in (school, "state_school") if name in mapping.fields]
    kept &= pd.concat([_filled(text, header, mapping.fields[name]) for name in ids], axis=1).any(axis=1)
    if not kept.any():
        raise InputError(f"{label} has no row that is a school; correct which rows the mapping keeps.")
    left_out = len(text) - int(kept.sum())
    why = "left out as no school" if "ncessch" in mapping.fields else "not needed"
    return text[kept], [f"{label}: {why}: {left_out:,} of {len(text):,} rows."] if left_out else []


def _filled(text: pd.DataFrame, header: Sequence[str], take: Take) -> pd.Series:
    """Whether all pieces of an id are there."""
    pieces = [text[list(matching(pattern, header))].notna().any(axis=1) for pattern in take.columns]
    return pd.concat(pieces, axis=1).all(axis=1)


# Fields -------------------------------------------------------------------------------------------------------------


class _Reading:
    """One school year of a table being read."""

    def __init__(self, text: pd.DataFrame, table: TextTable, mapping: Mapping, asked: Asked, year: str) -> None:
        self.text, self.table, self.mapping, self.asked, self.year = text, table, mapping, asked, year
        self.label = table.label
        self.notes: list[str] = []

    def frame(self) -> tuple[pd.DataFrame, list[str]]:
        """The fields, and what to tell of them."""
        fields = {name: self._found(take) for name, take in self.mapping.fields.items()}
        fields = {name: columns for name, columns in fields.items() if columns}
        frame = pd.DataFrame({"year": self._years(fields.pop("year", []))}, self.text.index)
        if self.mapping.state:
            frame["state"] = self.mapping.state
        of_count = [name for name in fields if name in FILE_FIELDS and FILE_FIELDS[name].kind == "count"]
        for name in (name for name in fields if name not in of_count):
            of_all = self.mapping.fields[name].unit == "total"
            frame[TOTAL_REVENUE if of_all else name] = self._plain(name, fields[name])
        for name in sorted(of_count, key="students".__ne__):  # percentages need the number of students
            self._add_counts(frame, name, fields[name])
        if self.mapping.long:
            frame = self._widened(frame, self.mapping.long)
        return frame, self.notes

    def _found(self, take: Take) -> list[str]:
        """The columns of this year that a field is taken from; none where the table lacks one."""
        found = [
            next((name for name, year in matching(pattern, self.table.header).items() if year in ("", self.year)), None)
            for pattern in take.columns
        ]
        present = [name for name in found if name]
        return present if take.either or len(present) == len(found) else []

    def _years(self, columns: list[str]) -> pd.Series:
        """The fall each row's school year begins in.

        Raises:
            InputError: a cell is no year, or nothing says which year it is.
        """
        if columns:
            return self._written_years(columns[0])
        said = self.year or (None if self.asked.year or self.mapping.year else self.label)
        found = _YEARS.search(said) if said else None
        fall = int(found[1]) if found and (found[2] or self.year) else self.asked.year or self.mapping.year
        if fall is None and "students" in (*self.mapping.fields, *self._long_fields()):
            raise InputError(
                f"{self.label} does not say which school year it is of: give the fall it begins in, such as --year "
                "2018."
            )
        return pd.Series(fall if fall is not None else pd.NA, self.text.index, "Int64")

    def _written_years(self, column: str) -> pd.Series:
        cells = self.text[column]
        found = cells.str.extract(_YEARS)
        wrong = cells[found[0].isna()]
        if len(wrong):
            raise InputError(
                f'{self.label}, row {wrong.index[0]:,}, column {column}: "{wrong.iloc[0]}" is not a school year; '
                "write it as 2018-2019."
            )
        years = found[0].astype("Int64")
        return years - 1 * found[1].isna() if self.mapping.spring else years

    def _long_fields(self) -> Sequence[str]:
        return list(self.mapping.long.names.values()) if self.mapping.long else []

    def _plain(self, name: str, columns: list[str]) -> pd.Series:
        """A field that is not a count."""
        if name in _IDS:
            return self._ids(self.mapping.fields[name], columns)
        values = _first_known([self.text[column] for column in columns])
        readers: dict[str, Callable[[pd.Series], pd.Series]] = {
            "grade": grades,
            "flag": lambda text: flag(text, _TRUE, _FALSE),
            "number": lambda text: self._cells(text, columns[0]),
            "degrees": lambda text: _without_zero(self._cells(text, columns[0])),
        }
        if name == "state":
            return values.map({text: state_code(text) for text in values.dropna().unique()}).astype("str")
        if name in _NAMES:
            return title_case(values)
        if name == "locale":
            return locales(values)
        reader = readers.get(FILE_FIELDS[name].kind)
        return reader(values) if reader else values

    def _cells(self, text: pd.Series, column: str) -> pd.Series:
        return cells(text, self.label, column, self.mapping.missing, self.mapping.hidden).value

    def _ids(self, take: Take, columns: list[str]) -> pd.Series:
        """Ids put together from their columns; missing where one is blank."""
        joined = pd.Series("", self.text.index, "str")
        for column, digits in zip(columns, take.digits or (0,) * len(columns), strict=True):
            piece = self.text[column].str.replace(_QUOTED, r"\1", regex=True).str.removesuffix(".0")
            joined = joined + piece.str.zfill(digits)
        if take.after:
            joined = joined.str.replace(f"(?s)^.*{re.escape(take.after)}", "", regex=True)
        return joined.str[: take.first] if take.first else joined

    # Counts

    def _add_counts(self, frame: pd.DataFrame, name: str, columns: list[str]) -> None:
        if self.mapping.fields[name].unit != "count" and "students" not in frame and name in _PERCENT_OF:
            self._add_percents(frame, name, columns)
            return
        read = [self._counts(frame, name, column) for column in columns]
        together = _first_known if self.mapping.fields[name].either else _sum
        frame[name] = together([each.value for each in read])
        halves = sum(each.halves for each in read)
        if halves:
            were = "was" if halves == 1 else "were"
            self.notes.append(
                f"{self.label}, {', '.join(columns)}: {counted(halves, 'half student')} {were} counted as one."
            )
        if name in _BOUNDED:
            low, high = (together([getattr(r, end).fillna(r.value) for r in read]) for end in ("low", "high"))
            if "students" in frame:
                high = high.mask(high.gt(frame["students"]).fillna(False), frame["students"])
            for end, values in _bounds(name, frame[name], low, high).items():
                frame[end] = values

    def _counts(self, frame: pd.DataFrame, name: str, column: str) -> Counts:
        unit, students = self.mapping.fields[name].unit, frame.get("students")
        read = cells(self.text[column], self.label, column, self.mapping.missing, self.mapping.hidden)
        if unit == "count":
            return counts(read, students, self.label, column)
        if students is None:
            raise InputError(
                f"{self.label}, column {column}: percentages need the number of students beside them; map that too."
            )
        return counts_of_shares(self._shares(name, column), students)

    def _add_percents(self, frame: pd.DataFrame, name: str, columns: list[str]) -> None:
        """Percentages of students who stand in another file, for ``data.joining.merge`` to make counts of."""
        read = [self._shares(name, column) for column in columns]
        together = _first_known if self.mapping.fields[name].either else _sum
        percent = _PERCENT_OF[name]
        frame[percent] = together([each.value for each in read])
        for end, found in zip(bounds_of(percent), ("low", "high"), strict=True):
            frame[end] = together([getattr(each, found) for each in read]).clip(upper=100)

    def _shares(self, name: str, column: str) -> Shares:
        """A column of percentages, which is told of."""
        note = f"{self.label}: counts come from percentages, to the nearest student."
        self.notes += [note] if note not in self.notes else []
        read = cells(self.text[column], self.label, column, self.mapping.missing, self.mapping.hidden)
        whole = _SHARE[self.mapping.fields[name].unit]
        return shares(read, whole, decimals(self.text[column]), self.mapping.clipped, self.label, column)

    def _widened(self, frame: pd.DataFrame, long: Long) -> pd.DataFrame:
        """One row a school from a row for each group; unknown where one of the counts added is."""
        rows = self._groups(frame, long)
        sums = rows.groupby([*_SCHOOL, "field"])[["value", "low", "high"]].sum(skipna=False).astype("Int64")
        wide = frame.drop_duplicates(_SCHOOL)
        for name in sorted(rows["field"].unique()):
            found = wide[_SCHOOL].join(sums.xs(name, level="field"), on=_SCHOOL)
            wide = wide.assign(**{name: found["value"]})
            if name in _BOUNDED:
                wide = wide.assign(**_bounds(name, *(found[end] for end in ("value", "low", "high"))))
        return wide

    def _groups(self, frame: pd.DataFrame, long: Long) -> pd.DataFrame:
        """A row for each count of a group the mapping names: year, ncessch, field, and value, low and high."""
        named = self._found(Take(long.columns))
        (count,) = self._found(Take((long.count,)))
        group = self.text[named[0]].fillna("")
        for column in named[1:]:
            group = group + " / " + self.text[column].fillna("")
        read = cells(self.text[count], self.label, count, self.mapping.missing, self.mapping.hidden)
        found = counts(read, None, self.label, count)
        known = {"low": found.low.fillna(found.value), "high": found.high.fillna(found.value)}
        rows = frame[_SCHOOL].assign(field=group.map(dict(long.names)), value=found.value, **known)
        rows = rows.dropna(subset="field")
        if rows.empty:
            raise InputError(
                f"{self.label}, column {', '.join(long.columns)}: none of the groups named in the mapping is there; "
                f"it has {', '.join(sorted(group.unique())[:8])}."
            )
        return rows


def _possible(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    """The person's own ED count above the enrolment as unknown; ``data.joining.merge`` sees to the others."""
    if "ed" not in frame or "students" not in frame:
        return frame, ()
    ends = [name for name in ("ed", "ed_low", "ed_high") if name in frame]
    above = frame["ed"].gt(frame["students"]).fillna(False)
    possible = frame.assign(ed_basis="user", **frame[ends].mask(above))
    return possible, above_students(frame, ["ed"])


def grades(written: pd.Series) -> pd.Series:
    """Grades as in ``data.schema.GRADES`` from "6th Grade", "Grade 6", "Kindergarten", "K"; all else is missing."""
    tidy = written.str.casefold().str.replace(r"\bgrade\b|(?<=\d)(?:st|nd|rd|th)\b", "", regex=True).str.strip()
    return tidy.map(_GRADES).astype("str")


def _without_zero(degrees: pd.Series) -> pd.Series:
    """A latitude or longitude of zero is none: no state lies there."""
    return degrees.mask(degrees == 0)


def _bounds(name: str, value: pd.Series, low: pd.Series, high: pd.Series) -> dict[str, pd.Series]:
    """The columns of a count's bounds, missing where the count is exact or nothing is known of it."""
    inexact = low.notna() & high.notna() & (value.isna() | low.lt(high))
    return dict(zip(bounds_of(name), (low.where(inexact), high.where(inexact)), strict=True))


def _sum(counted: Sequence[pd.Series]) -> pd.Series:
    """Counts added; unknown where one is."""
    return reduce(lambda total, more: total + more, counted)


def _first_known(values: Sequence[pd.Series]) -> pd.Series:
    """The first of several values that is known."""
    return reduce(lambda first, then: first.fillna(then), values)
