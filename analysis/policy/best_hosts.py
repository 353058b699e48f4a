"""Which schools to make 50/50 as a whole: a mixed program with one yes or no a school.

A 50/50 school has as many seats as students, or as it holds where that is less, a share of them reserved for ED
students. It draws what it lacks of a group from other schools and sends them what it has too many of, so present
students keep their seats first, and nobody else moves. Whom it draws and where its students go is left to the optimum:
no lottery does better with these hosts. Branch and bound finds the hosts and proves how much better others could be.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.policy.assignment import TIE, eye, relaxed, touch
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.optimum import Plan, whole_plan
from analysis.policy.places import Limits, Places, Room, room
from analysis.policy.program import WHOLE, Matrix, Numbers, Program
from analysis.policy.routes import routes
from analysis.policy.tangents import MEASURES, Measure
from analysis.units import Floats

SECONDS = 30.0


@dataclass(frozen=True)
class Hosting:
    """The schools chosen, and the best that can be done with them.

    Attributes:
        hosts: (hosts,) positions of the schools chosen.
        seats: of all of them.
        plan: in whole students. Where the index is made least, its bound holds for every choice of at most as many.
    """

    hosts: NDArray[np.intp]
    seats: int
    plan: Plan


@dataclass(frozen=True)
class _Seats:
    """What becomes of each school if it hosts: (n,) seats, (2, n) reserved, to be drawn, to be sent."""

    seats: Ints
    reserved: Ints
    drawn: Ints
    sent: Ints


def best_hosts(
    places: Places,
    limits: Limits,
    most: int,
    measure: str = "dissimilarity",
    ed_share: float = 0.5,
    seconds: float = SECONDS,
) -> Hosting:
    """At most so many schools, as 50/50 schools of which the index can be made least.

    Args:
        places, limits, measure: as in ``least_segregated``.
        most: the most schools to choose.
        ed_share: share of each host's seats reserved for ED students.
        seconds: after these the best choice found is taken, with the bound proven by then, so that it may differ from
            machine to machine. Where none was found, the schools that the program in fractions would rather have.

    Raises:
        InputError: no choice meets the limits.
    """
    space, seats = room(places, limits), _seats(places, ed_share)
    found = _chosen(_of_at_most(most, space, seats, measure), space, seats, seconds)
    if found is None:
        raise InputError("No choice of hosts meets the limits; loosen the capacity or the enrolment that schools keep.")
    bound = max(0.0, (found.least - TIE * space.movers) / places.spread)
    for number in range(min(most, len(found.ranked)), -1, -1):
        if hosting := _hosting(space, seats, found.ranked[:number], measure, bound):
            return hosting
    raise InputError(f"No choice of hosts was found in {seconds:g} seconds; ask for fewer, or for tighter limits.")


def likely_hosts(
    places: Places, limits: Limits, most: int, measure: str = "dissimilarity", ed_share: float = 0.5
) -> Floats:
    """(n,) how much of each school hosts if schools could in part, of at most so many: the likeliest hosts have most.

    The program of ``best_hosts`` in fractions: no proof, but an answer that no clock ends. 0 where no choice is
    possible.
    """
    space, seats = room(places, limits), _seats(places, ed_share)
    found = _of_at_most(most, space, seats, measure).solve(_least(space), _able(space, seats))
    return np.zeros(len(places.ids)) if found is None else found.values["hosts"]


def _seats(places: Places, ed_share: float) -> _Seats:
    seats = np.minimum(places.students.sum(axis=0), places.capacity)
    ed = round_half_up(seats * ed_share)
    reserved = np.stack([ed, seats - ed])
    return _Seats(seats, reserved, np.maximum(reserved - places.students, 0), np.maximum(places.students - reserved, 0))


def _program(space: Room, seats: _Seats, measure: Measure) -> Program:
    """Loads of hosts and others, joined by what hosts draw and send; a row of ``hosts`` is 1 where a school hosts."""
    places, ways = space.places, routes(space.open)
    n, arcs = len(places.ids), len(ways.moves)
    linear = Program(drawn=arcs, sent=arcs, loads=2 * n, parts=n, hosts=n)
    same = 2 * (places.students.ravel(),)
    linear.bind(*same, loads=eye(2 * n), drawn=-ways.net, sent=-ways.net)
    linear.bind(0, 0, drawn=ways.into, hosts=_each(-seats.drawn))
    linear.bind(0, 0, sent=ways.out, hosts=_each(-seats.sent))
    movable = space.movable.ravel()
    linear.bind(-np.inf, movable, drawn=ways.out, hosts=_each(space.movable))
    room_for = np.tile(places.capacity, (2, 1))
    linear.bind(-np.inf, room_for.ravel(), sent=ways.into, hosts=_each(room_for))
    for block in ("drawn", "sent"):
        linear.bind(0, 0, **{block: ways.balance})
    linear.bind(space.smallest, places.capacity, loads=sp.hstack([eye(n), eye(n)], format="csr"))
    moves = sp.csr_array(ways.moves[None])
    linear.bind(0, space.movers, drawn=moves, sent=moves)
    for x in measure.touching(places.share):
        touch(linear, places, measure, np.full(n, x))
    return linear


def _of_at_most(most: int, space: Room, seats: _Seats, measure: str) -> Program:
    """The program with at most so many hosts."""
    linear = _program(space, seats, MEASURES[measure])
    linear.bind(0, most, hosts=sp.csr_array(np.ones((1, len(space.places.ids)))))
    return linear


def _least(space: Room) -> dict[str, Numbers]:
    """The cost that makes the index least."""
    moves = TIE * routes(space.open).moves
    return {"drawn": moves, "sent": moves, "parts": 1.0}


def _able(space: Room, seats: _Seats) -> dict[str, tuple[Numbers, Numbers]]:
    """Which schools can host, as bounds of the program's variables."""
    can = space.places.may_host & (seats.seats > 0) & (seats.sent <= space.movable).all(axis=0)
    return {"hosts": (0.0, can.astype(np.float64))}


