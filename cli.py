"""The ``evenground`` command: serve the dashboard, load data, and print what the pages show."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a mistake is one line on stderr and exit status 2, Ctrl-C or SIGTERM one line and 130."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # while the libraries are still being read, too
        sys.stderr.write("evenground: stopped.\n")
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: Sequence[str] | None) -> int:
    from analysis.errors import InputError

    given = parser().parse_args(arguments)
    try:
        given.run(given)
        # A reader that stopped early, such as `head`, is noticed here rather than at exit.
        sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"evenground: {error}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as every other message here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"evenground: {message}; see {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """The command line, one subcommand a job."""
    # Slow to read.
    from jobs import (
        applicants,
        changing,
        comparing,
        decomposing,
        loading,
        lottery,
        measuring,
        optimum,
        policy,
        statewide,
    )

    top = _Parser(prog="evenground", description=__doc__, allow_abbrev=False)
    top.set_defaults(run=loading.serve_pages, port=None, host="127.0.0.1", browser=True)
    menu = top.add_subparsers(title="jobs", metavar="JOB")
    schools = loading, measuring, decomposing, comparing, changing
    for module in (*schools, policy, optimum, applicants, lottery, statewide):
        module.add_jobs(menu)
    return top


if __name__ == "__main__":
    sys.exit(main())
