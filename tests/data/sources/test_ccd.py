"""CCD school files, written by hand in every kind of row NCES writes."""

import zipfile

import pandas as pd
import pyarrow as pa
import pytest

from analysis.errors import InputError
from data import store
from data.load import load
from tests.data.sources.conftest import WITHOUT_ADULTS

ONE, TWO, THREE = "480000100001", "480000100002", "480000100003"
KENTUCKY = "210000100001"


def school(part, ncessch):
    return part.frame.set_index("ncessch").loc[ncessch]


def test_membership_counts_each_student_once_and_no_adult(ccd, part, tmp_path):
    file = ccd.file(tmp_path / "anything.zip", ccd.membership_header, ccd.members(ONE, (30, 20), (25, 25)))
    one = school(part(file), ONE)
    assert (one["students"], one["black"], one["white"], one["asian"]) == (100, 50, 50, 0)
    assert (one["year"], one["leaid"], one["state"]) == (2018, "4800001", "TX")


def of_grade(ccd, grade, count, total="Subtotal 4 - By Grade", flag="Reported", group=("No Category Codes",) * 2):
    return ccd.cell(ONE, grade, *group, count, total, flag)


GRADES = ["students_pk", "students_kg", "students_01", "students_02", "students_ug"]


def test_students_by_grade_are_the_totals_the_file_gives(ccd, part, tmp_path):
    """Not its detail, in which NCES puts students of unknown race under no grade; nor adults."""
    rows = [
        *ccd.members(ONE, (30, 20), (25, 25)),
        of_grade(ccd, "Kindergarten", "12"),
        of_grade(ccd, "Grade 2", "", flag="Suppressed"),
        of_grade(ccd, "Ungraded", "3"),
        of_grade(ccd, "Not Specified", "4", group=("Not Specified",) * 2, flag="Derived"),
        of_grade(ccd, "Pre-Kindergarten", "5", total="Category Set A - By Race/Ethnicity; Sex; Grade"),
    ]
    one = school(part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows)), ONE)
    assert one[["students_pk", "students_kg", "students_01", "students_ug"]].tolist() == [0, 12, 100, 3]
    assert pd.isna(one["students_02"])


@pytest.mark.parametrize("rows_at_a_time", [2_000, None])
def test_without_totals_by_grade_the_detail_is_added_up_once(ccd, part, tmp_path, monkeypatch, rows_at_a_time):
    if rows_at_a_time:
        monkeypatch.setattr("data.formats.reading.BLOCK", rows_at_a_time)
    without = [row for row in ccd.members(TWO, (1, 2), (3, 4)) if "Subtotal 4" not in row]
    hidden = ccd.cell(
        TWO, "Grade 2", "White", "Male", "", "Category Set A - By Race/Ethnicity; Sex; Grade", "Suppressed"
    )
    silent = ccd.cell(THREE, *["No Category Codes"] * 3, "", "Education Unit Total", "Not reported")
    rows = [*ccd.members(ONE, (30, 20), (25, 25)), *without, *without, hidden, silent]
    read = part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows))
    assert school(read, ONE)["students_01"] == 100
    assert school(read, TWO)[["students_01", "students_pk", "students_ug"]].tolist() == [10, 0, 0]
    assert pd.isna(school(read, TWO)["students_02"])
    assert school(read, THREE)[GRADES].isna().all()


def test_the_whole_total_stands_in_only_where_there_is_none_without_adults(ccd, part, tmp_path):
    without = [row for row in ccd.members(ONE, (10, 0), (10, 0)) if "Derived - Education Unit Total" not in row]
    unknown = [
        row.replace("Total minus Adult Education Count,Derived", "x") for row in ccd.members(TWO, (10, 0), (10, 0))
    ]
    unknown = [row for row in unknown if not row.endswith("x")]
    unknown.append(
        ccd.cell(
            TWO,
            *["No Category Codes"] * 3,
            "",
            "Derived - Education Unit Total minus Adult Education Count",
            "Missing",
        )
    )
    read = part(ccd.file(tmp_path / "a.csv", ccd.membership_header, [*without, *unknown]))
    assert school(read, ONE)["students"] == 25
    assert pd.isna(school(read, TWO)["students"])


@pytest.mark.parametrize("flag", ["Reported", "Derived", "Imputation", "Post-submission edit"])
def test_a_flag_that_vouches_for_a_count_keeps_it_and_zero_is_zero(ccd, part, tmp_path, flag):
    rows = [
        row.removesuffix("Derived") + flag if row.endswith("Derived") else row
        for row in ccd.members(ONE, (0, 0), (3, 4))
    ]
    one = school(part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows)), ONE)
    assert (one["students"], one["black"], one["white"]) == (7, 0, 7)


