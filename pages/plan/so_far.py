"""A plan's result in two steps: as expected at once, and with the range of its lotteries when they are drawn."""

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.policy.outcome import Outcome
from analysis.policy.scenario import Scenario
from pages.plan import cached
from pages.shared.view import View

# A part of the page in one element, which it returns; no widget, as it may be shown twice.
Part = Callable[[], DeltaGenerator]
_DRAWN = "plan_drawn"


class SoFar:
    """What is known of a plan so far, and the parts of the page that say more once its lotteries are drawn.

    Attributes:
        outcome: as expected, or with its ranges.
        rows: of ``school_rows``.
    """

    def __init__(self, view: View, scenario: Scenario) -> None:
        """Begin with the plan as expected, but with its ranges where the session has seen them last.

        Raises:
            InputError: as ``analysis.policy.outcome.simulate``.
        """
        self._view, self._scenario = view, scenario
        self._parts: list[tuple[DeltaGenerator, Part]] = []
        seen = st.session_state.get(_DRAWN) == self._of
        self._know((cached.outcome if seen else cached.as_expected)(view, scenario))

    @property
    def drawn(self) -> bool:
        """Whether the ranges are known."""
        return self.outcome.replicates > 0

    def key(self, name: str) -> str:
        """The key of a chart, which a page has only once: without ranges it has another."""
        return name if self.drawn else f"{name}_as_expected"

    def show(self, part: Part) -> None:
        """Show a part of the page, and again in its place when the ranges are known."""
        place = part()
        if not self.drawn:
            self._parts.append((place, part))

    def show_drawn(self, part: Callable[[], object], height: int) -> None:
        """Show a part of the page when the ranges are known, and until then a place of so many pixels."""

        def or_place() -> DeltaGenerator:
            if not self.drawn:
                place = st.empty()
                place.skeleton(height=height)
                return place
            with (place := st.container()):
                part()
            return place

        self.show(or_place)

    def draw(self) -> None:
        """Draw the lotteries, and show again what waits for them."""
        if self.drawn:
            return
        self._know(cached.outcome(self._view, self._scenario))
        st.session_state[_DRAWN] = self._of
        for place, part in self._parts:
            with place:
                part()
        self._parts.clear()

    @property
    def _of(self) -> tuple[object, ...]:
        return cached.key_of(self._view, self._scenario), self._scenario

    def _know(self, outcome: Outcome) -> None:
        self.outcome, self.rows = outcome, school_rows(outcome, self._view)


def school_rows(outcome: Outcome, view: View) -> pd.DataFrame:
    """The outcome's schools with names, places and ED shares, hosts first, then by how much they change."""
    columns = ["ncessch", "school", "district", "latitude", "longitude"]
    rows = outcome.schools.merge(cached.schools_of(view, outcome.scenario)[columns], on="ncessch", how="left")
    for host in {host.ncessch: host for host in outcome.scenario.hosts}.values():
        if host.new:
            of_new = rows["ncessch"] == host.ncessch
            rows.loc[of_new, ["school", "latitude", "longitude"]] = [
                host.new.school,
                host.new.latitude,
                host.new.longitude,
            ]
    rows["school"] = rows["school"].fillna(rows["ncessch"])
    for when in ("before", "after"):
        rows[when] = rows[f"ed_{when}"] / rows[f"students_{when}"].where(rows[f"students_{when}"] > 0)
    rows["change"] = rows["after"] - rows["before"]
    for name, end in (("leave", "from_school"), ("arrive", "to_school")):
        rows[name] = rows["ncessch"].map(outcome.flows.groupby(end)["students"].sum()).fillna(0).astype(int)
    order = rows.assign(size=rows["change"].abs()).sort_values(["host", "size"], ascending=False).index
    return rows.loc[order].reset_index(drop=True)
