"""What takes a moment is awaited, and left when the page is drawn anew."""

from threading import Event

import pytest
import streamlit as st

from analysis.errors import InputError
from pages.shared.breaks import BrokenOff, awaited


class Rerun(BaseException):
    """As Streamlit leaves a page."""


class Pressed:
    """A session in which another control was pressed."""

    def __contains__(self, _):
        raise Rerun


def test_what_work_comes_to_is_given_or_raised():
    def counts(still):
        still()  # the page waits
        return 3

    assert awaited(counts) == 3

    def fails(_):
        raise InputError("No choice meets the limits.")

    with pytest.raises(InputError, match="No choice meets the limits"):
        awaited(fails)


def test_another_press_ends_the_wait_at_once_and_the_work_where_it_asks(monkeypatch):
    monkeypatch.setattr(st, "session_state", Pressed())
    left, ended = Event(), Event()

    def work(still):
        left.wait(10)
        try:
            still()
        except BrokenOff:
            ended.set()
            raise

    with pytest.raises(Rerun):
        awaited(work)
    left.set()
    assert ended.wait(10)
