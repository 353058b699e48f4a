"""How a host's seats are divided among pools, who may enter each, and who applies: a scenario's rules as arrays.

The lottery sees every student as of one class: disadvantaged or not, as it knows, or of a tier of sending schools.
Every class has a pool reserved for it, and one more pool may be open to all. So 50/50, any other share, bands and tiers
with quotas are one rule with different numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.policy.draw import Ints, round_half_up
from analysis.policy.ground import Ground
from analysis.policy.scenario import ENTRY_GRADES, Pool, Scenario
from analysis.units import Floats, ratio

ED, OTHER = 0, 1
GROUPS = ("ed", "other")
OPEN = "open"


@dataclass(frozen=True)
class Pools:
    """Pools of seats: one for each class of students, in order, then perhaps one open to all.

    Attributes:
        names: of the pools: "ed" and "other", or "tier 1" and so on, then perhaps ``OPEN``.
        shares: (pools,) share of a host's seats that each has.
        seats: (years, hosts, pools) seats of each in each year.
        outside: (pools,) share of the seats offered first outside the district.
        classes: (classes, 2, n) share of each group's students of a school whom the lottery takes for each class; adds
            up to 1 over classes.
        counted: how many of each school's students the lottery counts, where it goes by another definition than the
            figures; None where it goes by theirs, or by tiers.
    """

    names: tuple[str, ...]
    shares: Floats
    seats: Ints
    outside: Floats
    classes: Floats
    counted: "Counted | None" = None

    def opened(self, pool: int) -> slice:
        """The classes that may enter a pool."""
        return slice(pool, pool + 1) if pool < len(self.classes) else slice(None)


@dataclass(frozen=True)
class Counted:
    """A school's students on the lottery's definition of ED and on the figures'.

    Attributes:
        both: (2, n) students of each group whom the lottery's definition counts as disadvantaged.
        students: (2, n) students of each group.
        mistaken: share of those it counts whom the lottery takes for others, and of the others for those it counts.
    """

    both: Ints
    students: Ints
    mistaken: tuple[float, float]


@dataclass(frozen=True)
class Applications:
    """Who applies where.

    Students of each grade with seats of its own are a cohort, all others one more; where all hosts' seats are in the
    same grade, or for any grade's students alike, there is one cohort.

    Attributes:
        opened: (hosts, cohorts) whether students of a cohort may apply to a host.
        rate: (cohorts, 2, n) chance that a student of each group is of a cohort and applies to any host.
        part: (hosts, cohorts, 2, n) chance that one who applies at all applies to the host; None where always 1.
        accept: (2, n) chance that one who is offered a seat takes it, at the host where it is highest.
        accept_part: (hosts, 2, n) chance that one who would take a seat there takes one at the host; None where 1.
    """

    opened: NDArray[np.bool_]
    rate: Floats
    part: Floats | None
    accept: Floats
    accept_part: Floats | None

    @property
    def everywhere(self) -> bool:
        """Whether everyone who applies and would take a seat does so at each host that is theirs."""
        return self.part is None and self.accept_part is None

    def cohorts(self, host: int) -> "slice | NDArray[np.bool_]":
        """An index of the cohorts that may apply to a host."""
        opened: NDArray[np.bool_] = self.opened[host]
        return slice(None) if opened.all() else opened


def pools(ground: Ground, scenario: Scenario) -> Pools:
    """The pools of a scenario on its ground."""
    sides = (scenario.ed, scenario.other)
    both = sum(side.outside for side in sides) / 2
    if scenario.reserve == "tiers":
        names = tuple(f"tier {i + 1}" for i in range(len(scenario.tiers)))
        shares, outside = scenario.tiers, [both] * len(names)
        classes, counted = _tier_classes(ground, scenario), None
    else:
        names, shares, outside = GROUPS, _reserved(ground, scenario), [side.outside for side in sides]
        counted = None if scenario.lottery_basis is None else _counted(ground, scenario)
        classes = _ed_classes(scenario, counted, len(ground.schools))
    if sum(shares) < 1 - 1e-9:
        names, shares, outside = (*names, OPEN), (*shares, 1 - sum(shares)), [*outside, both]
    ends = round_half_up(ground.seats[..., None] * np.cumsum(shares))
    ends[..., -1] = ground.seats
    return Pools(names, np.array(shares), np.diff(ends, axis=-1, prepend=0), np.array(outside), classes, counted)


def _counted(ground: Ground, scenario: Scenario) -> Counted:
    """Of a school's A students whom the figures count and L whom the lottery counts, min(A, L) are taken to be both."""
    both = np.minimum(ground.students[ED], ground.lottery_ed)
    mistaken = (scenario.ed.mistaken, scenario.other.mistaken)
    return Counted(np.stack([both, ground.lottery_ed - both]), ground.students, mistaken)


