"""Compare districts: a table to sort, a scatter, a map, and any few side by side."""

import pandas as pd
import streamlit as st

from analysis.indices import INDICES
from pages.shared import charts, parts, store, words
from pages.shared.view import current_view, district_label

DEFAULT_FLOOR = 1000

view = current_view()
rows = parts.district_rows(view)
if rows.empty:
    parts.nothing_to_show(view)

st.title("How do districts compare?")
controls = st.columns([1, 1, 2])
with controls[0]:
    measure = st.selectbox(
        "Compare by",
        list(INDICES),
        format_func=lambda name: f"{INDICES[name].label} ({INDICES[name].symbol})",
        index=list(INDICES).index("variance_ratio"),
        key="measure",
        bind="query-params",
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
index = INDICES[measure]
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

st.markdown(words.districts_compared(view.groups, view.year, ranked, index, int(floor), len(rows)))
left, right = st.columns(2, gap="large")
with left:
    st.subheader(f"{index.label} and the share of the group")
    if not ranked.empty:
        named = picked or ranked["leaid"].head(3).tolist()
        st.plotly_chart(
            charts.district_scatter(ranked, view.groups.group_words, index.label, named),
            config=charts.config("districts"),
            key="scatter",
            alt=f"Districts by their share of {view.groups.group_words} and {index.label}; the table has the numbers.",
        )
with right:
    st.subheader("On the map")
    parts.district_map(view, "districts")

if picked:
    st.subheader("Side by side")
    chosen = rows.set_index("leaid").loc[picked]
    st.table(
        pd.DataFrame({district_label(names, leaid): parts.place_summary(view, row) for leaid, row in chosen.iterrows()})
    )

st.subheader("Every district")
st.caption(f"{index.label}: {index.meaning} {index.undefined}")
shown = {
    "district": "District",
    "leaid": "District id",
    "schools": "Schools",
    "students": "Students",
    "share": "Share of the group",
    **{name: each.label for name, each in INDICES.items()},
}
parts.sortable(rows.sort_values(measure, ascending=False)[list(shown)], shown, key="districts_table", bar="share")
parts.download(lambda told: parts.district_rows(told).filter([*shown, "suppressed"]), view, "districts")
parts.provenance(view)
