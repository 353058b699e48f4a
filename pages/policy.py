"""What 50/50 assignment would do to each school of a district, the sending schools included."""

import streamlit as st

from pages.plan.builder import show_plan
from pages.shared import parts, store
from pages.shared.controls import chosen_district
from pages.shared.view import current_view
from pages.words.escaped import in_markdown

view = current_view()
district = chosen_district(view)
if district is None:
    parts.nothing_to_show(view)
st.title(f"What would 50/50 do in {in_markdown(store.district_name(view, district))}?")
plan = st.container()
parts.provenance(view)
with plan:
    show_plan(view, district)
