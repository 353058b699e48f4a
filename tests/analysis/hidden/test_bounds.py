"""Bounds against every completion of small places, written out one by one and computed in exact arithmetic."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.hidden.bounds import Bounds, bounds
from analysis.hidden.corners import FEW
from analysis.hidden.intervals import Intervals
from analysis.indices import INDICES, measure
from analysis.measured import BOUND_COLUMNS, bounded_indices_by, bounds_by, indices_by
from tests.oracle import exact

TOLERANCE = 1e-12
GROWING = [name for name in INDICES if name != "exposure"]  # with segregation

School = tuple[int, int, int]  # least, most, students


def intervals(places: list[list[School]], total: list[float] | None = None) -> Intervals:
    low, high, students = np.array([school for place in places for school in place], dtype=float).reshape(-1, 3).T
    codes = np.repeat(np.arange(len(places)), [len(place) for place in places])
    return Intervals(low, high, students, codes, len(places), None if total is None else np.array(total))


def completions(place: list[School], total: float | None = None) -> list[tuple[int, ...]]:
    every = product(*(range(low, high + 1) for low, high, _ in place))
    return [counts for counts in every if total is None or sum(counts) == total]


def values(place: list[School], counts: list[tuple[int, ...]]) -> dict[str, list[float]]:
    """Every index of each completion, where it is defined."""
    schools = [
        [exact.School((Fraction(n), Fraction(t - n)), Fraction(t)) for n, (_, _, t) in zip(each, place, strict=True)]
        for each in counts
    ]
    found = {name: [exact.INDICES[name](each) for each in schools] for name in INDICES}
    return {name: [float(v) for v in each if v is not None] for name, each in found.items()}


@st.composite
def schools(draw: st.DrawFn, largest: int = 6, most: int = 4) -> list[School]:
    rows = draw(st.lists(st.tuples(*[st.integers(0, largest)] * 3), min_size=1, max_size=most))
    return [tuple(sorted(row)) for row in rows]


def assert_around(found: Bounds, row: int, place: list[School], counts: list[tuple[int, ...]]) -> None:
    for name, attained in values(place, counts).items():
        low, high = found.low[name].iloc[row], found.high[name].iloc[row]
        if not attained:
            assert np.isnan(low)
            assert np.isnan(high)
            continue
        assert low <= min(attained) + TOLERANCE, name
        assert high >= max(attained) - TOLERANCE, name
        if name in GROWING and found.high_exact[name].iloc[row]:
            assert high == pytest.approx(max(attained), abs=1e-9), name


@settings(max_examples=60)
@given(place=schools())
def test_no_completion_lies_outside_and_what_is_called_exact_is_attained(place: list[School]) -> None:
    assert_around(bounds(intervals([place])), 0, place, completions(place))


@settings(max_examples=60)
@given(place=schools(), data=st.data())
def test_a_known_total_leaves_only_the_completions_that_add_up_to_it(place: list[School], data: st.DataObject) -> None:
    total = data.draw(st.integers(sum(s[0] for s in place), sum(s[1] for s in place)))
    assert_around(bounds(intervals([place], [total])), 0, place, completions(place, total))


@settings(max_examples=10)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 2), st.integers(0, 3)), min_size=FEW + 1, max_size=FEW + 1
    )
)
def test_more_hidden_schools_than_all_corners_are_tried_of(rows: list[School]) -> None:
    place = [(low, low + width, low + width + rest) for low, width, rest in rows]
    assert_around(bounds(intervals([place])), 0, place, completions(place))


@settings(max_examples=30)
@given(places=st.lists(schools(), min_size=2, max_size=4))
def test_places_do_not_touch_each_other(places: list[list[School]]) -> None:
    together = bounds(intervals(places))
    for row, place in enumerate(places):
        alone = bounds(intervals([place]))
        for side in ("low", "high"):
            found, expected = getattr(together, side).iloc[row], getattr(alone, side).iloc[0]
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


@settings(max_examples=25)
@given(place=schools(largest=3, most=2))
def test_the_least_is_attained_in_fractions_of_students(place: list[School]) -> None:
    # With a school of 1 in 2 both groups are always there. Every index is the same for ten times as many students, so
    # the completions of those are completions in tenths.
    place = [*place, (1, 1, 2)]
    tenths = [(10 * low, 10 * high, 10 * students) for low, high, students in place]
    counts = completions(tenths)
    many = intervals([[(n, n, t) for n, (_, _, t) in zip(each, tenths, strict=True)] for each in counts])
    attained, found = measure(many.completed(many.low)), bounds(intervals([place]))
    for name in GROWING:
        low = found.low[name].iloc[0]
        assert low <= attained[name].min() + TOLERANCE, name
        assert low == pytest.approx(attained[name].min(), abs=0.03), name
        assert found.high[name].iloc[0] >= attained[name].max() - TOLERANCE, name
    assert found.high["exposure"].iloc[0] == pytest.approx(attained["exposure"].max(), abs=0.01)


# By hand ------------------------------------------------------------------------------------------------------------


def test_one_hidden_school_by_hand() -> None:
    # 5 of 10, and 0 to 10 of 10. Even at 5; isolation (2.5 + a²/10)/(5 + a) is least where a² + 10a = 25.
    found = bounds(intervals([[(5, 5, 10), (0, 10, 10)]]))
    assert found.low.loc[0, ["dissimilarity", "variance_ratio", "gini"]].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    a = np.sqrt(50) - 5
    assert found.low.loc[0, "isolation"] == pytest.approx((2.5 + a * a / 10) / (5 + a), abs=1e-12)
    # At either end one group is all in one school of two: D = |1 − 5/15|.../2 = 2/3 and V = 1/3; isolation 12.5/15.
    assert found.high.loc[0, "dissimilarity"] == pytest.approx(2 / 3)
    assert found.high.loc[0, "variance_ratio"] == pytest.approx(1 / 3)
    assert found.high.loc[0, "isolation"] == pytest.approx(12.5 / 15)
    assert found.low.loc[0, "exposure"] == pytest.approx(2.5 / 15)
    assert found.high_exact.loc[0].all()


def test_a_single_school_cannot_be_segregated_whatever_is_hidden() -> None:
    found = bounds(intervals([[(0, 50, 50)]]))
    assert found.high.loc[0, ["dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson"]].tolist() == [0] * 5


def test_a_total_that_leaves_one_school_open_settles_it() -> None:
    settled = bounds(intervals([[(3, 3, 10), (0, 10, 10), (4, 4, 8)]], [12.0]))
    known = measure(intervals([[(3, 3, 10), (5, 5, 10), (4, 4, 8)]]).completed(np.array([3.0, 5.0, 4.0])))
    pd.testing.assert_frame_equal(settled.low, known)
    pd.testing.assert_frame_equal(settled.high, known)


@pytest.mark.parametrize("total", [2.0, 26.0])
def test_a_total_no_completion_reaches_has_no_bounds(total: float) -> None:
    found = bounds(intervals([[(3, 3, 10), (0, 10, 10)]], [total]))
    assert found.low.isna().all(axis=None)
    assert found.high.isna().all(axis=None)


@given(place=schools())
def test_where_nothing_is_hidden_low_value_and_high_are_one(place: list[School]) -> None:
    known = [(low, low, students) for low, _, students in place]
    found, value = bounds(intervals([known])), measure(intervals([known]).completed(intervals([known]).low))
    pd.testing.assert_frame_equal(found.low, value)
    pd.testing.assert_frame_equal(found.high, value)


@settings(max_examples=30)
@given(place=schools(), data=st.data())
def test_knowing_more_never_widens_a_bound(place: list[School], data: st.DataObject) -> None:
    first, (low, high, students) = place[1:], place[0]
    known = data.draw(st.integers(low, high))
    wide, narrow = bounds(intervals([place])), bounds(intervals([[(known, known, students), *first]]))
    for name in INDICES:
        if not np.isnan(narrow.low[name].iloc[0]):
            assert wide.low[name].iloc[0] <= narrow.low[name].iloc[0] + TOLERANCE
            assert wide.high[name].iloc[0] >= narrow.high[name].iloc[0] - TOLERANCE


def test_a_whole_state_stays_close_to_what_was_hidden() -> None:
    # 1,000 schools, of which 100 hide a count within ± 4 of 500 students: no index can move far.
    rng = np.random.default_rng(7)
    students = rng.integers(100, 900, 1000)
    ed = np.round(students * rng.beta(2, 2, 1000)).astype(int)
    hidden = rng.random(1000) < 0.1
    rows = [
        (max(n - 4, 0), min(n + 4, t), t) if h else (n, n, t)
        for n, t, h in zip(ed.tolist(), students.tolist(), hidden.tolist(), strict=True)
    ]
    found = bounds(intervals([rows]))
    value = measure(intervals([rows]).completed(ed.astype(float))).loc[0]
    assert (found.low.loc[0] < value).all()
    assert (found.high.loc[0] > value).all()
    assert (found.high.loc[0] - found.low.loc[0]).max() < 0.01


# Tables -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table() -> pd.DataFrame:
    """District a: 30 of 40 and a hidden 1 to 9 of 5 students; b: unknown of 50, its only school."""
    rows = [
        (2018, "1", "a", "Alder", 40, 30, None, None),
        (2018, "2", "a", "Alder", 5, None, 1, 9),
        (2018, "3", "b", "Birch", 50, None, None, None),
    ]
    columns = ["year", "ncessch", "leaid", "district", "students", "ed", "ed_low", "ed_high"]
    counts = dict.fromkeys(["students", "ed", "ed_low", "ed_high"], "Int64")
    return pd.DataFrame(rows, columns=columns).assign(state="S", county="C").astype(counts)


def test_hidden_counts_lie_between_what_was_published_and_the_students(table: pd.DataFrame) -> None:
    found = bounds_by(table, "district").set_index("place")
    expected = bounds(intervals([[(30, 30, 40), (1, 5, 5)]]))
    assert found.loc["a", "isolation_low"] == expected.low.loc[0, "isolation"]
    assert found.loc["a", "isolation_high"] == expected.high.loc[0, "isolation"]
    # One ED student in 50, or all of them.
    assert found.loc["b", ["isolation_low", "isolation_high"]].tolist() == pytest.approx([0.02, 1])


def test_a_rounded_count_is_anything_that_rounds_so(table: pd.DataFrame) -> None:
    rounded = table.assign(ed_low=table["ed_low"].fillna(29), ed_high=table["ed_high"].fillna(31))
    found = bounds_by(rounded, "district").set_index("place")
    expected = bounds(intervals([[(29, 31, 40), (1, 5, 5)]]))
    assert found.loc["a", "theil_h_low"] == expected.low.loc[0, "theil_h"]
    assert found.loc["a", "theil_h_high"] == expected.high.loc[0, "theil_h"]


def test_a_race_has_bounds_as_ed_has(table: pd.DataFrame) -> None:
    race = table.rename(columns=lambda name: name.replace("ed", "black"))
    pd.testing.assert_frame_equal(bounds_by(race, "district", "black"), bounds_by(table, "district"))
    both = bounded_indices_by(race, "district", "black")
    pd.testing.assert_frame_equal(both, bounded_indices_by(table, "district"))


def test_bounds_stand_beside_the_indices(table: pd.DataFrame) -> None:
    both = bounded_indices_by(table, "district")
    alone = indices_by(table, "district", "ed", None)
    assert list(both)[: len(list(alone))] == list(alone)
    assert list(both)[len(list(alone)) :] == [f"{name}_{side}" for name in INDICES for side in BOUND_COLUMNS]
    pd.testing.assert_series_equal(both.loc[0, list(alone)], alone.loc[0], check_dtype=False)
    assert both.loc[1, ["place", "place_name", "schools", "students"]].tolist() == ["b", "Birch", 0, 0]
    assert both.loc[1, list(INDICES)].isna().all()
