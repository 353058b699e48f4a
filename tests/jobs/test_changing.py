"""The job that says why M and H changed: its columns, what it tells beside them, and what it refuses."""

import json
from io import StringIO

import pandas as pd
import pytest

from analysis.change import PARTS
from tests.small_state import COLUMNS, EVEN, UNEVEN, lines, written

COUNTS = ["schools_both", "schools_from_only", "schools_to_only", "unknown_in_to", "unknown_in_from"]


@pytest.fixture
def years(tmp_path):
    """The small state, and a year later with its uneven district as even as the other."""
    later = [line.replace("2020,", "2021,", 1) for line in lines()[1:]]
    even = [line.replace(",90,", ",50,").replace(",10,", ",50,") for line in later]
    return written(tmp_path / "years.csv", [*lines(), *even])


def test_a_row_a_measure_with_parts_that_add_up(run, years):
    rows = pd.read_csv(StringIO(run("change", years, "--format", "csv")))
    assert rows.columns.tolist() == [
        *("from", "to", "measure", "before", "after", "change"),
        *(*PARTS, "shared", *COUNTS),
    ]
    assert rows["measure"].tolist() == ["theil_h", "mutual_information"]
    assert rows[["from", "to"]].to_numpy().tolist() == [[2020, 2021]] * 2
    assert rows[list(PARTS)].sum(axis=1).tolist() == pytest.approx(rows["change"].tolist(), abs=1e-12)
    # All schools keep their size and both groups theirs, so that the change is one of structure.
    assert rows["structure"].tolist() == pytest.approx(rows["change"].tolist(), abs=1e-12)
    assert rows[COUNTS].to_numpy().tolist() == [[6, 0, 0, 0, 0]] * 2


def test_an_interval_stands_beside_the_change_and_each_part(run, refused, years):
    """Both years' V, and so M and H, shrink by chance alone, and the change between them lies in its interval."""
    job = ["change", years, "--interval", "--replicates", "50", "--format", "csv"]
    rows = pd.read_csv(StringIO(run(*job)))
    for part in ("before", "after", "change", *PARTS):
        low, corrected, high = (rows[f"{part}_{end}"] for end in ("interval_low", "corrected", "interval_high"))
        assert (low <= corrected).all()
        assert (corrected <= high).all()
    assert (rows["before_corrected"] < rows["before"]).all()
    assert rows["change_corrected"].tolist() == pytest.approx(
        (rows["after_corrected"] - rows["before_corrected"]).tolist(), abs=1e-12
    )
    assert run(*job) == run(*job, "--seed", "0")
    assert "give it too" in refused("change", years, "--seed", "3")
    assert "leave out --interval" in refused("change", years, "--interval", "--scenarios", "a.json", "b.json")


def test_a_place_is_a_district(run, years):
    state, uneven = (
        json.loads(run("change", years, *place, "--format", "json"))[0] for place in ((), ("--place", UNEVEN))
    )
    assert uneven["schools_both"] == 3
    assert uneven["after"] == pytest.approx(0, abs=1e-15)
    assert uneven["before"] > state["before"]


def test_the_years_and_schools_are_told(told, tmp_path, years):
    _, err = told("change", years)
    assert err == ["6 schools are counted in both years, 0 in 2020–21 only and 0 in 2021–22 only."]
    hidden = [*lines(), *(line.replace("2020,", "2021,", 1).replace(",90,", ",,") for line in lines()[1:])]
    _, err = told("change", written(tmp_path / "hidden.csv", hidden))
    assert "Of these, 1 is there in 2021–22 too, with counts unknown." in err


def test_what_cannot_be_told_apart_is_empty_and_said(told, tmp_path):
    apart = [f"2021,{EVEN}0000{n},{EVEN},S{n},Even,OH,Brown,high,100,50,state,20,80" for n in (7, 8)]
    out, err = told("change", written(tmp_path / "apart.csv", [*lines(), *apart]), "--format", "json")
    assert all(row[part] is None for row in json.loads(out) for part in PARTS)
    assert err[-1] == "The parts cannot be told apart: no school is counted both times with students of the same group."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from", "1999"], "in the year 1999; it has 2020, 2021"),
        (["--from", "2021", "--to", "2020"], "give an earlier year to start from"),
        (["--from", "2021"], "give an earlier year to start from"),
        (["--place", "123"], "no school of district 123"),
        (["--group", "asian"], "no school in this choice"),
    ],
)
def test_what_cannot_be_asked(refused, years, options, words):
    assert words in refused("change", years, *options)


def test_one_year_is_not_enough(refused, state):
    assert "fewer than two years" in refused("change", state)


