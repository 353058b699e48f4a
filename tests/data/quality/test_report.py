"""Each check finds the one fault put into a sound state, with its rows, and nothing else does."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from data import schema, store
from data.aside import SetAside
from data.grades import typed
from data.load import load
from data.quality.finding import ROWS_SHOWN, SEVERITIES, Finding, share
from data.quality.percentages import AGREE, CONTRADICT
from data.quality.report import CHECKS, coverage, of_dataset, report
from tests.small_state import written

WEST, EAST = "4800001", "4800002"
RACES = {"american_indian": 0, "asian": 0, "pacific_islander": 0, "two_or_more": 0, "hispanic": 0}


def sound(years=(2018, 2019)):
    """Two districts, each a unit square of degrees, of two schools with 200 students in every year."""
    rows = [
        {
            "year": year,
            "ncessch": f"{leaid}0000{number}",
            "leaid": leaid,
            "school": f"{leaid} {number}",
            "district": name,
            "students": 200,
            "ed": 80,
            "ed_basis": "frpl",
            "ed_frpl": 80,
            **RACES,
            "black": 50,
            "white": 150,
            "latitude": 31.5,
            "longitude": longitude,
        }
        for year in years
        for leaid, name, longitude in ((WEST, "West", -100.5), (EAST, "East", -99.5))
        for number in (1, 2)
    ]
    return schema.typed(pd.DataFrame(rows))


def grades(schools):
    """Kindergarten and grade 1 of every school, with 90 and 110 students."""
    rows = [schools[["year", "ncessch"]].assign(grade=grade, students=n) for grade, n in (("KG", 90), ("01", 110))]
    return typed(pd.concat(rows))


def squares(west=WEST, east=EAST):
    return gpd.GeoDataFrame(
        {"leaid": [west, east], "district": ["West", "East"], "kind": "unified"},
        geometry=[box(-101, 31, -100, 32), box(-100, 31, -99, 32)],
        crs="EPSG:4326",
    )


def changed(table, rows, **values):
    """The table with other values in the rows at these positions."""
    table = table.copy()
    for name, value in values.items():
        table.loc[table.index[rows], name] = value
    return table


def found(schools, districts=None, **told):
    """What is found, by check: the last year's finding of each."""
    made = report(schools, squares() if districts is None else districts, label="Sound", **told)
    return {finding.check: finding for finding in made.findings}


def test_in_a_sound_state_nothing_is_found_and_every_check_says_so():
    made = report(sound(), squares(), grades(sound()), label="Sound", notes=[f"{AGREE}: f.csv, column P."])
    assert made.findings == ()
    assert made.unchecked.keys() == {"bounds"}
    assert made.clean(2018) == made.clean(2019) == [CHECKS[key].clean for key in CHECKS if key != "bounds"]
    assert made.of_severity() == dict.fromkeys(SEVERITIES, 0)


