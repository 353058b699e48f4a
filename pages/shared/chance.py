"""What chance alone gives every index, and the index corrected for it; no other part of a page waits for the draws."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.shared import store, tables
from pages.shared.view import View
from pages.words import measures as measure_words
from pages.words import numbers
from pages.words import ranges as range_words
from pages.words.escaped import in_markdown

BY_CHANCE = "By chance alone"
CORRECTED = "Corrected for chance (95% interval)"
MEANING = (
    f"*{BY_CHANCE}*: what the measure would be on average if these students were assigned to these schools at random. "
    "*Corrected for chance*: what is left when each school's students are taken for one draw of those who might have "
    "attended it, and the range it lies in 95 times of 100. Methods says how."
)


@st.fragment(parallel=True)
def show(view: View, leaid: str | None, table: Callable[[], pd.DataFrame]) -> None:
    """A sentence on chance, a table of measures that takes a moment to draw, and what its columns mean.

    Args:
        view: the view.
        leaid: the district, or None for the state.
        table: makes the table.
    """
    with st.skeleton(height=360):
        sure, shown = store.how_sure(view, leaid), table()
    name = view.place if leaid is None else in_markdown(store.district_name(view, leaid))
    d = sure.loc["dissimilarity", ["value", "expected", "chance_share"]]
    st.markdown(measure_words.chance(name, view.year, view.groups, *d))
    tables.show(shown)
    st.caption(" ".join([MEANING, *range_words.thinner(shown.filter(like="orrected"))]))


def state_measures(view: View) -> pd.DataFrame:
    """Every index of the state with what chance alone gives it."""
    sure = store.how_sure(view)
    values = [numbers.number(value) for value in sure["value"]]
    found = columns(view, sure)
    found.insert(0, "All schools", values)
    parts = store.parts_sure(view).loc[view.year]
    for part in ("between", "within"):
        found[f"{part.capitalize()} districts, corrected"] = [
            range_words.part_with_range(parts, name, part) for name in sure.index
        ]
    return found.rename_axis("Measure")


def columns(view: View, sure: pd.DataFrame) -> pd.DataFrame:
    """How sure every index is, one row an index by its name."""
    ends = sure[["corrected", "interval_low", "interval_high"]].itertuples(index=False)
    shown = {
        BY_CHANCE: [numbers.expected(value) for value in sure["expected"]],
        CORRECTED: [numbers.with_range(*row) for row in ends],
    }
    return pd.DataFrame(shown, index=[view.indices[name].called for name in sure.index])
