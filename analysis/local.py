"""What one school is in its place: its contribution to D, its local segregation, and its gap."""

import numpy as np

from analysis.multigroup import entropy, surprise
from analysis.two_groups import imbalance
from analysis.units import Floats, Units, ratio


def contribution(units: Units) -> Floats:
    """The segregation contribution of each school: t_s |p_s − P| / Σ_j t_j |p_j − P|, (schools,).

    It is the share of the place's D that would go if the school's mix matched the place's. The contributions of a place
    add up to 1, half of it from schools above the place's share and half from those below. NaN where D is undefined,
    or 0 so that there is nothing to share out. Urban Institute, Segregation Contribution Index (2020).
    """
    gap_students = np.abs(imbalance(units))
    return ratio(gap_students, units.over_places(gap_students)[units.place])


def local_information(units: Units) -> Floats:
    """M_s = Σ_g p_sg ln(p_sg / P_g), in nats, (schools,). Alonso-Villar & Del Río (2010); any number of groups.

    How unlike the place's mix the school's is; weighted with t_s / T the schools of a place add up to M. NaN where
    the school has no student counted.
    """
    return np.maximum(ratio(surprise(units), units.counted), 0.0)


def local_h(units: Units) -> Floats:
    """H_s = M_s / E, (schools,): weighted with t_s / T the schools of a place add up to H. Elbers (2023)."""
    return ratio(local_information(units), entropy(units)[units.place])


def gap(units: Units) -> Floats:
    """p_s − P, (schools,): the group's share of the two groups in the school, less its share in the place."""
    both = units.counts[:, 0] + units.counts[:, 1]
    total = (units.totals[:, 0] + units.totals[:, 1])[units.place]
    return ratio(imbalance(units), both * total)
