"""The controls that several pages share; what they say stands in the link."""

from collections import Counter

import streamlit as st

from analysis.policy.scenario import DISTRICTS, EXCLUDABLE
from data import store as datasets
from data.groups import comparison
from data.inclusion import ADMINISTRATIVE, USUALLY_EXCLUDED, Rules
from data.manifest import Manifest
from data.privacy import LEAST_CELL, MINIMUM_CELL
from data.schema import ED_BASES, LEVELS, school_year
from pages.shared import counted, links, store
from pages.shared.view import ALL_LEVELS, View, district_label
from pages.words.escaped import in_markdown

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
        data = manifest.name, manifest.input_hash
        with columns[3]:
            groups = {comparison(key).label: key for key in counted.comparisons(*data)}
            compared = comparison(groups[_choice("Groups", list(groups), "groups")])
        with columns[4]:
            basis = _chosen_basis(counted.bases(*data))
        rules = _chosen_rules(manifest)
        cell = _chosen_cell()
    view = View(manifest, year, None if level == ALL_LEVELS else level, compared, basis, rules, cell)
    words.markdown(f"**{in_markdown(view.words)}**")
    links.tell("state", "year", "level", "groups", "basis", "districts", "leave_out")
    links.tell_settings("minimum_cell")
    if manifest.fictional:
        st.warning(
            f"{view.place}: an invented state to try things on. No number here is real.",
            icon=":material/theater_comedy:",
        )
    return view


def _choice(label: str, options: list[str], key: str) -> str:
    """One of several options, the first unless the link or the person says another."""
    asked = links.asked(key)
    chosen = st.selectbox(label, options, key=key, bind="query-params")
    links.note(key, label.lower(), asked, options, chosen)
    return chosen


def _chosen_basis(bases: list[str]) -> str | None:
    """The ED basis, or None where the data has no ED count."""
    words = {ED_BASES[basis]: basis for basis in bases}
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
        asked = links.asked("leave_out")
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
        shown = ", ".join(EXCLUDABLE[name] for name in excluded) or "all schools"
        links.note("leave_out", "schools to leave out", asked, EXCLUDABLE.values(), shown)
    return Rules(districts, tuple(name for name in EXCLUDABLE if name in excluded))


def _chosen_cell() -> int:
    """The minimum cell size of downloads."""
    label, key = "Smallest count in downloads", "minimum_cell"
    asked = links.number(
        key,
        label,
        lambda: st.number_input(
            label,
            min_value=0,
            max_value=100,
            value=MINIMUM_CELL,
            key=key,
            bind="query-params",
            width=250,
            help="Downloads hide a school's count of students below this, or of all but fewer, and every count that "
            f"would tell it. {LEAST_CELL} or more; 0 hides none. Pages show the data as loaded.",
        ),
    )
    return max(LEAST_CELL, int(asked)) if asked else 0


def by_label(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The datasets by what people call them, with the name where several are called the same."""
    times = Counter(manifest.label for manifest in manifests)
    return {m.label if times[m.label] == 1 else f"{m.label} ({m.name})": m for m in manifests}


def district_labels(view: View) -> dict[str, str]:
    """What each district of the view is called, by id, the largest first."""
    sizes = store.schools(view).groupby("leaid")["students"].sum().sort_values(ascending=False)
    names = store.district_names(view)
    return {leaid: district_label(names, leaid) for leaid in sizes.index}


def chosen_district(view: View) -> str | None:
    """The control that picks one district of the view; its id, or None where the view has none."""
    labels = district_labels(view)
    if not labels:
        return None
    _follow_district(view, labels)
    return links.chosen(
        st.selectbox, "District", "district", labels, "district", help="Type to search. The largest come first."
    )


def _follow_district(view: View, labels: dict[str, str]) -> None:
    """Keep the district picked, or that a link says, where it goes by another id or name in the view's year."""
    told = st.query_params.get("district", "")
    picked = st.session_state.get("district") or told.rpartition("(")[2].rstrip(")")
    if not picked or (picked in labels and told in ("", labels[picked])):
        return
    now = next((leaid for leaid in (picked, *store.ids_of(view, picked)) if leaid in labels), None)
    if now:
        st.session_state["district"] = now
