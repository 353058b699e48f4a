"""Whether a published column of percentages agrees with the counts beside it.

A column may be right to its rounding, given as shares of 1, taken of another total, or *shuffled*: the right values,
each in another school's row. A person sees none of that by eye, and the counts alone never show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.schema import FIELDS

Verdict = Literal[
    "consistent", "scaled", "rounding", "shuffled", "some rows", "other total", "contradictory", "unknown"
]
MEANINGS: dict[Verdict, str] = {
    "consistent": "agrees with the counts to its rounding",
    "scaled": "agrees with the counts as shares of 1",
    "rounding": "differs from the counts by half a point at most",
    "shuffled": "holds the right values in the wrong rows: it is shuffled against the schools",
    "some rows": "agrees with the counts but for some rows",
    "other total": "follows the counts but is taken of another total, or counted on another day",
    "contradictory": "has nothing to do with the counts",
    "unknown": "has no row to compare",
}
AGREEING: frozenset[Verdict] = frozenset({"consistent", "scaled", "rounding", "unknown"})
# How notes on reading begin, by which the quality report knows them.
AGREE, CONTRADICT = "Percentages agree with their counts", "Percentages contradict their counts"

_MOST_DECIMALS = 6
_HALF_A_POINT = 0.5
_FEW_ROWS = 0.1  # of all, that may be slips of single cells
_FEWEST_SHUFFLED = 10  # rows whose values are the same set by more than chance
_SAME_VALUES = 0.95  # of the values that disagree found again in other rows
_FOLLOWS = 0.95  # correlation of a percentage with what its counts give, when it only rests on another total


@dataclass(frozen=True)
class Compared:
    """What comparing percentages with counts gives.

    Attributes:
        verdict: one of ``MEANINGS``.
        rows: the index of the rows that disagree by more than the rounding.
        compared: how many rows have all three values.
    """

    verdict: Verdict
    rows: pd.Index
    compared: int


def compared(counts: pd.Series, totals: pd.Series, percents: pd.Series) -> Compared:
    """Compare percentages as published with counts of totals, row by row and as sets.

    Args:
        counts, totals, percents: of the same rows; missing where unknown. Rows without students are passed over.
    """
    table = pd.DataFrame({"count": counts, "total": totals, "percent": percents}).astype("float64").dropna()
    table = table[table["total"] > 0]
    if table.empty:
        return Compared("unknown", table.index, 0)
    exact = (100 * table["count"] / table["total"]).to_numpy()
    published = table["percent"].to_numpy()
    decimals = _decimals(published)
    scale = 100 if exact.mean() > 10 * published.mean() else 1
    step = scale * 10.0**-decimals
    published = published * scale
    off = np.abs(published - exact)
    wrong = off > step / 2 + 1e-6
    verdict = _verdict(exact, published, off, wrong, step)
    return Compared("scaled" if verdict == "consistent" and scale != 1 else verdict, table.index[wrong], len(table))


def _verdict(
    exact: NDArray[np.float64],
    published: NDArray[np.float64],
    off: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    step: float,
) -> Verdict:
    if not wrong.any():
        return "consistent"
    follows = _correlation(exact[wrong], published[wrong]) >= _FOLLOWS
    if not follows and wrong.sum() >= _FEWEST_SHUFFLED and _same_values(exact[wrong], published[wrong], step):
        return "shuffled"
    if off.max() <= _HALF_A_POINT:
        return "rounding"
    if wrong.mean() <= _FEW_ROWS:
        return "some rows"
    return "other total" if follows else "contradictory"


def _decimals(published: NDArray[np.float64]) -> int:
    """Decimals the column is published with."""
    fits = (n for n in range(_MOST_DECIMALS) if np.allclose(published, published.round(n), rtol=0, atol=1e-9))
    return next(fits, _MOST_DECIMALS)


def _same_values(exact: NDArray[np.float64], published: NDArray[np.float64], step: float) -> bool:
    """Whether two columns are the same values in another order, each rounded to the published step."""
    one, other = (pd.Series(np.rint(values / step)).value_counts() for values in (exact, published))
    shared = one.to_frame("one").join(other.rename("other"), how="inner").min(axis=1).sum()
    return bool(shared >= _SAME_VALUES * len(exact))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(one) < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def notes(label: str, frame: pd.DataFrame, percents: Mapping[str, tuple[str, pd.Series]]) -> tuple[str, ...]:
    """What to tell of a file's percentages: one sentence for all that agree, one for each that does not.

    Args:
        label: the file.
        frame: the counts, with ``students`` and columns named as in ``data.schema``.
        percents: by the counts' column, the file's column of percentages and its values, missing where coded.
    """
    found = {column: compared(frame[name], frame["students"], values) for name, (column, values) in percents.items()}
    count_of = {column: name for name, (column, _) in percents.items()}
    agreeing = [column for column, each in found.items() if each.verdict in AGREEING and each.compared]
    told = [f"{AGREE}: {label}, column{'s' * (len(agreeing) > 1)} {', '.join(agreeing)}."] if agreeing else []
    return (
        *told,
        *(
            f"{CONTRADICT}: {label}, column {column} {MEANINGS[each.verdict]} "
            f"({FIELDS[count_of[column]].label}: {len(each.rows):,} of {each.compared:,} rows, the first are rows "
            f"{', '.join(f'{row:,}' for row in each.rows[:3])})."
            for column, each in found.items()
            if each.verdict not in AGREEING
        ),
    )
