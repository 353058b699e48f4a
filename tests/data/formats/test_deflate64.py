"""Zip entries packed with Deflate64: whole, damaged, cut short, and read like any other."""

import struct
import zipfile
import zlib

import inflate64
import pytest

from analysis.errors import InputError
from data.formats.files import Given
from data.formats.reading import tables

ROWS = ["ncessch,name,city"] + [f"4800001{number:05d},School {number},Crosbyton" for number in range(20_000)]
TEXT = "\n".join(ROWS).encode() + b"\n"


def archive(path, *, text=TEXT, cut=0):
    """A zip of one Deflate64 entry: stored as packed bytes, then method, checksum and size put right in its headers."""
    deflater = inflate64.Deflater()
    packed = deflater.deflate(text) + deflater.flush()
    with zipfile.ZipFile(path, "w") as plain:
        plain.writestr("table.csv", packed[: len(packed) - cut])
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 0), (b"PK\x01\x02", content.index(b"PK\x01\x02"))):
        shift = 2 if signature == b"PK\x01\x02" else 0  # the central header has one more field before these
        struct.pack_into("<H", content, at + 8 + shift, 9)
        struct.pack_into("<I", content, at + 14 + shift, zlib.crc32(TEXT))
        struct.pack_into("<I", content, at + 22 + shift, len(TEXT))
    path.write_bytes(content)
    return path


def test_an_entry_reads_as_it_was_written(tmp_path):
    path = archive(tmp_path / "a.zip")
    assert zipfile.ZipFile(path).getinfo("table.csv").compress_type == 9
    assert Given(path, "table.csv").read() == TEXT
    assert Given(path, "table.csv").head(7) == TEXT[:7]
    (table,) = tables(path)
    frame = table.frame()
    assert len(frame) == 20_000
    assert frame["name"].iloc[-1] == "School 19999"


@pytest.mark.parametrize(
    "wrong",
    [{"cut": 1000}, {"text": TEXT.replace(b"School 7,", b"School 8,")}, {"text": TEXT[:-100]}],
    ids=["cut short", "another checksum", "smaller than told"],
)
def test_a_damaged_entry_is_told(tmp_path, wrong):
    path = archive(tmp_path / "a.zip", **wrong)
    with pytest.raises(InputError, match=r"a\.zip › table\.csv is damaged or cut short: download it again\."):
        Given(path, "table.csv").read()
