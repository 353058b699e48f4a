"""Parts become one table: nothing lost, nothing known replaced, one basis a year."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data.joining.merge import merged
from data.sources.source import Part


def schools(label="base.csv", **columns):
    given = {"year": 2018, "ncessch": ["480000100001", "480000100002"], "leaid": "4800001", "students": [100, 50]}
    frame = pd.DataFrame(given | columns)
    return Part(label, frame.astype({"students": "Int64"}))


def describing(label="side.csv", key=("ncessch",), **columns):
    return Part(label, pd.DataFrame(columns), key=key)


def test_a_description_fills_what_is_missing_and_never_what_is_known():
    base = schools(school=["Known", None])
    side = describing(ncessch=["480000100001", "480000100002"], school=["Other", "Filled"], latitude=[1.0, None])
    table, notes, _ = merged([base, side])
    assert table["school"].tolist() == ["Known", "Filled"]
    assert table["latitude"].fillna(-1).tolist() == [1.0, -1]
    assert notes == ()


def test_no_school_is_lost_and_strangers_are_counted():
    side = describing(ncessch=["480000100002", "480000100009"], school=["B", "Stranger"])
    table, notes, (aside,) = merged([schools(), side])
    assert table["ncessch"].tolist() == ["480000100001", "480000100002"]
    assert notes == ()
    assert (aside.kind, aside.year, aside.unit, aside.number, aside.of) == ("joins_nothing", None, "school", 1, 2)
    assert aside.rows == ({"ncessch": "480000100009", "school": "Stranger"},)


def test_strangers_are_told_in_the_years_that_the_table_has():
    years = {"year": pd.array([2018, 2018, 2010, 2011], "Int64")}
    ids = ["480000100009", "480000100001", "480000100009", "480000100008"]
    _, _, aside = merged([schools(), describing(key=("year", "ncessch"), **years, ncessch=ids)])
    # What the other years say is of no year of the table, and one school is one there, however often it stands.
    assert [(each.year, each.number, each.of) for each in aside] == [(2018, 1, 2), (None, 2, 2)]


def test_the_nearest_year_describes_first_and_an_undated_file_counts_as_the_same_year():
    both = ["480000100001", "480000100002"]
    far = describing("far.csv", ncessch=both, year=[2010, 2010], school=["far", "far"], county=["far", "far"])
    near = describing("near.csv", ncessch=both, year=[2017, 2017], school=["near", None], county=["near", "near"])
    undated = describing("undated.csv", ncessch=both[:1], county=["now"])
    table, *_ = merged([schools(), far, near, undated])
    assert table["school"].tolist() == ["near", "far"]
    assert table["county"].tolist() == ["now", "near"]


def test_each_of_several_years_has_its_own_nearest():
    base = schools(year=[2012, 2018], ncessch=["480000100001"] * 2)
    side = describing(ncessch=["480000100001"] * 2, year=[2011, 2019], school=["old name", "new name"])
    table, *_ = merged([base, side])
    assert table["school"].tolist() == ["old name", "new name"]


def test_counts_of_another_year_are_not_joined():
    side = describing(key=("year", "ncessch"), ncessch=["480000100001"] * 2, year=[2018, 2017], ed_direct=[7, 9])
    table, *_ = merged([schools(), side])
    assert table["ed_direct"].fillna(-1).tolist() == [7, -1]


def test_years_with_and_without_counts_stand_together():
    base = schools(year=[2017, 2018])
    direct = pd.array([7], dtype="Int64")
    side = describing(key=("year", "ncessch"), ncessch=["480000100001"], year=[2017], ed_direct=direct)
    table, *_ = merged([base, side])
    assert str(table["ed_direct"].dtype) == "Int64"
    assert table["ed_direct"].fillna(-1).tolist() == [7, -1]


def test_districts_describe_every_school_of_theirs():
    side = describing(key=("leaid",), leaid=["4800001"], district=["Crosbyton"])
    table, *_ = merged([schools(), side])
    assert table["district"].tolist() == ["Crosbyton"] * 2


def test_a_status_holds_for_its_own_year_and_tells_what_became_of_the_year_before():
    base = schools(year=[2017, 2018], ncessch=["480000100001", "480000100001"])
    both, years = ["480000100001", "480000100001"], [2018, 2019]
    side = describing(ncessch=both, year=years, status=["changed agency", "closed"], state_school=["S1", "S1"])
    districts = describing(key=("leaid",), leaid=["4800001"], year=[2018], district_status=["new"])
    table, *_ = merged([base, side, districts])
    told = table[["status", "status_after", "district_status", "district_status_after", "state_school"]]
    assert told.astype("object").where(told.notna(), None).to_numpy().tolist() == [
        [None, "changed agency", None, "new", "S1"],
        ["changed agency", "closed", "new", None, "S1"],
    ]


def test_a_school_that_closed_says_so_in_the_year_before_though_its_row_has_no_students():
    base = schools(year=[2017, 2018], ncessch=["480000100001"] * 2, students=[100, None], status=["open", "closed"])
    table, *_ = merged([base])
    assert table["status_after"].tolist()[:1] == ["closed"]


def test_a_text_column_takes_a_typed_description():
    base = schools(charter=pd.Series(["yes", None], dtype="str"))
    side = describing(ncessch=["480000100002"], charter=pd.array([False], dtype="boolean"))
    table, *_ = merged([base, side])
    assert table["charter"].tolist() == ["yes", "False"]


def test_a_contradiction_in_a_description_is_refused():
    side = describing(ncessch=["480000100001"] * 2, school=["A", "B"])
    with pytest.raises(InputError, match=r"side\.csv, row 1: school id 480000100001 stands there twice"):
        merged([schools(), side])


def crosswalk(**columns):
    given = {
        "ncessch": ["480000100001", "480000100002"],
        "leaid": ["4800001", "4800001"],
        "state_school": ["054901001", "054901101"],
        "state_leaid": ["054901", "054901"],
        "latitude": [33.1, 33.2],
    }
    return describing("directory.csv", **(given | columns))


def test_the_states_own_ids_become_those_of_nces_where_the_directory_knows_them():
    base = schools(ncessch=["054901001", "054901777"], leaid=["054901", "054901"])
    table, notes, _ = merged([base, crosswalk()])
    assert table["ncessch"].tolist() == ["480000100001", "054901777"]
    assert table["leaid"].tolist() == ["4800001"] * 2
    assert table["latitude"].fillna(-1).tolist() == [33.1, -1]
    assert "1 of 2 schools keeps the state's own id: the directory has no NCES id for it." in notes


def test_descriptions_by_the_states_own_ids_are_translated_too():
    base = schools(ncessch=["054901001", "054901101"], leaid=["054901", "054901"])
    side = describing(ncessch=["054901101"], leaid=["054901"], school=["Crosbyton EL"])
    table, *_ = merged([base, side, crosswalk()])
    assert table["school"].fillna("").tolist() == ["", "Crosbyton EL"]


def test_nces_ids_are_left_alone_even_where_a_state_uses_the_same_digits():
    table, notes, _ = merged([schools(), crosswalk(state_leaid=["4800001", "4800001"], leaid=["4899999", "4899999"])])
    assert table["leaid"].tolist() == ["4800001"] * 2
    assert notes == ()


def test_an_id_the_state_uses_twice_translates_nothing():
    base = schools(ncessch=["054901001", "054901101"], leaid=["054901", "054901"])
    table, *_ = merged([base, crosswalk(state_school=["054901001", "054901001"])])
    assert table["ncessch"].tolist() == ["054901001", "054901101"]


def test_the_basis_is_lunch_where_most_students_have_it_and_never_mixed():
    covered = schools(ed_frpl=pd.array([60, None], "Int64"), ed_direct=pd.array([30, 20], "Int64"))
    table, notes, _ = merged([covered])
    assert table["ed"].fillna(-1).tolist() == [60, -1]
    assert table["ed_basis"].tolist() == ["frpl", "frpl"]
    assert notes == (
        "2018–19: economically disadvantaged is free or reduced-price lunch, known for schools with 67% of students; "
        "unknown in 1 of 2 schools.",
    )


def test_the_bounds_of_the_chosen_basis_are_kept():
    bounded = schools(
        ed_state=pd.array([60, None], "Int64"),
        ed_state_low=pd.array([None, 0], "Int64"),
        ed_state_high=pd.array([None, 4], "Int64"),
        ed_frpl_low=pd.array([7, 7], "Int64"),
    )
    table, *_ = merged([bounded])
    assert table["ed_low"].fillna(-1).tolist() == [-1, 0]
    assert table["ed_high"].fillna(-1).tolist() == [-1, 4]


def test_the_basis_is_direct_certification_where_few_have_lunch_counts():
    few = schools(ed_frpl=pd.array([None, 20], "Int64"), ed_direct=pd.array([30, None], "Int64"))
    table, *_ = merged([few])
    assert table["ed"].fillna(-1).tolist() == [30, -1]
    assert table["ed_basis"].tolist() == ["direct", "direct"]


def test_each_year_has_its_own_basis():
    years = schools(
        year=[2017, 2018],
        ed_frpl=pd.array([60, None], "Int64"),
        ed_direct=pd.array([30, 20], "Int64"),
    )
    table, *_ = merged([years])
    assert table["ed_basis"].tolist() == ["frpl", "direct"]
    assert table["ed"].tolist() == [60, 20]


def test_a_lunch_count_above_enrolment_is_unknown_and_told():
    base = schools(ed_frpl=pd.array([101, 50], "Int64"), ed_direct=pd.array([1, 1], "Int64"))
    table, _, (aside,) = merged([base])
    assert table["ed_frpl"].isna().tolist() == [True, False]
    assert (aside.kind, aside.year, aside.number, aside.students) == ("ed_above_students", 2018, 1, 100)
    (row,) = aside.rows
    assert (row["ncessch"], row["students"], row["counted"], row["reported"]) == ("480000100001", 100, "ed_frpl", 101)


def test_an_ed_count_of_the_files_own_is_kept():
    table, notes, _ = merged([schools(ed=[5, 6], ed_basis="user", ed_frpl=[7, 8])])
    assert table["ed"].tolist() == [5, 6]
    assert notes == ()


def test_files_of_several_years_stand_together_and_a_file_given_twice_counts_once():
    table, *_ = merged([schools(), schools("again.csv"), schools("next.csv", year=2019)])
    assert table["year"].tolist() == [2018, 2018, 2019, 2019]


def test_two_files_that_disagree_are_refused():
    with pytest.raises(
        InputError, match=r"base\.csv and b\.csv both have school 480000100002 in 2018–19 with different"
    ):
        merged([schools(), schools("b.csv", students=[100, 51])])


def test_without_students_there_is_nothing_to_describe():
    with pytest.raises(InputError, match=r"side\.csv does not give the numbers of students; add the file"):
        merged([describing(ncessch=["1"], school=["A"])])
    with pytest.raises(InputError, match="A map does not give"):
        merged([])


def test_a_year_of_which_some_schools_lunch_is_unknown_whatever_its_rows_are_called():
    """The rows of one state of a national file do not begin at 0."""
    base = schools()
    base.frame.index = pd.RangeIndex(5, 7)
    side = describing(key=("year", "ncessch"), year=[2018], ncessch=["480000100002"], ed_frpl=[7])
    side.frame["ed_frpl"] = side.frame["ed_frpl"].astype("Int64")
    table, *_ = merged([base, side])
    assert table["ed"].fillna(-1).tolist() == [-1, 7]
    assert table["ed_basis"].tolist() == ["frpl", "frpl"]


def test_a_percentage_of_students_who_stand_elsewhere_is_their_nearest_number():
    ids = ["480000100001", "480000100002"]
    share = describing(ncessch=ids, ed_meps_percent=[12.49, 25.0])
    table, notes, _ = merged([schools(), share])  # 100 and 50 students: 12.49 and 12.5, a half up
    assert table[["ed", "ed_meps"]].to_numpy().tolist() == [[12, 12], [13, 13]]
    assert table["ed_basis"].tolist() == ["meps", "meps"]
    assert "ed_meps_percent" not in table
    assert notes[-1].startswith(
        "2018–19: economically disadvantaged is modelled poverty (MEPS), known for schools with"
    )


def test_a_percentage_never_replaces_a_count_or_makes_one_of_nothing():
    ids = ["480000100001", "480000100002"]
    share = describing(ncessch=ids, ed_meps_percent=[50.0, None])
    base = schools(ed_meps=pd.array([7, None], "Int64"))
    table, *_ = merged([base, share])
    assert table["ed_meps"].tolist() == [7, pd.NA]


def test_modelled_poverty_is_what_ed_means_only_where_nobody_is_counted():
    ids = ["480000100001", "480000100002"]
    counted = describing("lunch.csv", ncessch=ids, ed_free=pd.array([60, 20], "Int64"))
    table, *_ = merged([schools(), counted, describing(ncessch=ids, ed_meps_percent=[10.0, 10.0])])
    assert table["ed_basis"].tolist() == ["free", "free"]
    assert table["ed_meps"].tolist() == [10, 5]


def test_a_percentage_given_with_its_rounding_keeps_every_count_that_rounds_so():
    ids = ["480000100001", "480000100002"]
    # 45.2 of 100 students is 45.2: no count but 45 lies from 45.15 to 45.25 within rounding; below 5 % of 50 is 0 to 2.
    share = describing(
        ncessch=ids, ed_state_percent=[45.2, None], ed_state_percent_low=[45.15, 0], ed_state_percent_high=[45.25, 5]
    )
    black = {"black_percent": [25.0, 50.0], "black_percent_low": [24.5, 49.5], "black_percent_high": [25.5, 50.5]}
    wide = schools(students=[1_000, 50])
    table, *_ = merged([wide, share, describing("races.csv", ncessch=ids, **black)])
    assert table[["ed", "ed_low", "ed_high"]].fillna(-1).to_numpy().tolist() == [[452, -1, -1], [-1, 0, 2]]
    # 24.5 to 25.5 % of 1,000 students are 245 to 255; 49.5 to 50.5 % of 50 are 24.75 to 25.25, that is 25.
    assert table[["black", "black_low", "black_high"]].fillna(-1).to_numpy().tolist() == [[250, 245, 255], [25, -1, -1]]


def test_counts_that_do_not_say_their_year_are_refused_beside_several_years():
    base = schools(year=[2017, 2018], ncessch=["480000100001"] * 2)
    share = describing(key=("year", "ncessch"), ncessch=["480000100001"], ed_state_percent=[50.0])
    with pytest.raises(InputError, match=r"side\.csv does not say which school year it is of"):
        merged([base, share])


def test_a_districts_revenue_is_divided_by_the_students_of_its_schools_each_year():
    base = schools(year=[2017, 2018, 2018], ncessch=["480000100001", "480000100001", "480000100002"],
                   leaid=["4800001", "4800001", "4800001"], students=[100, 100, 50])  # fmt: skip
    money = describing(key=("year", "leaid"), leaid=["4800001"] * 2, year=[2017, 2018], revenue_total=[1e6, 3e6])
    table, *_ = merged([base, money])
    assert table["revenue"].tolist() == [10_000, 20_000, 20_000]
    assert "revenue_total" not in table
