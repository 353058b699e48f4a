"""One plain line for every mistake, and the command as a process."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import cli
from tests.small_state import lines, written

DISTRICT = "9000360"
ROOT = Path(__file__).resolve().parents[2]
JOBS = [job for each in cli.parser()._subparsers._group_actions for job in each.choices]


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
        ("decompose franklin --levels county,planet", ["planet", "county"]),
        ("decompose franklin --levels county,county", ["county,county", "once"]),
        ("decompose franklin --levels school,district", ["below schools"]),
        ("decompose california-2000 --levels sector", ["sector"]),
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
        # Options that would change nothing.
        ("indices franklin --replicates 50", ["--expected", "--interval"]),
        ("contribution franklin --district 9000360 --seed 3", ["--expected", "--interval"]),
        ("simulate franklin plan.json --top 3 --format json", ["--top", "csv"]),
        ("simulate franklin plan.json --top 3 --exits 0,5", ["--top", "--exits"]),
        ("load schools.csv --route urban", ["files", "--route"]),
        ("load --state TX --years 2016 --year 2016", ["--year", "--mapping"]),
        ("lottery a.csv s.csv --salt s.txt --register r.csv --audit audit.csv", ["--audit", "--seed"]),
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


@pytest.mark.parametrize(
    ("option", "value"),
    [("--replicates", "0"), ("--replicates", "many"), ("--replicates", "10001"), ("--seed", "-1")],
)
def test_draws_that_cannot_be_are_refused(refused, run, state, tmp_path, option, value):
    file = tmp_path / "scenario.json"
    run("scenario", "franklin", "--district", DISTRICT, "-o", file)
    assert option in refused("simulate", "franklin", file, option, value)
    assert option in refused("indices", state, option, value)


def test_a_place_that_cannot_be_written_is_named(refused, state, tmp_path):
    assert "no-folder" in refused("indices", state, "-o", tmp_path / "no-folder" / "out.csv")


def test_a_refused_file_stores_nothing(refused, tmp_path, home):
    rows = lines()
    told = refused("load", written(tmp_path / "bad.csv", [*rows[:2], rows[2].replace(",50,", ",150,"), *rows[3:]]))
    assert "bad.csv" in told
    assert not list(home.rglob("manifest.json"))


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
    assert done.returncode == 0
    assert done.stderr.startswith(
        "Of the separation of economically disadvantaged students and other students in tiny in 2020–21:"
    )
    total = json.loads(done.stdout)["2020"]["variance_ratio"]["total"]
    assert Fraction(total).limit_denominator(1000) == Fraction(38, 144)
    done = process([command, "indices", "nowhere"], home)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.skipif(os.name == "nt", reason="pipes close otherwise there")
def test_a_reader_that_stops_early_is_no_fault(home):
    job = f"{sys.executable} -m cli indices franklin --by district --format csv | head -n 1"
    done = process(["bash", "-c", f"set -o pipefail; {job}"], home)
    assert done.stdout.startswith("year,place,place_name,")
    assert done.returncode == 0
    assert "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("job", JOBS)
def test_every_job_says_what_its_options_are(capsys, job):
    with pytest.raises(SystemExit) as stopped:
        cli.main([job, "--help"])
    assert stopped.value.code == 0
    assert f"evenground {job}" in capsys.readouterr().out
