"""The files a person gives: opened safely, known by their content and never by their name.

Nothing here is extracted to disk or executed. A zip archive's own figures bound what is read from it: Python's
``zipfile`` never gives more bytes of an entry than its declared size, so checking the declared sizes is enough.
"""

import bz2
import codecs
import gzip
import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO, Literal

import numpy as np

from analysis.errors import InputError
from data.formats import deflate64

Kind = Literal["text", "zip", "workbook", "parquet", "shapefile", "geopackage", "json", "r"]

BLOCK = 4 << 20
GIGABYTE = 1 << 30
# A genuine national CCD file is 2.1 GB at 20 to 60 times its packed size.
LARGEST_ARCHIVE = 8 * GIGABYTE
LARGEST_WORKBOOK = 256 << 20  # a nation's schools in fifty columns; what they share is held in memory
LARGEST_HELD = 2 * GIGABYTE  # of maps, workbooks and packed Parquet, which are held in memory; text never is
LARGEST_RATIO = 500
MOST_ENTRIES = 10_000
RATIO_MATTERS_ABOVE = 1 << 20

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PACKED_R = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_R_MAGIC = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"X\n\x00\x00\x00", b"A\n2\n", b"A\n3\n")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF8_MARK = b"\xef\xbb\xbf"
_MAGIC: dict[bytes, Kind] = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"PAR1": "parquet",
    b"\x00\x00\x27\x0a": "shapefile",
    b"SQLite format 3\x00": "geopackage",
    OLD_EXCEL: "workbook",
}
_UNREADABLE = {
    b"\x1f\x8b": "is packed with gzip: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"Rar!": "is a RAR archive: unpack it first",
    b"%PDF": "is a PDF: give the table it shows as CSV or XLSX",
}


class NotATableError(InputError):
    """The file holds nothing that could be a table or a map; inside an archive such entries are passed over."""


@dataclass(frozen=True)
class Given:
    """A file as the person gave it, or one entry of an archive they gave."""

    path: Path
    entry: str | None = None

    @property
    def label(self) -> str:
        """How people are told of it: ``ccd.zip › ccd_sch_052.csv``."""
        return self.path.name if self.entry is None else f"{self.path.name} › {PurePosixPath(self.entry).name}"

    def open(self) -> IO[bytes]:
        """The bytes from the start; the caller closes it."""
        if self.entry is None:
            return self.path.open("rb")
        with zipfile.ZipFile(self.path) as archive:  # the entry keeps the archive's file open until it is closed
            info = archive.getinfo(self.entry)
            if info.compress_type == deflate64.METHOD:
                return io.BufferedReader(deflate64.Deflate64Stream(self.path, info))
            return archive.open(info)

    def head(self, size: int) -> bytes:
        """The first bytes."""
        with faults_told(self.label), self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All of its bytes, for what can only be read as a whole.

        Raises:
            InputError: there are more than can be held.
        """
        with faults_told(self.label), self.open() as stream:
            content = stream.read(LARGEST_HELD + 1)
        if len(content) > LARGEST_HELD:
            raise InputError(f"{self.label} is larger than {LARGEST_HELD // GIGABYTE} GB: give a smaller part of it.")
        return content


@contextmanager
def faults_told(label: str) -> Iterator[None]:
    """Turn what the system or a damaged archive can raise into one plain sentence."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{label} was not found: check the name and the folder.") from None
    except IsADirectoryError:
        raise InputError(f"{label} is a folder: give the files inside it.") from None
    except PermissionError:
        raise InputError(f"{label} may not be read: ask for permission or copy it elsewhere.") from None
    except NotImplementedError:
        raise InputError(f"{label} is packed in a way that cannot be read here: unpack it first.") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, zipfile.BadZipFile):
        raise InputError(f"{label} is damaged or cut short: download it again.") from None


def given(path: Path) -> Given:
    """The file at a path, checked to be there, a file, readable and not empty."""
    path = Path(path)
    with faults_told(path.name or str(path)):
        if path.is_dir():
            raise IsADirectoryError
        if path.stat().st_size == 0:
            raise NotATableError(f"{path.name} is empty: download it again.")
    return Given(path)


