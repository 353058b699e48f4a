"""School district boundaries, from any of the map files their publishers offer.

Layouts: Census TIGER/Line and cartographic school district files (``GEOID`` with one of ``UNSDLEA``, ``ELSDLEA``,
``SCSDLEA``), the NCES EDGE composite file (all three), the Texas Education Agency's (``NCES_DISTR``), and our own.
GEOID is the NCES district id (LEAID). Sources: Census Bureau, "TIGER/Line Shapefiles Technical Documentation",
school districts; NCES EDGE, "School District Boundaries File Documentation".
"""

import io
import re
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import InputError
from data.formats import files
from data.formats.files import Given, NotATableError
from data.ids import MANGLED_REMEDY, MANGLED_WORDS, mangled

if TYPE_CHECKING:  # geopandas takes most of a second to import, and most readings meet no map
    import geopandas as gpd
    import pandas as pd

KINDS = ("unified", "elementary", "secondary")
DEGREES, ALBERS = "EPSG:4326", "EPSG:5070"  # WGS 84; Conus Albers, metres
METRES_PER_MILE = 1609.344
# The first of these that a layer has names the district; compared without regard to case.
_ID_COLUMNS = ("leaid", "geoid", "geoid20", "geoid10", "nces_distr")
_NAME_COLUMNS = ("district", "name", "name20", "name10")
_KIND_COLUMNS = {"unsdlea": "unified", "elsdlea": "elementary", "scsdlea": "secondary"}
LARGEST_TOPOLOGY = 25 << 20  # GDAL holds thirty times as much, since lines may be named before they come
_LARGEST_FEATURE = {"OGR_GEOJSON_MAX_OBJ_SIZE": 25}  # megabytes of text, for the same reason; others are read in turn
_NOWHERE = "has coordinates that are nowhere on Earth: download it again."
_MAP_TYPES = rb'"type"\s*:\s*"(FeatureCollection|Feature|Topology)"'


@dataclass(frozen=True)
class Polygons:
    """District boundaries inside a file the person gave.

    Attributes:
        label: as shown to people: "tl_2023_39_unsd.zip › tl_2023_39_unsd.shp".
        frame: ``leaid``, ``district``, ``kind`` (of ``KINDS``) and ``geometry`` in EPSG:4326, one row per leaid.
        notes: what was repaired or left out, one sentence each.
    """

    label: str
    frame: "gpd.GeoDataFrame"
    notes: tuple[str, ...] = ()


def is_geoparquet(file: Given) -> bool:
    """Whether a Parquet file holds geometry."""
    with files.faults_told(file.label), file.open() as stream:
        try:
            metadata = pq.read_schema(stream).metadata
        except pa.ArrowException:  # any other fault is told by faults_told
            raise InputError(f"{file.label} is damaged or cut short: download it again.") from None
    return b"geo" in (metadata or {})


def read(file: Given) -> Polygons:
    """The district boundaries in a shapefile, GeoJSON, TopoJSON, GeoPackage or GeoParquet.

    Raises:
        NotATableError: it is no map.
        InputError: it has no district ids, a feature without a usable area, or coordinates of unknown kind.
    """
    layer = _layer(file)
    if layer.empty:
        raise InputError(f"{file.label} holds no areas: give district boundaries.")
    layer = _in_degrees(layer, file.label)
    ids = _text(layer, _ID_COLUMNS)
    if ids is None:
        raise InputError(
            f"{file.label} has no column of district ids (GEOID or leaid); it has {', '.join(map(str, layer.columns))}."
        )
    frame = layer[["geometry"]].assign(leaid=_leaids(ids, file.label), district=_text(layer, _NAME_COLUMNS))
    frame["kind"] = _kinds(layer, frame["district"])
    notes: list[str] = []
    nowhere = frame["leaid"].isna() | frame["leaid"].str.fullmatch(r"\d{2}99997").fillna(False).astype(bool)
    if nowhere.any():
        notes.append(f"{file.label}: areas that belong to no district, left out: {int(nowhere.sum()):,}.")
    empty = (frame.geometry.isna() | frame.geometry.is_empty) & ~nowhere
    if empty.any():
        named = ", ".join(frame.loc[empty, "leaid"].head(5))
        notes.append(f"{file.label}: districts without an outline, left out: {int(empty.sum()):,} ({named}).")
    frame, repaired = _valid(frame[~nowhere & ~empty], file.label)
    if repaired:
        notes.append(f"{file.label}: districts whose outline crossed itself, repaired: {repaired:,}.")
    frame = _one_row_each(frame.to_crs(DEGREES))
    if _exchanged(frame):
        raise InputError(f"{file.label} has latitude and longitude exchanged: give each point as longitude, latitude.")
    if not _on_earth(frame):
        raise InputError(f"{file.label} {_NOWHERE}")
    return Polygons(file.label, frame[["leaid", "district", "kind", "geometry"]], tuple(notes))


