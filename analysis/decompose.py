"""Where segregation lies: between the parts of a place, such as its districts, or within them, level by level.

V, H, M and the exposure shortfall split exactly over any chain of levels, such as state, county, district and school;
D does not, and is shown with what sorting at each level adds to it. Of more than two groups V is the normalized
exposure P*, D the multigroup D, and the exposure shortfall, which compares two groups, is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis import multigroup, two_groups
from analysis.units import Codes, Floats, Units, ratio

ADDITIVE = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")


@dataclass(frozen=True)
class Level:
    """One level of a chain: its cells, each in a cell of the level above.

    Attributes:
        cells: the cells as units, whose places are the cells of the level above; the schools themselves at the last.
        place: (cells,) code of the place each cell lies in.
    """

    cells: Units
    place: Codes


def nested(units: Units, chain: Sequence[Codes]) -> list[Level]:
    """The levels of a chain: one for each of its codes, from the largest cells to the smallest, then the schools.

    Args:
        units: the schools; ``units.place`` is the place to split, such as a state.
        chain: (schools,) codes of the cell that each school lies in, a level each. A code that occurs in two cells of
            the level above is two cells: levels that do not nest are crossed.
    """
    levels, schools, place = [], units, np.arange(units.places, dtype=np.intp)
    for codes in chain:
        span = int(codes.max(initial=0)) + 1
        into, pairs = pd.factorize(schools.place * span + codes, sort=True)
        above, place = pairs // span, place[pairs // span]
        inner = Units(units.counts, units.students, into, len(pairs))
        levels.append(Level(Units(inner.totals, inner.students_total, above, schools.places), place))
        schools = inner
    return [*levels, Level(schools, units.place)]


def parts(levels: Sequence[Level]) -> list[pd.DataFrame]:
    """What each cell adds to the segregation of its place, level by level.

    Over the cells of a place and over all levels these add up to the place's segregation, exactly. With c for a cell
    and u for the cell it lies in, in the notation of ``analysis.multigroup``, a cell adds to

    * V: Σ_g T_c (P_cg − P_ug)² / (T (1 − P_g)); of two groups T_c (P_c − P_u)² / (T P (1 − P));
    * M: Σ_g (N_cg/T) ln(P_cg / P_ug), and to H that over E. Mora & Ruiz-Castillo (2011);
    * the exposure shortfall Q − aPb, with Q = B/N: (A_c/A)(Q_u − Q_c).

    Returns:
        A table for each level, one row a cell, one column a measure of ``ADDITIVE``; NaN where it is undefined for the
        place.
    """
    whole = levels[0].cells
    diversity = multigroup.entropy(whole)
    found = []
    for level in levels:
        told = information(level, whole)
        table = {
            "variance_ratio": _variance(level, whole),
            "theil_h": ratio(told, diversity[level.place]),
            "mutual_information": told,
            "exposure_shortfall": _shortfall(level, whole),
        }
        found.append(pd.DataFrame(table))
    return found


def information(level: Level, whole: Units) -> Floats:
    """What each cell adds to M, (cells,); ``whole`` are any units of the places split, such as the first level's."""
    return ratio(multigroup.surprise(level.cells), whole.counted_total[level.place])


def _variance(level: Level, whole: Units) -> Floats:
    """What each cell adds to V, or to P* of more than two groups, (cells,)."""
    cells, pair = level.cells, whole.counts.shape[1] == 2
    above, everyone = cells.counted_total[cells.place], whole.counted_total[level.place]
    added = np.zeros(len(cells.place))
    for group, counts in enumerate(cells.counts.T[:1] if pair else cells.counts.T):
        # T_c T_u (P_c − P_u), exact in whole numbers, so that an even place gives exactly 0.
        apart = counts * above - cells.totals[cells.place, group] * cells.counted
        squares = np.nan_to_num(ratio(apart * apart, cells.counted * above * above))
        own = whole.totals[level.place, group]
        # Of two groups both add alike: 1/(1 − P) + 1/P = 1/(P (1 − P)).
        added += ratio(squares * everyone, own * (everyone - own)) if pair else ratio(squares, everyone - own)
    return added


