"""Between and within districts: the parts add up exactly, and are those the definitions give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.decompose import decompose
from analysis.indices import INDICES
from analysis.units import Units
from tests.oracle import exact, exact_parts
from tests.oracle.tables import districts_of, tables, units

TOLERANCE = 1e-12
ADDITIVE = list(exact_parts.PARTS)
DISTRICTS = 4

additive = pytest.mark.parametrize("measure", ADDITIVE)


@st.composite
def districted(draw: st.DrawFn) -> tuple[Units, np.ndarray]:
    """Schools in places, and the district of each: up to four in a place, their codes not all used."""
    table = draw(tables(groups=2))
    schools = len(table.place)
    inside = draw(st.lists(st.integers(0, DISTRICTS - 1), min_size=schools, max_size=schools))
    return table, table.place * DISTRICTS + np.array(inside, dtype=np.intp)


def parts(table: Units, district: np.ndarray) -> pd.DataFrame:
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        return decompose(table, district)


def assert_close(found: object, expected: object) -> None:
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_a_row_a_place_and_three_columns_a_measure() -> None:
    found = parts(units([(9, 1), (1, 9)], [0, 0], [2, 2], 4, 2), np.array([7, 8]))
    assert found.index.tolist() == [0, 1, 2, 3]
    columns = {(measure, part) for measure in ADDITIVE for part in ("total", "between", "within")}
    assert set(found.columns) == columns | {("dissimilarity", p) for p in ("total", "between", "added_within")}


@additive
@given(state=districted())
def test_between_and_within_are_those_of_the_definitions(measure: str, state: tuple[Units, np.ndarray]) -> None:
    table, district = state
    expected = [exact_parts.PARTS[measure](districts) for districts in districts_of(table, district)]
    undefined = (np.nan, np.nan, np.nan)
    assert_close(
        parts(table, district)[measure][["total", "between", "within"]],
        np.array([undefined if place is None else tuple(map(float, place)) for place in expected]),
    )


@additive
@given(state=districted())
def test_between_and_within_add_up(measure: str, state: tuple[Units, np.ndarray]) -> None:
    found = parts(*state)[measure]
    assert_close(found["between"] + found["within"], found["total"])


@given(state=districted())
def test_totals_are_the_indices_themselves(state: tuple[Units, np.ndarray]) -> None:
    table, district = state
    found = parts(table, district)
    for name in ("variance_ratio", "theil_h", "mutual_information", "dissimilarity"):
        assert_close(found[name, "total"], INDICES[name].function(table))


@given(state=districted())
def test_dissimilarity_between_is_that_of_the_districts_as_units(state: tuple[Units, np.ndarray]) -> None:
    table, district = state
    found = parts(table, district)["dissimilarity"]
    for row, districts in zip(found.itertuples(), districts_of(table, district), strict=True):
        expected = exact.dissimilarity([exact.merged(schools) for schools in districts])
        if expected is None:
            assert np.isnan([row.total, row.between, row.added_within]).all()
        else:
            assert_close(row.between, float(expected))
            assert_close(row.added_within, row.total - row.between)


@given(state=districted())
def test_sorting_inside_districts_adds_to_dissimilarity_no_more_than_it_can(state: tuple[Units, np.ndarray]) -> None:
    table, district = state
    added = parts(table, district)["dissimilarity", "added_within"]
    for found, districts in zip(added, districts_of(table, district), strict=True):
        if not np.isnan(found):
            assert -TOLERANCE <= found <= float(exact_parts.most_added_within(districts)) + TOLERANCE


@given(state=districted())
def test_no_part_of_an_evenness_measure_is_negative(state: tuple[Units, np.ndarray]) -> None:
    found = parts(*state)[["variance_ratio", "theil_h", "mutual_information"]].to_numpy()
    assert (found[~np.isnan(found)] >= -TOLERANCE).all()


@given(table=tables(groups=2))
def test_one_district_a_place_leaves_nothing_between(table: Units) -> None:
    found = parts(table, table.place)
    for measure in (*ADDITIVE, "dissimilarity"):
        between = found[measure, "between"]
        assert_close(between, np.where(found[measure, "total"].isna(), np.nan, 0))


@given(table=tables(groups=2))
def test_a_district_for_every_school_leaves_nothing_within(table: Units) -> None:
    found = parts(table, np.arange(len(table.place)))
    for measure in ADDITIVE:
        assert_close(found[measure, "within"], np.where(found[measure, "total"].isna(), np.nan, 0))
    assert_close(found["dissimilarity", "added_within"], np.where(found["dissimilarity", "total"].isna(), np.nan, 0))


@given(state=districted(), data=st.data())
def test_neither_the_districts_codes_nor_the_schools_order_matter(
    state: tuple[Units, np.ndarray], data: st.DataObject
) -> None:
    table, district = state
    order = np.array(data.draw(st.permutations(range(len(district)))), dtype=int)
    code = np.array(data.draw(st.permutations(range(table.places * DISTRICTS))), dtype=int)
    shuffled = replace(table, counts=table.counts[order], students=table.students[order], place=table.place[order])
    assert_close(parts(shuffled, code[district][order]), parts(table, district))


@given(state=districted())
def test_undefined_stays_missing_in_every_part(state: tuple[Units, np.ndarray]) -> None:
    found = parts(*state)
    for measure in found.columns.get_level_values(0).unique():
        missing = found[measure].isna()
        assert (missing.any(axis=1) == missing.all(axis=1)).all()


def test_no_schools_at_all() -> None:
    found = parts(units([], [], [], 2, 2), np.array([], dtype=np.intp))
    assert len(found) == 2
    assert found.isna().all(axis=None)


def test_two_districts_by_hand() -> None:
    """District 0 has a school of each group, district 1 the place's own mix in both: all is within."""
    found = parts(units([(20, 0), (0, 20), (5, 5), (15, 15)], [0] * 4, [0] * 4, 1, 2), np.array([0, 0, 1, 1])).loc[0]
    assert_close(found["variance_ratio"][["total", "between", "within"]].tolist(), [0.5, 0, 0.5])
    assert_close(found["exposure_shortfall"][["total", "between", "within"]].tolist(), [0.25, 0, 0.25])
    assert_close(found["dissimilarity"][["total", "between", "added_within"]].tolist(), [0.5, 0, 0.5])


def test_leaves_its_input_alone() -> None:
    table = units([(20, 0), (0, 20), (5, 5)], [0, 1, 2], [0, 0, 1], 2, 2)
    district = np.array([3, 3, 4])
    parts(table, district)
    assert district.tolist() == [3, 3, 4]
    assert table.counts.tolist() == [[20, 0], [0, 20], [5, 5]]
