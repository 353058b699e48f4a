"""What a scenario asks for and cannot have, and what its figures do not show: notes that stand beside the result."""

import numpy as np
import pandas as pd

from analysis.policy.draw import Ints, round_half_up
from analysis.policy.figures import covered
from analysis.policy.ground import Ground
from analysis.policy.pools import OPEN, Pools
from analysis.policy.scenario import Scenario
from analysis.policy.shortage import students_of


def notes(ground: Ground, scenario: Scenario, divided: Pools, pools: pd.DataFrame, flows: pd.DataFrame) -> list[str]:
    """One sentence each, in a fixed order.

    Args:
        ground, scenario: what was simulated.
        divided: its pools of seats.
        pools, flows: of the outcome (see ``analysis.policy.outcome.Outcome``).
    """
    return [
        *_without_applicants(pools),
        *_without_seats(ground, scenario, divided),
        *_without_seats_aside(scenario, divided),
        *_beyond_the_figures(ground, scenario, flows),
    ]


def _without_applicants(pools: pd.DataFrame) -> list[str]:
    """Pools whose seats nobody applies for, over all hosts."""
    nobody = pools[(pools["offered"] > 0) & (pools["applied"] == 0)]
    said = []
    for pool, rows in nobody.groupby("group", sort=False):
        of = int((pools["group"] == pool).sum())
        where = f"at {len(rows):,} of {of:,} hosts" if len(rows) < of else "at any host"
        who = students_of(str(pool))
        said.append(f"No applicants: none of the {who} who could apply for their seats {where} does.")
    return said


def _without_seats(ground: Ground, scenario: Scenario, divided: Pools) -> list[str]:
    """Pools that have a share of the seats, or would have one but for the band, and not one seat."""
    said = []
    field = {"share": "ed_share", "tiers": "tiers", "band": "band"}.get(scenario.reserve, "reserve")
    for pool, name in enumerate(divided.names):
        none = (divided.seats[:, pool] == 0) & (ground.seats > 0)
        if scenario.reserve == "band" and name != OPEN and divided.shares[pool] == 0:
            said.append(
                f"The band of {scenario.band * 100:g} points reaches down to 0 % for {students_of(name)}, so no seat "
                "is reserved for them; give a smaller band."
            )
        elif divided.shares[pool] > 0 and none.any():
            said.append(
                f"{_hosts(none, ground)} has no seat for {students_of(name)}: {divided.shares[pool]:.2%} of "
                f"{int(ground.seats[none].max()):,} is less than half a seat; give a larger share in {field}, or more "
                "seats."
            )
    return said


def _without_seats_aside(scenario: Scenario, divided: Pools) -> list[str]:
    """Shares of every pool that come to no seat at any host: those outside the district, and those set aside."""
    shares = {name: getattr(scenario, name).outside for name in ("ed", "other")}
    asked = {f"{name}.outside": (share, _seats_of(divided, name)) for name, share in shares.items()}
    asked |= {f"set_asides[{i}].share": (each.share, divided.seats) for i, each in enumerate(scenario.set_asides)}
    return [
        f"No seat comes of {field}: {share:.2%} of {int(seats.max()):,} seats, the most of any lottery, is less than "
        "half a seat; give a larger share."
        for field, (share, seats) in asked.items()
        if share > 0 and seats.any() and not round_half_up(seats * share).any()
    ]


def _seats_of(divided: Pools, name: str) -> Ints:
    """(hosts, pools) seats of the pool of a group, or of all pools where they are of tiers."""
    which = [i for i, each in enumerate(divided.names) if each == name] or slice(None)
    return divided.seats[:, which]


def _hosts(which: "np.ndarray[tuple[int], np.dtype[np.bool_]]", ground: Ground) -> str:
    """The first of some hosts, and how many more there are."""
    names = ground.schools["ncessch"].to_numpy()[ground.hosts[which]]
    more = f", like {len(names) - 1:,} more," if len(names) > 1 else ""
    return f"Host {names[0]}{more}"


def _beyond_the_figures(ground: Ground, scenario: Scenario, flows: pd.DataFrame) -> list[str]:
    """How many students come from schools of other levels than the figures cover, or go there."""
    counts = pd.Series(covered(ground.schools, scenario), ground.schools["ncessch"])[ground.public]
    source, target = (flows[end].map(counts) for end in ("from_school", "to_school"))
    # A place beside the schools is of no level: its students are told as entrants or as gone.
    here = (source.notna() & target.notna()).to_numpy(dtype=bool)
    into = int(flows.loc[here & (source.eq(False) & target.eq(True)).to_numpy(dtype=bool), "students"].sum())
    out = int(flows.loc[here & (source.eq(True) & target.eq(False)).to_numpy(dtype=bool), "students"].sum())
    if not into + out:
        return []
    return [
        f"The figures cover {scenario.level} schools alone: {into:,} students come to them from schools of other "
        f"levels and {out:,} go to such, which by itself changes who is counted, between districts too."
    ]