def _shortfall(level: Level, whole: Units) -> Floats:
    """What each cell adds to the exposure shortfall, (cells,)."""
    cells = level.cells
    if whole.counts.shape[1] > 2:
        return np.full(len(cells.place), np.nan)
    even = ratio(cells.totals[:, 1], cells.students_total)[cells.place]
    met = even - ratio(cells.counts[:, 1], cells.students)
    own = ratio(cells.counts[:, 0], whole.totals[level.place, 0])
    # A cell without a student of the group adds nothing, though what it would meet is undefined.
    return np.where(own == 0, 0.0, own * met)


def by_level(levels: Sequence[Level]) -> list[pd.DataFrame]:
    """The part of each place's segregation that lies at each level.

    Returns:
        A table for each level, one row a place code. Columns: the measures of ``ADDITIVE``, which add up over levels to
        the place's own; ``dissimilarity``, what the level adds to D over the levels above it, at least 0 (at the first
        level D itself), which adds up to D over schools; and ``dissimilarity_most``, the most it could add,
        Σ_u min(A_u/A, B_u/B) D_u over the cells u of the level above.
    """
    places = levels[0].cells.places
    found, before = [], np.zeros(places)
    for level, added in zip(levels, parts(levels), strict=True):
        over_cells = Units(level.cells.counts, level.cells.students, level.place, places)
        d = _of_pairs(over_cells, two_groups.dissimilarity)
        table = {measure: _summed(added[measure], level.place, places) for measure in ADDITIVE}
        table["dissimilarity"] = np.maximum(d - before, 0.0)
        table["dissimilarity_most"] = _of_pairs(over_cells, partial(_most_added, level))
        found.append(pd.DataFrame(table))
        before = d
    return found


def _of_pairs(units: Units, index: Callable[[Units], Floats]) -> Floats:
    """An index like D of the two groups, or its mean over each of many groups against the rest, (places,)."""
    return index(units) if units.counts.shape[1] == 2 else multigroup.mean_against_the_rest(units, index)


def _most_added(level: Level, over_cells: Units) -> Floats:
    """The most that a level can add to the D of two groups over the levels above it, (places,)."""
    inner = Units(over_cells.counts, over_cells.students, level.cells.place, level.cells.places)
    place_of = np.zeros(inner.places, dtype=np.intp)
    place_of[inner.place] = level.place
    share = ratio(inner.totals, over_cells.totals[place_of]).min(axis=1)
    return _summed(share * np.nan_to_num(two_groups.dissimilarity(inner)), place_of, over_cells.places)


def district_parts(units: Units, district: Codes) -> tuple[pd.DataFrame, Codes]:
    """What each district contributes to its place's segregation, between districts and within itself; see ``parts``.

    Args:
        units: the schools; ``units.place`` is the larger place, such as a state.
        district: (schools,) code of each school's district within its place; the same code in two places is two
            districts.

    Returns:
        A table, one row a district, with columns (measure, "between") and (measure, "within"), NaN where the measure
        is undefined for the place; and the place code of each row. Rows are in order of place, then district.
    """
    districts, schools = levels = nested(units, [district])
    between, within = parts(levels)
    table = {}
    for measure in ADDITIVE:
        table[measure, "between"] = between[measure].to_numpy()
        table[measure, "within"] = _summed(within[measure], schools.cells.place, schools.cells.places)
    return pd.DataFrame(table), districts.place


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
    between, within = by_level(nested(units, [district]))
    table = {}
    for measure in (*ADDITIVE, "dissimilarity"):
        table[measure, "total"] = between[measure] + within[measure]
        table[measure, "between"] = between[measure]
        table[measure, "added_within" if measure == "dissimilarity" else "within"] = within[measure]
    return pd.DataFrame(table)


def _summed(values: pd.Series | Floats, place: Codes, places: int) -> Floats:
    """The sum of the values in each place, NaN for a place without any."""
    present = np.bincount(place, minlength=places) > 0
    return np.where(present, np.bincount(place, weights=values, minlength=places), np.nan)
