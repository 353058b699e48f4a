"""Bounds of three bands, which hold every student between them, against every completion of small places.

The indices of completions come from the registry, which ``tests/oracle`` sets against exact fractions.
"""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.hidden import many_bounds as module
from analysis.hidden.bounds import Bounds
from analysis.hidden.many import Many
from analysis.hidden.many_bounds import many_bounds
from analysis.indices import MULTIGROUP, ORDERED, measure

NAMES = (*MULTIGROUP, *ORDERED)
TOLERANCE = 1e-9

School = tuple[tuple[int, int], tuple[int, int], int]  # least and most of band 1, of bands 1 and 2; students


def as_bands(places: list[list[School]]) -> Many:
    """Intervals of each band, from those of the students below either threshold."""
    rows = [school for place in places for school in place]
    low = [[a, max(0, c - b), n - d] for (a, b), (c, d), n in rows]
    high = [[b, d - a, n - c] for (a, b), (c, d), n in rows]
    students = np.array([n for *_, n in rows], float)
    place = np.repeat(np.arange(len(places)), [len(place) for place in places])
    return Many(np.array(low, float).T, np.array(high, float).T, students, place, len(places), bands=True)


def completed(place: list[School]) -> pd.DataFrame:
    """Every index of every completion, one row each."""
    of_school = [
        [(f, e - f, n - e) for f in range(a, b + 1) for e in range(max(c, f), d + 1)] for (a, b), (c, d), n in place
    ]
    counts = np.array(list(product(*of_school)), float)  # (completions, schools, bands)
    size, students = len(counts), np.array([n for *_, n in place], float)
    many = Many(
        counts.reshape(-1, 3).T,
        counts.reshape(-1, 3).T,
        np.tile(students, size),
        np.repeat(np.arange(size), len(place)),
        size,
    )
    return measure(many.completed(many.low), NAMES)


@st.composite
def schools(draw: st.DrawFn, largest: int = 6, most: int = 3, widest: int = 3) -> list[School]:
    place = []
    for _ in range(draw(st.integers(1, most))):
        students = draw(st.integers(0, largest))
        either = draw(st.integers(0, students))
        free = draw(st.integers(0, either))
        first, second = (
            (max(count - draw(st.integers(0, widest)), 0), min(count + draw(st.integers(0, widest)), students))
            if draw(st.booleans())
            else (count, count)
            for count in (free, either)
        )
        # No more are below the first threshold than below the second.
        place.append(((first[0], min(first[1], second[1])), (max(second[0], first[0]), second[1]), students))
    return place


def assert_around(found: Bounds, row: int, place: list[School]) -> None:
    for name, values in completed(place).items():
        attained, ends = values.dropna(), [end[name].iloc[row] for end in (found.low, found.high)]
        if attained.empty:
            # Whether every line leaves 0 to 1 is known only where all completions are tried.
            assert name == "rank_order_h" or np.isnan(ends).all(), name
            continue
        assert ends[0] <= attained.min() + TOLERANCE, name
        assert ends[1] >= attained.max() - TOLERANCE, name
        for end, exact, extreme in zip(
            ends, (found.low_exact, found.high_exact), (attained.min(), attained.max()), strict=True
        ):
            if exact[name].iloc[row]:
                assert end == pytest.approx(extreme, abs=1e-8), name


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are too many completions to try all."""
    monkeypatch.setattr(module, "_MOST", 0)


@settings(max_examples=150, deadline=None)
@given(place=schools())
def test_no_completion_lies_outside_and_what_is_called_exact_is_attained(place: list[School]) -> None:
    assert_around(many_bounds(as_bands([place])), 0, place)


@settings(max_examples=250, deadline=None)
@given(place=schools())
def test_nor_where_there_are_too_many_to_try(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST", 0)
        assert_around(many_bounds(as_bands([place])), 0, place)
