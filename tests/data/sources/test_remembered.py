"""Mappings that a person saved."""

import pytest

from analysis.errors import InputError
from data import store
from data.load import UnknownLayoutError, load
from data.sources import remembered
from data.sources.mapping import Mapping, Take

LINES = ("Building,System,Heads,Poor", "1,9,100,<5", "2,9,50,20")
FIELDS = {
    "ncessch": Take(("Building",)),
    "leaid": Take(("System",)),
    "students": Take(("Heads",)),
    "ed_state": Take(("Poor",)),
}


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("home")
def test_an_unknown_table_loads_by_a_mapping_and_is_known_from_then_on(odd):
    mapping = Mapping("Odd state", FIELDS, state="OH")
    with pytest.raises(UnknownLayoutError, match="evenground mapping") as said:
        load([odd], year=2018)
    assert said.value.table.header == ("Building", "System", "Heads", "Poor")
    manifest = load([odd], year=2018, mapping=mapping)
    assert (manifest.label, manifest.students, manifest.source) == ("Ohio", 150, "Odd state 2018–19")
    table = store.schools(manifest)
    assert table["ed_high"].fillna(-1).tolist() == [4, -1]
    assert remembered.remember(mapping) == "odd-state.toml"
    assert load([odd], year=2019).years == (2019,)


@pytest.mark.usefixtures("home")
def test_a_header_row_is_remembered(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("a,b,c,d\nx,y,z,w\n" + "\n".join(LINES) + "\n", encoding="utf-8")
    remembered.remember(Mapping("Odd", FIELDS, state="OH", header_row=3))
    assert load([path], year=2018).students == 150


def test_a_saved_mapping_that_is_damaged_is_passed_over(home):
    (home / "mappings").mkdir(parents=True)
    (home / "mappings" / "a.toml").write_text("label =")
    assert remembered.sources() == ()


@pytest.mark.usefixtures("home")
def test_a_mapping_that_does_not_fit_says_what_is_lacking(odd):
    with pytest.raises(InputError, match=r"odd\.csv lacks the column Pupils"):
        load([odd], mapping=Mapping("Odd", {**FIELDS, "students": Take(("Pupils",))}, year=2018))