@pytest.mark.parametrize("flag", ["Missing", "Not reported", "Suppressed", "Not applicable"])
@pytest.mark.parametrize("written", ["", "0"])
def test_a_flag_that_says_unknown_is_missing_never_zero(ccd, part, tmp_path, flag, written):
    rows = [
        row.replace(",Female,3,", f",Female,{written},").removesuffix("Derived") + flag
        if ",White,Female,3,Derived" in row
        else row
        for row in ccd.members(ONE, (1, 1), (3, 4))
    ]
    one = school(part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows)), ONE)
    assert pd.isna(one["white"])
    assert (one["students"], one["black"]) == (9, 2)


def test_a_school_without_any_total_is_still_a_row(ccd, part, tmp_path):
    detail = [row for row in ccd.members(TWO, (1, 1), (1, 1)) if "Category Set A" in row]
    read = part(ccd.file(tmp_path / "a.csv", ccd.membership_header, [*ccd.members(ONE, (1, 1), (1, 1)), *detail]))
    assert set(read.frame["ncessch"]) == {ONE, TWO}
    assert pd.isna(school(read, TWO)["students"])


def test_a_school_whose_years_stand_one_after_the_other_in_a_file_has_both(ccd, part, tmp_path):
    rows = [
        row
        for year, black in (("2017-2018", 3), ("2018-2019", 4))
        for row in ccd.members(ONE, (black, 0), (1, 0), year=year)
    ]
    frame = part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows)).frame
    assert frame[["year", "ncessch", "students", "black"]].values.tolist() == [[2017, ONE, 4, 3], [2018, ONE, 5, 4]]


def test_rows_given_twice_count_once_and_contradictions_are_refused(ccd, part, tmp_path):
    rows = ccd.members(ONE, (10, 0), (10, 0))
    twice = part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows * 2))
    assert school(twice, ONE)["black"] == 10
    other = ccd.members(ONE, (11, 0), (10, 0))
    with pytest.raises(InputError, match=rf"b\.csv, row \d+: school {ONE} has a second, different count"):
        part(ccd.file(tmp_path / "b.csv", ccd.membership_header, [*rows, *other]))


def test_a_count_that_is_no_number_names_the_row_of_the_file(ccd, part, tmp_path):
    rows = ccd.members(ONE, (10, 0), (10, 0))
    rows[-1] = rows[-1].replace(",25,", ",abc,")
    with pytest.raises(InputError, match=rf'a\.csv, row {len(rows) + 1}, column STUDENT_COUNT: "abc"'):
        part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows))


def test_a_school_year_that_is_none_is_refused(ccd, part, tmp_path):
    rows = ccd.members(ONE, (1, 0), (1, 0), year="last year")
    with pytest.raises(InputError, match='column SCHOOL_YEAR: "last year" is not a school year'):
        part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows))


def test_only_the_state_asked_for_is_read(ccd, part, tmp_path):
    rows = [*ccd.members(ONE, (1, 0), (1, 0)), *ccd.members(KENTUCKY, (2, 0), (2, 0), state="KY")]
    file = ccd.file(tmp_path / "national.zip", ccd.membership_header, rows)
    assert part(file, state="KY").frame["ncessch"].tolist() == [KENTUCKY]
    with pytest.raises(InputError, match=r"national\.zip › table\.csv holds 2 states; name one, such as --state TX"):
        part(file)
    with pytest.raises(InputError, match="holds no school of OH; it holds KY, TX"):
        part(file, state="OH")


def test_a_file_that_names_no_state_is_refused(ccd, part, tmp_path):
    rows = [row.replace(",TX,", ",,", 1) for row in ccd.members(ONE, (1, 0), (1, 0))]
    with pytest.raises(InputError, match="column ST names no state"):
        part(ccd.file(tmp_path / "a.csv", ccd.membership_header, rows))


def test_lunch_takes_the_total_or_else_free_and_reduced_together(ccd, part, tmp_path):
    rows = [
        *ccd.lunch(ONE, ("free", "30", "Reported"), ("reduced", "5", "Reported"), ("direct", "0", "Reported")),
        *ccd.lunch(TWO, ("total", "44", "Reported"), ("free", "", "Missing"), ("reduced", "4", "Reported")),
        *ccd.lunch("480000100003", ("free", "30", "Reported"), ("reduced", "", "Suppressed")),
        *ccd.lunch("480000100004", ("total", "", "Not reported"), ("direct", "17", "Reported")),
    ]
    frame = part(ccd.file(tmp_path / "a.csv", ccd.lunch_header, rows)).frame.set_index("ncessch")
    assert frame.loc[ONE, ["ed_frpl", "ed_free", "ed_direct"]].tolist() == [35, 30, 0]
    assert frame.loc[TWO, "ed_frpl"] == 44
    assert frame.loc["480000100003", ["ed_frpl", "ed_direct"]].isna().all()
    assert pd.isna(frame.loc["480000100004", "ed_frpl"])
    assert frame.loc["480000100004", "ed_direct"] == 17


