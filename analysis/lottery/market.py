"""From applications and seats to who claims which seats, in which order, with which number."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.lottery.acceptance import Claims, Ints
from analysis.lottery.claims import LINES, OPEN, OWN, Line, flagged, seat_classes, standing
from analysis.lottery.numbers import ANY_SCHOOL, Numbers, is_text, lottery_numbers

TIE_BREAKING = {"single": "one lottery number counts at all schools", "multiple": "each school draws its own"}
OPEN_ORDERS = {"first": "before the reserved ones", "last": "after the reserved ones"}
OPEN_NUMBERS = {"reused": "the number of the own pool counts again", "redrawn": "a fresh number is drawn"}
UNFILLED = {
    "hold": "a pool's unfilled seats stay empty",
    "release": "they go to the other pool's next in line at once",
    "outside": "they go to the pool's next in line from outside the district at once",
    "second-round": "those without a place draw again for them",
}


@dataclass(frozen=True)
class Rules:
    """How a lottery is held.

    Attributes:
        tie_breaking: a key of ``TIE_BREAKING``.
        open_order: a key of ``OPEN_ORDERS``: when open seats are filled; must be said where there are any.
        open_numbers: a key of ``OPEN_NUMBERS``: which number counts at open seats and those set aside; must be said
            where there are any.
        unfilled: a key of ``UNFILLED``.
    """

    tie_breaking: Literal["single", "multiple"] = "single"
    open_order: Literal["first", "last"] | None = None
    open_numbers: Literal["reused", "redrawn"] | None = None
    unfilled: Literal["hold", "release", "outside", "second-round"] = "hold"


@dataclass(frozen=True)
class Market:
    """One round of a lottery, ready to be run.

    Attributes:
        number: 1, or 2 for the second round.
        students: (students,) public ids, ascending.
        applications: one row for each student and school: student, pool, school (categories), rank and flags; sorted
            by student and rank.
        seats: one row for each seat class, as ``seat_classes`` makes them.
        rows: (students, most claims) of which application each claim is; 0 where there is no further claim.
        claims: the same claims as ``deferred_acceptance`` takes them.
        places: (priorities,) each priority of the claims as it is told: its line's tens and its flags' units.
    """

    number: int
    students: pd.Index
    applications: pd.DataFrame
    seats: pd.DataFrame
    rows: Ints
    claims: Claims
    places: Ints

    @property
    def kinds(self) -> pd.Index:
        """What each school's seats are, in words: seat classes repeat these school by school."""
        return pd.Index(self.seats.loc[self.seats["school"].eq(self.seats["school"].iloc[0]), "seats_of"])

    def taken(self, held: Ints) -> Ints:
        """(classes,) how many seats are taken when ``held`` says by which claim each student has one."""
        with_none = np.pad(self.claims.seat_class, ((0, 0), (0, 1)), constant_values=len(self.seats))
        return np.bincount(with_none[np.arange(len(held)), held], minlength=len(self.seats) + 1)[:-1]

    def drawn_anew(self, rules: Rules) -> NDArray[np.bool_]:
        """(students, most claims) which claims go by a number of the seats' own, not by that of the student's pool."""
        open_ = self.seats["pool"].eq(OPEN)
        if self.number == 1:
            open_ = (open_ | self.seats["aside"].ne("")) & (rules.open_numbers == "redrawn")
        return np.append(open_.to_numpy(), False)[self.claims.seat_class]


def first_round(applications: pd.DataFrame, seats: pd.DataFrame, rules: Rules) -> Market:
    """The first round: who claims what is told by ``Line.claims``.

    Args:
        applications: student (the public id), pool, rank, school and, of ``FLAGS``, those there are; in any order.
        seats: school, pool (or ``OPEN``), seats and, of ``ASIDES``, how many of these are set aside for whom; one row
            each, every school of the applications among them.
        rules: how the lottery is held.

    Raises:
        InputError: there are open seats or some set aside, and the rules do not say how they are filled.
    """
    pools = sorted({*applications["pool"].unique(), *seats["pool"].unique()} - {OPEN})
    classes = seat_classes(seats, pools)
    _check_told(classes[classes["seats"] > 0], rules)
    table = applications.assign(
        pool=pd.Categorical(applications["pool"], [*pools, OPEN]),
        school=pd.Categorical(applications["school"], classes["school"].unique()),
    )
    return _market(1, by_student(table), classes, rules)


def _check_told(seats: pd.DataFrame, rules: Rules) -> None:
    """Refuse to choose for a person what changes who gets a seat."""
    if seats["pool"].eq(OPEN).any() and None in (rules.open_order, rules.open_numbers):
        raise InputError(
            f'The seats file has seats of the pool "{OPEN}", and how they are filled changes who gets them; '
            "say it with --open-order (first or last) and --open-numbers (reused or redrawn)."
        )
    aside = seats.loc[seats["aside"].ne(""), "aside"]
    if len(aside) and rules.open_numbers is None:
        raise InputError(
            f"The seats file sets seats aside in its column {aside.iloc[0]}, and which number counts there changes who "
            "gets them; say it with --open-numbers (reused or redrawn)."
        )


