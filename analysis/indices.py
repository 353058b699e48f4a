"""Segregation indices, each for all places at once, and the registry that describes them.

Notation, as in Massey & Denton (1988): school s of a place holds a_s students of the group and b_s of the other,
t_s = a_s + b_s of both and n_s students of any kind; A, B, T and N are the sums over the place; p_s = a_s / t_s and
P = A / T. An undefined value is NaN, never 0; ``undefined_reason`` says why.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.units import Floats, Units, ratio


def dissimilarity(units: Units) -> Floats:
    """D = ½ Σ |a_s/A − b_s/B|, (places,). Duncan & Duncan (1955)."""
    a, b = units.counts[:, 0], units.counts[:, 1]
    totals = units.totals
    both = (totals[:, 0] > 0) & (totals[:, 1] > 0)
    safe = np.where(both[:, None], totals[:, :2], 1.0)[units.place]
    half_gaps = units.over_places(np.abs(a / safe[:, 0] - b / safe[:, 1])) / 2
    return np.where(both, half_gaps, np.nan)


def exposure(units: Units) -> Floats:
    """Exposure aPb = Σ (a_s/A)(b_s/n_s), (places,). Lieberson (1981). Not symmetric in the groups."""
    return _exposure_to(units, 1)


def isolation(units: Units) -> Floats:
    """Isolation aPa = Σ (a_s/A)(a_s/n_s), (places,). Lieberson (1981)."""
    return _exposure_to(units, 0)


def _exposure_to(units: Units, to: int) -> Floats:
    share = ratio(units.counts[:, to], units.students)
    met = units.over_places(units.counts[:, 0] * np.nan_to_num(share))
    return ratio(met, units.totals[:, 0])


def variance_ratio(units: Units) -> Floats:
    """V = Σ t_s (p_s − P)² / (T P (1 − P)), (places,). Also η² or normalised exposure; James & Taeuber (1985)."""
    group, other = units.totals[:, 0], units.totals[:, 1]
    of_two = units.counts[:, 0] + units.counts[:, 1]
    squares = np.nan_to_num(ratio(imbalance(units) ** 2, of_two))
    return ratio(units.over_places(squares), group * other * (group + other))


def imbalance(units: Units) -> Floats:
    """a_s B − b_s A, (schools,): t_s T (p_s − P), but exact in whole numbers, so that an even place gives exactly 0."""
    total = units.totals[units.place]
    return units.counts[:, 0] * total[:, 1] - units.counts[:, 1] * total[:, 0]


def mutual_information(units: Units) -> Floats:
    """M = Σ_s Σ_g (n_sg/T) ln(n_sg T / (n_s n_g)), in nats, (places,). Theil & Finizza (1971); any number of groups."""
    surprise = units.counts * log_of_share_ratio(units.counts, units.totals[units.place])
    return np.maximum(ratio(units.over_places(surprise.sum(axis=1)), units.totals.sum(axis=1)), 0.0)


def entropy(units: Units) -> Floats:
    """E = −Σ_g P_g ln P_g of the groups in each place, in nats, (places,); NaN where a place has no student counted."""
    total = units.totals.sum(axis=1)[:, None]
    share, rest = ratio(units.totals, total), ratio(total - units.totals, total)
    # Near 1 the logarithm is taken of what is missing to 1, which loses no digits.
    log_share = np.where(share > 0.5, np.log1p(-np.minimum(rest, 0.5)), _log_where_positive(share))
    return np.maximum(-(share * log_share).sum(axis=1), 0.0)


def theil_h(units: Units) -> Floats:
    """H = M / E, (places,). Theil & Finizza (1971); any number of groups."""
    return ratio(mutual_information(units), entropy(units))


def log_of_share_ratio(counts: Floats, totals: Floats) -> Floats:
    """The ln of each group's share in ``counts`` over its share in ``totals``: (rows, groups), 0 for an empty cell.

    Where the shares are close the logarithm is taken of their difference, which is exact in whole numbers.
    """
    size, total = counts.sum(axis=1)[:, None], totals.sum(axis=1)[:, None]
    apart = ratio(counts * (total - totals) - (size - counts) * totals, size * totals)
    close = np.abs(apart) < 0.5
    far_log = _log_where_positive(ratio(counts * total, size * totals))
    return np.where(close, np.log1p(apart, out=np.zeros_like(apart), where=close), far_log)


def _log_where_positive(values: Floats) -> Floats:
    """Natural logarithm, 0 where the value is 0 or undefined: the limit of x ln x is 0."""
    return np.log(values, out=np.zeros_like(values), where=values > 0)


def gini(units: Units) -> Floats:
    """G = Σ_i Σ_j t_i t_j |p_i − p_j| / (2 T² P (1 − P)), (places,). James & Taeuber (1985).

    Equal to the area between the segregation curve and the diagonal, so one sort by p_s is enough.
    """
    a, b = units.counts[:, 0], units.counts[:, 1]
    order = np.lexsort((np.nan_to_num(ratio(a, a + b)), units.place))
    place = units.place[order]
    starts = np.searchsorted(place, place)
    below_a, below_b = _sum_before(a[order], starts), _sum_before(b[order], starts)
    area = np.empty_like(a)
    area[order] = below_b * a[order] - below_a * b[order]
    return ratio(units.over_places(area), units.totals[:, 0] * units.totals[:, 1])


def _sum_before(values: Floats, starts: NDArray[np.intp]) -> Floats:
    """The sum of the values before each one, from the start of its own place on."""
    before = np.concatenate([[0.0], np.cumsum(values)])
    return before[:-1] - before[starts]


def atkinson(units: Units, b: float = 0.5) -> Floats:
    """A(b) = 1 − [Σ (a_s/A)^b (b_s/B)^(1−b)]^(1/(1−b)), (places,). Atkinson (1970); James & Taeuber (1985).

    Args:
        units: the schools.
        b: shape, strictly between 0 and 1. Below ½ schools where the group is scarce weigh more, above ½ those where
            it is concentrated; at ½ the two groups count alike.
    """
    if not 0 < b < 1:
        raise ValueError(f"Atkinson's shape b must lie strictly between 0 and 1, not {b}")
    totals = units.totals[:, :2]
    both = (totals[:, 0] > 0) & (totals[:, 1] > 0)
    share = units.counts[:, :2] / np.where(both[:, None], totals, 1.0)[units.place]
    overlap = units.over_places(share[:, 0] ** b * share[:, 1] ** (1 - b))
    return np.where(both, np.maximum(1 - overlap ** (1 / (1 - b)), 0.0), np.nan)


@dataclass(frozen=True)
class Index:
    """An index and what a reader needs to know of it.

    Attributes:
        name: its key, also its column in files.
        label: its name on screen.
        symbol: its short name.
        function: units in, a (places,) array out.
        low, high: bounds of its value; ``high`` is inf where it has no fixed one.
        formula: its definition in plain text.
        meaning: what it measures, one sentence.
        reading: how to say a value aloud; ``{value}`` and the groups ``{group}`` and ``{other}`` are filled in.
        undefined: when it has no value.
        citation: where it is defined.
        multigroup: whether it takes more than two groups.
    """

    name: str
    label: str
    symbol: str
    function: Callable[[Units], Floats]
    low: float
    high: float
    formula: str
    meaning: str
    reading: str
    undefined: str
    citation: str
    multigroup: bool = False


_ONE_GROUP = "Undefined where either group has no student."
_NO_GROUP = "Undefined where the group has no student."
_JAMES_TAEUBER = "James & Taeuber (1985), Measures of Segregation, Sociological Methodology 15, 1–32."
_THEIL_FINIZZA = (
    "Theil & Finizza (1971), A Note on the Measurement of Racial Integration of Schools, "
    "Journal of Mathematical Sociology 1, 187–193."
)
_LIEBERSON = (
    "Lieberson (1981), An Asymmetrical Approach to Segregation; Massey & Denton (1988), "
    "The Dimensions of Residential Segregation, Social Forces 67, 281–315."
)

INDICES: dict[str, Index] = {
    index.name: index
    for index in (
        Index(
            "dissimilarity",
            "Dissimilarity",
            "D",
            dissimilarity,
            0,
            1,
            "D = ½ Σ |a_s/A − b_s/B|",
            "The share of either group that would have to change schools, without replacement, "
            "for every school to have the same mix.",
            "{value:.0%} of {group} would have to change schools for all schools to have the same mix.",
            _ONE_GROUP,
            "Duncan & Duncan (1955), A Methodological Analysis of Segregation Indexes, "
            "American Sociological Review 20, 210–217.",
        ),
        Index(
            "exposure",
            "Exposure",
            "aPb",
            exposure,
            0,
            1,
            "aPb = Σ (a_s/A)(b_s/n_s)",
            "The share of the other group in the school of the average student of the group.",
            "The average student among {group} attends a school where {value:.0%} are {other}.",
            _NO_GROUP,
            _LIEBERSON,
        ),
        Index(
            "isolation",
            "Isolation",
            "aPa",
            isolation,
            0,
            1,
            "aPa = Σ (a_s/A)(a_s/n_s)",
            "The share of the group itself in the school of its average student.",
            "The average student among {group} attends a school where {value:.0%} are {group}.",
            _NO_GROUP,
            _LIEBERSON,
        ),
        Index(
            "variance_ratio",
            "Variance ratio",
            "V",
            variance_ratio,
            0,
            1,
            "V = Σ t_s (p_s − P)² / (T P (1 − P))",
            "How far the group's share differs between the schools of the average student of each group: "
            "0 where every school has the same mix, 1 where no school mixes them.",
            "Where everyone is counted, the average student among {group} attends a school whose share of {group} is "
            "{value:.0%} of a whole higher than the average student among {other}.",
            _ONE_GROUP,
            _JAMES_TAEUBER,
        ),
        Index(
            "theil_h",
            "Theil's H",
            "H",
            theil_h,
            0,
            1,
            "H = M / E, with E = −Σ_g P_g ln P_g",
            "How much less mixed the average school is than the place as a whole, as a share of the place's own mix.",
            "The average school is {value:.0%} less mixed than the place as a whole.",
            _ONE_GROUP,
            _THEIL_FINIZZA,
            multigroup=True,
        ),
        Index(
            "mutual_information",
            "Mutual information",
            "M",
            mutual_information,
            0,
            np.inf,
            "M = Σ_s Σ_g (n_sg/T) ln(n_sg T / (n_s n_g))",
            "How much knowing a student's school tells about the student's group, in nats; "
            "it adds up exactly over nested places.",
            "Knowing a student's school tells {value:.3f} nats about the student's group.",
            "Undefined where there is no student of any group counted.",
            _THEIL_FINIZZA + " Mora & Ruiz-Castillo (2011), Entropy-based Segregation Indices, "
            "Sociological Methodology 41, 159–194.",
            multigroup=True,
        ),
        Index(
            "gini",
            "Gini",
            "G",
            gini,
            0,
            1,
            "G = Σ_i Σ_j t_i t_j |p_i − p_j| / (2 T² P (1 − P))",
            "The mean difference in the group's share between all pairs of students' schools, "
            "as a share of the greatest possible.",
            "The mean difference between schools is {value:.0%} of the greatest possible.",
            _ONE_GROUP,
            _JAMES_TAEUBER,
        ),
        Index(
            "atkinson",
            "Atkinson (b = 0.5)",
            "A",
            atkinson,
            0,
            1,
            "A(b) = 1 − [Σ (a_s/A)^b (b_s/B)^(1−b)]^(1/(1−b))",
            "How little the two groups' distributions over schools overlap; with b = 0.5 both groups weigh alike.",
            "The two groups' distributions over schools fall {value:.0%} short of full overlap.",
            _ONE_GROUP,
            "Atkinson (1970), On the Measurement of Inequality, Journal of Economic Theory 2, 244–263. "
            + _JAMES_TAEUBER,
        ),
    )
}


def measure(units: Units) -> pd.DataFrame:
    """Every index of the registry for every place: one row a place code, one column an index, NaN where undefined."""
    return pd.DataFrame({name: index.function(units) for name, index in INDICES.items()})


def undefined_reason(units: Units) -> dict[str, NDArray[np.str_]]:
    """Why each index is undefined in each place: a (places,) array of sentences an index, "" where it is defined."""
    group, other = units.totals[:, 0], units.totals[:, 1]
    empty = units.students_total == 0
    no_group = np.select([empty, group == 0], ["no students", "no students of the group"], "")
    no_pair = np.select(
        [no_group != "", other == 0],
        [no_group, "no students of the other group"],
        "",
    )
    no_mix = np.where(
        (units.totals > 0).sum(axis=1) > 1, "", np.where(no_pair != "", no_pair, "students of one group only")
    )
    nobody = np.where(units.totals.sum(axis=1) > 0, "", "no students")
    special = {"exposure": no_group, "isolation": no_group, "mutual_information": nobody, "theil_h": no_mix}
    return {name: special.get(name, no_pair) for name in INDICES}