def _each(values: Ints) -> Matrix:
    """(2n, n) for each school its value of group 0 in the first half of the rows and of group 1 in the second."""
    return sp.vstack([sp.diags_array(row.astype(np.float64)) for row in values], format="csr")


@dataclass(frozen=True)
class _Choice:
    """Schools to host, the likeliest first, and what no choice costs less than."""

    ranked: NDArray[np.intp]
    least: float


def _chosen(linear: Program, space: Room, seats: _Seats, seconds: float) -> _Choice | None:
    """The hosts of least cost or, out of time, those of the program in fractions; None where there is no choice."""
    cost, bounds = _least(space), _able(space, seats)
    found = linear.solve(cost, bounds, "hosts", seconds)
    if found is None:
        return None
    if found.values:
        return _Choice(np.flatnonzero(found.values["hosts"] > 0.5), found.least)
    fractions = linear.solve(cost, bounds)
    if fractions is None:
        return None
    shares = fractions.values["hosts"]
    ranked = np.argsort(-shares, kind="stable")[: int((shares > WHOLE).sum())]
    return _Choice(ranked, max(found.least, fractions.least))


def _hosting(space: Room, seats: _Seats, hosts: NDArray[np.intp], measure: str, bound: float) -> Hosting | None:
    """The best that can be done with these hosts, in whole students; None where they cannot all host."""
    hosting = np.isin(np.arange(len(seats.seats)), hosts)
    across = hosting[:, None] != hosting
    fixed = replace(
        space,
        open=(space.open & across) | np.eye(len(hosting), dtype=bool),
        movable=np.where(hosting, seats.sent, space.movable),
        loads=(np.where(hosting, seats.reserved, space.loads[0]), np.where(hosting, seats.reserved, space.loads[1])),
    )
    best = relaxed(fixed, MEASURES[measure])
    if best is None:
        return None
    plan = whole_plan(fixed, measure, best, bound)
    return Hosting(np.sort(hosts), int(seats.seats[hosting].sum()), plan)
