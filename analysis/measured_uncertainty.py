"""How sure indices are, as tables: one row a place and year as in ``analysis.measured.indices_by``, or one a school."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chance.expected import expected, expected_by_level
from analysis.chance.local_uncertainty import (
    bootstrap_of_schools,
    chance_of_schools,
    corrected_of_schools,
    expected_of_schools,
    names_of,
)
from analysis.chance.random_assignment import chance_share, permuted
from analysis.chance.replicates import REPLICATES
from analysis.chance.uncertain_levels import bootstrap_levels
from analysis.chance.uncertain_parts import bootstrap_districts, bootstrap_parts
from analysis.chance.uncertainty import bootstrap, corrected
from analysis.indices import INDICES, SCHOOL, measure
from analysis.measured import (
    PLACES,
    by_year,
    district_contributions,
    levels_by_year,
    named,
    rows_of_levels,
)
from analysis.units import Other, Units, known, places_by, units_by

KEYS = ["year", "place", "place_name"]


def expected_by(
    table: pd.DataFrame,
    by: str,
    group: str,
    other: Other,
    replicates: int = REPLICATES,
    seed: int = 0,
    names: Sequence[str] = tuple(INDICES),
) -> pd.DataFrame:
    """What every index of every place and year would be if students were assigned at random.

    Args:
        table, by, group, other: as in ``analysis.measured.indices_by``.
        replicates, seed: of the permutations, for the indices without an exact expected value.
        names: keys of ``INDICES``.

    Returns:
        Columns year, place, place_name, and for each index ``<index>_expected``, ``<index>_excess`` (the value less the
        expected one) and ``<index>_chance_share`` (see ``analysis.chance.random_assignment.chance_share``); NaN where
        undefined.
    """
    units, places = _places(table, by, group, other)
    value, by_chance = measure(units, names), expected(units, names, replicates, seed)
    columns = {
        "expected": by_chance,
        "excess": value - by_chance,
        "chance_share": chance_share(units, value, by_chance),
    }
    return _beside(places, columns)


def intervals_by(
    table: pd.DataFrame,
    by: str,
    group: str,
    other: Other,
    replicates: int = REPLICATES,
    seed: int = 0,
    names: Sequence[str] = tuple(INDICES),
) -> pd.DataFrame:
    """Every index of every place and year corrected for chance, with its 95 % bootstrap interval.

    Args:
        table, by, group, other, replicates, seed, names: as in ``expected_by``.

    Returns:
        Columns year, place, place_name, and for each index ``<index>_corrected``, ``<index>_interval_low`` and
        ``<index>_interval_high``; NaN where undefined.
    """
    units, places = _places(table, by, group, other)
    drawn = bootstrap(units, names, replicates, seed)
    columns = {"corrected": corrected(units, names), "interval_low": drawn.low, "interval_high": drawn.high}
    return _beside(places, columns)


def chance_ranges_by(
    table: pd.DataFrame,
    by: str,
    group: str,
    other: Other,
    replicates: int = REPLICATES,
    seed: int = 0,
    names: Sequence[str] = tuple(INDICES),
) -> pd.DataFrame:
    """Between which values every index of every place and year lies in 95 % of random assignments.

    Returns:
        Columns year, place, place_name, and for each index ``<index>_chance_low`` and ``<index>_chance_high``; NaN
        where undefined.
    """
    units, places = _places(table, by, group, other)
    assigned = permuted(units, names, replicates, seed)
    return _beside(places, {"chance_low": assigned.low, "chance_high": assigned.high})


def part_intervals(
    table: pd.DataFrame, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """The parts between and within districts of each year, all schools together, with their 95 % bootstrap interval.

    Returns:
        One row a year, as ``analysis.measured.decomposed``: columns (measure, part, corrected | low | high); NaN where
        undefined.
    """
    units, district, years = by_year(table, group, other)
    found = bootstrap_parts(units, district, replicates, seed)
    ends = {"corrected": found.corrected, "low": found.low, "high": found.high}
    beside = pd.concat(ends, axis=1).reorder_levels([1, 2, 0], axis=1)
    parts = found.corrected.columns.tolist()
    return beside[[(*part, end) for part in parts for end in ends]].set_axis(pd.Index(years, name="year"))


def contribution_intervals(
    table: pd.DataFrame, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """How sure it is what each district contributes to the year's segregation, between and within together.

    Returns:
        The rows of ``analysis.measured.district_contributions``: columns year, leaid, and for each additive measure
        ``<measure>_corrected``, ``<measure>_interval_low`` and ``<measure>_interval_high``; NaN where undefined.
    """
    units, district, _ = by_year(table, group, other)
    found = bootstrap_districts(units, district, replicates, seed)
    columns = {"corrected": found.corrected, "interval_low": found.low, "interval_high": found.high}
    return _beside(district_contributions(table, group, other)[["year", "leaid"]], columns)


def expected_parts(table: pd.DataFrame, group: str, other: Other, columns: Sequence[str]) -> pd.DataFrame:
    """Segregation level by level beside what students assigned at random to schools would give each level.

    Args:
        table, group, other, columns: as in ``analysis.measured.decomposed_by_level``.

    Returns:
        Its rows, with expected and excess, the part less the expected one; NaN where undefined.
    """
    levels, years = levels_by_year(table, group, other, columns)
    by_chance = pd.concat(
        [each.set_axis(pd.Index(years)) for each in expected_by_level(levels)], keys=range(len(levels))
    )
    rows = rows_of_levels(levels, years)
    at = by_chance.index.get_indexer(pd.MultiIndex.from_frame(rows[["depth", "year"]]))
    found = by_chance.to_numpy()[at, by_chance.columns.get_indexer(pd.Index(rows["measure"]))]
    return rows.assign(expected=found, excess=rows["part"] - found)


def schools_by_chance(
    table: pd.DataFrame, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """What each school is in the place that all the schools given make, were students assigned at random.

    Args:
        table, group, other: as in ``analysis.measured.contributions``.
        replicates, seed: of the permutations, for the contribution.

    Returns:
        Columns ncessch, and for each measure of ``analysis.indices.SCHOOL`` ``<measure>_expected`` and
        ``<measure>_excess``, the value less the expected one; NaN where undefined.
    """
    counted, units = _of_one_place(table, group, other)
    by_chance = expected_of_schools(units, replicates, seed)
    names = names_of(units)
    value = pd.DataFrame({name: SCHOOL[name].function(units) if name in names else np.nan for name in SCHOOL})
    return _beside_schools(counted, {"expected": by_chance, "excess": value - by_chance})


def school_intervals(
    table: pd.DataFrame, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """How sure it is what each school is in the place that all the schools given make.

    Returns:
        Columns ncessch, and for each measure of ``analysis.indices.SCHOOL`` ``<measure>_corrected``,
        ``<measure>_interval_low`` and ``_high`` (95 %, of the corrected one), and ``<measure>_chance_low`` and
        ``_high`` (of random assignments); NaN where undefined.
    """
    counted, units = _of_one_place(table, group, other)
    drawn, assigned = bootstrap_of_schools(units, replicates, seed), chance_of_schools(units, replicates, seed)
    corrected_ones = {"corrected": corrected_of_schools(units), "interval_low": drawn.low, "interval_high": drawn.high}
    return _beside_schools(counted, corrected_ones | {"chance_low": assigned.low, "chance_high": assigned.high})


def _of_one_place(table: pd.DataFrame, group: str, other: Other) -> tuple[pd.DataFrame, Units]:
    counted = table[known(table, group, other)]
    return counted, units_by(counted, group, other, ["year"])[0]


def _beside_schools(counted: pd.DataFrame, columns: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The schools' ids with what was found of them, all of one measure side by side."""
    found = {f"{name}_{what}": each[name].to_numpy() for name in SCHOOL for what, each in columns.items()}
    return pd.DataFrame({"ncessch": counted["ncessch"].to_numpy()} | found)


