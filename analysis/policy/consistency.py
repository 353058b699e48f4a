"""What a scenario's fields say together: each may be right alone and still not go with another."""

from collections import Counter
from typing import TYPE_CHECKING

from analysis.errors import InputError
from analysis.policy.reading import LARGEST

if TYPE_CHECKING:
    from analysis.policy.scenario import Host, Scenario

MOST_SEATS = LARGEST


def check_hosts(hosts: "tuple[Host, ...]") -> None:
    """Refuse seats that cannot be, and entries of one school that do not go together.

    Raises:
        InputError: it names the host.
    """
    ids = [host.ncessch for host in hosts]
    for host in hosts:
        if host.seats < 0:
            raise InputError(f"The scenario gives host {host.ncessch} {host.seats} seats; give 0 or more.")
        if host.seats > MOST_SEATS:
            raise InputError(f"The scenario gives host {host.ncessch} over {MOST_SEATS:,} seats; give fewer.")
        if host.later and host.grade is None:
            raise InputError(
                f"The scenario gives host {host.ncessch} seats in later years, but seats in every grade are drawn "
                "once; give their grade."
            )
    for school in sorted({school for school in ids if ids.count(school) > 1}):
        _check_entries(school, [host for host in hosts if host.ncessch == school])


def _check_entries(school: str, entries: "list[Host]") -> None:
    """A school named several times has its seats in a grade of its own each time, and is otherwise the same."""
    grades = [host.grade for host in entries]
    if None in grades or len(set(grades)) < len(grades):
        raise InputError(f"The scenario names host {school} more than once; give each entry a grade of its own.")
    if len({(host.magnet, host.capacity, host.new) for host in entries}) > 1:
        raise InputError(
            f"The scenario's entries of host {school} differ in magnet, capacity or new; give them alike in each."
        )


def check_together(scenario: "Scenario") -> None:
    """Refuse fields that are right one by one but not together.

    Raises:
        InputError: it names the fields.
    """
    _check_rules(scenario)
    _check_set_asides(scenario)
    for host in scenario.hosts:
        if host.start > scenario.years:
            raise InputError(
                f"The scenario's host {host.ncessch} starts in year {host.start} of {scenario.years}; give more years "
                "or an earlier start."
            )


def _check_rules(scenario: "Scenario") -> None:
    """Tiers and tables that the rules need."""
    if scenario.reserve == "tiers":
        for i, share in enumerate(scenario.tiers):
            if share == 0:
                raise InputError(f"The scenario's tiers[{i}] is 0; give each tier a share above 0.")
        if not 0 < sum(scenario.tiers) <= 1 + 1e-9:
            raise InputError(
                f"The scenario's tiers add up to {sum(scenario.tiers):g}; give each tier a share, above 0 and at most "
                "1 together."
            )
    if scenario.draw == "table" and not scenario.weights:
        raise InputError("The scenario's weights are empty but its draw is a table; give each school its weight.")
    listed = Counter(weight.ncessch for weight in scenario.weights)
    if twice := sorted(school for school, times in listed.items() if times > 1):
        raise InputError(f"The scenario's weights name school {twice[0]} more than once; give it one weight.")


def _check_set_asides(scenario: "Scenario") -> None:
    """Seats offered first, of pools that there are, and no more than there are of each."""
    for i, each in enumerate(scenario.set_asides):
        if each.kind == "feeder" and not each.schools:
            raise InputError(f"The scenario's set_asides[{i}].schools is empty; name the feeder schools.")
        # Seats open to all are there or not as the rule and the district have it: what is then without is noted.
        known = dict.fromkeys([*_pools(scenario), "open"])
        if each.pool is not None and each.pool not in known:
            raise InputError(
                f'The scenario\'s set_asides[{i}].pool is "{each.pool}"; choose one of {", ".join(known)}.'
            )
    own = {"ed": scenario.ed.outside, "other": scenario.other.outside}
    for name, aside in set_aside(scenario).items():
        outside = own.get(name, sum(own.values()) / 2)
        if aside + outside > 1 + 1e-9:
            offered = f"{name}.outside" if name in own else "the mean of ed.outside and other.outside"
            raise InputError(
                f"The scenario's set_asides and {offered} take {aside + outside:g} of pool {name}; lower them to at "
                "most 1 together."
            )


def set_aside(scenario: "Scenario") -> dict[str, float]:
    """The share of each pool that is set aside, of every pool that the scenario's rule can make."""
    return {
        name: sum(each.share for each in scenario.set_asides if each.pool in (None, name)) for name in _pools(scenario)
    }


def _pools(scenario: "Scenario") -> list[str]:
    """Names of the pools that the scenario's rule can make."""
    if scenario.reserve == "tiers":
        return [*(f"tier {i + 1}" for i in range(len(scenario.tiers))), "open"]
    return ["ed", "other", *(["open"] if scenario.reserve == "band" else [])]
