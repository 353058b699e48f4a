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


# Any number of groups


def diversity(schools: Place) -> Fraction:
    """I = Σ_g P_g (1 − P_g)."""
    total = counted(schools)
    return sum((n / total * (1 - n / total) for n in merged(schools).counts), Fraction(0))


def gaps(schools: Place) -> list[tuple[Fraction, Fraction, Fraction]]:
    """The students of each school, its share of each group and the place's, a row a school and group."""
    total = counted(schools)
    margins = [n / total for n in merged(schools).counts]
    sized = [(sum(s.counts, Fraction(0)), s) for s in schools]
    return [(t, n / t, p) for t, s in sized if t for n, p in zip(s.counts, margins, strict=True)]


def multigroup_dissimilarity(schools: Place) -> Fraction | None:
    """Σ_g Σ_s t_s abs(p_sg − P_g) / (2 T I)."""
    if groups_present(schools) < 2:
        return None
    moved = sum((t * abs(share - margin) for t, share, margin in gaps(schools)), Fraction(0))
    return moved / (2 * counted(schools) * diversity(schools))


def normalized_exposure(schools: Place) -> Fraction | None:
    """Σ_g Σ_s (t_s/T) (p_sg − P_g)² / (1 − P_g)."""
    if groups_present(schools) < 2:
        return None
    squares = (t * (share - margin) ** 2 / (1 - margin) for t, share, margin in gaps(schools))
    return sum(squares, Fraction(0)) / counted(schools)


def multigroup_gini(schools: Place) -> Fraction | None:
    """Σ_g Σ_i Σ_j t_i t_j abs(p_ig − p_jg) / (2 T² I)."""
    if groups_present(schools) < 2:
        return None
    sized = [(sum(s.counts, Fraction(0)), s.counts) for s in schools if sum(s.counts)]
    apart = sum(
        (
            t * u * sum((abs(n / t - m / u) for n, m in zip(first, second, strict=True)), Fraction(0))
            for t, first in sized
            for u, second in sized
        ),
        Fraction(0),
    )
    return apart / (2 * counted(schools) ** 2 * diversity(schools))


MULTIGROUP: dict[str, Callable[[Place], Fraction | Decimal | None]] = {
    "dissimilarity": multigroup_dissimilarity,
    "variance_ratio": normalized_exposure,
    "theil_h": theil_h,
    "mutual_information": mutual_information,
    "gini": multigroup_gini,
}


# One number a school: None for the schools where it is undefined


def gap(schools: Place) -> list[Fraction | None]:
    """p_s − P, over the two groups."""
    group, other = pair_totals(schools)
    return [s.group / s.pair - group / (group + other) if s.pair else None for s in schools]


def local_information(schools: Place) -> list[Decimal | None]:
    """Σ_g p_sg ln(p_sg / P_g)."""
    total = counted(schools)
    margins = [n / total for n in merged(schools).counts] if total else []
    found: list[Decimal | None] = []
    for school in schools:
        size = sum(school.counts, Fraction(0))
        shares = [(n / size, margin) for n, margin in zip(school.counts, margins, strict=True) if n] if size else []
        terms = (DIGITS.multiply(decimal(share), log(share / margin)) for share, margin in shares)
        found.append(sum_decimals(terms) if size else None)
    return found


def local_h(schools: Place) -> list[Decimal | None]:
    """Σ_g p_sg ln(p_sg / P_g) / E."""
    if groups_present(schools) < 2:
        return [None] * len(schools)
    whole = entropy(schools)
    return [None if value is None else DIGITS.divide(value, whole) for value in local_information(schools)]


def contributions(schools: Place) -> Sequence[Fraction | None]:
    """``contribution``, None for every school where there is nothing to share out."""
    return contribution(schools) or [None] * len(schools)


def contribution(schools: Place) -> list[Fraction] | None:
    """t_s abs(p_s − P) / Σ of the same, over the two groups (Urban Institute)."""
    group, other = pair_totals(schools)
    if not dissimilarity(schools):
        return None
    share = group / (group + other)
    distances = [s.pair * abs(s.group / s.pair - share) if s.pair else Fraction(0) for s in schools]
    return [distance / sum(distances) for distance in distances]


SCHOOL: dict[str, Callable[[Place], Sequence[Fraction | Decimal | None]]] = {
    "contribution": contributions,
    "gap": gap,
    "local_information": local_information,
    "local_h": local_h,
}
