"""What there is to know of a dataset without reading its tables."""

import hashlib
import json
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from data.aside import SetAside, from_json
from data.schema import ED_BASES, FIELDS

EMBEDDED = ("franklin", "california-2000")
DEMO = Path(__file__).parent / "demo"
HASH_DIGITS = 12
_BASIS_COUNTS = {f"ed_{basis}": basis for basis in ED_BASES if f"ed_{basis}" in FIELDS}


@dataclass(frozen=True)
class InputFile:
    """A file a dataset was made from."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What there is to know of a dataset without reading its tables.

    Attributes:
        name: its folder and what commands call it; ``label`` is what people read.
        state: postal abbreviation or name; empty where a dataset has several.
        fictional: whether its state is made up, which every page says.
        source, rights: who published it, and what may be done with it.
        years: the falls its school years begin in.
        ed_bases: what its ED counts rest on (keys of ``data.schema.ED_BASES``): that of the column ``ed`` first, then
            those with a count of their own.
        files: what it was made from.
        schools, districts: how many there are over all years; ``students`` in the latest year.
        aside, notes: what reading set aside and what a reader should know.
        loaded: when, ISO 8601 in UTC; empty for an embedded dataset.
        schools_file, districts_file, grades_file: its tables' files; None where it has no such table.
        input_hash: the first digits of the SHA-256 of its tables' files together, for exports to cite.
    """

    name: str
    label: str
    state: str
    fictional: bool
    source: str
    rights: str
    years: tuple[int, ...]
    ed_bases: tuple[str, ...]
    files: tuple[InputFile, ...]
    schools: int
    districts: int
    students: int
    aside: tuple[SetAside, ...]
    notes: tuple[str, ...]
    loaded: str
    schools_file: str
    districts_file: str | None
    input_hash: str
    grades_file: str | None = None  # datasets of before there were grades have none

    @property
    def embedded(self) -> bool:
        """Whether it comes with Evenground."""
        return self.name in EMBEDDED


def of_json(content: dict[str, Any]) -> Manifest:
    """A manifest as it was kept, by this version or an earlier one.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is none.
    """
    content = {"grades_file": None, "aside": content.get("exclusions")} | content
    values = {field.name: content[field.name] for field in fields(Manifest)}
    values["files"] = tuple(InputFile(**file) for file in content["files"])
    values["aside"] = tuple(map(from_json, content["aside"]))
    for name in ("years", "ed_bases", "notes"):
        values[name] = tuple(content[name])
    return Manifest(**values)


def input_file(path: Path) -> InputFile:
    """What is kept of a file that a dataset is made from."""
    with path.open("rb") as stream:
        return InputFile(path.name, hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size)


def digest(content: bytes) -> str:
    """The first digits of the SHA-256 of a table's file."""
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]


# Those that come with Evenground -------------------------------------------------------------------------------------


def embedded_time(name: str) -> int:
    """When an embedded dataset's table was last made, 0 where there is none."""
    path = DEMO / f"{name}-schools.parquet"
    return path.stat().st_mtime_ns if path.exists() else 0


def embedded(name: str) -> Manifest:
    """The manifest of a dataset that comes with Evenground."""
    return _described(name, embedded_time(name))


@lru_cache
def _described(name: str, _made: int) -> Manifest:
    """An embedded dataset's manifest: what its JSON says, and what is counted from its table."""
    told = json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
    told["aside"] = tuple(map(from_json, told.pop("exclusions")))
    told["notes"] = tuple(told["notes"])
    path = DEMO / f"{name}-schools.parquet"
    areas, grades = (f"{name}-{table}.parquet" for table in ("districts", "grades"))
    return Manifest(
        **told,
        **counted(pd.read_parquet(path)),
        files=(),
        loaded="",
        schools_file=path.name,
        districts_file=areas if (DEMO / areas).exists() else None,
        input_hash=digest(b"".join(file.read_bytes() for file in (path, DEMO / areas, DEMO / grades) if file.exists())),
        grades_file=grades if (DEMO / grades).exists() else None,
    )


def counted(table: pd.DataFrame) -> dict[str, Any]:
    """What a manifest says of a schools table's size and bases."""
    years = sorted(int(year) for year in table["year"].unique())
    first = sorted(table["ed_basis"].dropna().unique())
    counted = {basis for name, basis in _BASIS_COUNTS.items() if name in table and table[name].notna().any()}
    others = [basis for basis in _BASIS_COUNTS.values() if basis in counted and basis not in first]
    return {
        "years": tuple(years),
        "ed_bases": (*first, *others),
        "schools": int(table["ncessch"].nunique()),
        "districts": int(table["leaid"].nunique()),
        "students": int(table.loc[table["year"] == years[-1], "students"].sum()),
    }
