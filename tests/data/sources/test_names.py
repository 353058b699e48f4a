"""Names, grades and flags as publishers write them."""

import pandas as pd
import pytest

from data.schema import OUTSIDE_METRO
from data.sources.names import flag, grades, locales, metros, title_case


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


def test_locales_are_known_by_code_or_words():
    written = pd.Series(["43", "43-Rural: Remote", "Suburb: Mid-size", "City: Large", "8", "N", "00:00:00", None])
    read = locales(written.astype("str"))
    assert read[:4].tolist() == ["43", "43", "22", "11"]
    assert read[4:].isna().all()


def test_a_metro_area_without_a_name_is_its_code_and_outside_is_not_unknown():
    code, name = (
        pd.Series(each, dtype="str") for each in (["31180", "31180", "N", None], ["Lubbock, TX", None, "N", None])
    )
    read = metros(code, name)
    assert read[:3].tolist() == ["Lubbock, TX", "CBSA 31180", OUTSIDE_METRO]
    assert pd.isna(read[3])
