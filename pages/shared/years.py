"""What became of schools and districts over the years, beside the trends that follow them."""

import pandas as pd
import streamlit as st

from data.joining.lineage import KINDS, summary
from data.schema import school_year
from pages.shared import parts, ranges, store, tables
from pages.shared.view import View
from pages.words import districts as district_words
from pages.words.escaped import in_markdown


def district_trend(view: View, leaid: str, name: str, lines: pd.DataFrame, colours: dict[str, str]) -> None:
    """A district's lines over the years, whatever ids it went by, with a mark where it became another district.

    Args:
        view, leaid, name: the district.
        lines, colours: as ``parts.trend``.
    """
    events = _of_district(view, leaid)
    turns = events[
        events["unit"].eq("district") & events["kind"].isin(district_words.TURNS) & events["year"].isin(lines.index)
    ]
    marks = turns.groupby("year")["kind"].agg(lambda kinds: ", ".join(dict.fromkeys(kinds)))
    called = {"dissimilarity": "D", "variance_ratio": "V"}
    parts.trend(
        lines,
        colours,
        "index",
        key="trend",
        marks={int(year): kinds for year, kinds in marks.items()},
        ranges=lambda: ranges.lines(ranges.of_district(view, leaid, list(called)), called),
    )
    if len(view.dataset.years) > 1:
        st.markdown(district_words.district_years(in_markdown(name), store.ids_of(view, leaid), events))


def district_events(view: View, leaid: str) -> None:
    """What became of a district and its schools over the years, if anything did."""
    events = _of_district(view, leaid)
    if events.empty:
        return
    st.subheader("What became of it and its schools")
    tables.show(_shown(events))
    parts.download(lambda _: events, view, f"{leaid}-years", label="Its years (CSV)")


def state_summary(view: View) -> None:
    """How many schools and districts opened, closed and changed, whatever the view's level."""
    if len(view.dataset.years) > 1:
        st.caption(summary(store.lineage(view).events, view.dataset.years))


def state_events(view: View) -> None:
    """What became of the state's schools and districts, year by year, if anything did."""
    events = store.lineage(view).events
    if events.empty:
        return
    st.subheader("What became of schools and districts?")
    counted = events.groupby(["unit", "kind", "year"], as_index=False).agg(events=("evidence", "size"))
    table = counted.pivot_table(index=["unit", "kind"], columns="year", values="events", fill_value=0, aggfunc="sum")
    order = [(unit, kind) for unit in ("school", "district") for kind in KINDS if (unit, kind) in table.index]
    table = table.reindex(order).rename(columns=school_year)
    names = pd.Index([f"{unit[0].upper()}{unit[1:]}s {kind}" for unit, kind in table.index], name="Seen first in")
    tables.show(table.set_axis(names).rename_axis(None, axis=1))
    with st.expander("What each of these means"):
        meanings = zip(names, (KINDS[kind] for _, kind in table.index), strict=True)
        st.markdown("\n".join(f"- *{name}*: {meaning}." for name, meaning in meanings))
    parts.download(lambda _: events, view, "years", label="Every one of them (CSV)")


def _of_district(view: View, leaid: str) -> pd.DataFrame:
    """The events that a district or its schools have part in."""
    events, own = store.lineage(view).events, store.ids_of(view, leaid)
    return events[events["from_district"].isin(own) | events["to_district"].isin(own)]


def _shown(events: pd.DataFrame) -> pd.DataFrame:
    """Events as people read them, the latest first."""
    rows = events.sort_values("year", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "What happened": rows["unit"].str.capitalize() + " " + rows["kind"],
            "Name": rows["name"],
            "Id before": rows["from_id"].fillna("none"),
            "Id after": rows["to_id"].fillna("none"),
            "Students": rows["students"].map("{:,}".format),
            "Evidence": rows["evidence"],
        }
    ).set_axis(rows["year"].map(school_year).rename("School year"))
