"""Every measure written out from its definition, one place at a time, in exact arithmetic.

Counts become fractions, so dissimilarity, exposure, isolation, the variance ratio, Gini and the
contribution are exactly right; those with a logarithm or a root are carried to 50 digits. Nothing is
shared with the code under test, and nothing here is fast. ``None`` means undefined.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np

DIGITS = Context(prec=50)


@dataclass(frozen=True)
class School:
    """The students of one school by group, and all its students (counted in a group or not)."""

    counts: tuple[Fraction, ...]
    students: Fraction

    @property
    def group(self) -> Fraction:
        return self.counts[0]

    @property
    def other(self) -> Fraction:
        return self.counts[1]

    @property
    def pair(self) -> Fraction:
        return self.group + self.other


Place = Sequence[School]


def places(counts: np.ndarray, students: np.ndarray, place: np.ndarray, number: int) -> list[list[School]]:
    """The schools of each place, in their order."""
    result: list[list[School]] = [[] for _ in range(number)]
    for row, total, code in zip(counts, students, place, strict=True):
        result[code].append(School(tuple(Fraction(n) for n in row), Fraction(total)))
    return result


def merged(schools: Place) -> School:
    """All schools of a place as if they were one."""
    columns = zip(*(school.counts for school in schools), strict=True)
    return School(
        tuple(sum(column, Fraction(0)) for column in columns), sum((s.students for s in schools), Fraction(0))
    )


def decimal(value: Fraction) -> Decimal:
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def pair_totals(schools: Place) -> tuple[Fraction, Fraction]:
    """Students of the group and of the other group, A and B."""
    return sum((s.group for s in schools), Fraction(0)), sum((s.other for s in schools), Fraction(0))


def dissimilarity(schools: Place) -> Fraction | None:
    """½ Σ abs(a_s/A − b_s/B)."""
    group, other = pair_totals(schools)
    if not group or not other:
        return None
    return sum((abs(s.group / group - s.other / other) for s in schools), Fraction(0)) / 2


def exposure(schools: Place) -> Fraction | None:
    """Σ (a_s/A)(b_s/t_s), t_s all students."""
    group, _ = pair_totals(schools)
    if not group:
        return None
    return sum((s.group / group * s.other / s.students for s in schools if s.group), Fraction(0))


def isolation(schools: Place) -> Fraction | None:
    """Σ (a_s/A)(a_s/t_s), t_s all students."""
    group, _ = pair_totals(schools)
    if not group:
        return None
    return sum((s.group / group * s.group / s.students for s in schools if s.group), Fraction(0))


def variance_ratio(schools: Place) -> Fraction | None:
    """Σ t_s (p_s − P)² / (T P (1 − P)), over the two groups."""
    group, other = pair_totals(schools)
    if not group or not other:
        return None
    total = group + other
    share = group / total
    spread = sum((s.pair * (s.group / s.pair - share) ** 2 for s in schools if s.pair), Fraction(0))
    return spread / (total * share * (1 - share))


def gini(schools: Place) -> Fraction | None:
    """Σ_i Σ_j t_i t_j abs(p_i − p_j) / (2 T² P (1 − P)), over the two groups."""
    group, other = pair_totals(schools)
    if not group or not other:
        return None
    total = group + other
    share = group / total
    shares = [(s.pair, s.group / s.pair) for s in schools if s.pair]
    differences = sum((t * u * abs(p - q) for t, p in shares for u, q in shares), Fraction(0))
    return differences / (2 * total**2 * share * (1 - share))


def atkinson(schools: Place, b: float = 0.5) -> Decimal | None:
    """1 − [P/(1 − P)] abs(Σ (1 − p_s)^(1−b) p_s^b t_s / (P T))^(1/(1−b)), over the two groups."""
    group, other = pair_totals(schools)
    if not group or not other:
        return None
    total = group + other
    share = group / total
    shape = Fraction(b)

    def term(school: School) -> Decimal:
        own = school.group / school.pair
        root = DIGITS.multiply(power(1 - own, 1 - shape), power(own, shape))
        return DIGITS.multiply(root, decimal(school.pair / (share * total)))

    inner = sum_decimals(term(s) for s in schools if s.pair)
    raised = power_decimal(inner, 1 / (1 - shape))
    return DIGITS.subtract(Decimal(1), DIGITS.multiply(decimal(share / (1 - share)), raised))


def power(base: Fraction, exponent: Fraction) -> Decimal:
    return power_decimal(decimal(base), exponent)


def power_decimal(base: Decimal, exponent: Fraction) -> Decimal:
    return DIGITS.power(base, decimal(exponent)) if base else Decimal(0)


def sum_decimals(terms: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for term in terms:
        total = DIGITS.add(total, term)
    return total


def log(value: Fraction) -> Decimal:
    return DIGITS.ln(decimal(value))


def entropy(schools: Place) -> Decimal:
    """E = −Σ p_g ln p_g over all groups."""
    counts = merged(schools).counts
    total = sum(counts, Fraction(0))
    shares = [n / total for n in counts if n]
    return -sum_decimals(DIGITS.multiply(decimal(p), log(p)) for p in shares)


def counted(schools: Place) -> Fraction:
    """Students counted in any group."""
    return sum((sum(s.counts, Fraction(0)) for s in schools), Fraction(0))


def groups_present(schools: Place) -> int:
    return sum(1 for n in merged(schools).counts if n) if schools else 0


def mutual_information(schools: Place) -> Decimal | None:
    """M = Σ p_sg ln(p_sg / (p_s p_g)) over all groups."""
    total = counted(schools)
    if not total:
        return None
    margins = [n / total for n in merged(schools).counts]
    terms = []
    for school in schools:
        size = sum(school.counts, Fraction(0)) / total
        for n, margin in zip(school.counts, margins, strict=True):
            if n:
                joint = n / total
                terms.append(DIGITS.multiply(decimal(joint), log(joint / (size * margin))))
    return sum_decimals(terms)


def theil_h(schools: Place) -> Decimal | None:
    """H = M/E over all groups."""
    if groups_present(schools) < 2:
        return None
    information = mutual_information(schools)
    assert information is not None
    return DIGITS.divide(information, entropy(schools))


INDICES: dict[str, Callable[[Place], Fraction | Decimal | None]] = {
    "dissimilarity": dissimilarity,
    "exposure": exposure,
    "isolation": isolation,
    "variance_ratio": variance_ratio,
    "theil_h": theil_h,
    "mutual_information": mutual_information,
    "gini": gini,
    "atkinson": atkinson,
}


def contribution(schools: Place) -> list[Fraction] | None:
    """t_s abs(p_s − P) / Σ of the same, over the two groups (Urban Institute)."""
    group, other = pair_totals(schools)
    if not dissimilarity(schools):
        return None
    share = group / (group + other)
    distances = [s.pair * abs(s.group / s.pair - share) if s.pair else Fraction(0) for s in schools]
    return [distance / sum(distances) for distance in distances]


# Between and within districts: the same place given as the schools of each of its districts.

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