FAULTS = {
    # check: (rows at fault, what they hold instead, the finding's severity, schools, students)
    "race_sum": ([1], {"white": 149}, "warning", 1, 200),
    "all_ed": ([0, 2], {"ed": 200, "ed_frpl": None}, "warning", 2, 400),
    "ed_unknown": ([3], {"ed": None}, "warning", 1, 200),
    "ed_hidden": ([3], {"ed": None, "ed_low": 1, "ed_high": 9}, "note", 1, 200),
    "enrolment_jump": ([4], {"students": 401, "black": 251, "ed": 160}, "warning", 1, 401),
    "far_outside": ([1, 5], {"longitude": -99.5}, "warning", None, None),
    "just_outside": ([1, 5], {"longitude": -99.99}, "note", None, None),
    "other_district": ([2, 6], {"ncessch": f"{WEST}00009"}, "note", None, None),
    "own_ids": ([2, 6], {"ncessch": "123"}, "note", None, None),
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_found_by_its_check(check):
    rows, values, severity, schools, students = FAULTS[check]
    table = changed(sound(), rows, **values)
    findings = report(table, squares(), label="Sound").findings
    mine = [finding for finding in findings if finding.check == check]
    assert {finding.severity for finding in mine} == {severity}
    if schools is not None:
        (finding,) = mine
        assert (finding.year, finding.schools, finding.students) == (table["year"].iloc[rows[0]], schools, students)
    # The rows to look at are those at fault, with the value that is.
    assert [id_ for each in mine for id_ in each.rows["ncessch"]] == table["ncessch"].iloc[rows].tolist()
    # Points are shown in no other check; a moved id changes no other count.
    assert {finding.check for finding in findings} <= {check, "ed_share_jump"}


def test_a_share_that_moves_too_far_is_found_unless_the_basis_changed():
    table = changed(sound(), [4], ed=141, ed_frpl=141)  # from 40 to 70.5 %
    finding = found(table)["ed_share_jump"]
    assert (finding.year, finding.rows["points"].tolist()) == (2019, [30.5])
    assert "ed_share_jump" not in found(changed(sound(), [4], ed=140, ed_frpl=140))
    other = found(changed(table, [4, 5, 6, 7], ed_basis="direct"))
    assert "ed_share_jump" not in other
    assert other["ed_basis_change"].rows[["ed_basis_before", "ed_basis", "schools"]].to_numpy().tolist() == [
        ["frpl", "direct", 4]
    ]


def test_small_schools_may_jump():
    small = changed(sound(), [0, 4], students=[30, 90], ed=[0, 90], white=[0, 40], black=[30, 50], ed_frpl=None)
    assert not {"enrolment_jump", "ed_share_jump"} & found(small).keys()


def test_years_are_compared_with_the_year_before_in_the_data():
    table = changed(sound((2015, 2019)), [4], students=500, black=350)
    assert found(table)["enrolment_jump"].rows["students_before"].tolist() == [200]


def test_a_district_that_moves_to_100_percent_is_found():
    table = changed(sound(), [4, 5], ed=200, ed_frpl=None)
    finding = found(table)["districts_at_100"]
    assert finding.rows[["leaid", "schools", "percent_before", "percent"]].to_numpy().tolist() == [
        [WEST, 2, 40.0, 100.0]
    ]
    assert "districts_at_100" not in found(changed(sound(), [0, 1, 4, 5], ed=200, ed_frpl=None))


def test_districts_that_come_and_go_are_found_in_the_year_they_are_there():
    table = changed(sound(), [6, 7], leaid="4800003", ncessch=["480000300001", "480000300002"])
    by_check = {}
    for finding in report(table, None, label="Sound").findings:
        by_check[finding.check] = (finding.year, finding.rows["leaid"].tolist(), finding.schools, finding.students)
    assert by_check == {"districts_gone": (2018, [EAST], 2, 400), "districts_new": (2019, ["4800003"], 2, 400)}


def test_another_id_is_no_jump_and_no_new_district():
    """East takes other ids and its schools' shares and sizes stay: told once, as a change of ids."""
    ids = [f"S{number}" for number in range(4)] * 2
    table = changed(sound().assign(state_school=ids), [6, 7], leaid="4800003", ncessch=["480000300001", "480000300002"])
    findings = report(table, None, label="Sound").findings
    assert [(finding.check, finding.year) for finding in findings] == [("ids_changed", 2019)]
    assert findings[0].rows[["unit", "from_id", "to_id", "schools"]].to_numpy().tolist() == [
        ["district", EAST, "4800003", 2]
    ]
    jumped = changed(table, [6], students=500, black=350)
    assert "enrolment_jump" in {finding.check for finding in report(jumped, None, label="Sound").findings}


def test_ids_that_the_directory_keeps_apart_are_told():
    table = changed(sound(), [6], ncessch="480000200009", state_school="S", status="new")
    told = found(changed(table, [2], state_school="S"))["ids_not_joined"]
    assert (told.severity, told.year, told.rows["to_id"].tolist()) == ("warning", 2019, ["480000200009"])


def test_a_school_that_stands_twice_is_found():
    table = pd.concat([sound(), sound().iloc[[0]]], ignore_index=True)
    finding = found(table)["duplicates"]
    assert (finding.severity, finding.year, finding.found, finding.schools) == ("error", 2018, 2, 1)


def test_bounds_that_exclude_each_other_are_found():
    hidden = changed(sound(), [0], ed=None, ed_frpl=None, ed_low=1, ed_high=9)
    assert "bounds" not in found(hidden)
    for astray in ({"ed_low": 10}, {"ed_high": None}, {"ed": 10}, {"ed": 0}, {"ed_high": 201}):
        assert found(changed(hidden, [0], **astray))["bounds"].severity == "error", astray
    # A rounded count stands beside its bounds.
    assert "bounds" not in found(changed(hidden, [0], ed=5))
    races = changed(sound(), [0], black=None, black_low=10, black_high=9)
    assert list(found(races)["bounds"].rows)[-3:] == ["black", "black_low", "black_high"]


def test_hidden_races_are_named_with_their_bounds():
    hidden = changed(sound(), [0], black=None, black_low=0, black_high=9, white=None, white_low=150, white_high=200)
    assert found(hidden)["race_hidden"].rows["hidden"].tolist() == ["Black 0–9, White 150–200"]
    # Nothing is known of it, or it is only rounded: neither is hidden between bounds.
    assert "race_hidden" not in found(changed(sound(), [0], black=None))
    assert "race_hidden" not in found(changed(sound(), [0], black_low=40, black_high=60))


def test_each_cep_like_school_says_why():
    table = changed(sound(), [0], ed_direct=125)  # 62.5 % of 200, × 1.6
    (row,) = found(table)["all_ed"].rows.to_dict("records")
    assert (row["ed"], row["sign"]) == (80, "direct certification × 1.6 reaches 100 %")


def test_races_that_the_file_does_not_carry_are_not_missing_from_the_sum():
    some = sound().assign(white=pd.array([None] * 8, "Int64"))
    assert "race_sum" not in found(some)
    assert found(changed(some, [0], black=201))["race_sum"].rows["difference"].tolist() == [1]


def test_races_partly_unknown_may_fall_short_but_not_exceed():
    part = changed(sound(), [0], white=None)
    assert "race_sum" not in found(part)
    assert found(changed(part, [0], black=201))["race_sum"].schools == 1


def test_grades_that_add_up_to_another_number_are_found():
    rows = grades(sound())
    assert "grade_sum" not in found(sound(), grades=rows)
    finding = found(sound(), grades=changed(rows, [0, 1, 5], students=100))["grade_sum"]
    # Grade 1 and kindergarten are each 100 in the first school, 90 and 100 in the third.
    assert (finding.severity, finding.year, finding.students) == ("warning", 2018, 200)
    assert finding.rows[["ncessch", "grade_sum", "difference"]].to_numpy().tolist() == [[f"{EAST}00001", 190, -10]]


def test_grades_partly_unknown_may_fall_short_but_not_exceed():
    part = changed(grades(sound()), [0], students=None)
    assert "grade_sum" not in found(sound(), grades=part)
    assert found(sound(), grades=changed(part, [1], students=201))["grade_sum"].rows["difference"].tolist() == [1]


def test_a_school_without_grades_is_not_one_whose_grades_differ():
    assert "grade_sum" not in found(sound(), grades=grades(sound().head(3)))


def test_a_file_of_five_races_whose_sums_usually_fit_tells_those_that_do_not():
    five = sound().assign(two_or_more=pd.array([None] * 8, "Int64"), pacific_islander=pd.array([None] * 8, "Int64"))
    assert found(changed(five, [0], white=100))["race_sum"].rows["difference"].tolist() == [-50]


def test_districts_and_boundaries_that_join_nothing_are_found_and_matched_by_name():
    findings = [f for f in report(sound(), squares(east="4899999"), label="Sound").findings if f.year in (2018, None)]
    by_check = {finding.check: finding for finding in findings}
    assert by_check.keys() == {"no_boundary", "boundary_alone"}
    assert by_check["no_boundary"].rows[["leaid", "same_name"]].to_numpy().tolist() == [[EAST, "4899999"]]
    assert by_check["boundary_alone"].rows["leaid"].tolist() == ["4899999"]
    assert by_check["boundary_alone"].sentence.endswith(": 1 outline.")


def test_charter_districts_have_no_ground_and_their_points_are_not_looked_at():
    charters = changed(sound((2018,)), [2, 3], charter=True, longitude=-100.5)
    assert found(charters).keys() == set()
    without = found(charters, squares().iloc[:1])
    assert without.keys() == {"charter_no_boundary"}
    assert without["charter_no_boundary"].severity == "note"


def test_a_point_outside_is_told_with_its_distance_and_where_it_stands():
    far = found(changed(sound((2018,)), [0], longitude=-99.5))["far_outside"]
    # Half a degree at 31.5° N: 0.5 × 111.32 km × cos 31.5° = 47.5 km, on the ground 29.5 miles.
    assert far.rows["miles"].iloc[0] == pytest.approx(29.5, rel=0.01)
    assert far.rows["stands_in"].tolist() == [f"East {EAST}"]
    nowhere = found(changed(sound((2018,)), [0], latitude=0.0, longitude=0.0))["far_outside"]
    assert nowhere.rows["stands_in"].isna().tolist() == [True]


def test_points_on_their_own_border_are_inside():
    assert "just_outside" not in found(changed(sound((2018,)), [0, 2], longitude=-100.0))


def test_what_was_left_out_or_contradicted_while_reading_is_a_finding():
    told = f"{CONTRADICT}: f.csv, column P holds …"
    by_check = found(sound(), aside=[SetAside("left_out", "no students", 7)], notes=["Something else.", told])
    assert (by_check["left_out"].schools, by_check["left_out"].year) == (7, None)
    assert by_check["percentages"].rows["column"].tolist() == [told]
    assert by_check["percentages"].severity == "warning"


def test_what_the_data_does_not_allow_is_said_and_not_called_clean():
    bare = sound((2018,))[["year", "ncessch", "leaid", "students", "ed_basis"]]
    made = report(schema.typed(bare), None, label="Bare")
    assert {"race_sum", "all_ed", "enrolment_jump", "no_boundary", "far_outside", "percentages"} <= set(made.unchecked)
    assert "grade_sum" in made.unchecked
    assert not set(made.made) & set(made.unchecked)
    assert set(made.made) | set(made.unchecked) == set(CHECKS)


def test_the_gravest_come_first_and_no_more_rows_than_can_be_read():
    many = pd.concat(
        [
            sound((2018,)).assign(ncessch=lambda t, i=i: t["leaid"] + f"{i:02d}" + t["ncessch"].str[-3:])
            for i in range(9)
        ]
    )
    many = changed(many.reset_index(drop=True), range(30), ed=None)
    made = report(changed(many, [35], ed=2, ed_low=3, ed_high=4), squares(), label="Many")
    assert [finding.check for finding in made.findings] == ["bounds", "ed_unknown"]
    unknown = made.findings[1]
    assert (len(unknown.rows), unknown.found, unknown.schools) == (ROWS_SHOWN, 30, 30)


def test_coverage_weighs_schools_and_students():
    table = changed(sound((2018,)), [0], ed=None, students=600)
    rows = coverage(table).set_index("field")
    assert rows.loc["ed", ["schools", "students"]].tolist() == [3 / 4, 600 / 1200]
    assert rows.loc["capacity", ["schools", "students"]].tolist() == [0, 0]
    assert rows.loc["black", ["schools", "students"]].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("part", "shown"), [(0, "0 %"), (1, "100 %"), (0.0004, "under 0.1 %"), (0.9999, "over 99.9 %"), (0.0234, "2.3 %")]
)
def test_a_share_is_never_rounded_to_nothing_or_all(part, shown):
    assert share(part, 1) == shown


