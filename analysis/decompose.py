"""Where segregation lies: between districts, or within them.

V, H, M and the exposure shortfall split exactly into a part that lies between districts and parts that lie within each;
D does not, and is shown with what sorting within districts adds to it.
"""

import numpy as np
import pandas as pd

from analysis.indices import dissimilarity, entropy, exposure, log_of_share_ratio, mutual_information, variance_ratio
from analysis.units import Codes, Floats, Units, gathered, ratio

ADDITIVE = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")


def district_parts(units: Units, district: Codes) -> tuple[pd.DataFrame, Codes]:
    """What each district contributes to its place's segregation, between districts and within itself.

    Over the districts of a place the ``between`` parts add up to the between-district segregation and the ``within``
    parts to the within-district segregation, exactly. With d for a district, in the notation of ``analysis.indices``:

    * V: T_d (P_d − P)² / (T P (1 − P)), and T_d P_d (1 − P_d) V_d / (T P (1 − P)).
    * M: Σ_g (n_dg/T) ln(n_dg T / (n_d n_g)), and (T_d/T) M_d; H is both divided by E. Mora & Ruiz-Castillo (2011).
    * Exposure shortfall, Q − aPb with Q = B/N: (A_d/A)(Q − Q_d), and (A_d/A)(Q_d − aPb_d).

    Args:
        units: the schools; ``units.place`` is the larger place, such as a state.
        district: (schools,) code of each school's district within its place; the same code in two places is two
            districts.

    Returns:
        A table, one row a district, with columns (measure, "between") and (measure, "within"), NaN where the measure
        is undefined for the place; and the place code of each row. Rows are in order of place, then district.
    """
    inner, place_of, _ = _districts(units, district)
    total, total_d = units.totals[place_of], inner.totals
    counted, counted_d = total.sum(axis=1), total_d.sum(axis=1)
    spread, spread_d = _spread(total), _spread(total_d)
    imbalance_d = total_d[:, 0] * total[:, 1] - total_d[:, 1] * total[:, 0]
    of_two, of_two_d = total[:, :2].sum(axis=1), total_d[:, :2].sum(axis=1)
    v_between = np.nan_to_num(ratio(imbalance_d**2, of_two_d * of_two**2))
    m_between = ratio((total_d * log_of_share_ratio(total_d, total)).sum(axis=1), counted)
    m_within = _weighted(ratio(counted_d, counted), mutual_information(inner))
    diversity = entropy(units)[place_of]
    weight = ratio(total_d[:, 0], total[:, 0])
    even_exposure_d = ratio(total_d[:, 1], inner.students_total)
    even_exposure = ratio(total[:, 1], units.students_total[place_of])
    parts = {
        ("variance_ratio", "between"): ratio(v_between, spread),
        ("variance_ratio", "within"): ratio(_weighted(spread_d, variance_ratio(inner)), spread),
        ("theil_h", "between"): ratio(m_between, diversity),
        ("theil_h", "within"): ratio(m_within, diversity),
        ("mutual_information", "between"): m_between,
        ("mutual_information", "within"): m_within,
        ("exposure_shortfall", "between"): _weighted(weight, even_exposure - even_exposure_d),
        ("exposure_shortfall", "within"): _weighted(weight, even_exposure_d - exposure(inner)),
    }
    return pd.DataFrame(parts), place_of


def decompose(units: Units, district: Codes) -> pd.DataFrame:
    """The segregation of each place, between its districts and within them.

    Args:
        units: the schools; ``units.place`` is the larger place.
        district: (schools,) code of each school's district, as in ``district_parts``.

    Returns:
        One row a place code. Columns (measure, part): total, between and within for V, H, M and the exposure shortfall,
        where between + within = total; and ("dissimilarity", total | between | added_within), where between is D over
        districts and added_within is what sorting within districts adds, from 0 to Σ min(A_d/A, B_d/B) D_d. D is no
        sum of district Ds.
    """
    parts, place_of = district_parts(units, district)
    inner, _, into = _districts(units, district)
    table: dict[tuple[str, str], Floats] = {}
    for measure in ADDITIVE:
        between, within = (_summed(parts[measure, part], place_of, units.places) for part in ("between", "within"))
        table[measure, "total"] = between + within
        table[measure, "between"], table[measure, "within"] = between, within
    merged = gathered(units, into, inner.places)
    total = dissimilarity(units)
    between = dissimilarity(Units(merged.counts, merged.students, place_of, units.places))
    table["dissimilarity", "total"] = total
    table["dissimilarity", "between"] = between
    table["dissimilarity", "added_within"] = np.maximum(total - between, 0.0)
    return pd.DataFrame(table)


def _districts(units: Units, district: Codes) -> tuple[Units, Codes, Codes]:
    """The same schools with their districts for places; the place of each district; the district of each school."""
    pairs, into = np.unique(units.place * (district.max(initial=0) + 1) + district, return_inverse=True)
    place_of = pairs // (district.max(initial=0) + 1)
    return Units(units.counts, units.students, into, len(pairs)), place_of, into


def _spread(totals: Floats) -> Floats:
    """T P (1 − P) of each row of (places, groups) totals."""
    group, other = totals[:, 0], totals[:, 1]
    return np.nan_to_num(ratio(group * other, group + other))


def _weighted(weight: Floats, values: Floats) -> Floats:
    """Weight × value, 0 where the weight is 0 even if the value is undefined there."""
    return np.where(weight == 0, 0.0, weight * values)


def _summed(parts: pd.Series, place: Codes, places: int) -> Floats:
    """The sum of the district parts in each place, NaN for a place without districts."""
    present = np.bincount(place, minlength=places) > 0
    return np.where(present, np.bincount(place, weights=parts, minlength=places), np.nan)