def kind(file: Given) -> Kind:
    """What a file is, by its first bytes.

    Raises:
        NotATableError: it is nothing that can be read here.
    """
    head = file.head(4096)
    if _is_r_data(file, head):
        return "r"
    for magic, reason in _UNREADABLE.items():
        if head.startswith(magic):
            raise NotATableError(f"{file.label} {reason}.")
    for magic, known in _MAGIC.items():
        if head.startswith(magic):
            if head[100:104] == b"\0\0\0\x32" and known == "shapefile":  # where a .shp has its first record's number
                raise NotATableError(f"{file.label} is the index of a shapefile: give the .shp beside it.")
            return "workbook" if known == "zip" and _is_workbook(file) else known
    start = head.removeprefix(_UTF8_MARK)
    if b"\0" in start and head[:2] not in _UTF16:
        raise NotATableError(
            f"{file.label} holds bytes that are not text (row {1 + start[: start.index(0)].count(10)}): "
            "give a CSV, XLSX, Parquet, zip or map file."
        )
    if not start.strip():
        raise NotATableError(f"{file.label} is empty: download it again.")
    if re.match(rb"\s*(\{|\[\s*\{)", start):
        return "json"
    if re.match(rb"\s*<(!doctype|html|\?xml)", start, re.IGNORECASE):
        raise NotATableError(f"{file.label} is a web page or XML, not a table: download the data file itself.")
    return "text"


def _is_workbook(file: Given) -> bool:
    return is_open_document(file) or _has_entry(file, "xl/workbook.xml")


def is_open_document(file: Given) -> bool:
    """Whether a zip is an OpenDocument spreadsheet, which says so in its first entry."""
    return b"application/vnd.oasis.opendocument.spreadsheet" in file.head(256)


def _has_entry(file: Given, name: str) -> bool:
    with faults_told(file.label), file.open() as stream, zipfile.ZipFile(stream) as archive:
        return name in archive.namelist()


def _is_r_data(file: Given, head: bytes) -> bool:
    """Whether a file is R data (.rda, .RData, .rds), packed or not."""
    if not head.startswith((*_PACKED_R, *_R_MAGIC)):
        return False
    try:
        with file.open() as stream:
            return unpacked_r(stream, 5).startswith(_R_MAGIC)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return False


def unpacked_r(stream: IO[bytes], size: int) -> bytes:
    """The first bytes of what R packed into a stream with gzip, bzip2 or xz, or of the stream itself."""
    head = stream.read(6)
    stream.seek(0)
    unpack = next((unpack for magic, unpack in _PACKED_R.items() if head.startswith(magic)), None)
    if unpack is None:
        return stream.read(size)
    with unpack(stream, "rb") as inner:  # type: ignore[operator]
        return bytes(inner.read(size))


def entries(archive: Given) -> list[Given]:
    """The files inside a zip the person gave, after checking that it is safe to read.

    Raises:
        InputError: an entry is encrypted, points outside the archive's folder or is itself an archive; the archive
            unpacks to more than can be sensible; or it is damaged.
    """
    with faults_told(archive.label), zipfile.ZipFile(archive.path) as opened:
        infos = [info for info in opened.infolist() if not info.is_dir()]
    _check_safe(archive.label, infos, LARGEST_ARCHIVE)
    found = [Given(archive.path, info.filename) for info in infos if info.file_size]
    for file in found:
        if file.head(4) == b"PK\x03\x04" and not is_office(file):
            raise InputError(f"{file.label} is a zip inside a zip: unpack the outer one and give the inner one.")
    if not found:
        raise NotATableError(f"{archive.label} is an archive with nothing in it: download it again.")
    return found


def is_office(file: Given) -> bool:
    """Whether a zip is a workbook or another document of an office program."""
    return is_open_document(file) or _has_entry(file, "[Content_Types].xml")


def check_workbook(file: Given) -> None:
    """Refuse a workbook (a zip inside) that would unpack to more than can be sensible."""
    with faults_told(file.label), file.open() as stream, zipfile.ZipFile(stream) as opened:
        _check_safe(file.label, opened.infolist(), LARGEST_WORKBOOK)