def by_student(applications: pd.DataFrame) -> pd.DataFrame:
    """Applications sorted by student and rank, as all files and rounds have them, whatever the order they came in."""
    student = pd.Categorical(applications["student"])
    if not student.categories.is_monotonic_increasing:
        student = student.reorder_categories(student.categories.sort_values())
    order = np.lexsort((applications["rank"], student.codes))
    return applications.assign(student=student).iloc[order].reset_index(drop=True)


def second_round(first: Market, held: Ints, rules: Rules) -> Market:
    """The second round: every seat left is open to every student of the district without a place, by a new number.

    Args:
        first: the first round.
        held: (students,) by which claim each has a seat.
        rules: how the lottery is held.
    """
    left = (first.seats["seats"] - first.taken(held)).groupby(first.seats["school"]).transform("sum")
    where = first.applications["school"].isin(first.seats.loc[left > 0, "school"]).to_numpy()
    open_ = first.seats["pool"].eq(OPEN) & first.seats["aside"].eq("")
    without = first.applications["student"].isin(first.students[held == first.claims.none]).to_numpy()
    gone = flagged(first.applications, "first_only") | flagged(first.applications, "outside")
    table = first.applications[where & without & ~gone].reset_index(drop=True)
    return _market(2, table, first.seats.assign(seats=left.where(open_, 0)), rules)


def numbers_of(market: Market, rules: Rules, seed: str) -> Numbers:
    """(students,) or (students, most claims) the lottery numbers under a published seed.

    Raises:
        InputError: the seed is empty, or no text.
    """
    if not seed.strip():
        raise InputError("--seed is empty; give the text published as the lottery's seed.")
    if not is_text(seed):
        raise InputError("--seed has a character that is none in UTF-8; give the text published as the lottery's seed.")
    table, single = market.applications, rules.tie_breaking == "single"

    def drawn(pool: Iterable[str], of: Ints) -> Numbers:
        schools = repeat(ANY_SCHOOL) if single else table["school"].iloc[of]
        return lottery_numbers(seed, market.number, zip(schools, pool, table["student"].iloc[of], strict=False))

    own = market.rows[:, 0] if single else np.arange(len(table))
    numbers = drawn(table["pool"].iloc[own], own)
    numbers = numbers[:, None] if single else numbers[market.rows]
    fresh = market.drawn_anew(rules)
    if not fresh.any():
        return numbers[:, 0] if single else numbers
    numbers = np.broadcast_to(numbers, fresh.shape).copy()
    kind = np.where(fresh, market.claims.seat_class % len(market.kinds), -1)
    for at, name in enumerate(market.kinds):
        student, claim = np.nonzero(kind == at)
        which = student if single else market.rows[student, claim]
        once, back = np.unique(which, return_inverse=True)
        numbers[student, claim] = drawn(repeat(name), market.rows[once, 0] if single else once)[back]
    return numbers


def _market(number: int, table: pd.DataFrame, seats: pd.DataFrame, rules: Rules) -> Market:
    """A round of sorted applications: each student's claims in a row."""
    asides = [name for name in seats["aside"].unique() if name]
    kinds = (len(table["pool"].cat.categories), 1 + len(asides))
    school = table["school"].cat.codes.to_numpy().astype(np.int64)
    if number == 1:
        line = _line(table, school, asides, seats["seats"].to_numpy().reshape(-1, *kinds))
        kind, ahead = zip(*line.claims(rules.open_order, rules.unfilled), strict=True)
    else:
        kind, ahead = (np.full_like(school, (kinds[0] - 1) * kinds[1]),), (OWN,)
    claimed = np.stack(kind, axis=1)
    application, column = np.nonzero(claimed >= 0)
    starts = ~table["student"].duplicated().to_numpy()
    student = (np.cumsum(starts) - 1)[application]
    many = np.bincount(student, minlength=int(starts.sum()))
    place = np.arange(len(student)) - np.repeat(np.cumsum(many) - many, many)
    shape = (len(many), int(many.max(initial=1)))
    rows, seat_class, priority = np.zeros(shape, np.int64), np.full(shape, len(seats)), np.zeros(shape, np.int64)
    rows[student, place] = application
    seat_class[student, place] = school[application] * kinds[0] * kinds[1] + claimed[application, column]
    told = LINES * np.array(ahead)[column] + standing(table, asides)[application]
    places = np.flatnonzero(np.bincount(told))
    priority[student, place] = np.searchsorted(places, told)
    claims = Claims(seat_class, priority, seats["seats"].to_numpy())
    return Market(number, pd.Index(table["student"][starts].astype("str")), table, seats, rows, claims, places)


def _line(table: pd.DataFrame, school: Ints, asides: list[str], seats: Ints) -> Line:
    """Applications as those in line; from outside the district only what is set aside for outside is for a student."""
    outside = flagged(table, "outside") & ("outside" in asides)
    may = [flagged(table, name) & ((name == "outside") | ~outside) for name in asides]
    pool = table["pool"].cat.codes.to_numpy().astype(np.int64)
    return Line(school, pool, np.array(may, dtype=np.bool_).reshape(len(may), len(table)).T, outside, seats)
