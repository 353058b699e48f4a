"""How a host's seats are divided among pools, who may enter each, and who applies: a scenario's rules as arrays.

The lottery sees every student as of one class: disadvantaged or not, as it knows, or of a tier of sending schools.
Every class has a pool reserved for it, and one more pool may be open to all. So 50/50, any other share, bands and tiers
with quotas are one rule with different numbers.
"""

from dataclasses import dataclass

import numpy as np

from analysis.policy.draw import Ints, round_half_up
from analysis.policy.ground import Ground
from analysis.policy.scenario import Pool, Scenario
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
        seats: (hosts, pools) seats of each.
        outside: (pools,) share of the seats offered first outside the district.
        classes: (classes, 2, n) share of each group's students of a school whom the lottery takes for each class; adds
            up to 1 over classes.
    """

    names: tuple[str, ...]
    shares: Floats
    seats: Ints
    outside: Floats
    classes: Floats

    def opened(self, pool: int) -> slice:
        """The classes that may enter a pool."""
        return slice(pool, pool + 1) if pool < len(self.classes) else slice(None)


@dataclass(frozen=True)
class Applications:
    """Who applies where.

    Attributes:
        rate: (2, n) chance that a student of each group applies to any host.
        part: (hosts, 2, n) chance that one who applies at all applies to the host; None where it is 1 for all.
        accept: (2,) chance that one who is offered a seat takes it.
    """

    rate: Floats
    part: Floats | None
    accept: Floats


def pools(ground: Ground, scenario: Scenario) -> Pools:
    """The pools of a scenario on its ground."""
    sides = (scenario.ed, scenario.other)
    both = sum(side.outside for side in sides) / 2
    if scenario.reserve == "tiers":
        names = tuple(f"tier {i + 1}" for i in range(len(scenario.tiers)))
        shares, outside = scenario.tiers, [both] * len(names)
        tier = _tiers(ground, len(names))
        classes = np.repeat((tier == np.arange(len(names))[:, None])[:, None, :], 2, axis=1).astype(np.float64)
    else:
        names, shares, outside = GROUPS, _reserved(ground, scenario), [side.outside for side in sides]
        classes = np.empty((2, 2, len(ground.schools)))
        classes[ED, ED], classes[OTHER, OTHER] = (1 - side.mistaken for side in sides)
        classes[OTHER, ED], classes[ED, OTHER] = (side.mistaken for side in sides)
    if sum(shares) < 1 - 1e-9:
        names, shares, outside = (*names, OPEN), (*shares, 1 - sum(shares)), [*outside, both]
    ends = round_half_up(ground.seats[:, None] * np.cumsum(shares))
    ends[:, -1] = ground.seats
    return Pools(names, np.array(shares), np.diff(ends, axis=1, prepend=0), np.array(outside), classes)


def _reserved(ground: Ground, scenario: Scenario) -> tuple[float, float]:
    """Shares of the seats reserved for disadvantaged and for other students."""
    if scenario.reserve == "share":
        return scenario.ed_share, 1 - scenario.ed_share
    ed, everyone = ground.students[ED, ground.inside].sum(), ground.students[:, ground.inside].sum()
    share = float(ed / everyone) if everyone else 0.5
    band = scenario.band if scenario.reserve == "band" else 0.0
    return max(share - band, 0.0), max(1 - share - band, 0.0)


def _tiers(ground: Ground, number: int) -> Ints:
    """(n,) tier of each school, 0 the poorest, so that the district's tiers have about as many students each.

    Schools outside the district join the tier of the district's school whose share is the next below their own.
    """
    size = ground.students.sum(axis=0)
    share = np.nan_to_num(ratio(ground.students[ED].astype(float), size.astype(float)))
    own = np.flatnonzero(ground.inside)
    own = own[np.argsort(-share[own], kind="stable")]
    middle = np.cumsum(size[own]) - size[own] / 2
    tiers = np.minimum(middle * number / max(size[own].sum(), 1), number - 1).astype(np.int64)
    below = np.searchsorted(-share[own], -share, side="left")
    tier = tiers[np.minimum(below, len(own) - 1)]
    tier[own] = tiers
    return tier


def applications(ground: Ground, scenario: Scenario, seats: Pools) -> Applications:
    """Who applies where, as chances for each host, group and school."""
    rate = np.stack(
        [_chances(ground, scenario, seats, g, pool) for g, pool in enumerate((scenario.ed, scenario.other))]
    )
    rate = np.moveaxis(rate, 0, 1)  # (hosts, 2, n)
    any_host = rate.max(axis=0, initial=0.0)
    part = np.divide(rate, any_host, out=np.ones_like(rate), where=any_host > 0)
    accept = np.array([scenario.ed.accept, scenario.other.accept])
    return Applications(any_host, part if (part < 1).any() else None, accept)


def _chances(ground: Ground, scenario: Scenario, seats: Pools, group: int, pool: Pool) -> Floats:
    """(hosts, n) chance that a student of the group applies to each host."""
    shape = ground.serves.shape
    lean = np.ones(shape)
    if scenario.draw == "distance":
        lean = 0.5 ** (ground.miles / scenario.half_miles)
    elif scenario.draw == "table":
        weights = {weight.ncessch: getattr(weight, GROUPS[group]) for weight in scenario.weights}
        lean *= ground.schools["ncessch"].map(weights).fillna(1.0).to_numpy(dtype=np.float64)
    one_grade = np.array([host.grade is not None for host in scenario.hosts], dtype=bool).reshape(-1, 1)
    if scenario.applicants == "grade" and one_grade.any():
        lean = np.where(one_grade, lean / ground.grades, lean)
    willing: float | Floats = pool.willing
    if pool.per_seat is not None:
        may = ground.students[group] * (ground.may_send[group] & ground.serves)
        wanted = pool.per_seat * seats.seats[:, min(group, seats.seats.shape[1] - 1)]
        willing = np.nan_to_num(ratio(wanted.astype(float), (may * lean).sum(axis=1)))[:, None]
    return np.minimum(willing * lean, 1.0)
