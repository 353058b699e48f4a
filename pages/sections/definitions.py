"""Section of the overview: the headline numbers on every definition of disadvantage."""

import pandas as pd
import streamlit as st

from data.schema import ED_BASES
from pages.shared import ranges, store, tables
from pages.shared.view import View
from pages.words import counts as count_words
from pages.words import numbers
from pages.words import ranges as range_words

_INDICES = {
    "variance_ratio": "V",
    "variance_ratio_between": "V between",
    "variance_ratio_within": "V within",
    "dissimilarity": "D",
    "exposure": "Exposure",
}
_COUNTS = {
    "schools": "Schools covered",
    "students": "Students covered",
    "full_schools": "Schools with every student counted",
}


def show_definitions(view: View) -> None:
    """The headline numbers on every ED basis, where the data has more than one."""
    rows = store.sensitivity(view).set_index("basis", drop=False)
    if view.groups.key != "ed" or len(rows) < 2:
        return
    st.subheader("How much does the definition matter?")
    st.markdown(count_words.definitions_compared(view.place, view.year, rows, ED_BASES))
    _show_table(view, rows)


@st.fragment(parallel=True)
def _show_table(view: View, rows: pd.DataFrame) -> None:
    """A row a definition, with ranges that take a moment to draw."""
    with st.skeleton(height=36 * (len(rows) + 1)):
        told = range_words.with_ranges(rows[list(_INDICES)], ranges.of_definitions(view, rows.index.tolist()))
    shown = pd.DataFrame({"Share": rows["share"].map(numbers.percent)}).join(told.rename(columns=_INDICES))
    counts = rows[list(_COUNTS)].map("{:,}".format).rename(columns=_COUNTS)
    tables.show(shown.join(counts).rename(index=ED_BASES).rename_axis("Economically disadvantaged by"))
    st.caption(range_words.meaning(told))
