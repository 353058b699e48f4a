"""Completions with every hidden count at an end of its interval, where every index is at its greatest.

Along the count of one school, the others held, every index of the registry falls and then rises (D, G, V, H and M are
convex over concave, isolation is convex over linear, and the critical points of Atkinson's at ½ are all minima). Moving
one school after another to the better end never lowers the index. An end without any student of one of the groups has
no index: next to it, in whole students, lies the completion with one such student.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.hidden.intervals import Intervals
from analysis.indices import measure
from analysis.units import Units

# Hidden schools of a place of which all combinations are tried.
FEW = 4


@dataclass(frozen=True)
class Corners:
    """The greatest value of every index over a place's corners.

    Attributes:
        tried: (places,) whether all were: few schools are hidden and no total ties them together.
        greatest: one row a place, one column an index; meaningless where they were not tried.
    """

    tried: NDArray[np.bool_]
    greatest: pd.DataFrame


def at_corners(schools: Intervals) -> Corners:
    """Try every corner of every place with at most ``FEW`` hidden schools, and those one student away from none.

    Args:
        schools: intervals as ``Intervals.narrowed`` gives them.
    """
    tried = schools.hidden_in_place <= FEW
    if schools.total is not None:
        tried &= np.isnan(schools.total)
    inner = schools.of_places(tried)
    size, rank = len(inner.low), _rank(inner)
    combination = np.arange(2**FEW)[:, None]
    alone = inner.hidden & (rank == np.arange(FEW)[:, None])
    counts = np.concatenate(
        [
            np.where(inner.hidden & (combination >> rank & 1 == 1), inner.high, inner.low),
            inner.low + alone,
            inner.high - alone,
        ]
    )
    completions = len(counts)
    students = np.tile(inner.students, completions)
    place = (np.arange(completions)[:, None] * inner.places + inner.place).ravel()
    group = counts.reshape(completions * size)
    values = measure(Units(np.column_stack([group, students - group]), students, place, completions * inner.places))
    greatest = pd.DataFrame(np.nan, index=range(schools.places), columns=values.columns)
    greatest.loc[tried] = np.fmax.reduce(values.to_numpy().reshape(completions, inner.places, len(values.columns)))
    return Corners(tried, greatest)


def _rank(schools: Intervals) -> NDArray[np.int64]:
    """(schools,) how many hidden schools of the same place come before each, at most ``FEW``."""
    order = np.argsort(schools.place, kind="stable")
    place, hidden = schools.place[order], schools.hidden[order].astype(np.int64)
    before = np.cumsum(hidden) - hidden
    rank = np.empty_like(before)
    rank[order] = before - before[np.searchsorted(place, place)]
    return np.minimum(rank, FEW)
