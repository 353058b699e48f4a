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
(``analysis.corners``); in places with few hidden schools these are all tried. Elsewhere, every index grows when a
school's students are split into a part with share l_s/t_s and one with h_s/t_s. Split schools make Σ t_s φ(p_s) linear
in each a_s, so that its greatest value for a given A is found by sorting (``analysis.intervals.pieces``); V, H, M,
Atkinson and isolation are then followed along each straight piece. For D the function φ = (p − P)⁺ depends on P:
between two neighbouring values of P, any price θ of a student of the group bounds its numerator by one convex function
of P, and a convex over a concave function is greatest at one of the two. For G, Σ Σ t_i t_j |p_i − p_j| is at most
2 Σ Σ t_i t_j |p_i − q_j| − Σ Σ t_i t_j |q_i − q_j| for any shares q, the energy distance being never negative (Székely
& Rizzo 2013).

Completions in which an index is undefined, such as those without any student of the group, are passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.corners import at_corners
from analysis.indices import INDICES, measure
from analysis.intervals import Intervals, Pieces, pieces
from analysis.two_groups import gini
from analysis.units import Floats, ratio

# Halvings of an interval of shares: to below the last digit of a number near 0.
_HALVINGS = 56
# How many steps of P there are, between whose ends D is bounded: the more, the closer.
_CELLS = 24
# Times G's bound is improved by taking the completion it found as the next q.
_REFERENCES = 3
_AS_GOOD_AS = 1e-12


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
    if name in _MIXINGS:
        return _evenest(schools, _MIXINGS[name])
    group = _Range.of(schools, 1, 1)
    return group.or_nan((_gini_low if name == "gini" else _d_low)(schools, group))


def _greatest_of(name: str, schools: Intervals) -> tuple[Floats, NDArray[np.bool_]]:
    """The greatest value of an index in each place, split schools allowed, and whether a completion attains it."""
    if name in _MIXINGS:
        return _most_uneven(schools, _MIXINGS[name])
    group = _Range.of(schools, 1, 1)
    greatest = (_gini_high if name == "gini" else _d_high)(schools, group)
    return group.or_nan(greatest), np.zeros(schools.places, dtype=bool)


@dataclass(frozen=True)
class _Range:
    """The totals of the group between which an index is defined, (places,) each."""

    fewest: Floats
    most: Floats

    @classmethod
    def of(cls, schools: Intervals, group: int, other: int) -> "_Range":
        """With at least so many students of either group."""
        return cls(np.maximum(schools.fewest, group), np.minimum(schools.most, schools.all_students - other))

    def or_nan(self, values: Floats) -> Floats:
        """The values, NaN where no completion defines the index."""
        return np.where(self.fewest <= self.most, values, np.nan)


