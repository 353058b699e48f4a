"""Caching of what follows from a plan, as ``store``: by the view's key and the scenario."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from analysis.policy import effects
from analysis.policy.ground import ground
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Scenario
from data.groups import comparison
from data.inclusion import Rules
from data.plan_privacy import marked_outcome, marked_parts, marked_races
from data.privacy import marked_districts, told
from pages.shared import store
from pages.shared.view import Key, View

if TYPE_CHECKING:  # the solver is slow to import, and only its button needs it
    from analysis.policy.places import Places


def schools_of(view: View, scenario: Scenario) -> pd.DataFrame:
    """The schools table that a scenario, which has its own rules and level, stands on."""
    return store.schools_of_all_levels(_own(view, scenario))


def _own(view: View, scenario: Scenario) -> View:
    rules = Rules(scenario.districts, scenario.excluded)
    return replace(view, year=scenario.year, basis=scenario.basis, level=None, rules=rules)


def _key(view: View, scenario: Scenario) -> Key:
    return _own(view, scenario).key.of_any_groups


@st.cache_resource(max_entries=64, show_spinner=False)
def _simulated(key: Key, scenario: Scenario, _view: View) -> Outcome:  # noqa: ARG001 the view is told by its key
    return simulate(schools_of(_view, scenario), scenario)


def outcome(view: View, scenario: Scenario) -> Outcome:
    """The outcome of a scenario, of a view that leaves the product as it may be told.

    Raises:
        InputError: as ``analysis.policy.outcome.simulate``.
    """
    found = _simulated(_key(view, scenario), scenario, view)
    return marked_outcome(found, schools_of(view, scenario), view.cell)


@st.cache_resource(max_entries=64, show_spinner=False)
def _effect(key: Key, scenario: Scenario, what: str, _view: View) -> pd.DataFrame:
    table, found = schools_of(_view, scenario), _simulated(key, scenario, _view)
    if what == "districts":
        counts = ["ed_before", "ed_after"]
        return marked_districts(effects.districts(found), table, counts, comparison("ed"), key.cell)
    if what == "races":
        return marked_races(effects.races(table, found), table, key.cell)
    return marked_parts(effects.between_within(table, found), found, table, key.cell)


def districts(view: View, scenario: Scenario) -> pd.DataFrame:
    """Each district that sends or receives students; see ``analysis.policy.effects.districts``."""
    return _effect(_key(view, scenario), scenario, "districts", view)


def races(view: View, scenario: Scenario) -> pd.DataFrame:
    """Students of each race at each school before and after; see ``analysis.policy.effects.races``."""
    return _effect(_key(view, scenario), scenario, "races", view)


def between_within(view: View, scenario: Scenario) -> pd.DataFrame:
    """Segregation between and within districts; see ``analysis.policy.effects.between_within``."""
    return _effect(_key(view, scenario), scenario, "parts", view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _beside(key: Key, scenario: Scenario, measure: str, _view: View) -> pd.DataFrame:
    from analysis.policy.beside import beside
    from analysis.policy.frontier import by_moves
    from analysis.policy.places import Limits

    places = _places(_view, scenario)
    found = _simulated(key, scenario, _view)
    if not told(schools_of(_view, scenario).set_index("ncessch").loc[places.ids].reset_index(), key.cell):
        raise InputError("Too many counts of this district are hidden for a comparison to be told.")
    rows = beside(found, places, Limits(), measure).rows
    share = float(rows.loc[rows["what"] == "plan", "share_moved"].iloc[0])
    same = by_moves(places, Limits(), measure, [min(share, 1.0)]).assign(what="as many moves")
    return pd.concat([rows, same], ignore_index=True)


def beside_the_best(view: View, scenario: Scenario, measure: str) -> pd.DataFrame:
    """A scenario beside the best assignments of the district's schools; it takes seconds the first time.

    Returns:
        The rows of ``analysis.policy.beside.beside``, and "as many moves": the best with as many students moved.

    Raises:
        InputError: no assignment meets the limits, or too many counts are hidden for one to be told.
    """
    return _beside(_key(view, scenario), scenario, measure, view)


def _places(view: View, scenario: Scenario) -> "Places":
    from analysis.policy.places import places_of

    # The district's schools as they stand, without those that the plan would open.
    bare = Scenario(scenario.dataset, scenario.district, scenario.year, level=scenario.level)
    return places_of(ground(schools_of(view, scenario), bare), scenario.level)


def best_hosts(view: View, scenario: Scenario) -> list[str]:
    """As many schools as the scenario has hosts whose seats at its share would make D least.

    Raises:
        InputError: none were found in time.
    """
    from analysis.policy.best_hosts import best_hosts as found
    from analysis.policy.places import Limits

    places = _places(view, scenario)
    best = found(places, Limits(), len(scenario.hosts), "dissimilarity", scenario.ed_share)
    ids: list[str] = best.plan.places.ids[best.hosts].tolist()
    return ids
