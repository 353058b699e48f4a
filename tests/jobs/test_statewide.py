"""Statewide policies on the command line, and what running them prints."""

import json
import re
import shlex
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import cli
from analysis.policy.scenario import Pool, Scenario
from analysis.statewide import work
from analysis.statewide.rule import CHOICES, Policy, from_json
from data.batches.runs import Run
from tests.second_state import other_state

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "statewide.md").read_text(encoding="utf-8")
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


def test_a_policy_takes_a_scenarios_rules(run, refused, tmp_path):
    asked = Scenario("franklin", "9000360", 2023, years=3, unfilled="lower", name="Three years")
    (tmp_path / "plan.json").write_text(asked.to_json())
    policy = from_json(run("statewide-policy", "--like", tmp_path / "plan.json", "--choose", "largest"))
    assert policy == Policy(choose="largest", template=asked)
    told = refused("statewide-policy", "--like", tmp_path / "plan.json", "--preset", "dallas")
    assert "--preset and --like" in told
    (tmp_path / "plan.json").write_text(replace(asked, ed=Pool(senders=("1",))).to_json())
    assert "ed.senders" in refused("statewide-policy", "--like", tmp_path / "plan.json")
    (tmp_path / "plan.json").write_text(replace(asked, lottery_basis="direct").to_json())
    assert 'lottery_basis "direct"; leave that out' in refused("statewide-policy", "--like", tmp_path / "plan.json")


