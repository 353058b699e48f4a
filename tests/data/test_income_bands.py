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


def test_a_small_band_is_hidden_with_another_that_would_tell_it() -> None:
    few = schools(students=[100] * 4, ed=[55, 60, 60, 60], ed_basis="frpl", ed_free=[50, 30, 30, 30])
    told = protected(few, 10)
    assert told.loc[0, "band_reduced_low"] == 0
    assert told.loc[0, "band_reduced_high"] >= 9
    assert sum(hidden(told, name)[0] for name in BANDS) >= 2
    assert not any(hidden(told, name)[1:].any() for name in BANDS)
    assert protected(few, 0)["band_reduced"].tolist() == [5, 30, 30, 30]


def test_the_comparison_says_what_it_compares() -> None:
    bands = comparison(INCOME_BANDS)
    assert bands.many
    assert bands.label == "income bands: free, reduced-price, paid"
    assert bands.share_label == "Chance of difference in income band"
    assert "rank_order_h" in bands.indices
    assert "rank_order_h" not in comparison("all-races").indices
