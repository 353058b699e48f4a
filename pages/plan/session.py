"""What a session remembers of its plans: the steps to go back and forward, what a file carries, what is compared."""

import json
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import EXCLUDABLE, Scenario, from_json
from data.groups import comparison
from data.manifest import Manifest
from data.schema import ED_BASES, school_year
from data.store import datasets
from pages.plan.files import check_fits, read_scenario
from pages.shared.controls import by_label
from pages.shared.packed import MOST_LETTERS, packed, said, unpacked
from pages.shared.view import ALL_LEVELS, View
from pages.words.numbers import listed

MOST_STEPS = 100
MOST_KEPT = 4
# Fields that the view and the district's box say, not the plan's own controls.
OF_VIEW = ("dataset", "district", "year", "basis", "level", "districts", "excluded", "version")
# The plans compared, in the link.
PLANS = "plans"
# A plan that a link from another page opens; from then on the controls say it.
PLAN = "plan"
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
    _show(preset_of(found[0]), found[0], view.dataset)
    if len(found) > 1:
        _set_kept(found)
    if more := [file.name for file in files[MOST_KEPT:]]:
        st.session_state[_FAULT] = (
            f"Up to {MOST_KEPT} plans stand side by side, so {listed(more)} {'is' if len(more) == 1 else 'are'} not "
            "among them."
        )


def _show(preset: str, scenario: Scenario, dataset: Manifest) -> None:
    """Let the view bar, the district's box and the plan's controls show a scenario when they are next drawn."""
    st.session_state["district"] = scenario.district
    _set("year", school_year(scenario.year))
    _set("level", scenario.level or ALL_LEVELS)
    if scenario.basis:
        _set("basis", ED_BASES[scenario.basis])
    if dataset.districts_file:
        _set("districts", scenario.districts)
    _set("leave_out", list(scenario.excluded), [EXCLUDABLE[name] for name in scenario.excluded])
    _set("preset", preset, PRESETS[preset].label)
    tell(preset, scenario)


def _set(key: str, value: object, in_link: str | list[str] | None = None) -> None:
    """Set a control; one that is yet to appear does not put that in the link by itself."""
    if key not in st.session_state:
        st.query_params[key] = str(value) if in_link is None else in_link
    st.session_state[key] = value


def in_link(preset: str, scenario: Scenario) -> str:
    """What ``PLAN`` is in a link that opens a scenario, made from a preset."""
    return packed({"preset": preset, "scenario": said(scenario)})


def open_link() -> None:
    """Show the plan that the link says, if any, in the view it is of; to be called before the view bar is drawn."""
    letters = st.query_params.pop(PLAN, None)
    if letters is None:
        return
    st.session_state[_FAULT] = ""
    try:
        preset, scenario = _read(letters)
        known = {manifest.name: (label, manifest) for label, manifest in by_label(datasets()).items()}
        if scenario.dataset not in known:
            raise InputError(f"The link's plan is of the dataset {scenario.dataset}, which is not here; load it first.")
        label, dataset = known[scenario.dataset]
        groups = comparison("ed")
        check_fits(scenario, "The link's plan", View(dataset, scenario.year, scenario.level, groups, scenario.basis))
    except InputError as error:
        st.session_state[_FAULT] = str(error)
        return
    _set("state", label)
    _show(preset, scenario, dataset)


def _read(letters: str) -> tuple[str, Scenario]:
    """The preset and the scenario that ``in_link`` packed."""
    raw = unpacked(letters)
    if not isinstance(raw, dict) or raw.get("preset") not in PRESETS or "scenario" not in raw:
        raise InputError("The link's plan cannot be read, as of a link cut short; open it from where it comes again.")
    return raw["preset"], from_json(json.dumps(raw["scenario"]), "The link's plan")


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
