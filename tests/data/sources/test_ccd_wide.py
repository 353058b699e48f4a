"""CCD directories of 2015–16 and earlier."""

import zipfile

import pandas as pd
import pytest

from analysis.errors import InputError
from data import store
from data.load import load

pytestmark = pytest.mark.usefixtures("home")

SCHOOLS = (
    "SURVYEAR,NCESSCH,FIPST,LEAID,SCHNO,STID,SEASCH,LEANM,SCHNAM,STATUS,LATCOD,LONCOD,CONAME,GSLO,GSHI,CHARTR"
)  # fmt: skip
ONE = (
    "2013,480000101145,48,4800001,01145,054901,054901101,CROSBYTON CISD,CROSBYTON EL,"
    "1,33.65,-101.2,CROSBY COUNTY,PK,05,2"
)
NOWHERE = "2013,480000101146,48,4800001,01146,054901,054901001,CROSBYTON CISD,M,1,0,0,M,N,N,1"
KENTUCKY = "2013,210000101146,21,2100001,01146,5,5001,A,B,1,37.1,-84.2,C,09,12,M"


def table(folder, header, *rows):
    path = folder / "anything.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_the_directory_describes_places_and_translates(part, tmp_path):
    read = part(table(tmp_path, SCHOOLS, ONE, NOWHERE))
    one, nowhere = read.frame.iloc[0], read.frame.iloc[1]
    assert (one["ncessch"], one["leaid"]) == ("480000101145", "4800001")
    assert (one["state_school"], one["state_leaid"]) == ("054901101", "054901")
    assert (one["school"], one["district"], one["county"]) == ("Crosbyton EL", "Crosbyton CISD", "Crosby County")
    assert (one["level"], one["charter"], one["state"], one["year"]) == ("elementary", False, "TX", 2013)
    assert (one["latitude"], one["longitude"]) == (33.65, -101.2)
    unknown = ["school", "county", "grade_low", "grade_high", "level", "latitude", "longitude"]
    assert pd.isna(nowhere[unknown]).all()
    assert nowhere["charter"]


def test_one_state_of_a_national_directory(part, tmp_path):
    national = table(tmp_path, SCHOOLS, ONE, KENTUCKY)
    assert part(national, state="KY").frame["ncessch"].tolist() == ["210000101146"]
    with pytest.raises(InputError, match=r"anything\.csv holds 2 states; name one, such as --state TX"):
        part(national)
    with pytest.raises(InputError, match="holds no row of OH; give that state's file"):
        part(national, state="OH")


def test_zeros_a_spreadsheet_dropped_come_back(part, tmp_path):
    alabama = KENTUCKY.replace("210000101146,21,2100001", "10000101146,1,100001")
    one = part(table(tmp_path, SCHOOLS, alabama)).frame.iloc[0]
    assert (one["ncessch"], one["leaid"], one["state"]) == ("010000101146", "0100001", "AL")


def test_districts_translate_the_states_ids(part, tmp_path):
    path = table(tmp_path, "SURVYEAR,LEAID,FIPST,STID,NAME", "2013,4816230,48,057905,DALLAS ISD")
    read = part(path)
    assert read.key == ("leaid",)
    row = read.frame.iloc[0]
    assert (row["leaid"], row["state_leaid"], row["district"]) == ("4816230", "057905", "Dallas ISD")


def test_the_universe_and_its_districts_tell_what_became_of_each(part, tmp_path):
    rows = [ONE.replace("CROSBYTON EL,1", f"CROSBYTON EL,{code}") for code in ("1", "5", "6", "M")]
    statuses = part(table(tmp_path, SCHOOLS, *rows)).frame["status"].tolist()
    assert statuses[:3] == ["open", "changed agency", "temporarily closed"]
    assert pd.isna(statuses[3])
    header = "SURVYEAR,LEAID,FIPST,STID,NAME,BOUND"
    rows = [f"2013,481623{code},48,05790{code},DALLAS ISD,{code}" for code in (2, 5, 8)]
    statuses = part(table(tmp_path, header, *rows)).frame["district_status"].tolist()
    assert statuses == ["closed", "changed boundary", "reopened"]


