"""The same action by the second route: the Education Data API's pages, and boundaries from their own table."""

import shutil
from urllib.parse import urlsplit

import pytest

import cli
from analysis.errors import InputError
from data import store
from data.fetching import download, publishers
from data.fetching.fetch import downloads, get, planned
from tests.education_data import poverty, races, school
from tests.publisher_server import Fault, serving

ONE, TWO = "480000100001", "480000200001"
NAMES = [
    "schools-ccd-directory-2018-fips-48.json",
    "schools-ccd-enrollment-2018-grade-99-race-fips-48.json",
    "schools-meps-2018-fips-48.json",
    "cb_2020_48_unsd_500k.zip",
]


def path_of(kind, year=2018):
    parts = urlsplit(publishers._table()[kind][year].format(fips="48", fips_number=48))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


BOUNDARIES_OF_2020 = "District boundaries are those of 2020: no address is known for 2018."
DIRECTORY, RACES, MEPS = map(path_of, ("urban_directory", "urban_races", "urban_meps"))


@pytest.fixture
def publisher(boundaries, home, monkeypatch):  # noqa: ARG001 the downloads are the test's own
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(download, "TIMEOUT", (1.0, 0.4))
    with serving() as publisher:
        monkeypatch.setenv("EVENGROUND_MIRROR", publisher.url)
        publisher.answers(DIRECTORY, [school(ONE), school(TWO, enrollment=50, free_or_reduced_price_lunch=5)])
        publisher.answers(RACES, [*races(ONE, {1: 60, 2: 40}), *races(TWO, {1: 25, 2: 25})], 4)
        publisher.answers(MEPS, poverty([(ONE, 12.5), (TWO, 25.0)]))
        publisher.files[path_of("unified", 2020)] = boundaries
        yield publisher


def planned_by_api(years=(2018,), folder=None):
    return planned("TX", years, folder, "urban")


def fetched(publisher):
    return [path for method, path, _ in publisher.asked if method == "GET"]


def test_a_states_years_from_the_api(publisher):
    plan = planned_by_api()
    assert fetched(publisher) == []
    assert [file.remote.name for file in plan.files] == NAMES
    assert [file.size_words for file in plan.files[:3]] == ["not told before its first page"] * 3
    assert plan.gaps == (BOUNDARIES_OF_2020,)
    manifest = get(plan)
    assert fetched(publisher) == [DIRECTORY, RACES, f"{RACES}&page=2", MEPS, path_of("unified", 2020)]
    schools = store.schools(manifest).set_index("ncessch")
    counted = schools[["students", "white", "black", "ed", "ed_free", "ed_direct", "ed_meps"]]
    # A half student is rounded up: 12.5 % of 100 is 13, 25 % of 50 is 13.
    assert counted.to_numpy().tolist() == [[100, 60, 40, 50, 40, 30, 13], [50, 25, 25, 5, 40, 30, 13]]
    assert sorted(store.districts(manifest)["leaid"]) == ["4800001", "4800002"]
    assert manifest.source.endswith("MEPS (ODC-By 1.0) 2018–19; district boundaries")


def test_what_is_on_disk_is_not_fetched_again(publisher):
    get(planned_by_api())
    publisher.asked.clear()
    plan = planned_by_api()
    assert all(file.path for file in plan.files)
    get(plan)
    assert fetched(publisher) == []


def test_the_work_goes_on_without_an_answer_whose_later_page_fails(publisher):
    publisher.faults[f"{RACES}&page=2"] = [Fault(status=500)] * 50
    manifest = get(planned_by_api())
    schools = store.schools(manifest)
    assert schools[["white", "black"]].isna().all(axis=None)  # not half of them
    assert schools["ed_meps"].tolist() == [13, 13]
    (told,) = [note for note in manifest.notes if note.startswith("Left out: students by race 2018–19. ")]
    assert "stays busy or out of order (500)" in told
    publisher.faults.clear()
    publisher.asked.clear()
    assert store.schools(get(planned_by_api()))["white"].tolist() == [60, 25]
    assert fetched(publisher) == [f"{RACES}&page=2"]


def test_a_field_that_changed_its_name_leaves_out_that_answer_only(publisher):
    publisher.files[MEPS] = publisher.files[MEPS].replace(b"meps_poverty_pct", b"meps_poverty_percent")
    manifest = get(planned_by_api())
    assert manifest.years == (2018,)
    assert store.schools(manifest)["ed_meps"].isna().all()
    assert (
        f"Left out: modelled poverty (MEPS) 2018–19. {NAMES[2]} lacks the field meps_poverty_pct "
        "(it has meps_poverty_percent): the Education Data API has changed; take the files of NCES."
    ) in manifest.notes


def test_without_the_directory_the_store_stays_as_it_was(publisher):
    publisher.faults[DIRECTORY] = [Fault(page=True)]
    with pytest.raises(InputError, match=r"Left out: schools, students and lunch 2018–19\. .*brings a web page"):
        get(planned_by_api())
    assert not (store.home() / "datasets" / "texas").exists()


@pytest.mark.parametrize("at", ["students by race", f"{NAMES[1]}: page 1 of 2", "Storing"])
def test_cancelled_it_leaves_no_trace(publisher, at):
    def cancelling(news):
        if news.startswith(at) or (at == "Storing" and news.startswith("Reading")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(planned_by_api(), progress=cancelling)
    assert fetched(publisher)
    assert list(store.home().rglob("*")) == []


def test_years_that_an_endpoint_has_not_are_told(publisher):
    assert planned_by_api([2018, 2023, 2050]).gaps[:2] == (
        "2050–51 was left out: addresses are known for 2007–08 to 2023–24.",
        "Left out: modelled poverty (MEPS) 2023–24. No address is known.",
    )
    publisher.answers(MEPS, [])
    (told,) = [note for note in get(planned_by_api()).notes if note.startswith("Left out")]
    assert "has no rows: they are not published yet" in told


def test_answers_brought_by_another_machine_are_taken_from_a_folder(publisher, tmp_path):
    get(planned_by_api())
    folder = shutil.copytree(downloads(), tmp_path / "carried")
    (folder / NAMES[2]).unlink()
    shutil.rmtree(store.home())
    publisher.asked.clear()
    plan = planned_by_api(folder=folder)
    assert plan.gaps == (BOUNDARIES_OF_2020, f"Not in carried: {NAMES[2]}.")
    assert store.schools(get(plan))["white"].tolist() == [60, 25]
    assert publisher.asked == []


def test_the_command_takes_the_route(publisher, capsys):
    assert cli.main(["load", "--state", "TX", "--years", "2018", "--route", "urban"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"{NAMES[0]}: schools, students and lunch 2018–19, not told before its first page"
    assert said[4].startswith("Texas: 4 files, 0 of them on disk, 4 to fetch (0.0 MB and 3 of unknown size).")
    assert f"{NAMES[1]}: page 2 of 2, 6 of 6 rows" in said
    assert "Stored texas: 2 schools, 150 students, 2018–19." in said
    assert len(fetched(publisher)) == 5


def test_both_routes_take_the_boundaries_of_the_same_table():
    by_files, by_api = (publishers.wanted("TX", [2018], route)[0][-3:] for route in publishers.ROUTES)
    assert by_files == by_api
