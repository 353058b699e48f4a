"""How good could it be: the plan that segregates least, the fewest moves to a target, and which limit binds."""

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import InputError
from analysis.policy.assignment import ROUNDS, Relaxed, relaxed, whole_flows, whole_margins
from analysis.policy.binding import Lifted, enough, lifted
from analysis.policy.draw import Ints
from analysis.policy.places import Limits, Places, Room, room
from analysis.policy.program import WHOLE
from analysis.policy.tangents import MEASURES

# An index this near to its target is at it: the difference is the computer's, not a student's.
SAME = 1e-9
LIMITS = {
    "capacity": "the schools' capacity",
    "keep": "the enrolment that each school keeps",
    "miles": "the travel limit",
    "move": "the share of students who may move",
    "stay": "the share of each school's students who must stay",
    "serves": "the rule that students move only between schools of the same grades",
}
# Those of ``Limits`` as they are where they limit nothing.
_FREE = {"keep": 0.0, "miles": np.inf, "move": 1.0, "stay": 0.0}


@dataclass(frozen=True)
class Plan:
    """An assignment in whole students.

    Attributes:
        places: the schools.
        flows: (2, n, n) students of each group by old and new school; those who stay are on the diagonal.
        measure: key of the index that it makes least, or brings to a target.
        value: the index afterwards.
        bound: what the index of no assignment within the limits lies below, even in fractions of students.
    """

    places: Places
    flows: Ints
    measure: str
    value: float
    bound: float

    @property
    def after(self) -> Ints:
        """(2, n) students of each group at each school afterwards."""
        return self.flows.sum(axis=1)

    @property
    def moved(self) -> int:
        """Students who change schools."""
        return int(self._movers.sum())

    @property
    def share_moved(self) -> float:
        """The share of all students who change schools."""
        return float(self.moved / self.places.students.sum())

    @property
    def miles(self) -> float:
        """Mean distance between old and new school of those who move, where it is known; NaN where nobody's is."""
        known = self._movers * np.isfinite(self.places.miles)
        total = float((known * np.where(known > 0, self.places.miles, 0.0)).sum())
        return total / float(known.sum()) if known.any() else float("nan")

    @property
    def unplaced(self) -> int:
        """Students who change schools over a distance that is not known, as one of the schools has no point."""
        return int(self._movers[~np.isfinite(self.places.miles)].sum())

    @property
    def gap(self) -> float:
        """How far the index lies above the bound; 0 where it lies below within the solver's tolerance."""
        return max(0.0, self.value - self.bound)

    @property
    def _movers(self) -> Ints:
        """(n, n) students who change schools, by old and new school."""
        both = self.flows.sum(axis=0)
        return both - np.diag(both.diagonal())


@dataclass(frozen=True)
class Reach:
    """Whether and how a target can be reached.

    Attributes:
        target: of the index.
        plan: one that reaches it with few moves; None where none was found.
        fewest: no assignment that reaches the target moves fewer students; None where none reaches it.
        bound: what the index of no assignment within the limits lies below.
        lifted: where none reaches it, the bound with some of ``LIMITS`` lifted: each that is set and, where none of
            them is enough, each two, and at last all; NaN where even then no assignment is possible.
        nearest: the index of the assignment in whole students that comes nearest to the target of those tried; NaN
            where none reaches it.
    """

    target: float
    plan: Plan | None
    fewest: int | None
    bound: float
    lifted: Lifted
    nearest: float = float("nan")

    @property
    def binding(self) -> list[tuple[str, ...]]:
        """The limits that, lifted together, would bring the target within reach, as far as the bound tells."""
        return enough(self.lifted, self.target)


def least_segregated(places: Places, limits: Limits, measure: str = "dissimilarity") -> Plan:
    """The assignment whose index is least, as near to it as whole students come.

    Args:
        places: the schools.
        limits: what it must respect.
        measure: a key of ``MEASURES``.

    Raises:
        InputError: no assignment meets the limits; the message says which of them stands in the way.
    """
    found = relaxed(room(places, limits), MEASURES[measure])
    if found is None:
        raise InputError(_none_meets(places, limits))
    return whole_plan(room(places, limits), measure, found, found.bound(room(places, limits)))


def reach(places: Places, limits: Limits, target: float, measure: str = "dissimilarity") -> Reach:
    """The fewest students who must move so that the index is at most the target, or the proof that none does.

    Args:
        places, limits, measure: as in ``least_segregated``.
        target: of the index.

    Raises:
        InputError: as in ``least_segregated``.
    """
    best = least_segregated(places, limits, measure)
    if best.bound > target:
        return Reach(target, None, None, best.bound, _lifted(places, limits, target, measure))
    fewest, aim, nearest = 0, target, best.value
    for attempt in range(ROUNDS):
        found = relaxed(room(places, limits), MEASURES[measure], aim)
        if found is None:
            break
        if attempt == 0:
            fewest = int(np.ceil(found.least - WHOLE))
        plan = whole_plan(room(places, limits), measure, found, best.bound)
        if plan.value <= target + SAME:
            return Reach(target, plan, fewest, best.bound, {}, plan.value)
        nearest = min(nearest, plan.value)
        # Whole students overshoot a little, so aim lower by as much, and ever more where that is not enough.
        aim -= (plan.value - target) * 2**attempt
    return Reach(target, best if best.value <= target + SAME else None, fewest, best.bound, {}, nearest)


def whole_plan(space: Room, measure: str, found: Relaxed, bound: float) -> Plan:
    """The plan in whole students beside an assignment in fractions."""
    out, into = whole_margins(space, MEASURES[measure], found)
    value = MEASURES[measure].value(space.places.students - out + into)
    return Plan(space.places, whole_flows(space, out, into), measure, value, bound)


def _bound(places: Places, limits: Limits, measure: str) -> float:
    """What the index of no assignment within the limits lies below; NaN where there is none."""
    found = relaxed(room(places, limits), MEASURES[measure])
    return float("nan") if found is None else found.bound(room(places, limits))


def _lifted(places: Places, limits: Limits, target: float, measure: str) -> Lifted:
    """The bound without some of the limits that are set, until it is at most the target."""
    return lifted(limits_set(places, limits), lambda which: _bound(*without(places, limits, which), measure), target)


def limits_set(places: Places, limits: Limits) -> list[str]:
    """Those of ``LIMITS`` that limit something."""
    free = {name for name, value in _FREE.items() if getattr(limits, name) == value}
    return [name for name in LIMITS if name not in free | ({"serves"} if places.serves.all() else set())]


def without(places: Places, limits: Limits, names: tuple[str, ...]) -> tuple[Places, Limits]:
    """The same without some of the limits."""
    if "capacity" in names:
        places = replace(places, capacity=np.full_like(places.capacity, places.students.sum()))
    if "serves" in names:
        places = replace(places, serves=np.ones_like(places.serves))
    return places, replace(limits, **{name: _FREE[name] for name in names if name in _FREE})


def _none_meets(places: Places, limits: Limits) -> str:
    """Why no assignment meets the limits, and what to do."""
    short = int(places.students.sum() - places.capacity.sum())
    if short > 0:
        return f"The schools hold {short:,} students fewer than there are; raise their capacity."
    ways = enough(_lifted(places, limits, np.inf, "dissimilarity"), np.inf)
    without = " or ".join(" and ".join(LIMITS[name] for name in way) for way in ways)
    return f"No assignment meets the limits, but one would without {without}; loosen that."
