"""What all that is computed from schools must obey: no name, order, neighbour or empty school of them matters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chance.expected import EXACT, EXACT_OF_MANY, expected
from analysis.chance.random_assignment import permuted
from analysis.chance.uncertainty import bootstrap, corrected
from analysis.change import MEASURES, change
from analysis.decompose import ADDITIVE, by_level, nested, parts
from analysis.units import Floats, Units
from tests.oracle.tables import tables

HEADS = st.integers(0, 300)
TOLERANCE = 1e-9
thirty = settings(max_examples=30)
Numbers = Mapping[str, Floats]


def by_chance(table: Units) -> Numbers:
    """The exact expected values; permutations draw for all places together."""
    return expected(table, [*(EXACT if table.counts.shape[1] == 2 else EXACT_OF_MANY)])


def levels(table: Units) -> Numbers:
    """What districts add between each other and within, the schools in them by their sizes modulo 3."""
    found = by_level(nested(table, [(table.students % 3).astype(np.intp)]))
    return {f"{depth} {name}": each[name].to_numpy() for depth, each in enumerate(found) for name in ADDITIVE}


def changed(table: Units) -> Numbers:
    """What a year's change of the first place adds up from, the schools turned around in the year after."""
    here = table.place == 0
    found = change(table.counts[here], table.counts[here][:, ::-1]).parts
    return {f"{name} {part}": np.array([found.loc[name, part]]) for name in MEASURES for part in found}


@dataclass(frozen=True)
class Case:
    """Something computed of places. ``scaled``: whether twice the students give the same."""

    name: str
    numbers: Callable[[Units], Numbers]
    of_places: bool = True
    scaled: bool = False

    def values(self, table: Units) -> Floats:
        """All its numbers, (numbers, places), with any stray division by zero or logarithm of nothing an error."""
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            found = self.numbers(table)
        return np.array([np.asarray(found[name], dtype=float) for name in found])


CASES = [
    Case("expected", by_chance),
    Case("corrected", corrected),
    Case("nested", levels),
    Case("change", changed, of_places=False, scaled=True),
]
every_one = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def assert_same(found: Floats, before: Floats) -> None:
    np.testing.assert_allclose(found, before, rtol=TOLERANCE, atol=TOLERANCE)


def with_empty_schools(table: Units) -> Units:
    """One more school without students in each place, before the others."""
    return Units(
        np.concatenate([np.zeros((table.places, table.counts.shape[1])), table.counts]),
        np.concatenate([np.zeros(table.places), table.students]),
        np.concatenate([np.arange(table.places, dtype=np.intp), table.place]),
        table.places,
    )


@every_one
@thirty
@given(data=st.data())
def test_the_order_of_the_schools_does_not_matter(case: Case, data: st.DataObject) -> None:
    table = data.draw(tables(heads=HEADS))
    order = np.array(data.draw(st.permutations(range(len(table.place)))), dtype=int)
    shuffled = Units(table.counts[order], table.students[order], table.place[order], table.places)
    assert_same(case.values(shuffled), case.values(table))


@every_one
@thirty
@given(table=tables(heads=HEADS))
def test_schools_without_students_do_not_matter(case: Case, table: Units) -> None:
    assert_same(case.values(with_empty_schools(table)), case.values(table))


@pytest.mark.parametrize("case", [case for case in CASES if case.of_places], ids=lambda case: case.name)
@thirty
@given(data=st.data())
def test_the_other_places_and_their_names_do_not_matter(case: Case, data: st.DataObject) -> None:
    table = data.draw(tables(heads=HEADS))
    together = case.values(table)
    name = np.array(data.draw(st.permutations(range(table.places))), dtype=np.intp)
    assert_same(case.values(replace(table, place=name[table.place]))[:, name], together)
    for place in range(table.places):
        here = table.place == place
        alone = Units(table.counts[here], table.students[here], np.zeros(here.sum(), dtype=np.intp), 1)
        assert_same(case.values(alone)[:, 0], together[:, place])


@pytest.mark.parametrize("case", [case for case in CASES if case.scaled], ids=lambda case: case.name)
@thirty
@given(table=tables(heads=HEADS), factor=st.integers(2, 1_000))
def test_the_number_of_students_does_not_matter(case: Case, table: Units, factor: int) -> None:
    larger = replace(table, counts=table.counts * factor, students=table.students * factor)
    assert_same(case.values(larger), case.values(table))


@thirty
@given(table=tables(heads=HEADS))
def test_what_each_cell_adds_adds_up_to_its_level(table: Units) -> None:
    chain = nested(table, [(table.students % 3).astype(np.intp)])
    for level, cells, whole in zip(chain, parts(chain), by_level(chain), strict=True):
        for name in ADDITIVE:
            summed = np.bincount(level.place, weights=np.nan_to_num(cells[name]), minlength=table.places)
            there = whole[name].notna()
            assert_same(summed[there], whole.loc[there, name].to_numpy())


@pytest.mark.parametrize("drawn", [permuted, bootstrap])
@thirty
@given(table=tables(heads=HEADS))
def test_what_is_drawn_follows_the_places_names(drawn: Callable[..., object], table: Units) -> None:
    """Draws run through the schools in their order, so what a school is called changes nothing, nor an empty place."""
    more = replace(table, place=table.place + 1, places=table.places + 2)
    for end in ("mean", "low", "high"):
        found, before = (getattr(drawn(each, replicates=3, seed=2), end).to_numpy() for each in (more, table))
        assert_same(found[1:-1], before)
        assert np.isnan(found[[0, -1]]).all()
