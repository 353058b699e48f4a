"""Pages of rows as web APIs write them: ``{"count": …, "next": …, "previous": …, "results": [{…}, …]}``.

This is the shape of Django REST framework's ``PageNumberPagination``, which the Education Data API keeps (read in the
Urban Institute's own R package, ``R/get-page-data.R``: it follows ``next`` and compares the rows with ``count``).
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from analysis.errors import InputError
from data.formats.files import Given

# A state of 10,500 schools fills less than half of it; as Python's own objects a page takes several times its size.
LARGEST_PAGE = 50 << 20
# Nothing but plain values before the rows: a map has its type there, or other objects.
_START = re.compile(rb'\s*\{[^\[{]*"results"\s*:\s*\[')


@dataclass(frozen=True)
class Page:
    """One page: its rows, how many all pages have together, and where the next one is."""

    rows: list[dict[str, Any]]
    count: int
    next: str | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of its rows, in the order met."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row))


def is_page(file: Given) -> bool:
    """Whether a JSON file is a page of rows, by how it begins."""
    return _START.match(file.head(4096).removeprefix(b"\xef\xbb\xbf")) is not None


def read(file: Given) -> Page:
    """The page in a file.

    Raises:
        InputError: it is no page, is cut short or is larger than any page.
    """
    content = file.read()
    if len(content) > LARGEST_PAGE:
        raise InputError(f"{file.label} is larger than {LARGEST_PAGE >> 20} MB: give its rows in smaller pages.")
    try:
        told = json.loads(content, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise InputError(f"{file.label} is JSON that is damaged or cut short: download it again.") from None
    rows = told.get("results") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{file.label} is not a page of rows: give what the API answers, with its results.")
    count, following = told.get("count"), told.get("next")
    return Page(rows, count if isinstance(count, int) else len(rows), following or None)


def table(file: Given) -> pa.Table:
    """The rows of a page as text, one column a field; null is missing.

    Raises:
        InputError: as ``read``, or a field holds more than one plain value.
    """
    page = read(file)
    columns = {name: [_text(row.get(name), name, file.label) for row in page.rows] for name in page.fields}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _text(value: Any, name: str, label: str) -> str | None:
    if isinstance(value, (dict, list)):
        raise InputError(f"{label}: field {name} holds a list or an object, not a plain value; leave that field out.")
    return None if value is None else str(value)