def test_districts_of_before_2010_end_their_names_with_the_year(part, tmp_path):
    header = "LEAID,FIPST,STID09,NAME09,BOUND09,MEMBER09"
    one = part(table(tmp_path, header, "4816230,48,057905,DALLAS ISD,5,100")).frame.iloc[0]
    assert one.to_dict() == {
        "year": 2009,
        "leaid": "4816230",
        "state_leaid": "057905",
        "district": "Dallas ISD",
        "district_status": "changed boundary",
    }


def test_the_district_directory_of_2014_tells_what_became_of_each(part, tmp_path):
    header = "SURVYEAR,FIPST,STATENAME,LEA_NAME,ST_LEAID,LEAID,SY_STATUS"
    read = part(table(tmp_path, header, "2014,48,TEXAS,DALLAS ISD,TX-057905,4816230,3"))
    assert read.key == ("leaid",)
    assert read.frame[["leaid", "state_leaid", "district_status"]].to_numpy().tolist() == [["4816230", "057905", "new"]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("1", "regular"), ("2", "special education"), ("3", "vocational"), ("4", "alternative"), ("M", None)],
)
def test_the_directory_tells_the_kind_of_school(part, tmp_path, code, kind):
    found = part(table(tmp_path, f"{SCHOOLS},TYPE", f"{ONE},{code}")).frame["kind"].iloc[0]
    assert found == kind if kind else pd.isna(found)


@pytest.mark.parametrize(("code", "locale"), [("43", "43"), ("N", None), ("M", None)])
def test_the_directory_tells_the_locale(part, tmp_path, code, locale):
    found = part(table(tmp_path, f"{SCHOOLS},ULOCAL", f"{ONE},{code}")).frame["locale"].iloc[0]
    assert found == locale if locale else pd.isna(found)


# The universe file, 2007–08 to 2013–14: tab-separated text -----------------------------------------------------------


def fields(text):
    return dict(pair.split("=") for line in text.split("\n") for pair in line.split("|"))


EASTSIDE = fields(
    "SURVYEAR=2013|NCESSCH=480000101145|FIPST=48|LEAID=4800001|SCHNO=01145|STID=054901|SEASCH=054901101\n"
    "LEANM=CROSBYTON CISD|SCHNAM=EASTSIDE EL|STATUS=1|LATCOD=33.65|LONCOD=-101.2|CONAME=CROSBY COUNTY\n"
    "GSLO=PK|GSHI=05|LEVEL=1|MAGNET=2|CHARTR=1|FRELCH=70|REDLCH=5|TOTFRL=75|RACECAT=7|AM01M=1|G01=9\n"
    "MEMBER=100|AM=1|AMALM=1|ASIAN=2|HISP=60|BLACK=10|WHITE=20|PACIFIC=3|TR=4|TOTETH=100"
)
IDS = ("NCESSCH", "FIPST", "LEAID", "SCHNO")
RACES_OF_EASTSIDE = {
    "american_indian": 1, "asian": 2, "black": 10, "hispanic": 60, "pacific_islander": 3, "two_or_more": 4, "white": 20,
}  # fmt: skip


def universe(path, *schools, year_in_names="", quoted=False, encoding="utf-8"):
    names = [name for name in schools[0] if not (year_in_names and name == "SURVYEAR")]
    header = [name if name in IDS else name + year_in_names for name in names]
    quote = '"{}"'.format if quoted else str
    rows = [header, *([school[name] for name in names] for school in schools)]
    path.write_text("".join("\t".join(map(quote, row)) + "\r\n" for row in rows), encoding=encoding, newline="")
    return path


