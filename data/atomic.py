"""Files that are there whole or not at all, written by one process at a time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from analysis.errors import InputError

_SECONDS_TO_WAIT = 60


def put(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if the power fails."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    with suppress(OSError):  # Windows has no folders to sync
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """One writer at a time in a folder, also among processes.

    SQLite's lock works everywhere and is let go when a process dies.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(folder / "lock", timeout=_SECONDS_TO_WAIT, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
    except (OSError, sqlite3.Error):
        raise InputError(
            f"The data folder {folder} cannot be written: make room or give another one in EVENGROUND_HOME."
        ) from None
