"""Up to four plans side by side: their figures, and the files to save together."""

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from analysis.policy.changes import between_plans, comparable, from_today
from analysis.policy.outcome import Outcome
from analysis.policy.scenario import Scenario
from pages.plan import cached, session
from pages.plan import charts as plan_charts
from pages.plan.files import check_fits, together
from pages.plan.session import MOST_KEPT
from pages.shared import charts, tables
from pages.shared.view import View
from pages.words import change as change_words
from pages.words import numbers
from pages.words import plan as plan_words
from pages.words.escaped import in_markdown
from pages.words.plan import FIGURES

CHARTS_A_ROW = 3
HELD = "Seats held at the end"
_PARTS = {
    "structure": "How groups are spread",
    "unit_margins": "Sizes of the schools",
    "group_margins": "Shares of the groups",
    "additions": "Schools that open",
    "removals": "Schools that close",
}


def show_comparison(view: View, scenario: Scenario) -> None:
    """The plans kept, beside the button that keeps the present one."""
    st.subheader("Side by side")
    kept = session.kept()
    session.link_kept()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of this plan",
            scenario.name,
            key=f"name_{scenario.name}",
            max_chars=60,
            width=300,
            bind="query-params",
        )
        st.button(
            "Keep this one",
            icon=":material/bookmark_add:",
            key="keep",
            disabled=len(kept) >= MOST_KEPT,
            help=f"Up to {MOST_KEPT} plans stand side by side.",
            on_click=session.keep,
            args=(scenario, name),
        )
        for number, each in enumerate(kept):
            label = f"Remove {in_markdown(each.name)}"
            st.button(label, icon=":material/close:", key=f"drop_{number}", on_click=session.drop, args=(number,))
    if session.lost_of_link():
        st.warning(
            f"Not every plan of the link is here: it is cut short, or holds more than {MOST_KEPT}. Ask for the "
            "scenario files, which hold them whole.",
            icon=":material/link_off:",
        )
    if not kept:
        st.caption("Keep a plan, change the controls, keep another: here they stand beside each other.")
        return
    _say_what_the_link_holds()
    _show(view, kept)


def _say_what_the_link_holds() -> None:
    if missing := session.not_in_link():
        st.caption(
            f"The link cannot hold {', '.join(map(in_markdown, missing))}: a table of willingness, or plans of many "
            "schools, are too much for it. The file below has them all; open it here to see them again."
        )
    else:
        st.caption("These plans are in the link.")


def _show(view: View, kept: list[Scenario]) -> None:
    outcomes: dict[str, Outcome] = {}
    faults: dict[str, list[str]] = {}
    for number, each in enumerate(kept, start=1):
        label = f"{number} · {each.name}"
        try:
            check_fits(each, "This plan", view)
            outcomes[label] = cached.outcome(view, each)
        except InputError as error:
            faults.setdefault(str(error), []).append(label)
    for fault, labels in faults.items():
        st.warning(in_markdown(f"{numbers.listed(labels)} cannot be shown: {fault}"), icon=":material/edit:")
    if not outcomes:
        return
    tables.show(figures(outcomes))
    names = list(FIGURES)
    for first in range(0, len(names), CHARTS_A_ROW):
        for column, name in zip(st.columns(CHARTS_A_ROW), names[first : first + CHARTS_A_ROW], strict=True):
            with column:
                _show_chart(outcomes, name)
    st.caption(f"Circle: today; dot: after, with the 5–95% range of the draws. {plan_words.OWN_SCALE}")
    _show_through(view, outcomes)
    st.download_button(
        "These scenarios (ZIP)",
        data=together(kept),
        file_name=f"{view.dataset.name}-scenarios.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
    )


def figures(outcomes: dict[str, Outcome]) -> pd.DataFrame:
    """A column a plan: what it decides and what it comes to, before → after with the range."""
    columns = {}
    for label, outcome in outcomes.items():
        rows = {
            "Hosts": f"{len(outcome.scenario.host_ids):,}",
            "Seats in the first year": f"{sum(host.seats_in(1) for host in outcome.scenario.hosts):,}",
            HELD: f"{int(outcome.pools['seats'].sum()):,}",
            "Seats that stay empty": f"{int(outcome.pools['unfilled'].sum()):,}",
            "Students who change schools": f"{outcome.district['moved'].after:,.0f}",
            "Schools that send and become poorer": f"{int(outcome.schools['poorer'].sum()):,}",
        }
        rows |= {
            words: plan_words.before_after(outcome.district[name], percent=percent)
            for name, (words, percent) in FIGURES.items()
        }
        columns[label] = rows
    return pd.DataFrame(columns).rename_axis("Plan")


def _show_through(view: View, outcomes: dict[str, Outcome]) -> None:
    """Through what each plan changes H of its district's schools, and the later ones differ from the first."""
    (first, one), *others = outcomes.items()
    table = cached.schools_of(view, one.scenario)
    found = {f"today → {plan}": from_today(cached.schools_of(view, of.scenario), of) for plan, of in outcomes.items()}
    found |= {f"{first} → {plan}": between_plans(table, one, of) for plan, of in others if comparable(one, of)}
    rows = pd.DataFrame({label: change.parts.loc["theil_h"] for label, change in found.items()}).T
    shown = pd.DataFrame(
        {"H before": rows["before"].map(_number), "H after": rows["after"].map(_number)}
        | {"Change": rows["change"].map(change_words.signed_part)}
        | {label: rows[part].map(change_words.signed_part) for part, label in _PARTS.items()}
    )
    st.subheader("Through what H changes")
    tables.show(shown.rename_axis("From → to"))
    st.caption(f"The five parts add up to the change, of the schools of the district. {change_words.MEANING}")


def _number(value: float) -> str:
    return numbers.number(value, change_words.DECIMALS)


def _show_chart(outcomes: dict[str, Outcome], name: str) -> None:
    """One figure of every plan."""
    label, percent = FIGURES[name]
    changes = [outcome.district[name] for outcome in outcomes.values()]
    rows = pd.DataFrame([vars(change) for change in changes]).assign(label=list(outcomes))
    if rows[["before", "after"]].isna().all(axis=None):
        st.caption(f"{label} is not defined here.")
        return
    told = "; ".join(
        f"{plan} {plan_words.before_after(change, percent=percent)}"
        for plan, change in zip(outcomes, changes, strict=True)
    )
    st.plotly_chart(
        plan_charts.compared(rows, label, percent=percent),
        config=charts.config(f"plans-{name}"),
        key=f"compared_{name}",
        alt=f"{label}: {told}.",
    )
