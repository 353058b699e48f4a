"""The ``evenground`` command: serve the dashboard, load data, and print what the pages show."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from analysis.errors import InputError
from jobs import applicants, changing, comparing, loading, lottery, measuring, optimum, policy, statewide
from jobs.printing import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a person's mistake is one line on stderr and exit status 2."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
        # A reader that stopped early, such as `head`, is noticed here rather than at exit.
        sys.stdout.flush()
    except InputError as error:
        say(f"evenground: {error}")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as every other message here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"evenground: {message}; see {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """The command line, one subcommand a job."""
    top = _Parser(prog="evenground", description=__doc__, allow_abbrev=False)
    top.set_defaults(run=loading.serve_pages, port=None, host="127.0.0.1", browser=True)
    menu = top.add_subparsers(title="jobs", metavar="JOB")
    for module in (loading, measuring, comparing, changing, policy, optimum, applicants, lottery, statewide):
        module.add_jobs(menu)
    return top


if __name__ == "__main__":
    sys.exit(main())
