"""What the link says: which data, year, level, groups and ED definition every page shows."""

from dataclasses import dataclass, field, replace

import streamlit as st

from analysis.indices import INDICES, MULTIGROUP, ORDERED, Index
from data.groups import Comparison
from data.inclusion import Rules
from data.manifest import Manifest
from data.privacy import MINIMUM_CELL
from data.schema import ED_BASES, school_year
from pages.words.escaped import in_markdown

# Labels stand in links, so they stay as they are once published.
ALL_LEVELS = "all levels"


@dataclass(frozen=True)
class Key:
    """What cached results depend on beside the year: a view's dataset by name and content, and its choices."""

    name: str
    content: str
    rules: Rules
    level: str | None
    basis: str | None
    cell: int
    group: str

    @property
    def of_any_groups(self) -> "Key":
        """The same for what does not depend on whom the view compares."""
        return replace(self, group="")


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
    def key(self) -> Key:
        """What cached results depend on."""
        name, content = self.dataset.name, self.dataset.input_hash
        return Key(name, content, self.rules, self.level, self.basis, self.cell, self.groups.key)

    @property
    def place(self) -> str:
        """What people call the state, as sentences take it."""
        return in_markdown(self.dataset.label)

    @property
    def indices(self) -> dict[str, Index]:
        """Every index as its groups have it; those that compare two groups have no value among more."""
        registry = INDICES | (MULTIGROUP | ORDERED if self.groups.many else {})
        return {name: registry[name] for name in self.groups.indices}

    @property
    def indices_with_values(self) -> dict[str, Index]:
        """The same without those."""
        of_many = MULTIGROUP | ORDERED
        return {name: index for name, index in self.indices.items() if not self.groups.many or name in of_many}

    @property
    def words(self) -> str:
        """The view in one line."""
        parts = [
            self.dataset.label,
            school_year(self.year),
            f"{self.level} schools" if self.level else ALL_LEVELS,
            self.groups.words,
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
