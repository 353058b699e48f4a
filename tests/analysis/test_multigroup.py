"""What is particular to indices of many groups: memory, and how they are made of the groups' own."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given

from analysis.local import local_information
from analysis.multigroup import diversity, gini, mutual_information
from analysis.units import Units, side_by_side
from tests.oracle import exact
from tests.oracle.tables import exact_places, one_place, tables


def peak(schools: int) -> int:
    """The most bytes that the Gini of seven groups holds at once."""
    counts = np.random.default_rng(1).integers(0, 500, (7, schools)).astype(float)
    table = Units(side_by_side(*counts), counts.sum(axis=0), np.zeros(schools, dtype=np.intp), 1)
    tracemalloc.start()
    gini(table)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_gini_holds_a_few_numbers_a_school() -> None:
    few, many = peak(4_000), peak(8_000)
    assert many < 2.2 * few
    # Every two schools' difference would be 8,000 numbers a school.
    assert many < 40 * 8 * 8_000


@given(table=tables())
def test_diversity_is_that_of_the_definition(table: Units) -> None:
    expected = [float(exact.diversity(place)) if exact.counted(place) else np.nan for place in exact_places(table)]
    np.testing.assert_allclose(diversity(table), expected, rtol=1e-12, atol=1e-12)


def test_diversity_by_hand() -> None:
    assert diversity(one_place((1, 1, 0, 0), (0, 0, 1, 1)))[0] == pytest.approx(3 / 4)


@pytest.mark.parametrize("fraction", [1e-15, 1e-16, 1e-17, 1e-30, 1e-300])
def test_a_fraction_of_a_student_far_below_what_is_expected_keeps_the_others_digits(fraction: float) -> None:
    """A bootstrap's corrected counts are fractions; a logarithm of nothing would undo the school or the whole place."""
    table = one_place((fraction, 1), (1_000, 5))
    (place,) = exact_places(table)
    with np.errstate(divide="raise", invalid="raise"):
        own, whole = local_information(table), mutual_information(table)
    np.testing.assert_allclose(own, [float(each) for each in exact.local_information(place)], rtol=1e-12)
    np.testing.assert_allclose(whole, float(exact.mutual_information(place)), rtol=1e-12)
