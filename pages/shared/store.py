"""All caching: tables and results by small keys, so that a rerun computes nothing twice."""

import gc
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import streamlit as st

from analysis import measured
from analysis.borders import Change, border_gaps, joined, opened
from analysis.chance.replicates import REPLICATES
from analysis.measured_uncertainty import KEYS, expected_by, intervals_by, part_intervals
from analysis.peers import peers as similar
from analysis.statewide.rule import Policy
from analysis.statewide.together import Result
from data import store
from data.batches.batch import here
from data.batches.statewide import Plan, completed, planned, run_of
from data.batches.statewide import outcome as statewide_outcome
from data.chain import chain as chain_of
from data.geographic import Assignment, assigned
from data.groups import comparison, on_basis
from data.inclusion import GEOGRAPHIC, included
from data.joining.lineage import Lineage
from data.joining.lineage import lineage as followed
from data.plan_privacy import marked_result
from data.privacy import TRAITS, carried_years, fingerprint, marked_borders, marked_districts, marked_places, protected
from data.quality.report import Report, of_dataset
from data.schema import RACES
from data.sensitivity import sensitivity as on_every_basis
from pages.shared import ground

if TYPE_CHECKING:
    import geopandas as gpd

    from pages.shared.view import Key, View

# Schools drawn at most for one table: large places need fewer replicates, their ranges being narrower than a digit.
DRAWN = 400_000
FEWEST_REPLICATES = 40


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
def _included(key: "Key") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The schools that count, and how many are left out by choice; see ``data.inclusion.included``."""
    table = on_basis(_protected(key.name, key.content, key.rules.districts == GEOGRAPHIC, key.cell), key.basis)
    return included(table if key.level is None else table[table["level"] == key.level], key.rules.excluded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _schools(key: "Key", year: int) -> pd.DataFrame:
    table, _ = _included(key)
    return table[table["year"] == year].reset_index(drop=True)


def schools(view: "View") -> pd.DataFrame:
    """The schools of the view."""
    return _schools(view.key.of_any_groups, view.year)


@st.cache_resource(max_entries=16, show_spinner=False)
def _version(name: str, content: str, cell: int) -> str:
    return fingerprint(_protected(name, content, False, cell)) if cell else content


def version(view: "View") -> str:
    """Which data the view's numbers rest on; see ``data.privacy.fingerprint``."""
    return _version(view.dataset.name, view.dataset.input_hash, view.cell)


def schools_of_all_levels(view: "View") -> pd.DataFrame:
    """The schools of the view's year at every level: what a scenario stands on."""
    return _schools(replace(view.key.of_any_groups, level=None), view.year)


def schools_of_all_years(view: "View") -> pd.DataFrame:
    """The schools of the view in every year of its dataset."""
    table, _ = _included(view.key.of_any_groups)
    return table


@st.cache_resource(max_entries=64, show_spinner=False)
def _grades(name: str, content: str, year: int) -> pd.DataFrame:  # noqa: ARG001 the content's hash is part of the key
    return store.grades(store.find(name), [year])


def grades(view: "View") -> pd.DataFrame:
    """Students by grade of every school in the view's year; no rows where the dataset has none."""
    return _grades(view.dataset.name, view.dataset.input_hash, view.year)


def excluded(view: "View") -> pd.DataFrame:
    """What the view leaves out by choice in its year; see ``data.inclusion.included``."""
    _, counts = _included(view.key.of_any_groups)
    return counts[counts["year"] == view.year]


def placed(view: "View") -> pd.DataFrame:
    """The schools of the view with how each came to its geographic district, as in ``Assignment.placed``."""
    table, _ = _included(view.key.of_any_groups)
    return table[table["year"] == view.year].join(_assignment(view.dataset.name, view.dataset.input_hash).placed)


@st.cache_resource(max_entries=64, show_spinner=False)
def _district_names(key: "Key", year: int) -> dict[str, str]:
    return measured.district_names(_schools(key, year)).to_dict()


