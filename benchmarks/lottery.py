"""A large district's lottery: other draws of it, and one from its files to its audit."""

import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

import cli
from analysis.lottery.acceptance import deferred_acceptance
from analysis.lottery.draw import Round, hold, places_in_other_draws
from analysis.lottery.market import Rules
from analysis.lottery.numbers import other_draw
from analysis.lottery.synthetic import synthetic_applications
from benchmarks.timing import Figure, timed

APPLICANTS, CHOICES, SCHOOLS, DRAWS = 150_000, 5, 240, 100
SEATS = 500  # a school: 120,000 in all


def figures() -> Iterator[Figure]:
    applications, seats = _files()
    what = f"{APPLICANTS:,} applicants × {CHOICES} choices × {SCHOOLS} schools"
    for words, rules in (("one number", Rules()), ("a number a school", Rules(tie_breaking="multiple"))):
        first = hold(applications, seats, rules, "benchmark").rounds[0]
        half = timed(partial(places_in_other_draws, first, DRAWS // 2), repeats=3)
        ours = timed(partial(places_in_other_draws, first, DRAWS), repeats=3)
        target = 2 if rules.tie_breaking == "single" else None
        beside = (("half as many", half), ("sorting the numbers alone", timed(partial(_sorted, first), repeats=3)))
        yield Figure(f"{what}, {words}, {DRAWS} draws", ours, beside, target)
        one = timed(partial(deferred_acceptance, first.claims, first.numbers))
        yield Figure(f"{what}, {words}, the assignment alone", one)
    with tempfile.TemporaryDirectory() as folder:
        run = partial(_from_files_to_audit, Path(folder))
        applications.to_csv(Path(folder) / "applications.csv", index=False)
        seats.to_csv(Path(folder) / "seats.csv", index=False)
        (Path(folder) / "salt.txt").write_text("of the benchmark alone")
        yield Figure(f"{what}, `evenground lottery` with an audit", timed(run, repeats=3), target=5)


def _files() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Applicants from as many schools as they apply to, whose appeal differs, and two pools of equal seats."""
    schools = pd.Index([f"{number:03d}" for number in range(SCHOOLS)])
    appeal = pd.Series(np.random.default_rng(0).normal(size=SCHOOLS), index=schools)
    counts = pd.DataFrame({"ed": APPLICANTS * 6 // 10 // SCHOOLS, "other": APPLICANTS * 4 // 10 // SCHOOLS}, schools)
    applications = synthetic_applications(counts, appeal, CHOICES, seed=1)
    seats = pd.DataFrame([(school, pool, SEATS // 2) for school in schools for pool in counts])
    return applications.drop(columns="home"), seats.set_axis(["school", "pool", "seats"], axis=1)


def _sorted(first: Round) -> None:
    for draw in range(1, DRAWS + 1):
        np.sort(other_draw(first.numbers.ravel(), draw))


def _from_files_to_audit(folder: Path) -> None:
    files = [str(folder / name) for name in ("applications.csv", "seats.csv")]
    options = {"--salt": "salt.txt", "--audit": "audit.csv", "--offers": "offers.csv"}
    places = [word for option, name in options.items() for word in (option, str(folder / name))]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        cli.main(["lottery", *files, *places, "--seed", "benchmark"])
