"""What became of schools and districts, by hand; and no line breaks because an id changed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measured import indices_by
from data import store
from data.joining.lineage import COLUMNS, KINDS, lineage, summary
from tests.data.histories import renumbered, schools, steady, told

YEARS = (2017, 2018, 2019)
REST = steady(YEARS, "900", range(500, 560))
STAYS = steady(YEARS, "001", (1, 2))


def events(*rows):
    return lineage(schools(*rows, *REST)).events


def test_where_nothing_changes_nothing_is_told():
    assert events(*STAYS).empty
    assert summary(events(*STAYS), YEARS) == "From 2017–18 to 2019–20, every school and district stayed."
    assert summary(events(*STAYS), YEARS[:1]) == "There is one year of data, so nothing to follow."


@pytest.mark.parametrize(
    ("status", "kind"),
    [("new", "opened"), ("reopened", "reopened"), ("added", "appeared"), ("open", "appeared"), (None, "appeared")],
)
def test_a_school_has_opened_only_if_the_directory_says_so(status, kind):
    rows = [(2018, "001", 3, 80, {"status": status}), (2019, "001", 3, 80, {"status": "open"})]
    assert told(events(*STAYS, *rows)) == [(2018, "school", kind, None, "480000100003")]


@pytest.mark.parametrize(
    ("after", "kind"), [("closed", "closed"), ("temporarily closed", "closed"), ("open", "gone"), (None, "gone")]
)
def test_a_school_has_closed_only_if_the_next_directory_says_so(after, kind):
    found = events(*STAYS, (2017, "001", 3, 80, {"status_after": after}))
    assert told(found) == [(2018, "school", kind, "480000100003", None)]
    assert found["students"].tolist() == [80]


def test_a_school_that_is_back_after_a_year_is_gone_and_reopened():
    rows = [(2017, "001", 3, 80, {"status_after": "temporarily closed"}), (2019, "001", 3, 70, {"status": "reopened"})]
    assert told(events(*STAYS, *rows)) == [
        (2018, "school", "closed", "480000100003", None),
        (2019, "school", "reopened", None, "480000100003"),
    ]
    unsaid = [(2017, "001", 3, 80), (2019, "001", 3, 70, {"status": "new"})]
    assert [kind for *_, kind, _, _ in told(events(*STAYS, *unsaid))] == ["gone", "appeared"]


def test_a_school_that_another_district_takes_over_changed_agency_and_did_not_close():
    rows = [(2017, "001", 3, 80), (2018, "002", 3, 90, {"status": "changed agency"}), (2019, "002", 3, 90)]
    found = events(*STAYS, *steady(YEARS, "002", (8, 9)), *rows)
    assert told(found) == [(2018, "school", "changed agency", "480000100003", "480000200003")]
    row = found.iloc[0]
    assert (row["from_district"], row["to_district"], row["students"]) == ("4800001", "4800002", 90)
    assert row["evidence"] == "the same school number; the directory says: changed agency"


def test_a_change_of_agency_whose_former_id_is_not_known_is_told_as_such():
    rows = [(2018, "001", 3, 80, {"status": "changed agency"}), (2019, "001", 3, 80)]
    assert told(events(*STAYS, *rows)) == [(2018, "school", "changed agency", None, "480000100003")]


def test_a_renumbered_district_is_one_event_and_its_schools_none():
    rows = [*steady((2017,), "001", (1, 2, 3)), *steady((2018, 2019), "002", (1, 2, 3))]
    found = lineage(schools(*rows, *REST))
    assert told(found.events) == [(2018, "district", "renumbered", "4800001", "4800002")]
    assert found.events[["schools", "students"]].to_numpy().tolist() == [[3, 300]]
    keys = found.keys(schools(*rows, *REST))
    assert keys["district"].nunique() == 2
    assert keys["school"].nunique() == 63


def test_a_school_that_takes_another_id_within_its_district_is_renumbered():
    rows = [
        (2017, "001", 3, 80, {"state_school": "S"}),
        *((year, "001", 4, 80, {"state_school": "S"}) for year in YEARS[1:]),
    ]
    assert told(events(*STAYS, *rows)) == [(2018, "school", "renumbered", "480000100003", "480000100004")]


def test_a_district_that_ends_with_most_of_its_schools_in_another_has_merged():
    rows = [*steady((2017,), "002", (3, 4, 5)), *steady((2018, 2019), "001", (3, 4))]
    found = lineage(schools(*STAYS, *rows, *REST))
    assert told(found.events, "merged", "closed", "gone") == [
        (2018, "district", "merged", "4800002", "4800001"),
        (2018, "school", "gone", "480000200005", None),
    ]
    merged = found.events[found.events["kind"] == "merged"].iloc[0]
    assert merged["evidence"] == "2 of its 3 schools, with 200 of its 300 students, moved at once"
    assert found.districts["4800001"] != found.districts["4800002"]


def test_two_districts_that_become_a_new_one_have_both_merged_into_it():
    rows = [
        *steady((2017,), "002", (1, 2)),
        *steady((2017,), "003", (3, 4)),
        *steady((2018, 2019), "004", (1, 2, 3, 4)),
    ]
    assert told(events(*rows), "merged", "renumbered", "appeared", "gone") == [
        (2018, "district", "merged", "4800002", "4800004"),
        (2018, "district", "merged", "4800003", "4800004"),
    ]


def test_a_district_that_begins_with_schools_of_one_that_goes_on_is_split_off():
    rows = [
        *steady((2017,), "001", (1, 2, 3, 4)),
        *steady((2018, 2019), "001", (1, 2)),
        *steady((2018, 2019), "002", (3, 4)),
    ]
    assert told(events(*rows), "split", "merged", "appeared") == [(2018, "district", "split", "4800001", "4800002")]


def test_a_district_that_ends_into_several_is_split():
    rows = [*steady((2017,), "002", (1, 2)), *steady((2018, 2019), "003", (1,)), *steady((2018, 2019), "004", (2,))]
    rows += [*steady(YEARS, "003", (8,)), *steady(YEARS, "004", (9,))]
    assert told(events(*rows), "split", "merged", "gone") == [
        (2018, "district", "split", "4800002", "4800003"),
        (2018, "district", "split", "4800002", "4800004"),
    ]


def test_a_change_of_boundary_is_told_as_the_directory_has_it():
    rows = [(2018, "001", 3, 80, {"district_status": "changed boundary", "status": "new"}), (2019, "001", 3, 80)]
    assert ("changed boundary", "4800001") in [(row[2], row[4]) for row in told(events(*STAYS, *rows))]


def test_what_cannot_be_joined_is_told():
    rows = [(2017, "001", 3, 80), (2018, "002", 3, 90, {"status": "new"}), (2019, "002", 3, 90)]
    found = events(*STAYS, *steady(YEARS, "002", (8, 9)), *rows)
    assert told(found, "not joined") == [(2018, "school", "not joined", "480000100003", "480000200003")]
    assert told(found, "opened", "gone") == [
        (2018, "school", "opened", None, "480000200003"),
        (2018, "school", "gone", "480000100003", None),
    ]


def test_the_events_of_one_year_of_data_are_none():
    found = lineage(schools(*steady((2017,), "001", (1, 2))))
    assert list(found.events) == COLUMNS
    assert found.events.empty


def test_every_kind_of_event_is_explained():
    franklin = lineage(store.schools(store.find("franklin"))).events
    assert set(franklin["kind"]) <= set(KINDS)
    assert told(franklin, "renumbered", "merged") == [
        (2020, "district", "renumbered", "9001080", "9001085"),
        (2022, "district", "merged", "9001040", "9000750"),
    ]
    assert told(franklin, "changed agency")[0] == (2021, "school", "changed agency", "900048000003", "900090000004")
    assert {"opened", "closed"} <= set(franklin["kind"])


# lines --------------------------------------------------------------------------------------------------------------


def lines(table):
    """D of every district by year, under the district's key: told by its name, which stays."""
    keys = lineage(table).districts
    found = indices_by(table, "district", "ed", None)
    found = found.assign(key=found["place"].map(keys))
    assert not found.duplicated(["year", "key"]).any()
    return found.sort_values(["key", "year"]).groupby("key").agg(
        names=("place_name", "first"), years=("year", tuple), students=("students", tuple), d=("dissimilarity", tuple)
    ).sort_values("names").set_index("names")  # fmt: skip


