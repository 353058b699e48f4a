"""Where publishers keep their files, for one state and its years: the addresses in ``sources/publishers.toml``."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from analysis.errors import InputError
from data.schema import school_year
from data.states import STATES

_TABLE = Path(__file__).parent / "sources" / "publishers.toml"
_STUDENTS = {"universe": "schools and students", "membership": "students"}
_ABOUT_SCHOOLS = {
    "lunch": "lunch",
    "directory": "directory",
    "characteristics": "characteristics",
    "points": "points",
}
_BOUNDARIES = {
    "unified": "district boundaries",
    "elementary": "elementary district boundaries",
    "secondary": "secondary district boundaries",
}


@dataclass(frozen=True)
class Remote:
    """A file a publisher keeps.

    Attributes:
        url: where it is.
        about: what is in it and for which year, such as "students 2018–19".
        year: the fall its school year begins in, or the year of boundaries.
        optional: whether it is natural that a state has none.
    """

    url: str
    about: str
    year: int
    optional: bool = False

    @property
    def name(self) -> str:
        """The file's name, by which it is known on disk."""
        return PurePosixPath(urlsplit(self.url).path).name


def published() -> list[int]:
    """The falls of the school years whose students have a known address."""
    return sorted(year for kind in _STUDENTS for year in _table()[kind])


def wanted(state: str, years: Sequence[int]) -> tuple[list[Remote], list[str]]:
    """Every file that a state's years need, year by year and boundaries last, and a sentence for each gap.

    The boundaries are those nearest to the last year, as a dataset has one set of them.

    Args:
        state: its postal abbreviation.
        years: the falls the school years begin in.

    Raises:
        InputError: students are published for none of the years.
    """
    table, years = _table(), sorted(set(years))
    listed = published()
    known = [year for year in years if year in listed]
    span = f"{school_year(listed[0])} to {school_year(listed[-1])}"
    if not known:
        raise InputError(f"No file of those years has a known address: give years from {span}, such as --years 2018.")
    gaps = []
    if len(known) < len(years):
        missing = ", ".join(school_year(year) for year in years if year not in listed)
        gaps.append(f"{missing} was left out: addresses are known for {span}.")
    kinds = _STUDENTS | _ABOUT_SCHOOLS
    files = [
        Remote(table[kind][year], f"{about} {school_year(year)}", year)
        for year in known
        for kind, about in kinds.items()
        if year in table[kind]
    ]
    return files + _boundaries(table, state, known[-1]), gaps


def _boundaries(table: dict[str, dict[int, str]], state: str, year: int) -> list[Remote]:
    nearest = min(table["unified"], key=lambda listed: (abs(listed - year), listed))
    return [
        Remote(table[kind][nearest].format(fips=STATES[state].fips), f"{about} {nearest}", nearest, kind != "unified")
        for kind, about in _BOUNDARIES.items()
    ]


def mirrored(url: str) -> str:
    """The address, on the mirror that ``EVENGROUND_MIRROR`` names in place of the publisher's own server.

    Raises:
        InputError: the mirror is not an address.
    """
    mirror = os.environ.get("EVENGROUND_MIRROR", "")
    if not mirror:
        return url
    if urlsplit(mirror).scheme not in ("http", "https") or not urlsplit(mirror).netloc:
        raise InputError(f'EVENGROUND_MIRROR is "{mirror}"; give an address such as https://mirror.example.org.')
    return mirror.rstrip("/") + urlsplit(url).path


@lru_cache
def _table() -> dict[str, dict[int, str]]:
    written = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {kind: {int(year): url for year, url in urls.items()} for kind, urls in written.items()}
