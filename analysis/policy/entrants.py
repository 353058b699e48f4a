"""The best assignment where students from outside enter the hosts and every choice is free: what no rule could beat.

So many students of each group enter as an outside share of the hosts' seats is. With their numbers fixed both groups'
totals are again, so the linear programs of a closed district hold: those who enter stand as one more school that all
of its students leave, and which, empty afterwards, adds nothing to the index.

The index need not fall as the share rises, so a share that fails says nothing of others. But one program bounds all
shares of a stretch: as many stand outside as the largest lets in, and as many may stay there as the smallest keeps
out. Then every assignment with a share between is one of the program's, but for those left outside, and what these
can add to the index has a bound (``_ADDED``). Stretches that stay above the target are done with; others are halved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from analysis.policy.assignment import Relaxed, relaxed
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.ground import Ground, seats_held
from analysis.policy.optimum import SAME, whole_plan
from analysis.policy.places import Flags, Limits, Places, Room, room
from analysis.policy.scenario import Scenario
from analysis.policy.tangents import MEASURES
from analysis.units import Floats

# Every tenth of a percent.
SHARES = np.arange(1001) / 1000


@dataclass(frozen=True)
class FreeReach:
    """Whether and with which outside share a target can be reached where every choice is free.

    Attributes:
        target: of the index.
        least: of ``SHARES`` no smaller one reaches it; None where none does.
        share: the smallest found to reach it in whole students; None where none was found.
        outside: students who enter then.
        value: the index then; NaN where no share was found.
    """

    target: float
    least: float | None
    share: float | None = None
    outside: int = 0
    value: float = float("nan")


def smallest_free_outside(places: Places, limits: Limits, target: float, measure: str, seats: Ints) -> FreeReach:
    """The smallest outside share with which some assignment reaches a target, or the proof that none does.

    Args:
        places, limits, target, measure: as in ``analysis.policy.optimum.reach``.
        seats: (2, n) seats of each group at each school; students from outside enter those with any.
    """
    many, first = np.unique(round_half_up(seats * SHARES[:, None, None]).sum(axis=2), axis=0, return_index=True)
    hosts = seats.sum(axis=0) > 0

    def least(low: int, high: int) -> float:
        space = with_entrants(places, limits, many[high], hosts, many[high] - many[low])
        found = relaxed(space, MEASURES[measure])
        return np.inf if found is None else _bound(space, found, measure, many[high] - many[low])

    @cache
    def value(at: int) -> float:
        space = with_entrants(places, limits, many[at], hosts)
        found = relaxed(space, MEASURES[measure])
        return np.inf if found is None else whole_plan(space, measure, found, 0.0).value

    at = next(_within_reach(least, target, 0, len(many) - 1), None)
    if at is None:
        return FreeReach(target, None)
    proven = float(SHARES[first[at]])
    found = _first_from(at, len(many) - 1, lambda each: value(each) <= target + SAME)
    if found is None:
        return FreeReach(target, proven)
    return FreeReach(target, proven, float(SHARES[first[found]]), int(many[found].sum()), value(found))


def _within_reach(least: Callable[[int, int], float], target: float, low: int, high: int) -> Iterator[int]:
    """The positions from low to high, rising, at which the index is not proven to stay above the target.

    Args:
        least: what the index lies nowhere below from one position to another.
        target: of the index.
        low, high: the first and the last position.
    """
    if least(low, high) > target + SAME:
        return
    if low == high:
        yield low
        return
    middle = (low + high) // 2
    yield from _within_reach(least, target, low, middle)
    yield from _within_reach(least, target, middle + 1, high)


def _first_from(start: int, last: int, reaches: Callable[[int], bool]) -> int | None:
    """A position from ``start`` on that reaches, the one before it not: steps that double, then halve; None if none."""
    low, high, step = start - 1, start, 1
    while not reaches(high):
        if high == last:
            return None
        low, high, step = high, min(high + step, last), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _bound(space: Room, found: Relaxed, measure: str, left: Ints) -> float:
    """What the index lies nowhere below, with any number of students left outside up to ``left`` (2,) of each group."""
    totals = space.places.students.sum(axis=1)
    return _ADDED[measure](found.bound(space), (totals - left).astype(np.float64), totals.astype(np.float64))


# What the index over the schools is at least, if over these and those left outside as one more school it is at least so
# much. Of each group there are ``few`` to ``most`` students without and with those left outside, d of them, up to
# most − few. For D, Σ |a/A − b/B| over the schools grows by at most d/most for each group as totals do, and the school
# outside adds the difference of the two d/most: half of all is the larger of the two. For V = 1 − (1/A + 1/B) Σ ab/t,
# the sum only grows by those left outside.
_ADDED: dict[str, Callable[[float, Floats, Floats], float]] = {
    "dissimilarity": lambda bound, few, most: bound - float(((most - few) / most).max()),
    "variance_ratio": lambda bound, few, most: 1 - float((1 / few).sum() / (1 / most).sum()) * (1 - bound),
}


def with_entrants(places: Places, limits: Limits, entrants: Ints, hosts: Flags, left: Ints | None = None) -> Room:
    """What the limits leave open where students from outside enter some schools.

    Args:
        places: the schools.
        limits: of the students there today; they limit nobody who enters.
        entrants: (2,) students of each group who enter.
        hosts: (n,) the schools that they may enter.
        left: (2,) students of each group who need not; None for nobody.
    """
    here = room(places, limits)
    n = len(places.ids)
    stay = np.zeros(2, dtype=np.int64) if left is None else left
    joined = replace(
        places,
        ids=np.append(places.ids, "outside"),
        students=np.column_stack([places.students, entrants]),
        capacity=np.append(places.capacity, stay.sum()),
        known=np.append(places.known, np.True_),
        serves=_beside(places.serves, hosts),
        miles=np.pad(places.miles, (0, 1)),
        may_host=np.append(places.may_host, np.False_),
    )
    most = np.tile(joined.capacity, (2, 1))
    most[:, n] = stay
    return Room(
        joined,
        open=_beside(here.open, hosts),
        movable=np.column_stack([here.movable, entrants]),
        smallest=np.append(here.smallest, 0),
        movers=here.movers + int(entrants.sum()),
        loads=(np.zeros((2, n + 1), dtype=np.int64), most),
    )


def host_seats(places: Places, ground: Ground, scenario: Scenario, ed_share: float) -> Ints:
    """(2, n) seats of each group at each school at the end of a plan; a host that does not stand yet has none here.

    Args:
        places: the schools.
        ground: of the plan.
        scenario: the plan.
        ed_share: share of its seats that disadvantaged students get.
    """
    given = dict.fromkeys(scenario.host_ids, 0)
    for host, held in zip(scenario.hosts, seats_held(ground, scenario).tolist(), strict=True):
        given[host.ncessch] += held
    seats = np.array([given.get(school, 0) for school in places.ids.tolist()], dtype=np.int64)
    ed = round_half_up(seats * ed_share)
    return np.stack([ed, seats - ed])


def _beside(between: Flags, hosts: Flags) -> Flags:
    """(n + 1, n + 1) the same with one more school, open to the hosts and itself."""
    wider = np.pad(between, (0, 1))
    wider[-1, :-1] = wider[:-1, -1] = hosts
    wider[-1, -1] = True
    return wider
