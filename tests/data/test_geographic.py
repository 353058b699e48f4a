"""Schools placed by hand, one rule at a time, and by the thousand in Franklin and Texas."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from data import store
from data.geographic import INSIDE, NEAREST, UNPLACED, assigned, placed_words
from data.load import load
from data.schema import typed

UNIFIED, NORTH, SOUTH, HIGH = "3900001", "3900002", "3900003", "3900004"
CHARTERS = "3900099"  # a district that has no polygon
# At 40 degrees north a degree is 111 km up and 85 km across.
IN_UNIFIED, IN_NORTH, IN_SOUTH = (-99.5, 40.5), (-98.5, 40.75), (-98.5, 40.25)
KM_WEST = 1 / 85.4


@pytest.fixture
def districts() -> gpd.GeoDataFrame:
    """A unified district and, east of it, two elementary ones on the ground of one secondary district."""
    return gpd.GeoDataFrame(
        {
            "leaid": [UNIFIED, NORTH, SOUTH, HIGH],
            "district": ["Unified", "North", "South", "High"],
            "kind": ["unified", "elementary", "elementary", "secondary"],
        },
        geometry=[box(-100, 40, -99, 41), box(-99, 40.5, -98, 41), box(-99, 40, -98, 40.5), box(-99, 40, -98, 41)],
        crs="EPSG:4326",
    )


def school(point: tuple[float, float] | None, grades: str = "KG-12", runs: str = CHARTERS, **more: object) -> dict:
    longitude, latitude = point or (np.nan, np.nan)
    low, _, high = grades.partition("-")
    return {
        "year": 2020,
        "leaid": runs,
        "district": f"Runs {runs}",
        "grade_low": low or None,
        "grade_high": high or None,
        "longitude": longitude,
        "latitude": latitude,
        "students": 100,
    } | more


def table(*schools: dict) -> pd.DataFrame:
    return typed(pd.DataFrame([one | {"ncessch": f"{i:012d}"} for i, one in enumerate(schools)]))


def place(districts: gpd.GeoDataFrame, *where: object, **more: object) -> tuple[str, str]:
    """The district one school comes to, and how."""
    found = assigned(table(school(*where, **more)), districts)
    return found.table["leaid"].iloc[0], found.placed["how"].iloc[0]


def test_a_charter_counts_for_the_district_around_it(districts: gpd.GeoDataFrame) -> None:
    found = assigned(table(school(IN_UNIFIED)), districts)
    assert found.table[["leaid", "district"]].iloc[0].tolist() == [UNIFIED, "Unified"]
    placed = found.placed.iloc[0]
    assert (placed["administrative"], placed["how"]) == (CHARTERS, INSIDE)
    assert placed["moved"]
    assert not placed["unassigned"]


def test_everything_else_of_a_school_stays(districts: gpd.GeoDataFrame) -> None:
    before = table(school(IN_UNIFIED), school(None), school(IN_NORTH, "09-12"))
    same = [name for name in before if name not in ("leaid", "district")]
    pd.testing.assert_frame_equal(assigned(before, districts).table[same], before[same])


@pytest.mark.parametrize(
    ("grades", "to"),
    [
        ("PK-05", NORTH),
        ("06-08", NORTH),
        ("09-12", HIGH),
        ("10-12", HIGH),
        ("KG-12", NORTH),  # nine of its thirteen grades end by grade 8
        ("07-12", HIGH),  # four of its six
        ("07-09", NORTH),
        ("08-10", HIGH),
        ("PK-PK", NORTH),
    ],
)
def test_where_districts_overlap_the_grades_decide(districts: gpd.GeoDataFrame, grades: str, to: str) -> None:
    assert place(districts, IN_NORTH, grades) == (to, INSIDE)


@pytest.mark.parametrize(
    ("level", "to"), [("elementary", SOUTH), ("middle", SOUTH), ("high", HIGH), ("combined", SOUTH)]
)
def test_without_grades_the_level_decides(districts: gpd.GeoDataFrame, level: str, to: str) -> None:
    assert place(districts, IN_SOUTH, "", level=level) == (to, INSIDE)


@pytest.mark.parametrize("grades", ["", "UG-UG", "07-10"])
@pytest.mark.parametrize(("runs", "to"), [(HIGH, HIGH), (NORTH, NORTH), (SOUTH, NORTH), (CHARTERS, NORTH)])
def test_on_a_tie_the_district_that_runs_it_wins(districts: gpd.GeoDataFrame, grades: str, runs: str, to: str) -> None:
    # Grades 7 to 10 are half an elementary and half a secondary district's; South lies elsewhere.
    assert place(districts, IN_NORTH, grades, runs) == (to, INSIDE)


def test_a_school_on_the_line_between_two_stays_where_it_is_run(districts: gpd.GeoDataFrame) -> None:
    line = (-98.5, 40.5)
    assert place(districts, line, "KG-05", SOUTH) == (SOUTH, INSIDE)
    assert place(districts, line, "KG-05", NORTH) == (NORTH, INSIDE)
    assert place(districts, line, "KG-05", CHARTERS) == (NORTH, INSIDE)  # the lower id


@pytest.mark.parametrize(
    ("km", "expected"), [(0.1, (UNIFIED, NEAREST)), (1.9, (UNIFIED, NEAREST)), (2.1, (CHARTERS, "outside"))]
)
def test_just_outside_counts_for_the_nearest(districts: gpd.GeoDataFrame, km: float, expected: tuple[str, str]) -> None:
    assert place(districts, (-100 - km * KM_WEST, 40.5)) == expected


@pytest.mark.parametrize(("grades", "to"), [("KG-05", NORTH), ("09-12", HIGH)])
def test_just_outside_two_the_grades_decide(districts: gpd.GeoDataFrame, grades: str, to: str) -> None:
    assert place(districts, (-98 + KM_WEST, 40.75), grades) == (to, NEAREST)


def test_just_outside_two_the_nearer_wins(districts: gpd.GeoDataFrame) -> None:
    # 1.1 km below South and 0.9 km right of what is now Unified.
    districts.loc[0, "geometry"] = box(-100, 39, -98.5 - 0.9 * KM_WEST, 39.995)
    assert place(districts, (-98.5, 39.99), "KG-05") == (UNIFIED, NEAREST)


@pytest.mark.parametrize(
    ("point", "more", "how"),
    [(None, {}, "no coordinates"), (IN_NORTH, {"virtual": True}, "virtual"), ((-90, 40.5), {}, "outside")],
)
@pytest.mark.parametrize(("runs", "unassigned"), [(UNIFIED, False), (CHARTERS, True)])
def test_without_ground_a_school_keeps_the_district_that_runs_it(
    districts: gpd.GeoDataFrame, point: object, more: dict, how: str, runs: str, unassigned: bool
) -> None:
    found = assigned(table(school(point, "KG-12", runs, **more)), districts)
    assert found.table["leaid"].iloc[0] == runs
    placed = found.placed.iloc[0]
    assert placed["how"] == how
    assert placed["unassigned"] == unassigned
    assert not placed["moved"]


def test_a_district_is_called_as_its_own_schools_call_it(districts: gpd.GeoDataFrame) -> None:
    own = school(IN_UNIFIED, runs=UNIFIED, district="Unified ISD")
    found = assigned(table(own, school(IN_UNIFIED), school(IN_SOUTH, "KG-05")), districts)
    assert found.table["district"].tolist() == ["Unified ISD", "Unified ISD", "South"]


def test_the_same_for_any_order_of_schools_and_districts(districts: gpd.GeoDataFrame) -> None:
    schools = table(school(IN_NORTH, ""), school(IN_SOUTH, "07-12"), school((-98.5, 40.5), "KG-05"), school(None))
    forward = assigned(schools, districts).table
    backward = assigned(schools[::-1], districts[::-1].reset_index(drop=True)).table
    pd.testing.assert_frame_equal(forward, backward[::-1])


def test_the_sentence_counts_every_case(districts: gpd.GeoDataFrame) -> None:
    found = assigned(
        table(
            school(IN_UNIFIED),
            school(IN_UNIFIED, runs=UNIFIED),
            school((-100 - KM_WEST, 40.5)),
            school(None, runs=UNIFIED),
            school(None),
            school((-90, 40.5)),
        ),
        districts,
    )
    assert placed_words(found.placed) == (
        "Geographic districts: 2 of 6 schools count for another district than the one that runs them; outside every "
        "boundary, counted for the nearest district: 1; without ground, kept by the district that runs them: 1 without "
        "coordinates; unassigned, for that district has no boundary either: 1 without coordinates, 1 farther than 2 km "
        "from any district."
    )


def test_franklins_charters_come_to_the_polygons_they_stand_in() -> None:
    manifest = store.find("franklin")
    schools, districts = store.schools(manifest), store.districts(manifest)
    assert districts is not None
    found = assigned(schools, districts)
    shapes = districts.set_index("leaid").geometry
    charters = schools[~schools["leaid"].isin(shapes.index) & schools["longitude"].notna()]
    assert len(charters) > 100
    own = found.table.loc[charters.index]
    assert own["leaid"].isin(shapes.index).all()
    ground = shapes.loc[own["leaid"]].reset_index(drop=True)
    points = gpd.GeoSeries(gpd.points_from_xy(own["longitude"], own["latitude"]), crs="EPSG:4326")
    assert ground.contains(points).all()
    # What its districts run on their own ground stays theirs.
    ordinary = schools["leaid"].isin(shapes.index) & schools["longitude"].notna()
    assert not found.placed.loc[ordinary, "moved"].any()
    assert set(found.placed.loc[found.placed["unassigned"], "how"]) <= set(UNPLACED)


def test_texas_charters_come_to_geographic_districts(realdata, home) -> None:  # noqa: ARG001 it is stored there
    tapr, ccd = realdata / "tx_tapr_2019", realdata / "tx_ccd_directory_2013"
    files = [tapr / "CSTUD_19_all.csv", tapr / "CREF20.csv", tapr / "CAMPRATE_2019.csv", *sorted(ccd.glob("*.csv"))]
    manifest = load([*files, realdata / "boundaries_derived" / "TX_districts_2016geom.zip"], name="texas")
    schools, districts = store.schools(manifest), store.districts(manifest)
    assert districts is not None
    without_polygon = set(schools["leaid"]) - set(districts["leaid"])
    assert len(without_polygon) >= 179  # the folder's README
    found = assigned(schools, districts)
    placed_charters = schools["leaid"].isin(without_polygon) & schools["longitude"].notna()
    assert found.table.loc[placed_charters, "leaid"].isin(districts["leaid"]).all()
    # The state is the same; only the lines inside it differ.
    assert found.table["students"].sum() == schools["students"].sum() == 5_416_400
