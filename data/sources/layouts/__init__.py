"""Layouts of publishers, each a mapping in TOML: a new state is a file here, not code."""

from functools import cache
from pathlib import Path

from data.sources.mapped import source
from data.sources.mapping import read_mapping
from data.sources.source import Source


@cache
def sources() -> tuple[Source, ...]:
    """A source for each layout."""
    return tuple(source(path.stem, read_mapping(path)) for path in sorted(Path(__file__).parent.glob("*.toml")))
