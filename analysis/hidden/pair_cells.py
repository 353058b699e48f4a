"""Bounds of an index of two groups by cells of ρ = A/B, the ratio of their totals; see ``pair_bounds``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.hidden.pairs import Pairs
from analysis.indices import INDICES
from analysis.units import Codes, Floats, Units

# How often the steps of ln(A/B) that can hold the bound are cut anew.
_ROUNDS = 2
# Halvings of a weight between two bounds, and improvements of the ratio for each.
_WEIGHTS = 8
_PRICES = 2
# Wider than rounding, narrower than any digit shown.
_SLIVER = 1e-9


@dataclass(frozen=True)
class End:
    """One end of what an index can be, (places,), and whether a completion attains it."""

    value: Floats
    attained: NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """A copy of every place for each cell of ρ = A/B: arrays are (copies,), or by copies of the schools, in order.

    Attributes:
        schools: intervals of places that each have a hidden count.
        start, end: (copies,) the ρ at which the cell begins and ends.
        number: how many cells there are.
    """

    schools: Pairs
    start: Floats
    end: Floats
    number: int

    @cached_property
    def hidden(self) -> Codes:
        """The rows of schools with a hidden count."""
        return np.flatnonzero(self.schools.hidden)

    @cached_property
    def known(self) -> Codes:
        """The rows of the other schools."""
        return np.flatnonzero(~self.schools.hidden)

    def copied(self, values: Floats, rows: Codes) -> Floats:
        """Values of some schools, along the last axis, once for each cell."""
        return np.concatenate([values[..., rows]] * self.number, axis=-1)

    def code(self, rows: Codes) -> Codes:
        """The copy that each copy of some schools lies in."""
        return (np.arange(self.number)[:, None] * self.schools.places + self.schools.place[rows]).ravel()

    @cached_property
    def rows(self) -> Codes:
        """The school that each copy of a hidden school is."""
        return np.tile(self.hidden, self.number)

    @cached_property
    def of_hidden(self) -> Codes:
        """The copy that each copy of a hidden school lies in."""
        return self.code(self.hidden)

    def over(self, values: Floats, code: Codes) -> Floats:
        """The sums of (n, rows) values in each copy, (n, copies)."""
        return np.array([np.bincount(code, weights=each, minlength=len(self.start)) for each in values], np.float64)

    @cached_property
    def known_counts(self) -> Floats:
        """(2, copies) students of each group in schools that are known."""
        return self.over(self.copied(self.schools.low, self.known), self.code(self.known))

    @cached_property
    def fewest(self) -> Floats:
        """(2, copies) least students of each group where both have any."""
        return np.tile(np.maximum(self.schools.fewest, 1), self.number)

    @cached_property
    def most(self) -> Floats:
        """(2, copies) most students of each group."""
        return np.tile(np.maximum(self.schools.most, 1), self.number)

    def completed(self, counts: Floats) -> Units:
        """The units of a completion of each copy, given the counts of its hidden schools."""
        everyone = np.arange(len(self.schools.place))
        every = self.copied(self.schools.low, everyone).reshape(2, self.number, -1)
        every[:, :, self.hidden] = counts.reshape(2, self.number, -1)
        students = self.copied(self.schools.students, everyone)
        return Units(every.reshape(2, -1).T, students, self.code(everyone), len(self.start))


# What bounds an index in each copy, and the counts of hidden schools that it was found at.
InCells = Callable[[Cells], tuple[Floats, Floats]]


def either(schools: Pairs, name: str, even: InCells, uneven: InCells, steps: int) -> tuple[End, End]:
    """The least and the greatest of an index in each place, by so many cells."""
    low, high = searched(schools, name, even, -1, steps), searched(schools, name, uneven, 1, steps)
    return End(-low.value, low.attained), high


def searched(schools: Pairs, name: str, bound_in: InCells, sign: int, steps: int) -> End:
    """The greatest of an index times a sign in each place: cells that cannot hold it are left, the others cut anew."""
    fewest, most = np.maximum(schools.fewest, 1), np.maximum(schools.most, 1)
    first, last = np.log(fewest[0] / most[1]) - _SLIVER, np.log(most[0] / fewest[1]) + _SLIVER
    best = np.full(schools.places, -np.inf)
    for _ in range(_ROUNDS):
        edges = first + (last - first) * np.linspace(0, 1, steps + 1)[:, None]
        cells = Cells(schools, np.exp(edges[:-1]).ravel(), np.exp(edges[1:]).ravel(), steps)
        bound, counts = bound_in(cells)
        attained = INDICES[name].function(cells.completed(counts))
        best = np.fmax(best, np.fmax.reduce(sign * attained.reshape(steps, -1)))
        by_cell = sign * bound.reshape(steps, -1)
        greatest = by_cell.max(axis=0)
        kept = by_cell >= np.minimum(best, greatest)
        first = np.where(kept, edges[:-1], np.inf).min(axis=0)
        last = np.where(kept, edges[1:], -np.inf).max(axis=0)
    greatest = np.maximum(greatest, best)
    return End(greatest, greatest <= best + _SLIVER)


@dataclass(frozen=True)
class Ratio:
    """A ratio of sums over schools, for each copy, at two ends: any mean of the two, and so the greatest, is a bound.

    Attributes:
        points: (points, 2, rows) the counts that each copy of a hidden school is tried at.
        parts: (2 ends, points, rows) what it then adds to the numerator.
        known: (2 ends, copies) what known schools add to it.
        per: (2 ends, 2, copies) what a student of each group adds to the denominator.
    """

    points: Floats
    parts: Floats
    known: Floats
    per: Floats


def least(cells: Cells, of: Ratio) -> tuple[Floats, Floats]:
    """The greatest mean's least ratio in each copy, never more than it is, and the counts that it was found at.

    For any weight w and any ratio r, the numerator less r times the denominator is least with every school at the point
    where its own part is; where that is 0, r is the ratio. Else it is at least r and what is short, over the
    denominator at its least or most. Once r is right, w is too small where the second end's is the larger.
    """
    code, rows = cells.of_hidden, np.arange(of.points.shape[2])
    one, other = np.zeros(len(cells.start)), np.ones(len(cells.start))
    value, bound = np.zeros(len(cells.start)), np.full(len(cells.start), -np.inf)
    for _ in range(_WEIGHTS):
        weight = (one + other) / 2
        per = of.per[0] + weight * (of.per[1] - of.per[0])
        mixed = of.parts[0] + weight[code] * (of.parts[1] - of.parts[0])
        for _ in range(_PRICES):
            price = (value * per)[:, code]
            at = np.argmin(mixed - price[0] * of.points[:, 0] - price[1] * of.points[:, 1], axis=0)
            counts = of.points[at, :, rows].T
            top = of.known + cells.over(of.parts[:, at, rows], code)
            below = (of.per * (cells.known_counts + cells.over(counts, code))).sum(axis=1)
            numerator, denominator = (ends[0] + weight * (ends[1] - ends[0]) for ends in (top, below))
            short = numerator - value * denominator
            reached = np.where(short < 0, (per * cells.fewest).sum(axis=0), (per * cells.most).sum(axis=0))
            bound = np.maximum(bound, value + short / reached)
            rises = top[1] - top[0] > value * (below[1] - below[0])
            value = np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1), value)
        one, other = np.where(rises, weight, one), np.where(rises, other, weight)
    return bound, counts


def on_edges(schools: Pairs, rows: Codes, b_per_a: Floats, a_per_b: Floats, share: Floats) -> Floats:
    """Points on the edges of each school's completions, (5, 2, rows): where each comes nearest to a mix of the groups.

    Args:
        schools: the schools.
        rows: the school of each row.
        b_per_a, a_per_b: (rows,) how many of the other group are sought for one of the first on the edges along which
            that is at its least and its most, and likewise the other way round.
        share: (rows,) the share of the group sought where the school is full.
    """
    (a, b), (most_a, most_b), room = schools.low[:, rows], schools.high[:, rows], schools.room[rows]
    full = np.clip(room * share, np.clip(room - most_b, a, most_a), most_a)
    return np.array(
        [
            *([each, np.clip(each * b_per_a, b, np.minimum(most_b, room - each))] for each in (a, most_a)),
            *([np.clip(each * a_per_b, a, np.minimum(most_a, room - each)), each] for each in (b, most_b)),
            [full, np.minimum(room - full, most_b)],
        ]
    )
