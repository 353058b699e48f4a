"""The least and the greatest that every index of several groups can be, when some schools' counts are hidden.

Notation as in ``analysis.multigroup``; school s holds n_sg students of group g, each number between two others and all
together at most its students. A bound is *exact* where some completion attains it; else it is proven, and lies outside
what completions attain by little: how little, docs/decisions/0011-bounds.md says.

**Few completions: exact.** Where a place has few of them all are tried.

**H and M: by planes.** With φ(x) = −Σ_g x_g ln(x_g/t), concave and growing with its scale, 1 − H is Σ φ(n_s) / φ(N) and
T·M is φ(N) − Σ φ(n_s), so that a plane in the place of φ(N) leaves a sum over schools less a price, solved one school
at a time; the right price is the one at which nothing is left (Dinkelbach 1967). φ(N) is at most −Σ_g N_g ln Q_g for
any mix Q, and just that for the mix N has: with this every school is at a corner, of which all are tried, and the bound
is exact where the mix found is the Q it was found with. In places with few corners H's is exact: along one count, the
others held, Σ φ(n_s) / φ(N) has no critical point but maxima, as 1 less a share over its logarithm falls more slowly
than the share, and likewise along an exchange of two groups. For the least, φ(N) is at least T ln T's tangent less the
chords of N_g ln N_g, and each school comes as near to the mix that prices ask for as its intervals let it.

**The greatest Gini: by a reference.** T I G, with I = Σ_g P_g (1 − P_g), is at most Σ_s (Σ_g d_g(n_s) − t_s R) for any
schools of shares q, where d_g is the mean over their students of |n_sg − t_s q_g|, and R their own I G: the energy
distance of two distributions of shares is never negative (Székely & Rizzo 2013). With a plane in the place of T I that
leaves a sum over schools less a price, greatest at corners, as for H.

**D, P* and else Gini: by groups.** Each is a mean over groups of the index of the group against all others, weighted by
N_g (T − N_g) / T or, of P*, by N_g; so it lies between the means of the least and of the greatest that each group's
can be (``analysis.hidden.pair_bounds``), with the weights that make the one least and the other greatest: weights grow
with N_g and with T − N_g, and those of groups up to some value of the index are at one end, the others' at the other.

**Bands.** Bands that hold every student between them leave fewer completions: corners are those at which nobody is left
out, and each band against all others is two groups of students who are all known (``analysis.hidden.bounds``). Their
rank-order H is bounded in ``analysis.hidden.ordered_bounds``.

Completions in which an index is undefined, such as those of one group only, are passed over.
"""

import numpy as np
import pandas as pd

from analysis.hidden.bounds import Bounds, bounds
from analysis.hidden.intervals import Intervals
from analysis.hidden.many import Many
from analysis.hidden.many_gini import greatest_gini
from analysis.hidden.many_mixing import mixed_bounds
from analysis.hidden.many_options import Options
from analysis.hidden.ordered_bounds import ordered_bounds
from analysis.hidden.pair_bounds import pair_bounds
from analysis.hidden.pair_cells import End
from analysis.hidden.pairs import Pairs
from analysis.indices import measure
from analysis.units import Floats, ratio

# Logarithm of how many completions of a place, or combinations of its schools' corners, are all tried.
_MOST = np.log(128.5)
# Steps of the ratio of each group to all others: the weights leave more open than finer ones would close.
_STEPS = 4
_BY_GROUPS = ("dissimilarity", "variance_ratio", "gini")


def many_bounds(schools: Many) -> Bounds:
    """The bounds of every index of the groups (``Many.indices``) over all completions, for all places at once.

    Args:
        schools: intervals of three groups or more, or of three bands, of every school whose students are known.
    """
    schools = schools.narrowed()
    value = measure(schools.completed(schools.low), tuple(schools.indices))
    sure = pd.DataFrame(True, index=value.index, columns=value.columns)
    found = Bounds(value, value.copy(), sure, sure.copy())
    is_open = schools.hidden_in_place
    few = is_open & (_completions(schools) < _MOST)
    if few.any():
        found.low.loc[few], found.high.loc[few] = Options.completions(schools.of_places(few)).tried()
    rest = is_open & ~few
    if rest.any():
        for name, (low, high) in _of_every_index(schools.of_places(rest)).items():
            found.low.loc[rest, name] = np.maximum(low.value, schools.indices[name].low)
            found.high.loc[rest, name] = np.minimum(high.value, schools.indices[name].high)
            found.low_exact.loc[rest, name], found.high_exact.loc[rest, name] = low.attained, high.attained
    found.low[:] = np.minimum(found.low, found.high)  # rounding aside, they are in order
    return found


