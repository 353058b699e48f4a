"""What the pages' buttons give: protected, neutralised, and told on the page."""

import csv
import json
import re
from io import StringIO

import pandas as pd
import pytest

from data.load import load
from tests.small_state import lines, written

TEXT = {"ncessch": "str", "leaid": "str"}
EVIL = "=1+1|cmd"


@pytest.fixture
def state(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state with a name that is a formula, four disadvantaged students in one school, all in another."""
    header, *rows = lines()
    rows[0] = rows[0].replace(",100,90,", ",100,4,").replace("Uneven School 1", EVIL)
    rows[1] = rows[1].replace(",100,50,", ",100,100,")
    return load([written(tmp_path / "small.csv", [header, *rows])], name="small")


@pytest.fixture
def downloaded(opened, would_save):
    """Open a page of the state; what each of its buttons gives, by its label, and the page."""

    def downloaded(page, **link):
        would_save.clear()
        app = opened(page, state="Ohio", **link)
        return {label: data() if callable(data) else data for label, data in would_save.items()}, app

    return downloaded


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


def said_of_downloads(app):
    (said,) = [each.value for each in app.caption if "ownloads hide" in each.value]
    return said


def is_number(cell):
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) is not None


def test_a_districts_schools_leave_without_their_small_counts(state, downloaded):
    files, app = downloaded("district", district="Uneven (3900001)")
    rows = table(files["Table (CSV)"]).set_index("ncessch")
    hidden = ["390000100001", "390000100002"]
    assert rows.loc[hidden, ["ed", "share", "contribution"]].isna().all(axis=None)
    assert rows.loc[hidden, "suppressed"].tolist() == ["fewer than 10", "all but fewer than 10"]
    assert rows.loc["390000100003", "ed"] == 10
    assert set(rows["minimum_cell"]) == {10}
    assert set(rows["data_version"]) != {state.input_hash}
    # The page itself shows what was loaded, and says so.
    shown = next(each.value for each in app.dataframe if "School" in each.value)
    assert sorted(shown["Economically disadvantaged students"]) == [4, 10, 100]
    assert "2020–21: hidden 2 of 6 school counts" in said_of_downloads(app)


@pytest.mark.parametrize("page", ["overview", "districts", "district"])
def test_no_text_of_a_download_is_a_formula(state, downloaded, page):  # noqa: ARG001
    files, _ = downloaded(page, district="Uneven (3900001)")
    cells = [cell for text in files.values() for row in csv.reader(StringIO(text)) for cell in row]
    # A number, such as a change, may begin with a minus sign.
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@") and not is_number(cell)]
    if page == "district":
        assert f"'{EVIL}" in cells


def test_districts_that_hidden_counts_shake_have_no_index(state, downloaded):  # noqa: ARG001
    rows = table(downloaded("districts")[0]["Table (CSV)"]).set_index("leaid")
    assert pd.isna(rows.loc["3900001", "variance_ratio"])
    assert rows.loc["3900001", "suppressed"].startswith("2 school counts hidden")
    assert rows.loc["3900002", "variance_ratio"] == 0
    parts = table(downloaded("overview")[0]["Every district's contribution (CSV)"]).set_index("leaid")
    assert parts.loc["3900001", ["between", "within", "V_part"]].isna().all()


def test_a_scenario_leaves_without_its_hidden_schools(state, downloaded):  # noqa: ARG001
    files, _ = downloaded("policy", district="Uneven (3900001)")
    rows = table(files["Table (CSV)"]).set_index("ncessch")
    columns = ["ed_before", "ed_after", "ed_after_low", "ed_after_high", "share_after_low", "share_after_high"]
    assert rows.loc[["390000100001", "390000100002"], columns].isna().all(axis=None)
    assert json.loads(files["Scenario (JSON)"])["dataset"] == "small"
    moves = table(files["Who moves where (CSV)"])
    assert len(moves)
    assert moves["students"].isna().all()


def test_what_follows_from_a_scenario_leaves_without_its_hidden_schools(state, downloaded):
    hosts = {"hosts_3900001_dallas": "Uneven School 2 (390000100002)"}
    files, app = downloaded("policy", district="Uneven (3900001)", **hosts)
    assert any("best to be told" in each.value for each in app.caption)
    assert "try_best" not in [each.key for each in app.button]
    hidden = ["390000100001", "390000100002"]
    seats = table(files["Seats and odds (CSV)"])
    of_hidden = seats["host"].astype("str").isin(hidden)
    assert of_hidden.any()
    told = seats.loc[of_hidden, ["kept", "inside", "unfilled", "applied", "waiting"]]
    assert ((told % 10 == 0) | told.eq(seats.loc[of_hidden, "seats"], axis=0)).all(axis=None)
    assert seats.loc[of_hidden, "suppressed"].str.endswith("rounded to 10").all()
    moves = table(files["Who moves, by host (CSV)"])
    assert moves[["arrive_ed", "arrive_other", "leave_ed", "leave_other"]].notna().all(axis=None)
    senders = table(files["Who leaves which school (CSV)"])
    of_hidden = senders["ncessch"].astype("str").isin(hidden)
    assert of_hidden.any()
    assert senders["leave"].notna().all()
    assert senders.loc[of_hidden, ["leave_ed", "leave_other", "arrive_ed", "arrive_other"]].isna().all(axis=None)
    years = table(files["Every year (CSV)"])
    assert years.loc[years["figure"] != "moved", ["value", "low", "high"]].isna().all(axis=None)
    parts = table(files["Between and within (CSV)"])
    assert parts.loc[parts["place"] == "district", ["before", "after"]].isna().all(axis=None)
    races = table(files["Races (CSV)"])
    assert set(races["race"]) >= {"black", "white"}
    assert table(files["Districts (CSV)"])[["ed_before", "ed_after"]].isna().all(axis=None)
    # The best assignment would tell the counts it is made of.
    assert "Frontier (CSV)" not in files
    told = {name: text for name, text in files.items() if name.endswith("(CSV)")}
    assert {version for text in told.values() for version in table(text)["data_version"]} != {state.input_hash}


def test_a_quality_report_leaves_without_small_counts(state, downloaded):
    files, app = downloaded("quality")
    told = json.loads(files["Every year (JSON)"])
    assert "all_ed" not in [finding["check"] for finding in told["findings"]]
    assert "below 10" in told["hidden_here"]["2020"]
    assert {untold["check"] for untold in told["not_told"]} >= {"all_ed"}
    assert "all_ed" not in told["nothing_found"]
    assert told["data_version"] != state.input_hash
    assert any("every student counted as disadvantaged" in each.label for each in app.expander)


@pytest.mark.parametrize(("asked", "hides"), [("0", 0), ("1", 1), ("5", 2), ("11", 3)])
def test_the_smallest_count_is_a_choice_in_the_link(state, downloaded, asked, hides):  # noqa: ARG001
    files, app = downloaded("district", district="Uneven (3900001)", minimum_cell=asked)
    assert table(files["Table (CSV)"])["ed"].isna().sum() == hides
    assert ("hide no count" in said_of_downloads(app)) == (hides == 0)
