"""Virginia's fall membership: tables a person builds, and percentages beside them."""

import pytest

from analysis.errors import InputError
from data import store
from data.load import load
from data.sources.mapping import read_mapping
from tests.data.sources.conftest import only, written

VIRGINIA = "School Year,Division Number,Division Name,School Number,School Name"
HENRY, STONY = ("2023-2024,2,Albemarle County,{},{}".format(*each) for each in ((70, "Henry"), (1070, "Stony Point")))


@pytest.fixture
def virginia(tmp_path):
    """The three tables a person builds: everyone, by race, and by disadvantage."""
    return [
        written(
            tmp_path / "all.csv",
            f"{VIRGINIA},FT Count,PT Count,Total Count",
            "2023-2024,2,Albemarle County,,,1510,10,1520",
            f'{HENRY},"1,400",20,"1,420"',
            f"{STONY},100,0,100",
        ),
        written(
            tmp_path / "race.csv",
            f"{VIRGINIA},Race,FT Count,PT Count,Total Count",
            f'{HENRY},"Black, not of Hispanic origin",400,0,400',
            f'{HENRY},"White, not of Hispanic origin",990,20,"1,010"',
            f"{HENRY},Native Hawaiian  or Pacific Islander,<,<,<",
            f'{STONY},"Black, not of Hispanic origin",<,<,<',
            f'{STONY},"White, not of Hispanic origin",95,0,95',
        ),
        written(
            tmp_path / "disadvantaged.csv",
            f"{VIRGINIA},Disadvantaged,FT Count,PT Count,Total Count",
            f"{HENRY},N,700,0,700",
            f"{HENRY},Y,700,20,720",
            f"{STONY},Y,<,<,<",
            f"{STONY},N,>,>,>",
        ),
    ]


def test_virginia_hides_small_groups_between_bounds(virginia, part):
    everyone, by_race, disadvantaged = (part(path).frame for path in virginia)
    assert only(everyone, "year", "ncessch", "leaid", "school", "district", "students", "state") == [
        [2023, "0020070", "002", "Henry", "Albemarle County", 1420, "VA"],
        [2023, "0021070", "002", "Stony Point", "Albemarle County", 100, "VA"],
    ]
    names = ("ncessch", "black", "black_low", "black_high", "white", "pacific_islander_high")
    assert only(by_race, *names) == [["0020070", 400, None, None, 1010, 9], ["0021070", None, 0, 9, 95, None]]
    names = ("ncessch", "ed_state", "ed_state_low", "ed_state_high")
    assert only(disadvantaged, *names) == [["0020070", 720, None, None], ["0021070", None, 0, 9]]


def test_virginias_three_tables_and_a_directory_become_one(virginia, ccd, tmp_path, home):  # noqa: ARG001 stored there
    school = "2023-2024,51,VIRGINIA,VA,{name},Albemarle,01,,VA-002,5100060,VA-002-{own},{nces},{last},1,No,PK,05,,,"
    rows = [
        school.format(name="Henry", own="0020070", nces="510006000001", last="00001"),
        school.format(name="Stony Point", own="0021070", nces="510006000002", last="00002"),
    ]
    directory = ccd.file(tmp_path / "ccd_sch_029.csv", ccd.directory_header, rows)
    table = store.schools(load([*virginia, directory]))
    # 95 White students of Stony Point's 100 leave room for five Black students, fewer than the nine of "<".
    assert only(table, "ncessch", "leaid", "students", "ed", "ed_high", "black", "black_high", "level") == [
        ["510006000001", "5100060", 1420, 720, None, 400, None, "elementary"],
        ["510006000002", "5100060", 100, None, 9, None, 5, "elementary"],
    ]


VIRGINIA_PERCENT = """label = "Virginia lunch"
state = "VA"
[fields]
year = "Year"
ncessch = { columns = ["Div No", "Sch No"], digits = [3, 4] }
ed_frpl = { columns = ["Percent"], unit = "percent" }
"""


@pytest.fixture
def percentages(tmp_path):
    """Lunch as the state gives it: three lines above the header, percentages only; and a mapping of it."""
    table = (
        "Virginia Department of Education,,,",
        "National School Lunch Program,,,",
        ",,,",
        "Year,Div No,Sch No,Percent",
    )
    path = written(tmp_path / "va_pct.csv", *table, "2023-2024,2,70,40.0%", "2023-2024,2,1070,<5%")
    mapping = written(tmp_path / "va.toml", VIRGINIA_PERCENT)
    return path, read_mapping(mapping)


def test_percentages_beside_a_membership_file_become_counts_with_their_rounding(virginia, percentages, home):  # noqa: ARG001
    path, mapping = percentages
    manifest = load([virginia[0], path], mapping=mapping)
    # 40.0 % of 1,420 is from 39.95 % (567.3) to 40.05 % (568.7); less than 5 % of 100 is at most 4.
    assert only(store.schools(manifest), "school", "students", "ed", "ed_low", "ed_high", "ed_basis") == [
        ["Henry", 1420, 568, None, None, "frpl"],
        ["Stony Point", 100, None, 0, 4, "frpl"],
    ]
    assert "va_pct.csv: counts come from percentages, to the nearest student." in manifest.notes


def test_membership_is_stored_with_races_alone_and_says_what_it_lacks_without(virginia, home):  # noqa: ARG001
    everyone, by_race, _ = virginia
    manifest = load([everyone, by_race])
    assert manifest.ed_bases == ()
    assert store.schools(manifest)["white"].tolist() == [1010, 95]
    with pytest.raises(InputError, match=r"^all\.csv has no column that counts a group of students: give the econ"):
        load([everyone])
