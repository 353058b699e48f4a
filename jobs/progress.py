"""How far a long job is: a bar at a terminal, and a line every so often in a log."""

import sys
import time
from collections.abc import Callable

_BAR = 30
_SECONDS = 15.0


class Meter:
    """One measure over all parts of a job, in whatever order they are done.

    Attributes:
        of: how many steps all parts have together.
        what: the steps, in the plural.
    """

    def __init__(self, of: int, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Start before the first step."""
        self.of, self.what, self._clock = of, what, clock
        self._done: dict[str, int] = {}
        self._kept, self._told = 0, clock()
        self._first: tuple[float, int] | None = None  # when the first steps were back, and how many

    def part(self, label: str) -> Callable[[int, int], None]:
        """What a part of the job calls with how many of its steps are done, first with those done earlier."""

        def show(done: int, _of: int) -> None:
            if label not in self._done:
                self._kept += done
            self._done[label] = done
            if self._first is None and self._new:
                self._first = self._clock(), self._new
            self._show(label, sum(self._done.values()))

        return show

    def _show(self, label: str, done: int) -> None:
        if sys.stderr.isatty():
            filled = "█" * (_BAR * done // self.of)
            end = "\n" if done == self.of else ""
            sys.stderr.write(f"\r\033[K{label}: {filled:░<{_BAR}} {done:,} of {self.of:,} {self.what}{end}")
        elif self._clock() - self._told >= _SECONDS:
            self._told = self._clock()
            sys.stderr.write(f"{label}: {done:,} of {self.of:,} {self.what}{self._left(done)}\n")
        sys.stderr.flush()

    @property
    def _new(self) -> int:
        """How many steps have been done, those of earlier runs apart."""
        return sum(self._done.values()) - self._kept

    def _left(self, done: int) -> str:
        """How long the rest takes at the pace since the first steps were back: workers take a while to start.

        Empty until it has been watched long enough to be a pace.
        """
        if self._first is None or done == self.of:
            return ""
        begun, first = self._first
        seconds, steps = self._clock() - begun, self._new - first
        if seconds < _SECONDS or not steps:
            return ""
        seconds *= (self.of - done) / steps
        return f", about {seconds / 60:.0f} minutes left" if seconds >= 90 else f", about {seconds:.0f} seconds left"
