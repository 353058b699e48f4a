"""The Education Data API's codes, school by school."""

import json

import pandas as pd
import pytest

from analysis.errors import InputError
from data import store
from data.load import load
from data.sources.urban import check_fields
from tests.education_data import poverty, races, school

ONE, TWO, OTHER = "480000100001", "480000200001", "210000100001"


@pytest.fixture
def answer(tmp_path):
    """A page of rows on disk."""

    def answer(rows, name="page.json"):
        path = tmp_path / name
        path.write_text(json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows}))
        return path

    return answer


@pytest.fixture
def read(answer, part):
    """What an answer's rows give."""
    return lambda rows, **asked: part(answer(rows), **asked)


def only(part):
    (row,) = part.frame.to_dict("records")
    return {name: None if pd.isna(value) else value for name, value in row.items()}


# Directory ----------------------------------------------------------------------------------------------------------


def test_an_ordinary_school(read):
    found = read([school("010000100001")])
    assert found.brings_schools
    assert only(found) == {
        "year": 2018,
        "ncessch": "010000100001",
        "leaid": "0100001",
        "school": "School 01",
        "district": "District 1 ISD",
        "state": "AL",
        "students": 100,
        "grade_low": "KG",
        "grade_high": "05",
        "level": None,  # from the grades, when the table is checked
        "kind": "regular",
        "charter": False,
        "magnet": False,
        "virtual": False,
        "latitude": 33.65,
        "longitude": -101.24,
        "ed_frpl": 50,
        "ed_free": 40,
        "ed_direct": 30,
    }


@pytest.mark.parametrize(
    ("field", "code", "name", "value"),
    [
        ("charter", 1, "charter", True),
        ("charter", -2, "charter", None),
        ("magnet", 1, "magnet", True),
        ("virtual", 1, "virtual", True),
        ("virtual", 2, "virtual", False),
        ("virtual", 3, "virtual", False),
        ("virtual", -1, "virtual", None),
        ("lowest_grade_offered", -1, "grade_low", "PK"),
        ("lowest_grade_offered", -2, "grade_low", None),
        ("highest_grade_offered", 12, "grade_high", "12"),
        ("highest_grade_offered", 13, "grade_high", "13"),
        ("highest_grade_offered", 15, "grade_high", "UG"),
        ("school_type", 2, "kind", "special education"),
        ("school_type", 3, "kind", "vocational"),
        ("school_type", 4, "kind", "alternative"),
        ("school_type", 5, "kind", None),
        ("school_level", 6, "kind", "adult"),
        ("enrollment", -1, "students", None),
        ("enrollment", None, "students", None),
        ("enrollment", 0, "students", 0),
        ("latitude", -1, "latitude", None),
        ("longitude", -2.0, "longitude", None),
        ("direct_certification", -1, "ed_direct", None),
        ("free_lunch", -3, "ed_free", None),
        ("free_or_reduced_price_lunch", -1, "ed_frpl", 50),  # free and reduced together
    ],
)
def test_each_code(read, field, code, name, value):
    assert only(read([school(ONE, **{field: code})]))[name] == value


@pytest.mark.parametrize(
    ("level", "words"), [(0, "elementary"), (1, "elementary"), (2, "middle"), (3, "high"), (7, None)]
)
def test_the_level_is_the_apis_only_where_grades_are_not_known(read, level, words):
    assert only(read([school(ONE, school_level=level, lowest_grade_offered=-2)]))["level"] == words


def test_free_and_reduced_are_not_added_where_one_is_unknown(read):
    row = only(read([school(ONE, free_or_reduced_price_lunch=-1, reduced_price_lunch=-1)]))
    assert (row["ed_frpl"], row["ed_free"]) == (None, 40)


def test_schools_that_do_not_operate_are_told_and_kept_where_they_have_students(read):
    closed = [school(f"48000010000{n}", school_status=n, enrollment=-2) for n in (2, 6, 7)]
    found = read([school(ONE), *closed, school("480000100008", school_status=2)])
    assert found.frame["ncessch"].tolist() == [ONE, "480000100008"]
    assert found.notes == ("page.json: 3 schools closed, inactive or not yet open were left out.",)


# Enrollment and MEPS ------------------------------------------------------------------------------------------------


