"""Controls of the statewide page: they make a policy and start its run; what they say stands in the link."""

from functools import partial

import streamlit as st

from analysis.policy.presets import PRESETS
from analysis.policy.scenario import TURNOUT
from analysis.statewide.rule import CHOICES, EVERY, SEATS, Policy
from data.statewide import Plan, completed, crew_for, missing, name_of, run_of

# What a link says of the run to show: its name, so that a link shows what was seen and another choice waits.
RUN = "run"
CHOICE_LABELS = {"central": "most central", "highest-ed": "highest ED share", "lowest-ed": "lowest ED share"}


def asked_policy(level: str) -> Policy:
    """The policy that the controls describe."""
    columns = st.columns([1, 1, 2])
    with columns[0]:
        least = st.number_input(
            f"1 · Districts with at least so many {level} schools", 2, 500, 4, key="all_least", bind="query-params"
        )
    with columns[1]:
        share = st.slider(
            "2 · Part of them that host", 5, 100, 10, 5, format="%d %%", key="all_part", bind="query-params"
        )
    with columns[2]:
        choose = st.segmented_control(
            "3 · Which of them?",
            list(CHOICES),
            format_func=CHOICE_LABELS.__getitem__,
            default="central",
            required=True,
            key="all_choose",
            bind="query-params",
            help="; ".join(f"{CHOICE_LABELS[name]}: {meaning}" for name, meaning in CHOICES.items()) + ".",
        )
    return Policy(level=level, least_schools=int(least), hosts_share=share / 100, choose=choose, **_more_settings())


def _more_settings() -> dict[str, object]:
    """The policy's fields that few change, out of the way."""
    with st.expander("More settings"):
        first, second, third, fourth = st.columns(4)
        with first:
            preset = st.selectbox(
                "Lotteries",
                [name for name in PRESETS if name != "do-nothing"],
                index=1,
                format_func=lambda name: PRESETS[name].label,
                key="all_lotteries",
                bind="query-params",
            )
        with second:
            outside = st.slider(
                "Seats offered outside first",
                0,
                100,
                10 if preset == "dallas" else 0,
                5,
                format="%d %%",
                key=f"all_outside_{preset}",
                bind="query-params",
            )
        with third:
            turnout = st.segmented_control(
                "Who comes?", list(TURNOUT), default="middle", required=True, key="all_turnout", bind="query-params"
            )
        with fourth:
            seats = st.segmented_control(
                "Seats in", list(SEATS), default=EVERY, required=True, key="all_seats_in", bind="query-params"
            )
    return {"preset": preset, "outside": outside / 100, "willing": TURNOUT[turnout], "seats": seats}


def run_here(plan: Plan) -> None:
    """Simulate what no earlier run has, once the person asks for it, and show how far it is."""
    so_far = run_of(plan)
    lacking = len(missing(plan, so_far))
    if not lacking:
        return
    place = st.empty()  # the bar takes the button's place
    if st.query_params.get(RUN) != name_of(plan):
        place.button(
            f"Simulate {lacking:,} districts",
            icon=":material/play_arrow:",
            on_click=partial(st.query_params.update, {RUN: name_of(plan)}),
        )
        st.stop()

    def show(done: int, of: int) -> None:
        place.progress(done / of, f"{done:,} of {of:,} districts")

    completed(plan, so_far, crew_for(lacking), show)
    place.empty()
