"""The one input shape of every index: schools with counts of groups, nested in places."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
# The columns that count the groups a group is compared with: one, several of them, or None for everyone else.
Other = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Units:
    """Schools nested in places, with the students of each group.

    Attributes:
        counts: (schools, groups) students ≥ 0, none missing. Column 0 is the group and column 1 the other group of
            the two-group indices; the multigroup ones use every column. Work is fastest on ``side_by_side`` columns.
        students: (schools,) all students, at least the sum of the groups. Exposure and isolation divide by these.
        place: (schools,) code of the place each school lies in, 0 to ``places`` − 1.
        places: how many places there are; a place may hold no school.
    """

    counts: Floats
    students: Floats
    place: Codes
    places: int

    def over_places(self, values: Floats) -> Floats:
        """The sum of a (schools,) array in each place."""
        return np.bincount(self.place, weights=values, minlength=self.places).astype(np.float64, copy=False)

    @cached_property
    def counted(self) -> Floats:
        """(schools,) students of the groups compared: the t of D, V, H, M, Gini and Atkinson."""
        return self.counts.sum(axis=1)

    @cached_property
    def totals(self) -> Floats:
        """(places, groups) students of each group in each place."""
        return np.array([self.over_places(column) for column in self.counts.T]).T

    @cached_property
    def counted_total(self) -> Floats:
        """(places,) students of the groups compared in each place."""
        return self.totals.sum(axis=1)

    @cached_property
    def students_total(self) -> Floats:
        """(places,) all students in each place."""
        return self.over_places(self.students)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Element-wise division that is NaN, silently, where the denominator is 0: undefined, never 0."""
    return numerator / np.where(denominator == 0, np.nan, denominator)


def side_by_side(*columns: Floats) -> Floats:
    """Columns as one (rows, columns) array that holds each of them in one piece."""
    return np.array(columns, dtype=np.float64).T


def groups_of(group: str, other: Other) -> list[str]:
    """The columns that count the groups compared, without everyone else."""
    return [group, *([other] if isinstance(other, str) else other or ())]


def known(table: pd.DataFrame, group: str, other: Other) -> NDArray[np.bool_]:
    """(rows,) whether a school's counts are all known, so that it can enter the comparison.

    Of several groups, one that nobody counts in a year is no group of that year, as two or more races before 2008–09.
    """
    counts = table[groups_of(group, other)].notna()
    if isinstance(other, tuple):
        counted = counts.groupby(table["year"]).transform("any")
        counts = (counts | ~counted).mul(counted.any(axis=1), axis=0)
    return np.asarray(table["students"].notna() & counts.all(axis=1), dtype=bool)


def units_by(
    table: pd.DataFrame, group: str, other: Other, by: Sequence[str]
) -> tuple[Units, list[tuple[Hashable, ...]]]:
    """Units of a schools table, one place for each combination of the columns ``by``.

    Args:
        table: a schools table in which every count used is known (see ``known``).
        group: the column that counts the group.
        other: the column that counts the other group, the columns that count several, or None for everyone else.
        by: columns whose values name the place; missing values are a place of their own.

    Returns:
        The units, and the values of ``by`` for each place code, in sorted order.
    """
    students = table["students"].to_numpy(dtype=np.float64)
    # A count still missing is of a group that nobody counts in that year.
    counts = [table[name].to_numpy(dtype=np.float64, na_value=0.0) for name in groups_of(group, other)]
    everyone_else = [students - counts[0]] if other is None else []
    place, keys = places_by(table, by)
    return Units(side_by_side(*counts, *everyone_else), students, place, len(keys)), keys


def places_by(table: pd.DataFrame, by: Sequence[str]) -> tuple[Codes, list[tuple[Hashable, ...]]]:
    """The place code of each row and the values of the columns ``by`` for each code, in sorted order."""
    place = np.asarray(table.groupby(list(by), sort=True, dropna=False).ngroup(), dtype=np.intp)
    _, first = np.unique(place, return_index=True)
    return place, list(table[list(by)].iloc[first].itertuples(index=False, name=None))
