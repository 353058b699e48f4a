"""Percentages that a file gives beside the counts that are read of it, to set one against the other."""

import re

import pandas as pd

from data.formats.reading import TextTable
from data.quality import percentages
from data.schema import GROUP_COUNTS
from data.sources.mapping import Mapping, matching
from data.sources.source import PERCENTS

_PERCENT = r"%|(?<![a-z])(?:percent(?:age)?|pct|share)(?![a-z])"
_COUNT = r"#|(?<![a-z])(?:count|cnt|number|num|n)(?![a-z])"


def agreement(table: TextTable, mapping: Mapping, frame: pd.DataFrame) -> tuple[str, ...]:
    """Whether percentages agree with the counts whose columns are named alike, such as LI_PCT with LI_CNT.

    Args:
        table: as it stands in the file.
        mapping: how its counts are read.
        frame: the counts, with ``students``, by the file's row number.
    """
    if "students" not in frame or mapping.long:
        return ()
    named = {_stem(name): name for name in table.header if re.search(_PERCENT, name.casefold())}
    pairs: dict[str, str] = {}
    for field, column in _counted(table, mapping):
        if field in frame and _stem(column) in named:
            pairs.setdefault(field, named[_stem(column)])
    text = table.frame(list(pairs.values())) if pairs else pd.DataFrame()
    published = {field: (column, _values(text[column], mapping)) for field, column in pairs.items()}
    return percentages.notes(table.label, frame, published)


def _counted(table: TextTable, mapping: Mapping) -> list[tuple[str, str]]:
    """The fields that are counts of one column each, with the first of its columns that is there."""
    of_groups = {*GROUP_COUNTS, *PERCENTS.values()}
    return [
        (field, column)
        for field, take in mapping.fields.items()
        if field in of_groups and take.unit == "count" and (take.either or len(take.columns) == 1)
        for column in [name for pattern in take.columns for name in matching(pattern, table.header)][:1]
    ]


def _stem(name: str) -> str:
    """A column's name without what says that it counts or that it is a percentage."""
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(f"{_PERCENT}|{_COUNT}", " ", name.casefold().replace("_", " "))))


def _values(text: pd.Series, mapping: Mapping) -> pd.Series:
    """Percentages as numbers; missing where one is hidden or stands for all beyond it."""
    values = pd.to_numeric(text.str.removesuffix("%"), errors="coerce").astype("float64")
    low, high = mapping.clipped or (float("-inf"), float("inf"))
    return values.where(values.between(low, high, inclusive="neither"))
