"""Ids are joined by the federal school number or the state's own id, never against the directory, never by name."""

import pandas as pd
import pytest

from data.joining import identity
from tests.data.histories import schools, steady

# Other schools of the state that stay, so that one shared number is a small share.
REST = steady((2017, 2018), "900", range(500, 560))


def joined(*rows, rest=REST):
    """Whether the ids of schools 4800001 00001 and 4800002 00001 are one, and the evidence of the link, if any."""
    found = identity.schools(schools(*rows, *rest))
    one = found.key["480000100001"] == found.key["480000200001"]
    assert one == bool(found.links["joined"].any())
    return one, found.links["evidence"].tolist()


def test_a_school_number_that_moves_to_another_district_is_the_same_school():
    assert joined((2017, "001", 1, 90), (2018, "002", 1, 95)) == (True, ["the same school number"])


@pytest.mark.parametrize("status", ["open", "changed agency", "reopened", None])
def test_a_directory_that_does_not_deny_it_leaves_the_number_to_decide(status):
    assert joined((2017, "001", 1, 90), (2018, "002", 1, 95, {"status": status}))[0]


@pytest.mark.parametrize("status", ["new", "added"])
def test_a_school_the_directory_calls_new_is_joined_only_if_number_and_state_id_agree(status):
    later = {"status": status, "state_school": "S1"}
    one, evidence = joined((2017, "001", 1, 90), (2018, "002", 1, 95, later))
    assert not one
    assert evidence == ["the same school number, but the directory calls it new"]
    one, evidence = joined((2017, "001", 1, 90, {"state_school": "S1"}), (2018, "002", 1, 95, later))
    assert one
    assert evidence == ["the same school number and state id"]


def test_a_number_that_two_schools_hold_at_once_joins_nothing():
    rows = [(2017, "001", 1, 90), (2018, "002", 1, 95), (2018, "003", 1, 95)]
    found = identity.schools(schools(*rows, *REST))
    assert not found.links["joined"].any()
    assert found.key.nunique() == 63
    assert set(found.links["evidence"]) == {"the same school number, which another held too"}


def test_numbers_count_only_in_a_state_that_seldom_repeats_them():
    """Until 2013–14 a number is unique within a district only (layout of the directory 2013–14)."""
    within = steady((2017, 2018), "900", range(1, 40)) + steady((2017, 2018), "901", range(1, 40))
    one, evidence = joined((2017, "001", 1, 90), (2018, "002", 1, 95), rest=within)
    assert not one
    assert evidence == []


def test_two_numbers_with_the_same_name_place_and_size_stay_two():
    found = identity.schools(schools((2017, "001", 1, 90), (2018, "002", 2, 90, {"school": "School 1"}), *REST))
    assert found.links.empty


def test_a_state_id_that_stays_is_the_same_school_though_every_federal_id_changed():
    rows = [(2017, "001", 1, 90, {"state_school": "S1"}), (2018, "002", 7, 95, {"state_school": "S1"})]
    found = identity.schools(schools(*rows))
    assert found.key.tolist() == ["480000200007"] * 2
    assert found.links["evidence"].tolist() == ["the same state id"]


def test_a_state_id_that_districts_repeat_counts_only_within_its_district():
    def rows(later):
        return schools(
            *(
                (year, "009", n, 50, {"state_school": "0010", "state_leaid": f"L{n}"})
                for year in (2017, 2018)
                for n in (8, 9)
            ),
            (2017, "001", 1, 90, {"state_school": "0020", "state_leaid": "A"}),
            (2018, "002", 2, 95, {"state_school": "0020", "state_leaid": later}),
        )

    assert not identity.schools(rows("B")).links["joined"].any()
    assert identity.schools(rows("A")).links["joined"].all()


def test_the_key_is_the_last_id_through_several_changes_and_back():
    rows = [
        (year, district, 1, 90) for year, district in zip(range(2015, 2019), ("001", "002", "001", "003"), strict=True)
    ]
    found = identity.schools(schools(*rows, *steady(range(2015, 2019), "900", range(500, 560))))
    assert found.key[["480000100001", "480000200001", "480000300001"]].tolist() == ["480000300001"] * 3


