"""Segregation indices of any number of groups, each for all places at once.

Notation: school s of a place holds n_sg students of group g and t_s of all groups counted; N_g and T are the sums over
the place, p_sg = n_sg / t_s and P_g = N_g / T. Every column of the counts is a group. An undefined value is NaN,
never 0. Reardon & Firebaugh (2002) set these indices side by side.
"""

from collections.abc import Callable

import numpy as np

from analysis import two_groups
from analysis.units import Floats, Units, ratio, side_by_side

# The difference nearest to −1 of which there is a logarithm: a cell with that part of its expected count, 1e-16, adds
# less than the rounding of the others.
_HARDLY_ANY = np.nextafter(-1.0, 0.0)


def mutual_information(units: Units) -> Floats:
    """M = Σ_s Σ_g (n_sg/T) ln(n_sg T / (t_s N_g)), in nats, (places,). Theil & Finizza (1971)."""
    return np.maximum(ratio(units.over_places(surprise(units)), units.counted_total), 0.0)


def surprise(units: Units) -> Floats:
    """Σ_g n_sg ln(n_sg T / (t_s N_g)) of each school, (schools,): what it adds to T·M of its place.

    The logarithm is taken of 1 plus a difference that is exact in whole numbers, so that schools close to the place's
    mix keep their digits. Without branches: an empty cell is given any logarithm at all and multiplies it by 0. Done in
    place, since new memory costs as much as the arithmetic.
    """
    total = units.counted_total[units.place]
    added = np.zeros(len(units.place))
    for counts, of_group in zip(units.counts.T, units.totals.T, strict=True):
        expected = of_group.take(units.place)
        expected *= units.counted
        apart = counts * total
        apart -= expected
        apart /= expected + (expected == 0)
        apart += counts == 0
        np.maximum(apart, _HARDLY_ANY, out=apart)  # fractions of students may be so few that 1 plus it is 0
        added += counts * np.log1p(apart, out=apart)
    return added


def entropy(units: Units) -> Floats:
    """E = −Σ_g P_g ln P_g of the groups in each place, in nats, (places,); NaN where a place has no student counted."""
    total = units.counted_total[:, None]
    share, rest = ratio(units.totals, total), ratio(total - units.totals, total)
    # Near 1 the logarithm is taken of what is missing to 1, which loses no digits.
    log_share = np.where(share > 0.5, np.log1p(-np.minimum(rest, 0.5)), np.log(share + (share == 0)))
    return np.maximum(-(share * log_share).sum(axis=1), 0.0)


def theil_h(units: Units) -> Floats:
    """H = M / E, (places,). Theil & Finizza (1971)."""
    return ratio(mutual_information(units), entropy(units))


def diversity(units: Units) -> Floats:
    """I = Σ_g P_g (1 − P_g), (places,): the chance that two students are of different groups. Simpson (1949)."""
    share = ratio(units.totals, units.counted_total[:, None])
    return (share * (1 - share)).sum(axis=1)


def dissimilarity(units: Units) -> Floats:
    """D = Σ_g Σ_s t_s |p_sg − P_g| / (2 T I) with I = Σ_g P_g (1 − P_g), (places,). Morgan (1975), Sakoda (1981).

    It is the mean of each group's D against everyone else, weighted by P_g (1 − P_g).
    """
    return mean_against_the_rest(units, two_groups.dissimilarity)


def normalized_exposure(units: Units) -> Floats:
    """P* = Σ_g Σ_s (t_s/T) (p_sg − P_g)² / (1 − P_g), (places,). James (1986); Reardon & Firebaugh (2002).

    It is the mean of each group's V against everyone else, weighted by P_g, and V itself for two groups.
    """
    return mean_against_the_rest(units, two_groups.variance_ratio, by_pairs=False)


def gini(units: Units) -> Floats:
    """G = Σ_g Σ_i Σ_j t_i t_j |p_ig − p_jg| / (2 T² I), (places,). Reardon & Firebaugh (2002).

    It is the mean of each group's G against everyone else, weighted by P_g (1 − P_g): one sort a group, linear memory.
    """
    return mean_against_the_rest(units, two_groups.gini)


def mean_against_the_rest(units: Units, index: Callable[[Units], Floats], *, by_pairs: bool = True) -> Floats:
    """The mean over groups of a two-group index of the group against everyone else counted, (places,).

    Args:
        units: the schools.
        index: of two groups.
        by_pairs: weight groups by P_g (1 − P_g), the pairs of students they set apart; else by P_g.
    """
    weighted, weights = np.zeros(units.places), np.zeros(units.places)
    for counts in units.counts.T:
        pair = Units(side_by_side(counts, units.counted - counts), units.counted, units.place, units.places)
        own, rest = ratio(pair.totals, units.counted_total[:, None]).T
        # A group that is not there, or alone there, has no index and no part in the mean.
        weight = np.where(own * rest > 0, own * rest if by_pairs else own, 0.0)
        weighted += np.where(weight > 0, weight * index(pair), 0.0)
        weights += weight
    return ratio(weighted, weights)
