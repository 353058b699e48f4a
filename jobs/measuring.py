"""Jobs that measure segregation: indices, decompose, contribution and sensitivity."""

import argparse
import json

from analysis.errors import InputError
from analysis.measured import PLACES, bounded_indices_by, contributions, decomposed, indices_by
from data.groups import comparison
from data.privacy import carried_years, hidden_words, marked_places, marked_schools
from data.sensitivity import sensitivity
from jobs.asked import asked_rules, compared, counted, known_year, table_of, tell_left_out
from jobs.options import Menu, add_data, add_job, add_measuring, add_output, add_rules
from jobs.printing import TABLE_FORMATS, plain, tell, write, write_text


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    job = add_measuring(menu, "indices", print_indices, "segregation indices of every place and year")
    job.add_argument("--by", choices=tuple(PLACES), default="state", help="the places (default state)")
    job.add_argument("--bounds", action="store_true", help="add what each index can be, whatever the hidden ED counts")

    add_measuring(menu, "decompose", print_decomposition, "segregation between and within districts")

    job = add_measuring(menu, "contribution", print_contributions, "each school's contribution to D")
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")

    job = add_job(menu, "sensitivity", print_sensitivity, "the headline numbers on every definition of disadvantage")
    add_data(job)
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    add_rules(job)
    add_output(job, TABLE_FORMATS)


def print_indices(given: argparse.Namespace) -> None:
    """Indices of every place and year."""
    if given.bounds and given.group != "ed":
        raise InputError(
            f"--bounds is for ED, whose counts publishers hide between bounds, not for {given.group}; give --group ed."
        )
    table, notes, groups = compared(given)
    tell_left_out(notes, table, groups, given.minimum_cell)
    if given.bounds:
        rows = bounded_indices_by(table, given.by)
    else:
        rows = indices_by(table, given.by, groups.group, groups.other)
    write(marked_places(rows, table, given.by, groups, given.minimum_cell), given)


def print_decomposition(given: argparse.Namespace) -> None:
    """Segregation between and within districts."""
    table, notes, groups = compared(given)
    tell_left_out(notes, table, groups, given.minimum_cell)
    parts = carried_years(decomposed(table, groups.group, groups.other), table, groups, given.minimum_cell)
    if given.format == "json":
        measures = parts.columns.get_level_values(0).unique()
        records = {str(year): {m: plain(row[m].to_dict()) for m in measures} for year, row in parts.iterrows()}
        write_text(json.dumps(records, indent=2) + "\n", given)
        return
    parts.columns = [f"{measure}_{part}" for measure, part in parts.columns]
    write(parts.reset_index(), given)


def print_sensitivity(given: argparse.Namespace) -> None:
    """The headline numbers on every definition of disadvantage."""
    table = table_of(given.data, given.minimum_cell)
    if given.year is not None:
        table = table[table["year"] == known_year(table, given)]
    table, notes = counted(table, given, asked_rules(given))
    found = sensitivity(table, given.minimum_cell)
    if found.empty:
        raise InputError(f"{given.data} has no count of economically disadvantaged students; load a lunch count too.")
    tell(notes)
    tell(hidden_words(table, comparison("ed"), given.minimum_cell))
    write(found, given)


def print_contributions(given: argparse.Namespace) -> None:
    """What each school of a district contributes to its D."""
    table, notes, groups = compared(given)
    table = table[table["leaid"] == given.district]
    if table.empty:
        raise InputError(f"{given.data} has no school of district {given.district}; check the id.")
    last = table[table["year"] == table["year"].max()]
    tell_left_out(notes, last, groups, given.minimum_cell)
    rows = contributions(last, groups.group, groups.other)
    write(marked_schools(rows, last, groups.group, ["group_students", "contribution"], given.minimum_cell), given)
