"""The ranges of what pages show beside the view's own places: 95% intervals, corrected for chance."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.borders import OF_A_DISTRICT, joined_schools, opened_schools
from analysis.chance.uncertain_parts import PartSpread
from analysis.measured_change import change_intervals
from analysis.measured_uncertainty import (
    contribution_intervals,
    intervals_by,
    level_intervals,
    part_intervals,
    school_intervals,
    schools_by_chance,
)
from data.chain import chain
from data.groups import comparison, on_basis
from data.privacy import carried_years
from pages.shared import over_time, store
from pages.shared.over_time import EVERYWHERE, Span
from pages.shared.view import Key, View

ENDS = ("low", "high")
PARTS = ("between", "within")
PART_ENDS = {"corrected": "corrected", "low": "interval_low", "high": "interval_high"}


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_schools(_schools: pd.DataFrame, key: Key, place: str, which: str, names: tuple[str, ...]) -> pd.DataFrame:  # noqa: ARG001
    """Indices of some schools by year, all of them one place; the schools are those that the key and what follows say.

    Returns:
        Columns as ``analysis.measured_uncertainty.intervals_by``.
    """
    groups = comparison(key.group)
    asked = (_schools.assign(state=""), "state", groups.group, groups.other, store.replicates(_schools))
    found = intervals_by(*asked, names=names).set_index("year").drop(columns=["place", "place_name"])
    return carried_years(found, _schools, groups, key.cell)


def of_district(view: View, leaid: str, names: Sequence[str]) -> pd.DataFrame:
    """Indices of a district in every year, whatever ids it went by."""
    table = store.schools_of_all_years(view)
    return _of_schools(table[table["leaid"].isin(store.ids_of(view, leaid))], view.key, leaid, "", tuple(names))


def of_span(view: View, span: Span, which: str, names: Sequence[str]) -> pd.DataFrame:
    """Indices of a span's years, of all its schools or those in every year; for all districts together, V's parts too.

    Returns:
        Columns as ``analysis.measured_uncertainty.intervals_by``, the parts as ``variance_ratio_between`` and so on.
    """
    table, years = over_time.counted_schools(view, span, which), f"{which} {span.years}"
    found = _of_schools(table, view.key, span.place, years, tuple(names))
    return found.join(_parts_of_schools(table, view.key, years)) if span.place == EVERYWHERE else found


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_each_school(_view: View, key: Key, year: int, leaid: str) -> pd.DataFrame:  # noqa: ARG001 the view's key is the cache's
    schools, groups = store.schools(_view), _view.groups
    own = schools[schools["leaid"] == leaid]
    asked = (own, groups.group, groups.other, store.replicates(own))
    return schools_by_chance(*asked).merge(school_intervals(*asked), on="ncessch")


def of_each_school(view: View, leaid: str) -> pd.DataFrame:
    """What chance gives the measures of each school of a district, and how sure they are.

    Returns:
        Columns as ``analysis.measured_uncertainty.schools_by_chance`` and ``school_intervals``.
    """
    return _of_each_school(view, view.key, view.year, leaid)


@st.cache_resource(max_entries=32, show_spinner=False)
def _parts_of_schools(_schools: pd.DataFrame, key: Key, which: str) -> pd.DataFrame:  # noqa: ARG001
    groups = comparison(key.group)
    found = part_intervals(_schools, groups.group, groups.other, store.replicates(_schools))
    return carried_years(_flat(found[["variance_ratio"]].drop(columns="total", level=1)), _schools, groups, key.cell)


def _flat(parts: pd.DataFrame) -> pd.DataFrame:
    """Parts of ``analysis.measured_uncertainty.part_intervals`` in columns such as variance_ratio_between_corrected."""
    return parts.set_axis([f"{measure}_{part}_{PART_ENDS[end]}" for measure, part, end in parts.columns], axis=1)


@st.cache_resource(max_entries=32, show_spinner=False)
def _of_change(
    _view: View,
    key: Key,  # noqa: ARG001 the view's key is the cache's
    place: str,
    first: int,
    last: int,
) -> PartSpread:
    schools, groups = over_time.schools(_view, place), _view.groups
    schools = schools[schools["year"].isin([first, last])]
    return change_intervals(schools, first, last, groups.group, groups.other, store.replicates(schools))


def of_change(view: View, span: Span) -> PartSpread:
    """How sure a change and its parts are; see ``analysis.measured_change.change_intervals``."""
    return _of_change(view, view.key, span.place, span.years[0], span.years[-1])


@st.cache_resource(max_entries=32, show_spinner=False)
def _of_contributions(_view: View, key: Key, year: int) -> pd.DataFrame:  # noqa: ARG001 the view's key is the cache's
    schools, groups = store.schools(_view), _view.groups
    return contribution_intervals(schools, groups.group, groups.other, store.replicates(schools)).set_index("leaid")


def of_contributions(view: View, measure: str) -> pd.DataFrame:
    """What each district adds to an index; see ``analysis.measured_uncertainty.contribution_intervals``.

    Returns:
        Columns corrected, low and high, by district id.
    """
    names = {f"{measure}_{called}": end for end, called in PART_ENDS.items()}
    return _of_contributions(view, view.key, view.year)[list(names)].rename(columns=names)


@st.cache_resource(max_entries=32, show_spinner=False)
def _of_levels(_view: View, key: Key, year: int, text: str) -> pd.DataFrame:  # noqa: ARG001 the view's key is the cache's
    schools, groups = store.schools(_view), _view.groups
    columns = [level.column for level in chain(text, schools)[:-1]]
    return level_intervals(schools, groups.group, groups.other, columns, store.replicates(schools))


def of_levels(view: View, text: str) -> pd.DataFrame:
    """The parts of V at each level of a chain; see ``analysis.measured_uncertainty.level_intervals``."""
    return _of_levels(view, view.key, view.year, text)


@st.cache_resource(max_entries=16, show_spinner=False)
def _of_definitions(_view: View, key: Key, year: int, definitions: tuple[str, ...]) -> pd.DataFrame:  # noqa: ARG001
    schools = store.schools(_view)
    # Each definition stands for a year, so that all are found in one pass.
    tables = [on_basis(schools, basis).assign(year=number, state="") for number, basis in enumerate(definitions)]
    stacked, draws = pd.concat(tables, ignore_index=True), store.replicates(schools)
    names = ("variance_ratio", "dissimilarity", "exposure")
    found = intervals_by(stacked, "state", "ed", None, draws, names=names).set_index("year")
    return found.join(_flat(part_intervals(stacked, "ed", None, draws))).rename(index=dict(enumerate(definitions)))


def of_definitions(view: View, definitions: Sequence[str]) -> pd.DataFrame:
    """The indices and parts of the year's schools, a row each definition of disadvantage."""
    on_none = replace(view, basis=None)
    return _of_definitions(on_none, on_none.key.of_any_groups, view.year, tuple(definitions))


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_pair(_view: View, key: Key, year: int, pair: tuple[str, str], what: str | float) -> tuple[pd.DataFrame, ...]:  # noqa: ARG001
    schools, groups = store.schools(_view), _view.groups
    of_two, draws = (groups.group, groups.other), store.replicates(schools)
    if what == JOINED:
        schools = joined_schools(schools, pair, *of_two)
    else:
        schools = opened_schools(schools, pair, float(what), *of_two)
    schools = schools.assign(year=year)
    both = schools[schools["leaid"].isin(pair)].assign(district=lambda table: table["leaid"])
    districts = intervals_by(both, "district", *of_two, draws, names=OF_A_DISTRICT).set_index("place")
    return districts, _flat(part_intervals(schools, *of_two, draws))


