"""The registry of indices: what each is, how to read it, when it has no value, and for how many groups it is defined.

Four registries by what an index takes and gives: ``INDICES`` compare two groups and ``MULTIGROUP`` any number of them,
under the same names where one is the other's generalisation; ``ORDERED`` compare ordered bands; each of these gives
one number a place. ``SCHOOL`` gives one number a school. An undefined value is NaN, never 0; ``analysis.undefined``
says why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from analysis import local, multigroup, two_groups
from analysis.rank_order import rank_order_h
from analysis.units import Floats, Units


@dataclass(frozen=True)
class Index:
    """An index and what a reader needs to know of it.

    Attributes:
        name: its key, also its column in files.
        label: its name on screen.
        symbol: its short name.
        function: units in, a (places,) array out; (schools,) in ``SCHOOL``.
        low, high: bounds of its value; ``high`` is inf where it has no fixed one.
        formula: its definition in plain text.
        meaning: what it measures, one sentence.
        reading: how to say a value aloud; ``{value}`` or ``{points}``, a hundred times it, is filled in and, in an
            index of two groups, the groups ``{group}`` and ``{other}``.
        undefined: when it has no value.
        citation: where it is defined.
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

    @property
    def called(self) -> str:
        """Its name and symbol: "Variance ratio (V)"; the name alone where the symbol ends it: "Theil's H"."""
        return self.label if self.label.endswith(f" {self.symbol}") else f"{self.label} ({self.symbol})"


