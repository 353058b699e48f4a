"""Indices as tables: one row a place and year, as files and pages show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decompose import ADDITIVE, Level, by_level, decompose, district_parts, nested
from analysis.hidden.bounds import bounds
from analysis.hidden.intervals import Intervals
from analysis.hidden.many import Many
from analysis.hidden.many_bounds import many_bounds
from analysis.hidden.pair_bounds import pair_bounds
from analysis.hidden.pairs import Pairs
from analysis.indices import INDICES, OF_ANY_GROUPS, ORDERED, SCHOOL, measure
from analysis.multigroup import diversity
from analysis.two_groups import exposure, isolation
from analysis.undefined import undefined_order, undefined_reason
from analysis.units import Codes, Floats, Other, Units, groups_of, known, places_by, ratio, units_by

# The column that names a place, and the one that says what people call it.
PLACES = {
    "state": ("state", "state"),
    "region": ("region", "region"),
    "metro": ("metro", "metro"),
    "county": ("county", "county"),
    "sector": ("sector", "sector"),
    "district": ("leaid", "district"),
}
# What is told of the bounds of each index: its columns end so.
BOUND_COLUMNS = ("low", "high", "low_exact", "high_exact")
_ROUNDING = 1e-9


def indices_by(
    table: pd.DataFrame, by: str, group: str, other: Other, names: Sequence[str] = tuple(INDICES)
) -> pd.DataFrame:
    """Every index of every place and year.

    Args:
        table: a schools table. Schools whose counts are not all known are left out; ``left_out`` counts them.
        by: a key of ``PLACES``.
        group, other: columns that count the groups; ``other`` is None for everyone else, several columns for all of
            them.
        names: the indices; see ``analysis.indices.measure``.

    Returns:
        Columns year, place, place_name, schools, students, group_students (of several groups: students of any), of
        several groups ``diversity`` (the chance that two of these are of different groups), and one for each index;
        NaN where undefined.
    """
    column, name = PLACES[by]
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year", column])
    many = isinstance(other, tuple)
    rows = named(keys, counted[name], units.place).assign(
        schools=np.bincount(units.place, minlength=units.places),
        students=units.students_total.astype(np.int64),
        group_students=(units.counted_total if many else units.totals[:, 0]).astype(np.int64),
    )
    return (rows.assign(diversity=diversity(units)) if many else rows).join(measure(units, names))


def reasons_by(
    table: pd.DataFrame, by: str, group: str, other: Other, names: Sequence[str] = tuple(INDICES)
) -> pd.DataFrame:
    """Why indices are undefined, for the places and years of ``indices_by`` in the same order.

    Returns:
        Columns year, place, place_name and one for each index: a few words, "" where it is defined.
    """
    column, name = PLACES[by]
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year", column])
    return named(keys, counted[name], units.place).assign(
        **undefined_reason(units), **{name: undefined_order(units) for name in names if name in ORDERED}
    )


def bounds_by(
    table: pd.DataFrame, by: str, group: str = "ed", other: Other = None, *, bands: bool = False
) -> pd.DataFrame:
    """What every index that compares the groups can be, whatever their hidden counts are.

    Args:
        table: a schools table with the groups' counts and their bounds. Every school whose students are known counts;
            where a count is hidden or rounded it is anything between the bounds given, else, where it is unknown,
            anything from none to all of the students. Groups have no student in common. Of several groups, one that
            nobody counts in a year is no group of that year.
        by: a key of ``PLACES``.
        group, other: columns that count the groups, as in ``indices_by``. The bounds of a group are ``<group>_low`` and
            ``<group>_high``.
        bands: whether the groups are bands, from the lowest to the highest, that hold every student between them.

    Returns:
        Columns year, place, place_name, and for each index ``<index>_low`` and ``<index>_high``, NaN where undefined,
        and ``<index>_low_exact`` and ``<index>_high_exact``, missing there: whether some completion of the hidden
        counts attains it, or it is only proven that none lies beyond it. See ``analysis.hidden.bounds``, of two
        counts ``analysis.hidden.pair_bounds`` and of several ``analysis.hidden.many_bounds``.
    """
    column, name = PLACES[by]
    counted = table[table["students"].notna()]
    students = counted["students"].to_numpy(dtype=np.float64)
    place, keys = places_by(counted, ["year", column])
    low, high = np.stack([_interval(counted, name) for name in groups_of(group, other)], axis=1)
    if other is None:
        found = bounds(Intervals(low[0], high[0], students, place, len(keys)))
    elif isinstance(other, str):
        found = pair_bounds(Pairs(low, high, students, place, len(keys)))
    else:
        high = high * [_counted(counted, name) for name in groups_of(group, other)]
        found = many_bounds(Many(low, high, students, place, len(keys), bands))
    ends = {"low": (found.low, found.low_exact), "high": (found.high, found.high_exact)}
    exact = [sure.astype("boolean").mask(end.isna()).add_suffix(f"_{side}_exact") for side, (end, sure) in ends.items()]
    sides = pd.concat([*(end.add_suffix(f"_{side}") for side, (end, _) in ends.items()), *exact], axis=1)
    in_order = [f"{index}_{side}" for index in found.low for side in BOUND_COLUMNS]
    return named(keys, counted[name], place).join(sides[in_order])


def _interval(table: pd.DataFrame, name: str) -> Floats:
    """The least and the most that each school's count can be, (2, schools)."""
    low = table[f"{name}_low"].fillna(table[name]).fillna(0)
    high = table[f"{name}_high"].fillna(table[name]).fillna(table["students"])
    ends = np.array([end.to_numpy(dtype=np.float64) for end in (low, high)])
    # A publisher hides "1 to 9" of a school of five just the same.
    return np.minimum(ends, table["students"].to_numpy(dtype=np.float64))


