"""The least and the greatest that every index can be, when some schools' counts of the group are hidden.

Notation as in ``analysis.indices``, with everyone else as the other group, so that t_s and T are known; school s holds
between l_s and h_s students of the group and p_s = a_s / t_s. A bound is *exact* where some completion attains it, in
fractions of students if need be; else it is proven, and may lie a little outside what completions attain.

**Least segregation: exact for every index.** For a given total A, the completion p_s = clamp(λ, l_s/t_s, h_s/t_s), with
one λ for the place, makes Σ t_s φ(p_s) least for every convex φ at once: by convexity, a student moved to a school with
a larger share never makes the sum smaller. So its Lorenz curve lies above every other completion's (Hardy, Littlewood
& Pólya 1934), and every index here, obeying the Lorenz criterion (James & Taeuber 1985), is least there. That leaves
one number to find in each place, λ, and along it every index falls to its least and then rises: D, G, V and H are
convex over concave functions of A, isolation likewise, M is convex; Atkinson's at ½ has only minima as critical points.

**Most segregation: exact in places with few hidden schools, and where a completion attains the bound.** Along any one
school's count every index falls and then rises, so it is greatest with every hidden school at an end of its interval
(``analysis.hidden.corners``); in places with few hidden schools these are all tried. Elsewhere, every index grows when
a school's students are split into a part with share l_s/t_s and one with h_s/t_s. Split schools make Σ t_s φ(p_s)
linear in each a_s, so that its greatest value for a given A is found by sorting (``analysis.hidden.intervals.pieces``);
V, H, M, Atkinson and isolation are then followed along each straight piece. For D the function φ = (p − P)⁺ depends on
P: between two neighbouring values of P, any price θ of a student of the group bounds its numerator by one convex
function of P, and a convex over a concave function is greatest at one of the two. For G, Σ Σ t_i t_j |p_i − p_j| is at
most 2 Σ Σ t_i t_j |p_i − q_j| − Σ Σ t_i t_j |q_i − q_j| for any shares q, the energy distance being never negative
(Székely & Rizzo 2013).

Completions in which an index is undefined, such as those without any student of the group, are passed over.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.hidden.corners import at_corners
from analysis.hidden.intervals import Intervals, Range, halved, pieces, within
from analysis.hidden.mixing import MIXINGS, evenest, inner_share, most_uneven, product, product_slope
from analysis.indices import INDICES, measure
from analysis.two_groups import gini
from analysis.units import Floats, ratio

# How many steps of P there are, between whose ends D is bounded: the more, the closer.
_CELLS = 24
# Times G's bound is improved by taking the completion it found as the next q.
_REFERENCES = 3


@dataclass(frozen=True)
class Bounds:
    """What every index can be: tables of one row a place code and one column an index.

    Attributes:
        low, high: the least and the greatest value; both the value itself where nothing is hidden; NaN where the index
            is undefined in every completion, or there is none.
        low_exact, high_exact: whether a completion attains it.
    """

    low: pd.DataFrame
    high: pd.DataFrame
    low_exact: pd.DataFrame
    high_exact: pd.DataFrame


def bounds(schools: Intervals) -> Bounds:
    """The bounds of every index over all completions, for all places at once.

    Args:
        schools: intervals of every school whose students are known.
    """
    schools = schools.narrowed()
    value = measure(schools.completed(schools.low))
    value[~schools.possible] = np.nan
    sure = pd.DataFrame(True, index=value.index, columns=value.columns)
    found = Bounds(value, value.copy(), sure, sure.copy())
    is_open = (schools.hidden_in_place > 0) & schools.possible
    if is_open.any():
        inner = schools.of_places(is_open)
        corners = at_corners(inner)
        rest = inner.of_places(~corners.tried)
        for name in INDICES.keys() - {"exposure"}:
            high, attained = corners.greatest[name].to_numpy(copy=True), corners.tried.copy()
            high[~corners.tried], attained[~corners.tried] = _greatest_of(name, rest)
            found.low.loc[is_open, name] = np.maximum(_least_of(name, inner), INDICES[name].low)
            found.high.loc[is_open, name] = np.minimum(high, INDICES[name].high)
            found.high_exact.loc[is_open, name] = attained
        # Everyone not of the group is of the other: exposure is 1 less isolation.
        found.low.loc[is_open, "exposure"] = 1 - found.high.loc[is_open, "isolation"]
        found.high.loc[is_open, "exposure"] = 1 - found.low.loc[is_open, "isolation"]
        found.low_exact["exposure"], found.high_exact["exposure"] = found.high_exact["isolation"], True
    return found


def _least_of(name: str, schools: Intervals) -> Floats:
    """The least value of an index in each place."""
    if name in MIXINGS:
        return evenest(schools, MIXINGS[name])
    group = Range.of(schools, 1, 1)
    return group.or_nan((_gini_low if name == "gini" else _d_low)(schools, group))


def _greatest_of(name: str, schools: Intervals) -> tuple[Floats, NDArray[np.bool_]]:
    """The greatest value of an index in each place, split schools allowed, and whether a completion attains it."""
    if name in MIXINGS:
        return most_uneven(schools, MIXINGS[name])
    group = Range.of(schools, 1, 1)
    greatest = (_gini_high if name == "gini" else _d_high)(schools, group)
    return group.or_nan(greatest), np.zeros(schools.places, dtype=bool)


# Dissimilarity --------------------------------------------------------------------------------------------------------


def _d_low(schools: Intervals, group: Range) -> Floats:
    """Σ t (p − P)⁺ is least at the larger of Σ (l − tP)⁺ and Σ (tP − h)⁺: those above and below P cancel."""
    everyone, students, place = schools.all_students, schools.students, schools.place

    def at(share: Floats) -> tuple[Floats, Floats]:
        even = students * share[place]
        above, below = np.maximum(schools.low - even, 0), np.maximum(even - schools.high, 0)
        over, under = schools.over_places(above), schools.over_places(below)
        change = np.where(
            over >= under, -schools.over_places(students * (above > 0)), schools.over_places(students * (below > 0))
        )
        return np.maximum(over, under) / everyone, change / everyone

    def further(share: Floats) -> NDArray[np.bool_]:
        moved, change = at(share)
        return change * product(share) < moved * product_slope(share)

    share = halved(group.fewest / everyone, group.most / everyone, further)
    return ratio(at(share)[0], product(share))


def _d_high(schools: Intervals, group: Range) -> Floats:
    """The greatest bound of any two neighbouring values of P; see the module's notes."""
    everyone = schools.all_students
    low, high = (inner_share(count / np.maximum(everyone, 1)) for count in (group.fewest, group.most))
    first, last = np.log(low) - np.log1p(-low), np.log(high) - np.log1p(-high)
    # Even steps of the odds' logarithm: the denominator P(1 − P) changes alike in all of them.
    edges = [1 / (1 + np.exp(-(first + (last - first) * step / _CELLS))) for step in range(_CELLS + 1)]
    best = np.full(schools.places, -np.inf)
    for left, right in pairwise(edges):
        price = _price(schools, (left + right) / 2)
        best = np.maximum(best, np.maximum(_d_at(schools, left, price), _d_at(schools, right, price)))
    return best


