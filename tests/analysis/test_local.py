"""Each school's contribution to its place's dissimilarity (Urban Institute's Segregation Contribution Index)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.local import contribution
from analysis.units import Units
from tests.oracle import exact
from tests.oracle.tables import exact_places, one_place, tables, units

TOLERANCE = 1e-12


def contributions(table: Units) -> np.ndarray:
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        return contribution(table)


@given(table=tables())
def test_agrees_with_exact_arithmetic(table: Units) -> None:
    expected = np.full(len(table.place), np.nan)
    for code, schools in enumerate(exact_places(table)):
        shares = exact.contribution(schools)
        if shares is not None:
            expected[table.place == code] = [float(share) for share in shares]
    np.testing.assert_allclose(contributions(table), expected, rtol=TOLERANCE, atol=TOLERANCE)


@given(table=tables(groups=2))
def test_adds_up_to_one_half_from_each_side_of_the_places_mix(table: Units) -> None:
    found = contributions(table)
    for code, schools in enumerate(exact_places(table)):
        if not exact.dissimilarity(schools):
            continue
        everyone = exact.merged(schools)
        above = np.array([s.group * everyone.pair > everyone.group * s.pair for s in schools])
        here = found[table.place == code]
        assert here[above].sum() == pytest.approx(0.5, abs=TOLERANCE)
        assert here[~above].sum() == pytest.approx(0.5, abs=TOLERANCE)


@given(table=tables(groups=2, heads=st.integers(0, 3)))
def test_is_missing_exactly_where_there_is_no_dissimilarity_to_share(table: Units) -> None:
    nothing_to_share = [not exact.dissimilarity(schools) for schools in exact_places(table)]
    np.testing.assert_array_equal(np.isnan(contributions(table)), np.array(nothing_to_share)[table.place])


@given(
    mix=st.tuples(st.integers(1, 999), st.integers(1, 999)),
    sizes=st.lists(st.integers(1, 10_000), min_size=1, max_size=12),
)
def test_is_missing_in_an_even_place_whatever_its_mix(mix: tuple[int, int], sizes: list[int]) -> None:
    """Rounding must not be taken for segregation and shared out."""
    even = one_place(*((size * mix[0], size * mix[1]) for size in sizes))
    assert np.isnan(contributions(even)).all()


@given(table=tables(groups=2, heads=st.integers(0, 1_000)))
def test_is_the_part_of_dissimilarity_that_would_go_if_the_school_matched_its_place(table: Units) -> None:
    """The school keeps its students in number but takes the place's mix; the place is held as it is."""
    found = contributions(table)
    for school in np.flatnonzero(~np.isnan(found)):
        here = table.place == table.place[school]
        group, other = table.counts[here, :2].sum(axis=0)
        distance = np.abs(table.counts[here, 0] / group - table.counts[here, 1] / other)
        matched = np.where(np.flatnonzero(here) == school, 0, distance)
        lost = 1 - matched.sum() / distance.sum()
        assert found[school] == pytest.approx(lost, abs=1e-9)


@given(table=tables(groups=2, heads=st.integers(0, 10_000)), factor=st.integers(2, 1_000))
def test_does_not_depend_on_the_number_of_students(table: Units, factor: int) -> None:
    larger = replace(table, counts=table.counts * factor, students=table.students * factor)
    np.testing.assert_allclose(contributions(larger), contributions(table), rtol=TOLERANCE, atol=TOLERANCE)


@given(table=tables(groups=2))
def test_is_the_same_from_either_groups_side(table: Units) -> None:
    swapped = replace(table, counts=table.counts[:, ::-1])
    np.testing.assert_allclose(contributions(swapped), contributions(table), rtol=TOLERANCE, atol=TOLERANCE)


def test_a_school_without_counted_students_contributes_nothing() -> None:
    found = contributions(units([(9, 1), (1, 9), (0, 0)], [0, 0, 50], [0, 0, 0], 1, 2))
    assert found.tolist() == pytest.approx([0.5, 0.5, 0])


def test_no_schools_at_all() -> None:
    assert contributions(units([], [], [], 2, 2)).shape == (0,)


def test_leaves_its_input_alone() -> None:
    table = one_place((9, 1), (1, 9))
    contributions(table)
    assert table.counts.tolist() == [[9, 1], [1, 9]]
