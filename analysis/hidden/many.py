"""Schools whose counts of several groups, such as all races, are each known only to lie between two whole numbers."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analysis.indices import MULTIGROUP, ORDERED, Index
from analysis.units import Codes, Floats, Units


@dataclass(frozen=True)
class Many:
    """Schools nested in places, each with the least and the most students of each group that it can have.

    A *completion* is a choice of a count of each group for every school, each within its interval and together at most
    the school's students; of bands, just these.

    Attributes:
        low, high: (groups, schools) least and most students of each group, 0 ≤ low ≤ high ≤ students; equal where
            known.
        students: (schools,) all students.
        place: (schools,) code of the place each school lies in, 0 to ``places`` − 1.
        places: how many places there are.
        bands: whether the groups are bands, from the lowest to the highest, that hold every student between them. A
            place where no school can have a student of any band is of nobody.
    """

    low: Floats
    high: Floats
    students: Floats
    place: Codes
    places: int
    bands: bool = False

    @property
    def indices(self) -> dict[str, Index]:
        """The indices that compare the groups."""
        return MULTIGROUP | (ORDERED if self.bands else {})

    def over_places(self, values: Floats) -> Floats:
        """The sums of an (n, schools) array in each place, (n, places)."""
        return np.array([np.bincount(self.place, weights=each, minlength=self.places) for each in values], np.float64)

    def completed(self, counts: Floats) -> Units:
        """The units of one completion, given its (groups, schools) counts."""
        return Units(counts.T, self.students, self.place, self.places)

    @cached_property
    def room(self) -> Floats:
        """(schools,) students of all groups that a school has room for: all, or those surely counted where more."""
        room = np.maximum(self.students, self.low.sum(axis=0))
        return np.minimum(room, self.high.sum(axis=0)) if self.bands else room

    @cached_property
    def fewest(self) -> Floats:
        """(groups, places) least students of each group in the place."""
        return self.over_places(self.low)

    @cached_property
    def most(self) -> Floats:
        """(groups, places) most students of each group in the place."""
        return self.over_places(self.high)

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """(schools,) whether any of the counts is not known."""
        return np.asarray((self.high > self.low).any(axis=0))

    @cached_property
    def hidden_in_place(self) -> NDArray[np.bool_]:
        """(places,) whether any school's counts are not known."""
        return np.asarray(self.over_places(self.hidden[None].astype(np.float64))[0] > 0)

    def narrowed(self) -> Self:
        """The same completions within the narrowest intervals: a group has what the others leave."""
        most, least = (self.room - (end.sum(axis=0) - end) for end in (self.low, self.high))
        low = np.maximum(self.low, least) if self.bands else self.low
        return replace(self, low=low, high=np.maximum(np.minimum(self.high, most), self.low))

    def of_places(self, wanted: NDArray[np.bool_]) -> Self:
        """The schools with students of some places, whose codes are counted anew."""
        here = wanted[self.place] & (self.students > 0)
        code = np.cumsum(wanted) - 1
        return type(self)(
            self.low[:, here],
            self.high[:, here],
            self.students[here],
            code[self.place[here]],
            int(wanted.sum()),
            self.bands,
        )

    def filled(self, worth: Floats) -> Floats:
        """The completion in which each school's students are worth most, (groups, schools).

        Args:
            worth: (groups, schools) of a student of each group.
        """
        order = np.argsort(-worth, axis=0)
        wanted = (worth > 0) | self.bands
        width = np.take_along_axis(np.where(wanted, self.high - self.low, 0), order, axis=0)
        left = self.room - self.low.sum(axis=0)
        more = np.empty_like(self.low)
        np.put_along_axis(more, order, np.clip(left - (np.cumsum(width, axis=0) - width), 0, width), axis=0)
        return self.low + more


def combinations_before(place: Codes, number: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) in how many ways what comes before each in its place can stand, if each can in ``number`` ways."""
    order = np.argsort(place, kind="stable")
    steps = np.log(number[order])
    before = np.cumsum(steps) - steps
    found = np.empty(len(place), dtype=np.int64)
    found[order] = np.rint(np.exp(before - before[np.searchsorted(place[order], place[order])]))
    return found