def _counted(table: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """(schools,) whether anybody counts a group in the year of each school, or says how many it can be."""
    told = table[[name, f"{name}_high"]].notna().any(axis=1)
    return told.groupby(table["year"]).transform("any").to_numpy(dtype=bool)


def bounded_indices_by(
    table: pd.DataFrame, by: str, group: str = "ed", other: Other = None, *, bands: bool = False
) -> pd.DataFrame:
    """The indices of every place and year, with their bounds; see ``bounds_by``.

    Returns:
        The columns of ``indices_by``, then those of ``bounds_by``. A place of which no count is known has bounds
        alone, and no schools counted.
    """
    keys = ["year", "place", "place_name"]
    both = bounds_by(table, by, group, other, bands=bands)
    found = indices_by(table, by, group, other, (*INDICES, *(ORDERED if bands else ())))
    merged = both[keys].merge(found.drop(columns="place_name"), on=keys[:2], how="left")
    counts = ["schools", "students", "group_students"]
    return merged.assign(**merged[counts].fillna(0).astype(np.int64)).join(both.drop(columns=keys))


def outside_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Whether each index of rows of ``bounded_indices_by`` lies outside its bounds: one boolean column an index.

    A value counts the schools whose numbers are known, the bounds all schools, so that it may.
    """
    return pd.DataFrame(
        {
            name: (rows[name] < rows[f"{name}_low"] - _ROUNDING) | (rows[name] > rows[f"{name}_high"] + _ROUNDING)
            for name in (*INDICES, *ORDERED)
            if f"{name}_low" in rows
        },
        index=rows.index,
    )


def named(keys: Sequence[tuple[Any, ...]], names: pd.Series, place: Codes) -> pd.DataFrame:
    """Columns year, place and place_name: the keys of each place code, and the last of its rows' names."""
    years, places = zip(*keys, strict=True) if keys else ((), ())
    last = pd.Series(names.to_numpy(), index=place).groupby(level=0).last()
    return pd.DataFrame(
        {
            "year": np.array(years, dtype=np.int64),
            "place": pd.Series(places, dtype="str"),
            "place_name": last.reindex(range(len(keys))).to_numpy(),
        }
    )


def left_out(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """Schools and students of each year whose counts are not all known: columns year, schools, students."""
    missing = table[~known(table, group, other)]
    counts = missing.groupby("year")["students"].agg(["size", "sum"]).reset_index()
    return counts.set_axis(["year", "schools", "students"], axis=1)


def decomposed(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """Segregation between and within districts, all schools of a year together.

    Returns:
        One row a year, columns (measure, part) as in ``analysis.decompose.decompose``.
    """
    units, district, years = by_year(table, group, other)
    return decompose(units, district).set_index(pd.Index(years, name="year"))


def decomposed_by_level(table: pd.DataFrame, group: str, other: Other, columns: Sequence[str]) -> pd.DataFrame:
    """Segregation level by level, all schools of a year together; see ``analysis.decompose.by_level``.

    Args:
        table: as in ``indices_by``.
        group, other: as in ``indices_by``.
        columns: the columns that name the cells of each level above the schools, from the largest. A value that lies
            in two cells of the level above is a cell in each; missing values are a cell of their own.

    Returns:
        Columns year, measure, depth (0 for the largest cells, ``len(columns)`` for the schools), cells (how many there
        are), part, share (of the measure; missing for D, which has no shares) and most (the most that the level can
        add to D; missing for the rest). The parts of a year and measure add up to it.
    """
    return rows_of_levels(*levels_by_year(table, group, other, columns))


def levels_by_year(
    table: pd.DataFrame, group: str, other: Other, columns: Sequence[str]
) -> tuple[list[Level], Sequence[Any]]:
    """The levels of a chain with years for places, as ``decomposed_by_level`` names it, and the years."""
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year"])
    return nested(units, [places_by(counted, [column])[0] for column in columns]), [key[0] for key in keys]


def rows_of_levels(levels: Sequence[Level], years: Sequence[Any]) -> pd.DataFrame:
    """What ``levels_by_year`` gives, as the table of ``decomposed_by_level``."""
    parts = by_level(levels)
    rows = []
    for measure_name in (*ADDITIVE, "dissimilarity"):
        of_d = measure_name == "dissimilarity"
        whole = np.sum([part[measure_name] for part in parts], axis=0)
        for depth, (level, part) in enumerate(zip(levels, parts, strict=True)):
            found = part[measure_name].to_numpy()
            row = {
                "year": years,
                "measure": measure_name,
                "depth": depth,
                "cells": np.bincount(level.place, minlength=len(years)),
                "part": found,
                "share": np.nan if of_d else ratio(found, whole),
                "most": part["dissimilarity_most"] if of_d else np.nan,
            }
            rows.append(pd.DataFrame(row))
    return pd.concat(rows).sort_values("year", kind="stable", ignore_index=True)


def district_contributions(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """What each district contributes to the year's segregation.

    Returns:
        Columns year, leaid, and for each additive measure ``<measure>_between`` and ``<measure>_within``, which add up
        over districts to the parts of ``decomposed``.
    """
    units, district, years = by_year(table, group, other)
    parts, place_of = district_parts(units, district)
    counted = table[known(table, group, other)]
    ids = counted.assign(place=units.place)[["place", "leaid"]].drop_duplicates().sort_values(["place", "leaid"])
    named = {f"{m}_{part}": parts[m, part] for m in ADDITIVE for part in ("between", "within")}
    return pd.DataFrame({"year": np.array(years)[place_of], "leaid": ids["leaid"].to_numpy()} | named)


def ranked_districts(table: pd.DataFrame, group: str, other: Other, measure: str) -> pd.DataFrame:
    """Districts by what they contribute to an index of all schools, the most first.

    Args:
        table: schools of one year.
        group, other: as in ``indices_by``.
        measure: of ``analysis.decompose.ADDITIVE``.

    Returns:
        Columns leaid, district, between, within, total (their sum) and share, of the index that the totals add up to;
        NaN where it is undefined, or 0 so that there is nothing to share out.
    """
    rows = district_contributions(table, group, other)
    between, within = rows[f"{measure}_between"], rows[f"{measure}_within"]
    ranked = rows[["leaid"]].assign(
        district=rows["leaid"].map(district_names(table)).fillna(rows["leaid"]),
        between=between,
        within=within,
        total=between + within,
    )
    whole = ranked["total"].to_numpy()
    ranked["share"] = ratio(whole, np.full(len(whole), whole.sum()))
    return ranked.sort_values(["total", "leaid"], ascending=[False, True], ignore_index=True)


def district_names(table: pd.DataFrame) -> pd.Series:
    """What people call each district, by ``leaid``: the last name that its schools give; none of those without one."""
    return table.dropna(subset="district").groupby("leaid")["district"].last()


def typical_schools(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """The group's share in the school of the average student of each group, all schools of a year together.

    Returns:
        One row a year: ``of_group`` (isolation, aPa) and ``of_other`` (bPa). With everyone else as the other group
        their difference is the variance ratio.
    """
    units, _, years = by_year(table, group, other)
    swapped = Units(units.counts[:, ::-1], units.students, units.place, units.places)
    return pd.DataFrame(
        {"of_group": isolation(units), "of_other": exposure(swapped)}, index=pd.Index(years, name="year")
    )


def chances_of_difference(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """The chance that two students are of different groups, all schools of a year together.

    Returns:
        One row a year: ``of_all``, two students of the whole; ``of_school``, of the average student's school.
    """
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year"])
    met = units.over_places(units.counted * np.nan_to_num(shares(counted, group, other).to_numpy()))
    return pd.DataFrame(
        {"of_all": diversity(units), "of_school": ratio(met, units.counted_total)},
        index=pd.Index([key[0] for key in keys], name="year"),
    )


def headlines(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """The numbers a state is summed up by, all schools of a year together.

    Returns:
        One row a year: schools and students counted, the group's share of them, variance_ratio with its parts
        variance_ratio_between and variance_ratio_within, dissimilarity and exposure.
    """
    units, district, years = by_year(table, group, other)
    parts, indices = decompose(units, district), measure(units)
    return pd.DataFrame(
        {
            "schools": np.bincount(units.place, minlength=units.places),
            "students": units.students_total.astype(np.int64),
            "share": ratio(units.totals[:, 0], units.students_total),
            "variance_ratio": indices["variance_ratio"],
            "variance_ratio_between": parts["variance_ratio", "between"],
            "variance_ratio_within": parts["variance_ratio", "within"],
            "dissimilarity": indices["dissimilarity"],
            "exposure": indices["exposure"],
        }
    ).set_index(pd.Index(years, name="year"))


def contributions(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """What each school is in the place that all the schools given make, largest contribution first.

    Args:
        table: schools of one place and year.
        group, other: as in ``indices_by``.

    Returns:
        Columns ncessch, school, students, group_students (of several groups: students of any), then the indices of
        ``analysis.indices.SCHOOL``; NaN where undefined or where several groups are compared and the index compares
        two. Of several groups the largest share of M comes first.
    """
    counted = table[known(table, group, other)]
    units, _ = units_by(counted, group, other, ["year"])
    many = isinstance(other, tuple)
    found = {name: index.function(units) for name, index in SCHOOL.items() if not many or name in OF_ANY_GROUPS}
    local = pd.DataFrame({name: found.get(name, np.nan) for name in SCHOOL}, index=counted.index)
    weight = local["local_information"] * units.counted if many else local["contribution"]
    return (
        counted[["ncessch", "school", "students"]]
        .assign(group_students=units.counted.astype(np.int64) if many else counted[group], weight=weight)
        .join(local)
        .sort_values(["weight", "ncessch"], ascending=[False, True])
        .drop(columns="weight")
        .reset_index(drop=True)
    )


def shares(table: pd.DataFrame, group: str, other: Other) -> pd.Series:
    """The group's share in each school, or of several groups the chance that two of its students are of different ones.

    Missing where a count is unknown or nobody is enrolled.
    """
    if not isinstance(other, tuple):
        students = table["students"].astype("float64")
        return table[group].astype("float64") / students.where(students > 0)
    counted = table[known(table, group, other)]
    counts = units_by(counted, group, other, ["year"])[0].counts
    alone = Units(counts, counts.sum(axis=1), np.arange(len(counts)), len(counts))
    return pd.Series(diversity(alone), index=counted.index).reindex(table.index)


def by_year(table: pd.DataFrame, group: str, other: Other) -> tuple[Units, Codes, Sequence[Any]]:
    """Units with years for places, the code of each school's district, and the years."""
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year"])
    district = np.asarray(counted.groupby("leaid", sort=True, dropna=False).ngroup(), dtype=np.intp)
    return units, district, [key[0] for key in keys]
