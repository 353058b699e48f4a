"""What a scenario asks for and gets nobody of: notes from what could be against what is asked."""

from collections.abc import Iterator

import numpy as np

from analysis.policy.assign import Assignment
from analysis.policy.draw import Expected, Ints, round_half_up
from analysis.policy.ground import HOME, PRIVATE, Ground
from analysis.policy.lotteries import Lottery
from analysis.policy.pools import GROUPS, Pools
from analysis.policy.scenario import Scenario, SetAside
from analysis.policy.shortage import eligible

# Fields that count only where another has a value; their default is none.
ONLY_WITH = {
    "weights": ("draw", "table"),
    "tiers": ("reserve", "tiers"),
    "second_date": ("unfilled", "second"),
    "ed.half_miles": ("draw", "distance"),
    "other.half_miles": ("draw", "distance"),
}


def unmet(ground: Ground, scenario: Scenario, divided: Pools, expected: Assignment, seats: Ints) -> list[str]:
    """One sentence each; none where no seat is drawn.

    Args:
        ground, scenario, divided, expected: as in ``analysis.policy.notes.notes``.
        seats: (hosts, pools) of each host's last lottery.
    """
    if not seats.any():
        return []
    return [
        *_nobody_from_outside(ground, scenario, divided, expected, seats),
        *_nobody_from_beside(ground, scenario, expected),
        *_nobody_first(ground, scenario, divided, seats),
        *_without_effect(scenario),
    ]


def pools_of(divided: Pools, name: str | None) -> list[int]:
    """Positions of the pool of a name; of all where that is None or, as a group's where tiers divide, no pool's."""
    own = [i for i, each in enumerate(divided.names) if each == name]
    return own or (list(range(len(divided.names))) if name in (None, *GROUPS) else [])


def _nobody_from_outside(
    ground: Ground, scenario: Scenario, divided: Pools, expected: Assignment, seats: Ints
) -> Iterator[str]:
    """Outside shares that nobody takes, and seats left over for outside that nobody could take."""
    could, came = eligible(ground, divided, ~ground.inside), expected.outside[..., 0]
    asked = round_half_up(seats * divided.outside) > 0
    drawn = asked & (expected.offered[..., 0] > 0)
    of = {name: pools_of(divided, name) for name in GROUPS if getattr(scenario, name).outside}
    empty = [name for name, which in of.items() if asked[:, which].any() and not came[:, which].any()]
    if beyond := [name for name in empty if not could[:, of[name]].any()]:
        seats_of = _fields(beyond, "outside")
        yield f"Nobody comes from outside the district for the seats of {seats_of}: {_out_of_reach(scenario)}"
    if unwilling := [name for name in empty if name not in beyond and drawn[:, of[name]].any()]:
        yield (
            f"Nobody comes from outside the district for the seats of {_fields(unwilling, 'outside')}: none of the "
            f"students in reach applies and takes a seat; raise the share who do, {_fields(unwilling, 'willing')} or "
            f"{_fields(unwilling, 'accept')}, or set the outside share to 0."
        )
    filled = expected.kept + expected.inside + expected.outside
    if scenario.unfilled == "outside" and not could.any() and (expected.seats > filled).any():
        yield f'Nobody from outside can take the seats left, as unfilled "outside" asks: {_out_of_reach(scenario)}'


def _fields(groups: list[str], field: str) -> str:
    """One field of some groups."""
    return " and ".join(f"{name}.{field}" for name in groups)


def _out_of_reach(scenario: Scenario) -> str:
    """Why no student outside the district may come, and what to do."""
    if not scenario.sources:
        return "sources is empty; name where they may come from, or give private or home-schooled students."
    return (
        f"no school of the sources that may send students to a host lies within {scenario.outside_miles:g} miles of "
        "it; raise outside_miles, widen sources, or give private or home-schooled students."
    )


def _nobody_from_beside(ground: Ground, scenario: Scenario, expected: Assignment) -> Iterator[str]:
    """Private and home-schooled students whom no seat is offered to, or who live at no distance that is known."""
    offered = scenario.unfilled == "outside" or scenario.ed.outside or scenario.other.outside
    for field, who, place in (("private", "private", PRIVATE), ("home", "home-schooled", HOME)):
        supply = getattr(scenario, field)
        if not supply or not supply.students:
            continue
        came = expected.won[..., (ground.schools["ncessch"] == place).to_numpy(dtype=bool)].any()
        if not offered:
            yield (
                f"None of the {supply.students:,} {who} students comes, since no seat is offered outside the "
                "district; give ed.outside or other.outside a share above 0."
            )
        elif not came and scenario.draw == "distance":
            yield (
                f"None of the {supply.students:,} {who} students comes, since willingness falls with distance and "
                "theirs is not known; give another draw."
            )


def _nobody_first(ground: Ground, scenario: Scenario, divided: Pools, seats: Ints) -> Iterator[str]:
    """Set-asides of no pool, or for nobody."""
    lotteries = [Lottery(ground, scenario, divided, host, Expected()) for host in range(len(ground.hosts))]
    for i, each in enumerate(scenario.set_asides):
        if not each.share:
            continue
        which = pools_of(divided, each.pool)
        if not which:
            yield (
                f"Nobody comes first by set_asides[{i}]: no seat is open to all where reserve is "
                f'"{scenario.reserve}" as here; name another pool, or reserve fewer seats.'
            )
        elif not each.rate:
            yield (
                f"Nobody comes first by set_asides[{i}]: its rate is 0; give the share of applicants whom its seats "
                "are for."
            )
        else:
            first = np.stack([lottery.served_first[i] for lottery in lotteries])
            could = eligible(ground, divided, first & ground.inside)[:, which]
            if seats[:, which].any() and not (could * seats[:, which]).any():
                yield f"Nobody comes first by set_asides[{i}]: {_nobody_is(each)}"


def _nobody_is(aside: SetAside) -> str:
    """Why a set-aside is for nobody, and what to do."""
    if aside.kind == "proximity":
        return (
            f"no other school of the district is known to lie within {aside.miles:g} miles of a host and share its "
            "grades; raise its miles."
        )
    if aside.schools:
        return "none of the schools it names may send students of the district to a host; name others."
    return "no school of the district may send students to a host; give other senders."


def _without_effect(scenario: Scenario) -> Iterator[str]:
    """Fields that are given and that no rule of the scenario uses."""
    for name, (rule, needed) in ONLY_WITH.items():
        part, _, own = name.rpartition(".")
        holder = getattr(scenario, part) if part else scenario
        if getattr(holder, own) and (now := getattr(scenario, rule)) != needed:
            yield f'{name} has no effect, since {rule} is "{now}"; give {rule} "{needed}", or leave {name} out.'
