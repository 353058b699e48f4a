"""V, H, M, Atkinson's index and isolation by how mixed schools are, and between which values that can lie.

Each is a falling function of Σ t_s ψ(p_s), with ψ concave, so one search serves them all: see
``analysis.hidden.bounds``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.hidden.intervals import Intervals, Pieces, Range, halved, pieces, within
from analysis.units import Floats, ratio

AS_GOOD_AS = 1e-12


@dataclass(frozen=True)
class Mixing:
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
        """The index from q and P."""
        return self.value(q, self.whole(share))

    def mixes_more(self, q: Floats, change: Floats, share: Floats) -> NDArray[np.bool_]:
        """Whether the index falls with one more student of the group, who changes Σ t_s ψ(p_s) by ``change``."""
        if not self.relative:
            return change > self.whole_slope(share)
        return change * self.whole(share) > q * self.whole_slope(share)


def evenest(schools: Intervals, mixing: Mixing) -> Floats:
    """The least value of the index in each place."""
    group = Range.of(schools, mixing.group, mixing.other)
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

    q, count = at(halved(np.zeros(schools.places), np.ones(schools.places), further))
    count = np.clip(count, group.fewest, np.maximum(group.most, group.fewest))
    return group.or_nan(mixing.index(q, np.minimum(count / everyone, 1.0)))


def most_uneven(schools: Intervals, mixing: Mixing) -> tuple[Floats, NDArray[np.bool_]]:
    """The greatest value of the index in each place with split schools, and whether it needs none split."""
    group = Range.of(schools, mixing.group, mixing.other)
    weight = schools.students / schools.all_students[schools.place]
    at_low, at_high = (-weight * mixing.mix(count / schools.students) for count in (schools.low, schools.high))
    unmixed = pieces(schools, at_low, at_high)
    everyone = schools.all_students[unmixed.place]
    start, end = within(unmixed, group)
    crossed = start <= end
    end = np.maximum(start, end)

    def index(count: Floats) -> Floats:
        return np.where(crossed, mixing.index(-unmixed.at(count), count / everyone), -np.inf)

    def further(count: Floats) -> NDArray[np.bool_]:
        return ~mixing.mixes_more(-unmixed.at(count), -unmixed.slope * everyone, count / everyone)

    at_start, at_end = index(start), index(end)
    ends = np.maximum(at_start, at_end)
    greatest = _greatest(unmixed, np.maximum(ends, index(halved(start, end, further))), schools.places)
    whole = np.maximum(
        np.where(start == unmixed.start, at_start, -np.inf), np.where(end == unmixed.end, at_end, -np.inf)
    )
    attained = _greatest(unmixed, whole, schools.places) >= greatest - AS_GOOD_AS
    return group.or_nan(greatest), attained


def _greatest(line: Pieces, values: Floats, places: int) -> Floats:
    """The greatest of the (pieces,) values in each place."""
    best = np.full(places, -np.inf)
    np.maximum.at(best, line.place, values)
    return best


def inner_share(share: Floats) -> Floats:
    """A share kept off 0 and 1, where slopes are infinite."""
    return np.clip(share, 1e-300, 1 - 1e-16)


def product(share: Floats) -> Floats:
    """P (1 − P): how mixed a place is by V, and the denominator of D and G."""
    return share * (1 - share)


def product_slope(share: Floats) -> Floats:
    """The derivative of ``product``."""
    return 1 - 2 * share


def _entropy(share: Floats) -> Floats:
    inner = inner_share(share)
    return np.where((share > 0) & (share < 1), -inner * np.log(inner) - (1 - inner) * np.log1p(-inner), 0.0)


def _entropy_slope(share: Floats) -> Floats:
    return np.log1p(-inner_share(share)) - np.log(inner_share(share))


def _root(share: Floats) -> Floats:
    return np.sqrt(np.maximum(product(share), 0.0))


def _root_slope(share: Floats) -> Floats:
    inner = inner_share(share)
    return (1 - 2 * inner) / (2 * _root(inner))


MIXINGS = {
    "isolation": Mixing(
        product, product_slope, lambda share: share, np.ones_like, lambda q, whole: 1 - ratio(q, whole), other=0
    ),
    "variance_ratio": Mixing(product, product_slope, product, product_slope, lambda q, whole: 1 - ratio(q, whole)),
    "theil_h": Mixing(_entropy, _entropy_slope, _entropy, _entropy_slope, lambda q, whole: 1 - ratio(q, whole)),
    "mutual_information": Mixing(
        _entropy, _entropy_slope, _entropy, _entropy_slope, lambda q, whole: whole - q, False, 0, 0
    ),
    "atkinson": Mixing(_root, _root_slope, _root, _root_slope, lambda q, whole: 1 - ratio(q, whole) ** 2),
}
