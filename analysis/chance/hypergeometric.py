"""The hypergeometric distribution: how many of a group a school gets when students are assigned at random.

Of T students A are of the group; a school of n gets x of them with probability C(A, x) C(T − A, n − x) / C(T, n), on
average μ = nA/T. Functions take arrays of whole numbers with 0 ≤ A, n ≤ T that broadcast, and are exact but for
rounding.
"""

import math

import numpy as np

from analysis.units import Floats, ratio

# Below it, ln k! comes from a table; from it on, four terms of Stirling's series leave less than 1e-16.
_STIRLING_FROM = 32
_TABLE = np.array([0.0, *(math.lgamma(k + 1) - k * math.log(k) + k for k in range(1, _STIRLING_FROM))])
# A probability that adds nothing to a sum of others that are 1 together.
_NEGLIGIBLE = 1e-18


def probability(x: Floats, size: Floats, group: Floats, total: Floats) -> Floats:
    """P(x), 0 where x cannot be.

    With ln k! = k ln k − k + r(k) the large terms add up to what sets each of the four cells, school or not by group or
    not, apart from its mean, so that no digits are lost however many students there are; as Loader (2000), Fast and
    Accurate Computation of Binomial Probabilities.
    """
    others, elsewhere = total - group, total - size
    cells = (x, group - x, size - x, others - size + x)
    means = (size * group, elsewhere * group, size * others, elsewhere * others)
    possible = np.logical_and.reduce([cell >= 0 for cell in cells])
    # Where a mean is 0 or a cell empty, its term is 0.
    apart = x - np.nan_to_num(ratio(size * group, total))
    logarithm = _rest(group) + _rest(others) + _rest(size) + _rest(elsewhere) - _rest(total)
    for cell, mean, sign in zip(cells, means, (1, -1, -1, 1), strict=True):
        relative = np.where(possible & (cell > 0), np.nan_to_num(ratio(sign * apart * total, mean)), 0.0)
        logarithm = logarithm - cell * np.log1p(relative) - _rest(np.maximum(cell, 0))
    return np.where(possible, np.exp(np.where(possible, logarithm, 0.0)), 0.0)


def _rest(k: Floats) -> Floats:
    """What ln k! is above k ln k − k."""
    large = np.maximum(k, _STIRLING_FROM)
    inverse = 1 / large**2
    series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / large
    small = _TABLE[np.minimum(k, _STIRLING_FROM - 1).astype(np.intp)]
    return np.where(k < _STIRLING_FROM, small, np.log(2 * np.pi * large) / 2 + series)


def mean_absolute_deviation(size: Floats, group: Floats, total: Floats) -> Floats:
    """E|x − μ| = 2k(T − A − n + k)/T · P(k), with k the first whole number above μ.

    De Moivre's closed form, as it stands for this distribution: Diaconis & Zabell (1991), Closed Form Summation for
    Classical Distributions, Statistical Science 6, 284–302.
    """
    k = np.floor(np.nan_to_num(ratio(size * group, total))) + 1
    return 2 * k * np.nan_to_num(ratio(total - group - size + k, total)) * probability(k, size, group, total)


def mean_surprise(size: Floats, group: Floats, total: Floats) -> Floats:
    """E[x ln(x/μ)], 0 where μ is: what a school and group add, on average, to T times the mutual information."""
    size, group, total = np.broadcast_arrays(size, group, total)
    some = size * group > 0
    size, group, total = size[some], group[some], total[some]
    mode = np.floor(size * group / total)
    here = probability(mode, size, group, total)
    others = total - group
    below = here * mode * (others - size + mode) / ((group - mode + 1) * (size - mode + 1))
    summed = np.zeros(some.shape)
    summed[some] = _surprise_from(mode, here, size, group, total, 1)
    summed[some] += _surprise_from(mode - 1, below, size, group, total, -1)
    return summed


def _surprise_from(x: Floats, chance: Floats, size: Floats, group: Floats, total: Floats, step: int) -> Floats:
    """Σ P(x) (x ln(x/μ) − x + μ) from x on, upwards or downwards, until nothing likely is left.

    The last two terms are 0 on average; with them every summand is positive, and no digits are lost.
    """
    summed = np.zeros_like(x)
    row, mean = np.arange(len(x)), size * group / total
    state = np.array([x, chance, size, group, total - group, mean])
    while row.size:
        x, chance, size, group, others, mean = state  # views: what follows changes x and chance in place
        summed[row] += chance * (x * np.log(np.maximum(x, 1) / mean) - x + mean)
        rises, falls = (group - x) * (size - x), x * (others - size + x)
        after = x + step
        odds = rises / (after * (others - size + after)) if step > 0 else falls / ((group - after) * (size - after))
        chance *= odds
        x += step
        likely = chance > _NEGLIGIBLE
        if likely.mean() < 0.9 or not likely.any():  # a few rows too many cost less than copying all
            state, row = state[:, likely], row[likely]
    return summed
