"""Figures of schools over many runs at once: of places, and of a place split over a chain of levels."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.decompose import by_level, nested
from analysis.policy.figures import HIGH, LOW, figures_of
from analysis.units import Codes, Floats, Units, side_by_side

# Students by school, group and run, in any whole numbers.
Counts = NDArray[np.signedinteger[Any]]
FIGURES = ("variance_ratio", "dissimilarity", "exposure", "theil_h")
# Shares of students in schools with 40–60 % ED, and with 75 % or more.
SHARES = ("balanced", "high_poverty")
SPLIT = ("variance_ratio", "theil_h", "exposure_shortfall")
Key = TypeVar("Key", bound=Hashable)
# Rows of schools and runs measured at once, which bounds the memory.
_ROWS = 1_000_000


def figures(counts: Counts, place: Codes, places: int) -> dict[str, Floats]:
    """The figures of (schools, 2, runs) students, each (places, runs)."""
    found = figures_of(units_of(counts, place, places))
    return {name: values.reshape(places, -1) for name, values in found.items()}


def units_of(counts: Counts, place: Codes, places: int) -> Units:
    """Every run's schools as units, the place codes of each place's runs next to each other."""
    runs = counts.shape[2]
    columns = [counts[:, group].ravel().astype(np.float64) for group in (0, 1)]
    code = (place[:, None] * runs + np.arange(runs)).ravel()
    return Units(side_by_side(*columns), columns[0] + columns[1], code, places * runs)


def of_place(before: Counts, after: Counts, moved: Floats, chain: Mapping[str, Codes]) -> pd.DataFrame:
    """The figures of one place and their parts level by level, before and after.

    Args:
        before: (schools, 2, 1) students today.
        after: (schools, 2, runs) students after each run.
        moved: (1, runs) students who change schools.
        chain: (schools,) codes of each level, from the largest cells to the smallest, by the name of its part.

    Returns:
        measure, part, before, after (the mean of the runs), low, high (5–95 % of them). Parts are total, those of the
        chain and ``within`` its smallest cells; of D a part after the first is what its level adds, and says so:
        ``added_within``.
    """
    measured = over_runs(before, after, lambda each: _split(each, chain))
    measured["moved", "total"] = np.zeros((1, 1)), moved
    rows = []
    for (measure, part), (then, now) in measured.items():
        ends = {when: values[0] for when, values in range_over(now).items()}
        rows.append({"measure": measure, "part": part, "before": then[0, 0]} | ends)
    return pd.DataFrame(rows)


def _split(counts: Counts, chain: Mapping[str, Codes]) -> dict[tuple[str, str], Floats]:
    """The figures of one place, and their parts, of (schools, 2, runs) students: (1, runs) each."""
    runs = counts.shape[2]
    place = np.zeros(len(counts), dtype=np.intp)
    levels = by_level(nested(units_of(counts, place, 1), [np.repeat(codes, runs) for codes in chain.values()]))
    found: dict[tuple[str, str], Floats] = {}
    for measure in (*SPLIT, "dissimilarity"):
        found[measure, "total"] = np.sum([level[measure] for level in levels], axis=0)[None, :]
        for at, (part, level) in enumerate(zip((*chain, "within"), levels, strict=True)):
            adds = measure == "dissimilarity" and at > 0
            found[measure, f"added_{part}" if adds else part] = level[measure].to_numpy(dtype=np.float64)[None, :]
    whole = figures(counts, place, 1)
    return found | {(name, "total"): whole[name] for name in ("exposure", *SHARES)}


def over_runs(
    before: Counts, after: Counts, measure: Callable[[Counts], dict[Key, Floats]]
) -> dict[Key, tuple[Floats, Floats]]:
    """Measures before and after: of each, (places, 1) and (places, runs). Some runs at a time, to bound the memory."""
    step = max(1, _ROWS // max(len(after), 1))
    pieces = [measure(after[:, :, start : start + step]) for start in range(0, after.shape[2], step)]
    return {
        name: (values, np.concatenate([piece[name] for piece in pieces], axis=1))
        for name, values in measure(before).items()
    }


def range_over(runs: Floats) -> dict[str, Floats]:
    """(places,) the mean of (places, runs) values and their 5–95 % range, whose ends are values that occurred."""
    low, high = np.quantile(runs, [LOW, HIGH], axis=1, method="inverted_cdf")
    return {"after": runs.mean(axis=1), "low": low, "high": high}
