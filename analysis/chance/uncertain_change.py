"""How sure the parts of a change of M and H between two tables are: between which values they lie in 95 % of draws.

As ``analysis.chance.uncertainty`` does for an index: each table's shares are drawn towards its own mix until they vary
as much as is estimated of the probabilities behind them, students are drawn anew in both tables, each by itself, and
the change between the two, corrected again, is taken apart as ``analysis.change`` does. The change of the shares so
drawn towards the mix is the corrected one.
"""

import numpy as np

from analysis.chance.replicates import REPLICATES, reaching, spread_of, stream
from analysis.chance.uncertain_parts import PartSpread
from analysis.chance.uncertainty import draws, shrunk
from analysis.change import PARTS, change
from analysis.units import Floats, Units

# What has a range: the index in both tables, the change, and what it adds up from.
RANGED = ("before", "after", "change", *PARTS)


def bootstrap_change(before: Floats, after: Floats, replicates: int = REPLICATES, seed: int = 0) -> PartSpread:
    """The change of M and H and its parts, corrected for chance, and how they spread when students are drawn anew.

    Args:
        before, after: as in ``analysis.change.change``.
        replicates, seed: of the bootstrap.

    Returns:
        Rows ``analysis.change.MEASURES``, columns ``RANGED``; NaN where undefined.
    """
    counts = np.vstack([before, after])
    table = np.repeat(np.arange(2), len(before))
    units = shrunk(Units(counts, counts.sum(axis=1), table, 2))
    draw = draws(units)
    parts = change(units.counts[: len(before)], units.counts[len(before) :]).parts[list(RANGED)]
    found = []
    for replicate in range(replicates):
        drawn = draw(stream(seed, replicate))
        corrected = shrunk(Units(drawn, drawn.sum(axis=1), table, 2)).counts
        found.append(change(corrected[: len(before)], corrected[len(before) :]).parts[list(RANGED)])
    spread = reaching(spread_of(np.array([each.to_numpy() for each in found]), RANGED), parts.reset_index(drop=True))
    return PartSpread(parts, *(end.set_axis(parts.index) for end in (spread.low, spread.high)))
