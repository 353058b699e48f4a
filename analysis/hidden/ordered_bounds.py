"""The least and the greatest that rank-order H can be, when some schools' counts of three bands are hidden.

Notation as in ``analysis.rank_order``. N1 students of a place are below the first threshold and E below the second, of
T in all, which are known; h1 and h2 are H between those below and above either.

**Three bands with a student.** The fitted curve is the line through both thresholds, and its weighted mean the line's
value at ½: H^R = (1 − w) h1 + w h2 with w = (½ − p1)/(p2 − p1), p1 = N1/T and p2 = E/T. Each of h1 and h2 is bounded
as two groups (``analysis.hidden.bounds``). w rises or falls along N1 wherever E stands, along E likewise, and is
straight along N1 where E − N1 stands still; so over the polygon of totals that the intervals allow, with at least one
student of each band, it is least and greatest at a corner. H^R is straight along each of w, h1 and h2, and so lies
between its values at the corners of their box.

**Two bands with a student.** There is one threshold, and H^R is H at it: h2 where the lowest band is empty, else h1.

The box takes w, h1 and h2 to be free of each other. So the range is proven, and closest where w is between 0 and 1,
where one threshold is below the median student and one above. Where hardly anyone may be of the middle band w can be
almost anything, and the range be all from 0 to 1. Completions where H^R is undefined, as the line leaves 0 to 1 by ½,
are passed over.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from analysis.hidden.bounds import bounds
from analysis.hidden.intervals import Intervals
from analysis.hidden.many import Many
from analysis.hidden.pair_cells import End
from analysis.units import Floats

# Wider than what ``analysis.rank_order`` takes for rounding.
_ROUNDING = 2e-5


def ordered_bounds(schools: Many) -> tuple[End, End]:
    """Both ends of rank-order H in places that each have a hidden count; NaN where no completion defines it.

    Args:
        schools: intervals of three bands, as ``Many.narrowed`` gives them.
    """
    of_h = _at_thresholds(schools)
    first, second = of_h
    weights, three = _weights(schools)
    lines = [(1 - w) * h1 + w * h2 for w, h1, h2 in product(weights, first, second)]
    empty = schools.fewest == 0
    ends = []
    for choose, side in ((np.fmin, 0), (np.fmax, 1)):
        value = np.where(three, choose.reduce(lines), np.nan)
        value = choose(value, np.where(empty[1] | empty[2], first[side], np.nan))
        ends.append(choose(value, np.where(empty[0], second[side], np.nan)))
    low, high = ends
    outside = (low > 1 + _ROUNDING) | (high < -_ROUNDING)
    low, high = (np.where(outside, np.nan, np.clip(end, 0, 1)) for end in (low, high))
    # A range of one value is that of every completion.
    return End(low, low == high), End(high, low == high)


def _at_thresholds(schools: Many) -> Floats:
    """The least and the greatest H between the bands below and above each threshold, (2 thresholds, 2, places)."""
    highest = schools.low[2], schools.high[2]
    below = (schools.low[0], schools.high[0]), (schools.room - highest[1], schools.room - highest[0])
    found = [bounds(Intervals(*ends, schools.room, schools.place, schools.places)) for ends in below]
    return np.array([[end["theil_h"].to_numpy() for end in (each.low, each.high)] for each in found])


def _weights(schools: Many) -> tuple[Floats, NDArray[np.bool_]]:
    """The least and the greatest w where all three bands have a student, (2, places), and where they can have one."""
    students = schools.over_places(schools.room[None])[0]
    least, most = np.maximum(schools.fewest, 1), schools.most
    one, two = (least[0], most[0]), (students - most[2], students - least[2])
    # Where sides of the box of N1 and E meet, and where they meet lines of the same E − N1.
    corners = [
        *product(one, two),
        *((each, each + apart) for each, apart in product(one, (least[1], most[1]))),
        *((each - apart, each) for each, apart in product(two, (least[1], most[1]))),
    ]
    below, beneath = np.array(corners).swapaxes(0, 1)
    apart = beneath - below
    allowed = (below >= one[0]) & (below <= one[1]) & (beneath >= two[0]) & (beneath <= two[1])
    allowed &= (apart >= least[1]) & (apart <= most[1])
    weight = np.where(allowed, (students / 2 - below) / np.where(allowed, apart, 1), np.nan)
    return np.array([np.fmin.reduce(weight), np.fmax.reduce(weight)]), allowed.any(axis=0)
