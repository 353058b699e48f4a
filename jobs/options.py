"""Options that several jobs take alike."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.chance.replicates import REPLICATES
from analysis.errors import InputError
from analysis.policy.scenario import DISTRICTS, EXCLUDABLE, LEVELS
from data.inclusion import USUALLY_EXCLUDED, Rules
from data.privacy import LEAST_CELL, MINIMUM_CELL
from data.schema import ED_BASES
from jobs.printing import TABLE_FORMATS

# What ``ArgumentParser.add_subparsers`` returns; argparse keeps its class to itself.
Menu = Any
Job = Callable[[argparse.Namespace], None]

_MOST_YEARS = 100


def add_job(menu: Menu, name: str, run: Job, words: str) -> argparse.ArgumentParser:
    """Add a job to the command line."""
    job: argparse.ArgumentParser = menu.add_parser(name, help=words, description=words, allow_abbrev=False)
    job.set_defaults(run=run)
    return job


def add_measuring(menu: Menu, name: str, run: Job, words: str) -> argparse.ArgumentParser:
    """Add a job that compares two groups over the schools of a dataset."""
    job = add_job(menu, name, run, words)
    add_data(job)
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    add_compared(job)
    add_rules(job)
    add_output(job, TABLE_FORMATS)
    return job


def add_compared(job: argparse.ArgumentParser) -> None:
    """Add whom a job compares, and in which schools."""
    job.add_argument(
        "--group", default="ed", help="ed, a race, two races as in black,white, all-races, or income-bands (default ed)"
    )
    job.add_argument("--level", choices=LEVELS, help="only schools of this level")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")


def add_draws(job: argparse.ArgumentParser, would_be: str, each: str, *, also: str = "") -> None:
    """Add what random assignment would give, and how sure what is found is.

    Args:
        job: the job.
        would_be, each: what is expected, and corrected, in words.
        also: what else an interval adds, in words.
    """
    job.add_argument(
        "--expected",
        action="store_true",
        help=f"add {would_be} if students were assigned at random, and the excess over it",
    )
    add_interval(job, each, also=also)


def add_interval(job: argparse.ArgumentParser, each: str, *, also: str = "") -> None:
    """Add how sure what is found is; ``each`` and ``also`` as in ``add_draws``."""
    interval = f"add {each} corrected for chance with its 95%% interval{also}"
    job.add_argument("--interval", action="store_true", help=interval)
    job.add_argument("--replicates", type=int, help=f"random draws (default {REPLICATES})")
    job.add_argument("--seed", type=int, help="seed of the draws (default 0)")


def add_data(job: argparse.ArgumentParser) -> None:
    """Add the dataset a job works on, and what is hidden of it in whatever the job gives out."""
    job.add_argument("data", metavar="DATA", help="a dataset's name, or a schools table (CSV, Parquet or XLSX)")
    add_minimum_cell(job)


def add_minimum_cell(
    job: argparse.ArgumentParser, words: str = "hide counts of schools below N, or of all students but fewer"
) -> None:
    """Add what is hidden in whatever a job gives out; ``words`` say how."""
    job.add_argument(
        "--minimum-cell",
        type=_cell,
        default=MINIMUM_CELL,
        metavar="N",
        help=f"{words} (default {MINIMUM_CELL}; 0 hides none)",
    )


def add_scenario(job: argparse.ArgumentParser) -> None:
    """Add the scenario a job runs, the dataset it is of, and for which of two kinds of districts a school counts."""
    add_data(job)
    job.add_argument("scenario", type=Path, metavar="SCENARIO.json", help="a scenario file")
    add_districts(job, "the scenario's own")


def add_output(job: argparse.ArgumentParser, formats: Sequence[str] = ()) -> None:
    """Add where a job's result goes and, of several formats, in which."""
    if formats:
        job.add_argument("--format", choices=formats, default="table", help="how to print (default table)")
    job.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file instead")


def check_places(inputs: Sequence[Path], outputs: Mapping[str, Path | None]) -> None:
    """Refuse to write over an input, or two results to one place.

    Args:
        inputs: the files read.
        outputs: by option, where results are to be written; None for nowhere.

    Raises:
        InputError: it names the option.
    """
    taken = {_identity(path): "is an input, which would be lost" for path in inputs}
    for option, path in outputs.items():
        if path is not None:
            if why := taken.get(_identity(path)):
                raise InputError(f"{option}: {path} {why}; give another place.")
            taken[_identity(path)] = f"is the place of {option} too"


def _identity(path: Path) -> tuple[int, int] | Path:
    """The same for two paths to one file, by whatever links."""
    try:
        there = path.stat()
    except OSError:
        return path.resolve()
    return there.st_dev, there.st_ino


def add_districts(job: argparse.ArgumentParser, shown: str) -> None:
    """Add for which of two kinds of districts a school counts; None where it is not given."""
    meanings = "; ".join(f"{name}: {words}" for name, words in DISTRICTS.items())
    job.add_argument("--districts", choices=tuple(DISTRICTS), help=f"{meanings} (default {shown})")


def add_rules(job: argparse.ArgumentParser) -> None:
    """Add the options that say for which district a school counts, and whether it does; None where not given."""
    add_districts(job, Rules.districts)
    for name, words in EXCLUDABLE.items():
        counted = name not in USUALLY_EXCLUDED
        job.add_argument(
            f"--{name}",
            action=argparse.BooleanOptionalAction,
            help=f"count {words} (default {'yes' if counted else 'no'})",
        )


def _cell(text: str) -> int:
    """A minimum cell size."""
    if not text.isdecimal() or 0 < int(text) < LEAST_CELL:
        raise argparse.ArgumentTypeError(f'"{text}" is no minimum cell size; give {LEAST_CELL} or more, or 0 for none')
    return int(text)


def years(text: str) -> list[int]:
    """The falls in "2016-2022" or "2016,2018"."""
    spans = [re.fullmatch(r"(\d{4})(?:-(\d{4}))?", part.strip()) for part in text.split(",")]
    years = [year for span in spans if span for year in range(int(span[1]), int(span[2] or span[1]) + 1)]
    if not all(spans) or not years or len(years) > _MOST_YEARS:
        raise argparse.ArgumentTypeError(f'"{text}" is no list of years; write 2016-2022 or 2016,2018')
    return years
