"""The command line as scripts rely on it: columns, formats, files, and one plain line for every mistake."""

import json
import math
import os
import subprocess
import sys
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import cli
from analysis.indices import INDICES
from analysis.policy.presets import PRESETS
from data import store
from data.schema import FIELDS
from tests.small_state import COLUMNS, EVEN, UNEVEN, lines, written

ROOT = Path(__file__).resolve().parents[1]
INDEX_COLUMNS = [
    "year",
    "place",
    "place_name",
    "schools",
    "students",
    "group_students",
    "dissimilarity",
    "exposure",
    "isolation",
    "variance_ratio",
    "theil_h",
    "mutual_information",
    "gini",
    "atkinson",
]
MEASURES = ["variance_ratio", "theil_h", "mutual_information", "exposure_shortfall"]
TEXT = dict.fromkeys(["place", "ncessch", "leaid"], "str")

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def state(tmp_path):
    return written(tmp_path / "tiny.csv")


@pytest.fixture
def run(capsys):
    """Run a job that must succeed; what it prints on stdout."""

    def run(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out

    return run


@pytest.fixture
def refused(capsys):
    """Run a job that must be refused; its one line on stderr."""

    def refused(*arguments):
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = stopped.code
        printed = capsys.readouterr()
        assert status == 2
        assert printed.out == ""
        *progress, told = printed.err.splitlines()
        assert told.startswith("evenground: ")
        assert told.endswith(".")
        # Loading says on the way which file it is at.
        assert all(line.startswith(("Looking at", "Reading")) for line in progress), printed.err
        return told

    return refused


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


def columns(text):
    return text.splitlines()[0].split(",")


# indices ------------------------------------------------------------------------------------------------------------


def test_indices_of_the_state_by_hand(run, state):
    out = run("indices", state, "--format", "csv")
    assert columns(out) == INDEX_COLUMNS
    (row,) = table(out).to_dict("records")
    assert (row["year"], row["place"], row["schools"], row["students"], row["group_students"]) == (
        2020,
        "OH",
        6,
        600,
        240,
    )
    assert row["dissimilarity"] == pytest.approx(5 / 12, abs=1e-15)
    assert row["variance_ratio"] == pytest.approx(38 / 144, abs=1e-15)


def test_every_registered_index_is_a_column():
    assert INDEX_COLUMNS[6:] == list(INDICES)


@pytest.mark.parametrize(
    ("by", "places", "names"),
    [
        ("state", ["OH"], ["OH"]),
        ("county", ["Adams", "Brown"], ["Adams", "Brown"]),
        ("district", [UNEVEN, EVEN], ["Uneven", "Even"]),
    ],
)
def test_indices_by_place(run, state, by, places, names):
    rows = table(run("indices", state, "--by", by, "--format", "csv"))
    assert rows["place"].tolist() == places
    assert rows["place_name"].tolist() == names


def test_an_undefined_index_is_an_empty_cell_and_null(run, tmp_path):
    nobody = [COLUMNS, *(line.replace(",30,state", ",0,state") for line in lines()[4:])]
    state = written(tmp_path / "nobody.csv", nobody)
    # Of students of one kind, only mutual information is defined: knowing the school tells nothing.
    assert run("indices", state, "--format", "csv").splitlines()[1] == "2020,OH,OH,3,300,0,,,,,,0.0,,"
    (row,) = json.loads(run("indices", state, "--format", "json"))
    assert [name for name in INDICES if row[name] is not None] == ["mutual_information"]


def test_json_and_csv_hold_the_same_at_full_precision(run):
    job = ["indices", "franklin", "--by", "district", "--year", "2023"]
    rows = json.loads(run(*job, "--format", "json"))
    csv = table(run(*job, "--format", "csv"))
    assert list(rows[0]) == INDEX_COLUMNS
    assert len(rows) == len(csv) > 100
    for name in INDICES:
        assert [math.nan if row[name] is None else row[name] for row in rows] == pytest.approx(
            csv[name].tolist(), rel=0, abs=0, nan_ok=True
        )


def test_bounds_are_more_columns_around_every_index(run):
    rows = table(run("indices", "franklin", "--by", "district", "--year", "2023", "--bounds", "--format", "csv"))
    assert list(rows)[: len(INDEX_COLUMNS)] == INDEX_COLUMNS
    assert list(rows)[len(INDEX_COLUMNS) :] == [f"{name}_{side}" for name in INDICES for side in ("low", "high")]
    opened = rows["variance_ratio_low"] < rows["variance_ratio_high"]
    assert 0 < opened.sum() < len(rows)
    sure = rows[~opened & rows["variance_ratio"].notna()]
    assert (sure["variance_ratio"] == sure["variance_ratio_low"]).all()


def test_bounds_are_for_one_group_against_everyone_else(run, refused, tmp_path):
    told = refused("indices", written(tmp_path / "state.csv"), "--group", "black,white", "--bounds")
    assert "one group against everyone else" in told
    assert "--group black." in told
    # The first school's Black students are hidden, but its White ones leave no more than 60 of 100.
    rows = [line.replace(",60,40", ",,40") for line in lines()]
    (found,) = table(
        run("indices", written(tmp_path / "hidden.csv", rows), "--group", "black", "--bounds", "--format", "csv")
    ).to_dict("records")
    assert found["schools"] == 5
    # 60 of the others' 500 students are Black; with all 60 of the first, 120 of 600.
    assert found["isolation_high"] == pytest.approx((60 * 0.6 + 60 * 0.2) / 120)
    assert found["isolation_low"] < found["isolation"] < found["isolation_high"]


def test_sensitivity_has_a_row_for_each_definition(run):
    rows = json.loads(run("sensitivity", "franklin", "--year", "2023", "--format", "json"))
    assert [row["basis"] for row in rows] == ["frpl", "free", "direct", "direct_x16"]
    (own,) = json.loads(run("indices", "franklin", "--year", "2023", "--format", "json"))
    assert rows[0]["variance_ratio"] == pytest.approx(own["variance_ratio"], abs=1e-12)
    assert (rows[0]["exposure"], rows[0]["schools"]) == (own["exposure"], own["schools"])


def test_sensitivity_of_a_year_or_a_table_without_ed_is_refused(refused, tmp_path):
    assert "no year 1999" in refused("sensitivity", "franklin", "--year", "1999")
    only_race = ["year,ncessch,leaid,students,black", "2020,1,a,10,5"]
    assert "no count of economically" in refused("sensitivity", written(tmp_path / "race.csv", only_race))


def test_the_printed_table_has_the_same_columns(run, state):
    header, *rows = run("indices", state, "--by", "district").splitlines()
    assert header.split() == INDEX_COLUMNS
    assert len(rows) == 2


def test_group_level_and_year_choose_the_schools(run):
    everyone = table(run("indices", "franklin", "--format", "csv"))
    high = table(run("indices", "franklin", "--level", "high", "--format", "csv"))
    one_year = table(run("indices", "franklin", "--year", "2020", "--format", "csv"))
    assert everyone["year"].tolist() == [2018, 2019, 2020, 2021, 2022, 2023]
    assert (high["students"] < everyone["students"]).all()
    pd.testing.assert_frame_equal(one_year, everyone[everyone["year"] == 2020].reset_index(drop=True))


def test_two_races_are_compared_without_the_others(run, state):
    (row,) = table(run("indices", state, "--group", "black,white", "--format", "csv")).to_dict("records")
    # 120 of 600 are black: P = 1/5; the schools have 60, 0, 0, 20, 20 and 20 of 100.
    assert row["group_students"] == 120
    assert row["dissimilarity"] == pytest.approx(100 * (0.4 + 0.2 + 0.2) / (2 * 600 * 0.2 * 0.8), abs=1e-15)


def test_a_result_can_go_to_a_file(run, state, tmp_path):
    out = tmp_path / "result.csv"
    job = ["indices", state, "--by", "district", "--format", "csv"]
    assert run(*job, "-o", out) == ""
    assert out.read_text(encoding="utf-8") == run(*job)


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_schools_table_of_another_kind_gives_the_same(run, state, tmp_path, kind):
    text = pd.read_csv(state, dtype={"ncessch": "str", "leaid": "str"})
    other = tmp_path / f"tiny.{kind}"
    text.to_parquet(other) if kind == "parquet" else text.to_excel(other, index=False)
    job = ["--by", "district", "--format", "csv"]
    assert run("indices", other, *job) == run("indices", state, *job)


# decompose and contribution -----------------------------------------------------------------------------------------


def test_decompose_by_hand(run, state):
    years = json.loads(run("decompose", state, "--format", "json"))
    assert list(years) == ["2020"]
    assert set(years["2020"]) == {*MEASURES, "dissimilarity"}
    for measure in MEASURES:
        assert list(years["2020"][measure]) == ["total", "between", "within"]
    assert years["2020"]["variance_ratio"] == pytest.approx(
        {"total": 38 / 144, "between": 6 / 144, "within": 32 / 144}, abs=1e-15
    )
    assert years["2020"]["dissimilarity"] == pytest.approx(
        {"total": 5 / 12, "between": 5 / 24, "added_within": 5 / 24}, abs=1e-15
    )


def test_decompose_adds_up_for_every_year_and_group(run):
    for group in ("ed", "black,white", "hispanic"):
        years = json.loads(run("decompose", "franklin", "--group", group, "--format", "json"))
        assert len(years) == 6
        for measures in years.values():
            for measure in MEASURES:
                parts = measures[measure]
                assert parts["between"] + parts["within"] == pytest.approx(parts["total"], abs=1e-12)


def test_decompose_as_csv_names_measure_and_part(run, state):
    out = run("decompose", state, "--format", "csv")
    assert {"year", "variance_ratio_total", "dissimilarity_added_within"} <= set(columns(out))
    assert table(out)["variance_ratio_within"].tolist() == pytest.approx([32 / 144], abs=1e-15)


def test_contribution_by_hand(run, state):
    out = run("contribution", state, "--district", UNEVEN, "--format", "csv")
    assert columns(out) == ["ncessch", "school", "students", "group_students", "contribution"]
    shares = table(out).set_index("ncessch")["contribution"].to_dict()
    assert shares == pytest.approx({f"{UNEVEN}00001": 0.5, f"{UNEVEN}00002": 0.0, f"{UNEVEN}00003": 0.5}, abs=1e-15)


def test_contribution_where_schools_do_not_differ_is_undefined(run, state):
    rows = json.loads(run("contribution", state, "--district", EVEN, "--format", "json"))
    assert [row["contribution"] for row in rows] == [None] * 3


# scenario and simulate ----------------------------------------------------------------------------------------------

DISTRICT = "9000360"
SCHOOLS = [
    "ncessch",
    "leaid",
    "host",
    "students_before",
    "ed_before",
    "students_after",
    "ed_after",
    "ed_after_low",
    "ed_after_high",
]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_scenario_file_runs(run, tmp_path, preset):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "--preset", preset, "-o", file)
    result = json.loads(run("simulate", "franklin", file, "--format", "json", "--replicates", "20"))
    assert result["scenario"] == json.loads(file.read_text())
    assert list(result["schools"][0]) == SCHOOLS
    before, after = (sum(row[f"students_{when}"] for row in result["schools"]) for when in ("before", "after"))
    assert before == after > 0
    assert (preset == "do-nothing") == (result["flows"] == [])
    assert {"dissimilarity", "variance_ratio", "exposure"} <= set(result["indices"])
    for change in result["indices"].values():
        assert list(change) == ["before", "after", "low", "high"]


