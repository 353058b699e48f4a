"""Every function of every registry: against its definition in exact arithmetic, and against what each must obey."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from string import Formatter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.indices import (
    INDICES,
    MULTIGROUP,
    ORDERED,
    SCHOOL,
    Index,
    indices_of,
    measure,
)
from analysis.undefined import undefined_order, undefined_reason
from analysis.units import Units
from tests.oracle import exact
from tests.oracle.tables import HEADS, exact_places, one_place, tables, units

REGISTRIES = {"two groups": INDICES, "many groups": MULTIGROUP, "bands": ORDERED, "schools": SCHOOL}
TOLERANCE = 1e-12
# A curve fitted through nearly equal thresholds magnifies rounding, so bands are drawn tame and compared loosely.
FEW = st.integers(0, 30)


@dataclass(frozen=True)
class Case:
    registry: str
    index: Index

    @property
    def of_schools(self) -> bool:
        return self.registry == "schools"

    @property
    def tolerance(self) -> float:
        return 1e-8 if self.registry == "bands" else TOLERANCE

    def tables(self, heads: st.SearchStrategy[int] = HEADS, groups: int | None = None) -> st.SearchStrategy[Units]:
        return tables(groups, heads=FEW if self.registry == "bands" else heads)

    def values(self, table: Units) -> np.ndarray:
        """What it gives, with any stray division by zero or logarithm of nothing an error."""
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            return self.index.function(table)

    def assert_same(self, found: np.ndarray, expected: np.ndarray) -> None:
        np.testing.assert_allclose(found, expected, rtol=self.tolerance, atol=self.tolerance)


CASES = [Case(registry, index) for registry, indices in REGISTRIES.items() for index in indices.values()]
# The two-group indices that tell the groups apart.
ONE_SIDED = ("exposure", "isolation", "gap")
# Eighteen functions and eight rules: thirty tables each are thousands for every rule.
thirty = settings(max_examples=30)
every_one = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.registry}: {case.index.name}")


# --- Against the definitions


def expected(case: Case, table: Units) -> np.ndarray:
    if case.of_schools:
        found = np.full(len(table.place), np.nan)
        for code, schools in enumerate(exact_places(table)):
            found[table.place == code] = [as_float(value) for value in exact.SCHOOL[case.index.name](schools)]
        return found
    definition = (exact.INDICES if case.registry == "two groups" else exact.MULTIGROUP)[case.index.name]
    return np.array([as_float(definition(place)) for place in exact_places(table)])


def as_float(value: object) -> float:
    return np.nan if value is None else float(value)  # type: ignore[arg-type]


exact_ones = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.registry != "bands"],
    ids=lambda case: f"{case.registry}: {case.index.name}",
)


@exact_ones
@given(data=st.data())
def test_agrees_with_exact_arithmetic(case: Case, data: st.DataObject) -> None:
    table = data.draw(case.tables())
    case.assert_same(case.values(table), expected(case, table))


@exact_ones
@pytest.mark.parametrize(
    "schools",
    [
        ((10_000_000, 1), (10_000_000, 0)),
        ((10_000_000, 1), (9_999_999, 2), (3, 0)),
        ((1, 10_000_000), (0, 10_000_000), (0, 1)),
        ((5_000_000, 5_000_001), (5_000_001, 5_000_000)),
        ((1, 2), (10_000_000, 1)),
        ((1, 2, 3), (10_000_000, 1, 0), (0, 10_000_000, 1)),
    ],
)
def test_keeps_its_digits_where_a_group_is_one_in_millions_or_the_schools_are_nearly_even(
    case: Case, schools: tuple[tuple[float, ...], ...]
) -> None:
    table = one_place(*schools)
    case.assert_same(case.values(table), expected(case, table))


def test_the_registries_hold_what_the_definitions_do_in_order() -> None:
    assert [list(registry) for registry in REGISTRIES.values()] == [
        list(exact.INDICES),
        list(exact.MULTIGROUP),
        ["rank_order_h"],
        list(exact.SCHOOL),
    ]
    assert all(case.index is REGISTRIES[case.registry][case.index.name] for case in CASES)


# --- What each must obey


@every_one
@thirty
@given(data=st.data())
def test_gives_one_number_each_within_its_bounds(case: Case, data: st.DataObject) -> None:
    table = data.draw(case.tables())
    found = case.values(table)
    assert found.shape == ((len(table.place),) if case.of_schools else (table.places,))
    assert found.dtype == np.float64
    defined = found[~np.isnan(found)]
    assert (defined >= case.index.low).all()
    assert (defined <= case.index.high + TOLERANCE).all()


@every_one
@thirty
@given(data=st.data())
def test_does_not_depend_on_the_order_of_the_schools(case: Case, data: st.DataObject) -> None:
    table = data.draw(case.tables())
    order = np.array(data.draw(st.permutations(range(len(table.place)))), dtype=int)
    shuffled = replace(table, counts=table.counts[order], students=table.students[order], place=table.place[order])
    before = case.values(table)
    case.assert_same(case.values(shuffled), before[order] if case.of_schools else before)


@every_one
@thirty
@given(data=st.data())
def test_does_not_depend_on_the_order_of_the_groups_where_it_treats_them_alike(case: Case, data: st.DataObject) -> None:
    if case.index.name in ONE_SIDED:
        return
    of_any = case.registry == "many groups" or case.index.name.removeprefix("local_") in (
        "theil_h",
        "mutual_information",
        "information",
        "h",
    )
    table = data.draw(case.tables(groups=None if of_any or case.registry == "bands" else 2))
    columns = range(table.counts.shape[1])
    order = list(reversed(columns)) if case.registry == "bands" else data.draw(st.permutations(columns))
    case.assert_same(case.values(replace(table, counts=table.counts[:, order])), case.values(table))


@every_one
@thirty
@given(data=st.data())
def test_does_not_depend_on_the_places_names_or_on_the_other_places(case: Case, data: st.DataObject) -> None:
    table = data.draw(case.tables())
    together = case.values(table)
    name = np.array(data.draw(st.permutations(range(table.places))), dtype=int)
    renamed = case.values(replace(table, place=name[table.place]))
    case.assert_same(renamed if case.of_schools else renamed[name], together)
    for place in range(table.places):
        here = table.place == place
        alone = Units(table.counts[here], table.students[here], np.zeros(here.sum(), dtype=np.intp), 1)
        case.assert_same(case.values(alone), together[here] if case.of_schools else together[[place]])


@every_one
@thirty
@given(data=st.data(), factor=st.integers(2, 1_000))
def test_does_not_depend_on_the_number_of_students(case: Case, data: st.DataObject, factor: int) -> None:
    table = data.draw(case.tables(st.integers(0, 10_000)))
    larger = replace(table, counts=table.counts * factor, students=table.students * factor)
    case.assert_same(case.values(larger), case.values(table))


@every_one
@thirty
@given(data=st.data(), parts=st.integers(2, 5))
def test_merging_schools_of_the_same_mix_changes_nothing(case: Case, data: st.DataObject, parts: int) -> None:
    """Every school n times over, as one of its own size and one n − 1 times as large."""
    table = data.draw(case.tables(st.integers(0, 100_000)))
    pieces = [1, parts - 1]
    split = Units(
        np.concatenate([table.counts * piece for piece in pieces]),
        np.concatenate([table.students * piece for piece in pieces]),
        np.concatenate([table.place for _ in pieces]),
        table.places,
    )
    found, before = case.values(split), case.values(table)
    if case.index.name == "contribution":
        found = found.reshape(2, -1).sum(axis=0)
    elif case.of_schools:
        before = np.concatenate([before, before])
    case.assert_same(found, before)


@every_one
@thirty
@given(data=st.data())
def test_schools_without_students_change_nothing(case: Case, data: st.DataObject) -> None:
    table = data.draw(case.tables())
    padded = Units(
        np.concatenate([table.counts, np.zeros((table.places, table.counts.shape[1]))]),
        np.concatenate([table.students, np.zeros(table.places)]),
        np.concatenate([table.place, np.arange(table.places)]),
        table.places,
    )
    found = case.values(padded)
    case.assert_same(found[: len(table.place)] if case.of_schools else found, case.values(table))
    if case.of_schools:
        # A school without students has no mix; it contributes nothing to a D that is there.
        assert not np.nan_to_num(found[len(table.place) :]).any()


@every_one
def test_one_school_is_as_mixed_as_its_place(case: Case) -> None:
    by_itself = {"exposure": 2 / 5, "isolation": 3 / 5, "contribution": np.nan}
    found = case.values(one_place((3, 2)))
    case.assert_same(found, np.array([by_itself.get(case.index.name, 0)]))


@every_one
def test_one_group_alone(case: Case) -> None:
    """Its students meet each other only; nothing else can be said, but that a mix known for certain tells nothing."""
    schools = ((7, 0, 0), (3, 0, 0)) if case.registry in ("many groups", "bands") else ((7, 0), (3, 0))
    alone = {"exposure": 0, "isolation": 1, "mutual_information": 0, "gap": 0, "local_information": 0}
    found = case.values(one_place(*schools))
    assert set(map(str, found)) == {str(np.float64(alone.get(case.index.name, np.nan)))}


@every_one
@pytest.mark.parametrize("schools", [0, 2], ids=["no school", "schools without students"])
def test_nobody_at_all_is_undefined_everywhere(case: Case, schools: int) -> None:
    found = case.values(units([(0, 0)] * schools, [0] * schools, [0] * schools, 3, 2))
    assert found.shape == ((schools,) if case.of_schools else (3,))
    assert np.isnan(found).all()


@every_one
def test_leaves_its_input_alone(case: Case) -> None:
    counts, students, place = np.array([[9.0, 1], [0, 0], [2, 8]]), np.array([12.0, 0, 10]), np.array([1, 1, 1])
    kept = counts.copy(), students.copy(), place.copy()
    case.values(Units(counts, students, place, 2))
    for array, copy in zip((counts, students, place), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@every_one
def test_is_documented(case: Case) -> None:
    index = case.index
    for field in ("label", "symbol", "formula", "meaning", "reading", "undefined", "citation"):
        assert getattr(index, field).strip(), f"{index.name} has no {field}"
    assert any(character.isdigit() for character in index.citation), "a citation names its year"
    assert index.low < index.high
    named = {field for _, field, _, _ in Formatter().parse(index.reading) if field}
    of_two = index.name in ("dissimilarity", "exposure", "isolation", "variance_ratio", "gap")
    assert len(named & {"value", "points"}) == 1
    assert (of_two and case.registry != "many groups") or not named & {"group", "other"}


# --- Undefined is NaN with a reason, and nothing else is


@given(table=tables(heads=st.integers(0, 2)))
def test_a_value_is_missing_exactly_where_there_is_a_reason(table: Units) -> None:
    values, reasons = measure(table), undefined_reason(table)
    assert list(values) == list(reasons) == list(INDICES)
    for name, words in reasons.items():
        assert words.shape == (table.places,)
        np.testing.assert_array_equal(values[name].isna(), words != "")


@given(table=tables(heads=st.integers(0, 2)))
def test_an_index_of_bands_is_missing_exactly_where_there_is_a_reason(table: Units) -> None:
    for name, index in ORDERED.items():
        assert measure(table, [name])[name].equals(pd.Series(index.function(table), name=name))
        np.testing.assert_array_equal(np.isnan(index.function(table)), undefined_order(table) != "")


@pytest.mark.parametrize(("registry", "schools"), [(INDICES, ((1, 2), (3, 4))), (MULTIGROUP, ((1, 2, 0), (3, 4, 5)))])
def test_the_number_of_groups_chooses_the_registry(
    registry: dict[str, Index], schools: tuple[tuple[float, ...], ...]
) -> None:
    table = one_place(*schools)
    assert indices_of(table) is registry
    found = measure(table).loc[0]
    assert found.notna().sum() == len(registry)
    for name, index in registry.items():
        assert found[name] == index.function(table)[0]


def test_what_compares_two_groups_is_absent_among_more_with_the_reason() -> None:
    reasons = undefined_reason(one_place((1, 2, 3), (3, 2, 1)))
    absent = {name: words[0] for name, words in reasons.items() if words[0]}
    assert absent == dict.fromkeys(("exposure", "isolation", "atkinson"), "compares two groups only")


# --- Families


@pytest.mark.parametrize("name", MULTIGROUP)
@given(table=tables(groups=2))
def test_of_two_groups_the_multigroup_index_is_the_two_group_one(name: str, table: Units) -> None:
    two, many = (registry[name].function(table) for registry in (INDICES, MULTIGROUP))
    np.testing.assert_allclose(many, two, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("name", INDICES)
@given(table=tables(groups=3))
def test_a_third_group_matters_only_where_the_function_is_for_any_number(name: str, table: Units) -> None:
    function = INDICES[name].function
    if name in MULTIGROUP and MULTIGROUP[name].function is function:
        np.testing.assert_allclose(function(table), expected(Case("many groups", MULTIGROUP[name]), table), atol=1e-12)
    else:
        np.testing.assert_array_equal(function(table), function(replace(table, counts=table.counts[:, :2])))


@pytest.mark.parametrize(("local", "whole"), [("local_information", "mutual_information"), ("local_h", "theil_h")])
@given(table=tables())
def test_the_schools_local_values_weighted_with_their_students_add_up(local: str, whole: str, table: Units) -> None:
    weight = np.nan_to_num(table.counted / np.maximum(table.counted_total[table.place], 1))
    added = table.over_places(weight * np.nan_to_num(SCHOOL[local].function(table)))
    found = INDICES[whole].function(table)
    np.testing.assert_allclose(added[~np.isnan(found)], found[~np.isnan(found)], rtol=TOLERANCE, atol=TOLERANCE)


def by_hand(value: Callable[[Units], np.ndarray], *schools: tuple[float, ...]) -> float:
    (found,) = value(one_place(*schools))
    return float(found)


@pytest.mark.parametrize("name", ["dissimilarity", "variance_ratio", "theil_h", "gini"])
def test_many_groups_wholly_apart_or_wholly_even(name: str) -> None:
    function = MULTIGROUP[name].function
    assert by_hand(function, (9, 0, 0), (0, 4, 0), (0, 0, 1)) == pytest.approx(1, abs=TOLERANCE)
    assert by_hand(function, (9, 3, 6), (3, 1, 2)) == pytest.approx(0, abs=TOLERANCE)
