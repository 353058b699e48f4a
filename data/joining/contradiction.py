"""What files say against each other or against reason, and the rest of them without it."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.errors import InputError
from data.quality.finding import counted
from data.schema import school_year
from data.sources.source import Part, Source

Read = tuple[Source, Part]


class ContradictionError(InputError):
    """Something of one school year, or in one file, that cannot be true, by itself or with the rest.

    Attributes:
        year: the fall of that school year; or None where a file is meant.
        label: that file.
    """

    def __init__(self, sentence: str, year: int | None = None, label: str = "") -> None:
        """Say the sentence, and keep what it concerns."""
        super().__init__(sentence)
        self.year, self.label = year, label

    def words(self, read: Sequence[Read]) -> str:
        """What is left out for it, how much that is, and why."""
        schools = pd.concat([part.frame.reindex(columns=["year", "ncessch"]) for part in self._meant(read)])
        if self.year is None:
            return f"Left out: {self.label} with its {counted(len(schools), 'row')}. {self}"
        number = schools.loc[schools["year"].eq(self.year).fillna(False), "ncessch"].nunique()
        return f"Left out: {school_year(self.year)} with its {counted(number, 'school')}. {self}"

    def _meant(self, read: Sequence[Read]) -> list[Part]:
        parts = [part for _, part in read]
        if self.year is None:
            return [part for part in parts if part.label == self.label]
        return [part for part in parts if part.brings_schools]


def without(read: Sequence[Read], fault: ContradictionError) -> list[Read]:
    """What was read without the year or the file that is at fault; nothing where no school is left."""
    if fault.year is None:
        rest = [(source, part) for source, part in read if part.label != fault.label]
    else:
        rest = [(source, _without_year(part, fault.year)) for source, part in read]
    rest = [(source, part) for source, part in rest if not part.frame.empty]
    return rest if any(part.brings_schools for _, part in rest) else []


def _without_year(part: Part, year: int) -> Part:
    if "year" not in part.frame:
        return part
    return replace(part, frame=part.frame[part.frame["year"].ne(year).fillna(True)])
