"""Districts two ways, and which schools count."""

import json
from io import StringIO

import pandas as pd
import pytest

from data import store
from tests.small_state import written

DISTRICT = "9000360"
TEXT = dict.fromkeys(["place", "ncessch", "leaid"], "str")


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


def columns(text):
    return text.splitlines()[0].split(",")


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
