"""The 95 % intervals beside the numbers that pages draw, on the page and in what it gives out."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from analysis.measured_uncertainty import intervals_by, part_intervals
from data import store
from data.inclusion import USUALLY_EXCLUDED, included
from data.load import load
from pages.shared.store import replicates
from pages.words.numbers import with_range
from tests.small_state import lines, written

FRANKLIN = store.find("franklin")


@pytest.fixture(scope="module")
def schools():
    return included(store.schools(FRANKLIN), USUALLY_EXCLUDED)[0]


@pytest.fixture
def two_years(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state, and the same a year later with four disadvantaged students in one school, all in another."""
    later = [line.replace("2020,", "2021,", 1) for line in lines()[1:]]
    later[0], later[1] = later[0].replace(",100,90,", ",100,4,"), later[1].replace(",100,50,", ",100,100,")
    return load([written(tmp_path / "two.csv", [*lines(), *later])], name="two-years")


@pytest.fixture
def downloaded(opened, monkeypatch):
    """Open a page; the tables that its buttons give, by label."""

    def downloaded(page, **link):
        given = {}

        def button(_, label, data, **__):
            given[label] = data

        monkeypatch.setattr(st.delta_generator.DeltaGenerator, "download_button", button)
        monkeypatch.setattr(st, "download_button", lambda label, data, **_: given.update({label: data}))
        opened(page, **link)
        return {label: pd.read_csv(StringIO(data())) for label, data in given.items() if callable(data)}

    return downloaded


def test_overview_says_how_sure_its_split_is(opened, schools):
    sure = part_intervals(schools, "ed", None, replicates(schools)).iloc[-1]
    app = opened("overview")
    between, within = (
        with_range(*(sure["variance_ratio", part, end] for end in ("corrected", "low", "high")))
        for part in ("between", "within")
    )
    said = f"Corrected for chance (95 % interval): {between} between districts, {within} within them."
    assert said in [each.value for each in app.caption]
    (shown,) = (each.value for each in app.table if "Between districts, corrected" in each.value)
    assert shown.loc["Variance ratio (V)", "Between districts, corrected"] == between
    assert shown.loc["Dissimilarity (D)", "Within districts, corrected"].startswith("adds 0.0")
    assert shown.loc["Gini (G)", "Within districts, corrected"] == "does not split"


@pytest.mark.parametrize("groups", ["all races", "Black students / White students"])
def test_any_groups_have_ranges(opened, groups):
    assert any(
        "Corrected for chance (95 % interval)" in each.value for each in opened("overview", groups=groups).caption
    )


def test_districts_are_ranked_with_their_intervals(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    found = intervals_by(this_year, "district", "ed", None, replicates(this_year), names=("gini",)).set_index("place")
    shown = opened("districts", measure="Gini (G)").dataframe[0].value.set_index("District id")
    for column, end in {
        "G corrected": "corrected",
        "G 95 % from": "interval_low",
        "G 95 % to": "interval_high",
    }.items():
        expected = found[f"gini_{end}"].reindex(shown.index).where(shown["Gini"].notna())
        np.testing.assert_allclose(shown[column], expected, equal_nan=True)


def test_downloads_carry_intervals_of_protected_counts_alone(two_years, downloaded):  # noqa: ARG001
    link = {"state": "Ohio", "minimum_cell": "0"}
    columns = [f"dissimilarity_{end}" for end in ("corrected", "interval_low", "interval_high")]
    parts = [column.replace("dissimilarity", "variance_ratio_between") for column in columns]
    shown = downloaded("trends", **link)["Year by year (CSV)"]
    assert shown[[*columns, *parts]].notna().all(axis=None)
    # What the later year hides in one district is too much for its indices.
    told = downloaded("trends", state="Ohio", place="Uneven (3900001)")["Year by year (CSV)"].set_index("year")
    assert told.loc[2020, [*columns, "dissimilarity"]].notna().all()
    assert told.loc[2021, [*columns, "dissimilarity"]].isna().all()
    rows = downloaded("districts", state="Ohio")["Table (CSV)"].set_index("leaid")
    assert rows.loc[3900001, ["variance_ratio", "corrected", "interval_low"]].isna().all()
    assert rows.loc[3900002, ["variance_ratio", "corrected", "interval_low"]].notna().all()
