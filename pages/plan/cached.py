"""What follows from a plan, cached by the view's key and the scenario as in ``pages.shared.store``."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.measured_uncertainty import intervals_by
from analysis.policy import effects
from analysis.policy import outcome as outcomes
from analysis.policy.figures import REPORTED
from analysis.policy.moves import at_hosts, at_schools
from analysis.policy.outcome import Outcome
from analysis.policy.presets import scenario_from_preset
from analysis.policy.scenario import Scenario
from data.groups import comparison, with_lottery
from data.inclusion import Rules
from data.plan_privacy import marked_hosts, marked_outcome, marked_parts, marked_races, marked_senders
from data.privacy import marked_districts
from pages.shared import store
from pages.shared.breaks import Still, awaited
from pages.shared.view import Key, View


def schools_of(view: View, scenario: Scenario) -> pd.DataFrame:
    """The schools table that a scenario, which has its own rules and level, stands on."""
    own = _own(view, scenario)
    table = store.schools_of_all_levels(own)
    if scenario.lottery_basis is None:
        return table
    return with_lottery(table, store.schools_of_all_levels(replace(own, basis=scenario.lottery_basis)))


def _own(view: View, scenario: Scenario) -> View:
    rules = Rules(scenario.districts, scenario.excluded)
    return replace(view, year=scenario.year, basis=scenario.basis, level=None, rules=rules)


def key_of(view: View, scenario: Scenario) -> Key:
    """What results of a scenario are kept by."""
    return _own(view, scenario).key.of_any_groups


@st.cache_resource(max_entries=64, show_spinner=False)
def _start(key: Key, year: int, preset: str, district: str, _view: View) -> Scenario:
    of = {"dataset": key.name, "district": district, "year": year, "basis": key.basis, "level": key.level}
    return scenario_from_preset(store.schools_of_all_levels(_view), preset, grades=store.grades(_view), **of)


def start(view: View, preset: str, district: str) -> Scenario:
    """The scenario that a preset starts from in a district; see ``analysis.policy.presets.scenario_from_preset``.

    Raises:
        InputError: no preset can start from the district.
    """
    return _start(view.key.of_any_groups, view.year, preset, district, view)


@st.cache_resource(max_entries=64, show_spinner=False)
def _today(_view: View, _scenario: Scenario, key: Key, year: int, district: str, level: str | None) -> pd.Series:  # noqa: ARG001
    schools = schools_of(_view, _scenario)
    own = schools[(schools["leaid"] == district) & (schools["level"].eq(level) | (level is None))]
    found = intervals_by(own, "district", "ed", None, store.replicates(own), names=REPORTED)
    return found.iloc[0]


def today(view: View, scenario: Scenario) -> pd.Series:
    """How sure the district's indices of today are; a row of ``analysis.measured_uncertainty.intervals_by``."""
    return _today(view, scenario, key_of(view, scenario), scenario.year, scenario.district, scenario.level)


def parts_today(view: View, scenario: Scenario) -> pd.Series:
    """How sure the state's parts of today are; a row of ``analysis.measured_uncertainty.part_intervals``."""
    own = replace(_own(view, scenario), level=scenario.level, groups=comparison("ed"))
    return store.parts_sure(own).loc[scenario.year]


@st.cache_resource(max_entries=64, show_spinner=False)
def expected(key: Key, scenario: Scenario, _view: View) -> Outcome:  # noqa: ARG001 the view is told by its key
    """The outcome of a scenario as expected, of the view as it is: at hand before the range of its lotteries."""
    return outcomes.as_expected(schools_of(_view, scenario), scenario)


@st.cache_resource(max_entries=64, show_spinner=False)
def simulated(key: Key, scenario: Scenario, _view: View, _still: Still = lambda: None) -> Outcome:
    """The outcome of a scenario with its ranges, of the view as it is."""
    return outcomes.with_ranges(expected(key, scenario, _view), still=_still)


def as_expected(view: View, scenario: Scenario) -> Outcome:
    """The outcome of a scenario without ranges, of a view that leaves the product as it may be told.

    Raises:
        InputError: as ``analysis.policy.outcome.simulate``.
    """
    found = expected(key_of(view, scenario), scenario, view)
    return marked_outcome(found, schools_of(view, scenario), view.cell)


def outcome(view: View, scenario: Scenario) -> Outcome:
    """The outcome of a scenario with its ranges, awaited as its lotteries are drawn; view and errors as the above."""
    key = key_of(view, scenario)
    found = awaited(lambda still: simulated(key, scenario, view, still))
    return marked_outcome(found, schools_of(view, scenario), view.cell)


@st.cache_resource(max_entries=64, show_spinner=False)
def _effect(key: Key, scenario: Scenario, what: str, _view: View) -> pd.DataFrame:
    table, found = schools_of(_view, scenario), simulated(key, scenario, _view)
    if what == "districts":
        counts = ["ed_before", "ed_after"]
        return marked_districts(effects.districts(found), table, counts, comparison("ed"), key.cell)
    if what == "hosts":
        hosts = at_hosts(found.flows, list(scenario.host_ids))
        return marked_hosts(hosts, found, table, key.cell)
    if what == "senders":
        return marked_senders(at_schools(found), table)
    if what == "money":
        return effects.money(table, found)
    if what == "races":
        return marked_races(effects.races(table, found), table, key.cell)
    return marked_parts(effects.between_within(table, found), found, table, key.cell)


def districts(view: View, scenario: Scenario) -> pd.DataFrame:
    """Each district that sends or receives students; see ``analysis.policy.effects.districts``."""
    return _effect(key_of(view, scenario), scenario, "districts", view)


def money(view: View, scenario: Scenario) -> pd.DataFrame:
    """What follows students across district lines in dollars; see ``analysis.policy.effects.money``."""
    return _effect(key_of(view, scenario), scenario, "money", view)


def hosts(view: View, scenario: Scenario) -> pd.DataFrame:
    """Who arrives at and leaves each host, by group; see ``analysis.policy.moves.at_hosts``."""
    return _effect(key_of(view, scenario), scenario, "hosts", view)


def senders(view: View, scenario: Scenario) -> pd.DataFrame:
    """Every other school that students leave or join; see ``analysis.policy.moves.at_schools``."""
    return _effect(key_of(view, scenario), scenario, "senders", view)


def races(view: View, scenario: Scenario) -> pd.DataFrame:
    """Students of each race at each school before and after; see ``analysis.policy.effects.races``."""
    return _effect(key_of(view, scenario), scenario, "races", view)


def between_within(view: View, scenario: Scenario) -> pd.DataFrame:
    """Segregation between and within districts; see ``analysis.policy.effects.between_within``."""
    return _effect(key_of(view, scenario), scenario, "parts", view)