def test_two_definitions_of_disadvantage_are_not_compared(refused, tmp_path):
    later = [line.replace("2020,", "2021,", 1).replace(",state,", ",frpl,") for line in lines()[1:]]
    assert "--basis" in refused("change", written(tmp_path / "bases.csv", [*lines(), *later]))
    assert COLUMNS.split(",")[10] == "ed_basis"


def test_a_change_left_empty_for_hidden_counts_says_how_to_get_it(told):
    job = ["change", "franklin", "--group", "all-races", "--place", "9000360", "--format", "csv"]
    out, said = told(*job)
    assert pd.read_csv(StringIO(out))["change"].isna().all()
    (line,) = [line for line in said if "left empty" in line]
    assert line.startswith("The change between 2018–19 and 2023–24 and its parts: left empty")
    assert "--minimum-cell 0" in line
    out, said = told(*job, "--minimum-cell", "0")
    assert pd.read_csv(StringIO(out))["change"].notna().all()
    assert not any("left empty" in line for line in said)


def test_between_two_scenarios_and_today(run, refused, tmp_path):
    files = [tmp_path / "dallas.json", tmp_path / "third.json"]
    run("scenario", "franklin", "--district", "9000360", "--preset", "dallas", "-o", files[0])
    files[1].write_text(files[0].read_text().replace('"ed_share": 0.5', '"ed_share": 0.3'))
    rows = pd.read_csv(StringIO(run("change", "franklin", "--scenarios", *files, "--format", "csv")))
    assert list(zip(rows["from"], rows["to"], strict=True))[::2] == [
        ("today", "dallas"),
        ("today", "third"),
        ("dallas", "third"),
    ]
    assert rows[list(PARTS)].sum(axis=1).tolist() == pytest.approx(rows["change"].tolist(), abs=1e-12)
    alone = json.loads(run("simulate", "franklin", files[0], "--replicates", "1", "--format", "json"))
    for row, told in zip(alone["change"], rows.iloc[:2].to_dict("records"), strict=True):
        assert row == pytest.approx({name: told[name] for name in row})
    # The change is of the expected draw, the index beside it of the one draw asked for.
    assert alone["change"][0]["before"] == pytest.approx(alone["indices"]["theil_h"]["before"], abs=1e-12)
    assert alone["change"][0]["after"] == pytest.approx(alone["indices"]["theil_h"]["after"], abs=0.01)
    assert "leave out --from" in refused("change", "franklin", "--scenarios", *files, "--from", "2020")
    assert "give two files" in refused("change", "franklin", "--scenarios", files[0], files[0])
    words = refused("change", "franklin", "--scenarios", *files, "--no-charter", "--group", "black")
    assert words.endswith("leave out --group, --charter and --no-charter.")
    other = tmp_path / "other.json"
    other.write_text(files[0].read_text().replace('"level": null', '"level": "high"'))
    assert "give two of the same level" in refused("change", "franklin", "--scenarios", files[0], other)


def test_scenarios_called_alike_are_told_apart_by_their_folders(run, tmp_path):
    files = [tmp_path / folder / "plan.json" for folder in ("one", "two")]
    for file, share in zip(files, ("0.5", "0.3"), strict=True):
        file.parent.mkdir()
        run("scenario", "franklin", "--district", "9000360", "--preset", "dallas", "-o", file)
        file.write_text(file.read_text().replace('"ed_share": 0.5', f'"ed_share": {share}'))
    rows = pd.read_csv(StringIO(run("change", "franklin", "--scenarios", *files, "--format", "csv")))
    assert rows["to"].tolist()[::2] == [str(files[0]), str(files[1]), str(files[1])]
    assert rows["after"].nunique() > 2


def test_scenarios_follow_the_districts_asked_for_as_simulate_does(run, tmp_path):
    files = [tmp_path / "dallas.json", tmp_path / "third.json"]
    run("scenario", "franklin", "--district", "9000360", "--preset", "dallas", "-o", files[0])
    files[1].write_text(files[0].read_text().replace('"ed_share": 0.5', '"ed_share": 0.3'))
    ground = ["--districts", "geographic", "--format", "json"]
    rows = json.loads(run("change", "franklin", "--scenarios", *files, *ground))
    alone = json.loads(run("simulate", "franklin", files[0], "--replicates", "1", *ground))
    assert rows[0]["before"] == pytest.approx(alone["change"][0]["before"])
    by_who_runs_them = json.loads(run("change", "franklin", "--scenarios", *files, "--format", "json"))
    assert rows[0]["before"] != by_who_runs_them[0]["before"]
