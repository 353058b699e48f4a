"""The ``evenground`` command: serve the dashboard, load data, and print what the pages show."""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from analysis.errors import InputError
from analysis.measured import PLACES, bounded_indices_by, contributions, decomposed, indices_by, left_out
from analysis.policy.outcome import REPLICATES, Outcome, simulate
from analysis.policy.presets import PRESETS, scenario_from_preset
from analysis.policy.scenario import DISTRICTS, EXCLUDABLE, from_json
from data import store
from data.geographic import assigned, placed_words
from data.groups import Comparison, comparison, on_basis
from data.inclusion import GEOGRAPHIC, USUALLY_EXCLUDED, Rules, excluded_words, included
from data.load import load, read_schools, read_told
from data.quality.report import Report, of_dataset, report
from data.reading import TextTable, tables
from data.schema import ED_BASES, LEVELS, school_year
from data.sensitivity import sensitivity
from data.sources.guess import guess
from data.sources.mapping import read_mapping, to_toml
from data.sources.preview import preview
from data.store import Manifest
from reports import quality

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

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
]
QUALITY_FORMATS = {"table": quality.as_text, "json": quality.as_json, "html": quality.as_html}

_MOST_YEARS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a person's mistake is one line on stderr and exit status 2."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
        # A reader that stopped early, such as `head`, is noticed here rather than at exit.
        sys.stdout.flush()
    except InputError as error:
        _say(f"evenground: {error}")
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
    top.set_defaults(run=_serve, port=None, host="127.0.0.1", browser=True)
    jobs = top.add_subparsers(title="jobs", metavar="JOB")

    job = _job(jobs, "serve", _serve, "serve the dashboard (without a job: serve it and open the browser)")
    job.set_defaults(browser=False)
    job.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8501)")
    job.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")

    job = _job(jobs, "load", _load, "read files of any known publisher into a dataset, or fetch a state's years first")
    job.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files in any mix and under any name")
    job.add_argument("--years", type=_years, help="without files: the falls to fetch, such as 2016-2022 or 2016,2018")
    job.add_argument("--from", type=Path, dest="folder", metavar="DIR", help="take them from this folder, not the web")
    job.add_argument("--name", help="the dataset's name (default: the state's)")
    job.add_argument("--state", help="the state to keep of a national file, such as TX")
    job.add_argument("--year", type=int, help="the fall of the school year, for files that do not say")
    job.add_argument("--mapping", type=Path, metavar="MAPPING.toml", help="how to read a table of an unknown layout")

    job = _job(jobs, "mapping", _mapping, "guess how to read a table of an unknown layout, to correct and load with")
    job.add_argument("file", type=Path, metavar="FILE", help="a file with the table")
    job.add_argument("--header-row", type=int, metavar="ROW", help="the row of column names, if it is not found")
    _output(job)

    _job(jobs, "datasets", _datasets, "list the datasets")

    job = _measuring(jobs, "indices", _indices, "segregation indices of every place and year", ("table", "csv", "json"))
    job.add_argument("--by", choices=tuple(PLACES), default="state", help="the places (default state)")
    job.add_argument("--bounds", action="store_true", help="add what each index can be, whatever the hidden ED counts")

    job = _job(jobs, "quality", _quality, "say what is in the data, what is missing and what cannot be right")
    _data(job)
    _output(job, tuple(QUALITY_FORMATS))

    _measuring(jobs, "decompose", _decompose, "segregation between and within districts", ("table", "csv", "json"))

    job = _job(jobs, "sensitivity", _sensitivity, "the headline numbers on every definition of disadvantage")
    _data(job)
    job.add_argument("--year", type=int, help="only this year: the fall it begins in")
    _rules(job)
    _output(job, ("table", "csv", "json"))

    job = _measuring(jobs, "contribution", _contribution, "each school's contribution to D", ("table", "csv", "json"))
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")

    job = _job(jobs, "scenario", _scenario, "write a 50/50 scenario to start from")
    _data(job)
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")
    job.add_argument("--preset", default="dallas", help="; ".join(f"{p.name}: {p.label}" for p in PRESETS.values()))
    job.add_argument("--year", type=int, help="the fall of the school year (default: the last)")
    job.add_argument("--basis", choices=tuple(ED_BASES), help="the ED basis (default: the dataset's own)")
    _rules(job)
    _output(job)

    job = _job(jobs, "simulate", _simulate, "run a 50/50 scenario")
    _data(job)
    job.add_argument("scenario", type=Path, metavar="SCENARIO.json", help="a scenario file")
    _districts(job, None, "the scenario's own")
    job.add_argument("--replicates", type=int, default=REPLICATES, help=f"lottery draws (default {REPLICATES})")
    job.add_argument("--seed", type=int, default=0, help="seed of the draws (default 0)")
    _output(job, ("table", "csv", "json"))
    return top


