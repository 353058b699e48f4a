"""Shares of schools drawn towards those of a larger place, until they vary as much as the probabilities behind them.

Chance adds to the covariance of schools' shares what each degree of freedom brings, W / (T − S) with S schools, T
students and W the covariance within schools, as in a multivariate analysis of variance. What is left of the covariance
between schools, B − c W, is estimated of the probabilities; the shares are moved by the linear map that gives them just
that covariance. Along the axes on which B and W are both diagonal (canonical discriminant analysis) the map is a factor
√(1 − c / μ) each, with μ of B for one of W, and 0 where chance alone gives more: a rare group whose schools differ by
chance only is drawn together though the large groups stay apart. One more factor for all axes keeps V, Σ_g of the
variances of B, at what is left of it when axes that would fall below 0 count against the others: so V is corrected by
its degrees of freedom exactly. Two groups have one axis, and the two factors are one.

Constrained empirical Bayes, for several groups: Ghosh (1992), Constrained Bayes Estimation With Applications, JASA 87,
533–540; for one, Louis (1984), JASA 79, 393–398.
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
        apart: (groups, schools) students by which each school is apart from a share it is compared with.
    """
    groups = len(apart)
    found = np.zeros((units.places, groups, groups))
    of_one = np.nan_to_num(ratio(apart, units.counted))
    for first in range(groups):
        for second in range(first + 1):
            found[:, first, second] = found[:, second, first] = units.over_places(of_one[first] * apart[second])
    return np.nan_to_num(ratio(found, units.counted_total[:, None, None]))


def of_one_student(mix: Floats) -> Floats:
    """The covariance of the groups of one student of a place, (places, groups, groups), given (places, groups) shares.

    It is what lies between schools and what lies within them, together.
    """
    return np.eye(mix.shape[1]) * mix[:, None, :] - mix[:, :, None] * mix[:, None, :]


def moved(apart: Floats, place: Codes, between: Floats, within: Floats, chance: Floats) -> Floats:
    """What is left of how schools are apart once chance is taken out, (groups, schools).

    Args:
        apart: (groups, schools) students by which each school is apart; they add up to 0.
        place: (schools,) the place of each school.
        between, within: (places, groups, groups) covariance of the shares that ``apart`` makes, and within schools.
        chance: (places,) how much of ``within`` chance adds to ``between``; NaN where all of it may be chance.
    """
    variance, noise = (np.trace(each, axis1=1, axis2=2) for each in (between, within))
    left = np.clip(np.nan_to_num(variance - chance * noise), 0, variance)
    if len(apart) == 2:
        return np.sqrt(np.nan_to_num(ratio(left, variance)))[place] * apart
    # The last group is what the others leave.
    maps = _maps(between[:, :-1, :-1], within[:, :-1, :-1], np.nan_to_num(chance))
    others = np.einsum("spq,qs->ps", maps[place], apart[:-1])
    kept = np.einsum("npq,nqr,nsr->nps", maps, between[:, :-1, :-1], maps)
    after = np.trace(kept, axis1=1, axis2=2) + kept.sum(axis=(1, 2))
    return np.sqrt(np.nan_to_num(ratio(left, after)))[place] * np.vstack([others, -others.sum(axis=0)])


def with_shares(units: Units, counts: Floats) -> Units:
    """The schools with (groups, schools) other counts, none below 0, and as many students each."""
    counts = np.maximum(counts, 0)
    counts *= np.nan_to_num(ratio(units.counted, counts.sum(axis=0)))
    return Units(counts.T, units.students, units.place, units.places)


def _maps(between: Floats, within: Floats, chance: Floats) -> Floats:
    """The linear map of each place that leaves ``between − chance · within``, and nothing below 0."""
    groups = between.shape[1]
    root = np.linalg.cholesky(within + _NOTHING * np.eye(groups))
    back = np.linalg.inv(root)
    size, axes = np.linalg.eigh(back @ between @ back.transpose(0, 2, 1))
    factors = np.sqrt(np.clip(1 - np.nan_to_num(ratio(chance[:, None], size), nan=1), 0, 1))
    return root @ (axes * factors[:, None, :]) @ axes.transpose(0, 2, 1) @ back