@pytest.mark.parametrize("name", store.EMBEDDED)
def test_embedded_states_have_no_errors(name):
    made = of_dataset(store.find(name))
    assert made.of_severity()["error"] == 0
    assert made.of_severity()["warning"] > 0


def test_a_stored_dataset_brings_what_was_set_aside_and_its_notes(home, tmp_path):  # noqa: ARG001 it is stored there
    rows = written(tmp_path / "small.csv").read_text().splitlines()
    rows.append(rows[1].replace("39000010000", "39000010009").replace(",100,90,", ",0,0,"))
    manifest = load([written(tmp_path / "small.csv", rows)], name="small")
    made = of_dataset(manifest)
    assert (made.label, made.version) == (manifest.label, manifest.input_hash)
    (left,) = [finding for finding in made.of_year(2020) if finding.check == "left_out"]
    assert left.rows[["ncessch", "school", "students"]].to_numpy().tolist() == [["390000100091", "Uneven School 1", 0]]
    assert left.sentence == "Left out when the files were read, no students: 1 school in 2020–21."
    assert "left_out" not in {finding.check for finding in of_dataset(replace(manifest, aside=())).findings}


def test_texas_has_the_flagged_schools_that_were_counted_by_hand(realdata, home):  # noqa: ARG001 it is stored there
    tapr, ccd = realdata / "tx_tapr_2019", realdata / "tx_ccd_directory_2013"
    maps = realdata / "boundaries_derived" / "TX_districts_2016geom.zip"
    campuses = [tapr / name for name in ("CSTUD_19_all.csv", "CREF20.csv", "CAMPRATE_2019.csv")]
    files = [*campuses, *sorted(ccd.glob("tx-*.csv")), maps]
    findings: dict[str, Finding] = {finding.check: finding for finding in of_dataset(load(files)).findings}
    # The folder's README: 273 campuses at exactly 100 %, here those of ten students; 179 charter LEAs have no polygon.
    campus = pd.read_csv(tapr / "CSTUD_19_all.csv", dtype="str")[["CPETALLC", "CPETECOC"]].apply(pd.to_numeric)
    full = campus[campus["CPETALLC"].gt(0) & campus["CPETALLC"].eq(campus["CPETECOC"])]
    assert len(full) == 273
    assert findings["all_ed"].schools == full["CPETALLC"].ge(10).sum()
    assert findings["charter_no_boundary"].found == 179
    coleman = findings["no_boundary"].rows.set_index("district")["same_name"]["Coleman ISD"]
    assert coleman in set(findings["boundary_alone"].rows["leaid"])
    assert "percentages" not in findings
