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
from analysis.indices import INDICES
from analysis.measured_uncertainty import KEYS, expected_by, intervals_by
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Scenario
from analysis.replicates import REPLICATES
from analysis.statewide.rule import Policy
from analysis.statewide.together import Result
from data import store
from data.batch import here
from data.chain import chain as chain_of
from data.geographic import Assignment, assigned
from data.groups import comparison, on_basis
from data.inclusion import GEOGRAPHIC, Rules, included
from data.lineage import Lineage
from data.lineage import lineage as followed
from data.quality.report import Report, of_dataset
from data.sensitivity import sensitivity as on_every_basis
from data.statewide import Plan, completed, planned, run_of
from data.statewide import outcome as statewide_outcome

if TYPE_CHECKING:
    import geopandas as gpd

    from pages.shared.view import View

# Metres a district's outline may be moved for the map, about a pixel on a state-wide map.
OUTLINE_METRES = 500
# Schools drawn at most for one table: large places need fewer replicates, their ranges being narrower than a digit.
DRAWN = 400_000
FEWEST_REPLICATES = 40
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


@st.cache_resource(max_entries=32, show_spinner=False)
def _included(
    name: str, content: str, rules: Rules, level: str | None, basis: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The schools that count, and how many are left out by choice; see ``data.inclusion.included``."""
    by_ground = rules.districts == GEOGRAPHIC
    table = on_basis(_assignment(name, content).table if by_ground else all_schools(name, content), basis)
    return included(table if level is None else table[table["level"] == level], rules.excluded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _schools(name: str, content: str, rules: Rules, level: str | None, basis: str | None, year: int) -> pd.DataFrame:
    table, _ = _included(name, content, rules, level, basis)
    return table[table["year"] == year].reset_index(drop=True)


def schools(view: "View") -> pd.DataFrame:
    """The schools of the view."""
    return _schools(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis, view.year)


def schools_of_all_levels(view: "View") -> pd.DataFrame:
    """The schools of the view's year at every level: what a scenario stands on."""
    return _schools(view.dataset.name, view.dataset.input_hash, view.rules, None, view.basis, view.year)


@st.cache_resource(max_entries=64, show_spinner=False)
def _grades(name: str, content: str, year: int) -> pd.DataFrame:  # noqa: ARG001 the content's hash is part of the key
    return store.grades(store.find(name), [year])


def grades(view: "View") -> pd.DataFrame:
    """Students by grade of every school in the view's year; no rows where the dataset has none."""
    return _grades(view.dataset.name, view.dataset.input_hash, view.year)


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
    name: str, content: str, rules: Rules, level: str | None, group: str, basis: str | None, what: str
) -> pd.DataFrame:
    """A result for every year of a dataset: indices by a place, the decomposition, or what districts contribute."""
    table, _ = _included(name, content, rules, level, basis)
    groups = comparison(group)
    if what in measured.PLACES:
        return measured.indices_by(table, what, groups.group, groups.other)
    if (place := what.removeprefix("reasons by ")) in measured.PLACES:
        return measured.reasons_by(table, place, groups.group, groups.other)
    compute = {
        "decomposed": measured.decomposed,
        "district contributions": measured.district_contributions,
        "left out": measured.left_out,
        "typical": measured.typical_schools,
        "chances": measured.chances_of_difference,
    }[what]
    return compute(table, groups.group, groups.other)


def indices(view: "View", by: str) -> pd.DataFrame:
    """Indices of every place and year; see ``analysis.measured.indices_by``."""
    return _all_years(*view.key, by)


def reasons(view: "View", by: str) -> pd.DataFrame:
    """Why indices are undefined, of every place and year; see ``analysis.measured.reasons_by``."""
    return _all_years(*view.key, f"reasons by {by}")


def decomposed(view: "View") -> pd.DataFrame:
    """Segregation between and within districts by year; see ``analysis.measured.decomposed``."""
    return _all_years(*view.key, "decomposed")


def district_contributions(view: "View") -> pd.DataFrame:
    """What each district contributes by year; see ``analysis.measured.district_contributions``."""
    return _all_years(*view.key, "district contributions")


def left_out(view: "View") -> pd.DataFrame:
    """Schools whose counts are unknown by year; see ``analysis.measured.left_out``."""
    return _all_years(*view.key, "left out")


def typical_schools(view: "View") -> pd.DataFrame:
    """The average student's school by year; see ``analysis.measured.typical_schools``."""
    return _all_years(*view.key, "typical")


def chances_of_difference(view: "View") -> pd.DataFrame:
    """How often two students differ by year; see ``analysis.measured.chances_of_difference``."""
    return _all_years(*view.key, "chances")


@st.cache_resource(max_entries=64, show_spinner=False)
def _levels(
    name: str, content: str, rules: Rules, level: str | None, basis: str | None, year: int, group: str, chain: str
) -> pd.DataFrame:
    table, groups = _schools(name, content, rules, level, basis, year), comparison(group)
    columns = [each.column for each in chain_of(chain, table)[:-1]]
    return measured.decomposed_by_level(table, groups.group, groups.other, columns)


def levels(view: "View", chain: str) -> pd.DataFrame:
    """The year's segregation level by level of a chain; see ``analysis.measured.decomposed_by_level``."""
    key = (view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.basis, view.year)
    return _levels(*key, view.groups.key, chain)


@st.cache_resource(max_entries=64, show_spinner=False)
def _bounds(
    name: str, content: str, rules: Rules, level: str | None, group: str, basis: str | None, year: int, by: str
) -> pd.DataFrame:
    return measured.bounds_by(_schools(name, content, rules, level, basis, year), by, group).set_index("place")


