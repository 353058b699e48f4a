"""Load every file of the corpus as ``evenground load`` does, in one process, and say what came of each.

``python -m tests.data.corrupt.load_all FOLDER`` works in that folder and prints JSON: for each file the exit status,
what the person was told, whether the user data folder was left as it was, what the dataset stored has in it and what
the quality report finds there, the traceback of anything but a refusal, and the most memory taken so far.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import traceback
from pathlib import Path

import cli
from data import store
from data.load import load
from data.quality.finding import Subject
from data.quality.report import CHECKS
from tests.data.corrupt.make import FOLDER, SCHOOLS

NAME = "given"  # of the dataset that each load replaces
FILES = sorted(path for part in ("files", "maps") for path in (FOLDER / part).iterdir())


def main(room: Path) -> None:
    template = room / "before"
    os.environ["EVENGROUND_HOME"] = str(template)
    load([FOLDER / SCHOOLS], name=NAME)
    told = {}
    for number, path in enumerate(FILES):
        home = room / str(number)
        shutil.copytree(template, home)
        os.environ["EVENGROUND_HOME"] = str(home)
        told[str(path.relative_to(FOLDER))] = loaded(path, home) | {"peak": peak()}
        shutil.rmtree(home)
    sys.stdout.write(json.dumps(told))


def loaded(path: Path, home: Path) -> dict[str, object]:
    before, said = contents(home), io.StringIO()
    given = [str(path)] if path.parent.name == "files" else [str(FOLDER / SCHOOLS), str(path)]
    fault, status = "", 1
    with contextlib.redirect_stderr(said):
        try:
            status = cli.main(["load", *given, "--name", NAME])
        except BaseException:
            fault = traceback.format_exc()
    manifest = store.find(NAME)
    table = store.schools(manifest)
    return {
        "status": status,
        "told": said.getvalue().splitlines(),
        "fault": fault,
        "untouched": contents(home) == before,
        "whole": bool(table.loc[table["year"] == manifest.years[-1], "students"].sum() == manifest.students),
        "found": found(manifest) if status == 0 else [],
    }


def found(manifest: store.Manifest) -> list[str]:
    """The errors and warnings of the quality report."""
    tables = store.schools(manifest), store.districts(manifest), store.grades(manifest)
    subject = Subject(*tables, manifest.aside, manifest.notes)
    made = [check for check in CHECKS.values() if check.severity != "note" and not check.lacking(subject)]
    return [finding.sentence for check in made for finding in check.findings(subject)]


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def peak() -> int:
    """The most memory this process has had and the most that one it started has had, or 0 where that is not told."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    import resource  # which systems with such a file have

    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (started + next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))) << 10


if __name__ == "__main__":
    main(Path(sys.argv[1]))
