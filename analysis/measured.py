"""Indices as tables: one row a place and year, as files and pages show them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.contribution import contribution
from analysis.decompose import ADDITIVE, decompose, district_parts
from analysis.indices import exposure, isolation, measure
from analysis.units import Codes, Units, known, units_by

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
    years, places = zip(*keys, strict=True) if keys else ((), ())
    names = pd.Series(counted[name].to_numpy(), index=units.place).groupby(level=0).last()
    return pd.DataFrame(
        {
            "year": np.array(years, dtype=np.int64),
            "place": pd.Series(places, dtype="str"),
            "place_name": names.reindex(range(units.places)).to_numpy(),
            "schools": np.bincount(units.place, minlength=units.places),
            "students": units.students_total.astype(np.int64),
            "group_students": units.totals[:, 0].astype(np.int64),
        }
    ).join(measure(units))


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
