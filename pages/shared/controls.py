"""The controls that several pages share, or that make a scenario; what they say stands in the link."""

from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import pandas as pd
import streamlit as st

from analysis.measured import shares
from analysis.policy.presets import PRESETS, entry_hosts, scenario_from_preset, whole_hosts
from analysis.policy.scenario import DISTRICTS, DRAWS, EXCLUDABLE, RESERVES, TURNOUT, UNFILLED, Host, Scenario
from data import store as datasets
from data.groups import bases, comparison, comparisons
from data.inclusion import ADMINISTRATIVE, USUALLY_EXCLUDED, Rules
from data.privacy import LEAST_CELL, MINIMUM_CELL
from data.schema import ED_BASES, LEVELS, school_year
from data.store import Manifest
from pages.shared import store
from pages.shared.view import ALL_LEVELS, View, district_label

# Where the hosts' seats are.
ENTRY, EVERY = "entry grade", "every grade"

# What a link from page to page calls the state to look at from now on; ``state`` is for those who come from outside.
LOOK_AT = "look_at"


def show_view_bar() -> None:
    """Show the view in one line with the controls to change it, and keep it for the page."""
    st.session_state["view"] = _chosen_view()


def _chosen_view() -> View:
    known = by_label(datasets.datasets())
    # The box keeps its choice from page to page, whatever a link says of it, unless it is told before it is drawn.
    if (asked := st.query_params.pop(LOOK_AT, None)) in known:
        st.session_state["state"] = asked
    words = st.empty()
    # An expander, not a popover: a control that is not on the page loses its place in the link on the way to another.
    with st.expander("Change view", icon=":material/tune:"):
        columns = st.columns([2, 1, 1, 3, 2])
        with columns[0]:
            manifest = known[_choice("State", list(known), "state")]
        with columns[1]:
            years = {school_year(year): year for year in sorted(manifest.years, reverse=True)}
            year = years[_choice("School year", list(years), "year")]
        with columns[2]:
            level = _choice("Level", [ALL_LEVELS, *LEVELS], "level")
        table = store.all_schools(manifest.name, manifest.input_hash)
        with columns[3]:
            groups = {comparison(key).label: key for key in comparisons(table)}
            compared = comparison(groups[_choice("Groups", list(groups), "groups")])
        with columns[4]:
            basis = _chosen_basis(table)
        rules = _chosen_rules(manifest)
        cell = _chosen_cell()
    view = View(manifest, year, None if level == ALL_LEVELS else level, compared, basis, rules, cell)
    words.markdown(f"**{view.words}**")
    if manifest.fictional:
        st.warning(
            f"{manifest.label}: an invented state to try things on. No number here is real.",
            icon=":material/theater_comedy:",
        )
    return view


def _choice(label: str, options: list[str], key: str) -> str:
    """One of several options, the first unless the link or the person says another."""
    return st.selectbox(label, options, key=key, bind="query-params")


def _chosen_basis(table: pd.DataFrame) -> str | None:
    """The ED basis, or None where the data has no ED count."""
    words = {ED_BASES[basis]: basis for basis in bases(table)}
    return words[_choice("Economically disadvantaged by", list(words), "basis")] if words else None


def _chosen_rules(manifest: Manifest) -> Rules:
    """The controls that say for which district a school counts, and whether it does."""
    left, right = st.columns([1, 3])
    with left:
        if manifest.districts_file:
            districts = _choice("Districts", list(DISTRICTS), "districts")
            st.caption(f"{districts.capitalize()}: {DISTRICTS[districts]}.")
        else:
            districts = ADMINISTRATIVE
            st.caption("Districts are administrative: each school counts for the district that runs it.")
    with right:
        excluded = st.pills(
            "Leave out",
            list(EXCLUDABLE),
            selection_mode="multi",
            default=USUALLY_EXCLUDED,
            format_func=EXCLUDABLE.__getitem__,
            key="leave_out",
            bind="query-params",
            help="Each is a switch. A school stays in where the data does not say what it is.",
        )
    return Rules(districts, tuple(name for name in EXCLUDABLE if name in excluded))


def _chosen_cell() -> int:
    """The minimum cell size of downloads."""
    asked = st.number_input(
        "Smallest count in downloads",
        min_value=0,
        max_value=100,
        value=MINIMUM_CELL,
        key="minimum_cell",
        bind="query-params",
        width=250,
        help="Downloads hide a school's count of students below this, or of all but fewer, and every count that would "
        f"tell it. {LEAST_CELL} or more; 0 hides none. Pages show the data as loaded.",
    )
    return max(LEAST_CELL, int(asked)) if asked else 0


