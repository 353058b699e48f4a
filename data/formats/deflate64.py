"""Entries of a zip that are packed with Deflate64, as NCES packs its largest membership files and Python does not.

Format: PKWARE, APPNOTE.TXT 6.3.10, 4.3.7 (local file header) and 4.4.5 (method 9). Unpacking is inflate64's; Python's
``zipfile`` says where the entry is and how large.
"""

import io
import struct
import zipfile
import zlib
from pathlib import Path

METHOD = 9
_HEADER_BYTES = 30
_LENGTHS = struct.Struct("<HH")  # of the name and the extra field, at the end of a local file header
_LENGTHS_AT = 26
_PIECE = 64 << 10


class Deflate64Stream(io.RawIOBase):
    """The unpacked bytes of one entry, a piece at a time and never more than it declares.

    Raises:
        zipfile.BadZipFile: on reading, where the entry is damaged or cut short.
    """

    def __init__(self, path: Path, entry: zipfile.ZipInfo) -> None:
        """Open the archive at the entry's first packed byte."""
        from inflate64 import Inflater  # few files need it

        self._file = path.open("rb")
        self._file.seek(entry.header_offset)
        name, extra = _LENGTHS.unpack_from(self._file.read(_HEADER_BYTES), _LENGTHS_AT)
        self._file.seek(name + extra, io.SEEK_CUR)
        self._inflater = Inflater()
        self._packed_left = entry.compress_size
        self._left = entry.file_size
        self._wanted_checksum, self._checksum = entry.CRC, 0
        self._ready = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # io's own annotation is wider
        """Fill a buffer with the next bytes; 0 at the end."""
        while not self._ready and self._left:
            self._unpack()
        given = self._ready[: len(buffer)]
        self._ready = self._ready[len(given) :]
        buffer[: len(given)] = given
        return len(given)

    def _unpack(self) -> None:
        packed = self._file.read(min(_PIECE, self._packed_left))
        if not packed:
            raise zipfile.BadZipFile("the entry is cut short")
        self._packed_left -= len(packed)
        try:
            self._ready = self._inflater.inflate(packed)[: self._left]
        except ValueError as fault:
            raise zipfile.BadZipFile("the entry is damaged") from fault
        self._left -= len(self._ready)
        self._checksum = zlib.crc32(self._ready, self._checksum)
        if not self._left and self._checksum != self._wanted_checksum:
            raise zipfile.BadZipFile("the entry is damaged")

    def close(self) -> None:
        """Let go of the archive."""
        self._file.close()
        super().close()
