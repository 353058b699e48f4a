"""How much of a plan's result hangs on who applies and who leaves."""

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from analysis.policy.scenario import TURNOUT, Scenario
from analysis.policy.sensitivity import EXIT_RATES, compared, variants
from pages.plan import cached
from pages.plan.form import percentages
from pages.shared import tables
from pages.shared.view import View
from pages.words import plan as plan_words
from pages.words.escaped import in_markdown
from pages.words.plan import FIGURES

MOST_RATES = 5


def show_participation(view: View, scenario: Scenario) -> None:
    """The district's figures from low to high participation, in one sentence."""
    if scenario.hosts:
        levels = variants(scenario, participation=tuple(TURNOUT))
        # The sentence has no range, so that no lottery need be drawn.
        rows = compared({words: cached.as_expected(view, each) for words, each in levels.items()})
        st.markdown(plan_words.over_participation(rows))


def show_exits(view: View, scenario: Scenario) -> None:
    """The district's figures at several exit rates, when asked for."""
    if not scenario.hosts:
        return
    asked, rates = st.columns([2, 1], vertical_alignment="bottom")
    with asked:
        on = st.toggle(
            "What if families leave?",
            key="exits",
            bind="query-params",
            help="Of the students displaced, and of those left where they are whose school's share of disadvantaged "
            f"students changes by more than {100 * scenario.change_points:g} points, some leave the district's schools "
            "for good. How many would is not known; the rates are of both groups alike.",
        )
    with rates:
        usual = ", ".join(f"{100 * rate:g}" for rate in EXIT_RATES)
        words = st.text_input("Rates to try, %", usual, key="exit_rates", bind="query-params", disabled=not on)
    if not on:
        return
    try:
        rates_tried = variants(scenario, exits=_rates(words))
        outcomes = compared({words: cached.outcome(view, each) for words, each in rates_tried.items()})
    except InputError as error:
        st.warning(in_markdown(str(error)), icon=":material/edit:")
        return
    tables.show(_by_rate(outcomes))
    st.caption(
        f"Each is the {plan_words.MIDDLE_DRAW}, but the number of students is as expected; in brackets the 5–95% range "
        "of the draws. These rates are tried in place of those under More settings."
    )


def _rates(words: str) -> list[float]:
    """Exit rates from a line of percentages.

    Raises:
        InputError: it holds none, too many, or something else.
    """
    rates = percentages(words)
    if not 0 < len(rates) <= MOST_RATES or not all(0 <= rate <= 1 for rate in rates):
        raise InputError(f'"{words}" is no list of up to {MOST_RATES} percentages; write them like 0, 5, 10.')
    return list(dict.fromkeys(rates))


def _by_rate(rows: pd.DataFrame) -> pd.DataFrame:
    """A column a rate, a row a figure."""
    shown = {**FIGURES, "moved": ("Students who change schools or leave", False)}
    columns = {}
    for rate, of_rate in rows.groupby("exits", sort=False):
        figures = of_rate.set_index("figure")
        columns[f"{rate} leave"] = {
            label: plan_words.after_with_range(figures.loc[name], percent=percent, whole=name == "moved")
            for name, (label, percent) in shown.items()
        }
    return pd.DataFrame(columns).rename_axis("Afterwards")