def test_the_pages_commands_run(told, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    for line in lines:
        if line.startswith("evenground ") and "texas" not in line:
            told(*shlex.split(line)[1:], *(QUICK if line.startswith("evenground statewide ") else []))
    assert from_json((tmp_path / "like-d15.json").read_text()).template.name == "New York D15"
    assert all(f"`{word}`" in PAGE for word in CHOICES)


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


def test_it_says_what_is_ranked_how_many_districts_gain_and_why_some_have_no_rank(told, policy):
    printed, lines = told("statewide", "franklin", policy, *QUICK, "--format", "csv")
    rows, schools = table(printed), "elementary schools alone"
    falls = rows["variance_ratio_after"] < rows["variance_ratio_before"]
    (said,) = [line for line in lines if line.startswith("franklin, tenth: ")]
    assert f"Figures are of {schools}. Districts are ranked by how much V" in said
    assert f"V falls in {falls.sum()} districts and rises in " in said
    empty = rows["unfilled"].dropna()
    told_of = f"{(empty > 0).sum()} of {len(empty)} districts: {empty.sum():,.0f} of "
    assert any(line.startswith(f"Seats are expected to stay empty in {told_of}") for line in lines)
    untold = rows["suppressed"].notna().sum()
    assert f"Last, without V and rank: {untold} districts, too many school counts hidden." in lines


def test_students_are_whole_numbers_on_screen(run, policy):
    job = ["statewide", "franklin", policy, *QUICK, "--minimum-cell", "0"]
    # A district's name is several words and its hosts, students and those who move come after it.
    moved = [row.split()[-7] for row in run(*job).splitlines()[1:]]
    exact = table(run(*job, "--format", "csv"))["moved"]
    assert moved == [str(round(each)) for each in exact]
    *indices, students = [row.split() for row in run(*job, "--by", "state").splitlines()[1:]]
    assert students[2] == "moved"
    assert students[4:] == [str(round(float(each))) for each in students[4:]]
    assert all(re.fullmatch(r"-?\d\.\d{4}", each) for row in indices for each in row[4:])


def test_figures_that_small_counts_make_uncertain_are_left_out_unless_the_law_allows(run, policy):
    job = ["statewide", "franklin", policy, *QUICK, "--format", "csv"]
    hidden, shown = table(run(*job)), table(run(*job, "--minimum-cell", "0"))
    untold = hidden["suppressed"].notna()
    assert 0 < untold.sum() < len(hidden)
    assert (
        hidden.loc[untold, ["rank", "ed_share", "unfilled", "variance_ratio_before", "balanced_after"]]
        .isna()
        .all(axis=None)
    )
    assert hidden.loc[untold, ["hosts", "students", "seats", "moved"]].notna().all(axis=None)
    assert shown["variance_ratio_before"].notna().all()
    assert "suppressed" not in shown


def test_the_order_does_not_tell_the_rank_of_a_district_left_out(run, policy):
    job = ["statewide", "franklin", policy, *QUICK, "--format", "csv"]
    rows, shown = table(run(*job)), table(run(*job, "--minimum-cell", "0"))
    told = rows["suppressed"].isna()
    assert not told.is_monotonic_increasing
    assert told.is_monotonic_decreasing
    assert rows.loc[told, "rank"].tolist() == [*range(1, told.sum() + 1)]
    assert rows.loc[~told, "leaid"].is_monotonic_increasing
    of_told = shown[shown["leaid"].isin(rows.loc[told, "leaid"])]
    falls = of_told["variance_ratio_after"] - of_told["variance_ratio_before"]
    assert falls.is_monotonic_increasing


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


def test_a_state_where_the_policy_applies_nowhere_is_left_out_of_several(told, policy, tmp_path):
    job = ["statewide", "franklin", "california-2000", other_state(tmp_path), policy, *QUICK]
    printed, lines = told(*job, "--format", "json")
    reason = next(line for line in lines if line.startswith("california-2000, tenth: left out. "))
    assert "The policy applies to no district of california-2000: " in reason
    assert "All states without california-2000 (2), tenth: V from " in lines[-1]
    first, second, without, totals = json.loads(printed)
    assert [first["dataset"], second["dataset"]] == ["franklin", "other"] == totals["states"]
    assert without["dataset"] == "california-2000" == totals["states_left_out"][0]
    assert without["policy"]["file"] == "tenth"
    assert reason.endswith(without["left_out"])
    rows = table(told(*job, "--format", "csv")[0])
    assert set(rows["dataset"]) == {"franklin", "other"}


@pytest.mark.parametrize(
    ("datasets", "least_schools", "said"),
    [
        (["california-2000"], 4, "The policy applies to no district of california-2000: "),
        (["franklin", "california-2000"], 1000, "No policy applies to any of these datasets; "),
    ],
)
def test_a_policy_that_applies_nowhere_is_refused(capsys, tmp_path, datasets, least_schools, said):
    policy = tmp_path / "policy.json"
    policy.write_text(Policy(least_schools=least_schools).to_json())
    assert cli.main(["statewide", *datasets, str(policy)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[-1].startswith(f"evenground: {said}")


def test_several_states_have_totals_level_by_level(told, run, policy, tmp_path):
    job = ["statewide", "franklin", other_state(tmp_path), policy, *QUICK, "--minimum-cell", "0"]
    printed, lines = told(*job, "--by", "state", "--format", "csv")
    rows = table(printed).set_index(["dataset", "measure", "part"])
    whole = rows.loc["all states"]
    for measure in ("variance_ratio", "theil_h", "exposure_shortfall"):
        parts = whole.loc[measure][["before", "after"]]
        assert parts.loc[["between_states", "between_districts", "within"]].sum().tolist() == pytest.approx(
            parts.loc["total"].tolist()
        )
    moved = rows.xs("moved", level="measure")["after"]
    assert moved["all states"].sum() == pytest.approx(moved["franklin"].sum() + moved["other"].sum())
    v = whole.loc["variance_ratio"]
    assert (
        f"All states (2), tenth: V from {v.loc['total', 'before']:.4f} to {v.loc['total', 'after']:.4f}, " in lines[-1]
    )
    assert f"between states from {v.loc['between_states', 'before']:.4f} to " in lines[-1]
    *states, record = json.loads(run(*job, "--format", "json"))
    assert [each["dataset"] for each in states] == ["franklin", "other"] == record["states"]
    assert [row["after"] for row in record["state"]] == pytest.approx(whole["after"].tolist())


def test_states_that_cannot_be_added_up_say_why(told, policy, tmp_path):
    _, lines = told("statewide", "franklin", "franklin", policy, *QUICK)
    assert lines[-1] == (
        "There are no totals over all states: two of the states are called franklin; give their files different names."
    )
    other = other_state(tmp_path, prefix="90")
    _, lines = told("statewide", "franklin", other, policy, *QUICK)
    assert "franklin and other both have district 9" in lines[-1]
    poorest = tmp_path / "poorest.json"
    poorest.write_text(Policy(choose="highest-ed", least_schools=20).to_json())
    _, lines = told("statewide", "franklin", "california-2000", poorest, *QUICK)
    assert "the states count disadvantaged students differently" in lines[-1] or "years differ" in lines[-1]


def test_a_run_over_several_states_goes_on_where_it_stopped(run, policy, monkeypatch, tmp_path):
    largest = tmp_path / "largest.json"
    largest.write_text(Policy(choose="largest").to_json())
    job = ["statewide", "franklin", other_state(tmp_path), policy, largest, *QUICK, "--by", "state", "--format", "csv"]
    monkeypatch.setattr(work, "_CHUNK_ROWS", 200)
    simulated, keep = [], Run.keep
    monkeypatch.setattr(Run, "keep", lambda run, content: (simulated.append(run.folder.name), keep(run, content)))
    whole, pieces = run(*job), list(simulated)
    assert len(set(pieces)) == 4  # two states × two policies, each with several pieces
    monkeypatch.setenv("EVENGROUND_HOME", str(tmp_path / "again"))

    def stop_in_the_third(run, content):
        if len(set(simulated)) == 3:
            raise KeyboardInterrupt
        simulated.append(run.folder.name)
        keep(run, content)

    simulated.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Run, "keep", stop_in_the_third)
        assert cli.main([str(word) for word in job]) == 130
    assert len(simulated) < len(pieces)
    assert run(*job) == whole
    assert simulated == pieces


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
    bars = [text for text in seen if text.startswith("\r\033[Kfranklin, tenth: ")]
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
        ("statewide franklin {direct}", ["direct.json's template", "lottery_basis", "leave that out", "--basis"]),
        ("statewide-policy --like no-such.json", ["no-such.json", "exists"]),
        ("statewide franklin {policy} --by school", ["school", "state"]),
        ("statewide-policy --hosts-share 2", ["hosts_share", "2.0"]),
        ("statewide-policy --preset paris", ["paris", "dallas"]),
    ],
)
def test_a_mistake_is_one_plain_line(capsys, policy, job, words):
    direct = policy.with_name("direct.json")
    direct.write_text('{"template": {"lottery_basis": "direct"}}')
    try:
        status = cli.main([word.format(policy=policy, direct=direct) for word in job.split()])
    except SystemExit as stopped:
        status = stopped.code
    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    told = printed.err.splitlines()[-1]
    assert told.startswith("evenground: ")
    assert told.endswith(".")
    for word in words:
        assert word in told
