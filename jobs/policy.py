"""Jobs of the 50/50 policy: scenario and simulate."""

import argparse
import json
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from analysis.errors import InputError
from analysis.measured import district_names
from analysis.policy.assumptions import assumptions
from analysis.policy.changes import from_today
from analysis.policy.effects import between_within, districts, money, races
from analysis.policy.moves import at_hosts, at_schools
from analysis.policy.outcome import REPLICATES, Outcome, simulate
from analysis.policy.presets import PRESETS, SEATS_IN, scenario_from_preset
from analysis.policy.scenario import TURNOUT, Scenario, from_json
from analysis.policy.sensitivity import at_participation, compared, variants
from data.groups import comparison, on_bases, on_basis
from data.inclusion import Rules
from data.plan_privacy import (
    hidden_of_plan,
    marked_hosts,
    marked_outcome,
    marked_parts,
    marked_races,
    marked_senders,
    marked_through,
)
from data.privacy import hidden_words, marked_districts
from data.schema import ED_BASES
from jobs.asked import asked_rules, check_draws, counted, dataset_name, grades_of, known_year, table_of, text_of
from jobs.beside import beside_the_best
from jobs.options import Menu, add_data, add_job, add_output, add_rules, add_scenario
from jobs.printing import TABLE_FORMATS, plain, records, tell, write, write_text
from reports.plan import PlanResult, answer, text

ALL = "all"
# The contract of `simulate`: what a school's row holds.
SCHOOL_COLUMNS = [
    "ncessch",
    "leaid",
    "host",
    "students_before",
    "ed_before",
    "students_after",
    "ed_after",
    "ed_after_low",
    "ed_after_high",
    "poorer",
]


# Schools beside the hosts that a table on screen has room for; the other formats have every one.
TOP = 25


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    job = add_job(menu, "scenario", write_scenario, "write a 50/50 scenario to start from")
    add_data(job)
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")
    presets = "; ".join(f"{p.name}: {p.label}" + (f" ({p.source})" if p.source else "") for p in PRESETS.values())
    job.add_argument("--preset", default="dallas", help=f"{presets} (default dallas)")
    job.add_argument("--year", type=int, help="the fall of the school year (default: the last)")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")
    places = "; ".join(f"{name}: {words}" for name, words in SEATS_IN.items())
    job.add_argument("--seats-in", choices=tuple(SEATS_IN), help=f"{places} (default the preset's own)")
    add_rules(job)
    add_output(job)

    job = add_job(menu, "simulate", print_simulation, "run a 50/50 scenario")
    add_scenario(job)
    job.add_argument("--replicates", type=int, default=REPLICATES, help=f"lottery draws (default {REPLICATES})")
    job.add_argument("--seed", type=int, default=0, help="seed of the draws (default 0)")
    job.add_argument(
        "--participation",
        choices=(*TURNOUT, ALL),
        help="share of students who apply, in place of the scenario's: "
        + ", ".join(f"{name} {share:.0%}%" for name, share in TURNOUT.items())
        + "; all: the district's figures at each",
    )
    job.add_argument(
        "--exits",
        type=_rates,
        metavar="0,5,10",
        help="the district's figures where so many percent of the displaced, and of those whose school changes, leave",
    )
    job.add_argument("--top", type=int, metavar="N", help=f"schools a table lists (default {TOP})")
    add_output(job, TABLE_FORMATS)


def write_scenario(given: argparse.Namespace) -> None:
    """A scenario to start from."""
    rules = asked_rules(given)
    table = on_basis(table_of(given.data, given.minimum_cell), given.basis)
    year = known_year(table, given)
    table, notes = counted(table[table["year"] == year], given, rules)
    scenario = scenario_from_preset(
        table,
        given.preset,
        dataset=dataset_name(given.data),
        district=given.district,
        year=year,
        basis=given.basis,
        grades=grades_of(given.data),
        seats_in=given.seats_in,
    )
    preset = PRESETS[given.preset]
    tell([*notes, f"{preset.label}: {preset.basis}"])
    write_text(replace(scenario, **asdict(rules)).to_json(), given)


def print_simulation(given: argparse.Namespace) -> None:
    """Run a scenario, or several variants of it."""
    check_draws(given)
    _check_top(given)
    scenario, table, notes = read_scenario(given)
    if given.participation not in (None, ALL):
        scenario = at_participation(scenario, given.participation)
    cell = given.minimum_cell
    simulated = simulate(table, scenario, given.replicates, given.seed)
    outcome, hidden = marked_outcome(simulated, table, cell), hidden_of_plan(simulated, table, cell)
    tell([*notes, *hidden_words(table[table["ncessch"].isin(outcome.schools["ncessch"])], comparison("ed"), cell)])
    rows = _sensitivity(given, scenario, table)
    if rows is None or given.format == "json":  # else nothing of the plan itself is written
        tell(beside_the_best(given, table, simulated))
    if given.format == "table" and rows is None:
        listed = TOP if given.top is None else given.top
        write_text(text(_result(simulated, outcome, table, hidden, cell), listed), given)
        return
    if given.format == "json":
        record = outcome_record(outcome) | effects_record(simulated, table, cell)
        record = {
            "answer": answer(simulated, _district(table, scenario), outcome),
            "notes": outcome.notes,
            "hidden": hidden,
        } | record
        record |= {} if rows is None else {"sensitivity": records(rows)}
        write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", given)
    else:
        write(_schools(outcome) if rows is None else rows, given)
    tell([*outcome.notes, hidden] if hidden else outcome.notes)


