"""Made-up applicants of a 50/50 scenario: the files with which the students' lottery plays out the same plan.

The simulator moves numbers of students, the lottery students. Of the first year both know who applies where, who of
those present keeps a seat and how many seats are left; from there each goes its own way, so that they can be compared.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.lottery.claims import Flags
from analysis.lottery.market import Rules
from analysis.lottery.playable import check, check_sharing, left_out
from analysis.policy.assign import applicants, present
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.draw import Lottery as Chance
from analysis.policy.ground import Ground
from analysis.policy.intake import Intake
from analysis.policy.lotteries import Lottery
from analysis.policy.pools import GROUPS, OPEN, Applications, Pools, applications, pools
from analysis.policy.scenario import Scenario
from analysis.units import Floats

OUTSIDE = "outside"
# The lottery's rule for seats left over that does as the scenario's; those of "lower" are added before the draw.
UNFILLED: dict[str, Literal["hold", "release", "outside", "second-round"]] = {
    "hold": "hold",
    "release": "release",
    "second": "second-round",
    "outside": "outside",
    "lower": "hold",
}
# Where students present who lose their place come first for what is left.
TAKEN_OVER = ("release", "second")


@dataclass(frozen=True)
class Files:
    """What a students' lottery is held with.

    Attributes:
        applications: student, pool, rank, school and those of ``FLAGS`` that the scenario needs, in the order of the
            students; and what no lottery looks at: home (the school of today, or a place that is none) and group ("ed"
            or "other").
        seats: school, pool, seats: those left when the students present have taken theirs; and of ``ASIDES`` what the
            scenario sets aside.
        rules: how the lottery is held to follow the scenario.
        declining: how many more apply but would decline an offer.
        left_out: what of the scenario is no part of the lottery, in sentences.
    """

    applications: pd.DataFrame
    seats: pd.DataFrame
    rules: Rules
    declining: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Students:
    """Those who would take a seat, (students,) each: position of the school of today, class, group; and whether they
    live in the district; (students, hosts) where they apply, and at which host they lose their place.
    """

    home: Ints
    class_: Ints
    group: Ints
    inside: Flags
    applies: Flags
    present: Flags


def files(ground: Ground, scenario: Scenario, seed: int | tuple[int, ...]) -> Files:
    """Applicants of a scenario's first year, drawn as the simulator draws them, and the seats they apply for.

    Every student ranks the hosts applied to in the scenario's order, in which the simulator holds their lotteries.

    Args:
        ground: what the scenario stands on.
        scenario: the policy.
        seed: of what chance decides before any lottery; the same gives the same files.

    Raises:
        InputError: a rule of the scenario is none that the students' lottery has, or nobody applies.
    """
    divided = pools(ground, scenario)
    check(scenario, divided)
    chance = Chance(seed)
    chances = applications(ground, scenario, divided, 0)
    taking, declining = applicants(ground, divided, chances, [[] for _ in ground.hosts], chance, 1)
    students = _students(ground, scenario, divided, chances, taking[..., 0, :], chance)
    if not len(students.home):
        raise InputError("Nobody applies in this scenario; raise willing, or open its seats to more schools.")
    refusing = 0
    if declining is not None:
        refusing = len(_students(ground, scenario, divided, chances, declining[..., 0, :], chance).home)
    left, losing = _begun(ground, scenario, divided, students, chance)
    if scenario.unfilled in TAKEN_OVER:
        students = _together(students, _losing(ground, scenario, losing, chance))
    return Files(
        applications=_applications(ground, scenario, divided, students, chance),
        seats=_seats(ground, scenario, divided, left),
        rules=_rules(scenario, divided),
        declining=refusing,
        left_out=tuple(left_out(scenario)),
    )


def entries(scenario: Scenario) -> list[str]:
    """What the files call each host: its id, with the grade where a school has seats in several."""
    ids = [host.ncessch for host in scenario.hosts]
    return [f"{host.ncessch}-{host.grade}" if ids.count(host.ncessch) > 1 else host.ncessch for host in scenario.hosts]


def _rules(scenario: Scenario, divided: Pools) -> Rules:
    """How the lottery is held: a number a school, and a fresh one for what is open or set aside, as the simulator's."""
    open_order: Literal["last"] | None = "last" if OPEN in divided.names else None
    fresh: Literal["redrawn"] | None = "redrawn" if open_order or _asides(scenario, divided) else None
    return Rules("multiple", open_order, fresh, UNFILLED[scenario.unfilled])


def _students(
    ground: Ground, scenario: Scenario, divided: Pools, chances: Applications, taking: Ints, chance: Chance
) -> _Students:
    """Those who would take a seat, from (classes, cohorts, 2, n) of them, without those who apply nowhere."""
    class_, cohort, group, home = (np.repeat(axis, taking.ravel()) for axis in np.indices(taking.shape).reshape(4, -1))
    inside = ground.inside[home]
    reached = _reach_out(scenario, divided)[class_]
    applies = ground.serves[:, home].T & chances.opened[:, cohort].T & (inside | reached)[:, None]
    applies &= ground.seats[0] > 0
    once = np.ones(applies.shape, dtype=np.int64)
    if chances.part is not None:
        applies &= chance.applicants(once, chances.part[:, cohort, group, home].T) > 0
    if chances.accept_part is not None:
        applies &= chance.applicants(once, chances.accept_part[:, group, home].T) > 0
    some = applies.any(axis=1)
    nowhere = np.zeros_like(applies)
    return _Students(home[some], class_[some], group[some], inside[some], applies[some], nowhere[some])


