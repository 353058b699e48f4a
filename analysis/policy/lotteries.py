"""One host's lotteries of one year, over all replicates at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.policy.draw import Draw, Ints, drawn, round_half_up
from analysis.policy.ground import Ground
from analysis.policy.pools import ED, OTHER, Pools
from analysis.policy.scenario import Scenario


@dataclass
class Intake:
    """Who came to a host, who kept a seat and who left it, in whole students. Groups: 0 is ED, 1 is all others.

    Attributes:
        seats: (pools, replicates) seats of each pool.
        freed: (2, replicates) students present whose places the lotteries are about.
        kept: (pools, 2, replicates) those of them who take one of the seats.
        won: (pools, 2, replicates, n) students drawn from each school.
        sent: (2, replicates, n) students who give up their place and go to each school.
        applied: (pools, replicates) students who apply for a drawn seat of the pool.
        waiting: (pools, replicates) those who would take one and get none.
    """

    seats: Ints
    freed: Ints
    kept: Ints
    won: Ints
    sent: Ints
    applied: Ints
    waiting: Ints

    @property
    def offered(self) -> Ints:
        """(pools, replicates) seats that those present leave to be drawn."""
        return self.seats - self.kept.sum(axis=1)

    @property
    def open(self) -> Ints:
        """(pools, replicates) seats of each pool still empty; below 0 where a pool took over another's."""
        return self.seats - self.kept.sum(axis=1) - self.won.sum(axis=(1, 3))

    def still_open(self, pool: int) -> Ints:
        """(replicates,) seats of a pool to draw; another pool's students may hold them where nobody has to leave."""
        open_ = self.open
        return np.clip(open_[pool], 0, np.maximum(open_.sum(axis=0), 0))

    def arrived(self) -> Ints:
        """(2, replicates, n) students drawn from each school."""
        return self.won.sum(axis=0)


