"""Indices as tables: one row a place and year, as files and pages show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.bounds import bounds
from analysis.contribution import contribution
from analysis.decompose import ADDITIVE, decompose, district_parts
from analysis.indices import exposure, isolation, measure, undefined_reason
from analysis.intervals import Intervals
from analysis.units import Codes, Units, known, places_by, ratio, units_by

# The column that names a place, and the one that says what people call it.
PLACES = {"state": ("state", "state"), "county": ("county", "county"), "district": ("leaid", "district")}


def indices_by(table: pd.DataFrame, by: str, group: str, other: str | None) -> pd.DataFrame:
    """Every index of every place and year.

    Args:
        table: a schools table. Schools whose counts are not all known are left out; ``left_out`` counts them.
        by: a key of ``PLACES``.
        group, other: columns that count the two groups; ``other`` is None for everyone else.

    Returns:
        Columns year, place, place_name, schools, students, group_students and one for each index; NaN where undefined.
    """
    column, name = PLACES[by]
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year", column])
    return (
        _named(keys, counted[name], units.place)
        .assign(
            schools=np.bincount(units.place, minlength=units.places),
            students=units.students_total.astype(np.int64),
            group_students=units.totals[:, 0].astype(np.int64),
        )
        .join(measure(units))
    )


def reasons_by(table: pd.DataFrame, by: str, group: str, other: str | None) -> pd.DataFrame:
    """Why indices are undefined, for the places and years of ``indices_by`` in the same order.

    Returns:
        Columns year, place, place_name and one for each index: a few words, "" where it is defined.
    """
    column, name = PLACES[by]
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year", column])
    return _named(keys, counted[name], units.place).assign(**undefined_reason(units))


def bounds_by(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """What every index of every place and year can be, whatever the hidden counts of ED students are.

    Args:
        table: a schools table with ed, ed_low and ed_high. Every school whose students are known counts; where ED is
            hidden it is anything between the bounds given, else anything from none to all of the students.
        by: a key of ``PLACES``.

    Returns:
        Columns year, place, place_name, and ``<index>_low`` and ``<index>_high`` for each index: see
        ``analysis.bounds.bounds`` for which are exact. NaN where undefined.
    """
    column, name = PLACES[by]
    counted = table[table["students"].notna()]
    students = counted["students"].to_numpy(dtype=np.float64)
    # Bounds come first: a count that is not told to others stands beside its own.
    low = counted["ed_low"].fillna(counted["ed"]).fillna(0).to_numpy(dtype=np.float64)
    high = counted["ed_high"].fillna(counted["ed"]).fillna(counted["students"]).to_numpy(dtype=np.float64)
    place, keys = places_by(counted, ["year", column])
    # A publisher hides "1 to 9" of a school of five just the same.
    found = bounds(Intervals(np.minimum(low, students), np.minimum(high, students), students, place, len(keys)))
    sides = [found.low.add_suffix("_low"), found.high.add_suffix("_high")]
    in_pairs = [f"{index}_{side}" for index in found.low for side in ("low", "high")]
    return _named(keys, counted[name], place).join(pd.concat(sides, axis=1)[in_pairs])


def bounded_indices_by(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The ED indices of every place and year with their bounds.

    Returns:
        The columns of ``indices_by``, then those of ``bounds_by``. A place of which no count is known has bounds
        alone, and no schools counted.
    """
    keys = ["year", "place", "place_name"]
    both = bounds_by(table, by)
    merged = both[keys].merge(indices_by(table, by, "ed", None).drop(columns="place_name"), on=keys[:2], how="left")
    counts = ["schools", "students", "group_students"]
    return merged.assign(**merged[counts].fillna(0).astype(np.int64)).join(both.drop(columns=keys))


def _named(keys: Sequence[tuple[Any, ...]], names: pd.Series, place: Codes) -> pd.DataFrame:
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


def left_out(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """Schools and students of each year whose counts are not all known: columns year, schools, students."""
    missing = table[~known(table, group, other)]
    counts = missing.groupby("year")["students"].agg(["size", "sum"]).reset_index()
    return counts.set_axis(["year", "schools", "students"], axis=1)


def decomposed(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """Segregation between and within districts, all schools of a year together.

    Returns:
        One row a year, columns (measure, part) as in ``analysis.decompose.decompose``.
    """
    units, district, years = _by_year(table, group, other)
    return decompose(units, district).set_index(pd.Index(years, name="year"))


def district_contributions(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """What each district contributes to the year's segregation.

    Returns:
        Columns year, leaid, and for each additive measure ``<measure>_between`` and ``<measure>_within``, which add up
        over districts to the parts of ``decomposed``.
    """
    units, district, years = _by_year(table, group, other)
    parts, place_of = district_parts(units, district)
    counted = table[known(table, group, other)]
    ids = counted.assign(place=units.place)[["place", "leaid"]].drop_duplicates().sort_values(["place", "leaid"])
    named = {f"{m}_{part}": parts[m, part] for m in ADDITIVE for part in ("between", "within")}
    return pd.DataFrame({"year": np.array(years)[place_of], "leaid": ids["leaid"].to_numpy()} | named)


def typical_schools(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """The group's share in the school of the average student of each group, all schools of a year together.

    Returns:
        One row a year: ``of_group`` (isolation, aPa) and ``of_other`` (bPa). With everyone else as the other group
        their difference is the variance ratio.
    """
    units, _, years = _by_year(table, group, other)
    swapped = Units(units.counts[:, ::-1], units.students, units.place, units.places)
    return pd.DataFrame(
        {"of_group": isolation(units), "of_other": exposure(swapped)}, index=pd.Index(years, name="year")
    )


def headlines(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """The numbers a state is summed up by, all schools of a year together.

    Returns:
        One row a year: schools and students counted, the group's share of them, variance_ratio with its parts
        variance_ratio_between and variance_ratio_within, dissimilarity and exposure.
    """
    units, district, years = _by_year(table, group, other)
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


def contributions(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """The contribution of each school to the D of the schools given, largest first.

    Args:
        table: schools of one place and year.
        group, other: as in ``indices_by``.

    Returns:
        Columns ncessch, school, students, group_students, contribution; NaN where D is undefined or 0.
    """
    counted = table[known(table, group, other)]
    units, _ = units_by(counted, group, other, ["year"])
    return (
        counted[["ncessch", "school", "students"]]
        .assign(group_students=counted[group], contribution=contribution(units))
        .sort_values(["contribution", "ncessch"], ascending=[False, True])
        .reset_index(drop=True)
    )


def _by_year(table: pd.DataFrame, group: str, other: str | None) -> tuple[Units, Codes, Sequence[Any]]:
    """Units with years for places, the code of each school's district, and the years."""
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year"])
    district = np.asarray(counted.groupby("leaid", sort=True, dropna=False).ngroup(), dtype=np.intp)
    return units, district, [key[0] for key in keys]
