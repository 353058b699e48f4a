"""Many pieces of work over any ``concurrent.futures.Executor``: this process, others on this machine, or a cluster.

A piece whose worker dies is sent again a bounded number of times, to a new executor where the old one is broken.
"""

import os
import re
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Any, TypeVar

from analysis.errors import InputError
from data.batches.runs import program

Piece = TypeVar("Piece")
# How often one piece is sent before it is given up.
TRIES = 3
_SECONDS_TO_CONNECT = 10
# How often to look for workers while nothing comes back, and how long they may all be gone: nannies start new ones.
_SECONDS_TO_LOOK = 1.0
_SECONDS_WITHOUT_WORKERS = 30.0
_ADDRESS = re.compile(r"(tcp|tls)://[^/\s]+:\d+")


class Here(Executor):
    """An executor that does the work in this process, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Do it and give a finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # a future carries what went wrong to whoever asks for its result
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """Processes that do not run the program's main module anew: in a web server that is a page."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Send work, and start a process for it where none is free, which takes its main module from here."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            sys.modules["__main__"] = main


@dataclass
class Crew:
    """Workers, and how to get new ones.

    Attributes:
        hire: an executor with its workers.
        dismiss: end an executor without waiting for its workers.
        at_once: how many pieces to send before the first is back: enough that no worker waits.
        lost: the errors that mean a worker died, rather than that the work is wrong.
        anyone: whether there is still a worker to wait for.
    """

    hire: Callable[[], Executor]
    dismiss: Callable[[Any], None]
    at_once: int
    lost: tuple[type[BaseException], ...]
    anyone: Callable[[], bool] = lambda: True


def here() -> Crew:
    """No workers: everything in this process."""
    return Crew(Here, _end, at_once=1, lost=())


def machine(workers: int | None = None) -> Crew:
    """Processes on this machine, as many as it has processors unless said otherwise."""
    count = workers or os.cpu_count() or 1
    # Spawned, not forked: a server's threads must not be copied, and it is the same on every system.
    how = {"mp_context": get_context("spawn"), "initializer": _end_with_the_run}
    return Crew(partial(Processes, count, **how), _end, at_once=2 * count, lost=(BrokenExecutor,))


def _end(executor: Executor) -> None:
    executor.shutdown(wait=False, cancel_futures=True)


def _end_with_the_run() -> None:
    """A worker ends at once and without a word on Ctrl-C, and when its parent is gone, whatever ended that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)  # the main thread may wait for work for ever


@contextmanager
def cluster(address: str) -> Iterator[Crew]:
    """The workers of a Dask cluster.

    Args:
        address: of its scheduler, such as ``tcp://127.0.0.1:8786``.

    Raises:
        InputError: Dask is not installed, nobody answers or no longer, there are no workers or one is lost as they are
            looked at, or the cluster has none or another version of Evenground.
    """
    try:
        from distributed import Client  # an extra that few install
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise InputError("A Dask cluster needs the package distributed; install evenground[dask].") from None
    if not _ADDRESS.fullmatch(address):  # Dask starts threads before it looks
        raise InputError(f'"{address}" is no address of a scheduler; give one such as tcp://127.0.0.1:8786.')
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except OSError:
        raise InputError(
            f"No Dask scheduler answers at {address}; start one with `dask scheduler` and give its address."
        ) from None
    with client:
        threads = _checked_threads(client, address)
        gone = InputError(f"The cluster at {address} went away; run it again: what is done is kept.")

        def anyone() -> bool:
            try:
                return bool(client.nthreads())
            except OSError:
                raise gone from None

        hire = partial(client.get_executor, pure=False)  # pure work would be named by a hash of all its schools
        try:
            yield Crew(hire, lambda executor: executor.shutdown(wait=False), 2 * threads, (KilledWorker,), anyone)
        except CancelledError:  # what was under way when the scheduler fell silent
            raise gone from None


def _checked_threads(client: Any, address: str) -> int:
    """How many threads the workers have together, once it is sure that they run this program."""
    threads = sum(client.nthreads().values())
    if not threads:
        raise InputError(f"The cluster at {address} has no workers; start some with `dask worker {address}`.")
    try:
        programs = {"scheduler": client.run_on_scheduler(program)} | client.run(program)
    except OSError:  # a stream that closed; what a worker cannot import is another error
        raise InputError(
            f"The cluster at {address} lost a worker while its version was checked; run it again once all are up."
        ) from None
    except Exception as error:  # Dask raises a plain one, with the other side's in its words
        raise InputError(
            f"The scheduler or the workers at {address} lack Evenground; install the same version there ({error})."
        ) from None
    if other := sorted(name for name, theirs in programs.items() if theirs != program()):
        raise InputError(f"In the cluster {other[0]} has another version of Evenground; install the same one there.")
    return threads


def work_through(
    pieces: Sequence[Piece], work: Callable[[Piece], bytes], crew: Crew, keep: Callable[[bytes], None]
) -> None:
    """Do all pieces of work and hand over each result as soon as it is there, in whatever order.

    Whatever ends it early, Ctrl-C for one, leaves what has been handed over. Pieces whose workers died go first when
    they are sent again, and alone, so that one that kills its workers takes no other down with it.

    Args:
        pieces: of work; each is sent to a worker whole.
        work: what is to be done with a piece; a function that workers can import.
        crew: who does it.
        keep: takes a result.

    Raises:
        InputError: the workers of one piece died each time it was sent, or there are none any more.
    """
    waiting, sent, suspects = deque(range(len(pieces))), Counter[int](), set[int]()
    while waiting:
        executor, running = crew.hire(), dict[Future[bytes], int]()
        try:
            while waiting or running:
                while waiting and len(running) < (1 if suspects else crew.at_once):
                    running[executor.submit(work, pieces[waiting[0]])] = waiting[0]
                    sent[waiting.popleft()] += 1
                for future in _finished(running, crew):
                    keep(future.result())
                    suspects.discard(running.pop(future))
        except crew.lost:
            if hopeless := [number for number in running.values() if sent[number] >= TRIES]:
                raise InputError(
                    f"The workers died {TRIES} times over the same work, piece {hopeless[0] + 1} of {len(pieces)}; "
                    "give them more memory or look into their logs, and run it again: what is done is kept."
                ) from None
            suspects.update(running.values())
            waiting.extendleft(running.values())
        finally:
            crew.dismiss(executor)


def _finished(running: Collection["Future[bytes]"], crew: Crew) -> set["Future[bytes]"]:
    """What is done of the work under way, waited for as long as there is somebody to do it."""
    seen = time.monotonic()
    while not (done := wait(running, _SECONDS_TO_LOOK, FIRST_COMPLETED).done):
        if crew.anyone():
            seen = time.monotonic()
        elif time.monotonic() - seen >= _SECONDS_WITHOUT_WORKERS:
            raise InputError(
                f"All workers have been gone for {_SECONDS_WITHOUT_WORKERS:g} seconds; what is done is kept: start "
                "workers and run it again, and it goes on from there."
            )
    return done
