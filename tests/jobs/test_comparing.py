"""Jobs that set districts beside each other, on a state of two districts whose line is known."""

import json
from io import StringIO

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from analysis.borders import RANKINGS
from analysis.indices import INDICES
from analysis.peers import PARTS
from data import store
from tests.small_state import EVEN, UNEVEN, written

TEXT = dict.fromkeys(["leaid", "neighbour"], "str")
DISTRICT = "9000360"


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


@pytest.fixture
def mapped(run, tmp_path):
    """The small state as a dataset with boundaries: two squares of a degree, side by side."""
    areas = gpd.GeoDataFrame(
        {"GEOID": [EVEN, UNEVEN]}, geometry=[box(-83, 40, -82, 41), box(-84, 40, -83, 41)], crs="EPSG:4326"
    )
    areas.to_file(tmp_path / "map.geojson", driver="GeoJSON")
    run("load", "--name", "mapped", written(tmp_path / "small.csv"), tmp_path / "map.geojson")
    return "mapped"


# borders ------------------------------------------------------------------------------------------------------------


def test_a_border_by_hand(told, mapped):
    out, notes = told("borders", mapped, "--students", "300", "--minimum-cell", "0", "--format", "csv")
    (row,) = table(out).to_dict("records")
    assert (row["leaid"], row["neighbour"]) == (UNEVEN, EVEN)
    assert (row["students"], row["neighbour_students"]) == (300, 300)
    # 150 and 90 of 300: 30 would have to trade places. The state's V between, 6/144, is all theirs.
    assert row["gap"] == pytest.approx(0.2)
    assert row["swaps"] == pytest.approx(30)
    assert row["joined_between"] == pytest.approx(-6 / 144)
    assert row["gap_black"] == pytest.approx(0.0)
    # A degree of latitude at 40.5° north is 111.04 km.
    assert row["miles"] == pytest.approx(111.04 / 1.609344, rel=2e-3)
    assert "Ranked: 1 of 1 borders" in notes[-1]


def test_the_gap_in_revenue_stands_where_both_sides_have_it(run):
    rows = table(run("borders", "franklin", "--format", "csv"))
    manifest = store.find("franklin")
    last = store.schools(manifest, [max(manifest.years)])
    of_district = last.groupby("leaid")["revenue"].first()
    for side, column in (("leaid", "revenue"), ("neighbour", "neighbour_revenue")):
        assert rows[column].tolist() == pytest.approx(of_district[rows[side]].tolist())
    assert rows["gap_revenue"].tolist() == pytest.approx((rows["revenue"] - rows["neighbour_revenue"]).tolist())


def test_without_revenue_no_column_speaks_of_it(run, mapped):
    assert not [name for name in table(run("borders", mapped, "--format", "csv")) if "revenue" in name]


@pytest.mark.parametrize("floor", [["--students", "301"], ["--students", "0", "--miles", "100"]])
def test_floors_leave_out_what_is_too_small(told, mapped, floor):
    out, notes = told("borders", mapped, *floor, "--format", "csv")
    assert table(out).empty
    assert "Ranked: 0 of 1 borders" in notes[-1]


@pytest.mark.parametrize("rank", RANKINGS)
def test_the_largest_come_first(run, rank):
    everything = table(run("borders", "franklin", "--rank", rank, "--format", "csv"))
    assert everything[rank].is_monotonic_decreasing
    assert (everything["gap"] >= 0).all()
    assert everything[["students", "neighbour_students"]].min(axis=None) >= 1000
    assert everything["miles"].min() >= 1
    top = json.loads(run("borders", "franklin", "--rank", rank, "--top", "3", "--format", "json"))
    assert [row["leaid"] for row in top] == everything["leaid"].head(3).tolist()


def test_charter_districts_have_no_border_and_count_where_they_stand(told):
    job = ["borders", "franklin", "--students", "0", "--miles", "0", "--format", "csv"]
    (administrative, notes), (geographic, others) = told(*job), told(*job, "--districts", "geographic")
    manifest = store.find("franklin")
    last = store.schools(manifest, [max(manifest.years)])
    ground = set(store.districts(manifest)["leaid"])
    charters = set(last.loc[~last["virtual"], "leaid"]) - ground
    assert f"no ground: {len(charters)}." in notes[-1]
    assert "no ground: 0." in others[-1]
    assert not charters & {*table(administrative)["leaid"], *table(administrative)["neighbour"]}
    assert not table(geographic)["gap"].equals(table(administrative)["gap"])


