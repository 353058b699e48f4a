"""What each job of the ``evenground`` command does: its result on stdout or in a file, all else on stderr."""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import InputError
from analysis.measured import bounded_indices_by, contributions, decomposed, indices_by, left_out
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.presets import scenario_from_preset
from analysis.policy.scenario import EXCLUDABLE, from_json
from analysis.units import known
from data import store
from data.geographic import assigned, placed_words
from data.groups import Comparison, comparison, on_basis
from data.inclusion import GEOGRAPHIC, Rules, excluded_words, included
from data.load import load, read_schools, read_told
from data.quality.report import Report, of_dataset, report
from data.reading import TextTable, tables
from data.schema import school_year
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


def serve_pages(given: argparse.Namespace) -> None:
    """Serve the dashboard."""
    from app import serve  # only this job needs the web server

    serve(given.host, given.port, open_browser=given.browser)


def load_data(given: argparse.Namespace) -> None:
    """Read files, or fetch a state's years, into a dataset."""
    if given.files and (given.years or given.folder):
        raise InputError("Give files, or --years of a --state to fetch, but not both.")
    if given.files:
        mapping = read_mapping(given.mapping) if given.mapping else None
        said = {"name": given.name, "state": given.state, "year": given.year, "mapping": mapping}
        manifest = load(given.files, **said, progress=say)
    else:
        manifest = _get(given)
    years = ", ".join(school_year(year) for year in manifest.years)
    say(f"Stored {manifest.name}: {manifest.schools:,} schools, {manifest.students:,} students, {years}.")
    for exclusion in manifest.exclusions:
        say(f"Left out: {exclusion.schools:,} schools, {exclusion.reason}.")
    for note in manifest.notes:
        say(note)


def _get(given: argparse.Namespace) -> Manifest:
    """The dataset of a state's years, from the publishers or a folder of their files."""
    from data.download import megabytes  # only this job needs the web
    from data.fetch import get, planned

    if not given.state or not given.years:
        raise InputError("Nothing to load: give files, or a state and its years, such as --state TX --years 2016-2022.")
    plan = planned(given.state, given.years, given.folder)
    for file in plan.files:
        size = "size not told" if file.bytes is None else megabytes(file.bytes)
        say(f"{file.remote.name}: {file.remote.about}, {size}{', on disk' if file.path else ''}")
    say(plan.sentence())
    return get(plan, name=given.name, progress=say)


def write_mapping(given: argparse.Namespace) -> None:
    """Guess how a table of an unknown layout is to be read."""
    found = [table for table in tables(given.file, given.header_row) if isinstance(table, TextTable)]
    if not found:
        raise InputError(f"{given.file.name} holds no table, only a map; give the file with the schools.")
    table = max(found, key=lambda table: len(table.header))
    mapping = replace(guess(table), header_row=given.header_row)
    say(f"{table.label} seems to hold:")
    for row in preview(table, mapping).itertuples():
        say(f"  {row.label}: {row.columns}{f' ({row.unit})' if row.unit else ''}: {row.examples}")
    _write_text(to_toml(mapping), given)


def print_datasets(given: argparse.Namespace) -> None:  # noqa: ARG001 every job takes what was given
    """List the datasets."""
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


def print_indices(given: argparse.Namespace) -> None:
    """Indices of every place and year."""
    table, notes, groups = _compared(given)
    if given.bounds and groups.other is not None:
        raise InputError(
            f"--bounds is for one group against everyone else, not for {given.group}; give --group {groups.group}."
        )
    _tell_left_out(notes, table, groups)
    if given.bounds:
        _write(bounded_indices_by(table, given.by, groups.group), given)
    else:
        _write(indices_by(table, given.by, groups.group, groups.other), given)


def print_quality(given: argparse.Namespace) -> None:
    """What the data covers and what is wrong with it."""
    _write_text(QUALITY_FORMATS[given.format](_quality_report(given.data)), given)


def _quality_report(name: str) -> Report:
    path = Path(name)
    if not _is_file(path):
        return of_dataset(store.find(name))
    schools, exclusions, notes = read_told(path)
    version = hashlib.sha256(path.read_bytes()).hexdigest()[: store.HASH_DIGITS]
    return report(schools, None, label=path.name, version=version, exclusions=exclusions, notes=notes)


def print_decomposition(given: argparse.Namespace) -> None:
    """Segregation between and within districts."""
    table, notes, groups = _compared(given)
    _tell_left_out(notes, table, groups)
    parts = decomposed(table, groups.group, groups.other)
    if given.format == "json":
        measures = parts.columns.get_level_values(0).unique()
        records = {str(year): {m: _plain(row[m].to_dict()) for m in measures} for year, row in parts.iterrows()}
        _write_text(json.dumps(records, indent=2) + "\n", given)
        return
    parts.columns = [f"{measure}_{part}" for measure, part in parts.columns]
    _write(parts.reset_index(), given)


def print_sensitivity(given: argparse.Namespace) -> None:
    """The headline numbers on every definition of disadvantage."""
    table = _table(given.data)
    if given.year is not None:
        table = table[table["year"] == _known_year(table, given)]
    table, notes = _counted(table, given, _asked_rules(given))
    found = sensitivity(table)
    if found.empty:
        raise InputError(f"{given.data} has no count of economically disadvantaged students; load a lunch count too.")
    _tell(notes)
    _write(found, given)


def print_contributions(given: argparse.Namespace) -> None:
    """What each school of a district contributes to its D."""
    table, notes, groups = _compared(given)
    table = table[table["leaid"] == given.district]
    if table.empty:
        raise InputError(f"{given.data} has no school of district {given.district}; check the id.")
    last = table[table["year"] == table["year"].max()]
    _tell_left_out(notes, last, groups)
    _write(contributions(last, groups.group, groups.other), given)


def write_scenario(given: argparse.Namespace) -> None:
    """A scenario to start from."""
    rules = _asked_rules(given)
    table = on_basis(_table(given.data), given.basis)
    year = _known_year(table, given)
    table, notes = _counted(table[table["year"] == year], given, rules)
    scenario = scenario_from_preset(
        table, given.preset, dataset=_dataset_name(given.data), district=given.district, year=year, basis=given.basis
    )
    _tell(notes)
    _write_text(replace(scenario, **asdict(rules)).to_json(), given)


def print_simulation(given: argparse.Namespace) -> None:
    """Run a scenario."""
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


def _compared(given: argparse.Namespace) -> tuple[pd.DataFrame, list[str], Comparison]:
    """The schools that a measuring job asks for, notes as ``_counted``, and the groups it compares.

    Raises:
        InputError: no school has counts of both groups.
    """
    groups = comparison(given.group)
    table, notes = _asked_table(given)
    if not known(table, groups.group, groups.other).any():
        raise InputError(
            f"{given.data} has no school in this choice with counts of {groups.group_words} and {groups.other_words}; "
            "give another --group, --level or --year."
        )
    return table, notes, groups


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
        say(note)


def _tell_left_out(notes: Sequence[str], table: pd.DataFrame, groups: Comparison) -> None:
    """Say what the rules do, and how many schools cannot be counted."""
    _tell(notes)
    for year, schools, students in left_out(table, groups.group, groups.other).itertuples(index=False):
        say(f"{school_year(year)}: left out {schools:,} schools with {students:,} students whose counts are unknown.")


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


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    sys.stderr.write(text + "\n")