_ONE_GROUP = "Undefined where either group has no student."
_NOBODY = "Undefined where there is no student of any group counted."
_NO_MIX = "Undefined where fewer than two groups have a student."
_NO_GROUP = "Undefined where the group has no student."
_JAMES_TAEUBER = "James & Taeuber (1985), Measures of Segregation, Sociological Methodology 15, 1–32."
_THEIL_FINIZZA = (
    "Theil & Finizza (1971), A Note on the Measurement of Racial Integration of Schools, "
    "Journal of Mathematical Sociology 1, 187–193."
)
_MORA = "Mora & Ruiz-Castillo (2011), Entropy-based Segregation Indices, Sociological Methodology 41, 159–194."
_REARDON_FIREBAUGH = (
    "Reardon & Firebaugh (2002), Measures of Multigroup Segregation, Sociological Methodology 32, 33–67."
)
_LOCAL = (
    "Alonso-Villar & Del Río (2010), Local versus Overall Segregation Measures, Mathematical Social Sciences 60, "
    "30–38; Elbers (2023), A Method for Studying Differences in Segregation Across Time and Space, Sociological "
    "Methods & Research 52, 5–42."
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
            two_groups.dissimilarity,
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
            two_groups.exposure,
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
            two_groups.isolation,
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
            two_groups.variance_ratio,
            0,
            1,
            "V = Σ t_s (p_s − P)² / (T P (1 − P))",
            "How far the group's share differs between the schools of the average student of each group: "
            "0 where every school has the same mix, 1 where no school mixes them.",
            "Where everyone is counted, the average student among {group} attends a school whose share of {group} is "
            "{points:.0f} points higher than the average student among {other}.",
            _ONE_GROUP,
            _JAMES_TAEUBER,
        ),
        Index(
            "theil_h",
            "Theil's H",
            "H",
            multigroup.theil_h,
            0,
            1,
            "H = M / E, with E = −Σ_g P_g ln P_g",
            "How much less mixed the average school is than the place as a whole, as a share of the place's own mix.",
            "The average school is {value:.0%} less mixed than the place as a whole.",
            _ONE_GROUP,
            _THEIL_FINIZZA,
        ),
        Index(
            "mutual_information",
            "Mutual information",
            "M",
            multigroup.mutual_information,
            0,
            np.inf,
            "M = Σ_s Σ_g (n_sg/T) ln(n_sg T / (n_s n_g))",
            "How much knowing a student's school tells about the student's group, in nats; "
            "it adds up exactly over nested places.",
            "Knowing a student's school tells {value:.3f} nats about the student's group.",
            _NOBODY,
            _THEIL_FINIZZA + " " + _MORA,
        ),
        Index(
            "gini",
            "Gini",
            "G",
            two_groups.gini,
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
            two_groups.atkinson,
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

MULTIGROUP: dict[str, Index] = {
    index.name: index
    for index in (
        Index(
            "dissimilarity",
            "Dissimilarity of all groups",
            "D",
            multigroup.dissimilarity,
            0,
            1,
            "D = Σ_g Σ_s t_s |p_sg − P_g| / (2 T I), with I = Σ_g P_g (1 − P_g)",
            "The students who would have to change schools for every school to have the same mix, as a share of those "
            "who would if no school mixed any two groups; with two groups, D itself.",
            "The students who would have to change schools for all schools to have the same mix are {value:.0%} of "
            "those who would if every school were of one group.",
            _NO_MIX,
            "Morgan (1975), The Segregation of Socioeconomic Groups in Urban Areas, Urban Studies 12, 47–60; "
            "Sakoda (1981), A Generalized Index of Dissimilarity, Demography 18, 245–250. " + _REARDON_FIREBAUGH,
        ),
        Index(
            "variance_ratio",
            "Normalized exposure of all groups",
            "V",
            multigroup.normalized_exposure,
            0,
            1,
            "P* = Σ_g Σ_s (t_s/T) (p_sg − P_g)² / (1 − P_g)",
            "How far each group's share differs between its own average student's school and everyone else's, "
            "averaged over students; with two groups, V itself.",
            "On average over students, the share of their own group is {points:.0f} points higher in their own "
            "group's average school than in everyone else's.",
            _NO_MIX,
            "James (1986), A New Generalized “Exposure-Based” Segregation Index, Sociological Methods & Research 14, "
            "301–316. " + _REARDON_FIREBAUGH,
        ),
        replace(INDICES["theil_h"], undefined=_NO_MIX),
        INDICES["mutual_information"],
        Index(
            "gini",
            "Gini of all groups",
            "G",
            multigroup.gini,
            0,
            1,
            "G = Σ_g Σ_i Σ_j t_i t_j |p_ig − p_jg| / (2 T² I), with I = Σ_g P_g (1 − P_g)",
            "The mean difference in groups' shares between all pairs of students' schools, as a share of the greatest "
            "possible; with two groups, the Gini itself.",
            "The mean difference between schools is {value:.0%} of the greatest possible.",
            _NO_MIX,
            _REARDON_FIREBAUGH,
        ),
    )
}

ORDERED: dict[str, Index] = {
    index.name: index
    for index in (
        Index(
            "rank_order_h",
            "Rank-order H",
            "H^R",
            rank_order_h,
            0,
            1,
            "H^R = 2 ln 2 ∫ E(p) H(p) dp, with H(p) between students below and above the p-th part of the ranking",
            "H over every way to part a ranking of students in two, such as family income in bands; it does not depend "
            "on where the bands are cut. Used only where a dataset counts students by ordered bands.",
            "Averaged over all ways to part the ranking in two, the average school is {value:.0%} less mixed than the "
            "place as a whole.",
            "Undefined where fewer than two bands have a student, or where the curve fitted through too few or too "
            "unlike bands leaves 0 to 1.",
            "Reardon (2011), Measures of Income Segregation, Stanford Center for Education Policy Analysis; Reardon & "
            "Bischoff (2011), Income Inequality and Income Segregation, American Journal of Sociology 116, 1092–1153.",
        ),
    )
}

SCHOOL: dict[str, Index] = {
    index.name: index
    for index in (
        Index(
            "contribution",
            "Contribution to D",
            "SCI",
            local.contribution,
            0,
            1,
            "SCI_s = t_s |p_s − P| / Σ_j t_j |p_j − P|",
            "The share of the place's D that would go if the school's mix matched the place's; the contributions of a "
            "place add up to 1, half from schools above its share and half from those below.",
            "{value:.0%} of the place's D would go if the school's mix matched the place's.",
            "Undefined where D is undefined or 0. Of two groups only.",
            "Urban Institute (2020), Segregation Contribution Index.",
        ),
        Index(
            "gap",
            "Gap to the place",
            "p_s − P",
            local.gap,
            -1,
            1,
            "p_s − P",
            "The group's share in the school less its share in the place.",
            "The share of {group} is {points:+.0f} points from the place's.",
            "Undefined where the school has no student of either group. Of two groups only.",
            "Massey & Denton (1988), The Dimensions of Residential Segregation, Social Forces 67, 281–315.",
        ),
        Index(
            "local_information",
            "Local information",
            "M_s",
            local.local_information,
            0,
            np.inf,
            "M_s = Σ_g p_sg ln(p_sg / P_g)",
            "How unlike the place's mix the school's is, in nats; weighted with their students, the schools of a place "
            "add up to M.",
            "The school's mix tells {value:.3f} nats more about a student's group than the place's does.",
            "Undefined where the school has no student of any group counted.",
            _LOCAL,
        ),
        Index(
            "local_h",
            "Local H",
            "H_s",
            local.local_h,
            0,
            np.inf,
            "H_s = M_s / E",
            "The same as a share of the place's own mix; weighted with their students, the schools of a place add up "
            "to H.",
            "What the school's mix tells about a student's group is {value:.0%} of the place's own diversity.",
            "Undefined where the school has no student counted or fewer than two groups have a student in the place.",
            _LOCAL,
        ),
    )
}

# The indices of ``SCHOOL`` that take any number of groups.
OF_ANY_GROUPS = ("local_information", "local_h")


def indices_of(units: Units) -> dict[str, Index]:
    """The registry for as many groups as the units have."""
    return INDICES if units.counts.shape[1] == 2 else MULTIGROUP


def atkinson(b: float) -> Index:
    """Atkinson(b) for a shape b strictly between 0 and 1: the registry's own at ½, else called "atkinson_0.25"."""
    own = INDICES["atkinson"]
    if b == 0.5:
        return own
    heavier = "is scarce" if b < 0.5 else "is concentrated"
    return replace(
        own,
        name=f"{own.name}_{b}",
        label=f"Atkinson (b = {b})",
        function=partial(two_groups.atkinson, b=b),
        meaning="How little the two groups' distributions over schools overlap; "
        f"with b = {b} schools where the group {heavier} weigh more.",
    )


def indices_named(names: Sequence[str], units: Units) -> dict[str, Index]:
    """Those of the indices named that are defined for as many groups as the units have.

    Args:
        names: keys of ``INDICES``, of ``ORDERED`` where the groups are bands from the lowest to the highest, and what
            ``atkinson`` calls an index.
        units: the schools.
    """
    registry = indices_of(units) | ORDERED
    found = {}
    for name in names:
        family, _, shape = name.partition("_")
        if name in registry:
            found[name] = registry[name]
        elif family == "atkinson" and family in registry:
            found[name] = atkinson(float(shape))
    return found


def measure(units: Units, names: Sequence[str] = tuple(INDICES)) -> pd.DataFrame:
    """Indices for every place: one row a place code, one column an index.

    Args:
        units: the schools.
        names: as ``indices_named`` takes them.

    Returns:
        NaN where undefined, or where there are more than two groups and the index compares two.
    """
    found = indices_named(names, units)
    nothing = np.full(units.places, np.nan)
    return pd.DataFrame({name: found[name].function(units) if name in found else nothing for name in names})
