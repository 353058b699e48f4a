"""What surrounds every page: navigation, the view bar, and the label of fictional data."""

from pathlib import Path

import streamlit as st

from pages.shared import links, store
from pages.shared.controls import show_view_bar
from pages.shared.view import current_view

st.set_page_config(page_title="Evenground", page_icon=str(Path(__file__).parent / "static" / "icon.svg"), layout="wide")
st.html(Path(__file__).parent / "static" / "look.css")
page = st.navigation(
    [
        st.Page("overview.py", title="Overview", default=True, help="A state: how separate, and where it lies."),
        st.Page("districts.py", title="Districts", help="Compare districts with each other."),
        st.Page("district.py", title="District", help="One district and its schools."),
        st.Page("borders.py", title="Borders", help="What lies on either side of each district line."),
        st.Page("trends.py", title="Trends", help="How separation changed over the years, and why."),
        st.Page("policy.py", title="50/50 policy", help="What 50/50 assignment would change."),
        st.Page("statewide.py", title="Statewide", help="One 50/50 policy in every district at once."),
        st.Page("sources.py", title="Sources", help="The data, and how to add yours."),
        st.Page("quality.py", title="Data quality", help="What is in the data, what is missing, what is odd."),
        st.Page("methods.py", title="Methods", help="How every number is made."),
    ],
    position="top",
)
links.drop_endless()
if "plan" in st.query_params:  # the engine of plans need not wait for every page
    from pages.plan.session import open_link

    open_link()
show_view_bar()
page.run()
store.settle(page.title, current_view().dataset.name)
