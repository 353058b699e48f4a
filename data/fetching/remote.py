"""What a publisher keeps and how it comes to this machine: a file as it is, or a query's pages put together as one."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar
from urllib.parse import urlsplit

from analysis.errors import InputError


@dataclass(frozen=True)
class Remote:
    """A file a publisher keeps.

    Attributes:
        url: where it is.
        about: what is in it and for which year, such as "students 2018–19".
        year: the fall its school year begins in, or the year of boundaries.
        optional: whether it is natural that a state has none.
    """

    url: str
    about: str
    year: int
    optional: bool = False
    size_untold: ClassVar[str] = "size not told"

    @property
    def name(self) -> str:
        """The file's name, by which it is known on disk."""
        return PurePosixPath(urlsplit(self.url).path).name

    # The web is slow to import, and a command line is read without it.

    def size(self) -> int | None:
        """How many bytes it has, where its server tells.

        Raises:
            NotThereError, UnreachableError: as ``download.size``.
        """
        from data.fetching import download

        return download.size(mirrored(self.url))

    def bring(self, path: Path, progress: Callable[[str], None]) -> None:
        """Fetch it, going on where an earlier break left off.

        Raises:
            InputError: as ``download.download``.
        """
        from data.fetching import download

        download.download(mirrored(self.url), path, progress)

    def forget(self, path: Path) -> None:
        """Remove it and whatever has come of it."""
        from data.fetching import download

        download.forget(path)


@dataclass(frozen=True)
class PagedRemote(Remote):
    """A query to a publisher's API, whose answer comes in pages: one file here once all of them have come."""

    size_untold: ClassVar[str] = "not told before its first page"

    @property
    def name(self) -> str:
        """The query as a file's name: schools-ccd-directory-2018-fips-48.json."""
        parts = urlsplit(self.url)
        query = f"{re.sub(r'^/api/v[0-9]+/', '', parts.path)}{parts.query}"
        return re.sub(r"[^a-z0-9]+", "-", query.casefold()).strip("-") + ".json"

    def size(self) -> int | None:
        """Unknown: the first page tells how many rows there are, and nothing is fetched to plan."""
        return None

    def bring(self, path: Path, progress: Callable[[str], None]) -> None:
        """Fetch every page, going on where an earlier break left off.

        Raises:
            InputError: as ``paged.download``.
        """
        from data.fetching import paged
        from data.sources import urban

        paged.download(mirrored(self.url), path, urban.check_fields, progress)

    def forget(self, path: Path) -> None:
        """Remove it and the pages that have come of it."""
        from data.fetching import paged

        paged.forget(path)


def mirrored(url: str) -> str:
    """The address, on the mirror that ``EVENGROUND_MIRROR`` names in place of the publisher's own server.

    Raises:
        InputError: the mirror is not an address.
    """
    mirror = os.environ.get("EVENGROUND_MIRROR", "")
    if not mirror:
        return url
    if urlsplit(mirror).scheme not in ("http", "https") or not urlsplit(mirror).netloc:
        raise InputError(f'EVENGROUND_MIRROR is "{mirror}"; give an address such as https://mirror.example.org.')
    parts = urlsplit(url)
    return mirror.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
