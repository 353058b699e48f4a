"""D and V as what a linear program can hold: the largest of tangent planes.

With the totals of both groups fixed, both are Σ t φ(p − P) / (T P (1 − P)) over schools of t students, a share p of
them ED, P overall: φ(x) = max(x, 0) gives D, φ(x) = x² gives V. As φ is convex, so is t φ in the two counts of a
school, and the plane that touches it at any x lies nowhere above it (Boyd & Vandenberghe (2004), Convex Optimization,
3.2.6). D needs two planes and is exact; V gets as many as a proof of the gap needs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.indices import INDICES, Index
from analysis.policy.draw import Ints
from analysis.policy.places import Places
from analysis.units import Floats, Units, side_by_side


@dataclass(frozen=True)
class Measure:
    """An index that can be minimised.

    Attributes:
        index: what it is.
        part: φ.
        slope: the derivative of φ.
        touching: P to the points at which planes touch it from the start.
        exact: whether these planes are φ itself.
    """

    index: Index
    part: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    touching: Callable[[float], Floats]
    exact: bool

    def value(self, loads: Ints) -> float:
        """The index of (2, n) whole students, as every other page computes it."""
        counts = side_by_side(*loads.astype(np.float64))
        units = Units(counts, counts.sum(axis=1), np.zeros(loads.shape[1], dtype=np.intp), 1)
        return float(self.index.function(units)[0])

    def parts(self, places: Places, loads: Floats) -> Floats:
        """(n,) t φ(p − P) of each school, for (2, n) students in fractions; Σ / ``places.spread`` is the index."""
        return loads.sum(axis=0) * self.part(places.excess(loads))

    def planes(self, places: Places, at: Floats) -> Floats:
        """(2, points) what one student of each group adds to the plane that touches t φ at each x."""
        slope = self.slope(at)
        level = self.part(at) - slope * at
        return np.stack([slope * (1 - places.share) + level, level - slope * places.share])


_STEP = 0.05

MEASURES: dict[str, Measure] = {
    "dissimilarity": Measure(
        INDICES["dissimilarity"],
        lambda x: np.maximum(x, 0.0),
        lambda x: (x > 0).astype(np.float64),
        lambda share: np.array([-share, 1 - share]),
        exact=True,
    ),
    "variance_ratio": Measure(
        INDICES["variance_ratio"],
        np.square,
        lambda x: 2 * x,
        lambda share: np.append(np.arange(-share, 1 - share, _STEP), 0.0),
        exact=False,
    ),
}
