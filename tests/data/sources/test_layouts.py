"""The layouts that come with Evenground: each from a few lines in its publisher's columns, and the real files."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import rdata
from openpyxl import Workbook

from analysis.errors import InputError
from data.formats.reading import tables
from data.schema import LOCALES
from data.sources import layouts
from data.sources.mapping import read_mapping, to_toml
from data.sources.registry import source_of
from data.sources.source import Asked
from tests.data.sources.conftest import only, written

FOLDER = Path(layouts.__file__).parent


def sheet(path, *rows, title="School"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_layout_says_its_publisher_and_where_it_is_described(path):
    mapping = read_mapping(path)
    assert path.read_text(encoding="utf-8").startswith("# ")
    assert mapping.label
    assert to_toml(mapping)


def test_california_joins_its_codes_and_folds_line_breaks(part, tmp_path):
    header = (
        *(
            "Academic Year",
            "County Code",
            "District Code",
            "School Code",
            "County Name",
            "District Name",
            "School Name",
        ),
        *("Charter \nSchool \n(Y/N)", "Low Grade", "High Grade", "Enrollment (K-12)", "Free Meal Count (K-12)"),
        "FRPM Count (K-12)",
    )
    row = (
        "2019-2020",
        "01",
        "10017",
        "0112607",
        "Alameda",
        "County Office",
        "Envision",
        "Yes",
        "6",
        "12",
        412,
        259,
        295,
    )
    found = part(sheet(tmp_path / "a.xlsx", ("Student Poverty Data 2019–20",), header, row))
    names = ("year", "ncessch", "leaid", "charter", "grade_low", "students", "ed_frpl", "ed_free", "state")
    assert only(found.frame, *names) == [[2019, "01100170112607", "0110017", True, "06", 412, 295, 259, "CA"]]


NEW_JERSEY = ("County Code", "County Name", "District Code", "District Name", "School Code", "School Name")


def test_new_jersey_counts_half_students_and_ends_its_sheet(part, tmp_path):
    path = sheet(
        tmp_path / "enrollment_2122.xlsx",
        ("Fall enrollment",),
        (),
        (*NEW_JERSEY, "Total Enrollment", "White", "Black", "Free Lunch", "Reduced Lunch"),
        ("1", "Atlantic", "10", "Absecon", "50", "Attales", 311.5, 100, 50.5, 90, 10),
        ("End of worksheet",),
    )
    found = part(path, year=2021)
    names = ("ncessch", "leaid", "students", "black", "ed_frpl", "year")
    assert only(found.frame, *names) == [["010010050", "010010", 312, 51, 100, 2021]]
    assert any("Black: 1 half student was counted as one." in note for note in found.notes)


def test_new_jersey_in_percentages_of_lunch(part, tmp_path):
    path = sheet(
        tmp_path / "enrollment_1920.xlsx",
        (*NEW_JERSEY, "Total Enrollment", "White", "%Free Lunch", "%Reduced Lunch"),
        ("1", "Atlantic", "10", "Absecon", "50", "Attales", 200, 100, "30.0", "10.0"),
        ("1", "Atlantic", "10", "Absecon", "60", "Other", 200, 100, ">95", "1.0"),
    )
    frame = part(path, year=2019).frame
    assert only(frame, "ed_frpl", "ed_frpl_low", "ed_frpl_high") == [[80, None, None], [None, 193, 200]]


def test_north_carolina_masks_percentages_and_writes_commas(part, tmp_path):
    path = written(
        tmp_path / "eds.csv",
        "reporting_year,collection_code,psu_code,psu_name,school_code,school_name,den,pct_eds,pct_nslp,pct_nslp_adj",
        '2023-24,APR,10,Alamance,10303,Alexander,"1,000",50.0,.,.',
        "2023-24,APR,10,Alamance,10304,Andrews,100,<5,.,.",
        "2023-24,APR,10,Alamance,10305,Other,100,>95,.,.",
        "2023-24,APR,10,Alamance,10306,Low,100,5,.,.",
        "2023-24,APR,10,Alamance,10307,High,100,95.0,.,.",
    )
    frame = part(path).frame
    names = ("ncessch", "leaid", "students", "ed_state", "ed_state_low", "ed_state_high")
    assert only(frame, *names) == [
        ["010303", "010", 1000, 500, None, None],
        ["010304", "010", 100, None, 0, 4],
        ["010305", "010", 100, None, 96, 100],
        ["010306", "010", 100, None, 0, 5],
        ["010307", "010", 100, None, 95, 100],
    ]


def test_massachusetts_takes_schools_by_their_counts_and_the_fall(part, tmp_path):
    header = "SY,DIST_CODE,DIST_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,TOTAL_CNT,WH_PCT,BAA_PCT,LI_CNT,LI_PCT,ECD_CNT"
    path = written(
        tmp_path / "ma.csv",
        header,
        "2024,00010000,Abington,00010000,Abington,District,900,0.5,0.25,300,0.9,",
        "2024,00010000,Abington,00010505,Abington High,School,400,0.5,0.25,100,0.9,",
        "2019,00010000,Abington,00010505,Abington High,School,400,0.5,0.25,,,120",
    )
    frame = part(path).frame
    names = ("year", "ncessch", "leaid", "students", "ed_state", "white")
    assert only(frame, *names) == [[2023, "00010505", "0001", 400, 100, 200], [2018, "00010505", "0001", 400, 120, 200]]


def test_rhode_island_has_blanks_and_empty_rows(part, tmp_path):
    path = written(
        tmp_path / "ri.csv",
        "distcode,distname,schcode,schname,total,FRL,NATIVE,ASIAN,BLACK,HISPANIC,MULTIRACE,PACIFICISLANDER,WHITE",
        "1,Barrington,1101,Hampden Meadows,450,40,,20,N,30,10,,390",
        *[",,,,,,,,,,,,"] * 30,
    )
    frame = part(path, year=2024).frame
    names = ("ncessch", "leaid", "students", "ed_frpl", "american_indian", "black", "white")
    assert only(frame, *names) == [["01101", "01", 450, 40, None, None, 390]]


def test_wisconsin_adds_grades_and_leaves_districts_out(part, tmp_path):
    head = "SCHOOL_YEAR,AGENCY_TYPE,CESA,COUNTY,DISTRICT_CODE,SCHOOL_CODE,GRADE_GROUP,CHARTER_IND,DISTRICT_NAME,"
    head += "SCHOOL_NAME,GRADE_LEVEL,GROUP_BY,GROUP_BY_VALUE,STUDENT_COUNT,PERCENT_OF_GROUP"
    school = "2022-23,School District,06,Dane,3619,1260,[PK-05],No,Appleton,Edison"
    path = written(
        tmp_path / "wi.csv",
        head,
        f"{school},1,All Students,All Students,20,",
        f"{school},2,All Students,All Students,25,",
        f"{school},1,Economic Status,Econ Disadv,*,",
        f"{school},2,Race/Ethnicity,White,30,",
        "2022-23,School District,06,Dane,3619,,[All],No,Appleton,[Districtwide],1,All Students,All Students,900,",
    )
    frame = part(path).frame
    names = ("year", "ncessch", "leaid", "students", "ed_state", "white", "charter")
    assert only(frame, *names) == [[2022, "36191260", "3619", 45, None, 30, False]]


# Real files ---------------------------------------------------------------------------------------------------------


def test_california_has_its_published_totals(realdata):
    found = [(t, s) for t in tables(realdata / "ca_frpm_1920" / "frpm1920.xlsx") if (s := source_of(t.header))]
    ((table, source),) = found
    frame = source.read(table, Asked()).frame
    assert (len(frame), frame["students"].sum(), frame["ed_frpl"].sum()) == (10_592, 6_163_338, 3_654_943)


def test_school_search_keeps_what_is_not_known(realdata, part):
    path = realdata / "nces_school_search_wa_2324" / "geocoded_washington_schools.csv"
    found = part(path, year=2023)
    published = pd.read_csv(path, dtype="str")
    assert len(found.frame) == len(published)
    assert found.frame["students"].isna().sum() == published["Students*"].isin(["–", "†"]).sum()
    one = found.frame[found.frame["ncessch"] == "530486002475"].iloc[0]
    assert one[["students", "ed_frpl", "ed_free", "ed_direct", "teachers"]].tolist() == [159, 67, 52, 24, 6.5]
    assert one[["leaid", "state_school", "grade_low", "state", "locale"]].tolist() == [
        *("5304860", "1656", "06", "WA", "22"),
    ]
    assert set(found.frame["locale"].dropna()) == set(LOCALES)


def test_elsi_reads_its_marks_and_the_state_asked_for(realdata, part):
    path = realdata / "elsi_sample_2425" / "ELSI_csv_export_sample_2024-25.csv"
    with pytest.raises(InputError, match="holds 10 states"):
        part(path)
    found = part(path, state="PA").frame
    assert found[["year", "students", "white"]].iloc[0].tolist() == [2024, 996, 665]
    assert found[["ed_frpl", "ed_free"]].isna().all(axis=None)
    assert part(path, state="CA").frame[["students", "ed_frpl", "hispanic", "locale"]].iloc[0].tolist() == [
        86,
        75,
        10,
        "43",
    ]
    assert part(path, state="WA").frame[["students_06", "students_07", "students_08"]].iloc[0].tolist() == [105, 57, 55]


# Formats ------------------------------------------------------------------------------------------------------------


def test_r_data_of_both_kinds_is_read(tmp_path):
    frame = pd.DataFrame({"id": pd.array(["01", None], pd.StringDtype("python")), "n": [5.0, 2.5], "k": [1, 2]})
    rdata.write_rda(tmp_path / "a.rda", {"one": frame, "two": frame})
    rdata.write_rds(tmp_path / "b.rds", frame)
    found = [*tables(tmp_path / "a.rda"), *tables(tmp_path / "b.rds")]
    assert [table.label for table in found] == ["a.rda › one", "a.rda › two", "b.rds › b"]
    for table in found:
        assert only(table.frame(), "id", "n", "k") == [["01", "5", "1"], [None, "2.5", "2"]]


def test_damaged_r_data_is_told_in_one_sentence(tmp_path):
    rdata.write_rda(tmp_path / "a.rda", {"one": pd.DataFrame({"a": range(1000)})})
    content = (tmp_path / "a.rda").read_bytes()
    (tmp_path / "cut.rda").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"^cut\.rda is damaged"):
        tables(tmp_path / "cut.rda")
    rdata.write_rds(tmp_path / "word.rds", "no table")
    with pytest.raises(InputError, match=r"word\.rds holds no data frame"):
        tables(tmp_path / "word.rds")


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Schools">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""


def ods(path, *rows, repeated=""):
    """An OpenDocument spreadsheet of text and numbers, as an office writes it."""

    def cell(value):
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        return f'<table:table-cell office:value-type="{kind}"{repeated}><text:p>{value}</text:p></table:table-cell>'

    content = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=content))
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def test_an_open_document_is_read_whatever_its_name(tmp_path):
    rows = (("Report",), ("id", "name", "students"), ("01", "Oak", 120), ("02", "Elm", 7.5))
    (table,) = tables(ods(tmp_path / "given.dat", *rows))
    assert table.label == "given.dat › Schools"
    assert only(table.frame(), "id", "students") == [["01", "120"], ["02", "7.5"]]


def test_an_open_document_that_claims_too_many_cells_is_refused(tmp_path):
    path = ods(tmp_path / "a.ods", ("id",), ("1",), repeated=' table:number-columns-repeated="900000000"')
    with pytest.raises(InputError, match=r"a\.ods .*has more than 5,000 columns"):
        tables(path)


def test_an_old_excel_workbook_is_read(tmp_path):
    path = tmp_path / "old.xls"
    path.write_bytes((Path(__file__).parent / "old.xls").read_bytes())
    (table,) = tables(path)
    assert only(table.frame(), "id", "students") == [["01", "120"], ["02", "7.5"]]


def test_the_header_stands_where_the_person_says(tmp_path):
    path = written(tmp_path / "a.csv", "One,Two,Three", "x,y,z", "id,name,n", "1,Oak,5")
    (table,) = tables(path, header_row=3)
    assert table.header == ("id", "name", "n")
    with pytest.raises(InputError, match="has no row 9 to be its header"):
        tables(path, header_row=9)


def test_footnotes_below_a_csv_are_passed_over_but_not_above_more_rows(tmp_path):
    rows = ("id,name,n", "1,Oak,5", "2,Elm,6")
    (table,) = tables(
        written(tmp_path / "a.csv", *rows, "Data Source: U.S. Department of Education", "† not applicable")
    )
    assert only(table.frame(), "id", "n") == [["1", "5"], ["2", "6"]]
    (table,) = tables(written(tmp_path / "b.csv", *rows, "See the notes", "3,Ash,7"))
    with pytest.raises(InputError, match=r"b\.csv, row 4: 1 fields where the header has 3"):
        table.frame()
    (table,) = tables(written(tmp_path / "cut.csv", *rows, "300"))
    with pytest.raises(InputError, match=r"cut\.csv, row 4: 1 fields"):
        table.frame()
