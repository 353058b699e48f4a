"""The account of a lottery: every claim of every student, what was decided, and what shows it."""

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from analysis.lottery.acceptance import Ints
from analysis.lottery.claims import FLAGS, FROM_OUTSIDE, LINES, RELEASED, REST
from analysis.lottery.draw import Draw, Round
from analysis.lottery.numbers import written

DECISIONS = {
    "offered": "among the first in order, as many as there are seats",
    "refused": "all seats went to applicants ahead in order, the last of them as shown",
    "no seats": "the school has no seats of this pool",
    "not reached": "has a place by an earlier claim",
}
_OFFERED, _REFUSED, _NO_SEATS, _NOT_REACHED = range(4)
# Why those further back in line are offered a seat.
LEFT_BY = {
    REST: "those whom the seats are set aside for left some, and the rest of the pool is next in order",
    RELEASED: "the seats' own pool left some, and the other pools are next in order",
    FROM_OUTSIDE: "the district's students left some, and those from outside are next in order",
}


def audit(draw: Draw) -> pd.DataFrame:
    """One line for each round, student, school and pool of seats, in the order of the student's claims.

    Returns:
        round, student, pool, rank, school, seats_of (the pool whose seats are claimed, and whom they are set aside
        for); the application's flags; priority (1 is served first: a sibling in the area, a sibling, the area, neither;
        11 to 14 the same for the rest of the pool where seats are set aside, 21 to 24 for students of another pool, 31
        to 34 for those from outside; 0, 10 and 20 for students present who lose their place); number (16 hexadecimal
        digits); decision (a key of ``DECISIONS``); last_priority and last_number, those of the last student admitted to
        seats that are all taken; waitlist, the place on the list for those seats, missing for whoever is on none; and
        reason, the decision in words.
    """
    return pd.concat([_lines(draw, each) for each in draw.rounds], ignore_index=True)


def _lines(draw: Draw, each: Round) -> pd.DataFrame:
    market, claims, made = each.market, each.claims, each.is_claim
    numbers = pd.array(written(each.numbers.ravel()), dtype="str")
    priority = _told(each)
    seat_class = claims.seat_class[made]
    last = _last_admitted(each)[seat_class]  # -1 takes what is missing
    decision = _decisions(each)[made]
    place = _waitlists(draw, each)[made]
    lines = market.applications.iloc[market.rows[made]].reset_index(drop=True)
    kinds = market.kinds
    return pd.DataFrame(
        {
            "round": np.full(len(lines), market.number),
            **lines[["student", "pool", "rank", "school"]],
            "seats_of": pd.Categorical.from_codes(seat_class % len(kinds), kinds),
            **lines[[name for name in FLAGS if name in lines]],
            "priority": priority[made.ravel()],
            "number": numbers.take(each.ticket[made]),
            "decision": pd.Categorical.from_codes(decision, pd.Index(DECISIONS)),
            "last_priority": priority.take(last, allow_fill=True),
            "last_number": numbers.take(np.where(last < 0, last, each.ticket.ravel()[last]), allow_fill=True),
            "waitlist": pd.Series(place, dtype="Int64").mask(place == 0),
            "reason": _reasons(decision, market.places[claims.priority[made]] // LINES),
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
        table = each.market.seats[["school", "seats_of", "seats"]].assign(
            claims=np.bincount(claims.seat_class[made], minlength=len(claims.seats)),
            offered=offered,
            unfilled=claims.seats - offered,
            waitlist=np.bincount(waiting, minlength=len(claims.seats)),
            last_priority=_told(each).take(last, allow_fill=True),
            last_number=numbers.take(np.where(last < 0, last, each.ticket.ravel()[last]), allow_fill=True),
        )
        table.insert(0, "round", each.market.number)
        found.append(table[(table["seats"] > 0) | (table["claims"] > 0)])
    return pd.concat(found, ignore_index=True)


def _told(each: Round) -> ExtensionArray:
    """(students * most claims,) the priority of every claim, flattened, as it is told."""
    return pd.array(each.market.places[each.claims.priority.ravel()], dtype="Int64")


def _reasons(decision: Ints, line: Ints) -> "pd.Categorical[str]":
    """The decisions in words, as they are for claims of each line."""
    behind = np.array([0, *range(len(DECISIONS), len(DECISIONS) + len(LEFT_BY))])[line]
    words = pd.Index([*DECISIONS.values(), *LEFT_BY.values()])
    return pd.Categorical.from_codes(np.where(decision == _OFFERED, behind, decision), words)


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
