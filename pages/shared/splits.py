"""Where segregation lies, on screen: over the levels of a state, and over the schools of a district."""

import pandas as pd
import streamlit as st

from analysis.borders import means
from analysis.measured import contributions, shares
from data.cep import cep_signs
from data.chain import chain, chain_words, crossed_words, offered
from data.inclusion import GEOGRAPHIC
from data.privacy import marked_schools
from pages.shared import charts, part_charts, ranges, store
from pages.shared.view import View
from pages.words import districts as district_words
from pages.words import money as money_words
from pages.words import ranges as range_words
from pages.words.escaped import in_markdown
from reports import where_it_lies as where_it_lies_words

CONTRIBUTIONS_SHOWN = 20


def where_it_lies(view: View, between: float, within: float) -> None:
    """The split of V between and within districts, or over a longer chain of levels where the data has one."""
    schools = store.schools(view)
    chains = {chain_words(chain(text, schools)): text for text in offered(schools)}
    text = "district"
    if len(chains) > 1:
        text = chains[st.selectbox("Split by", list(chains), key="chain", bind="query-params")]
    if text == "district":
        st.plotly_chart(
            part_charts.between_within(between, within, "V"),
            config=charts.config("between-within"),
            key="between_within",
            alt=f"Variance ratio: {between:.2f} between districts, {within:.2f} within districts.",
        )
        _show_ranges(view)
        return
    levels = chain(text, schools)
    found = store.levels(view, text)
    found = found[found["measure"] == "variance_ratio"].sort_values("depth").reset_index(drop=True)
    names = [level.name for level in levels]
    found = found.assign(label=[level.several for level in levels], within=found["depth"] > names.index("district"))
    said = where_it_lies_words.by_level(view.place, view.year, view.groups, found)
    st.plotly_chart(part_charts.by_level(found, "V"), config=charts.config("levels"), key="levels", alt=said)
    st.markdown(said)
    _show_level_ranges(view, text, found)
    for note in crossed_words(schools, levels):
        st.caption(note)


@st.fragment(parallel=True)
def _show_ranges(view: View) -> None:
    """How sure the split between and within districts is; no other part of the page waits for the draws."""
    with st.skeleton(height=24):
        sure = store.parts_sure(view)
    st.caption(range_words.parts_with_ranges(sure.loc[view.year]))


@st.fragment(parallel=True)
def _show_level_ranges(view: View, text: str, parts: pd.DataFrame) -> None:
    """How sure the part at each level of a chain is; no other part of the page waits for the draws."""
    with st.skeleton(height=48):
        sure = ranges.of_levels(view, text)
    st.caption(range_words.levels_with_ranges(parts[["depth", "label"]].merge(sure, on="depth")))


def shares_between(view: View) -> str:
    """What share of the separation lies between districts, one answer for each index, as Markdown."""
    parts = store.decomposed(view).loc[view.year]
    lead, answers = where_it_lies_words.shares_between(view.place, view.year, view.groups, parts)
    return "\n".join([lead, "", *(f"- {answer}" for answer in answers)]) if answers else ""


def revenue(view: View, leaid: str) -> str:
    """What a district has to spend beside all others, as a sentence; "" where the data does not say."""
    schools = store.schools(view)
    of_districts = means(schools, ["revenue"])
    if leaid not in of_districts.index or "revenue" not in of_districts:
        return ""
    everyone = means(schools.assign(leaid="everyone"), ["revenue"])["revenue"].iloc[0]
    geographic = view.rules.districts == GEOGRAPHIC
    name = in_markdown(store.district_name(view, leaid))
    own = float(of_districts.loc[leaid, "revenue"])
    return money_words.revenue(name, view.place, view.year, own, everyone, geographic=geographic)


def contributed_to(view: View) -> str:
    """The index that a district's schools are set out by: D of two groups, M of all races."""
    return "M" if view.groups.many else "D"


def district_schools(view: View, leaid: str) -> pd.DataFrame:
    """The schools of a district with what each contributes.

    Returns:
        The rows of the view, and share (as ``analysis.measured.shares``), contribution (to D; of all races the school's
        share of the district's M), gap, local_h and, of disadvantaged students, cep_like (as ``data.cep.cep_signs``).
    """
    everyone, groups = store.schools(view), view.groups
    rows = everyone[everyone["leaid"] == leaid].reset_index(drop=True)
    found = contributions(rows, groups.group, groups.other)
    if groups.many:
        added = found["local_information"] * found["group_students"]
        found["contribution"] = added / (added.sum() or float("nan"))
    rows = rows.assign(school=rows["school"].fillna(rows["ncessch"]), share=shares(rows, groups.group, groups.other))
    rests = ["contribution", "gap", "local_h"]
    rows = rows.merge(found[["ncessch", *rests]], on="ncessch", how="left")
    if groups.group == "ed":
        rows["cep_like"] = cep_signs(rows)
        rests = [*rests, "cep_like"]
    return marked_schools(rows, everyone, groups, [*groups.columns, "share", *rests], view.cell)


def show_contributions(view: View, name: str, schools: pd.DataFrame, share: float, now: pd.Series) -> None:
    """What each school of a district contributes, drawn and said.

    Args:
        view: the view.
        name: the district.
        schools: as ``district_schools`` gives them.
        share: the district's own.
        now: the district's row of ``analysis.measured.indices_by``.
    """
    found = schools.dropna(subset="contribution").sort_values(["contribution", "ncessch"], ascending=[False, True])
    shown = found.head(CONTRIBUTIONS_SHOWN)
    if shown.empty:
        st.caption("The schools do not differ, so there is nothing to share out.")
        return
    if not view.groups.many:
        shown = shown.assign(above=shown["share"] > share)
    _draw_contributions(view, shown)
    st.caption(district_words.contributed(in_markdown(name), view.groups, view.year, now, len(shown), len(found)))


@st.fragment(parallel=True)
def _draw_contributions(view: View, schools: pd.DataFrame) -> None:
    """The contributions of some schools of a district, of D with its range: no other part of the page waits."""
    with st.skeleton(height=400):
        if not view.groups.many:
            sure = ranges.of_each_school(view, str(schools["leaid"].iloc[0])).set_index("ncessch")
            ends = {end: sure[f"contribution_interval_{end}"].reindex(schools["ncessch"]) for end in ranges.ENDS}
            schools = schools.assign(**{end: each.to_numpy() for end, each in ends.items()})
    symbol = contributed_to(view)
    st.plotly_chart(
        part_charts.contributions(schools, symbol),
        config=charts.config("contributions"),
        key="contributions",
        alt=f"Schools by their contribution to the district's {symbol}, largest first.",
    )
    if not view.groups.many:
        st.caption("In brackets: the range it lies in 95 times of 100 when students are drawn anew.")
