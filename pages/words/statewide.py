"""Sentences on one policy for a whole state."""

from collections.abc import Mapping

import pandas as pd

from analysis.indices import INDICES
from analysis.policy.figures import Change
from analysis.statewide.together import Result
from data.batches.statewide import Plan
from data.schema import school_year
from pages.words import numbers
from pages.words.escaped import in_markdown
from pages.words.ranges import part_with_range
from reports.statewide import empty_seats, rises_and_falls

# Districts named where V falls or rises most.
MOST = 3
CAVEATS = (
    "Every district holds its own lotteries; the figures are those after all of them. A district's figure is the mean "
    "of the draws, so it may differ a little from its page under 50/50 policy, which shows the middle draw.",
    "One rule for all is a way to compare, not a plan for any of them: which schools should host is for each district.",
    "Hosts are chosen by the numbers alone: whether families would come to these schools is an assumption.",
)
TWO_RANGES = (
    "*V today, corrected* and its *95% from* and *to*: corrected for chance, and the interval it lies in 95 times of "
    "100 if other students had come to the same schools. *By lottery*: what the lotteries make of these very students."
)


def change(result: Result, measure: str, part: str = "total") -> Change:
    """One of the state's figures before and after."""
    row = result.state[(result.state["measure"] == measure) & (result.state["part"] == part)].iloc[0]
    return Change(*(float(row[when]) for when in ("before", "after", "low", "high")))


def answer(plan: Plan, result: Result, place: str, names: Mapping[str, str]) -> str:
    """What the policy does to the state, in a paragraph, with the districts where V falls and rises most.

    Args:
        plan, result: the policy and what it does.
        place: the state.
        names: of districts by their id.
    """
    whole, between, within = (
        _from_to(change(result, "variance_ratio", part)) for part in ("total", "between", "within")
    )
    hosts, moved = int(result.districts["hosts"].sum()), change(result, "moved").after
    text = (
        f"**{hosts:,} schools in {len(result.districts):,} districts become 50/50 schools and {moved:,.0f} students "
        f"change schools.** Over all {plan.policy.level} schools of {place} in "
        f"{school_year(plan.applied.scenarios[0].year)}, the variance ratio V between economically disadvantaged and "
        "other students "
        f"goes {whole}: within districts {within}, "
        f"between them {between}."
    )
    return f"{text} {rises_and_falls(result.districts)}{_most(result.districts, names)}"


def _from_to(change: Change) -> str:
    return f"from {numbers.number(change.before, 3)} to {numbers.number(change.after, 3)}"


def _most(districts: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Where V falls most and where it rises most; empty where it does neither.

    Args:
        districts: of a result, the one whose V falls most first.
        names: of districts by their id.
    """
    change = (districts["variance_ratio_after"] - districts["variance_ratio_before"]).set_axis(districts["leaid"])
    told = []
    for verb, some in (("falls", change[change < 0].head(MOST)), ("rises", change[change > 0].iloc[::-1].head(MOST))):
        each = [f"{in_markdown(names.get(leaid, leaid))} ({numbers.signed(value)})" for leaid, value in some.items()]
        if each:
            told.append(f"{verb} most in {numbers.listed(each)}")
    return f" V {' and '.join(told)}." if told else ""


def today(place: str, year: int, sure: pd.DataFrame, parts: pd.Series) -> str:
    """How sure a state's indices of today are, beside what the lotteries give.

    Args:
        place, year: what the numbers are about.
        sure: as ``pages.shared.store.how_sure`` gives them, of the indices to tell.
        parts: the parts of V, as ``pages.words.ranges.part_with_range`` takes them.
    """
    told = ", ".join(
        f"{INDICES[row.Index].label} {numbers.with_range(row.corrected, row.interval_low, row.interval_high, 3)}"
        for row in sure.itertuples()
    )
    return (
        f"Two ranges of two different things. In the cards: what the lotteries make of these very students. By intake, "
        f"in brackets: where an index between economically disadvantaged and other students in {place} in "
        f"{school_year(year)} would lie 95 times of 100 if other students had come to the same schools, corrected for "
        f"chance: {told}; of V {part_with_range(parts, 'variance_ratio', 'between')} between districts and "
        f"{part_with_range(parts, 'variance_ratio', 'within')} within them."
    )


def applies_to(plan: Plan, place: str, year: int) -> str:
    """To how many districts of a state the policy applies."""
    taking_part, others = len(plan.applied.scenarios), int(plan.left_alone.sum())
    return (
        f"{in_markdown(plan.policy.words)} It applies to {taking_part:,} of the {taking_part + others:,} districts of "
        f"{place} in {school_year(year)}."
    )


def way_to(plan: Plan) -> str:
    """What a district's plan opens with on its own page, and why its figures differ from those here."""
    return (
        f"It opens with all that this policy does there: the hosts and their seats, {plan.policy.level} schools alone, "
        "who comes, the seats offered outside and every other rule. Figures there differ a little from this table's: "
        "they are of the middle draw, and no other district holds lotteries."
    )


def side_effects(result: Result) -> list[str]:
    """Where seats stay empty, what happens outside the districts that take part, and what could not be simulated."""
    told = [empty_seats(result.districts)]
    if result.senders:
        told.append(f"{result.senders:,} districts without hosts lose students to them.")
    if result.withdrawn:
        number = f"{result.withdrawn:,.1f}" if result.withdrawn >= 0.1 else "fewer than 0.1"
        told.append(f"On average {number} students drawn by the lotteries of two districts stay where they are.")
    if len(result.refused):
        told.append(
            f"{len(result.refused):,} districts could not be simulated; the file of districts left alone says why."
        )
    return told
