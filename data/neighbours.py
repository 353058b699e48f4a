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
# WGS 84.
_EQUATOR_METRES, _ECCENTRICITY_SQUARED = 6_378_137.0, 0.00669437999
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
        border, measured on the ellipsoid, and ``geometry``, its lines in EPSG:4326.
    """
    districts = districts.sort_values("leaid", ignore_index=True)
    edges, ends = _edges(districts.geometry.to_numpy())
    loose = edges[~edges["there"].isin(edges["back"])]
    near = _near(shapely.linestrings(ends[loose["edge"]]), loose["owner"].to_numpy(), districts)
    found = pd.concat([_matched(edges, ends, districts["kind"].to_numpy()), near])
    return _borders(districts, found.sort_values(["owner", "owner_across"], ignore_index=True))


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


def _metres(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """The length of each edge on the ellipsoid, by the radii of curvature at its middle latitude (47 CFR 73.208(c)).

    True to a millionth for edges of 10 km, to a ten-thousandth for 100 km.

    Args:
        ends: (edges, 2, 2) longitude and latitude, WGS 84.
    """
    east, north = np.radians(ends[:, 1] - ends[:, 0]).T
    latitude = np.radians(ends[:, :, 1].mean(axis=1))
    flat = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian = _EQUATOR_METRES * (1 - _ECCENTRICITY_SQUARED) / flat**1.5
    parallel = _EQUATOR_METRES * np.cos(latitude) / np.sqrt(flat)
    return np.hypot(north * meridian, east * parallel)


def _matched(edges: pd.DataFrame, ends: NDArray[np.float64], kind: NDArray[Any]) -> pd.DataFrame:
    """Where two districts run along the same edges in opposite directions.

    Args:
        edges, ends: as ``_edges`` gives them.
        kind: of each district.

    Returns:
        Columns owner, owner_across, line and metres.
    """
    met = edges.merge(edges, left_on="there", right_on="back", suffixes=("", "_across"))
    met = _one_way(met, "owner", "owner_across", kind)
    ends = ends[met["edge"]]
    pairs = met.assign(metres=_metres(ends)).groupby(["owner", "owner_across"])
    line = _joined(ends, np.asarray(pairs.ngroup(), dtype=np.intp))
    return pairs["metres"].sum().reset_index().assign(line=line)


def _joined(ends: NDArray[np.float64], code: NDArray[np.intp]) -> NDArray[Any]:
    """The edges of each code as one shape of long lines, in order of the codes.

    Edges that follow each other in the order given and on the ground are drawn as one line at once, so that few are
    left to join.

    Args:
        ends: (edges, 2, 2) both ends of each.
        code: (edges,) 0 and up, none left out.
    """
    if not len(code):
        return np.empty(0, dtype=object)
    order = np.argsort(code, kind="stable")
    ends, code = ends[order], code[order]
    goes_on = (code[1:] == code[:-1]) & (ends[1:, 0] == ends[:-1, 1]).all(axis=1)
    first = np.flatnonzero(np.r_[True, ~goes_on])
    last = np.r_[first[1:] - 1, len(code) - 1]
    run = np.cumsum(np.r_[True, ~goes_on]) - 1
    # Every edge gives its start, and the last of a run its end.
    points = np.insert(ends[:, 0], last + 1, ends[last, 1], axis=0)
    lines = shapely.linestrings(points, indices=np.insert(run, last + 1, run[last]))
    return shapely.line_merge(shapely.multilinestrings(lines, indices=code[first]))


def _near(sides: NDArray[Any], owner: NDArray[np.intp], districts: "gpd.GeoDataFrame") -> pd.DataFrame:
    """Where unmatched edges of two districts run along each other within the tolerance.

    Args:
        sides: the unmatched edges.
        owner: the row of each in ``districts``.
        districts: as for ``neighbours``.

    Returns:
        Columns owner, owner_across, line, and metres, the mean of both districts' own lines.
    """
    import geopandas as gpd

    areas, kind = districts.geometry.to_numpy(), districts["kind"].to_numpy()
    # The middle district: an outline that crosses the date line cannot move a median.
    middle = districts.geometry.bounds.median()
    flat = local_metres((middle["minx"] + middle["maxx"]) / 2, (middle["miny"] + middle["maxy"]) / 2)
    sides = gpd.GeoSeries(sides, crs=DEGREES).to_crs(flat).to_numpy()
    of, by = shapely.STRtree(sides).query(sides, predicate="dwithin", distance=TOLERANCE_METRES)
    close = pd.DataFrame({"of": of, "by": by, "owner": owner[of], "owner_across": owner[by]})
    close = _one_way(close, "owner", "owner_across", kind)
    kept = np.union1d(close["of"], close["by"])
    owners, code = np.unique(owner[kept], return_inverse=True)
    lines = _joined(shapely.get_coordinates(sides[kept]).reshape(-1, 2, 2), code)
    zones = shapely.buffer(lines, TOLERANCE_METRES, quad_segs=2, cap_style="flat")

    found = close[["owner", "owner_across"]].drop_duplicates()
    one, two = (np.searchsorted(owners, found[side]) for side in ("owner", "owner_across"))
    along, back = (
        _long(shapely.intersection(lines[one], zones[two])),
        _long(shapely.intersection(lines[two], zones[one])),
    )
    found = found.assign(
        line=gpd.GeoSeries(along, crs=flat).to_crs(DEGREES).to_numpy(),
        metres=(shapely.length(along) + shapely.length(back)) / 2,
    )
    found = found[~shapely.is_empty(along) & ~shapely.is_empty(back)]
    return found[~_on_the_same_ground(areas[found["owner"]], areas[found["owner_across"]])]


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


def _borders(districts: "gpd.GeoDataFrame", found: pd.DataFrame) -> "gpd.GeoDataFrame":
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
        crs=DEGREES,
    )
