"""What each school contributes to the segregation of its place."""

import numpy as np

from analysis.indices import imbalance
from analysis.units import Floats, Units, ratio


def contribution(units: Units) -> Floats:
    """The segregation contribution of each school: t_s |p_s − P| / Σ_j t_j |p_j − P|, (schools,).

    It is the share of the place's D that would go if the school's mix matched the place's. The contributions of a place
    add up to 1, half of it from schools above the place's share and half from those below. NaN where D is undefined,
    or 0 so that there is nothing to share out. Urban Institute, Segregation Contribution Index (2020).
    """
    gap = np.abs(imbalance(units))
    return ratio(gap, units.over_places(gap)[units.place])
