"""An answer in pages from a real server on this machine, which breaks off, is busy, or contradicts itself."""

import json

import pytest

from analysis.errors import InputError
from data.fetching import download, paged
from data.fetching.download import NotThereError, UnreachableError
from tests.publisher_server import Fault, serving

PATH = "/api/v1/schools/ccd/directory/2018/?fips=48"
SECOND, THIRD = f"{PATH}&page=2", f"{PATH}&page=3"
ROWS = [{"ncessch": f"4800001{number:05d}", "enrollment": number} for number in range(25)]


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.4))
    with serving() as publisher:
        publisher.answers(PATH, ROWS, 10)
        yield publisher


@pytest.fixture
def path(tmp_path):
    return tmp_path / "downloads" / "schools.json"


@pytest.fixture
def fetch(publisher, path):
    """Fetch the query; what was told on the way."""

    def fetch(check=lambda *_: None):
        told = []
        paged.download(publisher.url + PATH, path, check, told.append)
        return told

    return fetch


def names(path):
    return sorted(each.name for each in path.parent.iterdir())


def kept(path):
    return json.loads(path.read_bytes())["results"]


def edited(publisher, path, **said):
    publisher.files[path] = json.dumps(json.loads(publisher.files[path]) | said).encode()


def test_all_pages_come_as_one(publisher, path, fetch):
    assert fetch() == [
        "schools.json: page 1 of 3, 10 of 25 rows",
        "schools.json: page 2 of 3, 20 of 25 rows",
        "schools.json: page 3 of 3, 25 of 25 rows",
    ]
    assert kept(path) == ROWS
    assert names(path) == ["schools.json", "schools.json.json"]
    assert download.is_whole(path)
    # The pages name the API's own address; only the server that was asked is asked on.
    assert [asked for _, asked, _ in publisher.asked] == [PATH, SECOND, THIRD]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, headers=(("Retry-After", "0"),)),
        Fault(status=500),
        Fault(status=503),
        Fault(after=40),
        Fault(after=40, stalls=True),
    ],
)
def test_a_page_that_fails_once_is_asked_for_again(publisher, path, fetch, fault):
    publisher.faults[SECOND] = [fault]
    fetch()
    assert kept(path) == ROWS
    assert len(publisher.gets(SECOND)) == 2


def test_what_has_come_before_a_break_is_not_fetched_again(publisher, path, fetch):
    publisher.faults[SECOND] = [Fault(after=40)] * 50
    with pytest.raises(UnreachableError, match=r"did not come from .*page=2 in 5 tries"):
        fetch()
    assert not path.exists()
    publisher.faults[SECOND], publisher.asked = [], []
    fetch()
    assert [asked for _, asked, _ in publisher.asked] == [SECOND, THIRD]
    assert kept(path) == ROWS


def test_a_busy_server_is_told_and_the_pages_so_far_are_kept(publisher, path, fetch):
    publisher.faults[THIRD] = [Fault(status=500)] * 50
    with pytest.raises(InputError, match=r"stays busy or out of order \(500\): ask again later"):
        fetch()
    assert [page.name for page in sorted(path.parent.rglob("*page?.json"))] == [
        "schools-page1.json",
        "schools-page2.json",
    ]


@pytest.mark.parametrize("disguised", [False, True])
def test_a_web_page_in_place_of_an_answer_is_told(publisher, path, fetch, disguised):
    publisher.faults[PATH] = [Fault(page=True, disguised=disguised)]
    with pytest.raises(InputError, match="brings a web page in place of the file"):
        fetch()
    assert list(path.parent.rglob("*.json")) == []


def test_no_such_query_and_no_rows_are_told_alike(publisher, path, fetch):
    publisher.answers(PATH, [])
    with pytest.raises(NotThereError, match="has no rows: they are not published yet, or the address has changed"):
        fetch()
    assert names(path) == []
    del publisher.files[PATH]
    with pytest.raises(NotThereError, match="There is no file at"):
        fetch()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda of: edited(of, SECOND, next=f"https://educationdata.urban.org{SECOND}"),
            "leads from page 2 back to page 2",
        ),
        (
            lambda of: edited(of, THIRD, next=f"https://educationdata.urban.org{PATH}"),
            "leads from page 3 back to page 1",
        ),
        (lambda of: edited(of, SECOND, results=ROWS[:10]), "brings 10 of its 25 rows twice, and so may lack as many"),
        (lambda of: edited(of, THIRD, results=ROWS[20:23]), "brings 23 rows where it says there are 25"),
        (lambda of: edited(of, SECOND, next=None), "brings 20 rows where it says there are 25"),
        (lambda of: edited(of, THIRD, results=[*ROWS[20:], {"ncessch": "x"}]), "goes on after page 3, which should be"),
        (lambda of: edited(of, SECOND, results=[]), "goes on after page 2, which should be the last of its 25 rows"),
        (lambda of: edited(of, SECOND, count=26), "has 25 rows by its first page and 26 by page 2"),
        (lambda of: edited(of, PATH, count=0), "has no rows"),
        (lambda of: of.files.update({SECOND: of.files[SECOND][:-30]}), "schools-page2.json is JSON that is damaged or"),
        (lambda of: of.files.update({SECOND: b'{"detail": "x"}'}), "schools-page2.json is not a page of rows"),
    ],
)
def test_pages_that_do_not_agree_are_refused_and_asked_for_anew(publisher, path, fetch, spoil, told):
    spoil(publisher)
    with pytest.raises(InputError) as fault:
        fetch()
    assert told in str(fault.value)
    assert names(path) == []
    publisher.answers(PATH, ROWS, 10)
    fetch()
    assert kept(path) == ROWS


def test_fields_that_cannot_be_read_are_told_before_a_second_page_is_fetched(publisher, path, fetch):
    def check(fields, name):
        raise InputError(f"{name} has {' and '.join(fields)}.")

    with pytest.raises(InputError, match=r"^schools\.json has ncessch and enrollment\.$"):
        fetch(check)
    assert [asked for _, asked, _ in publisher.asked] == [PATH]
    assert names(path) == []


@pytest.mark.parametrize("broken", [False, True])
def test_forgetting_leaves_nothing(publisher, path, fetch, broken):
    if broken:
        publisher.faults[SECOND] = [Fault(status=500)] * 50
        with pytest.raises(InputError):
            fetch()
    else:
        fetch()
    assert names(path)
    paged.forget(path)
    assert names(path) == []
