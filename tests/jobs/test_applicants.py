"""A scenario's made-up applicants from the command, as docs/lottery.md tells it, and its mistakes."""

import json
import re
import shlex
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from analysis.policy.presets import PRESETS
from analysis.policy.scenario import from_json
from data import store
from data.privacy import protected

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lottery.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE[PAGE.index("## Trying a plan first") :], re.DOTALL)
PLAN, FILES, LOTTERY = (shlex.split(line)[1:] for line in BLOCKS[0].splitlines())
COMPARE = shlex.split(BLOCKS[1])[1:]


@pytest.fixture(autouse=True)
def office(tmp_path, monkeypatch, run):
    """A folder with the page's plan, to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "salt.txt").write_text("a secret of the office")
    run(*PLAN)
    return tmp_path


def test_the_pages_files_go_through_the_lottery(told, run):
    _, said = told(*FILES)
    made, seats = (pd.read_csv(name, dtype={"student": "str"}) for name in ("applications.csv", "seats.csv"))
    students = made["student"].nunique()
    assert f"{students:,} made-up students with {len(made):,} applications for {seats['seats'].sum():,} seats." in said
    (command,) = [line for line in said if line.startswith("The scenario's lottery: ")]
    options = shlex.split(command.removeprefix("The scenario's lottery: "))[1:]
    assert [word for word in options if word not in LOTTERY] == ["TEXT"]
    result = pd.read_csv(StringIO(run(*LOTTERY, "--format", "csv", "--minimum-cell", "0")))
    assert result["seats"].sum() == seats["seats"].sum()
    assert result["offered"].sum() == seats["seats"].sum()  # more apply than there are seats


def test_the_pages_comparison_says_what_the_page_says(told):
    job = [word if word != "100" else "10" for word in COMPARE]
    printed, said = told(*job)
    result = pd.read_csv(StringIO(printed))
    first = result[result["pool"] == "other"].iloc[0]
    assert (first["filled_lottery"], first["filled_simulator"]) == (417, 417)
    assert "are both 417" in PAGE
    assert result["apart"].max() < 4.5
    assert said[-1] == "Means of 10 draws by either engine, too few for a verdict; give 20 or more."


def test_applicants_are_made_of_protected_counts(run):
    """No school sends more of a group than the protected table says, and with everyone willing exactly as many."""
    scenario = from_json(Path("plan.json").read_text())
    everyone = {side: replace(getattr(scenario, side), willing=1.0, outside=0.0) for side in ("ed", "other")}
    Path("all.json").write_text(replace(scenario, **everyone).to_json())
    table = store.schools(store.find("franklin"), [scenario.year])
    run("applicants", "franklin", "all.json", "-o", "applications.csv", "--seats", "seats.csv")
    made = pd.read_csv("applications.csv", dtype={"home": "str"}).drop_duplicates("student")
    sent = made[made["group"] == "ed"].groupby("home").size()
    shown = protected(table, 10).set_index("ncessch")["ed"]
    assert sent.to_dict() == shown[shown.index.isin(sent.index)].to_dict()


def test_years_and_decliners_are_told(told):
    raw = json.loads(Path("plan.json").read_text()) | {"years": 3}
    raw["ed"]["accept"] = 0.5
    Path("years.json").write_text(json.dumps(raw))
    _, said = told("applicants", "franklin", "years.json", "-o", "applications.csv", "--seats", "seats.csv")
    assert "Of the scenario's years only the first is played out." in said
    assert any("more apply but would decline an offer" in line for line in said)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([], ["--seats", "seats.csv"]),
        (["--seats", "seats.csv", "--seed", "-1"], ["--seed", "-1"]),
        (["--compare", "1"], ["--compare", "1", "2 to"]),
        (["--seats", "no-folder/seats.csv"], ["no-folder", "cannot be written"]),
        (["--seats", "plan.json"], ["--seats", "plan.json is an input", "another place"]),
        (["--seats", "applications.csv"], ["--seats", "the place of --output too"]),
    ],
)
def test_a_mistake_is_one_plain_line(capsys, more, words):
    import cli

    assert cli.main(["applicants", "franklin", "plan.json", "-o", "applications.csv", *more]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("evenground: ")
    for word in words:
        assert word in told


def test_a_rule_that_no_lottery_has_is_named(capsys):
    import cli

    scenario = from_json(Path("plan.json").read_text())
    Path("plan.json").write_text(replace(scenario, draw="nearest").to_json())
    assert cli.main(["applicants", "franklin", "plan.json", "--seats", "seats.csv"]) == 2
    assert "evenground: The scenario's draw cannot be played out" in capsys.readouterr().err


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "do-nothing"])
def test_every_presets_files_go_through_the_lottery_as_printed(told, run, preset):
    run("scenario", "franklin", "--district", "9000360", "--preset", preset, "-o", "plan.json")
    _, said = told(*FILES)
    (command,) = [line for line in said if line.startswith("The scenario's lottery: ")]
    words = shlex.split(command.removeprefix("The scenario's lottery: "))[1:]
    _, said_again = told(*words, "--audit", "audit.csv", "--offers", "offers.csv", "--format", "csv")
    seats = pd.read_csv("seats.csv")
    audit, offers = (pd.read_csv(name, dtype={"student": "str"}) for name in ("audit.csv", "offers.csv"))
    assert audit["decision"].eq("offered").sum() == offers["school"].notna().sum() <= seats["seats"].sum()
    assert offers["school"].notna().sum() > 100
    (made,) = [line for line in said if "made-up students" in line]
    assert said_again[0].startswith(made.split(" made-up")[0] + " students")
