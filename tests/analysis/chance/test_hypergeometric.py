"""The hypergeometric distribution against fractions, and against figures published of the binomial one."""

from fractions import Fraction
from math import comb, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chance.hypergeometric import mean_absolute_deviation, mean_surprise, probability


@st.composite
def schools(draw: st.DrawFn) -> tuple[int, int, int]:
    total = draw(st.integers(0, 300))
    return draw(st.integers(0, total)), draw(st.integers(0, total)), total


def arrays(*numbers: float) -> list[np.ndarray]:
    return [np.array([number], dtype=float) for number in numbers]


def chances(size: int, group: int, total: int) -> dict[int, Fraction]:
    ways = comb(total, size)
    return {x: Fraction(comb(group, x) * comb(total - group, size - x), ways) for x in range(size + 1)}


@given(school=schools())
def test_every_probability(school: tuple[int, int, int]) -> None:
    expected = chances(*school)
    x = np.arange(-1, school[0] + 2, dtype=float)
    with np.errstate(all="raise", under="ignore"):
        found = probability(x, *(np.full(len(x), float(number)) for number in school))
    np.testing.assert_allclose(found, [0.0, *map(float, expected.values()), 0.0], rtol=1e-12)


@given(school=schools())
def test_the_means(school: tuple[int, int, int]) -> None:
    size, group, total = school
    mean = Fraction(size * group, total) if total else Fraction(0)
    deviation = sum(chance * abs(x - mean) for x, chance in chances(*school).items())
    surprise = sum(float(chance) * x * log(x / mean) for x, chance in chances(*school).items() if x and chance)
    with np.errstate(all="raise", under="ignore"):
        assert mean_absolute_deviation(*arrays(*school))[0] == pytest.approx(float(deviation), rel=1e-12, abs=1e-14)
        assert mean_surprise(*arrays(*school))[0] == pytest.approx(surprise, rel=1e-10, abs=1e-12)


# The expected D of schools of n out of very many students, a share p of them of the group: exact binomial values.
@pytest.mark.parametrize(
    ("size", "share", "dissimilarity"), [(10, 0.1, 0.387420), (10, 0.5, 0.246094), (100, 0.1, 0.131865)]
)
def test_a_school_among_very_many_is_binomial(size: int, share: float, dissimilarity: float) -> None:
    (deviation,) = mean_absolute_deviation(*arrays(size, share * 1e12, 1e12))
    assert deviation / (2 * size * share * (1 - share)) == pytest.approx(dissimilarity, abs=5e-7)


def test_ten_million_students_lose_no_digits() -> None:
    # From one student more to the next, the probability changes by a ratio of whole numbers.
    size, group, total = 4_000_000.0, 5_000_000.0, 10_000_000.0
    x = np.array([2_000_000.0, 2_000_001.0])
    low, high = probability(x, *(np.full(2, number) for number in (size, group, total)))
    ratio = Fraction(3_000_000 * 2_000_000, 2_000_001 * 3_000_001)
    assert high / low == pytest.approx(float(ratio), rel=1e-12)
