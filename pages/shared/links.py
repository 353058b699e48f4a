"""What a link asks a control for that the control does not offer: Streamlit forgets it, so it is noted and told."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import streamlit as st

from pages.words import links as link_words

T = TypeVar("T")
N = TypeVar("N", int, float, int | None, float | None)
_NOTED = "not_in_this_link"
_ENDLESS = "endless_in_this_link"


def chosen(
    draw: Callable[..., T], label: str, key: str, labels: Mapping[T, str], what: str | None = None, **more: Any
) -> T:
    """The choice of a control, and under it a sentence where the link asked for another in vain.

    Args:
        draw: such as ``st.selectbox``.
        label, key: of the control.
        labels: of its options.
        what: as in ``note``; the label where it is not given.
        more: for ``draw``.
    """
    found = choice(draw, label, key, labels, what, **more)
    tell(key)
    return found


def choice(
    draw: Callable[..., T], label: str, key: str, labels: Mapping[T, str], what: str | None = None, **more: Any
) -> T:
    """The same, noted for ``tell`` or ``tell_settings``."""
    said = asked(key)
    found = draw(label, list(labels), format_func=labels.__getitem__, key=key, bind="query-params", **more)
    note(key, what or label, said, labels.values(), labels[found])
    return found


def asked(key: str) -> list[str]:
    """What the link says of a control; to be read before the control is drawn, which forgets what it does not offer.

    Nothing where the person has seen the control: it then changes with others, and no link has asked.
    """
    return [] if key in st.session_state else st.query_params.get_all(key)


def note(key: str, what: str, asked: Collection[str], offered: Collection[str], shown: str) -> None:
    """Keep in mind what a link asked for in vain, for as long as what was shown instead stays.

    Args:
        key: of the control.
        what: it chooses, such as "school year".
        asked: what ``asked`` gave.
        offered: its labels.
        shown: its label now.
    """
    noted: dict[str, tuple[str, str, str]] = st.session_state.setdefault(_NOTED, {})
    lost = [each for each in asked if each and each not in offered]  # nothing at all is what a link says of none
    if lost:
        noted[key] = (what, ", ".join(lost), shown)
    elif key in noted and (asked or noted[key][2] != shown):
        del noted[key]


def tell(*keys: str) -> None:
    """Say in one sentence what a link asked of some controls in vain, if anything."""
    if lost := _lost(keys):
        st.warning(link_words.not_here(lost), icon=":material/link_off:")


def number(key: str, label: str, draw: Callable[[], N], empty: str = "nothing") -> N:
    """The number of a control, noted where the link says another, for ``tell_settings`` to tell.

    Args:
        key, label: of the control.
        draw: draws it.
        empty: what is shown where it holds no number.
    """
    said = asked(key)
    found = draw()
    taken = [each for each in said if found is not None and _read(each) == found]
    note(key, label, said, taken, empty if found is None else f"{found:g}")
    return found


def tell_settings(*keys: str) -> None:
    """The same as ``tell`` of controls that are noted by their labels."""
    if lost := _lost(keys):
        st.warning(link_words.cannot_be(lost), icon=":material/link_off:")


def _lost(keys: Collection[str]) -> list[tuple[str, str, str]]:
    noted = st.session_state.get(_NOTED, {})
    return [noted[key] for key in keys if key in noted]


def drop_endless() -> None:
    """Take out of the link what is a number without end, on which Streamlit fails, and say so."""
    endless = {key: said for key, said in st.query_params.items() if not math.isfinite(_read(said) or 0.0)}
    if endless:
        st.session_state[_ENDLESS] = endless
        for key in endless:
            del st.query_params[key]
        st.rerun()  # a control takes the link as it was when the run began
    if dropped := st.session_state.pop(_ENDLESS, None):
        st.warning(link_words.endless(dropped), icon=":material/link_off:")


def _read(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None
