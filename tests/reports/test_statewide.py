"""Sentences on one policy for a whole state, by hand."""

import numpy as np
import pandas as pd
import pytest

from reports.statewide import empty_seats, ranking, rises_and_falls

NAN = np.nan
DISTRICTS = pd.DataFrame(
    {
        "rank": pd.array([1, 2, 3, None, None], dtype="Int64"),
        "variance_ratio_before": [0.5, 0.4, 0.1, NAN, NAN],
        "variance_ratio_after": [0.2, 0.3, 0.2, NAN, NAN],
        "dissimilarity_before": [0.5, 0.4, 0.1, NAN, NAN],
        "dissimilarity_after": [0.4, 0.4, 0.2, NAN, NAN],
        "seats": [1000, 200, 300, 100, 500],
        "unfilled": pd.array([30, 0, 4, 1, None], dtype="Int64"),
    }
)
EMPTY = "Seats are expected to stay empty in 3 of 4 districts: 35 of 1,600 seats."
CHANGES = "V falls in 2 districts and rises in 1; D falls in 1 districts and rises in 1."


def test_what_does_not_change_or_is_not_told_neither_falls_nor_rises():
    assert rises_and_falls(DISTRICTS) == CHANGES


def test_empty_seats_that_are_not_told_do_not_count():
    assert empty_seats(DISTRICTS) == EMPTY


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ({}, ["Last, without V and rank: 2 districts, all students are of one group."]),
        (
            {"suppressed": ["", "", "", "", "too many school counts hidden"]},
            [
                "Last, without V and rank: 1 districts, all students are of one group.",
                "Last, without V and rank: 1 districts, too many school counts hidden.",
            ],
        ),
    ],
)
def test_a_ranking_says_of_what_by_what_and_who_has_none(more, last):
    first, empty, *others = ranking(DISTRICTS.assign(**more), "middle")
    assert first == (
        "Figures are of middle schools alone. Districts are ranked by how much V between economically disadvantaged "
        f"and other students falls. {CHANGES}"
    )
    assert empty == EMPTY
    assert others == last


def test_where_all_have_a_rank_nothing_more_is_said():
    assert len(ranking(DISTRICTS[:3].assign(suppressed=""), "high")) == 2
