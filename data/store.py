"""The datasets a person has: those that come with Evenground, and their own under the user data folder.

A dataset is a folder whose ``manifest.json`` is the commit point. Tables are written first, under names made of their
content's hash, each to a temporary name and then renamed; the manifest is replaced last. Whatever moment a process
dies, the manifest names whole files: the old ones or the new. The files of the manifest before are kept, so that a
reader who has just read that manifest still finds them.
"""

import difflib
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import platformdirs
import pyarrow.parquet as pq

from analysis.errors import InputError
from data.aside import SetAside
from data.atomic import one_writer, put
from data.grades import typed
from data.manifest import DEMO, EMBEDDED, Manifest, counted, digest, embedded, embedded_time, input_file, of_json
from data.schema import FIELDS

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

_MANIFEST = "manifest.json"


def home() -> Path:
    """The user data folder: ``EVENGROUND_HOME``, or where the system keeps such things."""
    return Path(os.environ.get("EVENGROUND_HOME") or platformdirs.user_data_path("evenground", appauthor=False))


# Reading ------------------------------------------------------------------------------------------------------------


def datasets() -> list[Manifest]:
    """Every dataset that can be read: the embedded ones first, then the person's own by name."""
    found = [embedded(name) for name in EMBEDDED if embedded_time(name)]
    for name in _own_names():
        with suppress(InputError):
            found.append(_own(name))
    return found


def find(name: str) -> Manifest:
    """The dataset of that name.

    Raises:
        InputError: there is none (the message names those there are), or it cannot be read.
    """
    if name in EMBEDDED and embedded_time(name):
        return embedded(name)
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
    path = _folder(manifest.name) / manifest.schools_file
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
                _folder(manifest.name) / manifest.grades_file,
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
        return gpd.read_parquet(_folder(manifest.name) / manifest.districts_file)


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
        manifest = of_json(content)
        if manifest.name != name or not (_folder(manifest.name) / Path(manifest.schools_file).name).is_file():
            raise ValueError(name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f'The dataset "{name}" is damaged: remove it or load it again.') from None
    return manifest


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
    given = {"schools": schools, "districts": districts, "grades": None if grades is None or grades.empty else grades}
    tables = {table: _parquet(frame) for table, frame in given.items() if frame is not None}
    names = {table: f"{table}-{digest(content)}.parquet" for table, content in tables.items()}
    manifest = Manifest(
        name=name,
        label=label,
        state=state,
        fictional=False,
        source=source,
        rights="",
        **counted(schools),
        files=tuple(input_file(path) for path in files),
        aside=tuple(aside),
        notes=tuple(notes),
        loaded=datetime.now(UTC).isoformat(timespec="seconds"),
        schools_file=names["schools"],
        districts_file=names.get("districts"),
        input_hash=digest(b"".join(tables.values())),
        grades_file=names.get("grades"),
    )
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
    with one_writer(folder := home() / "datasets"):
        _clear(folder)
        _put(manifest, contents)


def _put(manifest: Manifest, contents: dict[str, bytes]) -> None:
    """Write the tables, then the manifest, and remove what neither it nor the one before names."""
    folder = _folder(manifest.name)
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
    return DEMO if name in EMBEDDED else home() / "datasets" / name


def _check_name(name: str) -> None:
    if name in EMBEDDED:
        raise InputError(f'The name "{name}" belongs to a dataset that comes with Evenground: choose another.')
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 60:
        raise InputError(
            f'The name "{name}" cannot be used: give up to 60 lowercase letters and digits, with hyphens between words.'
        )


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()