def by_label(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The datasets by what people call them, with the name where several are called the same."""
    times = Counter(manifest.label for manifest in manifests)
    return {m.label if times[m.label] == 1 else f"{m.label} ({m.name})": m for m in manifests}


def chosen_district(view: View) -> str | None:
    """The control that picks one district of the view; its id, or None where the view has none."""
    table = store.schools(view)
    if table.empty:
        return None
    sizes = table.groupby("leaid")["students"].sum().sort_values(ascending=False)
    names = store.district_names(view)
    _follow_district(view, set(sizes.index))
    return st.selectbox(
        "District",
        sizes.index.tolist(),
        format_func=lambda leaid: district_label(names, leaid),
        key="district",
        bind="query-params",
        help="Type to search. The largest come first.",
    )


def _follow_district(view: View, present: set[str]) -> None:
    """Keep the district that was picked, or that a link says, where it goes by another id in the view's year."""
    picked = st.session_state.get("district") or st.query_params.get("district", "").rpartition("(")[2].rstrip(")")
    if picked and picked not in present:
        now = next((leaid for leaid in store.ids_of(view, picked) if leaid in present), None)
        if now:
            st.session_state["district"] = now


def asked_scenario(view: View, district: str) -> Scenario:
    """The scenario that the controls describe, starting from a preset's.

    It can be downloaded, so it starts from what may be told.
    """
    everyone = store.schools_of_all_levels(view.exported)
    preset = st.segmented_control(
        "Start from",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].label,
        default="dallas",
        required=True,
        key="preset",
        bind="query-params",
        help=" ".join(f"{p.label}: {p.basis}" for p in PRESETS.values()),
    )
    start = scenario_from_preset(
        everyone,
        preset,
        dataset=view.dataset.name,
        district=district,
        year=view.year,
        basis=view.basis,
        level=view.level,
    )
    # Controls whose default is the preset's have keys of their own for each, so that its suggestion shows.
    hosts = _chosen_hosts(view, everyone[everyone["leaid"] == district].dropna(subset=["ed"]), start, preset)
    first, second, third, fourth = st.columns(4)
    with first:
        filled = _percent("Seats, of each host's places", 100, "seats", step=5)
    with second:
        own = f"_{district}" if preset == "district-share" else ""
        if start.reserve == "share":
            percent = round(start.ed_share * 100)
            ed_share = _percent("Seats for disadvantaged students", percent, f"ed_share_{preset}{own}") / 100
        else:
            ed_share = start.ed_share
            st.caption(f"Seats are divided by {start.reserve}: {RESERVES[start.reserve]}.")
    with third:
        outside = _percent(
            "2 · Seats offered outside first",
            round(start.other.outside * 100),
            f"outside_{preset}",
            step=5,
        )
    with fourth:
        turnout = st.segmented_control(
            "3 · Who comes?",
            list(TURNOUT),
            default="middle",
            required=True,
            key="turnout",
            bind="query-params",
            help="Share of each sending school's students who would take a seat: "
            + ", ".join(f"{name} {share:.0%}" for name, share in TURNOUT.items())
            + ". An assumption; try all three.",
        )
    asked = {"willing": TURNOUT[turnout], "outside": outside / 100}
    return replace(
        start,
        hosts=tuple(replace(host, seats=round(host.seats * filled / 100)) for host in hosts),
        ed_share=ed_share,
        ed=replace(start.ed, **asked),
        other=replace(start.other, **asked),
        **asdict(view.rules),
        **_more_settings(start),
    )


def _chosen_hosts(view: View, schools: pd.DataFrame, start: Scenario, preset: str) -> tuple[Host, ...]:
    """The hosts picked, with every place of theirs a seat, or those of the entry grade where the data has grades."""
    ranked = schools.iloc[(-shares(schools, "ed", None).fillna(0)).argsort(kind="stable")].set_index("ncessch")
    labels = {ncessch: f"{school} ({ncessch})" for ncessch, school in ranked["school"].items()}
    grades = store.grades(view)
    left, right = st.columns([3, 1])
    with left:
        picked = st.multiselect(
            "1 · Which schools?",
            ranked.index.tolist(),
            default=[host.ncessch for host in start.hosts],
            format_func=labels.__getitem__,
            key=f"hosts_{start.district}_{preset}",
            bind="query-params",
            placeholder="Pick host schools",
            help="Type to search. The schools with the highest share of disadvantaged students come first.",
        )
    chosen = ranked.loc[picked].reset_index()
    if grades.empty:
        return whole_hosts(chosen)
    with right:
        seats_in = st.segmented_control(
            "Seats in",
            [EVERY, ENTRY],
            default=EVERY,
            required=True,
            key="seats_in",
            bind="query-params",
            help="Every grade: the policy in full. Entry grade: its first year, since lotteries begin in the grade "
            "students enter a school in, the lowest above prekindergarten, and grow by a grade a year.",
        )
    return entry_hosts(chosen, grades) if seats_in == ENTRY else whole_hosts(chosen)


def _percent(label: str, default: int, key: str, step: int = 1) -> int:
    """A slider from 0 to 100 %."""
    return st.slider(label, 0, 100, default, step, format="%d %%", key=key, bind="query-params")


def _more_settings(start: Scenario) -> dict[str, Any]:
    """The scenario's fields that few change, out of the way."""
    with st.expander("More settings"):
        draws = {name: words for name, words in DRAWS.items() if name != "table"}  # a table comes with a file
        draw = _rule("Which sending schools", draws, "draw")
        # The preset's own rule comes first, under a key of its own.
        rules = {start.unfilled: UNFILLED[start.unfilled]} | UNFILLED
        key = "unfilled" if start.unfilled == "hold" else f"unfilled_{start.unfilled}"
        unfilled = _rule("Seats that one lottery cannot fill", rules, key)
        miles = st.number_input(
            "Miles from a host within which schools outside the district may send",
            min_value=1,
            max_value=200,
            value=10,
            key="miles",
            bind="query-params",
        )
    return {"draw": draw, "unfilled": unfilled, "outside_miles": float(miles)}


def _rule(label: str, rules: dict[str, str], key: str) -> str:
    """One of several rules, each with what it means."""
    return st.radio(label, list(rules), format_func=lambda name: f"{name}: {rules[name]}", key=key, bind="query-params")
