"""docs/methods.md: its examples run, and it says of every index what the registry says."""

import doctest
from pathlib import Path

import pytest

from analysis.indices import INDICES, MULTIGROUP, ORDERED, SCHOOL

METHODS = Path(__file__).resolve().parents[1] / "docs" / "methods.md"
REGISTRIES = {"INDICES": INDICES, "MULTIGROUP": MULTIGROUP, "ORDERED": ORDERED, "SCHOOL": SCHOOL}


def test_every_example_is_right():
    found = doctest.testfile(str(METHODS), module_relative=False, encoding="utf-8")
    assert found.attempted > sum(map(len, REGISTRIES.values()))
    assert not found.failed


@pytest.mark.parametrize(
    ("registry", "name"), [(registry, name) for registry, indices in REGISTRIES.items() for name in indices]
)
def test_every_index_stands_there_as_in_the_registry_with_its_example(registry, name):
    index = REGISTRIES[registry][name]
    section = next(
        section
        for section in METHODS.read_text(encoding="utf-8").split("\n### ")
        if section.startswith(index.called) and f'value({registry}["{name}"]' in section
    )
    said = " ".join(section.split())
    for words in (index.formula, index.meaning, index.undefined, index.citation):
        assert words in said