def _job(jobs: Any, name: str, run: Callable[[argparse.Namespace], None], words: str) -> argparse.ArgumentParser:
    job: argparse.ArgumentParser = jobs.add_parser(name, help=words, description=words, allow_abbrev=False)
    job.set_defaults(run=run)
    return job


def _data(job: argparse.ArgumentParser) -> None:
    job.add_argument("data", metavar="DATA", help="a dataset's name, or a schools table (CSV, Parquet or XLSX)")


def _output(job: argparse.ArgumentParser, formats: Sequence[str] = ()) -> None:
    if formats:
        job.add_argument("--format", choices=formats, default="table", help="how to print (default table)")
    job.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file instead")


def _measuring(
    jobs: Any, name: str, run: Callable[[argparse.Namespace], None], words: str, formats: Sequence[str]
) -> argparse.ArgumentParser:
    job = _job(jobs, name, run, words)
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


def _serve(given: argparse.Namespace) -> None:
    from app import serve  # only this job needs the web server

    serve(given.host, given.port, open_browser=given.browser)


def _load(given: argparse.Namespace) -> None:
    if given.files and (given.years or given.folder):
        raise InputError("Give files, or --years of a --state to fetch, but not both.")
    if given.files:
        mapping = read_mapping(given.mapping) if given.mapping else None
        said = {"name": given.name, "state": given.state, "year": given.year, "mapping": mapping}
        manifest = load(given.files, **said, progress=_say)
    else:
        manifest = _get(given)
    years = ", ".join(school_year(year) for year in manifest.years)
    _say(f"Stored {manifest.name}: {manifest.schools:,} schools, {manifest.students:,} students, {years}.")
    for exclusion in manifest.exclusions:
        _say(f"Left out: {exclusion.schools:,} schools, {exclusion.reason}.")
    for note in manifest.notes:
        _say(note)


def _get(given: argparse.Namespace) -> Manifest:
    """The dataset of a state's years, from the publishers or a folder of their files."""
    from data.download import megabytes  # only this job needs the web
    from data.fetch import get, planned

    if not given.state or not given.years:
        raise InputError("Nothing to load: give files, or a state and its years, such as --state TX --years 2016-2022.")
    plan = planned(given.state, given.years, given.folder)
    for file in plan.files:
        size = "size not told" if file.bytes is None else megabytes(file.bytes)
        _say(f"{file.remote.name}: {file.remote.about}, {size}{', on disk' if file.path else ''}")
    _say(plan.sentence())
    return get(plan, name=given.name, progress=_say)


def _years(text: str) -> list[int]:
    """The falls in "2016-2022" or "2016,2018"."""
    spans = [re.fullmatch(r"(\d{4})(?:-(\d{4}))?", part.strip()) for part in text.split(",")]
    years = [year for span in spans if span for year in range(int(span[1]), int(span[2] or span[1]) + 1)]
    if not all(spans) or not years or len(years) > _MOST_YEARS:
        raise argparse.ArgumentTypeError(f'"{text}" is no list of years; write 2016-2022 or 2016,2018')
    return years


def _mapping(given: argparse.Namespace) -> None:
    found = [table for table in tables(given.file, given.header_row) if isinstance(table, TextTable)]
    if not found:
        raise InputError(f"{given.file.name} holds no table, only a map; give the file with the schools.")
    table = max(found, key=lambda table: len(table.header))
    mapping = replace(guess(table), header_row=given.header_row)
    _say(f"{table.label} seems to hold:")
    for row in preview(table, mapping).itertuples():
        _say(f"  {row.label}: {row.columns}{f' ({row.unit})' if row.unit else ''}: {row.examples}")
    _write_text(to_toml(mapping), given)