def _d_at(schools: Intervals, share: Floats, price: Floats) -> Floats:
    """A bound of D at each place's P: Σ max over both ends of (a − tP)⁺ − θa, plus θTP, over T P (1 − P)."""
    even, cost = schools.students * share[schools.place], price[schools.place]
    at_low, at_high = (np.maximum(count - even, 0) - cost * count for count in (schools.low, schools.high))
    moved = schools.over_places(np.maximum(at_low, at_high)) / schools.all_students + price * share
    return moved / product(share)


def _price(schools: Intervals, share: Floats) -> Floats:
    """What a student of the group adds to Σ (a − tP)⁺ at its greatest, in each place: any price gives a bound."""
    even = schools.students * share[schools.place]
    line = pieces(schools, *(np.maximum(count - even, 0) for count in (schools.low, schools.high)))
    passed = line.end < (share * schools.all_students)[line.place]
    steps = np.bincount(line.place[passed], minlength=schools.places)
    counts = np.bincount(line.place, minlength=schools.places)
    return line.slope[np.cumsum(counts) - counts + np.minimum(steps, counts - 1)]


# Gini -----------------------------------------------------------------------------------------------------------------


def _gini_low(schools: Intervals, group: Range) -> Floats:
    """G at the λ where it is least; one more student at λ changes its numerator by those below less those above."""
    everyone, students, place = schools.all_students, schools.students, schools.place
    low, high = schools.low / students, schools.high / students

    def further(level: Floats) -> NDArray[np.bool_]:
        shares = np.clip(level[place], low, high)
        units = schools.completed(students * shares)
        count = units.totals[:, 0]
        change = schools.over_places(students * np.sign(level[place] - shares)) / everyone
        falls = change < gini(units) * product_slope(count / everyone)
        return (count < group.fewest) | ((count <= group.most) & falls)

    level = halved(np.zeros(schools.places), np.ones(schools.places), further)
    return gini(schools.completed(students * np.clip(level[place], low, high)))


def _gini_high(schools: Intervals, group: Range) -> Floats:
    """The least of the bounds with q at the middle of every interval, and then at the completion each bound found."""
    everyone, place = schools.all_students, schools.place
    weight = schools.students / everyone[place]
    shares = (schools.low + schools.high) / 2 / schools.students
    best = np.full(schools.places, np.inf)
    for _ in range(_REFERENCES):
        at_low, at_high, own = (
            weight * _distance(schools, at, shares)
            for at in (schools.low / schools.students, schools.high / schools.students, shares)
        )
        line = pieces(schools, at_low, at_high)
        start, end = within(line, group)
        spread = schools.over_places(own)[line.place]
        bound, where = np.full(schools.places, -np.inf), np.zeros(schools.places)
        for count in (start, end):
            share = count / everyone[line.place]
            value = np.where(start <= end, ratio(line.at(count) - spread / 2, product(share)), -np.inf)
            np.maximum.at(bound, line.place, value)
            found = value == bound[line.place]
            where[line.place[found]] = count[found]
        best = np.minimum(best, bound)
        taken = line.school[line.end <= where[line.place]]
        shares = schools.low / schools.students
        shares[taken] = (schools.high / schools.students)[taken]
    return best


def _distance(schools: Intervals, at: Floats, shares: Floats) -> Floats:
    """Σ_j t_j |x − q_j| / T over each school's place, for a share x of each school: (schools,)."""
    size = len(at)
    values, place = np.concatenate([shares, at]), np.concatenate([schools.place, schools.place])
    weight = np.concatenate([schools.students / schools.all_students[schools.place], np.zeros(size)])
    order = np.lexsort((values, place))
    codes = place[order]
    first = np.searchsorted(codes, codes)
    below, below_sum = np.empty(2 * size), np.empty(2 * size)
    for out, summed in ((below, weight[order]), (below_sum, (weight * values)[order])):
        before = np.concatenate([[0.0], np.cumsum(summed)])
        out[order] = before[:-1] - before[first]
    mean = schools.over_places(weight[:size] * shares)[schools.place]
    # Σ |x − q| is x (below − above) − (Σ q below − Σ q above), where all weights are 1 together.
    return at * (2 * below[size:] - 1) - (2 * below_sum[size:] - mean)
