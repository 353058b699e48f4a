"""Getting data in, and what is said of it."""

import json
import subprocess
import sys
from pathlib import Path

import cli
from data import store
from data.schema import FIELDS
from tests.small_state import lines, written

ROOT = Path(__file__).resolve().parents[2]


def test_a_loaded_file_is_a_dataset(run, state, home):
    assert run("load", "--name", "my-state", state) == ""
    assert (home / "datasets" / "my-state" / store.find("my-state").schools_file).is_file()
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


def test_a_removed_dataset_is_gone_and_its_file_stays(run, refused, state):
    run("load", state, "--name", "mine", "--year", "2020")
    run("remove", "mine")
    assert "mine" not in run("datasets")
    assert state.exists()
    assert "comes with Evenground" in refused("remove", "franklin")


def test_franklin_is_said_to_be_fictional(run):
    assert "fictional" in run("datasets")


def test_quality_as_json_has_findings_coverage_and_what_was_not_checked(run, tmp_path):
    rows = [*lines(), lines()[1].replace("39000010000", "39000090000").replace(",100,90,", ",0,0,")]
    rows[1] = rows[1].replace(",100,90,", ",100,100,")
    told = json.loads(
        run("quality", written(tmp_path / "flagged.csv", rows), "--minimum-cell", "0", "--format", "json")
    )
    by_check = {finding["check"]: finding for finding in told["findings"]}
    assert by_check.keys() == {"all_ed", "left_out"}
    assert {"severity", "sentence", "schools", "students", "rows", "done"} <= by_check["all_ed"].keys()
    assert by_check["all_ed"]["rows"][0]["ed"] == by_check["all_ed"]["students"] == 100
    (left_out,) = by_check["left_out"]["rows"]
    assert (left_out["ncessch"], left_out["school"], left_out["students"]) == ("390000900001", "Uneven School 1", 0)
    assert (by_check["left_out"]["year"], by_check["left_out"]["schools"]) == (2020, 1)
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


def test_a_guessed_mapping_loads_what_it_was_guessed_from(home, tmp_path, capsys):  # noqa: ARG001 it is stored there
    odd = tmp_path / "odd.csv"
    lines = ("SchoolYear,Dist Code,Sch Code,School Name,Enrollment,FRL Pct", "2018-19,7,1,Oak,200,45.0")
    odd.write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = tmp_path / "my.toml"
    assert cli.main(["mapping", str(odd), "-o", str(mapping)]) == 0
    told = capsys.readouterr().err
    assert "ED by free or reduced-price lunch: FRL Pct (percent): 45.0" in told
    assert cli.main(["load", str(odd), "--mapping", str(mapping), "--state", "OH"]) == 0
    assert "Stored ohio: 1 school, 200 students, 2018–19." in capsys.readouterr().err
    assert cli.main(["load", str(odd)]) == 2
    assert "evenground mapping" in capsys.readouterr().err


def test_a_guessed_mapping_says_where_the_school_year_comes_from(home, tmp_path, capsys):  # noqa: ARG001
    odd = tmp_path / "odd.csv"
    row = "7,1,Oak,200,45.0"
    odd.write_text(
        f"Dist Code,Sch Code,School Name,School Enrollment as of Oct 2019,FRL Pct\n{row}\n", encoding="utf-8"
    )
    assert cli.main(["mapping", str(odd), "-o", str(tmp_path / "my.toml")]) == 0
    told = capsys.readouterr().err
    assert "Its columns' names speak of 2019–20, so this mapping holds for that year only." in told
    assert cli.main(["load", str(odd), "--mapping", str(tmp_path / "my.toml"), "--state", "OH"]) == 0
    assert store.find("ohio").years == (2019,)
    odd.write_text(f"Dist Code,Sch Code,School Name,Enrollment,FRL Pct\n{row}\n", encoding="utf-8")
    assert cli.main(["mapping", str(odd), "-o", str(tmp_path / "my.toml")]) == 0
    assert "Nothing says which school year it is of: give year in the mapping, or --year" in capsys.readouterr().err


def test_a_guessed_mapping_says_what_no_column_seems_to_hold(tmp_path, capsys):
    odd = tmp_path / "odd.csv"
    odd.write_text("Sch Code,School Name,Enrollment,FRL Pct\n1,Oak,200,45.0\n", encoding="utf-8")
    assert cli.main(["mapping", str(odd), "-o", str(tmp_path / "my.toml")]) == 0
    told = capsys.readouterr().err
    assert "No column seems to hold: District id; say which, unless another file has it." in told


def test_a_command_stopped_while_its_libraries_are_read_says_so_in_one_line():
    code = (
        "import builtins, sys, cli\n"
        "real = builtins.__import__\n"
        "def stopped(name, *rest, **more):\n"
        "    if name.startswith('jobs'):\n"
        "        raise KeyboardInterrupt\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = stopped\n"
        "sys.exit(cli.main(['datasets']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (130, "evenground: stopped.\n", "")


def test_years_tell_what_became_of_schools_and_districts(run, state):
    events = json.loads(run("years", "franklin", "--format", "json"))
    merged = [event for event in events if event["kind"] == "merged"]
    assert [(event["year"], event["from_id"], event["to_id"], event["students"]) for event in merged] == [
        (2022, "9001040", "9000750", 739)
    ]
    opened = next(event for event in events if event["kind"] == "opened")
    assert opened["from_id"] is None
    assert run("years", "franklin", "--format", "csv").startswith("year,unit,kind,name,")
    assert json.loads(run("years", state, "--format", "json")) == []