def _datasets(given: argparse.Namespace) -> None:  # noqa: ARG001 every job takes what was given
    rows = [
        {
            "name": m.name,
            "label": m.label,
            "years": ", ".join(school_year(year) for year in m.years),
            "districts": m.districts,
            "schools": m.schools,
            "source": m.source,
        }
        for m in store.datasets()
    ]
    _print(pd.DataFrame(rows).to_string(index=False))


def _indices(given: argparse.Namespace) -> None:
    (table, notes), groups = _asked_table(given), comparison(given.group)
    _tell_left_out(notes, table, groups)
    if not given.bounds:
        _write(indices_by(table, given.by, groups.group, groups.other), given)
        return
    if groups.key != "ed":
        raise InputError(
            f"--bounds is for ED, whose counts publishers hide between bounds, not for {given.group}; give --group ed."
        )
    _write(bounded_indices_by(table, given.by), given)


def _quality(given: argparse.Namespace) -> None:
    _write_text(QUALITY_FORMATS[given.format](_quality_report(given.data)), given)


def _quality_report(name: str) -> Report:
    path = Path(name)
    if not _is_file(path):
        return of_dataset(store.find(name))
    schools, exclusions, notes = read_told(path)
    version = hashlib.sha256(path.read_bytes()).hexdigest()[: store.HASH_DIGITS]
    return report(schools, None, label=path.name, version=version, exclusions=exclusions, notes=notes)


def _decompose(given: argparse.Namespace) -> None:
    (table, notes), groups = _asked_table(given), comparison(given.group)
    _tell_left_out(notes, table, groups)
    parts = decomposed(table, groups.group, groups.other)
    if given.format == "json":
        measures = parts.columns.get_level_values(0).unique()
        records = {str(year): {m: _plain(row[m].to_dict()) for m in measures} for year, row in parts.iterrows()}
        _write_text(json.dumps(records, indent=2) + "\n", given)
        return
    parts.columns = [f"{measure}_{part}" for measure, part in parts.columns]
    _write(parts.reset_index(), given)


def _sensitivity(given: argparse.Namespace) -> None:
    table = _table(given.data)
    if given.year is not None:
        table = table[table["year"] == _known_year(table, given)]
    table, notes = _counted(table, given, _asked_rules(given))
    found = sensitivity(table)
    if found.empty:
        raise InputError(f"{given.data} has no count of economically disadvantaged students; load a lunch count too.")
    _tell(notes)
    _write(found, given)


def _contribution(given: argparse.Namespace) -> None:
    (table, notes), groups = _asked_table(given), comparison(given.group)
    table = table[table["leaid"] == given.district]
    if table.empty:
        raise InputError(f"{given.data} has no school of district {given.district}; check the id.")
    last = table[table["year"] == table["year"].max()]
    _tell_left_out(notes, last, groups)
    _write(contributions(last, groups.group, groups.other), given)


def _scenario(given: argparse.Namespace) -> None:
    rules = _asked_rules(given)
    table = on_basis(_table(given.data), given.basis)
    year = _known_year(table, given)
    table, notes = _counted(table[table["year"] == year], given, rules)
    scenario = scenario_from_preset(
        table, given.preset, dataset=_dataset_name(given.data), district=given.district, year=year, basis=given.basis
    )
    _tell(notes)
    _write_text(replace(scenario, **asdict(rules)).to_json(), given)


