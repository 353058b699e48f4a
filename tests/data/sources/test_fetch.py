"""A state's years with one action, from a server that keeps the publishers' files under the publishers' paths."""

import io
import os
import re
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cli
from analysis.errors import InputError
from data import store
from data.fetching import download, publishers
from data.fetching.fetch import downloads, get, planned
from data.load import load
from data.schema import OUTSIDE_METRO, school_year
from tests.publisher_server import API, Fault, packed, serving

ONE, TWO, OTHER = "480000100001", "480000200001", "210000100001"
POINT = "{id}|{lea}|A|48|1 St|X|TX|79322|48|48107|Crosby County|43|{lat}|-101.24|N|N"

AGENCIES = "SCHOOL_YEAR,ST,LEAID,LEA_NAME,ST_LEAID,SY_STATUS"
FINANCE = "LEAID\tFIPST\tYEAR\tV33\tTOTALREV"
REVENUE = {ONE[:7]: 1_200_000, TWO[:7]: -2}


def table(header, rows):
    return "\n".join([header, *rows]) + "\n"


def nested(text):
    """As NCES packs some years: a zip of the CSV beside a zip for SAS."""
    return packed(**{"a CSV.zip": packed(a_dot_csv=text), "a SAS.zip": packed(a_dot_sas7bdat=b"\0" * 9)})


@pytest.fixture
def publisher(ccd, boundaries, home, monkeypatch):  # noqa: ARG001 the downloads are the test's own
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.4))
    with serving() as publisher:
        monkeypatch.setenv("EVENGROUND_MIRROR", publisher.url)
        for year, pack in ((2017, nested), (2018, lambda text: packed(a_dot_csv=text, a_dot_sas7bdat=b"\0" * 9))):
            span = f"{year}-{year + 1}"
            members = [
                *ccd.members(OTHER, (1, 1), (1, 1), state="KY", year=span),
                *ccd.members(ONE, (10, 20), (30, 40), year=span),
                *ccd.members(TWO, (50, 0), (0, 50), year=span),
            ]
            lunch = [*ccd.lunch(ONE, ("total", "75", "Reported"), year=span)]
            publisher.files[path_of("membership", year)] = pack(table(ccd.membership_header, members))
            publisher.files[path_of("lunch", year)] = pack(table(ccd.lunch_header, lunch))
            points = table(
                POINT.format(id=ONE, lea=ONE[:7], lat="33.65"), [POINT.format(id=TWO, lea=TWO[:7], lat="33")]
            )
            edge = packed(p_dot_TXT=points, p_dot_xlsx=b"no workbook", p_dot_shp=b"no shapefile")
            publisher.files[path_of("points", year)] = edge
            agencies = [f"{span},TX,{lea},Agency {lea},TX-{lea[-3:]},Open" for lea in (ONE[:7], TWO[:7])]
            teachers = [ccd.cell(ONE, "3.5", "Education Unit Total", "Reported", year=span)]
            publisher.files[path_of("staff", year)] = pack(
                table(f"{ccd.head},TEACHERS,TOTAL_INDICATOR,DMS_FLAG", teachers)
            )
            publisher.files[path_of("districts", year)] = pack(table(AGENCIES, agencies))
            money = [f"{lea}\t48\t{(year + 1) % 100}\t100\t{dollars}" for lea, dollars in REVENUE.items()]
            publisher.files[path_of("finance", year)] = packed(sdf_dot_txt=table(FINANCE, money), sdf_dot_pdf=b"words")
        publisher.files[path_of("unified", 2020).format(fips="48")] = boundaries
        yield publisher


def path_of(kind, year):
    return urlsplit(publishers._table()[kind][year]).path


def fetched(publisher):
    return [path for method, path, _ in publisher.asked if method == "GET"]


