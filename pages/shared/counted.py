"""What a dataset has counts for, looked up once: the view and the builder ask at every press."""

import streamlit as st

from data import groups
from pages.shared import store


@st.cache_resource(max_entries=8, show_spinner=False)
def comparisons(name: str, content: str) -> list[str]:
    """Keys of the comparisons of a dataset; see ``data.groups.comparisons``."""
    return groups.comparisons(store.all_schools(name, content))


@st.cache_resource(max_entries=64, show_spinner=False)
def bases(name: str, content: str, year: int | None = None) -> list[str]:
    """The ED bases of a dataset, in a year or in any; see ``data.groups.bases``."""
    everyone = store.all_schools(name, content)
    return groups.bases(everyone if year is None else everyone[everyone["year"] == year])
