"""Job that splits segregation: between and within districts, level by level, and by what each district contributes."""

import argparse
import json
from collections.abc import Sequence

import pandas as pd

from analysis.decompose import ADDITIVE
from analysis.errors import InputError
from analysis.measured import decomposed, decomposed_by_level, ranked_districts
from analysis.measured_uncertainty import expected_parts, level_intervals, part_intervals
from data.chain import CHAIN, ChainLevel, chain
from data.groups import Comparison
from data.privacy import carried_years, marked_districts
from data.schema import school_year
from jobs.asked import asked_draws, compared, label_of, last_year, tell_crossed, tell_left_out, tell_untold
from jobs.options import Menu, add_draws, add_measuring
from jobs.printing import plain, say, tell, write, write_text
from reports.where_it_lies import by_level, names_of, shares_between

_ENDS = {"corrected": "corrected", "low": "interval_low", "high": "interval_high"}
# The columns of the table that beside the three parts of an index tells how sure they are.
_SURE = ("expected", "excess", *_ENDS.values())


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_measuring(menu, "decompose", print_decomposition, "segregation between and within districts")
    job.add_argument(
        "--levels",
        help=f"split level by level instead: any of {','.join(CHAIN)} (grade-band is level), the largest first",
    )
    job.add_argument(
        "--rank",
        nargs="?",
        choices=ADDITIVE,
        const=ADDITIVE[0],
        help=f"rank districts by their contribution to an index of the last year instead (default {ADDITIVE[0]})",
    )
    job.add_argument("--top", type=int, metavar="N", help="only the first N of the ranking")
    add_draws(job, "what each part would be", "each part")


def print_decomposition(given: argparse.Namespace) -> None:
    """Segregation between and within districts."""
    draws = asked_draws(given)
    _check_combined(given)
    table, notes, groups = compared(given) if given.rank is None else last_year(given)
    if given.rank == "exposure_shortfall" and groups.many:
        raise InputError(f"{given.rank} compares two groups, not {given.group}; give --rank another index.")
    levels = None if given.levels is None else chain(given.levels, table)
    tell_left_out(notes, table, groups, given.minimum_cell)
    if given.rank is not None:
        print_ranking(table, groups, given)
    elif levels is not None:
        print_levels(table, groups, levels, draws, given)
    else:
        print_parts(table, groups, draws, given)


