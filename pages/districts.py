"""Compare districts: a table to sort, a scatter, a map, and any few side by side."""

import numpy as np
import pandas as pd
import streamlit as st

from analysis.chance.random_assignment import MUCH
from analysis.indices import Index
from pages.shared import atlas, chance, charts, links, parts, store, tables
from pages.shared.view import View, current_view, district_label
from pages.words import districts as district_words
from pages.words import measures as measure_words
from pages.words import ranges as range_words

DEFAULT_FLOOR = 1000
# What says how sure a measure is: the corrected one and its interval.
INTERVAL = {"corrected": "corrected", "interval_low": "95% from", "interval_high": "95% to"}


def rows_with_chance(view: View, measure: str) -> pd.DataFrame:
    """The year's districts, with what chance alone gives one measure and where that is much of it."""
    rows = parts.district_rows(view)
    sure = store.by_chance(view, measure).reindex(rows["leaid"]).set_axis(rows.index)
    told = rows[measure].notna()
    much = told & (sure[f"{measure}_chance_share"] > MUCH)
    return rows.assign(
        by_chance=sure[f"{measure}_expected"].where(told), care=np.where(much, "chance explains much", "")
    )


def rows_with_intervals(view: View, measure: str) -> pd.DataFrame:
    """The same with the measure corrected for chance and its 95% interval."""
    rows = rows_with_chance(view, measure)
    return rows.assign(**{end.removeprefix(f"{measure}_"): ends for end, ends in _ends(view, rows, measure).items()})


@st.fragment(parallel=True)
def show_sure(view: View, index: Index, ranked: pd.DataFrame) -> None:
    """How sure the first and the last of the ranking are, and where chance explains much; the page does not wait."""
    with st.skeleton(height=48):
        sure = store.district_intervals(view, index.name).reindex(ranked["leaid"])
        care = rows_with_chance(view, index.name).set_index("leaid")["care"].reindex(ranked["leaid"])
    told = range_words.corrected(sure, [index.name])[index.name]
    st.caption(district_words.ends_corrected(ranked["district"], told))
    if warning := measure_words.chance_in_ranking(
        view.place, view.year, view.groups, index, int((care != "").sum()), len(ranked)
    ):
        st.markdown(f":material/warning: {warning}")


@st.fragment(parallel=True)
def show_scatter(view: View, index: Index, ranked: pd.DataFrame, picked: list[str]) -> None:
    """The ranked districts by the group's share and the index, which hovering tells with its interval."""
    with st.skeleton(height=420):
        sure = store.district_intervals(view, index.name).reindex(ranked["leaid"]).set_axis(ranked.index)
    told = range_words.with_ranges(ranked[[index.name]], sure)[index.name]
    st.plotly_chart(
        charts.district_scatter(ranked.assign(told=told), view.groups.share_words, index.label, picked),
        config=charts.config("districts"),
        key="scatter",
        alt=f"Districts by the {view.groups.share_words} and {index.label}; the table has the numbers.",
    )


@st.fragment(parallel=True)
def show_table(view: View, measure: str, shown: dict[str, str]) -> None:
    """Every district, with intervals that take a moment to draw: no other part of the page waits."""
    with st.skeleton(height=400):
        rows = rows_with_intervals(view, measure)
    if st.toggle("Tell how sure every index is", key="every_sure", bind="query-params"):
        others = {name: index for name, index in view.indices_with_values.items() if name != measure}
        with st.spinner("Drawing students anew…"):
            rows = rows.assign(**{end: values for name in others for end, values in _ends(view, rows, name).items()})
        shown = shown | {
            f"{name}_{end}": f"{index.symbol} {called}"
            for name, index in others.items()
            for end, called in INTERVAL.items()
        }
    parts.sortable(rows.sort_values(measure, ascending=False)[list(shown)], shown, key="districts_table", bar="share")


def _ends(view: View, rows: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """An index of the rows' districts corrected for chance, and its interval, by ``<index>_<end>``."""
    sure = store.district_intervals(view, name).reindex(rows["leaid"]).set_axis(rows.index)
    return {f"{name}_{end}": sure[f"{name}_{end}"].where(rows[name].notna()) for end in INTERVAL}


view = current_view()
rows = parts.district_rows(view)
if rows.empty:
    parts.nothing_to_show(view)

measures = view.indices_with_values
st.title("How do districts compare?")
controls = st.columns([1, 1, 2])
with controls[0]:
    called = {name: index.called for name, index in measures.items()}
    measure = links.chosen(
        st.selectbox, "Compare by", "measure", called, "measure", index=list(called).index("variance_ratio")
    )
with controls[1]:
    floor = st.number_input(
        "Fewest students",
        min_value=0,
        value=DEFAULT_FLOOR,
        step=500,
        key="floor",
        bind="query-params",
        help="Indices of small districts jump with a few students, so smaller ones are not ranked.",
    )
index = measures[measure]
ranked = rows[(rows["students"] >= floor) & (rows["schools"] > 1)].assign(value=lambda t: t[measure])
ranked = ranked.dropna(subset="value").sort_values("value", ascending=False).reset_index(drop=True)
with controls[2]:
    names = store.district_names(view)
    picked = st.multiselect(
        "Side by side",
        rows.sort_values("students", ascending=False)["leaid"].tolist(),
        format_func=lambda leaid: district_label(names, leaid),
        key="picked",
        bind="query-params",
        placeholder="Pick two or more",
    )

st.markdown(district_words.districts_compared(view.place, view.groups, view.year, ranked, index, int(floor), len(rows)))
if not ranked.empty:
    show_sure(view, index, ranked)
left, right = st.columns(2, gap="large")
with left:
    st.subheader(f"{index.label} and the {view.groups.share_words}")
    if not ranked.empty:
        show_scatter(view, index, ranked, picked or ranked["leaid"].head(3).tolist())
with right:
    st.subheader("On the map")
    atlas.district_map(view, "districts")

if picked:
    st.subheader("Side by side")
    chosen = rows.set_index("leaid").loc[picked]
    tables.show(
        pd.DataFrame(
            {district_label(names, leaid): parts.place_summary(view, row, measure) for leaid, row in chosen.iterrows()}
        )
    )

st.subheader("Every district")
st.caption(f"{index.label}: {index.meaning} {index.undefined}")
st.caption(chance.MEANING)
if view.groups.many:
    st.caption(measure_words.absent_among_many())
shown = {
    "district": "District",
    "leaid": "District id",
    "schools": "Schools",
    "students": "Students",
    "share": view.groups.share_label,
    measure: index.label,
    **{end: f"{index.symbol} {called}" for end, called in INTERVAL.items()},
    "by_chance": f"{index.symbol} by chance alone",
    "care": "Read with care",
    **{name: each.label for name, each in measures.items() if name != measure},
}
show_table(view, measure, shown)
parts.download(lambda told: rows_with_intervals(told, measure).filter([*shown, "suppressed"]), view, "districts")
parts.provenance(view)
