"""Parts from several files become one schools table: ids translated, descriptions joined on, one ED basis chosen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from analysis.errors import InputError
from data.aside import SetAside, above_students, by_year
from data.check import check_description
from data.joining.contradiction import ContradictionError
from data.joining.crosswalk import Crosswalk, crosswalk
from data.schema import ED_BASES, FIELDS, FILE_FIELDS, bounds_of, school_year
from data.sources.cells import Shares, counts_of_shares
from data.sources.source import DISTRICT_METRO, PERCENTS, TOTAL_REVENUE, WORKED_OUT, Part

# The first of these that a state's file has for most of its students is what "economically disadvantaged" means.
_BASES = ("state", "frpl", "direct", "free", "meps")
# What a directory says of its own year only, never of the nearest.
_OF_ITS_YEAR = {"status": "ncessch", "district_status": "leaid"}


class Merged(NamedTuple):
    """One table of several parts, not yet checked; notes; and what was set aside."""

    table: pd.DataFrame
    notes: tuple[str, ...]
    aside: tuple[SetAside, ...]


def merged(parts: Sequence[Part], state: str | None = None) -> Merged:
    """One row a year and school from the parts that bring schools in, described by the others.

    A value once known is never replaced: where several parts have it, the one whose year is nearest to the school's
    wins, in the order given; a part that does not say its year counts as being of the schools' own. No school is lost:
    what a describing part has for schools that no part brings in is set aside.

    Args:
        parts: in the order of their sources; at least one has ``students``.
        state: the postal abbreviation of the state they are of, where that is known.

    Raises:
        ContradictionError: parts say two things of one school, or one says what cannot be.
        InputError: no part brings schools in.
    """
    bases = [part for part in parts if part.brings_schools]
    if not bases:
        raise InputError(
            f"{', '.join(part.label for part in parts) or 'A map'} does not give the numbers of students; add the file "
            "that does, such as NCES CCD school membership (052)."
        )
    known = crosswalk(parts, state)
    table, notes = known.translated(_together(bases))
    sides = [part for part in parts if not part.brings_schools and not part.frame.empty]
    table, strangers = _described(table, sides, known)
    table = _with_fates(table, [part.frame for part in sides])
    table, impossible = _without_impossible(_counted(table))
    table, basis = _with_basis(_with_metro(_with_revenue(table)))
    told = (*(note for part in parts for note in part.notes), *known.notes, *notes, *basis)
    aside = (*(each for part in parts for each in part.aside), *impossible, *strangers)
    return Merged(table, tuple(dict.fromkeys(told)), aside)


def _together(bases: Sequence[Part]) -> pd.DataFrame:
    """The schools of all bases; a file given twice counts once.

    Raises:
        ContradictionError: two files say different things of one school in one year.
    """
    if len(bases) == 1:
        return bases[0].frame
    file = pd.Series([part.label for part in bases for _ in range(len(part.frame))])
    table = pd.concat([part.frame for part in bases], ignore_index=True)
    table = table[~table.duplicated()]
    again = table.duplicated(["year", "ncessch"], keep=False) & table["ncessch"].notna()
    files = list(dict.fromkeys(file[table.index[again]]))
    if len(files) > 1:
        first = table[again].iloc[0]
        raise ContradictionError(
            f"{' and '.join(files)} both have school {first['ncessch']} in {school_year(int(first['year']))} with "
            "different values; give only one of them.",
            year=int(first["year"]),
        )
    return table


# Descriptions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """One year's worth of a describing part: its values by key; ``year`` is None where the part does not say."""

    values: pd.DataFrame
    year: int | None
    same_year_only: bool


def _described(
    table: pd.DataFrame, sides: Sequence[Part], known: Crosswalk
) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    pieces: list[_Piece] = []
    aside: list[SetAside] = []
    for side in sides:
        frame, _ = known.translated(side.frame)
        if "year" in side.key and "year" not in frame and len(_years(table)) > 1:
            raise ContradictionError(
                f"{side.label} does not say which school year it is of: give the fall it begins in, such as --year "
                "2018.",
                label=side.label,
            )
        key = next(name for name in side.key if name != "year")
        check_description(frame[frame[key].isin(table[key])], side.label)
        pieces += _pieces(side, frame, key)
        aside += _strangers(side.label, frame, key, table)
    if not pieces:
        return table, tuple(aside)
    years = [_filled(table[table["year"] == year], year, pieces) for year in _years(table)]
    unknown_year = table[table["year"].isna()]
    return pd.concat([*years, unknown_year]).loc[table.index], tuple(aside)


