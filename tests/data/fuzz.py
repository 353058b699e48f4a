"""Break small valid files in random ways and load them: each must be refused in one sentence, or stored whole.

``python -m tests.data.fuzz --minutes 5`` goes on for five minutes; ``--seed`` starts elsewhere. Every input is written
to ``--folder`` before it is loaded, and those that end in anything but a sentence or a dataset are kept there, so that
an input that ends the process itself is the one named ``current``.
"""

import argparse
import contextlib
import faulthandler
import gzip
import io
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cli
from data import store
from data.load import load
from tests.data import seeds
from tests.data.corrupt.load_all import contents, peak
from tests.data.forms import csv, gzipped, zipped

Random = random.Random
NAME = "given"  # of the dataset that each load replaces
GIGABYTE = 1 << 30
SECONDS_EACH = 120
_TOKEN = re.compile(rb"[\w.+-]+")
# What stands where it should not: signs, numbers beyond all measure, codes, other types' values.
_ODD = (
    *(b"", b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b",", b"\n", b"\r", b"\t", b"|", b";", b"<", b">", b"{", b"[", b"&"),
    *(b"-1", b"0", b"-0", b"1e400", b"-1e400", b"1e30", b"9" * 20, b"0.5", b"1e-400", b"0x10", b"1_000", b"1,000"),
    *(b"NaN", b"inf", b"null", b"true", b"*", b"<5", b">95", b"5-10", b"10-5", b"<1e400", b"99%", b"1,00", b"4.80E+06"),
    *(b"2018", b"20018", b"2018-19", b"2018-2017", b"1899-12-31", b"=1+1", "‡".encode(), "٣".encode(), b"\xe2\x80\xa8"),
    *(b"nan nan", b"TX", b"Texas", b"EPSG:4326", b"Polygon", b"a" * 300, b"480000100001"),
)  # fmt: skip


# Breaking -----------------------------------------------------------------------------------------------------------


