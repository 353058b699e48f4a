"""Valid files of every format and layout, broken at random: refused in one sentence or stored whole, in a gigabyte."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from data.load import load
from tests.data import seeds
from tests.data.fuzz import Random, broken

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3


def test_every_broken_file_is_refused_or_stored_whole(tmp_path):
    work = ["tests.data.fuzz", f"--rounds={ROUNDS}", f"--folder={tmp_path / 'kept'}"]
    done = subprocess.run([sys.executable, "-m", *work], cwd=ROOT, capture_output=True, text=True, check=False)
    kept = ", ".join(path.name for path in (tmp_path / "kept").iterdir())
    assert done.returncode == 0, f"{done.stdout}{done.stderr}; see {kept} there"


def test_what_is_broken_was_whole(tmp_path, home):
    """A fuzzer that starts from files that do not load looks for nothing."""
    whole = {**{name: (content, b"") for name, content in seeds.tables().items()}, **seeds.sides()}
    for name, (content, beside) in whole.items():
        path, schools = tmp_path / name, tmp_path / "schools.csv"
        path.write_bytes(content)
        schools.write_bytes(beside)
        assert load([schools] * bool(beside) + [path], year=2018).schools
    assert home.is_dir()


def test_the_same_dice_break_a_file_in_the_same_way_and_others_in_many():
    files = list(seeds.tables().values())
    first, again = ([broken(file, dice, files) for file in files] for dice in (Random(1), Random(1)))
    assert first == again
    ways = Counter(broken(files[0], Random(seed), files) for seed in range(100))
    assert len(ways) > 80
