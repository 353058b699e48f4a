"""The frontier: the least segregation for each share of students who may move, and for each distance they may go."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.policy.optimum import Plan
from analysis.policy.places import Flags, Limits

MOVES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)
MILES = (1.0, 2.0, 3.0, 5.0, 10.0, np.inf)
# Columns that say what was asked, not what an assignment comes to.
_ASKED = ["what", "move", "miles"]


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


def kept(rows: pd.DataFrame, pool: pd.DataFrame) -> NDArray[np.intp]:
    """For each row the position of the best assignment of the pool that meets its limits: of equals, of fewest moves.

    What meets tighter limits meets looser ones too, and whole students may come out better under the tighter.

    Args:
        rows: as of ``row``, of limits that differ in move and miles alone.
        pool: likewise, these rows among them.
    """
    rank = np.empty(len(pool), dtype=np.intp)
    rank[np.lexsort((pool["mean_miles"].fillna(np.inf), pool["moved"], pool["value"].round(12)))] = range(len(pool))
    return np.asarray(np.where(_tighter(rows, pool), rank, len(pool)).argmin(axis=1))


def settled(rows: pd.DataFrame, pool: pd.DataFrame) -> pd.DataFrame:
    """The rows with the assignments that are ``kept``, and bounds that never rise as limits loosen.

    Args:
        rows, pool: as in ``kept``. The rows' bounds are of every assignment within their limits, so what none lies
            below within looser limits, none does within tighter ones.
    """
    bounds = rows["bound"].to_numpy(dtype=np.float64)
    found = pool.iloc[kept(rows, pool)].reset_index(drop=True)[rows.columns]
    found["bound"] = np.where(_tighter(rows, rows), bounds[:, None], -np.inf).max(axis=0)
    return found.assign(**{name: rows[name].to_numpy() for name in rows.columns.intersection(_ASKED)})


def _tighter(rows: pd.DataFrame, pool: pd.DataFrame) -> Flags:
    """(rows, pool) whether what is in the pool has no looser limits than the row."""
    (move, miles), (its_move, its_miles) = (
        (table["move"].to_numpy(dtype=np.float64), table["miles"].fillna(np.inf).to_numpy(dtype=np.float64))
        for table in (rows, pool)
    )
    return np.asarray((its_move <= move[:, None]) & (its_miles <= miles[:, None]))