def test_a_universe_file_brings_students_races_lunch_and_place(part, tmp_path):
    read = part(universe(tmp_path / "sc132a.txt", EASTSIDE))
    row = read.frame.iloc[0]
    assert read.brings_schools
    assert (row["year"], row["ncessch"], row["leaid"], row["state"]) == (2013, "480000101145", "4800001", "TX")
    assert (row["students"], row["ed_frpl"], row["ed_free"]) == (100, 75, 70)
    assert row[list(RACES_OF_EASTSIDE)].to_dict() == RACES_OF_EASTSIDE
    assert (row["school"], row["level"], row["grade_low"], row["grade_high"]) == (
        "Eastside EL",
        "elementary",
        "PK",
        "05",
    )
    assert (row["charter"], row["magnet"]) == (True, False)
    assert (row["latitude"], row["longitude"]) == (33.65, -101.2)


def test_students_by_grade_stand_beside_them(part, tmp_path):
    school = EASTSIDE | {"PK": "-2", "KG": "40", "G01": "60", "G12": "-2", "UG": "-1"}
    row = part(universe(tmp_path / "sc132a.txt", school)).frame.iloc[0]
    assert row[["students_kg", "students_01"]].tolist() == [40, 60]
    assert row[["students_pk", "students_12", "students_ug"]].isna().all()
    old = {name: school[name] for name in school if name != "SURVYEAR"}
    row = part(universe(tmp_path / "old.txt", old | {"G09": "7"}, year_in_names="09")).frame.iloc[0]
    assert row[["students_kg", "students_01", "students_09"]].tolist() == [40, 60, 7]


def test_quotation_marks_and_a_byte_order_mark_change_nothing(part, tmp_path):
    plain = part(universe(tmp_path / "plain.txt", EASTSIDE)).frame
    quoted = part(universe(tmp_path / "quoted.txt", EASTSIDE, quoted=True, encoding="utf-8-sig")).frame
    pd.testing.assert_frame_equal(plain, quoted)


@pytest.mark.parametrize("year", ["07", "08", "09"])
def test_until_2009_the_year_stands_in_the_columns_names(part, tmp_path, year):
    row = part(universe(tmp_path / "old.txt", EASTSIDE, year_in_names=year)).frame.iloc[0]
    assert row["year"] == 2000 + int(year)
    assert (row["students"], row["ed_frpl"]) == (100, 75)
    assert row[list(RACES_OF_EASTSIDE)].to_dict() == RACES_OF_EASTSIDE


@pytest.mark.parametrize("code", ["-1", "-2", "-9", "M", "N"])
def test_every_code_for_no_value_is_missing(part, tmp_path, code):
    numbers = ("FRELCH", "REDLCH", "TOTFRL", "MEMBER", *("AM", "ASIAN", "HISP", "BLACK", "WHITE", "PACIFIC", "TR"))
    unknown = EASTSIDE | dict.fromkeys([*numbers, "CHARTR", "MAGNET", "GSLO", "GSHI", "CONAME"], code)
    row = part(universe(tmp_path / "sc132a.txt", unknown)).frame.iloc[0]
    of = [*RACES_OF_EASTSIDE, "students", "ed_frpl", "ed_free", "charter", "magnet", "grade_low", "level", "county"]
    assert row[of].isna().all()
    assert row["school"] == "Eastside EL"


