"""The job of the optimum: how good a scenario is beside the best that could be."""

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.ground import ground
from analysis.policy.outcome import simulate
from data.groups import comparison
from data.plan_privacy import marked_moves
from data.privacy import hidden_words, told
from jobs.options import Menu, add_data, add_districts, add_job, add_output
from jobs.policy import read_scenario
from jobs.printing import TABLE_FORMATS, plain, records, tell, write, write_text

if TYPE_CHECKING:  # the solver is slow to import, and no other job needs it
    from analysis.policy.beside import Beside
    from analysis.policy.best_hosts import FewestSeats
    from analysis.policy.places import Limits, Places

SYMBOLS = {"D": "dissimilarity", "V": "variance_ratio"}


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_job(menu, "optimum", print_optimum, "set a 50/50 scenario beside the best that could be")
    add_data(job)
    job.add_argument("scenario", type=Path, metavar="SCENARIO.json", help="a scenario file")
    add_districts(job, None, "the scenario's own")
    job.add_argument("--index", choices=tuple(SYMBOLS), help="the index to make least (default the target's, or D)")
    job.add_argument("--move", type=float, default=1.0, metavar="SHARE", help="of all students, who may move (1)")
    job.add_argument("--miles", type=float, default=math.inf, metavar="N", help="how far a student may move (any)")
    job.add_argument("--stay", type=float, default=0.0, metavar="SHARE", help="of each school, who must stay (0)")
    job.add_argument("--keep", type=float, default=0.9, metavar="SHARE", help="of its size, what a school keeps (0.9)")
    job.add_argument("--target", type=_target, metavar="D=0.3", help="also the fewest moves and seats that reach this")
    add_output(job, TABLE_FORMATS)


def print_optimum(given: argparse.Namespace) -> None:
    """Today, the plan, the best assignment, the best hosts and the frontier, a row each."""
    from analysis.policy.beside import beside
    from analysis.policy.places import Limits, places_of

    symbol, target = given.target or (given.index or "D", None)
    if given.index not in (None, symbol):
        raise InputError(f"--index is {given.index} but --target is of {symbol}; give one index.")
    limits = Limits(given.move, given.miles, given.stay, given.keep)
    scenario, table, notes = read_scenario(given)
    places = places_of(ground(table, scenario), scenario.level)
    tell([*notes, *_without_company(places, limits)])
    tell(hidden_words(table[table["ncessch"].isin(places.ids)], comparison("ed"), given.minimum_cell))
    found = beside(simulate(table, scenario, 1), places, limits, SYMBOLS[symbol], target)
    if not told(table[table["ncessch"].isin(places.ids)], given.minimum_cell):
        raise InputError(
            f"Too many counts of district {scenario.district} are hidden for an optimum to be told; give a smaller "
            "--minimum-cell where the law allows."
        )
    tell(_words(found, symbol))
    if given.format == "json":
        flows = marked_moves(_flows(found), table, ["students"], ["from_school", "to_school"])
        record = {"scenario": asdict(scenario), "index": SYMBOLS[symbol], "limits": asdict(limits)} | _record(found)
        record["flows"] = records(flows)
        record["limits"]["miles"] = None if math.isinf(limits.miles) else limits.miles
        write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", given)
    else:
        write(found.rows, given)


def _target(text: str) -> tuple[str, float]:
    """The index and its value in "D=0.3"."""
    symbol, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if symbol not in SYMBOLS or not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no target; write D=0.3 or V=0.1, between 0 and 1')
    return symbol, number


def _without_company(places: "Places", limits: "Limits") -> list[str]:
    """A word on the schools that a travel limit leaves alone, as nobody knows where they are."""
    unknown = sum(math.isinf(miles) for miles in places.miles.diagonal())
    if math.isinf(limits.miles) or not unknown:
        return []
    return [f"{unknown:,} schools without a known point neither send nor take students under a travel limit."]


def _words(found: "Beside", symbol: str) -> list[str]:
    """How good the best is and, where there is a target, whether it can be reached and what stands in the way."""
    from analysis.policy.optimum import LIMITS

    best, reached = found.best, found.reached
    words = [
        f"The best assignment has {symbol} = {best.value:.4f}, no assignment within these limits less than "
        f"{best.bound:.4f}: a gap of {best.gap:.4f}."
    ]
    if reached is None:
        return words
    goal = f"{symbol} = {reached.target:g}"
    if reached.fewest is None:
        ways = " or ".join(LIMITS[name] for name in reached.binding)
        stands = f"it would be within reach without {ways}" if ways else "no limit stands in the way alone"
        return [*words, f"No assignment within these limits reaches {goal}: {stands}."]
    words.append(f"{goal} takes at least {reached.fewest:,} moves" + ("." if reached.plan else "; none was found."))
    if found.seats is not None:
        words.append(_seats_words(found.seats, goal))
    return words


def _seats_words(seats: "FewestSeats", goal: str) -> str:
    if seats.fewest is None:
        return f"No choice of 50/50 schools reaches {goal}."
    least = f"{goal} takes at least {seats.fewest:,} seats in 50/50 schools"
    if seats.hosting is None:
        return f"{least}; no choice that reaches it was found."
    value = seats.hosting.plan.value  # whole students may miss the goal by a little
    return f"{least}; {len(seats.hosting.hosts)} schools come to {value:.4f} with {seats.hosting.seats:,}."


def _record(found: "Beside") -> dict[str, Any]:
    """The comparison as plain JSON values."""
    reached, seats = found.reached, found.seats
    target = None
    if reached is not None:
        target = {
            "value": reached.target,
            "fewest_moves": reached.fewest,
            "fewest_seats": seats.fewest if seats else None,
            "bound": reached.bound,
            "bound_without": plain(reached.lifted),
            "binding": reached.binding,
        }
    return {"rows": records(found.rows), "target": target}


def _flows(found: "Beside") -> pd.DataFrame:
    """The best assignment's moves, one row a pair of schools and group: from_school, to_school, group, students."""
    flows, ids = found.best.flows, found.best.places.ids
    group, old, new = np.nonzero(flows * ~np.eye(flows.shape[1], dtype=bool))
    return pd.DataFrame(
        {
            "from_school": ids[old],
            "to_school": ids[new],
            "group": np.array(["ed", "other"])[group],
            "students": flows[group, old, new],
        }
    )
