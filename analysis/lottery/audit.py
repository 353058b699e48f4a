"""The account of a lottery: every claim of every student, what was decided, and what shows it."""

import numpy as np
import pandas as pd

from analysis.lottery.acceptance import Ints
from analysis.lottery.draw import Draw, Round
from analysis.lottery.numbers import written

DECISIONS = {
    "offered": "among the first in order, as many as there are seats",
    "refused": "all seats went to applicants ahead in order, the last of them as shown",
    "no seats": "the school has no seats of this pool",
    "not reached": "has a place by an earlier claim",
}
_OFFERED, _REFUSED, _NO_SEATS, _NOT_REACHED = range(4)


def audit(draw: Draw) -> pd.DataFrame:
    """One line for each round, student, school and pool of seats, in the order of the student's claims.

    Returns:
        round, student, pool, rank, school, seats_of (the pool whose seats are claimed); sibling, proximity; priority
        (1 is served first: a sibling in the area, a sibling, the area, neither; 5 to 8 the same for students of
        another pool); number (16 hexadecimal digits); decision (a key of ``DECISIONS``); last_priority and last_number,
        those of the last student admitted to seats that are all taken; waitlist, the place on the list for those seats,
        missing for whoever is on none; and reason, the decision in words.
    """
    return pd.concat([_lines(draw, each) for each in draw.rounds], ignore_index=True)


def _lines(draw: Draw, each: Round) -> pd.DataFrame:
    market, claims, made = each.market, each.claims, each.is_claim
    numbers = pd.array(written(each.numbers.ravel()), dtype="str")
    priority = pd.array(claims.priority.ravel() + 1, dtype="Int64")
    seat_class = claims.seat_class[made]
    last = _last_admitted(each)[seat_class]  # -1 takes what is missing
    decision = _decisions(each)[made]
    place = _waitlists(draw, each)[made]
    lines = market.applications.iloc[market.rows[made]].reset_index(drop=True)
    kinds = market.applications["pool"].cat.categories
    return pd.DataFrame(
        {
            "round": np.full(len(lines), market.number),
            **lines[["student", "pool", "rank", "school"]],
            "seats_of": pd.Categorical.from_codes(seat_class % len(kinds), kinds),
            **lines[["sibling", "proximity"]],
            "priority": priority[made.ravel()],
            "number": numbers.take(each.ticket[made]),
            "decision": pd.Categorical.from_codes(decision, pd.Index(DECISIONS)),
            "last_priority": priority.take(last, allow_fill=True),
            "last_number": numbers.take(np.where(last < 0, last, each.ticket.ravel()[last]), allow_fill=True),
            "waitlist": pd.Series(place, dtype="Int64").mask(place == 0),
            "reason": pd.Categorical.from_codes(decision, pd.Index(DECISIONS.values())),
        }
    )


def summary(draw: Draw) -> pd.DataFrame:
    """What became of each school's seats: one line for each round and pool of seats that anyone claimed or could.

    Returns:
        round, school, seats_of, seats, claims, offered, unfilled, waitlist (how many wait), and last_priority and
        last_number as in ``audit``.
    """
    found = []
    for each in draw.rounds:
        claims, made = each.claims, each.is_claim
        last = _last_admitted(each)
        waiting = claims.seat_class[_waitlists(draw, each) > 0]
        offered = each.market.taken(each.held)
        numbers = pd.array(written(each.numbers.ravel()), dtype="str")
        table = each.market.seats.rename(columns={"pool": "seats_of"}).assign(
            claims=np.bincount(claims.seat_class[made], minlength=len(claims.seats)),
            offered=offered,
            unfilled=claims.seats - offered,
            waitlist=np.bincount(waiting, minlength=len(claims.seats)),
            last_priority=pd.array(claims.priority.ravel() + 1, dtype="Int64").take(last, allow_fill=True),
            last_number=numbers.take(np.where(last < 0, last, each.ticket.ravel()[last]), allow_fill=True),
        )
        table.insert(0, "round", each.market.number)
        found.append(table[(table["seats"] > 0) | (table["claims"] > 0)])
    return pd.concat(found, ignore_index=True)


def _decisions(each: Round) -> Ints:
    """(students, most claims) what was decided, as the position in ``DECISIONS``."""
    seats = np.append(each.claims.seats, 0)[each.claims.seat_class]
    refused = np.where(seats > 0, _REFUSED, _NO_SEATS)
    return np.where(each.is_held, _OFFERED, np.where(each.is_refused, refused, _NOT_REACHED))


def _last_admitted(each: Round) -> Ints:
    """(classes,) the claim, flattened, of the last student admitted to each class whose seats are all taken; or -1."""
    claims = each.claims
    admitted = each.order[each.is_held.ravel()[each.order]]
    last = np.full(len(claims.seats), -1)
    last[claims.seat_class.ravel()[admitted]] = admitted  # of several, the last counts
    return np.where(each.market.taken(each.held) == claims.seats, last, -1)


def _waitlists(draw: Draw, each: Round) -> Ints:
    """(students, most claims) the place of each claim on the waitlist of its seats; 0 for none.

    The lists are of the first round. After all rounds a student waits for whatever seats refused the claim, at schools
    ranked above the place held, in the order in which seats are given.
    """
    claims = each.claims
    place = np.zeros(claims.seat_class.size, dtype=np.int64)
    if each.market.number == 1:
        above = each.market.applications["rank"].to_numpy()[each.market.rows] < draw.rank_held[:, None]
        order = each.order[(above & (_decisions(each) == _REFUSED)).ravel()[each.order]]
        seat_class = claims.seat_class.ravel()[order]
        place[order] = 1 + np.arange(len(order)) - np.searchsorted(seat_class, seat_class)
    return place.reshape(claims.seat_class.shape)
