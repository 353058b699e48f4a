"""Scenario files, and what simulating them prints."""

import json
from io import StringIO

import pandas as pd
import pytest

import cli
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
    "poorer",
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


@pytest.mark.parametrize("preset", PRESETS)
def test_a_scenario_comes_with_what_its_preset_rests_on(told, preset):
    _, said = told("scenario", "franklin", "--district", DISTRICT, "--preset", preset)
    assert said[-1] == f"{PRESETS[preset].label}: {PRESETS[preset].basis}"


def test_the_help_names_the_source_of_every_preset(capsys):
    with pytest.raises(SystemExit):
        cli.main(["scenario", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    sources = [str(each.source) for each in PRESETS.values() if each.source]
    assert len(sources) == 6
    assert all(source.replace(" ", "") in said.replace(" ", "") for source in sources)


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


def test_seats_can_be_those_of_the_entry_grade_or_the_first_grades(run):
    job = ["scenario", "franklin", "--district", DISTRICT]
    whole, entry, first, own = (
        json.loads(run(*job, *more))
        for more in (["--seats-in", "every"], ["--seats-in", "entry"], ["--seats-in", "first"], [])
    )
    assert {host["grade"] for host in whole["hosts"]} == {None}
    assert {host["grade"] for host in entry["hosts"]} == {"KG"}
    assert all(few["seats"] < many["seats"] for few, many in zip(entry["hosts"], whole["hosts"], strict=True))
    # Dallas's own: kindergarten to grade 2 in the first year, then kindergarten alone until grade 5 is reached.
    assert own == first
    schools = {host["ncessch"] for host in whole["hosts"]}
    seats_in = [(host["ncessch"], host["grade"], host["later"]) for host in own["hosts"]]
    later = {"KG": [], "01": [0], "02": [0]}
    assert sorted(seats_in) == sorted((school, grade, more) for school in schools for grade, more in later.items())
    assert (own["years"], whole["years"]) == (4, 1)


# --- On other assumptions


@pytest.fixture
def plan(run, tmp_path):
    file = tmp_path / "plan.json"
    run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    return file


def saved_with(file, **fields):
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_each_level_of_participation_is_as_a_scenario_that_says_so(run, plan):
    job = ["simulate", "franklin", plan, "--replicates", "20"]
    rows = table(run(*job, "--participation", "all", "--format", "csv"))
    assert rows.columns.tolist() == ["participation", "exits", "figure", "before", "after", "low", "high"]
    assert rows["participation"].unique().tolist() == ["low", "middle", "high"]
    assert set(rows["exits"]) == {"the scenario's own"}
    d = rows[rows["figure"] == "dissimilarity"].set_index("participation")
    for level, willing in (("low", 0.05), ("high", 0.5)):
        alone = json.loads(run(*job, "--participation", level, "--format", "json"))
        pools = {name: alone["scenario"][name] | {"willing": willing} for name in ("ed", "other")}
        assert alone["indices"]["dissimilarity"] == d.loc[level, ["before", "after", "low", "high"]].to_dict()
        saved_with(plan, **pools)
        assert json.loads(run(*job, "--format", "json")) == alone


def test_exits_are_as_a_scenario_that_says_so(run, plan):
    job = ["simulate", "franklin", plan, "--replicates", "20", "--format", "json", "--minimum-cell", "0"]
    rows = pd.DataFrame(json.loads(run(*job, "--exits", "0,10"))["sensitivity"])
    assert rows["exits"].unique().tolist() == ["0%", "10%"]
    scenario = json.loads(plan.read_text())
    saved_with(plan, **{name: scenario[name] | {"leave": 0.1, "leave_changed": 0.1} for name in ("ed", "other")})
    told = json.loads(run(*job))
    assert "sensitivity" not in told
    of_ten = rows[rows["exits"] == "10%"].set_index("figure")[["before", "after", "low", "high"]]
    assert of_ten.to_dict("index") == told["indices"]
    gone = sum(row["students"] for row in told["flows"] if row["to_school"] == "left the district")
    assert told["state"]["students"]["before"] - told["state"]["students"]["after"] == gone > 0


@pytest.mark.parametrize("rates", ["ten", "5,", "-1", "101"])
def test_exits_that_are_no_percentages_are_refused(refused, plan, rates):
    said = refused("simulate", "franklin", plan, f"--exits={rates}")
    assert f'"{rates}" is no list of percentages; write 0,5,10' in said


def test_a_lottery_may_go_by_another_definition(run, refused, plan):
    job = ["simulate", "franklin", plan, "--replicates", "5", "--format", "json", "--minimum-cell", "0"]
    own = json.loads(run(*job))
    saved_with(plan, lottery_basis="direct")
    other = json.loads(run(*job))
    today, still = ({row["ncessch"]: row["ed_before"] for row in each["schools"]} for each in (own, other))
    assert all(today[school] == still[school] for school in today.keys() & still.keys())
    assert own["pools"] != other["pools"]
    # A school whose count the lottery goes by is hidden is told no more of than one whose own is.
    marked = json.loads(run(*job[:-2]))
    secret = {row["ncessch"] for row in marked["schools"] if row["suppressed"]}
    saved_with(plan, lottery_basis=None)
    assert secret > {row["ncessch"] for row in json.loads(run(*job[:-2]))["schools"] if row["suppressed"]}
    for field in ("lottery_basis", "basis"):
        saved_with(plan, **{"basis": None, "lottery_basis": None} | {field: "neither"})
        assert f'no ED count by the {field} "neither"; choose one of frpl' in refused("simulate", "franklin", plan)


def test_a_dataset_that_is_not_there_is_said_to_be_so(refused, plan):
    assert 'no dataset "nodata"' in refused("simulate", "nodata", plan)
    assert "was made for dataset franklin" in refused("simulate", "california-2000", plan)


def test_schools_that_send_and_become_poorer_are_marked_unless_their_counts_are_hidden(run, plan):
    job = ["simulate", "franklin", plan, "--replicates", "5"]
    whole, protected = (json.loads(run(*job, "--format", "json", *cell)) for cell in (["--minimum-cell", "0"], []))
    share = {row["ncessch"]: row["ed_before"] / row["students_before"] for row in whole["schools"]}
    for row in whole["senders"]:
        (school,) = (each for each in whole["schools"] if each["ncessch"] == row["ncessch"])
        poorer = row["leave"] > 0 and school["ed_after"] / school["students_after"] > share[row["ncessch"]]
        assert row["poorer"] is school["poorer"] is poorer
    assert {row["poorer"] for row in whole["senders"]} == {True, False}
    hidden = {row["ncessch"] for row in protected["schools"] if row["suppressed"]}
    for rows in (protected["schools"], protected["senders"]):
        assert {row["ncessch"] for row in rows if row["poorer"] is None} == hidden & {row["ncessch"] for row in rows}
    as_csv = table(run(*job, "--format", "csv"))
    assert as_csv["poorer"].isna().sum() == len(hidden) > 0


def test_moves_are_told_by_grade_and_year(run, tmp_path):
    file = tmp_path / "entry.json"
    run("scenario", "franklin", "--district", DISTRICT, "--seats-in", "entry", "-o", file)
    saved_with(file, years=3)
    told = json.loads(run("simulate", "franklin", file, "--replicates", "5", "--format", "json"))
    grades = {host["grade"] for host in told["scenario"]["hosts"]}
    assert {(row["grade"], row["year"]) for row in told["flows"]} == {(g, y) for g in grades for y in (1, 2, 3)}
