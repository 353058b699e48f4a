"""Segregation between and within the parts of a place, from its definitions, in exact arithmetic.

A place is given as the schools of each of its districts, or of each of its cells at every level. ``None`` means
undefined.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from tests.oracle.exact import (
    DIGITS,
    Place,
    School,
    counted,
    decimal,
    dissimilarity,
    entropy,
    exposure,
    merged,
    multigroup_dissimilarity,
    mutual_information,
    normalized_exposure,
    pair_totals,
    sum_decimals,
    theil_h,
    variance_ratio,
)

Districts = Sequence[Place]
Parts = tuple[Fraction | Decimal, Fraction | Decimal, Fraction | Decimal]


def all_schools(districts: Districts) -> list[School]:
    return [school for district in districts for school in district]


def variance_ratio_parts(districts: Districts) -> Parts | None:
    """Within = Σ (T_d/T) [P_d(1 − P_d) / P(1 − P)] V_d."""
    schools = all_schools(districts)
    total = variance_ratio(schools)
    if total is None:
        return None
    group, other = pair_totals(schools)
    within = Fraction(0)
    for district in districts:
        a, b = pair_totals(district)
        inner = variance_ratio(district)
        if inner is not None:
            # T P (1 − P) = A B / T, of the district and of the place
            within += (a * b / (a + b)) / (group * other / (group + other)) * inner
    between = variance_ratio([merged(district) for district in districts])
    assert between is not None
    return total, between, within


def mutual_information_parts(districts: Districts) -> Parts | None:
    """Within = Σ (T_d/T) M_d."""
    schools = all_schools(districts)
    total = mutual_information(schools)
    if total is None:
        return None
    within = sum_decimals(
        DIGITS.multiply(decimal(counted(district) / counted(schools)), inner)
        for district in districts
        if (inner := mutual_information(district)) is not None
    )
    between = mutual_information([merged(district) for district in districts])
    assert between is not None
    return total, between, within


def theil_h_parts(districts: Districts) -> Parts | None:
    """Within = Σ (T_d/T) (E_d/E) H_d."""
    schools = all_schools(districts)
    total = theil_h(schools)
    if total is None:
        return None
    whole = entropy(schools)
    within = sum_decimals(
        DIGITS.multiply(
            DIGITS.multiply(decimal(counted(district) / counted(schools)), DIGITS.divide(entropy(district), whole)),
            inner,
        )
        for district in districts
        if (inner := theil_h(district)) is not None
    )
    between = theil_h([merged(district) for district in districts])
    assert between is not None
    return total, between, within


def exposure_shortfall_parts(districts: Districts) -> Parts | None:
    """Q − aPb, with Q = B/T: first with every district even inside, then what its schools add."""
    schools = all_schools(districts)
    reached = exposure(schools)
    if reached is None:
        return None
    everyone = merged(schools)
    even = everyone.other / everyone.students
    if_even_inside = sum(
        (w.group / everyone.group * w.other / w.students for w in map(merged, districts) if w.group), Fraction(0)
    )
    return even - reached, even - if_even_inside, if_even_inside - reached


PARTS: dict[str, Callable[[Districts], Parts | None]] = {
    "variance_ratio": variance_ratio_parts,
    "theil_h": theil_h_parts,
    "mutual_information": mutual_information_parts,
    "exposure_shortfall": exposure_shortfall_parts,
}


def most_added_within(districts: Districts) -> Fraction:
    """Σ min(A_d/A, B_d/B) D_d: no sorting inside districts can add more to D than this."""
    group, other = pair_totals(all_schools(districts))
    bound = Fraction(0)
    for district in districts:
        a, b = pair_totals(district)
        bound += min(a / group, b / other) * (dissimilarity(district) or 0)
    return bound


# Level by level: what a level adds to the index of the cells above it, taken as units.


def exposure_shortfall(schools: Place) -> Fraction | None:
    """Q − aPb."""
    reached = exposure(schools)
    everyone = merged(schools) if schools else None
    return None if reached is None or everyone is None else everyone.other / everyone.students - reached


Measure = Callable[[Place], Fraction | Decimal | None]

OF_TWO: dict[str, Measure] = {
    "variance_ratio": variance_ratio,
    "theil_h": theil_h,
    "mutual_information": mutual_information,
    "exposure_shortfall": exposure_shortfall,
    "dissimilarity": dissimilarity,
}
OF_MANY: dict[str, Measure] = {
    "variance_ratio": normalized_exposure,
    "theil_h": theil_h,
    "mutual_information": mutual_information,
    "dissimilarity": multigroup_dissimilarity,
}


def added_by_level(measure: Measure, levels: Sequence[Districts]) -> list[float | None]:
    """What each level adds: the measure over its cells as units, less that over the level above's.

    Args:
        measure: of ``OF_TWO`` or ``OF_MANY``.
        levels: the schools of each cell, level by level from the largest cells to the schools.
    """
    values = [measure([merged(cell) for cell in cells]) for cells in levels]
    if values[-1] is None:
        return [None] * len(levels)
    exact = [Fraction(value) for value in values if value is not None]
    return [float(value - before) for before, value in zip([Fraction(0), *exact], exact, strict=False)]
