"""The page of a plan, and what it would save."""

import pytest

from analysis.policy.scenario import from_json
from tests.small_state import UNEVEN


@pytest.fixture
def saved(would_save):
    """The scenario that the page would save, as last drawn."""
    return lambda: from_json(would_save["Scenario (JSON)"])


@pytest.fixture
def uneven(opened, small):
    """The policy page of the small state's uneven district."""
    return lambda **link: opened("policy", state=small.label, district=f"Uneven ({UNEVEN})", **link)