TODAY, JOINED = "today", "joined"


def of_pair(view: View, pair: tuple[str, str], what: str | float) -> tuple[pd.DataFrame, ...]:
    """Both districts of a border, and all districts together: today, joined, or with a share of seats opened.

    Returns:
        The districts' indices, a row each, and the parts of all schools in one row.
    """
    if what == TODAY:
        return store.district_intervals(view, *OF_A_DISTRICT), _flat(store.parts_sure(view).loc[[view.year]])
    return _of_pair(view, view.key, view.year, pair, what)


def lines(found: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Ranges as ``charts.trend`` takes them.

    Args:
        found: as ``of_district`` and ``of_span`` give them.
        names: what each index is called in the chart.
    """
    columns = {(label, end): found[f"{name}_interval_{end}"] for name, label in names.items() for end in ENDS}
    return pd.DataFrame(columns)


def of_parts(view: View, names: dict[str, str]) -> pd.DataFrame:
    """The parts of V between and within districts, all schools of a year together, as ``charts.trend`` takes them.

    Args:
        view: the view.
        names: what each part is called in the chart.
    """
    sure = store.parts_sure(view)
    columns = {(label, end): sure["variance_ratio", part, end] for part, label in names.items() for end in ENDS}
    return pd.DataFrame(columns)
