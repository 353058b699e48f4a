"""The 95% intervals beside the numbers that pages draw, on the page and in what it gives out."""

import json
import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from analysis.measured import indices_by
from analysis.measured_uncertainty import contribution_intervals, intervals_by, level_intervals, part_intervals
from data import store
from data.groups import on_basis
from data.inclusion import USUALLY_EXCLUDED, included
from data.load import load
from data.schema import ED_BASES
from pages.shared.store import replicates
from pages.words import plan as plan_words
from pages.words.numbers import with_range
from tests.pages.figures import values
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
def downloaded(opened, would_save):
    """Open a page; the tables that its buttons give, by label."""

    def downloaded(page, **link):
        would_save.clear()
        opened(page, **link)
        return {label: pd.read_csv(StringIO(data())) for label, data in would_save.items() if callable(data)}

    return downloaded


def test_overview_says_how_sure_its_split_is(opened, schools):
    sure = part_intervals(schools, "ed", None, replicates(schools)).iloc[-1]
    app = opened("overview")
    between, within = (
        with_range(*(sure["variance_ratio", part, end] for end in ("corrected", "low", "high")))
        for part in ("between", "within")
    )
    said = f"Corrected for chance (95% interval): {between} between districts, {within} within them."
    assert said in [each.value for each in app.caption]
    (shown,) = (each.value for each in app.table if "Between districts, corrected" in each.value)
    assert shown.loc["Variance ratio (V)", "Between districts, corrected"] == between
    assert shown.loc["Dissimilarity (D)", "Within districts, corrected"].startswith("adds 0.0")
    assert shown.loc["Gini (G)", "Within districts, corrected"] == "does not split"


@pytest.mark.parametrize("groups", ["all races", "Black students / White students"])
def test_any_groups_have_ranges(opened, groups):
    assert any(
        "Corrected for chance (95% interval)" in each.value for each in opened("overview", groups=groups).caption
    )