def _check_combined(given: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if given.top is not None and (given.rank is None or given.top < 1):
        raise InputError(f"--top is {given.top}; give 1 or more, together with --rank.")
    if given.rank is not None and (given.levels is not None or given.expected or given.interval):
        raise InputError("--rank ranks districts by themselves; leave out --levels, --expected and --interval.")


def print_parts(table: pd.DataFrame, groups: Comparison, draws: tuple[int, int], given: argparse.Namespace) -> None:
    """The parts of every index between and within districts, and in words what share of it lies between them."""
    found = decomposed(table, groups.group, groups.other)
    if given.expected:
        found = found.join(_by_chance(table, groups))
    if given.interval:
        ends = part_intervals(table, groups.group, groups.other, *draws)
        ends.columns = pd.MultiIndex.from_tuples([(m, f"{part}_{_ENDS[end]}") for m, part, end in ends.columns])
        found = found.join(ends)
    measured = found
    found = carried_years(found, table, groups, given.minimum_cell)
    _tell_untold(measured, found, given)
    lead, answers = shares_between(label_of(given.data), int(found.index[-1]), groups, found.iloc[-1])
    tell([lead, *answers] if answers else [])
    if given.format == "json":
        measures = found.columns.get_level_values(0).unique()
        records = {str(year): {m: plain(row[m].to_dict()) for m in measures} for year, row in found.iterrows()}
        write_text(json.dumps(records, indent=2) + "\n", given)
    elif given.format == "csv":
        found.columns = [f"{measure}_{part}" for measure, part in found.columns]
        write(found.reset_index(), given)
    else:
        write(_rows_of_parts(found, sure=given.expected or given.interval), given)


def _tell_untold(measured: pd.DataFrame, told: pd.DataFrame, given: argparse.Namespace) -> None:
    """Say of which years the numbers are left empty."""
    untold = (measured.notna() & told.isna()).any(axis=1)
    if years := ", ".join(school_year(int(year)) for year in sorted(set(untold.index[untold]))):
        tell_untold(f"The parts of {years}", given)


def _by_chance(table: pd.DataFrame, groups: Comparison) -> pd.DataFrame:
    """What random assignment would give each part, by year: columns (measure, ``<part>_expected``), and the excess."""
    rows = expected_parts(table, groups.group, groups.other, ["leaid"])
    columns = {}
    for (measure, depth), part in rows.groupby(["measure", "depth"], sort=False):
        inner = "added_within" if measure == "dissimilarity" else "within"
        for what in ("expected", "excess"):
            columns[measure, f"{inner if depth else 'between'}_{what}"] = part.set_index("year")[what]
            total = columns.get((measure, f"total_{what}"), 0)
            columns[measure, f"total_{what}"] = total + part.set_index("year")[what]
    return pd.DataFrame(columns)


def _rows_of_parts(found: pd.DataFrame, *, sure: bool) -> pd.DataFrame:
    """The parts to read: a row a year and index or, told how sure they are, a row for each part of it.

    Args:
        found: one row a year, columns (measure, part) and, of each part, (measure, ``<part>_<what>``).
        sure: whether there are any of the latter.
    """
    rows = []
    for measure in found.columns.get_level_values(0).unique():
        own = found[measure]
        inner = "added_within" if measure == "dissimilarity" else "within"
        shares = own.div(own["total"] if measure in ADDITIVE else float("nan"), axis=0)
        if not sure:
            parts = {"total": own["total"], "between": own["between"], "within": own[inner]}
            rows.append(pd.DataFrame({"measure": measure} | parts | {"share_between": shares["between"]}))
            continue
        for part in ("total", "between", inner):
            beside = {what: own[f"{part}_{what}"] for what in _SURE if f"{part}_{what}" in own}
            told = {"measure": measure, "part": part, "value": own[part], "share": shares[part]}
            rows.append(pd.DataFrame(told | beside))
    return pd.concat(rows).reset_index(names="year").sort_values("year", kind="stable", ignore_index=True)


def print_levels(
    table: pd.DataFrame,
    groups: Comparison,
    levels: Sequence[ChainLevel],
    draws: tuple[int, int],
    given: argparse.Namespace,
) -> None:
    """The part of segregation that lies at each level of a chain."""
    tell_crossed(table, groups, levels)
    asked = (table, groups.group, groups.other, [level.column for level in levels[:-1]])
    rows = (expected_parts if given.expected else decomposed_by_level)(*asked)
    if given.interval:
        sure = level_intervals(*asked, *draws).rename(columns=_ENDS).assign(measure="variance_ratio")
        rows = rows.merge(sure, on=["measure", "year", "depth"], how="left")
        say("Over a chain of levels only V has intervals; without --levels every index that splits has.")
    measured = rows.set_index("year")
    rows = carried_years(measured, table, groups, given.minimum_cell, keep=["measure", "depth", "cells"])
    _tell_untold(measured, rows, given)
    rows = rows.reset_index()
    last = rows[rows["year"] == rows["year"].max()]
    for measure, name in names_of(groups).items():
        shares = last.loc[last["measure"] == measure, ["share"]].assign(label=[level.several for level in levels])
        if shares["share"].notna().all():
            say(by_level(label_of(given.data), int(last["year"].iloc[0]), groups, shares, name))
    rows.insert(2, "level", rows.pop("depth").map(lambda depth: levels[depth].name))
    write(rows, given)


def print_ranking(table: pd.DataFrame, groups: Comparison, given: argparse.Namespace) -> None:
    """Districts by what they contribute to an index of all schools of a year, the most first."""
    rows = ranked_districts(table, groups.group, groups.other, given.rank)
    parts = ["between", "within", "total", "share"]
    say(
        f"{len(rows):,} districts in {school_year(int(table['year'].iloc[0]))} by their contribution to "
        f"{names_of(groups)[given.rank]} of {label_of(given.data)}; the contributions add up to it."
    )
    write(marked_districts(rows, table, parts, groups, given.minimum_cell).head(given.top), given)