def test_doing_nothing_changes_nothing(run, tmp_path):
    file = tmp_path / "nothing.json"
    run("scenario", "franklin", "--district", DISTRICT, "--preset", "do-nothing", "-o", file)
    schools = table(run("simulate", "franklin", file, "--format", "csv"))
    assert schools.columns.tolist() == SCHOOLS
    for what in ("students", "ed"):
        assert schools[f"{what}_before"].tolist() == schools[f"{what}_after"].tolist()


def test_the_same_seed_gives_the_same_range(run, tmp_path):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    job = ["simulate", "franklin", file, "--format", "json", "--replicates", "50"]
    assert run(*job) == run(*job, "--seed", "0")
    assert json.loads(run(*job))["indices"] != json.loads(run(*job, "--seed", "1"))["indices"]


def test_a_scenario_of_a_file_is_about_that_file(run, state, tmp_path):
    file = tmp_path / "scenario.json"
    run("scenario", state, "--district", UNEVEN, "-o", file)
    scenario = json.loads(file.read_text())
    assert (scenario["dataset"], scenario["district"], scenario["year"]) == ("tiny", UNEVEN, 2020)
    # The school with the highest ED share hosts.
    assert [host["ncessch"] for host in scenario["hosts"]] == [f"{UNEVEN}00001"]
    schools = table(run("simulate", state, file, "--format", "csv")).set_index("ncessch")
    host = schools.loc[f"{UNEVEN}00001"]
    assert bool(host["host"])
    assert host["ed_after"] < host["ed_before"]


