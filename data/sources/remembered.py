"""The mappings a person has saved: used by themselves the next time a table of that layout comes."""

import re
from contextlib import suppress

from analysis.errors import InputError
from data.atomic import put
from data.sources.mapped import source
from data.sources.mapping import Mapping, read_mapping, to_toml
from data.sources.source import Source
from data.store import home


def sources() -> tuple[Source, ...]:
    """A source for each saved mapping; one that cannot be read is passed over."""
    found = []
    for path in sorted((home() / "mappings").glob("*.toml")):
        with suppress(InputError):
            found.append(source(path.stem, read_mapping(path)))
    return tuple(found)


def remember(mapping: Mapping) -> str:
    """Keep a mapping under its label, replacing one of that label; the file's name.

    Raises:
        InputError: the user data folder cannot be written.
    """
    name = (re.sub(r"[^a-z0-9]+", "-", mapping.label.casefold()).strip("-") or "mapping")[:60] + ".toml"
    folder = home() / "mappings"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put(folder / name, to_toml(mapping).encode())
    except OSError:
        raise InputError(f"The data folder {folder} cannot be written: make room or give another one.") from None
    return name
