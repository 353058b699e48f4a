"""The levels that a state's segregation can be split over, one inside the other, and what does not nest."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from analysis.errors import InputError
from analysis.measured import PLACES


@dataclass(frozen=True)
class ChainLevel:
    """A level of a chain: its name in commands and links, its column in the schools table, and what it is called."""

    name: str
    column: str
    one: str
    several: str


CHAIN = {
    level.name: level
    for level in (
        ChainLevel("state", "state", "state", "states"),
        ChainLevel("region", "region", "region", "regions"),
        ChainLevel("metro", "metro", "metro area", "metro areas"),
        ChainLevel("county", "county", "county", "counties"),
        ChainLevel("sector", "charter", "sector", "sectors (charter or not)"),
        ChainLevel("district", "leaid", "district", "districts"),
        ChainLevel("level", "level", "school level", "school levels"),
        ChainLevel("school", "ncessch", "school", "schools"),
    )
}

SECTORS = {True: "charter", False: "not charter"}
# Other names that commands know a level by.
_ALSO = {"grade-band": "level"}
# Levels whose cells each are one place on the ground, and how far down: regions, metro areas and counties cross.
_DEPTH = {"state": 0, "region": 1, "metro": 1, "county": 1, "district": 2}


def chain(text: str, table: pd.DataFrame) -> tuple[ChainLevel, ...]:
    """The levels that "county,district,school" names, from the largest to the smallest; always down to schools.

    Raises:
        InputError: a name is unknown, comes twice, stands after a smaller one, or the table does not know its values.
    """
    names = [_ALSO.get(name.strip(), name.strip()) for name in text.split(",")]
    if "school" in names[:-1]:
        raise InputError(f'Levels "{text}" go on below schools, the smallest; give the largest first.')
    if names[-1] != "school":
        names.append("school")
    for name in names:
        if name not in CHAIN:
            raise InputError(f'There is no level "{name}"; choose from {", ".join((*CHAIN, *_ALSO))}.')
        if table[CHAIN[name].column].isna().all():
            raise InputError(f"The data does not say the {CHAIN[name].one} of any school; leave it out of the levels.")
    if len(set(names)) < len(names):
        raise InputError(f'Levels "{text}" name one twice; give each once, from the largest to school.')
    places = [name for name in names if name in _DEPTH]
    for above, below in pairwise(places):
        if _DEPTH[above] > _DEPTH[below]:
            raise InputError(
                f'Levels "{text}" put the {CHAIN[below].one} below the {CHAIN[above].one}, which lies in it; '
                f"give the larger first: {','.join(sorted(places, key=_DEPTH.__getitem__))}."
            )
    return tuple(CHAIN[name] for name in names)


def by_place(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """A schools table whose schools say in which place of a kind they lie, with sectors by name.

    Args:
        table: a schools table.
        by: a key of ``analysis.measured.PLACES``.

    Raises:
        InputError: it does not say so of any school.
    """
    level = CHAIN[by]
    if by != "state" and table[level.column].isna().all():
        known = [name for name in PLACES if table[CHAIN[name].column].notna().any()]
        raise InputError(f"The data does not say the {level.one} of any school; it knows {', '.join(known)}.")
    return table.assign(sector=table["charter"].map(SECTORS).astype("str")) if by == "sector" else table


def offered(table: pd.DataFrame) -> list[str]:
    """The chains that a page offers: those of the levels that a table knows and that tell its schools apart."""
    chains = (
        *("district", "region,district", "metro,district", "county,district", "sector,district"),
        *("district,level", "county,district,level"),
    )
    return [text for text in chains if all(_tells_apart(table[CHAIN[name].column]) for name in text.split(","))]


def _tells_apart(values: pd.Series) -> bool:
    return len(values.dropna().unique()) > 1


def chain_words(levels: Sequence[ChainLevel]) -> str:
    """A chain in words: "counties, districts, schools"."""
    return ", ".join(level.several for level in levels)


def crossed_words(table: pd.DataFrame, levels: Sequence[ChainLevel]) -> list[str]:
    """What does not nest or is not known, a sentence each; a table of one year."""
    said = []
    for depth, level in enumerate(levels[:-1]):
        values = table[level.column]
        if unknown := int(values.isna().sum()):
            schools = "1 school" if unknown == 1 else f"{unknown:,} schools"
            verb, own = ("counts", "its") if unknown == 1 else ("count", "their")
            said.append(f"{schools} of unknown {level.one} {verb} as a {level.one} of {own} own.")
        # Every district has schools of several levels and sectors cross everything: only what is one place can be cut.
        if depth and level.name in _DEPTH:
            above = [each.column for each in levels[:depth]]
            cells = table[[*above, level.column]].drop_duplicates()[level.column].value_counts()
            if cut := int((cells > 1).sum()):
                larger = " or ".join(each.one for each in levels[:depth])
                said.append(
                    f"{cut:,} of {values.nunique():,} {level.several} lie in more than one {larger}; "
                    "the part in each counts on its own."
                )
    return said
