"""An answer in pages from the web to the disk: every page fetched, held against the others, kept as one page.

Each page is a file of its own until all have come, so a break loses at most one page. What the pages say of themselves
must agree: a later page may repeat rows or lead back to an earlier one, and a table with schools lost or doubled is
worse than none.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from analysis.errors import InputError
from data.fetching import download as web
from data.fetching.download import NotThereError
from data.formats import json_pages
from data.formats.files import Given
from data.formats.json_pages import Page

# Given the fields of the first page and the query's name: refuses fields that cannot be read.
Check = Callable[[tuple[str, ...], str], None]


def download(url: str, path: Path, check: Check, progress: Callable[[str], None] = lambda _: None) -> None:
    """Fetch every page of a query; what an earlier broken call has brought is not fetched again.

    Args:
        url: where the first page is. Of the address of a next page only the query is taken.
        path: where all rows go, as one page; beside it ``.pages`` holds the pages that have come.
        check: whether the fields can be read, asked before a second page is fetched.
        progress: told how many pages and rows have come.

    Raises:
        NotThereError: there is no such query, or it has no rows.
        UnreachableError: the server does not answer, or breaks off again and again; the pages so far are kept.
        InputError: the server refuses or stays busy; or the pages are damaged, do not agree or have other fields, and
            are then forgotten.
    """
    pages = _folder(path)
    try:
        rows = _rows(url, path, check, progress)
    except _UnsoundError:
        shutil.rmtree(pages, ignore_errors=True)
        raise
    whole = {"count": len(rows), "next": None, "previous": None, "results": rows}
    web.keep(json.dumps(whole, ensure_ascii=False).encode(), url, path)
    shutil.rmtree(pages, ignore_errors=True)


def forget(path: Path) -> None:
    """Remove what came of a query: all of it, or the pages so far."""
    shutil.rmtree(_folder(path), ignore_errors=True)
    web.forget(path)


class _UnsoundError(InputError):
    """What came cannot be gone on with: asked again, the query begins anew."""


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.pages")


def _rows(url: str, path: Path, check: Check, progress: Callable[[str], None]) -> list[dict[str, object]]:
    """The rows of all pages, which together are what the first page says they are."""
    rows: list[dict[str, object]] = []
    first: Page | None = None
    for number, page in enumerate(_pages(url, path, progress), 1):
        if first is None:
            first = page
            _check_first(page, url, path.name, check)
        rows += page.rows
        if page.count != first.count:
            _refuse(path, f"has {first.count:,} rows by its first page and {page.count:,} by page {number}")
        if not page.rows or len(rows) > first.count:
            _refuse(path, f"goes on after page {number}, which should be the last of its {first.count:,} rows")
        of = ceil(first.count / len(first.rows))
        progress(f"{path.name}: page {number} of {of}, {len(rows):,} of {first.count:,} rows")
    if first is not None and len(rows) != first.count:
        _refuse(path, f"brings {len(rows):,} rows where it says there are {first.count:,}")
    if again := int(pd.DataFrame(rows).astype("str").duplicated().sum()):
        _refuse(path, f"brings {again:,} of its {len(rows):,} rows twice, and so may lack as many others")
    return rows


def _check_first(page: Page, url: str, name: str, check: Check) -> None:
    if not page.count:
        raise _NoRowsError(f"{url} has no rows: they are not published yet, or the address has changed.")
    try:
        check(page.fields, name)
    except InputError as fault:
        raise _UnsoundError(str(fault)) from None


class _NoRowsError(NotThereError, _UnsoundError):
    """The query is known and has no rows."""


def _refuse(path: Path, what: str) -> None:
    raise _UnsoundError(f"{path.name} {what}: ask again later.")


def _pages(url: str, path: Path, progress: Callable[[str], None]) -> Iterator[Page]:
    """The pages in order, each fetched unless it is there; they end where no next one is named."""
    asked: list[str] = []
    following: str | None = url
    while following:
        if following in asked:
            _refuse(path, f"leads from page {len(asked)} back to page {asked.index(following) + 1}")
        asked.append(following)
        file = _folder(path) / f"{path.stem}-page{len(asked)}.json"
        if not web.is_whole(file):
            web.download(following, file, progress)
        try:
            page = json_pages.read(Given(file))
        except InputError as fault:
            raise _UnsoundError(str(fault)) from None
        yield page
        # Behind a proxy an API names itself otherwise than the web does, and a mirror has an address of its own.
        following = urlsplit(url)._replace(query=urlsplit(page.next).query).geturl() if page.next else None