def district_names(view: "View") -> dict[str, str]:
    """What people call each district of the view. Shared between sessions: never changed in place."""
    return _district_names(view.key.of_any_groups, view.year)


def district_name(view: "View", leaid: str) -> str:
    """What people call a district of the view; its id where nobody says."""
    return district_names(view).get(leaid, leaid)


@st.cache_resource(max_entries=64, show_spinner=False)
def _all_years(key: "Key", what: str) -> pd.DataFrame:
    """A result for every year of a dataset: indices by a place, or the decomposition."""
    table, _ = _included(key.of_any_groups)
    groups = comparison(key.group)
    if what in measured.PLACES:
        return marked_places(
            measured.indices_by(table, what, groups.group, groups.other, groups.indices), table, what, groups, key.cell
        )
    if (place := what.removeprefix("reasons by ")) in measured.PLACES:
        return measured.reasons_by(table, place, groups.group, groups.other, groups.indices)
    compute = {
        "decomposed": measured.decomposed,
        "left out": measured.left_out,
        "typical": measured.typical_schools,
        "chances": measured.chances_of_difference,
    }[what]
    return compute(table, groups.group, groups.other)


def indices(view: "View", by: str) -> pd.DataFrame:
    """Indices of every place and year; see ``analysis.measured.indices_by``."""
    return _all_years(view.key, by)


def reasons(view: "View", by: str) -> pd.DataFrame:
    """Why indices are undefined, of every place and year; see ``analysis.measured.reasons_by``."""
    return _all_years(view.key, f"reasons by {by}")


def decomposed(view: "View") -> pd.DataFrame:
    """Segregation between and within districts by year; see ``analysis.measured.decomposed``."""
    return _all_years(view.key, "decomposed")


@st.cache_resource(max_entries=64, show_spinner=False)
def _ranked_districts(key: "Key", year: int, measure: str) -> pd.DataFrame:
    groups = comparison(key.group)
    return measured.ranked_districts(_schools(key.of_any_groups, year), groups.group, groups.other, measure)


def ranked_districts(view: "View", measure: str) -> pd.DataFrame:
    """The year's districts by what they contribute to an index; see ``analysis.measured.ranked_districts``."""
    return _ranked_districts(view.key, view.year, measure)


def left_out(view: "View") -> pd.DataFrame:
    """Schools whose counts are unknown by year; see ``analysis.measured.left_out``."""
    return _all_years(view.key, "left out")


def typical_schools(view: "View") -> pd.DataFrame:
    """The average student's school by year; see ``analysis.measured.typical_schools``."""
    return _all_years(view.key, "typical")


def chances_of_difference(view: "View") -> pd.DataFrame:
    """How often two students differ by year; see ``analysis.measured.chances_of_difference``."""
    return _all_years(view.key, "chances")


@st.cache_resource(max_entries=64, show_spinner=False)
def _levels(key: "Key", year: int, chain: str) -> pd.DataFrame:
    table, groups = _schools(key.of_any_groups, year), comparison(key.group)
    columns = [each.column for each in chain_of(chain, table)[:-1]]
    return measured.decomposed_by_level(table, groups.group, groups.other, columns)


def levels(view: "View", chain: str) -> pd.DataFrame:
    """The year's segregation level by level of a chain; see ``analysis.measured.decomposed_by_level``."""
    return _levels(view.key, view.year, chain)


@st.cache_resource(max_entries=64, show_spinner=False)
def _bounds(key: "Key", year: int, by: str) -> pd.DataFrame:
    groups = comparison(key.group)
    table = _schools(key.of_any_groups, year)
    return measured.bounds_by(table, by, groups.group, groups.other, bands=groups.bands).set_index("place")


def bounds(view: "View", by: str) -> pd.DataFrame:
    """What the year's indices can be, by place; see ``analysis.measured.bounds_by``."""
    return _bounds(view.key, view.year, by)


