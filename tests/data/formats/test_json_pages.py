"""Pages of rows as web APIs write them."""

import json

import pytest

from analysis.errors import InputError
from data.formats.files import Given
from data.formats.json_pages import is_page, read
from data.formats.reading import tables

ROWS = [
    {"ncessch": "010000100277", "enrollment": 512, "latitude": 33.65, "charter": None, "open": True},
    {"ncessch": "010000100278", "enrollment": -1, "latitude": -1.0, "seasch": ""},
]


@pytest.fixture
def written(tmp_path):
    def written(content):
        path = tmp_path / "page.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return written


def page(rows, **said):
    return {"count": len(rows), "next": None, "previous": None} | said | {"results": rows}


def test_the_rows_of_a_page_are_a_table_of_text(written):
    (table,) = tables(written(page(ROWS)))
    assert table.label == "page.json"
    assert table.header == ("ncessch", "enrollment", "latitude", "charter", "open", "seasch")
    frame = table.frame()
    assert frame["ncessch"].tolist() == ["010000100277", "010000100278"]
    assert frame["enrollment"].tolist() == ["512", "-1"]
    assert frame["latitude"].tolist() == ["33.65", "-1.0"]
    assert frame[["charter", "seasch"]].isna().all(axis=None)


def test_a_page_says_how_many_rows_there_are_and_where_the_next_is(written):
    found = read(Given(written(page(ROWS, count=7, next="https://api.example.org/?page=2"))))
    assert (found.count, found.next, len(found.rows)) == (7, "https://api.example.org/?page=2", 2)
    assert found.fields == ("ncessch", "enrollment", "latitude", "charter", "open", "seasch")


@pytest.mark.parametrize(
    "content",
    [
        {"type": "FeatureCollection", "features": [{"properties": {"results": [1]}}]},
        {"features": [], "results": []},
        {"count": 1, "results": "none"},
    ],
)
def test_what_begins_otherwise_is_no_page(written, content):
    assert not is_page(Given(written(content)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps(page(ROWS)).encode()[:-20], "page.json is JSON that is damaged or cut short: download it again."),
        (b'{"results": [' + b"[" * 100_000, "page.json is JSON that is damaged or cut short: download it again."),
        (page([1, 2]), "page.json is not a page of rows: give what the API answers, with its results."),
        (page([{"a": [1]}]), "page.json: field a holds a list or an object, not a plain value; leave that field out."),
        (page([]), "page.json is empty: download it again."),
    ],
)
def test_a_page_that_cannot_be_read_is_told(written, content, told):
    path = written(content)
    with pytest.raises(InputError) as fault:
        tables(path)
    assert str(fault.value) == told
