"""The ground Franklin stands on: its outline, its districts' polygons and its counties.

The plan is drawn in kilometres around a centre point, as the Voronoi cells of the districts' seats cut to the state's
outline. Every vertex of the plan is then moved by one smooth field (`bend`). Neighbours share their vertices, so
borders turn ragged like rivers and ridges while the cells still tile the state exactly.

Nothing here is a real place; the state is set where its projection looks like that of a mid-sized inland state.
"""

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.demo import names

Floats = NDArray[np.float64]

CENTRE = (-89.2, 38.2)  # longitude and latitude of the plan's origin
KM_PER_DEGREE = 111.32
CRS = "EPSG:4326"
STATE_CODE = "90"  # no state or territory has this FIPS code

# The plan, in kilometres east and north of the origin.
NORTH = 150.0  # the northern border is a surveyed line: straight
OUTLINE = (
    *((-196, NORTH), (112, NORTH), (128, 128), (160, 118), (184, 128)),
    *((202, 92), (206, 50), (190, 8), (212, -42), (174, -84), (150, -128), (104, -122), (62, -150)),
    *((18, -138), (-40, -156), (-88, -140), (-118, -142), (-122, -184), (-166, -186), (-172, -138)),
    *((-204, -102), (-192, -52), (-224, -8), (-212, 44), (-182, 88), (-190, 122)),
)

# Each city: its place on the plan, how many suburbs ring it, how far out the inner ring lies.
CITIES = pd.DataFrame(
    [
        (58, 26, 14, 22.0),
        (-118, -44, 9, 17.0),
        (-62, 98, 7, 15.0),
        (122, -72, 4, 14.0),
        (-18, -92, 3, 13.0),
        (152, 74, 3, 12.0),
    ],
    columns=["x", "y", "suburbs", "ring"],
)
# Where a union high school district serves the graduates of several elementary districts.
UNIONS = pd.DataFrame([(-32, 22, 4), (4, 112, 4), (-160, 58, 3)], columns=["x", "y", "elementary"])
COUNTRY_SPACING = 37.5  # km between the seats of towns and rural districts
COUNTY_GRID = (6, 4)  # columns from west to east, rows from south to north; corners outside the state stay unused


def _ring(centres: pd.DataFrame, counts: pd.Series, radius: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Seats spread unevenly around each centre, every other one farther out where there are more than six."""
    around = centres.loc[centres.index.repeat(counts)]
    place = around.groupby(level=0).cumcount().to_numpy()
    many = counts.loc[around.index].to_numpy()
    turn = 2 * np.pi * (place + rng.uniform(-0.22, 0.22, len(around))) / many + around.index.to_numpy()
    out = np.where((many > 6) & (place % 2 == 1), 1.65, 1.0)
    reach = radius[around.index.to_numpy()] * out * rng.uniform(0.85, 1.15, len(around))
    return pd.DataFrame(
        {"x": around["x"] + reach * np.cos(turn), "y": around["y"] + reach * np.sin(turn), "centre": around.index}
    ).reset_index(drop=True)


def _country(taken: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Seats of towns and rural districts: a strongly shaken grid over what the cities leave free."""
    x, y = np.meshgrid(np.arange(-240, 240, COUNTRY_SPACING), np.arange(-200, 200, COUNTRY_SPACING * 0.9))
    x = (x + np.arange(len(x))[:, None] % 2 * COUNTRY_SPACING / 2).ravel()
    seats = np.column_stack([x, y.ravel()]) + rng.uniform(-0.42, 0.42, (x.size, 2)) * COUNTRY_SPACING
    inside = shapely.contains_xy(shapely.Polygon(OUTLINE).buffer(-9), seats)
    gap = np.hypot(seats[:, :1] - taken["x"].to_numpy(), seats[:, 1:] - taken["y"].to_numpy()).min(axis=1)
    return pd.DataFrame(seats[inside & (gap > 20)], columns=["x", "y"])


@cache
def seats() -> pd.DataFrame:
    """One row per cell of the plan: x and y in kilometres, place (city, suburb, town, rural), kind, city, union.

    ``city`` is the row of ``CITIES`` a city or suburb belongs to and ``union`` the row of ``UNIONS`` an elementary
    district belongs to, −1 where neither.
    """
    rng = np.random.default_rng(90_001)
    cities = CITIES[["x", "y"]].astype(float).assign(place="city", city=CITIES.index)
    suburbs = _ring(CITIES, CITIES["suburbs"], CITIES["ring"].to_numpy(), rng).rename(columns={"centre": "city"})
    parts = _ring(UNIONS, UNIONS["elementary"], np.full(len(UNIONS), 13.0), rng).rename(columns={"centre": "union"})
    urban = pd.concat([cities, suburbs.assign(place="suburb"), parts.assign(place="town", kind="elementary")])
    country = _country(urban, rng)
    country["place"] = np.where(rng.random(len(country)) < 0.42, "town", "rural")
    table = pd.concat([urban, country], ignore_index=True).fillna({"city": -1, "union": -1, "kind": "unified"})
    return table.astype({"city": int, "union": int})


def bend(xy: Floats) -> Floats:
    """Points of the plan moved by a sum of waves from 80 km down to 5 km long, each octave as steep as the last."""
    rng = np.random.default_rng(90_006)
    length = np.repeat([80.0, 40.0, 20.0, 10.0, 5.0], 4)
    turn = rng.uniform(0, 2 * np.pi, (2, length.size))
    phase = rng.uniform(0, 2 * np.pi, (2, length.size))
    across, along = np.cos(turn) / length, np.sin(turn) / length
    wave = 2 * np.pi * (xy[:, :1, None] * across + xy[:, 1:, None] * along) + phase
    shift = (np.sin(wave) * length * 0.0225).sum(axis=2)
    shift[:, 1] *= 1 - np.exp(-(((NORTH - xy[:, 1]) / 20) ** 2))  # the surveyed line stays straight
    return xy + shift


def to_degrees(xy: Floats) -> Floats:
    """Longitude and latitude of points of the plan once bent, to five decimals (about a metre)."""
    moved = bend(xy)
    lon = CENTRE[0] + moved[:, 0] / (KM_PER_DEGREE * np.cos(np.radians(CENTRE[1])))
    return np.column_stack([lon, CENTRE[1] + moved[:, 1] / KM_PER_DEGREE]).round(5)


def cells() -> NDArray[np.object_]:
    """The polygon of each seat, in degrees. Lines are noded once, so that neighbours share every vertex."""
    points = shapely.points(seats()[["x", "y"]].to_numpy())
    outline = shapely.Polygon(OUTLINE)
    edges = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline.buffer(50), only_edges=True)
    lines = shapely.segmentize(shapely.union_all([edges, outline.boundary], grid_size=0.001), 1.0)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[shapely.contains(outline.buffer(0.01), faces)]
    _, face = shapely.STRtree(faces).query(points, predicate="within")
    return np.asarray(shapely.transform(faces[face], to_degrees))


