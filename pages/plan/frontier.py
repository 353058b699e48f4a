"""How good a plan could be: beside the least segregation with as many moves, and with other hosts."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.errors import InputError
from analysis.policy.scenario import Scenario
from pages.plan import best, cached, session
from pages.plan import charts as plan_charts
from pages.shared import charts, links, parts, store
from pages.shared.view import View
from pages.words import numbers
from pages.words import plan as plan_words
from pages.words.escaped import in_markdown
from reports import optimum as sentences

if TYPE_CHECKING:  # the solver is slow to import, and what stands above it on the page need not wait
    from analysis.policy.beside import Question
    from analysis.policy.optimum import Reach

MEASURES = {symbol: measure for measure, symbol in sentences.SYMBOLS.items()}
WIDTH = 190


@st.fragment
def show_frontier(view: View, preset: str, scenario: Scenario) -> None:
    """What is asked of the best, the plan beside it, what a target takes, and a button to try the best hosts."""
    st.subheader("How good could it be?")
    question = _question(view, scenario)
    said = st.empty()
    try:
        rows = best.beside_the_best(
            view,
            scenario,
            replace(question, hosts=0),
            lambda part: said.progress(part, "Looking for the best assignments of this district's students"),
        )
    except InputError as error:
        said.info(in_markdown(str(error)), icon=":material/info:")
        return
    _say(said, view, scenario, question, rows)
    _show_charts(rows, question)
    _show_what_is_assumed(question)
    if question.target is not None:
        _show_target(view, scenario, question, rows)
    _show_buttons(view, preset, scenario, question)
    if question.hosts:
        # What takes longest comes last of the page, so that nothing waits for it.
        try:
            _say(said, view, scenario, question, best.beside_the_best(view, scenario, question))
        except InputError as error:
            st.info(in_markdown(str(error)), icon=":material/info:")


def _say(place: DeltaGenerator, view: View, scenario: Scenario, question: "Question", rows: pd.DataFrame) -> None:
    """The plan beside the best in words, with the best hosts where ``rows`` has them."""
    schools = cached.schools_of(view, scenario)
    names = dict(zip(schools["ncessch"], schools["school"].fillna(schools["ncessch"]), strict=True))
    district = in_markdown(store.district_name(view, scenario.district))
    symbol = sentences.SYMBOLS[question.measure]
    place.markdown(plan_words.frontier(rows, names, symbol, district, scenario.year))


def _question(view: View, scenario: Scenario) -> "Question":
    """What the controls ask of the best."""
    from analysis.policy.beside import Question
    from analysis.policy.places import Limits

    with st.container(horizontal=True, vertical_alignment="bottom"):
        symbol = st.segmented_control(
            "Index", list(MEASURES), default="D", key="best_index", bind="query-params", required=True
        )
        target = _number("Target", "best_target", 1.0, "none", step=0.05)
        hosts = _number("50/50 schools to choose", "best_hosts", 99, "as in this plan")
        with st.popover("Limits", icon=":material/tune:"):
            move = _number("Of all students, % who may move", "best_move", 100, "all")
            miles = _number("Miles that a student may move", "best_miles", 100, "any")
            stay = _number("Of each school's students, % who must stay", "best_stay", 100, "none")
    links.tell_settings("best_target", "best_hosts", "best_move", "best_miles", "best_stay")
    limits = Limits(
        move=1.0 if move is None else move / 100,
        miles=math.inf if miles is None else float(miles),
        stay=0.0 if stay is None else stay / 100,
    )
    most = max(len(scenario.host_ids), 1) if hosts is None else int(hosts)
    return Question(limits, MEASURES[symbol], target, most, best.ed_share(view, scenario))


def _number(label: str, key: str, most: float, empty: str, *, step: float = 1) -> float | None:
    """A number from 0 on, or None where nothing is typed, which ``empty`` says the meaning of."""
    least: float = 0 if isinstance(step, int) else 0.0

    def draw() -> float | None:
        return st.number_input(
            label, least, most, None, step, key=key, bind="query-params", placeholder=empty, width=WIDTH
        )

    return links.number(key, label, draw, empty)


def _show_target(view: View, scenario: Scenario, question: "Question", rows: pd.DataFrame) -> None:
    """What the target takes in moves and seats or, where asked for, in students from outside, or what binds."""
    today = float(rows.loc[rows["what"] == "today", "value"].iloc[0])
    with st.spinner("Looking for the fewest moves and seats to the target", show_time=True):
        reached = best.reached(view, scenario, question)
        seats = best.fewest_seats(view, scenario, question) if reached.fewest else None
    st.markdown(
        "\n".join(f"- {in_markdown(each)}" for each in sentences.target(reached, seats, question.measure, today))
    )
    if scenario.hosts and st.toggle(
        "Also the smallest outside share that reaches the target by this plan's own rules",
        key="best_outside",
        bind="query-params",
        help="Every share that differs by a seat is tried, as the index need not fall while the share rises.",
    ):
        _show_outside(view, scenario, question, reached)


def _show_outside(view: View, scenario: Scenario, question: "Question", reached: "Reach") -> None:
    """What the target takes in students from outside, and the index at every share tried."""
    try:
        with st.spinner("Trying every outside share", show_time=True):
            found = best.outside(view, scenario, question)
            free = best.free_outside(view, scenario, question) if reached.fewest is None else None
    except InputError as error:
        st.info(in_markdown(str(error)), icon=":material/info:")
        return
    symbol, said = sentences.SYMBOLS[question.measure], sentences.outside(found, question.measure)
    st.markdown(f"- {in_markdown(said)}")
    if free is not None:
        st.markdown(f"- {in_markdown(sentences.free_outside(free, question.measure))}")
    st.plotly_chart(
        plan_charts.by_outside(found.rows, symbol, found.target),
        config=charts.config("outside-share"),
        key="frontier_outside",
        alt=f"{symbol} of this plan for each outside share. {said}",
    )
    st.caption(plan_words.OWN_SCALE)


def _show_charts(rows: pd.DataFrame, question: "Question") -> None:
    """The frontier against students moved and against distance, each with this plan."""
    symbol = sentences.SYMBOLS[question.measure]
    plan = rows[rows["what"] == "plan"].iloc[0]
    moves = rows[rows["what"].isin(["by moves", "as many moves"])].sort_values("share_moved")
    miles = rows[rows["what"] == "by miles"]
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            plan_charts.frontier(moves, symbol, plan, question.target),
            config=charts.config("frontier"),
            key="frontier_moves",
            alt=f"The least {symbol} for each share of students moved, and this plan. {_told(moves, 'share_moved')}",
        )
    with right:
        if miles["mean_miles"].isna().all():
            st.caption("Nobody moves between schools with a known point within these limits, so no distance is known.")
            return
        st.plotly_chart(
            plan_charts.frontier_by_miles(miles, symbol, plan, question.target),
            config=charts.config("frontier-miles"),
            key="frontier_miles",
            alt=f"The least {symbol} for each distance that students may move, and this plan. {_told(miles, 'miles')}",
        )
        if unplaced := plan_words.unplaced(rows):
            st.caption(unplaced)


def _show_what_is_assumed(question: "Question") -> None:
    st.caption(
        plan_words.limits(question.limits)
        + "The best assignments move students of this district only, choose each of them, which no lottery can, and "
        f"keep every school within its places and at {question.limits.keep:.0%} of its students or more. A school "
        "whose places are not known is taken to hold as many students as today. A plan with students from outside has "
        "other students in all, so its index is not quite of the same kind. "
        + (sentences.hosts(question.hosts, question.ed_share) if question.hosts else "")
    )


def _show_buttons(view: View, preset: str, scenario: Scenario, question: "Question") -> None:
    """The button that makes the hosts those that could do most, and the download, where they may be told."""
    if not best.can_tell_best(view.exported, scenario):
        st.caption("Too many counts of this district are hidden in downloads for the best to be told in one, or tried.")
        return
    with st.container(horizontal=True):
        if (
            scenario.hosts
            and question.hosts
            and st.button("Try the hosts that could do most", icon=":material/auto_awesome:", key="try_best")
        ):
            with st.spinner("Looking for the hosts that could do most"):
                # A scenario can be saved, so its hosts are chosen by what may be told.
                session.tell(preset, best.with_best_hosts(view.exported, scenario, question))
            st.rerun()
        parts.download(
            lambda told: best.beside_the_best(told, scenario, question),
            view,
            f"{scenario.district}-5050-frontier",
            label="Frontier (CSV)",
        )


def _told(rows: pd.DataFrame, column: str) -> str:
    """A frontier in words."""
    shown = numbers.percent if column == "share_moved" else "within {:g} miles".format
    return "; ".join(
        f"{shown(at) if pd.notna(at) else 'at any distance'} {numbers.number(value, 3)}"
        for at, value in rows[[column, "value"]].itertuples(index=False)
    )