def _reach_out(scenario: Scenario, divided: Pools) -> Flags:
    """(classes,) whether students of the class from outside the district may have any seat."""
    every = divided.outside[len(divided.classes) :].any() or scenario.unfilled == "outside"
    return (divided.outside[: len(divided.classes)] > 0) | every


def _begun(
    ground: Ground, scenario: Scenario, divided: Pools, students: _Students, chance: Chance
) -> tuple[Ints, Ints]:
    """(hosts, pools) seats left to draw, and (hosts, classes, 2) students present who lose their places."""
    begun: list[tuple[np.intp, Intake]] = []
    left = np.zeros((len(ground.hosts), len(divided.names)), dtype=np.int64)
    losing = np.zeros((len(ground.hosts), len(divided.classes), 2), dtype=np.int64)
    for host in np.flatnonzero(ground.seats[0]):
        lottery = Lottery(ground, scenario, divided, int(host), chance)
        at = ground.hosts[host]
        of_school = [intake for position, intake in begun if position == at]
        candidates = np.zeros((len(divided.classes), 1, 2, 1, len(ground.schools)), dtype=np.int64)
        who = students.applies[:, host]
        np.add.at(candidates[:, 0, :, 0], (students.class_[who], students.group[who], students.home[who]), 1)
        intake, rest = lottery.begun(0, present(ground, at, of_school, 1), candidates)
        if (who & students.applies[:, :host].any(axis=1)).any():
            check_sharing(scenario, scenario.hosts[host].ncessch, displaced=bool(intake.freed.any()))
        begun.append((at, intake))
        left[host] = [int(intake.still_open(pool)[0]) for pool in range(len(divided.names))]
        losing[host] = rest[..., 0]
    return left, losing


def _losing(ground: Ground, scenario: Scenario, losing: Ints, chance: Chance) -> _Students:
    """Students present who lose their places and would take a seat that is left, at their own school."""
    if scenario.unfilled == "second":
        losing = chance.applicants(losing, scenario.second_accept)
    host, class_, group = (np.repeat(axis, losing.ravel()) for axis in np.indices(losing.shape).reshape(3, -1))
    own = host[:, None] == np.arange(len(ground.hosts))
    return _Students(ground.hosts[host], class_, group, np.ones(len(host), dtype=np.bool_), own, own)


def _together(some: _Students, others: _Students) -> _Students:
    return _Students(*(np.concatenate(both) for both in zip(vars(some).values(), vars(others).values(), strict=True)))


def _applications(
    ground: Ground, scenario: Scenario, divided: Pools, students: _Students, chance: Chance
) -> pd.DataFrame:
    student, host = np.nonzero(students.applies)
    wide = len(str(len(students.home)))
    number = pd.Series(np.arange(1, len(students.home) + 1)).astype("str").str.zfill(wide)
    table = pd.DataFrame(
        {
            "student": number.to_numpy()[student],
            "pool": np.array(divided.names, dtype=object)[students.class_][student],
            "rank": np.cumsum(students.applies, axis=1)[student, host],
            "school": np.array(entries(scenario), dtype=object)[host],
        }
    )
    home, inside, losing = students.home[student], students.inside[student], students.present[student, host]
    for name in _asides(scenario, divided):
        table[name] = ~inside if name == OUTSIDE else False
    for each, first in zip(scenario.set_asides, _served_first(ground, scenario, divided, chance), strict=True):
        of_pool = np.array([each.pool in (None, OPEN, name) for name in divided.names])[students.class_[student]]
        drawn = chance.applicants(np.ones_like(host), each.rate) > 0
        table[each.kind] |= of_pool & first[host, home] & inside & drawn & ~losing
    if scenario.unfilled in TAKEN_OVER:
        table["present"] = losing
    if scenario.unfilled == "second":
        table["first_only"] = (chance.applicants(np.ones_like(host), scenario.second_accept) == 0) & ~losing
    table["home"] = ground.schools["ncessch"].to_numpy(dtype=object)[home]
    table["group"] = np.array(GROUPS, dtype=object)[students.group[student]]
    return table


def _served_first(ground: Ground, scenario: Scenario, divided: Pools, chance: Chance) -> Flags:
    """(set-asides, hosts, n) the schools whose students each set-aside of each host is for."""
    hosts = [Lottery(ground, scenario, divided, host, chance).served_first for host in range(len(ground.hosts))]
    return np.array(hosts, dtype=np.bool_).reshape(len(hosts), -1, len(ground.schools)).swapaxes(0, 1)


def _asides(scenario: Scenario, divided: Pools) -> dict[str, Floats]:
    """(pools,) the share of each pool's seats that are set aside for whom, those served first first."""
    found = {OUTSIDE: divided.outside} if _reach_out(scenario, divided).any() else {}
    for each in scenario.set_asides:
        share = np.array([each.share * (each.pool in (None, name)) for name in divided.names])
        found[each.kind] = found.get(each.kind, 0.0) + share
    return found


def _seats(ground: Ground, scenario: Scenario, divided: Pools, left: Ints) -> pd.DataFrame:
    """Seats to draw, and how many of them are set aside for whom: as many as of all seats, or all that are left."""
    schools = np.repeat(np.array(entries(scenario), dtype=object), len(divided.names))
    table = pd.DataFrame({"school": schools, "pool": list(divided.names) * len(left), "seats": left.ravel()})
    rest = left.copy()
    for name, share in _asides(scenario, divided).items():
        aside = np.minimum(round_half_up(divided.seats[0] * share), rest)
        rest -= aside
        table[name] = aside.ravel()
    return table[np.repeat(ground.seats[0] > 0, len(divided.names))].reset_index(drop=True)
