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
        "texas, tenth: 10 of 40 districts, about 60 seconds left",  # 10 in 20 seconds
        "ohio, tenth: 30 of 40 districts, about 13 seconds left",  # 30 in 40 seconds
    ]


def test_what_an_earlier_run_did_does_not_quicken_the_pace(meter, clock, capsys):
    show = meter.part("texas, tenth")
    show(30, 40)
    clock[0] = 100
    show(31, 40)
    assert lines(capsys) == ["texas, tenth: 31 of 40 districts, about 15 minutes left"]  # 9 left, 100 seconds each


def test_a_terminal_has_one_bar_for_all_parts(meter, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    meter.part("texas, tenth")(20, 20)
    meter.part("ohio, tenth")(20, 20)
    half, whole = capsys.readouterr().err.split("\r")[1:]
    assert half == "\033[Ktexas, tenth: " + "█" * 15 + "░" * 15 + " 20 of 40 districts"
    assert whole == "\033[Kohio, tenth: " + "█" * 30 + " 40 of 40 districts\n"
