"""The frontier: the least segregation for each share of students who may move, and for each distance they may go."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.policy.optimum import Plan, least_segregated
from analysis.policy.places import Limits, Places

MOVES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)
MILES = (1.0, 2.0, 3.0, 5.0, 10.0, np.inf)


def by_moves(
    places: Places, limits: Limits, measure: str = "dissimilarity", moves: Sequence[float] = MOVES
) -> pd.DataFrame:
    """The least index for each share of students who may move, other limits as given (see ``_frontier``)."""
    return _frontier(places, [replace(limits, move=move) for move in sorted(moves)], measure)


def by_miles(
    places: Places, limits: Limits, measure: str = "dissimilarity", miles: Sequence[float] = MILES
) -> pd.DataFrame:
    """The least index for each distance students may go, other limits as given (see ``_frontier``)."""
    return _frontier(places, [replace(limits, miles=far) for far in sorted(miles)], measure)


def _frontier(places: Places, looser: Sequence[Limits], measure: str) -> pd.DataFrame:
    """One row for each limits: move and miles (as limited), moved, share_moved, mean_miles, value, bound.

    Each limits are looser than those before. What meets tighter ones meets looser ones too, so where whole students
    come out worse the plan before is kept.
    """
    rows = []
    best: Plan | None = None
    for limits in looser:
        plan = least_segregated(places, limits, measure)
        if best is None or plan.value < best.value:
            best = plan
        rows.append(
            {
                "move": limits.move,
                "miles": limits.miles,
                "moved": best.moved,
                "share_moved": best.share_moved,
                "mean_miles": best.miles,
                "value": best.value,
                "bound": plan.bound,
            }
        )
    return pd.DataFrame(rows)
