"""F-33 finance files as NCES writes them: tab-separated, one row an agency, its fiscal year in two digits."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data import store
from data.load import load

pytestmark = pytest.mark.usefixtures("home")

COLUMNS = (
    *("LEAID", "CENSUSID", "FIPST", "CONUM", "CSA", "CBSA", "NAME", "STNAME", "STABBR", "SCHLEV", "AGCHRT", "YEAR"),
    *("CCDNF", "CENFILE", "GSLO", "GSHI", "V33", "MEMBERSCH", "TOTALREV", "TFEDREV"),
)


def finance(path, *rows, without=()):
    """A file of agencies: each (LEAID, YEAR, V33, MEMBERSCH, TOTALREV)."""
    lines = ["\t".join(name for name in COLUMNS if name not in without)]
    for leaid, year, v33, membersch, revenue in rows:
        row = dict.fromkeys(COLUMNS, "1") | {"NAME": "A DISTRICT", "CBSA": "N", "FIPST": leaid[:2], "LEAID": leaid}
        row |= {"YEAR": year, "V33": v33, "MEMBERSCH": membersch, "TOTALREV": revenue}
        lines.append("\t".join(row[name] for name in COLUMNS if name not in without))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_revenue_is_divided_by_the_fall_membership_of_its_school_year(part, tmp_path):
    read = part(finance(tmp_path / "sdf19_1a.txt", ("4800001", "19", "200", "190", "2500000")))
    assert read.key == ("year", "leaid")
    assert read.frame.to_dict("records") == [{"year": 2018, "leaid": "4800001", "revenue": 12_500.0}]


@pytest.mark.parametrize(("year", "fall"), [("08", 2007), ("8", 2007), ("2019", 2018)])
def test_the_fall_of_a_fiscal_year(part, tmp_path, year, fall):
    assert part(finance(tmp_path / "a.txt", ("4800001", year, "1", "1", "1"))).frame["year"].tolist() == [fall]


def test_what_is_no_fiscal_year_is_told(part, tmp_path):
    with pytest.raises(InputError, match=r'a\.txt, row 2, column YEAR: "FY19" is not a fiscal year'):
        part(finance(tmp_path / "a.txt", ("4800001", "FY19", "1", "1", "1")))


@pytest.mark.parametrize("unknown", ["-1", "M", "0", "-2"])
def test_without_fall_membership_the_schools_students_stand_in(part, tmp_path, unknown):
    (known,) = part(finance(tmp_path / "a.txt", ("4800001", "19", unknown, "100", "1000000"))).frame["revenue"]
    assert known == 10_000
    (neither,) = part(finance(tmp_path / "b.txt", ("4800001", "19", unknown, unknown, "1000000"))).frame["revenue"]
    assert pd.isna(neither)


@pytest.mark.parametrize("code", ["-1", "-2", "-9", "M", "N", "-3"])
def test_a_code_is_no_revenue(part, tmp_path, code):
    assert part(finance(tmp_path / "a.txt", ("4800001", "19", "100", "100", code))).frame["revenue"].isna().all()


@pytest.mark.parametrize("lacking", ["V33", "MEMBERSCH"])
def test_either_count_of_students_will_do(part, tmp_path, lacking):
    file = finance(tmp_path / "a.txt", ("4800001", "19", "50", "50", "1000000"), without=[lacking])
    assert part(file).frame["revenue"].tolist() == [20_000]


def test_a_national_file_gives_one_state(part, tmp_path):
    file = finance(tmp_path / "a.txt", ("4800001", "19", "1", "1", "1"), ("2100001", "19", "1", "1", "1"))
    assert part(file, state="KY").frame["leaid"].tolist() == ["2100001"]
    with pytest.raises(InputError, match="holds 2 states"):
        part(file)


def test_it_joins_the_schools_of_its_district_and_year(ccd, tmp_path):
    rows = [
        *ccd.members("480000100001", (10, 20), (30, 40)),
        *ccd.members("480000100002", (10, 20), (30, 40)),
        *ccd.members("480000100001", (10, 20), (30, 40), year="2019-2020"),
        *ccd.members("480000200001", (10, 20), (30, 40)),
    ]
    members = tmp_path / "members.csv"
    members.write_text("\n".join([ccd.membership_header, *rows]) + "\n")
    money = finance(tmp_path / "a.txt", ("4800001", "19", "200", "200", "2500000"), ("4800003", "19", "1", "1", "1"))
    manifest = load([members, money], name="money")
    found = store.schools(manifest).set_index(["year", "ncessch"])["revenue"]
    assert found[(2018, "480000100001")] == found[(2018, "480000100002")] == 12_500
    # Another year's is not that year's, and a district without one is not known.
    assert found[[(2019, "480000100001"), (2018, "480000200001")]].isna().all()
    assert any("1 of its 2 districts has no students" in note for note in manifest.notes)
    assert "school district finance (F-33) 2018–19" in manifest.source
