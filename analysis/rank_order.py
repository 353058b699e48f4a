"""Segregation by ordered bands, such as family income: the rank-order information theory index."""

from math import comb, log

import numpy as np

from analysis.multigroup import theil_h
from analysis.units import Floats, Units, ratio, side_by_side

# The highest power of the fitted curve, as Reardon & Bischoff (2011) have it for fifteen bands.
MOST_ORDERS = 4


def rank_order_h(units: Units) -> Floats:
    """H^R = 2 ln 2 ∫ E(p) H(p) dp over p from 0 to 1, (places,). Reardon (2011).

    H(p) is H between the students below the p-th part of the ranking and those above it, and E(p) the entropy of such
    a pair in bits. It is known at the thresholds between bands; between them a polynomial is fitted to it by least
    squares weighted with E(p)², of the highest order up to four that the bands present allow, and integrated exactly.

    Args:
        units: the schools; the columns of the counts are bands from the lowest to the highest.

    Returns:
        A value a place; NaN where fewer than two bands have a student, or where the fitted curve runs so wild between
        unlike bands that the integral leaves 0 to 1.
    """
    pairs = [_below_and_above(units, band) for band in range(1, units.counts.shape[1])]
    share = np.column_stack([ratio(pair.totals[:, 0], pair.counted_total) for pair in pairs])
    h = np.column_stack([theil_h(pair) for pair in pairs])
    known = ~np.isnan(h)
    bits = np.where(known, _bits(np.where(known, share, 0.5)), 0.0)
    orders = np.minimum((units.totals > 0).sum(axis=1) - 2, MOST_ORDERS)
    value = np.full(units.places, np.nan)
    for order in range(MOST_ORDERS + 1):
        here = orders == order
        value[here] = _integral(share[here], np.nan_to_num(h[here]), bits[here], order)
    rounding = 1e-5  # which thresholds close to each other make as large as that
    value[~((value >= -rounding) & (value <= 1 + rounding))] = np.nan
    return np.clip(value, 0.0, 1.0)


def _below_and_above(units: Units, band: int) -> Units:
    """The students of the bands below one, and those of it and above, as two groups."""
    below = units.counts[:, :band].sum(axis=1)
    return Units(side_by_side(below, units.counted - below), units.students, units.place, units.places)


def _bits(share: Floats) -> Floats:
    """The entropy of two groups in bits, from the share of one strictly between 0 and 1."""
    return -(share * np.log(share) + (1 - share) * np.log1p(-share)) / log(2)


def _integral(share: Floats, h: Floats, bits: Floats, order: int) -> Floats:
    """2 ln 2 ∫ E(p) H(p) dp with H the polynomial fitted at the thresholds of each place, (places, thresholds) each."""
    powers = np.nan_to_num(share)[:, :, None] ** np.arange(order + 1)
    fitted = np.linalg.pinv(bits[:, :, None] * powers) @ (bits * h)[:, :, None]
    return fitted[:, :, 0] @ np.array([_moment(power) for power in range(order + 1)])


def _moment(power: int) -> float:
    """2 ln 2 ∫ E(p) p^power dp, which is 1, 1/2, 11/36, 5/24 and so on."""
    terms = sum((-1) ** (power - n) * comb(power, n) / (power - n + 2) ** 2 for n in range(power + 1))
    return 2 / (power + 2) ** 2 + 2 * terms
