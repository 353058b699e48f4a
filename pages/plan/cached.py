"""What follows from a plan, cached by the view's key and the scenario as in ``pages.shared.store``."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from analysis.policy import effects
from analysis.policy.ground import ground
from analysis.policy.moves import at_hosts, at_schools
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.presets import whole_hosts
from analysis.policy.scenario import Scenario
from data.groups import comparison
from data.inclusion import Rules
from data.plan_privacy import marked_hosts, marked_outcome, marked_parts, marked_races, marked_senders
from data.privacy import marked_districts, told
from pages.shared import store
from pages.shared.view import Key, View

if TYPE_CHECKING:  # the solver is slow to import, and only its button needs it
    from analysis.policy.places import Places


def schools_of(view: View, scenario: Scenario) -> pd.DataFrame:
    """The schools table that a scenario, which has its own rules and level, stands on."""
    own = _own(view, scenario)
    table = store.schools_of_all_levels(own)
    if scenario.lottery_basis is None:
        return table
    counts = store.schools_of_all_levels(replace(own, basis=scenario.lottery_basis)).set_index("ncessch")
    beside = {f"lottery_{name}": table["ncessch"].map(counts[name]) for name in ("ed", "ed_low", "ed_high")}
    return table.assign(**beside)


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
    return _effect(_key(view, scenario), scenario, "districts", view)


def money(view: View, scenario: Scenario) -> pd.DataFrame:
    """What follows students across district lines in dollars; see ``analysis.policy.effects.money``."""
    return _effect(_key(view, scenario), scenario, "money", view)


def hosts(view: View, scenario: Scenario) -> pd.DataFrame:
    """Who arrives at and leaves each host, by group; see ``analysis.policy.moves.at_hosts``."""
    return _effect(_key(view, scenario), scenario, "hosts", view)


def senders(view: View, scenario: Scenario) -> pd.DataFrame:
    """Every other school that students leave or join; see ``analysis.policy.moves.at_schools``."""
    return _effect(_key(view, scenario), scenario, "senders", view)


def races(view: View, scenario: Scenario) -> pd.DataFrame:
    """Students of each race at each school before and after; see ``analysis.policy.effects.races``."""
    return _effect(_key(view, scenario), scenario, "races", view)


def between_within(view: View, scenario: Scenario) -> pd.DataFrame:
    """Segregation between and within districts; see ``analysis.policy.effects.between_within``."""
    return _effect(_key(view, scenario), scenario, "parts", view)


def beside_the_best(view: View, scenario: Scenario, measure: str) -> pd.DataFrame:
    """A scenario beside the best assignments of the district's schools; it takes seconds the first time.

    What the plan's controls do not change is kept, so that the next plan of the district is beside it sooner.

    Returns:
        The rows of ``analysis.policy.beside.beside`` but "best", and "as many moves": the best with as many students
        moved as by the plan.

    Raises:
        InputError: no assignment meets the limits.
    """
    key, bare, places = _key(view, scenario), _bare(scenario), _places(view, scenario)
    change, moved = (_simulated(key, scenario, view).district[name] for name in (measure, "moved"))
    share = float(moved.after / places.students.sum())
    ends = [
        {"what": "today", "moved": 0, "share_moved": 0.0, "value": change.before},
        {"what": "plan", "moved": int(moved.after), "share_moved": share, "value": change.after},
    ]
    found = [pd.DataFrame(ends), _frontier(key, bare, measure, (min(share, 1.0),), view).assign(what="as many moves")]
    if scenario.hosts:
        found.append(_best_hosts(key, bare, len(scenario.host_ids), scenario.ed_share, measure, view))
    return pd.concat([*found, _frontier(key, bare, measure, None, view)], ignore_index=True)


def can_tell_best(view: View, scenario: Scenario) -> bool:
    """Whether few enough counts are hidden for the best assignments of the district's schools to be told."""
    table = schools_of(view, scenario)
    own = table[table["leaid"] == scenario.district]
    return told(own if scenario.level is None else own[own["level"] == scenario.level], view.cell)


@st.cache_resource(max_entries=32, show_spinner=False)
def _frontier(key: Key, bare: Scenario, measure: str, moves: tuple[float, ...] | None, _view: View) -> pd.DataFrame:  # noqa: ARG001
    """The least index for some shares of students moved, or both lines of the frontier."""
    from analysis.policy.frontier import by_miles, by_moves
    from analysis.policy.places import Limits

    places = _places(_view, bare)
    if moves is not None:
        return by_moves(places, Limits(), measure, moves)
    lines = {"by moves": by_moves, "by miles": by_miles}
    rows = pd.concat([line(places, Limits(), measure).assign(what=what) for what, line in lines.items()])
    return rows.replace({"miles": {np.inf: np.nan}})


@st.cache_resource(max_entries=32, show_spinner=False)
def _best_hosts(key: Key, bare: Scenario, most: int, share: float, measure: str, _view: View) -> pd.DataFrame:  # noqa: ARG001
    """As many 50/50 schools of which the index can be made least, and what they come to."""
    from analysis.policy.best_hosts import best_hosts
    from analysis.policy.places import Limits

    found = best_hosts(_places(_view, bare), Limits(), most, measure, share)
    plan = found.plan
    row = {
        "what": "best hosts",
        "moved": plan.moved,
        "share_moved": plan.share_moved,
        "mean_miles": plan.miles,
        "value": plan.value,
        "bound": plan.bound,
        "hosts": " ".join(plan.places.ids[found.hosts]),
    }
    return pd.DataFrame([row])


def _bare(scenario: Scenario) -> Scenario:
    """The district's schools as they stand, without what the plan would do."""
    whose = {name: getattr(scenario, name) for name in ("basis", "level", "districts", "excluded")}
    return Scenario(scenario.dataset, scenario.district, scenario.year, **whose)


def _places(view: View, scenario: Scenario) -> "Places":
    from analysis.policy.places import places_of

    return places_of(ground(schools_of(view, scenario), _bare(scenario)), scenario.level)


def with_best_hosts(view: View, scenario: Scenario) -> Scenario:
    """The scenario with as many other hosts, those whose seats at its share could make D least, every place a seat.

    Raises:
        InputError: none were found in time.
    """
    rows = _best_hosts(
        _key(view, scenario), _bare(scenario), len(scenario.host_ids), scenario.ed_share, "dissimilarity", view
    )
    schools = schools_of(view, scenario)
    chosen = schools[schools["ncessch"].isin(str(rows["hosts"].iloc[0]).split())]
    return replace(scenario, hosts=whole_hosts(chosen))
