"""Step of the sources page: a person says what an unknown table's columns hold, before anything is stored."""

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.errors import InputError
from data.formats.reading import TextTable
from data.schema import FILE_FIELDS, bounds_of, school_year
from data.sources.guess import width
from data.sources.mapped import read
from data.sources.mapping import MAPPABLE, Mapping, Take
from data.sources.preview import label_of
from data.sources.source import Asked, Part
from pages.sections import mapping_more
from pages.words.escaped import in_markdown

_UNITS = {"count": "students", "percent": "percent", "share": "share (0 to 1)"}
_FIRST_VALUES = 3
_FIRST_ROWS = 10
_COUNTED = tuple(name for name, column in FILE_FIELDS.items() if column.kind == "count")
_NEEDED = ("ncessch", "leaid")
_IDS = (*_NEEDED, "state_school", "state_leaid")


def chosen_mapping(file: UploadedFile, label: str, asked: Asked) -> Mapping | None:
    """Show what the columns seem to hold, to correct, and what comes of it; the mapping once it gives schools.

    Args:
        file: the upload that holds the table.
        label: the table of it that is asked about.
        asked: what the person said beside the files.
    """
    st.subheader("What do these columns hold?")
    st.markdown(
        f"{in_markdown(label)} is of no known layout. This is what its columns seem to hold, from their names and "
        "values: correct it here. Nothing is stored until you say so; the answer is remembered for the next such file."
    )
    columns, more, result = st.container(), st.expander(mapping_more.TITLE), st.container()
    try:
        with more:
            chosen = mapping_more.chosen_table(file, label)
        table = chosen.table
        guessed = mapping_more.guessed(file, table)
    except InputError as error:
        result.warning(in_markdown(str(error)), icon=":material/edit:")
        return None
    with columns:
        named = st.text_input(
            "Publisher and publication", value=guessed.label, help="How the source is named on every page."
        )
        mapping = replace(guessed, label=named or guessed.label, fields=_edited(table, guessed))
        if mapping.long:
            mapping = replace(mapping, long=replace(mapping.long, names=_groups(mapping)))
    with more:
        mapping = mapping_more.said_more(table, mapping, asked.year)
    mapping = replace(mapping, header_row=chosen.header_row, sheet=chosen.sheet)
    with result:
        return mapping if _shown(table, mapping, asked) else None


def _edited(table: TextTable, guessed: Mapping) -> dict[str, Take]:
    """The fields as the person leaves them in the editor."""
    text = table.frame().head(1_000)
    rows = []
    # First what no table can do without, then what was found.
    fields = sorted(MAPPABLE, key=lambda field: (field not in _NEEDED, field not in guessed.fields))
    for field in fields:
        take = guessed.fields.get(field, Take(()))
        examples = [", ".join(text[name].dropna().drop_duplicates().head(_FIRST_VALUES)) for name in take.columns]
        columns = (*take.columns, None, None)[:2]
        unit = _UNITS[take.unit] if take.columns and field in _COUNTED else None
        rows.append((label_of(field), *columns, unit, " + ".join(examples)))
    kinds = st.column_config
    edited = st.data_editor(
        pd.DataFrame(rows, columns=["Field", "Column", "And column", "Given as", "First values"], index=fields),
        column_config={
            "Field": kinds.TextColumn(disabled=True),
            "Column": kinds.SelectboxColumn(options=list(table.header)),
            "And column": kinds.SelectboxColumn(
                options=list(table.header), help="Counts are added; the pieces of an id are put together."
            ),
            "Given as": kinds.SelectboxColumn(options=list(_UNITS.values()), help="For counts of students."),
            "First values": kinds.TextColumn(disabled=True),
        },
        hide_index=True,
        height=420,
        key=f"mapping_{table.label}_{table.first_row}",
    )
    return {field: take for field, take in zip(fields, _takes(edited, guessed, text), strict=True) if take.columns}


def _takes(edited: pd.DataFrame, guessed: Mapping, text: pd.DataFrame) -> list[Take]:
    """Each row of the editor; where the columns are as guessed, the guess with what the editor does not show."""
    units = {words: unit for unit, words in _UNITS.items()}
    takes = []
    for field, first, second, words in edited[["Column", "And column", "Given as"]].itertuples():
        columns = tuple(name for name in (first, second) if pd.notna(name))
        take = guessed.fields.get(str(field))
        if take is None or take.columns != columns:
            digits = tuple(width(text[name]) for name in columns) if field in _IDS else ()
            take = Take(columns, digits=digits)
        takes.append(replace(take, unit=units.get(words, "count")))
    return takes


def _groups(mapping: Mapping) -> dict[str, str]:
    """Which field each group of a long table is."""
    labels = {label_of(field): field for field in MAPPABLE}
    names = mapping.long.names
    edited = st.data_editor(
        pd.DataFrame({"Group": list(names), "Field": [label_of(field) for field in names.values()]}),
        column_config={
            "Group": st.column_config.TextColumn(disabled=True),
            "Field": st.column_config.SelectboxColumn(options=list(labels)),
        },
        hide_index=True,
        key="mapping_groups",
    )
    return {group: labels[label] for group, label in edited.itertuples(index=False) if pd.notna(label)}


def _shown(table: TextTable, mapping: Mapping, asked: Asked) -> bool:
    """Show what the mapping makes of the table; whether it gives a table of schools."""
    lacking = [label_of(field) for field in _NEEDED if field not in mapping.fields]
    if lacking:
        st.warning(f"Say which column is the {' and the '.join(lacking).lower()}.", icon=":material/edit:")
        return False
    try:
        part = read(table, mapping, asked)
    except InputError as error:
        st.warning(in_markdown(str(error)), icon=":material/edit:")
        return False
    st.markdown(_words(part))
    for note in part.notes:
        st.caption(in_markdown(note))
    st.dataframe(_first_rows(part.frame.head(_FIRST_ROWS)), hide_index=True)
    return True


def _first_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as they will be understood: school years in words, hidden counts as what they lie between, unknown blank."""
    shown = [name for name in frame if frame[name].notna().any() and name in MAPPABLE]
    rows = frame[shown].astype("str")
    for low, high in (bounds_of(name) for name in shown if bounds_of(name)[0] in frame):
        name = low.removesuffix("_low")
        rows[name] = rows[name].fillna(frame[low].astype("str") + "–" + frame[high].astype("str"))
    if "year" in rows:
        rows["year"] = frame["year"].map(lambda year: school_year(int(year)), na_action="ignore").astype("str")
    return rows.fillna("").rename(columns={name: label_of(name) for name in shown})


def _words(part: Part) -> str:
    frame = part.frame
    years = [school_year(int(year)) for year in sorted(frame["year"].dropna().unique())]
    if not part.brings_schools:
        return f"**{frame.iloc[:, 0].size:,} rows** that describe schools: give the file with their students too."
    in_last = frame[frame["year"] == frame["year"].max()]
    return (
        f"**{in_last['ncessch'].nunique():,} schools with {int(in_last['students'].sum()):,} students** in "
        f"{years[-1]}{f' ({len(years)} years)' if len(years) > 1 else ''}. The first of them:"
    )
