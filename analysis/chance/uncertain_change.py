"""How sure the parts of a change of M and H between two tables are: between which values they lie in 95 % of draws.

As ``analysis.chance.uncertainty`` does for an index: each table's shares are drawn towards its own mix until they vary
as much as is estimated of the probabilities behind them, students are drawn anew in both tables, each by itself, and
the change between the two, corrected again, is taken apart as ``analysis.change`` does.
"""

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES, spread_of, stream
from analysis.chance.uncertainty import draws, shrunk
from analysis.change import PARTS, change
from analysis.units import Floats, Units

# What has a range: the index in both tables, the change, and what it adds up from.
RANGED = ("before", "after", "change", *PARTS)


def bootstrap_change(
    before: Floats, after: Floats, replicates: int = REPLICATES, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Between which values the change of M and H and its parts lie in 95 % of the replicates.

    Args:
        before, after: as in ``analysis.change.change``.
        replicates, seed: of the bootstrap.

    Returns:
        The lower and the upper ends: rows ``analysis.change.MEASURES``, columns ``RANGED``; NaN where no replicate has
        a value.
    """
    counts = np.vstack([before, after])
    table = np.repeat(np.arange(2), len(before))
    units = shrunk(Units(counts, counts.sum(axis=1), table, 2))
    draw = draws(units)
    found = []
    for replicate in range(replicates):
        drawn = draw(stream(seed, replicate))
        corrected = shrunk(Units(drawn, drawn.sum(axis=1), table, 2)).counts
        found.append(change(corrected[: len(before)], corrected[len(before) :]).parts[list(RANGED)])
    spread = spread_of(np.array([each.to_numpy() for each in found]), RANGED)
    low, high = (end.set_axis(found[0].index) for end in (spread.low, spread.high))
    return low, high
