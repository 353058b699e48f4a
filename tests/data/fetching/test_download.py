"""One file from a real server on this machine, which breaks off, stalls, is busy, changes or sends something else."""

import hashlib
import io
import json
import socket
import zipfile

import numpy as np
import pytest

from analysis.errors import InputError
from data.fetching import download
from data.fetching.download import NotThereError, UnreachableError
from tests.publisher_server import Fault, serving

PATH = "/ccd/Data/zip/file.zip"


def zipped(size=300_000, seed=1):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("table.csv", np.random.default_rng(seed).bytes(size))
    return packed.getvalue()


FILE = zipped()


@pytest.fixture
def publisher(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.4))
    with serving() as publisher:
        publisher.files[PATH] = FILE
        yield publisher


@pytest.fixture
def path(tmp_path):
    return tmp_path / "downloads" / "file.zip"


def names(path):
    return sorted(each.name for each in path.parent.iterdir())


def test_a_file_comes_whole_with_its_checksum(publisher, path):
    download.download(publisher.url + PATH, path)
    assert path.read_bytes() == FILE
    assert names(path) == ["file.zip", "file.zip.json"]
    told = json.loads(path.with_name("file.zip.json").read_text())
    assert told == {"url": publisher.url + PATH, "bytes": len(FILE), "sha256": hashlib.sha256(FILE).hexdigest()}
    assert download.is_whole(path)
    path.write_bytes(FILE[:-1] + b"x")
    assert not download.is_whole(path)


@pytest.mark.parametrize("stalls", [False, True])
def test_a_broken_download_goes_on_where_it_stopped(publisher, path, stalls):
    publisher.faults[PATH] = [Fault(after=200_000, stalls=stalls), Fault(after=50_000, stalls=stalls)]
    download.download(publisher.url + PATH, path)
    assert path.read_bytes() == FILE
    first, second, third = publisher.gets(PATH)
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for wanted in (second, third)]
    assert first is None
    assert 100_000 < starts[0] <= 200_000
    assert starts[0] <= starts[1] <= starts[0] + 50_000


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(publisher, path):
    publisher.faults[PATH] = [Fault(after=200_000), *[Fault(after=0)] * (download.TRIES - 1)]
    with pytest.raises(
        UnreachableError, match=r"file\.zip did not come whole .* in 5 tries: .* what has come is kept\."
    ):
        download.download(publisher.url + PATH, path)
    assert not path.exists()
    assert len(publisher.gets(PATH)) == download.TRIES
    download.download(publisher.url + PATH, path)
    assert publisher.gets(PATH)[-1].startswith("bytes=1")
    assert path.read_bytes() == FILE


def test_a_file_that_changed_since_is_fetched_anew(publisher, path):
    publisher.faults[PATH] = [Fault(after=200_000), *[Fault(after=0)] * (download.TRIES - 1)]
    with pytest.raises(InputError):
        download.download(publisher.url + PATH, path)
    publisher.files[PATH], publisher.versions[PATH] = zipped(seed=2), '"2"'
    download.download(publisher.url + PATH, path)
    assert path.read_bytes() == zipped(seed=2)


@pytest.mark.parametrize("fault", [Fault(ignores_range=True), Fault(shifted=True)])
def test_a_server_that_answers_for_another_part_is_not_trusted(publisher, path, fault):
    publisher.faults[PATH] = [Fault(after=200_000), fault]
    download.download(publisher.url + PATH, path)
    assert path.read_bytes() == FILE


def test_without_a_strong_validator_nothing_is_put_together(publisher, path):
    publisher.versions[PATH] = 'W/"1"'
    publisher.faults[PATH] = [Fault(after=200_000)]
    download.download(publisher.url + PATH, path)
    assert publisher.gets(PATH) == [None, None]
    assert path.read_bytes() == FILE


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(publisher, path, status):
    publisher.faults[PATH] = [Fault(status=status)] * 2
    download.download(publisher.url + PATH, path)
    assert path.read_bytes() == FILE
    assert len(publisher.gets(PATH)) == 3


def test_a_server_says_how_long_to_wait(publisher, path, monkeypatch):
    waited = []
    monkeypatch.setattr("time.sleep", waited.append)
    publisher.faults[PATH] = [
        Fault(status=429, headers=(("Retry-After", "7"),)),
        Fault(status=503, headers=(("Retry-After", "86400"),)),
    ]
    download.download(publisher.url + PATH, path)
    assert waited == [7, download.LONGEST_WAIT]


def test_patience_ends(publisher, path):
    publisher.faults[PATH] = [Fault(status=503)] * 50
    with pytest.raises(InputError, match=r"stays busy or out of order \(503\): ask again later"):
        download.download(publisher.url + PATH, path)
    assert len(publisher.gets(PATH)) == download.TRIES


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(page=True), "brings a web page in place of the file"),
        (Fault(page=True, disguised=True), "brings a web page in place of the file"),
        (Fault(status=403), r"refuses the file \(403\)"),
        (Fault(status=404), "There is no file at"),
    ],
)
def test_what_is_no_file_is_told_and_leaves_nothing(publisher, path, fault, told):
    publisher.faults[PATH] = [fault]
    with pytest.raises(InputError, match=told):
        download.download(publisher.url + PATH, path)
    assert names(path) == []


def test_half_a_zip_is_told(publisher, path):
    publisher.files[PATH] = FILE[:1000]
    with pytest.raises(InputError, match="brings something that is no zip, or half of one"):
        download.download(publisher.url + PATH, path)
    assert names(path) == []


def test_nobody_answers(path, monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"http://127.0.0.1:{free.getsockname()[1]}{PATH}"
        told = r"^file\.zip did not come from .* in 5 tries: look at the connection and ask again\.$"
        with pytest.raises(UnreachableError, match=told):
            download.download(url, path)
        with pytest.raises(UnreachableError, match="does not answer"):
            download.size(url)


def test_a_folder_that_cannot_be_written_is_told(publisher, tmp_path):
    (tmp_path / "downloads").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="downloads cannot be written"):
        download.download(publisher.url + PATH, tmp_path / "downloads" / "file.zip")


def test_sizes_are_told_where_the_server_tells_them(publisher):
    assert download.size(publisher.url + PATH) == len(FILE)
    with pytest.raises(NotThereError):
        download.size(publisher.url + "/elsewhere.zip")
    publisher.head = False
    assert download.size(publisher.url + PATH) is None


def test_news_on_the_way(publisher, path, monkeypatch):
    monkeypatch.setattr(download, "_SECONDS_BETWEEN_NEWS", 0)
    news = []
    download.download(publisher.url + PATH, path, news.append)
    assert news[-1] == "file.zip: 0.3 MB of 0.3 MB"
