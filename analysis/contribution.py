"""What each school contributes to the segregation of its place."""

import numpy as np

from analysis.units import Floats, Units, ratio


def contribution(units: Units) -> Floats:
    """The segregation contribution of each school: t_s |p_s − P| / Σ_j t_j |p_j − P|, (schools,).

    It is the share of the place's D that would go if the school's mix matched the place's. The contributions of a place
    add up to 1, half of it from schools above the place's share and half from those below. NaN where D is undefined,
    or 0 so that there is nothing to share out. Urban Institute, Segregation Contribution Index (2020).
    """
    a, b = units.counts[:, 0], units.counts[:, 1]
    group, other = units.totals[:, 0], units.totals[:, 1]
    share = ratio(group, group + other)[units.place]
    # t |p − P| as |a − t P|: no division by an empty school's size.
    gap = np.abs(a - (a + b) * share)
    both = ((group > 0) & (other > 0))[units.place]
    return np.where(both, ratio(gap, units.over_places(np.nan_to_num(gap))[units.place]), np.nan)
