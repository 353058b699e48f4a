"""How good a plan could be: beside the least segregation with as many moves, and with other hosts."""

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from analysis.policy.scenario import Scenario
from pages.plan import cached, session
from pages.plan import charts as plan_charts
from pages.shared import charts, parts, store
from pages.shared.view import View
from pages.words import numbers
from pages.words import plan as plan_words

MEASURE, SYMBOL = "dissimilarity", "D"


@st.fragment
def show_frontier(view: View, preset: str, scenario: Scenario) -> None:
    """The frontier, computed when asked for; a button to try the hosts that could do most."""
    st.subheader("How good could it be?")
    asked = st.toggle(
        "Set this plan beside the best possible",
        key="frontier",
        bind="query-params",
        help="It takes some seconds for a large district. The best chooses for every student; no lottery can.",
    )
    if not asked:
        st.caption("The least D for each number of students moved, and the hosts that could lower it most.")
        return
    try:
        with st.spinner("Looking for the best assignments of this district's students", show_time=True):
            rows = cached.beside_the_best(view, scenario, MEASURE)
    except InputError as error:
        st.info(str(error), icon=":material/info:")
        return
    schools = cached.schools_of(view, scenario)
    names = dict(zip(schools["ncessch"], schools["school"], strict=True))
    district = store.district_names(view).get(scenario.district) or scenario.district
    st.markdown(plan_words.frontier(rows, names, district, scenario.year))
    plan = rows[rows["what"] == "plan"].iloc[0]
    moves = rows[rows["what"].isin(["by moves", "as many moves"])].sort_values("share_moved")
    miles = rows[rows["what"] == "by miles"]
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            plan_charts.frontier(moves, SYMBOL, (float(plan["share_moved"]), float(plan["value"]))),
            config=charts.config("frontier"),
            key="frontier_moves",
            alt=f"The least D for each share of students moved, and this plan. {_told(moves, 'share_moved')}",
        )
    with right:
        st.plotly_chart(
            plan_charts.frontier(miles, SYMBOL),
            config=charts.config("frontier-miles"),
            key="frontier_miles",
            alt=f"The least D for each distance that students may move. {_told(miles, 'miles')}",
        )
    st.caption(
        "The best assignments move students of this district only, choose each of them, and keep every school within "
        "its places and at 90 % of its students or more. A plan with students from outside has other students in all, "
        "so its D is not quite of the same kind."
    )
    if not cached.can_tell_best(view.exported, scenario):
        st.caption("Too many counts of this district are hidden in downloads for the best to be told in one, or tried.")
        return
    with st.container(horizontal=True):
        if scenario.hosts:
            _try_button(view, preset, scenario)
        parts.download(
            lambda told: cached.beside_the_best(told, scenario, MEASURE),
            view,
            f"{scenario.district}-5050-frontier",
            label="Frontier (CSV)",
        )


def _try_button(view: View, preset: str, scenario: Scenario) -> None:
    """A button that makes the hosts those that could do most."""
    if st.button("Try the hosts that could do most", icon=":material/auto_awesome:", key="try_best"):
        with st.spinner("Looking for the hosts that could do most"):
            # A scenario can be saved, so its hosts are chosen by what may be told.
            session.tell(preset, cached.with_best_hosts(view.exported, scenario))
        st.rerun()


def _told(rows: pd.DataFrame, column: str) -> str:
    """A frontier in words."""
    shown = numbers.percent if column == "share_moved" else "within {:g} miles".format
    return "; ".join(
        f"{shown(at) if pd.notna(at) else 'at any distance'} {numbers.number(value, 3)}"
        for at, value in rows[[column, "value"]].itertuples(index=False)
    )