@st.composite
def histories(draw):
    """Districts of one to four schools over three years, each with a state id, some opening and some closing."""
    rows = []
    for district in range(1, draw(st.integers(2, 4)) + 1):
        for number in range(draw(st.integers(1, 4))):
            first, last = sorted(draw(st.tuples(st.integers(0, 2), st.integers(0, 2))))
            ids = {"state_school": f"S{district}{number}", "state_leaid": f"L{district}"}
            rows += [
                (
                    year,
                    f"{district:03d}",
                    10 * district + number,
                    draw(st.integers(10, 99)),
                    ids | {"ed": draw(st.integers(0, 10))},
                )
                for year in YEARS[first : last + 1]
            ]
    return schools(*rows)


@settings(max_examples=25)
@given(histories(), st.data())
def test_changed_ids_leave_every_line_as_it_was(table, data):
    """Whatever districts change their ids, and when: with the state's own ids kept, every trend is the same."""
    leaids = sorted(table["leaid"].unique())
    changed = table
    for leaid in data.draw(st.sets(st.sampled_from(leaids))):
        changed = renumbered(changed, [leaid], data.draw(st.sampled_from(YEARS)))
    pd.testing.assert_frame_equal(lines(changed), lines(table))


@settings(max_examples=8)
@given(st.sets(st.sampled_from(["4800001", "4800002", "4800003"])), st.sampled_from(YEARS))
def test_school_numbers_alone_carry_a_line_where_the_schools_stay(leaids, year):
    rows = [row for d in (1, 2, 3) for row in steady(YEARS, f"00{d}", range(10 * d, 10 * d + 3))]
    table = schools(*rows)
    pd.testing.assert_frame_equal(lines(renumbered(table, leaids, year)), lines(table))


@settings(max_examples=15)
@given(histories())
def test_no_year_has_two_ids_of_one_school_or_district(table):
    keys = lineage(table).keys(table)
    assert not keys.assign(year=table["year"]).duplicated(["year", "school"]).any()
    ids = table[["year", "leaid"]].assign(key=keys["district"]).drop_duplicates()
    assert not ids.duplicated(["year", "key"]).any()


# real data ----------------------------------------------------------------------------------------------------------


def test_a_real_merger_that_no_id_tells_is_not_guessed_from_names(realdata, home):  # noqa: ARG001 it is stored there
    """Monticello Independent joined Wayne County in 2013; a school of its name there has another number."""
    from data.load import load

    files = [realdata / "ky_src_2012_2018" / name for name in ("frpl_sch.rda", "profile_sch.rda")]
    found = lineage(store.schools(load(files))).events
    gone = found[found["unit"].eq("district") & found["name"].eq("Monticello Independent")]
    assert gone[["year", "kind", "schools"]].to_numpy().tolist() == [[2013, "gone", 3]]
    assert not found["kind"].isin(["opened", "closed", "merged", "changed agency"]).any()
