"""The indices against their definitions in exact arithmetic, and against what any such index must obey."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis import indices
from analysis.indices import INDICES, Index, measure
from analysis.two_groups import atkinson
from analysis.units import Units
from tests.oracle import exact
from tests.oracle.tables import exact_places, one_place, tables, units

TOLERANCE = 1e-12


def named(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("index", [INDICES[name] for name in names], ids=lambda index: index.name)


every_index = named(*INDICES)
evenness = named("dissimilarity", "variance_ratio", "theil_h", "mutual_information", "gini", "atkinson")
zero_to_one = named("dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson")


def values(index: Index, table: Units) -> np.ndarray:
    """The index of every place, with any stray division by zero or logarithm of nothing an error."""
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        return index.function(table)


def only_value(index: Index, table: Units) -> float:
    (value,) = values(index, table)
    return float(value)


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


# --- Against the definitions


@given(table=tables(groups=2), b=st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_atkinson_heeds_its_shape(table: Units, b: float) -> None:
    expected = [exact.atkinson(place, b) for place in exact_places(table)]
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert_same(atkinson(table, b), np.array([np.nan if v is None else float(v) for v in expected]))


@given(table=tables(groups=2), b=st.floats(0.01, 0.99))
def test_an_atkinson_by_name_has_the_shape_that_its_name_says(table: Units, b: float) -> None:
    index = indices.atkinson(b)
    assert str(b) in index.label
    assert index.name == ("atkinson" if b == 0.5 else f"atkinson_{b}")
    with np.errstate(all="ignore"):  # more than a million million students at a shape near 0
        np.testing.assert_array_equal(measure(table, [index.name])[index.name], atkinson(table, b))


def test_an_atkinson_by_name_compares_two_groups() -> None:
    assert measure(one_place((1, 2, 3), (3, 2, 1)), [indices.atkinson(0.25).name]).isna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dissimilarity", 0.8),
        ("exposure", 0.18),
        ("isolation", 0.82),
        ("variance_ratio", 0.64),
        ("gini", 0.8),
        ("atkinson", 0.64),  # 1 − (2 √(.9 · .1))²
        ("mutual_information", 0.9 * log(1.8) + 0.1 * log(0.2)),
        ("theil_h", (0.9 * log(1.8) + 0.1 * log(0.2)) / log(2)),
    ],
)
def test_two_mirrored_schools_by_hand(name: str, value: float) -> None:
    assert only_value(INDICES[name], one_place((90, 10), (10, 90))) == pytest.approx(value, abs=TOLERANCE)


def test_students_in_neither_group_dilute_contact_but_not_evenness() -> None:
    """Eighty more students of a third kind in the first of two mirrored schools."""
    table = units([(90, 10), (10, 90)], [80, 0], [0, 0], 1, 2)
    assert only_value(INDICES["exposure"], table) == pytest.approx(0.9 * 10 / 180 + 0.1 * 0.9, abs=TOLERANCE)
    assert only_value(INDICES["isolation"], table) == pytest.approx(0.9 * 90 / 180 + 0.1 * 0.1, abs=TOLERANCE)
    assert only_value(INDICES["dissimilarity"], table) == pytest.approx(0.8, abs=TOLERANCE)
    assert only_value(INDICES["variance_ratio"], table) == pytest.approx(0.64, abs=TOLERANCE)


# --- Undefined is NaN with a reason, and nothing else is


@pytest.mark.parametrize(
    ("school", "defined"),
    [
        ((0, 7), {"mutual_information"}),
        ((7, 0), {"exposure", "isolation", "mutual_information"}),
        ((0, 0), set()),
        ((7, 7), set(INDICES)),
    ],
)
def test_which_indices_a_single_school_defines(school: tuple[float, float], defined: set[str]) -> None:
    table = one_place(school)
    assert {name for name, index in INDICES.items() if not np.isnan(only_value(index, table))} == defined


def test_h_of_three_groups_needs_only_two_of_them_present() -> None:
    assert only_value(INDICES["theil_h"], one_place((4, 0, 0), (0, 0, 4))) == pytest.approx(1, abs=TOLERANCE)


# --- What every index must obey


@given(table=tables())
def test_information_never_exceeds_the_entropy_of_the_groups(table: Units) -> None:
    for place, found in zip(exact_places(table), values(INDICES["mutual_information"], table), strict=True):
        assert np.isnan(found) or found <= float(exact.entropy(place)) + TOLERANCE


SIZES = st.lists(st.integers(1, 10_000), min_size=1, max_size=8)


@evenness
@given(mix=st.tuples(st.integers(1, 999), st.integers(1, 999)), sizes=SIZES)
def test_is_zero_where_every_school_has_the_same_mix(index: Index, mix: tuple[int, int], sizes: list[int]) -> None:
    even = one_place(*((size * mix[0], size * mix[1]) for size in sizes))
    assert only_value(index, even) == pytest.approx(0, abs=TOLERANCE)


@given(mix=st.tuples(st.integers(1, 999), st.integers(1, 999), st.integers(0, 999)), sizes=SIZES)
def test_contact_in_even_schools_is_the_places_own_share(mix: tuple[int, int, int], sizes: list[int]) -> None:
    even = units([(s * mix[0], s * mix[1]) for s in sizes], [s * mix[2] for s in sizes], [0] * len(sizes), 1, 2)
    assert only_value(INDICES["exposure"], even) == pytest.approx(mix[1] / sum(mix), abs=TOLERANCE)
    assert only_value(INDICES["isolation"], even) == pytest.approx(mix[0] / sum(mix), abs=TOLERANCE)


@zero_to_one
@given(ours=SIZES, theirs=SIZES)
def test_is_one_where_no_school_mixes_the_groups(index: Index, ours: list[int], theirs: list[int]) -> None:
    separate = one_place(*((n, 0) for n in ours), *((0, n) for n in theirs))
    assert only_value(index, separate) == pytest.approx(1, abs=TOLERANCE)


@given(ours=SIZES, theirs=SIZES)
def test_contact_and_information_where_no_school_mixes_the_groups(ours: list[int], theirs: list[int]) -> None:
    separate = one_place(*((n, 0) for n in ours), *((0, n) for n in theirs))
    share = sum(ours) / (sum(ours) + sum(theirs))
    entropy = -share * log(share) - (1 - share) * log(1 - share)
    assert only_value(INDICES["exposure"], separate) == 0
    assert only_value(INDICES["isolation"], separate) == pytest.approx(1, abs=TOLERANCE)
    assert only_value(INDICES["mutual_information"], separate) == pytest.approx(entropy, abs=TOLERANCE)


@given(table=tables(groups=2))
def test_the_three_faces_of_the_variance_ratio_agree(table: Units) -> None:
    """(aPa − P)/(1 − P) = aPa − bPa, where every student is of one of the two groups (Bell 1954)."""
    table = replace(table, students=table.counts.sum(axis=1))
    swapped = replace(table, counts=table.counts[:, ::-1])
    difference = values(INDICES["isolation"], table) - values(INDICES["exposure"], swapped)
    assert_same(values(INDICES["variance_ratio"], table), difference)


@given(table=tables(groups=2))
def test_exposure_and_isolation_share_the_school_when_all_are_counted(table: Units) -> None:
    table = replace(table, students=table.counts.sum(axis=1))
    both = values(INDICES["exposure"], table) + values(INDICES["isolation"], table)
    np.testing.assert_allclose(both[~np.isnan(both)], 1, rtol=TOLERANCE)


# --- Transfers: an exchange that brings two schools nearer each other


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[Units, Units, bool]:
    """A place before and after two schools swap students of the two groups, neither passing the other's old mix.

    The third value says whether the swap moved anyone.
    """
    count = st.integers(0, 60)
    schools = draw(st.lists(st.tuples(count, count), min_size=2, max_size=6))
    (a_high, b_high), (a_low, b_low) = schools[:2]
    t_high, t_low = a_high + b_high, a_low + b_low
    assume(a_high * t_low > a_low * t_high)
    # p_high − k/t_high ≥ p_low and p_low + k/t_low ≤ p_high
    gap = a_high * t_low - a_low * t_high
    most = min(gap // t_low, gap // t_high, a_high, b_low)
    moved = draw(st.integers(0, most))
    after = [(a_high - moved, b_high + moved), (a_low + moved, b_low - moved), *schools[2:]]
    return one_place(*schools), one_place(*after), 0 < moved * max(t_high, t_low) < gap


@evenness
@given(pair=exchanges())
def test_an_exchange_towards_the_same_mix_never_adds(index: Index, pair: tuple[Units, Units, bool]) -> None:
    before, after, _ = pair
    assert only_value(index, after) <= only_value(index, before) + TOLERANCE


@named("variance_ratio", "theil_h", "mutual_information", "gini", "atkinson")
@given(pair=exchanges())
def test_an_exchange_towards_the_same_mix_lowers(index: Index, pair: tuple[Units, Units, bool]) -> None:
    """Dissimilarity alone may stay where it was: it is blind to exchanges on one side of the place's mix."""
    before, after, moved = pair
    assume(moved)
    assert only_value(index, after) < only_value(index, before)


def test_dissimilarity_is_blind_to_an_exchange_on_one_side_of_the_mix() -> None:
    before, after = one_place((90, 10), (70, 30), (10, 290)), one_place((80, 20), (80, 20), (10, 290))
    assert only_value(INDICES["dissimilarity"], after) == pytest.approx(
        only_value(INDICES["dissimilarity"], before), abs=TOLERANCE
    )


# --- The functions as neighbours
