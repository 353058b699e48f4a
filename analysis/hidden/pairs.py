"""Schools whose counts of two groups, such as two races, are each known only to lie between two whole numbers."""

from dataclasses import dataclass

import numpy as np

from analysis.hidden.corners import Corners
from analysis.hidden.many import Many, combinations_before
from analysis.indices import measure
from analysis.units import Floats, Units

# Combinations of corners of a place up to which all are tried.
MOST_CORNERS = 128


@dataclass(frozen=True)
class Pairs(Many):
    """Schools nested in places, each with the least and the most students of two groups that it can have."""

    def corners(self) -> Floats:
        """The corners of each school's completions, (5, 2, schools), repeated where there are fewer.

        Intervals are taken to be the narrowest.
        """
        (a, b), (most_a, most_b) = self.low, self.high
        left_a, left_b = np.minimum(most_a, self.room - most_b), np.minimum(most_b, self.room - most_a)
        return np.array([[a, b], [most_a, b], [a, most_b], [most_a, left_b], [left_a, most_b]])


def at_corners(schools: Pairs) -> Corners:
    """The greatest value of every index over the corners of places that have few of them.

    With the counts of the other schools held, D, G, V, H and Atkinson's index at ½ fall and then rise along each count
    and along each exchange of the one group for the other: so they are greatest with every school at a corner. D, G and
    Atkinson's are convex over positive numbers in 1/A, V and H have only minima as critical points. M is no such
    index: it may be greatest in between. Exchanges leave every t_s alone, as in ``analysis.hidden.corners``. A corner
    without any student of a group has no index: next to it, in whole students, lie those with one such student.

    Args:
        schools: intervals as ``Pairs.narrowed`` gives them.
    """
    points = np.concatenate([schools.corners(), _with_one(schools)])
    fresh = np.array([~(points[:i] == points[i]).all(axis=1).any(axis=0) for i in range(len(points))])
    points = np.take_along_axis(points, np.argsort(~fresh, axis=0, kind="stable")[:, None], axis=0)
    in_place = schools.over_places(np.log(fresh.sum(axis=0))[None])[0]
    tried = in_place < np.log(MOST_CORNERS + 0.5)
    inner, here = schools.of_places(tried), tried[schools.place]
    points, number = points[:, :, here], fresh.sum(axis=0)[here]
    combinations = np.rint(np.exp(in_place[tried])).astype(np.int64)
    first = np.cumsum(combinations) - combinations
    # Every school once for each combination of its place's corners.
    school = np.repeat(np.arange(len(number)), combinations[inner.place])
    combination = np.arange(len(school)) - np.searchsorted(school, school)
    corner = combination // combinations_before(inner.place, number)[school] % number[school]
    place = first[inner.place[school]] + combination
    values = measure(Units(points[corner, :, school], inner.students[school], place, int(combinations.sum())))
    by_place = values.groupby(np.repeat(np.flatnonzero(tried), combinations)).max()
    return Corners(tried, by_place.reindex(range(schools.places)))


def _with_one(schools: Pairs) -> Floats:
    """Points with one student of a group that its place may be without, (5, 2, schools); a corner where there is none.

    With one of either group, the other's count is at its least, at its most, or one too.
    """
    (a, b), (most_a, most_b) = schools.low, schools.high
    one = np.ones_like(a)
    points = np.array(
        [
            [one, b],
            [one, np.minimum(most_b, schools.room - 1)],
            [a, one],
            [np.minimum(most_a, schools.room - 1), one],
            [one, one],
        ]
    )
    alone_a, alone_b = (schools.fewest == 0)[:, schools.place] & (schools.high > 0)
    both = alone_a & alone_b & (schools.room > 1)
    wanted = np.array([alone_a, alone_a, alone_b, alone_b, both])
    return np.where(wanted[:, None], points, schools.low)
