"""District boundaries come out alike from every map layout."""

import contextlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, Polygon, box

from analysis.errors import InputError
from data.formats.reading import TextTable, tables
from data.polygons import KINDS, Polygons, simplified

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])  # crosses itself: two triangles of area 1


def districts(**columns: list[object]) -> gpd.GeoDataFrame:
    """Two square districts side by side, in TIGER's coordinates unless changed."""
    shapes = columns.pop("geometry", [box(-100, 30, -99, 31), box(-99, 30, -98, 31)])
    layout = columns or {"GEOID": ["4800001", "4800002"], "NAME": ["A", "B"], "UNSDLEA": ["00001", "00002"]}
    return gpd.GeoDataFrame(layout, geometry=shapes, crs="EPSG:4269")


def only(path: Path) -> Polygons:
    (found,) = tables(path)
    assert isinstance(found, Polygons)
    return found


def geojson(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "map.geojson", driver="GeoJSON")
    return folder / "map.geojson"


def nameless_geojson(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    (folder / "map.json").write_text(frame.to_crs("EPSG:4326").to_json(drop_id=True))
    return folder / "map.json"


def geopackage(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "map.gpkg", driver="GPKG")
    return folder / "map.gpkg"


def geoparquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "map.parquet")
    return folder / "map.parquet"


def shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "map.shp")
    (folder / "map.shp.ea.iso.xml").write_text("<?xml version='1.0'?><x/>")
    return folder / "map.shp"


def zipped_shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    shapefile(frame, folder)
    with zipfile.ZipFile(folder / "map.zip", "w") as archive:
        for part in folder.glob("map.*"):
            if part.suffix != ".zip":
                archive.write(part, f"tl/{part.name}")
    return folder / "map.zip"


def topojson(_: gpd.GeoDataFrame, folder: Path) -> Path:
    """The two squares as arcs: their shared side once."""
    arcs = [
        [[-99, 30], [-99, 31]],
        [[-99, 31], [-100, 31], [-100, 30], [-99, 30]],
        [[-99, 30], [-98, 30], [-98, 31], [-99, 31]],
    ]
    shapes = [
        {"type": "Polygon", "arcs": [[0, 1]], "properties": {"NCES_DISTR": "4800001", "NAME": "A"}},
        {"type": "Polygon", "arcs": [[2, -1]], "properties": {"NCES_DISTR": "4800002", "NAME": "B"}},
    ]  # fmt: skip
    topology = {
        "type": "Topology",
        "arcs": arcs,
        "objects": {"isd": {"type": "GeometryCollection", "geometries": shapes}},
    }
    (folder / "topo.json").write_text(json.dumps(topology))
    return folder / "topo.json"


Write = Callable[[gpd.GeoDataFrame, Path], Path]
WRITERS: list[Write] = [geojson, nameless_geojson, geopackage, geoparquet, shapefile, zipped_shapefile, topojson]


@pytest.mark.parametrize("write", WRITERS)
def test_every_layout_gives_the_same_districts(tmp_path: Path, write: Write) -> None:
    found = only(write(districts(), tmp_path))
    assert list(found.frame.columns) == ["leaid", "district", "kind", "geometry"]
    assert found.frame.crs == "EPSG:4326"
    assert found.frame["leaid"].tolist() == ["4800001", "4800002"]
    assert found.frame["district"].tolist() == ["A", "B"]
    assert set(found.frame["kind"]) == {"unified"}
    # NAD 83 and WGS 84 are the same to within a metre or two, and the map library takes them as one.
    assert shapely.equals(found.frame.geometry.to_numpy(), districts().geometry.to_numpy()).all()
    assert found.notes == ()


def test_the_other_parts_of_a_shapefile_give_nothing_but_a_table_of_the_same_name_does(tmp_path: Path) -> None:
    shapefile(districts(), tmp_path)
    for part in ("map.dbf", "map.shx", "map.prj", "map.cpg", "map.shp.ea.iso.xml"):
        assert tables(tmp_path / part) == []
    (tmp_path / "map.csv").write_text("a,b\n1,2\n")
    assert len(tables(tmp_path / "map.csv")) == 1


def test_a_shapefile_without_its_parts(tmp_path: Path) -> None:
    shapefile(districts(), tmp_path)
    shutil.copy(tmp_path / "map.shp", tmp_path / "alone.shp")
    with pytest.raises(InputError, match=r"^alone\.shp "):
        tables(tmp_path / "alone.shp")


