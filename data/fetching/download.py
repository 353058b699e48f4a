"""One file from the web to the disk: whole or not at all, resumed after a break, with bounded patience.

HTTP is requests, and urllib3's ``Retry`` waits and asks again where a server is busy or does not answer. What neither
does is here: going on where a broken download stopped (RFC 9110: Range with If-Range, so that a file that has changed
since is fetched anew), knowing a web page in place of a file, and never leaving half a file under a whole file's name.
"""

import hashlib
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from analysis.errors import InputError

TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two pieces of an answer
TRIES = 5
BACKOFF = 1.0  # seconds before the second try, doubled before each further one
LONGEST_WAIT = 60
_PIECE = 64 << 10
_SECONDS_BETWEEN_NEWS = 2.0
_BUSY = (429, 500, 502, 503, 504)
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_MEGABYTE = 1e6


class NotThereError(InputError):
    """The publisher's server has no such file."""


class UnreachableError(InputError):
    """The publisher's server does not answer, or breaks off again and again."""


def size(url: str) -> int | None:
    """How many bytes a file has, where its server tells without sending it.

    Raises:
        NotThereError: there is no such file.
        UnreachableError: the server does not answer.
    """
    try:
        with _session(tries=1) as session:
            answer = session.head(url, allow_redirects=True, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"})
    except requests.RequestException:
        raise UnreachableError(f"{url} does not answer: look at the connection.") from None
    if answer.status_code in (404, 410):
        raise NotThereError(_not_there(url))
    told = answer.headers.get("Content-Length", "")
    of_file = answer.ok and not _is_page(answer)
    return int(told) if of_file and told.isdigit() else None


def download(url: str, path: Path, progress: Callable[[str], None] = lambda _: None) -> None:
    """Fetch a file; what an earlier broken call has brought is not fetched again.

    Args:
        url: where it is.
        path: where it goes; beside it ``.part`` holds what has come of it, and ``.json`` its address and SHA-256.
        progress: told how much has come.

    Raises:
        NotThereError: there is no such file.
        UnreachableError: the server does not answer, or breaks off again and again.
        InputError: the server refuses, stays busy or sends something else, or the disk is full.
    """
    part = _Part(path)
    with _disk_faults_told(path), _session(TRIES) as session:
        path.parent.mkdir(parents=True, exist_ok=True)
        for waited in range(TRIES):
            try:
                _go_on(session, url, part, progress)
                break
            except _BROKEN:
                if waited == TRIES - 1:
                    whole = " whole" if part.path.exists() and part.path.stat().st_size else ""
                    kept = "; what has come is kept" if part.so_far()[0] else ""
                    raise UnreachableError(
                        f"{path.name} did not come{whole} from {url} in {TRIES} tries: look at the "
                        f"connection and ask again{kept}."
                    ) from None
                time.sleep(min(BACKOFF * 2**waited, LONGEST_WAIT))
        part.finish(url)


def keep(content: bytes, url: str, path: Path) -> None:
    """Keep what was put together from several answers as ``download`` keeps a file: whole or not at all.

    Raises:
        InputError: the disk is full.
    """
    part = _Part(path)
    with _disk_faults_told(path):
        part.path.write_bytes(content)
        part.finish(url)


def is_whole(path: Path) -> bool:
    """Whether a file is there as ``download`` brought it, by its SHA-256."""
    try:
        told = json.loads(_record(path).read_text(encoding="utf-8"))
        return bool(told["sha256"] == _sha256(path))
    except (OSError, ValueError, TypeError, KeyError):
        return False


def forget(path: Path) -> None:
    """Remove a file, what has come of it and what was noted about it."""
    _Part(path).forget()
    for each in (path, _record(path)):
        each.unlink(missing_ok=True)


def megabytes(count: int) -> str:
    """A number of bytes as people read it."""
    return f"{count / _MEGABYTE:,.1f} MB"


# One request --------------------------------------------------------------------------------------------------------


def _session(tries: int) -> requests.Session:
    retry = Retry(
        total=None,
        status=tries - 1,
        connect=0,  # a connection that fails or breaks is for ``download`` to go on with
        read=0,
        status_forcelist=_BUSY,
        allowed_methods={"GET", "HEAD"},
        backoff_factor=BACKOFF,
        backoff_max=LONGEST_WAIT,
        retry_after_max=LONGEST_WAIT,
        raise_on_status=False,
    )
    session = requests.Session()
    session.headers["User-Agent"] = "Evenground"
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _go_on(session: requests.Session, url: str, part: "_Part", progress: Callable[[str], None]) -> None:
    """Bring what is still missing of a file."""
    have, validator = part.so_far()
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        goes_on = answer.status_code == 206 and _starts_at(answer) == have
        if answer.status_code == 416 or (answer.status_code == 206 and not goes_on):
            part.forget()
            raise requests.ConnectionError("the server answers for another part of the file")
        _check(answer, url)
        if not goes_on:
            have = 0
            part.begin(_validator(answer))
        rest = answer.headers.get("Content-Length", "")
        whole = have + int(rest) if rest.isdigit() else None
        with part.path.open("ab" if goes_on else "wb") as file:
            for piece in _with_news(answer.iter_content(_PIECE), part.name, have, whole, progress):
                file.write(piece)


def _with_news(
    pieces: Iterator[bytes], name: str, have: int, whole: int | None, progress: Callable[[str], None]
) -> Iterator[bytes]:
    told = time.monotonic()
    for piece in pieces:
        yield piece
        have += len(piece)
        if time.monotonic() - told >= _SECONDS_BETWEEN_NEWS:
            told = time.monotonic()
            progress(f"{name}: {megabytes(have)}" + (f" of {megabytes(whole)}" if whole else ""))


def _check(answer: requests.Response, url: str) -> None:
    """Refuse an answer that is not a file."""
    if answer.status_code in (404, 410):
        raise NotThereError(_not_there(url))
    if answer.status_code in _BUSY:
        raise InputError(f"The server of {url} stays busy or out of order ({answer.status_code}): ask again later.")
    if not answer.ok:
        raise InputError(f"The server of {url} refuses the file ({answer.status_code}): ask again later.")
    if _is_page(answer):
        raise InputError(f"{url} brings a web page in place of the file: it has moved, or the network asks to sign in.")


def _not_there(url: str) -> str:
    return f"There is no file at {url}: it has moved, or was never published."


def _is_page(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith(("text/html", "application/xhtml"))


def _starts_at(answer: requests.Response) -> int | None:
    told = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(told[1]) if told else None


def _validator(answer: requests.Response) -> str:
    """What tells this version of the file from another: a strong ETag, or when it was changed (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")


# On the disk --------------------------------------------------------------------------------------------------------


class _Part:
    """What has come of a file, and the version of the file it belongs to."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.path = path.with_name(f"{path.name}.part")
        self._whole = path
        self._version = path.with_name(f"{path.name}.part-version")

    def so_far(self) -> tuple[int, str]:
        """Bytes that need not be fetched again, and their version; (0, "") where one of the two is not known."""
        try:
            have, validator = self.path.stat().st_size, self._version.read_text(encoding="latin-1")
        except OSError:
            return 0, ""
        return (have, validator) if have and validator else (0, "")

    def begin(self, validator: str) -> None:
        self.forget()
        self._version.write_text(validator, encoding="latin-1")

    def forget(self) -> None:
        for each in (self.path, self._version):
            each.unlink(missing_ok=True)

    def finish(self, url: str) -> None:
        """Give what has come its own name, once it is what its name says."""
        with self.path.open("rb") as file:
            page = file.read(512).lstrip().lower().startswith((b"<!doctype", b"<html"))
        if page or (self._whole.suffix == ".zip" and not zipfile.is_zipfile(self.path)):
            self.forget()
            what = "a web page" if page else "something that is no zip, or half of one,"
            raise InputError(f"{url} brings {what} in place of the file: it has moved, or the network asks to sign in.")
        told = {"url": url, "bytes": self.path.stat().st_size, "sha256": _sha256(self.path)}
        _record(self._whole).write_text(json.dumps(told), encoding="utf-8")
        self.path.replace(self._whole)
        self.forget()


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _disk_faults_told(path: Path) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as fault:
        raise InputError(f"{path.name} cannot be fetched ({type(fault).__name__}): look at the connection.") from None
    except OSError as fault:
        raise InputError(
            f"{path.parent} cannot be written ({fault.strerror}): make room, or give another place."
        ) from None
