"""Rank-order H against its definition: the fitted curve integrated numerically, and cases known by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from analysis.multigroup import theil_h
from analysis.rank_order import rank_order_h
from analysis.units import Units
from tests.oracle.tables import one_place, tables, units


def bits(share: float) -> float:
    return 0.0 if share in (0, 1) else -(share * log(share) + (1 - share) * log(1 - share)) / log(2)


def thresholds(table: Units) -> tuple[np.ndarray, np.ndarray]:
    """The share of students below each threshold, and H between those below and those above."""
    below = table.counts.cumsum(axis=1)[:, :-1]
    h = [theil_h(Units(np.column_stack([n, table.counted - n]), table.students, table.place, 1))[0] for n in below.T]
    return below.sum(axis=0) / table.counts.sum(), np.array(h)


def integrated(table: Units) -> float:
    """2 ln 2 ∫ E(p) H(p) dp by quadrature, with NumPy's own weighted fit."""
    share, h = thresholds(table)
    curve = np.polyfit(share, h, min(4, len(share) - 1), w=[bits(p) for p in share])
    return 2 * log(2) * quad(lambda p: bits(p) * np.polyval(curve, p), 0, 1)[0]


@pytest.mark.parametrize("bands", [2, 3, 4, 5, 8, 16])
def test_agrees_with_quadrature(bands: int) -> None:
    random = np.random.default_rng(bands)
    mixes = random.dirichlet(np.linspace(1, 3, bands), 12)
    table = one_place(*(random.multinomial(400, mix).astype(float) for mix in mixes))
    assert rank_order_h(table)[0] == pytest.approx(integrated(table), abs=1e-7)


@given(table=tables(groups=2))
def test_of_two_bands_it_is_h(table: Units) -> None:
    np.testing.assert_allclose(rank_order_h(table), theil_h(table), rtol=1e-12, atol=1e-12)


@given(counts=st.lists(st.integers(1, 500), min_size=2, max_size=9))
def test_bands_wholly_apart_give_one(counts: list[int]) -> None:
    assert rank_order_h(one_place(*np.diag(counts).astype(float)))[0] == pytest.approx(1, abs=1e-5)


def test_three_bands_with_thresholds_as_far_below_the_middle_as_above_give_the_mean_of_their_h() -> None:
    """A line through (1/4, H₁) and (3/4, H₂) has the moments 1 and 1/2: H^R = (H₁ + H₂) / 2."""
    table = one_place((20, 20, 0), (5, 30, 5), (0, 0, 0), (0, 0, 20))
    share, h = thresholds(table)
    assert share.tolist() == [0.25, 0.75]
    assert rank_order_h(table)[0] == pytest.approx(h.mean(), abs=1e-12)


def test_an_empty_band_changes_nothing() -> None:
    full = rank_order_h(one_place((20, 20, 0), (5, 30, 5), (0, 5, 20)))
    for column in range(4):
        rows = [np.insert(row, column, 0.0) for row in ((20, 20, 0), (5, 30, 5), (0, 5, 20))]
        assert rank_order_h(one_place(*rows)) == pytest.approx(full, abs=1e-9)


def test_a_curve_that_runs_wild_is_undefined_rather_than_beyond_its_bounds() -> None:
    """Thresholds at 1/1002 and 2/1002 with H of 1 and almost 0: the line between them is far below 0 at the middle."""
    table = units([(1, 0, 0), (0, 1, 1000)], [0, 0], [0, 0], 1, 3)
    share, h = thresholds(table)
    assert share.max() < 0.01
    assert h[0] == 1
    assert np.isnan(rank_order_h(table)[0])
