"""Broken and unusual files, one for each way in which a table or a map goes wrong on its way to a person.

``python -m tests.data.corrupt.make`` writes them into ``files`` and ``maps`` beside this module; what a person is told
of each stands in ``told.toml``. A file of ``maps`` is given together with ``schools.csv``.
"""

import random
import struct
import zipfile
from pathlib import Path

import pandas as pd
from shapely.geometry import LineString, Polygon

from tests.data import forms, map_forms
from tests.data.forms import COLUMNS, DATE, ERROR, FORMULA, SHEET, changed, csv, text, zipped
from tests.data.map_forms import BOW_TIE, EAST, LINE, WEST, districts, feature, geojson, polygon

FOLDER = Path(__file__).parent
SCHOOLS = "schools.csv"


def made() -> dict[str, bytes]:
    """Every file by its path from here."""
    tables = (_encodings, _rows, _ids, _counts, _archives, _workbooks, _columnar, _others)
    files = {f"files/{name}": content for make in tables for name, content in make().items()}
    maps = {f"maps/{name}": content for make in (_maps, _map_containers) for name, content in make().items()}
    return {SCHOOLS: csv(), **files, **maps}


# Text ---------------------------------------------------------------------------------------------------------------


def _encodings() -> dict[str, bytes]:
    rows = csv().splitlines(keepends=True)
    many = b"".join(b"2018,4800002%05d,4800002,,TX,9,1,1,1\n" % i for i in range(3, 300))
    west = rows[-1].replace(b"West", b"Ca\xf1on")
    return {
        "mixed-encodings.csv": b"".join([*rows[:-1], west]),  # UTF-8, and a row in Windows-1252
        "mark-and-windows-1252.csv": b"\xef\xbb\xbf" + text().encode("cp1252"),
        "two-marks.csv": b"\xef\xbb\xbf" * 2 + csv(),
        "mark-inside.csv": b"".join([rows[0], rows[1], b"\xef\xbb\xbf" + rows[2], rows[3]]),  # two files end to end
        "utf-16.csv": text().encode("utf-16"),
        "utf-16-without-mark.csv": text().encode("utf-16-le"),
        "utf-16-cut.csv": b"\xff\xfe" + text().encode("utf-16-le")[:-3],
        "no-encoding.csv": csv() + b"2018,480000200002,4800002,\x81\xff,TX,9,1,1,1\n",
        "nul.csv": csv().replace(b"East", b"Ea\0st"),
        "nul-far-down.csv": csv() + many + b"\0",
        "carriage-returns.csv": csv().replace(b"\n", b"\r"),
        "noise.csv": random.Random(3).randbytes(2000),  # noqa: S311 noise, no secret
        "end-of-file-mark.csv": csv() + b"\x1a",
    }


def _rows() -> dict[str, bytes]:
    lines = text().splitlines()
    other = dict(zip(COLUMNS, SHEET[2], strict=True)) | {"students": 50}
    return {
        "empty.csv": b"",
        "blank-lines.csv": b"\n \n\n",
        "header-only.csv": csv(SHEET[:1]),
        "commas-only.csv": csv(SHEET[:1]) + b",,,,,,,,\n" * 3,
        "no-header.csv": csv(SHEET[1:]),
        "wrong-header.csv": csv((("a", "b", "c"), (1, 2, 3))),
        "open-quote.csv": csv().replace(b"East", b'"East'),
        "quote-in-text.csv": csv().replace(b"East", b'East "the" 2"'),
        "row-too-long.csv": csv().replace(b"East", b"East, the"),
        "row-too-short.csv": csv().replace(b",East", b""),
        "note-between-rows.csv": "\n".join([*lines[:2], "Source: the state, 2019", *lines[2:], ""]).encode(),
        "total-row.csv": csv((*SHEET, (2018, None, None, "Total", "TX", 400, 210, 150, 250))),
        "column-twice.csv": csv(tuple((*row, row[5]) for row in SHEET)),
        "row-twice.csv": csv((*SHEET, SHEET[1])),
        "school-twice.csv": csv((*SHEET, tuple(other.values()))),
        "column-missing.csv": csv(tuple(row[:2] + row[3:] for row in SHEET)),
        "no-group.csv": csv(tuple(row[:6] for row in SHEET)),
        "endless-cell.zip": zipped({"schools.csv": csv().replace(b"East", b"Ea" * 70_000)}, zipfile.ZIP_DEFLATED),
        "quote-open-for-ever.zip": zipped(
            {"schools.csv": csv().replace(b"East", b'"East') + csv(SHEET[2:3]) * 9000}, zipfile.ZIP_DEFLATED
        ),
        "two-tables.csv": csv() + b"\n" + csv((("district", "superintendent"), ("A", "B"))),
    }


