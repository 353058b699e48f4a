"""What the optimum prints beside a scenario, and what it refuses."""

import json
import re
from io import StringIO

import pandas as pd
import pytest

from tests.small_state import UNEVEN

COLUMNS = [
    *("what", "move", "miles", "moved", "share_moved", "mean_miles", "unplaced", "value", "bound", "gap", "hosts"),
    "breaks",
]


@pytest.fixture
def plan(run, state, tmp_path):
    """A scenario of the district with 90, 50 and 10 ED students in three schools of 100."""
    file = tmp_path / "plan.json"
    run("scenario", state, "--district", UNEVEN, "-o", file)
    return file


def test_a_row_a_plan(told, state, plan):
    out, err = told("optimum", state, plan, "--format", "csv")
    rows = pd.read_csv(StringIO(out))
    assert rows.columns.tolist() == COLUMNS
    rows = rows.drop_duplicates("what").set_index("what")
    # D = 80/150 today; forty of each group change places and every school is even.
    assert rows.loc["today", "value"] == pytest.approx(80 / 150)
    assert rows.loc["best", ["moved", "value"]].tolist() == [80, pytest.approx(0)]
    best, _, hosts = err[-3:]
    assert best.startswith("The best assignment has D = 0.0000")
    assert hosts.startswith("Best hosts: 1 school hosts 50/50 seats, every place a seat, 50% of them")


def test_limits_and_a_target_out_of_reach(told, state, plan):
    _, err = told("optimum", state, plan, "--move", "0.1", "--target", "D=0.2", "--hosts", "0")
    # 30 movers take 15 of 40 pairs: D = 80/150 × 25/40 = 1/3.
    assert "less than 0.3333" in err[-3]
    assert err[-1] == (
        "No assignment within these limits reaches D = 0.2: it would be within reach without the share of students "
        "who may move."
    )


def test_two_limits_that_stand_in_the_way_together_are_named(told, state, plan):
    _, err = told("optimum", state, plan, "--move", "0.1", "--stay", "0.9", "--target", "D=0.2", "--hosts", "0")
    assert err[-1] == (
        "No assignment within these limits reaches D = 0.2: it would be within reach without the share of students "
        "who may move and the share of each school's students who must stay together."
    )


def test_where_everyone_stays_the_gap_is_nothing(told, state, plan):
    _, err = told("optimum", state, plan, "--stay", "1", "--hosts", "0")
    assert err[-2].endswith("a gap of 0.0000.")


def test_a_target_that_holds_today_is_told_as_such(told, state, plan):
    _, err = told("optimum", state, plan, "--target", "D=0.6", "--hosts", "0")
    assert err[-1] == "Nobody has to move for D = 0.6: it is 0.5333 today."


@pytest.mark.parametrize("number", [1, 2])
def test_any_number_of_hosts_is_chosen_where_the_plan_has_none(told, run, state, tmp_path, number):
    file = tmp_path / "nothing.json"
    run("scenario", state, "--district", UNEVEN, "--preset", "do-nothing", "-o", file)
    out, err = told("optimum", state, file, "--hosts", number, "--format", "csv")
    rows = pd.read_csv(StringIO(out), dtype={"hosts": str}).set_index("what")
    assert 1 <= len(rows.loc["best hosts", "hosts"].split()) <= number
    assert any("Best hosts:" in line for line in err)
    assert "best hosts" not in told("optimum", state, file)[0]


def test_an_outside_share_that_no_rule_lets_reach_the_target(told, run, state, plan):
    asked = "optimum", state, plan, "--target", "D=0.01", "--outside"
    _, err = told(*asked)
    (said,) = [line for line in err if line.startswith("By this plan's own rules no outside share reaches D = 0.01")]
    assert "the least of what was tried is" in said
    assert "If every choice within these limits were free as well" not in " ".join(err)  # the district's own reach it
    outside = json.loads(run(*asked, "--format", "json"))["target"]["outside"]
    assert (outside["share"], outside["complete"], outside["binding"]) == (None, True, [])
    assert outside["shares"][0]["share"] == 0
    assert min(row["value"] for row in outside["shares"]) > 0.01


def test_students_from_outside_where_no_assignment_reaches_the_target(told, state, plan):
    # Nobody moves, so only those who enter the host change anything: it holds nobody more.
    _, err = told("optimum", state, plan, "--target", "D=0.01", "--outside", "--move", "0")
    (said,) = [line for line in err if line.startswith("If every choice within these limits were free as well")]
    assert said.endswith("no outside share would reach D = 0.01: this is proven for every tenth of a percent.")


def test_an_outside_share_is_not_needed_where_the_plan_itself_reaches_the_target(told, state, plan):
    _, err = told("optimum", state, plan, "--target", "D=0.53", "--outside")
    assert any(line.startswith("By this plan's own rules nobody has to come from outside") for line in err)


def test_what_is_looked_for_is_told_on_the_way(told, state, plan):
    _, err = told("optimum", state, plan, "--target", "D=0.3")
    looked = [line for line in err if line.startswith("Looking for ")]
    assert looked[0] == "Looking for the best assignment"
    assert "Looking for the fewest seats in 50/50 schools to the target" in looked


def test_a_simulation_says_how_far_it_is_from_the_best(told, run, state, plan):
    _, err = told("simulate", state, plan)
    rows = pd.read_csv(StringIO(run("optimum", state, plan, "--format", "csv"))).set_index("what")
    plan_row, best = rows.loc["plan"], rows.loc["as many moves"]
    (said,) = [line for line in err if "evenground optimum" in line]
    assert f"the best has D = {best['value']:.4f}; this plan's D = {plan_row['value']:.4f}" in said
    assert said.endswith(f"evenground optimum {state} {plan} shows the frontier.")


def test_a_target_within_reach_as_json(run, state, plan):
    found = json.loads(run("optimum", state, plan, "--target", "V=0.1", "--format", "json"))
    assert list(found) == ["scenario", "index", "limits", "rows", "target", "flows"]
    assert found["scenario"] == json.loads(plan.read_text())
    assert (found["index"], found["limits"]["miles"]) == ("variance_ratio", None)
    assert [list(row) for row in found["rows"]] == [COLUMNS] * len(found["rows"])
    assert found["target"]["value"] == 0.1
    assert found["target"]["fewest_moves"] <= 80
    # The flows are the best assignment's: all schools even, as near as V is asked to come to its bound.
    moves = pd.DataFrame(found["flows"])
    (best,) = [row for row in found["rows"] if row["what"] == "best"]
    assert moves["students"].sum() == best["moved"] == pytest.approx(80, abs=4)
    assert best["value"] == pytest.approx(0, abs=1e-3)
    assert set(moves["group"]) == {"ed", "other"}


def test_schools_nobody_can_place_are_told(told, state, plan):
    _, err = told("optimum", state, plan, "--miles", "5")
    assert "3 schools without a known point neither send nor take students under a travel limit." in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--move", "1.5"], "move is 1.5; give a share between 0 and 1"),
        (["--miles", "-1"], "miles is -1"),
        (["--target", "D"], "no target; write D=0.3"),
        (["--target", "H=0.2"], "no target"),
        (["--target", "D=2"], "between 0 and 1"),
        (["--outside"], "--outside asks what reaches a target but none is given"),
        (["--hosts", "-1"], "--hosts is -1; give a number of schools"),
        (["--target", "D=0.2", "--index", "V"], "--index is V but --target is of D; give one index"),
    ],
)
def test_mistakes_are_named(refused, state, plan, options, words):
    assert re.search(re.escape(words), refused("optimum", state, plan, *options))
