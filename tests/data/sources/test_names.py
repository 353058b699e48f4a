"""Names, grades and flags as publishers write them."""

import pandas as pd
import pytest

from data.sources.names import flag, grades, title_case


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("DALLAS ISD", "Dallas ISD"),
        ("HARLINGEN CISD", "Harlingen CISD"),
        ("W T WHITE H S", "W T White H S"),
        ("CAYUGA EL", "Cayuga EL"),
        ("EL PASO ISD", "El Paso ISD"),
        ("MCKINNEY ISD", "McKinney ISD"),
        ("ACADEMY OF DALLAS", "Academy of Dallas"),
        ("ST MARY'S ACADEMY CHARTER", "St Mary's Academy Charter"),
        ("O'DONNELL ISD", "O'Donnell ISD"),
        ("6TH GRADE CTR", "6th Grade Ctr"),
        ("KIPP STEM II", "KIPP STEM II"),
        ("Already Written IN full", "Already Written IN full"),
    ],
)
def test_capitals_become_names(written, tidy):
    assert title_case(pd.Series([written], dtype="str"))[0] == tidy


def test_a_missing_name_stays_missing():
    assert title_case(pd.Series([None, "A"], dtype="str")).isna().tolist() == [True, False]


def test_grades_are_brought_to_one_spelling_and_codes_are_missing():
    written = pd.Series(["EE", "PK", "K", "KG", "5", "05", "12", "13", "UG", "AE", "N", "M", "14", None], dtype="str")
    tidy = grades(written)
    known = ["PK", "PK", "KG", "KG", "05", "05", "12", "13", "UG", "AE"]
    assert tidy[:10].tolist() == known
    assert tidy[10:].isna().all()


def test_a_word_that_is_neither_is_missing_not_false():
    read = flag(pd.Series(["Yes", "no", "Missing", None], dtype="str"), frozenset({"yes"}), frozenset({"no"}))
    assert read[:2].tolist() == [True, False]
    assert read[2:].isna().all()
