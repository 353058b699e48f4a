"""Geographic districts: every school counts for the district on whose ground it stands, whoever runs it.

Charter districts have no ground of their own; their schools then count for the districts around them. So does
Stanford's Segregation Explorer (Glossary, "Geographic School District", https://edopportunity.org/segregation/faq);
docs/stanford.md says where the two differ.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data.polygons import DEGREES, KINDS, local_metres
from data.schema import GRADES

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

# A school this near to a district may stand in it: outlines are generalised and addresses geocoded to the street.
NEAREST_METRES = 2_000
# Overlapping districts that end on one line may be drawn this far apart: the grades then decide, not the distance.
_SAME_METRES = 100
INSIDE, NEAREST = "inside", "nearest"
# Why no ground was found.
UNPLACED = {
    "virtual": "wholly online",
    "no coordinates": "without coordinates",
    "outside": f"farther than {NEAREST_METRES / 1000:g} km from any district",
}
_RANK = {grade: rank for rank, grade in enumerate(GRADES[:15])}  # PK 0, KG 1, grade n is n + 1
_LAST = max(_RANK.values())
# Grades a district of each kind serves. Where publishers say otherwise of one district, boundary files do not.
_SERVES = {"unified": (0, _LAST), "elementary": (0, _RANK["08"]), "secondary": (_RANK["09"], _LAST)}
# Grades to take a school for that tells only its level.
_LEVEL_GRADES = {"elementary": ("PK", "05"), "middle": ("06", "08"), "high": ("09", "12"), "combined": ("KG", "12")}


@dataclass(frozen=True)
class Assignment:
    """A schools table by geographic districts.

    Attributes:
        table: the schools table, ``leaid`` and ``district`` those of the ground; a school without ground keeps the
            district that runs it.
        placed: the same rows and index: ``administrative`` (the id of the district that runs the school), ``how`` its
            ground was found (``INSIDE``, ``NEAREST``, or a key of ``UNPLACED``), ``moved`` (counts for another
            district than the one that runs it) and ``unassigned`` (has no ground, and nor has the district it keeps).
    """

    table: pd.DataFrame
    placed: pd.DataFrame


def assigned(schools: pd.DataFrame, districts: "gpd.GeoDataFrame") -> Assignment:
    """Every school by the district on whose ground it stands.

    In this order: (1) A school wholly online or without coordinates has no ground. (2) A point inside districts is of
    those; a point outside all is of the nearest within ``NEAREST_METRES``. (3) Where districts overlap or lie equally
    near (to ``_SAME_METRES``), as elementary and secondary ones do, the school is of the one that serves the largest
    part of its grades (elementary up to grade 8, secondary from grade 9, unified all); on a tie, and where its grades
    are unknown, of the district that runs it if that is one of them, else of the nearest, unified before elementary
    before secondary. (4) A school without ground keeps the district that runs it, and is unassigned if that has no
    polygon either.

    Args:
        schools: a schools table of any years.
        districts: polygons as in ``data.polygons.Polygons.frame``.
    """
    how = pd.Series(INSIDE, schools.index, "str")
    how[schools["latitude"].isna() | schools["longitude"].isna()] = "no coordinates"
    how[schools["virtual"].fillna(False).astype(bool)] = "virtual"
    on_ground = schools[how == INSIDE]
    inside = _candidates(on_ground, districts, "intersects")
    near = _candidates(on_ground[~on_ground.index.isin(inside.index)], districts, "dwithin")
    how[near.index.unique()] = NEAREST
    how[on_ground.index.difference(inside.index.union(near.index))] = "outside"
    found = _fittest(pd.concat([inside, near]), schools)
    leaid = found.reindex(schools.index).fillna(schools["leaid"])
    moved = leaid != schools["leaid"]
    return Assignment(
        schools.assign(leaid=leaid, district=schools["district"].mask(moved, leaid.map(_names(schools, districts)))),
        pd.DataFrame(
            {
                "administrative": schools["leaid"],
                "how": how,
                "moved": moved,
                "unassigned": how.isin(UNPLACED) & ~leaid.isin(districts["leaid"]),
            }
        ),
    )


def _candidates(schools: pd.DataFrame, districts: "gpd.GeoDataFrame", predicate: str) -> pd.DataFrame:
    """The districts each school may belong to: columns leaid, kind and metres, a row each, by the schools' index."""
    import geopandas as gpd

    points = gpd.GeoDataFrame(
        index=schools.index, geometry=gpd.points_from_xy(schools["longitude"], schools["latitude"]), crs=DEGREES
    )
    areas = districts[["leaid", "kind", "geometry"]]
    if points.empty or predicate == "intersects":
        return pd.DataFrame(points.sjoin(areas, predicate="intersects")[["leaid", "kind"]]).assign(metres=0.0)
    # Distances from its middle are true on this projection; those of 2 km are everywhere, to a percent or two.
    middle = points.union_all().centroid
    flat = local_metres(middle.x, middle.y)
    points, areas = points.to_crs(flat), areas.to_crs(flat)
    pairs = points.sjoin(areas, predicate="dwithin", distance=NEAREST_METRES)
    metres = pairs.distance(areas.geometry.loc[pairs["index_right"]], align=False)
    nearest = metres.groupby(level=0).transform("min")
    return pd.DataFrame(pairs[["leaid", "kind"]]).assign(metres=metres)[metres <= nearest + _SAME_METRES]


