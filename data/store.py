"""The datasets a person has: those that come with Evenground, and their own under the user data folder.

A dataset is a folder whose ``manifest.json`` is the commit point. Tables are written first, under names made of their
content's hash, each to a temporary name and then renamed; the manifest is replaced last. Whatever moment a process
dies, the manifest names whole files: the old ones or the new. The files of the manifest before are kept, so that a
reader who has just read that manifest still finds them.
"""

import difflib
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import platformdirs
import pyarrow.parquet as pq

from analysis.errors import InputError
from data.aside import SetAside, from_json
from data.atomic import one_writer, put
from data.grades import typed
from data.schema import ED_BASES, FIELDS

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

EMBEDDED = ("franklin", "california-2000")
_DEMO = Path(__file__).parent / "demo"
_MANIFEST = "manifest.json"
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

    @property
    def folder(self) -> Path:
        """Where its tables are."""
        return _DEMO if self.embedded else _folder(self.name)


def home() -> Path:
    """The user data folder: ``EVENGROUND_HOME``, or where the system keeps such things."""
    return Path(os.environ.get("EVENGROUND_HOME") or platformdirs.user_data_path("evenground", appauthor=False))


# Reading ------------------------------------------------------------------------------------------------------------


def datasets() -> list[Manifest]:
    """Every dataset that can be read: the embedded ones first, then the person's own by name."""
    found = [_embedded(name) for name in EMBEDDED if _embedded_time(name)]
    for name in _own_names():
        with suppress(InputError):
            found.append(_own(name))
    return found


def find(name: str) -> Manifest:
    """The dataset of that name.

    Raises:
        InputError: there is none (the message names those there are), or it cannot be read.
    """
    if name in EMBEDDED and _embedded_time(name):
        return _embedded(name)
    names = [*EMBEDDED, *_own_names()]
    if name not in names[len(EMBEDDED) :]:
        near = difflib.get_close_matches(name, names, n=1)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        raise InputError(f'There is no dataset "{name}": give one of {", ".join(names)}, or load it first.{meant}')
    return _own(name)


def schools(
    manifest: Manifest, years: Sequence[int] | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """A dataset's schools table, typed as in ``data.schema``.

    Args:
        manifest: which dataset.
        years: the falls wanted, all of them if None.
        columns: the columns wanted, all of them if None.

    Raises:
        InputError: its file is gone or damaged.
    """
    names = list(FIELDS if columns is None else columns)
    path = manifest.folder / manifest.schools_file
    with _whole(manifest):
        present = set(pq.read_schema(path).names)
        table = pd.read_parquet(
            path,
            columns=[name for name in names if name in present],
            filters=None if years is None else [("year", "in", list(years))],
        )
    return table.reindex(columns=names).astype({name: FIELDS[name].dtype for name in names})


def grades(manifest: Manifest, years: Sequence[int] | None = None) -> pd.DataFrame:
    """A dataset's students by grade, as in ``data.schema.GRADE_COLUMNS``; no rows where it has none.

    Args:
        manifest: which dataset.
        years: the falls wanted, all of them if None.

    Raises:
        InputError: its file is gone or damaged.
    """
    if manifest.grades_file is None:
        return typed(pd.DataFrame())
    with _whole(manifest):
        return typed(
            pd.read_parquet(
                manifest.folder / manifest.grades_file,
                filters=None if years is None else [("year", "in", list(years))],
            )
        )


def districts(manifest: Manifest) -> "gpd.GeoDataFrame | None":
    """A dataset's district boundaries (``leaid``, ``district``, ``kind``, ``geometry`` in EPSG:4326), or None.

    Raises:
        InputError: its file is gone or damaged.
    """
    if manifest.districts_file is None:
        return None
    import geopandas as gpd

    with _whole(manifest):
        return gpd.read_parquet(manifest.folder / manifest.districts_file)


@contextmanager
def _whole(manifest: Manifest) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError):  # pyarrow's own errors are of these
        raise InputError(
            f'The dataset "{manifest.name}" was replaced or removed while being read, or its files are damaged: '
            "try again, and load it anew if that does not help."
        ) from None


def _own_names() -> list[str]:
    return sorted(path.parent.name for path in (home() / "datasets").glob(f"*/{_MANIFEST}"))


def _own(name: str) -> Manifest:
    try:
        content = json.loads((_folder(name) / _MANIFEST).read_text(encoding="utf-8"))
        manifest = _from_json(content)
        if manifest.name != name or not (manifest.folder / Path(manifest.schools_file).name).is_file():
            raise ValueError(name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f'The dataset "{name}" is damaged: remove it or load it again.') from None
    return manifest


def _from_json(content: dict[str, Any]) -> Manifest:
    content = {"grades_file": None, "aside": content.get("exclusions")} | content
    values = {field.name: content[field.name] for field in fields(Manifest)}
    values["files"] = tuple(InputFile(**file) for file in content["files"])
    values["aside"] = tuple(map(from_json, content["aside"]))
    for name in ("years", "ed_bases", "notes"):
        values[name] = tuple(content[name])
    return Manifest(**values)


def _embedded_time(name: str) -> int:
    """When an embedded dataset's table was last made, 0 where there is none."""
    path = _DEMO / f"{name}-schools.parquet"
    return path.stat().st_mtime_ns if path.exists() else 0


