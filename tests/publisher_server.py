"""A publisher's web server on this machine: files with ETag and Range, answers in pages, and every way one can fail."""

import io
import json
import re
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STALL_SECONDS = 1.5
API = "https://educationdata.urban.org"  # as the API names itself, wherever it is asked
PAGE = b"<!DOCTYPE html><html><body>We have moved.</body></html>"


def packed(**entries: str | bytes) -> bytes:
    """A zip of these entries; _dot_ in a name stands for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("_dot_", "."), text)
    return content.getvalue()


@dataclass(frozen=True)
class Fault:
    """What one answer does wrong.

    Attributes:
        status: answered in place of the file.
        headers: sent with it.
        page: an HTML page comes, declared as one or (``disguised``) as the file.
        after: bytes after which the answer breaks off, or stalls.
        ignores_range: the whole file comes, whatever was asked for.
        shifted: a part of the file comes that was not asked for.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    page: bool = False
    disguised: bool = False
    after: int | None = None
    stalls: bool = False
    ignores_range: bool = False
    shifted: bool = False


@dataclass
class Publisher:
    """The server: its files by path, the faults still to come by path, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    head: bool = True
    url: str = ""

    def answers(self, path: str, rows: Sequence[dict[str, object]], size: int = 10_000) -> list[str]:
        """Answer a query in pages of so many rows, as the Education Data API does; the paths of the pages."""
        starts = range(0, max(len(rows), 1), size)
        paths = [path, *(f"{path}&page={number}" for number in range(2, len(starts) + 1))]
        links = [None, *(API + each for each in paths), None]
        for number, start in enumerate(starts):
            page = {
                "count": len(rows),
                "next": links[number + 2] if number + 1 < len(starts) else None,
                "previous": links[number],
                "results": rows[start : start + size],
            }
            self.files[paths[number]] = json.dumps(page).encode()
        return paths

    def gets(self, path: str) -> list[str | None]:
        """The Range header of each GET of a path."""
        return [wanted for method, asked, wanted in self.asked if method == "GET" and asked == path]


@contextmanager
def serving() -> Iterator[Publisher]:
    """A server that runs as long as the block."""
    publisher = Publisher()

    class Handler(_Handler):
        pass

    Handler.publisher = publisher
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    publisher.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher

    def do_HEAD(self) -> None:
        self._note()
        if not self.publisher.head:
            self._send(405, b"", {})
        elif self.path in self.publisher.files:
            self._send(200, self.publisher.files[self.path], {}, body=False)
        else:
            self._send(404, PAGE, {"Content-Type": "text/html"}, body=False)

    def do_GET(self) -> None:
        self._note()
        fault = self.publisher.faults[self.path].pop(0) if self.publisher.faults[self.path] else Fault()
        if self.path not in self.publisher.files:
            self._send(404, PAGE, {"Content-Type": "text/html"})
        elif fault.status != 200:
            self._send(fault.status, PAGE, {"Content-Type": "text/html", **dict(fault.headers)})
        elif fault.page:
            kind = "application/zip" if fault.disguised else "text/html; charset=utf-8"
            self._send(200, PAGE, {"Content-Type": kind})
        else:
            self._file(fault)

    def _file(self, fault: Fault) -> None:
        content = self.publisher.files[self.path]
        version = self.publisher.versions.get(self.path, '"1"')
        # What an API works out anew at each asking has no version, so what broke off cannot be gone on with.
        plain = {"Content-Type": "application/x-zip-compressed", "ETag": version}
        headers = ({"Content-Type": "application/json"} if "?" in self.path else plain) | dict(fault.headers)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and not fault.ignores_range and self.headers.get("If-Range", version) == version:
            start = int(asked[1])
            if start >= len(content):
                self._send(416, b"", {})
                return
            told = start + 1 if fault.shifted else start
            headers["Content-Range"] = f"bytes {told}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], headers, fault=fault)
        else:
            self._send(200, content, headers, fault=fault)

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], *, body: bool = True, fault: Fault | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        cut = fault.after if fault else None
        if body:
            self.wfile.write(content if cut is None else content[:cut])
        if cut is not None:
            self.wfile.flush()
            if fault and fault.stalls:
                time.sleep(STALL_SECONDS)
            self.close_connection = True

    def _note(self) -> None:
        self.publisher.asked.append((self.command, self.path, self.headers.get("Range")))

    def log_message(self, *_: object) -> None:
        """Say nothing."""
