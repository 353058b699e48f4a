"""Any mix of files becomes a dataset: each table is known by its content, read, joined, checked and stored."""

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.errors import InputError
from data import check, store
from data.aside import SetAside
from data.formats.files import NotATableError
from data.formats.reading import TextTable, tables
from data.grades import by_grade
from data.joining.contradiction import ContradictionError, Read, without
from data.joining.merge import merged
from data.manifest import Manifest
from data.polygons import Polygons
from data.schema import school_year
from data.sources import mapped
from data.sources.mapping import Mapping
from data.sources.registry import source_of, sources
from data.sources.source import Asked, Part, Source
from data.states import STATES, state_code

if TYPE_CHECKING:  # slow to import, and needed only where there are maps
    import geopandas as gpd

_MOST_COLUMNS_NAMED = 8
_SAY_HOLDS = "what its columns hold with evenground mapping or on the Sources page"
# What may be left out with a note where the other files bring schools in: tables of an unknown layout; files that are
# damaged, and files or years that say what cannot be.
Passable = Literal["unknown", "faulty"]
_UNKNOWN: tuple[Passable, ...] = ("unknown",)
# More of the students than this in districts without an outline, and the load says so.
_MOST_WITHOUT_OUTLINE = 0.5


def load(
    paths: Sequence[Path],
    *,
    name: str | None = None,
    state: str | None = None,
    year: int | None = None,
    mapping: Mapping | None = None,
    progress: Callable[[str], None] = lambda _: None,
    notes: Sequence[str] = (),
    leave_out: Collection[Passable] = _UNKNOWN,
) -> Manifest:
    """Read files, join them into one schools table with its district boundaries, check it and keep it.

    Args:
        paths: files in any order and mix; at least one has numbers of students.
        name: what to call the dataset; the state's name if not given.
        state: the state to keep from national files, by its abbreviation or name.
        year: the fall the school year begins in, for files that do not say.
        mapping: how to read a table of a layout that is not known, or that this mapping recognises.
        progress: told which file is being read.
        notes: what a reader of the dataset should know that the files do not tell.
        leave_out: what is left out with a note, where the other files bring schools in, rather than refused.

    Raises:
        UnknownLayoutError: a table's layout is not known, and it may not be left out.
        InputError: one plain sentence; the store is then as it was.
    """
    asked = Asked(state_code(state) if state else None, year)
    opened = _opened(paths, progress, mapping, leave_out)
    read, asked = _read(opened, asked, progress, leave_out)
    read, told = _agreed(read, asked, opened, leave_out)
    schools = told.schools
    title = name if name and name != _slug(name) else _title(schools, name or Path(paths[0]).stem)
    districts = _districts(opened.maps, schools)
    return store.save(
        _slug(name or title),
        schools,
        districts,
        told.grades,
        label=title,
        state=_only(schools["state"]) or "",
        source=_source_sentence(read, opened.maps),
        files=[Path(path) for path in paths],
        aside=told.aside,
        notes=(*notes, *opened.notes, *told.notes, *_of_maps(opened.maps, schools, districts)),
    )


def read_schools(path: Path) -> pd.DataFrame:
    """The schools table in one file of any known layout, checked but not stored; schools without students are left out.

    Raises:
        InputError: as ``load``.
    """
    return read_told(path).schools


@dataclass(frozen=True)
class Told:
    """What files tell: the schools table, students by grade, what was set aside, and what a reader should know."""

    schools: pd.DataFrame
    grades: pd.DataFrame
    aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def read_told(path: Path) -> Told:
    """All that one file of any known layout tells, checked but not stored.

    Raises:
        InputError: as ``load``.
    """
    opened = _opened([path], lambda _: None)
    read, asked = _read(opened, Asked(), lambda _: None)
    told = _checked([part for _, part in read], asked)
    return replace(told, notes=(*opened.notes, *told.notes))


def _agreed(
    read: list[Read], asked: Asked, opened: "_Opened", leave_out: Collection[Passable]
) -> tuple[list[Read], Told]:
    """What the parts tell together without those years and files that contradict the rest, if they may be left out."""
    try:
        return read, _checked([part for _, part in read], asked)
    except ContradictionError as fault:
        rest = without(read, fault)
        if "faulty" not in leave_out or not rest:
            raise
        opened.notes.append(fault.words(read))
        return _agreed(rest, asked, opened, leave_out)