def replicates(schools: pd.DataFrame) -> int:
    """How many draws of some schools a page takes."""
    return max(FEWEST_REPLICATES, min(REPLICATES, DRAWN // max(len(schools), 1)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _by_chance(key: "Key", year: int, measures: tuple[str, ...]) -> pd.DataFrame:
    schools, groups = _schools(key.of_any_groups, year), comparison(key.group)
    found = expected_by(schools, "district", groups.group, groups.other, replicates(schools), names=measures)
    return found.set_index("place")


def by_chance(view: "View", *measures: str) -> pd.DataFrame:
    """What random assignment alone would give the year's districts; see ``measured_uncertainty.expected_by``."""
    return _by_chance(view.key, view.year, measures)


@st.cache_resource(max_entries=64, show_spinner=False)
def _district_intervals(key: "Key", year: int, measures: tuple[str, ...]) -> pd.DataFrame:
    schools, groups = _schools(key.of_any_groups, year), comparison(key.group)
    asked = (schools, "district", groups.group, groups.other, replicates(schools))
    return intervals_by(*asked, names=measures).set_index("place")


def district_intervals(view: "View", *measures: str) -> pd.DataFrame:
    """How sure indices of the year's districts are; see ``measured_uncertainty.intervals_by``."""
    return _district_intervals(view.key, view.year, measures)


@st.cache_resource(max_entries=32, show_spinner=False)
def _part_intervals(key: "Key") -> pd.DataFrame:
    (table, _), groups = _included(key.of_any_groups), comparison(key.group)
    found = part_intervals(table, groups.group, groups.other, replicates(table))
    return carried_years(found, table, groups, key.cell)


def parts_sure(view: "View") -> pd.DataFrame:
    """How sure the parts between and within districts are by year; see ``measured_uncertainty.part_intervals``."""
    return _part_intervals(view.key)


@st.cache_resource(max_entries=64, show_spinner=False)
def _how_sure(key: "Key", year: int, leaid: str | None) -> pd.DataFrame:
    schools, groups = _schools(key.of_any_groups, year), comparison(key.group)
    # All schools of the view are one place, whatever the states they name.
    schools = schools.assign(state="") if leaid is None else schools[schools["leaid"] == leaid]
    asked = (schools, "state" if leaid is None else "district", groups.group, groups.other, replicates(schools))
    names = groups.indices
    found = expected_by(*asked, names=names).join(intervals_by(*asked, names=names).drop(columns=KEYS))
    row = found.iloc[0]
    columns = ("expected", "excess", "chance_share", "corrected", "interval_low", "interval_high")
    sure = pd.DataFrame({what: [row[f"{index}_{what}"] for index in names] for what in columns}, index=list(names))
    return sure.assign(value=sure["expected"] + sure["excess"])


def how_sure(view: "View", leaid: str | None = None) -> pd.DataFrame:
    """What chance alone gives each index of a district, or of the state, and the corrected one with its interval.

    Returns:
        One row an index, columns value and as in ``measured_uncertainty``.
    """
    return _how_sure(view.key, view.year, leaid)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sensitivity(key: "Key", year: int) -> pd.DataFrame:
    return on_every_basis(_schools(key, year))


def sensitivity(view: "View") -> pd.DataFrame:
    """The headline numbers of the year on every ED basis; see ``data.sensitivity.sensitivity``."""
    return _sensitivity(replace(view.key.of_any_groups, basis=None), view.year)


@st.cache_resource(max_entries=16, show_spinner=False)
def _statewide_plan(key: "Key", year: int, policy: Policy) -> Plan:
    grades = _grades(key.name, key.content, year)
    return planned(_schools(key, year), grades, policy, dataset=key.name, basis=key.basis, rules=key.rules)


def statewide_plan(view: "View", policy: Policy) -> Plan:
    """The districts of the view's year that a statewide policy applies to."""
    return _statewide_plan(replace(view.key.of_any_groups, level=None), view.year, policy)


@st.cache_resource(max_entries=16, show_spinner=False)
def _statewide(key: "Key", year: int, policy: Policy) -> Result:
    plan = _statewide_plan(key, year, policy)
    return marked_result(statewide_outcome(plan, completed(plan, run_of(plan), here())), plan.table, policy, key.cell)


def statewide(view: "View", policy: Policy) -> Result:
    """What a statewide policy does. What has not been simulated yet is, which may take long: see ``run_of``."""
    return _statewide(replace(view.key.of_any_groups, level=None), view.year, policy)


@st.cache_resource(max_entries=8, show_spinner=False)
def _quality(name: str, content: str, loaded: str, cell: int) -> Report:  # noqa: ARG001 loaded anew, its notes may differ
    return of_dataset(store.find(name), cell)


def quality(view: "View") -> Report:
    """The quality report of the view's dataset, of all its years."""
    return _quality(view.dataset.name, view.dataset.input_hash, view.dataset.loaded, view.cell)


@st.cache_resource(max_entries=8, show_spinner=False)
def _lineage(name: str, content: str) -> Lineage:
    return followed(all_schools(name, content))


def lineage(view: "View") -> Lineage:
    """The schools and districts of the view's dataset followed over its years; see ``data.joining.lineage``."""
    return _lineage(view.dataset.name, view.dataset.input_hash)


def ids_of(view: "View", leaid: str) -> list[str]:
    """Every id a district went by over the years; of a geographic district, whose ground keeps one id, its own."""
    return [leaid] if view.rules.districts == GEOGRAPHIC else lineage(view).same_district(leaid)


@st.cache_resource(max_entries=32, show_spinner=False)
def _borders(key: "Key", year: int) -> pd.DataFrame:
    lines = cast("gpd.GeoDataFrame", ground.neighbours(key.name, key.content)).drop(columns="geometry")
    groups = comparison(key.group)
    table = _schools(key.of_any_groups, year)
    lines = lines.assign(border=np.arange(len(lines)))
    return marked_borders(border_gaps(table, lines, groups.group, groups.other, TRAITS), table, groups, key.cell)


def borders(view: "View") -> pd.DataFrame:
    """Both sides of every border of the view, as ``analysis.borders.border_gaps``; ``border`` is its row among the
    neighbours. The dataset must have boundaries.
    """
    return _borders(view.key, view.year)


@st.cache_resource(max_entries=64, show_spinner=False)
def _changes(key: "Key", year: int, pair: tuple[str, str], share: float) -> tuple[Change, Change]:
    groups = comparison(key.group)
    table = _schools(key.of_any_groups, year)
    return joined(table, pair, groups.group, groups.other), opened(table, pair, share, groups.group, groups.other)


def border_changes(view: "View", pair: tuple[str, str], share: float) -> tuple[Change, Change]:
    """What joining two districts, and opening a share of seats across their line, would change."""
    return _changes(view.key, view.year, pair, share)


@st.cache_resource(max_entries=64, show_spinner=False)
def _peers(key: "Key", year: int, leaid: str) -> pd.DataFrame:
    table = _schools(key, year)
    return marked_districts(similar(table, leaid, list(RACES)), table, ["share_ed"], comparison("ed"), key.cell)


def peers(view: "View", leaid: str) -> pd.DataFrame:
    """The districts of the view most like one; see ``analysis.peers.peers``."""
    return _peers(view.key.of_any_groups, view.year, leaid)


@st.cache_resource(max_entries=256, show_spinner=False)
def settle(page: str, dataset: str) -> None:  # noqa: ARG001 once for each page and dataset
    """Keep what a page's first run brought in out of the full garbage collection that follows every run."""
    gc.collect()
    gc.freeze()


def warm() -> None:
    """Read the first dataset, so that the first page does not wait for it."""
    first = store.datasets()[0]
    all_schools(first.name, first.input_hash)
    ground.outlines(first.name, first.input_hash)
