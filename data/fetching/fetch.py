"""A state's years with one action: plan which files, fetch them, and make them a dataset.

A file once fetched stays in the ``downloads`` folder of the user data folder. A break of any kind, the process killed
included, leaves what has come to be resumed; a person who cancels leaves nothing behind of what the action brought.
"""

import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.errors import InputError
from data import store
from data.fetching import download
from data.fetching.download import NotThereError, UnreachableError, megabytes
from data.fetching.publishers import DEFAULT_ROUTE, wanted
from data.fetching.remote import Remote
from data.formats.files import LARGEST_ARCHIVE, Given, faults_told
from data.load import load
from data.manifest import Manifest
from data.quality.finding import counted
from data.states import STATES, state_code

Progress = Callable[[str], None]
_SILENT_BEFORE_GIVING_UP = 2
_UNPACKED = "unpacked-"
_SECONDS_A_DAY = 86_400
_PACKED_AS = re.compile(r"(_csv|_txt)?\.zip$", re.IGNORECASE)


@dataclass(frozen=True)
class Planned:
    """A file to use: on disk at ``path`` already, or to fetch, ``bytes`` long where the server tells."""

    remote: Remote
    path: Path | None
    bytes: int | None

    @property
    def size_words(self) -> str:
        """Its size, where that is known before it is fetched."""
        return self.remote.size_untold if self.bytes is None else megabytes(self.bytes)


@dataclass(frozen=True)
class Plan:
    """What one action will do.

    Attributes:
        state: the postal abbreviation.
        files: in the order they are fetched.
        gaps: what was asked for and cannot be had, one sentence each.
    """

    state: str
    files: tuple[Planned, ...]
    gaps: tuple[str, ...]

    def sentence(self) -> str:
        """How much there is to fetch."""
        missing = [file for file in self.files if file.path is None]
        told = [file.bytes for file in missing if file.bytes is not None]
        untold = len(missing) - len(told)
        sizes = [megabytes(sum(told))] * bool(told) + [f"{untold} of unknown size"] * bool(untold)
        return (
            f"{STATES[self.state].name}: {counted(len(self.files), 'file')}, "
            f"{len(self.files) - len(missing)} of them on disk, "
            f"{len(missing)} to fetch" + (f" ({' and '.join(sizes)})." if sizes else ".")
        )


def planned(state: str, years: Sequence[int], folder: Path | None = None, route: str = DEFAULT_ROUTE) -> Plan:
    """The files a state's years need and what fetching them takes; nothing is fetched.

    Args:
        state: its postal abbreviation or name.
        years: the falls the school years begin in.
        folder: where the files are on disk already, under the publishers' names, zipped or not; then nothing is to be
            fetched. None for the web.
        route: where from, of ``publishers.ROUTES``.

    Raises:
        InputError: there is no such state, no such year, or the folder has none of the files.
    """
    code = state_code(state)
    remotes, gaps = wanted(code, years, route)
    files = _in_folder(remotes, folder, gaps) if folder else _on_the_web(remotes, gaps)
    return Plan(code, tuple(files), tuple(gaps))


def get(plan: Plan, *, name: str | None = None, progress: Progress = lambda _: None) -> Manifest:
    """Do what was planned: fetch each file, going on where one fails or contradicts the others, and store the dataset.

    Args:
        plan: from ``planned``.
        name: the dataset's name; the state's if not given.
        progress: told what is being done.

    Raises:
        InputError: no file with students came, or the files do not read; the store is then as it was.
    """
    with _cancelled_without_trace(plan), _room_to_unpack() as room:
        paths, failures = _fetched(plan, room, progress)
        try:
            return load(
                paths,
                name=name,
                state=plan.state,
                progress=progress,
                notes=(*plan.gaps, *failures),
                leave_out=("unknown", "faulty"),
            )
        except InputError as fault:
            raise InputError(" ".join([str(fault), *failures])) from None


def _fetched(plan: Plan, room: Path, progress: Progress) -> tuple[list[Path], list[str]]:
    """The files as they can be read, and a sentence for each that did not come.

    Raises:
        InputError: none came.
    """
    paths: list[Path] = []
    failures: list[str] = []
    silent = 0  # files in a row that no server answered for
    for number, file in enumerate(plan.files, 1):
        if silent == _SILENT_BEFORE_GIVING_UP:
            left = len(plan.files) - number + 1
            failures.append(f"The last {f'{left} files were' if left > 1 else 'file was'} not asked for any more.")
            break
        progress(f"{file.remote.about}: {file.remote.name} ({number} of {len(plan.files)})")
        try:
            paths.append(_readable(_fetch(file, progress), room))
            silent = 0
        except InputError as fault:
            silent = silent + 1 if isinstance(fault, UnreachableError) else 0
            if not (file.remote.optional and isinstance(fault, NotThereError)):
                failures.append(_without(file.remote, fault))
                progress(failures[-1])
    if not paths:
        raise InputError(f"No file of {len(plan.files)} came. {failures[0]}")
    return paths, failures


