"""What a scenario's draws come to: figures of every year with their range over replicates."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.indices import INDICES
from analysis.policy.assign import Assignment, years
from analysis.policy.draw import Ints, Lottery
from analysis.policy.ground import Ground
from analysis.policy.scenario import Scenario
from analysis.units import Floats, Units, ratio

LOW, HIGH = 0.05, 0.95
BALANCED = (0.4, 0.6)
HIGH_POVERTY = 0.75  # NCES, Condition of Education: more than 75 % eligible for free or reduced-price lunch
REPORTED = ("dissimilarity", "variance_ratio", "exposure", "theil_h")
# Replicates are drawn this many at a time: few enough to hold their flows at once, and always all of them, so that
# the same seed gives the same first replicates however many follow.
CHUNK = 100


@dataclass(frozen=True)
class Change:
    """A figure before and after, and the 5–95 % range of the replicates around the latter; NaN where undefined."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True)
class Spread:
    """What is kept of each replicate.

    Attributes:
        after: (2, replicates, n) students of each group at each school after the last year.
        figures: (years, replicates) of each figure of ``figures`` and of students moved.
        miles: (2, replicates) miles that the students of each group who moved travel more, together.
        movers: (2, replicates) those of them whose distance is known.
    """

    after: Ints
    figures: dict[str, Floats]
    miles: Floats
    movers: Ints


def spread(
    ground: Ground, scenario: Scenario, replicates: int, seed: int, still: Callable[[], object] = lambda: None
) -> Spread:
    """The scenario by lottery, ``replicates`` times; memory beyond a chunk grows only by what is kept.

    Args:
        ground, scenario: the policy where it is held.
        replicates, seed: as ``analysis.policy.outcome.simulate``.
        still: called after each year of each chunk, in a thread of its own; what it raises ends all.
    """

    def drawn(chunk: int) -> Iterator[Assignment]:
        for year in years(ground, scenario, Lottery((seed, chunk)), CHUNK):
            still()
            yield year

    def part(chunk: int) -> Spread:
        return reduced(ground, scenario, drawn(chunk))

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # NumPy lets others run while it draws
        parts = list(threads.map(part, range(-(-replicates // CHUNK))))
    return Spread(
        np.concatenate([part.after for part in parts], axis=1)[:, :replicates],
        {
            name: np.concatenate([part.figures[name] for part in parts], axis=1)[:, :replicates]
            for name in parts[0].figures
        },
        np.concatenate([part.miles for part in parts], axis=1)[:, :replicates],
        np.concatenate([part.movers for part in parts], axis=1)[:, :replicates],
    )


def reduced(ground: Ground, scenario: Scenario, done: Iterable[Assignment]) -> Spread:
    """What is kept of some replicates, given at the end of each year; no year is held beside the next."""
    own = ground.inside & covered(ground.schools, scenario)
    each = []
    for last in done:
        each.append(figures(last.after[:, :, own]) | {"moved": last.moved.astype(np.float64)})
    miles, movers = np.zeros(last.after.shape[:2]), np.zeros(last.after.shape[:2], dtype=np.int64)
    for moves in last.moves:
        known, students = np.isfinite(far := ground.miles[moves.host]), moves.won + moves.sent
        miles += students @ np.where(known, far, 0.0)
        movers += students @ known.astype(np.int64)
    return Spread(last.after, {name: np.stack([year[name] for year in each]) for name in each[0]}, miles, movers)


def covered(schools: pd.DataFrame, scenario: Scenario) -> NDArray[np.bool_]:
    """(n,) whether the scenario's indices cover each school."""
    if scenario.level is None:
        return np.ones(len(schools), dtype=bool)
    return (schools["level"] == scenario.level).to_numpy(dtype=bool)


def figures(students: Ints) -> dict[str, Floats]:
    """Figures of (2, replicates, schools) students, each (replicates,).

    The indices of ``REPORTED``; ``balanced`` and ``high_poverty``, the shares of students in schools with 40–60 % and
    with at least 75 % ED.
    """
    _, replicates, schools = students.shape
    counts = np.asfortranarray(students.reshape(2, -1).T.astype(np.float64))
    return figures_of(Units(counts, counts.sum(axis=1), np.repeat(np.arange(replicates), schools), replicates))


def figures_of(units: Units) -> dict[str, Floats]:
    """The same of each place of ED and other students."""
    share = ratio(units.counts[:, 0], units.students)
    within = {"balanced": (share >= BALANCED[0]) & (share <= BALANCED[1]), "high_poverty": share >= HIGH_POVERTY}
    found = {name: INDICES[name].function(units) for name in REPORTED}
    for name, which in within.items():
        found[name] = ratio(units.over_places(np.where(which, units.students, 0.0)), units.students_total)
    return found


def low_high(values: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The 5th and 95th percentile over the first axis, each a value that occurred."""
    low, high = np.quantile(values.astype(np.float64), [LOW, HIGH], axis=0, method="inverted_cdf")
    return low, high


def middle(values: NDArray[np.generic]) -> Floats:
    """The median over the first axis, a value that occurred: of an even number the lower of the two in the middle."""
    found: Floats = np.quantile(values.astype(np.float64), 0.5, axis=0, method="inverted_cdf")
    return found