def _checked(parts: Sequence[Part], asked: Asked) -> Told:
    """What the parts tell together."""
    table, notes, aside = merged(parts, asked.state)
    if asked.state:
        known = table["state"] if "state" in table else pd.Series(index=table.index, dtype="str")
        table = table.assign(state=known.fillna(asked.state))
    label = ", ".join(part.label for part in parts if part.brings_schools)
    schools, left_out = check.checked(table, label)
    return Told(schools, by_grade(table, schools), (*left_out, *aside), notes)


# Opening and reading ------------------------------------------------------------------------------------------------


class UnknownLayoutError(InputError):
    """No table of a file is of a known layout.

    Attributes:
        table: the one with most columns, which a mapping may be made for.
    """

    def __init__(self, sentence: str, table: TextTable) -> None:
        """Say the sentence, and keep the table."""
        super().__init__(sentence)
        self.table = table


@dataclass(frozen=True)
class _Found:
    """A table, the source that recognises it, and that source's place among the others."""

    table: TextTable
    source: Source
    order: int


@dataclass
class _Opened:
    """What is in the files: tables of known layouts, maps, tables of none, and what is told of the rest.

    Attributes:
        unknown: of each file in which nothing is known, the table with most columns.
        faults: what is wrong with files that were passed over.
        notes: tables passed over beside known ones in the same file, and whatever else was left out.
    """

    found: list[_Found] = field(default_factory=list)
    maps: list[Polygons] = field(default_factory=list)
    unknown: list[TextTable] = field(default_factory=list)
    faults: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def pass_over(self, fault: InputError, leave_out: Collection[Passable]) -> None:
        """Leave out what is faulty, or raise the fault where that may not be."""
        if "faulty" not in leave_out:
            raise fault
        self.faults.append(fault)
        self.notes.append(f"Left out: {fault}")

    def add(self, tables_of_one: Sequence[TextTable | Polygons], layouts: Sequence[Source]) -> None:
        """Sort what one file holds."""
        unknown = []
        for one in tables_of_one:
            if isinstance(one, Polygons):
                self.maps.append(one)
            elif (of := source_of(one.header, layouts, one.label)) is not None:
                self.found.append(_Found(one, of, layouts.index(of)))
            else:
                unknown.append(one)
        if unknown and len(unknown) == len(tables_of_one):
            self.unknown.append(max(unknown, key=lambda one: len(one.header)))
        else:
            self.notes += [f"{one.label} is of no known layout and was left out." for one in unknown]


def _opened(
    paths: Sequence[Path],
    progress: Callable[[str], None],
    mapping: Mapping | None = None,
    leave_out: Collection[Passable] = _UNKNOWN,
) -> _Opened:
    """Every table and map in the files.

    Raises:
        UnknownLayoutError: a file has nothing of a known layout, and may not be left out.
        InputError: the mapping given fits no table though there are unknown ones, or a file cannot be read.
    """
    opened = _Opened()
    own = (mapped.source("mapping", mapping),) if mapping else ()
    layouts = (*own, *sources())
    for path in paths:
        progress(f"Looking at {Path(path).name}")
        try:
            opened.add(_tables(Path(path), layouts), layouts)
        except InputError as fault:
            opened.pass_over(fault, leave_out)
    if mapping and opened.unknown and not any(one.source in own for one in opened.found):
        mapped.check_columns(opened.unknown[0], mapping)
    if opened.unknown and "unknown" not in leave_out:
        raise _unrecognised(opened.unknown[0])
    return opened


def _tables(path: Path, layouts: Sequence[Source]) -> Sequence[TextTable | Polygons]:
    """The tables and maps in a file, with the header where a mapping that fits says it is."""
    for header_row in [of.header_row for of in layouts if of.header_row]:
        with suppress(NotATableError):  # it may have no such row
            again = tables(path, header_row)
            if any(isinstance(one, TextTable) and source_of(one.header, layouts, one.label) for one in again):
                return again
    return tables(path)


def _unrecognised(table: TextTable) -> UnknownLayoutError:
    shown = ", ".join(table.header[:_MOST_COLUMNS_NAMED])
    more = len(table.header) - _MOST_COLUMNS_NAMED
    columns = f"{shown} and {more} more" if more > 0 else shown
    sentence = f"{table.label} is of no known layout; its columns are {columns}; say {_SAY_HOLDS}."
    return UnknownLayoutError(sentence, table)


