"""How much of what a school is in its place is chance, against every possible assignment."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from analysis.chance.local_uncertainty import (
    bootstrap_of_schools,
    chance_of_schools,
    corrected_of_schools,
    expected_of_schools,
    names_of,
)
from analysis.chance.uncertainty import corrected
from analysis.indices import SCHOOL
from analysis.units import Units
from tests.oracle.tables import assignments, one_place, tables

EXACT = ["gap", "local_information", "local_h"]


@pytest.mark.parametrize(
    "schools", [[(1, 2), (2, 0), (0, 1)], [(3, 1), (0, 3)], [(1, 1, 0), (1, 0, 2), (0, 1, 0)]], ids=str
)
def test_expected_values_are_means_over_every_assignment(schools):
    ways, place = assignments(schools), one_place(*schools)
    found = expected_of_schools(place, replicates=4000, seed=1)
    for name in names_of(place):
        mean = sum(SCHOOL[name].function(one_place(*each)) * times for each, times in ways.items()) / ways.total()
        # No measure is above 2 here, so four standard errors of a mean of draws are below 4 × 2 / √4000.
        np.testing.assert_allclose(found[name], mean, rtol=0, atol=1e-12 if name in EXACT else 0.13)


def test_the_contribution_by_chance_is_that_of_an_equal_share_for_equal_schools():
    found = expected_of_schools(one_place(*[(30, 70), (50, 50), (10, 90), (40, 60)]), replicates=2000)
    assert found["contribution"].tolist() == pytest.approx([0.25] * 4, abs=0.02)
    assert found["contribution"].sum() == pytest.approx(1, abs=1e-12)


def test_the_range_of_the_gap_by_chance_is_the_hypergeometric_ones():
    sizes, group = np.array([20, 100, 400]), 130
    place = one_place((10, 10), (70, 30), (50, 350))
    found = chance_of_schools(place, replicates=4000, seed=3)
    for end, share in ((found.low, 0.025), (found.high, 0.975)):
        exact = hypergeom.ppf(share, 520, group, sizes) / sizes - group / 520
        assert (np.abs(end["gap"] - exact) <= 1 / sizes + 1e-12).all()  # within a student


@settings(max_examples=50)
@given(table=tables(heads=st.integers(0, 300)))
def test_the_schools_corrected_information_weighted_with_students_is_the_places(table):
    weight = np.nan_to_num(table.counted / np.maximum(table.counted_total[table.place], 1))
    own = corrected_of_schools(table)["local_information"].to_numpy()
    whole = corrected(table, ["mutual_information"])["mutual_information"].to_numpy()
    added = table.over_places(weight * np.nan_to_num(own))
    np.testing.assert_allclose(added[~np.isnan(whole)], whole[~np.isnan(whole)], rtol=1e-9, atol=1e-9)


@settings(max_examples=50)
@given(table=tables(groups=2, heads=st.integers(0, 300)))
def test_correction_draws_every_gap_together_by_one_factor_and_leaves_contributions(table):
    found = corrected_of_schools(table)
    value = pd.DataFrame({name: SCHOOL[name].function(table) for name in SCHOOL})
    both = found["contribution"].notna()
    np.testing.assert_allclose(found.loc[both, "contribution"], value.loc[both, "contribution"], atol=1e-6)
    for place in range(table.places):
        here = (table.place == place) & (value["gap"].abs() > 1e-9)
        factor = found.loc[here, "gap"] / value.loc[here, "gap"]
        assert factor.between(-1e-9, 1 + 1e-9).all()
        assert np.ptp(factor) < 1e-6 if here.any() else True


def test_nothing_is_contributed_to_where_schools_differ_by_no_more_than_chance():
    place = one_place((11, 9), (10, 10), (9, 11))
    assert corrected_of_schools(place)["contribution"].isna().all()
    assert corrected_of_schools(place)["gap"].tolist() == pytest.approx([0, 0, 0], abs=1e-12)


@settings(max_examples=30)
@given(table=tables(heads=st.integers(0, 300)))
def test_missing_where_the_measure_is_and_within_its_bounds(table):
    for spread in (chance_of_schools(table, 4, 2), bootstrap_of_schools(table, 4, 2)):
        for name in SCHOOL:
            low, high = spread.low[name], spread.high[name]
            if name not in names_of(table):
                assert low.isna().all()
                continue
            assert not low[np.isnan(SCHOOL[name].function(table))].notna().any() or name == "contribution"
            assert (low.dropna() >= SCHOOL[name].low).all()
            assert (high.dropna() <= SCHOOL[name].high).all()
            assert (low.dropna() <= high.dropna()).all()


def test_of_many_groups_only_local_segregation_is_told():
    place = one_place((1, 2, 3), (3, 2, 1))
    for found in (expected_of_schools(place), corrected_of_schools(place), bootstrap_of_schools(place, 3).low):
        assert found.columns[found.notna().all()].tolist() == ["local_information", "local_h"]


def test_places_do_not_touch_each_other():
    counts = np.array([[9.0, 1], [5, 5], [2, 8], [30, 70]])
    both = Units(counts, counts.sum(axis=1), np.array([0, 1, 0, 1]), 2)
    for place in range(2):
        here = both.place == place
        alone = Units(counts[here], counts[here].sum(axis=1), np.zeros(2, dtype=np.intp), 1)
        for found in (expected_of_schools, corrected_of_schools):
            together = found(both).loc[here, EXACT].reset_index(drop=True)
            pd.testing.assert_frame_equal(found(alone)[EXACT], together, rtol=1e-12)
