"""Sentences on what a link asks for."""

from collections.abc import Mapping, Sequence

from pages.words.escaped import in_markdown
from pages.words.numbers import listed


def not_here(lost: Sequence[tuple[str, str, str]]) -> str:
    """That a link names what is not here, and what is shown instead.

    Args:
        lost: what each is, such as "school year"; what the link says; and what is shown.
    """
    named = listed([f"the {what} “{in_markdown(asked)}”" for what, asked, _ in lost])
    return f"The link names {named}, which {'is' if len(lost) == 1 else 'are'} not here; {_shown(lost)} instead."


def cannot_be(lost: Sequence[tuple[str, str, str]]) -> str:
    """That a link sets controls to what they cannot be, and what is shown instead.

    Args:
        lost: the label of each; what the link says; and what is shown.
    """
    said = listed([f"“{in_markdown(asked)}” for “{in_markdown(label)}”" for label, asked, _ in lost])
    return f"The link says {said}, which cannot be; {_shown(lost)} instead."


def endless(dropped: Mapping[str, str]) -> str:
    """That a link holds numbers without end, which are left out.

    Args:
        dropped: what the link says, by the name it has there.
    """
    said = listed([f"“{in_markdown(value)}” for “{in_markdown(key)}”" for key, value in dropped.items()])
    return f"The link says {said}, which is no number to calculate with, so it is left out."


def _shown(lost: Sequence[tuple[str, str, str]]) -> str:
    shown = [in_markdown(shown) for *_, shown in lost]
    return f"{listed(shown)} {'is' if len(shown) == 1 else 'are'} shown"
