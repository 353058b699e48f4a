"""What the optimum prints beside a scenario, and what it refuses."""

import json
import re
from io import StringIO

import pandas as pd
import pytest

from tests.small_state import UNEVEN

COLUMNS = ["what", "move", "miles", "moved", "share_moved", "mean_miles", "value", "bound", "gap", "hosts"]


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
    assert err[-1].startswith("The best assignment has D = 0.0000")


def test_limits_and_a_target_out_of_reach(told, state, plan):
    _, err = told("optimum", state, plan, "--move", "0.1", "--target", "D=0.2")
    # 30 movers take 15 of 40 pairs: D = 80/150 × 25/40 = 1/3.
    assert "less than 0.3333" in err[-2]
    assert err[-1] == (
        "No assignment within these limits reaches D = 0.2: it would be within reach without the share of students "
        "who may move."
    )


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
        (["--target", "D=0.2", "--index", "V"], "--index is V but --target is of D; give one index"),
    ],
)
def test_mistakes_are_named(refused, state, plan, options, words):
    assert re.search(re.escape(words), refused("optimum", state, plan, *options))
