"""Income bands: whose counts they are, where they are unknown, and that a small one is hidden."""

import pandas as pd
import pytest

from data.groups import BANDS, INCOME_BANDS, comparison, comparisons, with_bands
from data.privacy import hidden, protected
from data.schema import typed

BOTH = {"students": [100, 100, 100, 100], "ed": [55, 60, 30, None], "ed_basis": "frpl", "ed_free": [40, 30, 40, 20]}


def schools(**counts: object) -> pd.DataFrame:
    numbered = {"year": 2020, "ncessch": ["1", "2", "3", "4"], "leaid": "a"}
    return typed(pd.DataFrame(numbered | counts))


def test_bands_are_free_reduced_price_and_paid() -> None:
    """Missing where one of the two counts is unknown, or more have lunch free than free or reduced-price."""
    found = with_bands(schools(**BOTH))[list(BANDS)]
    assert found.iloc[:2].to_numpy().tolist() == [[40, 15, 45], [30, 30, 40]]
    assert found.iloc[2:].isna().all(axis=None)


@pytest.mark.parametrize("basis", ["ed_basis", "ed_free"])
def test_a_table_of_one_lunch_count_has_no_bands(basis: str) -> None:
    one = schools(**BOTH | ({"ed_free": None} if basis == "ed_free" else {"ed_basis": "state"}))
    assert not {*BANDS} & {*with_bands(one).columns}
    assert INCOME_BANDS not in comparisons(one)
    assert INCOME_BANDS in comparisons(schools(**BOTH))


def test_bands_are_hidden_as_the_counts_that_they_are_worked_out_from() -> None:
    """100 students: 5 at reduced price; 5 paid; 5 free; nothing small."""
    few = schools(students=[100] * 4, ed=[55, 95, 60, 60], ed_basis="frpl", ed_free=[50, 40, 5, 30])
    told = protected(few, 10)
    secret = {"band_free": [0, 2], "band_reduced": [0, 1, 2], "band_paid": [1]}
    for name, rows in secret.items():
        assert told.index[hidden(told, name)].tolist() == rows
    assert told.loc[0, ["band_reduced_low", "band_reduced_high"]].tolist() == [0, 9]
    assert told.loc[1, ["band_paid_low", "band_paid_high", "band_reduced_low", "band_reduced_high"]].tolist() == [
        *(0, 9),
        *(51, 60),
    ]
    assert told.loc[2, ["band_free_high", "band_reduced_low", "band_reduced_high"]].tolist() == [9, 51, 60]
    assert protected(few, 0)["band_reduced"].tolist() == [5, 55, 55, 30]


def test_the_comparison_says_what_it_compares() -> None:
    bands = comparison(INCOME_BANDS)
    assert bands.many
    assert bands.label == "income bands: free, reduced-price, paid"
    assert bands.share_label == "Chance of difference in income band"
    assert "rank_order_h" in bands.indices
    assert "rank_order_h" not in comparison("all-races").indices