def _check_safe(label: str, infos: list[zipfile.ZipInfo], largest: int) -> None:
    """Raise unless every entry is plain, stays inside its folder and unpacks to a sensible size."""
    if len(infos) > MOST_ENTRIES:
        raise InputError(f"{label} holds {len(infos):,} files, more than {MOST_ENTRIES:,}: give only those needed.")
    total = sum(info.file_size for info in infos)
    if total > largest:
        raise InputError(
            f"{label} unpacks to {total >> 20:,} MB, more than the {largest >> 20:,} MB allowed: give "
            "only the files or columns needed."
        )
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if ".." in path.parts or path.is_absolute() or re.match(r"[A-Za-z]:", info.filename):
            raise InputError(f'{label} has an entry "{info.filename}" outside its own folder: do not use this file.')
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError(f"{label} › {path.name} is a link to another file: give that file.")
        if info.flag_bits & 0x1:
            raise InputError(f"{label} › {path.name} is locked with a password: unpack it and give the file inside.")
        if info.file_size > max(RATIO_MATTERS_ABOVE, LARGEST_RATIO * info.compress_size):
            raise InputError(
                f"{label} › {path.name} unpacks to more than {LARGEST_RATIO} times its size, as no genuine table does: "
                "do not use this file."
            )


def _line_ends(block: bytes) -> int:
    """How many lines end in a block: what ``block.count`` gives, in a quarter of its time where lines are short."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))


class Utf8Stream:
    """A text file's bytes as UTF-8, whatever it was written in, a block at a time.

    UTF-16 is known by its byte-order mark. Otherwise each line is UTF-8 if it can be and Windows-1252 if it cannot:
    national files are sometimes pasted together from states that differ.
    """

    closed = False

    def __init__(self, file: Given) -> None:
        """Nothing is opened before the first ``read``."""
        self.label = file.label
        self.tail = b""  # the last bytes given, to tell how the file ends
        self._file = file
        self._blocks = self._read_blocks()
        self._one_at_a_time = Lock()  # pyarrow reads ahead in a thread of its own, also while an error closes us
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size`` of them; empty at the end."""
        with self._one_at_a_time:
            if size < 0:
                return self._ready + b"".join(self._blocks)
            while not self._ready:
                block = next(self._blocks, None)
                if block is None:
                    return b""
                self._ready = block
                self.tail = (self.tail + block[-64:])[-64:]
            given, self._ready = self._ready[:size], self._ready[size:]
            return given

    def close(self) -> None:
        """Let go of the file."""
        with self._one_at_a_time:
            self._blocks.close()
            self.closed = True

    def __enter__(self) -> "Utf8Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_blocks(self) -> Generator[bytes, None, None]:
        with faults_told(self.label), self._file.open() as raw:
            first = raw.read(BLOCK)
            wide = _UTF16.get(first[:2])
            if wide:
                yield from self._from_utf16(first[2:], raw, wide)
            else:
                yield from self._from_bytes(first.removeprefix(_UTF8_MARK), raw)

    def _from_bytes(self, block: bytes, raw: IO[bytes]) -> Iterator[bytes]:
        row, rest = 1, b""
        while block:
            if b"\0" in block:
                self._undecodable(row + block[: block.index(0)].count(b"\n"))
            if rest or not block.isascii():
                # Cut at a line's end, so that no character is split and each line can be judged whole.
                whole, newline, rest = (rest + block).rpartition(b"\n")
                yield self._utf8(whole + newline, row)
            else:
                yield block
            row += _line_ends(block)
            block = raw.read(BLOCK)
        yield self._utf8(rest, row)

    def _utf8(self, text: bytes, row: int) -> bytes:
        try:
            text.decode()
        except UnicodeDecodeError:
            text = b"\n".join(self._line_as_utf8(line, row + i) for i, line in enumerate(text.split(b"\n")))
        return text.replace(_UTF8_MARK, b"")  # also inside, where files were joined end to end

    def _line_as_utf8(self, line: bytes, row: int) -> bytes:
        for encoding in ("utf-8", "cp1252"):
            try:
                return line.decode(encoding).encode()
            except UnicodeDecodeError:
                continue
        return self._undecodable(row)

    def _from_utf16(self, block: bytes, raw: IO[bytes], encoding: str) -> Iterator[bytes]:
        decoder, row = codecs.getincrementaldecoder(encoding)(), 1
        try:
            while block:
                text = decoder.decode(block)
                row += text.count("\n")
                yield text.encode()
                block = raw.read(BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeError:
            self._undecodable(row)

    def _undecodable(self, row: int) -> bytes:
        raise InputError(f"{self.label}, row {row:,}: not readable as text; save the file as CSV in UTF-8.")
