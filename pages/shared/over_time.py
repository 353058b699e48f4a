"""A place over some years: the controls that choose them, and the cached results that follow its schools."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import streamlit as st

from analysis.measured_change import KEY, Changed, changed, in_every_year, yearly
from analysis.units import known
from data.cep import counts_everyone
from data.privacy import carried_years, marked_change
from data.schema import school_year
from pages.shared import links, store
from pages.shared.controls import district_labels
from pages.shared.view import Key, View
from pages.words.escaped import in_markdown

ALL, EVERY_YEAR = "all schools", "schools in every year"
EVERYWHERE = ""  # the place that is no district


@dataclass(frozen=True)
class Span:
    """What the page is about, as far as its link goes beyond the view's.

    Attributes:
        place: a district's id, or ``EVERYWHERE``.
        name: what people call it, as sentences take it.
        years: the years with counts from the first to the last chosen.
    """

    place: str
    name: str
    years: tuple[int, ...]


def schools(view: View, place: str) -> pd.DataFrame:
    """The schools of a place in every year, each with its ``KEY``."""
    table = _followed(view, view.key)
    return table if place == EVERYWHERE else table[table["leaid"].isin(store.ids_of(view, place))]


@st.cache_resource(max_entries=16, show_spinner=False)
def _followed(_view: View, key: Key) -> pd.DataFrame:  # noqa: ARG001 the view's key is the cache's
    table = store.schools_of_all_years(_view)
    return table.assign(**{KEY: store.lineage(_view).keys(table)["school"]})


@st.cache_resource(max_entries=64, show_spinner=False)
def _rows(
    _view: View,
    key: Key,  # noqa: ARG001 the view's key is the cache's
    place: str,
    years: tuple[int, ...],
    which: str,
) -> pd.DataFrame:
    table, groups = _counted(_view, place, years, which), _view.groups
    found = yearly(table, groups.group, groups.other, groups.indices)
    return carried_years(found, table, groups, _view.cell, keep=["schools", "students", "came", "gone", "unknown"])


def _counted(view: View, place: str, years: tuple[int, ...], which: str) -> pd.DataFrame:
    table = schools(view, place)
    table = table[table["year"].isin(years)]
    return in_every_year(table, view.groups.group, view.groups.other) if which == EVERY_YEAR else table


def counted_schools(view: View, span: Span, which: str) -> pd.DataFrame:
    """The schools of a span's years: all, or those in every year."""
    return _counted(view, span.place, span.years, which)


def rows(view: View, span: Span, which: str) -> pd.DataFrame:
    """The years of a span; see ``analysis.measured_change.yearly``."""
    return _rows(view, view.key, span.place, span.years, which)


@st.cache_resource(max_entries=64, show_spinner=False)
def _change(_view: View, key: Key, place: str, first: int, last: int) -> Changed:  # noqa: ARG001
    return changed(schools(_view, place), first, last, _view.groups.group, _view.groups.other)


def change(view: View, span: Span) -> Changed:
    """The change from the first year of a span to its last."""
    return _change(view, view.key, span.place, span.years[0], span.years[-1])


def told_change(view: View, span: Span) -> pd.DataFrame:
    """The parts of ``change`` as they may leave the product, with the years they lie between."""
    table = schools(view, span.place)
    table = table[table["year"].isin([span.years[0], span.years[-1]])]
    told = marked_change(change(view, span).change.parts, table, view.groups, view.cell)
    return told.reset_index().assign(**{"from": span.years[0], "to": span.years[-1]})


def steps(view: View, span: Span) -> list[Changed]:
    """The change from each year of a span to the next."""
    return [_change(view, view.key, span.place, first, last) for first, last in pairwise(span.years)]


def counted_years(view: View, place: str) -> list[int]:
    """The years in which any school of a place is counted."""
    table = schools(view, place)
    return sorted(int(year) for year in table.loc[known(table, view.groups.group, view.groups.other), "year"].unique())


def chosen_span(view: View) -> Span | None:
    """The controls that choose a place and two years; None where fewer than two years have counts."""
    where, start, end = st.columns([2, 1, 1])
    labels = {EVERYWHERE: f"All of {view.dataset.label}"} | district_labels(view)
    with where:
        place = links.chosen(
            st.selectbox,
            "Place",
            "place",
            labels,
            "place",
            help="Type to search. The largest districts come first.",
        )
    years = {school_year(year): year for year in counted_years(view, place)}
    if len(years) < 2:
        return None
    with start:
        first = years[_chosen_year("From", list(years)[:-1])]
    with end:
        later = [text for text, year in reversed(years.items()) if year > first]
        last = years[_chosen_year("To", later)]
    name = in_markdown(store.district_names(view).get(place) or place) if place else view.place
    return Span(place, name, tuple(year for year in years.values() if first <= year <= last))


def _chosen_year(label: str, offered: list[str]) -> str:
    """The control that chooses an end of the span."""
    key, labels = label.lower(), dict(zip(offered, offered, strict=True))
    return links.chosen(st.selectbox, label, key, labels, "school year")


def full_counts(view: View, span: Span) -> Sequence[int]:
    """How many schools count every student as disadvantaged in the first and the last year of a span."""
    table = schools(view, span.place)
    full = table[counts_everyone(table["ed"], table["students"])]["year"].value_counts()
    return [int(full.get(year, 0)) for year in (span.years[0], span.years[-1])]