def _ids() -> dict[str, bytes]:
    return {
        "school-ids-by-excel.csv": csv(_with("ncessch", "{:.2E}".format)),
        "district-ids-by-excel.csv": csv(_with("leaid", "{:.2E}".format)),
        "ids-as-dates.csv": csv(changed(1, ncessch="Jan-05")),
        "ids-as-dates.xlsx": forms.xlsx(changed(1, leaid=DATE.format(43105))),
        "ids-as-numbers.xlsx": forms.xlsx(_with("ncessch", float)),
        "id-missing.csv": csv(changed(1, ncessch=None)),
        "id-not-available.csv": csv(changed(1, leaid="#N/A")),
        "id-nan.csv": csv(changed(1, leaid="NaN")),
    }


def _with(column: str, change) -> tuple[forms.Row, ...]:  # type: ignore[no-untyped-def]
    at = COLUMNS.index(column)
    return (COLUMNS, *((*row[:at], change(int(str(row[at]))), *row[at + 1 :]) for row in SHEET[1:]))


def _counts() -> dict[str, bytes]:
    return {
        "nan.csv": csv(changed(1, students="NaN")),
        "infinity.csv": csv(changed(1, students="inf")),
        "negative.csv": csv(changed(1, students=-40)),
        "fraction.csv": csv(changed(1, students=40.5)),
        "huge.csv": csv(changed(1, students="1e30")),
        "id-as-count.csv": csv(changed(1, students=4800001)),
        "word.csv": csv(changed(1, students="forty")),
        "hidden.csv": csv(changed(1, ed="<10")),
        "decimal-comma.csv": text(changed(1, students="40,5"), ";").encode(),
        "thousands.csv": csv(changed(1, students='"1,040"')),
        "formula.csv": csv(changed(1, students="=20*2")),
        "formula-as-name.csv": csv(changed(1, school="=1+1")),
        "more-ed-than-students.csv": csv(changed(1, ed=41)),
        "races-beyond-students.csv": csv(changed(1, black=30)),
        "no-students.csv": csv((COLUMNS, *((*row[:5], 0, 0, 0, 0) for row in SHEET[1:]))),
        "some-without-students.csv": csv(changed(1, students=None)),
        "year-of-five-digits.csv": csv(changed(1, year=20018)),
        "year-of-two-digits.csv": csv(changed(1, year=18)),
        "year-in-words.csv": csv(changed(1, year="2018-19")),
        "two-bases.csv": csv(((*SHEET[0], "ed_basis"), (*SHEET[1], "frpl"), (*SHEET[2], "direct"))),
        "points-exchanged.csv": csv(_points((-99.5, 30.5))),
        "points-exchanged-in-the-east.csv": csv(_points((-83.0, 40.0))),
        "points-in-metres.csv": csv(_points((331_000.0, 1_230_000.0))),
    }


def _points(point: tuple[float, float]) -> tuple[forms.Row, ...]:
    return ((*COLUMNS, "latitude", "longitude"), *((*row, *point) for row in SHEET[1:]))


# Files of many parts ------------------------------------------------------------------------------------------------


