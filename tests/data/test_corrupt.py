"""Every broken file of the corpus is told in its one sentence, or stored with what the table beside it says."""

import io
import json
import re
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from tests.data.corrupt.make import FOLDER, SCHOOLS, made

ROOT = Path(__file__).resolve().parents[2]
TOLD = tomllib.loads((FOLDER / "told.toml").read_text(encoding="utf-8"))
GIGABYTE = 1 << 30


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    """What came of each file: all are loaded in one process of their own, whose memory is measured."""
    room = tmp_path_factory.mktemp("corpus")
    command = [sys.executable, "-m", "tests.data.corrupt.load_all", str(room)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(text):
    """A pattern for what a person is told, in which an … stands for anything."""
    return ".*".join(map(re.escape, text.split("…")))


def test_the_table_tells_of_every_file():
    files = {name for name in made() if name != SCHOOLS}
    assert set(TOLD["refused"]) | set(TOLD["accepted"]) == files
    assert not set(TOLD["refused"]) & set(TOLD["accepted"])
    assert len(files) >= 60


@pytest.mark.parametrize("name", TOLD["refused"])
def test_it_is_refused_in_one_sentence_and_nothing_is_stored(came, name):
    told = came[name]
    assert told["fault"] == ""
    assert told["status"] == 2
    *looked, sentence = told["told"]
    assert all(re.match("(Looking at|Reading) ", line) for line in looked)
    assert re.fullmatch(f"evenground: {said(TOLD['refused'][name])}", sentence)
    assert Path(name).name in sentence
    assert told["untouched"]


@pytest.mark.parametrize("name", TOLD["accepted"])
def test_it_is_stored_and_its_notes_say_what_is_odd(came, name):
    told = came[name]
    assert told["fault"] == ""
    assert told["status"] == 0
    assert told["whole"]
    stored, *notes = [line for line in told["told"] if not re.match("(Looking at|Reading) ", line)]
    expected = TOLD["accepted"][name]
    size, *odd = [expected] if isinstance(expected, str) else expected
    assert stored == f"Stored given: {size}"
    assert notes + told["found"] == odd


def test_the_whole_corpus_is_read_in_a_gigabyte(came):
    peaks = {name: told["peak"] for name, told in came.items()}
    if not all(peaks.values()):
        pytest.skip("this system does not tell how much memory a process has had")
    beyond = [name for name, peak in peaks.items() if peak > GIGABYTE]
    assert beyond[:1] == []  # the first one is the one that took it


# The committed files ------------------------------------------------------------------------------------------------


def test_the_committed_files_are_those_that_the_code_makes():
    files = made()
    kept = {str(path.relative_to(FOLDER)) for part in ("files", "maps") for path in (FOLDER / part).iterdir()}
    assert kept | {SCHOOLS} == set(files)
    assert [name for name, content in files.items() if not same((FOLDER / name).read_bytes(), content)] == []


def test_the_corpus_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_000_000


def same(kept, made_now):
    """Byte for byte, or with the same content where a library writes its version or compresses in its own way."""
    return kept == made_now or (content(kept) is not None and content(kept) == content(made_now))


def content(file):
    """What is in a zip, database or Parquet file that can be read, or None."""
    if file.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            return [(info.filename, info.CRC, info.file_size) for info in archive.infolist()]
    if file.startswith(b"SQLite"):
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(file)
            return list(database.iterdump())
    if file.startswith(b"PAR1"):
        return pd.read_parquet(pa.BufferReader(file)).to_dict("list")
    return None
