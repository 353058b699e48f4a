"""Borders of a state, from its stored outlines to the ranked gaps, beside PySAL's neighbours without lengths."""

from collections.abc import Iterator
from typing import cast

import geopandas as gpd
from libpysal.weights import Rook

from analysis.borders import border_gaps, ranked
from benchmarks import inputs
from benchmarks.timing import Figure, timed
from data import store
from data.formats.reading import tables
from data.neighbours import neighbours
from data.schema import RACES


def figures() -> Iterator[Figure]:
    state = inputs.state()
    with inputs.home():
        manifest = store.find(state.name)

        def ours() -> object:
            lines = neighbours(_stored(manifest)).drop(columns="geometry")
            return ranked(border_gaps(state.schools, lines, "ed", None, list(RACES)), "gap", 1_000, 1.0)

        areas = _stored(manifest)
        peer = timed(lambda: Rook.from_dataframe(areas, use_index=False, silence_warnings=True), repeats=3)
        yield Figure(
            f"borders and gaps, {state.label}, {len(areas):,} districts, {_points(areas):,} points",
            timed(ours),
            (("PySAL's neighbours alone", peer),),
            3.0 if state.real else None,
        )
    detailed = inputs.DETAILED_AREAS
    if detailed.is_file():
        (found,) = tables(detailed)
        what = f"borders alone, California, {len(found.frame):,} districts, {_points(found.frame):,} points"
        yield Figure(what, timed(lambda: neighbours(found.frame), repeats=3), target=3.0)


def _stored(manifest: store.Manifest) -> gpd.GeoDataFrame:
    """The outlines of a dataset that has them."""
    return cast("gpd.GeoDataFrame", store.districts(manifest))


def _points(areas: gpd.GeoDataFrame) -> int:
    return int(areas.geometry.count_coordinates().sum())
