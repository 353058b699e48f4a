"""Pieces that several pages show alike: the state map, a trend, downloads and the provenance line."""

from collections.abc import Callable, Sequence
from typing import NoReturn

import numpy as np
import pandas as pd
import streamlit as st

from analysis.indices import INDICES
from data.geographic import UNPLACED, placed_words
from data.inclusion import GEOGRAPHIC, excluded_words
from data.privacy import hidden_words
from data.schema import ED_BASES, school_year
from data.spreadsheet import as_csv
from pages.shared import charts, maps, store, words
from pages.shared.view import View, district_label

# The column of what an index can be.
HIDDEN = "If every hidden count is counted"

# What a map or scatter may colour districts by: key, and the words of the control.
SHARE = "share"
MAP_MEASURES = {
    SHARE: "Share of the group",
    "variance_ratio": "V within the district",
    "dissimilarity": "D within the district",
    "exposure": "Exposure",
}


def nothing_to_show(view: View) -> NoReturn:
    """Say that the view holds no school that can be counted, and stop the page."""
    st.info(
        f"{view.dataset.label} has no schools in this view whose counts of {view.groups.group_words} are known. "
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
        share=table["group_students"] / table["students"].where(table["students"] > 0),
    ).reset_index(drop=True)


def outlines_of(view: View) -> store.Outlines | None:
    """The dataset's district outlines; the first time, a large state takes seconds."""
    with st.spinner("Drawing the district boundaries"):
        return store.outlines(view.dataset.name, view.dataset.input_hash)


def district_map(view: View, key: str) -> None:
    """The state's districts coloured by a chosen measure; a click offers the district's page."""
    outlines = outlines_of(view)
    if outlines is None:
        st.info(
            f"{view.dataset.label} has no district boundaries, so there is no map; the tables hold every district. "
            "Add a boundary file on the Sources page.",
            icon=":material/map:",
        )
        return
    measure = st.segmented_control(
        "Colour districts by",
        list(MAP_MEASURES),
        format_func=MAP_MEASURES.__getitem__,
        default=SHARE,
        required=True,
        key=f"colour_{key}",
        bind="query-params",
    )
    rows = district_rows(view)
    shown = rows.assign(
        value=rows[measure],
        hover=[
            f"{students:,} students in {schools:,} schools<br>{words.percent(share)} {view.groups.group_words}"
            f"<br>V {words.number(v)} · D {words.number(d)} · exposure {words.number(e)}"
            for students, schools, share, v, d, e in zip(
                rows["students"],
                rows["schools"],
                rows["share"],
                rows["variance_ratio"],
                rows["dissimilarity"],
                rows["exposure"],
                strict=True,
            )
        ],
    ).set_index("leaid")
    valued = set(shown.index[shown["value"].notna()])
    coloured = [leaid for leaid in outlines.ids if leaid in valued]
    without_outline = int((~shown.index.isin(outlines.ids)).sum())
    event = st.plotly_chart(
        maps.districts(
            shown.loc[coloured].reset_index(),
            outlines.link,
            outlines.bounds,
            scale_title=_scale_title(view, measure),
            high=_scale_top(view, measure),
            middle=_state_share(view) if measure == SHARE else None,
            unknown=[leaid for leaid in outlines.ids if leaid not in valued],
        ),
        config=charts.config("district-map") | {"scrollZoom": True},
        key=f"map_{key}",
        on_select="rerun",
        selection_mode="points",
        alt=f"Map of districts by {_scale_title(view, measure)}. The Districts page holds every value as a table.",
    )
    missing = f"{without_outline:,} districts have no boundary and are not on the map, charter districts among them. "
    st.caption(
        f"Grey: no value. {missing if without_outline else ''}"
        "Where elementary and secondary districts overlap, the elementary ones lie on top."
    )
    for point in event["selection"]["points"][:1]:
        leaid = point["customdata"]["0"] if isinstance(point["customdata"], dict) else point["customdata"][0]
        open_district(view, str(leaid))