def test_zero_is_a_count(part, tmp_path):
    row = part(universe(tmp_path / "sc132a.txt", EASTSIDE | {"BLACK": "0", "TOTFRL": "0", "FRELCH": "0"})).frame.iloc[0]
    assert (row["black"], row["ed_frpl"], row["ed_free"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("free", "reduced", "total", "known"),
    [("70", "5", "-1", 75), ("70", "5", "76", 76), ("70", "-1", "-1", None), ("-1", "-1", "76", 76)],
)
def test_lunch_is_the_total_or_else_the_sum_of_its_parts(part, tmp_path, free, reduced, total, known):
    school = EASTSIDE | {"FRELCH": free, "REDLCH": reduced, "TOTFRL": total}
    found = part(universe(tmp_path / "sc132a.txt", school)).frame.iloc[0]["ed_frpl"]
    assert (None if pd.isna(found) else found) == known


def test_a_negative_that_is_no_code_is_told(part, tmp_path):
    path = universe(tmp_path / "sc132a.txt", EASTSIDE | {"MEMBER": "-5"})
    with pytest.raises(InputError, match=r'sc132a\.txt, row 2, column MEMBER: "-5" is negative'):
        part(path)


# The separate files of 2014–15 (tab-separated) and 2015–16 (CSV) -----------------------------------------------------

COMMON = fields(
    "SURVYEAR=2015-2016|FIPST=01|STABR=AL|STATENAME=ALABAMA|SEANAME=Alabama Department Of Education|LEAID=0100005\n"
    "ST_LEAID=101|LEA_NAME=Albertville City|SCHID=00870|ST_SCHID=101-0010|NCESSCH=010000500870|SCH_NAME=Hill Middle"
)
MEMBERSHIP = fields(
    "PK=-2|G01=-2|AE=7|TOTAL=107|MEMBER=100|AM01M=-2|AM01F=-2|AM=1|AMALM=1|AMALF=0|AS=2|HI=60|BL=10|WH=20|HP=3|TR=4"
)
LUNCH = fields("FRELCH=70|REDLCH=5|TOTFRL=75")
DIRECTORY = fields("SY_STATUS=1|CHARTER_TEXT=No|GSLO=07|GSHI=08|LEVEL=Middle")
CHARACTERISTICS = fields("TITLEI_STATUS=NOTTITLE1ELIG|MAGNET_TEXT=Yes|SHARED_TIME=No")
STAFF = fields("FTE=12.50")


def of_2015(path, columns, **changed):
    separator = "\t" if path.suffix == ".txt" else ","
    row = COMMON | columns | changed
    path.write_text(f"{separator.join(row)}\n{separator.join(row.values())}\n")
    return path


@pytest.mark.parametrize(("name", "year"), [("a.txt", "2014"), ("a.csv", "2015-2016")])
def test_membership_leaves_adult_education_out(part, tmp_path, name, year):
    read = part(of_2015(tmp_path / name, MEMBERSHIP, SURVYEAR=year))
    row = read.frame.iloc[0]
    assert read.brings_schools
    assert (row["year"], row["ncessch"], row["leaid"], row["state"]) == (int(year[:4]), "010000500870", "0100005", "AL")
    assert row["students"] == 100
    assert row[list(RACES_OF_EASTSIDE)].to_dict() == RACES_OF_EASTSIDE
    assert (row["school"], row["district"]) == ("Hill Middle", "Albertville City")


def test_lunch_describes_the_year_it_is_of(part, tmp_path):
    read = part(of_2015(tmp_path / "a.csv", LUNCH))
    assert read.key == ("year", "ncessch")
    assert read.frame.to_dict("records") == [
        {"year": 2015, "ncessch": "010000500870", "ed_frpl": 75, "ed_free": 70},
    ]


def test_directory_and_characteristics(part, tmp_path):
    place = part(of_2015(tmp_path / "a.csv", DIRECTORY)).frame.iloc[0]
    assert (place["level"], place["grade_low"], place["charter"]) == ("middle", "07", False)
    assert (place["state_leaid"], place["state_school"]) == ("101", "0010")
    assert part(of_2015(tmp_path / "b.csv", CHARACTERISTICS)).frame.iloc[0]["magnet"]


@pytest.mark.parametrize(("written", "known"), [("12.50", 12.5), ("0", 0), ("-1", None), ("-2.00", None), ("M", None)])
def test_teachers_of_every_vintage(part, tmp_path, written, known):
    files = (
        of_2015(tmp_path / "a.csv", STAFF, FTE=written),
        universe(tmp_path / "sc132a.txt", EASTSIDE | {"FTE": written}),
        universe(tmp_path / "old.txt", EASTSIDE | {"FTE": written}, year_in_names="09"),
    )
    for file in files:
        found = part(file).frame["teachers"].iloc[0]
        assert (None if pd.isna(found) else found) == known


def test_two_vintages_become_one_dataset(tmp_path):
    """A state's 2013–14 universe file and the files of 2015–16 in one load, with every count in its own year."""
    eastside = EASTSIDE | {"FIPST": "01", "NCESSCH": "010000500870", "LEAID": "0100005", "MEMBER": "90", "TOTFRL": "50"}
    paths = [
        universe(tmp_path / "sc132a.txt", eastside),
        of_2015(tmp_path / "members.csv", MEMBERSHIP),
        of_2015(tmp_path / "lunch.csv", LUNCH),
        of_2015(tmp_path / "directory.csv", DIRECTORY),
    ]
    manifest = load(paths, name="alabama")
    table = store.schools(manifest).set_index("year")
    assert manifest.years == (2013, 2015)
    assert table["students"].to_dict() == {2013: 90, 2015: 100}
    assert table["ed_frpl"].to_dict() == {2013: 50, 2015: 75}
    assert table.loc[2015, "level"] == "middle"


def test_a_genuine_district_file_of_2015_is_refused_in_one_sentence(part, realdata):
    with pytest.raises(InputError, match="is a district-level file; Evenground needs the school-level one"):
        part(realdata / "ccd_originals" / "ccd_lea_052_1516_w_1a_011717_csv.zip")


def test_the_genuine_district_file_of_2015_read_as_one_of_schools(part, tmp_path, realdata):
    """The columns, codes, quoting and encoding NCES used that year: its districts stand in for schools.

    The races leave adult education out, as MEMBER does: wherever all are known they add up to it.
    """
    archive = zipfile.ZipFile(realdata / "ccd_originals" / "ccd_lea_052_1516_w_1a_011717_csv.zip")
    text = archive.read(archive.namelist()[0]).decode("cp1252")
    head, rest = text.split("\n", 1)
    rows = [line.split(",") for line in rest.splitlines() if line.startswith("2015-2016,55,")]
    names = head.strip().split(",")
    at = names.index("LEAID")
    path = tmp_path / "wisconsin.csv"
    lines = [",".join([*names, "NCESSCH", "SCH_NAME"]), *(",".join([*row, row[at] + "00001", "X"]) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    frame = part(path, state="WI").frame
    known = frame.dropna(subset=[*RACES_OF_EASTSIDE, "students"])
    assert len(frame) == len(rows) > 400
    assert len(known) > 400
    assert (known[list(RACES_OF_EASTSIDE)].sum(axis=1) == known["students"]).all()
    # A grade not taught is "not applicable" there, and adult education (AE) a column of its own.
    grades = known[[name for name in known if name.startswith("students_")]]
    assert grades.shape[1] == 16
    assert (grades.sum(axis=1) == known["students"]).all()


# A district's metro area ----------------------------------------------------------------------------------------------

AGENCY = "SURVYEAR,LEAID,FIPST,STID,NAME,CBSA,METMIC,BOUND"
AGENCIES = ("2013,4800001,48,054901,CROSBYTON CISD,31180,1,1", "2013,4800002,48,063903,SPUR ISD,N,N,1")
COUNTED = (
    "ncessch,leaid,year,state,students,ed\n480000101145,4800001,2013,TX,90,40\n480000200001,4800002,2013,TX,80,20\n"
)


@pytest.mark.parametrize(
    ("points", "metros"),
    [
        ("", ["CBSA 31180", "outside any metro area"]),
        ('NCESSCH,LAT,LON,CBSA,NMCBSA\n480000101145,33.65,-101.24,31180,"Lubbock, TX"\n', ["Lubbock, TX", None]),
    ],
)
def test_a_districts_metro_area_is_its_schools_where_no_file_says_theirs(tmp_path, points, metros):
    """One area by its code for some schools and by its name for others would be two."""
    (tmp_path / "counted.csv").write_text(COUNTED)
    paths = [tmp_path / "counted.csv", table(tmp_path, AGENCY, *AGENCIES)]
    if points:
        (tmp_path / "points.csv").write_text(points)
        paths.append(tmp_path / "points.csv")
    schools = store.schools(load(paths, name="metros"))
    assert schools["metro"].astype("object").where(schools["metro"].notna(), None).tolist() == metros
