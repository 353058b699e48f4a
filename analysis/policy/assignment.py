"""An assignment of students to schools: first in fractions of students, then whole.

In fractions it is a linear program whose value bounds from below what any assignment can do. Fractional loads lie
between whole ones, and the network of students between those has only whole corners (Ahuja, Magnanti & Orlin (1993),
Network Flows, theorem 9.10), so an answer in whole students breaks no limit; how far it lies above the bound is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from analysis.policy.draw import Ints
from analysis.policy.places import Places, Room
from analysis.policy.program import WHOLE, Matrix, Numbers, Program, Solution
from analysis.policy.routes import Routes, incidence, routes
from analysis.policy.tangents import Measure
from analysis.units import Floats

# What moving a student costs in students of excess: nobody moves for nothing, and the bound loses less than 10⁻⁵.
TIE = 1e-6
# What a move may cost in students of excess, beside the rounding of a load, until few enough move.
PRICES = (TIE, 0.1, 0.2, 0.3, 1.0)
# Planes are added until they and the index differ by less than this, or so often.
CLOSE, ROUNDS = 5e-4, 8


@dataclass(frozen=True)
class Relaxed:
    """An assignment in fractions of students.

    Attributes:
        loads: (2, n) students of each group at each school.
        least: what the cost of no assignment lies below: moves where there is a target, else ``parts`` + ``TIE`` moves.
    """

    loads: Floats
    least: float

    def bound(self, room: Room) -> float:
        """What the index of no assignment lies below, where it was made least."""
        most = min(room.movers, room.movable.sum())
        return max(0.0, (self.least - TIE * most) / room.places.spread)


def relaxed(room: Room, measure: Measure, target: float | None = None) -> Relaxed | None:
    """The assignment of least index or, given a target of the index, of fewest moves; None where there is none."""
    ways = routes(room.open)
    linear = _program(room, ways)
    linear.bind(-np.inf, room.movers, arcs=sp.csr_array(ways.moves[None]))
    for x in measure.touching(room.places.share):
        touch(linear, room.places, measure, np.full(len(room.places.ids), x))
    cost: dict[str, Numbers] = {"arcs": TIE * ways.moves, "parts": 1.0}
    if target is not None:
        linear.bind(-np.inf, target * room.places.spread, parts=sp.csr_array(np.ones((1, len(room.places.ids)))))
        cost = {"arcs": ways.moves}
    bounds = {"loads": (room.loads[0].ravel(), room.loads[1].ravel())}
    found = refined(linear, room.places, measure, cost, bounds)
    return None if found is None else Relaxed(found.values["loads"].reshape(2, -1), found.least)


def refined(
    linear: Program,
    places: Places,
    measure: Measure,
    cost: Mapping[str, Numbers],
    bounds: Mapping[str, tuple[Numbers, Numbers]],
) -> Solution | None:
    """The answer of a program with ``loads`` and ``parts``, planes added until these are the index."""
    for _ in range(ROUNDS):
        found = linear.solve(cost, bounds)
        if found is None:
            return None
        loads = found.values["loads"].reshape(2, -1)
        short = measure.parts(places, loads) - found.values["parts"]
        if measure.exact or short.sum() < CLOSE * places.spread:
            break
        touch(linear, places, measure, places.excess(loads))
    return found


def whole_margins(room: Room, measure: Measure, found: Relaxed) -> tuple[Ints, Ints]:
    """(2, n) each: whole students who leave each school, and who join it.

    Each load becomes the whole number below or above its fraction: of these the ones that raise the index least. Where
    that would move more students than may, moves get a rising price, and at last only moves count: then they are no
    more than the fractions move.
    """
    ways = routes(room.open)
    return margins(ways, rounded(_program(room, ways), room, measure, found.loads, {"arcs": ways.moves})["arcs"])


def rounded(
    linear: Program, room: Room, measure: Measure, loads: Floats, moves: Mapping[str, Floats]
) -> dict[str, Floats]:
    """The values of a network with ``loads`` whose corners are whole, with each load beside its fraction.

    Args:
        linear: the network, without a row on how many may move.
        room: what it leaves open.
        measure: the index.
        loads: (2, n) in fractions.
        moves: students who change schools for each on an arc, by block of arcs.
    """
    low = np.maximum(np.floor(loads + WHOLE), room.loads[0])
    high = np.minimum(np.ceil(loads - WHOLE), room.loads[1])
    step = np.zeros_like(low)
    for group in (0, 1):
        below, above = loads.copy(), loads.copy()
        below[group], above[group] = low[group], high[group]
        step[group] = measure.parts(room.places, above) - measure.parts(room.places, below)
    steps = {"loads": step.ravel()}
    priced = [steps | {name: price * each for name, each in moves.items()} for price in PRICES]
    for cost in (*priced, moves):
        answer = linear.solve(cost, {"loads": (low.ravel(), high.ravel())})
        if answer is None:
            raise ArithmeticError("no whole loads beside the fractional ones: outside the solver's tolerance")
        taken = answer.values
        if sum(each @ taken[name] for name, each in moves.items()) < room.movers + 0.5:
            break
    return taken


def margins(ways: Routes, taken: Floats) -> tuple[Ints, Ints]:
    """(2, n) each: whole students who leave each school, and who join it, by the students on each arc."""
    out, into = (np.rint(side @ taken).astype(np.int64).reshape(2, -1) for side in (ways.out, ways.into))
    return out, into


def whole_flows(room: Room, out: Ints, into: Ints) -> Ints:
    """(2, n, n) whole students by old and new school, those who stay on the diagonal: the shortest way overall.

    Args:
        room: what the margins respect.
        out, into: (2, n) students who leave each school, and who join it.
    """
    flows = shortest(room, out, into)
    here = np.arange(len(room.places.ids))
    flows[:, here, here] += room.places.students - out
    return flows


def shortest(room: Room, out: Ints, into: Ints) -> Ints:
    """(2, n, n) whole students who leave a school by old and new school, as in ``whole_flows``."""
    n = len(room.places.ids)
    flows = np.zeros((2, n, n), dtype=np.int64)
    group, source, target = np.nonzero((out > 0)[:, :, None] & (into > 0)[:, None, :] & room.open)
    if len(group):
        miles = np.where(source == target, 0.0, room.places.miles[source, target])
        known = np.isfinite(miles)
        linear = Program(arcs=len(group))
        linear.bind(*2 * (out.ravel(),), arcs=incidence(group * n + source, 2 * n))
        linear.bind(*2 * (into.ravel(),), arcs=incidence(group * n + target, 2 * n))
        answer = linear.solve({"arcs": np.where(known, miles, miles.max(initial=0.0, where=known))})
        if answer is None:
            raise ArithmeticError("no flows have these margins: outside the solver's tolerance")
        flows[group, source, target] = np.rint(answer.values["arcs"]).astype(np.int64)
    return flows


def touch(linear: Program, places: Places, measure: Measure, at: Floats) -> None:
    """Demand that each school's part lies on or above the plane that touches it at p − P = ``at`` (n,)."""
    group, other = measure.planes(places, at)
    planes = sp.hstack([sp.diags_array(-group), sp.diags_array(-other)], format="csr")
    linear.bind(0, np.inf, parts=eye(len(at)), loads=planes)


def eye(n: int) -> Matrix:
    """The identity matrix."""
    return sp.eye_array(n, format="csr")


def _program(room: Room, ways: Routes) -> Program:
    """Loads that conserve students and respect grades, travel, stability and the schools' sizes."""
    n = len(room.places.ids)
    linear = Program(arcs=len(ways.moves), loads=2 * n, parts=n)
    linear.bind(*2 * (room.places.students.ravel(),), loads=eye(2 * n), arcs=-ways.net)
    linear.bind(-np.inf, room.movable.ravel(), arcs=ways.out)
    linear.bind(0, 0, arcs=ways.balance)
    linear.bind(room.smallest, room.places.capacity, loads=sp.hstack([eye(n), eye(n)], format="csr"))
    return linear
