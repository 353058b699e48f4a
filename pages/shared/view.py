"""What the link says: which data, year, level, groups and ED definition every page shows."""

from dataclasses import dataclass

import streamlit as st

from data import store as datasets
from data.groups import Comparison, bases, comparison, comparisons
from data.schema import ED_BASES, LEVELS, school_year
from data.store import Manifest
from pages.shared import store

# Labels stand in links, so they stay as they are once published.
ALL_LEVELS = "all levels"


@dataclass(frozen=True)
class View:
    """One choice of what to look at.

    Attributes:
        dataset: the dataset.
        year: the fall of the school year.
        level: one of ``LEVELS``, or None for all schools.
        groups: whom the indices compare.
        basis: the ED basis, or None where the data has no ED count.
    """

    dataset: Manifest
    year: int
    level: str | None
    groups: Comparison
    basis: str | None

    @property
    def key(self) -> tuple[str, str, str | None, str, str | None]:
        """What cached results of all years depend on."""
        return (self.dataset.name, self.dataset.input_hash, self.level, self.groups.key, self.basis)

    @property
    def words(self) -> str:
        """The view in one line."""
        parts = [
            self.dataset.label,
            school_year(self.year),
            f"{self.level} schools" if self.level else ALL_LEVELS,
            f"{self.groups.group_words} and {self.groups.other_words}",
        ]
        if self.groups.group == "ed" and self.basis:
            parts.append(f"by {ED_BASES[self.basis]}")
        return " · ".join(parts)


def group_label(key: str) -> str:
    """A comparison as it stands in the control and the link."""
    groups = comparison(key)
    return f"{groups.group_words} / {groups.other_words}"


def show_view_bar() -> None:
    """Show the view in one line with the controls to change it, and keep it for the page."""
    st.session_state["view"] = _chosen_view()


def current_view() -> View:
    """The view the bar shows."""
    view: View = st.session_state["view"]
    return view


def _chosen_view() -> View:
    known = {_unique_label(m): m for m in datasets.datasets()}
    words, change = st.columns([5, 1], vertical_alignment="center")
    with change.popover("Change view", icon=":material/tune:", width="stretch"):
        label = st.selectbox("State", list(known), key="state", bind="query-params")
        manifest = known[label]
        years = {school_year(year): year for year in sorted(manifest.years, reverse=True)}
        year = st.selectbox("School year", list(years), key="year", bind="query-params")
        level = st.selectbox("Level", [ALL_LEVELS, *LEVELS], key="level", bind="query-params")
        table = store.all_schools(manifest.name, manifest.input_hash)
        groups = st.selectbox("Groups", comparisons(table), format_func=group_label, key="groups", bind="query-params")
        basis = None
        if known_bases := bases(table):
            basis = st.selectbox(
                "Economically disadvantaged by",
                known_bases,
                format_func=ED_BASES.__getitem__,
                key="basis",
                bind="query-params",
            )
        st.caption("Districts are administrative: each school counts for the district that runs it.")
    view = View(manifest, years[year], None if level == ALL_LEVELS else level, comparison(groups), basis)
    words.markdown(f"**{view.words}**")
    if manifest.fictional:
        st.warning(
            f"{manifest.label}: an invented state to try things on. No number here is real.",
            icon=":material/theater_comedy:",
        )
    return view


def _unique_label(manifest: Manifest) -> str:
    """The dataset's label, with its name where another dataset is called the same."""
    twins = [m for m in datasets.datasets() if m.label == manifest.label]
    return manifest.label if len(twins) == 1 else f"{manifest.label} ({manifest.name})"


def chosen_district(view: View) -> str | None:
    """The control that picks one district of the view; its id, or None where the view has none."""
    table = store.schools(view)
    if table.empty:
        return None
    sizes = table.groupby("leaid")["students"].sum().sort_values(ascending=False)
    names = store.district_names(view)
    return st.selectbox(
        "District",
        sizes.index.tolist(),
        format_func=lambda leaid: district_label(names, leaid),
        key="district",
        bind="query-params",
        help="Type to search. The largest come first.",
    )


def district_label(names: dict[str, str], leaid: str) -> str:
    """A district as it stands in controls and links: its name and id."""
    return f"{names.get(leaid) or 'District'} ({leaid})"
