"""Which seats each application claims, in which order, and how far back in line for them it stands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.lottery.acceptance import Ints

Flags = NDArray[np.bool_]

OPEN = "open"
# Whom part of a pool's seats may be set aside for: a column of numbers in the seats, one of flags in the applications.
ASIDES = {
    "outside": "students who live outside the district",
    "sibling": "siblings of students at the school",
    "proximity": "students from the school's area",
    "feeder": "students of the school's feeders",
}
# All that an application may say beside its school and rank.
FLAGS = ASIDES | {
    "present": "students at the school who lose their place, served before all others",
    "first_only": "students who want no seat that is left after the first round",
}
# Flags that go before all numbers where no seats are set aside for them, and by how much.
_AHEAD = {"sibling": 2, "proximity": 1}

# Who is served before whom, as tens before the flags' units: whom the seats are for; the rest of their pool, where they
# are set aside; other pools; and students from outside.
OWN, REST, RELEASED, FROM_OUTSIDE = range(4)
LINES = 10


def seat_classes(seats: pd.DataFrame, pools: Sequence[str]) -> pd.DataFrame:
    """Seats given in one order, a row each: of every school and pool those set aside for nobody, then for whom.

    Args:
        seats: school, pool (or ``OPEN``), seats, and of these how many are set aside, in columns of ``ASIDES``.
        pools: of the students, in the order wanted.

    Returns:
        school, pool, aside (empty for seats that are not set aside), seats_of (both in words) and seats.
    """
    asides = [name for name in seats.columns if name in ASIDES]
    every = pd.MultiIndex.from_product([sorted(set(seats["school"])), [*pools, OPEN]], names=["school", "pool"])
    given = seats.set_index(["school", "pool"])[["seats", *asides]].reindex(every, fill_value=0)
    numbers = given.assign(seats=given["seats"] - given[asides].sum(axis=1)).to_numpy(dtype=np.int64)
    table = every.repeat(1 + len(asides)).to_frame(index=False).assign(aside=["", *asides] * len(every))
    words = table["pool"].where(table["aside"].eq(""), table["pool"] + " " + table["aside"])
    return table.assign(seats_of=words, seats=numbers.ravel())


def flagged(applications: pd.DataFrame, name: str) -> Flags:
    """(applications,) a flag of ``FLAGS``; False where there is no such column."""
    if name not in applications:
        return np.zeros(len(applications), dtype=np.bool_)
    return applications[name].to_numpy(dtype=np.bool_)


def standing(applications: pd.DataFrame, asides: Collection[str]) -> Ints:
    """(applications,) who goes before whom in one line, whatever the numbers: 0 for those present, 1 to 4 by flags.

    Siblings in the area, siblings, the area, neither; whoever has seats set aside has no such precedence.
    """
    after = sum(
        (points * ~flagged(applications, name) for name, points in _AHEAD.items() if name not in asides),
        np.full(len(applications), 1 + sum(_AHEAD[name] for name in _AHEAD.keys() & set(asides))),
    )
    return np.where(flagged(applications, "present"), 0, after)


@dataclass(frozen=True)
class Line:
    """Applications that stand in line.

    Attributes:
        school, pool: (applications,) positions.
        may: (applications, set-asides) whether seats are set aside for the student.
        outside: (applications,) whether the student lives outside the district.
        seats: (schools, pools, 1 + set-asides) those that are not set aside, then those that are.
    """

    school: Ints
    pool: Ints
    may: Flags
    outside: Flags
    seats: Ints

    def claims(self, order: str | None, unfilled: str) -> Iterator[tuple[Ints, int]]:
        """What each application claims, in order.

        A student claims the seats set aside for such students, then those of the pool that are not, then those set
        aside for others, behind these; one from outside the district claims those set aside for outside alone, and
        where what is left goes outside, the others behind everyone.

        Args:
            order: when the open seats come, a key of ``OPEN_ORDERS``.
            unfilled: a key of ``UNFILLED``.

        Yields:
            (applications,) the kind of seats, a position among pools and set-asides, -1 for none; and who is served
            before whom there.
        """
        last = self.seats.shape[1] - 1
        open_ = np.full_like(self.pool, last)
        both = [(self.pool, True), (open_, False)]
        for pool, own in reversed(both) if order == "first" else both:
            yield from self._first(pool, own)
        if unfilled == "release":
            for step in range(1, last):
                yield from self._left((self.pool + step) % last, ~self.outside, RELEASED)
        if unfilled == "outside":
            for pool, _ in both:
                yield from self._left(pool, self.outside, FROM_OUTSIDE)

    def _first(self, pool: Ints, own: bool) -> Iterator[tuple[Ints, int]]:
        """The seats of one's own pool, claimed even where there are none, so that it can be told; or the open ones."""
        inside = ~self.outside
        for at, may in enumerate(self.may.T, 1):
            yield self._where(may, pool, at, own & self.outside), OWN
        yield self._where(inside, pool, 0, own & inside), OWN
        for at, may in enumerate(self.may.T, 1):
            yield self._where(inside & ~may, pool, at), REST

    def _left(self, pool: Ints, who: Flags, line: int) -> Iterator[tuple[Ints, int]]:
        """All seats of a pool, for some students, where they have no claim to them yet."""
        yield self._where(who, pool, 0), line
        for at, may in enumerate(self.may.T, 1):
            yield self._where(who & ~(may & (line == FROM_OUTSIDE)), pool, at), line

    def _where(self, who: Flags, pool: Ints, aside: int, always: Flags | bool = False) -> Ints:
        """The kind of seats for those who claim it: where there are any, or always."""
        some = who & (always | (self.seats[self.school, pool, aside] > 0))
        return np.where(some, pool * self.seats.shape[2] + aside, -1)