DIRECTORY_ROW = (
    "2018-2019,48,TEXAS,TX,{name},CROSBYTON CISD,01,,TX-054901,4800001,TX-054901-0549010{n},{id},00{n},1,{rest}"
)


def directory(*schools):
    return [DIRECTORY_ROW.format(name=name, id=ncessch, n=ncessch[-2:], rest=rest) for name, ncessch, rest in schools]


def test_the_directory_names_grades_flags_and_the_states_own_ids(ccd, part, tmp_path):
    rows = directory(
        ("CROSBYTON EL", ONE, "No,PK,05,Elementary,NOTVIRTUAL,Yes"),
        ("Crosbyton Online", TWO, "Yes,UG,UG,Other,FULLVIRTUAL,No"),
        ("C", "480000100003", "Not applicable,N,N,Other,MISSING,Missing"),
        ("D", "480000100004", "No,M,09,High,SUPPVIRTUAL,No"),
    )
    read = part(ccd.file(tmp_path / "x.csv", ccd.directory_header, rows))
    assert read.key == ("ncessch",)
    one, two, three, four = (read.frame.iloc[i] for i in range(4))
    assert (one["school"], one["district"], one["level"]) == ("Crosbyton EL", "Crosbyton CISD", "elementary")
    assert (one["grade_low"], one["grade_high"], two["grade_low"]) == ("PK", "05", "UG")
    assert (one["charter"], two["charter"], one["magnet"]) == (False, True, True)
    assert (one["virtual"], two["virtual"], four["virtual"]) == (False, True, False)
    assert pd.isna(three[["charter", "virtual", "magnet", "grade_low"]]).all()
    assert pd.isna(four["grade_low"])
    assert (one["state_school"], one["state_leaid"]) == ("054901001"[:7] + "01", "054901")


@pytest.mark.parametrize(
    ("code", "status"),
    [("1", "open"), ("2", "closed"), ("3", "new"), ("4", "added"), ("5", "changed agency"), ("6", "temporarily closed"),
     ("7", "future"), ("8", "reopened"), ("9", None), ("", None)],
)  # fmt: skip
def test_the_directory_tells_what_became_of_a_school(ccd, part, tmp_path, code, status):
    (row,) = directory(("A", ONE, "No,PK,05,E,NOTVIRTUAL,No"))
    place = ccd.directory_header.split(",").index("SY_STATUS")
    cells = row.split(",")
    cells[place] = code
    found = part(ccd.file(tmp_path / "x.csv", ccd.directory_header, [",".join(cells)])).frame["status"].iloc[0]
    assert found == status if status else pd.isna(found)


def test_the_genuine_district_directory_of_2018_tells_states_ids_and_statuses(part, realdata):
    read = part(realdata / "ccd_originals" / "ccd_lea_029_1819_l_1a_091019.zip", state="ME")
    assert read.key == ("leaid",)
    found = read.frame.set_index("leaid")
    assert found.loc["2311100", ["state_leaid", "district_status", "year"]].tolist() == [
        "696",
        "changed boundary",
        2018,
    ]
    assert found["state_leaid"].is_unique


def test_teachers_of_each_school_and_year(ccd, part, tmp_path):
    rows = [
        ccd.cell(ONE, "3.5", "Education Unit Total", "Reported"),
        ccd.cell(ONE, "9.9", "Category Set A", "Reported"),
        ccd.cell(TWO, "", "Education Unit Total", "Missing"),
    ]
    read = part(ccd.file(tmp_path / "t.csv", f"{ccd.head},TEACHERS,TOTAL_INDICATOR,DMS_FLAG", rows))
    assert read.key == ("year", "ncessch")
    assert read.frame.fillna(-1).to_numpy().tolist() == [[2018, ONE, 3.5], [2018, TWO, -1]]
    again = [*rows, ccd.cell(ONE, "4.5", "Education Unit Total", "Reported")]
    with pytest.raises(InputError, match=rf"b\.csv, row 5: school {ONE} has a second, different count"):
        part(ccd.file(tmp_path / "b.csv", f"{ccd.head},TEACHERS,TOTAL_INDICATOR,DMS_FLAG", again))


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("ccd_lea_052_1516_w_1a_011717_csv.zip", "district-level"),
        ("ccd_sea_052_1516_w_1a_011717_csv.zip", "state-level"),
        ("ccd_sea_052_1819_l_1a_091019.zip", "state-level"),
        ("ccd_sea_059_1819_l_1a_091019.zip", "state-level"),
    ],
)
def test_files_of_districts_and_states_get_a_plain_message(realdata, part, file, kind):
    with pytest.raises(InputError, match=f"is a {kind} file; Evenground needs the school-level one"):
        part(realdata / "ccd_originals" / file)


