"""What a job's options ask for: the schools that count, for the districts they count for, and the groups compared."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.chance.replicates import REPLICATES
from analysis.errors import InputError
from analysis.measured import left_out
from analysis.policy.scenario import EXCLUDABLE
from analysis.units import known
from data import store
from data.chain import ChainLevel, crossed_words
from data.geographic import assigned, placed_words
from data.groups import Comparison, comparison, on_basis
from data.inclusion import GEOGRAPHIC, USUALLY_EXCLUDED, Rules, excluded_words, included
from data.load import read_schools, read_told
from data.privacy import MINIMUM_CELL, hidden_words, protected
from data.schema import school_year
from jobs.printing import say, tell

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

# More than these would change no digit shown, and soon fill the memory.
MOST_REPLICATES = 10_000


def compared(given: argparse.Namespace) -> tuple[pd.DataFrame, list[str], Comparison]:
    """The schools that a measuring job asks for, notes as ``counted``, and the groups it compares.

    Raises:
        InputError: no school has counts of both groups.
    """
    groups = comparison(given.group)
    table, notes = asked_table(given)
    if not {*groups.columns} <= {*table.columns}:
        raise InputError(
            f"{given.data} does not count students both by free and by free or reduced-price lunch, so it has no "
            "income bands; load a lunch file with both, or give another --group."
        )
    if not known(table, groups.group, groups.other).any():
        raise InputError(
            f"{given.data} has no school in this choice with counts of {groups.words}; "
            "give another --group, --level or --year."
        )
    return table, notes, groups


def last_year(given: argparse.Namespace) -> tuple[pd.DataFrame, list[str], Comparison]:
    """As ``compared``, of the last year that a job asks for."""
    table, notes, groups = compared(given)
    year = int(table["year"].max())
    return table[table["year"] == year], [note for note in notes if note.startswith(school_year(year))], groups


def asked_table(given: argparse.Namespace) -> tuple[pd.DataFrame, list[str]]:
    """The schools that a measuring job asks for, on the basis, of the year and level; and notes as ``counted``."""
    table = on_basis(table_of(given.data, given.minimum_cell), given.basis)
    if given.year is not None:
        table = table[table["year"] == known_year(table, given)]
    return counted(table, given, asked_rules(given), given.level)


def asked_rules(given: argparse.Namespace) -> Rules:
    """For which district a school counts, and whether it does."""
    counts = {name: getattr(given, name) for name in EXCLUDABLE}
    left_out = (name for name, asked in counts.items() if (name in USUALLY_EXCLUDED if asked is None else not asked))
    return Rules(given.districts or Rules.districts, tuple(left_out))


def counted(
    table: pd.DataFrame, given: argparse.Namespace, rules: Rules, level: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """The schools that count, for the districts they count for; and what that leaves out or moves, by year."""
    placed = None
    if rules.districts == GEOGRAPHIC:
        found = assigned(table, boundaries(given.data, "so there are no geographic districts"))
        table, placed = found.table, found.placed
    if level is not None:
        table = table[table["level"] == level]
    table, excluded = included(table, rules.excluded)
    notes = []
    for year in sorted(table["year"].unique()):
        if words := excluded_words(excluded[excluded["year"] == year]):
            notes.append(f"{school_year(year)}: left out by choice {words}.")
        if placed is not None:
            notes.append(f"{school_year(year)}: {placed_words(placed.loc[table.index[table['year'] == year]])}")
    return table, notes


def boundaries(name: str, otherwise: str) -> "gpd.GeoDataFrame":
    """The district boundaries of a dataset.

    Args:
        name: the dataset's.
        otherwise: what cannot be without them, in words.

    Raises:
        InputError: it has none.
    """
    districts = None if is_file(Path(name)) else store.districts(store.find(name))
    if districts is None:
        raise InputError(f"{name} has no district boundaries, {otherwise}; load it together with a boundary file.")
    return districts


def tell_left_out(notes: Sequence[str], table: pd.DataFrame, groups: Comparison, minimum_cell: int) -> None:
    """Say what the rules do, how many counts are hidden, and how many schools cannot be counted."""
    tell(notes)
    tell(hidden_words(table, groups, minimum_cell))
    for year, schools, students in left_out(table, groups.group, groups.other).itertuples(index=False):
        named = "school" if schools == 1 else "schools"
        say(f"{school_year(year)}: left out {schools:,} {named} with {students:,} students whose counts are unknown.")


def tell_crossed(table: pd.DataFrame, groups: Comparison, levels: Sequence[ChainLevel]) -> None:
    """Say what of a chain of levels does not nest, or is not known, in each year."""
    for year, schools in table[known(table, groups.group, groups.other)].groupby("year"):
        tell([f"{school_year(year)}: {words}" for words in crossed_words(schools, levels)])


def tell_untold(what: str, given: argparse.Namespace) -> None:
    """Say that numbers are left empty for the counts hidden under them, and how to get them.

    Args:
        what: the numbers, as the beginning of a sentence.
        given: the job's options.
    """
    say(
        f"{what}: left empty, for too many school counts are hidden under them at a minimum cell of "
        f"{given.minimum_cell}; --minimum-cell 0 computes them from the counts as loaded, not to pass on."
    )


def asked_draws(given: argparse.Namespace) -> tuple[int, int]:
    """How many draws --expected and --interval take, where a job has them, and their seed.

    Raises:
        InputError: they are given without either, so that nothing would be drawn.
    """
    said = {name: value for name in ("replicates", "seed") if (value := getattr(given, name)) is not None}
    drawing = [name for name in ("expected", "interval") if name in given]
    if said and not any(getattr(given, name) for name in drawing):
        options = " and ".join(f"--{name}" for name in drawing)
        needed = "give one of these too" if len(drawing) > 1 else "give it too"
        raise InputError(
            f"--replicates and --seed say how {options} {'draw' if len(drawing) > 1 else 'draws'}; {needed}."
        )
    draws = argparse.Namespace(**{"replicates": REPLICATES, "seed": 0} | said)
    check_draws(draws)
    return draws.replicates, draws.seed


def check_draws(given: argparse.Namespace) -> None:
    """Refuse a number of replicates, or a seed, that nothing can be drawn with."""
    if not 1 <= given.replicates <= MOST_REPLICATES:
        raise InputError(f"--replicates is {given.replicates}; give 1 to {MOST_REPLICATES:,}.")
    if given.seed < 0:
        raise InputError(f"--seed is {given.seed}; give 0 or more.")


def table_of(name: str, minimum_cell: int = MINIMUM_CELL) -> pd.DataFrame:
    """The schools table of a dataset or a file, its small counts hidden: whatever a job gives out rests on it."""
    table = read_schools(Path(name)) if is_file(Path(name)) else store.schools(store.find(name))
    return protected(table, minimum_cell)


def text_of(path: Path) -> str:
    """The text of a scenario's or a policy's file.

    Raises:
        InputError: it cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read as text; give a file that exists.") from None


def grades_of(name: str) -> pd.DataFrame:
    """The students by grade of a dataset or a file."""
    return read_told(Path(name)).grades if is_file(Path(name)) else store.grades(store.find(name))


def is_file(path: Path) -> bool:
    """Whether a person means a file rather than a dataset's name."""
    return bool(path.suffix) or path.exists()


def dataset_name(name: str) -> str:
    """What a scenario calls a dataset or a file."""
    return Path(name).stem


def label_of(name: str) -> str:
    """What people call a dataset, or a file."""
    return dataset_name(name) if is_file(Path(name)) else store.find(name).label


def known_year(table: pd.DataFrame, given: argparse.Namespace) -> int:
    """The year asked for, or the last one."""
    years = sorted(table["year"].unique())
    if given.year is not None and given.year not in years:
        raise InputError(f"{given.data} has no year {given.year}; it has {', '.join(map(str, years))}.")
    return int(years[-1]) if given.year is None else int(given.year)
