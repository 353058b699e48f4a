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


def applications(ground: Ground, scenario: Scenario, seats: Ints) -> Applications:
    """Who applies where in a year.

    Args:
        ground: the schools.
        scenario: the policy.
        seats: (hosts, pools) seats of the year.
    """
    of_grade = _grades_of(ground, scenario)
    rate = _for_groups(scenario, lambda g, pool: _chances(ground, scenario, seats, of_grade, g, pool))
    accept = _for_groups(scenario, lambda _, pool: _yield(ground, pool))
    opened, members = np.ones((len(rate), 1), dtype=bool), np.ones((1, len(ground.schools)))
    if of_grade is not None:
        opened, members = of_grade.opened, of_grade.members
    highest = np.where(opened[:, :, None, None], rate[:, None], 0.0).max(axis=0, initial=0.0)
    part = np.divide(rate[:, None], highest, out=np.ones((len(rate), *highest.shape)), where=highest > 0)
    most = accept.max(axis=0, initial=0.0)
    taking = np.divide(accept, most, out=np.ones_like(accept), where=most > 0)
    return Applications(
        opened=opened,
        rate=highest * members[:, None],
        part=np.minimum(part, 1.0) if (part < 1).any() else None,
        accept=most,
        accept_part=taking if (taking < 1).any() else None,
    )


def _for_groups(scenario: Scenario, of: Callable[[int, Pool], Floats]) -> Floats:
    """(hosts, 2, n) something of each group's pool, (hosts, n)."""
    return np.stack([of(group, pool) for group, pool in enumerate((scenario.ed, scenario.other))], axis=1)


@dataclass(frozen=True)
class _Cohorts:
    """Students by the grade whose seats they may apply for.

    Attributes:
        opened: (hosts, cohorts) whose seats are for which.
        members: (cohorts, n) share of each school's students.
        of_host: (hosts, n) share of each school's students whom a host's seats are for.
    """

    opened: NDArray[np.bool_]
    members: Floats
    of_host: Floats


def _grades_of(ground: Ground, scenario: Scenario) -> _Cohorts | None:
    """The cohorts; None where any student may apply for any seat, or as many for each as are in a grade.

    A school has a part of its students in each grade: as many parts as it has grades, or as there are to apply for.
    """
    grades = sorted({host.grade for host in scenario.hosts if host.grade}, key=ENTRY_GRADES.index)
    if scenario.applicants != "cohort" or not grades:
        return None
    own = np.array([[host.grade == grade for grade in grades] for host in scenario.hosts], dtype=bool)
    every = np.array([host.grade is None for host in scenario.hosts], dtype=bool)
    asked = np.asarray(own.T.astype(np.int64) @ ground.serves.astype(np.int64)) > 0
    members = asked / np.maximum(ground.grades, asked.sum(axis=0))
    if every.any():
        rest = 1 - members.sum(axis=0)
        own, members = np.column_stack([own, every]), np.vstack([members, rest])
    opened = own | every[:, None]
    return _Cohorts(opened, members, np.where(every[:, None], 1.0, opened.astype(float) @ members))


def _chances(
    ground: Ground, scenario: Scenario, seats: Ints, cohorts: _Cohorts | None, group: int, pool: Pool
) -> Floats:
    """(hosts, n) chance that a student of the group, of a grade the host has seats for, applies to each host."""
    shape = ground.serves.shape
    lean = np.ones(shape)
    if scenario.draw == "distance":
        lean = 0.5 ** (ground.miles / (pool.half_miles or scenario.half_miles))
    elif scenario.draw == "table":
        weights = {weight.ncessch: getattr(weight, GROUPS[group]) for weight in scenario.weights}
        lean *= ground.schools["ncessch"].map(weights).fillna(1.0).to_numpy(dtype=np.float64)
    one_grade = np.array([host.grade is not None for host in scenario.hosts], dtype=bool).reshape(-1, 1)
    if scenario.applicants == "grade" and one_grade.any():
        lean = np.where(one_grade, lean / ground.grades, lean)
    willing: float | Floats = pool.willing
    if pool.per_seat is not None:
        may = ground.students[group] * (ground.may_send[group] & ground.serves)
        of_grade = may if cohorts is None else may * cohorts.of_host
        wanted = pool.per_seat * seats[:, min(group, seats.shape[1] - 1)]
        willing = np.nan_to_num(ratio(wanted.astype(float), (of_grade * lean).sum(axis=1)))[:, None]
    return np.minimum(willing * lean, 1.0)


def _yield(ground: Ground, pool: Pool) -> Floats:
    """(hosts, n) chance that a student of the group who is offered a seat at a host takes it."""
    if pool.accept_half_miles is None:
        return np.full(ground.serves.shape, pool.accept)
    found: Floats = pool.accept * 0.5 ** (ground.miles / pool.accept_half_miles)
    return found
