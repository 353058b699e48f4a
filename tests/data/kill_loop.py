"""Kill a process that changes the user data folder, again and again, and look at what it leaves.

``python -m tests.data.kill_loop HOME --steps`` ends it before each single thing it does to the disk; ``--rounds N`` at
N random moments, ``--url`` while it fetches a file from there. The next process must find every dataset, mapping and
download whole, the old or the new, and go on with the work; it says so by its exit status.
"""

import argparse
import hashlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from itertools import count
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.dataset  # noqa: F401 these two so that a process to be killed works rather than imports
import pyogrio  # type: ignore[import-untyped] # noqa: F401
from shapely.geometry import box

from data import store
from data.check import checked
from data.fetching import download
from data.load import load
from data.sources import remembered
from data.sources.mapping import Mapping, Take
from tests.data.forms import COLUMNS, csv
from tests.data.map_forms import EAST, WEST, districts

STAYS, COMES_AND_GOES = "stays", "comes-and-goes"
LONGEST = 0.3  # seconds that a process is left to work before it is killed
VERSIONS = range(1, 8)
# What Python tells of before it does it: with the writing between them, every change of the disk is one of these.
_CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "sqlite3.connect"}


# The work -----------------------------------------------------------------------------------------------------------


def rows(version: int) -> tuple[tuple[object, ...], ...]:
    """Schools that all have as many students as the version says, so that a mix of two shows."""
    return tuple((2018, f"48000010000{i}", "4800001", f"School {i}", "TX", version, 1, 0, version) for i in range(3))


@cache
def tables(version: int) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """The schools of a version and their district."""
    schools, _ = checked(pd.DataFrame([list(row) for row in rows(version)], columns=list(COLUMNS)), "f.csv")
    columns = {"leaid": ["4800001"], "district": [f"Version {version}"], "kind": ["unified"]}
    return schools, gpd.GeoDataFrame(columns, geometry=[box(0, 0, version, 1)], crs="EPSG:4326")


def save(name: str, version: int) -> None:
    store.save(name, *tables(version), label=name, state="TX", source="", files=[], aside=[], notes=[])


def remember(version: int) -> None:
    remembered.remember(Mapping("Mine", {"ncessch": Take((f"column {version}",))}))


def begin() -> None:
    save(STAYS, 1)
    remember(1)


def a_bit_of_everything() -> None:
    """Every kind of change once, in the order in which they meet."""
    save(COMES_AND_GOES, 2)
    save(STAYS, 3)
    remember(4)
    store.remove(COMES_AND_GOES)


def fetch(room: Path, url: str) -> None:
    """Fetch a file, and forget it so that it can be fetched again."""
    download.download(url, room / "file.zip")
    assert download.is_whole(room / "file.zip")
    download.forget(room / "file.zip")


def without_end(dice: random.Random, room: Path, url: str) -> None:
    """Random work on files such as a person gives, until killed."""
    while True:
        way, version = dice.randrange(4), dice.choice(VERSIONS)
        if way == 0:
            remember(version)
        elif way == 1 and url:
            fetch(room, url)
        elif way == 2 and (store.home() / "datasets" / COMES_AND_GOES / "manifest.json").exists():
            store.remove(COMES_AND_GOES)
        else:
            table, area = room / f"table-{version}.csv", room / "area.geojson"
            load([table, area], name=dice.choice((STAYS, COMES_AND_GOES)))


# What is left -------------------------------------------------------------------------------------------------------


