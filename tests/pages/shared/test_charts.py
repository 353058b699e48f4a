"""Charts and maps carry the table's numbers, leave the table as it was, and stand edge cases."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from shapely import LineString, MultiLineString

from pages.shared import charts, host_marks, maps, part_charts
from pages.shared.labels import short
from tests.pages.figures import drawn, values

BANDS = pd.DataFrame({("V", "low"): [0.1, 0.2], ("V", "high"): [0.3, 0.9]}, index=[2018, 2019])
BOUNDS = (-101.0, 33.0, -99.0, 34.0)


@pytest.fixture
def districts():
    return pd.DataFrame(
        {
            "leaid": ["1", "2"],
            "district": ["A very long name of a district that no axis has room for", "Short"],
            "students": [300, 100],
            "share": [0.5, 0.3],
            "value": [0.43, 0.0],
            "told": ["0.43 (0.41–0.46)", "0.00"],
            "between": [0.03, 0.01],
            "within": [0.2, 0.0],
            "hover": ["a", "b"],
        }
    )


@pytest.fixture
def schools():
    return pd.DataFrame(
        {
            "school": ["North", "South", "South"],
            "level": pd.Series(["elementary", None, "high"], dtype="str"),
            "students": [100, 50, 25],
            "share": [0.9, 0.5, 0.505],
            "colour": [0.9, 0.5, 0.505],
            "symbol": ["star", "circle", "circle"],
            "hover": ["n", "s", "t"],
            "latitude": [33.1, 33.2, np.nan],
            "longitude": [-100.1, -100.2, np.nan],
            "contribution": [0.6, 0.4, 0.0],
            "above": [True, False, False],
        }
    )


@pytest.fixture
def lines():
    """A wide gap to a district that counts nobody, and a narrow one."""
    return pd.DataFrame(
        {
            "district": ["Alder", "A district with a name far too long for an axis"],
            "neighbour_district": ["Birch", "Cedar"],
            "share": [0.6, 0.32],
            "neighbour_share": [0.0, 0.3],
            "gap": [0.6, 0.02],
            "swaps": [600.0, 5.0],
            "miles": [2.5, 1.0],
            "hover": ["one", "two"],
        }
    )


@pytest.fixture(autouse=True)
def untouched(districts, schools):
    """No figure changes the table it is made of."""
    before = districts.copy(), schools.copy()
    yield
    pd.testing.assert_frame_equal(districts, before[0])
    pd.testing.assert_frame_equal(schools, before[1])


def test_between_and_within_are_one_bar():
    figure = part_charts.between_within(0.2, 0.1, "V")
    assert [values(bar["x"]) for bar in drawn(figure)] == [[0.2], [0.1]]
    assert ["67%" in figure.data[0].text, "33%" in figure.data[1].text] == [True, True]
    assert figure.layout.barmode == "stack"


def test_between_and_within_of_nothing_can_be_drawn():
    assert len(drawn(part_charts.between_within(0.0, 0.0, "V"))) == 2


def test_levels_have_a_bar_each_from_the_largest_cells_down():
    parts = pd.DataFrame(
        {
            "label": ["counties", "districts", "schools"],
            "part": [0.1, 0.2, 0.1],
            "share": [0.25, 0.5, 0.25],
            "within": [False, False, True],
        }
    )
    figure = part_charts.by_level(parts, "V")
    (bars,) = drawn(figure)
    assert list(bars["y"]) == ["counties", "districts", "schools"]
    assert list(bars["text"]) == ["0.10 · 25%", "0.20 · 50%", "0.10 · 25%"]
    assert list(bars["marker"]["color"]) == [charts.BETWEEN, charts.BETWEEN, charts.WITHIN]


def test_ranking_stacks_the_parts_of_each_district(districts):
    figure = part_charts.ranking(districts, "V")
    between, within = drawn(figure)
    assert values(between["x"]) == [0.03, 0.01]
    assert values(within["x"]) == [0.2, 0.0]
    assert between["customdata"] == districts["district"].tolist()
    assert len(between["y"][0]) < len(districts["district"][0])


def test_names_that_repeat_stay_apart_on_an_axis(schools):
    (bars,) = drawn(part_charts.contributions(schools))
    assert len(set(bars["y"])) == 3
    assert [name.rstrip("\u200b") for name in bars["y"]] == ["North", "South", "South"]
    assert values(bars["x"]) == [0.6, 0.4, 0.0]


def test_a_contribution_stands_with_its_range(schools):
    (bars,) = drawn(part_charts.contributions(schools.assign(low=[0.55, 0.35, np.nan], high=[0.65, 0.42, np.nan])))
    assert list(bars["text"]) == ["60.0% (55.0–65.0%)", "40.0% (35.0–42.0%)", "0.0%"]


def test_trend_has_a_line_a_column_and_gaps():
    lines = pd.DataFrame({"D": [0.5, np.nan, 0.4], "V": [0.3, 0.2, 0.1]}, index=[2018, 2019, 2020])
    figure = charts.trend(lines, {"D": "red", "V": "blue"}, "index")
    assert [line.name for line in figure.data] == ["D", "V"]
    assert list(figure.data[0].x) == ["2018–19", "2019–20", "2020–21"]
    assert np.isnan(figure.data[0].y[1])
    assert list(figure.data[1].y) == [0.3, 0.2, 0.1]
    assert figure.layout.yaxis.range[0] == 0  # from zero, so that a small change looks small


def test_trend_of_undefined_values_can_be_drawn():
    lines = pd.DataFrame({"D": [np.nan, np.nan]}, index=[2018, 2019])
    assert charts.trend(lines, {"D": "red"}, "index").layout.yaxis.range[1] > 0


def test_labels_of_lines_that_end_together_do_not_meet():
    lines = pd.DataFrame({"a": [0.4, 0.3], "b": [0.3, 0.12], "c": [0.1, 0.1]}, index=[2018, 2019])
    figure = charts.trend(lines, dict.fromkeys(lines, charts.BETWEEN), "index")
    # The first falls, so that its label would lie on it above; the others end close together.
    assert [line.textposition for line in figure.data] == ["bottom left", "top left", "bottom left"]


def test_long_names_of_districts_end_as_districts_are_known_for_short():
    names = pd.Series(["Harrowmere Unified School District", "Oak School District", "Elm Union High School District"])
    assert short(names, 20) == ["Harrowmere USD", "Oak School District", "Elm Union HSD"]
    assert short(names, 10)[0] == "Harrowmer…"
    assert len(set(short(pd.Series(["Oak"] * 3)))) == 3


def test_parts_of_a_change_stand_on_both_sides_of_zero_with_their_sign():
    ends = {"corrected": [0.018, -0.004, np.nan], "low": [0.01, -0.0062, np.nan], "high": [0.027, 0.001, np.nan]}
    parts = pd.DataFrame({"label": ["x", "y", "all"], "change": [0.02, -0.0051, 0.0], **ends, "told": ["", "", ""]})
    figure = part_charts.change_parts(parts.assign(whole=[False, False, True]), "H")
    assert list(figure.data[0].x) == [0.02, -0.0051, 0.0]
    numbers = figure.data[-1]
    assert [each.strip() for each in numbers.text] == ["+0.0200", "−0.0051", "±0.0000"]
    # Beyond the bar and its interval, so that they do not lie on each other.
    assert list(numbers.x) == [0.027, -0.0062, 0.0]
    low, high = figure.layout.xaxis.range
    assert low < -0.0062 < 0.027 < high
    dots = figure.data[2]
    assert list(dots.x)[:2] == [0.018, -0.004]
    np.testing.assert_allclose(
        [*dots.error_x.array, *dots.error_x.arrayminus], [0.009, 0.005, np.nan, 0.008, 0.0022, np.nan]
    )
    assert len(set(figure.data[0].marker.color)) == 2


def test_a_change_of_nothing_can_be_drawn():
    low, high = part_charts.change_parts(
        pd.DataFrame(
            {"label": ["x"], "change": 0.0, "corrected": 0.0, "low": 0.0, "high": 0.0, "whole": True, "told": ""}
        ),
        "H",
    ).layout.xaxis.range
    assert low < 0 < high


def test_scatter_names_the_picked_districts_only(districts):
    (points,) = drawn(charts.district_scatter(districts, "students", "D", ["2"]))
    assert values(points["x"]) == [0.5, 0.3]
    assert values(points["y"]) == [0.43, 0.0]
    assert points["text"] == ["", "Short"]


def test_beeswarm_shows_every_school_once_and_the_district(schools):
    figure = charts.beeswarm(schools, 0.6, "students")
    (dots,) = drawn(figure)
    assert sorted(values(dots["x"])) == [0.5, 0.505, 0.9]
    # The two that share a place are stacked.
    assert len(set(zip(np.round(values(dots["x"]), 1), values(dots["y"]), strict=True))) == 3
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 0.6


def test_beeswarm_of_one_school_can_be_drawn(schools):
    assert len(drawn(charts.beeswarm(schools.head(1), 0.9, "students"))[0]["customdata"]) == 1


def test_moves_are_lines_from_school_to_host_told_apart_without_colour():
    ends = {"from_latitude": 0.0, "from_longitude": 0.0, "to_latitude": 0.0, "to_longitude": 1.0}
    lines = pd.DataFrame([ends | {"group": "ed", "students": 10}, ends | {"group": "other", "students": 1}])
    at = {"latitude": [0, 0], "longitude": [0, 1], "host": [False, True], "school": ["A", "B"], "hover": ["a", "b"]}
    *below, hosts = drawn(maps.flows(lines, pd.DataFrame(at), None, [], []))
    shown = {trace["name"]: trace for trace in below if trace.get("mode") == "lines"}
    assert set(shown) == {"disadvantaged", "other students"}
    for trace, side in ((shown["disadvantaged"], -1), (shown["other students"], 1)):
        longitude, latitude = values(trace["lon"])[:-1], values(trace["lat"])[:-1]
        assert (longitude[0], latitude[0], longitude[-1], latitude[-1]) == (0, 0, 1, 0)
        # Eastwards, the right of the way is south.
        assert latitude[len(latitude) // 2] == pytest.approx(side * maps.BOW)
        assert trace["showlegend"]
    assert shown["disadvantaged"]["line"]["width"] > shown["other students"]["line"]["width"]
    assert hosts["text"] == ["B"]
    assert hosts["marker"]["symbol"] == "star"


def test_hosts_lie_on_top_of_the_other_schools_with_a_rim_and_their_names(schools):
    placed = schools.dropna(subset=["latitude"]).assign(host=[True, False], school=["Oak", "Elm"])
    *_, others, hosts = drawn(maps.schools(placed, None, [], [], scale_title="share", middle=0.5))
    assert (values(others["lon"]), values(hosts["lon"])) == ([-100.2], [-100.1])
    assert hosts["text"] == ["Oak"]
    assert hosts["marker"]["line"]["color"] == charts.INK
    many = pd.concat([placed.assign(host=True)] * 7)
    assert "text" not in drawn(maps.schools(many, None, [], [], scale_title="share", middle=0.5))[-1]["mode"]


def test_names_lie_within_the_map_and_apart_from_each_other():
    geo = go.layout.Geo(lonaxis={"range": [0, 10]}, lataxis={"range": [0, 10]})
    points = pd.DataFrame({"longitude": [1, 2, 9, 5, 5, 6], "latitude": [5, 4, 8, 1.5, 9.5, 0.5]})
    assert host_marks.sides(points, geo) == [
        *("top right", "bottom right", "top left", "top center", "bottom center", "top center")
    ]


def test_group_and_other_keep_their_colours(schools):
    (bars,) = drawn(part_charts.contributions(schools))
    assert list(bars["marker"]["color"]) == [charts.GROUP, charts.OTHER, charts.OTHER]


def test_a_band_lies_behind_the_line_that_has_one():
    rows = pd.DataFrame({"D": [0.5, 0.4], "V": [0.3, 0.2]}, index=[2018, 2019])
    figure = charts.trend(rows, {"D": charts.BETWEEN, "V": charts.WITHIN}, "index", ranges=BANDS)
    low, high, *drawn = figure.data
    assert [each.name for each in drawn] == ["D", "V"]
    assert (list(low.y), list(high.y), high.fill) == ([0.1, 0.2], [0.3, 0.9], "tonexty")
    assert high.fillcolor.startswith(charts.WITHIN)
    assert figure.layout.yaxis.range[1] > 0.9


def test_both_sides_of_each_line_are_drawn(lines):
    figure = charts.two_sides(lines)
    bars, open_, filled = figure.data
    assert list(open_.x) == [0.0, 0.3]
    assert list(filled.x) == [0.6, 0.32]
    assert open_.marker.symbol != filled.marker.symbol
    assert list(bars.x[:2]) == [0.0, 0.6]
    assert len(filled.y[1]) < 50


def test_a_district_among_others_is_drawn_by_shape_as_well():
    places = pd.DataFrame({"label": ["D", "D"], "district": ["a", "b"], "value": [0.2, 0.4], "own": [True, False]})
    places = places.assign(low=[0.21, 0.3], high=[0.25, 0.5], told=["0.20 (0.21–0.25)", "0.40 (0.30–0.50)"])
    others, ranges, own = charts.among(places, "Alder").data
    assert list(ranges.x[:2]) == [0.21, 0.25]  # its own alone, and from end to end though the value lies outside
    assert own.customdata[0].tolist() == ["a", "0.20 (0.21–0.25)"]
    assert (list(own.x), list(others.x)) == ([0.2], [0.4])
    assert own.marker.symbol != others.marker.symbol


# maps ---------------------------------------------------------------------------------------------------------------


def state_map(districts, **changed):
    given = {"scale_title": "share", "high": 1.0, "middle": 0.4, "unknown": ["3"]} | changed
    return drawn(maps.districts(districts, "/geometry/x.json", BOUNDS, **given))


def test_map_colours_districts_by_value_on_a_fixed_scale(districts):
    first, unknown, known = state_map(districts)
    assert first["type"] == "scattergeo"  # before any shape, or nothing is drawn offline
    assert unknown["locations"] == ["3"]
    assert known["locations"] == ["1", "2"]
    assert values(known["z"]) == [0.43, 0.0]
    assert (known["zmin"], known["zmax"]) == (0, 1.0)
    assert {unknown["geojson"], known["geojson"]} == {"/geometry/x.json"}


def test_map_of_shares_turns_at_the_states_own(districts):
    *_, shares = state_map(districts, middle=0.4)
    *_, index = state_map(districts, middle=None)
    assert shares["colorscale"][1][0] == 0.4
    assert shares["colorscale"] != index["colorscale"]
    assert shares["colorbar"]["tickformat"].endswith("%")
    assert not index["colorbar"]["tickformat"].endswith("%")


@pytest.mark.parametrize("middle", [0.0, 0.5, 1.0])
def test_a_colour_scale_has_three_places_in_order(middle):
    places = [place for place, _ in maps.around(middle)]
    assert places[0] == 0
    assert places[-1] == 1
    assert places == sorted(set(places))


def test_school_map_draws_each_school_where_it_stands(schools):
    figure = maps.schools(schools.dropna(subset=["latitude"]), None, [], [], scale_title="share", middle=0.5)
    points = drawn(figure)[-1]
    assert values(points["lon"]) == [-100.1, -100.2]
    assert list(points["marker"]["symbol"]) == ["star", "circle"]


def test_school_map_draws_outlines_below_the_schools(schools):
    figure = maps.schools(schools, "/geometry/x.json", ["1"], ["2"], scale_title="share", middle=0.5)
    _, neighbours, own, points = drawn(figure)
    assert (neighbours["locations"], own["locations"]) == (["2"], ["1"])
    assert own["marker"]["line"]["width"] > neighbours["marker"]["line"]["width"]
    assert points["type"] == "scattergeo"


def test_every_spot_of_a_map_to_click_says_where_it_is(schools):
    placed = schools.dropna(subset=["latitude"])
    _, spots, points, star = drawn(maps.spots(placed, (30.5, -100.15), None, [], []))
    for each in (spots, points):
        latitude, longitude, _ = np.array(each["customdata"], dtype=object).T
        assert list(latitude) == values(each["lat"])
        assert list(longitude) == values(each["lon"])
    for axis, column in (("lat", "latitude"), ("lon", "longitude")):
        assert min(values(spots[axis])) <= placed[column].min() + 1e-4
        assert max(values(spots[axis])) >= placed[column].max() - 1e-4
    assert (values(star["lat"]), values(star["lon"])) == ([30.5], [-100.15])


def test_one_school_has_an_area_around_it(schools):
    figure = maps.schools(schools.head(1), None, [], [], scale_title="share", middle=0.5)
    west, east = figure.layout.geo.lonaxis.range
    assert west < -100.1 < east


def test_a_mark_stands_at_its_year_and_not_elsewhere():
    lines = pd.DataFrame({"D": [0.1, 0.2, 0.3]}, index=pd.Index([2017, 2018, 2019], name="year"))
    figure = charts.trend(lines, {"D": charts.BETWEEN}, "index", {2018: "merged"})
    assert [(note.text, note.x) for note in figure.layout.annotations] == [("merged", 1)]
    assert [shape.x0 for shape in figure.layout.shapes] == [1]
    assert not charts.trend(lines, {"D": charts.BETWEEN}, "index").layout.annotations


def test_borders_are_drawn_wider_with_a_wider_gap(lines):
    shapes = np.array([MultiLineString([[(0, 0), (1, 0)], [(2, 0), (5, 0)]]), LineString([(0, 1), (1, 1)])])
    figure = maps.borders(lines, shapes, "/geometry/x.json", ["1"], (0, 0, 5, 1))
    first, outlines, *classes, middles = figure.data
    assert first.type == "scattergeo"  # before any shape, or nothing is drawn offline
    assert outlines.geojson == "/geometry/x.json"
    assert [each.name for each in classes] == [name for _, name, *_ in maps.GAPS]
    widths = [each.line.width for each in classes]
    assert widths == sorted(set(widths))
    # The wide gap is in two parts with a break between, and told in the middle of its longer one.
    assert np.array_equal(classes[-1].lon, [0, 1, np.nan, 2, 5], equal_nan=True)
    assert np.array_equal(classes[0].lat, [1, 1])
    assert (middles.lon[0], middles.lat[0]) == (3.5, 0)
    assert list(middles.customdata) == ["one", "two"]
