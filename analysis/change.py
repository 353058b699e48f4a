"""Why M and H changed between two tables: units that came or went, the margins, or who is with whom.

The change is taken apart as in Elbers (2023), A Method for Studying Differences in Segregation Across Time and Space,
Sociological Methods & Research 52, 5–42, after Deutsch, Flückiger & Silber (2009), Analyzing Changes in Occupational
Segregation: The Case of Switzerland, Research on Economic Inequality 17, 171–202. Over the units and groups that both
tables have, a table is its margins of the groups, its margins of the units and its structure, the odds ratios; a table
with the margins of one and the structure of the other is fitted (``analysis.margins``). A part is what the index
changes by when that factor changes, as the mean over the orders in which margins and structure, and among the margins
groups and units, can change (Owen 1977, Values of Games with a Priori Unions).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.margins import fitted
from analysis.multigroup import entropy, mutual_information
from analysis.units import Floats, Units

MEASURES = ("theil_h", "mutual_information")
# What a change adds up from, in the order of a table: the first two from units and groups that only one table has.
PARTS = ("removals", "additions", "group_margins", "unit_margins", "structure")
FACTORS = PARTS[2:]

NOTHING_SHARED = "no school is counted both times with students of the same group"
ONE_GROUP = "the schools counted both times hold students of one group only"
NOT_FITTED = (
    "too many schools have no student of a group at one time for the totals of the other time to be reached by the "
    "same odds"
)


@dataclass(frozen=True)
class Change:
    """A change of M and H and what it adds up from.

    Attributes:
        parts: index ``MEASURES``; columns before, after, change, ``PARTS``, which add up to the change, and shared,
            the change over the units and groups of both tables, which ``FACTORS`` add up to. NaN where undefined.
        reason: why parts are missing, in words for a sentence; "" where none is.
    """

    parts: pd.DataFrame
    reason: str


def change(before: Floats, after: Floats) -> Change:
    """Take the change of M and H between two tables apart.

    Args:
        before, after: (units, groups) students ≥ 0. A row is the same unit in both; where it is not in one of them it
            holds nobody there.
    """
    units, groups = shared(before, after)
    pair = before[np.ix_(units, groups)], after[np.ix_(units, groups)]
    whole, common = [_measured(each) for each in (before, after)], [_measured(each) for each in pair]
    told = {
        "before": whole[0],
        "after": whole[1],
        "change": whole[1] - whole[0],
        "removals": common[0] - whole[0],
        "additions": whole[1] - common[1],
        **dict.fromkeys(FACTORS, np.full(2, np.nan)),
        "shared": common[1] - common[0],
    }
    reason = NOTHING_SHARED if not units.any() else ONE_GROUP if groups.sum() < 2 else ""
    if not reason:
        factors = _factors(*pair)
        reason = NOT_FITTED if factors is None else ""
        told |= factors or {}
    return Change(pd.DataFrame(told, index=pd.Index(MEASURES, name="measure")), reason)


def shared(before: Floats, after: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The units and the groups that have students in both tables, counting only each other's."""
    groups = np.ones(before.shape[1], dtype=bool)
    for _ in range(len(groups) + 1):  # each round but the last takes out a group
        units = (before[:, groups].sum(axis=1) > 0) & (after[:, groups].sum(axis=1) > 0)
        groups = (before[units].sum(axis=0) > 0) & (after[units].sum(axis=0) > 0)
    return units, groups


def _factors(before: Floats, after: Floats) -> dict[str, Floats] | None:
    """The parts of ``FACTORS``, (measures,) each; None where a table cannot be fitted."""
    tables = before / before.sum(), after / after.sum()
    value = {}
    for structure, group, unit in product((0, 1), repeat=3):
        own = structure == group == unit
        seed, rows, columns = tables[structure], tables[unit].sum(axis=1), tables[group].sum(axis=0)
        table = seed if own else fitted(seed, rows, columns)
        if table is None:
            return None
        value[structure, group, unit] = _measured(table)
    return {
        "group_margins": np.mean([value[s, 1, u] - value[s, 0, u] for s, u in product((0, 1), repeat=2)], axis=0),
        "unit_margins": np.mean([value[s, g, 1] - value[s, g, 0] for s, g in product((0, 1), repeat=2)], axis=0),
        "structure": np.mean([value[1, m, m] - value[0, m, m] for m in (0, 1)], axis=0),
    }


def _measured(table: Floats) -> Floats:
    """H and M of a table, (measures,); NaN where undefined."""
    if not table.size:
        return np.full(len(MEASURES), np.nan)
    units = Units(table, table.sum(axis=1), np.zeros(len(table), dtype=np.intp), 1)
    information, diversity = mutual_information(units)[0], entropy(units)[0]
    return np.array([information / diversity if diversity > 0 else np.nan, information])
