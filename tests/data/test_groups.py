import pandas as pd
import pytest

from analysis.errors import InputError
from data.groups import bases, comparison, comparisons, on_basis
from data.schema import RACES, typed


@pytest.fixture
def schools() -> pd.DataFrame:
    return typed(
        pd.DataFrame(
            {
                "year": [2018, 2018],
                "ncessch": ["1", "2"],
                "leaid": ["a", "a"],
                "students": [100, 50],
                "ed": [60, None],
                "ed_basis": ["frpl", "frpl"],
                "ed_low": [None, 1],
                "ed_high": [None, 9],
                "ed_frpl": [60, None],
                "ed_direct": [40, 20],
                "black": [10, 10],
            }
        )
    )


def test_ed_is_set_against_everyone_else() -> None:
    ed = comparison("ed")
    assert (ed.group, ed.other, ed.other_words) == ("ed", None, "other students")


def test_two_races_are_set_against_each_other() -> None:
    pair = comparison("black,white")
    assert (pair.group, pair.other, pair.group_words, pair.other_words) == (
        "black",
        "white",
        "Black students",
        "White students",
    )


@pytest.mark.parametrize("race", RACES)
def test_every_race_has_words(race: str) -> None:
    one = comparison(race)
    assert "students" in one.group_words
    assert one.adjective in one.group_words


@pytest.mark.parametrize("key", ["", "rich", "black,", "black,black", "ed,white", "white,ed", "black,white,asian"])
def test_what_cannot_be_compared_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=r"^There is no group|cannot be compared"):
        comparison(key)


def test_all_races_are_every_race_at_once() -> None:
    every = comparison("all-races")
    assert [every.group, *every.other] == list(RACES)
    assert every.many
    assert (every.words, every.label) == ("students of all races", "all races")
    assert not comparison("black,white").many


def test_all_races_are_offered_where_there_are_three(schools: pd.DataFrame) -> None:
    two = schools.assign(white=[50, 30])
    assert comparisons(two) == ["ed", "black", "white", "black,white"]
    assert comparisons(two.assign(asian=[1, 2]))[:2] == ["ed", "all-races"]


def test_comparisons_are_those_the_table_counts(schools: pd.DataFrame) -> None:
    assert comparisons(schools) == ["ed", "black"]


def test_bases_start_with_the_tables_own(schools: pd.DataFrame) -> None:
    assert bases(schools) == ["frpl", "direct", "direct_x16"]


def test_another_basis_swaps_the_count_and_drops_the_bounds(schools: pd.DataFrame) -> None:
    direct = on_basis(schools, "direct")
    assert direct["ed"].tolist() == [40, 20]
    assert direct["ed_basis"].unique().tolist() == ["direct"]
    assert direct[["ed_low", "ed_high"]].isna().all(axis=None)
    assert schools["ed"].iloc[0] == 60


@pytest.mark.parametrize("basis", [None, "frpl"])
def test_the_tables_own_basis_changes_nothing(schools: pd.DataFrame, basis: str | None) -> None:
    pd.testing.assert_frame_equal(on_basis(schools, basis), schools)


def test_a_basis_the_data_lacks_is_refused(schools: pd.DataFrame) -> None:
    with pytest.raises(InputError, match='by the basis "state"; choose one of frpl, direct, direct_x16'):
        on_basis(schools, "state")