def _archives() -> dict[str, bytes]:
    plain = zipped({"schools.csv": csv()})
    wide = ",".join((*COLUMNS, *(f"c{i}" for i in range(100_000)))) + "\n" + "," * (100_000 + len(COLUMNS) - 1) + "\n"
    bomb = zipped({"schools.csv": csv() + b"\n" * 20_000_000}, zipfile.ZIP_DEFLATED)
    return {
        "cut.zip": plain[:-40],
        "start-missing.zip": plain[30:],
        "checksum.zip": plain.replace(b"East", b"Eest"),
        "overlapping.zip": _overlapping(plain),
        "cut.csv.gz": forms.gzipped(csv())[:-20],
        "packed.csv.gz": forms.gzipped(csv()),
        "nested.zip": zipped({"inner.zip": plain}),
        "empty.zip": zipped({}),
        "documents.zip": zipped({"report.pdf": b"%PDF-1.7\n", "photo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}),
        "two-tables.zip": zipped({"a.csv": csv(), "b.csv": csv(changed(1, students=41))}),
        "bomb.zip": bomb,
        "bomb-that-lies.zip": _patched(bomb, 22, "<I", 1000),
        "columns.zip": zipped({"schools.csv": wide.encode()}, zipfile.ZIP_DEFLATED),
        "above-its-folder.zip": zipped({"../../schools.csv": csv()}),
        "absolute.zip": zipped({"/var/schools.csv": csv()}),
        "windows-path.zip": zipped({"..\\schools.csv": csv()}),
        "link.zip": zipped({"schools.csv": b"../../../etc/passwd"}, mode=0o120777),
        "locked.zip": _patched(plain, 6, "<H", 1),
        "unknown-method.zip": _patched(plain, 8, "<H", 98),
    }


def _overlapping(plain: bytes) -> bytes:
    """The zip with its one entry listed twice, the second time by another name."""
    at, end = plain.index(b"PK\x01\x02"), plain.index(b"PK\x05\x06")
    listed = plain[at:end]
    tail = bytearray(plain[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, 2 * len(listed))
    return plain[:at] + listed + listed.replace(b"schools", b"another") + bytes(tail)


def _patched(plain: bytes, at: int, form: str, value: int) -> bytes:
    """The zip with a value changed in both headers of its entry, the later of which has one field more before it."""
    changed = bytearray(plain)
    struct.pack_into(form, changed, plain.index(b"PK\x03\x04") + at, value)
    struct.pack_into(form, changed, plain.index(b"PK\x01\x02") + at + 2, value)
    return bytes(changed)


def _workbooks() -> dict[str, bytes]:
    laughs = '<!DOCTYPE x [<!ENTITY a "' + "ha" * 50 + '">'
    laughs += "".join(f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdef", "bcdefg", strict=True)) + "]>"
    locked = {"EncryptionInfo": bytes(99), "EncryptedPackage": random.Random(4).randbytes(5000)}  # noqa: S311
    return {
        "cut.xlsx": forms.xlsx()[:-200],
        "no-workbook.xlsx": zipped({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<y/>"}),
        "document.docx": zipped({"[Content_Types].xml": b"<?xml version='1.0'?><y/>", "word/document.xml": b"<w/>"}),
        "locked.xlsx": forms.compound(locked),
        "laughs.xlsx": forms.xlsx(((*COLUMNS[:8], "<c t='inlineStr'><is><t>&g;</t></is></c>"),), prolog=laughs),
        "bomb.xlsx": forms.xlsx_of(b"<worksheet>" + b"<row/>" * 2_000_000, zipfile.ZIP_DEFLATED),
        "empty.xlsx": forms.xlsx(()),
        "header-only.xlsx": forms.xlsx(SHEET[:1]),
        "formulas.xlsx": forms.xlsx(changed(1, students=FORMULA.format("20*2"))),
        "errors.xlsx": forms.xlsx(changed(1, students=ERROR.format("#REF!"))),
        "column-twice.xlsx": forms.xlsx(tuple((*row, row[5]) for row in SHEET)),
        "dates-as-counts.xlsx": forms.xlsx(changed(1, students=DATE.format(40))),
        "cut.xls": forms.xls()[:2000],
        "cut-in-its-directory.xls": forms.xls()[:1082],  # over which calamine panics
        "far-cell.xls": forms.xls(far=(65_535, 255)),  # a sheet of 17 million cells in five kilobytes
        "locked.xls": forms.xls(extra=forms.LOCKED_RECORD),
        "noise.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(5).randbytes(3000),  # noqa: S311
        "web-page.xls": b"<html><table><tr><td>year</td></tr></table></html>",
        "cut.ods": forms.ods()[:-300],
        "locked.ods": forms.ods(locked='<manifest:encryption-data manifest:checksum-type="SHA1"/>'),
        "repeated.ods": forms.ods(repeated=' table:number-columns-repeated="900000000"'),
    }


def _columnar() -> dict[str, bytes]:
    table = forms.frame()
    return {
        "cut.parquet": forms.parquet()[:-9],
        "start-only.parquet": forms.parquet()[:200],
        "noise.parquet": b"PAR1" + random.Random(6).randbytes(500) + b"\x90\1\0\0PAR1",  # noqa: S311
        "lists.parquet": forms.parquet(table.assign(black=[[1], [2, 3], []])),
        "negative.parquet": forms.parquet(table.assign(students=[300, -40, 60])),
        "decimals.parquet": forms.parquet(table.assign(students=[300.0, float("nan"), 60.5])),
        "cut.rda": forms.r_data()[:400],
        "noise.rda": forms.gzipped(b"RDX3\nX\n" + random.Random(7).randbytes(500)),  # noqa: S311
        "no-table.rds": forms.r_data("a word"),
        "empty-table.rds": forms.r_data(pd.DataFrame({"year": pd.Series(dtype="float64")})),
    }


def _others() -> dict[str, bytes]:
    return {
        "workbook.csv": forms.xlsx(),
        "text.xlsx": csv(),
        "parquet.txt": forms.parquet(),
        "zip.csv": zipped({"schools.txt": text(delimiter="\t").encode()}),
        "report.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "picture.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1",
        "web-page.csv": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "records.json": b'[{"year": 2018, "ncessch": "480000100001", "students": 300}]',
        "answer.json": b'{"error": "not found"}',
        "database.sqlite": map_forms.database(),
        "archive.7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24),
        "archive.rar": b"Rar!\x1a\x07\1\0" + bytes(24),
    }


# Maps ---------------------------------------------------------------------------------------------------------------


def _maps() -> dict[str, bytes]:
    whole = districts(WEST, EAST)
    return {
        "crossing.geojson": districts(BOW_TIE, EAST),
        "line.geojson": districts(WEST, LINE),
        "lines.geojson": geojson(feature("4800001", {"type": "LineString", "coordinates": WEST})),
        "points.geojson": geojson(feature("4800001", {"type": "Point", "coordinates": [-99, 30]})),
        "open-ring.geojson": districts(WEST[:-1], EAST),
        "two-corners.geojson": districts(WEST[:2], EAST),
        "metres.geojson": districts([[1000 * x, 1000 * y] for x, y in WEST]),
        "exchanged.geojson": districts([point[::-1] for point in WEST]),
        "exchanged-in-the-east.geojson": districts([[y + 10, x + 17] for x, y in WEST]),
        "beyond-all-measure.geojson": whole.replace(b"-100", b"1e400"),
        "text-as-number.geojson": whole.replace(b"-100", b'"-100"'),
        "no-features.geojson": geojson(),
        "no-outlines.geojson": geojson(feature("4800001", None), feature("4800002", None)),
        "an-outline-missing.geojson": geojson(feature("4800001", None), feature("4800002", polygon(EAST))),
        "no-ids.geojson": whole.replace(b"GEOID", b"CODE"),
        "blank-ids.geojson": geojson(feature(" ", polygon(WEST)), feature(None, polygon(EAST))),
        "an-id-missing.geojson": geojson(feature(4800001, polygon(WEST)), feature(None, polygon(EAST))),
        "ids-by-excel.geojson": geojson(feature("4.80E+06", polygon(WEST)), feature("4.8E+06", polygon(EAST))),
        "another-state.geojson": geojson(feature("2100001", polygon(WEST))),
        "cut.geojson": whole[:300],
        "no-number.topojson": map_forms.topojson().replace(b"-98, 31", b"NaN, 31"),
        "no-map.json": b'{"type": "FeatureSet", "rows": []}',
        "command.json": b'{"type": "FeatureCollection", "x": {"type": "gdal_streamed_alg", "command_line": "gdal"}}',
        "deep.zip": zipped({"a.json": whole[:42] + b"[" * 100_000}, zipfile.ZIP_DEFLATED),
    }


def _map_containers() -> dict[str, bytes]:
    shapes = map_forms.shapefile()
    curves = [LineString(WEST), LineString(EAST)]
    return {
        "cut.zip": zipped({**shapes, "areas.shp": shapes["areas.shp"][:150]}),
        "without-table.zip": map_forms.zipped_shapefile(without=(".dbf",)),
        "without-index.zip": map_forms.zipped_shapefile(without=(".shx",)),
        "metres-untold.zip": map_forms.zipped_shapefile(map_forms.in_metres(), without=(".prj",)),
        "lines.zip": map_forms.zipped_shapefile(map_forms.frame().set_geometry(curves, crs="EPSG:4326")),
        "index.shx": shapes["areas.shx"],
        "noise.shp": shapes["areas.shp"][:4] + random.Random(8).randbytes(500),  # noqa: S311
        "empty.gpkg": map_forms.geopackage(),
        "cut.gpkg": map_forms.geopackage(WEST, EAST)[:9000],
        "crossing.gpkg": map_forms.geopackage(BOW_TIE, EAST),
        "cut.parquet": map_forms.geoparquet()[:-20],
        "empty-outlines.parquet": map_forms.geoparquet(
            map_forms.frame().set_geometry([Polygon(), None], crs="EPSG:4326")
        ),
        "metres-untold.parquet": map_forms.geoparquet(map_forms.in_metres().set_crs(None, allow_override=True)),
    }


if __name__ == "__main__":
    for name, content in made().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
