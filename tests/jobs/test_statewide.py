"""Statewide policies on the command line, and what running them prints."""

import json
from dataclasses import asdict
from io import StringIO

import pandas as pd
import pytest

from analysis.statewide.rule import Policy

QUICK = ["--replicates", "5", "--workers", "1"]


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "tenth.json"
    file.write_text(Policy().to_json())
    return file


def table(text):
    return pd.read_csv(StringIO(text), dtype={"leaid": "str"})


def test_a_policy_file_is_written(run, tmp_path):
    assert json.loads(run("statewide-policy")) == asdict(Policy())
    file = tmp_path / "own.json"
    said = ["--name", "Ours", "--level", "middle", "--least-schools", "2", "--hosts-share", "0.5"]
    said += [
        "--choose",
        "lowest-ed",
        "--seats",
        "entry grade",
        "--preset",
        "dallas",
        "--outside",
        "0",
        "--willing",
        "1",
    ]
    run("statewide-policy", *said, "-o", file)
    expected = Policy("Ours", "middle", 2, 0.5, "lowest-ed", "entry grade", "dallas", 0.0, 1.0)
    assert json.loads(file.read_text()) == asdict(expected)


def test_every_format_tells_the_same(run, policy):
    job = ["statewide", "franklin", policy, *QUICK]
    (record,) = json.loads(run(*job, "--format", "json"))
    rows = table(run(*job, "--format", "csv"))
    assert rows["leaid"].tolist() == [row["leaid"] for row in record["districts"]]
    values = pd.DataFrame(record["districts"])["variance_ratio_after"].astype(float)
    assert rows["variance_ratio_after"].tolist() == pytest.approx(values.tolist(), nan_ok=True)
    state = table(run(*job, "--format", "csv", "--by", "state"))
    assert state["after"].tolist() == pytest.approx([row["after"] for row in record["state"]])
    assert record["policy"] == asdict(Policy()) | {"file": "tenth"}
    assert len(record["left_alone"]) + len(record["districts"]) == 122
    assert len(run(*job).splitlines()) == 1 + len(rows)


def test_it_says_which_districts_are_left_alone_and_why(told, policy):
    _, lines = told("statewide", "franklin", policy, *QUICK)
    start = next(number for number, line in enumerate(lines) if "Each district with 4 elementary schools" in line)
    assert lines[start + 1 : start + 3] == [
        "It applies to 64 of 122 districts.",
        "Left alone: 58 districts with fewer than 4 elementary schools that it assigns students to.",
    ]


def test_figures_that_small_counts_make_uncertain_are_left_out_unless_the_law_allows(run, policy):
    job = ["statewide", "franklin", policy, *QUICK, "--format", "csv"]
    hidden, shown = table(run(*job)), table(run(*job, "--minimum-cell", "0"))
    untold = hidden["suppressed"].notna()
    assert 0 < untold.sum() < len(hidden)
    assert hidden.loc[untold, ["rank", "ed_share", "variance_ratio_before", "balanced_after"]].isna().all(axis=None)
    assert hidden.loc[untold, ["hosts", "students", "moved"]].notna().all(axis=None)
    assert shown["variance_ratio_before"].notna().all()
    assert "suppressed" not in shown


def test_what_moves_between_districts_is_told(told, tmp_path):
    file = tmp_path / "outside.json"
    file.write_text(Policy(outside=1.0, willing=1.0).to_json())
    _, lines = told("statewide", "franklin", file, *QUICK)
    assert any(line.endswith("districts without hosts lose students.") for line in lines)
    assert any("drawn by the lotteries of two districts stay where they are" in line for line in lines)


def test_several_states_and_policies_are_one_plan(run, policy, tmp_path):
    other = tmp_path / "poorest.json"
    other.write_text(Policy(choose="highest-ed", least_schools=20).to_json())
    rows = table(run("statewide", "franklin", "california-2000", other, *QUICK, "--format", "csv"))
    assert rows.groupby("dataset").ngroups == 2
    assert set(rows["policy"]) == {"poorest"}
    state = table(run("statewide", "franklin", policy, other, *QUICK, "--by", "state", "--format", "csv"))
    assert state["policy"].unique().tolist() == ["tenth", "poorest"]
    # What is before the policy does not depend on it.
    before = state.pivot_table(index=["measure", "part"], columns="policy", values="before")
    assert before["tenth"].tolist() == pytest.approx(before["poorest"].tolist())


def test_workers_change_no_figure(run, policy, monkeypatch, tmp_path):
    job = ["statewide", "franklin", policy, "--replicates", "3", "--format", "csv"]
    alone = run(*job, "--workers", "1")
    monkeypatch.setenv("EVENGROUND_HOME", str(tmp_path / "other"))
    assert run(*job, "--workers", "2") == alone
    assert run(*job, "--workers", "1", "--seed", "1") != alone


def test_a_person_at_a_terminal_sees_a_bar(run, policy, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    seen = []
    monkeypatch.setattr("sys.stderr.write", seen.append, raising=False)
    run("statewide", "franklin", policy, *QUICK)
    bars = [text for text in seen if text.startswith("\rfranklin, tenth: ")]
    assert "░" * 30 + " 0 of 64 districts" in bars[0]
    assert bars[-1].endswith("█" * 30 + " 64 of 64 districts\n")


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("statewide franklin", ["policy file", "statewide-policy"]),
        ("statewide {policy}", ["a dataset"]),
        ("statewide franklin no-such.json", ["no-such.json", "exists"]),
        ("statewide nowhere {policy}", ["nowhere", "franklin"]),
        ("statewide franklin {policy} --year 1999", ["1999"]),
        ("statewide franklin {policy} --replicates 0", ["--replicates", "0"]),
        ("statewide franklin {policy} --workers 0", ["--workers", "0"]),
        ("statewide franklin {policy} --seed -1", ["--seed"]),
        ("statewide franklin {policy} --scheduler here", ['"here"', "tcp://"]),
        ("statewide franklin {policy} --by school", ["school", "state"]),
        ("statewide-policy --hosts-share 2", ["hosts_share", "2.0"]),
        ("statewide-policy --preset paris", ["paris", "dallas"]),
    ],
)
def test_a_mistake_is_one_plain_line(capsys, policy, job, words):
    import cli

    try:
        status = cli.main([word.format(policy=policy) for word in job.split()])
    except SystemExit as stopped:
        status = stopped.code
    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    told = printed.err.splitlines()[-1]
    assert told.startswith("evenground: ")
    assert told.endswith(".")
    for word in words:
        assert word in told
