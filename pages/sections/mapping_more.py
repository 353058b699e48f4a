"""What the mapping step asks beyond which column holds what: where the table is, its rows, marks, ids and year."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from data.formats.reading import TextTable, held, tables
from data.sources.guess import guess
from data.sources.mapping import Mapping
from data.sources.preview import label_of
from pages.words.escaped import in_markdown

TITLE = "More: header, rows, marks, ids, school year"
_IDS = ("ncessch", "leaid", "state_school", "state_leaid")
_ROWS = 20_000  # looked at
_MOST_VALUES = 500  # to choose from in a list
_MOST_DIGITS = 20
# Where the session keeps what it has read and guessed.
_TABLES, _GUESSES = "tables_asked_about", "guesses"


@dataclass(frozen=True)
class Chosen:
    """The table of an upload that the person wants, in memory.

    Attributes:
        table: the table.
        header_row: its row of column names, where that is not the one found by itself.
        sheet: which it is, where the file has several.
    """

    table: TextTable
    header_row: int | None
    sheet: str | None


def chosen_table(file: UploadedFile, label: str) -> Chosen:
    """Ask where the table is.

    Args:
        file: the upload.
        label: the table that was asked about.

    Raises:
        InputError: there is no such row, or nothing below it.
    """
    found = _tables(file, None)
    first = next((one for one in found if one.label == label), found[0])
    at, of = st.columns(2)
    row = at.number_input(
        "Row of column names",
        min_value=1,
        value=_header_row(first),
        help="Titles and notes above it are passed over.",
        key=f"header_{label}",
    )
    moved = int(row) if row != _header_row(first) else None
    within = {one.label: one for one in _tables(file, moved)}
    names = list(within)
    sheet = names[0]
    if len(names) > 1:
        index = names.index(label) if label in within else 0
        sheet = of.selectbox("Table", names, index=index, key=f"table_{label}")
    return Chosen(within[sheet], moved, sheet.rpartition(" › ")[2] if len(names) > 1 else None)


def guessed(file: UploadedFile, table: TextTable) -> Mapping:
    """What the table seems to hold, guessed once.

    Raises:
        InputError: the table cannot be read.
    """
    memory = st.session_state.setdefault(_GUESSES, {})
    key = (file.file_id, table.label, table.first_row)
    if key not in memory:
        memory[key] = guess(table)
    found: Mapping = memory[key]
    return found


def forget() -> None:
    """Let go of the tables that were asked about."""
    for name in (_TABLES, _GUESSES):
        st.session_state.pop(name, None)


def _header_row(table: TextTable) -> int:
    return max(table.first_row - 1, 1)


def _tables(file: UploadedFile, header_row: int | None) -> list[TextTable]:
    """Every table of an upload, in memory, so that they outlive its temporary file; the same ones when asked again."""
    memory = st.session_state.setdefault(_TABLES, {})
    key = (file.file_id, header_row)
    if key not in memory:
        with TemporaryDirectory() as folder:
            path = Path(folder) / Path(file.name).name
            path.write_bytes(file.getbuffer())
            memory[key] = [_kept(one) for one in tables(path, header_row) if isinstance(one, TextTable)]
    return list(memory[key])


def _kept(table: TextTable) -> TextTable:
    frame = table.frame()
    inside = held(table.label, pa.table({name: pa.array(frame[name], pa.string()) for name in frame}))
    return replace(inside, first_row=table.first_row)


def said_more(table: TextTable, mapping: Mapping, year: int | None) -> Mapping:
    """The mapping with what the person says of rows, marks, ids and, unless the ``year`` is said, the school year."""
    text = table.frame().head(_ROWS)
    key = f"{table.label}_{table.first_row}"
    keep, leave = st.columns(2)
    with keep:
        only = _rows(text, mapping.only, "Keep only some rows, by", "keep", key)
    with leave:
        without = _rows(text, mapping.without, "Leave out some rows, by", "leave", key)
    mapping = _said_marks(replace(mapping, only=only, without=without), key)
    mapping = _said_digits(mapping, key)
    return _said_year(mapping, key) if year is None or "year" in mapping.fields else mapping


def _rows(
    text: pd.DataFrame, given: Dict[str, tuple[str, ...]], words: str, what: str, key: str
) -> dict[str, tuple[str, ...]]:
    """Which values of which columns a row has that is kept, or left out."""
    columns = st.multiselect(words, list(text), default=list(given), key=f"{what}_{key}")
    chosen = {}
    for column in columns:
        there = [str(value) for value in text[column].dropna().unique()[:_MOST_VALUES]]
        options = list(dict.fromkeys([*given.get(column, ()), *there]))
        values = st.multiselect(
            f"{in_markdown(column)} is", options, default=list(given.get(column, ())), key=f"{what}_{column}_{key}"
        )
        if values:
            chosen[column] = tuple(values)
    return chosen


def _said_marks(mapping: Mapping, key: str) -> Mapping:
    """What stands for an unknown value, what hides a count between two numbers, and where percentages are cut off."""
    left, right = st.columns(2)
    unknown = left.text_input(
        "Marks for an unknown value",
        value=", ".join(mapping.missing),
        help="With commas between. The usual ones, such as * and N/A, are known.",
        key=f"missing_{key}",
    )
    low, high = left.slider(
        "Percentages are shown only from and to",
        0.0,
        100.0,
        value=mapping.clipped or (0.0, 100.0),
        step=0.5,
        format="%g %%",
        help="A school at one of the two ends may lie anywhere beyond it. 0 and 100: all are shown as they are.",
        key=f"clipped_{key}",
    )
    rows = [(mark, least, most) for mark, (least, most) in mapping.hidden.items()]
    right.caption("Marks that hide a count between two numbers, such as < for 0 to 9")
    edited = right.data_editor(
        pd.DataFrame(rows, columns=["Mark", "At least", "At most"]).astype(
            {"Mark": "str", "At least": "Int64", "At most": "Int64"}
        ),
        num_rows="dynamic",
        hide_index=True,
        key=f"hidden_{key}",
    ).dropna()
    hidden = {str(mark): (int(least), int(most)) for mark, least, most in edited.itertuples(index=False)}
    marks = tuple(mark.strip() for mark in unknown.split(",") if mark.strip())
    return replace(mapping, missing=marks, hidden=hidden, clipped=(low, high) if (low, high) != (0, 100) else None)


def _said_digits(mapping: Mapping, key: str) -> Mapping:
    """How many digits each piece of an id has, so that dropped zeros come back."""
    pieces = [
        (field, i) for field in _IDS if field in mapping.fields for i in range(len(mapping.fields[field].columns))
    ]
    fields = dict(mapping.fields)
    for box, (field, i) in zip(_in_rows_of_three(pieces), pieces, strict=True):
        take = fields[field]
        digits = take.digits or (0,) * len(take.columns)
        value = box.number_input(
            f"Digits of the {label_of(field).lower()}, {in_markdown(take.columns[i])}",
            min_value=0,
            max_value=_MOST_DIGITS,
            value=digits[i],
            help="Shorter ones get zeros in front; 0 leaves them as they are written.",
            key=f"digits_{field}_{take.columns[i]}_{key}",
        )
        fields[field] = replace(take, digits=(*digits[:i], int(value), *digits[i + 1 :]))
    return replace(mapping, fields=fields)


def _in_rows_of_three(pieces: Sequence[object]) -> list[st.delta_generator.DeltaGenerator]:
    return [box for start in range(0, len(pieces), 3) for box in st.columns(3)][: len(pieces)]


def _said_year(mapping: Mapping, key: str) -> Mapping:
    """The school year where no column says it, or what a year alone means where one does."""
    if "year" in mapping.fields:
        spring = st.checkbox(
            "A year written alone, as in 2019, is the spring the school year ends in",
            value=mapping.spring,
            key=f"spring_{key}",
        )
        return replace(mapping, spring=spring)
    year = st.number_input(
        "Fall the school year begins in",
        min_value=1980,
        max_value=2100,
        value=mapping.year,
        help="No column says it.",
        key=f"year_{key}",
    )
    return replace(mapping, year=int(year) if year else None)