@pytest.mark.parametrize(
    ("columns", "kinds"),
    [
        ({"GEOID": ["1", "2"], "ELSDLEA": ["1", "2"]}, ["elementary", "elementary"]),
        ({"GEOID": ["1", "2"], "SCSDLEA": ["1", "2"]}, ["secondary", "secondary"]),
        ({"GEOID": ["1", "2"], "UNSDLEA": [None, "2"], "SCSDLEA": ["1", " "]}, ["secondary", "unified"]),
        ({"leaid": ["1", "2"], "kind": ["elementary", "unified"]}, ["elementary", "unified"]),
        ({"GEOID": ["1", "2"], "NAME": ["Elm High School District", "High Island ISD"]}, ["secondary", "unified"]),
        ({"GEOID": ["1", "2"], "NAME": ["Elm Elementary School District", None]}, ["elementary", "unified"]),
    ],
)  # fmt: skip
def test_kinds_are_told_by_the_publisher_or_else_by_the_name(
    tmp_path: Path, columns: dict[str, list[object]], kinds: list[str]
) -> None:
    assert only(geoparquet(districts(**columns), tmp_path)).frame["kind"].tolist() == kinds


def test_ground_of_no_district_is_left_out_and_said(tmp_path: Path) -> None:
    found = only(geojson(districts(GEOID=["3999997", "3900001"], NAME=["undefined", "A"]), tmp_path))
    assert found.frame["leaid"].tolist() == ["3900001"]
    assert found.notes == ("map.geojson: areas that belong to no district, left out: 1.",)


def test_a_district_without_an_outline_is_left_out_and_said(tmp_path: Path) -> None:
    found = only(geoparquet(districts(GEOID=["4836450", "4800002"], geometry=[Polygon(), box(0, 0, 1, 1)]), tmp_path))
    assert found.frame["leaid"].tolist() == ["4800002"]
    assert "(4836450)" in found.notes[0]


def test_crossing_rings_are_repaired_and_said(tmp_path: Path) -> None:
    found = only(geojson(districts(GEOID=["1", "2"], geometry=[BOW_TIE, box(5, 5, 6, 6)]), tmp_path))
    assert found.frame.geometry.is_valid.all()
    assert shapely.area(found.frame.geometry.to_numpy()).tolist() == pytest.approx([2, 1])
    assert found.notes == ("map.geojson: districts whose outline crossed itself, repaired: 1.",)


def test_a_repair_keeps_areas_only(tmp_path: Path) -> None:
    spike = Polygon([(0, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)])  # a square with a line standing on it
    found = only(geojson(districts(GEOID=["1", "2"], geometry=[spike, box(5, 5, 6, 6)]), tmp_path))
    assert found.frame.geometry.iloc[0].equals(box(0, 0, 1, 1))


def test_a_district_in_several_features_is_one_row(tmp_path: Path) -> None:
    found = only(geoparquet(districts(GEOID=["4800001", "4800001"], NAME=["A", "A"]), tmp_path))
    assert found.frame["leaid"].tolist() == ["4800001"]
    assert found.frame.geometry.iloc[0].equals(box(-100, 30, -98, 31))


def test_ids_that_lost_their_leading_zero_get_it_back(tmp_path: Path) -> None:
    assert only(geojson(districts(GEOID=[601620, 601621]), tmp_path)).frame["leaid"].tolist() == ["0601620", "0601621"]


def test_coordinates_in_metres_come_out_in_degrees(tmp_path: Path) -> None:
    found = only(geopackage(districts().to_crs("EPSG:5070"), tmp_path))
    assert found.frame.total_bounds == pytest.approx([-100, 30, -98, 31], abs=1e-6)


