"""The figures of a plan carry the table's numbers, leave the table as it was, and tell without colour."""

import numpy as np
import pandas as pd
import pytest

from pages.plan import charts
from tests.pages.figures import drawn, values


@pytest.fixture
def schools():
    return pd.DataFrame(
        {
            "label": ["● North", "South", "South"],
            "before": [0.9, 0.5, 0.505],
            "after": [0.5, 0.6, 0.505],
            "low": [0.45, 0.55, 0.505],
            "high": [0.52, 0.66, 0.505],
        }
    )


@pytest.fixture(autouse=True)
def untouched(schools):
    """No figure changes the table it is made of."""
    before = schools.copy()
    yield
    pd.testing.assert_frame_equal(schools, before)


def test_dumbbell_shows_before_after_and_range(schools):
    lines, before, after = drawn(charts.dumbbell(schools))
    assert values(before["x"]) == [0.9, 0.5, 0.505]
    assert values(after["x"]) == [0.5, 0.6, 0.505]
    assert values(after["error_x"]["array"]) == pytest.approx([0.02, 0.06, 0])
    assert values(after["error_x"]["arrayminus"]) == pytest.approx([0.05, 0.05, 0])
    assert len(lines["y"]) == 9


def test_how_sure_today_is_stands_in_the_words_given(schools):
    told = ["0.900, corrected 0.880 (0.870–0.890)", "0.500", "0.505"]
    _, before, _ = drawn(charts.dumbbell(schools.assign(today=told), "V"))
    assert [row[1] for row in before["customdata"]] == told
    assert before["hovertemplate"].startswith("%{customdata[0]}: today %{customdata[1]}<")


def test_a_school_that_becomes_poorer_is_a_triangle(schools):
    *_, after = drawn(charts.dumbbell(schools.assign(poorer=[False, True, False])))
    assert list(after["marker"]["symbol"]) == ["circle", "triangle-up", "circle"]


def test_a_fan_has_its_band_around_what_its_legend_says():
    rows = pd.DataFrame({"label": ["today", "2021–22"], "value": [0.5, 0.4], "low": [0.5, 0.3], "high": [0.5, 0.45]})
    low, high, value = drawn(charts.fan(rows, "D", "middle draw", percent=False))
    assert value["name"] == "middle draw"
    assert [values(each["y"]) for each in (low, high, value)] == [[0.5, 0.3], [0.5, 0.45], [0.5, 0.4]]
    assert high["fill"] == "tonexty"


def test_plans_side_by_side_have_a_row_each_with_their_range():
    rows = pd.DataFrame(
        {
            "label": ["1 · a", "2 · a"],
            "before": [0.5, 0.5],
            "after": [0.4, 0.45],
            "low": [0.3, 0.45],
            "high": [0.5, 0.5],
        }
    )
    before, after = drawn(charts.compared(rows, "D", percent=False))
    assert (values(before["x"]), values(after["x"])) == ([0.5, 0.5], [0.4, 0.45])
    assert len(set(after["y"])) == 2
    assert values(after["error_x"]["arrayminus"]) == pytest.approx([0.1, 0])
    assert before["marker"]["symbol"] == "circle-open"


def test_the_frontier_shows_the_best_its_bound_and_the_plan():
    rows = pd.DataFrame({"share_moved": [0.0, 0.05], "value": [0.5, 0.3], "bound": [0.5, 0.29]})
    plan = pd.Series({"share_moved": 0.02, "value": 0.52})
    best, bound, ours = drawn(charts.frontier(rows, "D", plan))
    assert values(best["x"]) == values(bound["x"]) == [0.0, 0.05]
    assert (values(best["y"]), values(bound["y"])) == ([0.5, 0.3], [0.5, 0.29])
    assert (values(ours["x"]), values(ours["y"])) == ([0.02], [0.52])
    # Told apart without colour: by line and by symbol.
    assert best["line"]["dash"] != bound["line"]["dash"]
    assert ours["marker"]["symbol"] == "diamond"


@pytest.mark.parametrize(("value", "side"), [(0.43, "top right"), (0.41, "bottom left")])
def test_a_plan_is_named_on_the_side_where_the_best_is_not(value, side):
    # At 0.02 the line from 0.5 at 0 to 0.3 at 0.05 is at 0.42.
    rows = pd.DataFrame({"share_moved": [0.0, 0.05], "value": [0.5, 0.3], "bound": [0.5, 0.3]})
    *_, ours = drawn(charts.frontier(rows, "D", pd.Series({"share_moved": 0.02, "value": value})))
    assert ours["textposition"] == side


def test_a_frontier_by_distance_has_a_place_for_each_limit_and_the_plan_and_the_target_across():
    # Those who may go any distance go less far on average than those who may go 10 miles.
    rows = pd.DataFrame(
        {
            "miles": [1.0, 2.5, 10.0, np.nan],
            "mean_miles": [0.8, 2.0, 5.0, 4.0],
            "value": [0.5, 0.4, 0.4, 0.3],
            "bound": [0.5, 0.4, 0.4, 0.3],
        }
    )
    plan = pd.Series({"mean_miles": 7.0, "value": 0.45})
    figure = charts.frontier_by_miles(rows, "V", plan, 0.35)
    best, bound = drawn(figure)
    assert list(best["x"]) == list(bound["x"]) == ["≤ 1", "≤ 2.5", "≤ 10", "any"]
    assert [each.rpartition(">")[2] for each in best["customdata"]] == [
        f"{mean} miles on average" for mean in rows["mean_miles"]
    ]
    assert {(each.y0, each.y1) for each in figure.layout.shapes} == {(0.35, 0.35), (0.45, 0.45)}
    assert "this plan, 7.0 miles on average" in [each.text for each in figure.layout.annotations]


def test_a_plan_whose_distance_is_not_known_is_a_line_all_the_same():
    rows = pd.DataFrame({"miles": [1.0], "mean_miles": [0.8], "value": [0.5], "bound": [0.5]})
    figure = charts.frontier_by_miles(rows, "V", pd.Series({"mean_miles": np.nan, "value": 0.4}))
    assert [each.text for each in figure.layout.annotations] == ["this plan"]


def test_every_row_is_named_above_itself_and_no_point_is_cut(schools):
    figure = charts.dumbbell(schools)
    names = [each for each in figure.layout.annotations if each.xref == "paper"]
    assert [each.y for each in names] == list(dict.fromkeys(figure.data[-1].y))
    assert all(each.yshift > 0 for each in names)
    assert all(each.cliponaxis is False for each in figure.data if each.mode == "markers")


def test_ticks_of_shares_that_differ_by_tenths_of_a_percent_differ():
    rows = pd.DataFrame({"label": ["a"], "before": [0.041], "after": [0.043], "low": [0.042], "high": [0.044]})
    assert charts.compared(rows, "share", percent=True).layout.xaxis.tickformat == "~%"


def test_the_index_at_every_outside_share_stands_beside_the_target():
    rows = pd.DataFrame({"share": [0.0, 0.5, 1.0], "outside": [0, 5, 10], "value": [0.5, 0.52, 0.4]})
    figure = charts.by_outside(rows, "D", 0.45)
    (line,) = drawn(figure)
    assert (values(line["x"]), values(line["y"])) == ([0.0, 0.5, 1.0], [0.5, 0.52, 0.4])
    assert figure.layout.shapes[0].y0 == 0.45
