"""The ranges of the lines that pages draw over the years: 95 % intervals of what they show, corrected for chance."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.measured_uncertainty import intervals_by, part_intervals
from data.groups import comparison
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


@st.cache_resource(max_entries=32, show_spinner=False)
def _parts_of_schools(_schools: pd.DataFrame, key: Key, which: str) -> pd.DataFrame:  # noqa: ARG001
    groups = comparison(key.group)
    found = part_intervals(_schools, groups.group, groups.other, store.replicates(_schools))
    columns = {
        f"variance_ratio_{part}_{name}": found["variance_ratio", part, end]
        for part in PARTS
        for end, name in PART_ENDS.items()
    }
    return carried_years(pd.DataFrame(columns), _schools, groups, key.cell)


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
