"""The app run in process, without a browser."""

import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import store
from data.inclusion import Rules, included
from data.load import load
from tests.small_state import lines, written

FRAME = Path(__file__).resolve().parents[2] / "pages" / "frame.py"


@pytest.fixture
def small(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state as a dataset."""
    return load([written(tmp_path / "small.csv")], name="small")


@pytest.fixture
def one_school(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """A state of one school."""
    return load([written(tmp_path / "one.csv", lines()[:2])], name="one-school")


@pytest.fixture(scope="module")
def franklin():
    """Franklin's schools that count, of the last year."""
    table = store.schools(store.find("franklin"))
    return included(table[table["year"] == table["year"].max()], Rules().excluded)[0].reset_index(drop=True)


@pytest.fixture
def opened(home):  # noqa: ARG001 what a person has stored must not show
    """Open a page with what its link says; it must run without a fault."""

    def opened(page: str, **link: str) -> AppTest:
        app = AppTest.from_file(str(FRAME), default_timeout=30)
        for name, value in link.items():
            app.query_params[name] = value
        app.switch_page(f"{page}.py").run()
        assert not app.exception, [each.message for each in app.exception]
        assert not app.error, [each.value for each in app.error]
        return app

    return opened


@pytest.fixture
def numbers():
    """The numbers of a text as they stand in it."""
    return lambda text: re.findall(r"\d+(?:[.,]\d+)*%?", text)


@pytest.fixture(scope="session")
def value_alone():
    """A table's cell without itself corrected for chance."""
    return lambda cell: cell.partition(", corrected ")[0]


@pytest.fixture
def would_save(monkeypatch):
    """What each download button would save, by its label, as last drawn."""
    given = {}

    def button(_, label, data, **__):
        given[label] = data

    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "download_button", button)
    monkeypatch.setattr(st, "download_button", lambda label, data, **more: button(None, label, data, **more))
    return given


@pytest.fixture
def full(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state where all 100 students of Uneven's first school are disadvantaged."""
    rows = [line.replace(",100,90,", ",100,100,") for line in lines()]
    return load([written(tmp_path / "full.csv", rows)], name="full").label
