"""District lines: what lies on either side, and what joining or opening across one would change."""

import streamlit as st

from pages.sections import border_lines
from pages.shared import ground, parts, store
from pages.shared.view import current_view
from pages.words import borders as border_words
from pages.words.escaped import in_markdown

view = current_view()
st.title("Where does a district line separate most?")
with st.spinner("Finding the lines that districts share"):
    neighbours = ground.neighbours(view.dataset.name, view.dataset.input_hash)
if neighbours is None:
    st.info(
        f"{view.place} has no district boundaries, so there is no map of borders and nothing says which "
        "districts are neighbours. Add a boundary file on the Sources page.",
        icon=":material/map:",
    )
    parts.provenance(view)
    st.stop()
if view.groups.many:
    st.info(
        "A line is told by the gap between one group's shares on both sides, which many groups at once do not have. "
        "Choose two groups under Change view.",
        icon=":material/info:",
    )
    parts.provenance(view)
    st.stop()

gaps = store.borders(view)
if gaps["gap"].isna().all():
    parts.nothing_to_show(view)
asked = border_lines.chosen_borders(view, gaps)
whose = f"in {view.place}"
if asked.leaid is not None:
    whose = f"of {in_markdown(store.district_name(view, asked.leaid))}"
lines = border_lines.asked_lines(view, asked)
floors = None if asked.leaid else (asked.students, asked.miles)
st.markdown(border_words.widest_border(view.groups, view.year, lines, asked.by, whose, floors))
if not lines.empty:
    border_lines.show_pictures(view, lines)
    border_lines.show_one(view, lines)
    st.subheader("Every line")
    border_lines.show_table(view, lines, asked)

st.caption(border_lines.about_borders(view, neighbours))
parts.provenance(view)
