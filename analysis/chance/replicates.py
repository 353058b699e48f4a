"""An index computed again and again on counts drawn at random: all places in one pass, in bounded memory.

Replicate r draws from a stream that depends on the seed and on r alone. So the first hundred of a thousand replicates
are the hundred that one asks for alone, and no two share their numbers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.indices import indices_named
from analysis.units import Floats, Units

REPLICATES = 200
# Share of the replicates between the two ends of a range.
COVERED = 0.95
# Rows of schools at once: few enough to stay in a processor's cache.
_ROWS = 1 << 14

# One replicate's (schools, groups) counts.
Draw = Callable[[np.random.Generator], Floats]


@dataclass(frozen=True)
class Spread:
    """How an index spreads over replicates: tables of one row a place code and one column an index.

    Attributes:
        mean: over the replicates in which the index is defined; NaN where it is in none.
        low, high: between which 95 % of those lie.
    """

    mean: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


def stream(seed: int, replicate: int) -> np.random.Generator:
    """The random numbers of one replicate."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replicate,)))


def bounded(units: Units, name: str) -> Floats:
    """An index in every place, kept within its bounds: with fractions of students rounding may leave them.

    NaN throughout where it compares two groups and there are more.
    """
    index = indices_named([name], units).get(name)
    if index is None:
        return np.full(units.places, np.nan)
    return np.clip(index.function(units), index.low, index.high)


def spread(
    units: Units,
    drawn_from: Callable[[Units], Draw],
    names: Sequence[str],
    replicates: int,
    seed: int,
    adjusted: Callable[[Units], Units] = lambda units: units,
) -> Spread:
    """How indices spread over replicates of the counts.

    Args:
        units: the schools.
        drawn_from: given the schools, what draws a replicate.
        names: keys of ``INDICES``.
        replicates: how many, at least 1.
        seed: 0 or more.
        adjusted: what is done to each replicate before the indices are computed.
    """
    found = np.empty((replicates, units.places, len(names)))
    for rows, drawn in chunks(units, drawn_from(units), replicates, seed):
        ready = adjusted(drawn)
        for column, name in enumerate(names):
            found[rows, :, column] = bounded(ready, name).reshape(rows.stop - rows.start, units.places)
    return spread_of(found, names)


def reaching(found: Spread, value: pd.DataFrame) -> Spread:
    """The spread of an estimate whose ends also reach its value, and the value less the bias that the replicates show.

    Args:
        found: how the estimate spreads over replicates that were drawn from what it takes for true.
        value: the estimate, in the same rows and columns.
    """
    unbiased = 2 * value - found.mean
    low = found.low.where(found.low < value, value).where(lambda end: end < unbiased, unbiased)
    high = found.high.where(found.high > value, value).where(lambda end: end > unbiased, unbiased)
    return Spread(found.mean, low.where(found.low.notna()), high.where(found.high.notna()))


def spread_of(found: Floats, names: Sequence[str]) -> Spread:
    """How (replicates, places, names) numbers spread over the replicates; they are put in order in place."""
    found.sort(axis=0)  # what is undefined comes last
    defined = np.isfinite(found).sum(axis=0)
    mean = np.nansum(found, axis=0) / np.where(defined > 0, defined, np.nan)
    ends = (_quantile(found, defined, share) for share in ((1 - COVERED) / 2, (1 + COVERED) / 2))
    return Spread(*(pd.DataFrame(table, columns=list(names)) for table in (mean, *ends)))


def chunks(units: Units, draw: Draw, replicates: int, seed: int) -> Iterator[tuple[slice, Units]]:
    """Several replicates at a time, each with places of its own: which they are, and their units."""
    schools = len(units.place)
    at_once = max(1, _ROWS // max(schools, 1))
    others = units.students - units.counted
    for start in range(0, replicates, at_once):
        end = min(start + at_once, replicates)
        counts = np.concatenate([draw(stream(seed, replicate)).T for replicate in range(start, end)], axis=1).T
        codes = np.arange(end - start)[:, None] * units.places + units.place
        students = counts.sum(axis=1) + np.tile(others, end - start)
        yield slice(start, end), Units(counts, students, codes.ravel(), units.places * (end - start))


def _quantile(ordered: Floats, defined: NDArray[np.intp], share: float) -> Floats:
    """The quantile of the first ``defined`` values along the first axis, in between two of them if need be."""
    position = np.maximum(defined - 1, 0) * share
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    low, high = (np.take_along_axis(ordered, rank[None], axis=0)[0] for rank in (below, above))
    return low + (high - low) * (position - below)
