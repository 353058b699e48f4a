"""The same few schools in every form a table comes in, byte for byte alike whenever they are made."""

import datetime
import gzip
import io
import struct
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import rdata

Row = Sequence[object]

COLUMNS = ("year", "ncessch", "leaid", "school", "state", "students", "ed", "black", "white")
SCHOOLS: tuple[Row, ...] = (
    (2018, "480000100001", "4800001", "Peñasco", "TX", 300, 150, 100, 200),
    (2018, "480000100002", "4800001", "East", "TX", 40, 10, 20, 20),
    (2018, "480000200001", "4800002", "West", "TX", 60, 50, 30, 30),
)
SHEET: tuple[Row, ...] = (COLUMNS, *SCHOOLS)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def changed(row: int, **values: object) -> tuple[Row, ...]:
    """The sheet with other values in one of its schools, from 0."""
    school = {**dict(zip(COLUMNS, SCHOOLS[row], strict=True)), **values}
    return tuple(tuple(school.values()) if i == row + 1 else each for i, each in enumerate(SHEET))


def text(rows: Sequence[Row] = SHEET, delimiter: str = ",") -> str:
    return "".join(delimiter.join("" if value is None else str(value) for value in row) + "\n" for row in rows)


def csv(rows: Sequence[Row] = SHEET) -> bytes:
    return text(rows).encode()


# Archives -----------------------------------------------------------------------------------------------------------


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED, mode: int = 0o100644) -> bytes:
    """A zip, by default not compressed, so that its bytes do not depend on a compressor's version."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.filename = name  # as given: ZipInfo would mend a foreign separator
            info.compress_type, info.create_system, info.external_attr = method, 3, mode << 16
            archive.writestr(info, content)
    return out.getvalue()


def gzipped(content: bytes) -> bytes:
    packed = bytearray(gzip.compress(content, compresslevel=0, mtime=0))
    packed[9] = 255  # the system it was made on
    return bytes(packed)


# Workbooks ----------------------------------------------------------------------------------------------------------

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_XLSX = {
    "[Content_Types].xml": f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""",
    "_rels/.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""{_XML}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}/relationships">
<sheets><sheet name="Schools" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""{_XML}<styleSheet xmlns="{_SPREADSHEET}"><fonts count="1"><font/></fonts>
<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>""",
}
DATE = '<c s="1"><v>{}</v></c>'  # a cell of a day, by its number since 1900
FORMULA = "<c><f>{}</f></c>"  # a formula whose value the workbook does not keep
ERROR = '<c t="e"><v>{}</v></c>'


def xlsx(rows: Sequence[Row] = SHEET, prolog: str = "") -> bytes:
    """A workbook; a value that begins with ``<c`` is a cell as it stands."""
    data = "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in rows)
    sheet = f'{_XML}{prolog}<worksheet xmlns="{_SPREADSHEET}"><sheetData>{data}</sheetData></worksheet>'
    return xlsx_of(sheet.encode())


def xlsx_of(sheet: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """A workbook with this as its one sheet's XML."""
    parts = {name: content.encode() for name, content in _XLSX.items()}
    return zipped({**parts, "xl/worksheets/sheet1.xml": sheet}, method)


def _xlsx_cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    written = str(value)
    return written if written.startswith("<c") else f'<c t="inlineStr"><is><t>{escape(written)}</t></is></c>'


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Schools">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{{locked}}</manifest:file-entry>
</manifest:manifest>"""


def ods(rows: Sequence[Row] = SHEET, repeated: str = "", locked: str = "") -> bytes:
    """An OpenDocument spreadsheet.

    Args:
        rows: text, numbers and days.
        repeated: attributes that say how often each cell is repeated.
        locked: what its manifest says of how the content is encrypted.
    """

    def cell(value: object) -> str:
        kind = "string"
        if isinstance(value, int | float):
            kind = f'float" office:value="{value}'
        elif isinstance(value, datetime.date):
            kind = f'date" office:date-value="{value}'
        written = escape("" if value is None else str(value))
        return f'<table:table-cell office:value-type="{kind}"{repeated}><text:p>{written}</text:p></table:table-cell>'

    content = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    entries = {
        "mimetype": _ODS_TYPE,
        "content.xml": _ODS.format(rows=content),
        "META-INF/manifest.xml": _ODS_MANIFEST.format(locked=locked),
    }
    return zipped({name: part.encode() for name, part in entries.items()})


# Excel 97 to 2003: a stream of records (MS-XLS) in a compound file (MS-CFB)

LOCKED_RECORD = struct.pack("<HHHIHH", 0x2F, 10, 1, 1, 1, 1)  # FilePass: what follows is encrypted


def xls(rows: Sequence[Row] = SHEET, extra: bytes = b"", far: tuple[int, int] | None = None) -> bytes:
    """An old workbook, with further records behind its first one, and a cell far from the others."""
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    sheet += b"".join(_xls_cell(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row))
    sheet += _xls_cell(*far, "x") if far else b""
    sheet += _record(0x0A)
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + extra
    at = len(start) + 4 + 8 + len("Schools") + 4
    listed = _record(0x85, struct.pack("<IHBB", at, 0, len("Schools"), 0) + b"Schools") + _record(0x0A)
    return compound({"Workbook": start + listed + sheet})


def _xls_cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, int | float):
        return _record(0x203, struct.pack("<HHHd", row, column, 0, value))
    written = str(value)
    return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(written), 1) + written.encode("utf-16-le"))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


_SECTOR, _END, _FREE, _FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: a table of sectors, a directory, then each stream in sectors one after the other."""
    padded = {name: content.ljust(max(4096, -len(content) % _SECTOR + len(content)), b"\0")
              for name, content in streams.items()}  # fmt: skip
    chain, at, directory = [_FAT, _END], 2, [_entry("Root Entry", 5, _END, 0, child=1)]
    for number, (name, content) in enumerate(padded.items(), 1):
        sectors = len(content) // _SECTOR
        chain += [*range(at + 1, at + sectors), _END]
        right = number + 1 if number < len(padded) else _FREE
        directory.append(_entry(name, 2, at, len(content), right=right))
        at += sectors
    chain += [_FREE] * (_SECTOR // 4 - len(chain))
    directory += [bytes(128)] * (4 - len(directory))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6xIIIIIIIIII", 62, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)  # fmt: skip
    table = struct.pack(f"<{len(chain)}I", *chain)
    return head.ljust(_SECTOR, b"\xff") + table + b"".join(directory) + b"".join(padded.values())


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE, right: int = _FREE) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    return wide.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(wide), kind, 1, _FREE, right, child, start, size)


# Columns ------------------------------------------------------------------------------------------------------------


def frame(rows: Sequence[Row] = SHEET) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows[1:]], columns=[str(name) for name in rows[0]])


def parquet(table: pd.DataFrame | None = None) -> bytes:
    out = io.BytesIO()
    (frame() if table is None else table).to_parquet(out, index=False, compression=None)
    return out.getvalue()


def r_data(held: object = None) -> bytes:
    """An .rda of a data frame, packed without being compressed; anything else than a frame as an .rds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "held")
        if held is None:
            table = frame()
            texts = {name: pd.array(table[name], pd.StringDtype("python")) for name in table.select_dtypes("str")}
            rdata.write_rda(path, {"schools": table.assign(**texts)}, compression=None)
        else:
            rdata.write_rds(path, held, compression=None)
        return gzipped(path.read_bytes())
