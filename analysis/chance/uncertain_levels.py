"""How sure the part of V at each level of a chain is, such as county, district and school: corrected, with an interval.

As ``analysis.chance.uncertain_parts`` does for districts and schools, and of two groups the same for two levels. Chance
adds to V, or to P* of more groups, (1 − V)/(T − S) for each degree of freedom, and a level of C cells within C' larger
ones has C − C' of them: the nested analysis of variance. Shares are drawn towards those of the level above until each
part is smaller by that much; students are drawn anew with such shares, and each replicate is corrected in turn.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES, chunks, spread_of
from analysis.chance.shrinkage import with_shares
from analysis.chance.uncertainty import draws
from analysis.decompose import Level, nested, parts
from analysis.units import Codes, Floats, Units, ratio


def bootstrap_levels(
    units: Units, chain: Sequence[Codes], replicates: int = REPLICATES, seed: int = 0
) -> list[pd.DataFrame]:
    """The corrected part of V at each level, and between which values 95 % of the replicates lie.

    Args:
        units, chain: as in ``analysis.decompose.nested``.
        replicates, seed: of the bootstrap.

    Returns:
        A table for each level, the schools last: one row a place code, columns corrected, low and high; NaN where V is
        undefined.
    """
    levels = nested(units, chain)
    own, corrected = _parts(levels)
    found = np.empty((replicates, units.places, len(levels)))
    for rows, drawn in chunks(units, draws(_drawn_together(units, levels, own, corrected)), replicates, seed):
        times = rows.stop - rows.start
        _, of_drawn = _parts(nested(drawn, [np.tile(codes, times) for codes in chain]))
        found[rows] = of_drawn.T.reshape(times, units.places, len(levels))
    depths = [str(depth) for depth in range(len(levels))]
    spread = spread_of(found, depths)
    return [
        pd.DataFrame({"corrected": part, "low": spread.low[depth], "high": spread.high[depth]})
        for depth, part in zip(depths, corrected, strict=True)
    ]


def _parts(levels: Sequence[Level]) -> tuple[Floats, Floats]:
    """The part of V at each level and the same corrected for chance, (levels, places)."""
    whole = levels[0].cells
    places = whole.places
    own = np.array(
        [
            np.bincount(level.place, weights=table["variance_ratio"], minlength=places)
            for level, table in zip(levels, parts(levels), strict=True)
        ]
    )
    # Cells without a student count for nothing; a place is one cell of itself.
    cells = [np.bincount(level.place, weights=level.cells.counted > 0, minlength=places) for level in levels]
    freedom = np.diff(np.array([np.ones(places), *cells]), axis=0)
    by_chance = ratio(1 - own.sum(axis=0), whole.counted_total - cells[-1])
    # Where every school has one student nothing tells chance from what sets schools apart.
    corrected = np.clip(own - np.nan_to_num(freedom * by_chance), 0, 1)
    return own, np.where((whole.totals > 0).sum(axis=1) > 1, corrected, np.nan)


def _drawn_together(units: Units, levels: Sequence[Level], own: Floats, corrected: Floats) -> Units:
    """The schools with each level's shares drawn towards those of the level above, in fractions of students."""
    factors = np.sqrt(np.nan_to_num(ratio(corrected, own)))
    shares, cell = [], np.arange(len(units.place), dtype=np.intp)
    for level in reversed(levels):
        shares.append(_shares(level.cells.counts)[cell])
        cell = level.cells.place[cell]
    shares.append(_shares(units.totals)[cell])
    left = shares[-1]
    for (inner, outer), factor in zip(pairwise(shares), factors[::-1], strict=True):
        left = left + factor[units.place, None] * (inner - outer)
    return with_shares(units, left.T * units.counted)


def _shares(counts: Floats) -> Floats:
    """Each row's groups as shares of its students; 0 where it has none."""
    return np.nan_to_num(ratio(counts, counts.sum(axis=1)[:, None]))
