"""Sentences on how good a plan could be: the best, a target and what stands in its way, the outside share."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # the solver is slow to import, and these only name what it found
    from analysis.policy.entrants import FreeReach
    from analysis.policy.fewest_seats import FewestSeats
    from analysis.policy.optimum import Plan, Reach
    from analysis.policy.outside import OutsideReach

SYMBOLS = {"dissimilarity": "D", "variance_ratio": "V"}


def best(found: "Plan") -> str:
    """The best assignment, and what none lies below."""
    return (
        f"The best assignment has {SYMBOLS[found.measure]} = {found.value:.4f}, no assignment within these limits less "
        f"than {found.bound:.4f}: a gap of {found.gap:.4f}."
    )


def as_many_moves(rows: pd.DataFrame, measure: str) -> str:
    """The plan beside the best that moves as many students; empty where it moves nobody.

    Args:
        rows: of ``analysis.policy.beside.beside``: "plan" and "as many moves".
        measure: key of the index.
    """
    by_what = rows.set_index("what")
    plan, least = (by_what.loc[what] for what in ("plan", "as many moves"))
    if not plan["moved"]:
        return ""
    symbol, above = SYMBOLS[measure], plan["value"] - least["value"]
    text = (
        f"Of the assignments that move no more than this plan's {plan['moved']:,.0f} students, the best has {symbol} = "
        f"{least['value']:.4f}; this plan's {symbol} = {plan['value']:.4f} is {abs(above):.4f} "
        f"{'above' if above >= 0 else 'below'} it. {broken(str(plan['breaks']), below=bool(above < 0))}"
    )
    return text.rstrip()


def broken(breaks: str, *, below: bool) -> str:
    """What the best with as many moves keeps to and a plan does not; empty where it keeps to all.

    Args:
        breaks: of the plan's row of ``analysis.policy.beside.beside``.
        below: whether the plan lies below that best.
    """
    from analysis.policy.beside import KEPT

    kept = "; ".join(KEPT[name] for name in breaks.split() if name != "move")  # it is allowed the plan's own moves
    if not kept:
        return ""
    return (
        f"This plan does not keep to all that the best keeps to{', and may so lie below it' if below else ''}: {kept}."
    )


def hosts(most: int, ed_share: float) -> str:
    """What is assumed of the best hosts."""
    which = "1 school hosts" if most == 1 else f"at most {most} schools host"
    return (
        f"Best hosts: {which} 50/50 seats, every place a seat, {ed_share:.0%} of them for disadvantaged students as in "
        "this plan; whom they draw is chosen freely, which no lottery can."
    )


def unknown_capacity(schools: int) -> str:
    """What is assumed of schools of which nobody knows what they hold."""
    some = "1 school holds is not known; it is" if schools == 1 else f"{schools:,} schools hold is not known; they are"
    return f"What {some} taken to hold as many students as today."


def target(reached: "Reach", seats: "FewestSeats | None", measure: str, today: float) -> Iterator[str]:
    """Whether and how a target of the index can be reached, or what stands in the way."""
    from analysis.policy.optimum import LIMITS

    symbol = SYMBOLS[measure]
    goal = f"{symbol} = {reached.target:g}"
    if reached.fewest is None:
        yield f"No assignment within these limits reaches {goal}: {_within_reach('without', reached.binding, LIMITS)}."
    elif reached.fewest == 0:
        yield f"Nobody has to move for {goal}: it is {today:.4f} today."
    elif reached.plan is None:
        yield (
            f"{goal} takes at least {reached.fewest:,} moves; no assignment in whole students was found that reaches "
            f"it, and the nearest has {symbol} = {reached.nearest:.4f}."
        )
    else:
        yield f"{goal} takes at least {reached.fewest:,} moves."
    if seats is not None:
        yield _seats(seats, goal)


def outside(found: "OutsideReach", measure: str) -> str:
    """The smallest outside share with which the plan's own rules reach a target, or that none does and why."""
    from analysis.policy.outside import OUTSIDE_LIMITS

    goal = f"{SYMBOLS[measure]} = {found.target:g}"
    at = found.rows.iloc[-1]
    if found.share == 0:
        return f"By this plan's own rules nobody has to come from outside for {goal}: without, it is {at['value']:.4f}."
    if found.share is not None:
        return (
            f"By this plan's own rules the smallest outside share that reaches {goal} is {found.share * 100:.6g}% of "
            f"the seats: {at['outside']:,.0f} students come from outside, and it is {at['value']:.4f}."
        )
    least = found.rows.sort_values("value").iloc[0]
    tried = f"none of the {len(found.rows):,} shares that differ by a seat" if found.complete else "no share tried"
    return (
        f"By this plan's own rules no outside share reaches {goal}: {tried} comes below {least['value']:.4f}, at "
        f"{least['share']:.1%}; {_with_more(found, OUTSIDE_LIMITS)}."
    )


def free_outside(found: "FreeReach", measure: str) -> str:
    """The smallest outside share that could reach a target if every choice were free as well, or that none could."""
    goal, free = f"{SYMBOLS[measure]} = {found.target:g}", "If every choice within these limits were free as well"
    if found.least is None:
        return f"{free}, no outside share would reach {goal}: this is proven for every tenth of a percent."
    if found.share is None:
        return f"{free}, no outside share below {found.least:.1%} would reach {goal}, and none above was found to."
    text = (
        f"{free}, an outside share of {found.share:.1%} would reach {goal}: {found.outside:,} students enter the "
        f"hosts, and it is {found.value:.4f}"
    )
    return f"{text}; none below {found.least:.1%} would." if found.least else f"{text}."


def _within_reach(word: str, binding: Sequence[tuple[str, ...]], named: Mapping[str, str]) -> str:
    """With or without what a target is within reach."""
    ways = f" or {word} ".join(" and ".join(named[name] for name in way) for way in binding)
    return f"it would be within reach {word} {ways}{' together' if len(binding[0]) > 1 else ''}"


def _with_more(found: "OutsideReach", named: Mapping[str, str]) -> str:
    """With what that could let more students in a target is within reach, or how near all that was tried comes."""
    if found.binding:
        return _within_reach("with", found.binding, named)
    if not found.lifted:
        return "nothing could let more students in"
    tried = "; ".join(named[name] for which in found.lifted if len(which) == 1 for name in which)
    least = min(value for value in found.lifted.values() if not math.isnan(value))
    return f"where more could come in ({tried}: alone, two at once and all) the least of what was tried is {least:.4f}"


def _seats(seats: "FewestSeats", goal: str) -> str:
    from analysis.policy.fewest_seats import SEAT_LIMITS

    of = "50/50 schools, any number of whose places may be seats, divided between both groups as in this plan"
    if seats.fewest is None:
        return f"No seats in {of}, reach {goal}: {_within_reach('without', seats.binding, SEAT_LIMITS)}."
    least = f"{goal} takes at least {seats.fewest:,} seats in {of}"
    if seats.found is None:
        return f"{least}; none were found that reach it in whole students."
    number = len(seats.found.hosts)
    schools = "1 school comes" if number == 1 else f"{number} schools come"
    return (
        f"{least}; {schools} to {seats.found.plan.value:.4f} with {seats.found.seats.sum():,}, if whom they draw and "
        "who stays is chosen freely, which no lottery can."
    )
