"""Whole commands, from start to exit, as a person at a terminal waits for them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks import inputs
from benchmarks.timing import Figure, timed

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 5


def figures() -> Iterator[Figure]:
    state = inputs.state()
    with environment() as env, tempfile.TemporaryDirectory() as other_home:
        scenario = str(Path(other_home) / "scenario.json")
        run = partial(python, env, "-m", "cli")
        run("scenario", state.name, "--district", state.district, "-o", scenario)
        beside = (("Python importing pandas", timed(partial(python, env, "-c", "import pandas"), REPEATS)),)
        reading = partial(python, env, "-c", "import cli; cli.parser()")
        yield Figure("the command line itself", timed(reading, REPEATS), beside)
        jobs: tuple[tuple[str, tuple[str, ...], float | None], ...] = (
            ("datasets", (), None),
            ("indices", (state.name, "--by", "district"), 2 if state.real else None),
            ("decompose", (state.name,), None),
            ("contribution", (state.name, "--district", state.district), None),
            ("simulate", (state.name, scenario), None),
        )
        for job, arguments, target in jobs:
            words = [word for word in arguments if word != scenario]
            yield Figure(
                f"`{' '.join(['evenground', job, *words])}`",
                timed(partial(run, job, *arguments), REPEATS),
                beside,
                target,
            )
        if inputs.has_texas():
            files = [str(file) for file in inputs.TEXAS_FILES]
            load = partial(python, env | {"EVENGROUND_HOME": other_home}, "-m", "cli", "load", *files)
            yield Figure(f"`evenground load`, {len(files)} Texas files", timed(load, REPEATS), beside, 10)


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment of somebody who has run the command before: modules are compiled, Texas is loaded."""
    with inputs.home() as home, tempfile.TemporaryDirectory() as compiled:
        own = {"EVENGROUND_HOME": str(home), "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        yield os.environ | own


def python(env: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, check=True, capture_output=True)
