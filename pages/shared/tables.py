"""Small tables: their cells and headings are Markdown to Streamlit, and hold what users, files and data are called."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.words.escaped import in_markdown


def show(table: pd.DataFrame) -> DeltaGenerator:
    """A table whose every text stands in it as it is; returns its place on the page."""
    shown = table.map(_plain).rename(index=_plain, columns=_plain)
    return st.table(shown)


def _plain(cell: object) -> object:
    return in_markdown(cell) if isinstance(cell, str) else cell
