"""How sure an index is: its value corrected for chance, and the interval that goes with it.

**Of whom it speaks.** A school's students are taken for one draw of as many from all who might have attended it, each
of a group with a probability that is the school's own: next year's intake, or the families that it draws from. Those
probabilities, not this year's students, are what the corrected value and the interval are about. Every student of this
year is counted, so of this year alone the value itself is the truth, and nothing is unsure.

**Correction.** Even where all probabilities are alike, schools differ by chance, and by more the smaller they are, so
indices of this year's counts are too high. The shares are drawn towards their place's until they vary as much as is
estimated of the probabilities; ``analysis.chance.shrinkage`` says how, for two groups and for many. The corrected index
is that of the shares so drawn; for V it is (V − E)/(1 − E), the adjusted R², with E the V expected under random
assignment. It is 0 where schools differ by no more than chance, and the value itself where no school mixes the groups.

**Interval.** Percentiles of the corrected index over a parametric bootstrap: students drawn anew in every school with
those shares, and corrected again. Resampling from this year's own shares instead would count chance twice. Where the
replicates lie off the corrected value, it may itself lie off as far: the interval is widened to reach there.
docs/decisions/0015-chance.md sets this beside other intervals.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chance.replicates import REPLICATES, Draw, Spread, bounded, reaching, spread
from analysis.chance.shrinkage import covariance, of_one_student, with_shares, without_chance
from analysis.indices import INDICES, indices_named
from analysis.units import Units, ratio


def corrected(units: Units, names: Sequence[str] = tuple(INDICES)) -> pd.DataFrame:
    """Each index corrected for chance: one row a place code, one column an index; NaN where it is undefined."""
    together = shrunk(units)
    return pd.DataFrame({name: bounded(together, name) for name in names})


def bootstrap(
    units: Units, names: Sequence[str] = tuple(INDICES), replicates: int = REPLICATES, seed: int = 0
) -> Spread:
    """How each corrected index spreads when every school's students are drawn anew, for all places at once.

    Args:
        units: the schools.
        names: keys of ``INDICES``.
        replicates, seed: of the bootstrap.
    """
    found = spread(units, lambda these: draws(shrunk(these)), names, replicates, seed, shrunk)
    wide = reaching(found, corrected(units, names))
    registry = INDICES | indices_named(names, units)
    kinds = [registry[name] for name in names]
    least, most = ([getattr(kind, end) for kind in kinds] for end in ("low", "high"))
    return Spread(wide.mean, *(end.clip(least, most, axis=1) for end in (wide.low, wide.high)))


def shrunk(units: Units) -> Units:
    """The schools with their shares drawn towards their place's, in fractions of students; see ``shrinkage``.

    Schools keep their students, and places their totals unless a share would fall below 0.
    """
    mix = np.nan_to_num(ratio(units.totals, units.counted_total[:, None]))
    even = mix.T[:, units.place] * units.counted
    apart = units.counts.T - even  # groups first: NumPy's inner loops are then long
    between = covariance(units, apart)
    schools = units.over_places((units.counted > 0).astype(np.float64))
    freedom = schools - 1, units.counted_total - schools
    left = without_chance(apart, units.place, mix, between, of_one_student(mix) - between, freedom)
    return with_shares(units, even + left)


def draws(units: Units) -> Draw:
    """Draws of every school's students anew, with the shares that it has."""
    sizes = np.rint(units.counted).astype(np.int64)
    shares = ratio(units.counts, units.counted[:, None])
    shares[sizes == 0] = 1 / shares.shape[1]  # of nobody; any will do
    return lambda random: random.multinomial(sizes, shares).astype(np.float64)
