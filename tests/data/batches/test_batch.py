"""Work over every kind of executor, workers killed midway included."""

import signal
import sys
from types import ModuleType

import pytest

from analysis.errors import InputError
from data.batches.batch import TRIES, Crew, cluster, here, machine, work_through
from tests.data import workers

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
PIECES = [str(number).encode() for number in range(9)]


def done(pieces, work, crew):
    kept = []
    work_through(pieces, work, crew, kept.append)
    return sorted(kept)


@pytest.mark.parametrize("crew", [here, lambda: machine(2)], ids=["here", "processes"])
def test_every_piece_is_done_once(crew):
    assert done(PIECES, workers.echo, crew()) == PIECES
    assert done([], workers.echo, crew()) == []


def test_processes_do_not_run_the_main_module_again(monkeypatch, tmp_path):
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")
    (tmp_path / "page.py").write_text("raise SystemExit('a page is no program')")
    monkeypatch.setitem(sys.modules, "__main__", page)
    assert done(PIECES, workers.echo, machine(1)) == PIECES
    assert sys.modules["__main__"] is page


@pytest.mark.parametrize("crew", [here, lambda: machine(1)], ids=["here", "processes"])
def test_wrong_work_is_not_tried_again(crew):
    with pytest.raises(ZeroDivisionError, match=r"^0$"):
        work_through([b"0"], workers.fail, crew(), lambda _: None)


def test_results_are_handed_over_as_they_come():
    seen = []

    def keep(content):
        seen.append(content)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_through(PIECES, workers.echo, here(), keep)
    assert seen == PIECES[:3]


@needs_kill
def test_work_whose_worker_is_killed_is_sent_again(tmp_path):
    pieces = [(tmp_path, number, 1 if number == 2 else 0) for number in range(6)]
    assert done(pieces, workers.die, machine(2)) == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert len(list(tmp_path.iterdir())) == 1


@needs_kill
def test_work_that_always_kills_its_worker_is_given_up_and_named(tmp_path):
    pieces = [(tmp_path, number, 99 if number == 3 else 0) for number in range(8)]
    kept = []
    with pytest.raises(InputError, match=f"{TRIES} times over the same work, piece 4 of 8") as error:
        work_through(pieces, workers.die, machine(2), kept.append)
    assert "what is done is kept" in str(error.value)
    assert len(list(tmp_path.iterdir())) == TRIES
    assert {b"0", b"1", b"2"} <= set(kept)


def test_a_crew_is_sent_no_more_than_it_can_do_at_once():
    class Counting(type(here().hire())):
        most = open_ = 0

        def submit(self, fn, /, *args, **kwargs):
            Counting.open_ += 1
            Counting.most = max(Counting.most, Counting.open_)
            return super().submit(fn, *args, **kwargs)

    def keep(_):
        Counting.open_ -= 1

    work_through(PIECES, workers.echo, Crew(Counting, lambda _: None, at_once=4, lost=()), keep)
    assert Counting.most == 4


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("data.batches.batch._SECONDS_TO_CONNECT", 0.2)
    with (
        pytest.raises(InputError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9;"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:9", "tcp://127.0.0.1", "tcp://127.0.0.1:x", ""])
def test_what_is_no_address_is_told(address):
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match=f'"{address}" is no address'), cluster(address):
        pass


def test_without_dask_a_cluster_needs_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"install evenground\[dask\]"), cluster("tcp://127.0.0.1:9"):
        pass
