"""The job of the optimum: how good a scenario is beside the best that could be."""

import argparse
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.ground import Ground, ground
from analysis.policy.outcome import simulate
from analysis.policy.reserve import ed_share_of_seats
from analysis.policy.scenario import Scenario
from data.groups import comparison
from data.plan_privacy import marked_moves
from data.privacy import hidden_words, told
from jobs.options import Menu, add_job, add_output, add_scenario
from jobs.policy import read_scenario
from jobs.printing import TABLE_FORMATS, plain, records, say, solver_on_stderr, tell, write, write_text
from reports import optimum as sentences

if TYPE_CHECKING:  # the solver is slow to import, and no other job needs it
    from analysis.policy.beside import Beside, Question
    from analysis.policy.binding import Lifted
    from analysis.policy.outside import OutsideReach
    from analysis.policy.places import Limits, Places

MEASURES = {symbol: measure for measure, symbol in sentences.SYMBOLS.items()}


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_job(menu, "optimum", print_optimum, "set a 50/50 scenario beside the best that could be")
    add_scenario(job)
    job.add_argument("--index", choices=tuple(MEASURES), help="the index to make least (default the target's, or D)")
    job.add_argument("--move", type=float, default=1.0, metavar="SHARE", help="of all students, who may move (1)")
    job.add_argument("--miles", type=float, default=math.inf, metavar="N", help="how far a student may move (any)")
    job.add_argument("--stay", type=float, default=0.0, metavar="SHARE", help="of each school, who must stay (0)")
    job.add_argument("--keep", type=float, default=0.9, metavar="SHARE", help="of its size, what a school keeps (0.9)")
    job.add_argument("--target", type=_target, metavar="D=0.3", help="also the fewest moves and seats that reach this")
    job.add_argument(
        "--outside",
        action="store_true",
        help="also the smallest outside share that reaches the target by the plan's rules",
    )
    job.add_argument("--hosts", type=int, metavar="K", help="how many 50/50 schools to choose (as many as the plan's)")
    add_output(job, TABLE_FORMATS)


def print_optimum(given: argparse.Namespace) -> None:
    """Today, the plan, the best assignment, the best hosts and the frontier, a row each."""
    from analysis.policy.beside import beside
    from analysis.policy.places import places_of

    scenario, table, notes = read_scenario(given)
    place = ground(table, scenario)
    places = places_of(place, scenario.level)
    question = _question(given, place, scenario)
    tell([*notes, *_unknown_capacity(places), *_without_company(places, question.limits)])
    own = table[table["ncessch"].isin(places.ids)]
    tell(hidden_words(own, comparison("ed"), given.minimum_cell))
    if not told(own, given.minimum_cell):
        raise InputError(
            f"Too many counts of district {scenario.district} are hidden for an optimum to be told; give a smaller "
            "--minimum-cell where the law allows."
        )
    with solver_on_stderr():
        found = beside(simulate(table, scenario), places, question, lambda what: say(f"Looking for {what}"))
        outside = _outside(given, table, scenario, question)
        tell(_words(found, outside, question))
        tell(_free_words(given, places, place, scenario, found, question))
    if given.format == "json":
        flows = marked_moves(_flows(found), table, ["students"], ["from_school", "to_school"])
        record = {"scenario": asdict(scenario), "index": question.measure, "limits": asdict(question.limits)}
        record |= _record(found, outside)
        record["flows"] = records(flows)
        record["limits"]["miles"] = None if math.isinf(question.limits.miles) else question.limits.miles
        write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", given)
    else:
        write(found.rows, given)


def _question(given: argparse.Namespace, place: Ground, scenario: Scenario) -> "Question":
    """What the options ask of the best.

    Raises:
        InputError: they do not go together.
    """
    from analysis.policy.beside import Question
    from analysis.policy.places import Limits

    symbol, target = given.target or (given.index or "D", None)
    if given.index not in (None, symbol):
        raise InputError(f"--index is {given.index} but --target is of {symbol}; give one index.")
    if given.outside and target is None:
        raise InputError("--outside asks what reaches a target but none is given; give --target D=0.3 too.")
    if given.hosts is not None and given.hosts < 0:
        raise InputError(f"--hosts is {given.hosts}; give a number of schools, 0 or more.")
    return Question(
        Limits(given.move, given.miles, given.stay, given.keep),
        MEASURES[symbol],
        target,
        len(scenario.host_ids) if given.hosts is None else given.hosts,
        ed_share_of_seats(place, scenario),
    )


