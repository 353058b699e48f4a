"""Shares of schools drawn towards those of a larger place, until they vary as much as the probabilities behind them.

Chance adds to the covariance B of schools' shares, for each of their degrees of freedom, what one of those within
schools has of the covariance W there: c W in all, as in a multivariate analysis of variance. On the axes on which B and
W are both diagonal (canonical discriminant analysis) schools' shares vary by μ, counted in c W. Were there no
difference but chance, μ would lie around 1 on each of p axes, up to (1 + √γ)² with γ = p / degrees of freedom; a true
variance x shows as μ = (1 + x)(1 + γ/x). So axes below that are drawn together and the others scaled by √(x/μ): the
groups that differ stay apart, and a rare group whose schools differ by chance only does not (Baik & Silverstein 2006;
Donoho, Gavish & Johnstone 2018, Optimal Shrinkage of Eigenvalues in the Spiked Covariance Model, Annals of Statistics
46, 1742–1778). One more factor for all axes then leaves of V just what its degrees of freedom leave: V is corrected
exactly, as the adjusted R². Two groups have one axis, and that factor alone; so has a place where no axis stands out.

Scaling instead of replacing is constrained empirical Bayes estimation: Louis (1984), JASA 79, 393–398; Ghosh (1992),
JASA 87, 533–540.
"""

import numpy as np

from analysis.units import Codes, Floats, Units, ratio

# What is added to the variance within schools, so that axes on which nothing varies there can be told apart too: more
# than rounding leaves, less than one student in a million million schools brings.
_NOTHING = 1e-14


def covariance(units: Units, apart: Floats) -> Floats:
    """The covariance of shares in each place, (places, groups, groups), over students.

    Args:
        units: the schools.
        apart: (groups, schools) students by which each school is apart from shares it is compared with; they add up
            to 0.
    """
    others = len(apart) - 1
    found = np.empty((units.places, others + 1, others + 1))
    of_one = apart[:-1] * np.nan_to_num(ratio(np.ones_like(units.counted), units.counted))
    for first in range(others):
        for second in range(first + 1):
            found[:, first, second] = found[:, second, first] = units.over_places(of_one[first] * apart[second])
    # The last group is what the others leave.
    found[:, others, :others] = found[:, :others, others] = -found[:, :others, :others].sum(axis=1)
    found[:, others, others] = -found[:, :others, others].sum(axis=1)
    return np.nan_to_num(ratio(found, units.counted_total[:, None, None]))


def of_one_student(mix: Floats) -> Floats:
    """The covariance of the groups of one student of a place, (places, groups, groups), given (places, groups) shares.

    It is what lies between schools and what lies within them, together.
    """
    return np.eye(mix.shape[1]) * mix[:, None, :] - mix[:, :, None] * mix[:, None, :]


def without_chance(
    apart: Floats, place: Codes, mix: Floats, between: Floats, within: Floats, freedom: tuple[Floats, Floats]
) -> Floats:
    """What is left of how schools are apart once chance is taken out, (groups, schools).

    Args:
        apart: (groups, schools) students by which each school is apart; they add up to 0.
        place: (schools,) the place of each school.
        mix: (places, groups) share of each group.
        between, within: (places, groups, groups) covariance of the shares that ``apart`` makes, and within schools.
        freedom: (places,) the degrees of freedom of ``between`` and of ``within``.
    """
    weights = np.nan_to_num(ratio(np.ones_like(mix), 1 - mix))
    v, noise = (_weighted(each.diagonal(axis1=1, axis2=2), weights) for each in (between, within))
    by_chance = ratio(*freedom)  # where every student may be of a school of their own, all of it may be chance
    left = np.clip(np.nan_to_num(v - by_chance * noise), 0, v)
    if len(apart) == 2:
        return np.sqrt(np.nan_to_num(ratio(left, v)))[place] * apart
    among, inside = between[:, :-1, :-1], within[:, :-1, :-1]
    maps = _maps(among, np.nan_to_num(by_chance)[:, None, None] * inside, freedom[0])
    kept = maps @ among @ maps.transpose(0, 2, 1)
    after = _weighted(np.column_stack([kept.diagonal(axis1=1, axis2=2), kept.sum(axis=(1, 2))]), weights)
    none_stands_out = after == 0
    maps[none_stands_out] = np.eye(len(apart) - 1)
    scale = np.sqrt(np.nan_to_num(ratio(left, np.where(none_stands_out, v, after))))
    others = np.einsum("spq,qs->ps", maps[place], apart[:-1])
    return scale[place] * np.vstack([others, -others.sum(axis=0)])


def with_shares(units: Units, counts: Floats) -> Units:
    """The schools with (groups, schools) other counts, none below 0, and as many students each."""
    counts = np.maximum(counts, 0)
    counts *= np.nan_to_num(ratio(units.counted, counts.sum(axis=0)))
    return Units(counts.T, units.students, units.place, units.places)


def _weighted(variances: Floats, weights: Floats) -> Floats:
    """V of (places, groups) variances of shares: Σ_g of each over 1 − P_g, the most it can be for each of P_g."""
    return (variances * weights).sum(axis=1)


def _maps(between: Floats, chance: Floats, freedom: Floats) -> Floats:
    """The linear map of the shares of each place that leaves of their covariance what ``chance`` does not bring."""
    axes = between.shape[1]
    root = np.linalg.cholesky(chance + _NOTHING * np.eye(axes))
    back = np.linalg.inv(root)
    size, turned = np.linalg.eigh(back @ between @ back.transpose(0, 2, 1))
    gamma = axes / np.maximum(freedom, 1)[:, None]  # without any freedom nothing varies
    above = size - 1 - gamma
    true = np.where(above > 2 * np.sqrt(gamma), above + np.sqrt(np.maximum(above**2 - 4 * gamma, 0)), 0) / 2
    factors = np.sqrt(np.nan_to_num(ratio(true, size)))
    return root @ (turned * factors[:, None, :]) @ turned.transpose(0, 2, 1) @ back
