"""Jobs of a statewide 50/50 policy: statewide-policy and statewide."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import InputError
from analysis.measured import district_names
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import LEVELS
from analysis.policy.scenario import from_json as scenario_from_json
from analysis.statewide.nation import over_states
from analysis.statewide.rule import CHOICES, SEATS, Policy, from_json, template_of
from analysis.statewide.together import Result
from data.batches.batch import Crew, cluster, here, machine
from data.batches.statewide import REPLICATES, Plan, completed, crew_for, outcome, planned, run_of
from data.groups import comparison, on_basis
from data.plan_privacy import marked_result, marked_total
from data.privacy import hidden_words
from data.schema import ED_BASES, school_year
from jobs.asked import asked_rules, check_draws, counted, dataset_name, grades_of, known_year, table_of, text_of
from jobs.options import Menu, add_job, add_minimum_cell, add_output, add_rules
from jobs.printing import TABLE_FORMATS, plain, records, say, tell, write, write_text
from jobs.progress import Meter
from reports.statewide import ranking

# What a table on screen has room for; files have every column.
SHOWN = (
    *("dataset", "policy", "rank", "leaid", "district", "hosts", "students", "seats", "unfilled", "moved"),
    *("variance_ratio_before", "variance_ratio_after", "variance_ratio_low", "variance_ratio_high"),
    *("dissimilarity_before", "dissimilarity_after"),
)
ALL = "all states"


@dataclass(frozen=True)
class LeftOut:
    """A policy that cannot be run on a dataset of several.

    Attributes:
        dataset: its name.
        label, policy: the policy and its file's name.
        reason: why not, in a sentence.
    """

    dataset: str
    label: str
    policy: Policy
    reason: str


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    usual = Policy()
    job = add_job(menu, "statewide-policy", write_policy, "write a 50/50 policy for all districts of a state")
    job.add_argument("--name", default=usual.name, help="what people call it")
    job.add_argument("--level", choices=LEVELS, default=usual.level, help=f"of its hosts (default {usual.level})")
    job.add_argument(
        "--least-schools",
        type=int,
        default=usual.least_schools,
        metavar="N",
        help="schools a district needs to take part",
    )
    job.add_argument(
        "--hosts-share", type=float, default=usual.hosts_share, help="the part of them that host, at most all but one"
    )
    job.add_argument("--choose", choices=tuple(CHOICES), default=usual.choose, help="which of them host")
    job.add_argument("--seats", choices=tuple(SEATS), default=usual.seats, help="which of a host's places are seats")
    job.add_argument("--preset", choices=tuple(PRESETS), help=f"the lotteries' rules (default {usual.preset})")
    job.add_argument("--like", type=Path, metavar="SCENARIO.json", help="a scenario's rules instead of a preset's")
    job.add_argument("--outside", type=float, help="share of seats offered outside the district first")
    job.add_argument("--willing", type=float, help="share of each school's students who would take a seat")
    add_output(job)

    job = add_job(menu, "statewide", print_statewide, "run a 50/50 policy in every district of one or more states")
    job.add_argument("given", nargs="+", metavar="DATA… POLICY.json", help="datasets or schools tables, then policies")
    job.add_argument("--by", choices=("district", "state"), default="district", help="what a row is (default district)")
    job.add_argument("--year", type=int, help="the fall of the school year (default: the last)")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")
    add_rules(job)
    add_minimum_cell(job)
    job.add_argument("--replicates", type=int, default=REPLICATES, help=f"lottery draws (default {REPLICATES})")
    job.add_argument("--seed", type=int, default=0, help="seed of the draws (default 0)")
    job.add_argument("--workers", type=int, help="processes on this machine (default: as many as it pays)")
    job.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster instead, such as tcp://127.0.0.1:8786")
    add_output(job, TABLE_FORMATS)


def write_policy(given: argparse.Namespace) -> None:
    """A policy to start from."""
    if given.like and given.preset:
        raise InputError("Both --preset and --like say the lotteries' rules; give one of them.")
    names = [name for name in asdict(Policy()) if name not in ("version", "preset", "template")]
    policy = Policy(preset=given.preset or Policy.preset, **{name: getattr(given, name) for name in names})
    if given.like:
        policy = replace(policy, template=template_of(scenario_from_json(text_of(given.like), given.like.name)))
    write_text(policy.to_json(), given)


def print_statewide(given: argparse.Namespace) -> None:
    """Run each policy on each dataset."""
    check_draws(given)
    plans, left_out = _plans(given)
    for _, plan in plans:
        tell(_about(plan))
    results = []
    districts = sum(len(plan.applied.scenarios) for _, plan in plans)
    meter = Meter(districts, "districts")
    with _crew(given, districts) as crew:
        for label, plan in plans:
            done = completed(plan, run_of(plan), crew, meter.part(f"{plan.dataset}, {label}"))
            result = marked_result(outcome(plan, done), plan.table, plan.policy, given.minimum_cell)
            tell(_of_result(label, plan, result))
            results.append((label, plan, result))
    totals = _totals(results, left_out, given.minimum_cell)
    if given.format == "json":
        listed = [_record(*each) for each in results] + [_left_out_record(each) for each in left_out]
        listed += [_total_record(*each, left_out) for each in totals]
        write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", given)
        return
    rows = [_rows(*each, given.by) for each in results]
    if given.by == "state":
        rows += [_total_rows(label, table) for label, _, table in totals]
    table = pd.concat(rows, ignore_index=True)
    write(_shown(table, given.by) if given.format == "table" else table, given)


def _plans(given: argparse.Namespace) -> tuple[list[tuple[str, Plan]], list[LeftOut]]:
    """Every policy on every dataset, all checked before the first is run; and those that cannot be, which are told.

    Raises:
        InputError: there is nothing to run, or no policy applies anywhere.
    """
    policies = [Path(name) for name in given.given if name.endswith(".json")]
    datasets = [name for name in given.given if not name.endswith(".json")]
    if not policies or not datasets:
        lacking = "a policy file, such as policy.json" if datasets else "a dataset"
        raise InputError(
            f"Nothing to run: give {lacking}; `evenground statewide-policy -o policy.json` writes a policy."
        )
    asked_policies = [(path.stem, from_json(text_of(path), path.name)) for path in policies]
    plans, left_out = [], []
    for name in datasets:
        for label, plan in _plans_of(name, asked_policies, given):
            if isinstance(plan, Plan):
                plans.append((label, plan))
            else:
                left_out.append(plan)
    if not plans and len(left_out) == 1:
        raise InputError(left_out[0].reason)
    tell([f"{each.dataset}, {each.label}: left out. {each.reason}" for each in left_out])
    if not plans:
        raise InputError("No policy applies to any of these datasets; give another policy.")
    return plans, left_out


def _plans_of(
    name: str, policies: list[tuple[str, Policy]], given: argparse.Namespace
) -> Iterator[tuple[str, Plan | LeftOut]]:
    """Every policy on one dataset."""
    asked, rules = argparse.Namespace(**vars(given) | {"data": name}), asked_rules(given)
    table = on_basis(table_of(name, given.minimum_cell), given.basis)
    table, notes = counted(table[table["year"] == known_year(table, asked)], asked, rules)
    tell(notes)
    tell(hidden_words(table, comparison("ed"), given.minimum_cell))
    grades = grades_of(name)
    of = {"dataset": dataset_name(name), "basis": given.basis, "rules": rules}
    for label, policy in policies:
        try:
            yield label, planned(table, grades, policy, **of, replicates=given.replicates, seed=given.seed)
        except InputError as error:
            yield label, LeftOut(dataset_name(name), label, policy, str(error))


@contextmanager
def _crew(given: argparse.Namespace, districts: int) -> Iterator[Crew]:
    """The workers asked for."""
    if given.scheduler and given.workers is not None:
        raise InputError("--workers are of this machine and --scheduler is another's; give one of them.")
    if given.scheduler:
        with cluster(given.scheduler) as crew:
            yield crew
    elif given.workers is None:
        yield crew_for(districts)
    elif given.workers < 1:
        raise InputError(f"--workers is {given.workers}; give 1 or more.")
    else:
        yield here() if given.workers == 1 else machine(given.workers)


# --- What is told


def _about(plan: Plan) -> list[str]:
    """What a plan applies to, and what it leaves alone."""
    taking_part, others = len(plan.applied.scenarios), plan.left_alone
    year = school_year(plan.applied.scenarios[0].year)
    told = [f"{plan.dataset}, {year}: {plan.policy.words}"]
    told.append(f"It applies to {taking_part:,} of {taking_part + others.sum():,} districts.")
    return told + [f"Left alone: {count:,} districts with {reason}." for reason, count in others.items()]


def _of_result(label: str, plan: Plan, result: Result) -> list[str]:
    """How to read the tables, and what cannot be seen in them."""
    first, *others = ranking(result.districts, plan.policy.level)
    told = [f"{plan.dataset}, {label}: {first}", *others]
    told += [f"District {leaid} could not be simulated: {reason}" for leaid, reason in result.refused.to_numpy()]
    if result.senders:
        told.append(f"{result.senders:,} districts without hosts lose students.")
    if result.withdrawn:
        number = f"{result.withdrawn:,.1f}" if result.withdrawn >= 0.1 else "fewer than 0.1"
        told.append(f"On average {number} students drawn by the lotteries of two districts stay where they are.")
    return told


def _rows(label: str, plan: Plan, result: Result, by: str) -> pd.DataFrame:
    table = result.state if by == "state" else _named(plan, result.districts)
    table = table.copy()
    table.insert(0, "policy", label)
    table.insert(0, "dataset", plan.dataset)
    return table


def _shown(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """A table as it is on screen, students in whole numbers."""
    if by == "district":
        return table[list(SHOWN)].assign(moved=table["moved"].round().astype("int64"))
    students = table["measure"] == "moved"
    return table.assign(
        **{
            name: table[name].map("{:.4f}".format, na_action="ignore").mask(students, table[name].map("{:.0f}".format))
            for name in ("before", "after", "low", "high")
        }
    )


def _named(plan: Plan, districts: pd.DataFrame) -> pd.DataFrame:
    districts = districts.copy()
    districts.insert(2, "district", districts["leaid"].map(district_names(plan.table)))
    return districts


def _record(label: str, plan: Plan, result: Result) -> dict[str, Any]:
    """A result as plain JSON values."""
    return {
        "dataset": plan.dataset,
        "year": plan.applied.scenarios[0].year,
        "policy": plan.policy.as_dict() | {"file": label},
        "replicates": plan.replicates,
        "seed": plan.seed,
        "state": [plain(row) for row in result.state.to_dict("records")],
        "districts": records(_named(plan, result.districts)),
        "left_alone": records(plan.applied.left_alone),
        "refused": records(result.refused),
        "districts_that_only_send": result.senders,
        "withdrawn": result.withdrawn,
    }


def _left_out_record(each: LeftOut) -> dict[str, Any]:
    """Why there is no result, as plain JSON values."""
    return {
        "dataset": each.dataset,
        "policy": each.policy.as_dict() | {"file": each.label},
        "left_out": each.reason,
    }


# --- All states together


def _totals(
    results: list[tuple[str, Plan, Result]], left_out: list[LeftOut], cell: int
) -> list[tuple[str, list[Plan], pd.DataFrame]]:
    """Of each policy run in several states: its name, their plans, and the figures over all of them; they are told."""
    found = []
    for policy in dict.fromkeys(label for label, _, _ in results):
        plans = [plan for label, plan, _ in results if label == policy]
        if len(plans) < 2:
            continue
        try:
            _check_alike(plans)
            states = {plan.dataset: result.everyone for label, plan, result in results if label == policy}
            table = marked_total(over_states(states), [plan.table for plan in plans], plans[0].policy, cell)
        except InputError as error:
            say(f"There are no totals over {ALL}: {error}")
            continue
        without = [each.dataset for each in left_out if each.label == policy]
        but = f" without {', '.join(without)}" if without else ""
        say(f"{ALL.capitalize()}{but} ({len(plans):,}), {policy}: {_total_words(table)}.")
        found.append((policy, plans, table))
    return found


def _check_alike(plans: list[Plan]) -> None:
    """Refuse to add up what does not mean the same."""
    names = [plan.dataset for plan in plans]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"two of the states are called {twice[0]}; give their files different names.")
    bases = {plan.dataset: sorted(plan.table["ed_basis"].dropna().unique()) for plan in plans}
    if len({tuple(each) for each in bases.values()}) > 1:
        told = "; ".join(f"{name} {', '.join(each)}" for name, each in bases.items())
        raise InputError(f"the states count disadvantaged students differently ({told}); give a --basis all have.")
    years = sorted({plan.applied.scenarios[0].year for plan in plans})
    if len(years) > 1:
        raise InputError(f"the states' years differ ({', '.join(map(school_year, years))}); give a --year all have.")


def _total_words(table: pd.DataFrame) -> str:
    """V of all states before and after, level by level."""
    of_v = table[table["measure"] == "variance_ratio"].set_index("part")[["before", "after"]]
    if of_v.isna().any(axis=None):
        return "V cannot be told, since hidden counts make it too uncertain"
    parts = {"total": "V", "between_states": "between states", "between_districts": "between districts"}
    return ", ".join(
        f"{words} from {of_v.loc[part, 'before']:.4f} to {of_v.loc[part, 'after']:.4f}"
        for part, words in (parts | {"within": "within districts"}).items()
    )


def _total_rows(label: str, table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "policy", label)
    table.insert(0, "dataset", ALL)
    return table


def _total_record(label: str, plans: list[Plan], table: pd.DataFrame, left_out: list[LeftOut]) -> dict[str, Any]:
    """The totals as plain JSON values."""
    return {
        "dataset": ALL,
        "states": [plan.dataset for plan in plans],
        "states_left_out": [each.dataset for each in left_out if each.label == label],
        "policy": plans[0].policy.as_dict() | {"file": label},
        "state": records(table),
    }