def _ed_classes(scenario: Scenario, counted: Counted | None, schools: int) -> Floats:
    """(2, 2, n) what the lottery takes students of each group for: by its definition of ED, then by mistake."""
    right = np.repeat(np.array([[1.0], [0.0]]), schools, axis=1)
    if counted is not None:
        right = np.nan_to_num(ratio(counted.both.astype(float), counted.students.astype(float)))
    as_ed = right * (1 - scenario.ed.mistaken) + (1 - right) * scenario.other.mistaken
    return np.stack([as_ed, 1 - as_ed])


def _tier_classes(ground: Ground, scenario: Scenario) -> Floats:
    """(tiers, 2, n) what the lottery takes students of each group for: their school's tier or, by mistake, another."""
    number = len(scenario.tiers)
    own = (_tiers(ground, number) == np.arange(number)[:, None])[:, None, :]
    mistaken = np.array([scenario.ed.mistaken, scenario.other.mistaken])[None, :, None] * (number > 1)
    return np.where(own, 1 - mistaken, mistaken / max(number - 1, 1))


def _reserved(ground: Ground, scenario: Scenario) -> tuple[float, float]:
    """Shares of the seats reserved for disadvantaged and for other students."""
    if scenario.reserve == "share":
        return scenario.ed_share, 1 - scenario.ed_share
    ed, everyone = ground.lottery_ed[ground.inside].sum(), ground.students[:, ground.inside].sum()
    share = float(ed / everyone) if everyone else 0.5
    band = scenario.band if scenario.reserve == "band" else 0.0
    return max(share - band, 0.0), max(1 - share - band, 0.0)


def _tiers(ground: Ground, number: int) -> Ints:
    """(n,) tier of each school, 0 the poorest, so that the district's tiers have about as many students each.

    Schools outside the district join the tier of the district's school whose share is the next below their own.
    """
    size = ground.students.sum(axis=0)
    share = np.nan_to_num(ratio(ground.lottery_ed.astype(float), size.astype(float)))
    own = np.flatnonzero(ground.inside)
    own = own[np.argsort(-share[own], kind="stable")]
    middle = np.cumsum(size[own]) - size[own] / 2
    tiers = np.minimum(middle * number / max(size[own].sum(), 1), number - 1).astype(np.int64)
    below = np.searchsorted(-share[own], -share, side="left")
    tier = tiers[np.minimum(below, len(own) - 1)]
    tier[own] = tiers
    return tier


def applications(ground: Ground, scenario: Scenario, divided: Pools, year: int) -> Applications:
    """Who applies where in a year.

    Args:
        ground: the schools.
        scenario: the policy.
        divided: its pools of seats.
        year: of the scenario, 0 for its first.
    """
    cohorts = _cohorts(ground, scenario)
    seats = divided.seats[year]

    def chances(group: int, pool: Pool) -> Floats:
        lean = _lean(ground, scenario, group, pool)[:, None]
        if pool.per_seat is not None:
            wanted = pool.per_seat * _seats_for(ground, divided, seats, cohorts)[:, group]
            return _of_wanted(ground, cohorts, group, lean, wanted)
        return np.broadcast_to(np.minimum(pool.willing * lean, 1.0), (*cohorts.opened.shape, lean.shape[2]))

    rate = _for_groups(scenario, chances)
    accept = _for_groups(scenario, lambda _, pool: _yield(ground, pool))
    opened = cohorts.opened[..., None, None]
    highest = np.where(opened, rate, 0.0).max(axis=0, initial=0.0)
    may = opened & ground.serves[:, None, None]
    part = np.divide(rate, highest, out=np.ones_like(rate), where=may & (highest > 0))
    most = accept.max(axis=0, initial=0.0)
    taking = np.divide(accept, most, out=np.ones_like(accept), where=most > 0)
    return Applications(
        opened=cohorts.opened,
        rate=highest * cohorts.members[:, None],
        part=np.minimum(part, 1.0) if (part < 1).any() else None,
        accept=most,
        accept_part=taking if (taking < 1).any() else None,
    )


def _for_groups(scenario: Scenario, of: Callable[[int, Pool], Floats]) -> Floats:
    """(hosts, …, 2, n) something of each group's pool, (hosts, …, n)."""
    return np.stack([of(group, pool) for group, pool in enumerate((scenario.ed, scenario.other))], axis=-2)


