"""Any mix of files becomes a dataset."""

import json

import pandas as pd
import pytest

from analysis.errors import InputError
from data import store
from data.load import UnknownLayoutError, load, read_schools
from data.sources.mapping import Mapping, Take

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
    assert [(left.reason, left.schools) for left in manifest.exclusions] == [("no number of students", 1)]


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


@pytest.fixture
def odd(tmp_path):
    columns = [f"c{n}" for n in range(10)]
    return written(tmp_path, "odd.csv", ",".join(columns), ",".join("x" * 10))


@pytest.mark.usefixtures("home")
def test_an_unknown_layout_names_its_columns_and_what_to_do(odd):
    with pytest.raises(UnknownLayoutError) as said:
        load([odd])
    assert str(said.value) == (
        "odd.csv is of no known layout; its columns are c0, c1, c2, c3, c4, c5, c6, c7 and 2 more; say what its "
        "columns hold with evenground mapping or on the Sources page."
    )


@pytest.mark.usefixtures("home")
def test_an_unknown_file_beside_readable_ones_is_left_out_and_told(schools, odd):
    manifest = load([odd, schools])
    assert manifest.students == 150
    assert manifest.notes == (
        "odd.csv is of no known layout and was left out: say what its columns hold with evenground mapping or on the "
        "Sources page.",
    )


def test_an_unknown_file_is_refused_where_it_may_not_be_left_out_or_nothing_has_students(home, schools, locations, odd):
    with pytest.raises(UnknownLayoutError, match=r"odd\.csv"):
        load([schools, odd], leave_out=())
    with pytest.raises(UnknownLayoutError, match=r"odd\.csv"):
        load([locations, odd])
    assert not (home / "datasets").exists()


@pytest.mark.usefixtures("home")
def test_a_faulty_file_is_left_out_only_where_that_is_said_and_others_have_students(tmp_path, schools, locations):
    bad = written(tmp_path, "bad.csv", TEMPLATE, f"2018,{ONE},4800001,TX,many,40")
    with pytest.raises(InputError, match=r'bad\.csv, row 2, column students: "many" is not a number'):
        load([locations, bad])
    faulty = written(tmp_path, "points.csv", "NCESSCH,LAT,LON", f"{ONE},north,-101.5")
    with pytest.raises(InputError, match=r'points\.csv, row 2, column LAT \(latitude\): "north" is not a number'):
        load([schools, faulty])
    (note,) = load([schools, faulty], leave_out=("faulty",)).notes
    assert note.startswith('Left out: points.csv, row 2, column LAT (latitude): "north" is not a number')


@pytest.mark.usefixtures("home")
def test_a_mapping_that_fits_none_of_the_unknown_files_is_told(schools, odd):
    mapping = Mapping("Mine", {"ncessch": Take(("id",)), "leaid": Take(("lea",))})
    with pytest.raises(InputError, match=r"odd\.csv lacks the column id"):
        load([schools, odd], mapping=mapping)


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


def test_every_district_and_nearly_every_outline_of_a_regular_district_joins(texas):
    """Regular districts are those whose schools are not all charters: 1,022 of 1,201, each under its NCES id.

    The map of 2016 lists 1,019 of them (99.7 %), of which Randolph Field's outline is empty, so that 1,018 (99.6 %) are
    drawn. Of the others it has no South Texas and no Boys Ranch, and Coleman under an id that another district had.
    """
    manifest, table, districts = texas
    assert table["district"].notna().all()  # 100 % of 1,201 districts are found in the state's reference
    charter = table.groupby("leaid")["charter"].all()
    regular = charter[~charter].index
    assert len(regular) == 1_022
    assert regular.str.fullmatch(r"48\d{5}").all()
    (left_out,) = (note for note in manifest.notes if "without an outline" in note)
    assert left_out == "isd-topo.json: districts without an outline, left out: 1 (4836450)."
    listed = {*districts["leaid"], "4836450"}
    assert sorted(regular[~regular.isin(listed)]) == ["4811040", "4814550", "4837150"]
    assert regular.isin(listed).mean() == pytest.approx(0.997, abs=0.0005)


def test_the_crosswalk_reaches_as_many_campuses_as_the_directory_lists(texas):
    _, table, _ = texas
    # The folder's README: the 2013 directory knows 92 % of the campuses of 2019.
    assert table["ncessch"].str.fullmatch(r"\d{12}").mean() == pytest.approx(0.92, abs=0.005)
    assert table["leaid"].nunique() == 1_201
    assert table[["school", "district", "level", "county", "charter"]].notna().all(axis=None)
