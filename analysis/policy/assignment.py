"""An assignment of students to schools: first in fractions of students, then whole.

In fractions it is a linear program whose value bounds from below what any assignment can do. Fractional loads lie
between whole ones, and the network of students between those has only whole corners (Ahuja, Magnanti & Orlin (1993),
Network Flows, theorem 9.10), so an answer in whole students breaks no limit; how far it lies above the bound is told.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from analysis.policy.draw import Ints
from analysis.policy.places import Places, Room
from analysis.policy.program import WHOLE, Matrix, Numbers, Program
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
    for _ in range(ROUNDS):
        found = linear.solve(cost, {"loads": (room.loads[0].ravel(), room.loads[1].ravel())})
        if found is None:
            return None
        loads = found.values["loads"].reshape(2, -1)
        least = found.least
        short = measure.parts(room.places, loads) - found.values["parts"]
        if measure.exact or short.sum() < CLOSE * room.places.spread:
            break
        touch(linear, room.places, measure, room.places.excess(loads))
    return Relaxed(loads, least)


def whole_margins(room: Room, measure: Measure, found: Relaxed) -> tuple[Ints, Ints]:
    """(2, n) each: whole students who leave each school, and who join it.

    Each load becomes the whole number below or above its fraction: of these the ones that raise the index least. Where
    that would move more students than may, moves get a rising price, and at last only moves count: then they are no
    more than the fractions move.
    """
    low = np.maximum(np.floor(found.loads + WHOLE), room.loads[0])
    high = np.minimum(np.ceil(found.loads - WHOLE), room.loads[1])
    step = np.zeros_like(low)
    for group in (0, 1):
        below, above = found.loads.copy(), found.loads.copy()
        below[group], above[group] = low[group], high[group]
        step[group] = measure.parts(room.places, above) - measure.parts(room.places, below)
    ways = routes(room.open)
    linear = _program(room, ways)
    box = {"loads": (low.ravel(), high.ravel())}
    steps = {"loads": step.ravel()}
    for cost in (*(steps | {"arcs": price * ways.moves} for price in PRICES), {"arcs": ways.moves}):
        answer = linear.solve(cost, box)
        if answer is None:
            raise ArithmeticError("no whole loads beside the fractional ones: outside the solver's tolerance")
        taken = answer.values["arcs"]
        if ways.moves @ taken < room.movers + 0.5:
            break
    out, into = (np.rint(side @ taken).astype(np.int64).reshape(2, -1) for side in (ways.out, ways.into))
    return out, into


def whole_flows(room: Room, out: Ints, into: Ints) -> Ints:
    """(2, n, n) whole students by old and new school, those who stay on the diagonal: the shortest way overall.

    Args:
        room: what the margins respect.
        out, into: (2, n) students who leave each school, and who join it.
    """
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
    here = np.arange(n)
    flows[:, here, here] += room.places.students - out
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
