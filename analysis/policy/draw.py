"""Whole students drawn from schools: by lottery, once a replicate, or as the draw is expected to fall.

All arrays are (replicates, schools) or (replicates,), whole numbers. Both ways of drawing answer the same questions, so
the engine does not know which one it holds.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def round_half_up(values: "NDArray[np.floating[Any]]") -> Ints:
    """The nearest whole number, halves up; a product like 50 × 0.29 counts as the 14.5 that is meant."""
    return np.floor(values + (0.5 + 1e-9)).astype(np.int64)


class Draw(Protocol):
    """A way to settle what chance decides."""

    def applicants(self, students: Ints, willing: float | Floats) -> Ints:
        """How many of the students there apply when each would with probability ``willing``; any shapes that agree."""

    def winners(self, candidates: Ints, seats: Ints) -> Ints:
        """How many candidates of each school get one of the seats, all candidates alike; seats ≤ candidates."""

    def among(self, sample: Ints, marked: Ints, everyone: Ints) -> Ints:
        """How many of a sample of each school's students are marked, as so many of everyone there are; any shapes."""


class Lottery:
    """Chance, settled at random: one independent draw a replicate, the same for the same seed."""

    def __init__(self, seed: int | tuple[int, ...]) -> None:
        """Start from a seed."""
        self._random = np.random.default_rng(seed)

    def applicants(self, students: Ints, willing: float | Floats) -> Ints:
        """A binomial draw for each school."""
        return self._random.binomial(students, willing)

    def winners(self, candidates: Ints, seats: Ints) -> Ints:
        """A multivariate hypergeometric draw for each replicate.

        The schools are halved again and again, and each half's share of the seats is hypergeometric given the seats of
        both: log₂(schools) steps, each over all replicates and halves at once. Where there is a seat for everyone, or
        none, nothing is left to chance.
        """
        some = np.flatnonzero(candidates.any(axis=0))  # schools without a candidate would only be carried along
        urn = candidates[:, some]
        everyone = urn.sum(axis=1)
        won = urn * (seats == everyone)[:, None]
        rows = np.flatnonzero((seats > 0) & (seats < everyone))
        if len(rows):
            won[rows] = self._split(urn[rows], seats[rows])
        drawn = np.zeros_like(candidates)
        drawn[:, some] = won
        return drawn

    def among(self, sample: Ints, marked: Ints, everyone: Ints) -> Ints:
        """A hypergeometric draw for each school; where all are in the sample, or all or none marked, none is left."""
        sample, marked, everyone = np.broadcast_arrays(sample, marked, everyone)
        found: Ints = np.where(marked < everyone, np.minimum(marked, sample), sample)
        chance = (sample > 0) & (sample < everyone) & (marked > 0) & (marked < everyone)
        found[chance] = self._random.hypergeometric(marked[chance], (everyone - marked)[chance], sample[chance])
        return found

    def _split(self, candidates: Ints, seats: Ints) -> Ints:
        replicates, schools = candidates.shape
        width = 1 << max(schools - 1, 0).bit_length()
        sizes = [np.zeros((replicates, width), dtype=np.int64)]
        sizes[0][:, :schools] = candidates
        while sizes[-1].shape[1] > 1:
            sizes.append(sizes[-1][:, ::2] + sizes[-1][:, 1::2])
        won = seats  # of every replicate and half, in one row
        for size in reversed(sizes[:-1]):
            halves, at = size.ravel(), np.flatnonzero(won)
            first = self._random.hypergeometric(halves[2 * at], halves[2 * at + 1], won[at])
            both = np.zeros_like(halves)
            both[2 * at], both[2 * at + 1] = first, won[at] - first
            won = both
        return won.reshape(replicates, width)[:, :schools]


class Expected:
    """Chance, settled as expected and rounded to whole students: no randomness at all.

    What schools have together is rounded, one school after the other, so that the schools of any stretch of the table
    have what they are expected to, give or take one. Were each school's part rounded by itself, the same schools would
    have all wherever parts are of less than a student: those with the largest.
    """

    def applicants(self, students: Ints, willing: float | Floats) -> Ints:
        """The expected number for each school, halves rounded up."""
        expected = students * willing
        return _in_turn(expected) if expected.ndim > 1 else round_half_up(expected)

    def winners(self, candidates: Ints, seats: Ints) -> Ints:
        """Seats in proportion to candidates."""
        total = np.maximum(candidates.sum(axis=1, keepdims=True), 1)
        return _in_turn(candidates * seats[:, None] / total)

    def among(self, sample: Ints, marked: Ints, everyone: Ints) -> Ints:
        """The sample's part of the marked, rounded in turn: up or down, so never more than there are."""
        return _in_turn(sample * marked / np.maximum(everyone, 1))


def _in_turn(expected: "NDArray[np.floating[Any]]") -> Ints:
    """Whole numbers on the last axis whose sums are those expected, rounded; none is more than one off its own."""
    return np.diff(round_half_up(np.cumsum(expected, axis=-1)), axis=-1, prepend=0)


def first_served(candidates: Ints, seats: Ints, order: NDArray[np.intp]) -> Ints:
    """Seats go to the candidates of the first school in the order, then of the next, until they are gone.

    Args:
        candidates: (replicates, schools).
        seats: (replicates,) at most the candidates.
        order: (schools,) positions of the schools, first served first.
    """
    queue = candidates[:, order]
    before = np.cumsum(queue, axis=1) - queue
    served = np.empty_like(candidates)
    served[:, order] = np.clip(seats[:, None] - before, 0, queue)
    return served


def drawn(
    draw: Draw,
    candidates: Ints,
    seats: Ints,
    order: NDArray[np.intp] | None = None,
    turnout: Ints | None = None,
) -> Ints:
    """Seats drawn among candidates of several kinds at several schools.

    Args:
        draw: how chance is settled.
        candidates: (kinds, replicates, schools), such as groups.
        seats: (replicates,) seats; those beyond the candidates stay empty.
        order: (schools,) schools whose candidates are served first; None where all candidates are alike. Within a
            school all are alike.
        turnout: how many of them would take a seat: (kinds, replicates, schools), or without an order (kinds,
            replicates, 1) of all schools together; None for all candidates.

    Returns:
        (kinds, replicates, schools) those who get a seat.
    """
    kinds, replicates, schools = candidates.shape
    if not kinds or not seats.any():
        return np.zeros_like(candidates)
    seats = np.minimum(seats, (candidates if turnout is None else turnout).sum(axis=(0, 2)))
    if order is not None:
        return _in_order(draw, candidates if turnout is None else turnout, seats, order)
    if turnout is not None:
        of_kind = draw.winners(turnout[..., 0].T, seats).T
        return draw.winners(candidates.reshape(-1, schools), of_kind.ravel()).reshape(candidates.shape)
    urn = np.moveaxis(candidates, 0, 1).reshape(replicates, -1)
    return np.moveaxis(draw.winners(urn, seats).reshape(replicates, kinds, schools), 1, 0)


def _in_order(draw: Draw, candidates: Ints, seats: Ints, order: NDArray[np.intp]) -> Ints:
    """Seats drawn as in ``drawn``, one school after the other."""
    kinds, replicates, schools = candidates.shape
    served = first_served(candidates.sum(axis=0), seats, order)
    if kinds == 1:
        return served[None]
    split = draw.winners(np.moveaxis(candidates, 0, -1).reshape(-1, kinds), served.ravel())
    return np.moveaxis(split.reshape(replicates, schools, kinds), -1, 0)
