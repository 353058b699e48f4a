"""One control for one thing of a scenario: its default is the preset's, its value stands in the link."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from analysis.errors import InputError
from analysis.policy.scenario import Scenario
from pages.shared import links
from pages.words.escaped import in_markdown

_PLAIN = Scenario("", "", 0)
T = TypeVar("T")


@dataclass(frozen=True)
class Form:
    """Where controls take their values from.

    Attributes:
        start: the scenario a preset starts from; what it says is each control's default.
        preset: its key.
        told: a scenario that all controls show from this run on, as one opened from a file; None to leave them.
        drawn: the keys of its controls so far, by which ``links.tell_settings`` tells what the link asks in vain.
    """

    start: Scenario
    preset: str
    told: Scenario | None
    drawn: list[str] = field(default_factory=list, compare=False)

    def percent(
        self,
        label: str,
        name: str,
        of: Callable[[Scenario], float],
        *,
        step: int = 1,
        key: str = "",
        help: str | None = None,  # noqa: A002 Streamlit's word
    ) -> float:
        """A share as a slider in percent; exactly the preset's until it is moved.

        Args:
            label, step, help: of the slider.
            name: of its key.
            of: what it shows of a scenario.
            key: the whole key, where the default is not the preset's alone.
        """
        start = of(self.start)
        default = round(100 * start)
        key = self.shown(key or self.key(name, of), lambda scenario: round(100 * of(scenario)))
        shown = self._number(
            label,
            key,
            lambda: st.slider(label, 0, 100, default, step, format="%d%%", key=key, bind="query-params", help=help),
        )
        return start if shown == default else shown / 100

    def number(self, label: str, name: str, of: Callable[[Scenario], Any], **limits: Any) -> Any:
        """A number, or None where that is the default and nothing is typed."""
        key = self.shown(self.key(name, of), of)
        return self._number(
            label,
            key,
            lambda: st.number_input(label, value=of(self.start), key=key, bind="query-params", **limits),
            limits.get("placeholder", "nothing"),
        )

    def part(self, label: str, name: str, of: Callable[[Scenario], float | None], **more: Any) -> float | None:
        """A share as a number in percent, or None as in ``number``."""

        def shown(scenario: Scenario) -> int | None:
            return None if (share := of(scenario)) is None else round(100 * share)

        value = self.number(label, name, shown, min_value=0, max_value=100, step=1, **more)
        return of(self.start) if value == shown(self.start) else value / 100

    def rule(self, label: str, name: str, of: Callable[[Scenario], str], rules: Mapping[str, str]) -> str:
        """One of several rules, each with what it means; the preset's own comes first."""
        first = of(self.start)
        words = {each: f"{each}: {meaning}" for each, meaning in ({first: rules[first]} | dict(rules)).items()}
        key = self.shown(name if first == of(_PLAIN) else f"{name}_{first}", of, words.__getitem__)
        return self._chosen(st.radio, label, key, words)

    def several(
        self, label: str, name: str, of: Callable[[Scenario], list[str]], options: Mapping[str, str], **more: Any
    ) -> list[str]:
        """Several of some things by their words."""

        def known(scenario: Scenario) -> list[str]:
            return [each for each in of(scenario) if each in options]

        key = self.shown(name, known, lambda chosen: [options[each] for each in chosen])
        asked = links.asked(key)
        found = st.multiselect(
            label,
            list(options),
            default=known(self.start),
            format_func=options.__getitem__,
            key=key,
            bind="query-params",
            **more,
        )
        links.note(key, label, asked, options.values(), ", ".join(options[each] for each in found) or "none")
        self.drawn.append(key)
        return found

    def buttons(self, label: str, name: str, of: Callable[[Scenario], str], options: list[str], **more: Any) -> str:
        """One of a few words, side by side."""
        key = self.shown(self.key(name, of), of)
        labels = {each: each for each in options}
        return self._chosen(st.segmented_control, label, key, labels, default=of(self.start), required=True, **more)

    def select(
        self, label: str, name: str, of: Callable[[Scenario], str], options: Mapping[str, str], **more: Any
    ) -> str:
        """One of many words in a box that opens."""
        key = self.shown(self.key(name, of), of, options.__getitem__)
        return self._chosen(st.selectbox, label, key, options, index=list(options).index(of(self.start)), **more)

    def text(self, label: str, name: str, of: Callable[[Scenario], str], **more: Any) -> str:
        """A line of text."""
        key = self.shown(self.key(name, of), of)
        return st.text_input(label, of(self.start), key=key, bind="query-params", **more).strip()

    def switch(self, label: str, name: str, of: Callable[[Scenario], bool], **more: Any) -> bool:
        """Yes or no."""
        key = self.shown(self.key(name, of), of, lambda on: "true" if on else "false")
        return st.toggle(label, of(self.start), key=key, bind="query-params", **more)

    def _number(self, label: str, key: str, draw: Callable[[], Any], empty: str = "nothing") -> Any:
        self.drawn.append(key)
        return links.number(key, label, draw, empty)

    def _chosen(self, draw: Callable[..., str], label: str, key: str, labels: Mapping[str, str], **more: Any) -> str:
        """The choice of a control whose options have these labels."""
        self.drawn.append(key)
        return links.choice(draw, label, key, labels, **more)

    def key(self, name: str, of: Callable[[Scenario], Any]) -> str:
        """A key of the preset's own where its default is, so that its suggestion shows."""
        return name if of(self.start) == of(_PLAIN) else f"{name}_{self.preset}"

    def shown(self, key: str, of: Callable[[Scenario], Any], in_link: Callable[[Any], str | list[str]] = str) -> str:
        """A control's key, after it has been told what to show.

        Args:
            key: of the control.
            of: what it shows of a scenario.
            in_link: what stands for that in the link.
        """
        if self.told is None:
            return key
        value, new = of(self.told), key not in st.session_state
        st.session_state[key] = value
        if new and value != of(self.start):
            # A control that is told as it appears for the first time does not put it in the link by itself.
            st.query_params[key] = in_link(value)
        return key


def percentages(words: str) -> list[float]:
    """Shares from a line of percentages, "17.5, 25"; empty where it is no such line."""
    try:
        return [float(each) / 100 for each in words.replace(";", ",").split(",") if each.strip()]
    except ValueError:
        return []


@contextmanager
def fault_beside(faults: list[str]) -> Iterator[None]:
    """Say what is wrong with the controls within, in one sentence after them, and remember it."""
    try:
        yield
    except InputError as error:
        st.warning(in_markdown(str(error)), icon=":material/edit:")
        faults.append(str(error))
