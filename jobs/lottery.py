"""The job of the students' lottery."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.lottery.audit import audit, summary
from analysis.lottery.draw import Draw, hold, offers, places_in_other_draws
from analysis.lottery.market import OPEN_NUMBERS, OPEN_ORDERS, TIE_BREAKING, UNFILLED, Rules
from analysis.lottery.numbers import public_ids
from data.applications import read_applications, read_salt, read_seats
from jobs.options import Menu, add_job, add_minimum_cell, add_output, check_places
from jobs.printing import TABLE_FORMATS, say, write
from reports.lottery import csv, published, register, save, sha256

_MOST_DRAWS = 10_000


def add_jobs(menu: Menu) -> None:
    """Add this module's job to the command line."""
    job = add_job(menu, "lottery", run_lottery, "hold the lottery of an application file")
    job.add_argument("applications", type=Path, metavar="APPLICATIONS", help="student, pool, rank, school a row")
    job.add_argument("seats", type=Path, metavar="SEATS", help="school, pool, seats a row")
    job.add_argument("--salt", type=Path, required=True, metavar="FILE", help="the secret behind the public ids")
    job.add_argument("--seed", metavar="TEXT", help="the published seed; without it only the register is made")
    for option, meanings, default in (
        ("--tie-breaking", TIE_BREAKING, Rules.tie_breaking),
        ("--open-order", OPEN_ORDERS, None),
        ("--open-numbers", OPEN_NUMBERS, None),
        ("--unfilled", UNFILLED, Rules.unfilled),
    ):
        words = "; ".join(f"{name}: {meaning}" for name, meaning in meanings.items())
        shown = f"default {default}" if default else "needed where seats are open; numbers also where set aside"
        job.add_argument(option, choices=tuple(meanings), default=default, help=f"{words} ({shown})")
    job.add_argument("--draws", type=int, default=0, metavar="N", help="say how this draw compares with N others")
    job.add_argument("--register", type=Path, metavar="FILE", help="write the applications under public ids")
    job.add_argument("--ids", type=Path, metavar="FILE", help="write each student's public id: private")
    job.add_argument("--audit", type=Path, metavar="FILE", help="write every decision and its reason")
    job.add_argument("--offers", type=Path, metavar="FILE", help="write each student's place under both ids: private")
    add_minimum_cell(job, "leave out the numbers of schools with fewer than N students in one of them")
    add_output(job, TABLE_FORMATS)


def run_lottery(given: argparse.Namespace) -> None:
    """Hold a lottery, or make its register."""
    _check(given)
    seats = read_seats(given.seats, say)
    if given.unfilled == "outside" and "outside" not in seats:
        raise InputError(
            f"--unfilled is outside, but {given.seats.name} has no column outside; add it there with how many are "
            "set aside for students from outside the district, or 0."
        )
    applications, ids = _public(read_applications(given.applications, seats, say), read_salt(given.salt))
    draw = None if given.seed is None else hold(applications, seats, _rules(given), given.seed)
    registered = register(applications)
    if given.register:
        save(registered, given.register)
    if given.ids:
        save(csv(ids), given.ids, private=True)
    if draw and given.audit:
        save(csv(audit(draw)), given.audit)
    if draw and given.offers:
        own = ids.merge(offers(draw).rename(columns={"student": "public_id"}), on="public_id")
        save(csv(own), given.offers, private=True)
    say(f"{len(ids):,} students with {len(applications):,} applications; SHA-256 of the register {sha256(registered)}.")
    if given.unfilled == "second-round":
        say(
            "With --unfilled second-round a family may gain by leaving a school off its list: whoever has a place in "
            "the first round takes no part in the second."
        )
    if draw:
        _tell(draw, given)


def _check(given: argparse.Namespace) -> None:
    """Refuse options that contradict each other, before anything is read."""
    if not 0 <= given.draws <= _MOST_DRAWS:
        raise InputError(f"--draws is {given.draws}; give 0 to {_MOST_DRAWS:,}.")
    if given.seed is None and not given.register:
        raise InputError(
            "Neither --seed nor --register is given; give --register FILE first, and --seed once it is drawn."
        )
    if given.seed is None and (given.audit or given.offers or given.draws):
        raise InputError("--audit, --offers and --draws are of a draw; give --seed too, or leave them out.")
    places = {f"--{name}": getattr(given, name) for name in ("register", "ids", "audit", "offers", "output")}
    check_places([given.applications, given.seats, given.salt], places)


def _tell(draw: Draw, given: argparse.Namespace) -> None:
    """The summary as it may be published, and beside it how other draws compare."""
    told = published(summary(draw), given.minimum_cell)
    hidden = told.loc[told["suppressed"].notna(), "school"].nunique()
    if hidden:
        say(
            f"{hidden:,} of {told['school'].nunique():,} schools have a count of 1 to {given.minimum_cell - 1} "
            "students, so their numbers are left empty; --minimum-cell 0 prints them, not to pass on."
        )
    if hidden and given.draws:
        say("--draws is left out too, since totals would tell what is hidden.")
    elif given.draws:
        _compare(draw, given.draws)
    write(told, given)


def _public(applications: pd.DataFrame, salt: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Applications under public ids; and each student's id in the file with the public_id, sorted by the latter."""
    codes, own = pd.factorize(applications["student"])
    ids = pd.DataFrame({"student": own, "public_id": public_ids(own, salt)}).sort_values("public_id")
    place = np.argsort(ids.index)
    return applications.assign(student=pd.Categorical.from_codes(place[codes], pd.Index(ids["public_id"]))), ids


def _rules(given: argparse.Namespace) -> Rules:
    return Rules(given.tie_breaking, given.open_order, given.open_numbers, given.unfilled)


def _compare(draw: Draw, draws: int) -> None:
    """Say how many of each pool have a place after the first round, in this draw and in others."""
    first = draw.rounds[0]
    placed = first.held < first.claims.none
    pool = first.market.applications["pool"].iloc[first.market.rows[:, 0]].to_numpy()
    for name, others in places_in_other_draws(first, draws).items():
        own = placed[pool == name]
        say(
            f"Of {len(own):,} {name} applicants {own.sum():,} have a place after the first round; in {draws:,} other "
            f"draws {others.min():,} to {others.max():,}, on average {others.mean():,.1f}."
        )
