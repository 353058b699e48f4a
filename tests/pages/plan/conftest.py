"""The page of a plan, and what it would save."""

import pytest
import streamlit as st

from analysis.policy.scenario import from_json
from tests.small_state import UNEVEN


@pytest.fixture
def saved(monkeypatch):
    """The scenario that the page would save, as last drawn."""
    given = {}

    def button(_, label, data, **__):
        given[label] = data

    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "download_button", button)
    monkeypatch.setattr(st, "download_button", lambda label, data, **more: button(None, label, data, **more))
    return lambda: from_json(given["Scenario (JSON)"])


@pytest.fixture
def uneven(opened, small):
    """The policy page of the small state's uneven district."""
    return lambda **link: opened("policy", state=small.label, district=f"Uneven ({UNEVEN})", **link)
