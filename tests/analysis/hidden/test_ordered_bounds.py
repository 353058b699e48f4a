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
from tests.analysis.hidden.completions import assert_around

NAMES = (*MULTIGROUP, *ORDERED)
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
def schools(draw: st.DrawFn, largest: int = 6, most: int = 3, widest: int = 2) -> list[School]:
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


def assert_bounded(found: Bounds, row: int, place: list[School]) -> None:
    # Whether every line leaves 0 to 1 is known only where all completions are tried.
    assert_around(found, row, completed(place), may_be_wider="rank_order_h")


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are too many completions to try all."""
    monkeypatch.setattr(module, "_MOST", 0)


@settings(max_examples=100, deadline=None)
@given(place=schools())
def test_no_completion_lies_outside_and_what_is_called_exact_is_attained(place: list[School]) -> None:
    assert_bounded(many_bounds(as_bands([place])), 0, place)


@settings(max_examples=150, deadline=None)
@given(place=schools())
def test_nor_where_there_are_too_many_to_try(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST", 0)
        assert_bounded(many_bounds(as_bands([place])), 0, place)


@settings(max_examples=80, deadline=None)
@given(place=schools(largest=40, most=2, widest=4))
def test_nor_with_more_students(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST", 0)
        assert_bounded(many_bounds(as_bands([place])), 0, place)


@settings(max_examples=30, deadline=None)
@given(places=st.lists(schools(), min_size=2, max_size=3))
def test_places_do_not_touch_each_other(places: list[list[School]]) -> None:
    together = many_bounds(as_bands(places))
    for row, place in enumerate(places):
        alone = many_bounds(as_bands([place]))
        for side in ("low", "high"):
            found, expected = getattr(together, side).iloc[row], getattr(alone, side).iloc[0]
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(place=schools(widest=0))
def test_where_nothing_is_hidden_low_value_and_high_are_one(place: list[School]) -> None:
    known = as_bands([place])
    found, value = many_bounds(known), measure(known.completed(known.low), NAMES)
    pd.testing.assert_frame_equal(found.low, value)
    pd.testing.assert_frame_equal(found.high, value)
    assert (found.low_exact & found.high_exact).all(axis=None)


# By hand ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("untried")
def test_a_single_school_cannot_be_segregated_whatever_is_hidden() -> None:
    found = many_bounds(as_bands([[((10, 20), (30, 50), 50)]]))
    for end, exact in ((found.low, found.low_exact), (found.high, found.high_exact)):
        assert end.loc[0].tolist() == [0] * len(NAMES)
        assert exact.loc[0].all()


@pytest.mark.usefixtures("untried")
def test_schools_of_one_band_each_are_wholly_segregated() -> None:
    place = [((0, 90), (90, 90), 90), ((0, 0), (0, 50), 50), ((0, 0), (0, 0), 60)]
    assert many_bounds(as_bands([place])).high.loc[0, "rank_order_h"] == 1


@pytest.mark.usefixtures("untried")
def test_where_the_middle_band_is_surely_empty_it_is_h_at_the_one_threshold() -> None:
    # Free and paid alone: of 100 and 100 students 90 and 10 to 30 are free, so that H is least with 30.
    place = [((90, 90), (90, 90), 100), ((10, 30), (10, 30), 100)]
    schools = as_bands([place])
    schools.low[1], schools.high[1] = 0, 0
    found = many_bounds(schools)
    for side, free in (("high", 10), ("low", 30)):
        known = as_bands([[place[0], ((free, free), (free, free), 100)]])
        assert getattr(found, side).loc[0, "rank_order_h"] == pytest.approx(
            measure(known.completed(known.low), ["theil_h"]).loc[0, "theil_h"]
        )


@pytest.mark.usefixtures("untried")
def test_undefined_where_no_completion_has_two_bands_or_a_line_within_0_to_1() -> None:
    paid, single = ((0, 0), (0, 0), 50), ((0, 1), (1, 1), 1)
    # Nearly all are paid: the line through h1 = 1 at 1 of 900 and h2 near 0 at 10 or 11 falls far below 0 at 450.
    wild = [((1, 1), (1, 1), 1), ((0, 0), (5, 6), 450), ((0, 0), (5, 5), 450)]
    found = many_bounds(as_bands([[paid], [single], wild]))
    for end in (found.low, found.high):
        assert end["rank_order_h"].isna().all()
        assert end["theil_h"].notna().tolist() == [False, False, True]
    assert completed(wild)["rank_order_h"].isna().all()


@pytest.mark.parametrize("width", [4, 40])
def test_a_whole_state_stays_close_to_what_was_hidden(width: int) -> None:
    # 500 schools of some hundred students, half of them free, a tenth reduced-price; a tenth of the counts are hidden.
    rng = np.random.default_rng(7)
    students = rng.integers(100, 900, 500)
    shares = rng.dirichlet([4.5, 1, 4], 500)
    counts = np.array([rng.multinomial(*each) for each in zip(students, shares, strict=True)])
    free, either = counts[:, 0], counts[:, :2].sum(axis=1)
    wide = np.where(rng.random((2, 500)) < 0.1, width, 0)
    (a, b), (c, d) = (np.clip([n - w, n + w], 0, students) for n, w in zip((free, either), wide, strict=True))
    rows = list(
        zip(zip(a, np.minimum(b, d), strict=True), zip(np.maximum(c, a), d, strict=True), students, strict=True)
    )
    state = as_bands([rows])
    found, value = many_bounds(state), measure(state.completed(counts.T.astype(float)), NAMES).loc[0]
    assert (found.low.loc[0] < value).all()
    assert (found.high.loc[0] > value).all()
    # By hand: a tenth of both counts moved by ``width`` of the 500/3 that a count is on average.
    assert (found.high.loc[0] - found.low.loc[0]).max() < 2 * 2 * 0.1 * width / 150
