"""Getting a state on the Sources page, from a server on this machine."""

import io
import zipfile
from urllib.parse import urlsplit

import pytest

from data import store
from data.fetching import download, publishers
from data.fetching.fetch import downloads
from tests.publisher_server import Fault, serving
from tests.small_state import lines


@pytest.fixture
def publisher(home, monkeypatch):  # noqa: ARG001 the downloads are the test's own
    """A server that has one file, of students: the small state in place of the national file of 2024–25."""
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    with serving() as publisher:
        monkeypatch.setenv("EVENGROUND_MIRROR", publisher.url)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("a.csv", "\n".join(lines()))
        publisher.files[path()] = content.getvalue()
        yield publisher


def path():
    (students, *_), _ = publishers.wanted("OH", [2024])
    return urlsplit(students.url).path


def asked_for_ohio(app):
    next(box for box in app.selectbox if box.label == "State to get").select("OH").run()
    press(app, "See what it takes")
    assert any(text.value.startswith("Ohio: 1 file, 0 of them on disk, 1 to fetch (") for text in app.markdown)


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_a_state_is_planned_then_fetched_and_stored(opened, publisher):
    app = opened("sources")
    asked_for_ohio(app)
    assert "Left out: lunch 2024–25. There is no file at" in app.warning[-1].value
    assert [method for method, asked, _ in publisher.asked if asked == path()] == ["HEAD"]
    press(app, "Fetch and store")
    assert app.success[0].value == "Ohio is ready: choose it under Change view."
    assert store.find("ohio").students == 600


def test_what_goes_wrong_is_one_sentence(opened, publisher):
    app = opened("sources")
    asked_for_ohio(app)
    publisher.faults[path()] = [Fault(page=True)]
    press(app, "Fetch and store")
    (told,) = app.error
    assert told.value.startswith("No file of 1 came. Left out: students 2024–25. ")
    assert "brings a web page in place of the file" in told.value
    assert list(downloads().iterdir()) == []


def test_the_other_route_is_planned_from_its_own_table(opened, publisher):
    app = opened("sources")
    next(box for box in app.selectbox if box.label == "State to get").select("OH").run()
    next(box for box in app.selectbox if box.label == "From").select("urban").run()
    press(app, "See what it takes")
    last = publishers.published("urban")[-1]
    names = app.table[0].value["File"].tolist()
    assert f"schools-ccd-directory-{last}-fips-39.json" in names
    assert [method for method, asked, _ in publisher.asked if asked.startswith("/api/")] == []
