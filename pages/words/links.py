"""Sentences on what a link asks for."""

from collections.abc import Sequence

from pages.words.escaped import in_markdown
from pages.words.numbers import listed


def not_here(lost: Sequence[tuple[str, str, str]]) -> str:
    """That a link names what is not here, and what is shown instead.

    Args:
        lost: what each is, such as "school year"; what the link says; and what is shown.
    """
    named = listed([f"the {what} “{in_markdown(asked)}”" for what, asked, _ in lost])
    return f"The link names {named}, which {'is' if len(lost) == 1 else 'are'} not here; {_shown(lost)} instead."


def _shown(lost: Sequence[tuple[str, str, str]]) -> str:
    shown = [in_markdown(shown) for *_, shown in lost]
    return f"{listed(shown)} {'is' if len(shown) == 1 else 'are'} shown"
