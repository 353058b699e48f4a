"""The state's own ids become those of NCES, in whichever form a state's files write them."""

import numpy as np
import pandas as pd
import pytest

from data import store
from data.formats.reading import tables
from data.joining.crosswalk import crosswalk
from data.load import load
from data.sources.registry import source_of
from data.sources.source import Asked, Part

HEADER = "SCHOOL_YEAR,ST,NCESSCH,LEAID,SCH_NAME,LEA_NAME,ST_LEAID,ST_SCHID,GSLO,GSHI,SY_STATUS"


@pytest.fixture
def directory(tmp_path):
    """A directory in the layout of NCES's file 029, with the state's ids as NCES writes them."""

    def part(state, *ids):
        rows = [
            f"2018-2019,{state},{10**11 + number:012d},{1_000_000 + number // 2},S{number},D,{of},{school},KG,05,1"
            for number, (of, school) in enumerate(ids)
        ]
        path = tmp_path / "029.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        (table,) = tables(path)
        return source_of(table.header).read(table, Asked(state))

    return part


def own(*ids):
    """A state's own file: school ids, each with its district's."""
    frame = pd.DataFrame(ids, columns=["leaid", "ncessch"], dtype="str")
    return Part("state.csv", frame.assign(year=2018, students=10))


def listed_as(*schools):
    """A directory's ST_LEAID and ST_SCHID of schools, each given as the second."""
    return [(school.rpartition("-")[0], school) for school in schools]


CALIFORNIA = listed_as("CA-0861820-6005417", "CA-0861820-6005425", "CA-0161119-0130229")
FLORIDA = listed_as("FL-48-1025", "FL-48-0041", "FL-01-0041")
WISCONSIN = listed_as("WI-0007-0020", "WI-0007-0040", "WI-0014-0020")
TEXAS = listed_as("TX-057905-057905001", "TX-057905-057905002", "TX-054901-054901001")


@pytest.mark.parametrize(
    ("state", "listed", "written", "told"),
    [
        pytest.param(
            "TX",
            TEXAS,
            [("057905", "057905001"), ("057905", "057905002"), ("054901", "054901001")],
            "",
            id="the code as it is",
        ),
        pytest.param(
            "CA",
            CALIFORNIA,
            [("0861820", "08618206005417"), ("0861820", "08618206005425"), ("0161119", "01611190130229")],
            "the codes of district and school together",
            id="district and school together",
        ),
        pytest.param(
            "WI",
            WISCONSIN,
            [("0007", "00070020"), ("0007", "00070040"), ("0014", "00140020")],
            "the codes of district and school together",
            id="the same code in several districts",
        ),
        pytest.param(
            "WI",
            WISCONSIN,
            [("WI-0007", "WI-0007-0020"), ("WI-0007", "WI-0007-0040"), ("WI-0014", "WI-0014-0020")],
            "the codes of district and school together",
            id="as NCES writes it",
        ),
        pytest.param(
            "TX",
            TEXAS,
            [("TX-057905", "057-905-001"), ("TX-057905", "057-905-002"), ("TX-054901", "054-901-001")],
            "their letters and digits alone",
            id="with hyphens",
        ),
        pytest.param(
            "FL",
            FLORIDA,
            [("48", "481025"), ("48", "4841"), ("1", "141")],
            "the codes of district and school without leading zeros",
            id="zeros dropped",
        ),
        pytest.param(
            "CA",
            CALIFORNIA,
            [("61820", "196005417"), ("61820", "196005425"), ("61119", "190130229")],
            "the directory's code at their end",
            id="the code at the end",
        ),
        pytest.param(
            "TX",
            TEXAS,
            [("7905", "05001"), ("7905", "05002"), ("4901", "01001")],
            "the end of the directory's code",
            id="the end of the code",
        ),
    ],
)
def test_every_form_of_a_states_id_is_found(directory, state, listed, written, told):
    known = crosswalk([own(*written), directory(state, *listed)])
    frame, notes = known.translated(own(*written).frame)
    assert frame["ncessch"].tolist() == [f"{10**11 + number:012d}" for number in range(3)]
    assert frame["leaid"].tolist() == ["1000000", "1000000", "1000001"]
    assert notes == ()
    assert known.notes == ((f"School ids were found in the directory by {told}: 3.",) if told else ())


def test_one_form_is_taken_for_all_schools(directory):
    """A school that the directory lacks is not taken for the one whose code its id happens to end in."""
    written = [("057905", "057905001"), ("057905", "057905002"), ("9", "9054901001")]
    known = crosswalk([own(*written), directory("TX", *TEXAS)])
    assert known.schools.index.tolist() == ["057905001", "057905002"]