def test_a_states_years_with_one_action(publisher):
    plan = planned("tx", [2017, 2018])
    assert fetched(publisher) == []
    assert [file.remote.about for file in plan.files] == [
        *(
            "students 2017–18",
            "lunch 2017–18",
            "teachers 2017–18",
            "points 2017–18",
            "district directory 2017–18",
            "district revenue 2017–18",
        ),
        *(
            "students 2018–19",
            "lunch 2018–19",
            "teachers 2018–19",
            "points 2018–19",
            "district directory 2018–19",
            "district revenue 2018–19",
        ),
        "district boundaries 2020",
    ]
    assert [file.bytes for file in plan.files] == [
        len(publisher.files[urlsplit(file.remote.url).path]) for file in plan.files
    ]
    # The server has no directory or characteristics; that Texas has no elementary districts is natural.
    assert [gap.removeprefix("Left out: ").split(".")[0] for gap in plan.gaps] == [
        "District boundaries are those of 2020: no address is known for 2018",
        *("directory 2017–18", "characteristics 2017–18", "directory 2018–19", "characteristics 2018–19"),
    ]
    manifest = get(plan)
    schools = store.schools(manifest).set_index(["year", "ncessch"])
    assert manifest.name == "texas"
    assert schools["students"].to_dict() == {(y, s): 100 for y in (2017, 2018) for s in (ONE, TWO)}
    assert schools.loc[(2018, ONE), ["black", "white", "ed_frpl", "latitude", "teachers"]].tolist() == [
        30,
        70,
        75,
        33.65,
        3.5,
    ]
    assert schools.loc[(2018, ONE), ["locale", "metro", "county"]].tolist() == ["43", OUTSIDE_METRO, "Crosby County"]
    assert schools.loc[(2018, ONE), ["district", "state_leaid", "district_status"]].tolist() == [
        *(f"Agency {ONE[:7]}", ONE[4:7], "open"),
    ]
    assert schools.loc[(2018, ONE), "revenue"] == 12_000
    assert schools["revenue"].isna().to_dict() == {(y, s): s == TWO for y in (2017, 2018) for s in (ONE, TWO)}
    assert sorted(store.districts(manifest)["leaid"]) == ["4800001", "4800002"]
    assert set(plan.gaps) <= set(manifest.notes)
    assert {file.name for file in manifest.files} >= {"a CSV.zip", "p.TXT", "cb_2020_48_unsd_500k.zip"}


@pytest.mark.usefixtures("publisher")
def test_what_a_killed_action_unpacked_goes_a_day_later():
    old, young = (downloads() / f"unpacked-{name}" for name in ("old", "young"))
    for room in (old, young):
        room.mkdir(parents=True)
        (room / "a.csv").write_text("a")
    day_before = time.time() - 90_000
    os.utime(old, (day_before, day_before))
    get(planned("TX", [2018]))
    assert not old.exists()
    assert young.exists()


def test_what_is_on_disk_is_not_fetched_again(publisher):
    get(planned("TX", [2018]))
    publisher.asked.clear()
    plan = planned("TX", [2018])
    assert all(file.path for file in plan.files)
    get(plan)
    assert fetched(publisher) == []
    assert [each.name for each in downloads().iterdir() if each.name.startswith("unpacked")] == []


@pytest.mark.usefixtures("publisher")
def test_a_file_damaged_on_disk_is_fetched_again():
    get(planned("TX", [2018]))
    kept = downloads() / path_of("lunch", 2018).rsplit("/", 1)[1]
    kept.write_bytes(kept.read_bytes()[:-30])
    (again,) = [file.remote.about for file in planned("TX", [2018]).files if file.path is None]
    assert again == "lunch 2018–19"


def test_the_work_goes_on_when_a_later_file_fails(publisher):
    plan = planned("TX", [2017, 2018])
    publisher.faults[path_of("lunch", 2017)] = [Fault(status=500)] * 50
    publisher.faults[path_of("points", 2017)] = [Fault(page=True)]
    publisher.faults[path_of("membership", 2018)] = [Fault(after=10)] * 50
    manifest = get(plan)
    assert manifest.years == (2017,)
    told = [note for note in manifest.notes if re.match("Left out: (lunch|points|students)", note)]
    assert told[0].startswith("Left out: lunch 2017–18. The server of ")
    assert told[1].startswith("Left out: points 2017–18. ")
    assert "brings a web page in place of the file" in told[1]
    assert told[2].startswith("Left out: students 2018–19. ")


