"""Random tables of schools in places, from the tidy to the perverse, and the same places for the oracle."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, permutations

import numpy as np
from hypothesis import strategies as st

from analysis.units import Units
from tests.oracle import exact

# Mostly small, often nobody, sometimes as many as a country has.
HEADS = st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 1_000), st.integers(0, 10_000_000), st.just(10_000_000))


@st.composite
def tables(draw: st.DrawFn, groups: int | None = None, heads: st.SearchStrategy[int] = HEADS) -> Units:
    """Schools in one to four places. A place may have no school, a school no students, a group no members."""
    columns = groups or draw(st.integers(2, 4))
    number = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[heads] * (columns + 1)), max_size=12))
    place = draw(st.lists(st.integers(0, number - 1), min_size=len(rows), max_size=len(rows)))
    return units([row[:-1] for row in rows], [row[-1] for row in rows], place, number, columns)


def units(
    counts: list[tuple[float, ...]], uncounted: list[float], place: list[int], number: int, columns: int
) -> Units:
    """Read-only units from students counted in each group and students in none, so that writing to them raises."""
    table = np.array(counts, dtype=float).reshape(-1, columns)
    arrays = table, table.sum(axis=1) + np.array(uncounted, dtype=float), np.array(place, dtype=np.intp)
    for array in arrays:
        array.setflags(write=False)
    return Units(*arrays, number)


def one_place(*schools: tuple[float, ...]) -> Units:
    """One place whose students are all counted in a group."""
    return units(list(schools), [0] * len(schools), [0] * len(schools), 1, len(schools[0]))


def exact_places(table: Units) -> list[list[exact.School]]:
    return exact.places(table.counts, table.students, table.place, table.places)


def districts_of(table: Units, district: np.ndarray) -> list[list[list[exact.School]]]:
    """For each place, the schools of each of its districts."""
    result = []
    for code in range(table.places):
        here = table.place == code
        result.append(
            [
                exact.places(table.counts[rows], table.students[rows], np.zeros(rows.sum(), dtype=int), 1)[0]
                for name in np.unique(district[here])
                for rows in [here & (district == name)]
            ]
        )
    return result


def assignments(schools: Sequence[Sequence[int]]) -> Counter[tuple[tuple[int, ...], ...]]:
    """Every way the students can sit on the schools' seats, as counts of the groups, by how many ways there are."""
    groups = range(len(schools[0]))
    heads = [group for group in groups for school in schools for _ in range(school[group])]
    ends = np.cumsum([0, *(sum(school) for school in schools)])
    return Counter(
        tuple(tuple(seats[a:b].count(group) for group in groups) for a, b in pairwise(ends))
        for seats in permutations(heads)
    )
