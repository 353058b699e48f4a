"""Killed at any moment, a process leaves the user data folder whole: every dataset and file the old one or the new."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.forms import zipped
from tests.publisher_server import Fault, serving

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 8
FILE = zipped({"table.csv": bytes(300_000)})
PATH = "/file.zip"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="killing needs processes that fork")
def test_whatever_is_killed_is_whole_and_the_next_load_works(tmp_path):
    with serving() as publisher:
        publisher.files[PATH] = FILE
        # Answers that break off, so that there is something half fetched to go on with.
        publisher.faults[PATH] = [Fault(after=50_000 * i) for i in (1, 3)]
        fetched = ["--url", publisher.url + PATH, "--sha256", hashlib.sha256(FILE).hexdigest()]
        work = ["tests.data.kill_loop", str(tmp_path), "--steps", f"--rounds={ROUNDS}", *fetched]
        done = subprocess.run([sys.executable, "-m", *work], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    steps = re.fullmatch(r"(\d+) steps\n", done.stdout)
    # A save writes two tables and a manifest, each under a temporary name first: there is much to be killed before.
    assert steps
    assert int(steps[1]) >= 20
