"""The borders page says what the analysis finds."""

import geopandas as gpd
import pytest
from shapely import box

from analysis import borders
from analysis.borders import border_gaps, joined, ranked
from data import store
from data.load import load
from data.neighbours import neighbours
from data.schema import RACES
from tests.small_state import EVEN, UNEVEN, written

DISTRICT = "9000360"


@pytest.fixture
def mapped(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state with boundaries: two squares of a degree, side by side."""
    areas = gpd.GeoDataFrame(
        {"GEOID": [EVEN, UNEVEN]}, geometry=[box(-83, 40, -82, 41), box(-84, 40, -83, 41)], crs="EPSG:4326"
    )
    areas.to_file(tmp_path / "map.geojson", driver="GeoJSON")
    return load([written(tmp_path / "small.csv"), tmp_path / "map.geojson"], name="mapped")


@pytest.fixture(scope="module")
def gaps(franklin):
    lines = neighbours(store.districts(store.find("franklin"))).drop(columns="geometry")
    return border_gaps(franklin, lines, "ed", None, ["ed", *RACES])


def label(row, side=""):
    name, leaid = ("neighbour_district", "neighbour") if side else ("district", "leaid")
    return f"{row[name]} ({row[leaid]})"


def test_the_widest_gap_by_hand(opened, mapped, numbers):
    app = opened("borders", state=mapped.label, least_students="300")
    said = app.markdown[1].value
    # 50 of 100 in Uneven, 30 in Even: 20 points along a degree of latitude.
    assert "Uneven, where 50 of 100" in said
    assert "Even, where 30 of 100" in said
    assert "20" in numbers(said)
    assert "69.0 miles" in said
    # Ten per cent of 300 seats: 30 students cross, 15 and 9 of them disadvantaged, so 48 and 32 of 100 are.
    changes = next(each.value for each in app.markdown if "seats opened" in each.value)
    assert {"30", "48", "32"} <= set(numbers(changes))


def test_the_table_holds_the_analysis(opened, gaps):
    expected = ranked(gaps, "gap", 1000, 1.0)
    shown = opened("borders").dataframe[0].value
    assert shown["District"].tolist() == expected["district"].tolist()
    assert shown["Gap, points"].tolist() == pytest.approx((expected["gap"] * 100).tolist(), abs=0.0500001)
    assert {f"{text[0].upper()}{text[1:]}, points" for text in RACES.values()} <= set(shown)


def test_ranked_by_students(opened, gaps):
    app = opened("borders", rank="Most students to level it")
    top = ranked(gaps, "swaps", 1000, 1.0).iloc[0]
    assert app.dataframe[0].value["District"].iloc[0] == top["district"]
    assert f"{top['swaps']:,.0f} economically disadvantaged students" in app.markdown[1].value


def test_floors(opened):
    assert len(opened("borders", least_students="0", least_miles="0").dataframe[0].value) > len(
        opened("borders").dataframe[0].value
    )
    app = opened("borders", least_students="9000000")
    assert "no borders" in app.markdown[1].value
    assert not app.dataframe


def test_the_borders_of_one_district_are_all_of_them(opened, gaps):
    smallest = gaps.loc[gaps["students"].idxmin()]
    own = gaps[(gaps["leaid"] == smallest["leaid"]) | (gaps["neighbour"] == smallest["leaid"])]
    app = opened("borders", around=label(smallest))
    assert len(app.dataframe[0].value) == len(own)
    assert f"borders of {smallest['district']}" in app.markdown[1].value


def test_a_chosen_line_shows_both_changes(opened, gaps, franklin, value_alone):
    row = ranked(gaps, "gap", 1000, 1.0).iloc[4]
    pair = row["leaid"], row["neighbour"]
    app = opened("borders", line=f"{label(row)} · {label(row, 'neighbour')}", opened="25")
    expected = joined(franklin, pair, "ed", None), borders.opened(franklin, pair, 0.25, "ed", None)
    shown, districts = (app.table[n].value.map(value_alone) for n in (2, 1))
    for column, change, when in (
        ("Today", expected[0], "before"),
        ("Joined", expected[0], "after"),
        ("25% opened", expected[1], "after"),
    ):
        parts = change.everyone.loc["variance_ratio", when]
        assert shown[column].iloc[:3].tolist() == [f"{parts[part]:.4f}" for part in ("total", "between", "within")]
    both = expected[1].districts["dissimilarity", "after"]
    assert districts.loc["Dissimilarity"].iloc[-2:].tolist() == [f"{value:.2f}" for value in both]


def test_money_on_both_sides_of_a_line(opened, gaps):
    row = ranked(gaps, "gap", 1000, 1.0).iloc[0]
    app = opened("borders")
    here, there = f"{row['revenue']:,.0f} dollars", f"{row['neighbour_revenue']:,.0f} dollars"
    assert f"{row['district']} has {here} of revenue per student, {row['neighbour_district']} {there}." in (
        app.markdown[1].value
    )
    assert app.table[0].value.loc["Revenue per student"].tolist()[:2] == [here, there]
    shown = app.dataframe[0].value["Gap in revenue, dollars"]
    assert shown.iloc[0] == round(row["gap_revenue"])


def test_without_revenue_the_page_says_so(opened, mapped):
    app = opened("borders", state=mapped.label, least_students="300")
    assert any("The data holds no revenue" in each.value for each in app.caption)
    assert "revenue" not in app.markdown[1].value
    assert "Gap in revenue, dollars" not in app.dataframe[0].value


def test_a_districts_revenue_beside_all_students(opened, franklin):
    own = franklin.loc[franklin["leaid"] == DISTRICT]
    known = franklin.dropna(subset="revenue")
    everyone = (known["revenue"] * known["students"]).sum() / known["students"].sum()
    name = own["district"].iloc[0]
    (said,) = [
        each.value
        for each in opened("district", district=f"{name} ({DISTRICT})").markdown
        if "of revenue per student" in each.value
    ]
    assert said.startswith(f"{name} has {own['revenue'].iloc[0]:,.0f} dollars of revenue per student in 2023–24")
    assert f"the mean is {everyone:,.0f} dollars" in said


def test_where_no_district_tells_its_revenue_nothing_is_said(opened):
    app = opened("district", state=store.find("california-2000").label)
    assert not any("revenue" in each.value for each in app.markdown)


def test_charters_are_told_for_both_kinds_of_districts(opened):
    for districts, told in (("administrative", "Charter districts have no ground"), ("geographic", "Charter schools")):
        assert any(told in each.value for each in opened("borders", districts=districts).caption)


def test_without_boundaries_the_page_says_so(opened):
    app = opened("borders", state=store.find("california-2000").label)
    assert any("nothing says which districts are neighbours" in each.value for each in app.info)
    assert not app.dataframe


def test_all_races_at_once_have_no_gap(opened):
    (told,) = opened("borders", groups="all races").info
    assert "Choose two groups" in told.value
