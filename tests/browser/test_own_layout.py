"""A table no layout knows, from the upload to its map and its quality report."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import PATIENCE
from tests.browser.test_dashboard import violations

# Two districts of two schools with students; Yew has none, and Fir stands where no district is. Building and District
# IRN are names that nothing guesses.
ROWS = (
    "Enrollment by building",
    "Sch Yr,District IRN,District Name,Building IRN,Building Name,Total Enrollment,% Econ Disadv,Black,Lat,Lon",
    "2022-23,1800011,West City,180001100001,Oak,200,75.0,120,40.1,-85.6",
    "2022-23,1800011,West City,180001100002,Elm,100,20.0,<10,40.2,-85.7",
    "2022-23,1800012,East Local,180001200001,Ash,150,10.0,15,40.1,-85.2",
    "2022-23,1800012,East Local,180001200002,Fir,50,>95,20,40.2,-84.4",
    "2022-23,1800012,East Local,180001200003,Yew,0,,,40.3,-85.1",
    "2022-23,,,,Statewide Total,500,40.0,165,,",
)
WEST = {"1800011": -86.0, "1800012": -85.5}  # the western border of each district, half a degree wide
ROW_HEIGHT = 35  # pixels, of the editor's table


@pytest.fixture
def files(tmp_path):
    """The table and the boundaries."""
    table, boundaries = tmp_path / "buildings.csv", tmp_path / "districts.geojson"
    table.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    features = [
        {
            "type": "Feature",
            "properties": {"GEOID": geoid, "NAME": geoid},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[west, 40], [west + 0.5, 40], [west + 0.5, 40.5], [west, 40.5], [west, 40]],
                ],
            },
        }
        for geoid, west in WEST.items()
    ]
    boundaries.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return [table, boundaries]


def say(tab, row: int, column: str) -> None:
    """Say in a row of the editor which column it is: its second cell is a list that searches as one types."""
    table = tab.page.get_by_test_id("stDataFrame").first
    cell = {"x": table.bounding_box()["width"] * 0.3, "y": ROW_HEIGHT * (row + 1.5)}
    table.dblclick(position=cell)
    tab.page.locator("#portal input").fill(column)
    expect(tab.page.locator("#portal").get_by_text(column, exact=True)).to_be_visible(timeout=PATIENCE)
    tab.page.keyboard.press("Enter")
    tab.settled()


def test_an_unlisted_layout_is_mapped_stored_drawn_and_judged(visit, files):
    tab = visit("/sources", new=True)
    tab.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    read = tab.page.get_by_role("button", name="Read and store")
    expect(read).to_be_enabled(timeout=PATIENCE)
    state = tab.page.get_by_role("textbox", name="State (for files that hold several or do not say)")
    state.fill("IN")
    state.press("Enter")
    tab.settled()
    read.click()
    expect(tab.page.get_by_role("heading", name="What do these columns hold?")).to_be_visible(timeout=PATIENCE)
    tab.settled()
    assert "Say which column is the school id and the district id." in tab.text
    store = tab.page.get_by_role("button", name="Store with this mapping")
    expect(store).to_be_disabled()
    say(tab, 0, "Building IRN")
    say(tab, 1, "District IRN")
    assert "5 schools with 500 students in 2022–23" in tab.text
    assert violations(tab) == []

    store.click()
    expect(tab.page.get_by_test_id("stAlertContentSuccess")).to_be_visible(timeout=PATIENCE)
    assert "Left out: 1 school, no students: Yew (180001200003)." in tab.settled().text
    tab.page.get_by_role("link", name="Its map and measures").click()
    expect(tab.page.get_by_role("figure", name="Map of districts")).to_be_visible(timeout=PATIENCE)
    assert tab.settled().view.startswith("Indiana")
    drawn = tab.page.locator(".js-plotly-plot path.choroplethlocation")
    expect(drawn).to_have_count(len(WEST))
    assert all(path.evaluate("path => path.getTotalLength()") > 100 for path in drawn.all())

    tab.open_page("Data quality")
    assert "4 schools in 2 districts with 500 students" in tab.text
    left_out = tab.page.get_by_test_id("stExpander").filter(
        has_text="Left out when the files were read, no students: 1 school"
    )
    left_out.locator("summary").click()
    expect(left_out).to_contain_text("180001200003")
    expect(left_out).to_contain_text("Yew")
    outside = tab.page.get_by_test_id("stExpander").filter(has_text="Points more than 1 mile outside their district")
    outside.locator("summary").click()
    expect(outside).to_contain_text("Fir")
