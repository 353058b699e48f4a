"""Running a job as a person does, and what it prints."""

import pytest

import cli
from tests.small_state import written


@pytest.fixture(autouse=True)
def own_home(home):
    """Every job here has a user data folder of its own."""
    return home


@pytest.fixture
def state(tmp_path):
    return written(tmp_path / "tiny.csv")


@pytest.fixture
def run(capsys):
    """Run a job that must succeed; what it prints on stdout."""

    def run(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out

    return run


@pytest.fixture
def refused(capsys):
    """Run a job that must be refused; its one line on stderr."""

    def refused(*arguments):
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = stopped.code
        printed = capsys.readouterr()
        assert status == 2
        assert printed.out == ""
        *progress, told = printed.err.splitlines()
        assert told.startswith("evenground: ")
        assert told.endswith(".")
        # Loading says on the way which file it is at.
        assert all(line.startswith(("Looking at", "Reading")) for line in progress), printed.err
        return told

    return refused


@pytest.fixture
def told(capsys):
    """Run a job that must succeed; what it prints on stdout, and its lines on stderr."""

    def told(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out, printed.err.splitlines()

    return told
