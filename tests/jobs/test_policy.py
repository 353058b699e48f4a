"""Scenario files, and what simulating them prints."""

import json
from io import StringIO

import pandas as pd
import pytest

from analysis.policy.presets import PRESETS
from tests.small_state import UNEVEN

TEXT = dict.fromkeys(["place", "ncessch", "leaid"], "str")


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


def columns(text):
    return text.splitlines()[0].split(",")


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
    "suppressed",
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
        pd.testing.assert_series_equal(schools[f"{what}_before"], schools[f"{what}_after"], check_names=False)


def test_as_text_a_scenario_begins_with_a_sentence_and_lists_as_many_schools_as_asked(run, tmp_path):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    job = ["simulate", "franklin", file, "--replicates", "20"]
    result = json.loads(run(*job, "--format", "json"))
    for top, listed in ((None, 25), (2, 2)):
        said = run(*job, *([] if top is None else ["--top", top]))
        assert said.startswith(result["answer"])
        others = next(part for part in said.split("\n\n") if part.startswith("Schools that students leave"))
        left = max(len(result["senders"]) - listed, 0)
        assert len(others.splitlines()) == 2 + min(listed, len(result["senders"])) + bool(left)
        assert (f"{left} more;" in others) == bool(left)
    assert len(run(*job, "--format", "csv").splitlines()) == 1 + len(result["schools"])


def test_nobody_applying_is_said(told, tmp_path):
    file = tmp_path / "scenario.json"
    told("scenario", "franklin", "--district", DISTRICT, "-o", file)
    asked = json.loads(file.read_text())
    file.write_text(json.dumps(asked | {name: {"willing": 0.0} for name in ("ed", "other")}))
    for cell in ("0", "10"):
        printed, said = told("simulate", "franklin", file, "--format", "json", "--minimum-cell", cell)
        assert any(line.startswith("No applicants: none of the other students") for line in said)
        empty = [row for row in json.loads(printed)["pools"] if row["unfilled"]]
        assert empty
        assert all(row["why"].startswith("None of the ") for row in empty)


@pytest.mark.parametrize(
    ("job", "wanted", "run_with"),
    [("statewide", "scenario", "evenground simulate"), ("simulate", "policy", "evenground statewide")],
)
def test_a_file_of_the_other_kind_is_told_apart(run, refused, tmp_path, job, wanted, run_with):
    file = tmp_path / "given.json"
    if wanted == "scenario":
        run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    else:
        run("statewide-policy", "-o", file)
    said = refused(job, "franklin", file)
    assert "given.json" in said
    assert run_with in said


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


def test_seats_can_be_those_of_the_entry_grade_alone(run):
    job = ["scenario", "franklin", "--district", DISTRICT]
    whole, entry = (json.loads(run(*job, *more))["hosts"] for more in ([], ["--entry-grade"]))
    assert {host["grade"] for host in whole} == {None}
    assert {host["grade"] for host in entry} == {"KG"}
    assert all(few["seats"] < many["seats"] for few, many in zip(entry, whole, strict=True))
