"""Bounds of two counts against every completion of small places, written out one by one.

The indices of completions come from the registry, which ``tests/oracle`` sets against exact fractions.
"""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.hidden import pairs
from analysis.hidden.bounds import Bounds, bounds
from analysis.hidden.intervals import Intervals
from analysis.hidden.pair_bounds import pair_bounds
from analysis.hidden.pairs import Pairs
from analysis.indices import INDICES, measure
from analysis.measured import BOUND_COLUMNS, bounded_indices_by, bounds_by, indices_by

TOLERANCE = 1e-11
# Attained in whole students wherever it is called exact.
WHOLE = [name for name in INDICES if name != "isolation"]

School = tuple[int, int, int, int, int]  # least and most of the group, least and most of the other one, students


def as_pairs(places: list[list[School]]) -> Pairs:
    rows = np.array([school for place in places for school in place], dtype=float).reshape(-1, 5).T
    codes = np.repeat(np.arange(len(places)), [len(place) for place in places])
    return Pairs(rows[[0, 2]], rows[[1, 3]], rows[4], codes, len(places))


def completed(place: list[School]) -> pd.DataFrame:
    """Every index of every completion, one row each."""
    of_school = [
        [(a, b) for a in range(low, high + 1) for b in range(least, most + 1) if a + b <= students]
        for low, high, least, most, students in place
    ]
    counts = np.array(list(product(*of_school)), dtype=float)  # (completions, schools, 2)
    one = as_pairs([place] * len(counts))
    return measure(one.completed(counts.reshape(-1, 2).T))


@st.composite
def schools(draw: st.DrawFn, largest: int = 5, most: int = 3) -> list[School]:
    place = []
    for _ in range(draw(st.integers(1, most))):
        students = draw(st.integers(0, largest))
        low = draw(st.integers(0, students))
        least = draw(st.integers(0, students - low))
        hidden, other_hidden = draw(st.booleans()), draw(st.booleans())
        high = draw(st.integers(low, students)) if hidden else low
        highest = draw(st.integers(least, students)) if other_hidden else least
        place.append((low, high, least, highest, students))
    return place


def assert_around(found: Bounds, row: int, place: list[School]) -> None:
    for name, values in completed(place).items():
        low, high = found.low[name].iloc[row], found.high[name].iloc[row]
        attained = values.dropna()
        if attained.empty:
            assert np.isnan(low), name
            assert np.isnan(high), name
            continue
        assert low <= attained.min() + TOLERANCE, name
        assert high >= attained.max() - TOLERANCE, name
        if name in WHOLE and found.high_exact[name].iloc[row]:
            assert high == pytest.approx(attained.max(), abs=1e-8), name


@settings(max_examples=150, deadline=None)
@given(place=schools())
def test_no_completion_lies_outside_and_what_is_called_exact_is_attained(place: list[School]) -> None:
    found = pair_bounds(as_pairs([place]))
    assert_around(found, 0, place)
    assert found.high_exact.loc[0, ["dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson"]].all()


@settings(max_examples=150, deadline=None)
@given(place=schools())
def test_nor_where_there_are_too_many_corners_to_try(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "MOST_CORNERS", 0)
        assert_around(pair_bounds(as_pairs([place])), 0, place)


