"""What a plan does: the sentence, the cards, and every school."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.indices import INDICES
from analysis.policy.changes import from_today
from analysis.policy.effects import money
from analysis.policy.outcome import Outcome
from data.cep import cep_signs
from data.groups import comparison
from pages.plan import cached
from pages.plan.so_far import SoFar
from pages.shared import parts, store
from pages.shared.view import View
from pages.words import change as change_words
from pages.words import fields
from pages.words import plan as plan_words
from pages.words.escaped import in_markdown
from pages.words.plan import FIGURES
from reports.plan import answer

CARDS_A_ROW = 3


def show_answer(so_far: SoFar, view: View) -> None:
    """The sentence, whom it leaves poorer, and the cards."""
    outcome = so_far.outcome
    district = store.district_name(view, outcome.scenario.district)
    st.markdown(in_markdown(answer(outcome, district)))
    if outcome.scenario.hosts:
        st.caption(plan_words.poorer(so_far.rows))
    for note in outcome.notes:
        told = fields.as_on_the_page(note, outcome.scenario)
        st.warning(in_markdown(told), icon=":material/info:")
    _show_cep_like_hosts(outcome, view)
    figures, today = list(FIGURES), cached.today(view, outcome.scenario)
    for first in range(0, len(figures), CARDS_A_ROW):
        for column, name in zip(st.columns(CARDS_A_ROW), figures[first : first + CARDS_A_ROW], strict=True):
            with column:
                _show_card(so_far, name, today)
    st.caption(plan_words.TWO_RANGES)


def show_caveats(granted: Sequence[str], untold: Sequence[str]) -> None:
    """What a result rests on and what it does not tell, beside each other."""
    titles = "What this takes for granted", "What this does not tell"
    for column, title, said in zip(st.columns(2, gap="large"), titles, (granted, untold), strict=True):
        column.markdown(f"**{title}**")
        column.caption("\n".join(f"- {each}" for each in said))


def show_how(so_far: SoFar, view: View) -> None:
    """How many students change schools, how far they go, and through what the result comes about."""
    district = store.district_name(view, so_far.outcome.scenario.district)
    by_what = _by_what(so_far.outcome, view, district)
    so_far.show(lambda: st.markdown(plan_words.moved(so_far.outcome, in_markdown(district))))
    st.caption(by_what)


def _show_cep_like_hosts(outcome: Outcome, view: View) -> None:
    """Which hosts count every student as disadvantaged, if any."""
    schools = cached.schools_of(view, outcome.scenario)
    hosts = schools[schools["ncessch"].isin(outcome.scenario.host_ids)]
    flagged = hosts[cep_signs(hosts).notna()]
    if len(flagged):
        st.warning(
            plan_words.cep_like_hosts(flagged["school"].fillna(flagged["ncessch"]).tolist()), icon=":material/flag:"
        )


def _show_card(so_far: SoFar, name: str, today: pd.Series) -> None:
    """One figure: before, after, range and direction, whichever way it moves; and how sure today's index is."""
    with st.container(border=True):
        so_far.show(partial(_change, so_far, name))
        so_far.show(partial(_range, so_far, name))
        if name in INDICES:
            ends = (today[f"{name}_{end}"] for end in ("corrected", "interval_low", "interval_high"))
            st.caption(plan_words.today(so_far.outcome.district[name].before, *ends))


def _change(so_far: SoFar, name: str) -> DeltaGenerator:
    """A figure before and after: as expected until the lotteries are drawn, then the middle draw."""
    label, percent = FIGURES[name]
    of = so_far.outcome.district[name]
    return st.metric(
        label,
        plan_words.went(of, percent=percent),
        plan_words.by(of, percent=percent),
        delta_color="off",
        delta_arrow="off",
        help=INDICES[name].meaning if name in INDICES else None,
    )


def _range(so_far: SoFar, name: str) -> DeltaGenerator:
    """The range of a figure, and whether it goes beyond it; until it is drawn, in a line as long."""
    label, percent = FIGURES[name]
    of = so_far.outcome.district[name]
    show = partial(plan_words.figure, percent=percent)
    spread = plan_words.spread(of.low, of.high, show) if so_far.drawn else plan_words.NOT_DRAWN
    return st.caption(f"{spread} {plan_words.direction(label, of)}")


def _by_what(outcome: Outcome, view: View, district: str) -> str:
    """Through what H over the district's schools changes: who is where, the schools' sizes, or the groups' shares."""
    found = from_today(cached.schools_of(view, outcome.scenario), outcome)
    return change_words.simulated(
        in_markdown(district), outcome.scenario.year, comparison("ed"), found, INDICES["theil_h"]
    )


# What changes stands first, so that a phone shows it.
TABLE = {
    "school": "School",
    "host": "Host",
    "before": "ED share today",
    "after": "ED share after",
    "share_after_low": "After, low",
    "share_after_high": "After, high",
    "change": "Change, points",
    "poorer": "Sends and becomes poorer",
    "leave": "Students who leave",
    "arrive": "Students who arrive",
    "students_before": "Students today",
    "students_after": "Students after",
    "district": "District",
}
SHARES = ["before", "after", "share_after_low", "share_after_high"]


def show_table(so_far: SoFar) -> None:
    """Every school of the outcome."""
    st.subheader("Every school that changes")
    about = {"key": "outcome_table", "percent": SHARES, "points": ["change"]}
    so_far.show(lambda: parts.sortable(so_far.rows[list(TABLE)], TABLE, **about))
    outcome = so_far.outcome
    if len(outcome.unknown):
        st.caption(f"{len(outcome.unknown):,} schools of the district are left out: their ED counts are unknown.")


def show_downloads(so_far: SoFar, view: View) -> None:
    """Everything the page shows, of what may be told; money where some follows students."""
    scenario = so_far.outcome.scenario
    names = cached.schools_of(view, scenario)[["ncessch", "school"]]
    hosts = names.rename(columns={"ncessch": "host"})
    tables = {
        "schools": ("Table (CSV)", lambda told: cached.outcome(told, scenario).schools.merge(names, how="left")),
        "moves": ("Who moves where (CSV)", lambda told: cached.outcome(told, scenario).flows),
        "hosts": ("Who moves, by host (CSV)", lambda told: cached.hosts(told, scenario).merge(hosts, how="left")),
        "senders": (
            "Who leaves which school (CSV)",
            lambda told: cached.senders(told, scenario).merge(names, how="left"),
        ),
        "seats": ("Seats and odds (CSV)", lambda told: cached.outcome(told, scenario).pools),
        "waitlists": ("Waitlists of every year (CSV)", lambda told: cached.outcome(told, scenario).waitlists),
        "years": ("Every year (CSV)", lambda told: cached.outcome(told, scenario).years),
        "districts": ("Districts (CSV)", lambda told: cached.districts(told, scenario)),
        "money": ("Money (CSV)", lambda told: cached.money(told, scenario)),
        "between": ("Between and within (CSV)", lambda told: cached.between_within(told, scenario)),
        "races": ("Races (CSV)", lambda told: cached.races(told, scenario)),
    }
    if money(cached.schools_of(view, scenario), so_far.outcome).empty:
        del tables["money"]
    with st.container(horizontal=True):
        for name, (label, table) in tables.items():
            parts.download(table, view, f"{scenario.district}-5050-{name}", label=label)
