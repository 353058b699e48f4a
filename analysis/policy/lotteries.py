"""One host's lotteries of one year, over all replicates at once.

Candidates are (classes, cohorts, 2, replicates, n): by what the lottery takes them for, by the grade whose seats they
may have, and by group.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.policy.classes import classed
from analysis.policy.draw import Draw, Ints, drawn, round_half_up
from analysis.policy.ground import Ground
from analysis.policy.intake import Intake
from analysis.policy.pools import ED, GROUPS, OTHER, Pools
from analysis.policy.scenario import Scenario
from analysis.units import Floats


@dataclass(frozen=True)
class Stage:
    """A turn at the seats of a pool.

    Attributes:
        places: (n,) or (replicates, n) schools whose students' turn it is.
        seats: (replicates,) seats they may have at most; None for all that are left.
        rate: share of those students whose turn it is.
    """

    places: NDArray[np.bool_]
    seats: Ints | None = None
    rate: float = 1.0


@dataclass(frozen=True)
class Lottery:
    """A host's lotteries: the ground, the rules and how chance is settled."""

    ground: Ground
    scenario: Scenario
    pools: Pools
    host: int
    draw: Draw

    def first(
        self, year: int, present: Ints, left: Ints, declining: Ints | None, sending: NDArray[np.bool_] | None
    ) -> tuple[Intake, Ints]:
        """Fill the seats by the first round.

        As many places as there are seats come free among those present. They keep their seats first, each in the pool
        of their own class. What is left of a pool is drawn from those who would take a seat: the outside share from
        outside the district, then each set-aside, then the rest from inside.

        Args:
            year: of the scenario, 0 for its first.
            present: (2, replicates) students present who may be asked to give up their places.
            left: candidates who would take a seat at the host if it were offered; loses those who get one.
            declining: those who apply but would decline; None for nobody.
            sending: (replicates, n) schools that students drawn earlier came from; None where none were.

        Returns:
            The intake so far, and those present who keep no seat, as ``begun`` gives them.
        """
        intake, rest = self.begun(year, present, left)
        for pool in range(len(intake.seats)):
            opened = self.pools.opened(pool)
            applied = left[opened] if declining is None else left[opened] + declining[opened]
            intake.offered[pool] = intake.still_open(pool)
            sides = self.sides(applied)
            intake.applied[pool], intake.applied_inside[pool] = self._asking(pool, sides), sides[..., 0].sum(axis=0)
            self._fill(intake, pool, left, self._stages(intake, pool, sending))
        return intake, rest

    def served(self, students: Ints) -> Ints:
        """(…, n) those of the students who are at schools that the host serves."""
        found: Ints = students * self.ground.serves[self.host].astype(np.int64)
        return found

    def finish(self, intake: Intake, rest: Ints, left: Ints, placed: Ints) -> None:
        """Offer what the first round left empty, and let those present who have no seat go.

        They take the places that the drawn students left, or, where there are too few, go to the district's schools of
        the same grades in proportion to enrolment.

        Args:
            intake, rest: as ``first`` gives them.
            left: its candidates who have no place yet; loses those who get one.
            placed: as ``sides`` gives them, those who have found one at a host they like less, and wait all the same;
                they draw no more.
        """
        waiting = self._refill(intake, rest, left, placed)
        intake.admitted = intake.won.sum(axis=(1, 3))
        intake.admitted_inside = intake.won[..., self.ground.inside].sum(axis=(1, 3))
        for pool in range(len(intake.seats)):
            intake.waiting[pool] = self._asking(pool, waiting[self.pools.opened(pool)])
        intake.sent = self._sent(rest.sum(axis=0), intake)

    def give_way(self, intake: Intake, present: Ints) -> None:
        """Give up the places that an intake of an earlier year was short of, once there are students present again.

        An intake frees no place where larger ones hold them all. When those have left the top grade, their places are
        again of students present, and the host would hold more than before.

        Args:
            intake: its seats are drawn; nobody present has them any more.
            present: as in ``first``.
        """
        short = np.minimum(intake.seats.sum(axis=0) - intake.freed.sum(axis=0), present.sum(axis=0))
        if self.scenario.hosts[self.host].magnet or self.all_stay or not short.any():
            return
        freed = self.draw.winners(present.T, short).T
        intake.sent = intake.sent + self._sent(freed, intake)
        intake.freed = intake.freed + freed

    def begun(self, year: int, present: Ints, left: Ints) -> tuple[Intake, Ints]:
        """The lotteries before anyone is drawn: the seats, and who of those present keeps one.

        Args:
            year, present, left: as in ``first``.

        Returns:
            The intake so far, and (classes, 2, replicates) those present whose places came free and who keep no seat.
        """
        replicates = present.shape[1]
        total = int(self.ground.seats[year, self.host])
        beside = self.scenario.hosts[self.host].magnet
        room = np.zeros(replicates, dtype=np.int64) if beside else np.minimum(total, present.sum(axis=0))
        freed = self.draw.winners(present.T, room).T
        rest = self._classed(freed)
        seats = np.repeat(self.pools.seats[year, self.host][:, None], replicates, axis=1)
        if self.scenario.unfilled == "lower":
            seats = self._lowered(seats, rest, left)
        kept = np.zeros((len(seats), 2, replicates), dtype=np.int64)
        won = np.zeros((len(seats), *left.shape[2:]), dtype=np.int64)
        intake = Intake(seats, freed, kept, won, np.zeros_like(won[0]), *(np.zeros_like(seats) for _ in range(7)))
        self._keep(intake, rest, left)
        return intake, rest

    @property
    def all_stay(self) -> bool:
        """Whether nobody present has to leave: a right of those at the school, and not of children new to it."""
        return self.scenario.stay == "always" and not self.ground.begin[self.host]

    def _classed(self, freed: Ints) -> Ints:
        """(classes, 2, replicates) those present whose places come free, by what the lottery takes them for."""
        at = self.ground.hosts[self.host]
        return classed(self.draw, self.pools, freed[..., None], slice(at, at + 1))[..., 0]

    def _keep(self, intake: Intake, rest: Ints, candidates: Ints) -> None:
        """Those present take the seats that are theirs; ``rest`` keeps those who found none."""
        for pool, seats in enumerate(intake.seats):
            own = rest[self.pools.opened(pool)]
            urn = np.moveaxis(own, 2, 0).reshape(len(seats), -1)
            wanted = np.minimum(seats, urn.sum(axis=1))
            if self.all_stay:
                wanted = urn.sum(axis=1)
            elif self.scenario.stay == "drawn":
                rivals = candidates[self.pools.opened(pool)].sum(axis=(0, 1, 2, 4))[:, None]
                both = np.hstack([urn, rivals])
                wanted = self.draw.winners(both, np.minimum(seats, both.sum(axis=1)))[:, :-1].sum(axis=1)
            stay = np.moveaxis(self.draw.winners(urn, wanted).reshape(len(seats), *own.shape[:2]), 0, 2)
            own -= stay  # a view of ``rest``
            intake.kept[pool] = stay.sum(axis=0)

    def _stages(self, intake: Intake, pool: int, sending: NDArray[np.bool_] | None) -> Iterator[Stage]:
        """Whose turn it is, one after the other."""
        seats, inside = intake.seats[pool], self.ground.inside
        if self.pools.outside[pool]:
            yield Stage(~inside, round_half_up(seats * self.pools.outside[pool]))
        for each, first in zip(self.scenario.set_asides, self.served_first, strict=True):
            if each.pool in (None, self.pools.names[pool]):
                if each.kind == "sibling" and not each.schools and sending is not None:
                    first = sending
                yield Stage(inside & first, round_half_up(seats * each.share), each.rate)
        yield Stage(inside)

    @cached_property
    def served_first(self) -> list[NDArray[np.bool_]]:
        """(n,) for each set-aside: the schools whose students it is for, as far as known before the first year."""
        ids, miles = self.ground.schools["ncessch"], self.ground.miles[self.host]
        return [
            miles <= each.miles
            if each.kind == "proximity"
            else ids.isin(each.schools).to_numpy(dtype=bool) | (not each.schools)
            for each in self.scenario.set_asides
        ]

    def _fill(self, intake: Intake, pool: int, left: Ints, stages: Iterator[Stage]) -> None:
        """Draw the seats of a pool that are still empty; ``left`` loses those who get one."""
        open_ = intake.still_open(pool)
        for stage in stages:
            wanted = open_ if stage.seats is None else np.minimum(open_, stage.seats)
            turnout = self._turnout(pool, left, stage.places, stage.rate) if stage.rate < 1 else None
            open_ = open_ - self._draw(intake, pool, left, stage.places, wanted, turnout)

    def _draw(
        self,
        intake: Intake,
        pool: int,
        left: Ints,
        places: NDArray[np.bool_],
        seats: Ints,
        turnout: Ints | None = None,
    ) -> Ints:
        """Draw seats of a pool among the candidates of some schools; (replicates,) how many were drawn."""
        if not seats.any():
            return np.zeros_like(seats)
        kinds = self._kinds(pool, left)
        won = drawn(self.draw, left[kinds] * places, seats, self._order(pool), turnout)
        for kind, some in zip(zip(*kinds, strict=True), won, strict=True):
            left[kind] -= some
            intake.won[pool, kind[-1]] += some
        return won.sum(axis=(0, 2))

    def _kinds(self, pool: int, left: Ints) -> tuple[NDArray[np.intp], ...]:
        """The class, cohort and group of each kind of candidates whom a pool is open to, where there can be any."""
        there = np.zeros(left.shape[:3], dtype=bool)
        opened = self.pools.opened(pool)
        there[opened] = np.any(self.pools.classes[opened], axis=2, keepdims=True).swapaxes(1, 2)
        return np.nonzero(there)

    def _turnout(self, pool: int, left: Ints, places: NDArray[np.bool_], rate: float | Floats) -> Ints:
        """How many candidates of some schools would take a seat if only a share of them does.

        Returns:
            (kinds, replicates, schools); where all candidates are alike their schools show once they are drawn, and
            the last axis is 1 long, for all schools together.
        """
        urn = left[self._kinds(pool, left)] * places
        return self.draw.applicants(urn.sum(axis=2, keepdims=True) if self._order(pool) is None else urn, rate)

    def _order(self, pool: int) -> NDArray[np.intp] | None:
        """Which schools' students are served first; None where all candidates are alike."""
        if self.scenario.draw == "nearest":
            return np.argsort(self.ground.miles[self.host], kind="stable")
        if self.scenario.draw != "extremes" or self.pools.names[pool] not in GROUPS:
            return None
        share = self.ground.lottery_ed / np.maximum(self.ground.students.sum(axis=0), 1)
        return np.argsort(-share if pool == ED else share, kind="stable")

    def _lowered(self, seats: Ints, rest: Ints, candidates: Ints) -> Ints:
        """(pools, replicates) seats of each pool after those it cannot fill go to the pool with most to spare."""
        inside = self.ground.inside
        reach = np.empty_like(seats)
        for pool, of_pool in enumerate(seats):
            some = candidates[self.pools.opened(pool)].sum(axis=(0, 1, 2))
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

    def sides(self, students: Ints) -> Ints:
        """(classes, replicates, 2) candidates from the district's schools and from outside."""
        of_school = students.sum(axis=(1, 2))
        inside = of_school @ self.ground.inside.astype(np.int64)
        return np.stack([inside, of_school.sum(axis=2) - inside], axis=2)

    def _asking(self, pool: int, sides: Ints) -> Ints:
        """(replicates,) those of the candidates of a pool's classes who may be drawn for its seats."""
        outside = self.pools.outside[pool] > 0 or self.scenario.unfilled == "outside"
        return sides.sum(axis=0) @ np.array([1, outside], dtype=np.int64)

    def _refill(self, intake: Intake, rest: Ints, left: Ints, placed: Ints) -> Ints:
        """Offer what is empty as the rule for unfilled seats says; those present first.

        Returns:
            (classes, replicates, 2) candidates from inside and outside who would still take a seat.
        """
        if self.scenario.unfilled == "second":
            return self._second_round(intake, rest, left, placed)
        if self.scenario.unfilled == "outside":
            for pool in range(len(self.pools.names)):
                self._draw(intake, pool, left, ~self.ground.inside, intake.still_open(pool))
        elif self.scenario.unfilled == "release":
            for pool in range(len(self.pools.classes)):
                self._take_over(intake, pool, rest, left)
        return self.sides(left)

    def _second_round(self, intake: Intake, rest: Ints, left: Ints, placed: Ints) -> Ints:
        """Release what is empty to those of either lottery who still wait and have found no place elsewhere."""
        waiting = self.sides(left) + placed
        short = intake.open.sum(axis=0) > 0
        if not short.any():
            return waiting
        still = np.where(short, self.scenario.second_accept, 1.0)  # where no seat is empty nobody is asked
        before, gone = intake.filled, rest - self.draw.applicants(rest, still)
        rest -= gone
        waiting[..., 1] = self.draw.applicants(waiting[..., 1], still)
        waiting[..., 0] = self.draw.applicants(placed[..., 0], still)
        for pool in range(len(self.pools.classes)):
            turnout = self._turnout(pool, left, self.ground.inside, still[:, None])
            waiting[pool, :, 0] += turnout.sum(axis=(0, 2)) - self._take_over(intake, pool, rest, left, turnout)
        rest += gone
        intake.second = intake.filled - before
        return waiting

    def renew(self, intake: Intake, left: Ints) -> None:
        """A year later some of those drawn have gone back, and their places go to the waitlist, like for like."""
        for pool in range(len(self.pools.names)):
            leaving = self.draw.applicants(intake.won[pool].sum(axis=(0, 2)), self.scenario.attrition)
            gone = drawn(self.draw, intake.won[pool], leaving)
            intake.won[pool] -= gone
            if self.scenario.backfill:
                for side in (~self.ground.inside, self.ground.inside):
                    self._draw(intake, pool, left, side, gone[..., side].sum(axis=(0, 2)))
        intake.second = np.minimum(intake.second, intake.filled)

    def _take_over(self, intake: Intake, pool: int, rest: Ints, left: Ints, turnout: Ints | None = None) -> Ints:
        """A class's students take the seats that are still empty in any pool; (replicates,) how many were drawn.

        When each class had its turn, either no seat is empty or nobody is left for a pool open to all.
        """
        spare = np.maximum(intake.open.sum(axis=0), 0)
        own = rest[self.pools.opened(pool)]
        urn = np.moveaxis(own, 2, 0).reshape(len(spare), -1)
        stay = self.draw.winners(urn, np.minimum(spare, urn.sum(axis=1)))
        stay = np.moveaxis(stay.reshape(len(spare), *own.shape[:2]), 0, 2)
        own -= stay
        intake.kept[pool] += stay.sum(axis=0)
        return self._draw(intake, pool, left, self.ground.inside, spare - stay.sum(axis=(0, 1)), turnout)

    def _sent(self, displaced: Ints, intake: Intake) -> Ints:
        """(2, replicates, n) where the host's displaced students go, those sent before aside."""
        ground, draw = self.ground, self.draw
        gone = self._gone(displaced)
        displaced = displaced - gone.sum(axis=2)
        vacated = np.maximum((intake.arrived() * ground.inside - intake.sent).sum(axis=0), 0)
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
