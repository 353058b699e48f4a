"""Districts two ways, schools left out, and places over the years."""

import json

import pytest

from analysis.measured import decomposed
from data import store
from data.joining.lineage import lineage, summary
from tests.pages.every_page import ABOUT_A_VIEW, CALIFORNIA

# districts two ways, and who counts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_geographic_districts_are_said_on_every_page(opened, page):
    app = opened(page, districts="geographic")
    assert "geographic districts" in app.markdown[0].value
    assert "geographic districts" in app.caption[-1].value
    assert "count for another district" in app.caption[-1].value
    app.selectbox(key="districts").set_value("administrative").run()
    assert "administrative districts" in app.markdown[0].value
    assert "count for another district" not in app.caption[-1].value


def test_geographic_districts_have_no_charter_districts(opened):
    ground = set(store.districts(store.find("franklin"))["leaid"])
    for districts, extra in (("administrative", True), ("geographic", False)):
        shown = opened("districts", districts=districts).dataframe[0].value
        assert bool(set(shown["District id"]) - ground) == extra


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_without_boundaries_districts_are_administrative(opened, page):
    app = opened(page, state=CALIFORNIA, districts="geographic")
    assert "administrative districts" in app.markdown[0].value
    assert "districts" not in [each.key for each in app.selectbox]


def test_what_is_left_out_by_choice_is_said_and_can_be_counted(opened):
    app = opened("overview")
    assert "Left out by choice: 1 school wholly online" in app.caption[-1].value
    everyone = opened("overview", leave_out="")
    table = store.schools(store.find("franklin"))
    parts = decomposed(table[table["year"] == table["year"].max()], "ed", None).iloc[0]
    assert everyone.table[0].value.loc["Variance ratio (V)"].iloc[0] == f"{parts['variance_ratio', 'total']:.2f}"
    assert "by choice" not in everyone.caption[-1].value


def test_schools_without_a_geographic_district_are_listed(opened):
    app = opened("overview", districts="geographic", leave_out="")
    unassigned = [each for each in app.expander if each.label.startswith("Schools without")]
    assert [each.label for each in unassigned] == ["Schools without a geographic district: 1"]
    assert unassigned[0].dataframe[0].value["Why"].tolist() == ["wholly online"]
    labels = [each.label for each in opened("overview", districts="geographic").expander]
    assert not any(label.startswith("Schools without") for label in labels)


# years --------------------------------------------------------------------------------------------------------------


def test_overview_says_what_became_of_schools_and_districts(opened, small):
    table = store.schools(store.find("franklin"))
    events = lineage(table).events
    app = opened("overview")
    assert summary(events, [2018, 2023]) in [each.value for each in app.caption]
    shown = app.table[-1].value
    closed = events[events["kind"].eq("closed") & events["unit"].eq("school")]
    assert shown.loc["Schools closed", "2023–24"] == (closed["year"] == 2023).sum()
    assert not any(each.value.startswith("From ") for each in opened("overview", state=small.label).caption)


def test_a_district_that_changed_its_id_has_one_line_and_keeps_its_place_in_links(opened):
    for asked in ("9001080", "9001085"):
        app = opened("district", district=f"Two Furrows Charter Schools ({asked})")
        assert app.selectbox(key="district").value == "9001085"
    assert any("followed under its ids 9001080, 9001085" in each.value for each in app.markdown)
    assert next(each.value for each in app.table if "What happened" in each.value)["What happened"].tolist() == [
        "District renumbered"
    ]
    trend = next(chart.proto for chart in app.get("plotly_chart") if '"trend"' in chart.proto.config)
    assert len(json.loads(trend.spec)["data"][0]["x"]) == 6
    app.selectbox(key="year").set_value("2018–19").run()
    assert app.selectbox(key="district").value == "9001080"


def test_a_merger_is_told_under_the_line_of_the_district_it_went_into(opened):
    app = opened("district", district="Plainsong Charter Schools (9000750)")
    said = next(each.value for each in app.markdown if each.value.startswith("The line is that of Plainsong"))
    assert "In 2022–23 Third Meadow Charter Schools merged into it with 2 schools" in said
    assert "never the sum" in said
    ended = opened("district", year="2021–22", district="Third Meadow Charter Schools (9001040)")
    assert any("it merged into the district 9000750" in each.value for each in ended.markdown)
