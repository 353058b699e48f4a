"""The frontier: the least segregation for each share of students who may move, and for each distance they may go."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.policy.optimum import Plan
from analysis.policy.places import Limits

MOVES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)
MILES = (1.0, 2.0, 3.0, 5.0, 10.0, np.inf)
# Columns that say what was asked, or what no assignment lies below, not what an assignment comes to.
_ASKED = ["what", "move", "miles", "bound"]


def by_moves(limits: Limits, moves: Sequence[float] = MOVES) -> list[Limits]:
    """Each share of students who may move, the tightest first, other limits as given."""
    return [replace(limits, move=move) for move in sorted(moves)]


def by_miles(limits: Limits, miles: Sequence[float] = MILES) -> list[Limits]:
    """Each distance students may go, the tightest first, other limits as given."""
    return [replace(limits, miles=far) for far in sorted(miles)]


LINES = {"by moves": by_moves, "by miles": by_miles}


def row(what: str, plan: Plan, limits: Limits) -> dict[str, object]:
    """An assignment in one row.

    Returns:
        what; move and miles (as limited; NaN for no limit of miles); moved, share_moved; mean_miles of those whose
        distance is known and unplaced, those whose is not; value of the index, and bound.
    """
    return {
        "what": what,
        "move": limits.move,
        "miles": limits.miles if np.isfinite(limits.miles) else np.nan,
        "moved": plan.moved,
        "share_moved": plan.share_moved,
        "mean_miles": plan.miles,
        "unplaced": plan.unplaced,
        "value": plan.value,
        "bound": plan.bound,
    }


def falling(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of ever looser limits, in which whole students never come out worse.

    What meets tighter limits meets looser ones too, so where they did the assignment before is kept.
    """
    better = rows["value"] < rows["value"].cummin().shift(fill_value=np.inf)
    kept = rows.iloc[np.maximum.accumulate(np.where(better, np.arange(len(rows)), 0))].reset_index(drop=True)
    asked = rows.columns.intersection(_ASKED)
    return kept.assign(**{name: rows[name].to_numpy() for name in asked})