# districts two ways, and who counts ---------------------------------------------------------------------------------


@pytest.fixture
def told(capsys):
    """Run a job that must succeed; what it prints on stdout, and its lines on stderr."""

    def told(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out, printed.err.splitlines()

    return told


def test_geographic_districts_are_those_with_ground(told):
    by = ["indices", "franklin", "--by", "district", "--year", "2023", "--format", "csv"]
    administrative, _ = told(*by)
    geographic, notes = told(*by, "--districts", "geographic")
    manifest = store.find("franklin")
    ground = set(store.districts(manifest)["leaid"])
    with_charters, without = table(administrative), table(geographic)
    assert set(without["place"]) == ground < set(with_charters["place"])
    assert without["students"].sum() == with_charters["students"].sum()
    schools = store.schools(manifest, [2023])
    charters = schools["charter"] & ~schools["virtual"] & schools["longitude"].notna()
    assert any(
        f"{charters.sum()} of {(~schools['virtual']).sum():,} schools count for another" in note for note in notes
    )


def test_geographic_districts_leave_the_whole_state_as_it_is(run):
    job = ["decompose", "franklin", "--format", "json", "--year", "2023"]
    (one,), (other,) = (json.loads(run(*job, "--districts", by)).values() for by in ("administrative", "geographic"))
    assert one["variance_ratio"]["total"] == pytest.approx(other["variance_ratio"]["total"], abs=1e-12)
    assert other["variance_ratio"]["within"] > one["variance_ratio"]["within"]


def test_without_boundaries_there_are_no_geographic_districts(refused, state):
    assert "boundary" in refused("indices", state, "--districts", "geographic")
    assert "boundary" in refused("decompose", "california-2000", "--districts", "geographic")


@pytest.mark.parametrize(
    ("switches", "students"),
    [
        ([], 500),
        (["--no-charter"], 400),
        (["--virtual"], 600),
        (["--special", "--juvenile"], 700),
        (["--virtual", "--special", "--juvenile", "--adult"], 900),
    ],
)
def test_each_switch_counts_or_leaves_out_its_schools(told, tmp_path, switches, students):
    about = [
        "no,no,regular",
        "yes,no,",
        "no,yes,",
        "no,no,special education",
        "no,no,juvenile",
        "no,no,adult",
        *[",,"] * 3,
    ]
    rows = [f"2020,39000010000{i},3900001,100,40,state,{each}" for i, each in enumerate(about)]
    file = written(tmp_path / "kinds.csv", ["year,ncessch,leaid,students,ed,ed_basis,charter,virtual,kind", *rows])
    out, notes = told("indices", file, "--by", "district", *switches, "--format", "csv")
    assert table(out)["students"].tolist() == [students]
    assert ("left out by choice" in " ".join(notes)) == (students < 900)


def test_a_scenario_remembers_its_districts_and_who_counts(run, tmp_path):
    file, plain = tmp_path / "scenario.json", tmp_path / "plain.json"
    job = ["scenario", "franklin", "--district", DISTRICT]
    run(*job, "--districts", "geographic", "--no-charter", "-o", file)
    written_down = json.loads(file.read_text())
    assert written_down["districts"] == "geographic"
    assert written_down["excluded"] == ["charter", "virtual", "special", "juvenile", "adult"]
    run(*job, "-o", plain)
    assert json.loads(plain.read_text())["districts"] == "administrative"


def test_simulate_takes_the_scenarios_districts_unless_told_otherwise(run, tmp_path):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "--districts", "geographic", "-o", file)
    job = ["simulate", "franklin", file, "--format", "json", "--replicates", "5"]
    by_file, otherwise = json.loads(run(*job)), json.loads(run(*job, "--districts", "administrative"))
    assert by_file["scenario"]["districts"] == "geographic"
    assert otherwise["scenario"]["districts"] == "administrative"
    own = [sum(row["leaid"] == DISTRICT for row in each["schools"]) for each in (by_file, otherwise)]
    assert own[0] > own[1]  # the city's charters stand in its polygon


