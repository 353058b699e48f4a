"""A plan set beside the best that could be: today, the plan, the best assignment, the best hosts, and the frontier."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.policy.best_hosts import Hosting, best_hosts
from analysis.policy.fewest_seats import FewestSeats, Seats, fewest_seats
from analysis.policy.frontier import LINES, row, settled
from analysis.policy.optimum import LIMITS, Plan, Reach, least_segregated, reach
from analysis.policy.outcome import Outcome
from analysis.policy.places import Limits, Places, room

COLUMNS = [
    *("what", "move", "miles", "moved", "share_moved", "mean_miles", "unplaced", "value", "bound", "gap", "hosts"),
    "breaks",
]
# What an assignment of the best keeps to and a plan may break.
KEPT = LIMITS | {
    "size": "some schools would hold more students than today, and what they hold is not known",
    "own": "students of this district alone",
}
# The solver lets go of Python while it works; two of its programs at once take little more memory than one.
AT_ONCE = 2
Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What the best is asked to be.

    Attributes:
        limits: what an assignment must respect.
        measure: key of the index.
        target: of the index, or None.
        hosts: how many schools to choose as 50/50 schools, at most; 0 for none.
        ed_share: share of their seats reserved for disadvantaged students.
    """

    limits: Limits
    measure: str = "dissimilarity"
    target: float | None = None
    hosts: int = 0
    ed_share: float = 0.5


@dataclass(frozen=True)
class Beside:
    """The comparison.

    Attributes:
        rows: one a plan, as ``analysis.policy.frontier.row`` has them, with gap (value less bound), hosts (ids,
            parted by blanks) and, of the plan, breaks (keys of ``KEPT``, likewise): "today", "plan", "as many moves"
            (the best that moves no more students than the plan), "best", "best hosts", "fewest moves" and "fewest
            seats" to the target, then the frontier, "by moves" and "by miles". Only rows that make the index least
            have a bound.
        best: the assignment that makes the index least.
        reached, seats: whether and how the target can be reached, freely and, where it can, with 50/50 schools; None
            where none is set.
    """

    rows: pd.DataFrame
    best: Plan
    reached: Reach | None
    seats: FewestSeats | None


def beside(
    outcome: Outcome, places: Places, question: Question, progress: Callable[[str], None] = lambda _: None
) -> Beside:
    """Set a simulated scenario beside the best assignments of the same schools.

    Args:
        outcome: of the scenario. Its flows may cross the district's line, which those of the best never do.
        places: the schools (see ``analysis.policy.places.places_of``).
        question: what is asked of the best.
        progress: told in a few words what is looked for next.

    Raises:
        InputError: no assignment meets the limits, or no hosts were found in time.
    """
    limits, measure = question.limits, question.measure
    solved: dict[Limits, Future[Plan]] = {}  # some steps of the frontier are the limits themselves
    with ThreadPoolExecutor(AT_ONCE) as crew:

        def least(asked: Limits) -> Future[Plan]:
            if asked not in solved:
                solved[asked] = crew.submit(least_segregated, places, asked, measure)
            return solved[asked]

        progress("the best assignment")
        least(limits).result()  # where nothing meets the limits, nothing else is looked for
        targeted = crew.submit(_targeted, places, question, progress)
        chosen: Future[Hosting] | None = None
        if question.hosts:
            progress("the schools that could do most as 50/50 schools")
            chosen = crew.submit(best_hosts, places, limits, question.hosts, measure, question.ed_share)
        progress("the frontier against students moved and against distance")
        asked = [(what, each, least(each)) for what, each in steps(limits, as_many(outcome, places))]
        rows = [row(what, each.result(), within) | {"plan": each.result()} for what, within, each in asked]
        examples = [] if chosen is None else [of_hosts(chosen.result(), limits) | {"plan": chosen.result().plan}]
        reached, seats = targeted.result()
    examples += _reaching(reached, seats, limits)
    table = together(now_and_then(outcome, places, limits, measure), rows, examples)
    found = table[table["what"] == "best"].iloc[0]
    return Beside(table[COLUMNS], replace(found["plan"], bound=found["bound"]), reached, seats)


def steps(limits: Limits, move: float) -> list[tuple[str, Limits]]:
    """Within which limits the index is made least, by the name of the row.

    Args:
        limits: of the best.
        move: the share of students that the plan moves.
    """
    lines = [(what, each) for what, line in LINES.items() for each in line(limits)]
    return [("as many moves", replace(limits, move=move)), ("best", limits), *lines]


