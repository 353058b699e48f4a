"""Bounds of all groups at once against every completion of small places, written out one by one.

The indices of completions come from the registry, which ``tests/oracle`` sets against exact fractions.
"""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.hidden import many_bounds as module
from analysis.hidden.many import Many
from analysis.hidden.many_bounds import many_bounds
from analysis.hidden.many_options import Options
from analysis.indices import MULTIGROUP, measure
from analysis.measured import BOUND_COLUMNS, bounded_indices_by, bounds_by, indices_by
from tests.analysis.hidden.completions import TOLERANCE, assert_around

School = tuple[list[int], list[int], int]  # least and most of each group, students


def as_many(places: list[list[School]]) -> Many:
    low, high = (np.array([school[end] for place in places for school in place], float).T for end in (0, 1))
    students = np.array([school[2] for place in places for school in place], float)
    return Many(low, high, students, np.repeat(np.arange(len(places)), [len(place) for place in places]), len(places))


def completed(place: list[School]) -> pd.DataFrame:
    """Every index of every completion, one row each."""
    of_school = [
        [counts for counts in product(*map(range, low, np.add(high, 1))) if sum(counts) <= students]
        for low, high, students in place
    ]
    assume(np.prod([len(each) for each in of_school]) <= 20_000)
    counts = np.array(list(product(*of_school)), dtype=float)  # (completions, schools, groups)
    one = as_many([place] * len(counts))
    return measure(one.completed(counts.reshape(-1, counts.shape[2]).T), tuple(MULTIGROUP))


