"""Pieces that several pages show alike: a trend, tables, downloads and the provenance line."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.indices import INDICES, ORDERED, SCHOOL
from analysis.measured import BOUND_COLUMNS
from data.formats.spreadsheet import as_csv
from data.geographic import UNPLACED, placed_words
from data.inclusion import GEOGRAPHIC, excluded_words
from data.privacy import hidden_words
from data.schema import ED_BASES, school_year
from pages.shared import chance, charts, store
from pages.shared.view import View
from pages.words import counts as count_words
from pages.words import numbers
from pages.words import ranges as range_words
from pages.words.escaped import in_markdown

# The column of what an index can be.
HIDDEN = "If every hidden count is counted"


def nothing_to_show(view: View) -> NoReturn:
    """Say that the view holds no school that can be counted, and stop the page."""
    st.info(
        f"{view.place} has no schools in this view whose counts of {view.groups.group_words} are known. "
        "Change the level, the groups or the year.",
        icon=":material/info:",
    )
    st.stop()


def district_rows(view: View) -> pd.DataFrame:
    """The year's districts: their indices, the group's share, and their name or else their id."""
    table = store.indices(view, "district")
    table = table[table["year"] == view.year]
    return table.assign(
        leaid=table["place"],
        district=table["place_name"].fillna(table["place"]),
        share=table["diversity"]
        if view.groups.many
        else table["group_students"] / table["students"].where(table["students"] > 0),
    ).reset_index(drop=True)


def trend(
    lines: pd.DataFrame,
    colours: dict[str, str],
    title: str,
    *,
    key: str,
    marks: dict[int, str] | None = None,
    ranges: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """Lines over the years with words at some, or a word on why there are none.

    Args:
        lines, colours, title, marks: as ``charts.trend``.
        key: of the chart.
        ranges: makes the ranges of ``charts.trend``, which take a moment to draw: no other part of the page waits.
    """
    if len(lines) < 2:
        st.caption("There is one year of data, so no trend.")
    elif ranges is None:
        _draw_trend(lines, colours, title, key, marks, None)
    else:
        _draw_trend_with(lines, colours, title, key, marks, ranges)


@st.fragment(parallel=True)
def _draw_trend_with(
    lines: pd.DataFrame,
    colours: dict[str, str],
    title: str,
    key: str,
    marks: dict[int, str] | None,
    ranges: Callable[[], pd.DataFrame],
) -> None:
    with st.skeleton(height=260):
        found = ranges()
    _draw_trend(lines, colours, title, key, marks, found)
    st.caption(range_words.shaded(found, float(lines.max(axis=None))))


def _draw_trend(
    lines: pd.DataFrame,
    colours: dict[str, str],
    title: str,
    key: str,
    marks: dict[int, str] | None,
    ranges: pd.DataFrame | None,
) -> None:
    first, last = lines.index[0], lines.index[-1]

    def ends(name: str) -> str:
        return " to ".join(range_words.number_and_range(lines, ranges, year, name) for year in (first, last))

    st.plotly_chart(
        charts.trend(lines, colours, title, marks, ranges),
        config=charts.config("trend"),
        key=key,
        alt=f"{title} from {school_year(first)} to {school_year(last)}: "
        + "; ".join(f"{name} {ends(name)}" for name in colours)
        + "".join(f"; {school_year(year)}: {word}" for year, word in (marks or {}).items()),
    )


def state_measures(view: View) -> pd.DataFrame:
    """Every index over all schools of the view, with its between and within part where it splits."""
    decomposed = store.decomposed(view).loc[view.year]
    units = store.indices(view, "state")
    units = units[units["year"] == view.year]
    bounds = store.bounds(view, "state")
    rows, values = [], {}
    reasons = store.reasons(view, "state")
    why = reasons[reasons["year"] == view.year]
    for index in view.indices.values():
        parts = decomposed[index.name] if index.name in decomposed.index.get_level_values(0) else None
        value = parts["total"] if parts is not None else float(units[index.name].iloc[0]) if len(units) == 1 else np.nan
        splits = parts is not None and "within" in parts
        values[index.name] = value
        rows.append(
            {
                "Measure": index.called,
                "All schools": numbers.number_or_reason(value, why[index.name].iloc[0])
                if len(why) == 1
                else numbers.number(value),
                "Between districts": numbers.number(parts["between"]) if parts is not None else "does not split",
                "Within districts": numbers.number(parts["within"])
                if splits
                else f"adds {numbers.number(parts['added_within'])}"
                if parts is not None
                else "does not split",
            }
        )
    return _with_bounds(
        pd.DataFrame(rows).set_index("Measure"),
        values,
        bounds.iloc[0] if len(bounds) == 1 else None,
    )


def _with_bounds(table: pd.DataFrame, values: Mapping[str, float], bounds: pd.Series | None) -> pd.DataFrame:
    """A table of every index with what each can be and how that is known, where a hidden count leaves anything open."""
    known = [name for name in values if bounds is not None and f"{name}_low" in bounds]
    if bounds is None or all(bounds[f"{name}_low"] == bounds[f"{name}_high"] for name in known):
        return table
    words = [
        numbers.bounded(value, *(bounds[f"{name}_{side}"] for side in BOUND_COLUMNS))
        if name in known
        else numbers.UNDEFINED
        for name, value in values.items()
    ]
    return table.assign(**{HIDDEN: words})


def sortable(
    table: pd.DataFrame,
    labels: dict[str, str],
    *,
    key: str,
    percent: Sequence[str] = (),
    points: Sequence[str] = (),
    bar: str | None = None,
    decimals: Mapping[str, int] = MappingProxyType({}),
) -> DeltaGenerator:
    """A table to sort and search: shares in percent, indices to two decimals, counts with separators, else three.

    Args:
        table: its columns in order.
        labels: what people call each column.
        key: of the table.
        percent, points: columns of shares, and of differences between shares.
        bar: a column of shares to draw as bars, or None.
        decimals: of columns that need others.

    Returns:
        Its place on the page.
    """
    shares = [*percent, *points, *([bar] if bar else [])]
    kinds = st.column_config
    config: dict[str, object] = {labels[name]: kinds.NumberColumn(format="%.1f%%") for name in percent}
    meanings = {name: index.meaning for name, index in (INDICES | ORDERED | SCHOOL).items()}
    config |= {labels[name]: kinds.NumberColumn(format="%+.1f", help=meanings.get(name)) for name in points}
    if bar:
        config[labels[bar]] = kinds.ProgressColumn(format="%.0f%%", min_value=0, max_value=100)
    for name in table.columns.difference(shares):
        if name in meanings or decimals.get(name):
            form = f"%.{decimals.get(name, 2)}f"
            config[labels[name]] = kinds.NumberColumn(format=form, help=meanings.get(name))
        elif name in decimals or pd.api.types.is_integer_dtype(table[name].dtype):
            config[labels[name]] = kinds.NumberColumn(format="localized")
        elif pd.api.types.is_float_dtype(table[name].dtype):
            config[labels[name]] = kinds.NumberColumn(format="%.3f")
    shown = table.assign(**{name: table[name] * 100 for name in shares}).rename(columns=labels)
    return st.dataframe(shown, hide_index=True, column_config=config, key=key, placeholder="–")


def place_measures(view: View, row: pd.Series) -> pd.DataFrame:
    """Every index of one district as a small table, with what chance alone gives it."""
    table = pd.DataFrame({"Value": _index_values(view, row)}).rename_axis("Measure")
    table = table.join(chance.columns(view, store.how_sure(view, row["place"])))
    bounds = store.bounds(view, "district")
    values = {name: float(row[name]) for name in view.indices}
    return _with_bounds(table, values, bounds.loc[row["place"]])


def place_summary(view: View, row: pd.Series, measure: str) -> dict[str, str]:
    """One district in words, for a column of a side-by-side table: its indices, and what chance gives one of them."""
    index, sure = view.indices[measure], store.how_sure(view, row["place"])
    ends = sure[["value", "corrected", "interval_low", "interval_high"]].dropna()
    told = {view.indices[each.Index].called: numbers.with_corrected(*each[1:]) for each in ends.itertuples()}
    return (
        {
            "Schools": f"{row['schools']:,}",
            "Students": f"{row['students']:,}",
            view.groups.share_label: numbers.percent(row["share"]),
        }
        | (_index_values(view, row) | told)
        | {f"{index.symbol} by chance alone": numbers.expected(sure.loc[index.name, "expected"])}
    )


def _index_values(view: View, row: pd.Series) -> dict[str, str]:
    """Every index of one district by its name, or why it has no value."""
    reasons = store.reasons(view, "district")
    why = reasons[(reasons["year"] == view.year) & (reasons["place"] == row["place"])].iloc[0]
    return {i.called: numbers.number_or_reason(row[i.name], why[i.name]) for i in view.indices.values()}


def download(table: Callable[[View], pd.DataFrame], view: View, name: str, *, label: str = "Table (CSV)") -> None:
    """A CSV of a table; every row carries the year, definition, coverage and data version.

    Args:
        table: makes the table anew, of the view as it may leave the product.
        view: the view.
        name: of the file.
        label: of the button.
    """
    st.download_button(
        label,
        data=_csv(table, view),
        file_name=f"{view.dataset.name}-{view.year}-{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        key=f"download_{name}",
    )


def _csv(table: Callable[[View], pd.DataFrame], view: View) -> Callable[[], str]:
    """The file's content, made only when asked for."""

    def content() -> str:
        covered, _, _ = coverage(view)
        about = {
            "school_year": school_year(view.year),
            "view": view.words,
            "excluded": ", ".join(view.rules.excluded),
            "enrollment_covered": round(covered, 4),
            "source": view.dataset.source,
            "data_version": store.version(view.exported),
            "minimum_cell": view.minimum_cell,
        }
        return as_csv(table(view.exported).assign(**about))

    return content


