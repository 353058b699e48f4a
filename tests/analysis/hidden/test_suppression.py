"""What schools of a size are published as: all of them are enumerated, so nothing is left to chance."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from analysis.hidden.suppression import still_possible, suppressed


def all_rows(groups, total):
    """Every way a number of students can be of so many groups."""
    heads = [row for row in product(range(total + 1), repeat=groups - 1) if sum(row) <= total]
    return np.array([(*row, total - sum(row)) for row in heads], dtype=np.int64)


def published(rows, cell, students=None):
    """What is published of each row, as one value to compare; and the row's result."""
    students = rows.sum(axis=1) if students is None else students
    result = suppressed(rows, np.ones(rows.shape, dtype=bool), students, cell)
    seen = np.column_stack([result.counts, result.hidden, result.low, result.high])
    return [tuple(row) for row in seen.tolist()], result


def longest_run(values):
    """The most values in a row without a gap."""
    values = sorted(values)
    runs = np.split(values, 1 + np.flatnonzero(np.diff(values) > 1))
    return max(len(run) for run in runs)


@pytest.mark.parametrize(("groups", "cell", "most"), [(2, 10, 60), (3, 4, 30), (3, 10, 56), (4, 3, 20), (5, 3, 17)])
def test_every_small_count_of_every_school_keeps_its_values(groups, cell, most):
    for total in range(1, most + 1):
        rows = all_rows(groups, total)
        seen, result = published(rows, cell)
        alike = defaultdict(list)
        for row, key in zip(rows, seen, strict=True):
            alike[key].append(row)
        small = (rows < cell) | (total - rows < cell)
        assert result.hidden[small].all()
        for same in alike.values():
            for group, column in enumerate(np.array(same).T):
                if ((column < cell) | (total - column < cell)).any():
                    assert longest_run(set(column.tolist())) >= min(still_possible(cell), total + 1), (same[0], group)


@pytest.mark.parametrize(("groups", "cell", "most"), [(2, 10, 60), (3, 4, 30), (4, 3, 20)])
def test_a_school_is_as_its_bounds_and_its_shown_counts_say(groups, cell, most):
    for total in range(1, most + 1):
        rows = all_rows(groups, total)
        _, result = published(rows, cell)
        assert ((result.low <= rows) & (rows <= result.high)).all()
        assert (result.counts == rows)[~result.hidden].all()
        assert (result.counts.sum(axis=1) == total).all()
        assert (result.counts >= 0).all()
        # A school either shows all, or hides two counts or more.
        assert set(result.hidden.sum(axis=1)) <= {0, *range(2, groups + 1)}


def of(row, cell=10, students=None):
    rows = np.array([row], dtype=np.int64)
    _, result = published(rows, cell, None if students is None else np.array([students]))
    return result


def hidden(row, **given):
    return of(row, **given).hidden[0].tolist()


def test_by_hand():
    assert hidden([90, 10]) == [False, False]
    # Nine disadvantaged students, or all but nine: neither they nor the others are told.
    assert hidden([9, 91]) == hidden([91, 9]) == [True, True]
    assert of([9, 91]).counts.tolist() == of([0, 100]).counts.tolist() == [[3, 97]]
    # Three, four and no students: their sum of seven gives none away, so the large counts stand.
    assert hidden([300, 150, 40, 3, 4, 0]) == [False, False, False, True, True, True]
    # One of two students: the sum of two would tell; the largest goes with them.
    assert hidden([300, 150, 40, 1, 1, 12]) == [True, False, False, True, True, False]
    # Two equal largest: hiding one of them would tell how many are below it.
    assert hidden([150, 150, 40, 3]) == [True, True, False, True]
    # Few students: nothing is told.
    assert hidden([12, 14, 8]) == [True] * 3


def test_a_count_that_is_not_known_stays_out_of_it():
    rows = np.array([[4, 0, 60]])
    result = suppressed(rows, np.array([[True, False, True]]), np.array([64]), 10)
    assert result.hidden.tolist() == [[True, False, True]]


def test_more_in_the_groups_than_in_the_school_tells_nothing():
    assert hidden([95, 20], students=100) == [True, True]
    assert of([95, 20], students=100).counts.sum() == 100
