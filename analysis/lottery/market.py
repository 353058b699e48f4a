"""From applications and seats to who claims which seats, in which order, with which number."""

from dataclasses import dataclass
from itertools import repeat
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.lottery.acceptance import Claims, Ints
from analysis.lottery.numbers import ANY_SCHOOL, Numbers, lottery_numbers

OPEN = "open"
TIE_BREAKING = {"single": "one lottery number counts at all schools", "multiple": "each school draws its own"}
OPEN_ORDERS = {"first": "before the reserved ones", "last": "after the reserved ones"}
OPEN_NUMBERS = {"reused": "the number of the own pool counts again", "redrawn": "a fresh number is drawn"}
UNFILLED = {
    "hold": "a pool's unfilled seats stay empty",
    "release": "they go to the other pool's next in line at once",
    "second-round": "those without a place draw again for them",
}


@dataclass(frozen=True)
class Rules:
    """How a lottery is held.

    Attributes:
        tie_breaking: a key of ``TIE_BREAKING``.
        open_order: a key of ``OPEN_ORDERS``: when open seats are filled; must be said where there are any.
        open_numbers: a key of ``OPEN_NUMBERS``: which number counts there; must be said where there are any.
        unfilled: a key of ``UNFILLED``.
    """

    tie_breaking: Literal["single", "multiple"] = "single"
    open_order: Literal["first", "last"] | None = None
    open_numbers: Literal["reused", "redrawn"] | None = None
    unfilled: Literal["hold", "release", "second-round"] = "hold"


@dataclass(frozen=True)
class Market:
    """One round of a lottery, ready to be run.

    Attributes:
        number: 1, or 2 for the second round.
        students: (students,) public ids, ascending.
        applications: one row for each student and school: student, pool, school (categories), rank, sibling,
            proximity; sorted by student and rank.
        seats: one row for each seat class: school, pool (or ``OPEN``), seats; every school with every pool.
        rows: (students, most claims) of which application each claim is; 0 where there is no further claim.
        claims: the same claims as ``deferred_acceptance`` takes them.
    """

    number: int
    students: pd.Index
    applications: pd.DataFrame
    seats: pd.DataFrame
    rows: Ints
    claims: Claims

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """(students, most claims) which claims are of open seats."""
        return np.append(self.seats["pool"].eq(OPEN).to_numpy(), False)[self.claims.seat_class]

    def taken(self, held: Ints) -> Ints:
        """(classes,) how many seats are taken when ``held`` says by which claim each student has one."""
        with_none = np.pad(self.claims.seat_class, ((0, 0), (0, 1)), constant_values=len(self.seats))
        return np.bincount(with_none[np.arange(len(held)), held], minlength=len(self.seats) + 1)[:-1]


def first_round(applications: pd.DataFrame, seats: pd.DataFrame, rules: Rules) -> Market:
    """The first round.

    At each school a student claims the seats of the own pool and the open ones, in the order of the rules; where
    unfilled seats are released, then those of the other pools, behind everyone of those.

    Args:
        applications: student (the public id), pool, rank, school, sibling, proximity; in any order.
        seats: school, pool (or ``OPEN``), seats; one row each, every school of the applications among them.
        rules: how the lottery is held.

    Raises:
        InputError: there are open seats and the rules do not say how they are filled.
    """
    pools = sorted({*applications["pool"].unique(), *seats["pool"].unique()} - {OPEN})
    every = pd.MultiIndex.from_product([sorted(set(seats["school"])), [*pools, OPEN]], names=["school", "pool"])
    seats = seats.set_index(["school", "pool"])["seats"].reindex(every, fill_value=0).astype("int64").reset_index()
    if seats.loc[seats["pool"].eq(OPEN), "seats"].any() and None in (rules.open_order, rules.open_numbers):
        raise InputError(
            f'The seats file has seats of the pool "{OPEN}", and how they are filled changes who gets them; '
            "say it with --open-order (first or last) and --open-numbers (reused or redrawn)."
        )
    table = applications.assign(
        pool=pd.Categorical(applications["pool"], [*pools, OPEN]),
        school=pd.Categorical(applications["school"], every.levels[0]),
    )
    return _market(1, by_student(table), seats, rules)


