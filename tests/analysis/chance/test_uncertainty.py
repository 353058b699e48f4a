"""Indices corrected for chance, and their intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chance.replicates import stream
from analysis.chance.uncertainty import bootstrap, corrected, shrunk
from analysis.indices import INDICES, Units, measure
from tests.oracle.tables import one_place, tables

EVENNESS = ["dissimilarity", "variance_ratio", "theil_h", "mutual_information", "gini", "atkinson"]
HEADS = st.integers(0, 300)


@given(table=tables(groups=2))
def test_corrected_v_is_the_adjusted_share_of_variance(table):
    value, found = measure(table)["variance_ratio"], corrected(table)["variance_ratio"]
    students, schools = table.totals.sum(axis=1), table.over_places((table.counted > 0).astype(float))
    for place in np.flatnonzero(value.notna()):
        free = students[place] - schools[place]
        adjusted = 1 - (1 - value[place]) * (students[place] - 1) / free if free else 0.0
        assert found[place] == pytest.approx(max(adjusted, 0), abs=1e-9)


@given(table=tables())
def test_drawing_shares_together_keeps_schools_and_places(table):
    found = shrunk(table)
    np.testing.assert_allclose(found.counted, table.counted, rtol=1e-12)
    assert (found.counts >= 0).all()
    # A school whose share would fall below none gives others theirs.
    for place in range(table.places):
        here = table.place == place
        if (found.counts[here] > 0).all():
            np.testing.assert_allclose(found.totals[place], table.totals[place], rtol=1e-6, atol=1e-6)


@given(table=tables(heads=HEADS))
def test_v_of_any_number_of_groups_is_corrected_by_its_degrees_of_freedom(table):
    moved = shrunk(table)
    value = measure(table)["variance_ratio"]
    for place in np.flatnonzero(value.notna()):
        here = table.place == place
        if (moved.counts[here] > 0).all():
            students, schools = table.counted[here].sum(), (table.counted[here] > 0).sum()
            free = students - schools
            adjusted = 1 - (1 - value[place]) * (students - 1) / free if free else 0.0
            assert measure(moved).loc[place, "variance_ratio"] == pytest.approx(max(adjusted, 0), abs=1e-9)


@given(table=tables(groups=2, heads=HEADS))
def test_correction_only_ever_lowers_segregation(table):
    value, found = measure(table), corrected(table)
    pd.testing.assert_frame_equal(found.isna(), value.isna())
    for name in EVENNESS:
        assert (found[name] <= value[name] + 1e-12).where(value[name].notna(), True).all()


def test_no_segregation_is_left_where_schools_differ_less_than_by_chance():
    assert corrected(one_place((11, 9), (10, 10), (9, 11)))[EVENNESS].loc[0].to_numpy() == pytest.approx(0, abs=1e-12)


def test_complete_segregation_stays_complete_and_sure():
    place = one_place((40, 0), (0, 30), (20, 0))
    for found in (corrected(place), *(getattr(bootstrap(place, replicates=20), end) for end in ("low", "high"))):
        for name in ("dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson"):
            assert found.loc[0, name] == pytest.approx(1, abs=1e-12)


@settings(max_examples=50)
@given(table=tables(heads=HEADS))
def test_intervals_lie_within_the_bounds_of_their_index(table):
    defined = measure(table).notna()
    found = bootstrap(table, replicates=5, seed=1)
    for name, index in INDICES.items():
        low, high = found.low[name], found.high[name]
        assert (low.isna() == high.isna()).all()
        assert not low[~defined[name]].notna().any()
        assert (low.dropna() >= index.low).all()
        assert (high.dropna() <= index.high).all()
        assert (low.dropna() <= high.dropna()).all()


INTAKES, SIZE = 60, 60


def intakes(shares: np.ndarray) -> tuple[Units, float]:
    """Sixty intakes of schools whose probabilities are known, each a place, and the D of those probabilities."""
    group = np.random.default_rng(5).binomial(SIZE, np.tile(shares, INTAKES)).astype(float)
    place = np.repeat(np.arange(INTAKES), len(shares))
    table = Units(np.column_stack([group, SIZE - group]), np.full(len(group), float(SIZE)), place, INTAKES)
    truth = measure(one_place(*[(SIZE * p, SIZE * (1 - p)) for p in shares]))
    return table, float(truth.loc[0, "dissimilarity"])


@pytest.mark.parametrize(
    "shares",
    [np.full(30, 0.1), np.linspace(0.2, 0.8, 30), np.tile([0.05, 0.15, 0.4], 10)],
    ids=["even", "wide", "steps"],
)
def test_the_interval_covers_what_the_schools_probabilities_give(shares):
    table, truth = intakes(shares)
    found = bootstrap(table, ["dissimilarity"], 100, 0)
    covered = (found.low["dissimilarity"] <= truth + 1e-12) & (truth <= found.high["dissimilarity"])
    # Of 60 intervals that each cover 90 of 100 times, fewer than 46 do about once in a thousand such runs.
    assert covered.sum() >= 46


def test_intervals_of_many_groups_cover_where_rare_groups_differ_by_chance_only():
    """Three common groups far apart, four rare ones spread evenly, whose noise no interval may take for difference."""
    rng, schools, size, intakes = np.random.default_rng(1), 200, 400, 30
    rare = np.tile([0.01, 0.01, 0.005, 0.005], (schools, 1))
    shares = np.hstack([rng.dirichlet([1.5, 1, 2], schools) * 0.97, rare])
    counts = np.concatenate([rng.multinomial(size, shares) for _ in range(intakes)]).astype(float)
    table = Units(counts, counts.sum(axis=1), np.repeat(np.arange(intakes), schools), intakes)
    truth = measure(one_place(*(size * shares))).loc[0]
    names = ["dissimilarity", "variance_ratio", "theil_h", "mutual_information", "gini"]
    found, now = bootstrap(table, names, 100, 0), corrected(table, names)
    for name in names:
        low, high = found.low[name], found.high[name]
        assert ((low <= now[name]) & (now[name] <= high)).all(), name
        # Of 30 intervals that each cover 85 of 100 times, fewer than 19 do about once in a thousand such runs.
        assert ((low <= truth[name]) & (truth[name] <= high)).sum() >= 19, name


@pytest.mark.parametrize("shares", [np.full(30, 0.1), np.linspace(0.45, 0.55, 30)], ids=["even", "narrow"])
def test_where_chance_is_much_of_it_the_corrected_value_comes_far_closer(shares):
    table, truth = intakes(shares)
    off = abs(corrected(table)["dissimilarity"].mean() - truth)
    assert off < abs(measure(table)["dissimilarity"].mean() - truth) / 2


def test_more_replicates_extend_the_same_sequence():
    place = one_place((30, 20), (10, 40), (25, 25))
    means = {count: bootstrap(place, ["dissimilarity"], count, 4).mean.loc[0, "dissimilarity"] for count in (1, 2, 3)}
    alone = bootstrap(place, ["dissimilarity"], 1, 5).mean.loc[0, "dissimilarity"]
    second, third = 2 * means[2] - means[1], 3 * means[3] - 2 * means[2]
    assert len({round(each, 12) for each in (means[1], second, third, alone)}) == 4
    assert stream(4, 1).random() == stream(4, 1).random()


def test_how_many_schools_are_drawn_at_once_changes_nothing(monkeypatch):
    place = one_place((30, 20), (10, 40), (25, 25))
    whole = bootstrap(place, replicates=7)
    monkeypatch.setattr("analysis.chance.replicates._ROWS", 3)
    pd.testing.assert_frame_equal(whole.low, bootstrap(place, replicates=7).low)


def test_an_index_without_schools_or_names_is_an_empty_table():
    assert bootstrap(Units(np.empty((0, 2)), np.empty(0), np.empty(0, dtype=np.intp), 0)).low.shape == (0, len(INDICES))