def _completions(schools: Many) -> Floats:
    """(places,) logarithm of at most how many completions there are; the widest band has what the others leave."""
    widths = np.log1p(schools.high - schools.low)
    return schools.over_places((widths.sum(axis=0) - (widths.max(axis=0) if schools.bands else 0))[None])[0]


def _of_every_index(schools: Many) -> dict[str, tuple[End, ...]]:
    """Both ends of every index in places that each have a hidden count."""
    some = np.asarray(schools.high.any(axis=0))
    # A single student is of one group only.
    students = schools.over_places(np.where(some, schools.room, 0)[None])[0]
    mixed = ((schools.most > 0).sum(axis=0) > 1) & (students > 1)
    # Of one group alone M is 0, and the others are undefined; of one school alone all are 0.
    alone = dict.fromkeys(schools.indices, np.nan) | {"mutual_information": 0.0}
    several = schools.over_places(some[None].astype(np.float64))[0] > 1
    corners = Options.corners(schools)
    found = mixed_bounds(corners) | _by_groups(schools)
    found["theil_h"] = found["theil_h"][0], _tried_h(corners, found["theil_h"][1])
    low, high = found["gini"]
    closer = greatest_gini(corners)
    found["gini"] = low, End(np.minimum(high.value, closer.value), closer.attained)
    if schools.bands:
        found["rank_order_h"] = ordered_bounds(schools)
    return {
        name: tuple(
            End(np.where(mixed, np.where(several, end.value, 0.0), alone[name]), end.attained | ~(mixed & several))
            for end in found[name]
        )
        for name in schools.indices
    }


def _tried_h(corners: Options, high: End) -> End:
    """The greatest H, exact in places where it is always defined and that have few combinations of corners."""
    schools = corners.schools
    tried = ((schools.fewest > 0).sum(axis=0) > 1) & (corners.combinations < _MOST)
    value = high.value.copy()
    if tried.any():
        greatest = Options.corners(schools.of_places(tried)).tried()[1]
        value[tried] = greatest[:, list(schools.indices).index("theil_h")]
    return End(value, high.attained | tried)


def _by_groups(schools: Many) -> dict[str, tuple[End, End]]:
    """Both ends of the indices that are means over groups."""
    places, groups = schools.places, len(schools.low)
    pairs = _against_the_rest(schools)
    if schools.bands:  # everyone else is of the other bands
        found = bounds(Intervals(pairs.low[0], pairs.high[0], pairs.students, pairs.place, pairs.places))
    else:
        found = pair_bounds(pairs, _BY_GROUPS, _STEPS)
    fewest, most = (totals.reshape(2, groups, places) for totals in (pairs.fewest, pairs.most))
    never = np.zeros(places, dtype=bool)
    ends: dict[str, tuple[End, End]] = {}
    for name in _BY_GROUPS:
        low, high = (end[name].to_numpy().reshape(groups, places) for end in (found.low, found.high))
        weights = (fewest[0], most[0]) if name == "variance_ratio" else (_harmonic(*fewest), _harmonic(*most))
        ends[name] = End(-_greatest_mean(-low, *weights), never), End(_greatest_mean(high, *weights), never)
    return ends


def _against_the_rest(schools: Many) -> Pairs:
    """Every school once for each group, which is compared with all others in a place of its own: groups in order."""
    groups = len(schools.low)
    others_low, others_high = (counts.sum(axis=0) - counts for counts in (schools.low, schools.high))
    return Pairs(
        np.array([schools.low.ravel(), others_low.ravel()]),
        np.array([schools.high.ravel(), np.minimum(others_high, schools.room).ravel()]),
        np.tile(schools.room, groups),
        (np.arange(groups)[:, None] * schools.places + schools.place).ravel(),
        groups * schools.places,
    ).narrowed()


def _harmonic(group: Floats, others: Floats) -> Floats:
    """N_g (T − N_g) / T of totals."""
    return group * np.nan_to_num(ratio(others, group + others))


def _greatest_mean(values: Floats, least: Floats, most: Floats) -> Floats:
    """The greatest mean of (groups, places) values whose weights lie between the least and the most, (places,).

    Those above the mean then have the most weight and those below it the least; NaN values have none.
    """
    order = np.argsort(-values, axis=0)  # NaN comes last
    values, least, most = (np.take_along_axis(each, order, axis=0) for each in (values, least, most))
    known = ~np.isnan(values)
    values, least, most = (np.where(known, each, 0.0) for each in (values, least, most))
    best = np.full(values.shape[1], np.nan)
    for above in range(1, len(values) + 1):
        weights = np.concatenate([most[:above], least[above:]])
        best = np.fmax(best, ratio((weights * values).sum(axis=0), weights.sum(axis=0)))
    return best