def _simulate(given: argparse.Namespace) -> None:
    if given.replicates < 1:
        raise InputError(f"--replicates is {given.replicates}; give 1 or more.")
    if given.seed < 0:
        raise InputError(f"--seed is {given.seed}; give 0 or more.")
    scenario = from_json(_text(given.scenario), given.scenario.name)
    if scenario.dataset != (name := _dataset_name(given.data)):
        raise InputError(
            f"{given.scenario.name} was made for dataset {scenario.dataset}, not {name}; give that dataset."
        )
    scenario = replace(scenario, districts=given.districts or scenario.districts)
    table = on_basis(_table(given.data), scenario.basis)
    rules = Rules(scenario.districts, scenario.excluded)
    table, notes = _counted(table[table["year"] == scenario.year], given, rules)
    outcome = simulate(table, scenario, given.replicates, given.seed)
    _tell(notes)
    if given.format == "json":
        _write_text(json.dumps(outcome_record(outcome), indent=2, ensure_ascii=False) + "\n", given)
    else:
        _write(outcome.schools[SCHOOL_COLUMNS], given)


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain JSON values: the scenario, schools, indices before and after, pools and moves."""
    return {
        "scenario": asdict(outcome.scenario),
        "replicates": outcome.replicates,
        "seed": outcome.seed,
        "schools": _records(outcome.schools[SCHOOL_COLUMNS]),
        "indices": {name: _plain(asdict(change)) for name, change in outcome.district.items()},
        "state": {name: _plain(asdict(change)) for name, change in outcome.state.items()},
        "pools": _records(outcome.pools),
        "flows": _records(outcome.flows),
        "schools_left_out": outcome.unknown["ncessch"].tolist(),
    }


def _asked_table(given: argparse.Namespace) -> tuple[pd.DataFrame, list[str]]:
    """The schools that a measuring job asks for, on the basis, of the year and level; and notes as ``_counted``."""
    table = on_basis(_table(given.data), given.basis)
    if given.year is not None:
        table = table[table["year"] == _known_year(table, given)]
    return _counted(table, given, _asked_rules(given), given.level)


def _asked_rules(given: argparse.Namespace) -> Rules:
    return Rules(given.districts, tuple(name for name in EXCLUDABLE if not getattr(given, name)))


def _counted(
    table: pd.DataFrame, given: argparse.Namespace, rules: Rules, level: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """The schools that count, for the districts they count for; and what that leaves out or moves, by year."""
    placed = None
    if rules.districts == GEOGRAPHIC:
        found = assigned(table, _boundaries(given.data))
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


def _boundaries(name: str) -> "gpd.GeoDataFrame":
    """The district boundaries of a dataset.

    Raises:
        InputError: it has none.
    """
    districts = None if _is_file(Path(name)) else store.districts(store.find(name))
    if districts is None:
        raise InputError(
            f"{name} has no district boundaries for geographic districts; load it together with a boundary file, or "
            "leave out --districts."
        )
    return districts


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        _say(note)


def _tell_left_out(notes: Sequence[str], table: pd.DataFrame, groups: Comparison) -> None:
    """Say what the rules do, and how many schools cannot be counted."""
    _tell(notes)
    for year, schools, students in left_out(table, groups.group, groups.other).itertuples(index=False):
        _say(f"{school_year(year)}: left out {schools:,} schools with {students:,} students whose counts are unknown.")


def _table(name: str) -> pd.DataFrame:
    return read_schools(Path(name)) if _is_file(Path(name)) else store.schools(store.find(name))


def _is_file(path: Path) -> bool:
    """Whether a person means a file rather than a dataset's name."""
    return bool(path.suffix) or path.exists()


def _dataset_name(name: str) -> str:
    return Path(name).stem


def _known_year(table: pd.DataFrame, given: argparse.Namespace) -> int:
    """The year asked for, or the last one."""
    years = sorted(table["year"].unique())
    if given.year is not None and given.year not in years:
        raise InputError(f"{given.data} has no year {given.year}; it has {', '.join(map(str, years))}.")
    return int(years[-1]) if given.year is None else int(given.year)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read as text; give a scenario file that exists.") from None


def _write(table: pd.DataFrame, given: argparse.Namespace) -> None:
    """Print or save a table in the format asked for; an undefined value is an empty cell."""
    if given.format == "json":
        _write_text(json.dumps(_records(table), indent=2, ensure_ascii=False) + "\n", given)
    elif given.format == "csv":
        _write_text(table.to_csv(index=False, lineterminator="\n"), given)
    else:
        _write_text(table.to_string(index=False, na_rep="", float_format="{:.4f}".format) + "\n", given)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(row) for row in table.to_dict("records")]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with null for what is undefined, since JSON has no NaN."""
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def _write_text(text: str, given: argparse.Namespace) -> None:
    if given.output is None:
        _print(text, end="")
        return
    try:
        given.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{given.output} cannot be written: {error.strerror}; give another place.") from None


def _print(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)


def _say(text: str) -> None:
    """Tell the person something that is not the result."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
