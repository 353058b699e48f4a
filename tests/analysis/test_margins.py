"""A fitted table has the margins asked for and the odds ratios and zeros of its seed, which make it the only one."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.margins import fitted
from tests.oracle.exact_change import can_be_fitted

FEW = st.integers(0, 40)


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A seed without an empty row or column, and margins with the same sum."""
    schools, groups = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    table = st.lists(st.lists(FEW, min_size=groups, max_size=groups), min_size=schools, max_size=schools)
    seed, other = (np.array(draw(table), dtype=float) for _ in range(2))
    assume(seed.any(axis=0).all() and seed.any(axis=1).all())
    assume(other.any(axis=0).all() and other.any(axis=1).all())
    return seed, other.sum(axis=1), other.sum(axis=0)


@given(problem=problems())
def test_a_table_is_found_just_where_there_is_one(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    seed, rows, columns = problem
    expected = can_be_fitted(seed.astype(int).tolist(), rows.astype(int).tolist(), columns.astype(int).tolist())
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert (fitted(seed, rows, columns) is not None) == expected


@given(problem=problems())
def test_margins_are_those_asked_for(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    seed, rows, columns = problem
    table = fitted(seed, rows, columns)
    assume(table is not None)
    np.testing.assert_allclose(table.sum(axis=1), rows, rtol=1e-11)
    np.testing.assert_allclose(table.sum(axis=0), columns, rtol=1e-11)
    assert not table[seed == 0].any()


@given(problem=problems())
def test_odds_ratios_are_the_seeds(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Of every two schools and groups whose four cells are not on their way to 0."""
    seed, rows, columns = problem
    table = fitted(seed, rows, columns)
    assume(table is not None)
    for first in range(seed.shape[1]):
        for second in range(first):
            kept = (table[:, [first, second]] > 1e-9).all(axis=1)
            found, expected = (each[kept, first] / each[kept, second] for each in (table, seed))
            np.testing.assert_allclose(np.outer(found, expected), np.outer(expected, found), rtol=1e-9)


def test_two_schools_by_hand() -> None:
    """Odds ratio 9 with margins 1, 3 and 2, 2: x (1 + x) = 9 (1 − x) (2 − x), so 8x² − 28x + 18 = 0."""
    x = (7 - np.sqrt(13)) / 4
    table = fitted(np.array([[30.0, 10], [10, 30]]), np.array([1.0, 3]), np.array([2.0, 2]))
    np.testing.assert_allclose(table, [[x, 1 - x], [2 - x, 1 + x]], rtol=1e-12)


def test_a_seed_in_two_pieces_keeps_to_them() -> None:
    seed, columns = np.diag([5.0, 7.0]), np.array([3.0, 1.0])
    assert fitted(seed, np.array([1.0, 3.0]), columns) is None
    np.testing.assert_allclose(fitted(seed, np.array([3.0, 1.0]), columns), np.diag([3.0, 1.0]))


def test_groups_of_very_different_size_are_fitted_alike() -> None:
    seed = np.array([[1e7, 1, 3], [1e7, 2, 1], [5e6, 4, 9]])
    rows, columns = np.array([4e6, 9e6, 2e6]), np.array([15e6 - 12, 7, 5])
    table = fitted(seed, rows, columns)
    np.testing.assert_allclose(table.sum(axis=0), columns, rtol=1e-11)