def together(ends: list[Row], rows: list[Row], examples: list[Row]) -> pd.DataFrame:
    """All rows, none worse than another within its limits, with their gap and no holes in words.

    Args:
        ends: today and the plan.
        rows: of ``steps``.
        examples: assignments within the limits of the best that keep to more than these, such as 50/50 schools.

    Returns:
        ``COLUMNS`` and whatever else the rows have.
    """
    free = pd.DataFrame(rows)
    free = settled(free, pd.DataFrame([*rows, *examples]))
    least = float(free.loc[free["what"] == "best", "bound"].iloc[0])
    more = [each | {"bound": np.maximum(each["bound"], least)} for each in examples]
    line = free["what"].isin(LINES)
    found = pd.concat([pd.DataFrame([*ends, *free[~line].to_dict("records"), *more]), free[line]], ignore_index=True)
    words = {name: found[name].fillna("") for name in ("hosts", "breaks")}
    return found.assign(gap=(found["value"] - found["bound"]).clip(lower=0), **words)


def as_many(outcome: Outcome, places: Places) -> float:
    """The share of the schools' students that a plan moves, at most all."""
    return min(float(outcome.district["moved"].after / places.students.sum()), 1.0)


def now_and_then(outcome: Outcome, places: Places, limits: Limits, measure: str) -> list[Row]:
    """The rows of today and of the plan, which keeps to the limits or not."""
    change, moved = outcome.district[measure], int(outcome.district["moved"].after)
    travel = outcome.travel
    known = (travel["students"] - travel["unknown"]).to_numpy(dtype=np.float64)
    miles = float(known @ np.nan_to_num(travel["miles"].to_numpy(dtype=np.float64)))
    plan = {
        "moved": moved,
        "share_moved": moved / int(places.students.sum()),
        "mean_miles": miles / known.sum() if known.any() else np.nan,
        "unplaced": int(travel["unknown"].sum()),
        "value": change.after,
        "hosts": " ".join(outcome.scenario.host_ids),
        "breaks": " ".join(broken(outcome, places, limits)),
    }
    today = {"moved": 0, "share_moved": 0.0, "unplaced": 0, "value": change.before}
    return [{"what": "today"} | today, {"what": "plan"} | plan]


def broken(outcome: Outcome, places: Places, limits: Limits) -> list[str]:
    """Keys of ``KEPT`` that a plan, as expected, does not keep to; an unknown distance is none within a limit."""
    space, place, moves = room(places, limits), outcome.ground, outcome.assignment
    at = pd.Index(place.schools["ncessch"]).get_indexer(places.ids)
    away = (moves.won.sum(axis=0) + moves.left)[:, 0]
    np.add.at(away.T, place.hosts, moves.sent[:, :, 0].sum(axis=2))  # a school may be host of several grades
    enrolment = moves.after[:, 0].sum(axis=0)[at]
    ways: NDArray[np.bool_] = np.asarray((moves.won + moves.sent)[:, :, 0].any(axis=1))
    host, own = np.nonzero(place.hosts[:, None] == at)
    is_broken = {
        "capacity": (enrolment > places.capacity) & places.known,
        "size": (enrolment > places.capacity) & ~places.known,
        "keep": enrolment < space.smallest,
        "miles": ways & (place.miles > limits.miles),
        "move": moves.moved > space.movers,
        "stay": away[:, at] > space.movable,
        "serves": ways[host][:, at] & ~places.serves[own],
        "own": moves.left[:, 0].any() | ways[:, ~place.inside].any(),
    }
    return [name for name in KEPT if np.any(is_broken[name])]


def of_hosts(found: Hosting, limits: Limits) -> Row:
    """What the best hosts come to, in one row with their ids."""
    return row("best hosts", found.plan, limits) | _with(found)


def _with(found: Hosting | Seats) -> Row:
    """The ids of some hosts."""
    return {"hosts": " ".join(found.plan.places.ids[found.hosts])}


def _targeted(
    places: Places, question: Question, progress: Callable[[str], None]
) -> tuple[Reach | None, FewestSeats | None]:
    """Whether and how the target can be reached, freely and with 50/50 schools."""
    if question.target is None:
        return None, None
    progress("the fewest moves to the target")
    reached = reach(places, question.limits, question.target, question.measure)
    if not reached.fewest:
        return reached, None
    progress("the fewest seats in 50/50 schools to the target")
    asked = question.limits, question.target, question.measure, question.ed_share
    return reached, fewest_seats(places, *asked)


def _reaching(reached: Reach | None, seats: FewestSeats | None, limits: Limits) -> Iterator[Row]:
    """Rows of what reaches the target, where something does, without a bound: they make no index least."""
    if reached is not None and reached.plan is not None:
        yield row("fewest moves", reached.plan, limits) | {"bound": np.nan, "plan": reached.plan}
    if seats is not None and seats.found is not None:
        plan = seats.found.plan
        yield row("fewest seats", plan, limits) | {"bound": np.nan, "plan": plan} | _with(seats.found)
