"""Sentences on how good a plan could be: the best, a target and what stands in its way, the outside share."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # the solver is slow to import, and these only name what it found
    from analysis.policy.best_hosts import FewestSeats
    from analysis.policy.entrants import FreeReach
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
        f"{'above' if above >= 0 else 'below'} it. {broken(str(plan['breaks']))}"
    )
    return text.rstrip()


def broken(breaks: str) -> str:
    """What the best keeps to and a plan does not; empty where it keeps to all.

    Args:
        breaks: of the plan's row of ``analysis.policy.beside.beside``.
    """
    from analysis.policy.beside import KEPT

    if not breaks:
        return ""
    kept = "; ".join(KEPT[name] for name in breaks.split())
    return f"This plan does not keep to all that the best keeps to, and may so lie below it: {kept}."


def hosts(most: int, ed_share: float) -> str:
    """What is assumed of the best hosts."""
    which = "1 school hosts" if most == 1 else f"at most {most} schools host"
    return (
        f"Best hosts: {which} 50/50 seats, every place a seat, {ed_share:.0%} of them for disadvantaged students as in "
        "this plan; whom they draw is chosen freely, which no lottery can."
    )


def target(reached: "Reach", seats: "FewestSeats | None", measure: str, today: float) -> Iterator[str]:
    """Whether and how a target of the index can be reached, or what stands in the way."""
    from analysis.policy.optimum import LIMITS

    goal = f"{SYMBOLS[measure]} = {reached.target:g}"
    if reached.fewest is None:
        stands = _in_the_way(reached.lifted, reached.binding, LIMITS)
        yield f"No assignment within these limits reaches {goal}: {stands}."
    elif reached.fewest == 0:
        yield f"Nobody has to move for {goal}: it is {today:.4f} today."
    else:
        yield f"{goal} takes at least {reached.fewest:,} moves" + ("." if reached.plan else "; none was found.")
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
        f"{least['share']:.1%}; {_in_the_way(found.lifted, found.binding, OUTSIDE_LIMITS)}."
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


def _in_the_way(
    lifted: Mapping[tuple[str, ...], float], binding: Sequence[tuple[str, ...]], named: Mapping[str, str]
) -> str:
    """Without which limits a target is within reach, or how near it comes without any."""
    if binding:
        ways = [" and ".join(named[name] for name in way) for way in binding]
        together = " together" if len(binding[0]) > 1 else ""
        return f"it would be within reach without {' or without '.join(ways)}{together}"
    if not lifted:
        return "no limit is set that could be lifted"
    least = min(bound for bound in lifted.values() if not math.isnan(bound))
    limits = "; ".join(named[name] for which in lifted if len(which) == 1 for name in which)
    return f"even without all of these limits ({limits}) the least is {least:.4f}"


def _seats(seats: "FewestSeats", goal: str) -> str:
    if seats.fewest is None:
        return f"No choice of 50/50 schools reaches {goal}."
    least = f"{goal} takes at least {seats.fewest:,} seats in 50/50 schools"
    if seats.hosting is None:
        return f"{least}; no choice that reaches it was found."
    value, number = seats.hosting.plan.value, len(seats.hosting.hosts)  # whole students may miss the goal by a little
    schools = "1 school comes" if number == 1 else f"{number} schools come"
    return f"{least}; {schools} to {value:.4f} with {seats.hosting.seats:,}."
