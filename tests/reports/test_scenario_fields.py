"""docs/scenarios.md: its tables say what the schema says of every field, and its examples run."""

import json
import re
import shlex

import pytest

import cli
from reports.scenario_fields import PAGE, TABLE, filled, parts

TEXT = PAGE.read_text(encoding="utf-8")
FILES = dict(re.findall(r"`([\w.]+\.json)`:\n\n```json\n(.*?)```", TEXT, re.DOTALL))
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
(ANSWER,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)


def test_the_tables_are_up_to_date():
    assert filled(TEXT) == TEXT, "run python -m reports.scenario_fields"


def test_every_field_of_every_part_stands_there_once():
    told = [(part, name) for part, names in TABLE.findall(TEXT) for name in names.split(", ")]
    assert sorted(told) == sorted((part, name) for part, fields in parts().items() for name in fields)


def test_a_row_says_what_a_field_means_may_be_and_is_if_left_out():
    rows = {line for line in TEXT.splitlines() if line.startswith("| `")}
    assert (
        "| `ed_share` | share of each host's seats reserved for disadvantaged students | a number from 0 to 1 | `0.5` |"
        in rows
    )
    assert any(
        line.startswith("| `unfilled` |") and "`hold`: left empty, so that the host keeps" in line for line in rows
    )
    assert any(line.startswith("| `hosts` |") and "[Host](#host)" in line for line in rows)


@pytest.fixture
def folder(tmp_path, monkeypatch, home):  # noqa: ARG001
    """A folder with the page's files, to work in."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_command_of_the_page_runs(folder, capsys):  # noqa: ARG001
    for command in COMMANDS:
        assert cli.main(shlex.split(command)[1:]) == 0, capsys.readouterr().err
        printed = capsys.readouterr().out
        if command.endswith(" half.json"):
            assert printed.startswith(ANSWER.strip())
    assert {command.split()[-1] for command in COMMANDS} > set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_example_has_all_it_asks_for(folder, capsys, name):  # noqa: ARG001
    cli.main(["simulate", "franklin", name, "--format", "json", "--replicates", "5", "--minimum-cell", "0"])
    told = json.loads(capsys.readouterr().out)
    assert told["notes"] == []
    asked = json.loads(FILES[name])
    assert {field: told["scenario"][field] for field in ("dataset", "district", "year")}.items() <= asked.items()


def test_the_examples_do_what_the_page_says_of_them(folder, capsys):  # noqa: ARG001
    def result(name):
        cli.main(["simulate", "franklin", name, "--format", "json", "--replicates", "5", "--minimum-cell", "0"])
        return json.loads(capsys.readouterr().out)

    (host,) = [row for row in result("half.json")["schools"] if row["host"]]
    assert host["students_before"] - 400 == 323
    band = result("band.json")["pools"]
    assert {row["group"] for row in band} == {"ed", "other", "open"}
    for host in {row["host"] for row in band}:
        seats = {row["group"]: row["seats"] for row in band if row["host"] == host}
        assert seats["open"] == pytest.approx(sum(seats.values()) / 5, abs=1)
    grown = result("kindergarten.json")
    assert sum(row["seats"] for row in grown["pools"]) == 80 + 3 * 100
    private = sum(row["students"] for row in grown["flows"] if row["from_school"] == "private schools")
    assert 0 < private <= 95
