"""Timing, and the one line of the table that a measurement becomes."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs: the median, and the least, which other work on the machine disturbs least."""

    median: float
    least: float

    def scaled(self, factor: float) -> "Timing":
        """What the whole would take, after a sample of it was timed."""
        return Timing(self.median * factor, self.least * factor)


def of(seconds: Sequence[float]) -> Timing:
    """The timing of runs already measured."""
    return Timing(statistics.median(seconds), min(seconds))


def timed(run: Callable[[], object], repeats: int = 7) -> Timing:
    """Run once to warm up, then ``repeats`` times."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return of(seconds)


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        what: the work that was timed.
        ours: how long it took.
        beside: what else was timed, in words, and how long that took.
        target: the most seconds the median may be, or None.
    """

    what: str
    ours: Timing
    beside: tuple[tuple[str, Timing], ...] = ()
    target: float | None = None

    def line(self) -> str:
        """The figure as a row of a Markdown table. Ratios are of the least times."""
        target = (
            "" if self.target is None else f"{self.target * 1000:g} {'✓' if self.ours.median <= self.target else '✗'}"
        )
        ratios = "; ".join(f"{_times(self.ours.least / other.least)} {words}" for words, other in self.beside)
        return f"| {self.what} | {_ms(self.ours.median)} | {_ms(self.ours.least)} | {target} | {ratios} |"


HEADER = "| what | median ms | least ms | target ms | beside |\n|---|---:|---:|---:|---|"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.{1 if seconds < 0.1 else 0}f}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f} ×" if ratio >= 0.1 else f"1/{1 / ratio:,.0f} of"