def test_a_scenario_of_before_runs_as_it_did(run, tmp_path):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "--virtual", "-o", file)
    before = json.loads(file.read_text())
    assert before.pop("districts") == "administrative"
    before |= {"excluded": []}
    file.write_text(json.dumps(before))
    whole = json.loads(run("simulate", "franklin", file, "--format", "json", "--replicates", "5"))
    del before["excluded"]
    file.write_text(json.dumps(before))
    assert json.loads(run("simulate", "franklin", file, "--format", "json", "--replicates", "5")) == whole


# load and datasets --------------------------------------------------------------------------------------------------


def test_a_loaded_file_is_a_dataset(run, state, home):
    assert run("load", "--name", "my-state", state) == ""
    assert store.find("my-state").folder.is_relative_to(home)
    names = [line.split()[0] for line in run("datasets").splitlines()]
    assert names == ["name", "franklin", "california-2000", "my-state"]
    job = ["--by", "district", "--format", "csv"]
    assert run("indices", "my-state", *job) == run("indices", state, *job)


def test_loading_says_what_was_stored(state, capsys):
    assert cli.main(["load", str(state)]) == 0
    told = capsys.readouterr().err
    assert "6 schools, 600 students, 2020–21" in told


def test_a_template_whose_columns_are_all_there_loads(run, tmp_path):
    header, *rows = lines()
    missing = [name for name in FIELDS if name not in header.split(",")]
    full = written(tmp_path / "full.csv", [",".join([header, *missing]), *(row + "," * len(missing) for row in rows)])
    run("load", "--name", "full", full)
    assert store.find("full").students == 600


