"""Franklin as shipped: regenerated alike, whole, peculiar where it should be, and near the moments it names."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from data import schema, store
from data.demo import california, franklin, geography

RACES = list(schema.RACES)


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return store.schools(store.find("franklin"))


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return gpd.read_parquet(franklin.HERE / "franklin-districts.parquet")


def test_code_makes_the_shipped_schools(schools: pd.DataFrame) -> None:
    assert_frame_equal(franklin.schools(), schools)


def test_code_makes_the_shipped_grades(schools: pd.DataFrame) -> None:
    assert_frame_equal(franklin.grades(schools), store.grades(store.find("franklin")))


def test_grades_are_those_taught_and_sum_to_students(schools: pd.DataFrame) -> None:
    rows = store.grades(store.find("franklin")).merge(schools, on=["year", "ncessch"], suffixes=("_of_grade", ""))
    order = {grade: i for i, grade in enumerate(schema.GRADES)}
    rank, low, high = (rows[name].map(order) for name in ("grade", "grade_low", "grade_high"))
    assert rank.between(low, high).all()
    sums = rows.groupby(["year", "ncessch"]).agg(students=("students_of_grade", "sum"), of=("students", "first"))
    assert len(sums) == len(schools)
    assert (sums["students"] == sums["of"]).all()


def test_code_makes_the_shipped_districts(districts: gpd.GeoDataFrame) -> None:
    made = franklin.districts()
    assert made.crs == districts.crs == "EPSG:4326"
    assert_frame_equal(pd.DataFrame(made.drop(columns="geometry")), pd.DataFrame(districts.drop(columns="geometry")))
    # Vertices stand on a grid of 1e-5 degrees, so anything within a hundredth of that is the same vertex.
    assert shapely.equals_exact(made.geometry.to_numpy(), districts.geometry.to_numpy(), 1e-7).all()


def test_code_makes_the_shipped_description(schools: pd.DataFrame) -> None:
    shipped = json.loads((franklin.HERE / "franklin.json").read_text(encoding="utf-8"))
    assert shipped == franklin.metadata(schools)
    assert shipped["fictional"] is True
    assert "fictional" in shipped["label"]


def test_embedded_files_stay_small() -> None:
    names = ("franklin-schools.parquet", "franklin-districts.parquet", "california-2000-schools.parquet")
    assert sum((california.HERE / name).stat().st_size for name in names) <= 4_000_000


def test_columns_are_the_field_dictionary(schools: pd.DataFrame) -> None:
    assert_frame_equal(schools, schema.typed(schools))
    for column in schema.COLUMNS:
        values = schools[column.name].dropna()
        if column.choices:
            assert values.isin(column.choices).all(), column.name
        if column.low is not None:
            assert (values >= column.low).all(), column.name
    assert schools[list(schema.REQUIRED)].notna().all(axis=None)
    assert schools["state"].eq("Franklin (fictional)").all()


def test_six_years_in_order_with_one_row_per_school(schools: pd.DataFrame) -> None:
    keys = list(zip(schools["year"], schools["ncessch"], strict=True))
    assert keys == sorted(set(keys))
    assert schools["year"].unique().tolist() == [2018, 2019, 2020, 2021, 2022, 2023]


def test_ids_have_the_form_of_nces_ids(schools: pd.DataFrame, districts: gpd.GeoDataFrame) -> None:
    assert schools["leaid"].str.fullmatch(r"90\d{5}").all()
    assert schools["ncessch"].str.fullmatch(r"\d{12}").all()
    assert schools["ncessch"].str[:7].eq(schools["leaid"]).all()
    assert set(districts["leaid"]) <= set(schools["leaid"])


def test_names_are_plain_and_tell_schools_apart(schools: pd.DataFrame) -> None:
    for column in ("school", "district"):
        assert schools[column].notna().all()
        assert schools[column].eq(schools[column].str.strip()).all()
    assert not schools.duplicated(["year", "leaid", "school"]).any()
    assert schools.groupby("leaid")["district"].nunique().max() == 1
    # One charter district takes another id in 2020 and keeps its name.
    assert schools.groupby(["year", "district"])["leaid"].nunique().max() == 1


def test_each_level_follows_from_its_grades(schools: pd.DataFrame) -> None:
    assert set(schools["level"]) == set(schema.LEVELS)
    assert schools["level"].eq(schema.level_from_grades(schools["grade_low"], schools["grade_high"])).all()


def test_races_sum_to_students(schools: pd.DataFrame) -> None:
    known = schools.dropna(subset=RACES)
    assert known[RACES].sum(axis=1).eq(known["students"]).all()
    assert schools[RACES].isna().sum(axis=1).isin([0, 7]).all()  # all known or none


def test_ed_counts_are_possible(schools: pd.DataFrame) -> None:
    for column in ("ed", "ed_frpl", "ed_free", "ed_direct"):
        assert schools[column].le(schools["students"]).dropna().all(), column
    assert schools["ed_free"].le(schools["ed_frpl"]).dropna().all()
    assert schools["ed_direct"].le(schools["ed_free"]).dropna().all()
    assert schools["ed"].equals(schools["ed_frpl"].rename("ed"))
    assert schools["ed_basis"].eq("frpl").all()


# --- The ground ---


def test_polygons_tile_the_state(districts: gpd.GeoDataFrame) -> None:
    elementary = districts.loc[districts["kind"] != "secondary", "geometry"].to_numpy()
    secondary = districts.loc[districts["kind"] != "elementary", "geometry"].to_numpy()
    for cover in (elementary, secondary):
        assert shapely.is_valid(cover).all()
        assert shapely.coverage_is_valid(cover)
    state = shapely.coverage_union_all(elementary)
    assert state.geom_type == "Polygon"
    assert not state.interiors
    assert state.symmetric_difference(shapely.coverage_union_all(secondary)).is_empty


def test_elementary_and_secondary_districts_share_ground(districts: gpd.GeoDataFrame) -> None:
    parts, unions = districts[districts["kind"] == "elementary"], districts[districts["kind"] == "secondary"]
    assert len(unions) >= 2
    assert len(parts) >= 2 * len(unions)
    assert shapely.coverage_union_all(parts.geometry).equals(shapely.union_all(unions.geometry))


def test_every_seat_lies_in_its_own_cell() -> None:
    spots = geography.to_degrees(geography.seats()[["x", "y"]].to_numpy())
    assert shapely.contains_xy(geography.cells(), spots[:, 0], spots[:, 1]).all()


def test_schools_stand_on_their_districts_ground(schools: pd.DataFrame, districts: gpd.GeoDataFrame) -> None:
    placed = schools.dropna(subset=["latitude", "longitude"])
    ground = districts.set_index("leaid").geometry.reindex(placed["leaid"])
    own = ground.notna().to_numpy()
    spots = placed[["longitude", "latitude"]].to_numpy()
    assert shapely.contains_xy(ground.to_numpy()[own], spots[own, 0], spots[own, 1]).all()
    state = shapely.prepared.prep(districts.geometry.union_all())
    assert all(state.contains(point) for point in shapely.points(spots[~own]))


# --- What real tables have and this one must too ---


def test_charters_are_districts_without_ground(schools: pd.DataFrame, districts: gpd.GeoDataFrame) -> None:
    charters = schools[schools["charter"] & ~schools["virtual"]]
    assert charters["leaid"].nunique() >= 5
    assert not charters["leaid"].isin(districts["leaid"]).any()
    assert schools[~schools["charter"]]["leaid"].isin(districts["leaid"]).all()


def test_one_online_school_without_a_place(schools: pd.DataFrame, districts: gpd.GeoDataFrame) -> None:
    online = schools[schools["virtual"]]
    assert len(online["ncessch"].unique()) == 1
    assert online[["latitude", "longitude", "county"]].isna().all(axis=None)
    assert not online["leaid"].isin(districts["leaid"]).any()
    assert (schools["leaid"] == online["leaid"].iloc[0]).sum() == len(online)


def test_small_ed_counts_are_withheld_with_bounds(schools: pd.DataFrame) -> None:
    hidden = schools["ed_low"].notna()
    assert 20 <= hidden.sum() <= 120  # a few in each year
    assert schools.loc[hidden, "ed"].isna().all()
    assert schools.loc[hidden, "ed_low"].eq(1).all()
    assert schools.loc[hidden, "ed_high"].eq(9).all()
    assert not schools["ed"].between(1, 9).any()
    assert not schools["ed_direct"].between(1, 9).any()


def test_some_ed_is_wholly_missing_and_two_districts_did_not_report(schools: pd.DataFrame) -> None:
    unknown = schools["ed"].isna() & schools["ed_low"].isna()
    assert 0.003 < unknown.mean() < 0.02
    silent = schools.assign(unknown=unknown).groupby(["leaid", "year"])["unknown"].agg(["all", "size"])
    assert (silent["all"] & (silent["size"] >= 5)).sum() == 2


def test_some_races_places_and_capacities_are_missing(schools: pd.DataFrame) -> None:
    assert 0.001 < schools["white"].isna().mean() < 0.01
    latest = schools[(schools["year"] == 2023) & ~schools["virtual"]]
    assert 2 <= latest["latitude"].isna().sum() <= 10
    assert 0.03 < latest["capacity"].isna().mean() < 0.15


def test_schools_at_a_hundred_percent_appear_with_cep(schools: pd.DataFrame) -> None:
    full = schools["ed"].eq(schools["students"]) & schools["students"].ge(100)
    counts = full.groupby(schools["year"]).sum()
    assert counts[2018] + counts[2019] <= 8  # a school may truly be that poor
    assert counts[2020] >= 25
    assert (schools.loc[full, "ed_direct"] < schools.loc[full, "students"]).all()


def test_some_buildings_are_crowded_and_some_half_empty(schools: pd.DataFrame) -> None:
    used = (schools["students"] / schools["capacity"]).dropna()
    assert (used > 1).mean() > 0.05
    assert (used < 0.6).mean() > 0.02


def test_schools_open_close_and_change_their_names(schools: pd.DataFrame) -> None:
    years = schools.groupby("ncessch")["year"].agg(["min", "max", "size"])
    assert (years["min"] > 2018).sum() >= 10
    assert (years["max"] < 2023).sum() >= 10
    assert years["size"].eq(years["max"] - years["min"] + 1).all()
    assert schools.drop_duplicates(["ncessch", "school"])["ncessch"].duplicated().sum() >= 5


def test_magnets_are_few_and_never_charters(schools: pd.DataFrame) -> None:
    assert 10 <= schools.loc[schools["magnet"], "ncessch"].nunique() <= 100
    assert not (schools["magnet"] & schools["charter"]).any()


def test_every_kind_of_place_and_metro_areas_of_whole_counties(schools: pd.DataFrame) -> None:
    assert set(schools["locale"].dropna()) == set(schema.LOCALES)
    placed = schools.dropna(subset="metro")
    assert placed.groupby("county")["metro"].nunique().eq(1).all()
    assert schools.dropna(subset="county").groupby("county")["region"].nunique().eq(1).all()
    outside = placed["metro"] == schema.OUTSIDE_METRO
    assert outside.any()
    assert not placed.loc[outside, "locale"].str[0].isin(["1", "2"]).any()
    assert schools.loc[schools["virtual"], ["region", "metro", "locale"]].isna().all(axis=None)


# --- The moments the module names ---


def _variance_ratio(students: np.ndarray, ed: np.ndarray) -> float:
    share = ed.sum() / students.sum()
    return float((students * (ed / students - share) ** 2).sum() / (students.sum() * share * (1 - share)))


def _dissimilarity(students: np.ndarray, ed: np.ndarray) -> float:
    rest = students - ed
    return float(np.abs(ed / ed.sum() - rest / rest.sum()).sum() / 2)


def _counts(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return table["students"].to_numpy(float), table["ed"].to_numpy(float)


@pytest.fixture(scope="module")
def fall_2018(schools: pd.DataFrame) -> pd.DataFrame:
    return schools[(schools["year"] == 2018) & schools["ed"].notna()]


def test_segregation_is_that_of_texas(fall_2018: pd.DataFrame) -> None:
    """A twentieth of each Texas 2018–19 figure: close enough that Franklin reads as a real, divided state."""
    students, ed = _counts(fall_2018)
    between = _counts(fall_2018.groupby("leaid")[["students", "ed"]].sum())
    assert ed.sum() / students.sum() == pytest.approx(0.606, rel=0.05)
    assert _variance_ratio(students, ed) == pytest.approx(0.309, rel=0.05)
    assert _variance_ratio(*between) == pytest.approx(0.203, rel=0.05)
    assert _dissimilarity(students, ed) == pytest.approx(0.484, rel=0.05)
    assert _dissimilarity(*between) == pytest.approx(0.392, rel=0.05)
    assert (ed / students).std() == pytest.approx(0.264, rel=0.05)


def test_the_largest_district_is_poor_and_divided(fall_2018: pd.DataFrame) -> None:
    """Like Houston 2018–19 (80 % ED, V .382), give or take a fifth: one made-up city need not be another's twin."""
    largest = fall_2018[fall_2018["leaid"] == fall_2018["leaid"].mode()[0]]
    students, ed = _counts(largest)
    assert 110 <= len(largest) <= 140
    assert 0.75 <= ed.sum() / students.sum() <= 0.85
    assert _variance_ratio(students, ed) == pytest.approx(0.382, rel=0.2)