def _fittest(candidates: pd.DataFrame, schools: pd.DataFrame) -> pd.Series:
    """The one district of each school's candidates, by the schools' index."""
    own = schools.loc[candidates.index]
    first, last = _grade_span(own)
    low, high = (candidates["kind"].map({kind: span[end] for kind, span in _SERVES.items()}) for end in (0, 1))
    served = (last.clip(upper=high) - first.clip(lower=low) + 1).clip(lower=0)
    ranked = candidates.assign(
        school=candidates.index,
        fit=(served / (last - first + 1)).fillna(0).round(9),
        runs=candidates["leaid"] == own["leaid"],
        order=candidates["kind"].map({kind: order for order, kind in enumerate(KINDS)}),
    ).sort_values(
        ["school", "fit", "runs", "metres", "order", "leaid"], ascending=[True, False, False, True, True, True]
    )
    return ranked.drop_duplicates("school").set_index("school")["leaid"]


def _grade_span(schools: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Ranks of the lowest and highest grade, from the level where the grades are unknown; missing without either."""
    ends = []
    for end, column in enumerate(("grade_low", "grade_high")):
        of_level = schools["level"].map({level: _RANK[grades[end]] for level, grades in _LEVEL_GRADES.items()})
        known = schools["grade_low"].isin(_RANK) & schools["grade_high"].isin(_RANK)
        ends.append(schools[column].map(_RANK).where(known, of_level).astype("float64"))
    return ends[0], ends[1]


def _names(schools: pd.DataFrame, districts: "gpd.GeoDataFrame") -> pd.Series:
    """What to call each district: as its own schools do, last, else as its polygon does."""
    named = pd.concat([districts[["leaid", "district"]], schools[["leaid", "district"]]]).dropna()
    return named.drop_duplicates("leaid", keep="last").set_index("leaid")["district"]


def placed_words(placed: pd.DataFrame) -> str:
    """What an assignment did to one year's schools, in a sentence.

    Args:
        placed: rows of ``Assignment.placed``.
    """
    how = placed["how"]
    parts = [
        f"Geographic districts: {int(placed['moved'].sum()):,} of {len(placed):,} schools count for another district "
        "than the one that runs them"
    ]
    if near := int((how == NEAREST).sum()):
        parts.append(f"outside every boundary, counted for the nearest district: {near:,}")
    kept = how.isin(UNPLACED) & ~placed["unassigned"]
    for rows, what in (
        (kept, "without ground, kept by the district that runs them"),
        (placed["unassigned"], "unassigned, for that district has no boundary either"),
    ):
        reasons = how[rows].value_counts()
        if len(reasons):
            listed = ", ".join(f"{reasons[name]:,} {words}" for name, words in UNPLACED.items() if name in reasons)
            parts.append(f"{what}: {listed}")
    return "; ".join(parts) + "."