def coverage(view: View) -> tuple[float, int, int]:
    """Share of the view's students whose school is counted, and the schools and students left out."""
    missing = store.left_out(view)
    missing = missing[missing["year"] == view.year]
    schools, students = int(missing["schools"].sum()), int(missing["students"].sum())
    total = int(store.schools(view)["students"].sum())
    return (1 - students / total if total else 0.0), schools, students


def provenance(view: View) -> None:
    """Where the numbers come from and what they leave out."""
    covered, schools, students = coverage(view)
    left_out = f"; {schools:,} schools with {students:,} students are left out, their counts unknown" if schools else ""
    basis = (
        f" Economically disadvantaged by {ED_BASES[view.basis]}." if view.basis and view.groups.group == "ed" else ""
    )
    chosen = excluded_words(store.excluded(view))
    by_choice = f" Left out by choice: {chosen}." if chosen else ""
    untold = hidden_words(store.schools(view.exported), view.groups, view.minimum_cell)
    st.caption(count_words.hidden_in_downloads(untold, view.minimum_cell))
    st.divider()
    ground = ""
    if view.rules.districts == GEOGRAPHIC:
        placed = store.placed(view)
        ground = f" {placed_words(placed)}"
        _show_unassigned(placed[placed["unassigned"]])
    st.caption(
        f"{in_markdown(view.dataset.source.rstrip('.'))}. School year {school_year(view.year)}, {view.rules.districts} "
        f"districts. Covers {covered:.1%} of students{left_out}.{by_choice}{ground}{basis} "
        f"Data version {view.dataset.input_hash[:12]}."
    )


def _show_unassigned(schools: pd.DataFrame) -> None:
    """The schools without a geographic district."""
    if schools.empty:
        return
    columns = {"school": "School", "ncessch": "School id", "district": "Run by", "students": "Students", "how": "Why"}
    with st.expander(f"Schools without a geographic district: {len(schools):,}"):
        shown = schools[list(columns)].assign(how=schools["how"].map(UNPLACED))
        sortable(shown.sort_values("students", ascending=False), columns, key="unassigned")
