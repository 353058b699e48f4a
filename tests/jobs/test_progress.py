"""How far a long job is, over all its parts: at a terminal and in a log."""

import pytest

from jobs.progress import Meter


@pytest.fixture
def clock():
    now = [0.0]
    return now


@pytest.fixture
def meter(clock):
    return Meter(40, "districts", lambda: clock[0])


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def test_a_log_gets_a_line_every_so_often_over_all_parts(meter, clock, capsys):
    first, second = meter.part("texas, tenth"), meter.part("ohio, tenth")
    for seconds, show, done in [
        (0, first, 0),
        (10, first, 5),
        (20, first, 10),
        (25, first, 20),
        (25, second, 0),
        (40, second, 10),
    ]:
        clock[0] = seconds
        show(done, 20)
    assert lines(capsys) == [
        "texas, tenth: 10 of 40 districts",  # of no pace yet
        "ohio, tenth: 30 of 40 districts, about 12 seconds left",  # 25 in the 30 seconds since the first were back
    ]


def test_what_an_earlier_run_did_does_not_quicken_the_pace(meter, clock, capsys):
    show = meter.part("texas, tenth")
    show(30, 40)
    for clock[0], done in ((100, 31), (200, 32)):
        show(done, 40)
    assert lines(capsys) == [
        "texas, tenth: 31 of 40 districts",
        "texas, tenth: 32 of 40 districts, about 13 minutes left",  # 8 left, 100 seconds each
    ]


def test_workers_that_take_long_to_start_do_not_lengthen_the_rest(meter, clock, capsys):
    show = meter.part("texas, tenth")
    for clock[0], done in ((0, 0), (14, 1), (15, 2), (30, 18)):
        show(done, 40)
    assert lines(capsys) == [
        "texas, tenth: 2 of 40 districts",
        "texas, tenth: 18 of 40 districts, about 21 seconds left",  # 22 left, 17 in 16 seconds
    ]


def test_a_terminal_has_one_bar_for_all_parts(meter, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    meter.part("texas, tenth")(20, 20)
    meter.part("ohio, tenth")(20, 20)
    half, whole = capsys.readouterr().err.split("\r")[1:]
    assert half == "\033[Ktexas, tenth: " + "█" * 15 + "░" * 15 + " 20 of 40 districts"
    assert whole == "\033[Kohio, tenth: " + "█" * 30 + " 40 of 40 districts\n"
