"""How separation changed over the years, for all schools or those that stayed, and what the change adds up from."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from analysis.chance.uncertain_parts import PartSpread
from analysis.change import MEASURES
from analysis.indices import INDICES, Index
from analysis.measured_change import Changed
from data.joining.lineage import summary
from data.schema import school_year
from pages.shared import charts, over_time, part_charts, parts, ranges, store, tables
from pages.shared.over_time import ALL, EVERY_YEAR, EVERYWHERE, Span
from pages.shared.view import View, current_view
from pages.words import change as change_words
from pages.words import numbers
from pages.words import ranges as range_words

LINES = {"dissimilarity": charts.BETWEEN, "theil_h": charts.WITHIN}


def show_years(view: View, span: Span) -> None:
    """Indices year by year: sentence, lines, tables and download."""
    which = st.segmented_control(
        "Schools", [ALL, EVERY_YEAR], default=ALL, required=True, key="which", bind="query-params"
    )
    rows = over_time.rows(view, span, which)
    if rows.empty:
        st.info(change_words.none_in_every_year(span.name, view.groups, span.years), icon=":material/info:")
        return
    indices = [view.indices[name] for name in LINES]
    st.markdown(change_words.trend(span.name, view.groups, rows, indices, every_year=which == EVERY_YEAR))
    _show_corrected_sentence(view, span, which)
    left, right = st.columns(2, gap="large")
    with left:
        _show_lines(view, span, which, rows)
    with right:
        if span.place == EVERYWHERE:
            _show_split(view, span, which, rows)
        else:
            _show_shares(view, rows)
    tables.show(_counts(view, rows))
    st.caption(change_words.YEAR_BY_YEAR)
    symbols = _symbols(view, span, rows)
    tables.show(_by_year(rows[list(symbols)].map(partial(numbers.number, decimals=3)), symbols))
    _show_corrected(view, span, which, symbols)
    last = replace(view, year=span.years[-1])
    parts.download(
        lambda told: (
            over_time.rows(told, span, which).join(ranges.of_span(told, span, which, list(INDICES))).reset_index()
        ),
        last,
        "trends",
        label="Year by year (CSV)",
    )


@st.fragment(parallel=True)
def _show_corrected_sentence(view: View, span: Span, which: str) -> None:
    """The same indices corrected for chance; no other part of the page waits for the draws."""
    with st.skeleton(height=24):
        sure = ranges.of_span(view, span, which, list(LINES))
    st.caption(change_words.trend_corrected(sure, [view.indices[name] for name in LINES]))


def _show_lines(view: View, span: Span, which: str, rows: pd.DataFrame) -> None:
    """D and H over the years."""
    called = {name: view.indices[name].symbol for name in LINES}
    st.subheader("The indices")
    parts.trend(
        rows[list(LINES)].astype(float).rename(columns=called),
        {called[name]: colour for name, colour in LINES.items()},
        "index",
        key="indices",
        ranges=lambda: ranges.lines(ranges.of_span(view, span, which, list(LINES)), called),
    )


def _show_split(view: View, span: Span, which: str, rows: pd.DataFrame) -> None:
    """V between and within districts over the years."""
    called = {f"variance_ratio_{part}": f"{part} districts" for part in ranges.PARTS}
    st.subheader("Between and within districts")
    parts.trend(
        rows[list(called)].rename(columns=called),
        dict(zip(called.values(), (charts.BETWEEN, charts.WITHIN), strict=True)),
        "V",
        key="split",
        ranges=lambda: ranges.lines(ranges.of_span(view, span, which, list(LINES)), called),
    )


def _show_shares(view: View, rows: pd.DataFrame) -> None:
    """A district's share of the group over the years."""
    st.subheader(view.groups.share_label)
    colour = charts.WITHIN if view.groups.many else charts.GROUP
    parts.trend(rows[["share"]], {"share": colour}, view.groups.share_words, key="share")