def _strangers(label: str, frame: pd.DataFrame, key: str, table: pd.DataFrame) -> tuple[SetAside, ...]:
    """What a part describes that no part brings in, by the years of the table; of all other years together."""
    described = frame.dropna(subset=key).drop_duplicates([name for name in ("year", key) if name in frame])
    if "year" in described:
        of_table = described["year"].isin(table["year"].dropna().unique())
        described = described.assign(year=described["year"].where(of_table))
    described = described.drop_duplicates([name for name in ("year", key) if name in described])
    unit = "school" if key == "ncessch" else "district"
    reason = f"described in {label} but without students"
    years = described["year"].astype("Int64") if "year" in described else pd.Series(pd.NA, described.index, "Int64")
    found = by_year("joins_nothing", reason, described[~described[key].isin(table[key])], unit)
    sizes = {year: int(years.eq(year).sum()) for year in years.dropna().unique()}
    return tuple(replace(each, of=sizes.get(each.year, int(years.isna().sum()))) for each in found)


def _pieces(side: Part, frame: pd.DataFrame, key: str) -> Iterator[_Piece]:
    known = {*FILE_FIELDS, *WORKED_OUT} - {"leaid"}
    columns = [name for name in frame if name in known or name == key]
    frame = frame[columns].dropna(subset=key).drop_duplicates()
    keys = [name for name in ("year", key) if name in frame]
    again = frame.loc[frame.duplicated(keys), key]
    if len(again):
        raise ContradictionError(
            f"{side.label}, row {again.index[0]}: {FIELDS[key].label.lower()} {again.iloc[0]} stands there twice with "
            "different values; remove one.",
            label=side.label,
        )
    if "year" not in frame:
        yield _Piece(frame.set_index(key), None, same_year_only=False)
        return
    for year in _years(frame):
        values = frame[frame["year"] == year].drop(columns="year").set_index(key)
        yield _Piece(values, year, same_year_only="year" in side.key)


def _years(frame: pd.DataFrame) -> list[int]:
    return sorted(int(year) for year in frame["year"].dropna().unique())


def _filled(rows: pd.DataFrame, year: int, pieces: Sequence[_Piece]) -> pd.DataFrame:
    """One year's schools with what is missing filled from the pieces, the nearest year's first."""
    rows = rows.copy()
    usable = [piece for piece in pieces if not piece.same_year_only or piece.year == year]
    for piece in sorted(usable, key=lambda piece: abs((piece.year or year) - year)):
        of_another_year = _OF_ITS_YEAR if piece.year not in (None, year) else ()
        known = piece.values.drop(columns=list(of_another_year), errors="ignore")
        found = known.reindex(rows[known.index.name]).set_axis(rows.index)
        for name, values in found.items():
            if name not in rows:
                rows[name] = values
            elif rows[name].isna().any():
                # A table given as text stays text until it is checked.
                text = pd.api.types.is_string_dtype(rows[name].dtype)
                rows[name] = rows[name].fillna(values.astype("str") if text else values)
    return rows


