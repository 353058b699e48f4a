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
from benchmarks.timing import Figure, timed

APPLICANTS, CHOICES, SCHOOLS, DRAWS = 150_000, 5, 240, 100
SEATS = 500  # a school: 120,000 in all


def figures() -> Iterator[Figure]:
    applications, seats = _files()
    what = f"{APPLICANTS:,} applicants × {CHOICES} choices × {SCHOOLS} schools"
    aside = seats.assign(sibling=SEATS // 4)
    for words, offered, rules in (
        ("one number", seats, Rules()),
        ("a number a school", seats, Rules(tie_breaking="multiple")),
        ("one number, half of the seats for siblings", aside, Rules(open_numbers="reused")),
    ):
        first = hold(applications, offered, rules, "benchmark").rounds[0]
        half = timed(partial(places_in_other_draws, first, DRAWS // 2), repeats=3)
        ours = timed(partial(places_in_other_draws, first, DRAWS), repeats=3)
        target = 2 if rules == Rules() else None
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
    applications = _made_up_applications(counts, appeal, CHOICES, seed=1)
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


def _made_up_applications(
    counts: pd.DataFrame, appeal: pd.Series, choices: int, seed: int, *, sibling: float = 0.1, proximity: float = 0.2
) -> pd.DataFrame:
    """Applications of students drawn from schools' counts, who know nothing of a scenario.

    Each student ranks schools by a random utility: the school's appeal and a Gumbel error of the student's own, so that
    first choices follow the multinomial logit (McFadden 1974).

    Args:
        counts: how many apply from each school (index) in each pool (columns).
        appeal: how attractive each school applied to (index) is; 0 is usual, 1 is chosen e times as often.
        choices: how many schools each ranks.
        seed: of the random numbers; the same gives the same applications.
        sibling: the share of applications with a sibling at the school.
        proximity: the share of applications from the school's area.

    Returns:
        student (a number as text), home (the school of today), pool, rank, school, sibling, proximity.
    """
    random = np.random.default_rng(seed)
    many = counts.to_numpy().ravel()
    home = np.repeat(np.repeat(counts.index, counts.shape[1]), many)
    pool = np.repeat(np.tile(counts.columns, len(counts)), many)
    students = len(home)
    utility = random.gumbel(size=(students, len(appeal))).astype(np.float32) + appeal.to_numpy(dtype=np.float32)
    ranked = np.argsort(-utility, axis=1)[:, :choices]
    chosen = ranked.ravel()
    wide = len(str(students))
    return pd.DataFrame(
        {
            "student": pd.Series(np.arange(1, students + 1)).astype("str").str.zfill(wide).repeat(ranked.shape[1]),
            "home": home.repeat(ranked.shape[1]),
            "pool": pool.repeat(ranked.shape[1]),
            "rank": np.tile(np.arange(1, ranked.shape[1] + 1), students),
            "school": appeal.index.to_numpy()[chosen],
            "sibling": random.random(len(chosen)) < sibling,
            "proximity": random.random(len(chosen)) < proximity,
        }
    ).reset_index(drop=True)