def test_franklin_is_said_to_be_fictional(run):
    assert "fictional" in run("datasets")


# mistakes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("indices nowhere", ["nowhere", "franklin"]),
        ("indices no-such-file.csv", ["no-such-file.csv", "not found"]),
        ("indices franklin --group purple", ["purple", "black"]),
        ("indices franklin --group black,black", ["black,black"]),
        ("indices franklin --year 1999", ["1999", "2018"]),
        ("indices franklin --by planet", ["planet", "county"]),
        ("indices franklin --level nursery", ["nursery", "elementary"]),
        ("indices franklin --format xml", ["xml", "json"]),
        ("contribution franklin --district 1", ["district 1"]),
        ("contribution franklin", ["--district"]),
        ("scenario franklin --district 1", ["District 1"]),
        ("scenario franklin --district 9000360 --preset paris", ["paris", "dallas"]),
        ("scenario franklin --district 9000360 --year 1999", ["1999"]),
        ("scenario franklin --district 9000360 --basis user", ["user"]),
        ("simulate franklin no-such-file.json", ["no-such-file.json"]),
        ("load no-such-file.csv", ["no-such-file.csv"]),
        ("serve --port 99999999", ["99999999"]),
        ("serve --port few", ["few"]),
        ("fly", ["fly"]),
    ],
)
def test_a_mistake_is_one_plain_line(refused, job, words):
    told = refused(*job.split())
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["bad.json", "JSON"]),
        ("[]", ["bad.json", "object"]),
        ('{"dataset": "franklin"}', ["bad.json", "lacks"]),
        ('{"version": 99}', ["bad.json", "version 99"]),
        (
            '{"dataset": "franklin", "district": "9000360", "year": 2023, "hosts": [], "colour": 1}',
            ["bad.json", "colour"],
        ),
        ('{"dataset": "franklin", "district": "9000360", "year": "now", "hosts": []}', ["bad.json", "year", "now"]),
        ('{"dataset": "franklin", "district": "1", "year": 2023, "hosts": []}', ["District 1"]),
        ('{"dataset": "texas", "district": "9000360", "year": 2023, "hosts": []}', ["bad.json", "texas", "franklin"]),
    ],
)
def test_a_bad_scenario_is_one_plain_line(refused, tmp_path, content, words):
    file = tmp_path / "bad.json"
    file.write_text(content)
    told = refused("simulate", "franklin", file)
    for word in words:
        assert word in told


@pytest.mark.parametrize(("option", "value"), [("--replicates", "0"), ("--replicates", "many"), ("--seed", "-1")])
def test_draws_that_cannot_be_are_refused(refused, run, tmp_path, option, value):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    assert option in refused("simulate", "franklin", file, option, value)


def test_a_place_that_cannot_be_written_is_named(refused, state, tmp_path):
    assert "no-folder" in refused("indices", state, "-o", tmp_path / "no-folder" / "out.csv")