def _check_top(given: argparse.Namespace) -> None:
    """Refuse to shorten a list of schools by nothing that can be, or where none is printed."""
    if given.top is None:
        return
    if given.top < 0:
        raise InputError(f"--top is {given.top}; give 0 or more.")
    if given.format != "table" or given.participation == ALL or given.exits is not None:
        raise InputError(
            "--top is of the schools that a table lists; leave it out with --format csv or json, --participation all "
            "and --exits."
        )


def _sensitivity(given: argparse.Namespace, scenario: Scenario, table: pd.DataFrame) -> pd.DataFrame | None:
    """The district's figures of the variants asked for, as they may be told; None where none is."""
    levels = tuple(TURNOUT) if given.participation == ALL else ()
    if not levels and given.exits is None:
        return None
    found = {
        words: marked_outcome(simulate(table, each, given.replicates, given.seed), table, given.minimum_cell)
        for words, each in variants(scenario, levels, given.exits or ()).items()
    }
    return compared(found)


def _district(table: pd.DataFrame, scenario: Scenario) -> str:
    """What people call the district of a scenario."""
    return str(district_names(table).get(scenario.district, scenario.district))


def _rates(text: str) -> list[float]:
    """Exit rates from percentages in a line."""
    try:
        rates = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        rates = []
    if not rates or not all(0 <= rate <= 1 for rate in rates):
        raise argparse.ArgumentTypeError(f'"{text}" is no list of percentages; write 0,5,10')
    return rates


def _result(simulated: Outcome, outcome: Outcome, table: pd.DataFrame, hidden: str, cell: int) -> PlanResult:
    """What is printed as text of an outcome and the same as it may be told."""
    names = table.set_index("ncessch")["school"].dropna().to_dict()
    return PlanResult(
        answer(simulated, _district(table, simulated.scenario), outcome),
        outcome,
        marked_parts(between_within(table, simulated), simulated, table, cell),
        marked_senders(at_schools(simulated), table),
        names | {host.ncessch: host.new.school for host in outcome.scenario.hosts if host.new},
        hidden,
    )


def read_scenario(given: argparse.Namespace) -> tuple[Scenario, pd.DataFrame, list[str]]:
    """The scenario of a file, the schools it is about, and notes on what its rules leave out.

    Raises:
        InputError: there is no such dataset, or the file holds no scenario, or one of another dataset.
    """
    scenario, schools = (
        from_json(text_of(given.scenario), given.scenario.name),
        table_of(given.data, given.minimum_cell),
    )
    if scenario.dataset != (name := dataset_name(given.data)):
        raise InputError(
            f"{given.scenario.name} was made for dataset {scenario.dataset}, not {name}; give that dataset."
        )
    scenario = replace(scenario, districts=given.districts or scenario.districts)
    table = on_bases(schools, scenario.basis, scenario.lottery_basis)
    rules = Rules(scenario.districts, scenario.excluded)
    table, notes = counted(table[table["year"] == scenario.year], given, rules)
    return scenario, table, notes


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain JSON values: the scenario, schools, indices before and after, pools, moves."""
    return {
        "scenario": asdict(outcome.scenario),
        "replicates": outcome.replicates,
        "seed": outcome.seed,
        "schools": records(_schools(outcome)),
        "indices": {name: plain(asdict(change)) for name, change in outcome.district.items()},
        "state": {name: plain(asdict(change)) for name, change in outcome.state.items()},
        "pools": records(outcome.pools),
        "waitlists": records(outcome.waitlists),
        "flows": records(outcome.flows),
        "years": records(outcome.years),
        "travel": records(outcome.travel),
        "assumptions": assumptions(outcome.scenario),
        "schools_left_out": outcome.unknown["ncessch"].tolist(),
    }


def effects_record(outcome: Outcome, table: pd.DataFrame, minimum_cell: int) -> dict[str, Any]:
    """What follows from an outcome, as plain JSON values and as it may leave: movers, parts of H, races."""
    counts = ["ed_before", "ed_after"]
    hosts = at_hosts(outcome.flows, list(outcome.scenario.host_ids))
    through = marked_through(from_today(table, outcome).parts, outcome, table, minimum_cell)
    return {
        "hosts": records(marked_hosts(hosts, outcome, table, minimum_cell)),
        "senders": records(marked_senders(at_schools(outcome), table)),
        "change": records(through.reset_index()),
        "between_within": records(marked_parts(between_within(table, outcome), outcome, table, minimum_cell)),
        "districts": records(marked_districts(districts(outcome), table, counts, comparison("ed"), minimum_cell)),
        "money": records(money(table, outcome)),
        "races": records(marked_races(races(table, outcome), table, minimum_cell)),
    }


def _schools(outcome: Outcome) -> pd.DataFrame:
    """The rows of the contract; where small counts are hidden, with a word on which."""
    return outcome.schools[[*SCHOOL_COLUMNS, *outcome.schools.columns.intersection(["suppressed"])]]
