"""The job that says why M and H changed between two years."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.chance.uncertain_parts import PartSpread
from analysis.errors import InputError
from analysis.measured_change import KEY, Changed, change_intervals, changed
from analysis.policy.changes import between_plans, from_today
from analysis.policy.outcome import simulate
from analysis.policy.scenario import EXCLUDABLE
from analysis.units import known
from data.groups import Comparison, comparison
from data.inclusion import GEOGRAPHIC
from data.joining.lineage import lineage
from data.plan_privacy import marked_through
from data.privacy import hidden_words, marked_change
from data.schema import ED_BASES, school_year
from jobs.asked import asked_draws, asked_rules, compared, table_of, tell_left_out, tell_untold
from jobs.options import Menu, add_compared, add_data, add_interval, add_job, add_output, add_rules
from jobs.policy import read_scenario
from jobs.printing import TABLE_FORMATS, say, tell, write


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_job(menu, "change", print_change, "why M and H changed between two years")
    add_data(job)
    job.add_argument(
        "--from", type=int, dest="first", metavar="YEAR", help="the fall to start from (default the first)"
    )
    job.add_argument("--to", type=int, dest="last", metavar="YEAR", help="the fall to end with (default last)")
    job.add_argument("--place", metavar="ID", help="a district's id (default: all schools)")
    job.add_argument(
        "--scenarios",
        nargs=2,
        type=Path,
        metavar=("A.json", "B.json"),
        help="between today and each of two 50/50 scenarios of a district, and between the two, instead of years",
    )
    add_compared(job)
    add_rules(job)
    add_interval(job, "the change and each of its parts")
    add_output(job, TABLE_FORMATS)
    job.set_defaults(year=None)


def print_change(given: argparse.Namespace) -> None:
    """The parts of the change of M and H."""
    draws = asked_draws(given)
    if given.scenarios is not None:
        print_between_scenarios(given)
        return
    table, notes, groups = compared(given)
    found = lineage(
        table_of(given.data, given.minimum_cell)
    )  # an identity may rest on schools that the choice leaves out
    table = table.assign(**{KEY: found.keys(table)["school"]})
    if given.place is not None:
        ids = [given.place] if asked_rules(given).districts == GEOGRAPHIC else found.same_district(given.place)
        table = table[table["leaid"].isin(ids)]
        if table.empty:
            raise InputError(f"{given.data} has no school of district {given.place}; check the id.")
    first, last = _asked_years(table, groups, given)
    table = table[table["year"].isin([first, last])]
    _check_bases(table, groups, given)
    notes = [note for note in notes if note.startswith((school_year(first), school_year(last)))]
    tell_left_out(notes, table, groups, given.minimum_cell)
    asked = (table, first, last, groups.group, groups.other)
    change = changed(*asked)
    _tell(change)
    parts = change.change.parts
    if given.interval:
        parts = pd.concat([parts, _ends(change_intervals(*asked, *draws))], axis=1)
    told = marked_change(parts, table, groups, given.minimum_cell)
    if "suppressed" in told:
        tell_untold(f"The change between {school_year(first)} and {school_year(last)} and its parts", given)
    write(_rows(change, told), given)


def print_between_scenarios(given: argparse.Namespace) -> None:
    """The parts of the change of M and H that each of two scenarios brings, and that lie between them."""
    _check_alone(given)
    names = _called(given.scenarios)
    outcomes, tables, said = [], [], list[str]()
    for path in given.scenarios:
        scenario, table, notes = read_scenario(argparse.Namespace(**vars(given) | {"scenario": path}))
        outcomes.append(simulate(table, scenario, replicates=1))
        tables.append(table)
        said += [note for note in notes if note not in said]
    table, (one, other) = tables[0], outcomes
    between = between_plans(table, one, other)
    found = {("today", name): from_today(table, outcome) for name, outcome in zip(names, outcomes, strict=True)}
    found[names[0], names[1]] = between
    tell(said)
    tell(hidden_words(table[table["leaid"] == one.scenario.district], comparison("ed"), given.minimum_cell))
    rows = []
    for (start, end), change in found.items():
        if change.reason:
            say(f"From {start} to {end} the parts cannot be told apart: {change.reason}.")
        told = marked_through(change.parts, one, table, given.minimum_cell).reset_index()
        rows.append(pd.DataFrame({"from": start, "to": end} | dict(told.items())))
    write(pd.concat(rows, ignore_index=True), given)


def _check_alone(given: argparse.Namespace) -> None:
    """Refuse what scenarios say themselves, and what is of years only."""
    if given.interval:
        raise InputError("--interval is of a change between years; leave out --interval or --scenarios.")
    asked = {
        "--from": given.first,
        "--to": given.last,
        "--place": given.place,
        "--level": given.level,
        "--basis": given.basis,
        "--group": None if given.group == "ed" else given.group,
    } | {f"--{name} and --no-{name}": getattr(given, name) for name in EXCLUDABLE}
    if said := [option for option, value in asked.items() if value is not None]:
        raise InputError(
            f"--scenarios have their own year, district, level, basis and schools; leave out {', '.join(said)}."
        )


def _called(paths: Sequence[Path]) -> list[str]:
    """What two scenarios are called: as their files, or where these are called alike with their folders."""
    if paths[0].resolve() == paths[1].resolve():
        raise InputError(f"Both scenarios are {paths[0]}; give two files.")
    stems = [path.stem for path in paths]
    return stems if stems[0] != stems[1] else [str(path) for path in paths]


def _asked_years(table: pd.DataFrame, groups: Comparison, given: argparse.Namespace) -> tuple[int, int]:
    """The years to compare: those asked for, or the first and the last with counts."""
    years = sorted(int(year) for year in table.loc[known(table, groups.group, groups.other), "year"].unique())
    of = given.data if given.place is None else f"{given.data}, district {given.place},"
    if len(years) < 2:
        raise InputError(f"{of} has counts of {groups.words} in fewer than two years; load another year too.")
    first = years[0] if given.first is None else given.first
    last = years[-1] if given.last is None else given.last
    for year in (first, last):
        if year not in years:
            raise InputError(
                f"{of} has no counts of {groups.words} in the year {year}; it has {', '.join(map(str, years))}."
            )
    if first >= last:
        raise InputError(f"--from is {first} and --to is {last}; give an earlier year to start from.")
    return first, last


def _check_bases(table: pd.DataFrame, groups: Comparison, given: argparse.Namespace) -> None:
    """Refuse to set two definitions of disadvantage against each other."""
    bases = table["ed_basis"].dropna().unique()
    if groups.group == "ed" and len(bases) > 1:
        named = " and ".join(ED_BASES[basis] for basis in bases)
        raise InputError(f"{given.data} counts disadvantage by {named}; give one of them with --basis.")


def _tell(found: Changed) -> None:
    """Say what the parts rest on, and why any are missing."""
    years = school_year(found.first), school_year(found.last)
    say(
        f"{found.both:,} schools are counted in both years, {found.only_first:,} in {years[0]} only and "
        f"{found.only_last:,} in {years[1]} only."
    )
    for number, year in ((found.unknown_last, years[1]), (found.unknown_first, years[0])):
        if number:
            say(f"Of these, {number:,} {'is' if number == 1 else 'are'} there in {year} too, with counts unknown.")
    if found.change.reason:
        say(f"The parts cannot be told apart: {found.change.reason}.")


def _ends(sure: PartSpread) -> pd.DataFrame:
    """The change and its parts corrected for chance, with intervals: columns ``<part>_<end>``, a row a measure."""
    ends = {"corrected": sure.corrected, "interval_low": sure.low, "interval_high": sure.high}
    return pd.concat([table.add_suffix(f"_{end}") for end, table in ends.items()], axis=1)


def _rows(found: Changed, parts: pd.DataFrame) -> pd.DataFrame:
    """A row a measure: the years, the indices, the parts, and the schools they rest on."""
    rows = parts.reset_index()
    rows.insert(0, "from", found.first)
    rows.insert(1, "to", found.last)
    return rows.assign(
        schools_both=found.both,
        schools_from_only=found.only_first,
        schools_to_only=found.only_last,
        unknown_in_to=found.unknown_last,
        unknown_in_from=found.unknown_first,
    )
