"""Section of the overview: which districts contribute most to the state's segregation, by an index of choice."""

import pandas as pd
import streamlit as st

from data.privacy import marked_districts
from pages.shared import charts, part_charts, parts, ranges, store
from pages.shared.view import View
from pages.words import numbers

SHOWN = 15
DECIMALS = 4
# What the indices that split are called here, and their symbols; those of two groups only, and of more.
_RANKED = {
    "Variance ratio (V)": ("variance_ratio", "V"),
    "Normalized exposure of all groups (V)": ("variance_ratio", "V"),
    "Theil's H": ("theil_h", "H"),
    "Mutual information (M)": ("mutual_information", "M"),
    "Exposure shortfall": ("exposure_shortfall", "shortfall"),
}
_OF_TWO = {"Variance ratio (V)", "Exposure shortfall"}
_OF_MANY = {"Normalized exposure of all groups (V)"}


def show_contributing(view: View) -> str:
    """The districts that contribute most, by the index chosen.

    Returns:
        The label of that index.
    """
    st.subheader("Which districts contribute most")
    labels = [label for label in _RANKED if label not in (_OF_TWO if view.groups.many else _OF_MANY)]
    label = st.selectbox("By their part of", labels, key="contributed", bind="query-params", width=320)
    measure, symbol = _RANKED[label]
    ranked = store.ranked_districts(view, measure)
    top = ranked.head(SHOWN)
    if top["total"].sum() > 0:
        st.markdown(
            f"The {len(top)} districts that contribute most hold {top['share'].sum():.0%} of the state's separation by "
            f"{symbol}, of {len(ranked):,} districts."
        )
        _show_ranking(view, label)
    return label


@st.fragment(parallel=True)
def _show_ranking(view: View, label: str) -> None:
    """The districts as bars and as a table, with intervals that take a moment to draw."""
    with st.skeleton(height=900):
        ranked = contributing_districts(view, label)
    _, symbol = _RANKED[label]
    ends = ranked[["corrected", "low", "high"]].itertuples(index=False)
    drawn = ranked.assign(told=[numbers.with_range(*row, DECIMALS) for row in ends]).head(SHOWN)
    st.plotly_chart(
        part_charts.ranking(drawn, symbol),
        config=charts.config("districts-by-contribution"),
        key="ranking",
        alt="Bar chart of the districts that contribute most; the table of districts below holds the same numbers.",
    )
    shown = {
        "district": "District",
        "leaid": "District id",
        "between": f"{symbol} between",
        "within": f"{symbol} within",
        "total": f"{symbol} together",
        "share": f"Share of the state's {symbol}",
        "corrected": "Corrected for chance",
        "low": "95% from",
        "high": "95% to",
    }
    decimals = dict.fromkeys(("between", "within", "total", "corrected", "low", "high"), DECIMALS)
    parts.sortable(ranked[list(shown)], shown, key="contributing_table", percent=["share"], decimals=decimals)
    st.caption(
        "Dots and *corrected for chance*: between and within together, when the students of every school are taken for "
        "one draw of those who might have attended it; the bar through the dot and *95% from* and *to*: the interval "
        "that this lies in 95 times of 100."
    )


def contributing_districts(view: View, label: str) -> pd.DataFrame:
    """What each district contributes to the year's index, the largest first, and that corrected for chance.

    Returns:
        Columns as ``measured.ranked_districts``, then corrected, low and high, of the total.
    """
    measure, _ = _RANKED[label]
    ranked = store.ranked_districts(view, measure)
    found = ranked.join(ranges.of_contributions(view, measure), on="leaid")
    told = ["between", "within", "total", "share", "corrected", "low", "high"]
    return marked_districts(found, store.schools(view), told, view.groups, view.cell)


def contributions_file(view: View, label: str) -> pd.DataFrame:
    """The same for a file: its last columns named by the index."""
    _, symbol = _RANKED[label]
    called = {"total": f"{symbol}_part", "share": f"share_of_{symbol}"}
    ends = {"corrected": f"{symbol}_part_corrected", "low": f"{symbol}_part_low", "high": f"{symbol}_part_high"}
    return contributing_districts(view, label).rename(columns=called | ends)
