"""Two square districts in every form a map comes in, byte for byte alike whenever they are made."""

import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry import Polygon

from tests.data.forms import zipped

Ring = Sequence[Sequence[float]]

WEST: Ring = [[-100, 30], [-99, 30], [-99, 31], [-100, 31], [-100, 30]]
EAST: Ring = [[-99, 30], [-98, 30], [-98, 31], [-99, 31], [-99, 30]]
BOW_TIE: Ring = [[-100, 30], [-99, 31], [-99, 30], [-100, 31], [-100, 30]]
LINE: Ring = [[-100, 30], [-99, 31], [-100, 30], [-100, 30]]
_PARTS = (".shp", ".shx", ".dbf", ".prj")


def feature(leaid: object, geometry: dict[str, object] | None, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"GEOID": leaid, "NAME": "A", **properties}, "geometry": geometry}


def polygon(ring: Ring) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(*features: dict[str, object], **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def districts(*rings: Ring) -> bytes:
    """GeoJSON of a district for each ring."""
    return geojson(*(feature(f"480000{i}", polygon(ring)) for i, ring in enumerate(rings, 1)))


def topojson(arcs: Sequence[Sequence[int]] = ((0, 1), (2, -1))) -> bytes:
    """The two squares, their shared side once; ``arcs`` says which lines are the outline of each."""
    lines = [[[-99, 30], [-99, 31]], [[-99, 31], [-100, 31], [-100, 30], [-99, 30]],
             [[-99, 30], [-98, 30], [-98, 31], [-99, 31]]]  # fmt: skip
    shapes = [
        {"type": "Polygon", "arcs": [own], "properties": {"NCES_DISTR": f"480000{i}", "NAME": "A"}}
        for i, own in enumerate(arcs, 1)
    ]
    objects = {"isd": {"type": "GeometryCollection", "geometries": shapes}}
    return json.dumps({"type": "Topology", "arcs": lines, "objects": objects}).encode()


def frame() -> gpd.GeoDataFrame:
    columns = {"GEOID": ["4800001", "4800002"], "NAME": ["A", "B"]}
    return gpd.GeoDataFrame(columns, geometry=[Polygon(WEST), Polygon(EAST)], crs="EPSG:4326")


def shapefile(table: gpd.GeoDataFrame | None = None, without: Sequence[str] = ()) -> dict[str, bytes]:
    """The parts of a shapefile by name."""
    with tempfile.TemporaryDirectory() as folder:
        (frame() if table is None else table).to_file(Path(folder, "areas.shp"))
        parts = {f"areas{end}": Path(folder, f"areas{end}").read_bytes() for end in _PARTS if end not in without}
    if "areas.dbf" in parts:  # which holds the day it was made
        parts["areas.dbf"] = parts["areas.dbf"][:1] + b"\x50\x01\x01" + parts["areas.dbf"][4:]
    return parts


def zipped_shapefile(table: gpd.GeoDataFrame | None = None, without: Sequence[str] = ()) -> bytes:
    return zipped(shapefile(table, without))


def geoparquet(table: gpd.GeoDataFrame | None = None) -> bytes:
    out = io.BytesIO()
    (frame() if table is None else table).to_parquet(out, compression=None)
    return out.getvalue()


_GEOPACKAGE = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
 organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",
SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],
AUTHORITY["EPSG","4326"]]', NULL);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT, description TEXT,
 last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
INSERT INTO gpkg_contents VALUES ('areas', 'features', 'areas', '', '2020-01-01T00:00:00Z', -100, 30, -98, 31, 4326);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER,
 z TINYINT, m TINYINT, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 'POLYGON', 4326, 0, 0);
CREATE TABLE areas (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom POLYGON, GEOID TEXT, NAME TEXT);
"""


def geopackage(*rings: Ring) -> bytes:
    rows = [
        (b"GP\0\1" + struct.pack("<i", 4326) + shapely.to_wkb(Polygon(ring)), f"480000{i}", "A")
        for i, ring in enumerate(rings, 1)
    ]
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            f"PRAGMA page_size = 1024; PRAGMA application_id = {0x47504B47}; PRAGMA user_version = 10300; {_GEOPACKAGE}"
        )
        database.executemany("INSERT INTO areas (geom, GEOID, NAME) VALUES (?, ?, ?)", rows)
        database.commit()
        return _without_version(database.serialize())


def database() -> bytes:
    """A database that is no GeoPackage."""
    with closing(sqlite3.connect(":memory:")) as held:
        held.executescript("PRAGMA page_size = 1024; CREATE TABLE schools (id TEXT);")
        return _without_version(held.serialize())


def _without_version(content: bytes) -> bytes:
    """A database without the number of the SQLite that made it, which nothing needs."""
    return content[:96] + bytes(4) + content[100:]


def in_metres() -> gpd.GeoDataFrame:
    """The squares in metres."""
    return frame().to_crs("EPSG:5070")