@st.composite
def schools(draw: st.DrawFn, groups: int = 3, largest: int = 5, most: int = 3) -> list[School]:
    place = []
    for _ in range(draw(st.integers(1, most))):
        students = draw(st.integers(0, largest))
        low, left = [], students
        for _ in range(groups):
            low.append(draw(st.integers(0, left)))
            left -= low[-1]
        high = [draw(st.integers(each, students)) if draw(st.booleans()) else each for each in low]
        place.append((low, high, students))
    return place


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are too many completions to try all."""
    monkeypatch.setattr(module, "_MOST", 0)


@settings(max_examples=100, deadline=None)
@given(place=schools())
def test_no_completion_lies_outside_and_what_is_called_exact_is_attained(place: list[School]) -> None:
    assert_around(many_bounds(as_many([place])), 0, completed(place))


@settings(max_examples=150, deadline=None)
@given(place=schools())
def test_nor_where_there_are_too_many_to_try(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST", 0)
        assert_around(many_bounds(as_many([place])), 0, completed(place))


@settings(max_examples=60, deadline=None)
@given(place=schools())
def test_with_two_sure_groups_the_greatest_h_lies_at_a_corner(place: list[School]) -> None:
    assume(np.array([low for low, _, _ in place]).any(axis=0).sum() > 1)
    corners = Options.corners(as_many([place]).narrowed())
    found = corners.tried()[1][0, list(MULTIGROUP).index("theil_h")]
    assert found == pytest.approx(completed(place)["theil_h"].max(), abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(place=schools(groups=4, largest=8, most=2))
def test_nor_with_more_groups_and_students(place: list[School]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST", 0)
        assert_around(many_bounds(as_many([place])), 0, completed(place))


@settings(max_examples=30, deadline=None)
@given(place=schools(most=2), hidden=st.integers(0, 2))
def test_one_hidden_count_is_exact_at_both_ends(place: list[School], hidden: int) -> None:
    known = [(low, low, students) for low, _, students in place]
    low, high = place[0][0], list(place[0][0])
    high[hidden] = place[0][1][hidden]
    known[0] = (low, high, place[0][2])
    found = many_bounds(as_many([known]))
    assert_around(found, 0, completed(known))
    assert found.low_exact.all(axis=None)
    assert found.high_exact.all(axis=None)


@settings(max_examples=30, deadline=None)
@given(places=st.lists(schools(), min_size=2, max_size=3))
def test_places_do_not_touch_each_other(places: list[list[School]]) -> None:
    together = many_bounds(as_many(places))
    for row, place in enumerate(places):
        alone = many_bounds(as_many([place]))
        for side in ("low", "high"):
            found, expected = getattr(together, side).iloc[row], getattr(alone, side).iloc[0]
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(place=schools())
def test_where_nothing_is_hidden_low_value_and_high_are_one(place: list[School]) -> None:
    known = as_many([[(low, low, students) for low, _, students in place]])
    found, value = many_bounds(known), measure(known.completed(known.low), tuple(MULTIGROUP))
    pd.testing.assert_frame_equal(found.low, value)
    pd.testing.assert_frame_equal(found.high, value)
    assert (found.low_exact & found.high_exact).all(axis=None)


# By hand ------------------------------------------------------------------------------------------------------------


def test_one_hidden_count_by_hand() -> None:
    # 2, 2 and 0 of 4; 2, 2 and 0 to 4 of 8: even with none of the third group, and P* rises with them. With four,
    # N = (4, 4, 4) and Σ_s n_sg²/t_s = 4/4 + 4/8 twice and 16/8: P* = Σ_g (that/12 − 1/9)/(2/3) = (5/12 − 1/3) · 3/2.
    found = many_bounds(as_many([[([2, 2, 0], [2, 2, 0], 4), ([2, 2, 0], [2, 2, 4], 8)]]))
    assert found.low.loc[0].tolist() == pytest.approx([0] * len(MULTIGROUP))
    assert found.high.loc[0, "variance_ratio"] == pytest.approx(1 / 8)
    # The third group is a third of all, and half of the second school: D = Σ|n_sg − t_s/3| / (2 · 12 · 2/3).
    assert found.high.loc[0, "dissimilarity"] == pytest.approx((2 * (2 / 3 + 2 / 3) + 2 * 4 / 3) / 16)


@pytest.mark.usefixtures("untried")
def test_schools_of_one_race_each_are_wholly_segregated_whatever_their_sizes() -> None:
    place = [([0, 0, 0], [90, 0, 0], 90), ([0, 0, 0], [0, 50, 0], 50), ([5, 0, 0], [5, 0, 0], 5)]
    found = many_bounds(as_many([place]))
    assert found.high.loc[0].drop("mutual_information").tolist() == pytest.approx([1] * 4)
    # Half and half, 50 of each; of three groups it could be at most ln 3.
    assert np.log(2) < found.high.loc[0, "mutual_information"] < np.log(3)


@pytest.mark.usefixtures("untried")
def test_a_single_school_cannot_be_segregated_whatever_is_hidden() -> None:
    found = many_bounds(as_many([[([10, 0, 0], [40, 50, 50], 50)]]))
    assert found.low.loc[0].tolist() == [0] * len(MULTIGROUP)
    assert found.high.loc[0].tolist() == [0] * len(MULTIGROUP)


def test_undefined_where_no_completion_has_two_groups() -> None:
    none, one = ([0, 0, 0], [0, 0, 0], 50), ([0, 0, 0], [50, 0, 0], 50)
    found = many_bounds(as_many([[none], [one], [([0, 0, 0], [1, 1, 1], 1)]]))
    alone = ["dissimilarity", "variance_ratio", "theil_h", "gini"]
    assert found.low[alone].isna().all(axis=None)
    assert found.high[alone].isna().all(axis=None)
    for end in (found.low, found.high):
        np.testing.assert_array_equal(end["mutual_information"], [np.nan, 0, 0])


@pytest.mark.parametrize("width", [4, 40])
def test_a_whole_state_stays_close_to_what_was_hidden(width: int) -> None:
    # 500 schools of five groups, a tenth of whose counts are hidden within so many of some hundred students.
    rng = np.random.default_rng(7)
    students = rng.integers(100, 900, 500)
    shares = rng.dirichlet([3, 2, 1, 0.5, 0.1], 500)
    counts = np.array([rng.multinomial(*each) for each in zip(students, shares, strict=True)], dtype=float).T
    hidden = rng.random(counts.shape) < 0.1
    low, high = (np.where(hidden, np.clip(counts + sign * width, 0, students), counts) for sign in (-1, 1))
    state = Many(low, high, students.astype(float), np.zeros(500, np.intp), 1)
    found, value = many_bounds(state), measure(state.completed(counts), tuple(MULTIGROUP)).loc[0]
    assert (found.low.loc[0] < value).all()
    assert (found.high.loc[0] > value).all()
    # By hand: a tenth of the counts moved by ``width`` of the 500/5 that a count is on average.
    assert (found.high.loc[0] - found.low.loc[0]).max() < 2 * 0.1 * width / 100


# Tables -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table() -> pd.DataFrame:
    """District a: 30, 6 and 4 of 40; a hidden 1 to 9, 2 and 1 of 5. District b: unknown of 50, its only school."""
    rows = [("1", "a", 40, 30, None, None, 6, 4), ("2", "a", 5, None, 1, 9, 2, 1), ("3", "b", 50, *[None] * 5)]
    columns = ["ncessch", "leaid", "students", "black", "black_low", "black_high", "white", "asian"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], "Int64"))
    none = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    more = [f"{race}_{end}" for race in ("white", "asian", "pacific") for end in ("low", "high")]
    return frame.assign(year=2018, state="S", county="C", district="D", pacific=none, **dict.fromkeys(more, none))


RACES = ("white", "asian", "pacific")


def test_hidden_counts_lie_between_what_was_published_and_the_room_left(table: pd.DataFrame) -> None:
    found = bounds_by(table, "district", "black", RACES).set_index("place")
    # Pacific Islanders are counted nowhere, so they are no group here.
    a = [([30, 6, 4, 0], [30, 6, 4, 0], 40), ([1, 2, 1, 0], [5, 2, 1, 0], 5)]
    expected = many_bounds(as_many([a, [([0] * 4, [50, 50, 50, 0], 50)]]))
    for name, side in product(MULTIGROUP, ("low", "high")):
        assert found[f"{name}_{side}"].tolist() == getattr(expected, side)[name].tolist(), name
    assert found.loc["a", "theil_h_high_exact"]


def test_a_race_that_is_only_ever_hidden_is_a_group(table: pd.DataFrame) -> None:
    ends = {"pacific_low": pd.array([0, None, None], "Int64"), "pacific_high": pd.array([9, None, None], "Int64")}
    hidden = table.assign(**ends)
    wider, narrower = (bounds_by(each, "state", "black", RACES).iloc[0] for each in (hidden, table))
    assert wider["mutual_information_high"] > narrower["mutual_information_high"]


def test_bounds_stand_beside_the_indices(table: pd.DataFrame) -> None:
    both = bounded_indices_by(table, "district", "black", RACES)
    alone = indices_by(table, "district", "black", RACES)
    assert list(both) == [*alone, *(f"{name}_{side}" for name in MULTIGROUP for side in BOUND_COLUMNS)]
    assert both.loc[1, ["place", "schools"]].tolist() == ["b", 0]


@settings(max_examples=40, deadline=None)
@given(place=schools(largest=12, most=6), data=st.data())
def test_a_consistent_table_lies_within_the_bounds_of_what_is_told_of_it(
    place: list[School], data: st.DataObject
) -> None:
    rows = []
    for number, (low, high, students) in enumerate(place):
        left, counts = students - sum(low), []
        for least, most in zip(low, high, strict=True):
            counts.append(data.draw(st.integers(least, min(most, least + left))))
            left -= counts[-1] - least
        rows.append((str(number), students, *counts, *low, *high))
    races = ["black", "white", "asian"]
    columns = ["ncessch", "students", *(f"{race}{end}" for end in ("", "_low", "_high") for race in races)]
    told = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "Int64"))
    told = told.assign(year=2018, state="S")
    true = indices_by(told, "state", "black", ("white", "asian")).iloc[0]
    found = bounds_by(told.assign(**dict.fromkeys(races, pd.NA)), "state", "black", ("white", "asian")).iloc[0]
    for name in MULTIGROUP:
        if not np.isnan(true[name]):
            assert found[f"{name}_low"] <= true[name] + TOLERANCE, name
            assert found[f"{name}_high"] >= true[name] - TOLERANCE, name
