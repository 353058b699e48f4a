"""The job that makes up a scenario's applicants, so that its plan runs through the students' lottery too."""

import argparse
import shlex
from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from analysis.lottery.compare import compared, verdict
from analysis.lottery.market import Rules
from analysis.lottery.synthetic import Files, files
from analysis.policy.ground import ground
from data.formats.spreadsheet import as_csv
from jobs.asked import MOST_REPLICATES
from jobs.options import Menu, add_job, add_output, add_scenario, check_places
from jobs.policy import read_scenario
from jobs.printing import TABLE_FORMATS, say, tell, write, write_text


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_job(menu, "applicants", write_applicants, "make up the applicants of a 50/50 scenario for `lottery`")
    add_scenario(job)
    job.add_argument("--seats", type=Path, metavar="FILE", help="write the seats left for them")
    job.add_argument("--seed", type=int, default=0, help="seed of who applies (default 0)")
    job.add_argument(
        "--compare", type=int, metavar="N", help="hold N lotteries of N such files, and print them beside the simulator"
    )
    add_output(job, TABLE_FORMATS)


def write_applicants(given: argparse.Namespace) -> None:
    """Made-up applications and the seats they are for; or both engines side by side."""
    _check(given)
    check_places([Path(given.data), given.scenario], {"--output": given.output, "--seats": given.seats})
    scenario, table, notes = read_scenario(given)
    tell(notes)
    place = ground(table, scenario)
    made = files(place, scenario, given.seed)
    tell(made.left_out)
    if given.compare:
        result = compared(place, scenario, given.compare, given.seed)
        say(verdict(result, given.compare))
        write(result, given)
        return
    _tell_made(made, given)
    write_text(as_csv(made.applications), given)
    write_text(as_csv(made.seats), argparse.Namespace(output=given.seats))


def _check(given: argparse.Namespace) -> None:
    if given.seed < 0:
        raise InputError(f"--seed is {given.seed}; give 0 or more.")
    if given.compare is not None:
        if not 2 <= given.compare <= MOST_REPLICATES:
            raise InputError(f"--compare is {given.compare}; give 2 to {MOST_REPLICATES:,} draws.")
        if given.seats is not None:
            raise InputError("--compare prints both engines side by side and writes no seats; leave out --seats.")
    elif given.seats is None:
        raise InputError("--seats is not given; say where to write the seats, such as --seats seats.csv.")


def _tell_made(made: Files, given: argparse.Namespace) -> None:
    """What the files hold, and how to hold their lottery."""
    students, seats = made.applications["student"].nunique(), int(made.seats["seats"].sum())
    say(f"{students:,} made-up students with {len(made.applications):,} applications for {seats:,} seats.")
    if losing := int(made.applications.get("present", pd.Series(dtype=bool)).sum()):
        say(f"{losing:,} of them attend a host and lose their place there; they come first for seats left over.")
    if made.declining:
        say(f"{made.declining:,} more apply but would decline an offer; they are left out, since the next takes it.")
    say(f"The scenario's lottery: {shlex.join(_command(made.rules, given))}")


def _command(rules: Rules, given: argparse.Namespace) -> list[str]:
    said = {name: value for name, value in vars(rules).items() if value and value != getattr(Rules(), name)}
    options = [word for name, value in said.items() for word in (f"--{name.replace('_', '-')}", value)]
    places = [str(given.output or "applications.csv"), str(given.seats)]
    return ["evenground", "lottery", *places, *options, "--salt", "salt.txt", "--seed", "TEXT"]
