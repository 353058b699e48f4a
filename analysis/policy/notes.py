"""What a scenario asks for and cannot have, and what its figures do not show: notes that stand beside the result."""

import numpy as np
from numpy.typing import NDArray

from analysis.policy.assign import Assignment
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.figures import covered
from analysis.policy.ground import Ground
from analysis.policy.pools import GROUPS, OPEN, Pools
from analysis.policy.scenario import Scenario
from analysis.policy.shortage import asked_before, students_of
from analysis.policy.unmet import pools_of, unmet


def notes(ground: Ground, scenario: Scenario, divided: Pools, expected: Assignment) -> list[str]:
    """One sentence each, in a fixed order.

    Args:
        ground, scenario: what was simulated.
        divided: its pools of seats.
        expected: who moved by the end of the last year, as expected.
    """
    hosts = np.arange(len(ground.hosts))
    seats = divided.seats[np.maximum(expected.drawn_in, 1) - 1, hosts]
    return [
        *_without_applicants(divided, expected),
        *_without_seats(ground, scenario, divided, seats),
        *_without_seats_aside(scenario, divided, seats),
        *unmet(ground, scenario, divided, expected, seats),
        *_beyond_the_figures(ground, scenario, expected),
    ]


def _without_applicants(divided: Pools, expected: Assignment) -> list[str]:
    """Pools whose seats nobody applies for, over all hosts; or nobody of those left by hosts that come before."""
    nobody, before = (expected.offered > 0) & (expected.applied == 0), asked_before(expected.applied)
    hosts, said = len(expected.offered), []
    counts = ((nobody & some)[..., 0].sum(axis=0).tolist() for some in (~before, before))
    for name, none, seated in zip(divided.names, *counts, strict=True):
        raised = " and ".join(f"{group}.willing" for group in ([name] if name in GROUPS else GROUPS))
        if none:
            where = "any host" if none == hosts else f"{none:,} of {hosts:,} hosts"
            said.append(
                f"No applicants: none of the {students_of(name)} who could apply for seats at {where} does; raise the "
                f"share who apply, {raised}, or give other hosts."
            )
        if seated:
            said.append(
                f"No applicants left: none of the {students_of(name)} without a seat at the hosts listed before "
                f"applies at {seated:,} of {hosts:,} hosts; raise the share who apply, {raised}, or give fewer "
                "seats or hosts."
            )
    return said


def _without_seats(ground: Ground, scenario: Scenario, divided: Pools, seats: Ints) -> list[str]:
    """Pools that have a share of the seats, or would have one but for the band, and not one seat.

    Args:
        ground, scenario, divided: as in ``notes``.
        seats: (hosts, pools) of each host's last lottery.
    """
    said, given = [], seats.sum(axis=1)
    remedy = {
        "share": "a larger ed_share or ",
        "band": "a smaller band or ",
        "tiers": "a larger share in tiers or ",
    }.get(scenario.reserve, "")
    for pool, name in enumerate(divided.names):
        none, share = (seats[:, pool] == 0) & (given > 0), divided.shares[pool]
        if scenario.reserve == "band" and name != OPEN and share == 0:
            said.append(
                f"The band of {scenario.band * 100:g} points reaches down to 0% for {students_of(name)}, so no seat "
                "is reserved for them; give a smaller band."
            )
        elif share > 0 and none.any():
            said.append(
                f"{_hosts(none, ground)} has no seat for {students_of(name)}: {share:.2%} of "
                f"{int(given[none].max()):,} is less than half a seat; give {remedy}more seats."
            )
    return said


def _without_seats_aside(scenario: Scenario, divided: Pools, seats: Ints) -> list[str]:
    """Shares of every pool that come to no seat at any host: those outside the district, and those set aside."""
    shares: dict[str, tuple[float, str | None]] = {
        f"{name}.outside": (getattr(scenario, name).outside, name) for name in GROUPS
    }
    shares |= {f"set_asides[{i}].share": (each.share, each.pool) for i, each in enumerate(scenario.set_asides)}
    asked = {field: (share, seats[:, pools_of(divided, name)]) for field, (share, name) in shares.items()}
    return [
        f"No seat comes of {field}: {share:.2%} of {int(of_pool.max()):,} seats, the most of any lottery, is less than "
        "half a seat; give a larger share."
        for field, (share, of_pool) in asked.items()
        if share > 0 and of_pool.any() and not round_half_up(of_pool * share).any()
    ]


def _hosts(which: NDArray[np.bool_], ground: Ground) -> str:
    """The first of some hosts, and how many more there are."""
    names = ground.schools["ncessch"].to_numpy()[ground.hosts[which]]
    more = f", like {len(names) - 1:,} more," if len(names) > 1 else ""
    return f"Host {names[0]}{more}"


def _beyond_the_figures(ground: Ground, scenario: Scenario, expected: Assignment) -> list[str]:
    """How many students come from schools of other levels than the figures cover, or go there."""
    if scenario.level is None:
        return []
    own = covered(ground.schools, scenario)
    # A place beside the schools is of no level: its students are told as entrants or as gone.
    other = ~own & ground.public
    of_level = own[ground.hosts]
    won, sent = expected.won[:, :, 0].sum(axis=1), expected.sent[:, :, 0].sum(axis=1)  # (hosts, n)
    into = int(won[of_level][:, other].sum() + sent[~of_level][:, own].sum())
    out = int(won[~of_level][:, own].sum() + sent[of_level][:, other].sum())
    if not into + out:
        return _no_host_in_the_figures(scenario, own[ground.hosts])
    return [
        f"The figures cover {scenario.level} schools alone: {into:,} students come to them from schools of other "
        f"levels and {out:,} go to such, which by itself changes who is counted, between districts too."
    ]


def _no_host_in_the_figures(scenario: Scenario, of_level: NDArray[np.bool_]) -> list[str]:
    """That a scenario of one level cannot change its figures where no host is of it, as ``of_level`` (hosts,) says."""
    if of_level.any() or not len(of_level):
        return []
    return [
        f"The figures cover {scenario.level} schools alone and no host is one, so they stay as they are; choose hosts "
        "of that level, or the level of the hosts."
    ]
