"""The best beside a plan, cached point by point: a plan's controls change few, and no point keeps a rerun waiting."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from analysis.policy.ground import ground
from analysis.policy.presets import whole_hosts
from analysis.policy.reserve import ed_share_of_seats
from analysis.policy.scenario import Scenario
from data.privacy import told
from pages.plan.cached import key_of, schools_of, simulated
from pages.shared.breaks import awaited
from pages.shared.view import Key, View

if TYPE_CHECKING:  # the solver is slow to import, and what stands above it on the page need not wait
    from analysis.policy.beside import Question
    from analysis.policy.entrants import FreeReach
    from analysis.policy.fewest_seats import FewestSeats
    from analysis.policy.optimum import Reach
    from analysis.policy.outside import OutsideReach
    from analysis.policy.places import Limits, Places

Progress = Callable[[float], object]


def beside_the_best(
    view: View, scenario: Scenario, question: "Question", progress: Progress = lambda _: None
) -> pd.DataFrame:
    """A scenario beside the best assignments of the district's schools; it takes seconds the first time.

    Args:
        view, scenario: as everywhere.
        question: what is asked of the best.
        progress: told what part is done; it may break off.

    Returns:
        The rows of ``analysis.policy.beside.beside`` but for the target's.

    Raises:
        InputError: no assignment meets the limits.
    """
    from analysis.policy.beside import COLUMNS, as_many, now_and_then, steps, together

    key, bare, measure = key_of(view, scenario), _bare(scenario), question.measure
    outcome, places = simulated(key, scenario, view), _places(key, bare, view)
    asked = steps(question.limits, as_many(outcome, places))
    rows = []
    for number, (what, limits) in enumerate(asked):
        progress(number / (len(asked) + 1))
        rows.append(_least(key, bare, limits, measure, view) | {"what": what})
    examples = []
    if question.hosts:
        progress(len(asked) / (len(asked) + 1))
        examples.append(awaited(lambda _: _best_hosts(key, bare, question, view)))
    return together(now_and_then(outcome, places, question.limits, measure), rows, examples)[COLUMNS]


@st.cache_resource(max_entries=256, show_spinner=False)
def _least(key: Key, bare: Scenario, limits: "Limits", measure: str, _view: View) -> dict[str, Any]:
    """One point of the frontier."""
    from analysis.policy.frontier import row
    from analysis.policy.optimum import least_segregated

    return row("", least_segregated(_places(key, bare, _view), limits, measure), limits)


@st.cache_resource(max_entries=32, show_spinner=False)
def _best_hosts(key: Key, bare: Scenario, question: "Question", _view: View) -> dict[str, Any]:
    """As many 50/50 schools of which the index can be made least, and what they come to."""
    from analysis.policy.beside import of_hosts
    from analysis.policy.best_hosts import best_hosts

    asked = question.limits, question.hosts, question.measure, question.ed_share
    return of_hosts(best_hosts(_places(key, bare, _view), *asked), question.limits)


def reached(view: View, scenario: Scenario, question: "Question") -> "Reach":
    """Whether the question's target can be reached, and with how few moves.

    Raises:
        InputError: no assignment meets the limits.
    """
    return _reached(key_of(view, scenario), _bare(scenario), replace(question, hosts=0), view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _reached(key: Key, bare: Scenario, question: "Question", _view: View) -> "Reach":
    from analysis.policy.optimum import reach

    return reach(_places(key, bare, _view), question.limits, question.target or 0.0, question.measure)


def fewest_seats(view: View, scenario: Scenario, question: "Question") -> "FewestSeats":
    """With how few seats in 50/50 schools the question's target can be reached."""
    return _fewest_seats(key_of(view, scenario), _bare(scenario), replace(question, hosts=0), view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _fewest_seats(key: Key, bare: Scenario, question: "Question", _view: View) -> "FewestSeats":
    from analysis.policy.fewest_seats import fewest_seats as fewest

    asked = question.limits, question.target or 0.0, question.measure, question.ed_share
    return fewest(_places(key, bare, _view), *asked)


def outside(view: View, scenario: Scenario, question: "Question") -> "OutsideReach":
    """The smallest outside share with which the plan's own rules reach the question's target.

    Raises:
        InputError: nobody can come from outside.
    """
    return _outside(key_of(view, scenario), scenario, question.measure, question.target or 0.0, view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _outside(key: Key, scenario: Scenario, measure: str, target: float, _view: View) -> "OutsideReach":  # noqa: ARG001
    from analysis.policy.outside import smallest_outside

    return smallest_outside(schools_of(_view, scenario), scenario, target, measure)


def free_outside(view: View, scenario: Scenario, question: "Question") -> "FreeReach":
    """The smallest outside share that could reach the question's target if every choice were free as well."""
    return _free_outside(key_of(view, scenario), scenario, replace(question, hosts=0), view)


@st.cache_resource(max_entries=16, show_spinner=False)
def _free_outside(key: Key, scenario: Scenario, question: "Question", _view: View) -> "FreeReach":
    from analysis.policy.entrants import host_seats, smallest_free_outside

    places = _places(key, _bare(scenario), _view)
    seats = host_seats(places, ground(schools_of(_view, scenario), scenario), scenario, question.ed_share)
    return smallest_free_outside(places, question.limits, question.target or 0.0, question.measure, seats)


def ed_share(view: View, scenario: Scenario) -> float:
    """The share of a host's seats that disadvantaged students get by the plan's rules; see ``ed_share_of_seats``."""
    return ed_share_of_seats(ground(schools_of(view, scenario), scenario), scenario)


def can_tell_best(view: View, scenario: Scenario) -> bool:
    """Whether few enough counts are hidden for the best assignments of the district's schools to be told."""
    table = schools_of(view, scenario)
    own = table[table["leaid"] == scenario.district]
    return told(own if scenario.level is None else own[own["level"] == scenario.level], view.cell)


def with_best_hosts(view: View, scenario: Scenario, question: "Question") -> Scenario:
    """The scenario with other hosts, those that could make the index least, every place a seat.

    Raises:
        InputError: none were found in time.
    """
    row = _best_hosts(key_of(view, scenario), _bare(scenario), question, view)
    schools = schools_of(view, scenario)
    return replace(scenario, hosts=whole_hosts(schools[schools["ncessch"].isin(str(row["hosts"]).split())]))


def _bare(scenario: Scenario) -> Scenario:
    """The district's schools as they stand, without what the plan would do."""
    whose = {name: getattr(scenario, name) for name in ("basis", "level", "districts", "excluded")}
    return Scenario(scenario.dataset, scenario.district, scenario.year, **whose)


@st.cache_resource(max_entries=16, show_spinner=False)
def _places(key: Key, bare: Scenario, _view: View) -> "Places":  # noqa: ARG001
    from analysis.policy.places import places_of

    return places_of(ground(schools_of(_view, bare), bare), bare.level)
