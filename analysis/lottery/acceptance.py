"""Student-proposing deferred acceptance (Gale & Shapley 1962) in rounds over all students at once.

Students claim *seat classes*: a school's seats of one pool, or its open ones. A school that fills its classes in an
order is a student who claims them in that order, which makes reserves of any precedence plain deferred acceptance
(Kominers & Sönmez 2016, "Matching with slot-specific priorities"): each class keeps the first of its claimants.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.lottery.numbers import words

Ints = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Claims:
    """Who may take which seats.

    Attributes:
        seat_class: (students, most claims) the seats that each student claims first, second …; ``len(seats)`` where
            there is no further claim.
        priority: (students, most claims) served before any with a higher one, whatever the numbers.
        seats: (classes,) how many seats each class has.
    """

    seat_class: Ints
    priority: Ints
    seats: Ints

    @cached_property
    def priorities(self) -> int:
        """How many priorities there can be in a class."""
        return int(self.priority.max(initial=0)) + 1

    @cached_property
    def group(self) -> Codes:
        """(students, most claims + 1) class and priority as one code, ascending in both; the last is for no claim."""
        none = len(self.seats) * self.priorities
        codes = np.minimum(self.seat_class * self.priorities + self.priority, none)
        return np.pad(codes, ((0, 0), (0, 1)), constant_values=none).astype(np.min_scalar_type(none))

    @property
    def none(self) -> int:
        """What stands for the claim of a student who gets none of the seats claimed."""
        return self.seat_class.shape[1]


def in_order(claims: Claims, numbers: Codes) -> Ints:
    """Every claim, flattened, as it is served: class after class, by priority, then the lowest number first.

    Claims alike in all three, which 64-bit numbers rule out in practice, stand in the order of the students.

    Args:
        claims: the market.
        numbers: (students,) or (students, most claims) lottery numbers.
    """
    group = claims.group[:, :-1]
    if numbers.ndim == 1:
        queue = np.lexsort(words(numbers))
        sorted_ = np.argsort(group.take(queue, axis=0).ravel(), kind="stable")
        row, column = np.divmod(sorted_, max(claims.none, 1))
        return queue[row] * claims.none + column
    return np.lexsort([*words(numbers.ravel()), group.ravel()])


def deferred_acceptance(claims: Claims, numbers: Codes) -> Ints:
    """(students,) by which claim each has a seat in the end: 0 for the first …, ``claims.none`` for no seat.

    The outcome is the stable one that every student likes best, whoever claims first, and no student gains by another
    list (Gale & Shapley 1962; Dubins & Freedman 1981; Roth 1982).

    Args:
        claims: the market.
        numbers: (students,) or (students, most claims) lottery numbers; the lowest is first.
    """
    if numbers.ndim == 1:  # students arranged by number: within a group they then stand as they are served
        queue = np.lexsort(words(numbers))
        codes, edges = claims.group.take(queue, axis=0), np.arange(len(claims.seats) + 1) * claims.priorities
    else:
        queue = np.arange(len(numbers))
        codes, edges = _ranked(claims, numbers)
    held = np.empty(len(queue), dtype=np.int64)
    held[queue] = _accepted(codes, edges, claims.seats)
    return held


def _ranked(claims: Claims, numbers: Codes) -> tuple[Codes, Ints]:
    """Claims as their ranks ``in_order``, padded as ``Claims.group``, and the rank at which each class begins."""
    order = in_order(claims, numbers)
    edges = np.searchsorted(claims.seat_class.ravel()[order], np.arange(len(claims.seats) + 1))
    ranks = np.empty(len(order), dtype=np.uint32)
    ranks[order] = np.minimum(np.arange(len(order)), edges[-1])
    return np.pad(ranks.reshape(numbers.shape), ((0, 0), (0, 1)), constant_values=edges[-1]), edges


def _accepted(codes: Codes, edges: Ints, seats: Ints) -> Ints:
    """(rows,) the column each row ends at.

    In every round, classes with more claims than seats refuse those last in order, and the students refused make their
    next claim. Whoever is not before the first refused of a class is never admitted to it later, so such claims are
    passed over at once.

    Args:
        codes: (rows, columns) a class serves low codes first and, of equal ones, upper rows; ``edges[-1]`` is no claim.
        edges: (classes + 1,) the code at which each class begins.
        seats: (classes,) how many it has.
    """
    rows, columns = codes.shape
    flat = codes.ravel()
    classes = np.arange(len(seats) + 1, dtype=np.min_scalar_type(len(seats)))
    class_of = np.repeat(classes, np.append(np.diff(edges), 1))  # by code
    limit = np.append(edges[1:], edges[-1] + 1) * rows  # by class: the code and row from which it refuses, as one
    start = np.arange(0, rows * columns, columns)
    at = start.copy()
    now = flat[at]
    wanted = class_of[now]
    count = np.bincount(wanted, minlength=len(classes))
    while len(over := np.flatnonzero(count[:-1] > seats)):
        crowded = np.zeros(len(classes), dtype=np.bool_)
        crowded[over] = True
        claiming = np.flatnonzero(crowded[wanted])
        served = claiming[np.lexsort(words(now[claiming]))]
        kept, many = seats[over], count[over] - seats[over]
        last = np.cumsum(count[over]) - many  # where each class's refused ones begin
        limit[over] = now[served[last]].astype(np.int64) * rows + served[last]
        refused = served[np.repeat(last - np.cumsum(many) + many, many) + np.arange(many.sum())]
        count[over] = kept
        while len(refused):
            following = at[refused] + 1
            code = flat[following]
            of = class_of[code]
            at[refused], now[refused], wanted[refused] = following, code, of
            before = code.astype(np.int64) * rows + refused < limit[of]
            count += np.bincount(of.compress(before), minlength=len(classes))
            refused = refused.compress(~before)
    return np.where(wanted == len(seats), columns - 1, at - start)