def _places(table: pd.DataFrame, by: str, group: str, other: Other) -> tuple[Units, pd.DataFrame]:
    """The schools in their places and years, and what identifies these."""
    column, name = PLACES[by]
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year", column])
    return units, named(keys, counted[name], units.place)


def _beside(places: pd.DataFrame, columns: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The places with what was found of them, all of one index side by side."""
    names = next(iter(columns.values())).columns
    found = {f"{name}_{what}": each[name] for name in names for what, each in columns.items()}
    return places.join(pd.DataFrame(found))


def level_intervals(
    table: pd.DataFrame,
    group: str,
    other: Other,
    columns: Sequence[str],
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """The part of V at each level of a chain, all schools of a year together, with its 95 % bootstrap interval.

    Args:
        table, group, other, columns: as in ``analysis.measured.decomposed_by_level``.
        replicates, seed: as in ``expected_by``.

    Returns:
        Columns year, depth, corrected, low and high; NaN where V is undefined.
    """
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["year"])
    chain = [places_by(counted, [column])[0] for column in columns]
    found = bootstrap_levels(units, chain, replicates, seed)
    years = pd.Series([key[0] for key in keys])
    return pd.concat([each.assign(year=years, depth=depth) for depth, each in enumerate(found)], ignore_index=True)
