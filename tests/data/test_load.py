"""Any mix of files becomes a dataset."""

import json

import pandas as pd
import pytest

from analysis.errors import InputError
from data import store
from data.load import load, read_schools

TEMPLATE = "year,ncessch,leaid,state,students,black"
ONE, TWO = "480000100001", "480000100002"
TEXAS = ("CSTUD_19_all.csv", "CREF20.csv", "CAMPRATE_2019.csv")


def written(folder, name, *lines):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def schools(tmp_path):
    return written(tmp_path, "a.csv", TEMPLATE, f"2018,{ONE},4800001,TX,100,40", f"2018,{TWO},4800002,TX,50,5")


@pytest.fixture
def locations(tmp_path):
    return written(tmp_path, "b.csv", "NCESSCH,LAT,LON", f"{ONE},33.5,-101.5", f"{TWO},33.6,-101.6")


def squares(folder, name, *leaids):
    """A map of unit squares side by side, one a district."""
    features = [
        {
            "type": "Feature",
            "properties": {"GEOID": leaid, "NAME": f"District {leaid}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-101 + x, 33], [-100 + x, 33], [-100 + x, 34], [-101 + x, 34], [-101 + x, 33]]],
            },
        }
        for x, leaid in enumerate(leaids)
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.usefixtures("home")
def test_files_of_any_name_and_order_become_one_dataset(tmp_path, schools, locations):
    area = squares(tmp_path, "c.json", "4800001", "4800002")
    told = []
    manifest = load([area, locations, schools], progress=told.append)
    assert (manifest.name, manifest.label, manifest.state) == ("texas", "Texas", "TX")
    assert (manifest.schools, manifest.students, manifest.districts) == (2, 150, 2)
    assert manifest.source == (
        "a schools table in Evenground's template 2018–19; NCES EDGE school locations; district boundaries"
    )
    assert [file.name for file in manifest.files] == ["c.json", "b.csv", "a.csv"]
    assert "Reading a.csv" in told
    table = store.schools(manifest)
    assert table["latitude"].tolist() == [33.5, 33.6]
    assert table["black"].tolist() == [40, 5]
    assert store.districts(manifest)["leaid"].tolist() == ["4800001", "4800002"]


@pytest.mark.usefixtures("home")
def test_the_person_may_name_the_dataset(schools):
    manifest = load([schools], name="My Texas")
    assert (manifest.name, manifest.label) == ("my-texas", "My Texas")


@pytest.mark.usefixtures("home")
def test_a_dataset_of_several_states_is_named_after_its_file(tmp_path):
    rows = [f"2018,{ONE},4800001,TX,100,40", "2018,210000100001,2100001,KY,50,5"]
    manifest = load([written(tmp_path, "Two States.csv", TEMPLATE, *rows)])
    assert (manifest.name, manifest.label, manifest.state) == ("two-states", "Two States", "")


@pytest.mark.usefixtures("home")
def test_schools_without_students_are_excluded_with_their_number(tmp_path):
    rows = [f"2018,{ONE},4800001,TX,100,40", f"2018,{TWO},4800001,TX,,"]
    manifest = load([written(tmp_path, "a.csv", TEMPLATE, *rows)])
    assert [(left.reason, left.year, left.number) for left in manifest.aside] == [("no number of students", 2018, 1)]


@pytest.mark.usefixtures("home")
def test_only_the_states_boundaries_are_kept(tmp_path, schools):
    area = squares(tmp_path, "c.json", "2100001", "4800001", "4800002")
    assert store.districts(load([schools, area]))["leaid"].tolist() == ["4800001", "4800002"]


@pytest.mark.usefixtures("home")
def test_boundaries_of_several_files_stand_together(tmp_path, schools):
    areas = [squares(tmp_path, "c.json", "4800001"), squares(tmp_path, "d.json", "4800002", "4800001")]
    assert store.districts(load([schools, *areas]))["leaid"].tolist() == ["4800001", "4800002"]


def test_boundaries_of_another_state_are_refused(home, tmp_path, schools):
    with pytest.raises(InputError, match=r"c\.json has no district of Texas: give that state's boundaries"):
        load([schools, squares(tmp_path, "c.json", "2100001")])
    assert not (home / "datasets" / "texas").exists()


@pytest.mark.usefixtures("home")
def test_an_unknown_layout_names_its_columns_and_what_is_known(tmp_path):
    columns = [f"c{n}" for n in range(10)]
    path = written(tmp_path, "odd.csv", ",".join(columns), ",".join("x" * 10))
    with pytest.raises(
        InputError, match=r"odd\.csv is of no known layout; its columns are c0, .*c7 and 2 more;"
    ) as said:
        load([path])
    assert "NCES Common Core of Data, Urban Institute Education Data Portal, NCES EDGE school locations" in str(
        said.value
    )


@pytest.mark.usefixtures("home")
def test_an_unknown_sheet_beside_a_known_one_is_left_out_with_a_note(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        row = {"year": 2018, "ncessch": ONE, "leaid": "4800001", "state": "TX", "students": 100, "black": 40}
        pd.DataFrame([row]).to_excel(book, sheet_name="Schools", index=False)
        pd.DataFrame({"Term": ["black"], "Meaning": ["a count"]}).to_excel(book, sheet_name="Notes", index=False)
    manifest = load([path])
    assert manifest.students == 100
    assert manifest.notes == ("book.xlsx › Notes is of no known layout and was left out.",)


@pytest.mark.usefixtures("home")
def test_a_state_that_is_none_is_refused(schools):
    with pytest.raises(InputError, match="“Atlantis” is not a state"):
        load([schools], state="Atlantis")


@pytest.mark.usefixtures("home")
def test_another_states_own_file_is_refused(tmp_path):
    path = written(tmp_path, "CSTUD_19.csv", "CAMPUS,CPETALLC,CPETECOC", "057905001,10,5")
    with pytest.raises(InputError, match=r"CSTUD_19\.csv is a file of TX, not of KY"):
        load([path], state="KY")


def test_a_table_is_read_without_storing_it(home, schools):
    table = read_schools(schools)
    assert table["ncessch"].tolist() == [ONE, TWO]
    assert str(table["students"].dtype) == "Int64"
    assert not (home / "datasets").exists()


@pytest.mark.usefixtures("home")
def test_a_state_without_a_state_column_is_the_one_asked_for(tmp_path):
    path = written(tmp_path, "a.csv", "year,ncessch,leaid,students,black", f"2018,{ONE},4800001,100,40")
    manifest = load([path], state="tx")
    assert manifest.label == "Texas"
    assert store.schools(manifest)["state"].tolist() == ["TX"]


@pytest.fixture(scope="module")
def texas(realdata, tmp_path_factory):
    """Real Texas with its crosswalk and boundaries, loaded once."""
    files = [
        *(realdata / "tx_tapr_2019" / name for name in TEXAS),
        realdata / "tx_ccd_directory_2013" / "tx-campuses-ccd.csv",
        realdata / "tx_ccd_directory_2013" / "tx-districts-ccd.csv",
        realdata / "tx_boundaries_2016" / "isd-topo.json",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(tmp_path_factory.mktemp("texas")))
        manifest = load(files)
        yield manifest, store.schools(manifest), store.districts(manifest)


def test_texas_has_its_published_totals(texas):
    manifest, table, _ = texas
    # TEA's totals for 2018–19, in the folder's README.
    assert (manifest.schools, manifest.students, manifest.districts) == (8_838, 5_416_400, 1_201)
    assert table["ed"].sum() == 3_283_812
    assert manifest.ed_bases == ("state",)
    assert manifest.label == "Texas"


def test_dallas_stands_under_its_nces_id_with_schools_on_the_map(texas):
    _, table, districts = texas
    dallas = table[table["district"] == "Dallas ISD"]
    assert dallas["leaid"].unique().tolist() == ["4816230"]
    assert dallas["ncessch"].str.fullmatch(r"\d{12}").mean() > 0.9
    located = dallas.dropna(subset=["latitude"])
    assert located["latitude"].between(32.5, 33.1).all()
    assert located["longitude"].between(-97.1, -96.4).all()
    assert "4816230" in set(districts["leaid"])


def test_charter_districts_have_no_boundaries(texas):
    _, table, districts = texas
    charter = table.groupby("leaid")["charter"].all()
    # The folder's README: 179 charter districts are without a polygon.
    assert (~charter[charter].index.isin(districts["leaid"])).sum() == 179


def test_the_crosswalk_reaches_as_many_campuses_as_the_directory_lists(texas):
    _, table, _ = texas
    # The folder's README: the 2013 directory knows 92 % of the campuses of 2019.
    assert table["ncessch"].str.fullmatch(r"\d{12}").mean() == pytest.approx(0.92, abs=0.005)
    assert table["leaid"].nunique() == 1_201
    assert table[["school", "district", "level", "county", "charter"]].notna().all(axis=None)