@dataclass(frozen=True)
class Lottery:
    """A host's lotteries: the ground, the rules and how chance is settled."""

    ground: Ground
    scenario: Scenario
    pools: Pools
    host: int
    draw: Draw

    def run(self, present: Ints, left: Ints, declining: Ints | None) -> Intake:
        """Fill the seats.

        As many places as there are seats come free among those present. They keep their seats first, each in the pool
        of their own class. What is left of a pool is drawn from those who would take a seat: the outside share from
        outside the district, then each set-aside, then the rest from inside. Those present who found no seat take the
        places that the drawn students left, or, where there are too few, go to the district's schools of the same
        grades in proportion to enrolment.

        Args:
            present: (2, replicates) students present who may be asked to give up their places.
            left: (classes, 2, replicates, n) students who would take a seat at the host if it were offered; loses those
                who get one.
            declining: (classes, 2, replicates, n) students who apply but would decline; None for nobody.
        """
        replicates = present.shape[1]
        total = int(self.ground.seats[self.host])
        beside = self.scenario.hosts[self.host].magnet
        room = np.zeros(replicates, dtype=np.int64) if beside else np.minimum(total, present.sum(axis=0))
        freed = self.draw.winners(present.T, room).T
        rest = self._classed(freed)
        seats = np.repeat(self.pools.seats[self.host][:, None], replicates, axis=1)
        if self.scenario.unfilled == "lower":
            seats = self._lowered(seats, rest, left)
        kept = np.zeros((len(seats), 2, replicates), dtype=np.int64)
        won = np.zeros((len(seats), *left.shape[1:]), dtype=np.int64)
        intake = Intake(seats, freed, kept, won, np.zeros_like(won[0]), np.zeros_like(seats), np.zeros_like(seats))
        self._keep(intake, rest, left)
        for pool in range(len(seats)):
            intake.applied[pool] = self._asking(pool, left if declining is None else left + declining)
            self._fill(intake, pool, left, self._stages(intake, pool))
        self._refill(intake, rest, left)
        for pool in range(len(seats)):
            intake.waiting[pool] = self._asking(pool, left)
        intake.sent = self._sent(rest.sum(axis=0), intake.arrived())
        return intake

    def _classed(self, freed: Ints) -> Ints:
        """(classes, 2, replicates) those present whose places come free, by what the lottery takes them for."""
        shares = self.pools.classes[:, :, self.ground.hosts[self.host]]
        return split(self.draw, freed, shares[:, :, None])

    def _keep(self, intake: Intake, rest: Ints, candidates: Ints) -> None:
        """Those present take the seats that are theirs; ``rest`` keeps those who found none."""
        for pool, seats in enumerate(intake.seats):
            own = rest[self.pools.opened(pool)]
            urn = np.moveaxis(own, 2, 0).reshape(len(seats), -1)
            wanted = np.minimum(seats, urn.sum(axis=1))
            if self.scenario.stay == "always":
                wanted = urn.sum(axis=1)
            elif self.scenario.stay == "drawn":
                rivals = candidates[self.pools.opened(pool)].sum(axis=(0, 1, 3))[:, None]
                both = np.hstack([urn, rivals])
                wanted = self.draw.winners(both, np.minimum(seats, both.sum(axis=1)))[:, :-1].sum(axis=1)
            stay = np.moveaxis(self.draw.winners(urn, wanted).reshape(len(seats), *own.shape[:2]), 0, 2)
            own -= stay  # a view of ``rest``
            intake.kept[pool] = stay.sum(axis=0)

    def _stages(self, intake: Intake, pool: int) -> Iterator[tuple[NDArray[np.bool_], Ints | None]]:
        """Whose turn it is, one after the other, and how many seats at most; None for all that are left."""
        seats, inside = intake.seats[pool], self.ground.inside
        if self.pools.outside[pool]:
            yield ~inside, round_half_up(seats * self.pools.outside[pool])
        for each, first in zip(self.scenario.set_asides, self._served_first, strict=True):
            yield inside & first, round_half_up(seats * each.share)
        yield inside, None

    @cached_property
    def _served_first(self) -> list[NDArray[np.bool_]]:
        """(n,) for each set-aside: the schools whose students it is for."""
        ids, miles = self.ground.schools["ncessch"], self.ground.miles[self.host]
        return [
            ids.isin(each.schools).to_numpy(dtype=bool) if each.kind == "feeder" else miles <= each.miles
            for each in self.scenario.set_asides
        ]

    def _fill(
        self, intake: Intake, pool: int, left: Ints, stages: Iterator[tuple[NDArray[np.bool_], Ints | None]]
    ) -> None:
        """Draw the seats of a pool that are still empty; ``left`` loses those who get one."""
        open_ = intake.still_open(pool)
        for places, limit in stages:
            wanted = open_ if limit is None else np.minimum(open_, limit)
            open_ = open_ - self._draw(intake, pool, left, places, wanted)

    def _draw(self, intake: Intake, pool: int, left: Ints, places: NDArray[np.bool_], seats: Ints) -> Ints:
        """Draw seats of a pool among the candidates of some schools; (replicates,) how many were drawn."""
        if not seats.any():
            return np.zeros_like(seats)
        which = left[self.pools.opened(pool)]
        urn = (which * places).reshape(-1, *which.shape[2:])
        won = drawn(self.draw, urn, seats, self._order(pool)).reshape(which.shape)
        which -= won  # a view of ``left``
        intake.won[pool] += won.sum(axis=0)
        return won.sum(axis=(0, 1, 3))

    def _order(self, pool: int) -> NDArray[np.intp] | None:
        """Which schools' students are served first; None where all candidates are alike."""
        if self.scenario.draw == "nearest":
            return np.argsort(self.ground.miles[self.host], kind="stable")
        if self.scenario.draw != "extremes" or self.pools.names[pool] not in ("ed", "other"):
            return None
        share = self.ground.students[ED] / np.maximum(self.ground.students.sum(axis=0), 1)
        return np.argsort(-share if pool == ED else share, kind="stable")

    def _lowered(self, seats: Ints, rest: Ints, candidates: Ints) -> Ints:
        """(pools, replicates) seats of each pool after those it cannot fill go to the pool with most to spare."""
        inside = self.ground.inside
        reach = np.empty_like(seats)
        for pool, of_pool in enumerate(seats):
            some = candidates[self.pools.opened(pool)].sum(axis=(0, 1))
            limit = round_half_up(of_pool * self.pools.outside[pool])
            present = rest[self.pools.opened(pool)].sum(axis=(0, 1))
            reach[pool] = present + np.minimum(some[:, ~inside].sum(axis=1), limit) + some[:, inside].sum(axis=1)
        spare = np.maximum(reach - seats, 0)
        best, column = spare.argmax(axis=0), np.arange(seats.shape[1])
        short = np.maximum(seats - reach, 0)
        # The first pools give first, as far as the other can use the seats.
        given = np.diff(np.minimum(np.cumsum(short, axis=0), spare[best, column]), axis=0, prepend=0)
        lowered = seats - given
        lowered[best, column] += given.sum(axis=0)
        return lowered

    def _asking(self, pool: int, students: Ints) -> Ints:
        """(replicates,) students who may be drawn for a pool's seats, of some (classes, 2, replicates, n)."""
        outside = self.pools.outside[pool] > 0 or self.scenario.unfilled == "outside"
        everyone = students[self.pools.opened(pool)].sum(axis=(0, 1))
        return everyone @ (self.ground.inside | outside).astype(np.int64)

    def _refill(self, intake: Intake, rest: Ints, left: Ints) -> None:
        """Offer what is empty as the rule for unfilled seats says; those present first."""
        if self.scenario.unfilled == "outside":
            for pool in range(len(self.pools.names)):
                self._draw(intake, pool, left, ~self.ground.inside, intake.still_open(pool))
        elif self.scenario.unfilled == "release":
            for pool in range(len(self.pools.names)):
                self._take_over(intake, pool, rest, left)

    def renew(self, intake: Intake, left: Ints) -> None:
        """A year later some of those drawn have gone back, and their places go to the waitlist, like for like."""
        for pool in range(len(self.pools.names)):
            leaving = self.draw.applicants(intake.won[pool].sum(axis=(0, 2)), self.scenario.attrition)
            gone = drawn(self.draw, intake.won[pool], leaving)
            intake.won[pool] -= gone
            if self.scenario.backfill:
                for side in (~self.ground.inside, self.ground.inside):
                    self._draw(intake, pool, left, side, gone[..., side].sum(axis=(0, 2)))

    def _take_over(self, intake: Intake, pool: int, rest: Ints, left: Ints) -> None:
        """A pool's students take the seats that are still empty in any."""
        spare = np.maximum(intake.open.sum(axis=0), 0)
        own = rest[self.pools.opened(pool)]
        urn = np.moveaxis(own, 2, 0).reshape(len(spare), -1)
        stay = self.draw.winners(urn, np.minimum(spare, urn.sum(axis=1)))
        stay = np.moveaxis(stay.reshape(len(spare), *own.shape[:2]), 0, 2)
        own -= stay
        intake.kept[pool] += stay.sum(axis=0)
        self._draw(intake, pool, left, self.ground.inside, spare - stay.sum(axis=(0, 1)))

    def _sent(self, displaced: Ints, won: Ints) -> Ints:
        """(2, replicates, n) where the host's displaced students go."""
        ground, draw = self.ground, self.draw
        gone = self._gone(displaced)
        displaced = displaced - gone.sum(axis=2)
        vacated = (won * ground.inside).sum(axis=0)
        total = displaced.sum(axis=0)
        into_vacated = np.minimum(total, vacated.sum(axis=1))
        places = draw.winners(vacated, into_vacated)
        if (overflow := total - into_vacated).any():
            open_to = ground.serves[self.host] & ground.inside
            open_to[ground.hosts] = False
            weight = ground.students.sum(axis=0) * open_to
            if not weight.any():
                weight = open_to.astype(np.int64)  # only empty schools: all alike
            # Enrolment as an urn; several times over where the host alone is larger than all the others together.
            urn = weight * -(-ground.students[:, ground.hosts[self.host]].sum() // weight.sum())
            places = places + draw.winners(np.repeat(urn[None, :], len(total), axis=0), overflow)
        ed = draw.winners(places, displaced[ED])
        return np.stack([ed, places - ed]) + gone

    def _gone(self, displaced: Ints) -> Ints:
        """(2, replicates, n) displaced students who leave the district's schools."""
        gone = np.zeros((*displaced.shape, len(self.ground.schools)), dtype=np.int64)
        out = -1  # the last of the places beside the schools
        for group, pool in ((ED, self.scenario.ed), (OTHER, self.scenario.other)):
            if pool.leave:
                gone[group][:, out] = self.draw.applicants(displaced[group], pool.leave)
        return gone


def split(draw: Draw, students: Ints, shares: NDArray[np.float64]) -> Ints:
    """Students by what the lottery takes them for, (classes, …); ``shares`` add up to 1 over their first axis."""
    if not (shares % 1).any():
        return students[None] * shares.astype(np.int64)
    first = draw.applicants(students, shares[0])
    return np.stack([first, students - first])
