"""What a link asks a control for that the control does not offer: Streamlit forgets it, so it is noted and told."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import streamlit as st

from pages.words import links as link_words

T = TypeVar("T")
_NOTED = "not_in_this_link"


def chosen(key: str, what: str, labels: Mapping[T, str], draw: Callable[[], T]) -> T:
    """The choice of a control, and under it a sentence where the link asked for another in vain.

    Args:
        key, what: as in ``note``.
        labels: of its options.
        draw: draws the control.
    """
    said = asked(key)
    found = draw()
    note(key, what, said, labels.values(), labels[found])
    tell(key)
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
    lost = [each for each in asked if each not in offered]
    if lost:
        noted[key] = (what, ", ".join(lost), shown)
    elif key in noted and (asked or noted[key][2] != shown):
        del noted[key]


def tell(*keys: str) -> None:
    """Say in one sentence what a link asked of some controls in vain, if anything."""
    noted = st.session_state.get(_NOTED, {})
    if lost := [noted[key] for key in keys if key in noted]:
        st.warning(link_words.not_here(lost), icon=":material/link_off:")
