"""How separation changed over the years, for all schools or those that stayed, and what the change adds up from."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.change import MEASURES
from analysis.indices import INDICES
from analysis.measured_change import Changed
from data.joining.lineage import summary
from data.schema import school_year
from pages.shared import charts, over_time, parts, ranges, store
from pages.shared.over_time import ALL, EVERY_YEAR, EVERYWHERE, Span
from pages.shared.view import View, current_view
from pages.words import change as change_words
from pages.words import numbers
from pages.words import ranges as range_words

LINES = {"dissimilarity": charts.BETWEEN, "theil_h": charts.WITHIN}


def show_years(view: View, span: Span) -> None:
    """Indices year by year: sentence, lines, table and download."""
    which = st.segmented_control(
        "Schools", [ALL, EVERY_YEAR], default=ALL, required=True, key="which", bind="query-params"
    )
    rows = over_time.rows(view, span, which)
    if rows.empty:
        st.info(change_words.none_in_every_year(span.name, view.groups, span.years), icon=":material/info:")
        return
    indices = [view.indices[name] for name in LINES]
    st.markdown(change_words.trend(span.name, view.groups, rows, indices, every_year=which == EVERY_YEAR))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("The indices")
        lines = rows[list(LINES)].astype(float).set_axis([index.symbol for index in indices], axis=1)
        called = {index.name: index.symbol for index in indices}
        parts.trend(
            lines,
            dict(zip(lines, LINES.values(), strict=True)),
            "index",
            key="indices",
            ranges=lambda: ranges.lines(ranges.of_span(view, span, which, list(LINES)), called),
        )
    with right:
        if span.place == EVERYWHERE:
            st.subheader("Between and within districts")
            split = {"between districts": charts.BETWEEN, "within districts": charts.WITHIN}
            parts_of_v = {f"variance_ratio_{part}": f"{part} districts" for part in ranges.PARTS}
            parts.trend(
                rows[list(parts_of_v)].set_axis(list(split), axis=1),
                split,
                "V",
                key="split",
                ranges=lambda: ranges.lines(ranges.of_span(view, span, which, list(LINES)), parts_of_v),
            )
        else:
            st.subheader(view.groups.share_label)
            colour = charts.WITHIN if view.groups.many else charts.GROUP
            lines = rows[["share"]].set_axis(["share"], axis=1)
            parts.trend(lines, {"share": colour}, view.groups.share_words, key="share")
    st.table(_counts(view, rows))
    st.caption(change_words.YEAR_BY_YEAR)
    _show_indices(view, span, which, rows)
    last = replace(view, year=span.years[-1])
    parts.download(
        lambda told: (
            over_time.rows(told, span, which).join(ranges.of_span(told, span, which, list(INDICES))).reset_index()
        ),
        last,
        "trends",
        label="Year by year (CSV)",
    )


def _counts(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Schools, students and shares of the years as people read them."""
    counts = {
        "schools": "Schools",
        "came": "New since the row before",
        "gone": "Gone since the row before",
        "unknown": "Counts unknown",
        "students": "Students",
    }
    shown = rows[list(counts)].map(lambda count: "–" if pd.isna(count) else f"{count:,}").rename(columns=counts)
    shown[view.groups.share_label] = rows["share"].map(numbers.percent)
    return shown.set_axis(rows.index.map(school_year).rename("School year"))


@st.fragment(parallel=True)
def _show_indices(view: View, span: Span, which: str, rows: pd.DataFrame) -> None:
    """The indices of the years, with ranges that take a moment to draw."""
    with st.skeleton(height=36 * (len(rows) + 1)):
        sure = ranges.of_span(view, span, which, list(INDICES))
    symbols = {name: index.symbol for name, index in view.indices.items() if rows[name].notna().any()}
    symbols |= {f"variance_ratio_{part}": f"V {part}" for part in ranges.PARTS} if span.place == EVERYWHERE else {}
    told = range_words.with_ranges(rows[list(symbols)], sure, decimals=3)
    st.table(told.rename(columns=symbols).set_axis(rows.index.map(school_year).rename("School year")))
    st.caption(range_words.meaning(told))


def show_change(view: View, span: Span) -> None:
    """The change of H or M in its parts: sentence, bars, table and download."""
    found = over_time.change(view, span)
    name = st.segmented_control(
        "Index",
        MEASURES,
        format_func=lambda name: view.indices[name].called,
        default=MEASURES[0],
        required=True,
        key="of",
        bind="query-params",
    )
    index = view.indices[name]
    said = change_words.change(span.name, view.groups, found, index)
    st.markdown(said)
    about = (span.name, view.groups, found)
    notes = [change_words.largest_step(*about, over_time.steps(view, span), index), change_words.uncounted(*about)]
    if view.groups.group == "ed":
        notes.append(change_words.full_counts(span.name, found, *over_time.full_counts(view, span)))
    for note in filter(None, notes):
        st.markdown(f":material/info: {note}")
    names = {**change_words.part_labels(found.first, found.last), "change": "All together"}
    if not found.change.reason:
        row = found.change.parts.loc[name, list(names)]
        bars = pd.DataFrame({"label": names.values(), "change": row.to_numpy(), "whole": row.index == "change"})
        chart = charts.change_parts(bars, index.symbol)
        st.plotly_chart(chart, config=charts.config("change"), key="change_parts", alt=said)
    _show_parts(view, span, found, {"before": school_year(found.first), "after": school_year(found.last)} | names)
    last = replace(view, year=found.last)
    parts.download(lambda told: over_time.told_change(told, span), last, "change", label="The parts (CSV)")


@st.fragment(parallel=True)
def _show_parts(view: View, span: Span, found: Changed, names: dict[str, str]) -> None:
    """Both years and the parts of the change by what they are called, with ranges that take a moment to draw."""
    with st.skeleton(height=36 * (len(names) + 3)):
        low, high = ranges.of_change(view, span)
    parts_of, shown = found.change.parts, {}
    for index in MEASURES:
        rows = zip(names, *(each.loc[index, list(names)].astype(float) for each in (parts_of, low, high)), strict=True)
        shown[view.indices[index].called] = [
            numbers.with_range(*ends, change_words.DECIMALS)
            if name in ("before", "after")
            else change_words.part_with_range(*ends)
            for name, *ends in rows
        ]
    st.table(pd.DataFrame(shown, index=pd.Index(names.values(), name="Part")))
    st.caption(f"{change_words.MEANING} {change_words.RANGES}")


view = current_view()
if store.schools_of_all_years(view).empty:
    parts.nothing_to_show(view)
st.title("How has separation changed, and why?")
span = over_time.chosen_span(view)
if span is None:
    st.info(change_words.too_few_years(view.dataset.label, view.groups), icon=":material/info:")
    parts.provenance(view)
    st.stop()
show_years(view, span)
st.subheader(f"What changed between {school_year(span.years[0])} and {school_year(span.years[-1])}?")
show_change(view, span)
if span.place == EVERYWHERE:
    events = store.lineage(view).events
    st.caption(
        "What became of schools and districts, whatever the view's level. "
        + summary(events[events["year"].between(span.years[0] + 1, span.years[-1])], span.years)
    )
parts.provenance(view)
