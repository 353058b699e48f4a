"""The ``evenground`` command: serve the dashboard, load data, and print what the pages show."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import jobs
from analysis.errors import InputError
from analysis.measured import PLACES
from analysis.policy.outcome import REPLICATES
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import DISTRICTS, EXCLUDABLE
from data.inclusion import USUALLY_EXCLUDED, Rules
from data.schema import ED_BASES, LEVELS

_MOST_YEARS = 100
TABLE_FORMATS = ("table", "csv", "json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a person's mistake is one line on stderr and exit status 2."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
        # A reader that stopped early, such as `head`, is noticed here rather than at exit.
        sys.stdout.flush()
    except InputError as error:
        jobs.say(f"evenground: {error}")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as every other message here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"evenground: {message}; see {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """The command line, one subcommand a job."""
    top = _Parser(prog="evenground", description=__doc__, allow_abbrev=False)
    top.set_defaults(run=jobs.serve_pages, port=None, host="127.0.0.1", browser=True)
    menu = top.add_subparsers(title="jobs", metavar="JOB")

    job = _job(menu, "serve", jobs.serve_pages, "serve the dashboard (without a job: serve it and open the browser)")
    job.set_defaults(browser=False)
    job.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8501)")
    job.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")

    job = _job(menu, "load", jobs.load_data, "read files into a dataset, or fetch a state's years first")
    job.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files in any mix and under any name")
    job.add_argument("--years", type=_years, help="without files: the falls to fetch, such as 2016-2022 or 2016,2018")
    job.add_argument("--from", type=Path, dest="folder", metavar="DIR", help="take them from this folder, not the web")
    job.add_argument("--name", help="the dataset's name (default: the state's)")
    job.add_argument("--state", help="the state to keep of a national file, such as TX")
    job.add_argument("--year", type=int, help="the fall of the school year, for files that do not say")
    job.add_argument("--mapping", type=Path, metavar="MAPPING.toml", help="how to read a table of an unknown layout")

    job = _job(menu, "mapping", jobs.write_mapping, "guess how to read a table of an unknown layout")
    job.add_argument("file", type=Path, metavar="FILE", help="a file with the table")
    job.add_argument("--header-row", type=int, metavar="ROW", help="the row of column names, if it is not found")
    _output(job)

    _job(menu, "datasets", jobs.print_datasets, "list the datasets")

    job = _measuring(menu, "indices", jobs.print_indices, "segregation indices of every place and year", TABLE_FORMATS)
    job.add_argument("--by", choices=tuple(PLACES), default="state", help="the places (default state)")
    job.add_argument("--bounds", action="store_true", help="add what each index can be, whatever the hidden counts")

    job = _job(menu, "quality", jobs.print_quality, "say what is in the data, what is missing and what cannot be right")
    _data(job)
    _output(job, tuple(jobs.QUALITY_FORMATS))

    _measuring(
        menu,
        "decompose",
        jobs.print_decomposition,
        "segregation between and within districts",
        TABLE_FORMATS,
    )

    job = _job(menu, "sensitivity", jobs.print_sensitivity, "the headline numbers on every definition of disadvantage")
    _data(job)
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    _rules(job)
    _output(job, TABLE_FORMATS)

    job = _measuring(menu, "contribution", jobs.print_contributions, "each school's contribution to D", TABLE_FORMATS)
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")

    job = _job(menu, "scenario", jobs.write_scenario, "write a 50/50 scenario to start from")
    _data(job)
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")
    job.add_argument("--preset", default="dallas", help="; ".join(f"{p.name}: {p.label}" for p in PRESETS.values()))
    job.add_argument("--year", type=int, help="the fall of the school year (default: the last)")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")
    _rules(job)
    _output(job)

    job = _job(menu, "simulate", jobs.print_simulation, "run a 50/50 scenario")
    _data(job)
    job.add_argument("scenario", type=Path, metavar="SCENARIO.json", help="a scenario file")
    _districts(job, None, "the scenario's own")
    job.add_argument("--replicates", type=int, default=REPLICATES, help=f"lottery draws (default {REPLICATES})")
    job.add_argument("--seed", type=int, default=0, help="seed of the draws (default 0)")
    _output(job, TABLE_FORMATS)
    return top


def _job(menu: Any, name: str, run: Callable[[argparse.Namespace], None], words: str) -> argparse.ArgumentParser:
    job: argparse.ArgumentParser = menu.add_parser(name, help=words, description=words, allow_abbrev=False)
    job.set_defaults(run=run)
    return job


def _data(job: argparse.ArgumentParser) -> None:
    job.add_argument("data", metavar="DATA", help="a dataset's name, or a schools table (CSV, Parquet or XLSX)")


def _output(job: argparse.ArgumentParser, formats: Sequence[str] = ()) -> None:
    if formats:
        job.add_argument("--format", choices=formats, default="table", help="how to print (default table)")
    job.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file instead")


def _measuring(
    menu: Any, name: str, run: Callable[[argparse.Namespace], None], words: str, formats: Sequence[str]
) -> argparse.ArgumentParser:
    job = _job(menu, name, run, words)
    _data(job)
    job.add_argument("--group", default="ed", help="ed, a race, or two races as in black,white (default ed)")
    job.add_argument("--level", choices=LEVELS, help="only schools of this level")
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")
    _rules(job)
    _output(job, formats)
    return job


def _districts(job: argparse.ArgumentParser, default: str | None, shown: str) -> None:
    meanings = "; ".join(f"{name}: {words}" for name, words in DISTRICTS.items())
    job.add_argument("--districts", choices=tuple(DISTRICTS), default=default, help=f"{meanings} (default {shown})")


def _rules(job: argparse.ArgumentParser) -> None:
    """The options that say for which district a school counts, and whether it does."""
    _districts(job, Rules.districts, Rules.districts)
    for name, words in EXCLUDABLE.items():
        counted = name not in USUALLY_EXCLUDED
        job.add_argument(
            f"--{name}",
            action=argparse.BooleanOptionalAction,
            default=counted,
            help=f"count {words} (default {'yes' if counted else 'no'})",
        )


def _years(text: str) -> list[int]:
    """The falls in "2016-2022" or "2016,2018"."""
    spans = [re.fullmatch(r"(\d{4})(?:-(\d{4}))?", part.strip()) for part in text.split(",")]
    years = [year for span in spans if span for year in range(int(span[1]), int(span[2] or span[1]) + 1)]
    if not all(spans) or not years or len(years) > _MOST_YEARS:
        raise argparse.ArgumentTypeError(f'"{text}" is no list of years; write 2016-2022 or 2016,2018')
    return years


if __name__ == "__main__":
    sys.exit(main())