def _halved(low: Floats, high: Floats, further: Callable[[Floats], NDArray[np.bool_]]) -> Floats:
    """Where ``further`` turns from true to false, by halving the interval from low to high."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        right = further(middle)
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    return (low + high) / 2


# V, H, M, Atkinson and isolation: by how mixed the schools are --------------------------------------------------------


@dataclass(frozen=True)
class _Mixing:
    """An index as a falling function of how mixed schools are: of q = Σ t_s ψ(p_s) / T, against ω(P) of the place.

    Attributes:
        mix, slope: the concave ψ of a share and its derivative.
        whole, whole_slope: the concave ω of P and its derivative.
        value: the index from q and ω.
        relative: whether the index depends on q / ω; else on q − ω.
        group, other: the least students of either group for which it is defined.
    """

    mix: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    whole: Callable[[Floats], Floats]
    whole_slope: Callable[[Floats], Floats]
    value: Callable[[Floats, Floats], Floats]
    relative: bool = True
    group: int = 1
    other: int = 1

    def index(self, q: Floats, share: Floats) -> Floats:
        return self.value(q, self.whole(share))

    def mixes_more(self, q: Floats, change: Floats, share: Floats) -> NDArray[np.bool_]:
        """Whether the index falls with one more student of the group, who changes Σ t_s ψ(p_s) by ``change``."""
        if not self.relative:
            return change > self.whole_slope(share)
        return change * self.whole(share) > q * self.whole_slope(share)


def _evenest(schools: Intervals, mixing: _Mixing) -> Floats:
    """The least value of the index in each place."""
    group = _Range.of(schools, mixing.group, mixing.other)
    everyone = schools.all_students
    open_schools, fixed = schools.of_schools(schools.hidden), schools.of_schools(~schools.hidden)
    students, place = open_schools.students, open_schools.place
    low, high = open_schools.low / students, open_schools.high / students
    fixed_mix = fixed.over_places(fixed.students * mixing.mix(fixed.low / fixed.students))
    fixed_group = fixed.over_places(fixed.low)

    def at(level: Floats) -> tuple[Floats, Floats]:
        shares = np.clip(level[place], low, high)
        mixed = fixed_mix + open_schools.over_places(students * mixing.mix(shares))
        return mixed / everyone, fixed_group + open_schools.over_places(students * shares)

    def further(level: Floats) -> NDArray[np.bool_]:
        q, count = at(level)
        more = mixing.mixes_more(q, mixing.slope(level), count / everyone)
        return (count < group.fewest) | ((count <= group.most) & more)

    q, count = at(_halved(np.zeros(schools.places), np.ones(schools.places), further))
    count = np.clip(count, group.fewest, np.maximum(group.most, group.fewest))
    return group.or_nan(mixing.index(q, np.minimum(count / everyone, 1.0)))


def _most_uneven(schools: Intervals, mixing: _Mixing) -> tuple[Floats, NDArray[np.bool_]]:
    """The greatest value of the index in each place with split schools, and whether it needs none split."""
    group = _Range.of(schools, mixing.group, mixing.other)
    weight = schools.students / schools.all_students[schools.place]
    at_low, at_high = (-weight * mixing.mix(count / schools.students) for count in (schools.low, schools.high))
    unmixed = pieces(schools, at_low, at_high)
    everyone = schools.all_students[unmixed.place]
    start, end = _within(unmixed, group)
    crossed = start <= end
    end = np.maximum(start, end)

    def index(count: Floats) -> Floats:
        return np.where(crossed, mixing.index(-unmixed.at(count), count / everyone), -np.inf)

    def further(count: Floats) -> NDArray[np.bool_]:
        return ~mixing.mixes_more(-unmixed.at(count), -unmixed.slope * everyone, count / everyone)

    at_start, at_end = index(start), index(end)
    ends = np.maximum(at_start, at_end)
    greatest = _greatest(unmixed, np.maximum(ends, index(_halved(start, end, further))), schools.places)
    whole = np.maximum(
        np.where(start == unmixed.start, at_start, -np.inf), np.where(end == unmixed.end, at_end, -np.inf)
    )
    attained = _greatest(unmixed, whole, schools.places) >= greatest - _AS_GOOD_AS
    return group.or_nan(greatest), attained


def _within(line: Pieces, group: _Range) -> tuple[Floats, Floats]:
    """Where each piece begins and ends within the range; its end lies before its start where it is outside."""
    return np.maximum(line.start, group.fewest[line.place]), np.minimum(line.end, group.most[line.place])


def _greatest(line: Pieces, values: Floats, places: int) -> Floats:
    """The greatest of the (pieces,) values in each place."""
    best = np.full(places, -np.inf)
    np.maximum.at(best, line.place, values)
    return best


def _inner(share: Floats) -> Floats:
    """A share kept off 0 and 1, where slopes are infinite."""
    return np.clip(share, 1e-300, 1 - 1e-16)


def _product(share: Floats) -> Floats:
    return share * (1 - share)


def _product_slope(share: Floats) -> Floats:
    return 1 - 2 * share


def _entropy(share: Floats) -> Floats:
    inner = _inner(share)
    return np.where((share > 0) & (share < 1), -inner * np.log(inner) - (1 - inner) * np.log1p(-inner), 0.0)


def _entropy_slope(share: Floats) -> Floats:
    return np.log1p(-_inner(share)) - np.log(_inner(share))


def _root(share: Floats) -> Floats:
    return np.sqrt(np.maximum(_product(share), 0.0))


def _root_slope(share: Floats) -> Floats:
    inner = _inner(share)
    return (1 - 2 * inner) / (2 * _root(inner))


_MIXINGS = {
    "isolation": _Mixing(
        _product, _product_slope, lambda share: share, np.ones_like, lambda q, whole: 1 - ratio(q, whole), other=0
    ),
    "variance_ratio": _Mixing(_product, _product_slope, _product, _product_slope, lambda q, whole: 1 - ratio(q, whole)),
    "theil_h": _Mixing(_entropy, _entropy_slope, _entropy, _entropy_slope, lambda q, whole: 1 - ratio(q, whole)),
    "mutual_information": _Mixing(
        _entropy, _entropy_slope, _entropy, _entropy_slope, lambda q, whole: whole - q, False, 0, 0
    ),
    "atkinson": _Mixing(_root, _root_slope, _root, _root_slope, lambda q, whole: 1 - ratio(q, whole) ** 2),
}


# Dissimilarity --------------------------------------------------------------------------------------------------------


def _d_low(schools: Intervals, group: _Range) -> Floats:
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
        return change * _product(share) < moved * _product_slope(share)

    share = _halved(group.fewest / everyone, group.most / everyone, further)
    return ratio(at(share)[0], _product(share))


def _d_high(schools: Intervals, group: _Range) -> Floats:
    """The greatest bound of any two neighbouring values of P; see the module's notes."""
    everyone = schools.all_students
    low, high = (_inner(count / np.maximum(everyone, 1)) for count in (group.fewest, group.most))
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
    return moved / _product(share)


