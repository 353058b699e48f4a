"""Jobs that measure segregation: indices, contribution and sensitivity."""

import argparse

import pandas as pd

from analysis.chance.random_assignment import MUCH
from analysis.errors import InputError
from analysis.indices import INDICES, MULTIGROUP, ORDERED, SCHOOL, atkinson
from analysis.measured import PLACES, bounded_indices_by, contributions, indices_by, outside_bounds
from analysis.measured_uncertainty import (
    chance_ranges_by,
    expected_by,
    intervals_by,
    school_intervals,
    schools_by_chance,
)
from data.chain import CHAIN, by_place
from data.groups import Comparison, comparison
from data.privacy import hidden_words, marked_places, marked_schools
from data.sensitivity import sensitivity
from jobs.asked import asked_draws, asked_rules, compared, counted, known_year, table_of, tell_crossed, tell_left_out
from jobs.options import Menu, add_data, add_draws, add_job, add_measuring, add_output, add_rules
from jobs.printing import TABLE_FORMATS, say, tell, write


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    job = add_measuring(menu, "indices", print_indices, "segregation indices of every place and year")
    job.add_argument("--by", choices=tuple(PLACES), default="state", help="the places (default state)")
    job.add_argument(
        "--atkinson-b",
        type=_shape,
        default=0.5,
        metavar="B",
        help="shape of Atkinson(b), between 0 and 1 (default 0.5, where both groups weigh alike)",
    )
    job.add_argument("--bounds", action="store_true", help="add what each index can be, whatever the hidden counts")
    add_draws(job, "what each index would be", "each index", also=", and the range that chance alone gives")

    job = add_measuring(menu, "contribution", print_contributions, "each school's contribution to D")
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")
    add_draws(job, "what each number would be", "each number", also=", and the range that chance alone gives")

    job = add_job(menu, "sensitivity", print_sensitivity, "the headline numbers on every definition of disadvantage")
    add_data(job)
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    add_rules(job)
    add_output(job, TABLE_FORMATS)


def print_indices(given: argparse.Namespace) -> None:
    """Indices of every place and year."""
    draws = asked_draws(given)
    table, notes, groups = compared(given)
    names = _names(given, groups)
    table = by_place(table, given.by)
    tell_left_out(notes, table, groups, given.minimum_cell)
    tell_crossed(table, groups, [CHAIN[given.by], CHAIN["school"]])
    if groups.many:
        pairs = [name for name in INDICES if name not in MULTIGROUP]
        say(f"{', '.join(pairs)}: left empty, for each compares two groups only.")
    asked = (table, given.by, groups.group, groups.other)
    found = bounded_indices_by(*asked, bands=groups.bands) if given.bounds else indices_by(*asked, names)
    parts = ((given.expected, expected_by), (given.interval, intervals_by), (given.interval, chance_ranges_by))
    for wanted, measured_by in parts:
        if wanted:
            more = measured_by(*asked, *draws, names)
            found = found.merge(more.drop(columns="place_name"), on=["year", "place"], how="left")
    found = marked_places(found, table, given.by, groups, given.minimum_cell)
    if given.bounds:
        found = found.assign(outside_bounds=tell_bounds(found))
    if given.expected:
        tell_chance(found)
    write(found, given)


def _names(given: argparse.Namespace, groups: Comparison) -> list[str]:
    """The indices asked for, Atkinson by its shape; options that these groups or this shape do not have are refused."""
    own, shaped = INDICES["atkinson"], atkinson(given.atkinson_b)
    if shaped is not own and groups.many:
        raise InputError(
            f"--atkinson-b compares two groups, not {given.group}; give --group {groups.group} or two races."
        )
    if shaped is not own and given.bounds:
        raise InputError(
            f"--bounds knows Atkinson with b = 0.5 only, not {given.atkinson_b}; leave out --bounds or --atkinson-b."
        )
    if shaped is not own:
        say(f"{shaped.name}: {shaped.formula}, b = {given.atkinson_b}. {shaped.meaning}")
    return [shaped.name if name == own.name else name for name in groups.indices]


def _shape(text: str) -> float:
    """A shape of Atkinson(b)."""
    try:
        b = float(text)
    except ValueError:
        b = float("nan")
    if not 0 < b < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no shape of Atkinson(b); give a number between 0 and 1, as 0.25')
    return b


def tell_bounds(found: pd.DataFrame) -> pd.Series:
    """Say what the bounds are; by row the symbols of the indices whose value lies outside them."""
    outside = outside_bounds(found)
    ends = [f"{name}_{side}" for name in outside for side in ("low", "high")]
    exact = found[[f"{end}_exact" for end in ends]]
    say(
        f"Bounds: {int(exact.sum().sum()):,} of {int(exact.notna().sum().sum()):,} are exact, as some completion of "
        "the hidden counts attains them; of the others it is only proven that none lies beyond them. The columns "
        "ending in _exact say which."
    )
    if outside.any(axis=None):
        say(
            f"In {int(outside.any(axis=1).sum()):,} of {len(found):,} rows a value lies outside its bounds, for it "
            "counts only the schools whose counts are known and the bounds count all; the column outside_bounds says "
            "of which indices."
        )
    words = pd.Series("", index=found.index)
    for name in outside:
        words = words.mask(outside[name], words + ", " + (INDICES | ORDERED)[name].symbol)
    return words.str.removeprefix(", ")


def tell_chance(found: pd.DataFrame) -> None:
    """Say in how many places chance explains much of an index."""
    shares = found.filter(regex="_chance_share$").rename(columns=lambda name: name.removesuffix("_chance_share"))
    much = (shares > MUCH).sum().rename(index={name: index.symbol for name, index in INDICES.items()})
    if some := ", ".join(f"{symbol} in {count:,}" for symbol, count in much.items() if count):
        say(
            f"Random assignment alone would give more than {MUCH:.0%} of the value of {some} of {len(found):,} rows; "
            "see the columns ending in _chance_share."
        )


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
    draws = asked_draws(given)
    table, notes, groups = compared(given)
    table = table[table["leaid"] == given.district]
    if table.empty:
        raise InputError(f"{given.data} has no school of district {given.district}; check the id.")
    last = table[table["year"] == table["year"].max()]
    tell_left_out(notes, last, groups, given.minimum_cell)
    rows = contributions(last, groups.group, groups.other)
    rests = [*SCHOOL, *([] if groups.many else ["group_students"])]
    for wanted, found_of in ((given.expected, schools_by_chance), (given.interval, school_intervals)):
        if wanted:
            more = found_of(last, groups.group, groups.other, *draws)
            rows, rests = rows.merge(more, on="ncessch", how="left"), [*rests, *more.columns.drop("ncessch")]
    write(marked_schools(rows, last, groups, rests, given.minimum_cell), given)
