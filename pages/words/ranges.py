"""How sure the numbers are that pages show: numbers with their ranges, and sentences on what these mean."""

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.units import Floats
from pages.words import numbers

# Of the height of a chart: a thinner band lies hidden behind its line.
THIN = 0.02
BRACKETS = (
    "*Corrected*: corrected for chance, with its 95% interval in brackets: where the corrected one lies 95 times of "
    "100. Where chance explains much of an index, both are below the index itself."
)
THINNER = "A number without brackets has a range thinner than its last digit."


def with_ranges(values: pd.DataFrame, sure: pd.DataFrame, decimals: int = 2) -> pd.DataFrame:
    """Indices as text, each followed by itself corrected for chance with its range in brackets.

    Args:
        values: one column an index.
        sure: of the same rows, as ``corrected`` takes them.
        decimals: of the numbers; one more where a range needs it.
    """
    shown = {}
    for name in values:
        rows = zip(values[name].astype("float64"), *_columns(sure.reindex(values.index), name), strict=True)
        shown[name] = [numbers.with_corrected(*row, decimals) for row in rows]
    return pd.DataFrame(shown, index=values.index)


def corrected(sure: pd.DataFrame, names: Sequence[str], decimals: int = 2) -> pd.DataFrame:
    """Indices corrected for chance as text, each with its range in brackets.

    Args:
        sure: columns ``<index>_corrected``, ``<index>_interval_low`` and ``<index>_interval_high`` of those that have
            them.
        names: of the indices.
        decimals: as in ``with_ranges``.
    """
    shown = {
        name: [numbers.with_range(*row, decimals) for row in zip(*_columns(sure, name), strict=True)] for name in names
    }
    return pd.DataFrame(shown, index=sure.index)


def _columns(sure: pd.DataFrame, name: str) -> Floats:
    """The corrected index and the ends of its range, (3, rows); NaN where it has none."""
    columns = [f"{name}_{end}" for end in ("corrected", "interval_low", "interval_high")]
    return sure.reindex(columns=columns).to_numpy(dtype=float, na_value=np.nan).T


def meaning(*shown: pd.DataFrame) -> str:
    """What the brackets of some tables mean, and why some numbers have none."""
    return " ".join([BRACKETS, *thinner(*shown)])


def thinner(*shown: pd.DataFrame) -> list[str]:
    """Why some numbers of tables with ranges have none, if any has none."""
    cells = (str(cell) for table in shown for cell in table.to_numpy().ravel())
    return [THINNER] if any(re.fullmatch(r"(.*corrected |adds )?[+−±]?\d+\.\d+", cell) for cell in cells) else []


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
    return f"Shaded: where the line {meaning} (95% interval)."


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
    said = f"Corrected for chance (95% interval): {between} between districts, {within} within them."
    return said if "(" in between and "(" in within else f"{said} {THINNER}"


def levels_with_ranges(parts: pd.DataFrame) -> str:
    """The parts of V at each level of a chain, corrected for chance, with their ranges.

    Args:
        parts: columns label, corrected, low and high, the largest cells first.
    """
    told = [
        f"{numbers.with_range(*ends)} between {label}"
        for label, *ends in parts[["label", "corrected", "low", "high"]].itertuples(index=False)
    ]
    said = f"Corrected for chance (95% interval): {', '.join(told)}."
    return said if all("(" in each for each in told) else f"{said} {THINNER}"


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