@dataclass(frozen=True)
class _Cohorts:
    """Students by the grade whose seats they may apply for.

    Attributes:
        opened: (hosts, cohorts) whose seats are for which.
        members: (cohorts, n) share of each school's students.
    """

    opened: NDArray[np.bool_]
    members: Floats


def _cohorts(ground: Ground, scenario: Scenario) -> _Cohorts:
    """The cohorts; one of all where any student may apply for any seat, or as many for each as are in a grade.

    A school has a part of its students in each grade: as many parts as it has grades, or as there are to apply for.
    """
    grades = sorted({host.grade for host in scenario.hosts if host.grade}, key=ENTRY_GRADES.index)
    if scenario.applicants != "cohort" or not grades:
        return _Cohorts(np.ones((len(scenario.hosts), 1), dtype=bool), np.ones((1, len(ground.schools))))
    own = np.array([[host.grade == grade for grade in grades] for host in scenario.hosts], dtype=bool)
    every = np.array([host.grade is None for host in scenario.hosts], dtype=bool)
    asked = np.asarray(own.T.astype(np.int64) @ ground.serves.astype(np.int64)) > 0
    members = asked / np.maximum(ground.grades, asked.sum(axis=0))
    if every.any():
        rest = 1 - members.sum(axis=0)
        own, members = np.column_stack([own, every]), np.vstack([members, rest])
    return _Cohorts(own | every[:, None], members)


def _lean(ground: Ground, scenario: Scenario, group: int, pool: Pool) -> Floats:
    """(hosts, n) multiple of the group's willingness with which its students apply to each host."""
    lean = np.ones(ground.serves.shape)
    if scenario.draw == "distance":
        lean = 0.5 ** (ground.miles / (pool.half_miles or scenario.half_miles))
    elif scenario.draw == "table":
        weights = {weight.ncessch: getattr(weight, GROUPS[group]) for weight in scenario.weights}
        lean *= ground.schools["ncessch"].map(weights).fillna(1.0).to_numpy(dtype=np.float64)
    one_grade = np.array([host.grade is not None for host in scenario.hosts], dtype=bool).reshape(-1, 1)
    if scenario.applicants == "grade" and one_grade.any():
        lean = np.where(one_grade, lean / ground.grades, lean)
    return lean


def _of_wanted(ground: Ground, cohorts: _Cohorts, group: int, lean: Floats, wanted: Floats) -> Floats:
    """(hosts, cohorts, n) chance that a student of the group applies to each host, where so many are wanted for each.

    Those wanted for a host are spread over the students who may apply to it. As whoever applies does so to all hosts
    that are theirs, a student's willingness is what all of these ask, and together as many apply as are wanted.

    Args:
        ground, cohorts, group: who there is.
        lean: (hosts, 1, n) as of ``_lean``.
        wanted: (hosts,) applicants for the seats of each host.
    """
    lean = lean * (cohorts.opened[..., None] & ground.serves[:, None])
    there = cohorts.members * (ground.students * ground.may_send)[group]
    applying = ((lean > 0) * (there * lean.max(axis=0, initial=0.0))).sum(axis=(1, 2))
    asked = np.nan_to_num(ratio(wanted, applying))[:, None, None] * (lean > 0)
    found: Floats = np.minimum(asked.sum(axis=0) * lean, 1.0)
    return found


def _seats_for(ground: Ground, divided: Pools, seats: Ints, cohorts: _Cohorts) -> Floats:
    """(hosts, 2) seats that each group applies for: of its own pool and its part of every other that it may enter.

    Seats open to all, or of a tier, are parted as the students who may have them are.
    """
    may = (cohorts.opened.astype(float) @ cohorts.members) * ground.serves
    of_class = np.einsum("hn,gn,kgn->hkg", may, (ground.students * ground.may_send).astype(float), divided.classes)
    found = np.zeros((len(seats), len(GROUPS)))
    for pool, name in enumerate(divided.names):
        those = of_class[:, divided.opened(pool)].sum(axis=1)
        parts = np.nan_to_num(ratio(those, those.sum(axis=1, keepdims=True)))
        own = np.array([name == group for group in GROUPS], dtype=float)
        found += seats[:, pool, None] * (own if name in GROUPS else parts)
    return found


def _yield(ground: Ground, pool: Pool) -> Floats:
    """(hosts, n) chance that a student of the group who is offered a seat at a host takes it."""
    if pool.accept_half_miles is None:
        return np.full(ground.serves.shape, pool.accept, dtype=np.float64)
    found: Floats = pool.accept * 0.5 ** (ground.miles / pool.accept_half_miles)
    return found
