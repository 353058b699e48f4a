"""Section of the district page: a district among the districts most like it."""

from math import isnan

import pandas as pd
import streamlit as st

from analysis.indices import INDICES
from analysis.peers import PARTS, place_among
from pages.shared import charts, parts, ranges, store, tables
from pages.shared.view import View
from pages.words import districts as district_words
from pages.words import numbers
from pages.words import ranges as range_words
from pages.words.escaped import in_markdown

# What the words speak of, and what the picture shows: the indices from 0 to 1.
SPOKEN = "variance_ratio"
DRAWN = tuple(name for name, index in INDICES.items() if index.high == 1)
_PART_WORDS = {"size": "size", "ed": "disadvantage", "races": "races", "grades": "grades", "locale": "locale"}


def show_similar(view: View, leaid: str, name: str) -> None:
    """The district's indices among those of similar districts, and which those are."""
    found = store.peers(view, leaid)
    st.subheader(f"Among {len(found)} similar districts")
    if found.empty:
        st.caption("No other district in this view can be compared with it.")
        return
    _show_place(view, leaid, name, found["leaid"].tolist())
    _show_districts(view, leaid, found)


@st.fragment(parallel=True)
def _show_place(view: View, leaid: str, name: str, others: list[str]) -> None:
    """Where the district's indices stand among those of others, with ranges that take a moment to draw."""
    with st.skeleton(height=400):
        sure = store.district_intervals(view, *view.indices)
    rows = parts.district_rows(view).set_index("leaid").reindex([leaid, *others])
    indices = list(view.indices)
    told = range_words.with_ranges(rows[indices], sure)
    place = place_among(rows, leaid, others, indices)
    st.markdown(
        district_words.place_among(
            in_markdown(name),
            view.groups,
            view.year,
            place.loc[SPOKEN],
            view.indices[SPOKEN].label.lower(),
            told.loc[leaid, SPOKEN],
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            charts.among(_drawn(view, rows, told, sure, leaid), name),
            config=charts.config("similar-districts"),
            key="similar",
            alt=f"Each index of {name} and of {len(others)} similar districts; the table beside it holds the same.",
        )
    with right:
        here = range_words.corrected(sure.reindex([leaid]), indices)
        tables.show(_places(view, place, here.loc[leaid]))
    st.caption(f"{range_words.meaning(here)} In the picture the line by the diamond is that interval.")


def _drawn(view: View, rows: pd.DataFrame, told: pd.DataFrame, sure: pd.DataFrame, leaid: str) -> pd.DataFrame:
    """One row an index and district, as ``charts.among`` takes them."""
    drawn = []
    for name in (name for name in DRAWN if name in view.indices):
        ends = sure[[f"{name}_interval_{end}" for end in ranges.ENDS]].set_axis(list(ranges.ENDS), axis=1)
        of_one = rows[["district"]].assign(value=rows[name], told=told[name], label=view.indices[name].label)
        drawn.append(of_one.join(ends).assign(own=rows.index == leaid))
    return pd.concat(drawn).dropna(subset="value")


def _places(view: View, place: pd.DataFrame, here: pd.Series) -> pd.DataFrame:
    """Every index: here, and corrected with its range, among the others, and above how many."""
    return (
        pd.DataFrame(
            {
                "Here": place["value"].map(numbers.number),
                "Corrected": here.reindex(place.index),
                "Similar districts": [
                    f"{numbers.between(low, high)}, half above {numbers.number(middle)}"
                    if others
                    else numbers.UNDEFINED
                    for low, high, middle, others in place[["low", "high", "median", "others"]].itertuples(index=False)
                ],
                "Higher than": [
                    f"{below:.0f} of {others:.0f}" if others else numbers.UNDEFINED
                    for below, others in place[["below", "others"]].itertuples(index=False)
                ],
                "Percentile": [
                    numbers.UNDEFINED if isnan(part) else f"{100 * part:.0f}" for part in place["percentile"]
                ],
            },
        )
        .rename(index=lambda name: view.indices[name].called)
        .rename_axis("Measure")
    )


def _show_districts(view: View, leaid: str, found: pd.DataFrame) -> None:
    """The similar districts, how far each is in all and in each part."""
    known = [name for name in PARTS if name in found]
    absent = [PARTS[name] for name in PARTS if name not in found]
    labels = {
        "district": "District",
        "leaid": "District id",
        "schools": "Schools",
        "students": "Students",
        "share_ed": "Share disadvantaged",
        "distance": "Distance",
    } | {name: f"Distance in {word}" for name, word in _PART_WORDS.items() if name in known}
    shown = found[[name for name in labels if name in found]]
    parts.sortable(
        shown,
        labels,
        key="similar_districts",
        percent=["share_ed"] if "share_ed" in shown else [],
        decimals=dict.fromkeys(["distance", *known], 2),
    )
    st.caption(
        f"Compared by {'; '.join(PARTS[name] for name in known)}. A distance of 1 is the spread of all districts of "
        "the view in that part; the distance in all is the root mean square of the parts known of both."
        + (f" Not compared, for the data does not tell: {'; '.join(absent)}." if absent else "")
    )
    parts.download(
        lambda told: store.peers(told, leaid).filter([*labels, "suppressed"]),
        view,
        "similar-districts",
        label="Similar districts (CSV)",
    )
