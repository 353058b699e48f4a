"""Change over the years as tables: indices year by year for one set of schools or all, and why they changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES
from analysis.chance.uncertain_change import bootstrap_change
from analysis.chance.uncertain_parts import PartSpread
from analysis.change import Change, change
from analysis.decompose import ADDITIVE, decompose
from analysis.indices import INDICES, measure
from analysis.multigroup import diversity
from analysis.units import Floats, Other, Units, known, ratio, units_by

# The column that says which school a row is, whatever id it goes by that year.
KEY = "key"
# The measures whose parts between and within districts stand beside the indices.
SPLIT = tuple(name for name in ADDITIVE if name != "exposure_shortfall")


def in_every_year(table: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """The rows of the schools that are counted in each of the table's years in which any school is.

    Args:
        table: schools tables of some years, with the column ``KEY``.
        group, other: as in ``analysis.measured.indices_by``.
    """
    counted = table[known(table, group, other)]
    years = counted.groupby(KEY)["year"].nunique()
    return counted[counted[KEY].isin(years.index[years == counted["year"].nunique()])]


def yearly(table: pd.DataFrame, group: str, other: Other, names: Sequence[str] = tuple(INDICES)) -> pd.DataFrame:
    """Every index of the schools given, all of a year together, and how the schools came and went.

    Args:
        table: as in ``in_every_year``.
        group, other, names: as in ``analysis.measured.indices_by``.

    Returns:
        One row a year in which a school is counted. Columns schools, students, share (of the group; of several groups
        the chance that two students are of different ones), every index, ``<measure>_between`` and
        ``<measure>_within`` for each of ``SPLIT``; ``came`` and ``gone``, the schools that are counted and were not in
        the row before, and those that were and are not (missing in the first row); ``unknown``, the schools whose
        counts are not all known. NaN where undefined.
    """
    counts = known(table, group, other)
    counted = table[counts]
    units, keys = units_by(counted, group, other, ["year"])
    years = pd.Index([year for (year,) in keys], name="year", dtype="int64")
    district = np.asarray(counted.groupby("leaid", sort=True, dropna=False).ngroup(), dtype=np.intp)
    parts = decompose(units, district)
    share = diversity(units) if isinstance(other, tuple) else ratio(units.totals[:, 0], units.students_total)
    rows = pd.DataFrame(
        {
            "schools": np.bincount(units.place, minlength=units.places),
            "students": units.students_total.astype(np.int64),
            "share": share,
            **measure(units, names),
            **{f"{name}_{part}": parts[name, part] for name in SPLIT for part in ("between", "within")},
        }
    ).set_axis(years)
    came = _came(counted, units)
    return rows.assign(
        came=came,
        gone=rows["schools"].shift() + came - rows["schools"],
        unknown=table.loc[~counts, "year"].value_counts().reindex(years, fill_value=0),
    ).astype(dict.fromkeys(("came", "gone"), "Int64"))


def _came(counted: pd.DataFrame, units: Units) -> Floats:
    """How many schools of each year are not counted in the year before; NaN for the first."""
    rows = pd.DataFrame({KEY: counted[KEY].to_numpy(), "at": units.place}).sort_values("at")
    new = rows["at"] - rows.groupby(KEY)["at"].shift() != 1
    came = np.bincount(rows.loc[new, "at"], minlength=units.places).astype(float)
    came[:1] = np.nan
    return came


@dataclass(frozen=True)
class Changed:
    """The change of a place between two years.

    Attributes:
        first, last: the years.
        change: of M and H, from the first to the last.
        both: how many schools have students counted in both years.
        only_first, only_last: how many have in one of them only.
        unknown_last, unknown_first: of these, how many are there in the other year too, with counts unknown.
    """

    first: int
    last: int
    change: Change
    both: int
    only_first: int
    only_last: int
    unknown_last: int
    unknown_first: int


def changed(table: pd.DataFrame, first: int, last: int, group: str, other: Other) -> Changed:
    """Take the change of a place between two years apart.

    Args:
        table: the schools of the place in both years, with the column ``KEY``.
        first, last: two years, each with a school that is counted.
        group, other: as in ``analysis.measured.indices_by``.
    """
    counts = known(table, group, other)
    old, new, schools = _both(table, first, last, group, other)
    gone, came = schools.difference(new.index), schools.difference(old.index)
    unknown = {year: table.loc[~counts & table["year"].eq(year), KEY] for year in (first, last)}
    return Changed(
        first,
        last,
        change(*(each.reindex(schools, fill_value=0.0).to_numpy() for each in (old, new))),
        both=len(schools) - len(gone) - len(came),
        only_first=len(gone),
        only_last=len(came),
        unknown_last=int(gone.isin(unknown[last]).sum()),
        unknown_first=int(came.isin(unknown[first]).sum()),
    )


def change_intervals(
    table: pd.DataFrame, first: int, last: int, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> PartSpread:
    """How sure the change of ``changed`` and its parts are; see ``uncertain_change.bootstrap_change``.

    Args:
        table, first, last, group, other: as in ``changed``.
        replicates, seed: of the bootstrap.
    """
    old, new, schools = _both(table, first, last, group, other)
    before, after = (each.reindex(schools, fill_value=0.0).to_numpy() for each in (old, new))
    return bootstrap_change(before, after, replicates, seed)


def _both(
    table: pd.DataFrame, first: int, last: int, group: str, other: Other
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Index]:
    """The students of both years, and every school that has any in either."""
    counted = table[known(table, group, other)]
    old, new = (_students(counted[counted["year"].eq(year)], group, other) for year in (first, last))
    return old, new, old.index.union(new.index)


def _students(counted: pd.DataFrame, group: str, other: Other) -> pd.DataFrame:
    """The students of each group in each school that has any, by ``KEY``."""
    units, keys = units_by(counted, group, other, [KEY])
    found = pd.DataFrame(units.totals, [key for (key,) in keys])
    return found[found.any(axis=1)]
