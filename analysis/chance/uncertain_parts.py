"""How sure the parts of segregation between and within districts are: corrected for chance, with an interval.

As ``analysis.chance.uncertainty`` does for the whole, each level by itself. Chance adds to V in proportion to
degrees of freedom: with S schools in D districts and T students, (1 − V)/(T − S) for each of the D − 1 between
districts and the S − D within them, which is the adjusted R² of a nested analysis of variance. Districts' shares are
drawn towards their place's, and schools' towards their district's, until both parts of V are smaller by that much;
what districts or schools then still differ by makes the corrected parts of every measure. In the bootstrap students
are drawn anew with those shares, and each replicate is corrected in turn. With both levels corrected the parts add up
to the corrected V.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES, chunks, reaching, spread_of
from analysis.chance.shrinkage import covariance, of_one_student, with_shares, without_chance
from analysis.chance.uncertainty import draws
from analysis.decompose import decompose, nested
from analysis.units import Codes, Units, ratio


@dataclass(frozen=True)
class PartSpread:
    """How sure the parts are: tables as ``analysis.decompose.decompose`` gives them.

    Attributes:
        corrected: the parts corrected for chance.
        low, high: between which 95 % of the replicates lie; NaN where they are undefined.
    """

    corrected: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


def bootstrap_parts(units: Units, district: Codes, replicates: int = REPLICATES, seed: int = 0) -> PartSpread:
    """The corrected parts of each place's segregation, and how they spread when students are drawn anew.

    Args:
        units, district: as in ``analysis.decompose.decompose``.
        replicates, seed: of the bootstrap.
    """
    together = shrunk_by_level(units, district)
    corrected = decompose(together, district)
    found = np.empty((replicates, units.places, corrected.shape[1]))
    for rows, drawn in chunks(units, draws(together), replicates, seed):
        of_drawn = np.tile(district, rows.stop - rows.start)
        parts = decompose(shrunk_by_level(drawn, of_drawn), of_drawn)
        found[rows] = parts.to_numpy().reshape(rows.stop - rows.start, units.places, -1)
    names = [" ".join(column) for column in corrected.columns]
    spread = reaching(spread_of(found, names), corrected.set_axis(names, axis=1))
    ends = (end.clip(lower=0).set_axis(corrected.columns, axis=1) for end in (spread.low, spread.high))
    return PartSpread(corrected, *ends)


def shrunk_by_level(units: Units, district: Codes) -> Units:
    """The schools with their shares drawn towards their district's, and these towards their place's.

    In fractions of students; schools keep theirs, and places keep their totals unless a share would fall below 0.
    """
    districts, schools = nested(units, [district])
    mix = np.nan_to_num(ratio(units.totals, units.counted_total[:, None]))
    own = np.nan_to_num(ratio(districts.cells.counts, districts.cells.counted[:, None]))
    even = mix.T[:, units.place] * units.counted
    of_district = own.T[:, schools.cells.place] * units.counted
    apart = (of_district - even, units.counts.T - of_district)
    parts = [covariance(units, each) for each in apart]
    inside = of_one_student(mix) - parts[0] - parts[1]
    some_school = units.over_places((units.counted > 0).astype(np.float64))
    some_district = districts.cells.counted > 0
    in_district = np.bincount(districts.place, weights=some_district, minlength=units.places).astype(np.float64)
    free, freedom = units.counted_total - some_school, (in_district - 1, some_school - in_district)
    left = (
        without_chance(each, units.place, mix, part, inside, (own_freedom, free))
        for each, part, own_freedom in zip(apart, parts, freedom, strict=True)
    )
    return with_shares(units, sum(left, start=even))
