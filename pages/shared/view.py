"""What the link says: which data, year, level, groups and ED definition every page shows."""

from dataclasses import dataclass, field, replace

import streamlit as st

from data.groups import Comparison
from data.inclusion import Rules
from data.privacy import MINIMUM_CELL
from data.schema import ED_BASES, school_year
from data.store import Manifest

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
        rules: which schools count, and for which district.
        minimum_cell: the size below which downloads hide counts of schools; 0 hides none.
        cell: the size below which they are hidden in what is computed of this view; on the screen, none.
    """

    dataset: Manifest
    year: int
    level: str | None
    groups: Comparison
    basis: str | None
    rules: Rules = field(default_factory=Rules)
    minimum_cell: int = MINIMUM_CELL
    cell: int = 0

    @property
    def exported(self) -> "View":
        """The same view for whatever leaves the product."""
        return replace(self, cell=self.minimum_cell)

    @property
    def key(self) -> tuple[str, str, Rules, str | None, str, str | None]:
        """What cached results of all years depend on."""
        return (self.dataset.name, self.dataset.input_hash, self.rules, self.level, self.groups.key, self.basis)

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
        parts.append(f"{self.rules.districts} districts")
        return " · ".join(parts)


def current_view() -> View:
    """The view the bar shows."""
    view: View = st.session_state["view"]
    return view


def district_label(names: dict[str, str], leaid: str) -> str:
    """A district as it stands in controls and links: its name and id."""
    return f"{names.get(leaid) or 'District'} ({leaid})"
