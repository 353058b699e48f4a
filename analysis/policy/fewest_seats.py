"""How few seats in 50/50 schools reach a target, where each school has as many of its places as seats as it should.

A school that may host has any number of seats up to its places, a share of them for ED students and the rest for all
others. It draws students of a group for the seats of that group alone; of those there, it sends away so many of a group
as it draws of it and has seats for the other, for a seat that stays empty costs a place as well. Whom it draws, who
keeps a place and who goes is left to the optimum, and all other students stay. A lottery within the limits that gives
each group its seats does nothing that this forbids, so no plan of such lotteries reaches the target with fewer. In
fractions it is a linear program: no clock ends it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from analysis.policy.assignment import ROUNDS, TIE, eye, margins, refined, rounded, shortest, touch, whole_flows
from analysis.policy.binding import Lifted, enough, lifted
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.optimum import LIMITS, SAME, Plan, limits_set, without
from analysis.policy.places import Limits, Places, Room, room
from analysis.policy.program import WHOLE, Numbers, Program, Solution
from analysis.policy.routes import Routes, routes
from analysis.policy.tangents import MEASURES, Measure

# What binds beside ``LIMITS``.
SEAT_LIMITS = LIMITS | {
    "split": "the split of the seats between both groups",
    "may_host": "the choice of the schools that may host",
}


@dataclass(frozen=True)
class Seats:
    """Schools some of whose places are seats, and the best that can be done with these.

    Attributes:
        seats: (n,) of each school; none at those that do not host.
        plan: in whole students.
    """

    seats: Ints
    plan: Plan

    @property
    def hosts(self) -> NDArray[np.intp]:
        """(hosts,) positions of the schools with seats."""
        return np.flatnonzero(self.seats)


@dataclass(frozen=True)
class FewestSeats:
    """How few seats reach a target.

    Attributes:
        target: of the index.
        fewest: nothing that reaches the target has fewer seats; None where no seats reach it.
        found: seats that reach it in whole students; None where none were found.
        lifted: where none reach it, the least index with some of ``SEAT_LIMITS`` lifted, as in
            ``analysis.policy.optimum.Reach``.
    """

    target: float
    fewest: int | None
    found: Seats | None
    lifted: Lifted

    @property
    def binding(self) -> list[tuple[str, ...]]:
        """The limits that, lifted together, would bring the target within reach, as far as the bound tells."""
        return enough(self.lifted, self.target)


def fewest_seats(
    places: Places, limits: Limits, target: float, measure: str = "dissimilarity", ed_share: float = 0.5
) -> FewestSeats:
    """The fewest seats in 50/50 schools that bring the index to a target, or the proof that none do and what binds.

    Args:
        places, limits, measure: as in ``analysis.policy.optimum.least_segregated``.
        target: of the index.
        ed_share: share of each host's seats for ED students, to the nearest whole seat.
    """
    network, aim, fewest = _Network(room(places, limits), MEASURES[measure], ed_share), target, 0
    for attempt in range(ROUNDS):
        found = network.fewest(aim)
        if found is None:
            break
        if attempt == 0:
            fewest = int(np.ceil(network.least(found) - WHOLE))
        seats = network.whole(found, measure)
        if seats.plan.value <= target + SAME:
            return FewestSeats(target, fewest, seats, {})
        # Whole students overshoot a little, so aim lower by as much, and ever more where that is not enough.
        aim -= (seats.plan.value - target) * 2**attempt
    if aim < target:
        return FewestSeats(target, fewest, None, {})
    return FewestSeats(target, None, None, _lifted(places, limits, target, measure, ed_share))


def _lifted(places: Places, limits: Limits, target: float, measure: str, ed_share: float) -> Lifted:
    """The bound without some of the limits that are set, until it is at most the target."""

    def bound(names: tuple[str, ...]) -> float:
        where, within = without(places, limits, names)
        if "may_host" in names:
            where = replace(where, may_host=np.ones_like(where.may_host))
        network = _Network(room(where, within), MEASURES[measure], None if "split" in names else ed_share)
        return network.bound()

    names = [*limits_set(places, limits), "split", *(() if places.may_host.all() else ("may_host",))]
    return lifted(names, bound, target)


@dataclass(frozen=True)
class _Network:
    """The program of seats: what the limits leave open, the index, and the ED share of seats, None for any."""

    space: Room
    measure: Measure
    ed_share: float | None

    @cached_property
    def ways(self) -> Routes:
        """The ways of those drawn, which those sent away take as well."""
        return routes(self.space.open)

    @cached_property
    def most(self) -> Ints:
        """(n,) the most seats of each school."""
        places = self.space.places
        return np.maximum(places.capacity, places.students.sum(axis=0)) * places.may_host

    @cached_property
    def reserved(self) -> Ints:
        """(2, seats) seats for each group of so many in all, from none to the most."""
        seats = np.arange(self.most.max() + 1)
        ed = round_half_up(seats * (self.ed_share or 0.0))
        return np.stack([ed, seats - ed])

    @property
    def most_moves(self) -> float:
        """No assignment moves more students."""
        return float(min(self.space.movers, self.space.movable.sum()))

    def fewest(self, target: float) -> Solution | None:
        """The fewest seats in fractions that bring the index to a target; None where none do."""
        linear = self._program()
        whole = sp.csr_array(np.ones((1, len(self.most))))
        linear.bind(-np.inf, target * self.space.places.spread, parts=whole)
        return self._refined(linear, {"seats": 1.0})

    def bound(self) -> float:
        """What the index lies nowhere below with any number of seats; NaN where nothing meets the limits."""
        found = self._refined(self._program(), {"parts": 1.0})
        return float("nan") if found is None else max(0.0, self.least(found) / self.space.places.spread)

    def least(self, found: Solution) -> float:
        """What the cost of no answer lies below but for what moves cost."""
        return found.least - TIE * self.most_moves

    def whole(self, found: Solution, measure: str) -> Seats:
        """Whole students beside those in fractions, and the seats they need."""
        linear = self._joined()
        for name, ends in {"drawn": self.ways.into, "sent": self.ways.out}.items():
            students = ends @ found.values[name]
            linear.bind(np.floor(students + WHOLE), np.ceil(students - WHOLE), **{name: ends})
        loads, moves = found.values["loads"].reshape(2, -1), dict.fromkeys(("drawn", "sent"), self.ways.moves)
        taken = rounded(linear, self.space, self.measure, loads, moves)
        (out, drawn), (sent, into) = (margins(self.ways, taken[name]) for name in moves)
        flows = whole_flows(self.space, out, drawn) + shortest(self.space, sent, into)
        here = np.arange(len(self.most))
        flows[:, here, here] -= sent
        of_group = np.maximum(drawn, (sent - drawn)[::-1])
        seats = np.maximum(*(np.searchsorted(*each) for each in zip(self.reserved, of_group, strict=True)))
        value = self.measure.value(flows.sum(axis=1))
        return Seats(seats, Plan(self.space.places, flows, measure, value, float("nan")))

    def _refined(self, linear: Program, cost: dict[str, Numbers]) -> Solution | None:
        moves = TIE * self.ways.moves
        return refined(linear, self.space.places, self.measure, cost | {"drawn": moves, "sent": moves}, {})

    def _program(self) -> Program:
        """The network with seats of each group, those of group 0 first, and the index."""
        space, ways, n = self.space, self.ways, len(self.most)
        linear, both = self._joined(), sp.hstack([eye(n), eye(n)], format="csr")
        others = sp.block_array([[None, eye(n)], [eye(n), None]], format="csr")
        linear.bind(0, np.inf, seats=eye(2 * n), drawn=-ways.into)
        linear.bind(0, np.inf, seats=others, drawn=ways.into, sent=-ways.out)
        linear.bind(0, self.most, seats=both)
        if self.ed_share is not None:
            over = self.reserved[0] - self.ed_share * self.reserved.sum(axis=0)
            split = sp.hstack([(1 - self.ed_share) * eye(n), -self.ed_share * eye(n)], format="csr")
            linear.bind(over.min(), over.max(), seats=split)
            linear.bind(0, self.reserved[:, self.most].ravel(), seats=eye(2 * n))
        moves = sp.csr_array(ways.moves[None])
        linear.bind(0, space.movers, drawn=moves, sent=moves)
        for x in self.measure.touching(space.places.share):
            touch(linear, space.places, self.measure, np.full(n, x))
        return linear

    def _joined(self) -> Program:
        """Loads that conserve students, by the ways of those drawn and of those sent away, and the schools' sizes."""
        space, ways, n = self.space, self.ways, len(self.most)
        arcs = len(ways.moves)
        linear = Program(drawn=arcs, sent=arcs, loads=2 * n, parts=n, seats=2 * n)
        linear.bind(*2 * (space.places.students.ravel(),), loads=eye(2 * n), drawn=-ways.net, sent=-ways.net)
        linear.bind(-np.inf, space.movable.ravel(), drawn=ways.out, sent=ways.out)
        for block in ("drawn", "sent"):
            linear.bind(0, 0, **{block: ways.balance})
        linear.bind(space.smallest, space.places.capacity, loads=sp.hstack([eye(n), eye(n)], format="csr"))
        return linear