# Made up as New York writes them (BEDS): the county's two digits, the district's six and four of the school. One of
# them begins with 36, as New York's NCES ids do.
BEDS = ["010100010014", "010100010015", "140600010003", "361200010002"]
NEW_YORK = [(f"NY-{school[:8]}0000", f"NY-{school[:8]}0000-{school}") for school in BEDS]


@pytest.mark.parametrize(
    "leaid", [[f"{school[:8]}0000" for school in BEDS], ["3600001", "3600001", "3600002", "3600003"]]
)
def test_twelve_digits_of_a_state_find_those_of_nces_in_a_directory(directory, leaid):
    rows = own(*zip(leaid, BEDS, strict=True))
    known = crosswalk([rows, directory("NY", *NEW_YORK)], "NY")
    frame, notes = known.translated(rows.frame)
    assert frame["ncessch"].tolist() == [f"{10**11 + number:012d}" for number in range(4)]
    assert not any("schools keep" in note for note in notes)
    (said,) = known.notes
    assert said == (
        "state.csv: the 4 school ids of twelve digits, such as 010100010014, are taken for the state's own, not for "
        "those of NCES: most do not begin with 36 (New York), nor with their district's id."
    )


def test_twelve_digits_of_a_state_stay_and_are_told_without_a_directory():
    rows = own(*((f"{school[:8]}0000", school) for school in BEDS))
    known = crosswalk([rows], "NY")
    frame, _ = known.translated(rows.frame)
    assert frame["ncessch"].tolist() == BEDS
    assert len(known.notes) == 1
    assert crosswalk([own(("3600001", "360000100001"), ("3600001", "360000100002"))], "NY").notes == ()


def test_an_nces_id_that_a_directory_lacks_is_not_looked_up(directory):
    """Its last five digits are another school's code in the directory."""
    listed = [("NY-01", "NY-01-00014"), ("NY-01", "NY-01-00015")]
    rows = own(("3600001", "360000100014"), ("3600001", "360000100015"))
    frame, notes = crosswalk([rows, directory("NY", *listed)], "NY").translated(rows.frame)
    assert frame["ncessch"].tolist() == ["360000100014", "360000100015"]
    assert notes == ()


def test_an_id_that_could_be_two_schools_is_none(directory):
    written = [("", "0041"), ("48", "481025")]  # 0041 stands in two districts of the directory
    known = crosswalk([own(*written), directory("FL", *FLORIDA)])
    assert known.schools.index.tolist() == ["481025"]


def test_a_file_of_districts_alone_is_translated_and_nces_ids_stay(directory):
    side = Part("money.csv", pd.DataFrame({"leaid": ["0861820", "1000001"], "revenue": [1.0, 2.0]}), key=("leaid",))
    known = crosswalk([own(("0861820", "08618206005417")), side, directory("CA", *CALIFORNIA)])
    assert known.translated(side.frame)[0]["leaid"].tolist() == ["1000000", "1000001"]


@pytest.mark.usefixtures("home")
def test_californias_meal_file_takes_the_ids_of_a_directory(realdata, tmp_path):
    """Every school of the real file, with a directory made here as NCES writes California's: ids are made up."""
    frpm = realdata / "ca_frpm_1920" / "frpm1920.xlsx"
    (table,) = (one for one in tables(frpm) if source_of(one.header))
    codes = table.frame()[["County Code", "District Code", "School Code"]].dropna()
    district = codes["County Code"].str.zfill(2) + codes["District Code"].str.zfill(5)
    agency = pd.Series(pd.factorize(district)[0], codes.index)
    rows = pd.DataFrame({"SCHOOL_YEAR": "2019-2020", "ST": "CA"}, codes.index).assign(
        LEAID=[f"06{number:05d}" for number in agency],
        NCESSCH=[f"06{a:05d}{n:05d}" for n, a in zip(range(len(codes)), agency, strict=True)],
        SCH_NAME="A",
        LEA_NAME="B",
        ST_LEAID="CA-" + district,
        ST_SCHID="CA-" + district + "-" + codes["School Code"].str.zfill(7),
        GSLO="KG",
        GSHI="05",
        SY_STATUS=1,
    )
    rows.to_csv(tmp_path / "ccd_sch_029.csv", index=False)
    schools = store.schools(load([frpm, tmp_path / "ccd_sch_029.csv"]))
    assert len(schools) > 10_000
    assert schools["ncessch"].str.fullmatch(r"06\d{10}").all()
    assert schools["leaid"].str.fullmatch(r"06\d{5}").all()
    assert np.array_equal(schools["ncessch"].str[:7], schools["leaid"])