def test_outlines_of_other_districts_are_refused_in_a_sentence(told, refused, tmp_path):
    areas = gpd.GeoDataFrame(
        {"GEOID": ["3999991", "3999992"]}, geometry=[box(-83, 40, -82, 41), box(-84, 40, -83, 41)], crs="EPSG:4326"
    )
    areas.to_file(tmp_path / "other.geojson", driver="GeoJSON")
    _, said = told("load", "--name", "other", written(tmp_path / "small.csv"), tmp_path / "other.geojson")
    assert any(line.startswith("100% of students are in districts without an outline") for line in said)
    assert refused("borders", "other") == (
        f"evenground: other has outlines of districts such as 3999991 and schools of districts such as {UNEVEN}, "
        "none of both; load it with boundaries that have its districts' ids."
    )


def test_no_border_to_list_is_a_sentence(run, mapped):
    assert run("borders", mapped, "--students", "301") == "There is nothing to list.\n"
    assert json.loads(run("borders", mapped, "--students", "301", "--format", "json")) == []


def test_gaps_left_empty_are_told_with_the_reason(told):
    """The races of Franklin's small schools are hidden; the gap in disadvantage of most borders is not."""
    out, said = told("borders", "franklin", "--format", "csv")
    assert table(out)["gap_asian"].isna().mean() > 0.5
    (line,) = [line for line in said if "left empty" in line]
    assert line.startswith("Of 324 borders between districts with schools, gap of ")
    assert "gap_asian of 308" in line
    assert "--minimum-cell 0" in line
    assert not any("left empty" in line for line in told("borders", "franklin", "--minimum-cell", "0")[1])


# peers --------------------------------------------------------------------------------------------------------------


def test_peers_and_the_place_among_them(told):
    out, notes = told("peers", "franklin", "--district", DISTRICT, "--format", "csv")
    found = table(out)
    assert len(found) == 10
    assert found["distance"].is_monotonic_increasing
    assert DISTRICT not in set(found["leaid"])
    assert set(PARTS) < set(found)
    (said,) = [note for note in notes if note.startswith("Dissimilarity: higher than")]
    content = json.loads(run_json := told("peers", "franklin", "--district", DISTRICT, "--format", "json")[0])
    assert run_json.endswith("\n")
    assert [each["leaid"] for each in content["peers"]] == found["leaid"].tolist()
    assert [each["index"] for each in content["place"]] == list(INDICES)
    assert said.endswith(f"percentile {100 * content['place'][0]['percentile']:.0f}.")


def test_of_all_races_the_standing_is_empty_at_the_usual_minimum_cell_and_says_why(told):
    job = ["peers", "franklin", "--district", DISTRICT, "--group", "all-races"]
    _, said = told(*job)
    assert any(line.startswith(f"Where {DISTRICT} stands among them by dissimilarity") for line in said)
    _, said = told(*job, "--minimum-cell", "0")
    assert any(line.startswith("Dissimilarity: higher than") for line in said)


def test_how_many_peers(run):
    assert len(table(run("peers", "franklin", "--district", DISTRICT, "--number", "3", "--format", "csv"))) == 3


def test_what_the_data_lacks_is_not_compared_and_said(told):
    schools = store.schools(store.find("california-2000"))
    leaid = schools["leaid"].iloc[0]
    out, notes = told("peers", "california-2000", "--district", leaid, "--format", "csv")
    assert {"size", "ed"} < set(table(out))
    assert any("by it: races, grades, locale." in note for note in notes)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("borders franklin --group all-races", ["--group ed"]),
        ("borders california-2000", ["california-2000", "boundary"]),
        ("borders franklin --top 0", ["--top", "1 or more"]),
        ("borders franklin --year 1999", ["1999", "2018"]),
        ("borders franklin --rank size", ["size", "swaps"]),
        ("peers franklin", ["--district"]),
        ("peers franklin --district 1", ["district 1"]),
        ("peers franklin --district 9000360 --number 0", ["1 or more"]),
    ],
)
def test_a_mistake_is_one_plain_line(refused, job, words):
    told = refused(*job.split())
    for word in words:
        assert word in told
