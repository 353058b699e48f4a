"""Chains of levels: what names one, what a page offers, and what does not nest."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data.chain import CHAIN, chain, chain_words, crossed_words, offered
from data.schema import FIELDS, OUTSIDE_METRO, typed


@pytest.fixture
def schools() -> pd.DataFrame:
    return typed(
        pd.DataFrame(
            {
                "year": 2020,
                "ncessch": ["1", "2", "3", "4"],
                "leaid": ["a", "a", "b", "c"],
                "county": ["North", "South", "South", None],
                "charter": [True, False, False, False],
                "students": 10,
            }
        )
    )


def test_every_level_has_a_column() -> None:
    assert {level.column for level in CHAIN.values()} <= set(FIELDS)
    assert [level.name for level in CHAIN.values()] == list(CHAIN)


@pytest.mark.parametrize("text", ["county,district", "county,district,school", " county , district "])
def test_a_chain_goes_down_to_schools(schools: pd.DataFrame, text: str) -> None:
    assert [level.name for level in chain(text, schools)] == ["county", "district", "school"]


@pytest.mark.parametrize(
    "text", ["", "planet", "metro", "county,", "district,district", "school,district", "level", "state"]
)
def test_what_is_no_chain_is_refused(schools: pd.DataFrame, text: str) -> None:
    with pytest.raises(InputError, match=r"[.]$"):
        chain(text, schools)


@pytest.mark.parametrize(
    ("text", "right"),
    [("district,county", "county,district"), ("county,sector,district,state", "state,county,district")],
)
def test_a_larger_place_below_a_smaller_one_is_refused(schools: pd.DataFrame, text: str, right: str) -> None:
    with pytest.raises(InputError, match=f"give the larger first: {right}[.]$"):
        chain(text, schools.assign(state="OH"))


def test_a_grade_band_is_a_level(schools: pd.DataFrame) -> None:
    known = schools.assign(level="high")
    assert chain("district,grade-band", known) == chain("district,level", known)


def test_chains_are_offered_where_their_levels_tell_schools_apart(schools: pd.DataFrame) -> None:
    assert offered(schools) == ["district", "county,district", "sector,district"]
    assert offered(schools[schools["leaid"] == "a"]) == []
    assert chain_words(chain("county,district", schools)) == "counties, districts, schools"


def test_what_does_not_nest_or_is_unknown_is_counted(schools: pd.DataFrame) -> None:
    assert crossed_words(schools, chain("sector,county", schools)) == [
        "1 school of unknown county counts as a county of its own."
    ]
    assert crossed_words(schools, chain("county,district", schools)) == [
        "1 school of unknown county counts as a county of its own.",
        "1 of 3 districts lie in more than one county; the part in each counts on its own.",
    ]
    assert crossed_words(schools, chain("sector,district", schools)) == [
        "1 of 3 districts lie in more than one sector; the part in each counts on its own."
    ]


def test_levels_that_are_no_places_are_not_cut(schools: pd.DataFrame) -> None:
    known = schools.assign(level="high")
    assert crossed_words(known, chain("district,sector,level", known)) == []


def test_metro_areas_and_regions_are_places_that_can_be_cut(schools: pd.DataFrame) -> None:
    known = schools.assign(region=["I", "I", "II", "II"], metro=["A", "B", "B", OUTSIDE_METRO])
    assert offered(known) == ["district", "region,district", "metro,district", "county,district", "sector,district"]
    assert crossed_words(known, chain("region,metro", known)) == [
        "1 of 3 metro areas lie in more than one region; the part in each counts on its own."
    ]
    assert crossed_words(known, chain("metro,district", known)) == [
        "1 of 3 districts lie in more than one metro area; the part in each counts on its own."
    ]