def by_student(applications: pd.DataFrame) -> pd.DataFrame:
    """Applications sorted by student and rank, as all files and rounds have them, whatever the order they came in."""
    student = pd.Categorical(applications["student"])
    if not student.categories.is_monotonic_increasing:
        student = student.reorder_categories(student.categories.sort_values())
    order = np.lexsort((applications["rank"], student.codes))
    return applications.assign(student=student).iloc[order].reset_index(drop=True)


def second_round(first: Market, held: Ints, rules: Rules) -> Market:
    """The second round: every seat left is open to every student without a place, by a new number.

    Args:
        first: the first round.
        held: (students,) by which claim each has a seat.
        rules: how the lottery is held.
    """
    left = (first.seats["seats"] - first.taken(held)).groupby(first.seats["school"]).transform("sum")
    seats = first.seats.assign(seats=left.where(first.seats["pool"].eq(OPEN), 0))
    without = first.students[held == first.claims.none]
    table = first.applications[first.applications["student"].isin(without)].reset_index(drop=True)
    return _market(2, table, seats, rules)


def numbers_of(market: Market, rules: Rules, seed: str) -> Numbers:
    """(students,) or (students, most claims) the lottery numbers under a published seed.

    Raises:
        InputError: the seed is empty.
    """
    if not seed.strip():
        raise InputError("--seed is empty; give the text published as the lottery's seed.")

    def drawn(pool: pd.Series) -> Numbers:
        if rules.tie_breaking == "single":
            own = market.rows[:, 0]
            parts = zip(repeat(ANY_SCHOOL), pool.iloc[own], market.students, strict=False)
            return lottery_numbers(seed, market.number, parts)[:, None]
        parts = zip(market.applications["school"], pool, market.applications["student"], strict=True)
        return lottery_numbers(seed, market.number, parts)[market.rows]

    pool = market.applications["pool"]
    fresh = market.is_open & ((rules.open_numbers == "redrawn") | (market.number == 2))
    numbers = drawn(pool)
    if fresh.any():
        numbers = np.where(fresh, drawn(pd.Series(OPEN, index=pool.index)), numbers)
    return numbers[:, 0] if numbers.shape[1] == 1 else numbers


def _market(number: int, table: pd.DataFrame, seats: pd.DataFrame, rules: Rules) -> Market:
    """A round of sorted applications: each student's claims in a row."""
    kinds = len(table["pool"].cat.categories)
    pool, school = (table[name].cat.codes.to_numpy().astype(np.int64) for name in ("pool", "school"))
    wanted = _wanted(number, pool, school, seats["seats"].to_numpy(dtype=np.int64).reshape(-1, kinds), rules)
    application, _ = np.nonzero(wanted >= 0)
    kind = wanted[wanted >= 0]
    starts = ~table["student"].duplicated().to_numpy()
    student = (np.cumsum(starts) - 1)[application]
    many = np.bincount(student, minlength=int(starts.sum()))
    place = np.arange(len(student)) - np.repeat(np.cumsum(many) - many, many)
    other_pool = (kind != pool[application]) & (kind != kinds - 1)
    unserved = ~table[["sibling", "proximity"]].to_numpy(dtype=np.bool_)[application]
    shape = (len(many), int(many.max(initial=1)))
    rows, seat_class, priority = np.zeros(shape, np.int64), np.full(shape, len(seats)), np.zeros(shape, np.int64)
    rows[student, place] = application
    seat_class[student, place] = school[application] * kinds + kind
    priority[student, place] = other_pool * 4 + unserved @ (2, 1)
    claims = Claims(seat_class, priority, seats["seats"].to_numpy())
    return Market(number, pd.Index(table["student"][starts].astype("str")), table, seats, rows, claims)


def _wanted(number: int, pool: Ints, school: Ints, seats: Ints, rules: Rules) -> Ints:
    """(applications, kinds) which kinds of seats each application claims, in order; -1 for none."""
    last = seats.shape[1] - 1
    open_ = np.where(seats[school, last] > 0, last, -1)
    if number == 2:
        return open_[:, None]
    own_and_open = [open_, pool] if rules.open_order == "first" else [pool, open_]
    released = []
    if rules.unfilled == "release":
        others = [(pool + step) % last for step in range(1, last)]
        released = [np.where(seats[school, other] > 0, other, -1) for other in others]
    return np.stack([*own_and_open, *released], axis=1)
