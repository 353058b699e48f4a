"""H and M of several groups, when some schools' counts are hidden: see ``analysis.hidden.many_bounds``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from analysis.hidden.intervals import halved
from analysis.hidden.many import Many
from analysis.hidden.many_options import Options
from analysis.hidden.pair_cells import End
from analysis.indices import MULTIGROUP
from analysis.units import Floats

# Improvements of a price, and of the mix that totals are set against.
_PRICES = 12
_MIXES = 3
# Wider than rounding, narrower than any digit shown.
_SLIVER = 1e-9
AS_GOOD_AS = 2 * _SLIVER
# Stands for no students at all where a logarithm is taken.
_NOBODY = 1e-300

# Of a price in each place: by how much sums over schools exceed what it allows, never less than the most they can; how
# fast that falls as the price rises; and the (groups, schools) counts it was found at.
Excess = Callable[[Floats], tuple[Floats, Floats, Floats]]


@dataclass(frozen=True)
class _Priced:
    """An index as a price at which sums over schools come to nothing.

    Attributes:
        name: the index.
        relative: whether the price is of φ(N), as of H; else it is of T, as of M.
    """

    name: str
    relative: bool

    def per(self, plane: Floats) -> Floats:
        """What a student of each group adds to what is priced, given what stands for φ(N)."""
        return plane if self.relative else np.ones_like(plane)


_PRICED = (_Priced("theil_h", True), _Priced("mutual_information", False))


def mixed_bounds(corners: Options) -> dict[str, tuple[End, End]]:
    """Both ends of H and M, given all corners of the schools of places that can have students of two groups."""
    return {each.name: (_least(corners.schools, each), _greatest(corners, each)) for each in _PRICED}


def _mixed(counts: Floats) -> Floats:
    """φ of (groups, n) counts: their entropy times their sum, (n,)."""
    together = counts.sum(axis=0)
    return xlogy(together, together) - xlogy(counts, counts).sum(axis=0)


def surely(first: Floats, excess: Excess) -> tuple[Floats, Floats]:
    """A price in each place at which nothing is in excess, the least but for a sliver, and the counts found at it.

    The excess is convex and falls, so that steps along its slope never go too far. The price is infinite where the
    steps find none.

    Args:
        first: (places,) prices no more than the one sought.
        excess: see ``Excess``.
    """
    found = np.full(len(first), np.inf)
    price = first + _SLIVER
    for _ in range(_PRICES):
        above, slope, counts = excess(price)
        enough = above <= 0
        found = np.where(enough, price, np.inf)
        step = np.where(slope > 0, above / np.where(slope > 0, slope, 1), 0.0)
        price = np.where(enough, price, price + step + _SLIVER)
        if enough.all():
            break
    return found, counts


# The greatest ---------------------------------------------------------------------------------------------------------


def at_best(corners: Options, mixed: Floats, less: Floats, per: Floats, price: Floats) -> tuple[Floats, Floats, Floats]:
    """See ``Excess``: of (less − price · per) · n_s − φ(n_s), at the corner of each school where that is greatest.

    φ is any concave function of a school's counts.

    Args:
        corners: all corners of all schools.
        mixed: (corners,) φ of each.
        less, per: (groups, places) what students of each group add whatever the price, and less for it.
        price: (places,) the price.
    """
    schools, every = corners.schools, np.arange(len(corners.number))
    worth = (less - price * per)[:, schools.place[corners.school]]
    gain = (worth * corners.counts).sum(axis=0) - mixed
    best = np.maximum.reduceat(gain, np.searchsorted(corners.school, every))
    at_best = np.flatnonzero(gain >= best[corners.school])
    counts = corners.counts[:, at_best[np.searchsorted(corners.school[at_best], every)]]
    return schools.over_places(best[None])[0], (per * schools.over_places(counts)).sum(axis=0), counts


def _greatest(corners: Options, index: _Priced) -> End:
    """The least of the bounds with Q at the middle of every interval, and then at the totals that each bound found."""
    schools = corners.schools
    mixed = _mixed(corners.counts)
    totals = (schools.fewest + schools.most) / 2
    # M is at most the entropy of as many groups, all alike.
    value = np.full(schools.places, 1.0 if index.relative else np.log(len(schools.low)))
    attained = np.full(schools.places, -np.inf)
    for _ in range(_MIXES):
        # Any mix does, but not one without a group that there may be.
        some = np.maximum(totals, (schools.most > 0) / 2)
        plane = np.where(some > 0, -np.log(np.maximum(some, _NOBODY) / some.sum(axis=0)), 0.0)
        bound, counts = surely(np.zeros(schools.places), partial(at_best, corners, mixed, plane, index.per(plane)))
        value = np.minimum(value, bound)
        attained = np.fmax(attained, MULTIGROUP[index.name].function(schools.completed(counts)))
        totals = schools.over_places(counts)
    return End(value, value <= attained + AS_GOOD_AS)


# The least ------------------------------------------------------------------------------------------------------------


def _least(schools: Many, index: _Priced) -> End:
    """The least of the index in each place, never more than it is."""
    plane, constant = _below(schools)
    per = index.per(plane)
    less = np.zeros_like(plane) if index.relative else plane
    of_none, of_price = (0.0, constant) if index.relative else (constant, 0.0)

    def excess(price: Floats) -> tuple[Floats, Floats, Floats]:
        most, counts = _most_mixed(schools, less + price * per)
        slope = of_price + (per * schools.over_places(counts)).sum(axis=0)
        return schools.over_places(most[None])[0] - of_none - price * of_price, slope, counts

    first = np.full(schools.places, 0.0 if index.relative else -np.log(len(schools.low)))
    found, _ = surely(first, excess)
    return End(1 - found if index.relative else -found, np.zeros(schools.places, dtype=bool))


def _below(schools: Many) -> tuple[Floats, Floats]:
    """A plane that φ(N) lies nowhere below: (groups, places) slopes and (places,) constants.

    φ(N) is T ln T, which a tangent lies below, less Σ N_g ln N_g, each part of which lies above its chord.
    """
    fewest, most = schools.fewest, schools.most
    chord = (xlogy(fewest, fewest) - xlogy(most, most)) / np.where(most > fewest, most - fewest, 1)
    together = schools.over_places(schools.room[None])[0] if schools.bands else (fewest + most).sum(axis=0) / 2
    slope = np.log(np.maximum(together, _NOBODY)) + 1
    return chord + slope, -(xlogy(fewest, fewest) + chord * fewest).sum(axis=0) - together


def _most_mixed(schools: Many, price: Floats) -> tuple[Floats, Floats]:
    """The most that φ(x) less a price of each student can be in each school, never less than it is, and where.

    Where a group's count is inside its interval, it is λ e^(−price) with one λ for the school. φ is nowhere above its
    tangent there, and a plane is greatest where the groups worth most have taken what room there is.

    Args:
        schools: the schools.
        price: (groups, places) prices.
    """
    paid = price[:, schools.place]
    weight = np.exp(-np.clip(paid, -500, 500))

    def counts_at(level: Floats) -> Floats:
        return np.clip(level * weight, schools.low, schools.high)

    def further(level: Floats) -> NDArray[np.bool_]:
        together = counts_at(level).sum(axis=0)
        return ((together > level) | schools.bands) & (together < schools.room)

    top = np.maximum(np.minimum(schools.high.sum(axis=0), schools.room), 1)
    if schools.bands:  # whose counts add up to all students at any λ
        top = np.maximum(top, (schools.high / weight).max(axis=0))
    counts = counts_at(halved(np.zeros_like(top), top, further))
    share = np.maximum(counts, _NOBODY) / np.maximum(counts.sum(axis=0), _NOBODY)
    worth = -np.log(share) - paid
    return (worth * schools.filled(worth)).sum(axis=0), counts