def test_districts_are_ranked_with_their_intervals(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    found = intervals_by(this_year, "district", "ed", None, replicates(this_year), names=("gini",)).set_index("place")
    shown = opened("districts", measure="Gini (G)").dataframe[0].value.set_index("District id")
    for column, end in {
        "G corrected": "corrected",
        "G 95% from": "interval_low",
        "G 95% to": "interval_high",
    }.items():
        expected = found[f"gini_{end}"].reindex(shown.index).where(shown["Gini"].notna())
        np.testing.assert_allclose(shown[column], expected, equal_nan=True)


def test_every_index_of_every_district_can_be_told_with_its_interval(opened, schools):
    of_year = schools[schools["year"] == schools["year"].max()]
    expected = intervals_by(of_year, "district", "ed", None, replicates(of_year)).set_index("place")
    app = opened("districts", every_sure="true")
    shown = app.dataframe[0].value.set_index("District id")
    for symbol, name in {"V": "variance_ratio", "D": "dissimilarity", "G": "gini"}.items():
        for word, end in {"corrected": "corrected", "95% from": "interval_low", "95% to": "interval_high"}.items():
            told, known = shown[f"{symbol} {word}"], expected[f"{name}_{end}"].reindex(shown.index)
            assert told.astype(float).tolist() == pytest.approx(known.tolist(), nan_ok=True)


def bracket(value, low, high, decimals=2):
    """The same text by other means: the ends to as many digits as tell them apart, up to one more."""
    for digits in (decimals, decimals + 1):
        if (ends := [f"{end:.{digits}f}" for end in (low, high)])[0] != ends[1]:
            return f"{value:.{digits}f} ({ends[0]}–\u2060{ends[1]})"
    return f"{value:.{decimals + 1}f}"


def beside(value, row, name, decimals=2):
    """A value as counted and, by the same means, corrected with its range."""
    ends = [row[f"{name}_{end}"] for end in ("corrected", "interval_low", "interval_high")]
    return f"{value:.{decimals}f}, corrected {bracket(*ends, decimals)}"


def test_every_index_of_every_year_has_its_range(opened, schools):
    sure = intervals_by(schools.assign(state=""), "state", "ed", None, replicates(schools)).set_index("year")
    values = indices_by(schools.assign(state=""), "state", "ed", None).set_index("year")
    app = opened("trends")
    counted, shown = (each.value for each in app.table if "V between" in each.value)
    for name, column in {"dissimilarity": "D", "gini": "G", "mutual_information": "M"}.items():
        ends = sure[[f"{name}_{end}" for end in ("corrected", "interval_low", "interval_high")]]
        assert shown[column].tolist() == [bracket(*row, 3) for row in ends.itertuples(index=False)]
        assert counted[column].tolist() == [f"{value:.3f}" for value in values[name]]
    assert shown["V within"].str.contains("–").all()
    said = (
        f"D from {shown['D'].iloc[0]} to {shown['D'].iloc[-1]}, H from {shown['H'].iloc[0]} to {shown['H'].iloc[-1]}."
    )
    assert f"Corrected for chance (95% interval): {said}" in [each.value for each in app.caption]


def test_a_longer_chain_says_how_sure_each_level_is(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    found = level_intervals(this_year, "ed", None, ["county", "leaid"], replicates(this_year))
    app = opened("overview", chain="counties, districts, schools")
    labels = zip(
        found[["corrected", "low", "high"]].itertuples(index=False), ("counties", "districts", "schools"), strict=True
    )
    said = ", ".join(f"{bracket(*row)} between {label}" for row, label in labels)
    assert f"Corrected for chance (95% interval): {said}." in [each.value for each in app.caption]


def test_a_joined_district_has_the_range_of_one_district(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    app = opened("borders")
    (line,) = (each.value for each in app.selectbox if each.key == "line")
    one, two = re.findall(r"\((\d+)\)", line)
    both = this_year[this_year["leaid"].isin([one, two])].assign(leaid=one, district="")
    value = indices_by(both, "district", "ed", None).iloc[0]
    sure = intervals_by(both, "district", "ed", None, replicates(this_year)).iloc[0]
    (shown,) = (each.value for each in app.table if "Joined" in each.value and "Exposure" in each.value.index)
    for name, label in {"variance_ratio": "Variance ratio", "exposure": "Exposure"}.items():
        assert shown.loc[label, "Joined"] == beside(value[name], sure, name)
    today = intervals_by(this_year, "district", "ed", None, replicates(this_year), names=["exposure"])
    own = indices_by(this_year[this_year["leaid"] == one], "district", "ed", None).iloc[0]
    assert shown.loc["Exposure"].iloc[0] == beside(own["exposure"], today.set_index("place").loc[one], "exposure")


def test_a_plans_cards_tell_two_ranges_apart(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    app = opened("policy")
    leaid = re.search(r"\((\d+)\)$", app.selectbox(key="district").value or "")
    leaid = leaid.group(1) if leaid else app.selectbox(key="district").value
    own = this_year[this_year["leaid"] == leaid]
    sure = intervals_by(own, "district", "ed", None, replicates(own)).iloc[0]
    value = indices_by(own, "district", "ed", None).iloc[0]
    said = [each.value for each in app.caption]
    assert f"Today {beside(value['dissimilarity'], sure, 'dissimilarity', 3)} by intake." in said
    assert plan_words.TWO_RANGES in said


def test_every_definition_has_its_ranges(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]].assign(state="")
    counted = on_basis(this_year, "direct")
    sure = intervals_by(counted, "state", "ed", None, replicates(this_year)).iloc[0]
    value = indices_by(counted, "state", "ed", None).iloc[0]
    (shown,) = (each.value for each in opened("overview").table if "Schools covered" in each.value)
    row = shown.loc[ED_BASES["direct"]]
    ends = [sure[f"dissimilarity_{end}"] for end in ("corrected", "interval_low", "interval_high")]
    # Definitions are drawn in one pass, each with numbers of its own, so an end wavers by what a seed does.
    told = [float(each) for each in re.findall(r"\d\.\d+", row["D"])]
    assert told == pytest.approx([value["dissimilarity"], *ends], abs=0.01)


def test_a_place_among_others_has_its_range(opened, schools):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    sure = intervals_by(this_year, "district", "ed", None, replicates(this_year)).set_index("place").loc["9000360"]
    value = indices_by(this_year, "district", "ed", None).set_index("place").loc["9000360"]
    name = this_year.loc[this_year["leaid"] == "9000360", "district"].iloc[0]
    app = opened("district", district=f"{name} (9000360)")
    (shown,) = (each.value for each in app.table if "Higher than" in each.value)
    assert ", corrected ".join(shown.loc["Gini (G)", ["Here", "Corrected"]]) == beside(value["gini"], sure, "gini")


def test_what_districts_contribute_has_the_interval_that_its_picture_draws(opened, schools, downloaded):
    this_year = schools[schools["year"] == FRANKLIN.years[-1]]
    found = contribution_intervals(this_year, "ed", None, replicates(this_year)).set_index("leaid")
    app = opened("overview", contributed="Theil's H")
    (shown,) = (each.value for each in app.dataframe if "Corrected for chance" in each.value)
    for column, end in {
        "Corrected for chance": "corrected",
        "95% from": "interval_low",
        "95% to": "interval_high",
    }.items():
        np.testing.assert_allclose(shown[column], found[f"theil_h_{end}"].reindex(shown["District id"]))
    traces = (trace for chart in app.get("plotly_chart") for trace in json.loads(chart.proto.spec)["data"])
    drawn = next(trace for trace in traces if "error_x" in trace)
    assert values(drawn["x"]) == pytest.approx(shown["Corrected for chance"].head(15).tolist())
    assert values(drawn["error_x"]["array"]) == pytest.approx(
        (shown["95% to"] - shown["Corrected for chance"]).head(15).tolist()
    )
    assert {"V_part_corrected", "V_part_low", "V_part_high"} <= set(
        downloaded("overview")["Every district's contribution (CSV)"]
    )


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