def test_a_refused_file_stores_nothing(refused, tmp_path, home):
    rows = lines()
    told = refused("load", written(tmp_path / "bad.csv", [*rows[:2], rows[2].replace(",50,", ",150,"), *rows[3:]]))
    assert "bad.csv" in told
    assert not list(home.rglob("manifest.json"))


# as a process -------------------------------------------------------------------------------------------------------


def process(command, home):
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "EVENGROUND_HOME": str(home)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_installed_command_prints_in_utf8_and_refuses_with_status_2(home, state):
    command = Path(sys.executable).with_name("evenground")
    done = process([command, "decompose", state, "--format", "json"], home)
    assert (done.returncode, done.stderr) == (0, "")
    total = json.loads(done.stdout)["2020"]["variance_ratio"]["total"]
    assert Fraction(total).limit_denominator(1000) == Fraction(38, 144)
    done = process([command, "indices", "nowhere"], home)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.skipif(os.name == "nt", reason="pipes close otherwise there")
def test_a_reader_that_stops_early_is_no_fault(home):
    job = f"{sys.executable} -m cli indices franklin --by district --format csv | head -n 1"
    done = process(["bash", "-c", f"set -o pipefail; {job}"], home)
    assert done.stdout.strip() == ",".join(INDEX_COLUMNS)
    assert done.returncode == 0
    assert "BrokenPipe" not in done.stderr


# quality ------------------------------------------------------------------------------------------------------------


def test_quality_as_json_has_findings_coverage_and_what_was_not_checked(run, tmp_path):
    rows = [*lines(), lines()[1].replace("39000010000", "39000090000").replace(",100,90,", ",0,0,")]
    rows[1] = rows[1].replace(",100,90,", ",100,100,")
    told = json.loads(run("quality", written(tmp_path / "flagged.csv", rows), "--format", "json"))
    by_check = {finding["check"]: finding for finding in told["findings"]}
    assert by_check.keys() == {"all_ed", "left_out"}
    assert {"severity", "sentence", "schools", "students", "rows", "done"} <= by_check["all_ed"].keys()
    assert by_check["all_ed"]["rows"][0]["ed"] == by_check["all_ed"]["students"] == 100
    (left_out,) = by_check["left_out"]["rows"]
    assert (left_out["reason"], left_out["schools"]) == ("no students", 1)
    assert left_out["named"] == "Uneven School 1 (390000900001)"
    assert told["severities"] == {"error": 0, "warning": 1, "note": 1}
    assert told["not_checked"]["no_boundary"] == "the data has no district boundaries"
    assert len(told["data_version"]) == 12
    (ed,) = (row for row in told["coverage"] if row["field"] == "ed")
    assert (ed["year"], ed["schools"], ed["students"]) == (2020, 1, 1)


def test_quality_of_a_dataset_in_every_format(run, tmp_path):
    assert "warning" in run("quality", "franklin")
    page = tmp_path / "franklin.html"
    assert run("quality", "franklin", "--format", "html", "-o", page) == ""
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(run("quality", "california-2000", "--format", "json"))["label"] == "California"


def test_quality_of_a_file_that_cannot_be_right_is_one_sentence(refused, tmp_path):
    rows = [*lines(), lines()[1]]
    assert "stands more than once" in refused("quality", written(tmp_path / "twice.csv", rows))
    assert 'no dataset "nowhere"' in refused("quality", "nowhere")


# a table of unknown layout -------------------------------------------------------------------------------------------


def test_a_guessed_mapping_loads_what_it_was_guessed_from(home, tmp_path, capsys):  # noqa: ARG001 it is stored there
    odd = tmp_path / "odd.csv"
    lines = ("SchoolYear,Dist Code,Sch Code,School Name,Enrollment,FRL Pct", "2018-19,7,1,Oak,200,45.0")
    odd.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = tmp_path / "my.toml"
    assert cli.main(["mapping", str(odd), "-o", str(mapping)]) == 0
    told = capsys.readouterr().err
    assert "ED by free or reduced-price lunch: FRL Pct (percent): 45.0" in told
    assert cli.main(["load", str(odd), "--mapping", str(mapping), "--state", "OH"]) == 0
    assert "Stored ohio: 1 schools, 200 students, 2018–19." in capsys.readouterr().err
    assert cli.main(["load", str(odd)]) == 2
    assert "evenground mapping" in capsys.readouterr().err
