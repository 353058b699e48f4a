"""Sentences on indices: where the difference lies, what chance gives, and a value said aloud."""

import math

from analysis.chance.random_assignment import MUCH
from analysis.indices import INDICES, MULTIGROUP, Index
from data.groups import Comparison
from data.schema import school_year
from pages.words.numbers import expected, number, of_100, percent


def headline(between: float, within: float) -> str:
    """The overview's title."""
    if math.isnan(between + within) or between + within == 0:
        return "Where does the separation lie?"
    share = between / (between + within)
    if share >= 0.55:
        return "Most of the separation lies between districts"
    if share <= 0.45:
        return "Most of the separation lies within districts"
    return "The separation lies about equally between and within districts"


def where_it_lies(
    place: str, year: int, groups: Comparison, of_group: float, of_other: float, between: float, within: float
) -> str:
    """The overview's answer: what the average schools look like and where the difference lies.

    Args:
        place, year, groups: what the numbers are about.
        of_group, of_other: the group's share in the school of the average student of each group.
        between, within: parts of the variance ratio.
    """
    if any(math.isnan(value) for value in (of_group, of_other, between, within)):
        return (
            f"{place} in {school_year(year)} has no students of one of the two groups, {groups.group_words} or "
            f"{groups.other_words}, so their separation is not defined."
        )
    typical = (
        f"In {place} in {school_year(year)}, {groups.group_words} attend, on average, schools where "
        f"{of_100(of_group)} students are {groups.adjective}; {groups.other_words} attend schools where "
        f"{of_100(of_other)} are."
    )
    if (total := between + within) == 0:
        return typical + " There is no separation between schools."
    return (
        typical + f" {between / total:.0%} of that separation lies between districts, {within / total:.0%} within them."
    )


def where_many_lie(
    place: str, year: int, groups: Comparison, of_all: float, of_school: float, between: float, within: float
) -> str:
    """The overview's answer for many groups: how often two students differ, and where the difference lies.

    Args:
        place, year, groups: what the numbers are about.
        of_all, of_school: the chance that two students of the place, and of one school, differ.
        between, within: parts of the variance ratio of all groups.
    """
    if any(math.isnan(value) for value in (of_all, between, within)):
        return (
            f"{place} in {school_year(year)} has students of one {groups.by} only, so their separation is not defined."
        )
    typical = (
        f"In {place} in {school_year(year)}, two students differ in {groups.by} with a chance of {percent(of_all)}, "
        f"two of the same school with {percent(of_school)}."
    )
    if (total := between + within) == 0:
        return typical + " There is no separation between schools."
    return (
        typical
        + f" {between / total:.0%} of the separation of {groups.words} lies between districts, {within / total:.0%} "
        "within them."
    )


def absent_among_many() -> str:
    """Which indices have no value among more than two groups."""
    *first, last = (index.label for name, index in INDICES.items() if name not in MULTIGROUP)
    return f"{', '.join(first)} and {last} compare two groups only, so they have no value for more at once."


def reading(index: Index, value: float, place: str, year: int, groups: Comparison) -> str:
    """An index's value said aloud."""
    said = index.reading.format(value=value, points=100 * value, group=groups.group_words, other=groups.other_words)
    return f"{place}, {school_year(year)}, {groups.words}: {said}"


def chance(place: str, year: int, groups: Comparison, value: float, by_chance: float, share: float) -> str:
    """What random assignment alone would make of a place's D.

    Args:
        place, year, groups: what the numbers are about; D compares the groups.
        value, by_chance: D, and its expected value under random assignment.
        share: how much of the one the other is; more than half is a warning.
    """
    if math.isnan(share):
        return (
            f"In {place} in {school_year(year)}, all students counted of {groups.words} are in one school or of one "
            "group, so chance changes nothing."
        )
    text = (
        f"If the students of {place} in {school_year(year)} were assigned to its schools at random, D of "
        f"{groups.words} would be {expected(by_chance)} on average; it is {number(value)}."
    )
    return text + (" :material/warning: Chance explains much of it: read it with care." if share > MUCH else "")


def chance_in_ranking(place: str, year: int, groups: Comparison, index: Index, much: int, ranked: int) -> str:
    """In how many ranked districts chance explains much of an index."""
    if not much:
        return ""
    return (
        f"In {much:,} of the {ranked:,} districts of {place} ranked in {school_year(year)}, assigning students at "
        "random "
        f"would alone give more than {percent(MUCH)} of what {index.label.lower()} of {groups.words} shows; the table "
        "marks them."
    )
