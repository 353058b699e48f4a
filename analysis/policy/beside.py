"""A plan set beside the best that could be: today, the plan, the best assignment, the best hosts, and the frontier."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.policy.best_hosts import FewestSeats, Hosting, best_hosts, fewest_seats
from analysis.policy.frontier import by_miles, by_moves
from analysis.policy.optimum import Plan, Reach, least_segregated, reach
from analysis.policy.outcome import Outcome
from analysis.policy.places import Limits, Places

COLUMNS = ["what", "move", "miles", "moved", "share_moved", "mean_miles", "value", "bound", "gap", "hosts"]


@dataclass(frozen=True)
class Beside:
    """The comparison.

    Attributes:
        rows: one a plan: what; move and miles (the limits; NaN where none is set); moved, share_moved, mean_miles;
            value, bound (what no assignment within the limits lies below) and gap of the index; hosts (ids, parted by
            blanks). Only rows that make the index least have a bound. Then the frontier, "by moves" and "by miles".
        best: the assignment that makes the index least.
        reached, seats: whether and how the target can be reached, freely and, where it can, with 50/50 schools; None
            where none is set.
    """

    rows: pd.DataFrame
    best: Plan
    reached: Reach | None
    seats: FewestSeats | None


def beside(outcome: Outcome, places: Places, limits: Limits, measure: str, target: float | None = None) -> Beside:
    """Set a simulated scenario beside the best assignments of the same schools.

    Args:
        outcome: of the scenario. Its flows may cross the district's line, which those of the best never do.
        places: the schools (see ``analysis.policy.places.places_of``).
        limits: what an assignment must respect.
        measure: key of the index.
        target: of the index, or None.

    Raises:
        InputError: no assignment meets the limits, or no hosts were found in time.
    """
    scenario = outcome.scenario
    best = least_segregated(places, limits, measure)
    rows = [*_now_and_then(outcome, places, measure), _row("best", best, limits)]
    if most := len(scenario.host_ids):
        rows.append(_of_hosts("best hosts", best_hosts(places, limits, most, measure, scenario.ed_share), limits))
    reached: Reach | None = None
    seats: FewestSeats | None = None
    if target is not None:
        reached = reach(places, limits, target, measure)
        if reached.plan is not None:
            rows.append(_row("fewest moves", reached.plan, limits) | {"bound": np.nan})
        if reached.fewest is not None:
            seats = fewest_seats(places, limits, target, measure, scenario.ed_share)
        if seats is not None and seats.hosting is not None:
            rows.append(_of_hosts("fewest seats", seats.hosting, limits) | {"bound": np.nan})
    lines = {"by moves": by_moves, "by miles": by_miles}
    frontier = [line(places, limits, measure).assign(what=what) for what, line in lines.items()]
    table = pd.concat([pd.DataFrame(rows), *frontier], ignore_index=True)
    table["miles"] = table["miles"].replace(np.inf, np.nan)
    return Beside(table.assign(gap=(table["value"] - table["bound"]).clip(lower=0))[COLUMNS], best, reached, seats)


def _now_and_then(outcome: Outcome, places: Places, measure: str) -> list[dict[str, object]]:
    change, moved = outcome.district[measure], int(outcome.district["moved"].after)
    share = moved / int(places.students.sum())
    hosts = " ".join(outcome.scenario.host_ids)
    return [
        {"what": "today", "moved": 0, "share_moved": 0.0, "value": change.before, "hosts": ""},
        {"what": "plan", "moved": moved, "share_moved": share, "value": change.after, "hosts": hosts},
    ]


def _row(what: str, plan: Plan, limits: Limits) -> dict[str, object]:
    return {
        "what": what,
        "move": limits.move,
        "miles": limits.miles,
        "moved": plan.moved,
        "share_moved": plan.share_moved,
        "mean_miles": plan.miles,
        "value": plan.value,
        "bound": plan.bound,
        "hosts": "",
    }


def _of_hosts(what: str, found: Hosting, limits: Limits) -> dict[str, object]:
    return _row(what, found.plan, limits) | {"hosts": " ".join(found.plan.places.ids[found.hosts])}