def test_without_any_students_the_store_stays_as_it_was(publisher):
    plan = planned("TX", [2018])
    publisher.faults[path_of("membership", 2018)] = [Fault(page=True)]
    with pytest.raises(InputError, match=r"does not give the numbers of students.* Left out: students 2018–19\. "):
        get(plan)
    assert not (store.home() / "datasets" / "texas").exists()


def test_a_server_that_does_not_answer_is_not_asked_for_every_file(publisher, monkeypatch):
    monkeypatch.setenv("EVENGROUND_MIRROR", "http://127.0.0.1:9")  # the discard port: nobody listens
    plan = planned("TX", [2017, 2018])
    assert {file.bytes for file in plan.files} == {None}
    assert plan.sentence() == "Texas: 19 files, 0 of them on disk, 19 to fetch (19 of unknown size)."
    with pytest.raises(InputError, match=r"No file of 19 came\. Left out: students 2017–18\. "):
        get(plan)
    assert fetched(publisher) == []


@pytest.mark.parametrize("file", ["lunch", "unified"])
def test_cancelled_it_leaves_no_trace(publisher, file):
    plan = planned("TX", [2018])
    about = {"lunch": "lunch 2018–19", "unified": "Storing"}[file]

    def cancelling(news):
        if news.startswith(about) or (file == "unified" and news.startswith("Reading")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(plan, progress=cancelling)
    assert fetched(publisher)
    assert not store.home().exists() or list(store.home().rglob("*")) == []


def test_years_without_an_address_are_told(publisher):  # noqa: ARG001 sizes are asked of it
    plan = planned("TX", [2018, 2050])
    assert plan.gaps[0] == "2050–51 was left out: addresses are known for 2007–08 to 2024–25."
    with pytest.raises(InputError, match="No file of those years has a known address: give years from 2007–08"):
        planned("TX", [1990])


# A folder of files, and the command ---------------------------------------------------------------------------------


def test_files_on_disk_are_taken_by_their_names_zipped_or_not(publisher, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "CCD_SCH_052_1819_L_1A_091019.ZIP").write_bytes(publisher.files[path_of("membership", 2018)])
    inside = zipfile.ZipFile(io.BytesIO(publisher.files[path_of("lunch", 2018)])).read("a.csv")
    (folder / "ccd_sch_033_1819_l_1a_091019.csv").write_bytes(inside)
    plan = planned("TX", [2018], folder)
    manifest = get(plan)
    assert publisher.asked == []
    assert store.schools(manifest).set_index("ncessch")["ed_frpl"].to_dict()[ONE] == 75
    assert plan.gaps[1].startswith("Not in files: ccd_sch_029_1819_w_1a_091019.zip, ccd_sch_129_1819_w_1a_091019.zip, ")


def test_a_file_whose_header_has_changed_does_not_cost_the_state(publisher, tmp_path):
    """Lunch with other names for its columns, and points of which a cell is no number, are told and left out."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "ccd_sch_052_1819_l_1a_091019.zip").write_bytes(publisher.files[path_of("membership", 2018)])
    (folder / "ccd_sch_033_1819_l_1a_091019.csv").write_text("YEAR,STATE,SCHOOL,PROGRAM,N\n2018,TX,1,free,3\n")
    point = POINT.format(id=ONE, lea=ONE[:7], lat="north")
    (folder / "EDGE_GEOCODE_PUBLICSCH_1819.txt").write_text(f"{point}\n{point}\n")
    manifest = get(planned("TX", [2018], folder))
    assert manifest.students == 200
    faulty, unknown = (note for note in manifest.notes if re.search("_033_.* was|GEOCODE.* row", note))
    assert faulty.startswith(
        'Left out: EDGE_GEOCODE_PUBLICSCH_1819.txt, row 1, column 12 (latitude): "north" is not a number'
    )
    assert unknown.startswith("ccd_sch_033_1819_l_1a_091019.csv is of no known layout and was left out: say what its")


def test_a_year_that_contradicts_itself_does_not_cost_the_others(publisher, ccd, capsys):
    """The students of 2018–19 stand in the file of the year before, too, with other numbers."""
    both = [*ccd.members(ONE, (10, 20), (30, 40), year="2017-2018"), *ccd.members(TWO, (1, 1), (1, 1))]
    publisher.files[path_of("membership", 2017)] = packed(a_dot_csv=table(ccd.membership_header, both))
    assert cli.main(["load", "--state", "TX", "--years", "2017,2018"]) == 0
    manifest = store.find("texas")
    assert (manifest.years, manifest.students) == ((2017,), 100)
    (told,) = (note for note in manifest.notes if note.startswith("Left out: 2018–19"))
    assert told.startswith("Left out: 2018–19 with its 2 schools. ")
    assert told.endswith(f"both have school {TWO} in 2018–19 with different values; give only one of them.")
    assert told in capsys.readouterr().err.splitlines()
    membership = [
        download for download in downloads().iterdir() if "_052_" in download.name and download.suffix == ".zip"
    ]
    with pytest.raises(InputError, match="with different values; give only one of them"):
        load(membership, state="TX", name="own")


def test_a_file_that_contradicts_itself_does_not_cost_its_year(publisher):
    points = [POINT.format(id=ONE, lea=ONE[:7], lat=lat) for lat in ("33.65", "34.65")]
    publisher.files[path_of("points", 2018)] = packed(p_dot_TXT=table(*points[:1], points[1:]), p_dot_xlsx=b"")
    manifest = get(planned("TX", [2018]))
    assert store.schools(manifest)["latitude"].isna().all()
    assert (
        "Left out: p.TXT with its 2 rows. p.TXT, row 2: school id 480000100001 stands there twice with different "
        in (" ".join(manifest.notes))
    )


def test_a_value_that_cannot_be_right_costs_its_file_or_its_year_alone(publisher, ccd):
    """Schools 98 degrees north in the points of 2018–19, and a school of no district in the students of 2017–18."""
    north = POINT.format(id=ONE, lea=ONE[:7], lat="98.65")
    publisher.files[path_of("points", 2018)] = packed(p_dot_TXT=table(north, [north]), p_dot_xlsx=b"")
    stray = [row.replace(f",{ONE[:7]},", ",,") for row in ccd.members(ONE, (1, 1), (1, 1), year="2017-2018")]
    publisher.files[path_of("membership", 2017)] = packed(a_dot_csv=table(ccd.membership_header, stray))
    manifest = get(planned("TX", [2017, 2018]))
    assert (manifest.years, manifest.students) == ((2018,), 200)
    told = " ".join(manifest.notes)
    assert 'p.TXT, row 1, column latitude: "98.65" cannot be right (and 1 more); give a number from -15 to 72.' in told
    assert "Left out: 2017–18 with its 1 school. " in told
    assert "column leaid: it is empty; fill in the district id." in told


def test_a_year_alone_that_contradicts_itself_is_refused(publisher, ccd):
    again = [*ccd.members(ONE, (1, 1), (1, 1))]
    publisher.files[path_of("membership", 2017)] = packed(a_dot_csv=table(ccd.membership_header, again))
    plan = planned("TX", [2017, 2018])
    with pytest.raises(InputError, match=f"both have school {ONE} in 2018–19"):
        get(plan)
    assert not (store.home() / "datasets" / "texas").exists()


def test_the_folder_one_stands_in_has_a_name_too(publisher, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "ccd_sch_052_1819_l_1a_091019.zip").write_bytes(publisher.files[path_of("membership", 2018)])
    monkeypatch.chdir(tmp_path / "files")
    assert planned("TX", [2018], Path()).gaps[1].startswith("Not in files: ccd_sch_033_1819_l_1a_091019.zip, ")


def test_boundaries_of_the_very_year_are_no_gap(publisher):  # noqa: ARG001 sizes are asked of it
    assert not any("boundaries are" in gap for gap in planned("TX", [2022]).gaps)


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_any_of_the_files_is_told(home, tmp_path, there):  # noqa: ARG001
    if there:
        (tmp_path / "files").mkdir()
    told = "files has none of the files, such as ccd_sch_052_1819" if there else "files is not a folder"
    with pytest.raises(InputError, match=told):
        planned("TX", [2018], tmp_path / "files")


def test_the_command_plans_fetches_and_stores(publisher, capsys):
    assert cli.main(["load", "--state", "TX", "--years", "2018", "--name", "mine"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("ccd_sch_052_1819_l_1a_091019.zip: students 2018–19, 0.0 MB")
    assert said[7] == "Texas: 7 files, 0 of them on disk, 7 to fetch (0.0 MB)."
    assert "Stored mine: 2 schools, 200 students, 2018–19." in said
    assert len(fetched(publisher)) == 7


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["load"], "Nothing to load: give files, or a state and its years, such as --state TX --years 2016-2022."),
        (
            ["load", "a.csv", "--years", "2018"],
            "Give files, or --years of a --state to fetch, but not both; --from and --route are of what is fetched.",
        ),
    ],
)
def test_the_command_says_what_it_needs(home, capsys, given, told):  # noqa: ARG001
    assert cli.main(given) == 2
    assert capsys.readouterr().err == f"evenground: {told}\n"


@pytest.mark.parametrize("years", ["", "18", "2016-", "2022-2016", "2016;2018", "1000-2999"])
def test_years_that_are_none_are_told(capsys, years):
    with pytest.raises(SystemExit):
        cli.main(["load", "--state", "TX", "--years", years])
    assert f'"{years}" is no list of years; write 2016-2022 or 2016,2018' in capsys.readouterr().err


def test_a_mirror_that_is_no_address_is_told(home, monkeypatch):  # noqa: ARG001
    monkeypatch.setenv("EVENGROUND_MIRROR", "mirror.example.org")
    with pytest.raises(InputError, match=r'EVENGROUND_MIRROR is "mirror\.example\.org"; give an address such as'):
        planned("TX", [2018])


def test_a_year_whose_finances_are_not_out_yet_is_told(publisher):  # noqa: ARG001 sizes are asked of it
    assert "Left out: district revenue 2024–25. No address is known." in planned("TX", [2024]).gaps


# The table of addresses ---------------------------------------------------------------------------------------------


def test_every_year_of_the_table_has_students_and_lunch_once():
    listed = publishers._table()
    assert sorted([*listed["universe"], *listed["membership"]]) == list(range(2007, 2025))
    assert sorted([*listed["universe"], *listed["lunch"]]) == list(range(2007, 2025))
    assert sorted(listed["districts"]) == list(range(2007, 2025))
    assert sorted([*listed["universe"], *listed["staff"]]) == list(range(2007, 2025))
    assert sorted(listed["finance"]) == list(range(2007, 2023))


def test_every_address_is_the_publishers_and_names_its_own_year():
    for kind, urls in publishers._table().items():
        for year, url in urls.items():
            homes = ("https://nces.ed.gov/", "https://www2.census.gov/geo/tiger/GENZ", f"{API}/api/v1/schools/")
            assert url.startswith(homes)
            name = url.removeprefix(API) if url.startswith(API) else url.rsplit("/", 1)[1]
            two = school_year(year)[2:].replace("–", "")
            ends = (year + 1) % 100
            of_year = (two, f"sc{year % 100:02d}", f"cb_{year}_", f"20{two}", f"/{year}/")
            of_year += (f"ag{year % 100:02d}", f"sdf{ends:02d}")  # a fiscal year goes by its end
            # One file is known by its folder alone.
            name = url if f"-{year}-{ends:02d}-fiscal/" in url else name
            of_year += (f"-{year}-{ends:02d}-fiscal/",)
            assert any(mark in name for mark in of_year), (kind, year, name)


def test_notes_given_with_files_are_kept(tmp_path, ccd, home):  # noqa: ARG001
    path = ccd.file(tmp_path / "a.csv", ccd.membership_header, ccd.members(ONE, (1, 2), (3, 4)))
    assert "Said by hand." in load([path], notes=["Said by hand."]).notes
