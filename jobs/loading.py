"""Jobs that get data in and say what is in it: load, mapping, datasets, remove, quality, years; and serve shows it."""

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from data import aside, store
from data.fetching.publishers import DEFAULT_ROUTE, ROUTES
from data.formats.reading import TextTable, tables
from data.joining.lineage import lineage, summary
from data.load import load, read_told
from data.manifest import HASH_DIGITS, Manifest
from data.privacy import fingerprint, protected
from data.quality.finding import counted
from data.quality.report import Report, of_dataset, report
from data.schema import FIELDS, REQUIRED, school_year
from data.sources.guess import guess
from data.sources.mapping import Mapping, read_mapping, to_toml
from data.sources.preview import preview
from jobs.asked import is_file, table_of
from jobs.options import Menu, add_data, add_job, add_output, years
from jobs.printing import TABLE_FORMATS, say, show, write, write_text
from reports import quality

QUALITY_FORMATS = {"table": quality.as_text, "json": quality.as_json, "html": quality.as_html}


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    job = add_job(menu, "serve", serve_pages, "serve the dashboard (without a job: serve it and open the browser)")
    job.set_defaults(browser=False)
    job.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8501)")
    job.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")

    job = add_job(menu, "load", load_data, "read files into a dataset, or fetch a state's years first")
    job.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files in any mix and under any name")
    job.add_argument("--years", type=years, help="without files: the falls to fetch, such as 2016-2022 or 2016,2018")
    routes = "; ".join(f"{name}: {route.label}" for name, route in ROUTES.items())
    job.add_argument("--route", choices=tuple(ROUTES), help=f"without files: {routes} (default {DEFAULT_ROUTE})")
    job.add_argument("--from", type=Path, dest="folder", metavar="DIR", help="take them from this folder, not the web")
    job.add_argument("--name", help="the dataset's name (default: the state's)")
    job.add_argument("--state", help="the state to keep of a national file, such as TX")
    job.add_argument("--year", type=int, help="the fall of the school year, for files that do not say")
    job.add_argument("--mapping", type=Path, metavar="MAPPING.toml", help="how to read a table of an unknown layout")

    job = add_job(menu, "mapping", write_mapping, "guess how to read a table of an unknown layout")
    job.add_argument("file", type=Path, metavar="FILE", help="a file with the table")
    job.add_argument("--header-row", type=int, metavar="ROW", help="the row of column names, if it is not found")
    add_output(job)

    add_job(menu, "datasets", print_datasets, "list the datasets")

    job = add_job(menu, "remove", remove_dataset, "forget a dataset you loaded; the files it was made from stay")
    job.add_argument("name", metavar="DATASET", help="the dataset's name")

    job = add_job(menu, "quality", print_quality, "say what is in the data, what is missing and what cannot be right")
    add_data(job)
    add_output(job, tuple(QUALITY_FORMATS))

    job = add_job(menu, "years", print_years, "say what became of schools and districts from year to year")
    add_data(job)
    add_output(job, TABLE_FORMATS)


def serve_pages(given: argparse.Namespace) -> None:
    """Serve the dashboard."""
    from app import serve  # only this job needs the web server

    serve(given.host, given.port, open_browser=given.browser)


def load_data(given: argparse.Namespace) -> None:
    """Read files, or fetch a state's years, into a dataset."""
    if given.files and (given.years or given.folder or given.route):
        raise InputError(
            "Give files, or --years of a --state to fetch, but not both; --from and --route are of what is fetched."
        )
    if not given.files and (given.year is not None or given.mapping):
        raise InputError("--year and --mapping say how files are read; give the files, or leave both out.")
    if given.files:
        mapping = read_mapping(given.mapping) if given.mapping else None
        said = {"name": given.name, "state": given.state, "year": given.year, "mapping": mapping}
        manifest = load(given.files, **said, progress=say)
    else:
        manifest = _get(given)
    years = ", ".join(school_year(year) for year in manifest.years)
    size = f"{counted(manifest.schools, 'school')}, {counted(manifest.students, 'student')}"
    say(f"Stored {manifest.name}: {size}, {years}.")
    for words in (*aside.words(manifest.aside), *manifest.notes):
        say(words)


def _get(given: argparse.Namespace) -> Manifest:
    """The dataset of a state's years, from the publishers or a folder of their files."""
    from data.fetching.fetch import get, planned  # only this job needs the web

    if not given.state or not given.years:
        raise InputError("Nothing to load: give files, or a state and its years, such as --state TX --years 2016-2022.")
    plan = planned(given.state, given.years, given.folder, given.route or DEFAULT_ROUTE)
    for file in plan.files:
        say(f"{file.remote.name}: {file.remote.about}, {file.size_words}{', on disk' if file.path else ''}")
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
    for line in (*_not_seen(mapping), *_of_its_year(mapping)):
        say(line)
    write_text(to_toml(mapping), given)


def _not_seen(mapping: Mapping) -> list[str]:
    """What every school needs and no column seems to hold."""
    counted = mapping.long.names.values() if mapping.long else ()
    lacking = [FIELDS[name].label for name in REQUIRED if name not in ("year", *mapping.fields, *counted)]
    return [f"No column seems to hold: {', '.join(lacking)}; say which, unless another file has it."] if lacking else []


def _of_its_year(mapping: Mapping) -> list[str]:
    """What a person should know where no column says the school year."""
    if "year" in mapping.fields:
        return []
    if mapping.year is None:
        return ["Nothing says which school year it is of: give year in the mapping, or --year when loading."]
    return [f"Its columns' names speak of {school_year(mapping.year)}, so this mapping holds for that year only."]


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
    show(pd.DataFrame(rows).to_string(index=False))


def remove_dataset(given: argparse.Namespace) -> None:
    """Forget a dataset."""
    store.remove(given.name)
    say(f"Removed {given.name}.")


def print_quality(given: argparse.Namespace) -> None:
    """What the data covers and what is wrong with it."""
    write_text(QUALITY_FORMATS[given.format](_quality_report(given.data, given.minimum_cell)), given)


def _quality_report(name: str, minimum_cell: int) -> Report:
    path = Path(name)
    if not is_file(path):
        return of_dataset(store.find(name), minimum_cell)
    told = read_told(path)
    schools = protected(told.schools, minimum_cell)
    raw = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS]
    return report(
        schools,
        None,
        told.grades,
        label=path.name,
        version=fingerprint(schools) if minimum_cell else raw,
        aside=told.aside,
        notes=told.notes,
        cell=minimum_cell,
    )


def print_years(given: argparse.Namespace) -> None:
    """What became of schools and districts from year to year."""
    table = table_of(given.data)
    events = lineage(table).events
    say(summary(events, sorted(table["year"].unique())))
    write(events, given)