def _embedded(name: str) -> Manifest:
    return _described(name, _embedded_time(name))


@lru_cache
def _described(name: str, _made: int) -> Manifest:
    """An embedded dataset's manifest: what its JSON says, and what is counted from its table."""
    told = json.loads((_DEMO / f"{name}.json").read_text(encoding="utf-8"))
    told["aside"] = tuple(map(from_json, told.pop("exclusions")))
    told["notes"] = tuple(told["notes"])
    path = _DEMO / f"{name}-schools.parquet"
    areas, grades = (f"{name}-{table}.parquet" for table in ("districts", "grades"))
    return Manifest(
        **told,
        **_counted(pd.read_parquet(path)),
        files=(),
        loaded="",
        schools_file=path.name,
        districts_file=areas if (_DEMO / areas).exists() else None,
        input_hash=_hash(
            b"".join(file.read_bytes() for file in (path, _DEMO / areas, _DEMO / grades) if file.exists())
        ),
        grades_file=grades if (_DEMO / grades).exists() else None,
    )


def _counted(table: pd.DataFrame) -> dict[str, Any]:
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


# Writing ------------------------------------------------------------------------------------------------------------


def save(
    name: str,
    schools: pd.DataFrame,
    districts: "gpd.GeoDataFrame | None",
    grades: pd.DataFrame | None = None,
    *,
    label: str,
    state: str,
    source: str,
    files: Sequence[Path],
    aside: Iterable[SetAside],
    notes: Iterable[str],
) -> Manifest:
    """Keep a dataset, replacing the one of that name as a whole or not at all.

    Args:
        name: lowercase letters, digits and hyphens.
        schools: as ``data.check.checked`` gives it.
        districts: as ``data.polygons.Polygons.frame``, or None.
        grades: students by grade as ``data.grades.by_grade`` gives them, or None.
        label: its name as people read it.
        state: postal abbreviation or name; empty where it has several.
        source: who published it and for which years.
        files: what it was made from; their hashes are kept, not their content.
        aside: what reading the files set aside.
        notes: what a reader of the dataset should know.

    Raises:
        InputError: the name is not allowed or belongs to an embedded dataset, or the folder cannot be written.
    """
    _check_name(name)
    tables = {"schools": _parquet(schools)}
    if districts is not None:
        tables["districts"] = _parquet(districts)
    if grades is not None and len(grades):
        tables["grades"] = _parquet(grades)
    names = {table: f"{table}-{_hash(content)}.parquet" for table, content in tables.items()}
    manifest = Manifest(
        name=name,
        label=label,
        state=state,
        fictional=False,
        source=source,
        rights="",
        **_counted(schools),
        files=tuple(_input_file(path) for path in files),
        aside=tuple(aside),
        notes=tuple(notes),
        loaded=datetime.now(UTC).isoformat(timespec="seconds"),
        schools_file=names["schools"],
        districts_file=names.get("districts"),
        input_hash=_hash(b"".join(tables.values())),
        grades_file=names.get("grades"),
    )
    with one_writer(folder := home() / "datasets"):
        _clear(folder)
        _commit(manifest, {names[table]: content for table, content in tables.items()})
    return manifest


def remove(name: str) -> None:
    """Forget one of the person's own datasets.

    Raises:
        InputError: there is none of that name, or it comes with Evenground.
    """
    if name in EMBEDDED:
        raise InputError(f'"{name}" comes with Evenground and stays: remove only datasets you loaded.')
    if name not in _own_names():
        find(name)
    with one_writer(folder := home() / "datasets"):
        _clear(folder)
        (_folder(name) / _MANIFEST).unlink(missing_ok=True)  # first, so that no manifest names a file that is gone
        shutil.rmtree(_folder(name), ignore_errors=True)


def _commit(manifest: Manifest, contents: dict[str, bytes]) -> None:
    folder = manifest.folder
    folder.mkdir(parents=True, exist_ok=True)
    keep = {_MANIFEST, *contents}
    with suppress(InputError):
        before = _own(manifest.name)
        keep |= {before.schools_file, before.districts_file or "", before.grades_file or ""}
    for file, content in contents.items():
        put(folder / file, content)
    put(folder / _MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())
    for path in folder.iterdir():
        if path.name not in keep:
            with suppress(OSError):  # the dataset is already saved; what a reader holds open on Windows goes next time
                path.unlink()


def _clear(folder: Path) -> None:
    """Remove the tables without a manifest that a process left which died while it removed or first saved a dataset."""
    for path in folder.iterdir():
        if path.is_dir() and not (path / _MANIFEST).exists():
            shutil.rmtree(path, ignore_errors=True)


def _folder(name: str) -> Path:
    return home() / "datasets" / name


def _check_name(name: str) -> None:
    if name in EMBEDDED:
        raise InputError(f'The name "{name}" belongs to a dataset that comes with Evenground: choose another.')
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 60:
        raise InputError(
            f'The name "{name}" cannot be used: give up to 60 lowercase letters and digits, with hyphens between words.'
        )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def _input_file(path: Path) -> InputFile:
    with path.open("rb") as stream:
        return InputFile(path.name, hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size)
