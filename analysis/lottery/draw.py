"""A lottery held: its rounds, who has which place, and what other numbers would have given."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.lottery.acceptance import Claims, Codes, Ints, deferred_acceptance, in_order
from analysis.lottery.claims import OPEN
from analysis.lottery.market import Market, Rules, first_round, numbers_of, second_round
from analysis.lottery.numbers import other_draw

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Round:
    """One round as it came out.

    Attributes:
        market: who claimed what.
        numbers: (students,) or (students, most claims) the lottery numbers.
        held: (students,) by which claim each has a seat; ``market.claims.none`` for no seat.
    """

    market: Market
    numbers: Codes
    held: Ints

    @property
    def claims(self) -> Claims:
        """The market's claims."""
        return self.market.claims

    @property
    def is_claim(self) -> Flags:
        """(students, most claims) where there is a claim."""
        return self.claims.seat_class < len(self.claims.seats)

    @property
    def is_held(self) -> Flags:
        """(students, most claims) the claims that have a seat."""
        return np.arange(self.claims.none) == self.held[:, None]

    @property
    def is_refused(self) -> Flags:
        """(students, most claims) the claims before the one held, or all."""
        return self.is_claim & (np.arange(self.claims.none) < self.held[:, None])

    @cached_property
    def order(self) -> Ints:
        """Every claim, flattened, as it is served."""
        return in_order(self.claims, self.numbers)

    @property
    def ticket(self) -> Ints:
        """(students, most claims) the position of each claim's number among all numbers, flattened."""
        every = np.arange(self.numbers.size).reshape(len(self.numbers), -1)
        return np.broadcast_to(every, self.claims.seat_class.shape)


@dataclass(frozen=True)
class Draw:
    """A lottery held: the first round and, where the rules have one, the second."""

    rules: Rules
    rounds: tuple[Round, ...]

    @property
    def rank_held(self) -> Ints:
        """(students,) the rank of the school where each has a place after all rounds; one beyond any for no place."""
        first = self.rounds[0].market
        ranks = np.full(len(first.students), first.applications["rank"].max() + 1)
        for each in self.rounds:
            row = each.market.rows[each.is_held]
            student = first.students.get_indexer(each.market.students[each.held < each.claims.none])
            ranks[student] = each.market.applications["rank"].to_numpy()[row]
        return ranks


def hold(applications: pd.DataFrame, seats: pd.DataFrame, rules: Rules, seed: str) -> Draw:
    """Hold the lottery. The same input gives the same outcome, whatever the order of the rows, on any machine.

    Args:
        applications, seats: as ``first_round`` takes them.
        rules: how it is held.
        seed: the published text from which all numbers derive.

    Raises:
        InputError: the seed is empty or no text, or the rules do not say how open seats, or those set aside, are
            filled.
    """
    first = _round(first_round(applications, seats, rules), rules, seed)
    if rules.unfilled != "second-round" or (first.held < first.claims.none).all():
        return Draw(rules, (first,))
    second = second_round(first.market, first.held, rules)
    return Draw(rules, (first, _round(second, rules, seed)) if len(second.students) else (first,))


def _round(market: Market, rules: Rules, seed: str) -> Round:
    numbers = numbers_of(market, rules, seed)
    return Round(market, numbers, deferred_acceptance(market.claims, numbers))


def offers(draw: Draw) -> pd.DataFrame:
    """Every student with the place held after all rounds.

    Returns:
        student, pool, round, rank, school and seats_of (the seat class's pool), sorted by student; the last four
        missing for a student without a place.
    """
    found = []
    for each in draw.rounds:
        row = each.market.rows[each.is_held]
        place = each.market.applications.loc[row, ["student", "rank", "school"]]
        seats_of = each.market.seats["seats_of"].array[each.claims.seat_class[each.is_held]]
        found.append(place.assign(round=each.market.number, seats_of=seats_of))
    every = draw.rounds[0].market.applications.drop_duplicates("student")[["student", "pool"]]
    table = every.astype({"student": "str"}).merge(pd.concat(found), on="student", how="left", validate="one_to_one")
    table = table.astype({"pool": "str", "school": "str", "round": "Int64", "rank": "Int64"})
    return table[["student", "pool", "round", "rank", "school", "seats_of"]]


def places_in_other_draws(first: Round, draws: int) -> pd.DataFrame:
    """How many students of each pool would have a place after the first round with other numbers.

    Returns:
        One row for each draw from 1 on, one column for each pool.
    """
    pool = first.market.applications["pool"].iloc[first.market.rows[:, 0]]
    codes, names = pool.cat.codes.to_numpy(), pool.cat.categories

    def placed(draw: int) -> Ints:
        held = deferred_acceptance(first.claims, other_draw(first.numbers, draw))
        return np.bincount(codes[held < first.claims.none], minlength=len(names))

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # NumPy lets others run while it sorts and gathers
        counts = list(threads.map(placed, range(1, draws + 1)))
    return pd.DataFrame(counts, index=pd.RangeIndex(1, draws + 1, name="draw"), columns=names).drop(columns=OPEN)
