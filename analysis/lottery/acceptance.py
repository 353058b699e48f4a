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
_BITS = 63  # of a whole number that may be negative


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
    def _places(self) -> tuple[Codes, Ints]:
        """``group`` and ``edges``."""
        priorities = int(self.priority.max(initial=0)) + 1
        none = len(self.seats) * priorities
        codes = np.minimum(self.seat_class * priorities + self.priority, none)
        used = np.bincount(codes.ravel(), minlength=none + 1) > 0
        used[-1] = False
        dense: Ints = np.cumsum(used) - used
        short: Codes = dense.astype(np.min_scalar_type(dense[-1]))[codes]
        group = np.pad(short, ((0, 0), (0, 1)), constant_values=dense[-1])
        return group, dense[::priorities]

    @property
    def group(self) -> Codes:
        """(students, most claims + 1) class and priority as one code, ascending in both; the last is for no claim.

        Only those that some claim has count, so that a code takes few bits.
        """
        return self._places[0]

    @property
    def edges(self) -> Ints:
        """(classes + 1,) the code at which each class begins."""
        return self._places[1]

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
    codes, edges, low = _short(claims, numbers) if _fits(claims, numbers) else _ranked(claims, numbers)
    return _accepted(codes, edges, low, claims.seats)


def _fits(claims: Claims, numbers: Codes) -> bool:
    """Whether a claim's class, priority, number and student fit in 63 bits, as those of any city's further draws do."""
    students, none = claims.seat_class.shape[0], int(claims.edges[-1])
    return numbers.dtype.itemsize * 8 + none.bit_length() + students.bit_length() <= _BITS


def _short(claims: Claims, numbers: Codes) -> tuple[Ints, Ints, int]:
    """Claims as codes of class, priority and number; the class and priority at which each class begins; and how many
    low bits of a code are the number's.
    """
    low = numbers.dtype.itemsize * 8
    codes = claims.group.astype(np.int64) << low
    codes[:, :-1] |= numbers.astype(np.int64).reshape(len(numbers), -1)
    return codes, claims.edges, low


def _ranked(claims: Claims, numbers: Codes) -> tuple[Ints, Ints, int]:
    """Claims as their ranks ``in_order``, the rank at which each class begins, and no low bits."""
    order = in_order(claims, numbers)
    edges = np.searchsorted(claims.seat_class.ravel()[order], np.arange(len(claims.seats) + 1))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.minimum(np.arange(len(order)), edges[-1])
    return np.pad(ranks.reshape(claims.seat_class.shape), ((0, 0), (0, 1)), constant_values=edges[-1]), edges, 0


def _accepted(codes: Ints, edges: Ints, low: int, seats: Ints) -> Ints:
    """(rows,) the column each row ends at.

    In every round, classes with more claims than seats refuse those last in order, and the students refused make their
    next claim. Whoever is not before the first refused of a class is never admitted to it later, so such claims are
    passed over at once. A claim and its row are one whole number, since those are sorted fastest of all.

    Args:
        codes: (rows, columns) a class serves low codes first and, of equal ones, upper rows; none is at the last edge.
        edges: (classes + 1,) where each class begins in the codes without their low bits.
        low: how many those are.
        seats: (classes,) how many seats it has.
    """
    rows, columns = codes.shape
    flat, bits = codes.ravel(), rows.bit_length()
    high = int(edges[-1]).bit_length() + low + bits
    classes = np.arange(len(seats) + 1, dtype=np.min_scalar_type(len(seats)))
    class_of = np.repeat(classes, np.append(np.diff(edges), 1))  # by code without its low bits
    starts = edges << (low + bits)
    limit = np.append(starts[1:], (edges[-1] + 1) << (low + bits))  # by class: the claim from which it refuses
    start = np.arange(0, rows * columns, columns)
    at = start.copy()
    held = _in_order((flat.take(at) << bits) | np.arange(rows), high)
    while True:
        begin = np.searchsorted(held, starts)
        more = np.diff(begin) - seats
        over = np.flatnonzero(more > 0)
        if not len(over):
            return np.where(class_of[flat[at] >> low] == len(seats), columns - 1, at - start)
        last, many = begin[over] + seats[over], more[over]  # where each class's refused ones begin
        limit[over] = held[last]
        gone = np.repeat(last - np.cumsum(many) + many, many) + np.arange(many.sum())
        refused, claims = held[gone] & ((1 << bits) - 1), []
        while len(refused):
            following = at.take(refused) + 1
            at[refused] = following
            code = flat.take(following)
            claim = (code << bits) | refused
            before = claim < limit.take(class_of.take(code >> low))
            claims.append(claim.compress(before))
            refused = refused.compress(~before)
        held = np.concatenate((np.delete(held, gone), _in_order(np.concatenate(claims), high)))
        held.sort(kind="stable")  # which only merges two sorted runs


def _in_order(claims: Ints, high: int) -> Ints:
    """Claims sorted: first by the highest 16 of ``high`` bits, which NumPy counts, then what little is left.

    Sorted at once they take two to four times as long where NumPy's vectorised sort is slow.
    """
    first = np.argsort((claims >> max(high - 16, 0)).astype(np.uint16), kind="stable")
    return np.sort(claims[first], kind="stable")
