"""CCD directories of 2015–16 and earlier."""

import pandas as pd
import pytest

from analysis.errors import InputError

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


@pytest.mark.parametrize(
    ("code", "kind"),
    [("1", "regular"), ("2", "special education"), ("3", "vocational"), ("4", "alternative"), ("M", None)],
)
def test_the_directory_tells_the_kind_of_school(part, tmp_path, code, kind):
    found = part(table(tmp_path, f"{SCHOOLS},TYPE", f"{ONE},{code}")).frame["kind"].iloc[0]
    assert found == kind if kind else pd.isna(found)
