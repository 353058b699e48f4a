"""A state at a glance: how separate its schools are, and whether that lies between or within districts."""

from functools import partial

import streamlit as st

from pages.sections import contributing_districts
from pages.sections.definitions import show_definitions
from pages.shared import atlas, chance, charts, parts, ranges, splits, store, tables, years
from pages.shared.view import current_view
from pages.words import measures as measure_words

view = current_view()
place = view.place
decomposed = store.decomposed(view)
if view.year not in decomposed.index:
    parts.nothing_to_show(view)
this_year = decomposed.loc[view.year]
between, within = (float(this_year["variance_ratio", part]) for part in ("between", "within"))

st.title(measure_words.headline(between, within))
if view.groups.many:
    chances = store.chances_of_difference(view).loc[view.year]
    answer = measure_words.where_many_lie(
        place, view.year, view.groups, chances["of_all"], chances["of_school"], between, within
    )
else:
    typical = store.typical_schools(view).loc[view.year]
    answer = measure_words.where_it_lies(
        place, view.year, view.groups, typical["of_group"], typical["of_other"], between, within
    )
st.markdown(answer)

left, right = st.columns([3, 2], gap="large")
with left:
    atlas.district_map(view, "overview")
with right:
    st.subheader("Where it lies")
    if between + within > 0:
        splits.where_it_lies(view, between, within)
    st.caption(
        f"{view.indices['variance_ratio'].label} V, which splits exactly: 0 where every school has the same mix, "
        "1 where none mixes."
    )
    st.subheader("Over the years")
    parts.trend(
        decomposed["variance_ratio"].rename(columns={"between": "between districts", "within": "within districts"}),
        {"between districts": charts.BETWEEN, "within districts": charts.WITHIN},
        "V",
        key="state_trend",
        ranges=partial(ranges.of_parts, view, {part: f"{part} districts" for part in ranges.PARTS}),
    )
    years.state_summary(view)
    if len(view.dataset.years) > 1:
        st.page_link("trends.py", label="Why did it change?", icon=":material/timeline:")

ranked_by = contributing_districts.show_contributing(view)

st.subheader("Every measure")
tables.show(parts.state_measures(view))
st.markdown(splits.shares_between(view))
st.subheader("How much of it is chance?")
chance.show(view, None, partial(chance.state_measures, view))
st.page_link("methods.py", label="What each measure means", icon=":material/menu_book:")
show_definitions(view)
parts.download(
    lambda told: contributing_districts.contributions_file(told, ranked_by),
    view,
    "district-contributions",
    label="Every district's contribution (CSV)",
)
years.state_events(view)
parts.provenance(view)
