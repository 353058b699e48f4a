"""Text that users, files and data brought, as the two languages of pages take it: Markdown and the HTML of charts."""

import html
import re

# What begins emphasis, code, a link, an image, a formula, a tag, an entity, a directive or a cell, anywhere in a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>$~|]|&(?=[#\w])|:(?=\S)")
# What begins a heading or a list at the start of a line.
_AT_THE_START = re.compile(r"^(\d*)([#+\-.)])(?=[\s#])")


def in_markdown(text: str) -> str:
    """A text that stands in Markdown as it is, in one line: no part of it is a picture, a link or a formula."""
    line = _ANYWHERE.sub(r"\\\g<0>", " ".join(text.split()))
    return _AT_THE_START.sub(r"\1\\\2", line)


def in_chart(text: str) -> str:
    """A text that stands in a chart as it is: no part of it is bold or a link."""
    return html.escape(text, quote=False)
