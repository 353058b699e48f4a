"""Segregation level by level: exact differences of the index over each level's cells, which add up."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.decompose import ADDITIVE, by_level, decompose, nested, parts
from analysis.indices import MULTIGROUP
from analysis.units import Codes, Units
from tests.oracle import exact_parts
from tests.oracle.exact import School
from tests.oracle.tables import exact_places, one_place, tables

TOLERANCE = 1e-12


@dataclass(frozen=True)
class Chained:
    table: Units
    chain: list[Codes]

    def cells(self, place: int) -> list[list[list[School]]]:
        """The schools of each cell of a place, level by level, the schools themselves at the end."""
        here = np.flatnonzero(self.table.place == place)
        schools = dict(zip(here.tolist(), exact_places(self.table)[place], strict=True))
        names = [tuple(int(codes[school]) for codes in self.chain) for school in here]
        levels = []
        for depth in range(1, len(self.chain) + 1):
            cells: dict[tuple[int, ...], list[School]] = {}
            for school, name in zip(here.tolist(), names, strict=True):
                cells.setdefault(name[:depth], []).append(schools[school])
            levels.append(list(cells.values()))
        return [*levels, [[school] for school in schools.values()]]


@st.composite
def chains(draw: st.DrawFn, groups: int | None = None) -> Chained:
    """Schools with up to three levels above them, whose codes need not nest."""
    table = draw(tables(groups))
    schools = len(table.place)
    codes = st.lists(st.integers(0, 2), min_size=schools, max_size=schools)
    return Chained(table, [np.array(draw(codes), dtype=np.intp) for _ in range(draw(st.integers(0, 3)))])


def found(state: Chained, measure: str) -> np.ndarray:
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        levels = by_level(nested(state.table, state.chain))
    assert len(levels) == len(state.chain) + 1
    return np.array([level[measure].to_numpy() for level in levels])


def assert_exact(state: Chained, name: str, measure: exact_parts.Measure) -> None:
    values = found(state, name)
    for place in range(state.table.places):
        levels = state.cells(place)
        expected = exact_parts.added_by_level(measure, levels) if levels[-1] else [None] * len(levels)
        expected = [np.nan if value is None else value for value in expected]
        np.testing.assert_allclose(values[:, place], expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("name", exact_parts.OF_TWO)
@given(state=chains(groups=2))
def test_each_level_of_two_groups_is_the_difference_its_cells_make(name: str, state: Chained) -> None:
    assert_exact(state, name, exact_parts.OF_TWO[name])


@pytest.mark.parametrize("name", exact_parts.OF_MANY)
@given(state=chains(groups=3))
def test_each_level_of_many_groups_is_the_difference_its_cells_make(name: str, state: Chained) -> None:
    assert_exact(state, name, exact_parts.OF_MANY[name])


@settings(max_examples=50)
@given(state=chains())
def test_levels_add_up_to_the_index_itself(state: Chained) -> None:
    whole = decompose(state.table, state.table.place)
    for measure in (*ADDITIVE, "dissimilarity"):
        np.testing.assert_allclose(found(state, measure).sum(axis=0), whole[measure, "total"], atol=TOLERANCE)


@settings(max_examples=50)
@given(state=chains())
def test_no_level_adds_more_to_dissimilarity_than_it_can(state: Chained) -> None:
    added, most = found(state, "dissimilarity"), found(state, "dissimilarity_most")
    np.testing.assert_array_equal(np.isnan(added), np.isnan(most))
    defined = ~np.isnan(added)
    assert (added[defined] >= 0).all()
    assert (added[defined] <= most[defined] + TOLERANCE).all()


@given(state=chains(groups=2))
def test_the_most_a_level_can_add_is_that_of_the_definition(state: Chained) -> None:
    most = found(state, "dissimilarity_most")
    for place in range(state.table.places):
        if state.chain and not np.isnan(most[-1, place]):
            *_, above, _ = state.cells(place)
            assert most[-1, place] == pytest.approx(float(exact_parts.most_added_within(above)), abs=TOLERANCE)


def test_of_many_groups_exposure_is_missing_and_the_rest_is_the_multigroup_index() -> None:
    table = one_place((9, 3, 1), (1, 4, 4), (2, 2, 2))
    whole = decompose(table, np.array([0, 0, 1])).loc[0]
    assert whole["exposure_shortfall"].isna().all()
    for name in ("variance_ratio", "theil_h", "mutual_information", "dissimilarity"):
        assert whole[name, "total"] == pytest.approx(MULTIGROUP[name].function(table)[0], abs=TOLERANCE)


def test_a_district_in_two_counties_is_a_cell_in_each() -> None:
    """County 0 has schools of districts 0 and 1, county 1 one of district 1: three cells of districts."""
    county, district = np.array([0, 0, 1]), np.array([0, 1, 1])
    table = one_place((8, 2), (4, 6), (1, 9))
    levels = nested(table, [county, district])
    assert levels[1].cells.counts.tolist() == [[8, 2], [4, 6], [1, 9]]
    assert levels[1].cells.place.tolist() == [0, 0, 1]
    # Whoever splits by district alone finds two cells.
    assert nested(table, [district])[0].cells.counts.tolist() == [[8, 2], [5, 15]]


def test_three_levels_by_hand() -> None:
    """P = 1/2 of 80. County 0 has 30 of 40, county 1 has 10 of 40; county 0's districts 20 of 20 and 10 of 20."""
    table = one_place((20, 0), (10, 0), (0, 10), (5, 15), (5, 15))
    levels = nested(table, [np.array([0, 0, 0, 1, 1]), np.array([0, 1, 1, 2, 2])])
    v = [level["variance_ratio"][0] for level in by_level(levels)]
    # T P (1 − P) = 20. Counties: 2 × 40 (1/4)² = 5; districts: 2 × 20 (1/4)² = 2.5; schools: 2 × 10 (1/2)² = 5.
    assert v == pytest.approx([5 / 20, 2.5 / 20, 5 / 20], abs=TOLERANCE)
    cells = parts(levels)
    assert cells[1]["variance_ratio"].tolist() == pytest.approx([1.25 / 20, 1.25 / 20, 0], abs=TOLERANCE)