def _fetch(file: Planned, progress: Progress) -> Path:
    if file.path is None:
        file.remote.bring(_kept(file.remote), progress)
    return file.path or _kept(file.remote)


def _without(remote: Remote, fault: InputError) -> str:
    return f"Left out: {remote.about}. {fault}"


# What is where ------------------------------------------------------------------------------------------------------


def downloads() -> Path:
    """The folder that fetched files stay in."""
    return store.home() / "downloads"


def _kept(remote: Remote) -> Path:
    return downloads() / remote.name


def _on_the_web(remotes: Iterable[Remote], gaps: list[str]) -> Iterator[Planned]:
    answering = True  # sizes are good to know, but not worth waiting for one file after the other
    for remote in remotes:
        kept, size = _kept(remote), None
        if download.is_whole(kept):
            yield Planned(remote, kept, kept.stat().st_size)
            continue
        try:
            size = remote.size() if answering else None
        except UnreachableError:
            answering = False
        except NotThereError as fault:
            if not remote.optional:
                gaps.append(_without(remote, fault))
            continue
        yield Planned(remote, None, size)


def _in_folder(remotes: Iterable[Remote], folder: Path, gaps: list[str]) -> list[Planned]:
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give the one the files are in.")
    there = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    found, missing = [], []
    for remote in remotes:
        path = next((there[name] for name in _names_on_disk(remote.name) if name in there), None)
        if path:
            found.append(Planned(remote, path, path.stat().st_size))
        elif not remote.optional:
            missing.append(remote.name)
    if not found:
        raise InputError(
            f"{folder} has none of the files, such as {missing[0]}; keep the names they are published under."
        )
    if missing:
        gaps.append(f"Not in {folder.resolve().name or folder}: {', '.join(missing)}.")
    return found


def _names_on_disk(name: str) -> list[str]:
    """The names a published file may have on disk: its own, or that of the table in it once it is unpacked."""
    stem = _PACKED_AS.sub("", name.casefold())
    return [name.casefold(), *(f"{stem}{ending}" for ending in (".zip", ".csv", ".txt", ".xlsx", ".shp"))]


# What NCES packs ----------------------------------------------------------------------------------------------------


def _readable(path: Path, room: Path) -> Path:
    """The file itself, or the one inside it to read, unpacked where there is room for it.

    NCES puts a zip of the CSV beside one for SAS into some of its zips, and EDGE the same points as text, workbook and
    shapefile into one.

    Raises:
        InputError: the file is damaged or unpacks to more than can be sensible.
    """
    if not zipfile.is_zipfile(path):
        return path
    with faults_told(path.name), zipfile.ZipFile(path) as archive:
        chosen = _chosen({info.filename.lower(): info for info in archive.infolist()})
        if chosen is None:
            return path
        if chosen.file_size > LARGEST_ARCHIVE:
            raise InputError(f"{path.name} unpacks to more than any of these files does: fetch it again.")
        unpacked = room / path.stem / PurePosixPath(chosen.filename).name
        unpacked.parent.mkdir()
        with Given(path, chosen.filename).open() as source, unpacked.open("wb") as target:
            shutil.copyfileobj(source, target)
    return unpacked


def _chosen(entries: dict[str, zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The one entry to read where several say the same, or None where the zip can be read as it is."""
    inner = [name for name in entries if name.endswith(".zip") and "sas" not in PurePosixPath(name).name]
    several = [name for ending in (".txt", ".csv", ".xlsx") for name in entries if name.endswith(ending)]
    workbook = any(name.endswith(".xlsx") for name in several)
    name = next(iter(inner or (several if workbook else ())), None)
    return entries[name] if name else None


@contextmanager
def _room_to_unpack() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    try:
        downloads().mkdir(parents=True, exist_ok=True)
        for left in downloads().glob(f"{_UNPACKED}*"):  # by a process that was killed; a younger one may be in use
            if time.time() - left.stat().st_mtime > _SECONDS_A_DAY:
                shutil.rmtree(left, ignore_errors=True)
        room = tempfile.TemporaryDirectory(dir=downloads(), prefix=_UNPACKED)
    except OSError as fault:
        raise InputError(
            f"{downloads()} cannot be written ({fault.strerror}): make room or give another place in EVENGROUND_HOME."
        ) from None
    with room as folder:
        yield Path(folder)


@contextmanager
def _cancelled_without_trace(plan: Plan) -> Iterator[None]:
    """Remove what an action brought if it is cancelled: Ctrl-C, or a page stopped, which are no Exceptions."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        for file in plan.files:
            if file.path is None:
                file.remote.forget(_kept(file.remote))
        with suppress(OSError):  # others' files are in it
            downloads().rmdir()
        raise
