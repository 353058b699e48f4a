"""Where publishers keep their files, for one state and its years: the addresses in ``sources/publishers.toml``."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.errors import InputError
from data.fetching.remote import PagedRemote, Remote
from data.schema import school_year
from data.states import STATES

_TABLE = Path(__file__).parents[1] / "sources" / "publishers.toml"
_BOUNDARIES = {
    "unified": "district boundaries",
    "elementary": "elementary district boundaries",
    "secondary": "secondary district boundaries",
}


@dataclass(frozen=True)
class Route:
    """One way to a state's years; the boundaries come the same way by each.

    Attributes:
        label: how people are told of it.
        students: the sections of the table that bring schools in with their students, and what is in them.
        about_schools: the sections that describe schools.
        everything: sections whose files hold all there is of their years.
        remote: how what stands in these sections comes.
    """

    label: str
    students: dict[str, str]
    about_schools: dict[str, str]
    everything: tuple[str, ...] = ()
    remote: type[Remote] = Remote


ROUTES = {
    "nces": Route(
        "files of NCES",
        students={"universe": "schools and students", "membership": "students"},
        about_schools={
            "lunch": "lunch",
            "directory": "directory",
            "characteristics": "characteristics",
            "staff": "teachers",
            "points": "points",
            "districts": "district directory",
            "finance": "district revenue",
        },
        everything=("universe",),
    ),
    "urban": Route(
        "Education Data API of the Urban Institute",
        students={"urban_directory": "schools, students and lunch"},
        about_schools={"urban_races": "students by race", "urban_meps": "modelled poverty (MEPS)"},
        remote=PagedRemote,
    ),
}
DEFAULT_ROUTE = "nces"


def published(route: str = DEFAULT_ROUTE) -> list[int]:
    """The falls of the school years whose students have a known address."""
    return sorted(year for kind in ROUTES[route].students for year in _table()[kind])


def wanted(state: str, years: Sequence[int], route: str = DEFAULT_ROUTE) -> tuple[list[Remote], list[str]]:
    """Everything that a state's years need, year by year and boundaries last, and a sentence for each gap.

    The boundaries are those nearest to the last year, as a dataset has one set of them.

    Args:
        state: its postal abbreviation.
        years: the falls the school years begin in.
        route: which of ``ROUTES``.

    Raises:
        InputError: students are published for none of the years.
    """
    table, years, way = _table(), sorted(set(years)), ROUTES[route]
    listed = published(route)
    known = [year for year in years if year in listed]
    span = f"{school_year(listed[0])} to {school_year(listed[-1])}"
    if not known:
        raise InputError(f"No file of those years has a known address: give years from {span}, such as --years 2018.")
    gaps = []
    if len(known) < len(years):
        missing = ", ".join(school_year(year) for year in years if year not in listed)
        gaps.append(f"{missing} was left out: addresses are known for {span}.")
    gaps += _unlisted(table, way, known)
    kinds = way.students | way.about_schools
    files = [
        way.remote(_of_state(table[kind][year], state), f"{about} {school_year(year)}", year)
        for year in known
        for kind, about in kinds.items()
        if year in table[kind]
    ]
    boundaries = _boundaries(table, state, known[-1])
    if boundaries[0].year != known[-1]:
        gaps.append(f"District boundaries are those of {boundaries[0].year}: no address is known for {known[-1]}.")
    return files + boundaries, gaps


def _unlisted(table: dict[str, dict[int, str]], route: Route, years: Sequence[int]) -> list[str]:
    """What describes schools in other years and has no address for these."""
    whole = {year for kind in route.everything for year in table[kind]}
    missing = {
        about: [school_year(year) for year in years if year not in table[kind] and year not in whole]
        for kind, about in route.about_schools.items()
    }
    return [f"Left out: {about} {', '.join(of)}. No address is known." for about, of in missing.items() if of]


def _boundaries(table: dict[str, dict[int, str]], state: str, year: int) -> list[Remote]:
    nearest = min(table["unified"], key=lambda listed: (abs(listed - year), listed))
    return [
        Remote(_of_state(table[kind][nearest], state), f"{about} {nearest}", nearest, kind != "unified")
        for kind, about in _BOUNDARIES.items()
    ]


def _of_state(url: str, state: str) -> str:
    fips = STATES[state].fips
    return url.format(fips=fips, fips_number=int(fips))


@lru_cache
def _table() -> dict[str, dict[int, str]]:
    written = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        kind: {year: url.replace("{year}", str(year)) for span, url in urls.items() for year in _years(span)}
        for kind, urls in written.items()
    }


def _years(span: str) -> range:
    first, _, last = span.partition("-")
    return range(int(first), int(last or first) + 1)
