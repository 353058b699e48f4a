"""All caching: tables and results by small keys, so that a rerun computes nothing twice."""

import gc
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import shapely
import streamlit as st
from numpy.typing import NDArray

from analysis import measured
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Scenario
from data import store
from data.geographic import Assignment, assigned
from data.groups import comparison, on_basis
from data.inclusion import GEOGRAPHIC, Rules, included
from data.privacy import fingerprint, marked_outcome, marked_places, protected
from data.quality.report import Report, of_dataset
from data.sensitivity import sensitivity as on_every_basis

if TYPE_CHECKING:
    import geopandas as gpd

    from pages.shared.view import View

# Metres a district's outline may be moved for the map, about a pixel on a state-wide map.
OUTLINE_METRES = 500
# Degrees around a district's schools in which its neighbours are drawn.
NEAR = 0.25


@st.cache_resource(max_entries=8, show_spinner=False)
def all_schools(name: str, content: str) -> pd.DataFrame:  # noqa: ARG001 the content's hash is part of the key
    """The whole schools table of a dataset. Shared between sessions: never changed in place."""
    return store.schools(store.find(name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _assignment(name: str, content: str) -> Assignment:
    """Every school of a dataset by geographic districts."""
    schools, districts = all_schools(name, content), store.districts(store.find(name))
    # Offered only where there are boundaries.
    return assigned(schools, cast("gpd.GeoDataFrame", districts))


@st.cache_resource(max_entries=4, show_spinner=False)
def _protected(name: str, content: str, by_ground: bool, cell: int) -> pd.DataFrame:
    """Every school of a dataset, its small counts hidden."""
    return protected(_assignment(name, content).table if by_ground else all_schools(name, content), cell)


@st.cache_resource(max_entries=32, show_spinner=False)
def _included(
    name: str, content: str, rules: Rules, level: str | None, basis: str | None, cell: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The schools that count, and how many are left out by choice; see ``data.inclusion.included``."""
    by_ground = rules.districts == GEOGRAPHIC
    table = on_basis(_protected(name, content, by_ground, cell), basis)
    return included(table if level is None else table[table["level"] == level], rules.excluded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _schools(
    name: str, content: str, rules: Rules, level: str | None, basis: str | None, year: int, cell: int = 0
) -> pd.DataFrame:
    table, _ = _included(name, content, rules, level, basis, cell)
    return table[table["year"] == year].reset_index(drop=True)


def schools(view: "View") -> pd.DataFrame:
    """The schools of the view."""
    return _schools(
        view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis, view.year, view.cell
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _version(name: str, content: str, cell: int) -> str:
    return fingerprint(_protected(name, content, False, cell)) if cell else content


def version(view: "View") -> str:
    """Which data the view's numbers rest on; see ``data.privacy.fingerprint``."""
    return _version(view.dataset.name, view.dataset.input_hash, view.cell)


def schools_of_all_levels(view: "View") -> pd.DataFrame:
    """The schools of the view's year at every level: what a scenario stands on."""
    return _schools(view.dataset.name, view.dataset.input_hash, view.rules, None, view.basis, view.year, view.cell)


def excluded(view: "View") -> pd.DataFrame:
    """What the view leaves out by choice in its year; see ``data.inclusion.included``."""
    _, counts = _included(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis)
    return counts[counts["year"] == view.year]


def placed(view: "View") -> pd.DataFrame:
    """The schools of the view with how each came to its geographic district, as in ``Assignment.placed``."""
    table, _ = _included(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis)
    return table[table["year"] == view.year].join(_assignment(view.dataset.name, view.dataset.input_hash).placed)


def district_names(view: "View") -> dict[str, str]:
    """What people call each district of the view."""
    return schools(view).dropna(subset="district").groupby("leaid")["district"].last().to_dict()


@st.cache_resource(max_entries=64, show_spinner=False)
def _all_years(
    name: str, content: str, rules: Rules, level: str | None, group: str, basis: str | None, what: str, cell: int = 0
) -> pd.DataFrame:
    """A result for every year of a dataset: indices by a place, the decomposition, or what districts contribute."""
    table, _ = _included(name, content, rules, level, basis, cell)
    groups = comparison(group)
    if what in measured.PLACES:
        return marked_places(measured.indices_by(table, what, groups.group, groups.other), table, what, groups, cell)
    if (place := what.removeprefix("reasons by ")) in measured.PLACES:
        return measured.reasons_by(table, place, groups.group, groups.other)
    compute = {
        "decomposed": measured.decomposed,
        "district contributions": measured.district_contributions,
        "left out": measured.left_out,
        "typical": measured.typical_schools,
    }[what]
    return compute(table, groups.group, groups.other)


def indices(view: "View", by: str) -> pd.DataFrame:
    """Indices of every place and year; see ``analysis.measured.indices_by``."""
    return _all_years(*view.key, by, view.cell)


def reasons(view: "View", by: str) -> pd.DataFrame:
    """Why indices are undefined, of every place and year; see ``analysis.measured.reasons_by``."""
    return _all_years(*view.key, f"reasons by {by}")


def decomposed(view: "View") -> pd.DataFrame:
    """Segregation between and within districts by year; see ``analysis.measured.decomposed``."""
    return _all_years(*view.key, "decomposed")


def district_contributions(view: "View") -> pd.DataFrame:
    """What each district contributes by year; see ``analysis.measured.district_contributions``."""
    return _all_years(*view.key, "district contributions", view.cell)


def left_out(view: "View") -> pd.DataFrame:
    """Schools whose counts are unknown by year; see ``analysis.measured.left_out``."""
    return _all_years(*view.key, "left out")


def typical_schools(view: "View") -> pd.DataFrame:
    """The average student's school by year; see ``analysis.measured.typical_schools``."""
    return _all_years(*view.key, "typical")


@st.cache_resource(max_entries=64, show_spinner=False)
def _bounds(
    name: str, content: str, rules: Rules, level: str | None, basis: str | None, year: int, by: str
) -> pd.DataFrame:
    return measured.bounds_by(_schools(name, content, rules, level, basis, year), by).set_index("place")


def bounds(view: "View", by: str) -> pd.DataFrame | None:
    """What the year's indices can be, by place, or None where none is hidden between bounds: only ED counts are."""
    if view.groups.key != "ed":
        return None
    return _bounds(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis, view.year, by)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sensitivity(name: str, content: str, rules: Rules, level: str | None, year: int) -> pd.DataFrame:
    return on_every_basis(_schools(name, content, rules, level, None, year))


def sensitivity(view: "View") -> pd.DataFrame:
    """The headline numbers of the year on every ED basis; see ``data.sensitivity.sensitivity``."""
    return _sensitivity(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.year)


@st.cache_resource(max_entries=64, show_spinner=False)
def outcome(name: str, content: str, basis: str | None, scenario: Scenario, cell: int = 0) -> Outcome:
    """The outcome of a scenario."""
    rules = Rules(scenario.districts, scenario.excluded)
    table = _schools(name, content, rules, None, basis, scenario.year, cell)
    return marked_outcome(simulate(table, scenario), table, cell)


@st.cache_resource(max_entries=8, show_spinner=False)
def _quality(name: str, content: str, loaded: str, cell: int) -> Report:  # noqa: ARG001 loaded anew, its notes may differ
    return of_dataset(store.find(name), cell)


def quality(view: "View") -> Report:
    """The quality report of the view's dataset, of all its years."""
    return _quality(view.dataset.name, view.dataset.input_hash, view.dataset.loaded, view.cell)


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


@st.cache_resource(max_entries=256, show_spinner=False)
def settle(page: str, dataset: str) -> None:  # noqa: ARG001 once for each page and dataset
    """Keep what a page's first run brought in out of the full garbage collection that follows every run."""
    gc.collect()
    gc.freeze()


def warm() -> None:
    """Read the first dataset, so that the first page does not wait for it."""
    first = store.datasets()[0]
    all_schools(first.name, first.input_hash)
    outlines(first.name, first.input_hash)
