"""How sure indices are, as tables: one row a place and year, in the order of ``analysis.measured.indices_by``."""

from collections.abc import Sequence

import pandas as pd

from analysis.expected import expected
from analysis.indices import INDICES, measure
from analysis.measured import PLACES, by_year, named
from analysis.random_assignment import chance_share, permuted
from analysis.replicates import REPLICATES
from analysis.uncertain_levels import bootstrap_levels
from analysis.uncertain_parts import bootstrap_parts
from analysis.uncertainty import bootstrap, corrected
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
        expected one) and ``<index>_chance_share`` (see ``analysis.random_assignment.chance_share``); NaN where
        undefined.
    """
    units, places = _places(table, by, group, other)
    value, by_chance = measure(units)[list(names)], expected(units, names, replicates, seed)
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
    table: pd.DataFrame, by: str, group: str, other: Other, replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """Between which values every index of every place and year lies in 95 % of random assignments.

    Returns:
        Columns year, place, place_name, and for each index ``<index>_chance_low`` and ``<index>_chance_high``; NaN
        where undefined.
    """
    units, places = _places(table, by, group, other)
    assigned = permuted(units, replicates=replicates, seed=seed)
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
