"""Postal abbreviations, FIPS codes and names."""

import pytest

from analysis.errors import InputError
from data.states import POSTAL_OF_FIPS, STATES, state_code


def test_the_table_has_every_state_once():
    assert len(STATES) == len(POSTAL_OF_FIPS) == len({state.name for state in STATES.values()})
    # Fifty states, the District of Columbia, five areas, Bureau of Indian Education.
    assert len(STATES) == 50 + 1 + 5 + 1
    assert (STATES["TX"].fips, STATES["TX"].name, POSTAL_OF_FIPS["21"]) == ("48", "Texas", "KY")


@pytest.mark.parametrize("text", ["TX", "tx", " Texas ", "TEXAS"])
def test_a_state_is_known_by_abbreviation_or_name(text):
    assert state_code(text) == "TX"


def test_no_such_state():
    with pytest.raises(InputError, match="“Texass” is not a state; give its two-letter abbreviation"):
        state_code("Texass")
