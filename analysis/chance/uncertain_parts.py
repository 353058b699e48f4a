"""How sure the parts of segregation between and within districts are: corrected for chance, with an interval.

As ``analysis.chance.uncertainty`` does for the whole, each level by itself. Chance adds to V in proportion to
degrees of freedom: with S schools in D districts and T students, (1 − V)/(T − S) for each of the D − 1 between
districts and the S − D within them, which is the adjusted R² of a nested analysis of variance. Districts' shares are
drawn towards their place's, and schools' towards their district's, until both parts of V are smaller by that much;
what districts or schools then still differ by makes the corrected parts of every measure. In the bootstrap students
are drawn anew with those shares, and each replicate is corrected in turn. With both levels corrected the parts add up
to the corrected V.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES, chunks, reaching, spread_of
from analysis.chance.shrinkage import covariance, of_one_student, with_shares, without_chance
from analysis.chance.uncertainty import draws
from analysis.decompose import ADDITIVE, decompose, district_parts, nested
from analysis.units import Codes, Units, ratio


@dataclass(frozen=True)
class PartSpread:
    """How sure parts are: three tables alike.

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

    Returns:
        Tables as ``analysis.decompose.decompose`` gives them.
    """
    found = _spread(units, district, decompose, replicates, seed)
    return PartSpread(found.corrected, found.low.clip(lower=0), found.high.clip(lower=0))


def bootstrap_districts(units: Units, district: Codes, replicates: int = REPLICATES, seed: int = 0) -> PartSpread:
    """What each district adds to its place's segregation, corrected, and how that spreads; as ``bootstrap_parts``.

    Returns:
        One row a district, in the order of ``analysis.decompose.district_parts``; columns the measures of ``ADDITIVE``,
        between and within together.
    """
    found = _spread(units, district, _of_districts, replicates, seed)
    # A district where the group meets more of the others than in an even state takes from the shortfall.
    least = pd.Series({name: -np.inf if name == "exposure_shortfall" else 0.0 for name in ADDITIVE})
    return PartSpread(found.corrected, *(end.clip(lower=least, axis=1) for end in (found.low, found.high)))


def _of_districts(units: Units, district: Codes) -> pd.DataFrame:
    parts, _ = district_parts(units, district)
    return pd.DataFrame({name: parts[name, "between"] + parts[name, "within"] for name in ADDITIVE})


def _spread(
    units: Units, district: Codes, parts_of: Callable[[Units, Codes], pd.DataFrame], replicates: int, seed: int
) -> PartSpread:
    """What is computed of schools and their districts, corrected for chance, and how it spreads over replicates."""
    together = shrunk_by_level(units, district)
    corrected = parts_of(together, district)
    found = np.empty((replicates, *corrected.shape))
    for rows, drawn in chunks(units, draws(together), replicates, seed):
        times = rows.stop - rows.start
        of_drawn = np.tile(district, times)
        parts = parts_of(shrunk_by_level(drawn, of_drawn), of_drawn)
        found[rows] = parts.to_numpy().reshape(times, *corrected.shape)
    names = [str(column) for column in corrected.columns]
    spread = reaching(spread_of(found, names), corrected.set_axis(names, axis=1))
    return PartSpread(corrected, *(end.set_axis(corrected.columns, axis=1) for end in (spread.low, spread.high)))


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
