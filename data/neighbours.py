"""Which districts are neighbours, and the line they share.

Publishers draw a border once, so neighbours have its points in common: an edge that one district runs along in one
direction and another in the opposite one lies between them. Districts on the same side of it run along it in the same
direction; an elementary district on the ground of a secondary one is no neighbour of it. What no other edge matches is
compared once more with a tolerance, for outlines that were mended, or drawn apart.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.polygons import DEGREES, METRES_PER_MILE, local_metres

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

# Points this near are one, in digits of a degree: 0.1 m, as exact as Census files are.
_DIGITS = 6
# How far apart two outlines may run and still be one border.
TOLERANCE_METRES = 100
# Lines that only meet lie within the tolerance of each other near the corner: such ends are no border.
_LEAST_METRES = 5 * TOLERANCE_METRES
# Of the smaller of two districts: with more in common they lie on the same ground.
_OVERLAP = 0.5


def neighbours(districts: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Every two neighbouring districts of the same grades, and the border between them.

    Unified districts are set beside all kinds, elementary beside elementary and secondary beside secondary ones.
    Meeting in a point is no border.

    Args:
        districts: polygons as in ``data.polygons.Polygons.frame``.

    Returns:
        One row a pair: ``leaid`` and ``neighbour`` (the lesser id first), ``kind`` and ``neighbour_kind``, ``miles`` of
        border and ``geometry``, its lines in EPSG:4326. Lengths are true to about 0.3 % in a state as large as Texas.
    """
    districts = districts.sort_values("leaid", ignore_index=True)
    areas, kind = districts.geometry.to_numpy(), districts["kind"].to_numpy()
    # The middle district: an outline that crosses the date line cannot move a median.
    middle = districts.geometry.bounds.median()
    metres = local_metres((middle["minx"] + middle["maxx"]) / 2, (middle["miny"] + middle["maxy"]) / 2)
    edges, ends = _edges(areas)
    matched = _matched(edges, ends, kind, metres)
    loose = edges[~edges["there"].isin(edges["back"])]
    owners, code = np.unique(loose["owner"], return_inverse=True)
    near = _near(_joined(ends[loose["edge"]], code, metres), owners, areas, kind)
    found = pd.concat([matched, near]).sort_values(["owner", "owner_across"], ignore_index=True)
    return _borders(districts, found, metres)