def test_sizes_are_those_of_kentucky(schools: pd.DataFrame) -> None:
    """Totals within a twentieth; school quartiles within a sixth, as Franklin has fewer very small schools."""
    table = schools[schools["year"] == 2018]
    assert table["students"].sum() == pytest.approx(684_177, rel=0.05)
    assert len(table) == pytest.approx(1_435, rel=0.05)
    assert table["students"].astype(float).quantile([0.25, 0.5, 0.75]).tolist() == pytest.approx(
        [288, 448, 609], rel=1 / 6
    )
    of_district = table.groupby("leaid")["students"].sum().astype(float)
    largest = of_district.nlargest(len(of_district) // 10).sum()
    assert largest / of_district.sum() == pytest.approx(0.475, abs=0.05)


def test_races_are_those_of_the_nation_and_go_with_ed_as_in_texas(fall_2018: pd.DataFrame) -> None:
    """National shares within two points; correlations within a tenth, about what a few large suburbs move them."""
    known = fall_2018.dropna(subset=RACES)
    share = known[RACES].astype(float).sum() / known["students"].sum()
    assert share[["white", "hispanic", "black", "asian"]].tolist() == pytest.approx([0.47, 0.27, 0.15, 0.05], abs=0.02)
    by_school = known[[*RACES, "ed"]].astype(float).div(known["students"].astype(float), axis=0)
    goes_with = by_school.corr()["ed"]
    assert goes_with[["white", "hispanic", "black", "asian"]].tolist() == pytest.approx(
        [-0.65, 0.62, 0.19, -0.41], abs=0.1
    )


def test_years_move_as_the_nations_did(schools: pd.DataFrame) -> None:
    """The drop of 2020 is 3 % (NCES); the Hispanic share grew by half a point a year, the ED share by less."""
    students = schools.groupby("year")["students"].sum()
    assert students[2020] / students[2019] - 1 == pytest.approx(-0.03, abs=0.005)
    known = schools.dropna(subset=["ed", *RACES]).groupby("year")[["students", "ed", "hispanic"]].sum()
    share = known[["ed", "hispanic"]].div(known["students"], axis=0).astype(float)
    assert 0 < share.loc[2023, "ed"] - share.loc[2018, "ed"] < 0.04
    assert 0.005 < share.loc[2023, "hispanic"] - share.loc[2018, "hispanic"] < 0.04


def test_bases_keep_their_published_ratios(schools: pd.DataFrame) -> None:
    """Free is 87.5 % of free or reduced (California 2019–20); 1.6 claims for each directly certified (7 CFR 245.9)."""
    before = schools[schools["year"] < 2020].dropna(subset=["ed_frpl", "ed_free", "ed_direct"])
    totals = before[["ed_frpl", "ed_free", "ed_direct"]].sum()
    assert totals["ed_free"] / totals["ed_frpl"] == pytest.approx(0.875, abs=0.01)
    assert totals["ed_frpl"] / totals["ed_direct"] == pytest.approx(1.6, abs=0.03)
