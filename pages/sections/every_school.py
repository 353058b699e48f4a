"""Section of the district page: every school in a table, with how much of what it contributes is chance."""

import pandas as pd
import streamlit as st

from data.privacy import marked_schools
from pages.shared import parts, ranges, splits, store
from pages.shared.view import View

_SURE = {"expected": "By chance", "interval_low": "From", "interval_high": "To"}


def show_every_school(view: View, leaid: str, schools: pd.DataFrame) -> None:
    """The schools of a district as a table and a file.

    Args:
        view: the view.
        leaid: the district.
        schools: as ``splits.district_schools`` gives them.
    """
    st.subheader("Every school")
    _show_table(view, leaid, schools)
    labels = _labels(view, schools)
    parts.download(
        lambda told: _with_chance(told, leaid, splits.district_schools(told, leaid)).filter([*labels, "suppressed"]),
        view,
        f"{leaid}-schools",
    )


@st.fragment(parallel=True)
def _show_table(view: View, leaid: str, schools: pd.DataFrame) -> None:
    """The table, once the draws are made; no other part of the page waits for them."""
    with st.skeleton(height=400):
        shown = _with_chance(view, leaid, schools)
    labels, points = _labels(view, schools), [] if view.groups.many else ["gap"]
    parts.sortable(
        shown[list(labels)].sort_values("share", ascending=False),
        labels,
        key="schools_table",
        percent=[name for name in labels if name.startswith("contribution")],
        points=points,
        bar="share",
    )
    st.caption(
        "*By chance*: what the measure before it would be on average if the district's students were assigned to its "
        "schools at random. *From* and *to*: the range it lies in 95 times of 100 when students are drawn anew."
    )


def _measure(view: View) -> str:
    """The measure of a school that stands with its range."""
    return "local_h" if view.groups.many else "contribution"


def _labels(view: View, schools: pd.DataFrame) -> dict[str, str]:
    of_two = {
        view.groups.group: view.groups.group_words[0].upper() + view.groups.group_words[1:],
        "gap": "Points from the district",
    }
    sure = {f"{_measure(view)}_{end}": label for end, label in _SURE.items()}
    measures = {"contribution": f"Contribution to {splits.contributed_to(view)}", "local_h": "Local H"}
    if not view.groups.many:  # the range stands beside the measure it is of
        measures = {"contribution": measures["contribution"], **sure, "local_h": measures["local_h"]}
    return {
        "school": "School",
        "ncessch": "School id",
        "level": "Level",
        "students": "Students",
        **({} if view.groups.many else of_two),
        "share": view.groups.share_label if view.groups.many else "Share",
        **(measures | sure),
        **({"cep_like": "CEP-like"} if "cep_like" in schools else {}),
    }


def _with_chance(view: View, leaid: str, schools: pd.DataFrame) -> pd.DataFrame:
    """The schools with what chance gives the measure that stands with its range, as it may be told."""
    sure = [f"{_measure(view)}_{end}" for end in _SURE]
    rows = schools.merge(ranges.of_each_school(view, leaid)[["ncessch", *sure]], on="ncessch", how="left")
    return marked_schools(rows, store.schools(view), view.groups, sure, view.cell)