def _with_fates(table: pd.DataFrame, sides: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The table with what the directories of the year after say of each school and district.

    A school that closed has no students in the year it is reported as closed, so no row of its own says so.
    """
    for status, key in _OF_ITS_YEAR.items():
        told = [
            frame[["year", key, status]].dropna() for frame in (table, *sides) if {"year", key, status} <= set(frame)
        ]
        if told:
            said = pd.concat(told).drop_duplicates(["year", key]).rename(columns={status: f"{status}_after"})
            # Status is of the start of the year (SY_STATUS): what became of a school since the fall before.
            said = said.assign(year=said["year"] - 1)
            table = table.merge(said, on=["year", key], how="left").set_axis(table.index)
    return table


# What ED rests on ---------------------------------------------------------------------------------------------------


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Percentages as counts of the students, to the nearest one, with their bounds; a count the files give stays."""
    for percent, name in PERCENTS.items():
        if percent not in table:
            continue
        value, ends = table[percent], bounds_of(percent)
        counted = counts_of_shares(Shares(value, *(table.get(end, value) for end in ends)), table["students"])
        known = {end: _as_counts(table, end) for end in (name, *bounds_of(name))}
        unknown = pd.concat(known, axis=1).isna().all(axis=1)
        found = zip(known, (counted.value, counted.low, counted.high), strict=True)
        filled = {end: known[end].mask(unknown, values) for end, values in found}
        table = table.assign(**filled).drop(columns=[percent, *ends], errors="ignore")
    return table


def _as_counts(table: pd.DataFrame, name: str) -> pd.Series:
    """A column as counts; all unknown where the table lacks it."""
    return table[name].astype("Int64") if name in table else pd.Series(pd.NA, table.index, "Int64")


def _with_revenue(table: pd.DataFrame) -> pd.DataFrame:
    """Revenue per student from a district's revenue, by the students of its schools in that year."""
    if TOTAL_REVENUE not in table:
        return table
    of = table.groupby(["year", "leaid"])["students"].transform("sum").astype("float64")
    each = table[TOTAL_REVENUE] / of.where(of > 0)
    known = table["revenue"].astype("float64") if "revenue" in table else each
    return table.assign(revenue=known.fillna(each)).drop(columns=TOTAL_REVENUE)


def _with_metro(table: pd.DataFrame) -> pd.DataFrame:
    """Each school's metro area from its district's, where no file says it of any school.

    Beside the names of areas the codes of districts would make two areas of one.
    """
    if DISTRICT_METRO not in table:
        return table
    of_district = table[DISTRICT_METRO]
    table = table.drop(columns=DISTRICT_METRO)
    return table if "metro" in table and table["metro"].notna().any() else table.assign(metro=of_district)


def _with_basis(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """``ed`` from the counts by basis, where the files have no ``ed`` of their own: one basis a year."""
    known = [basis for basis in _BASES if f"ed_{basis}" in table]
    notes: tuple[str, ...] = ()
    if "ed" in table or not known:
        return table, notes
    ed, ed_basis = pd.Series(pd.NA, table.index, "Int64"), pd.Series(None, table.index, "str")
    bounds = pd.DataFrame({"ed_low": ed, "ed_high": ed})
    for year in _years(table):
        rows = table[table["year"] == year]
        students = rows["students"].fillna(0)
        covered = {basis: students[rows[f"ed_{basis}"].notna()].sum() / max(students.sum(), 1) for basis in known}
        basis = next((basis for basis in known if covered[basis] > 0.5), max(known, key=lambda b: covered[b]))
        ed[rows.index], ed_basis[rows.index] = rows[f"ed_{basis}"].astype("Int64").array, basis
        for end in bounds.columns.intersection([f"ed_{e}" for e in ("low", "high") if f"ed_{basis}_{e}" in table]):
            bounds.loc[rows.index, end] = rows[end.replace("ed_", f"ed_{basis}_")].array
        enrolled = students.gt(0)
        unknown = int((rows[f"ed_{basis}"].isna() & enrolled).sum())
        lacking = f"; unknown in {unknown:,} of {enrolled.sum():,} schools" if unknown else ""
        notes += (
            f"{school_year(year)}: economically disadvantaged is {ED_BASES[basis]}, known for schools with "
            f"{covered[basis]:.0%} of students{lacking}.",
        )
    return table.assign(ed=ed, ed_basis=ed_basis, **bounds), notes


def _without_impossible(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    """Counts above the school's enrolment as unknown: lunch is counted on another day and by other people."""
    names = [f"ed_{basis}" for basis in _BASES if f"ed_{basis}" in table]
    counts = table[names]
    aside = above_students(table, names)
    return table.assign(**counts.mask(counts.gt(table["students"], axis=0).fillna(False))), aside