@settings(max_examples=40, deadline=None)
@given(place=schools())
def test_exposure_is_exact_in_whole_students(place: list[School]) -> None:
    found, attained = pair_bounds(as_pairs([place])), completed(place)["exposure"].dropna()
    if not attained.empty:
        assert found.low["exposure"].iloc[0] == pytest.approx(attained.min(), abs=1e-9)
        assert found.high["exposure"].iloc[0] == pytest.approx(attained.max(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(places=st.lists(schools(), min_size=2, max_size=3))
def test_places_do_not_touch_each_other(places: list[list[School]]) -> None:
    together = pair_bounds(as_pairs(places))
    for row, place in enumerate(places):
        alone = pair_bounds(as_pairs([place]))
        for side in ("low", "high"):
            found, expected = getattr(together, side).iloc[row], getattr(alone, side).iloc[0]
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(place=schools())
def test_where_nothing_is_hidden_low_value_and_high_are_one(place: list[School]) -> None:
    known = as_pairs([[(a, a, b, b, students) for a, _, b, _, students in place]])
    found, value = pair_bounds(known), measure(known.completed(known.low))
    pd.testing.assert_frame_equal(found.low, value)
    pd.testing.assert_frame_equal(found.high, value)


@settings(max_examples=40, deadline=None)
@given(place=schools())
def test_everyone_else_is_one_of_the_others_that_there_can_be(place: list[School]) -> None:
    alone = bounds(
        Intervals(*np.array([[a, most, t] for a, most, _, _, t in place], float).T, np.zeros(len(place), np.intp), 1)
    )
    both = pair_bounds(as_pairs([[(a, most, t - most, t - a, t) for a, most, _, _, t in place]]))
    for name in INDICES:
        if not np.isnan(alone.low[name].iloc[0]):
            assert both.low[name].iloc[0] <= alone.low[name].iloc[0] + TOLERANCE, name
            # In these few schools both are exact; exposure here in whole students, there in fractions of them.
            if name != "exposure":
                assert both.high[name].iloc[0] >= alone.high[name].iloc[0] - 1e-8, name


# By hand ------------------------------------------------------------------------------------------------------------


def test_one_hidden_count_by_hand() -> None:
    # 5 and 5 of 10; 2 and 0 to 4 of 6. B = 5 + b: even where 5/(5 + b) = 5/7, at b = 2.
    found = pair_bounds(as_pairs([[(5, 5, 5, 5, 10), (2, 2, 0, 4, 6)]]))
    even = ["dissimilarity", "variance_ratio", "theil_h", "atkinson"]
    assert found.low.loc[0, even].tolist() == pytest.approx([0] * 4, abs=1e-5)
    # At b = 0: D = 1 − 5/7; V = 1 − (12/35)(25/10) = 1/7; Atkinson's is 1 − (25/35). At b = 4, D = 5/7 − 5/9 only.
    assert found.high.loc[0, ["dissimilarity", "variance_ratio", "atkinson"]].tolist() == pytest.approx(
        [2 / 7, 1 / 7, 2 / 7]
    )
    assert found.high_exact.loc[0, even].all()
    assert found.low.loc[0, "exposure"] == pytest.approx(2.5 / 7)
    assert found.high.loc[0, "exposure"] == pytest.approx((2.5 + 2 * 4 / 6) / 7)
    assert found.low.loc[0, "isolation"] == found.high.loc[0, "isolation"] == pytest.approx((2.5 + 4 / 6) / 7)


def test_students_have_room_for_one_group_only() -> None:
    # Four students, of either group or none: one of the first meets at most three of the other.
    found = pair_bounds(as_pairs([[(0, 4, 0, 4, 4)]]))
    assert found.high.loc[0, "exposure"] == pytest.approx(3 / 4)
    assert found.low.loc[0, "exposure"] == pytest.approx(0)
    assert found.low.loc[0, "isolation"] == pytest.approx(1 / 4)
    assert found.high.loc[0, "isolation"] == pytest.approx(1)


def test_a_single_school_cannot_be_segregated_whatever_is_hidden() -> None:
    found = pair_bounds(as_pairs([[(0, 50, 0, 50, 50)]]))
    indices = ["dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson", "mutual_information"]
    assert found.high.loc[0, indices].tolist() == [0] * len(indices)


def test_a_whole_state_stays_close_to_what_was_hidden() -> None:
    # 500 schools, a tenth of whose counts are hidden within ± 4 of some hundred students: no index can move far.
    rng = np.random.default_rng(7)
    students = rng.integers(100, 900, 500)
    group = rng.binomial(students, rng.beta(1, 3, 500))
    counts = np.array([group, rng.binomial(students - group, rng.beta(2, 2, 500))], dtype=float)
    hidden = rng.random((2, 500)) < 0.1
    low, high = (np.where(hidden, np.clip(counts + sign * 4, 0, students), counts) for sign in (-1, 1))
    state = Pairs(low, high, students.astype(float), np.zeros(500, np.intp), 1)
    found, value = pair_bounds(state), measure(state.completed(counts)).loc[0]
    assert (found.low.loc[0] < value).all()
    assert (found.high.loc[0] > value).all()
    assert (found.high.loc[0] - found.low.loc[0]).max() < 0.02


# Tables -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table() -> pd.DataFrame:
    """District a: 30 and 6 of 40, a hidden 1 to 9 and 2 of 5 students; b: unknown of 50, its only school."""
    rows = [
        ("1", "a", 40, 30, None, None, 6, None, None),
        ("2", "a", 5, None, 1, 9, 2, None, None),
        ("3", "b", 50, None, None, None, None, 3, 4),
    ]
    columns = ["ncessch", "leaid", "students", "black", "black_low", "black_high", "white", "white_low", "white_high"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], "Int64"))
    return frame.assign(year=2018, state="S", county="C", district="D")


def test_hidden_counts_lie_between_what_was_published_and_the_room_left(table: pd.DataFrame) -> None:
    found = bounds_by(table, "district", "black", "white").set_index("place")
    expected = pair_bounds(as_pairs([[(30, 30, 6, 6, 40), (1, 3, 2, 2, 5)], [(0, 47, 3, 4, 50)]]))
    for name, side in product(INDICES, ("low", "high")):
        assert found[f"{name}_{side}"].tolist() == getattr(expected, side)[name].tolist(), name


def test_bounds_stand_beside_the_indices(table: pd.DataFrame) -> None:
    both = bounded_indices_by(table, "district", "black", "white")
    alone = indices_by(table, "district", "black", "white")
    assert list(both) == [*alone, *(f"{name}_{side}" for name in INDICES for side in BOUND_COLUMNS)]
    assert both.loc[1, ["place", "schools"]].tolist() == ["b", 0]


@settings(max_examples=60, deadline=None)
@given(place=schools(largest=12, most=6), data=st.data())
def test_a_consistent_table_lies_within_the_bounds_of_what_is_told_of_it(
    place: list[School], data: st.DataObject
) -> None:
    rows = []
    for number, (low, high, least, most, students) in enumerate(place):
        a = data.draw(st.integers(low, min(high, students - least)))
        b = data.draw(st.integers(least, min(most, students - a)))
        rows.append((str(number), students, a, b, low, high, least, most))
    columns = ["ncessch", "students", "black", "white", "black_low", "black_high", "white_low", "white_high"]
    told = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "Int64"))
    told = told.assign(year=2018, state="S")
    true = indices_by(told, "state", "black", "white").iloc[0]
    found = bounds_by(told.assign(black=pd.NA, white=pd.NA), "state", "black", "white").iloc[0]
    for name in INDICES:
        if not np.isnan(true[name]):
            assert found[f"{name}_low"] <= true[name] + TOLERANCE, name
            assert found[f"{name}_high"] >= true[name] - TOLERANCE, name