def broken(content: bytes, dice: Random, others: list[bytes], depth: int = 0) -> bytes:
    """A file after one to three changes, often made inside what it packs, so that its checksums still hold."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        inside = dice.random() < 0.8
        if inside and content.startswith(b"PK") and depth == 0:
            content = _in_zip(content, dice, others)
        elif inside and content.startswith(b"\x1f\x8b"):
            content = _in_gzip(content, dice, others)
        else:
            content = dice.choice(_WAYS)(content, dice, others)
    return content


def _in_zip(content: bytes, dice: Random, others: list[bytes]) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:
        return dice.choice(_WAYS)(content, dice, others)
    if not parts:
        return content
    name = dice.choice(list(parts))
    if dice.random() < 0.1:
        del parts[name]
    else:
        parts[name] = broken(parts[name], dice, others, depth=1)
    return zipped(parts)


def _in_gzip(content: bytes, dice: Random, others: list[bytes]) -> bytes:
    try:
        return gzipped(dice.choice(_WAYS)(gzip.decompress(content), dice, others))
    except Exception:
        return dice.choice(_WAYS)(content, dice, others)


def _flipped(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    out = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8)) if out else 0):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _overwritten(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    at = dice.randrange(len(content) + 1)
    new = dice.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\x80" * 8, dice.randbytes(dice.randrange(1, 9))))
    return content[:at] + new + content[at + len(new) :]


def _cut(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _span(content: bytes, dice: Random) -> tuple[int, int]:
    first, last = sorted(dice.randrange(len(content) + 1) for _ in range(2))
    return first, min(last, first + dice.choice((4, 64, 1024, len(content))))


def _without_a_span(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    first, last = _span(content, dice)
    return content[:first] + content[last:]


def _span_repeated(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    first, last = _span(content, dice)
    return content[:last] + content[first:last] * dice.choice((1, 2, 30)) + content[last:]


def _spliced(content: bytes, dice: Random, others: list[bytes]) -> bytes:
    other = dice.choice(others)
    return content[: dice.randrange(len(content) + 1)] + other[dice.randrange(len(other)) :]


def _with_odd_values(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    for _ in range(dice.choice((1, 1, 2, 5))):
        found = [token.span() for token in _TOKEN.finditer(content)]
        if found:
            first, last = dice.choice(found)
            content = content[:first] + dice.choice(_ODD) + content[last:]
    return content


def _token_moved(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    """A value put in place of another, such as a name for a count."""
    found = [token.span() for token in _TOKEN.finditer(content)]
    if not found:
        return content
    (first, last), (a, b) = dice.choice(found), dice.choice(found)
    return content[:first] + content[a:b] + content[last:]


def _rows_changed(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    rows = content.splitlines(keepends=True)
    if not rows:
        return content
    one, other = dice.randrange(len(rows)), dice.randrange(len(rows))
    way = dice.randrange(4)
    if way == 0:
        dice.shuffle(rows)
    elif way == 1:
        rows.insert(one, rows[other])
    elif way == 2:
        del rows[one]
    else:
        rows[one], rows[other] = rows[other], rows[one]
    return b"".join(rows)


def _columns_changed(content: bytes, dice: Random, _: list[bytes]) -> bytes:
    """The columns of delimited text shuffled, or one of them doubled, dropped, emptied or filled with one value."""
    delimiter = max((b",", b"\t", b"|"), key=content.count)
    rows = [row.split(delimiter) for row in content.split(b"\n")]
    width = max(map(len, rows))
    one, way, odd = dice.randrange(width), dice.randrange(5), dice.choice(_ODD)
    order = dice.sample(range(width), width)
    for number, row in enumerate(rows):
        if len(row) != width:
            continue
        if way == 0:
            rows[number] = [row[i] for i in order]
        elif way == 1:
            row.insert(one, row[one])
        elif way == 2:
            del row[one]
        elif number:
            row[one] = odd if way == 3 else b""
    return b"\n".join(map(delimiter.join, rows))


Way = Callable[[bytes, Random, list[bytes]], bytes]
_WAYS: tuple[Way, ...] = (
    *(_flipped, _overwritten, _cut, _without_a_span, _span_repeated, _spliced),
    *(_with_odd_values, _with_odd_values, _with_odd_values, _token_moved, _rows_changed, _columns_changed),
)


# Loading ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Input:
    """A broken file, and the table of schools that it is given together with, or b""."""

    name: str
    content: bytes
    beside: bytes


def inputs(dice: Random) -> Iterator[Input]:
    """One after the other of the valid files, broken, without end."""
    whole = {**{name: (content, b"") for name, content in seeds.tables().items()}, **seeds.sides()}
    others = [content for content, _ in whole.values()]
    while True:
        for name, (content, beside) in whole.items():
            yield Input(name, broken(content, dice, others), beside)


def fault(given: Input, room: Path) -> str:
    """What is wrong with how a file is taken, or "" """
    home, path, schools = Path(os.environ["EVENGROUND_HOME"]), room / given.name, room / "schools.csv"
    before, said = contents(home), io.StringIO()
    paths = [str(schools)] * bool(given.beside) + [str(path)]
    schools.write_bytes(given.beside)
    path.write_bytes(given.content)
    try:
        status = cli_run(said, "load", *paths, "--name", NAME, "--year", "2018")
        if "is of no known layout" in said.getvalue():  # then a mapping is guessed, here as on the Sources page
            cli_run(io.StringIO(), "mapping", str(path))
        manifest = store.find(NAME)
        table, _ = store.schools(manifest), store.districts(manifest)
    except BaseException as raised:
        if isinstance(raised, KeyboardInterrupt):
            raise
        return traceback.format_exc()
    finally:
        path.unlink()
    sentence = said.getvalue().splitlines()[-1:]
    if status not in (0, 2) or (status == 2 and not (sentence and sentence[0].startswith("evenground: "))):
        return f"status {status}: {said.getvalue()}"
    if status == 2 and contents(home) != before:
        return f"the store was changed by a refused file: {sentence}"
    if table.loc[table["year"] == manifest.years[-1], "students"].sum() != manifest.students:
        return "the dataset is not whole"
    return f"it took {peak() >> 20} MB" if peak() > GIGABYTE else ""


def cli_run(said: io.StringIO, *arguments: str) -> int:
    """The exit status of a command, and what it tells the person."""
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        return cli.main(list(arguments))


def run(seed: int, rounds: int | None, minutes: float, folder: Path) -> int:
    """Load broken files until the rounds or minutes are over; how many faults were found."""
    folder.mkdir(parents=True, exist_ok=True)
    started, faults, number = time.monotonic(), 0, 0
    each_round = len(seeds.tables()) + len(seeds.sides())
    with tempfile.TemporaryDirectory() as room, warnings.catch_warnings():
        os.environ["EVENGROUND_HOME"] = str(Path(room, "home"))
        Path(room, "schools.csv").write_bytes(csv())
        load([Path(room, "schools.csv")], name=NAME)
        warnings.simplefilter("error")  # a person should not see one either
        for number, given in enumerate(inputs(Random(seed)), 1):
            (folder / "current").write_bytes(given.content)
            faulthandler.dump_traceback_later(SECONDS_EACH, exit=True)
            found = fault(given, Path(room))
            faulthandler.cancel_dump_traceback_later()
            if found:
                faults += 1
                kept = folder / f"{seed}-{number}-{given.name}"
                shutil.move(folder / "current", kept)
                sys.stdout.write(f"{kept}: {found}\n")
                sys.stdout.flush()
            over = number >= rounds * each_round if rounds else time.monotonic() - started > 60 * minutes
            if over:
                break
    sys.stdout.write(f"{number} files, {faults} faults, at most {peak() >> 20} MB\n")
    return faults


def main() -> int:
    """Read the command line and run."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seed", type=int, default=0, help="what the dice start from (default 0)")
    given.add_argument("--minutes", type=float, default=1, help="how long to go on (default 1)")
    given.add_argument("--rounds", type=int, help="instead: how often to break each of the valid files")
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "evenground-fuzz"), help="for inputs")
    said = given.parse_args()
    return 1 if run(said.seed, said.rounds, said.minutes, said.folder) else 0


if __name__ == "__main__":
    sys.exit(main())