def local_metres(longitude: float, latitude: float) -> str:
    """A projection in metres, true in every distance from a place and nearly so around it."""
    return f"+proj=aeqd +lat_0={latitude} +lon_0={longitude} +datum=WGS84 +units=m"


def simplified(frame: "gpd.GeoDataFrame", metres: float = 500) -> "gpd.GeoDataFrame":
    """The same districts with fewer points, for a map: borders two districts share stay shared.

    Elementary and secondary districts overlap on the same ground, so secondary ones are simplified on their own and
    unified with elementary ones. Where the outlines do not fit together each is simplified by itself instead.

    Args:
        frame: as in ``Polygons.frame``.
        metres: detail smaller than a triangle of about this side is dropped (Visvalingam–Whyatt on the coverage).
    """
    import geopandas as gpd
    import pandas as pd
    from shapely.errors import GEOSException

    parts = []
    for _, part in frame.groupby(frame["kind"] == "secondary"):
        shapes = part.geometry.to_crs(ALBERS)
        try:
            simple = shapes.simplify_coverage(metres)
        except GEOSException:
            simple = shapes.simplify(metres)
        simple = simple.where(simple.is_valid & ~simple.is_empty, shapes)
        parts.append(part.set_geometry(simple.to_crs(frame.crs)))
    return gpd.GeoDataFrame(pd.concat(parts).loc[frame.index]) if parts else frame


# Opening ------------------------------------------------------------------------------------------------------------


def _layer(file: Given) -> "gpd.GeoDataFrame":
    """The layer of a map file that has district ids, or else its first, with column names in lower case."""
    kind = files.kind(file)
    with files.faults_told(file.label):
        if kind == "parquet":
            frame = _geoparquet(file)
        elif kind == "shapefile":
            frame = _shapefile(file)
        else:
            content = file.read()
            _check_plain(content, kind, file.label)
            frame = _gdal(content, file.label)
    return frame.rename(columns=lambda name: str(name).lower())


def _check_plain(content: bytes, kind: str, label: str) -> None:
    """Let only GeoJSON, TopoJSON and GeoPackage through to the map library, which knows formats that run commands."""
    found = re.search(_MAP_TYPES, content) if kind == "json" else None
    if kind == "json" and (not found or b"gdal_streamed_alg" in content):
        raise NotATableError(f"{label} is JSON but not a map: give GeoJSON or TopoJSON.")
    if found and found[1] == b"Topology" and len(content) > LARGEST_TOPOLOGY:
        raise InputError(f"{label} is larger than {LARGEST_TOPOLOGY >> 20} MB: give the map as GeoJSON or a shapefile.")
    if kind == "geopackage" and content[68:70] != b"GP":
        raise NotATableError(f"{label} is a database but not a GeoPackage: give a map or a table.")


def _gdal(source: Any, label: str) -> "gpd.GeoDataFrame":
    import pyogrio  # type: ignore[import-untyped]
    from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]

    try:
        # What a layer's metadata leaves unsaid is told in our own messages.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # By number: a layer that its file does not name is called anew at every opening.
            pyogrio.set_gdal_config_options(_LARGEST_FEATURE)
            layers = [i for i, (_, shape) in enumerate(pyogrio.list_layers(source)) if shape is not None]
            known = [i for i in layers if _names_districts(pyogrio.read_info(source, layer=i)["fields"])]
            if not layers:
                raise InputError(f"{label} is a map without areas: give district boundaries.")
            # Rings left open are closed; what cannot be mended comes back empty and is named later.
            return pyogrio.read_dataframe(source, layer=(known or layers)[0], on_invalid="fix")
    except (DataSourceError, DataLayerError, UnicodeDecodeError):
        raise InputError(f"{label} is damaged or lacks a part: download it again, with all its files.") from None


def _names_districts(columns: Iterable[str]) -> bool:
    return any(column.lower() in _ID_COLUMNS for column in columns)


def _shapefile(file: Given) -> "gpd.GeoDataFrame":
    """Read a shapefile from disk, or from an archive through a folder that lasts only as long as the reading."""
    if file.entry is None:
        return _gdal(file.path, file.label)
    entry = PurePosixPath(file.entry)
    with tempfile.TemporaryDirectory() as folder:
        for part in files.entries(Given(file.path)):
            name = PurePosixPath(str(part.entry))
            if name.parent == entry.parent and name.stem == entry.stem:
                target = Path(folder, f"areas{name.suffix.lower()}")
                target.write_bytes(part.read())
        return _gdal(Path(folder, "areas.shp"), file.label)


