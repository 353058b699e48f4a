"""What an index would be by chance alone: students assigned at random to the schools of their place.

Every school keeps its size, every place its students of each group, and all ways to assign them are equally likely: the
counts are multivariate hypergeometric. Cortese, Falk & Cohen (1976), Further Considerations on the Methodological
Analysis of Segregation Indices, American Sociological Review 41, 630–637; Winship (1977), A Revaluation of Indexes of
Residential Segregation, Social Forces 55, 1058–1066. Indices of two groups assign the students of those two among the
places that they hold; whoever is in neither group stays.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chance.replicates import REPLICATES, Spread, bounded, spread
from analysis.indices import INDICES
from analysis.units import Codes, Floats, Units, ratio

Ints = NDArray[np.int64]

# Chance explains much of a value when random assignment alone would give more than this share of it.
MUCH = 0.5
# What fractions of students leave of a difference that is none.
_ROUNDING = 1e-12


def permuted(
    units: Units, names: Sequence[str] = tuple(INDICES), replicates: int = REPLICATES, seed: int = 0
) -> Spread:
    """How each index spreads when students are assigned at random: a value outside the range is more than chance."""
    return spread(units, lambda these: Assignment(these).draw, names, replicates, seed)


def chance_share(units: Units, value: pd.DataFrame, by_chance: pd.DataFrame) -> pd.DataFrame:
    """How much of what sets each index apart from even schools random assignment alone would give.

    Args:
        units: the schools.
        value: the indices, as ``analysis.indices.measure``.
        by_chance: their expected values, as ``expected``.

    Returns:
        0 to 1, and 1 also where a place is evener than chance; NaN where the index is undefined or chance changes
        nothing, as in a place of one school.
    """
    even = _evened(units)
    shares = {}
    for name in map(str, by_chance.columns):
        level = bounded(even, name)
        gap, chance = np.abs(value[name] - level), np.abs(by_chance[name] - level)
        chance = chance.where(chance > _ROUNDING, 0.0)
        shares[name] = ratio(chance.to_numpy(), np.maximum(gap, chance).where(chance > 0, 0.0).to_numpy())
    return pd.DataFrame(shares)


def _evened(units: Units) -> Units:
    """The same schools, each with its place's mix, in fractions of students."""
    share = np.nan_to_num(ratio(units.totals, units.totals.sum(axis=1)[:, None]))
    return Units(units.counted[:, None] * share[units.place], units.students, units.place, units.places)


class Assignment:
    """Draws of all students of the groups, assigned at random to the schools of their place.

    The schools of every place are halved again and again. Given how many of a group both halves get, what the first one
    gets is hypergeometric: as many steps as it takes to halve the largest place, each over all places at once.
    """

    def __init__(self, units: Units) -> None:
        """Lay out the halves, from single schools up to whole places."""
        self._order = np.argsort(units.place, kind="stable")
        self._sizes = np.rint(units.counted[self._order]).astype(np.int64)
        place = units.place[self._order]
        self._firsts: list[Codes] = []
        while (rank := np.arange(len(place)) - np.searchsorted(place, place)).any():
            first = np.flatnonzero(rank % 2 == 0)
            self._firsts.append(first)
            place = place[first]
        self._groups = np.rint(units.totals[place]).astype(np.int64)

    def draw(self, random: np.random.Generator) -> Floats:
        """(schools, groups) students after one random assignment."""
        counts = np.empty((len(self._sizes), self._groups.shape[1]))
        left = self._sizes
        for column in range(counts.shape[1] - 1):
            drawn = self._shared_out(self._groups[:, column], left, random)
            counts[self._order, column] = drawn
            left = left - drawn
        counts[self._order, -1] = left
        return counts

    def _shared_out(self, group: Ints, sizes: Ints, random: np.random.Generator) -> Ints:
        """How many of a group each school gets, out of ``sizes`` students who are still of any group."""
        levels = [sizes]
        for first in self._firsts:
            levels.append(np.add.reduceat(levels[-1], first))
        for first, size in zip(reversed(self._firsts), reversed(levels[:-1]), strict=True):
            both = np.flatnonzero(np.diff(first, append=len(size)) > 1)
            drawn = np.zeros(len(size), dtype=np.int64)
            drawn[first] = group
            drawn[first[both]] = random.hypergeometric(size[first[both]], size[first[both] + 1], group[both])
            drawn[first[both] + 1] = group[both] - drawn[first[both]]
            group = drawn
        return group