def test_races_stand_side_by_side_and_the_unknown_are_told(read):
    found = read([*races(ONE, {1: 10, 2: 20, 3: 30, 4: 4, 5: 5, 6: 6, 7: 7, 9: 3}), *races(TWO, {1: 50, 2: -1})])
    assert not found.brings_schools
    by_school = found.frame.set_index("ncessch")
    named = ["white", "black", "hispanic", "asian", "american_indian", "pacific_islander", "two_or_more"]
    assert by_school.loc[ONE, named].tolist() == [10, 20, 30, 4, 5, 6, 7]
    assert by_school.loc[TWO, named].dropna().to_dict() == {"white": 50}  # unknown is not zero
    assert found.notes == ("page.json: 3 students in 1 schools are of unknown race and count in no race.",)


def test_rows_of_one_grade_or_sex_are_not_counted_again(read):
    rows = [row | over for row in races(ONE, {1: 10}) for over in ({}, {"sex": 1}, {"grade": 3})]
    assert only(read(rows))["white"] == 10
    with pytest.raises(InputError, match=r"page\.json has no totals over grades and sexes; give the answer for"):
        read([row | {"grade": 3} for row in rows])


def test_a_second_count_of_the_same_race_is_refused(read):
    rows = races(ONE, {1: 10})
    with pytest.raises(InputError, match=r"page\.json, row 3: school 480000100001 has a second, different count"):
        read([*rows, rows[0] | {"enrollment": 11}])


def test_modelled_poverty_stays_a_share_until_the_students_are_known(read):
    found = read(poverty([(ONE, 12.25), (TWO, None)]))
    assert found.frame.set_index("ncessch")["ed_meps_percent"].dropna().to_dict() == {ONE: 12.25}
    assert "rounded to the nearest student (a half up)" in found.notes[0]
    with pytest.raises(InputError, match=r'row 1, field meps_poverty_pct: "120\.5" is not between 0 and 100'):
        read(poverty([(ONE, 120.5)]))


# All together -------------------------------------------------------------------------------------------------------


def test_pages_saved_to_disk_load_even_where_one_ends_amid_a_school(answer, home):  # noqa: ARG001
    by_race = [*races(ONE, {1: 60, 2: 40}), *races(TWO, {1: 10, 2: 90})]
    manifest = load(
        [
            answer([school(ONE)], "page1.json"),
            answer([school(TWO)], "page2.json"),
            answer(by_race[:4], "page3.json"),
            answer(by_race[4:], "page4.json"),
            answer(poverty([(ONE, 20.5), (TWO, 30.0)]), "page5.json"),
        ]
    )
    schools = store.schools(manifest).set_index("ncessch")
    assert schools[["white", "black", "ed_meps", "ed", "students"]].to_numpy().tolist() == [
        [60, 40, 21, 50, 100],
        [10, 90, 30, 50, 100],
    ]
    assert schools["level"].tolist() == ["elementary", "elementary"]
    assert manifest.source.startswith(
        "Urban Institute Education Data Portal, CCD school directory (ODC-By 1.0) 2018–19;"
    )


def test_of_several_states_one_is_kept(read):
    rows = [school(ONE), school(OTHER)]
    assert read(rows, state="KY").frame["ncessch"].tolist() == [OTHER]
    with pytest.raises(InputError, match=r"page\.json holds 2 states; name one, such as --state TX"):
        read(rows)
    with pytest.raises(InputError, match=r"page\.json holds no school of Ohio; give that state's page"):
        read(rows, state="OH")


@pytest.mark.parametrize(
    ("rows", "field", "named"),
    [
        ([school(ONE)], "enrollment", "enrollment_total"),
        ([school(ONE)], "free_lunch", "free_lunch_count"),
        (races(ONE, {1: 1}), "race", "race_code"),
        (poverty([(ONE, 1.0)]), "meps_poverty_pct", "meps_poverty_percent"),
    ],
)
def test_a_field_that_changed_its_name_is_one_plain_sentence(read, rows, field, named):
    changed = [{named if name == field else name: value for name, value in row.items()} for row in rows]
    told = f"page.json lacks the field {field} (it has {named}): the Education Data API has changed; "
    told += "take the files of NCES."
    with pytest.raises(InputError) as fault:
        read(changed)
    assert str(fault.value) == told
    with pytest.raises(InputError) as fault:
        check_fields(tuple(changed[0]), "page.json")
    assert str(fault.value) == told


def test_an_answer_of_another_kind_is_told():
    with pytest.raises(InputError, match=r"^x\.json lacks the field ncessch: the Education Data API has changed"):
        check_fields(("year", "unitid"), "x.json")
