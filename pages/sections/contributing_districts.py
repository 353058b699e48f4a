"""Section of the overview: which districts contribute most to the state's segregation, by an index of choice."""

import pandas as pd
import streamlit as st

from data.privacy import marked_districts
from pages.shared import charts, store
from pages.shared.view import View

SHOWN = 15
# What the indices that split are called here, and their symbols.
_RANKED = {
    "Variance ratio (V)": ("variance_ratio", "V"),
    "Theil's H (H)": ("theil_h", "H"),
    "Mutual information (M)": ("mutual_information", "M"),
    "Exposure shortfall": ("exposure_shortfall", "shortfall"),
}


def show_contributing(view: View) -> str:
    """The districts that contribute most, by the index chosen.

    Returns:
        The label of that index.
    """
    st.subheader("Which districts contribute most")
    labels = [label for label, (name, _) in _RANKED.items() if not (view.groups.many and name == "exposure_shortfall")]
    label = st.selectbox("By their part of", labels, key="contributed", bind="query-params", width=320)
    ranked = contributing_districts(view, label)
    top, (_, symbol) = ranked.head(SHOWN), _RANKED[label]
    if top["total"].sum() > 0:
        st.markdown(
            f"The {len(top)} districts below hold {top['share'].sum():.0%} of the state's separation by {symbol}, of "
            f"{len(ranked):,} districts."
        )
        st.plotly_chart(
            charts.ranking(top, symbol),
            config=charts.config("districts-by-contribution"),
            key="ranking",
            alt="Bar chart of the districts that contribute most; the table of districts below holds the same numbers.",
        )
    return label


def contributing_districts(view: View, label: str) -> pd.DataFrame:
    """What each district contributes to the year's index, the largest first; see ``measured.ranked_districts``."""
    ranked = store.ranked_districts(view, _RANKED[label][0])
    return marked_districts(
        ranked, store.schools(view), ["between", "within", "total", "share"], view.groups, view.cell
    )


def contributions_file(view: View, label: str) -> pd.DataFrame:
    """The same for a file: its last columns named by the index."""
    _, symbol = _RANKED[label]
    return contributing_districts(view, label).rename(
        columns={"total": f"{symbol}_part", "share": f"share_of_{symbol}"}
    )
