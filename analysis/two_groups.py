"""Segregation indices of two groups, each for all places at once.

Notation, as in Massey & Denton (1988): school s of a place holds a_s students of the group and b_s of the other,
t_s = a_s + b_s of both and n_s students of any kind; A, B, T and N are the sums over the place; p_s = a_s / t_s and
P = A / T. The group is column 0 of the counts and the other column 1. An undefined value is NaN, never 0.
"""

import numpy as np

from analysis.units import Codes, Floats, Units, ratio


def dissimilarity(units: Units) -> Floats:
    """D = ½ Σ |a_s/A − b_s/B|, (places,). Duncan & Duncan (1955)."""
    a, b = units.counts[:, 0], units.counts[:, 1]
    totals = units.totals
    both = (totals[:, 0] > 0) & (totals[:, 1] > 0)
    safe = np.where(both[:, None], totals[:, :2], 1.0)[units.place]
    half_gaps = units.over_places(np.abs(a / safe[:, 0] - b / safe[:, 1])) / 2
    return np.where(both, half_gaps, np.nan)


def exposure(units: Units) -> Floats:
    """Exposure aPb = Σ (a_s/A)(b_s/n_s), (places,). Lieberson (1981). Not symmetric in the groups."""
    return _exposure_to(units, 1)


def isolation(units: Units) -> Floats:
    """Isolation aPa = Σ (a_s/A)(a_s/n_s), (places,). Lieberson (1981)."""
    return _exposure_to(units, 0)


def _exposure_to(units: Units, to: int) -> Floats:
    share = ratio(units.counts[:, to], units.students)
    met = units.over_places(units.counts[:, 0] * np.nan_to_num(share))
    return ratio(met, units.totals[:, 0])


def variance_ratio(units: Units) -> Floats:
    """V = Σ t_s (p_s − P)² / (T P (1 − P)), (places,). Also η² or normalised exposure; James & Taeuber (1985)."""
    group, other = units.totals[:, 0], units.totals[:, 1]
    of_two = units.counts[:, 0] + units.counts[:, 1]
    squares = np.nan_to_num(ratio(imbalance(units) ** 2, of_two))
    return ratio(units.over_places(squares), group * other * (group + other))


def imbalance(units: Units) -> Floats:
    """a_s B − b_s A, (schools,): t_s T (p_s − P), but exact in whole numbers, so that an even place gives exactly 0."""
    total = units.totals[units.place]
    return units.counts[:, 0] * total[:, 1] - units.counts[:, 1] * total[:, 0]


def gini(units: Units) -> Floats:
    """G = Σ_i Σ_j t_i t_j |p_i − p_j| / (2 T² P (1 − P)), (places,). James & Taeuber (1985).

    Equal to the area between the segregation curve and the diagonal, so one sort by p_s is enough.
    """
    a, b = units.counts[:, 0], units.counts[:, 1]
    order = np.argsort(np.nan_to_num(ratio(a, a + b)))
    # Codes in the fewest bytes are sorted by their digits, which takes a third of the time.
    order = order[np.argsort(units.place[order].astype(np.min_scalar_type(units.places)), kind="stable")]
    place = units.place[order]
    starts = np.searchsorted(place, place)
    below_a, below_b = _sum_before(a[order], starts), _sum_before(b[order], starts)
    area = below_b * a[order] - below_a * b[order]
    above = np.bincount(place, weights=area, minlength=units.places).astype(np.float64, copy=False)
    return ratio(above, units.totals[:, 0] * units.totals[:, 1])


def _sum_before(values: Floats, starts: Codes) -> Floats:
    """The sum of the values before each one, from the start of its own place on."""
    before = np.concatenate([[0.0], np.cumsum(values)])
    return before[:-1] - before[starts]


def atkinson(units: Units, b: float = 0.5) -> Floats:
    """A(b) = 1 − [Σ (a_s/A)^b (b_s/B)^(1−b)]^(1/(1−b)), (places,). Atkinson (1970); James & Taeuber (1985).

    Args:
        units: the schools.
        b: shape, strictly between 0 and 1. Below ½ schools where the group is scarce weigh more, above ½ those where
            it is concentrated; at ½ the two groups count alike.
    """
    if not 0 < b < 1:
        raise ValueError(f"Atkinson's shape b must lie strictly between 0 and 1, not {b}")
    totals = units.totals[:, :2]
    both = (totals[:, 0] > 0) & (totals[:, 1] > 0)
    share = units.counts[:, :2] / np.where(both[:, None], totals, 1.0)[units.place]
    overlap = units.over_places(share[:, 0] ** b * share[:, 1] ** (1 - b))
    return np.where(both, np.maximum(1 - overlap ** (1 / (1 - b)), 0.0), np.nan)