def look(room: Path, sha256: str) -> None:
    """Fail where anything is there by half."""
    kept = sorted(path.parent.name for path in (store.home() / "datasets").glob("*/manifest.json"))
    assert STAYS in kept
    for name in kept:
        manifest = store.find(name)  # which refuses a damaged one
        table, areas = store.schools(manifest), store.districts(manifest)
        assert table["students"].tolist() == [manifest.students // 3] * 3
        assert areas is not None
    assert [path.suffix for path in (store.home() / "mappings").glob("*.toml")] == [".toml"]
    assert len(remembered.sources()) == 1  # which passes over one that cannot be read
    got = room / "file.zip"
    assert not got.exists() or hashlib.sha256(got.read_bytes()).hexdigest() == sha256


def look_and_save(room: Path, sha256: str) -> None:
    """Look, and fail where the next save does not work or leaves what was half removed or half saved."""
    look(room, sha256)
    save(STAYS, 5)
    assert store.schools(store.find(STAYS))["students"].tolist() == [5, 5, 5]
    folders = [path for path in (store.home() / "datasets").iterdir() if path.is_dir()]
    assert all((folder / "manifest.json").exists() for folder in folders)


def go_on(room: Path, url: str, sha256: str) -> None:
    """Do everything once more and fail where it does not work or leaves anything behind."""
    look_and_save(room, sha256)
    a_bit_of_everything()
    assert {path.name for path in (store.home() / "datasets").iterdir()} == {STAYS, "lock"}
    assert not list((store.home() / "datasets").glob("*/*.tmp"))
    if url:
        fetch(room, url)
        assert not list(room.glob("file.zip*"))


# Killing ------------------------------------------------------------------------------------------------------------


def killed(work: Callable[[], None], after: float | None) -> int:
    """Let another process work and kill it after some seconds, if it does not end by itself; the signal that ended it.

    Raises:
        SystemExit: it failed.
    """
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("the process that worked, or looked, failed")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def dying_before(change: int, room: Path) -> None:
    """End this process as a kill does, before it makes a change in the folder, counted from 0.

    A file that was to be written is opened first, so that it is there without what it should hold.
    """
    left, dying = iter(range(change)), False

    def tell(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal dying
        if dying or event not in _CHANGES:
            return
        path = str(arguments[0])
        inside = path.startswith(str(room)) or not Path(path).is_absolute()  # as where a folder is emptied
        if inside and next(left, None) is None:
            dying = True
            if event == "open" and "w" in str(arguments[1]):
                Path(path).write_bytes(b"")
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(tell)


def at_every_step(work: Callable[[], None], room: Path, sha256: str) -> int:
    """Kill before each step of the work; how many steps there are."""

    def until(step: int) -> None:
        dying_before(step, room)
        work()

    for step in count():
        if not killed(partial(until, step), None):
            return step
        killed(lambda: look_and_save(room, sha256), None)
    raise AssertionError


def at_random(room: Path, rounds: int, seed: int, url: str, sha256: str) -> None:
    dice = random.Random(seed)  # noqa: S311 no secret
    for _ in range(rounds):
        work = partial(without_end, random.Random(dice.random()), room, url)  # noqa: S311
        killed(work, dice.uniform(0, LONGEST))
        killed(lambda: look_and_save(room, sha256), None)


def main() -> int:
    """Read the command line, kill, and look."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("room", type=Path, help="a folder to work in")
    given.add_argument("--steps", action="store_true", help="kill before every change of the disk")
    given.add_argument("--rounds", type=int, default=0, help="how often to kill at random")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--url", default="", help="a file to fetch")
    given.add_argument("--sha256", default="", help="its checksum")
    said = given.parse_args()
    os.environ["EVENGROUND_HOME"] = str(said.room / "home")
    for version in VERSIONS:
        (said.room / f"table-{version}.csv").write_bytes(csv((COLUMNS, *rows(version))))
    (said.room / "area.geojson").write_bytes(districts(WEST, EAST))
    for version in VERSIONS:
        tables(version)  # once, for every process to come
    killed(begin, None)
    if said.steps:
        steps = at_every_step(a_bit_of_everything, said.room, said.sha256)
        steps += at_every_step(partial(fetch, said.room, said.url), said.room, said.sha256) if said.url else 0
        sys.stdout.write(f"{steps} steps\n")
    at_random(said.room, said.rounds, said.seed, said.url, said.sha256)
    killed(lambda: go_on(said.room, said.url, said.sha256), None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
