"""The value of each index expected when students are assigned at random, as ``analysis.chance.random_assignment`` says.

Notation as in ``analysis.indices``, with T = A + B.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.chance.hypergeometric import mean_absolute_deviation, mean_surprise
from analysis.chance.random_assignment import permuted
from analysis.chance.replicates import REPLICATES
from analysis.decompose import ADDITIVE, Level
from analysis.indices import INDICES
from analysis.multigroup import entropy, mean_against_the_rest
from analysis.units import Floats, Units, ratio


def expected(
    units: Units, names: Sequence[str] = tuple(INDICES), replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """The value of each index expected under random assignment, for all places at once.

    Exact for the indices in ``EXACT``, and of more than two groups for those in ``EXACT_OF_MANY``; the mean of
    permutations for others.

    Args:
        units: the schools.
        names: keys of ``INDICES``.
        replicates, seed: of the permutations.

    Returns:
        One row a place code, one column an index; NaN where the index is undefined.
    """
    exact = EXACT if units.counts.shape[1] == 2 else EXACT_OF_MANY
    others = [name for name in names if name not in exact]
    drawn = permuted(units, others, replicates, seed).mean if others else pd.DataFrame()
    return pd.DataFrame({name: exact[name](units) if name in exact else drawn[name] for name in names})


def expected_by_level(levels: Sequence[Level]) -> list[pd.DataFrame]:
    """What each level of a chain adds when students are assigned at random to the schools of their place, exactly.

    Cells keep their sizes when schools do, so those of every level are filled at random too, and a level adds what is
    expected over its cells less what is over those of the level above.

    Args:
        levels: as ``analysis.decompose.nested`` gives them.

    Returns:
        A table for each level, one row a place code, columns as ``analysis.decompose.by_level`` but for
        ``dissimilarity_most``; NaN where the measure is undefined.
    """
    places = levels[0].cells.places
    found = [_expected_over(Units(level.cells.counts, level.cells.students, level.place, places)) for level in levels]
    return [found[0], *(now - before for before, now in pairwise(found))]


def _expected_over(units: Units) -> pd.DataFrame:
    """The expected value of each measure that ``analysis.decompose.by_level`` gives, of cells filled at random."""
    two = units.counts.shape[1] == 2
    met = _exposure(units) if two else np.full(units.places, np.nan)
    exact = EXACT if two else EXACT_OF_MANY
    named = {name: exact[name](units) for name in (*ADDITIVE, "dissimilarity") if name in exact}
    return pd.DataFrame(named | {"exposure_shortfall": ratio(units.totals[:, 1], units.students_total) - met})


def _variance_ratio(units: Units) -> Floats:
    """(S − 1)/(T − 1) over the S schools that have students, whatever the mix; P* is a mean of such Vs."""
    schools = units.over_places((units.counted > 0).astype(np.float64))
    return np.where((units.totals > 0).sum(axis=1) > 1, ratio(schools - 1, _all(units) - 1), np.nan)


def _dissimilarity(units: Units) -> Floats:
    """Σ E|a_s − t_s P| T / (2AB)."""
    total, group = _all(units), units.totals[:, 0]
    deviation = mean_absolute_deviation(units.counted, group[units.place], total[units.place])
    return ratio(units.over_places(deviation) * total, 2 * group * (total - group))


def _dissimilarity_of_many(units: Units) -> Floats:
    """The mean of each group's expected D against the rest, whose weights no assignment changes."""
    return mean_against_the_rest(units, _dissimilarity)


def _exposure(units: Units) -> Floats:
    """With E[a_s b_s] = t_s (t_s − 1) AB / (T (T − 1))."""
    return np.where(units.totals[:, 0] > 0, _pairs_met(units) * units.totals[:, 1], np.nan)


def _isolation(units: Units) -> Floats:
    """With E[a_s²] = t_s (t_s − 1) A(A − 1) / (T (T − 1)) + t_s A/T."""
    group = units.totals[:, 0]
    themselves = ratio(units.over_places(np.nan_to_num(ratio(units.counted, units.students))), _all(units))
    return np.where(group > 0, _pairs_met(units) * (group - 1) + themselves, np.nan)


def _pairs_met(units: Units) -> Floats:
    """Σ t_s (t_s − 1) / n_s / (T (T − 1)), (places,); 0 where there are no two students to meet."""
    total = _all(units)
    pairs = np.nan_to_num(ratio(units.counted * (units.counted - 1), units.students))
    return np.nan_to_num(ratio(units.over_places(pairs), total * (total - 1)))


def _mutual_information(units: Units) -> Floats:
    """Σ_s Σ_g E[n_sg ln(n_sg T / (t_s N_g))] / T."""
    totals = units.totals[units.place]
    surprise = mean_surprise(units.counted[:, None], totals, totals.sum(axis=1)[:, None])
    return ratio(units.over_places(surprise.sum(axis=1)), _all(units))


def _theil_h(units: Units) -> Floats:
    """M's expected value over E, which no assignment changes."""
    return ratio(_mutual_information(units), entropy(units))


def _all(units: Units) -> Floats:
    """(places,) students of the groups compared."""
    return units.totals.sum(axis=1)


EXACT_OF_MANY: dict[str, Callable[[Units], Floats]] = {
    "dissimilarity": _dissimilarity_of_many,
    "variance_ratio": _variance_ratio,
    "theil_h": _theil_h,
    "mutual_information": _mutual_information,
}
EXACT = EXACT_OF_MANY | {
    "dissimilarity": _dissimilarity,
    "exposure": _exposure,
    "isolation": _isolation,
}
