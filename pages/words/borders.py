"""Sentences on neighbouring districts: the line between them, and what joining or opening across it would change."""

import pandas as pd

from analysis.borders import Change
from data.groups import Comparison
from data.schema import school_year
from pages.words import money
from pages.words.escaped import in_markdown
from pages.words.numbers import UNDEFINED, number, of_100


def widest_border(
    groups: Comparison, year: int, lines: pd.DataFrame, by: str, whose: str, floors: tuple[int, float] | None
) -> str:
    """The borders page's answer: the line that separates most, and how the others lie.

    Args:
        groups, year: what the numbers are about.
        lines: the borders ranked, as ``analysis.borders.ranked`` gives them.
        by: what they are ranked by, "gap" or "swaps".
        whose: borders they are, such as "in Texas" or "of Dallas ISD".
        floors: the fewest students on either side and the least miles; None where every border is ranked.
    """
    borders = f"borders {whose}"
    if floors:
        miles = f"{floors[1]:g} {'mile' if floors[1] == 1 else 'miles'}"
        borders += f" that are {miles} or longer between districts of {floors[0]:,} students or more"
    if lines.empty:
        return f"There are no {borders} with counts of {groups.group_words} on both sides in {school_year(year)}."
    top = lines.iloc[0]
    sides = (
        f"{in_markdown(top['district'])}, where {of_100(top['share'])} students are {groups.adjective}, and "
        f"{in_markdown(top['neighbour_district'])}, where {of_100(top['neighbour_share'])} are"
    )
    gap = f"{top['gap'] * 100:.0f} points along {top['miles']:.1f} miles"
    of_all = f"Of the {len(lines):,} {borders}, in {school_year(year)}"
    if by == "swaps":
        text = (
            f"{of_all} the one between {sides}, would take the most to level: {top['swaps']:,.0f} {groups.group_words} "
            f"trading places with as many others. Its gap is {gap}."
        )
    else:
        median = lines["gap"].median() * 100
        text = (
            f"{of_all} the widest gap lies between {sides}: {gap}. Half of these borders have a gap above "
            f"{median:.0f} points."
        )
    return text + money.across(top) + counts_nobody(groups, top)


def counts_nobody(groups: Comparison, line: pd.Series) -> str:
    """A caution where a side of a border counts nobody or everybody, which real enrolment hardly does; or nothing."""
    told = ""
    for name, share in (("district", line["share"]), ("neighbour_district", line["neighbour_share"])):
        if share in (0.0, 1.0):
            told += (
                f" {in_markdown(line[name])} counts {'no student' if share == 0 else 'every student'} as "
                f"{groups.adjective}: that may tell how it counts rather than who attends."
            )
    return told


def joined(called: tuple[str, str], change: Change, groups: Comparison, year: int, state: str, v: str) -> str:
    """What joining two neighbouring districts does to all schools.

    Args:
        called: both districts.
        change: as ``analysis.borders.joined`` gives it.
        groups, year, state: whom, when and where.
        v: the variance ratio of all schools, and corrected with its range.
    """
    parts, (one, other) = change.everyone.loc["variance_ratio"], map(in_markdown, called)
    whose = f"V between {groups.words}"
    if parts.isna().any(axis=None):
        return (
            f"In {state} in {school_year(year)} {whose} is {UNDEFINED}, so it cannot tell what joining {one} and "
            f"{other} changes."
        )
    between, after = parts.loc["between", "before"], parts.loc["between", "after"]
    if between == 0:
        return (
            f"**Joined**, {one} and {other} change nothing: in {state} in {school_year(year)} none of the "
            f"separation of {groups.words} lies between districts."
        )
    return (
        f"**Joined**, {one} and {other} leave every student in the same school: {whose} over all schools of "
        f"{state} in {school_year(year)} stays {v}. Of V as counted {number(between - after, 4)}, "
        f"{(between - after) / between:.1%} of what lies between districts, then lies within the new one."
    )


def opened(
    called: tuple[str, str],
    change: Change,
    percent_opened: int,
    crossing: float,
    groups: Comparison,
    year: int,
    state: str,
    v: tuple[str, str],
) -> str:
    """What opening a share of seats across a line does.

    Args:
        called: both districts.
        change: as ``analysis.borders.opened`` gives it.
        percent_opened: of the smaller district's seats.
        crossing: how many students cross each way.
        groups, year, state: whom, when and where.
        v: the variance ratio of all schools before and after, and corrected with its range.
    """
    shares = change.districts["share"]
    sides = "; ".join(
        f"in {in_markdown(name)} {of_100(shares['after'].iloc[row])} students are then {groups.adjective}, for "
        f"{shares['before'].iloc[row] * 100:.0f} today"
        for row, name in enumerate(called)
    )
    return (
        f"**With {percent_opened}% of seats opened** in {school_year(year)}, {crossing:,.0f} students cross each way: "
        f"{sides}. V between {groups.words} over all schools of {state} goes from {v[0]}, to {v[1]}."
    )
