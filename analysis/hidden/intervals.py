"""Schools whose count of the group is hidden: known only to lie between two whole numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.units import Codes, Floats, Units

# Halvings of an interval of shares: to below the last digit of a number near 0.
HALVINGS = 56


@dataclass(frozen=True)
class Intervals:
    """Schools nested in places, each with the least and the most students of the group that it can have.

    Everyone not of the group is of the other group. A *completion* is a choice of one count for every school, within
    its interval and adding up to its place's total where that is known.

    Attributes:
        low, high: (schools,) least and most students of the group, 0 ≤ low ≤ high ≤ students; equal where known.
        students: (schools,) all students.
        place: (schools,) code of the place each school lies in, 0 to ``places`` − 1.
        places: how many places there are.
        total: (places,) students of the group that the place has in all, NaN where that is not known; None where no
            place's is.
    """

    low: Floats
    high: Floats
    students: Floats
    place: Codes
    places: int
    total: Floats | None = None

    def over_places(self, values: Floats) -> Floats:
        """The sum of a (schools,) array in each place."""
        return np.bincount(self.place, weights=values, minlength=self.places).astype(np.float64, copy=False)

    def completed(self, group: Floats) -> Units:
        """The units of one completion, given (schools,) students of the group."""
        counts = np.column_stack([group, self.students - group])
        return Units(counts, self.students, self.place, self.places)

    @cached_property
    def all_students(self) -> Floats:
        """(places,) students in each place."""
        return self.over_places(self.students)

    @cached_property
    def fewest(self) -> Floats:
        """(places,) least students of the group in the place."""
        return self._total_or(self.over_places(self.low))

    @cached_property
    def most(self) -> Floats:
        """(places,) most students of the group in the place."""
        return self._total_or(self.over_places(self.high))

    def _total_or(self, sums: Floats) -> Floats:
        return sums if self.total is None else np.where(np.isnan(self.total), sums, self.total)

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """(schools,) whether the count is not known."""
        return self.high > self.low

    @cached_property
    def hidden_in_place(self) -> Floats:
        """(places,) how many schools' counts are not known."""
        return self.over_places(self.hidden.astype(np.float64))

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """(places,) whether there is a completion at all: the total lies within the sums of the intervals."""
        return (self.fewest <= self.over_places(self.high)) & (self.most >= self.over_places(self.low))

    def narrowed(self) -> "Intervals":
        """The same completions within the narrowest intervals: what a total leaves to each school after the others."""
        others_low = self.over_places(self.low)[self.place] - self.low
        others_high = self.over_places(self.high)[self.place] - self.high
        low = np.maximum(self.low, self.fewest[self.place] - others_high)
        high = np.minimum(self.high, self.most[self.place] - others_low)
        impossible = ~self.possible[self.place]
        return replace(self, low=np.where(impossible, self.low, low), high=np.where(impossible, self.high, high))

    def of_places(self, wanted: NDArray[np.bool_]) -> "Intervals":
        """The schools with students of some places, whose codes are counted anew."""
        here = wanted[self.place] & (self.students > 0)
        code = np.cumsum(wanted) - 1
        return Intervals(
            self.low[here],
            self.high[here],
            self.students[here],
            code[self.place[here]],
            int(wanted.sum()),
            None if self.total is None else self.total[wanted],
        )

    def of_schools(self, wanted: NDArray[np.bool_]) -> "Intervals":
        """Some of the schools, in the same places."""
        return Intervals(self.low[wanted], self.high[wanted], self.students[wanted], self.place[wanted], self.places)


@dataclass(frozen=True)
class Range:
    """The totals of the group between which an index is defined, (places,) each."""

    fewest: Floats
    most: Floats

    @classmethod
    def of(cls, schools: Intervals, group: int, other: int) -> "Range":
        """With at least so many students of either group."""
        return cls(np.maximum(schools.fewest, group), np.minimum(schools.most, schools.all_students - other))

    def or_nan(self, values: Floats) -> Floats:
        """The values, NaN where no completion defines the index."""
        return np.where(self.fewest <= self.most, values, np.nan)


def halved(low: Floats, high: Floats, further: Callable[[Floats], NDArray[np.bool_]]) -> Floats:
    """Where ``further`` turns from true to false, by halving the interval from low to high."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        right = further(middle)
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Pieces:
    """A sum over schools at its greatest for every total of the group, as straight pieces, one a hidden school.

    Between its interval's ends each school's part is taken to run straight, which is never less than a convex part is;
    so what is greatest takes the schools to their upper ends in order of slope, steepest first.

    Attributes:
        place: (pieces,) the place of each.
        start, end: (pieces,) students of the group in the place where the piece begins and ends.
        value: (pieces,) the sum where the piece begins.
        slope: (pieces,) what one more student of the group adds to the sum.
        school: (pieces,) the row of the hidden school that changes along it.
    """

    place: Codes
    start: Floats
    end: Floats
    value: Floats
    slope: Floats
    school: Codes

    def at(self, group: Floats) -> Floats:
        """The sum at (pieces,) students of the group in the place, each on its own piece."""
        return self.value + self.slope * (group - self.start)


def within(line: Pieces, group: Range) -> tuple[Floats, Floats]:
    """Where each piece begins and ends within the range; its end lies before its start where it is outside."""
    return np.maximum(line.start, group.fewest[line.place]), np.minimum(line.end, group.most[line.place])


def pieces(schools: Intervals, at_low: Floats, at_high: Floats) -> Pieces:
    """The greatest sum of a convex part of each school, for every total of the group.

    Args:
        schools: intervals of places that each have a hidden school.
        at_low, at_high: (schools,) the part at either end of the school's interval.
    """
    rows = np.flatnonzero(schools.hidden)
    width = (schools.high - schools.low)[rows]
    slope = (at_high - at_low)[rows] / width
    order = np.lexsort((-slope, schools.place[rows]))
    rows, width, slope = rows[order], width[order], slope[order]
    place = schools.place[rows]
    first = np.searchsorted(place, place)
    start = schools.over_places(schools.low)[place] + _before(width, first)
    value = schools.over_places(at_low)[place] + _before(slope * width, first)
    return Pieces(place, start, start + width, value, slope, rows)


def _before(values: Floats, first: Codes) -> Floats:
    """The sum of the values before each one, from the row ``first`` on."""
    before = np.concatenate([[0.0], np.cumsum(values)])
    return before[:-1] - before[first]