def _geoparquet(file: Given) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    from shapely.errors import GEOSException

    content = io.BytesIO(file.read())
    try:
        pq.read_table(content).validate(full=True)
        frame = gpd.read_parquet(content)
    except (pa.ArrowException, GEOSException, ValueError):
        raise InputError(f"{file.label} is damaged or holds no readable areas: download it again.") from None
    return frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")


# Meaning ------------------------------------------------------------------------------------------------------------


def _in_degrees(layer: "gpd.GeoDataFrame", label: str) -> "gpd.GeoDataFrame":
    """The layer with a coordinate system: one that names none is taken as degrees if its bounds can be."""
    if layer.crs is not None:
        return layer
    if not _on_earth(layer):
        raise InputError(f"{label} does not say what its coordinates are and they are not degrees: give its .prj too.")
    return layer.set_crs(DEGREES)


def _on_earth(layer: "gpd.GeoDataFrame") -> bool:
    """Whether all coordinates can be degrees; longitudes may run on past the date line, as Alaska's do."""
    west, south, east, north = layer.total_bounds
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)


def _exchanged(layer: "gpd.GeoDataFrame") -> bool:
    """Whether districts lie where nobody lives, but would not with latitude and longitude exchanged."""
    west, south, east, _ = layer.total_bounds
    return bool(south < -60 and west >= -90 and east <= 90)


def _text(layer: "gpd.GeoDataFrame", names: tuple[str, ...]) -> "pd.Series | None":
    """The first of the named columns the layer has, as text; a blank is missing."""
    for name in names:
        if name in layer.columns:
            text = layer[name].astype("str").str.strip().str.removesuffix(".0")  # a number beside one that is missing
            return text.mask(text == "")
    return None


def _leaids(ids: "pd.Series", label: str) -> "pd.Series":
    """District ids with their leading zeros; what a spreadsheet made a number of has lost them."""
    if (wrong := mangled(ids)).any():
        first = ids.index[wrong][0]
        raise InputError(f'{label}, feature {first + 1:,}: "{ids[first]}" {MANGLED_WORDS}; {MANGLED_REMEDY}.')
    lost = ids.str.fullmatch(r"\d{6}").fillna(False).astype(bool)
    ids = ids.mask(lost, ids.str.zfill(7))
    if ids.isna().all():
        raise InputError(f"{label} has no district ids in its id column: give district boundaries.")
    return ids


def _kinds(layer: "gpd.GeoDataFrame", district: "pd.Series") -> "pd.Series":
    """Which grades each district serves: as the publisher says, otherwise as its name says."""
    import pandas as pd

    if "kind" in layer.columns:
        return layer["kind"].astype("str")
    kind = pd.Series("unified", index=layer.index, dtype="str")
    told = [name for name in _KIND_COLUMNS if name in layer.columns]
    for name in told:
        filled = layer[name].astype("str").str.strip().fillna("") != ""
        kind = kind.mask(filled, _KIND_COLUMNS[name])
    if not told:
        for word, meant in (("high school", "secondary"), ("elementary", "elementary"), ("unified", "unified")):
            named = district.str.contains(rf"\b{word}\b", case=False).fillna(False).astype(bool)
            kind = kind.mask(named, meant)
    return kind


def _valid(frame: "gpd.GeoDataFrame", label: str) -> tuple["gpd.GeoDataFrame", int]:
    """The frame with every outline valid, and how many were repaired."""
    import shapely

    if frame.empty:
        raise InputError(f"{label} holds no areas: give district boundaries.")
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise InputError(f"{label} {_NOWHERE}")
    wrong = ~shapely.is_valid(shapes)
    with np.errstate(all="ignore"):  # coordinates beyond all measure are told below
        shapes[wrong] = [_areas(shape) for shape in shapely.make_valid(shapes[wrong])]
    bad = shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) != 2)
    if bad.any():
        first = frame[bad].iloc[0]
        raise InputError(
            f"{label}, feature {frame.index[bad][0] + 1:,} ({first['leaid']}, {first['district']}): its outline "
            "encloses no area; correct or remove it, or give another boundary file."
        )
    return frame.set_geometry(shapes, crs=frame.crs), int(wrong.sum())


def _areas(shape: Any) -> Any:
    """The areas of a repaired outline, without the lines and points a repair leaves behind."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _one_row_each(frame: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Districts given in several features joined into one."""
    if frame["leaid"].is_unique:
        return frame.reset_index(drop=True)
    return frame.dissolve("leaid", as_index=False)