def _named(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table with each district's town and full name; charters and the online school have names of their own."""
    rng = np.random.default_rng(90_003)
    charter, virtual = table["kind"] == "charter", table["kind"] == "virtual"
    city = (table["place"] == "city") & ~charter
    town = pd.Series("", index=table.index, dtype="str")
    town[city], town[charter], town[virtual] = np.array(names.CITIES), np.array(names.CHARTERS), names.VIRTUAL
    rest = town == ""
    town[rest] = rng.permutation(np.array(names.TOWNS))[: rest.sum()]
    suffix = table["kind"].map(
        {
            "unified": " Unified School District",
            "elementary": " Elementary School District",
            "secondary": " Union High School District",
            "charter": " Charter Schools",
            "virtual": "",
        }
    )
    return table.assign(town=town, district=(town + suffix).astype("str"), online=virtual)


def _with_unions(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The cells and, over the elementary ones, the union high school districts that hold the same ground."""
    parts = table[table["kind"] == "elementary"]
    unions = parts.dissolve("union", method="coverage", as_index=False).assign(kind="secondary", place="town")
    return gpd.GeoDataFrame(pd.concat([table, unions[table.columns]], ignore_index=True), crs=CRS)


def _without_ground(count: int) -> pd.DataFrame:
    """The charter districts, shared out over the three largest cities, and the online school."""
    charters = pd.DataFrame({"kind": "charter", "place": "city", "city": np.arange(count) % 3, "union": -1})
    return pd.concat([charters, pd.DataFrame([{"kind": "virtual", "place": "online", "city": -1, "union": -1}])])


@cache
def districts() -> gpd.GeoDataFrame:
    """Every district of Franklin, in the order of its id.

    Columns leaid, district, town, kind (unified, elementary, secondary, charter, virtual), place (city, suburb, town,
    rural, online), city, union, county and geometry (empty for charters and the online school).
    """
    ground = _with_unions(gpd.GeoDataFrame(seats().drop(columns=["x", "y"]), geometry=list(cells()), crs=CRS))
    table = gpd.GeoDataFrame(pd.concat([ground, _without_ground(len(names.CHARTERS))], ignore_index=True), crs=CRS)
    table = _named(table).sort_values(["online", "district"], ignore_index=True)
    table["leaid"] = STATE_CODE + pd.Series(10 * (table.index + 1)).astype("str").str.zfill(5)
    table["county"] = _county(table)
    return table


def _county(table: gpd.GeoDataFrame) -> pd.Series:
    """The county each district lies in: a cell of a grid over the state; a charter's is its city's."""
    ground = table.geometry.dropna()
    west, south, east, north = ground.total_bounds
    middle = ground.representative_point()
    column = ((middle.x - west) / (east - west) * COUNTY_GRID[0]).astype(int)
    row = ((middle.y - south) / (north - south) * COUNTY_GRID[1]).astype(int)
    county = pd.Series(names.COUNTIES, dtype="str").loc[column * COUNTY_GRID[1] + row].set_axis(ground.index)
    cities = table[(table["place"] == "city") & (table["kind"] == "unified")]
    of_city = county[cities.index].set_axis(cities["city"])
    return county.reindex(table.index).fillna(table["city"].map(of_city))
