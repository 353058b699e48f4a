"""The least and the greatest that every index of two groups can be, when some schools' counts of either are hidden.

Notation as in ``analysis.indices``; school s holds a_s students of the group and b_s of the other, each between two
numbers and together at most n_s. A bound is *exact* where some completion attains it; else it is proven, and lies
outside what completions attain by little: how little, docs/decisions/0011-bounds.md says.

**Isolation and exposure: exact.** Isolation asks for the group's counts alone, which are hidden as in
``analysis.hidden.bounds``. Exposure is a ratio of a sum over schools to A: for any price λ of a student of the group,
the schools' best counts are found one by one, and λ is right where what is left is 0 (Dinkelbach 1967).

**V, H, M and Atkinson's: by cells of ρ = A/B.** Of V, H and Atkinson's, 1 less the index (for the last its root) is
Σ φ(a_s, b_s) / φ(A, B), with a concave φ that grows with its scale: a b/(a + b), the entropy of both counts, √(a b). M
is (φ(A, B) − Σ φ(a_s, b_s)) / (A + B) with H's φ. The range of ρ is cut into cells. In a cell, φ(A, B) is at least the
plane through its values at both ends: in its place it leaves a ratio that schools make greatest one by one, on the edge
of what each may be, and so the least index. It is at most φ(ρ₂, 1) B, at most φ(ρ₁, 1) A/ρ₁, and any mean of the two:
with that the ratio is least with every school at a corner, and the mean that makes it greatest gives the greatest
index. Of M the greatest is also at most H's times the most entropy of A and B.

**D: likewise.** For A = ρB, D is Σ (a_s − ρ b_s)⁺ / A, Σ (ρ b_s − a_s)⁺ / A, and any mean of the two; in a cell ρ₁ and
ρ₂ stand in for ρ so that the numerators become the more, or the less.

**Gini: by D and by a reference.** D ≤ G ≤ 1 − (1 − D)², the Lorenz curve being convex. Closer, with u_s = a_s/A and
v_s = b_s/B, and shares x_s, y_s of the completion amid the intervals: G ≤ 2 Σ Σ (u_i y_j − v_i x_j)⁺ − G(x, y), the
energy distance being never negative (Székely & Rizzo 2013), and that is bounded as D is. And in any order of schools
Σ Σ_{j<i} (u_i v_j − u_j v_i) ≤ G; in the reference's that is Σ u_i s_i + Σ v_i r_i − G(x, y) and a rest, with slopes s
and r. Both sums have a least value; the rest is at most Σ |u_i − x_i| Σ |v_j − y_j|, and Σ |u_i − x_i| at most the
widths of the intervals over the sum of their middles.

**Few hidden counts.** Places with few corners have the greatest D, V, H, G and Atkinson's exact:
``analysis.hidden.pairs``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.hidden.bounds import Bounds
from analysis.hidden.intervals import Intervals, halved
from analysis.hidden.mixing import MIXINGS, evenest, most_uneven
from analysis.hidden.pair_cells import Cells, End, Ratio, either, least, on_edges, searched
from analysis.hidden.pair_mixing import MIXTURES, entropy_of, even, uneven
from analysis.hidden.pairs import Pairs, at_corners
from analysis.indices import INDICES, measure
from analysis.two_groups import gini, isolation
from analysis.units import Codes, Floats, Units, ratio

# Steps of ln(A/B).
_STEPS = 12
_CORNERED = ("dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson")


def pair_bounds(schools: Pairs, names: Sequence[str] = tuple(INDICES), steps: int = _STEPS) -> Bounds:
    """The bounds of indices of two groups over all completions, for all places at once.

    Args:
        schools: intervals of every school whose students are known.
        names: keys of ``INDICES``.
        steps: how finely the range of A/B is cut: more are closer and slower.
    """
    schools = schools.narrowed()
    value = measure(schools.completed(schools.low), names)
    sure = pd.DataFrame(True, index=value.index, columns=value.columns)
    found = Bounds(value, value.copy(), sure, sure.copy())
    is_open = schools.hidden_in_place
    if is_open.any():
        inner = schools.of_places(is_open)
        corners = at_corners(inner)
        for name, (low, high) in _of_indices(inner, names, steps).items():
            most, attained = high.value, high.attained
            if name in _CORNERED:
                most, attained = np.where(corners.tried, corners.greatest[name], most), attained | corners.tried
            found.low.loc[is_open, name] = np.maximum(low.value, INDICES[name].low)
            found.high.loc[is_open, name] = np.minimum(most, INDICES[name].high)
            found.low_exact.loc[is_open, name] = low.attained
            found.high_exact.loc[is_open, name] = attained
        if {"theil_h", "mutual_information"} <= {*names}:
            # M is H times the place's entropy, which is closer where H is exact and M is not.
            of_h = found.high.loc[is_open, "theil_h"] * _most_entropy(inner)
            found.high.loc[is_open, "mutual_information"] = np.fmin(found.high.loc[is_open, "mutual_information"], of_h)
        found.low[:] = np.minimum(found.low, found.high)  # rounding aside, they are in order
    return found


def _most_entropy(schools: Pairs) -> Floats:
    """The most entropy of the two groups that each place can have."""
    fewest, most = np.maximum(schools.fewest, 1), np.maximum(schools.most, 1)
    evenest = np.clip(1.0, fewest[0] / most[1], most[0] / fewest[1])
    return entropy_of(evenest, np.ones_like(evenest)) / (evenest + 1)


def _of_indices(schools: Pairs, names: Sequence[str], steps: int) -> dict[str, tuple[End, End]]:
    """Both ends of indices in places that each have a hidden count."""
    some_a, some_b = schools.most > 0
    # A single student is of one group only.
    students = schools.over_places(np.where(schools.high.any(axis=0), schools.room, 0)[None])[0]
    both = some_a & some_b & (students > 1)
    of_both = _of_both_groups(schools.of_places(both), names, steps)
    found = {name: (_spread(low, both, np.nan), _spread(high, both, np.nan)) for name, (low, high) in of_both.items()}
    if "mutual_information" in names:  # of one group alone it is 0
        low, high = (_spread(end, both, 0.0) for end in of_both["mutual_information"])
        low = End(np.where((schools.fewest > 0).all(axis=0), low.value, 0.0), low.attained)
        found["mutual_information"] = _where(some_a | some_b, low), _where(some_a | some_b, high)
    sure = np.ones(schools.places, dtype=bool)
    for name, ends in (("isolation", _isolation), ("exposure", _exposure)):
        if name in names:
            low, high = (_where(some_a, End(value, sure)) for value in ends(schools))
            found[name] = low, high
    return {name: found[name] for name in names}


def _of_both_groups(schools: Pairs, names: Sequence[str], steps: int) -> dict[str, tuple[End, End]]:
    """Both ends of those indices that need students of both groups, in places that can have them."""
    found = {
        name: either(schools, name, partial(even, mixture), partial(uneven, mixture), steps)
        for name, mixture in MIXTURES.items()
        if name in names
    }
    if {"dissimilarity", "gini"} & {*names}:
        found["dissimilarity"] = either(schools, "dissimilarity", _even_d, _uneven_d, steps)
        found["gini"] = _gini(schools, *found["dissimilarity"], steps)
    return found


def _where(defined: NDArray[np.bool_], end: End) -> End:
    """An end, NaN where the index is undefined in every completion."""
    return End(np.where(defined, end.value, np.nan), end.attained)


def _spread(end: End, places: NDArray[np.bool_], otherwise: float) -> End:
    """An end of some places among all, the others at a value that is exact."""
    value, attained = np.full(len(places), otherwise), np.ones(len(places), dtype=bool)
    value[places], attained[places] = end.value, end.attained
    return End(value, attained)


# Isolation and exposure -----------------------------------------------------------------------------------------------


def _isolation(schools: Pairs) -> tuple[Floats, Floats]:
    """The least and the greatest isolation: whatever the group's count, the school has room for the other's least."""
    alone = Intervals(schools.low[0], schools.high[0], schools.students, schools.place, schools.places)
    low, is_open = isolation(schools.completed(schools.low)), alone.hidden_in_place > 0
    high, inner = low.copy(), alone.of_places(is_open)
    low[is_open], high[is_open] = evenest(inner, MIXINGS["isolation"]), most_uneven(inner, MIXINGS["isolation"])[0]
    return low, high


def _exposure(schools: Pairs) -> tuple[Floats, Floats]:
    """The least and the greatest exposure, in whole students."""
    students, room, a, (most_a, most_b) = schools.students, schools.room, schools.low[0], schools.high

    def met(count: Floats) -> Floats:
        return count * np.minimum(most_b, room - count) / students

    def most_right(price: Floats) -> NDArray[np.bool_]:
        own = price[schools.place]
        full = np.clip(room - most_b, a, most_a)
        # Beyond it a student of the group takes the place of one of the other: a (room − a) / n − λ a is greatest here.
        top = np.clip((room - own * students) / 2, full, most_a)
        tried = [a, most_a, full, np.floor(top), np.ceil(top)]
        return schools.over_places(np.max([met(count) - own * count for count in tried], axis=0)[None])[0] > 0

    high = halved(np.zeros(schools.places), np.ones(schools.places), most_right)
    return _least_mean(schools, 0, schools.low[1] / students), high


def _least_mean(schools: Pairs, group: int, worth: Floats) -> Floats:
    """The least mean of what schools are worth, from −1 to 1, over the students of a group, in each place."""

    def further(price: Floats) -> NDArray[np.bool_]:
        paid = worth - price[schools.place]
        least = np.minimum(schools.low[group] * paid, schools.high[group] * paid)
        return schools.over_places(least[None])[0] >= 0

    return halved(np.full(schools.places, -1.0), np.ones(schools.places), further)


# Dissimilarity and Gini -----------------------------------------------------------------------------------------------


# What rows of counts (…, rows) hold beyond a mix: Σ_j (a v_j − b u_j)⁺ over a reference's schools, given their places.
_Beyond = Callable[[Floats, Floats, Codes], Floats]


def _beyond_even(a: Floats, b: Floats, place: Codes) -> Floats:  # noqa: ARG001 alike in every place
    """What lies beyond one school with all students of both groups."""
    return np.maximum(a - b, 0)


def _between(
    cells: Cells, points: Floats, more: Floats, less: Floats, sign: int, beyond: _Beyond = _beyond_even
) -> tuple[Floats, Floats]:
    """The least, or with sign −1 the greatest, of what schools hold of either group beyond a reference's mixes, over A.

    Args:
        cells: the cells.
        points: (points, 2, rows) the counts tried.
        more, less: (copies,) what stands for ρ in what is beyond of the group and of the other one.
        sign: 1 for the least, −1 for the greatest.
        beyond: D has (a − ρb)⁺.
    """
    schools = cells.schools

    def parts(counts: Floats, copy: Codes) -> Floats:
        (a, b), place = counts, copy % schools.places
        below, above = (np.multiply(mix[copy], b) for mix in (less, more))
        # Signed, Σ_j (a v_j − b u_j) is a − b.
        return sign * np.array([beyond(a, below, place) - (a - below), beyond(a, above, place)])

    known_code = cells.code(cells.known)
    of_known = cells.over(parts(cells.copied(schools.low, cells.known), known_code), known_code)
    per_a = np.array([np.ones_like(more), np.zeros_like(more)])
    of_points = parts(points.transpose(1, 0, 2), cells.of_hidden)
    bound, counts = least(cells, Ratio(points, of_points, of_known, np.array([per_a, per_a])))
    return sign * bound, counts


def _even_d(cells: Cells) -> tuple[Floats, Floats]:
    """The least of D in each copy: between two mixes D's parts run straight, so it is where the edges meet those."""
    mixes = [each[cells.of_hidden] for each in (cells.start, cells.end)]
    at_mixes = [on_edges(cells.schools, cells.rows, 1 / mix, mix, mix / (1 + mix)) for mix in mixes]
    points = np.concatenate([*at_mixes, cells.copied(cells.schools.corners(), cells.hidden)])
    return _between(cells, points, cells.end, cells.start, 1)


