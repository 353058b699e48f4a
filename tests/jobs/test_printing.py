"""A result alone on stdout, whatever the libraries print there."""

import subprocess
import sys

# C keeps what it prints into a pipe in a buffer until the program ends, unless PYTHONUNBUFFERED is set: hence -E.
PROGRAM = """
import ctypes, os, sys
from jobs.printing import show, solver_on_stderr

show("before")
with solver_on_stderr():
    ctypes.CDLL("ucrtbase" if os.name == "nt" else None).puts(b"a line of the solver's")
show("after")
"""


def test_what_the_solver_prints_is_no_part_of_the_result() -> None:
    done = subprocess.run([sys.executable, "-E", "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("before\nafter\n", "a line of the solver's\n")
