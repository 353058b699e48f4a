"""Income bands: whose counts they are, where they are unknown, and that a small one is hidden."""

import pandas as pd
import pytest

from data import store
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


def test_bands_lie_between_what_the_lunch_counts_leave_open() -> None:
    """100 students: all known; 40 to 60 free or reduced, 30 of them free; 20 free; more free than free or reduced."""
    told = schools(
        **BOTH | {"ed": [55, None, None, 30], "ed_free": [40, 30, 20, 40]},
        ed_low=[None, 40, None, None],
        ed_high=[None, 60, None, None],
    )
    found = with_bands(told)[[f"{name}_{end}" for name in BANDS for end in ("low", "high")]]
    assert found.iloc[0].tolist() == [40, 40, 15, 15, 45, 45]
    assert found.iloc[1].tolist() == [30, 30, 10, 30, 40, 60]
    assert found.iloc[2].tolist() == [20, 20, 0, 80, 0, 80]
    assert found.iloc[3].isna().all()


def test_bands_of_a_small_school_and_of_one_that_says_nothing() -> None:
    """1 to 9 of five are one to five; nothing is said of the second; neither school's number of students is needed."""
    told = schools(
        **BOTH | {"students": [5, 50, 100, None], "ed": [None, None, 60, 30], "ed_free": [None, None, 50, 20]},
        ed_low=[1, None, None, None],
        ed_high=[9, None, None, None],
    )
    found = with_bands(told)[[f"{name}_{end}" for name in BANDS for end in ("low", "high")]]
    assert found.iloc[0].tolist() == [0, 5, 0, 5, 0, 4]
    assert found.iloc[[1, 3]].isna().all(axis=None)


@pytest.mark.parametrize("cell", [0, 10])
def test_no_band_lies_outside_its_bounds(cell: int) -> None:
    table = store.schools(store.find("franklin"))
    told, true = protected(table, cell), with_bands(table)
    sound = true[list(BANDS)].notna().all(axis=1)
    for name in BANDS:
        low, high, count = told[f"{name}_low"][sound], told[f"{name}_high"][sound], true[name][sound]
        assert (low.le(count) & count.le(high)).all()
        assert low.lt(high).any() == (cell > 0)


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
