"""Made-up applicants of a 50/50 scenario: the files with which the students' lottery plays out the same plan.

The simulator moves numbers of students, the lottery students. Of the first year both know who applies where, who of
those present keeps a seat and how many seats are left; from there each goes its own way, so that they can be compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.lottery.market import Rules
from analysis.policy.assign import applicants, present
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.draw import Lottery as Chance
from analysis.policy.ground import Ground
from analysis.policy.lotteries import Intake, Lottery
from analysis.policy.pools import GROUPS, OPEN, Applications, Pools, applications, pools
from analysis.policy.scenario import Scenario

Flags = NDArray[np.bool_]
# What the pool of those living outside the district adds to the name of their own.
OUTSIDE = " outside"


@dataclass(frozen=True)
class Files:
    """What a students' lottery is held with.

    Attributes:
        applications: student, pool, rank, school, sibling and proximity (nobody's), in the order of the students; and
            what no lottery looks at: home (the school of today, or a place that is none) and group ("ed" or "other").
        seats: school, pool, seats: those left when the students present have taken theirs.
        rules: how the lottery is held to follow the scenario.
        declining: how many more apply but would decline an offer.
    """

    applications: pd.DataFrame
    seats: pd.DataFrame
    rules: Rules
    declining: int


@dataclass(frozen=True)
class _Students:
    """Those who would take a seat, (students,) each: position of the school of today, class, group; and whether they
    live in the district; (students, hosts) where they apply.
    """

    home: Ints
    class_: Ints
    group: Ints
    inside: Flags
    applies: Flags


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
    _check(scenario, divided)
    chance = Chance(seed)
    chances = applications(ground, scenario, divided.seats[0])
    taking, declining = applicants(ground, divided, chances, [[] for _ in ground.hosts], chance, 1)
    students = _students(ground, divided, chances, taking[..., 0, :], chance)
    if not len(students.home):
        raise InputError("Nobody applies in this scenario; raise willing, or open its seats to more schools.")
    rules = Rules("multiple", unfilled="release" if scenario.unfilled == "release" else "hold")
    if OPEN in divided.names:
        rules = Rules("multiple", "last", "redrawn", rules.unfilled)
    return Files(
        applications=_applications(ground, scenario, divided, students),
        seats=_seats(ground, scenario, divided, students, chance),
        rules=rules,
        declining=0
        if declining is None
        else len(_students(ground, divided, chances, declining[..., 0, :], chance).home),
    )


def entries(scenario: Scenario) -> list[str]:
    """What the files call each host: its id, with the grade where a school has seats in several."""
    ids = [host.ncessch for host in scenario.hosts]
    return [f"{host.ncessch}-{host.grade}" if ids.count(host.ncessch) > 1 else host.ncessch for host in scenario.hosts]


def _check(scenario: Scenario, divided: Pools) -> None:
    """Refuse what the students' lottery has no rule for."""
    if not scenario.hosts:
        raise InputError("The scenario has no hosts, so nobody can apply; name a host.")
    unlike = {
        "hosts": (
            any(host.start > 1 for host in scenario.hosts),
            "the files are of the first year, and a host starts later; give start as 1",
        ),
        "draw": (
            scenario.draw in ("nearest", "extremes"),
            "the students' lottery goes by numbers, not by school; give proportional, distance or table",
        ),
        "set_asides": (
            bool(scenario.set_asides),
            "the students' lottery serves siblings and the area before all others, not up to a share; leave them out",
        ),
        "unfilled": (
            scenario.unfilled not in ("hold", "release"),
            "the students' lottery knows hold and release; give one of them",
        ),
        "stay": (
            scenario.stay == "drawn" or (scenario.stay == "always" and len(divided.names) > 2),
            "how many seats are left would depend on the draw; give first",
        ),
        "outside": (
            bool(divided.outside.any()) and (OPEN in divided.names or scenario.unfilled == "release"),
            "seats open to all, and released ones, would go to students from outside as well; give 0",
        ),
    }
    for field, (cannot, why) in unlike.items():
        if cannot:
            raise InputError(f"The scenario's {field} cannot be played out student by student: {why}.")


def _students(ground: Ground, divided: Pools, chances: Applications, taking: Ints, chance: Chance) -> _Students:
    """Those who would take a seat, from (classes, cohorts, 2, n) of them, without those who apply nowhere."""
    class_, cohort, group, home = (np.repeat(axis, taking.ravel()) for axis in np.indices(taking.shape).reshape(4, -1))
    inside = ground.inside[home]
    applies = ground.serves[:, home].T & chances.opened[:, cohort].T & (inside | (divided.outside[class_] > 0))[:, None]
    once = np.ones(applies.shape, dtype=np.int64)
    if chances.part is not None:
        applies &= chance.applicants(once, chances.part[:, cohort, group, home].T) > 0
    if chances.accept_part is not None:
        applies &= chance.applicants(once, chances.accept_part[:, group, home].T) > 0
    some = applies.any(axis=1)
    return _Students(home[some], class_[some], group[some], inside[some], applies[some])


def _applications(ground: Ground, scenario: Scenario, divided: Pools, students: _Students) -> pd.DataFrame:
    student, host = np.nonzero(students.applies)
    pool = np.array(divided.names, dtype=object)[students.class_] + np.where(students.inside, "", OUTSIDE)
    wide = len(str(len(students.home)))
    number = pd.Series(np.arange(1, len(students.home) + 1)).astype("str").str.zfill(wide)
    return pd.DataFrame(
        {
            "student": number.to_numpy()[student],
            "pool": pool[student],
            "rank": np.cumsum(students.applies, axis=1)[student, host],
            "school": np.array(entries(scenario), dtype=object)[host],
            "sibling": False,
            "proximity": False,
            "home": ground.schools["ncessch"].to_numpy(dtype=object)[students.home[student]],
            "group": np.array(GROUPS, dtype=object)[students.group[student]],
        }
    )


def _seats(ground: Ground, scenario: Scenario, divided: Pools, students: _Students, chance: Chance) -> pd.DataFrame:
    """Seats to draw, those offered outside first in rows of their own."""
    nobody = np.zeros((len(divided.classes), 1, 2, 1, len(ground.schools)), dtype=np.int64)
    begun: list[tuple[np.intp, Intake]] = []
    left = np.zeros((len(ground.hosts), len(divided.names)), dtype=np.int64)
    for host in range(len(ground.hosts)):
        lottery = Lottery(ground, scenario, divided, host, chance)
        at = ground.hosts[host]
        of_school = [intake for position, intake in begun if position == at]
        intake, rest = lottery.begun(0, present(ground, at, of_school, 1), nobody)
        begun.append((at, intake))
        if scenario.unfilled == "release" and rest.any():
            raise InputError(
                f"Students of host {scenario.hosts[host].ncessch} who lose their seats come before the waitlist when "
                "seats are released, which the students' lottery does not know; give unfilled as hold."
            )
        left[host] = [int(intake.still_open(pool)[0]) for pool in range(len(divided.names))]
    limits = np.minimum(round_half_up(divided.seats[0] * divided.outside), left)
    outside = _taken_outside(scenario, students, limits[:, : len(divided.classes)])
    schools = entries(scenario)
    tables = [pd.DataFrame(left, schools, divided.names)]
    if divided.outside.any():
        tables[0].iloc[:, : outside.shape[1]] -= outside
        names = [name + OUTSIDE for name in divided.names[: outside.shape[1]]]
        tables.append(pd.DataFrame(outside, schools, names).loc[:, divided.outside[: outside.shape[1]] > 0])
    table = pd.concat(tables, axis=1).rename_axis("school").reset_index()
    return table.melt("school", var_name="pool", value_name="seats")


def _taken_outside(scenario: Scenario, students: _Students, limits: Ints) -> Ints:
    """(hosts, classes) seats that students from outside fill, at most the limits: each applicant fills one.

    Raises:
        InputError: it depends on who wins at an earlier host.
    """
    taken = np.zeros_like(limits)
    for class_ in range(limits.shape[1]):
        who = students.applies[(students.class_ == class_) & ~students.inside]
        for host, limit in enumerate(limits[:, class_]):
            earlier = taken[:host, class_]
            taken[host, class_] = min(limit, max(int(who[:, host].sum()) - earlier.sum(), 0))
            same = (who[:, :host][:, earlier > 0] == who[:, [host]]).all()
            if taken[host, class_] < limit and not same:
                raise InputError(
                    f"How many seats of host {scenario.hosts[host].ncessch} students from outside fill depends on who "
                    "wins at the hosts before it; give fewer hosts, or no seats outside."
                )
    return taken
