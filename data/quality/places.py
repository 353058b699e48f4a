"""Checks of ids and points against the district boundaries."""

import pandas as pd

from data.ids import of_nces
from data.polygons import ALBERS, DEGREES, METRES_PER_MILE
from data.quality.finding import SCHOOL, Check, Subject, largest_first

# Boundaries are redrawn every year, and a point may be the school's address rather than its door.
NEAR_MILES = 1.0
_DISTRICT = ["year", "leaid", "district", "schools", "students"]


def _own_ids(subject: Subject) -> pd.DataFrame:
    return largest_first(subject.schools[~_nces(subject.schools)], SCHOOL)


def _other_district(subject: Subject) -> pd.DataFrame:
    """NCES school ids begin with their district's id (NCES, Common Core of Data, school file documentation)."""
    table = subject.schools
    return largest_first(table[_nces(table) & table["ncessch"].str[:7].ne(table["leaid"])], SCHOOL)


def _nces(table: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the ids of each school and its district are those of NCES."""
    district = table["leaid"].str.fullmatch(r"\d{7}").fillna(False).astype(bool)
    return district & of_nces(table, table["state"].dropna().unique())


def _regular_without_boundary(subject: Subject) -> pd.DataFrame:
    """With the id of a boundary that has the same name and no schools: a district whose id changed."""
    districts = _without_boundary(subject)
    alone = _boundaries_alone(subject).dropna(subset="district").drop_duplicates("district", keep=False)
    districts["same_name"] = districts["district"].map(alone.set_index("district")["leaid"]).astype("str")
    return largest_first(districts[~districts["charter"]], [*_DISTRICT, "same_name"])


def _charters_without_boundary(subject: Subject) -> pd.DataFrame:
    districts = _without_boundary(subject)
    return largest_first(districts[districts["charter"]], _DISTRICT)


def _without_boundary(subject: Subject) -> pd.DataFrame:
    """Districts that have schools and no boundary, and whether all their schools are charter schools."""
    table = subject.schools
    drawn = subject.districts["leaid"] if subject.districts is not None else []
    alone = table[~table["leaid"].isin(drawn)].assign(charter=table["charter"].fillna(False).astype(bool))
    return alone.groupby(["year", "leaid"], as_index=False).agg(
        district=("district", "first"),
        schools=("ncessch", "size"),
        students=("students", "sum"),
        charter=("charter", "all"),
    )


def _boundaries_alone(subject: Subject) -> pd.DataFrame:
    if subject.districts is None:
        return pd.DataFrame(columns=["leaid", "district"])
    alone = subject.districts[~subject.districts["leaid"].isin(subject.schools["leaid"])]
    return pd.DataFrame(alone[["leaid", "district", "kind"]]).sort_values("leaid")


def _just_outside(subject: Subject) -> pd.DataFrame:
    outside = _outside(subject)
    return outside[outside["miles"] <= NEAR_MILES]


def _far_outside(subject: Subject) -> pd.DataFrame:
    outside = _outside(subject)
    return outside[outside["miles"] > NEAR_MILES]


def _outside(subject: Subject) -> pd.DataFrame:
    """Schools whose point lies outside their district: by how many miles, and in which district, farthest first.

    Charter and online schools are not looked at: they serve more than the ground they stand on. Nor are schools of
    districts without a boundary.
    """
    import geopandas as gpd

    table, districts = subject.schools, subject.districts
    if districts is None:
        return pd.DataFrame(columns=[*SCHOOL, "miles", "stands_in"])
    shapes = districts.set_index("leaid").geometry
    bound = ~(table["charter"].fillna(False) | table["virtual"].fillna(False)).astype(bool)
    placed = table[bound & table["leaid"].isin(shapes.index) & table[["latitude", "longitude"]].notna().all(axis=1)]
    # A school stands in the same place in most years.
    spots = placed[["leaid", "latitude", "longitude"]].drop_duplicates()
    points = gpd.GeoSeries.from_xy(spots["longitude"], spots["latitude"], index=spots.index, crs=DEGREES)
    own = shapes.loc[spots["leaid"]].set_axis(spots.index)
    # Borders are straight in degrees, so that is where inside and outside are told.
    outside = ~points.intersects(own)
    spots, points, own = spots[outside], points[outside], own[outside]
    spots["miles"] = (points.to_crs(ALBERS).distance(own.to_crs(ALBERS)) / METRES_PER_MILE).round(1)
    named = districts.assign(stands_in=(districts["district"].fillna("") + " " + districts["leaid"]).str.strip())
    stands = gpd.GeoDataFrame(geometry=points).sjoin(named[["stands_in", "geometry"]], predicate="within")["stands_in"]
    spots["stands_in"] = stands[~stands.index.duplicated()]
    found = placed.merge(spots, on=["leaid", "latitude", "longitude"])
    return largest_first(found, [*SCHOOL, "latitude", "longitude", "miles", "stands_in"], by="miles")


def _no_boundaries(subject: Subject) -> str:
    return "" if subject.districts is not None else "the data has no district boundaries"


def _no_points(subject: Subject) -> str:
    return _no_boundaries(subject) or ("" if subject.schools["latitude"].notna().any() else "no school has coordinates")


CHECKS = (
    Check(
        "own_ids",
        "Ids that are not of NCES",
        "school",
        "note",
        "Every school and district has an NCES id.",
        "The state's own id is kept, which joins no federal file; add a directory that has both ids.",
        _own_ids,
    ),
    Check(
        "other_district",
        "School ids that begin with another district's id",
        "school",
        "note",
        "Every NCES school id begins with its district's id.",
        "The school counts for the district that the data names, not for the one in its id, which may be a former one.",
        _other_district,
    ),
    Check(
        "no_boundary",
        "Districts without a boundary, charter districts aside",
        "district",
        "warning",
        "Every district but charter districts has a boundary.",
        "Counted in every figure, but not on the map. Where a boundary without schools has the same name, the "
        "district's id changed: give boundaries of a nearer year.",
        _regular_without_boundary,
        _no_boundaries,
    ),
    Check(
        "charter_no_boundary",
        "Charter districts without a boundary",
        "district",
        "note",
        "There is no charter district without a boundary.",
        "Counted in every figure, but not on the map: charter districts have no ground of their own.",
        _charters_without_boundary,
        _no_boundaries,
    ),
    Check(
        "boundary_alone",
        "Boundaries of districts that have no schools in any year",
        "outline",
        "note",
        "Every boundary belongs to a district with schools.",
        "Drawn grey on the map.",
        _boundaries_alone,
        _no_boundaries,
    ),
    Check(
        "far_outside",
        f"Points more than {NEAR_MILES:g} mile outside their district",
        "school",
        "warning",
        f"No school stands more than {NEAR_MILES:g} mile outside its district, charter and online schools aside.",
        "Kept as given, and counted for its district; distances in a scenario rest on the point. Often a programme "
        "that several districts share.",
        _far_outside,
        _no_points,
    ),
    Check(
        "just_outside",
        f"Points outside their district by {NEAR_MILES:g} mile or less",
        "school",
        "note",
        f"No school stands outside its district by {NEAR_MILES:g} mile or less, charter and online schools aside.",
        "Kept as given: boundaries and points are often of different years.",
        _just_outside,
        _no_points,
    ),
)
