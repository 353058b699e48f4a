"""What a batch has done so far, kept so that a run that breaks off goes on where it stopped.

A run is a folder under the user data folder, named by a hash of everything its figures depend on: the schools, the
scenarios, the replicates, the seed and the program. Each part is a file that is there whole or not at all; a damaged
one is done again. Whatever changes makes another run, so nothing old is ever mixed with new.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import analysis
from analysis.errors import InputError
from analysis.policy.ground import COLUMNS
from analysis.policy.scenario import Scenario
from analysis.statewide.work import Part, from_bytes
from data.atomic import put
from data.manifest import HASH_DIGITS
from data.store import home

# A run that nobody asked for in so long is removed.
_DAYS_KEPT = 30


@cache
def program() -> str:
    """A hash of the code that simulates, and of the library that draws its random numbers."""
    root = Path(analysis.__file__).parent
    sources = [*sorted((root / "policy").glob("*.py")), root / "statewide" / "work.py", root / "units.py"]
    return _hash(b"".join(path.read_bytes() for path in sources) + np.__version__.encode())


def key(table: pd.DataFrame, scenarios: Sequence[Scenario], replicates: int, seed: int) -> str:
    """The name of a run: a hash of everything that its parts depend on."""
    rows = pd.util.hash_pandas_object(table[list(COLUMNS)], index=False).to_numpy().tobytes()
    asked = "".join(scenario.to_json() for scenario in scenarios)
    return _hash(rows + f"{asked}{replicates} {seed} {program()}".encode())


@dataclass
class Run:
    """A run's parts, those of earlier times first.

    Attributes:
        folder: where they are.
        parts: what has been simulated.
    """

    folder: Path
    parts: list[Part] = field(default_factory=list)

    @property
    def done(self) -> set[str]:
        """The districts that need no simulation any more, those that were refused included."""
        return {str(id_) for part in self.parts for id_ in (*part.districts, *part.refused[:, 0])}

    def keep(self, content: bytes) -> None:
        """Take in a part, on disk first.

        Raises:
            InputError: the folder cannot be written.
        """
        try:
            put(self.folder / f"{_hash(content)}.part", content)
        except OSError as error:
            raise InputError(
                f"The data folder {self.folder} cannot be written: {error.strerror}; make room or give another one in "
                "EVENGROUND_HOME."
            ) from None
        self.parts.append(from_bytes(content))


def opened(name: str, about: Mapping[str, object]) -> Run:
    """The run of that name with what it has done so far.

    Args:
        name: as ``key`` gives it.
        about: what the run is, for a person who looks into the folder.

    Raises:
        InputError: the folder cannot be written.
    """
    folder = home() / "runs" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        put(folder / "run.json", (json.dumps(dict(about), indent=1, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise InputError(
            f"The data folder {folder} cannot be written: {error.strerror}; make room or give another one in "
            "EVENGROUND_HOME."
        ) from None
    _clear(folder.parent)
    run = Run(folder)
    for path in sorted(folder.glob("*.part")):
        content = path.read_bytes()
        if _hash(content) == path.stem:  # else the disk has damaged it
            part = from_bytes(content)
            if not run.done & {*part.districts, *part.refused[:, 0]}:  # two processes may have done the same
                run.parts.append(part)
    return run


def _clear(folder: Path) -> None:
    """Remove the runs that nobody has asked for in a long time."""
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _DAYS_KEPT * 86_400:
                shutil.rmtree(path, ignore_errors=True)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]
