"""What a session remembers of its plans: the steps to go back and forward, what a file carries, what is compared."""

import json
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import Scenario, from_json
from data.schema import ED_BASES, school_year
from pages.plan.files import read_scenario
from pages.shared.packed import MOST_LETTERS, packed, said, unpacked
from pages.shared.view import ALL_LEVELS, View
from pages.words.numbers import listed

MOST_STEPS = 100
MOST_KEPT = 4
# Fields that the view and the district's box say, not the plan's own controls.
OF_VIEW = ("dataset", "district", "year", "basis", "level", "districts", "excluded", "version")
# The plans compared, in the link.
PLANS = "plans"
_TELL, _CARRIED, _STEPS, _KEPT = "plan_tell", "plan_carried", "plan_steps", "plan_kept"
_FAULT, _REOPENED, _LOST = "plan_fault", "plan_reopened", "plan_lost"


@dataclass
class Steps:
    """The scenarios that the controls have shown, in order, and the place of the one they show.

    Attributes:
        of: the view's fields that they share.
        done: each with the preset it was made from.
        at: the place.
    """

    of: tuple[object, ...]
    done: list[tuple[str, Scenario]] = field(default_factory=list)
    at: int = -1


def tell(preset: str, scenario: Scenario) -> None:
    """Let the controls show a scenario when they are next drawn."""
    st.session_state[_TELL] = (preset, scenario)


def told() -> tuple[str, Scenario] | None:
    """What the controls are to show in this run, with the preset to start from; None to leave them."""
    asked: tuple[str, Scenario] | None = st.session_state.pop(_TELL, None)
    return asked


def carried(asked: Scenario, preset: str, shown: Scenario | None) -> Scenario:
    """The scenario with what the controls cannot show of the one they were told, until they are moved.

    Args:
        asked: what the controls say.
        preset: they start from.
        shown: what they were told in this run, if anything.
    """
    of = (preset, *_of_view(asked))
    if shown is not None:
        differ = {
            f.name: (getattr(asked, f.name), getattr(shown, f.name))
            for f in fields(Scenario)
            if f.name not in OF_VIEW and getattr(asked, f.name) != getattr(shown, f.name)
        }
        st.session_state[_CARRIED] = (of, differ)
    whose, kept = st.session_state.get(_CARRIED, (None, {}))
    if whose != of:
        return asked
    still: dict[str, Any] = {name: value for name, (unmoved, value) in kept.items() if getattr(asked, name) == unmoved}
    return replace(asked, **still)


def remember(preset: str, scenario: Scenario) -> Steps:
    """The session's steps, with the scenario shown as the last unless it is the present one."""
    of = _of_view(scenario)
    steps: Steps | None = st.session_state.get(_STEPS)
    if steps is None or steps.of != of:
        steps = st.session_state[_STEPS] = Steps(of)
    if steps.at < 0 or steps.done[steps.at][1] != scenario:
        steps.done = [*steps.done[: steps.at + 1], (preset, scenario)][-MOST_STEPS:]
        steps.at = len(steps.done) - 1
    return steps


def last_steps() -> Steps | None:
    """The session's steps, whose present one is the last plan that could be shown."""
    steps: Steps | None = st.session_state.get(_STEPS)
    return steps


def step(steps: Steps, by: int) -> None:
    """Go back or forward among the steps."""
    steps.at = min(max(steps.at + by, 0), len(steps.done) - 1)
    tell(*steps.done[steps.at])


def _of_view(scenario: Scenario) -> tuple[object, ...]:
    return tuple(getattr(scenario, name) for name in OF_VIEW)


def open_files(key: str, view: View) -> None:
    """Show the first scenario of the files just given, and keep all of them to compare where they are several."""
    files = st.session_state.get(key) or []
    st.session_state[_FAULT] = ""
    if not files:
        return
    try:
        found = [read_scenario(file.getvalue(), file.name, view) for file in files]
    except InputError as error:
        st.session_state[_FAULT] = str(error)
        return
    st.session_state[_REOPENED] = True
    first = found[0]
    st.session_state["district"] = first.district
    st.session_state["year"] = school_year(first.year)
    st.session_state["level"] = first.level or ALL_LEVELS
    if first.basis:
        st.session_state["basis"] = ED_BASES[first.basis]
    if view.dataset.districts_file:
        st.session_state["districts"] = first.districts
    st.session_state["leave_out"] = list(first.excluded)
    tell(preset_of(first), first)
    if len(found) > 1:
        _set_kept(found)
    if more := [file.name for file in files[MOST_KEPT:]]:
        st.session_state[_FAULT] = (
            f"Up to {MOST_KEPT} plans stand side by side, so {listed(more)} {'is' if len(more) == 1 else 'are'} not "
            "among them."
        )


def reopened() -> bool:
    """Whether files were opened since this was asked, so that the whole page must follow."""
    return bool(st.session_state.pop(_REOPENED, False))


def fault() -> str:
    """What is wrong with the files given last; empty where nothing is."""
    said: str = st.session_state.get(_FAULT, "")
    return said


def preset_of(scenario: Scenario) -> str:
    """The preset that a scenario was made from by its name, or the plain one."""
    return next((key for key, preset in PRESETS.items() if preset.label == scenario.name), "district-only")


def kept() -> list[Scenario]:
    """The scenarios to compare, in the order they were kept; at first those of the link."""
    if _KEPT not in st.session_state:
        st.session_state[_KEPT], st.session_state[_LOST] = _linked()
    scenarios: list[Scenario] = st.session_state[_KEPT]
    return scenarios


def keep(scenario: Scenario, name: str) -> None:
    """Add a scenario to the comparison under a name."""
    _set_kept([*kept(), replace(scenario, name=name.strip() or scenario.name)])


def drop(number: int) -> None:
    """Take a scenario out of the comparison."""
    _set_kept([each for i, each in enumerate(kept()) if i != number])


def not_in_link() -> list[str]:
    """Names of the plans kept that the link does not hold."""
    linked, _ = _linked()
    return [each.name for each in kept() if each not in linked]


def lost_of_link() -> bool:
    """Whether the link that began the session held plans that could not be kept; until others are."""
    kept()
    return bool(st.session_state.get(_LOST))


def _set_kept(scenarios: list[Scenario]) -> None:
    st.session_state[_KEPT], st.session_state[_LOST] = scenarios[:MOST_KEPT], False
    link_kept()


def link_kept() -> None:
    """Put the plans kept in the link, as another page takes them out: none of a table, and none where they are long."""
    short = [said(each) for each in kept() if not each.weights]
    letters = packed(short) if short else ""
    if not letters or len(letters) > MOST_LETTERS:
        st.query_params.pop(PLANS, None)
    elif st.query_params.get(PLANS) != letters:
        st.query_params[PLANS] = letters


def _linked() -> tuple[list[Scenario], bool]:
    """The scenarios of the link as far as they can be read, and whether there are more."""
    if PLANS not in st.query_params:
        return [], False
    raw = unpacked(st.query_params[PLANS])
    if not isinstance(raw, list):  # a link cut short or made by hand
        return [], True
    found = []
    for each in raw:
        with suppress(InputError):
            found.append(from_json(json.dumps(each)))
    return found[:MOST_KEPT], len(found[:MOST_KEPT]) < len(raw)
