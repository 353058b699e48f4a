"""A plan from its controls to its result."""

import streamlit as st

from analysis.errors import InputError
from analysis.policy.assumptions import assumptions
from analysis.policy.scenario import Scenario
from pages.plan import session
from pages.plan.compare import show_comparison
from pages.plan.controls import asked_scenario
from pages.plan.frontier import show_frontier
from pages.plan.pictures import show_pictures
from pages.plan.result import show_answer, show_caveats, show_downloads, show_how, show_table
from pages.plan.sensitivity import show_exits, show_participation
from pages.plan.so_far import SoFar
from pages.shared import store
from pages.shared.view import View
from pages.words import plan as plan_words
from pages.words.escaped import in_markdown

FILES = "scenario_files"


def show_plan(view: View, district: str) -> None:
    """The builder, then what its scenario does, and beside what other plans and the best could do.

    No fragment: a press within one waits until what an earlier press began is done, a press of the page breaks it off.
    """
    if session.reopened():
        st.rerun()  # the file says what the view bar shows, too
    try:
        preset, scenario = asked_scenario(view, district)
        so_far = SoFar(view, scenario)
    except InputError as error:
        _show_way_back(view, district)
        st.info(in_markdown(_named(str(error), view)), icon=":material/info:")
        return
    _show_steps(view, preset, scenario)
    show_answer(so_far, view)
    granted = [in_markdown(each) for each in assumptions(scenario)] or ["Nothing: no school takes part."]
    show_caveats(granted, plan_words.CAVEATS)
    show_how(so_far, view)
    participation = st.container()
    show_pictures(view, so_far)
    show_table(so_far)
    show_downloads(so_far, view)
    exits = st.container()
    # What takes a moment comes last, so that nothing waits for it.
    so_far.draw()
    with participation:
        show_participation(view, scenario)
    with exits:
        show_exits(view, scenario)
    frontier = st.container()
    show_comparison(view, scenario)
    with frontier:
        show_frontier(view, preset, scenario)


def _show_steps(view: View, preset: str, scenario: Scenario) -> None:
    """Back, forward, save, open."""
    steps = session.remember(preset, scenario)
    with st.container(horizontal=True):
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo",
            disabled=steps.at == 0,
            on_click=session.step,
            args=(steps, -1),
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            key="redo",
            disabled=steps.at == len(steps.done) - 1,
            on_click=session.step,
            args=(steps, 1),
        )
        st.download_button(
            "Scenario (JSON)",
            data=scenario.to_json(),
            file_name=f"{view.dataset.name}-{scenario.district}-scenario.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/download:",
        )
        _show_files(view)


def _show_way_back(view: View, district: str) -> None:
    """From settings that do not go together: to the plan before, or to a file's."""
    steps = session.last_steps()
    with st.container(horizontal=True):
        if steps and district in steps.of:
            st.button("Undo", icon=":material/undo:", key="undo", on_click=session.step, args=(steps, 0))
        _show_files(view)


def _show_files(view: View) -> None:
    """The box that opens scenario files, and what is wrong with those just given."""
    with st.popover("Open a scenario file", icon=":material/folder_open:"):
        st.file_uploader(
            "Scenario files (JSON); of several the first is shown and all are compared",
            type="json",
            accept_multiple_files=True,
            key=FILES,
            on_change=session.open_files,
            args=(FILES, view),
            max_upload_size=1,
        )
    if fault := session.fault():
        st.warning(in_markdown(fault), icon=":material/edit:")


def _named(sentence: str, view: View) -> str:
    """A sentence with schools by their names instead of their ids."""
    schools = store.schools_of_all_levels(view)[["ncessch", "school"]]
    named = schools[[each in sentence for each in schools["ncessch"]]]
    for ncessch, school in named.itertuples(index=False):
        sentence = sentence.replace(ncessch, str(school))
    return sentence