def _outside(
    given: argparse.Namespace, table: pd.DataFrame, scenario: Scenario, question: "Question"
) -> "OutsideReach | None":
    """The smallest outside share that reaches the target, where it is asked for."""
    from analysis.policy.outside import smallest_outside

    if not given.outside or question.target is None:
        return None
    say("Looking for the smallest outside share that reaches the target")
    return smallest_outside(table, scenario, question.target, question.measure, say)


def _free_words(
    given: argparse.Namespace,
    places: "Places",
    place: Ground,
    scenario: Scenario,
    found: "Beside",
    question: "Question",
) -> list[str]:
    """Whether students from outside could help where no assignment of the district's own reaches the target."""
    from analysis.policy.entrants import host_seats, smallest_free_outside

    if not given.outside or found.reached is None or found.reached.fewest is not None:
        return []
    seats = host_seats(places, place, scenario, question.ed_share)
    say("Looking for the smallest outside share with every choice free")
    free = smallest_free_outside(places, question.limits, found.reached.target, question.measure, seats)
    return [sentences.free_outside(free, question.measure)]


def _target(text: str) -> tuple[str, float]:
    """The index and its value in "D=0.3"."""
    symbol, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if symbol not in MEASURES or not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no target; write D=0.3 or V=0.1, between 0 and 1')
    return symbol, number


def _without_company(places: "Places", limits: "Limits") -> list[str]:
    """A word on the schools that a travel limit leaves alone, as nobody knows where they are."""
    unknown = sum(math.isinf(miles) for miles in places.miles.diagonal())
    if math.isinf(limits.miles) or not unknown:
        return []
    return [f"{unknown:,} schools without a known point neither send nor take students under a travel limit."]


def _unknown_capacity(places: "Places") -> list[str]:
    """A word on the schools that are taken to be full, as nobody knows what they hold."""
    unknown = int((~places.known).sum())
    return [sentences.unknown_capacity(unknown)] if unknown else []


def _words(found: "Beside", outside: "OutsideReach | None", question: "Question") -> list[str]:
    """How good the plan and the best are and, where there is a target, whether and how it can be reached."""
    measure, rows = question.measure, found.rows
    words = [sentences.best(found.best), sentences.as_many_moves(rows, measure)]
    if found.reached is not None:
        today = float(rows.loc[rows["what"] == "today", "value"].iloc[0])
        words += sentences.target(found.reached, found.seats, measure, today)
    if outside is not None:
        words.append(sentences.outside(outside, measure))
    if question.hosts:
        words.append(sentences.hosts(question.hosts, question.ed_share))
    return list(filter(None, words))


def _record(found: "Beside", outside: "OutsideReach | None") -> dict[str, Any]:
    """The comparison as plain JSON values."""
    reached, seats = found.reached, found.seats
    target = None
    if reached is not None:
        target = {
            "value": reached.target,
            "fewest_moves": reached.fewest,
            "fewest_seats": seats.fewest if seats else None,
            "seats_bound_without": _lifted(seats.lifted) if seats else [],
            "seats_binding": seats.binding if seats else [],
            "bound": reached.bound,
            "bound_without": _lifted(reached.lifted),
            "binding": reached.binding,
        }
    if target is not None and outside is not None:
        target["outside"] = {
            "share": outside.share,
            "complete": outside.complete,
            "shares": records(outside.rows),
            "least_without": _lifted(outside.lifted),
            "binding": outside.binding,
        }
    return {"rows": records(found.rows), "target": target}


def _lifted(found: "Lifted") -> list[dict[str, Any]]:
    """What comes within reach without some limits, one record for each of these."""
    return [{"without": list(which)} | plain({"least": bound}) for which, bound in found.items()]


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