def school_map(view: View, points: pd.DataFrame, own: list[str], *, scale_title: str, middle: float, alt: str) -> None:
    """Schools on a map with their district's outline, or a word on why there is none.

    Args:
        view: the view.
        points: as in ``maps.schools``.
        own: ids of the districts to outline strongly.
        scale_title, middle: as in ``maps.schools``.
        alt: the map in words.
    """
    shown = points.dropna(subset=["latitude", "longitude"])
    if shown.empty:
        st.info("The data has no coordinates for these schools, so there is no map.", icon=":material/map:")
        return
    outlines = outlines_of(view)
    around = outlines.near(shown["longitude"], shown["latitude"]) if outlines else []
    st.plotly_chart(
        maps.schools(
            shown,
            outlines.link if outlines else None,
            [leaid for leaid in around if leaid in own],
            [leaid for leaid in around if leaid not in own],
            scale_title=scale_title,
            middle=middle,
        ),
        config=charts.config("school-map") | {"scrollZoom": True},
        key="school_map",
        alt=alt,
    )


def open_district(view: View, leaid: str) -> None:
    """A link to a district's page."""
    label = district_label(store.district_names(view), leaid)
    st.page_link(
        "district.py", label=f"Open {label}", icon=":material/arrow_forward:", query_params={"district": label}
    )


def _scale_title(view: View, measure: str) -> str:
    if measure == SHARE:
        return f"share of {view.groups.group_words}"
    return INDICES[measure].label.lower() + " within the district"


def _state_share(view: View) -> float:
    """The group's share among all students of the view."""
    rows = district_rows(view)
    return float(rows["group_students"].sum() / max(rows["students"].sum(), 1))


def _scale_top(view: View, measure: str) -> float:
    """The darkest colour's value: 1 for shares, else the largest of any year rounded up, so that years compare."""
    if measure == SHARE:
        return 1.0
    largest = store.indices(view, "district")[measure].max()
    return float(np.ceil(largest * 10) / 10) if pd.notna(largest) and largest > 0 else 1.0


def trend(lines: pd.DataFrame, colours: dict[str, str], title: str, *, key: str) -> None:
    """Lines over the years, or a word on why there are none."""
    if len(lines) < 2:
        st.caption("There is one year of data, so no trend.")
        return
    first, last = lines.index[0], lines.index[-1]
    st.plotly_chart(
        charts.trend(lines, colours, title),
        config=charts.config("trend"),
        key=key,
        alt=f"{title} from {school_year(first)} to {school_year(last)}: "
        + "; ".join(
            f"{name} {words.number(lines[name].iloc[0])} to {words.number(lines[name].iloc[-1])}" for name in colours
        ),
    )


def state_measures(view: View) -> pd.DataFrame:
    """Every index over all schools of the view, with its between and within part where it splits."""
    decomposed = store.decomposed(view).loc[view.year]
    units = store.indices(view, "state")
    units = units[units["year"] == view.year]
    bounds = store.bounds(view, "state")
    rows = []
    for index in INDICES.values():
        parts = decomposed[index.name] if index.name in decomposed.index.get_level_values(0) else None
        value = parts["total"] if parts is not None else float(units[index.name].iloc[0]) if len(units) == 1 else np.nan
        splits = parts is not None and "within" in parts
        rows.append(
            {
                "Measure": f"{index.label} ({index.symbol})",
                "All schools": words.number(value),
                "Between districts": words.number(parts["between"]) if parts is not None else "does not split",
                "Within districts": words.number(parts["within"])
                if splits
                else f"adds {words.number(parts['added_within'])}"
                if parts is not None
                else "does not split",
            }
        )
    return _with_bounds(
        pd.DataFrame(rows).set_index("Measure"), bounds.iloc[0] if bounds is not None and len(bounds) == 1 else None
    )


def _with_bounds(table: pd.DataFrame, bounds: pd.Series | None) -> pd.DataFrame:
    """A table of every index with what each can be, where a hidden count leaves anything open."""
    if bounds is None or all(bounds[f"{name}_low"] == bounds[f"{name}_high"] for name in INDICES):
        return table
    return table.assign(**{HIDDEN: [words.between(bounds[f"{n}_low"], bounds[f"{n}_high"]) for n in INDICES]})


