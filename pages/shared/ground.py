"""The shapes that maps draw, cached: the outlines of districts and the lines between them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import streamlit as st
from numpy.typing import NDArray

from data import store

if TYPE_CHECKING:
    import geopandas as gpd

# Metres a district's outline may be moved for the map, about a pixel on a state-wide map.
OUTLINE_METRES = 500
# Degrees around a district's schools in which its neighbours are drawn.
NEAR = 0.25


@dataclass(frozen=True)
class Outlines:
    """A dataset's district outlines for the map.

    Attributes:
        content: GeoJSON, each feature's id the district's.
        link: where this server answers with it.
        bounds: west, south, east and north.
        ids: districts in the order to draw them; elementary districts last, since they lie on secondary ones.
        boxes: (districts, 4) the bounds of each, in the order of ``ids``.
    """

    content: bytes
    link: str
    bounds: tuple[float, float, float, float]
    ids: list[str]
    boxes: NDArray[np.float64]

    def near(self, longitude: pd.Series, latitude: pd.Series) -> list[str]:
        """The districts whose bounds come within a quarter degree of the points' own."""
        west, south, east, north = self.boxes.T
        inside = (west <= longitude.max() + NEAR) & (east >= longitude.min() - NEAR)
        inside &= (south <= latitude.max() + NEAR) & (north >= latitude.min() - NEAR)
        return [leaid for leaid, near in zip(self.ids, inside, strict=True) if near]


@st.cache_resource(max_entries=8, show_spinner=False)
def outlines(name: str, content: str) -> Outlines | None:
    """The district outlines of a dataset, simplified for a map, or None where it has none."""
    from data.polygons import simplified  # geopandas is heavy; only maps need it

    districts = store.districts(store.find(name))
    if districts is None:
        return None
    drawn = simplified(districts, OUTLINE_METRES)
    drawn = drawn.sort_values("kind", ascending=False, key=lambda kind: kind == "secondary", kind="stable")
    # Maps take a ring drawn anticlockwise for everything outside it.
    drawn["geometry"] = shapely.orient_polygons(drawn.geometry.array, exterior_cw=True)
    shapes = json.loads(drawn[["leaid", "geometry"]].to_json(drop_id=True))
    for feature in shapes["features"]:
        feature["id"] = feature["properties"].pop("leaid")
    west, south, east, north = (float(side) for side in drawn.total_bounds)
    return Outlines(
        content=json.dumps(shapes, separators=(",", ":")).encode(),
        link=f"/geometry/{name}/{content}.json",
        bounds=(west, south, east, north),
        ids=drawn["leaid"].tolist(),
        boxes=drawn.bounds.to_numpy(),
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def neighbours(name: str, content: str) -> "gpd.GeoDataFrame | None":  # noqa: ARG001 the content is part of the key
    """The borders of a dataset, their lines simplified for a map, or None where it has no boundaries."""
    from data.neighbours import neighbours  # geopandas is heavy; only maps need it
    from data.polygons import ALBERS

    districts = store.districts(store.find(name))
    if districts is None:
        return None
    found = neighbours(districts)
    return found.set_geometry(found.geometry.to_crs(ALBERS).simplify(OUTLINE_METRES).to_crs(found.crs))