def _edges(areas: NDArray[Any]) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Every edge of the areas' outlines, with its area to the left.

    Returns:
        Columns edge (its number), owner (row of the area), and there and back, codes of the edge in its own direction
        and in the opposite one, the same for the same points; and (edges, 2, 2) longitude and latitude of both ends.
    """
    parts, area = shapely.get_parts(shapely.orient_polygons(areas), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = np.round(points, _DIGITS).T
    _, point = np.unique(x + 1j * y, return_inverse=True)
    start, end = point[:-1], point[1:]
    is_edge = (ring[:-1] == ring[1:]) & (start != end)
    start, end = start[is_edge].astype(np.int64), end[is_edge].astype(np.int64)
    table = {
        "owner": area[part[ring[:-1][is_edge]]],
        "there": start * len(point) + end,
        "back": end * len(point) + start,
    }
    return pd.DataFrame(table).rename_axis("edge").reset_index(), np.stack([points[:-1], points[1:]], axis=1)[is_edge]


def _one_way(pairs: pd.DataFrame, one: str, other: str, kind: NDArray[Any]) -> pd.DataFrame:
    """The rows whose first district is the lesser and whose two districts serve some grades in common."""
    first, second = kind[pairs[one]], kind[pairs[other]]
    same = (first == second) | (first == "unified") | (second == "unified")
    return pairs[same & (pairs[one] < pairs[other])]


def _matched(edges: pd.DataFrame, ends: NDArray[np.float64], kind: NDArray[Any], metres: str) -> pd.DataFrame:
    """Where two districts run along the same edges in opposite directions.

    Returns:
        Columns owner, owner_across, line and metres.
    """
    met = edges.merge(edges, left_on="there", right_on="back", suffixes=("", "_across"))
    met = _one_way(met, "owner", "owner_across", kind)
    pairs = met.groupby(["owner", "owner_across"])
    line = _joined(ends[met["edge"]], np.asarray(pairs.ngroup(), dtype=np.intp), metres)
    return pairs.size().reset_index()[["owner", "owner_across"]].assign(line=line, metres=shapely.length(line))


def _joined(ends: NDArray[np.float64], code: NDArray[np.intp], metres: str) -> NDArray[Any]:
    """The edges of each code as one shape of long lines, in order of the codes, projected."""
    import geopandas as gpd

    order = np.argsort(code, kind="stable")
    shapes = shapely.multilinestrings(shapely.linestrings(ends[order]), indices=code[order])
    return np.asarray(gpd.GeoSeries(shapely.line_merge(shapes), crs=DEGREES).to_crs(metres))


def _near(lines: NDArray[Any], owners: NDArray[np.intp], areas: NDArray[Any], kind: NDArray[Any]) -> pd.DataFrame:
    """Where unmatched lines of two districts run along each other within the tolerance.

    Args:
        lines: the unmatched lines of each of ``owners``, in metres.
        owners: rows of ``areas``.
        areas, kind: of every district.

    Returns:
        Columns owner, owner_across, line and metres, the mean of both districts' own lines.
    """
    zones = shapely.buffer(lines, TOLERANCE_METRES, quad_segs=2, cap_style="flat")
    of, by = shapely.STRtree(lines).query(zones, predicate="intersects")
    pairs = pd.DataFrame({"of": of, "by": by, "owner": owners[of], "owner_across": owners[by]})
    pairs = _one_way(pairs, "owner", "owner_across", kind)
    one, other = (
        _long(shapely.intersection(lines[pairs[a]], zones[pairs[b]])) for a, b in (("of", "by"), ("by", "of"))
    )
    found = pairs.assign(line=one, metres=(shapely.length(one) + shapely.length(other)) / 2)
    found = found[~shapely.is_empty(one) & ~shapely.is_empty(other)]
    beside = ~_on_the_same_ground(areas[found["owner"]], areas[found["owner_across"]])
    return found.loc[beside, ["owner", "owner_across", "line", "metres"]]


def _on_the_same_ground(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether the smaller of two areas lies largely in the other."""
    common = shapely.area(shapely.intersection(one, other))
    return common > _OVERLAP * np.minimum(shapely.area(one), shapely.area(other))


def _long(lines: NDArray[Any]) -> NDArray[Any]:
    """The lines without their parts too short to be a border."""
    parts, of = shapely.get_parts(shapely.line_merge(lines), return_index=True)
    long = shapely.length(parts) >= _LEAST_METRES
    kept = np.full(len(lines), shapely.MultiLineString(), dtype=object)
    shapely.multilinestrings(parts[long], indices=of[long], out=kept)
    return kept


def _borders(districts: "gpd.GeoDataFrame", found: pd.DataFrame, metres: str) -> "gpd.GeoDataFrame":
    """The result, its parts joined where a pair was found both ways."""
    import geopandas as gpd

    pair = found.groupby(["owner", "owner_across"]).ngroup().to_numpy()
    parts, of = shapely.get_parts(found["line"].to_numpy(), return_index=True)
    lines = shapely.multilinestrings(parts, indices=pair[of])
    one, other = (found[side].to_numpy()[np.unique(pair, return_index=True)[1]] for side in ("owner", "owner_across"))
    return gpd.GeoDataFrame(
        {
            "leaid": districts["leaid"].to_numpy()[one],
            "neighbour": districts["leaid"].to_numpy()[other],
            "kind": districts["kind"].to_numpy()[one],
            "neighbour_kind": districts["kind"].to_numpy()[other],
            "miles": np.bincount(pair, weights=found["metres"]) / METRES_PER_MILE,
        },
        geometry=lines,
        crs=metres,
    ).to_crs(DEGREES)
