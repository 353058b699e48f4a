"""Sentences on how sure the numbers are that pages draw."""

import math

import pandas as pd

from pages.words import numbers

# Of the height of a chart: a thinner band lies hidden behind its line.
THIN = 0.02


def shaded(ranges: pd.DataFrame, top: float) -> str:
    """What the bands behind lines mean, and whether they can be seen.

    Args:
        ranges: as ``pages.shared.charts.trend``.
        top: the highest value drawn.
    """
    widths = pd.concat([ranges[name, "high"] - ranges[name, "low"] for name in dict.fromkeys(ranges.columns.levels[0])])
    if not (widest := widths.max()) >= 0:
        return ""
    meaning = "would lie 95 times of 100 once corrected for chance"
    if widest < THIN * top:
        return f"Where a line {meaning} is a range of {numbers.number(widest, 3)} at most, thinner than the line."
    return f"Shaded: where the line {meaning}."


def number_and_range(lines: pd.DataFrame, ranges: pd.DataFrame | None, year: int, name: str) -> str:
    """A line's value in a year and, where it has one, its range.

    Args:
        lines, ranges: as ``pages.shared.charts.trend``.
        year, name: which.
    """
    value = numbers.number(lines.loc[year, name])
    if ranges is None or (name, "low") not in ranges or year not in ranges.index:
        return value
    low, high = (ranges.loc[year, (name, end)] for end in ("low", "high"))
    return value if math.isnan(low) else f"{value} (corrected for chance {numbers.between(low, high)})"


def parts_with_ranges(sure: pd.Series) -> str:
    """The parts of V between and within districts, corrected for chance, with their ranges.

    Args:
        sure: columns (measure, part, corrected | low | high).
    """
    between, within = (part_with_range(sure, "variance_ratio", part) for part in ("between", "within"))
    return f"Corrected for chance (95 % interval): {between} between districts, {within} within them."


def part_with_range(sure: pd.Series, measure: str, part: str) -> str:
    """One part of a measure, corrected for chance, with its range.

    Args:
        sure: columns (measure, part, corrected | low | high).
        measure: a key of ``INDICES``.
        part: "between" or "within".
    """
    adds = part == "within" and measure == "dissimilarity"
    ends = [(measure, "added_within" if adds else part, end) for end in ("corrected", "low", "high")]
    if ends[0] not in sure.index:
        return "does not split"
    told = numbers.with_range(*sure.loc[ends])
    return f"adds {told}" if adds else told
