"""Texas campuses, from small tables and from TEA's own files."""

import pandas as pd
import pytest

from analysis.errors import InputError

HEADER = "CAMPUS,CPETALLC,CPETECOC,CPETASIC,CPETBLAC,CPETHISC,CPETINDC,CPETPCIC,CPETTWOC,CPETWHIC"


def campuses(folder, *rows, name="CSTUD_19.csv"):
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_a_campus_is_counted_by_the_states_definition(part, tmp_path):
    read = part(campuses(tmp_path, '"057905001",100,60,1,2,3,4,5,6,79'))
    one = read.frame.iloc[0]
    assert (one["ncessch"], one["leaid"], one["year"], one["state"]) == ("057905001", "057905", 2018, "TX")
    assert (one["students"], one["ed"], one["ed_state"], one["ed_basis"]) == (100, 60, 60, "state")
    races = ["asian", "black", "hispanic", "american_indian", "pacific_islander", "two_or_more", "white"]
    assert one[races].tolist() == [1, 2, 3, 4, 5, 6, 79]


def test_grades_are_counted_with_early_education_in_prekindergarten(part, tmp_path):
    header = f"{HEADER},CPETGEEC,CPETGPKC,CPETGKNC,CPETG01C,CPETG12C,CPETGIFC"
    path = tmp_path / "CSTUD_19.csv"
    path.write_text(f"{header}\n057905001,100,60,1,2,3,4,5,6,79,3,40,50,-1,0,99\n")
    one = part(path).frame.iloc[0]
    assert one[["students_pk", "students_kg", "students_12"]].tolist() == [43, 50, 0]
    assert pd.isna(one["students_01"])
    assert "students_02" not in one


@pytest.mark.parametrize("code", [".", "-1", "-2", "-3", "*"])
def test_a_hidden_count_is_missing_and_zero_is_zero(part, tmp_path, code):
    one = part(campuses(tmp_path, f"057905001,100,{code},0,{code},3,4,5,6,79")).frame.iloc[0]
    assert pd.isna(one[["ed", "black"]]).all()
    assert one["asian"] == 0


def test_the_year_comes_from_the_files_name_or_from_the_person(part, tmp_path):
    row = "057905001,100,60,1,2,3,4,5,6,79"
    assert part(campuses(tmp_path, row, name="cstud_2021.csv")).frame["year"].tolist() == [2020]
    assert part(campuses(tmp_path, row, name="campuses.csv"), year=2022).frame["year"].tolist() == [2022]
    with pytest.raises(InputError, match=r"campuses\.csv does not say which school year .* --year 2018"):
        part(campuses(tmp_path, row, name="campuses.csv"))


def test_the_reference_describes_a_campus(part, tmp_path):
    path = tmp_path / "anything.csv"
    path.write_text(
        "CAMPUS,CAMPNAME,CFLCHART,CNTYNAME,DISTNAME,DISTRICT,GRDSPAN,REGION\n"
        "057905001,W T WHITE H S,N,DALLAS,DALLAS ISD,057905,09 - 12,'10\n"
        "057905101,EARLY,Y,DALLAS,DALLAS ISD,057905,EE - PK,7\n"
    )
    read = part(path)
    assert read.key == ("ncessch",)
    assert "year" not in read.frame
    high, early = read.frame.iloc[0], read.frame.iloc[1]
    assert (high["school"], high["district"], high["county"]) == ("W T White H S", "Dallas ISD", "Dallas County")
    assert (high["grade_low"], high["grade_high"], high["level"]) == ("09", "12", "high")
    assert (early["grade_low"], early["grade_high"], early["level"]) == ("PK", "PK", "elementary")
    assert (high["charter"], early["charter"]) == (False, True)
    assert (high["region"], early["region"]) == ("Region 10", "Region 07")


def test_teas_own_file_has_its_published_totals(realdata, part):
    frame = part(realdata / "tx_tapr_2019" / "CSTUD_19_all.csv").frame
    # The folder's README: TEA's totals for 2018–19.
    assert len(frame) == frame["ncessch"].nunique() == 8_838
    assert (frame["students"].sum(), frame["ed"].sum()) == (5_416_400, 3_283_812)
    assert frame["leaid"].nunique() == 1_201
    grades = frame[[name for name in frame if name.startswith("students_")]]
    assert grades.shape[1] == 14
    assert (grades.sum(axis=1) == frame["students"]).all()
    assert frame["year"].unique().tolist() == [2018]


@pytest.mark.parametrize(
    ("flags", "kind"),
    [("N,N,N", None), ("Y,N,N", "alternative"), ("N,Y,N", "alternative"), ("N,N,Y", "juvenile"), ("Y,N,Y", "juvenile")],
)
def test_the_reference_tells_alternative_and_juvenile_schools(part, tmp_path, flags, kind):
    # Special education has no flag here, so a campus without any of these is not said to be regular.
    path = tmp_path / "CAMPRATE_2019.csv"
    path.write_text(f"CAMPUS,CAMPNAME,DISTNAME,CFLALTED,CFLDAEP,CFLJJ\n057905001,A,B,{flags}\n")
    found = part(path).frame["kind"].iloc[0]
    assert found == kind if kind else pd.isna(found)


def test_teas_own_flags_count_their_campuses(realdata, part):
    kinds = part(realdata / "tx_tapr_2019" / "CAMPRATE_2019.csv").frame["kind"].value_counts()
    # Counted in the file itself: 144 CFLJJ; 71 + 217 + 91 CFLALTED and 153 others CFLDAEP.
    assert kinds.to_dict() == {"alternative": 71 + 217 + 91 + 153, "juvenile": 144}
