"""Who came to a host by its lotteries of one year, who kept a seat and who left it."""

from dataclasses import dataclass

import numpy as np

from analysis.policy.draw import Ints


@dataclass
class Intake:
    """Who came to a host, who kept a seat and who left it, in whole students. Groups: 0 is ED, 1 is all others.

    Attributes:
        seats: (pools, replicates) seats of each pool.
        freed: (2, replicates) students present whose places the lotteries are about.
        kept: (pools, 2, replicates) those of them who take one of the seats.
        won: (pools, 2, replicates, n) students drawn from each school.
        sent: (2, replicates, n) students who give up their place and go to each school.
        offered: (pools, replicates) seats that those present leave to be drawn in the pool.
        applied, applied_inside: (pools, replicates) students who apply for a drawn seat of the pool, and those of them
            from the district.
        admitted, admitted_inside: (pools, replicates) those of them who get one, or one that another pool leaves empty.
        waiting: (pools, replicates) those who would take one and get none.
        second: (pools, replicates) seats filled in a second round.
    """

    seats: Ints
    freed: Ints
    kept: Ints
    won: Ints
    sent: Ints
    offered: Ints
    applied: Ints
    applied_inside: Ints
    admitted: Ints
    admitted_inside: Ints
    waiting: Ints
    second: Ints

    @property
    def filled(self) -> Ints:
        """(pools, replicates) students who hold a seat of each pool."""
        found: Ints = self.kept.sum(axis=1) + self.won.sum(axis=(1, 3))
        return found

    @property
    def open(self) -> Ints:
        """(pools, replicates) seats of each pool still empty; below 0 where a pool took over another's."""
        return self.seats - self.filled

    def still_open(self, pool: int) -> Ints:
        """(replicates,) seats of a pool to draw; another pool's students may hold them where nobody has to leave."""
        open_ = self.open
        return np.clip(open_[pool], 0, np.maximum(open_.sum(axis=0), 0))

    def arrived(self) -> Ints:
        """(2, replicates, n) students drawn from each school."""
        return self.won.sum(axis=0)
