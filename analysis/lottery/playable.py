"""What of a scenario a students' lottery can play out, what it must refuse, and what it leaves out and tells."""

from collections.abc import Iterator

from analysis.errors import InputError
from analysis.policy.pools import OPEN, Pools
from analysis.policy.scenario import Scenario


def check(scenario: Scenario, divided: Pools) -> None:
    """Refuse what the students' lottery has no rule for.

    Raises:
        InputError: it names the field.
    """
    if not scenario.hosts:
        raise InputError("The scenario has no hosts, so nobody can apply; name a host.")
    unlike = {
        "draw": (
            scenario.draw in ("nearest", "extremes"),
            "the students' lottery goes by numbers, not by school; give proportional, distance or table",
        ),
        "stay": (
            scenario.stay == "always" and len(divided.names) > 2,
            "how many seats are left in each of several pools would depend on the draw; give first",
        ),
    }
    for field, (cannot, why) in unlike.items():
        if cannot:
            raise InputError(f"The scenario's {field} cannot be played out student by student: {why}.")
    for i, each in enumerate(scenario.set_asides):
        for j, other in enumerate(scenario.set_asides[:i]):
            if each.kind == other.kind and (each.pool == other.pool or {None, OPEN} & {each.pool, other.pool}):
                raise InputError(
                    f"The scenario's set_asides[{i}] is of the kind {each.kind}, as set_asides[{j}] is, and a student "
                    "of the lottery either is one or not; make one of the two, or give each a pool of its own."
                )


def check_sharing(scenario: Scenario, host: str, *, displaced: bool) -> None:
    """Refuse what would depend on a draw at a host some of whose applicants a host before it may draw.

    The files are written before any draw, when all of them are still candidates.

    Args:
        scenario: the policy.
        host: its id.
        displaced: whether any of those present have to win their places.

    Raises:
        InputError: it names the field.
    """
    depending = {
        "stay": (scenario.stay == "drawn" and displaced, "how many of those present keep their seats", "first"),
        "unfilled": (scenario.unfilled == "lower", "how many seats each pool has", "hold"),
    }
    for field, (cannot, what, remedy) in depending.items():
        if cannot:
            raise InputError(
                f"The scenario's {field} cannot be played out student by student: {what} at host {host} would depend "
                f"on which of its applicants hosts before it draw; give {remedy}, or hosts that share no applicants."
            )


def left_out(scenario: Scenario) -> Iterator[str]:
    """What of a scenario is no part of one year's lottery, in sentences."""
    if scenario.years > 1:
        yield "Of the scenario's years only the first is played out."
    if any(pool.leave or pool.leave_changed for pool in (scenario.ed, scenario.other)):
        yield "Who leaves the district's schools is left out: the lottery tells who comes to a host, not who goes."
