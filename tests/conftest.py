"""Fixtures every test may use."""

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure: how long an example takes is for the benchmarks.
settings.register_profile("evenground", deadline=None)
settings.load_profile("evenground")


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real files that stays outside the project; tests that need it skip without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip("real data not on this machine")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty user data folder of the test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("EVENGROUND_HOME", str(folder))
    return folder
