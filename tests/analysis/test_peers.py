"""Similar districts: distances by hand, what unknown parts do, and a place among others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.peers import LOCALES, PARTS, distances, peers, place_among, profiles
from data import schema

# leaid, students, ED, black, white, lowest and highest grade. ED shares 0, .5, 1, .5; a, b and c have 100 students.
ROWS = [
    ("a", 100, 0, 0, 100, "PK", "12"),
    ("b", 100, 50, 50, 50, "KG", "12"),
    ("c", 100, 100, 100, 0, "PK", "12"),
    ("d", 1000, 500, 500, 500, "PK", "08"),
]
RACES = ("black", "white")
COUNTS = ("students", "ed", *RACES)


def state(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["leaid", *COUNTS, "grade_low", "grade_high"])
    table = table.assign(district="District " + table["leaid"], ncessch=table["leaid"] + "1", locale=None)
    return table.astype(dict.fromkeys(COUNTS, "Int64"))


def test_distances_by_hand() -> None:
    found = distances(profiles(state(), RACES), "a")
    # Shares 0, .5, 1, .5 have the mean .5 and the variance 1/8; Black and white shares together 1/4.
    assert found["ed"].to_dict() == pytest.approx({"b": 2**0.5, "c": 8**0.5, "d": 2**0.5})
    assert found["races"].to_dict() == pytest.approx({"b": 2**0.5, "c": 8**0.5, "d": 2**0.5})
    # ln 1000 − ln 100 = ln 10 in one of four: variance 3/16 (ln 10)².
    assert found["size"].to_dict() == pytest.approx({"b": 0, "c": 0, "d": (16 / 3) ** 0.5})
    # Pre-kindergarten counts as kindergarten; the highest grade 8 in one of four, 12 in the others.
    assert found["grades"].to_dict() == pytest.approx({"b": 0, "c": 0, "d": (16 / 3) ** 0.5})
    assert found.loc["b", "distance"] == pytest.approx(((2 + 2) / 4) ** 0.5)
    assert found.index.tolist() == ["b", "d", "c"]


def test_grades_are_those_of_all_schools_of_a_district() -> None:
    two = state([("a", 10, 5, 5, 5, "PK", "05"), ("a", 10, 5, 5, 5, "06", "08"), ("a", 10, 5, 5, 5, "UG", "AE")])
    assert profiles(two, RACES)["grades"].loc["a"].tolist() == [0, 8]


def test_locales_are_steps_from_large_city_to_remote_country() -> None:
    two = [("a", 30, 5, 5, 5, "PK", "05"), ("a", 10, 5, 5, 5, "06", "08"), ("b", 10, 5, 5, 5, "PK", "08")]
    table = state(two).assign(locale=["11", "23", "43"])
    # A large city is step 1, a small suburb step 6, remote country step 12: (30 × 1 + 10 × 6) / 40 = 2.25.
    assert profiles(table, RACES)["locale"]["locale"].to_dict() == {"a": 2.25, "b": 12}
    # Two districts 9.75 apart lie 4.875 from their mean, which is the spread.
    assert distances(profiles(table, RACES), "a").loc["b", "locale"] == pytest.approx(2)


def test_a_district_of_unknown_locale_is_not_compared_by_it() -> None:
    found = distances(profiles(state().assign(locale=["11", "43", None, "41"]), RACES), "a")
    assert np.isnan(found.loc["c", "locale"])
    assert found.loc[["b", "d"], "locale"].notna().all()


def test_the_steps_are_all_codes_of_nces() -> None:
    assert tuple(schema.LOCALES) == LOCALES


def test_what_is_not_known_of_both_is_not_compared() -> None:
    table = state()
    table.loc[table["leaid"] == "b", "ed"] = pd.NA
    table.loc[table["leaid"] == "c", ["grade_low", "grade_high"]] = None
    found = distances(profiles(table, RACES), "a")
    assert np.isnan(found.loc["b", "ed"])
    assert np.isnan(found.loc["c", "grades"])
    assert found.loc["b", "distance"] == pytest.approx(
        np.sqrt(np.mean(found.loc["b", ["size", "races", "grades"]].to_numpy(dtype=float) ** 2))
    )


def test_what_the_data_does_not_hold_has_no_column() -> None:
    table = state().assign(grade_low=None, grade_high=None, black=pd.NA, white=pd.NA)
    assert set(profiles(table, RACES)) == {"size", "ed"}
    assert "races" not in peers(table, "a", RACES)


def test_a_part_in_which_all_are_alike_is_left_out() -> None:
    alike = state([(leaid, 100, ed, 50, 50, "PK", "12") for leaid, ed in (("a", 10), ("b", 20))])
    assert list(distances(profiles(alike, RACES), "a")) == ["ed", "distance"]


def test_districts_alike_in_everything_cannot_be_told_apart() -> None:
    assert peers(state([(leaid, *ROWS[1][1:]) for leaid in "ab"]), "a", RACES).empty


@given(st.sampled_from("abcd"), st.sampled_from("abcd"))
def test_distance_is_the_same_from_either_side(one: str, other: str) -> None:
    known = profiles(state(), RACES)
    if one != other:
        assert distances(known, one).loc[other].tolist() == distances(known, other).loc[one].tolist()


@pytest.mark.parametrize("factor", [3, 1_000])
def test_a_state_of_larger_districts_has_the_same_distances(factor: int) -> None:
    table = state()
    larger = table.assign(**{name: table[name] * factor for name in COUNTS})
    pd.testing.assert_frame_equal(distances(profiles(table, RACES), "a"), distances(profiles(larger, RACES), "a"))


def test_peers_are_told_nearest_first_with_what_they_are() -> None:
    found = peers(state().assign(locale=["11", "12", "43", "11"]), "a", RACES, 2)
    assert found["leaid"].tolist() == ["b", "d"]
    assert found[["district", "schools", "students"]].to_numpy().tolist() == [
        ["District b", 1, 100],
        ["District d", 1, 1000],
    ]
    assert found["share_ed"].tolist() == [0.5, 0.5]
    assert set(PARTS) < set(found)
    assert len(peers(state(), "a", RACES)) == 3


@pytest.mark.parametrize(("leaid", "number", "words"), [("z", 10, "district z"), ("a", 0, "1 or more")])
def test_what_cannot_be_asked_is_refused(leaid: str, number: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        peers(state(), leaid, RACES, number)


def test_a_place_among_others() -> None:
    indices = pd.DataFrame(
        {"D": [0.3, 0.1, 0.3, 0.5, np.nan], "V": [np.nan, 0.1, 0.2, 0.3, 0.4]}, index=["a", "b", "c", "d", "e"]
    )
    found = place_among(indices, "a", ["b", "c", "d", "e", "absent"], ["D", "V"])
    # Below .3 lies one of three, and one is the same.
    assert found.loc["D", ["value", "others", "below", "percentile"]].tolist() == pytest.approx([0.3, 3, 1, 0.5])
    assert found.loc["D", ["low", "median", "high"]].tolist() == pytest.approx([0.1, 0.3, 0.5])
    assert found.loc["V", "others"] == 0
    assert np.isnan(found.loc["V", "percentile"])
