"""What surrounds each of Franklin's schools: its region and metro area, by county, and how urban or rural that is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.demo import geography, names
from data.polygons import METRES_PER_MILE
from data.schema import OUTSIDE_METRO

# Of the cities in the order of ``geography.CITIES``: large, midsize or small, and so their suburbs.
CITY_SIZES = np.array([1, 1, 2, 2, 3, 3])
# How far from a city's or suburb's ground a town or rural school may stand to be fringe and to be distant, in miles
# (NCES, EDGE, "Locale Boundaries"); all beyond are remote.
STEPS = {"town": (3, 10, 35), "rural": (4, 5, 25)}


def surroundings(schools: pd.DataFrame) -> pd.DataFrame:
    """The columns region, metro and locale of schools.

    Args:
        schools: as ``buildings.buildings`` has them: place, city, county, longitude and latitude.
    """
    districts = geography.districts()
    urban = districts[districts["city"].ge(0) & districts.geometry.notna()]
    metro = schools["county"].map(_metro_of_county(urban)).fillna(OUTSIDE_METRO)
    found = {
        "region": schools["county"].map(_region_of_county()),
        "metro": metro.where(schools["county"].notna()),
        "locale": _locales(schools, urban.geometry),
    }
    return pd.DataFrame(found, index=schools.index).astype("str")


def _region_of_county() -> dict[str, str]:
    """Blocks of two by two counties."""
    column, row = np.divmod(np.arange(len(names.COUNTIES)), geography.COUNTY_GRID[1])
    number = column // 2 * 2 + row // 2 + 1
    return {county: f"Region {n}" for county, n in zip(names.COUNTIES, number, strict=True)}


def _metro_of_county(urban: gpd.GeoDataFrame) -> pd.Series:
    """The city that most of a county's urban districts belong to; counties without any are in no metro area."""
    city = pd.crosstab(urban["county"], urban["city"]).idxmax(axis=1)
    return city.map(dict(enumerate(names.CITIES))) + " metro area"


def _locales(schools: pd.DataFrame, urban: gpd.GeoSeries) -> pd.Series:
    """NCES's locale codes; None without a place."""
    placed = schools["longitude"].notna().to_numpy()
    points = np.full(len(schools), None)
    points[placed] = shapely.points(_in_miles(schools.loc[placed, ["longitude", "latitude"]].to_numpy(float)))
    away = shapely.distance(points, shapely.union_all(shapely.transform(urban.to_numpy(), _in_miles)))
    size = CITY_SIZES[schools["city"].to_numpy()]  # the last one's where there is no city, which is not used
    place = schools["place"].to_numpy()
    code = np.select([place == "city", place == "suburb"], [10 + size, 20 + size], 0)
    for name, (of, fringe, distant) in STEPS.items():
        code = np.where(place == name, 10 * of + 1 + (away > fringe) + (away > distant), code)
    return pd.Series(code.astype("str"), schools.index).where(placed & (code > 0))


def _in_miles(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude as miles east and north, near enough within Franklin."""
    per_degree = geography.KM_PER_DEGREE * 1_000 / METRES_PER_MILE
    return degrees * per_degree * np.array([np.cos(np.radians(geography.CENTRE[1])), 1.0])
