"""Section of the district page: a district among the districts most like it."""

from math import isnan

import pandas as pd
import streamlit as st

from analysis.indices import INDICES
from analysis.peers import PARTS, place_among
from pages.shared import charts, parts, store
from pages.shared.view import View
from pages.words import districts as district_words
from pages.words import numbers

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
    rows = parts.district_rows(view).set_index("leaid")
    place = place_among(rows, leaid, found["leaid"].tolist(), list(view.indices))
    st.markdown(
        district_words.place_among(name, view.groups, view.year, place.loc[SPOKEN], view.indices[SPOKEN].label.lower())
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            charts.among(_drawn(view, rows.reindex([leaid, *found["leaid"]]), leaid), name),
            config=charts.config("similar-districts"),
            key="similar",
            alt=f"Each index of {name} and of {len(found)} similar districts; the table beside it holds the same.",
        )
    with right:
        st.table(_places(view, place))
    _show_districts(view, leaid, found)


def _drawn(view: View, rows: pd.DataFrame, leaid: str) -> pd.DataFrame:
    """One row an index and district, as ``charts.among`` takes them."""
    names = [name for name in DRAWN if name in view.indices]
    long = rows.reset_index().melt(["leaid", "district"], names, "index", "value").dropna(subset="value")
    return long.assign(own=long["leaid"] == leaid, label=long["index"].map(lambda name: view.indices[name].label))


def _places(view: View, place: pd.DataFrame) -> pd.DataFrame:
    """Every index: here, among the others, and above how many."""
    return (
        pd.DataFrame(
            {
                "Here": place["value"].map(numbers.number),
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
        .rename(index=lambda name: f"{view.indices[name].label} ({view.indices[name].symbol})")
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
        shown.round(dict.fromkeys(["distance", *known], 2)),
        labels,
        key="similar_districts",
        percent=["share_ed"] if "share_ed" in shown else [],
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
