"""Work that takes a moment, for which no press of a control waits."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
Still = Callable[[], None]
# Seconds between looks for another press.
EVERY = 0.02


class BrokenOff(BaseException):
    """Nobody waits for the work any more."""


def awaited(work: Callable[[Still], T]) -> T:
    """What some work comes to; another press of a control breaks off the wait, and the work where it asks.

    Args:
        work: done beside the page, of which it shows nothing. What it is given is to be called now and then, and ends
            it when the page has moved on; what does not call it goes on to its end.
    """
    moved_on, result = Event(), Future[T]()

    def still() -> None:
        if moved_on.is_set():
            raise BrokenOff

    def run() -> None:
        try:
            result.set_result(work(still))
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        while wait([result], EVERY).not_done:
            "another_press" in st.session_state  # noqa: B015 asked for anything, Streamlit leaves a page to draw anew
    except BaseException:
        moved_on.set()
        raise
    return result.result()
