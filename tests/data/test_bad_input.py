"""What a person can get wrong: a message with file, place and remedy, and a store left as it was."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis.errors import InputError
from data import store
from data.load import load

HEADER = "year,ncessch,leaid,school,students,ed"
FIRST, SECOND = "2018,480000100001,4800001,Peñasco,300,150", "2018,480000100002,4800001,East,40,10"
SQUARE = [[-100, 30], [-99, 30], [-99, 31], [-100, 31], [-100, 30]]
BOW_TIE = [[-100, 30], [-99, 31], [-99, 30], [-100, 31], [-100, 30]]
LINE = [[-100, 30], [-99, 31], [-100, 30], [-100, 30]]


def text(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def workbook(*above: str, rows: tuple[str, ...] = (HEADER, FIRST, SECOND)) -> bytes:
    book = Workbook()
    for line in above:
        book.active.append([line] if line else [])
    for row in rows:
        book.active.append(row.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def polygons(*rings: list[list[int]]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"GEOID": f"480000{i}", "NAME": "A"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for i, ring in enumerate(rings, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


# The file given, and what its message must say: where, what, and what to do.
WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "wrong columns": (lambda: text("1,2,3", header="a,b,c"), "is of no known layout; its columns are a, b, c"),
    "no group": (
        lambda: text("2018,1,1,5", header="year,ncessch,leaid,students"),
        "no column that counts a group .*; compare it with the template",
    ),
    "duplicate ids": (lambda: text(FIRST, FIRST), "480000100001.*in rows 2 and 3; keep one row"),
    "ed above students": (
        lambda: text(SECOND, FIRST.replace("150", "301")),
        "row 3, column ed: 301 ED students of 300 .*; correct one",
    ),
    "negative count": (lambda: text(FIRST.replace("300", "-1")), 'row 2, column students: "-1" is negative; correct'),
    "no number": (lambda: text(FIRST, SECOND.replace("40", "few")), 'row 3, column students: "few" is not a number;'),
    "undecodable": (lambda: text(FIRST) + b"\x81\x00\xff\n", r"row 3.*; save the file|\(row 3\): give a CSV"),
    "empty file": (lambda: b"", "is empty: download it again"),
    "header alone": (text, "has a header but no rows of data below it: add them"),
    "workbook's header alone": (lambda: workbook("State report", rows=(HEADER,)), "no rows of data below it: add them"),
    "ragged row": (lambda: text(FIRST, SECOND + ",9"), "row 3: 7 fields where the header has 6; correct the row"),
    "zip bomb": (lambda: zipped("a.csv", bytes(20_000_000)), "more than 500 times its size.*: do not use this file"),
    "entry outside its folder": (
        lambda: zipped("../../a.csv", text(FIRST)),
        r'an entry "../../a.csv" outside its own folder: do not use',
    ),
    "rings that enclose nothing": (
        lambda: polygons(SQUARE, LINE),
        r"feature 2 \(4800002, A\): its outline encloses no area; correct or remove it",
    ),
}


@pytest.fixture
def before(home: Path, tmp_path: Path) -> dict[str, bytes]:
    """A store with a dataset in it, which a failed load must not touch."""
    good = tmp_path / "good.csv"
    good.write_bytes(text(FIRST, SECOND))
    load([good], name="schools", state="TX")
    return contents(home)


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def refused(path: Path, message: str, home: Path, before: dict[str, bytes]) -> None:
    good = path.with_name("good.csv")
    with pytest.raises(InputError, match=f"^{path.name}.*(?:{message})") as fault:
        load([good, path] if b"FeatureCollection" in (path.read_bytes() if path.is_file() else b"") else [path],
             name="schools", state="TX")  # fmt: skip
    assert "\n" not in str(fault.value)
    assert contents(home) == before


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_and_the_store_left_as_it_was(
    home: Path, tmp_path: Path, before: dict[str, bytes], case: str
) -> None:
    make, message = WRONG[case]
    path = tmp_path / "given.csv"
    path.write_bytes(make())
    refused(path, message, home, before)


def test_a_folder_and_a_missing_file(home: Path, tmp_path: Path, before: dict[str, bytes]) -> None:
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "is a folder: give the files inside it", home, before)
    refused(tmp_path / "absent.csv", "was not found: check the name", home, before)


# Unusual, but right: each gives the same two schools.
RIGHT: dict[str, Callable[[], bytes]] = {
    "plain": lambda: text(FIRST, SECOND),
    "a workbook with preamble rows": lambda: workbook("State report", "", "Printed in 2019"),
    "thousands commas": lambda: text(FIRST, SECOND).replace(b",300,150", b',"300","1,50"'.replace(b"1,50", b"150")),
    "a byte-order mark": lambda: b"\xef\xbb\xbf" + text(FIRST, SECOND),
    "Windows-1252": lambda: text(FIRST, SECOND).decode().encode("cp1252"),
    "UTF-16": lambda: text(FIRST, SECOND).decode().encode("utf-16"),
    "tabs in a zip": lambda: zipped("schools.txt", text(FIRST, SECOND).replace(b",", b"\t")),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_unusual_but_right_is_read_right(home: Path, tmp_path: Path, case: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(RIGHT[case]())
    table = store.schools(load([path], name="schools", state="TX"))
    assert table["school"].tolist() == ["Peñasco", "East"]
    assert table["students"].tolist() == [300, 40]
    assert table["ed"].tolist() == [150, 10]
    assert contents(home)


def test_thousands_commas(home: Path, tmp_path: Path) -> None:
    (tmp_path / "given.csv").write_bytes(text('2018,1,1,A,"1,300","1,150"'))
    table = store.schools(load([tmp_path / "given.csv"], name="schools"))
    assert table[["students", "ed"]].to_numpy().tolist() == [[1300, 1150]]
    assert home.is_dir()


def test_crossing_rings_are_repaired_and_the_dataset_says_so(home: Path, tmp_path: Path) -> None:
    (tmp_path / "given.csv").write_bytes(text(FIRST, SECOND))
    (tmp_path / "map.json").write_bytes(polygons(BOW_TIE, SQUARE))
    manifest = load([tmp_path / "given.csv", tmp_path / "map.json"], name="schools", state="TX")
    districts = store.districts(manifest)
    assert districts is not None
    assert districts.geometry.is_valid.all()
    assert "map.json: districts whose outline crossed itself, repaired: 1." in manifest.notes
    assert home.is_dir()