def _counts(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Schools, students and shares of the years as people read them."""
    counts = {
        "schools": "Schools",
        "came": "New since the row before",
        "gone": "Gone since the row before",
        "unknown": "Counts unknown",
        "students": "Students",
    }
    shown = rows[list(counts)].map(lambda count: "–" if pd.isna(count) else f"{count:,}")
    shown[view.groups.share_label] = rows["share"].map(numbers.percent)
    return _by_year(shown, counts)


def _symbols(view: View, span: Span, rows: pd.DataFrame) -> dict[str, str]:
    """The symbol of every index that has a value in some year; for all districts together, of V's parts too."""
    symbols = {name: index.symbol for name, index in view.indices.items() if rows[name].notna().any()}
    return symbols | (
        {f"variance_ratio_{part}": f"V {part}" for part in ranges.PARTS} if span.place == EVERYWHERE else {}
    )


def _by_year(shown: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """A table of years as people read it."""
    return shown.rename(columns=labels).set_axis(shown.index.map(school_year).rename("School year"))


@st.fragment(parallel=True)
def _show_corrected(view: View, span: Span, which: str, symbols: dict[str, str]) -> None:
    """The same indices corrected for chance, with ranges that take a moment to draw."""
    st.markdown("**Corrected for chance (95% interval)**")
    with st.skeleton(height=36 * (len(span.years) + 1)):
        sure = ranges.of_span(view, span, which, list(INDICES))
    told = range_words.corrected(sure, [name for name in symbols if f"{name}_corrected" in sure], 3)
    tables.show(_by_year(told, symbols))
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
    _show_parts(view, span, index, said)
    last = replace(view, year=found.last)
    parts.download(lambda told: over_time.told_change(told, span), last, "change", label="The parts (CSV)")


@st.fragment(parallel=True)
def _show_parts(view: View, span: Span, index: Index, said: str) -> None:
    """The parts of the change as bars of one index and as a table of all, with ranges that take a moment to draw."""
    found = over_time.change(view, span)
    names = {**change_words.part_labels(found.first, found.last), "change": "All together"}
    with st.skeleton(height=36 * (len(names) + 3)):
        sure = ranges.of_change(view, span)
    if not found.change.reason:
        chart = part_charts.change_parts(_bars(found, sure, index, names), index.symbol)
        st.plotly_chart(chart, config=charts.config("change"), key="change_parts", alt=said)
    tables.show(_parts_table(view, found, sure, names))
    st.caption(f"{change_words.MEANING} {change_words.RANGES}")


def _bars(found: Changed, sure: PartSpread, index: Index, names: dict[str, str]) -> pd.DataFrame:
    """The parts of an index's change as ``part_charts.change_parts`` takes them."""
    columns = {"change": found.change.parts, "corrected": sure.corrected, "low": sure.low, "high": sure.high}
    bars = pd.DataFrame({name: table.loc[index.name, list(names)].astype(float) for name, table in columns.items()})
    told = [change_words.part_with_range(*ends) for ends in bars[["corrected", "low", "high"]].itertuples(index=False)]
    return bars.assign(label=list(names.values()), whole=bars.index == "change", told=told).reset_index(drop=True)


def _parts_table(view: View, found: Changed, sure: PartSpread, names: dict[str, str]) -> pd.DataFrame:
    """Both years and the parts of the change of each index, by what they are called."""
    labels = {"before": school_year(found.first), "after": school_year(found.last)} | names
    tables, shown = (found.change.parts, sure.corrected, sure.low, sure.high), {}
    for index in MEASURES:
        rows = zip(*(each.loc[index, list(labels)].astype(float) for each in tables), strict=True)
        shown[view.indices[index].called] = [
            numbers.with_corrected(*row, change_words.DECIMALS)
            if name in ("before", "after")
            else change_words.part_with_corrected(*row)
            for name, row in zip(labels, rows, strict=True)
        ]
    return pd.DataFrame(shown, index=pd.Index(labels.values(), name="Part"))


view = current_view()
if store.schools_of_all_years(view).empty:
    parts.nothing_to_show(view)
st.title("How has separation changed, and why?")
span = over_time.chosen_span(view)
if span is None:
    st.info(change_words.too_few_years(view.place, view.groups), icon=":material/info:")
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
