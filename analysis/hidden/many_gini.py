"""The greatest Gini of several groups, when some schools' counts are hidden: see ``analysis.hidden.many_bounds``."""

from functools import partial

import numpy as np

from analysis import multigroup
from analysis.hidden.many import Many
from analysis.hidden.many_mixing import AS_GOOD_AS, at_best, surely
from analysis.hidden.many_options import Options
from analysis.hidden.pair_cells import End
from analysis.units import Floats, Units, ratio

# Completions that others are set against.
_REFERENCES = 3


def greatest_gini(corners: Options) -> End:
    """The least of the bounds with counts amid the intervals, and then with those that each bound was found at."""
    schools = corners.schools
    counts: Floats = (schools.low + schools.high) / 2
    value, attained = np.ones(schools.places), np.full(schools.places, -np.inf)
    for _ in range(_REFERENCES):
        reference = Units(counts.T, schools.students, schools.place, schools.places)
        own = np.nan_to_num(multigroup.gini(reference) * multigroup.diversity(reference))
        less = np.broadcast_to(-own, (len(counts), schools.places))
        per = _pairs_apart(schools, ratio(reference.totals.T, reference.counted_total))
        bound, counts = surely(
            np.zeros(schools.places), partial(at_best, corners, -_apart(corners, reference), less, per)
        )
        value = np.minimum(value, bound)
        attained = np.fmax(attained, multigroup.gini(schools.completed(counts)))
    return End(value, value <= attained + AS_GOOD_AS)


def _pairs_apart(schools: Many, share: Floats) -> Floats:
    """What each student of a group adds to T·I, never more than they do, (groups, places): the tangent at some shares.

    T·I is N·(1 − 2Q + Q²) less T (P − Q)², summed over groups, for shares Q: the latter is taken to be the most it can.
    """
    rest = schools.most.sum(axis=0) - schools.most
    least = np.nan_to_num(ratio(schools.fewest, schools.fewest + rest))
    most = np.nan_to_num(ratio(schools.most, schools.most + schools.fewest.sum(axis=0) - schools.fewest))
    off = np.maximum(most - share, share - least)
    return 1 - 2 * share + (share**2).sum(axis=0) - (off**2).sum(axis=0)


def _apart(corners: Options, reference: Units) -> Floats:
    """Σ_g t |p_g − q_jg| of each corner, in the mean over students of its place's reference, (corners,)."""
    schools = corners.schools
    students, place = corners.counts.sum(axis=0), schools.place[corners.school]
    weight = ratio(reference.counted, reference.counted_total[reference.place])
    apart = np.zeros_like(students)
    for counts, of_reference in zip(corners.counts, reference.counts.T, strict=True):
        share, other = (np.nan_to_num(ratio(*each)) for each in ((counts, students), (of_reference, reference.counted)))
        # Place and share as one growing number: a share, and 2 more with each place.
        key = 2.0 * reference.place + other
        order = np.argsort(key)
        below, shares_below = (np.concatenate([[0.0], np.cumsum(each[order])]) for each in (weight, weight * other))
        first, here = (np.searchsorted(key[order], each) for each in (2.0 * place, 2.0 * place + share))
        mean = reference.over_places(weight * other)[place]
        lower, lower_shares = below[here] - below[first], shares_below[here] - shares_below[first]
        # Σ |p − q| is p (below − above) − (Σ q below − Σ q above), where all weights are 1 together.
        apart += students * (share * (2 * lower - 1) - (2 * lower_shares - mean))
    return apart