def test_a_national_file_is_read_in_little_memory(ccd, part, tmp_path):
    """A million rows, 180 MB of text, of which one school in fifty is Kentucky's."""
    path = tmp_path / "national.zip"
    size = 0
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("052.csv", "w", force_zip64=True) as stream,
    ):
        size += stream.write(f"{ccd.membership_header}\n".encode())
        for number in range(40_000):
            fips, state = ("21", "KY") if number % 50 == 0 else ("48", "TX")
            rows = ccd.members(f"{fips}{number:010d}", (10, 11), (12, 13), state=state)
            size += stream.write(("\n".join(rows) + "\n").encode())
    # The pool only knows its highest mark ever, which a test before this one may have set; it can only be too strict.
    frame = part(path, state="KY").frame
    assert len(frame) == 800
    assert frame["students"].sum() == 800 * (10 + 11 + 12 + 13)
    assert pa.default_memory_pool().max_memory() < size / 2


@pytest.mark.usefixtures("home")
def test_school_files_of_several_kinds_become_one_dataset(ccd, tmp_path):
    files = [
        ccd.file(
            tmp_path / "z.csv", ccd.directory_header, directory(("CROSBYTON EL", ONE, "No,PK,05,E,NOTVIRTUAL,No"))
        ),
        ccd.file(tmp_path / "x.zip", ccd.lunch_header, ccd.lunch(ONE, ("total", "60", "Reported"))),
        ccd.file(tmp_path / "y.zip", ccd.membership_header, ccd.members(ONE, (30, 20), (25, 25))),
    ]
    manifest = load(files)
    one = store.schools(manifest).iloc[0]
    assert (one["students"], one["ed"], one["ed_basis"], one["ed_frpl"]) == (100, 60, "frpl", 60)
    assert (one["district"], one["level"], one["charter"]) == ("Crosbyton CISD", "elementary", False)
    assert (manifest.label, manifest.years) == ("Texas", (2018,))
    assert len(manifest.source.split("; ")) == 3


@pytest.mark.usefixtures("home")
def test_a_national_directory_is_read_for_the_state_of_the_membership_file(ccd, tmp_path):
    members = ccd.file(tmp_path / "a.csv", ccd.membership_header, ccd.members(ONE, (30, 20), (25, 25)))
    lunch = [
        *ccd.lunch(ONE, ("direct", "60", "Reported")),
        *ccd.lunch(KENTUCKY, ("direct", "1", "Reported"), state="KY"),
    ]
    manifest = load([ccd.file(tmp_path / "b.csv", ccd.lunch_header, lunch), members])
    assert store.schools(manifest)["ed"].tolist() == [60]
    assert manifest.ed_bases == ("direct",)


@pytest.mark.parametrize(
    ("code", "words", "grades", "kind"),
    [
        ("1", "Regular School", "PK,05", "regular"),
        ("2", "Special Education School", "PK,12", "special education"),
        ("3", "Career and Technical School", "09,12", "vocational"),
        ("4", "Alternative Education School", "09,12", "alternative"),
        ("4", "Alternative Education School", "AE,AE", "adult"),
        ("4", "Alternative Education School", "09,AE", "alternative"),
        ("5", "Reportable Program", "09,12", None),
        ("", "", "PK,05", None),
    ],
)
@pytest.mark.parametrize("told", ["code", "words", "both", "neither"])
def test_the_directory_tells_the_kind_of_school(ccd, part, tmp_path, told, code, words, grades, kind):
    given = {"code": {"SCH_TYPE": code}, "words": {"SCH_TYPE_TEXT": words}, "neither": {}}
    given["both"] = given["words"] | given["code"]
    (row,) = directory(("A", ONE, f"No,{grades},E,NOTVIRTUAL,No"))
    header = ",".join([ccd.directory_header, *given[told]])
    found = part(ccd.file(tmp_path / "x.csv", header, [",".join([row, *given[told].values()])])).frame["kind"].iloc[0]
    expected = kind if told != "neither" or kind == "adult" else None
    assert found == expected if expected else pd.isna(found)


def test_schools_without_a_total_less_adult_education_are_told(ccd, part, tmp_path):
    rows = [*ccd.members(ONE, (1, 2), (3, 4)), *ccd.members(TWO, (1, 2), (3, 4))]
    without = [row for row in rows if not (TWO in row and WITHOUT_ADULTS in row)]
    read = part(ccd.file(tmp_path / "m.csv", ccd.membership_header, without))
    assert read.frame["students"].tolist() == [10, 15]  # five of them adults
    assert read.notes == ("m.csv: adult education, if any, is counted in 1 school without a total less it.",)
    assert part(ccd.file(tmp_path / "n.csv", ccd.membership_header, rows)).notes == ()