def _uneven_d(cells: Cells) -> tuple[Floats, Floats]:
    """The greatest of D in each copy: where schools have the most of one group and the least of the other."""
    points = cells.copied(cells.schools.corners()[1:3], cells.hidden)
    return _between(cells, points, cells.start, cells.end, -1)


@dataclass(frozen=True)
class _Reference:
    """A completion that others are set against.

    Attributes:
        gini: (places,) its G.
        key: (schools,) place and share of the group as one growing number: a share, and 2 more with each place.
        before: (2, schools + 1) shares of all students of each group that lie in the schools before each in that order.
        slopes: (2, schools) what a share of each group adds to G where a school has more of it, schools as given.
        first: (places,) where each place's schools begin in the order.
    """

    gini: Floats
    key: Floats
    before: Floats
    slopes: Floats
    first: Codes

    @classmethod
    def of(cls, units: Units) -> "_Reference":
        """The reference that units make."""
        shares: Floats = np.nan_to_num(ratio(units.counts.T, units.totals.T[:, units.place]))
        keys = np.add(2.0 * units.place, np.nan_to_num(ratio(shares[0], shares.sum(axis=0))), dtype=np.float64)
        order = np.argsort(keys)
        before = np.concatenate([np.zeros((2, 1)), np.cumsum(shares[:, order], axis=1)], axis=1)
        first = np.searchsorted(keys[order], 2.0 * np.arange(units.places))
        slopes = np.empty_like(shares)
        both_sides = before[:, 1:] + before[:, :-1] - 2 * before[:, first[units.place[order]]] - 1
        slopes[:, order] = both_sides[1], -both_sides[0]
        return cls(gini(units), keys[order], before, slopes, first)

    def beyond(self, a: Floats, b: Floats, place: Codes) -> Floats:
        """Σ_j (a y_j − b x_j)⁺ over the reference's schools in the place, with their shares x, y of the groups."""
        here = np.searchsorted(self.key, 2.0 * place + np.nan_to_num(ratio(a, a + b)))
        of_a, of_b = (before[here] - before[self.first[place]] for before in self.before)
        return np.maximum(a * of_b - b * of_a, 0)


def _uneven_g(reference: _Reference, cells: Cells) -> tuple[Floats, Floats]:
    """The greatest of G in each copy, by a reference; see the module's notes."""
    points = cells.copied(cells.schools.corners(), cells.hidden)
    apart, counts = _between(cells, points, cells.start, cells.end, -1, reference.beyond)
    return 2 * apart - np.tile(reference.gini, cells.number), counts


def _gini(schools: Pairs, low_d: End, high_d: End, steps: int) -> tuple[End, End]:
    """Both ends of G, given those of D; see the module's notes."""
    amid = schools.completed((schools.low + schools.high) / 2)
    reference, never = _Reference.of(amid), np.zeros(schools.places, dtype=bool)
    moved = ratio(schools.over_places(schools.high - schools.low), amid.totals.T)
    in_order = sum(_least_mean(schools, group, reference.slopes[group]) for group in (0, 1))
    low = np.maximum(low_d.value, in_order - reference.gini - moved.prod(axis=0))
    high = searched(schools, "gini", partial(_uneven_g, reference), 1, steps)
    return End(low, never), End(np.minimum(high.value, 1 - (1 - np.minimum(high_d.value, 1)) ** 2), high.attained)
