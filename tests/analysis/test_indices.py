"""The indices against their definitions in exact arithmetic, and against what any such index must obey."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.indices import INDICES, Index, Units, atkinson, undefined_reason
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


def test_the_registry_holds_the_eight_indices_in_order() -> None:
    assert list(INDICES) == list(exact.INDICES)
    assert [index.name for index in INDICES.values()] == list(INDICES)


@every_index
@given(table=tables())
def test_agrees_with_exact_arithmetic(index: Index, table: Units) -> None:
    expected = [exact.INDICES[index.name](place) for place in exact_places(table)]
    assert_same(values(index, table), np.array([np.nan if v is None else float(v) for v in expected]))


@every_index
@pytest.mark.parametrize(
    "schools",
    [
        ((10_000_000, 1), (10_000_000, 0)),
        ((10_000_000, 1), (9_999_999, 2), (3, 0)),
        ((1, 10_000_000), (0, 10_000_000), (0, 1)),
        ((5_000_000, 5_000_001), (5_000_001, 5_000_000)),
        ((1, 2), (10_000_000, 1)),
    ],
)
def test_keeps_its_digits_where_a_group_is_one_in_millions_or_the_schools_are_nearly_even(
    index: Index, schools: tuple[tuple[float, ...], ...]
) -> None:
    table = one_place(*schools)
    expected = exact.INDICES[index.name](exact_places(table)[0])
    assert expected is not None
    assert only_value(index, table) == pytest.approx(float(expected), rel=TOLERANCE, abs=TOLERANCE)


@given(table=tables(groups=2), b=st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_atkinson_heeds_its_shape(table: Units, b: float) -> None:
    expected = [exact.atkinson(place, b) for place in exact_places(table)]
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert_same(atkinson(table, b), np.array([np.nan if v is None else float(v) for v in expected]))


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


@given(table=tables(groups=3))
def test_a_third_group_matters_to_the_multigroup_indices_alone(table: Units) -> None:
    pair = replace(table, counts=table.counts[:, :2])
    for index in INDICES.values():
        expected = exact.INDICES[index.name]
        if index.multigroup:
            reference = [expected(place) for place in exact_places(table)]
            assert_same(values(index, table), np.array([np.nan if v is None else float(v) for v in reference]))
        else:
            np.testing.assert_array_equal(values(index, table), values(index, pair))


# --- Undefined is NaN with a reason, and nothing else is


@every_index
@given(table=tables(heads=st.integers(0, 2)))
def test_is_nan_with_a_reason_exactly_where_undefined(index: Index, table: Units) -> None:
    undefined = np.array([exact.INDICES[index.name](place) is None for place in exact_places(table)])
    reasons = undefined_reason(table)[index.name]
    np.testing.assert_array_equal(np.isnan(values(index, table)), undefined)
    assert reasons.shape == (table.places,)
    np.testing.assert_array_equal(reasons != "", undefined)


def test_a_reason_is_given_for_every_index() -> None:
    assert list(undefined_reason(one_place((1, 2)))) == list(INDICES)


@every_index
def test_no_schools_at_all_leaves_every_place_undefined(index: Index) -> None:
    table = units([], [], [], 3, 2)
    assert np.isnan(values(index, table)).tolist() == [True] * 3
    assert (undefined_reason(table)[index.name] != "").all()


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


def test_a_group_alone_is_wholly_isolated_and_tells_nothing() -> None:
    table = one_place((7, 0), (3, 0))
    found = {name: only_value(INDICES[name], table) for name in ("exposure", "isolation", "mutual_information")}
    assert found == {"exposure": 0, "isolation": 1, "mutual_information": 0}


def test_h_of_three_groups_needs_only_two_of_them_present() -> None:
    assert only_value(INDICES["theil_h"], one_place((4, 0, 0), (0, 0, 4))) == pytest.approx(1, abs=TOLERANCE)


# --- What every index must obey


@every_index
@given(table=tables())
def test_stays_within_its_bounds(index: Index, table: Units) -> None:
    found = values(index, table)
    defined = found[~np.isnan(found)]
    assert (defined >= index.low).all()
    assert (defined <= index.high + TOLERANCE).all()


@given(table=tables())
def test_information_never_exceeds_the_entropy_of_the_groups(table: Units) -> None:
    for place, found in zip(exact_places(table), values(INDICES["mutual_information"], table), strict=True):
        assert np.isnan(found) or found <= float(exact.entropy(place)) + TOLERANCE


@every_index
@given(table=tables(heads=st.integers(0, 10_000)), factor=st.integers(2, 1_000))
def test_does_not_depend_on_the_number_of_students(index: Index, table: Units, factor: int) -> None:
    larger = replace(table, counts=table.counts * factor, students=table.students * factor)
    assert_same(values(index, larger), values(index, table))


@every_index
@given(table=tables(), data=st.data())
def test_does_not_depend_on_the_order_of_the_schools(index: Index, table: Units, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(table.place)))), dtype=int)
    shuffled = replace(table, counts=table.counts[order], students=table.students[order], place=table.place[order])
    assert_same(values(index, shuffled), values(index, table))


@every_index
@given(table=tables(), data=st.data())
def test_does_not_depend_on_the_places_names(index: Index, table: Units, data: st.DataObject) -> None:
    name = np.array(data.draw(st.permutations(range(table.places))), dtype=int)
    assert_same(values(index, replace(table, place=name[table.place]))[name], values(index, table))


@every_index
@given(table=tables())
def test_a_place_is_the_same_alone_as_among_others(index: Index, table: Units) -> None:
    together = values(index, table)
    for place in range(table.places):
        here = table.place == place
        alone = Units(table.counts[here], table.students[here], np.zeros(here.sum(), dtype=np.intp), 1)
        assert_same(values(index, alone), together[[place]])


@every_index
@given(table=tables(heads=st.integers(0, 1_000_000)), parts=st.integers(2, 5))
def test_splitting_schools_into_like_parts_changes_nothing(index: Index, table: Units, parts: int) -> None:
    """Every school n times over, as one of its own size and one n − 1 times as large."""
    pieces = [1, parts - 1]
    split = Units(
        np.concatenate([table.counts * piece for piece in pieces]),
        np.concatenate([table.students * piece for piece in pieces]),
        np.concatenate([table.place for _ in pieces]),
        table.places,
    )
    assert_same(values(index, split), values(index, table))


@every_index
@given(table=tables())
def test_schools_without_students_change_nothing(index: Index, table: Units) -> None:
    padded = Units(
        np.concatenate([table.counts, np.zeros((table.places, table.counts.shape[1]))]),
        np.concatenate([table.students, np.zeros(table.places)]),
        np.concatenate([table.place, np.arange(table.places)]),
        table.places,
    )
    assert_same(values(index, padded), values(index, table))


@evenness
@given(table=tables(groups=2))
def test_the_two_groups_may_change_places(index: Index, table: Units) -> None:
    assert_same(values(index, replace(table, counts=table.counts[:, ::-1])), values(index, table))


@named("theil_h", "mutual_information")
@given(table=tables(), data=st.data())
def test_the_multigroup_indices_do_not_depend_on_the_order_of_groups(
    index: Index, table: Units, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(table.counts.shape[1])))
    assert_same(values(index, replace(table, counts=table.counts[:, order])), values(index, table))


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


@every_index
def test_leaves_its_input_alone(index: Index) -> None:
    counts, students, place = np.array([[9.0, 1], [0, 0], [2, 8]]), np.array([12.0, 0, 10]), np.array([1, 1, 1])
    kept = counts.copy(), students.copy(), place.copy()
    values(index, Units(counts, students, place, 2))
    for array, copy in zip((counts, students, place), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@every_index
@given(table=tables())
def test_gives_one_number_per_place(index: Index, table: Units) -> None:
    found = values(index, table)
    assert found.shape == (table.places,)
    assert found.dtype == np.float64


@every_index
def test_is_documented(index: Index) -> None:
    for field in ("label", "meaning", "reading", "undefined", "citation"):
        assert getattr(index, field).strip(), f"{index.name} has no {field}"
    assert any(character.isdigit() for character in index.citation), "a citation names its year"
    assert index.low < index.high
