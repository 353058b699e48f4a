"""Where the header of a table is: publishers put titles and notes above it."""

import re
from collections import Counter
from collections.abc import Sequence

Row = Sequence[str]


def header_at(rows: Sequence[Row]) -> int:
    """The position of the header: the first row of mostly text, distinct and as wide as the data, or nearly.

    A header lacking one name is still the header, so that the rows below are told to be ragged.
    """
    width = _usual_width(rows)
    enough = max(min(width, 2), min(0.8 * width, width - 1))
    for i, row in enumerate(rows):
        filled = [cell.strip() for cell in row if cell.strip()]
        words = [cell for cell in filled if not _is_number(cell)]
        if len(filled) >= enough and len(words) > len(filled) / 2 and len(set(filled)) > len(filled) / 2:
            return i
    return next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)


def _usual_width(rows: Sequence[Row]) -> int:
    widths = Counter(
        max(i for i, cell in enumerate(row, 1) if cell.strip()) for row in rows if any(map(str.strip, row))
    )
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _is_number(cell: str) -> bool:
    """Whether a cell is a number rather than a name; a year is a name, as columns are often headed by years."""
    if re.fullmatch(r"(19|20)\d\d", cell):
        return False
    try:
        float(cell.replace(",", "").removesuffix("%"))
    except ValueError:
        return False
    return True


def named(row: Row) -> tuple[str, ...]:
    """The column names in a header row, a line break or several blanks inside one folded to one."""
    return tuple(" ".join(cell.split()) for cell in row)
