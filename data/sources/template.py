"""The template: a table that already has the schools table's own column names."""

from data.reading import TextTable, counts
from data.schema import FIELDS, REQUIRED
from data.sources.source import Asked, Part, Source, having


def _read(table: TextTable, asked: Asked) -> Part:
    frame = table.frame([column for column in table.header if column in FIELDS])
    frame["year"] = counts(frame["year"], table.label, "year")
    if asked.state and "state" in frame:
        frame = frame[frame["state"].isna() | (frame["state"] == asked.state)]
    unused = [column for column in table.header if column not in FIELDS]
    notes = (f"{table.label}: columns not in the template were left out: {', '.join(unused)}.",) if unused else ()
    return Part(table.label, frame, notes=notes)


SOURCES = (Source("template", "a schools table in Evenground's template", having(*REQUIRED), _read),)
