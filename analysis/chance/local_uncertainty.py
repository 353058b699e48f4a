"""How much of what one school is in its place is chance, and how sure it is: all schools of all places in one pass.

Of the students of a place assigned at random a school of t gets hypergeometric numbers, so its gap is 0 on average and
its local segregation the sum that ``analysis.chance.hypergeometric.mean_surprise`` gives, exactly; a contribution is a
ratio of sums over all schools, and its mean comes from permutations. Corrected values and intervals are as in
``analysis.chance.uncertainty``, of the school's own measure in place of an index. Two groups' shares are drawn together
by one factor, which leaves each school's contribution as it is, and nothing to contribute to where the factor is 0.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.chance.hypergeometric import mean_surprise
from analysis.chance.random_assignment import Assignment
from analysis.chance.replicates import REPLICATES, Draw, Spread, chunks, reaching, spread_of
from analysis.chance.uncertainty import draws, shrunk
from analysis.indices import OF_ANY_GROUPS, SCHOOL
from analysis.multigroup import entropy
from analysis.two_groups import imbalance
from analysis.units import Floats, Units, ratio

# The part of a place's students that fractions of them may be apart by where they are even.
_ROUNDING = 1e-9


def names_of(units: Units) -> Sequence[str]:
    """The measures of a school that are defined for as many groups as the units have."""
    return tuple(SCHOOL) if units.counts.shape[1] == 2 else OF_ANY_GROUPS


def expected_of_schools(units: Units, replicates: int = REPLICATES, seed: int = 0) -> pd.DataFrame:
    """What each school's measures would be, on average, if students were assigned at random.

    Args:
        units: the schools.
        replicates, seed: of the permutations, for the contribution.

    Returns:
        One row a school, one column a measure of ``analysis.indices.SCHOOL``; NaN where it is undefined.
    """
    totals = units.totals[units.place]
    surprise = mean_surprise(units.counted[:, None], totals, totals.sum(axis=1)[:, None]).sum(axis=1)
    information = ratio(surprise, units.counted)
    found = {"local_information": information, "local_h": ratio(information, entropy(units)[units.place])}
    if "contribution" in names_of(units):
        found["contribution"] = chance_of_schools(units, replicates, seed).mean["contribution"].to_numpy()
        found["gap"] = np.where(units.counted > 0, 0.0, np.nan)
    return pd.DataFrame({name: found.get(name, np.nan) for name in SCHOOL}, index=range(len(units.place)))


def chance_of_schools(units: Units, replicates: int = REPLICATES, seed: int = 0) -> Spread:
    """How each school's measures spread when students are assigned at random: one row a school."""
    return _spread(units, Assignment(units).draw, replicates, seed)


def corrected_of_schools(units: Units) -> pd.DataFrame:
    """Each school's measures corrected for chance: one row a school; NaN where undefined or nothing is left."""
    return pd.DataFrame(_measured(shrunk(units)), columns=list(names_of(units))).reindex(columns=list(SCHOOL))


def bootstrap_of_schools(units: Units, replicates: int = REPLICATES, seed: int = 0) -> Spread:
    """How each school's corrected measures spread when every school's students are drawn anew: one row a school."""
    wide = reaching(_spread(units, draws(shrunk(units)), replicates, seed, shrunk), corrected_of_schools(units))
    least, most = ([getattr(index, end) for index in SCHOOL.values()] for end in ("low", "high"))
    return Spread(wide.mean, *(end.clip(least, most, axis=1) for end in (wide.low, wide.high)))


def _spread(
    units: Units, draw: Draw, replicates: int, seed: int, adjusted: Callable[[Units], Units] = lambda units: units
) -> Spread:
    names = names_of(units)
    found = np.empty((replicates, len(units.place), len(names)))
    for rows, drawn in chunks(units, draw, replicates, seed):
        found[rows] = _measured(adjusted(drawn)).reshape(rows.stop - rows.start, len(units.place), len(names))
    spread = spread_of(found, names)
    return Spread(*(each.reindex(columns=list(SCHOOL)) for each in (spread.mean, spread.low, spread.high)))


def _measured(units: Units) -> Floats:
    """The measures of every school, (schools, measures), of fractions of students too."""
    names = names_of(units)
    found = [np.clip(SCHOOL[name].function(units), SCHOOL[name].low, SCHOOL[name].high) for name in names]
    if "contribution" in names:
        total = units.totals.sum(axis=1)
        even = units.over_places(np.abs(imbalance(units))) <= _ROUNDING * total * total
        found[names.index("contribution")] = np.where(even[units.place], np.nan, found[names.index("contribution")])
    return np.array(found).T