def definitions(view: View) -> None:
    """The headline numbers on every ED basis, where the data has more than one."""
    rows = store.sensitivity(view)
    if view.groups.key != "ed" or len(rows) < 2:
        return
    st.subheader("How much does the definition matter?")
    st.markdown(words.definitions_compared(view.year, rows, ED_BASES))
    indices = {
        "variance_ratio": "V",
        "variance_ratio_between": "V between",
        "variance_ratio_within": "V within",
        "dissimilarity": "D",
        "exposure": "Exposure",
    }
    counts = {
        "schools": "Schools covered",
        "students": "Students covered",
        "full_schools": "Schools with every student counted",
    }
    st.table(
        pd.DataFrame(
            {"Economically disadvantaged by": rows["basis"].map(ED_BASES), "Share": rows["share"].map(words.percent)}
            | {label: rows[name].map(words.number) for name, label in indices.items()}
            | {label: rows[name].map("{:,}".format) for name, label in counts.items()}
        ).set_index("Economically disadvantaged by")
    )


def sortable(
    table: pd.DataFrame, labels: dict[str, str], *, key: str, percent: Sequence[str] = (), bar: str | None = None
) -> None:
    """A table to sort and search: shares in percent, indices to two decimals, counts with separators.

    Args:
        table: its columns in order.
        labels: what people call each column.
        key: of the table.
        percent: columns of shares.
        bar: a column of shares to draw as bars, or None.
    """
    shares = [*percent, *([bar] if bar else [])]
    kinds = st.column_config
    config: dict[str, object] = {labels[name]: kinds.NumberColumn(format="%.1f %%") for name in percent}
    if bar:
        config[labels[bar]] = kinds.ProgressColumn(format="%.0f %%", min_value=0, max_value=100)
    for name in table.columns.difference(shares):
        if name in INDICES:
            config[labels[name]] = kinds.NumberColumn(format="%.2f", help=INDICES[name].meaning)
        elif pd.api.types.is_integer_dtype(table[name].dtype):
            config[labels[name]] = kinds.NumberColumn(format="localized")
    shown = table.assign(**{name: table[name] * 100 for name in shares}).rename(columns=labels)
    st.dataframe(shown, hide_index=True, column_config=config, key=key)


def place_measures(view: View, row: pd.Series) -> pd.DataFrame:
    """Every index of one district as a small table."""
    table = pd.DataFrame({"Value": _index_values(view, row)}).rename_axis("Measure")
    bounds = store.bounds(view, "district")
    return _with_bounds(table, None if bounds is None else bounds.loc[row["place"]])


def place_summary(view: View, row: pd.Series) -> dict[str, str]:
    """One district in words, for a column of a side-by-side table."""
    return {
        "Schools": f"{row['schools']:,}",
        "Students": f"{row['students']:,}",
        "Share of the group": words.percent(row["share"]),
    } | _index_values(view, row)


def _index_values(view: View, row: pd.Series) -> dict[str, str]:
    """Every index of one district by its name, or why it has no value."""
    reasons = store.reasons(view, "district")
    why = reasons[(reasons["year"] == view.year) & (reasons["place"] == row["place"])].iloc[0]
    return {f"{i.label} ({i.symbol})": words.number_or_reason(row[i.name], why[i.name]) for i in INDICES.values()}


def shares(schools: pd.DataFrame, group: str) -> pd.Series:
    """The group's share in each school; missing where a count is unknown or nobody is enrolled."""
    students = schools["students"].astype("float64")
    return schools[group].astype("float64") / students.where(students > 0)


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
    st.caption(words.hidden_in_downloads(untold, view.minimum_cell))
    st.divider()
    ground = ""
    if view.rules.districts == GEOGRAPHIC:
        placed = store.placed(view)
        ground = f" {placed_words(placed)}"
        _show_unassigned(placed[placed["unassigned"]])
    st.caption(
        f"{view.dataset.source.rstrip('.')}. School year {school_year(view.year)}, {view.rules.districts} districts. "
        f"Covers {covered:.1%} of students{left_out}.{by_choice}{ground}{basis} "
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