def test_links_that_would_make_one_of_two_schools_of_a_year_join_nothing():
    """The number says A is B, the state id says A is C, but B and C are there at once."""
    rows = [
        (2017, "001", 1, 90, {"state_school": "S1"}),
        (2018, "002", 1, 90, {"state_school": "S2"}),
        (2018, "003", 3, 90, {"state_school": "S1"}),
    ]
    found = identity.schools(schools(*rows, *REST))
    assert not found.links["joined"].any()
    assert found.links["evidence"].str.endswith("but two of the same year would be one").all()
    assert found.key.nunique() == 63


# districts ----------------------------------------------------------------------------------------------------------


def districts(*rows):
    table = schools(*rows, *REST)
    found = identity.districts(table, identity.flows(table, identity.schools(table).key))
    return found, found.key.get("4800001") == found.key.get("4800002")


def test_a_district_whose_schools_all_move_to_a_new_id_as_it_ends_is_the_same():
    found, one = districts(*steady((2017,), "001", (1, 2, 3)), *steady((2018,), "002", (1, 2, 3)))
    assert one
    assert found.links["evidence"].tolist() == ["3 of its 3 schools, with 300 of its 300 students, moved at once"]


@pytest.mark.parametrize(
    ("before", "after", "one"),
    [
        ((1, 2, 3), (1, 2, 4), True),  # one closed, one opened: two of three on either side
        ((1, 2), (1, 3), False),  # half is not most
        ((1, 2, 3), (1, 2, 4, 5, 6), False),  # most of the first, but not of the second
        ((1, 2, 3, 4, 5), (1, 2), False),  # most of the second, but not of the first
    ],
)
def test_more_than_half_of_both_must_be_the_same_schools(before, after, one):
    assert districts(*steady((2017,), "001", before), *steady((2018,), "002", after))[1] is one


def test_more_than_half_of_the_students_must_be_the_same_too():
    small = [(2017, "001", 1, 10), (2017, "001", 2, 10), (2017, "001", 3, 500)]
    assert not districts(*small, (2018, "002", 1, 10), (2018, "002", 2, 10))[1]


@pytest.mark.parametrize("other", [steady((2017, 2018), "001", (9,)), steady((2017, 2018), "002", (9,))])
def test_a_district_that_goes_on_or_was_there_before_is_another(other):
    rows = [*steady((2017,), "001", (1, 2, 3)), *steady((2018,), "002", (1, 2, 3)), *other]
    assert not districts(*rows)[1]


def test_a_states_own_district_id_that_stays_joins_without_a_school_in_common():
    rows = [*steady((2017,), "001", (1, 2), state_leaid="A"), *steady((2018,), "002", (3, 4), state_leaid="A")]
    found, one = districts(*rows)
    assert one
    assert found.links["evidence"].tolist() == ["the same state id"]
    rows = [*steady((2017,), "001", (1, 2), state_leaid="A")]
    rows += steady((2018,), "002", (3, 4), state_leaid="A", district_status="new")
    assert not districts(*rows)[1]


def test_a_states_own_id_decides_before_where_most_schools_went():
    """What the state calls A goes on under 003; a new district 002 took most of its schools."""
    rows = [
        *steady((2017,), "001", (1, 2, 3, 4), state_leaid="A"),
        *steady((2018,), "002", (1, 2, 3), state_leaid="B"),
        *steady((2018,), "003", (4,), state_leaid="A"),
    ]
    found, one = districts(*rows)
    assert not one
    assert found.key["4800001"] == found.key["4800003"]


def test_a_table_without_any_evidence_keeps_every_id():
    table = schools(*steady((2017, 2018), "001", (1, 2)))
    found = identity.schools(table)
    assert found.key.to_dict() == {id_: id_ for id_ in table["ncessch"]}
    pd.testing.assert_frame_equal(identity.flows(table, found.key), identity.flows(table, found.key).head(0))
