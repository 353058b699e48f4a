"""The best assignment where students from outside enter the hosts and every choice is free: what no rule could beat.

So many students of each group enter as an outside share of the hosts' seats is. With their numbers fixed both groups'
totals are again, so the linear programs of a closed district hold: those who enter stand as one more school that all
of its students leave, and which, empty afterwards, adds nothing to the index.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.policy.assignment import relaxed
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.ground import Ground, seats_held
from analysis.policy.optimum import whole_plan
from analysis.policy.places import Flags, Limits, Places, Room, room
from analysis.policy.scenario import Scenario
from analysis.policy.tangents import MEASURES

# Outside shares that are tried where not every seat is gone through.
SHARES = tuple(step / 20 for step in range(21))


def with_entrants(places: Places, limits: Limits, entrants: Ints, hosts: Flags) -> Room:
    """What the limits leave open where students from outside enter some schools.

    Args:
        places: the schools.
        limits: of the students there today; they limit nobody who enters.
        entrants: (2,) students of each group who enter; all of them do.
        hosts: (n,) the schools that they may enter.
    """
    here = room(places, limits)
    n = len(places.ids)
    joined = replace(
        places,
        ids=np.append(places.ids, "outside"),
        students=np.column_stack([places.students, entrants]),
        capacity=np.append(places.capacity, 0),
        serves=_beside(places.serves, hosts),
        miles=np.pad(places.miles, (0, 1)),
        may_host=np.append(places.may_host, np.False_),
    )
    return Room(
        joined,
        open=_beside(here.open, hosts),
        movable=np.column_stack([here.movable, entrants]),
        smallest=np.append(here.smallest, 0),
        movers=here.movers + int(entrants.sum()),
        loads=(np.zeros((2, n + 1), dtype=np.int64), np.tile(joined.capacity, (2, 1))),
    )


def least_with_entrants(places: Places, limits: Limits, measure: str, seats: Ints) -> pd.DataFrame:
    """The least index for outside shares in steps of 5 %.

    Args:
        places, limits, measure: as in ``analysis.policy.optimum.least_segregated``.
        seats: (2, n) seats of each group at each school.

    Returns:
        share, outside (students who enter), value of the index in whole students, bound; value and bound are NaN where
        no assignment takes them all in.
    """
    rows = []
    for share in SHARES:
        entrants = round_half_up(seats * share).sum(axis=1)
        space = with_entrants(places, limits, entrants, seats.sum(axis=0) > 0)
        found = relaxed(space, MEASURES[measure])
        ends = {"value": np.nan, "bound": np.nan}
        if found is not None:
            plan = whole_plan(space, measure, found, found.bound(space))
            ends = {"value": plan.value, "bound": plan.bound}
        rows.append({"share": share, "outside": int(entrants.sum())} | ends)
    return pd.DataFrame(rows)


def host_seats(places: Places, ground: Ground, scenario: Scenario, ed_share: float) -> Ints:
    """(2, n) seats of each group at each school at the end of a plan; a host that does not stand yet has none here.

    Args:
        places: the schools.
        ground: of the plan.
        scenario: the plan.
        ed_share: share of its seats that disadvantaged students get.
    """
    given = dict.fromkeys(scenario.host_ids, 0)
    for host, held in zip(scenario.hosts, seats_held(ground, scenario).tolist(), strict=True):
        given[host.ncessch] += held
    seats = np.array([given.get(school, 0) for school in places.ids.tolist()], dtype=np.int64)
    ed = round_half_up(seats * ed_share)
    return np.stack([ed, seats - ed])


def _beside(between: Flags, hosts: Flags) -> Flags:
    """(n + 1, n + 1) the same with one more school, open to the hosts and itself."""
    wider = np.pad(between, (0, 1))
    wider[-1, :-1] = wider[:-1, -1] = hosts
    wider[-1, -1] = True
    return wider