def bounds(view: "View", by: str) -> pd.DataFrame | None:
    """What the year's indices can be, by place; None for two races, whose bounds are not known."""
    if view.groups.other is not None:
        return None
    return _bounds(*view.key, view.year, by)


def _replicates(schools: pd.DataFrame) -> int:
    return max(FEWEST_REPLICATES, min(REPLICATES, DRAWN // max(len(schools), 1)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _by_chance(
    name: str,
    content: str,
    rules: Rules,
    level: str | None,
    group: str,
    basis: str | None,
    year: int,
    measures: tuple[str, ...],
) -> pd.DataFrame:
    schools, groups = _schools(name, content, rules, level, basis, year), comparison(group)
    found = expected_by(schools, "district", groups.group, groups.other, _replicates(schools), names=measures)
    return found.set_index("place")


def by_chance(view: "View", *measures: str) -> pd.DataFrame:
    """What random assignment alone would give the year's districts; see ``measured_uncertainty.expected_by``."""
    return _by_chance(*view.key, view.year, measures)


@st.cache_resource(max_entries=64, show_spinner=False)
def _how_sure(
    name: str,
    content: str,
    rules: Rules,
    level: str | None,
    group: str,
    basis: str | None,
    year: int,
    leaid: str | None,
) -> pd.DataFrame:
    schools, groups = _schools(name, content, rules, level, basis, year), comparison(group)
    # All schools of the view are one place, whatever the states they name.
    schools = schools.assign(state="") if leaid is None else schools[schools["leaid"] == leaid]
    asked = (schools, "state" if leaid is None else "district", groups.group, groups.other, _replicates(schools))
    found = expected_by(*asked).join(intervals_by(*asked).drop(columns=KEYS))
    row = found.iloc[0]
    columns = ("expected", "excess", "chance_share", "corrected", "interval_low", "interval_high")
    sure = pd.DataFrame({what: [row[f"{index}_{what}"] for index in INDICES] for what in columns}, index=list(INDICES))
    return sure.assign(value=sure["expected"] + sure["excess"])


def how_sure(view: "View", leaid: str | None = None) -> pd.DataFrame:
    """What chance alone gives each index of a district, or of the state, and the corrected one with its interval.

    Returns:
        One row an index, columns value and as in ``measured_uncertainty``.
    """
    return _how_sure(*view.key, view.year, leaid)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sensitivity(name: str, content: str, rules: Rules, level: str | None, year: int) -> pd.DataFrame:
    return on_every_basis(_schools(name, content, rules, level, None, year))


def sensitivity(view: "View") -> pd.DataFrame:
    """The headline numbers of the year on every ED basis; see ``data.sensitivity.sensitivity``."""
    return _sensitivity(view.dataset.name, view.dataset.input_hash, view.rules, view.level, view.year)


@st.cache_resource(max_entries=64, show_spinner=False)
def outcome(name: str, content: str, basis: str | None, scenario: Scenario) -> Outcome:
    """The outcome of a scenario."""
    rules = Rules(scenario.districts, scenario.excluded)
    return simulate(_schools(name, content, rules, None, basis, scenario.year), scenario)


@st.cache_resource(max_entries=16, show_spinner=False)
def _statewide_plan(name: str, content: str, rules: Rules, basis: str | None, year: int, policy: Policy) -> Plan:
    table = _schools(name, content, rules, None, basis, year)
    return planned(table, _grades(name, content, year), policy, dataset=name, basis=basis, rules=rules)


def statewide_plan(view: "View", policy: Policy) -> Plan:
    """The districts of the view's year that a statewide policy applies to."""
    return _statewide_plan(view.dataset.name, view.dataset.input_hash, view.rules, view.basis, view.year, policy)


@st.cache_resource(max_entries=16, show_spinner=False)
def _statewide(name: str, content: str, rules: Rules, basis: str | None, year: int, policy: Policy) -> Result:
    plan = _statewide_plan(name, content, rules, basis, year, policy)
    return statewide_outcome(plan, completed(plan, run_of(plan), here()))


def statewide(view: "View", policy: Policy) -> Result:
    """What a statewide policy does. What has not been simulated yet is, which may take long: see ``run_of``."""
    return _statewide(view.dataset.name, view.dataset.input_hash, view.rules, view.basis, view.year, policy)


@st.cache_resource(max_entries=8, show_spinner=False)
def _quality(name: str, content: str, loaded: str) -> Report:  # noqa: ARG001 loaded anew, its notes may be others
    return of_dataset(store.find(name))


def quality(view: "View") -> Report:
    """The quality report of the view's dataset, of all its years."""
    return _quality(view.dataset.name, view.dataset.input_hash, view.dataset.loaded)


@st.cache_resource(max_entries=8, show_spinner=False)
def _lineage(name: str, content: str) -> Lineage:
    return followed(all_schools(name, content))


def lineage(view: "View") -> Lineage:
    """The schools and districts of the view's dataset followed over its years; see ``data.lineage``."""
    return _lineage(view.dataset.name, view.dataset.input_hash)


def ids_of(view: "View", leaid: str) -> list[str]:
    """Every id a district went by over the years; of a geographic district, whose ground keeps one id, its own."""
    keys = lineage(view).districts
    if view.rules.districts == GEOGRAPHIC or leaid not in keys:
        return [leaid]
    return keys.index[keys == keys[leaid]].tolist()


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
