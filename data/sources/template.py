"""The template: a table that already has the schools table's own column names."""

from analysis.errors import InputError
from data.formats.numbers import counts, numbers
from data.formats.reading import TextTable
from data.schema import FILE_FIELDS, REQUIRED
from data.sources.source import Asked, Part, Source, having

MOST_ROWS = 2_000_000  # the nation's schools for twenty years
_NUMBERS = {"year": counts, "count": counts, "number": numbers, "degrees": numbers}


def _read(table: TextTable, asked: Asked) -> Part:
    known = [column for column in table.header if column in FILE_FIELDS]
    frame = table.frame(known)
    if len(frame) > MOST_ROWS:
        raise InputError(f"{table.label} holds {len(frame):,} schools and years; give one state or fewer years.")
    for name in known:
        read = _NUMBERS.get(FILE_FIELDS[name].kind)
        if read:
            frame[name] = read(frame[name], table.label, name)
    if asked.state and "state" in frame:
        frame = frame[frame["state"].isna() | (frame["state"] == asked.state)]
        if frame.empty:
            raise InputError(f"{table.label} holds no school of {asked.state}; give that state's table.")
    unused = [column for column in table.header if column not in FILE_FIELDS]
    notes = (f"{table.label}: columns not in the template were left out: {', '.join(unused)}.",) if unused else ()
    return Part(table.label, frame, notes=notes)


SOURCES = (Source("template", "a schools table in Evenground's template", having(*REQUIRED), _read),)