def without_crs(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    return geoparquet(frame.set_crs(None, allow_override=True), folder)


def test_degrees_without_a_stated_system_are_taken_as_they_are(tmp_path: Path) -> None:
    assert only(without_crs(districts(), tmp_path)).frame.total_bounds.tolist() == [-100, 30, -98, 31]


collapsed = Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "metres without a stated system": (
        lambda folder: without_crs(districts().to_crs("EPSG:5070"), folder),
        "they are not degrees: give its .prj too",
    ),
    "no ids": (lambda folder: geojson(districts(id=["1", "2"]), folder), "no column of district ids .* it has id"),
    "blank ids": (lambda folder: geojson(districts(GEOID=[None, " "]), folder), "no district ids in its id column"),
    "lines": (
        lambda folder: geojson(districts(GEOID=["1", "2"], geometry=[LineString([(0, 0), (1, 1)])] * 2), folder),
        r"feature 1 \(1, .*encloses no area",
    ),
    "collapsed": (
        lambda folder: geojson(districts(GEOID=["1", "2"], geometry=[box(0, 0, 1, 1), collapsed]), folder),
        r"feature 2 \(2, .*encloses no area",
    ),
    "nothing but empty outlines": (
        lambda folder: geoparquet(districts(GEOID=["1", "2"], geometry=[Polygon(), None]), folder),
        "holds no areas",
    ),
    "no features": (lambda folder: geoparquet(districts().head(0), folder), "no district ids|holds no areas"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_map_that_cannot_be_right_is_refused_naming_the_file(tmp_path: Path, case: str) -> None:
    write, message = REFUSED[case]
    path = write(tmp_path)
    with pytest.raises(InputError, match=rf"^{path.name}.*({message})"):
        tables(path)


def test_a_map_that_would_take_all_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.polygons.LARGEST_TOPOLOGY", 100)
    with pytest.raises(InputError, match=r"^topo\.json is larger than 0 MB: give the map as GeoJSON or a shapefile"):
        tables(topojson(districts(), tmp_path))
    assert only(geojson(districts(), tmp_path)).label == "map.geojson"


def test_formats_that_run_commands_do_not_reach_the_map_library(tmp_path: Path) -> None:
    secret = geojson(districts(), tmp_path)
    pipeline = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline read {secret}"}
    path = tmp_path / "given.json"
    for content in (pipeline, {"type": "FeatureCollection", "x": pipeline}):
        path.write_text(json.dumps(content))
        with pytest.raises(InputError, match="not a map"):
            tables(path)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b[:100] + b"\xff" * 200 + b[300:]])
@pytest.mark.parametrize("write", WRITERS)
def test_a_damaged_map_never_ends_in_anything_but_one_sentence(
    tmp_path: Path, write: Write, damage: Callable[[bytes], bytes]
) -> None:
    path = write(districts(), tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    # Some damage spares what is needed of a file; where it does not, there is one kind of error.
    with contextlib.suppress(InputError):
        assert all(isinstance(found, Polygons | TextTable) for found in tables(path))


def test_simplified_districts_still_share_their_borders(realdata: Path) -> None:
    ohio = only(realdata / "oh_cb_2018" / "cb_2018_39_unsd_500k.shp").frame
    simple = simplified(ohio, 500)
    assert simple["leaid"].tolist() == ohio["leaid"].tolist()
    assert simple.crs == ohio.crs
    assert len(simple.get_coordinates()) < len(ohio.get_coordinates()) / 2
    assert shapely.coverage_is_valid(simple.to_crs("EPSG:5070").geometry.to_numpy(), gap_width=0)
    area = ohio.to_crs("EPSG:5070").area.sum()
    assert simple.to_crs("EPSG:5070").area.sum() == pytest.approx(area, rel=1e-3)


def test_overlapping_districts_are_simplified_without_a_fault() -> None:
    wavy = [box(-100, 30, -99, 31).segmentize(0.1), box(-99.5, 30, -98, 31).segmentize(0.1)]
    for kinds in (["elementary", "secondary"], ["unified", "unified"]):
        frame = districts(leaid=["1", "2"], kind=kinds, geometry=wavy).to_crs("EPSG:4326")
        simple = simplified(frame, 500)
        assert simple.geometry.is_valid.all()
        assert simple["leaid"].tolist() == ["1", "2"]


# Feature counts from shared/realdata/README.md, less Ohio's ground of no district and Texas's Randolph Field ISD,
# whose outline its publisher left empty.
REAL = {
    "oh_cb_2018/cb_2018_39_unsd_500k.shp": 613 - 1,
    "tx_boundaries_2016/isd-topo.json": 1021 - 1,
    "boundaries_derived/TX_districts_2016geom.zip": 1021 - 1,
    "boundaries_derived/KY_districts_2012geom_2022ids.zip": None,
}


@pytest.mark.parametrize("name", REAL)
def test_real_boundaries(realdata: Path, name: str) -> None:
    frame = only(realdata / name).frame
    assert REAL[name] in (None, len(frame))
    assert frame["leaid"].is_unique
    assert frame["leaid"].str.fullmatch(r"\d{7}").all()
    assert frame["kind"].isin(KINDS).all()
    assert frame.geometry.is_valid.all()
