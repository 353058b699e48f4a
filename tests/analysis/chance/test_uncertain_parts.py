"""Parts between and within districts corrected for chance, and their intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chance.uncertain_parts import bootstrap_districts, bootstrap_parts, shrunk_by_level
from analysis.chance.uncertainty import corrected, shrunk
from analysis.decompose import ADDITIVE, decompose, district_parts
from analysis.units import Units
from tests.oracle.tables import one_place, tables

V = "variance_ratio"


def corrected_parts(units: Units, district: np.ndarray) -> pd.DataFrame:
    return bootstrap_parts(units, district, replicates=1).corrected


def test_the_parts_of_v_lose_what_their_degrees_of_freedom_bring():
    # Districts of 30 of 80 and 50 of 80: P = ½, and V between is Σ 80 (10/80)² / (160 · ¼) = 1/16. Within, each of the
    # four schools is 10 of 40 from its district: Σ 40 (¼)² / 40 = ¼.
    place, district = one_place((5, 35), (25, 15), (35, 5), (15, 25)), np.array([0, 0, 1, 1])
    value = decompose(place, district).loc[0, V]
    assert value[["between", "within"]].tolist() == pytest.approx([1 / 16, 1 / 4])
    each = (1 - 5 / 16) / (160 - 4)  # of V for each degree of freedom: 1 between, 2 within
    found = corrected_parts(place, district).loc[0, V]
    assert found[["between", "within"]].tolist() == pytest.approx([1 / 16 - each, 1 / 4 - 2 * each])


@settings(max_examples=60)
@given(table=tables(heads=st.integers(20, 300)), districts=st.integers(1, 3))
def test_the_parts_of_v_add_up_to_the_corrected_v(table, districts):
    district = np.arange(len(table.place)) % districts
    value, found = decompose(table, district)[V], corrected_parts(table, district)[V]
    pd.testing.assert_series_equal(found["total"].isna(), value["total"].isna())
    whole = corrected(table, [V])[V]
    inner = (shrunk_by_level(table, district).counts > 0).all(axis=1) & (shrunk(table).counts > 0).all(axis=1)
    for place in range(table.places):
        here = table.place == place
        schools, inside = here.sum(), len(set(district[here]))
        each = (1 - value.loc[place, "total"]) / (table.counted[here].sum() - schools)
        left = value.loc[place, ["between", "within"]] - each * np.array([inside - 1, schools - inside])
        # A part that chance alone explains stays 0, and so does a share that would be below.
        if (left > 1e-6).all() and inner[here].all():
            assert found.loc[place, "total"] == pytest.approx(whole[place], abs=1e-9)


@given(table=tables(heads=st.integers(0, 50)), districts=st.integers(1, 3))
def test_a_school_keeps_its_students_and_no_share_falls_below_none(table, districts):
    found = shrunk_by_level(table, np.arange(len(table.place)) % districts)
    assert (found.counts >= 0).all()
    # Where every school's share would fall below none, nobody is left.
    there = found.counted > 0
    np.testing.assert_allclose(found.counted[there], table.counted[there], rtol=1e-12)


@settings(max_examples=30)
@given(table=tables(heads=st.integers(5, 100)), districts=st.integers(1, 3))
def test_in_every_replicate_parts_add_up_and_none_is_below_0(table, districts):
    found = bootstrap_parts(table, np.arange(len(table.place)) % districts, 3)
    for measure in ADDITIVE[:3]:
        parts = found.low[measure].dropna()
        assert (parts >= -1e-12).all(axis=None)
        assert (parts <= found.high[measure].loc[parts.index] + 1e-12).all(axis=None)


@settings(max_examples=30)
@given(table=tables(heads=st.integers(5, 100)), districts=st.integers(1, 3))
def test_what_districts_add_corrected_adds_up_to_the_corrected_whole(table, districts):
    district = np.arange(len(table.place)) % districts
    found, whole = bootstrap_districts(table, district, 3), corrected_parts(table, district)
    _, place = district_parts(table, district)
    for measure in ADDITIVE:
        summed = found.corrected[measure].groupby(place).sum(min_count=1)
        np.testing.assert_allclose(summed, whole[measure, "total"].reindex(summed.index), atol=1e-9)
    told = found.corrected.notna()
    assert (found.low <= found.corrected + 1e-12)[told].fillna(True).all(axis=None)
    assert (found.corrected <= found.high + 1e-12)[told].fillna(True).all(axis=None)


def test_the_interval_of_a_district_covers_what_its_schools_probabilities_give():
    rng = np.random.default_rng(11)
    shares, sizes = rng.uniform(0.1, 0.9, 32), rng.integers(40, 120, 32)
    inside = np.arange(32) // 4
    parts, _ = district_parts(one_place(*zip(sizes * shares, sizes * (1 - shares), strict=True)), inside)
    truth = (parts[V, "between"] + parts[V, "within"]).to_numpy()
    intakes = 40
    group = rng.binomial(np.tile(sizes, intakes), np.tile(shares, intakes)).astype(float)
    students = np.tile(sizes, intakes).astype(float)
    table = Units(np.column_stack([group, students - group]), students, np.repeat(np.arange(intakes), 32), intakes)
    found = bootstrap_districts(table, np.tile(inside, intakes), 100)
    low, high = (end[V].to_numpy().reshape(intakes, 8) for end in (found.low, found.high))
    covered = ((low <= truth) & (truth <= high)).sum()
    # Of 320 intervals that each cover 90 of 100 times, fewer than 271 do less than once in a thousand such runs.
    assert covered >= 271


def test_districts_that_differ_by_chance_only_are_not_apart():
    rng = np.random.default_rng(3)
    group = rng.binomial(50, 0.4, 60)
    place, district = one_place(*zip(group, 50 - group, strict=True)), np.arange(60) // 3
    value, found = decompose(place, district).loc[0, V], corrected_parts(place, district).loc[0, V]
    assert value["between"] > 0.003
    assert found["between"] < 0.003


def test_the_interval_covers_the_parts_that_the_schools_probabilities_give():
    rng = np.random.default_rng(5)
    level = np.repeat(rng.uniform(0.2, 0.6, 12), 4)
    shares, sizes = np.clip(level + rng.uniform(-0.15, 0.15, 48), 0, 1), rng.integers(40, 120, 48)
    truth = decompose(one_place(*zip(sizes * shares, sizes * (1 - shares), strict=True)), np.arange(48) // 4).loc[0]
    intakes, district = 40, np.tile(np.arange(48) // 4, 40)
    group = rng.binomial(np.tile(sizes, intakes), np.tile(shares, intakes)).astype(float)
    students = np.tile(sizes, intakes).astype(float)
    table = Units(np.column_stack([group, students - group]), students, np.repeat(np.arange(intakes), 48), intakes)
    found = bootstrap_parts(table, district, 100)
    for part in ((V, "between"), (V, "within"), ("theil_h", "within"), ("dissimilarity", "between")):
        covered = (found.low[part] <= truth[part]) & (truth[part] <= found.high[part])
        # Of 40 intervals that each cover 90 of 100 times, fewer than 29 do about once in a thousand such runs.
        assert covered.sum() >= 29, part


def test_a_seed_gives_the_same_and_another_seed_does_not():
    place, district = one_place((5, 35), (25, 15), (35, 5), (15, 25)), np.array([0, 0, 1, 1])
    first, again, other = (bootstrap_parts(place, district, 20, seed).low for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