def _price(schools: Intervals, share: Floats) -> Floats:
    """What a student of the group adds to Σ (a − tP)⁺ at its greatest, in each place: any price gives a bound."""
    even = schools.students * share[schools.place]
    line = pieces(schools, *(np.maximum(count - even, 0) for count in (schools.low, schools.high)))
    passed = line.end < (share * schools.all_students)[line.place]
    steps = np.bincount(line.place[passed], minlength=schools.places)
    counts = np.bincount(line.place, minlength=schools.places)
    return line.slope[np.cumsum(counts) - counts + np.minimum(steps, counts - 1)]


# Gini -----------------------------------------------------------------------------------------------------------------


def _gini_low(schools: Intervals, group: _Range) -> Floats:
    """G at the λ where it is least; one more student at λ changes its numerator by those below less those above."""
    everyone, students, place = schools.all_students, schools.students, schools.place
    low, high = schools.low / students, schools.high / students

    def further(level: Floats) -> NDArray[np.bool_]:
        shares = np.clip(level[place], low, high)
        units = schools.completed(students * shares)
        count = units.totals[:, 0]
        change = schools.over_places(students * np.sign(level[place] - shares)) / everyone
        falls = change < gini(units) * _product_slope(count / everyone)
        return (count < group.fewest) | ((count <= group.most) & falls)

    level = _halved(np.zeros(schools.places), np.ones(schools.places), further)
    return gini(schools.completed(students * np.clip(level[place], low, high)))


def _gini_high(schools: Intervals, group: _Range) -> Floats:
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
        start, end = _within(line, group)
        spread = schools.over_places(own)[line.place]
        bound, where = np.full(schools.places, -np.inf), np.zeros(schools.places)
        for count in (start, end):
            share = count / everyone[line.place]
            value = np.where(start <= end, ratio(line.at(count) - spread / 2, _product(share)), -np.inf)
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