def _read(
    opened: _Opened, asked: Asked, progress: Callable[[str], None], leave_out: Collection[Passable] = _UNKNOWN
) -> tuple[list[Read], Asked]:
    """The part each table gives, those of a state's own layout first: they say which state to keep of the others."""
    own = next((one for one in opened.found if one.source.state), None)
    if own and asked.state not in (None, own.source.state):
        raise InputError(
            f"{own.table.label} is a file of {own.source.state}, not of {asked.state}; give one of the two."
        )
    if own:
        asked = replace(asked, state=own.source.state)
    read = []
    for one in sorted(opened.found, key=lambda one: one.order):
        progress(f"Reading {one.table.label}")
        try:
            part = one.source.read(one.table, asked)
        except InputError as fault:
            opened.pass_over(fault, leave_out)
            continue
        if asked.state is None and "state" in part.frame and _only(part.frame["state"]) in STATES:
            asked = replace(asked, state=_only(part.frame["state"]))
        read.append((one.source, part))
    _tell_unknown(opened, [part for _, part in read])
    return read, asked


def _tell_unknown(opened: _Opened, parts: Sequence[Part]) -> None:
    """Note each table left out as of no known layout; the first of them is refused where there are no schools."""
    if not any(part.brings_schools for part in parts):
        if opened.unknown:
            raise _unrecognised(opened.unknown[0])
        if opened.faults:
            raise opened.faults[0]
    opened.notes += [f"{one.label} is of no known layout and was left out: say {_SAY_HOLDS}." for one in opened.unknown]


# Naming and boundaries ----------------------------------------------------------------------------------------------


def _only(values: pd.Series) -> str | None:
    """The one value in a column, or None if it has several or none."""
    distinct = values.dropna().unique()
    return str(distinct[0]) if len(distinct) == 1 else None


def _title(schools: pd.DataFrame, otherwise: str) -> str:
    """The state's name, or another where the schools are of no one state."""
    state = _only(schools["state"])
    if state is None:
        return otherwise
    return STATES[state].name if state in STATES else state


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "schools"


def _districts(maps: Sequence[Polygons], schools: pd.DataFrame) -> "gpd.GeoDataFrame | None":
    """The polygons of the schools' state, those of several files together.

    Raises:
        InputError: none of the polygons is of that state.
    """
    if not maps:
        return None
    frame = pd.concat([one.frame for one in maps], ignore_index=True).drop_duplicates("leaid")
    state = _only(schools["state"])
    if state in STATES:
        # The first two digits of a district's id are its state's; a state's own ids are known by their schools.
        frame = frame[frame["leaid"].str[:2].eq(STATES[state].fips) | frame["leaid"].isin(schools["leaid"])]
        if frame.empty:
            raise InputError(f"{maps[0].label} has no district of {STATES[state].name}: give that state's boundaries.")
    return frame.reset_index(drop=True)


def _of_maps(maps: Sequence[Polygons], schools: pd.DataFrame, districts: "gpd.GeoDataFrame | None") -> list[str]:
    """What a reader should know of the boundaries."""
    told = [note for one in maps for note in one.notes]
    return told if districts is None else [*told, *_without_outline(schools, districts)]


def _without_outline(schools: pd.DataFrame, districts: "gpd.GeoDataFrame") -> list[str]:
    """That most students are in districts without an outline, where they are: the ids may be of two kinds."""
    last = schools[schools["year"] == schools["year"].max()]
    drawn = last["leaid"].isin(districts["leaid"])
    share = last.loc[~drawn, "students"].sum() / max(last["students"].sum(), 1)
    if share <= _MOST_WITHOUT_OUTLINE:
        return []
    return [
        f"{share:.0%} of students are in districts without an outline in the boundaries, such as "
        f"{last.loc[~drawn, 'leaid'].iloc[0]}; the outlines have ids such as {districts['leaid'].iloc[0]}. Maps and "
        "borders leave those districts out: give boundaries with the same district ids."
    ]


def _source_sentence(read: Sequence[Read], maps: Sequence[Polygons]) -> str:
    """The publications with their school years, such as "Texas Education Agency, … 2018–19; district boundaries"."""
    years: dict[str, set[int]] = {}
    for source, part in read:
        of = part.frame["year"].dropna().unique() if "year" in part.frame else ()
        years.setdefault(source.label, set()).update(int(year) for year in of)
    sentences = [f"{label} {_span(of)}".strip() for label, of in years.items()]
    return "; ".join([*sentences, *(["district boundaries"] if maps else [])])


def _span(years: set[int]) -> str:
    if not years:
        return ""
    first, last = min(years), max(years)
    return school_year(first) if first == last else f"{school_year(first)} to {school_year(last)}"
