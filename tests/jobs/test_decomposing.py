"""Where segregation lies, as scripts rely on it and as people read it."""

import json
from io import StringIO

import pandas as pd
import pytest

from tests.small_state import EVEN, UNEVEN, lines, written

MEASURES = ["variance_ratio", "theil_h", "mutual_information", "exposure_shortfall"]


def table(text):
    return pd.read_csv(StringIO(text), dtype={"place": "str", "leaid": "str"})


def columns(text):
    return text.splitlines()[0].split(",")


def test_decompose_by_hand(run, state):
    years = json.loads(run("decompose", state, "--format", "json"))
    assert list(years) == ["2020"]
    assert set(years["2020"]) == {*MEASURES, "dissimilarity"}
    for measure in MEASURES:
        assert list(years["2020"][measure]) == ["total", "between", "within"]
    assert years["2020"]["variance_ratio"] == pytest.approx(
        {"total": 38 / 144, "between": 6 / 144, "within": 32 / 144}, abs=1e-15
    )
    assert years["2020"]["dissimilarity"] == pytest.approx(
        {"total": 5 / 12, "between": 5 / 24, "added_within": 5 / 24}, abs=1e-15
    )


def test_decompose_adds_up_for_every_year_and_group(run):
    for group in ("ed", "black,white", "hispanic"):
        years = json.loads(run("decompose", "franklin", "--group", group, "--format", "json"))
        assert len(years) == 6
        for measures in years.values():
            for measure in MEASURES:
                parts = measures[measure]
                assert parts["between"] + parts["within"] == pytest.approx(parts["total"], abs=1e-12)


def test_decompose_as_csv_names_measure_and_part(run, state):
    out = run("decompose", state, "--format", "csv")
    assert {"year", "variance_ratio_total", "dissimilarity_added_within"} <= set(columns(out))
    assert table(out)["variance_ratio_within"].tolist() == pytest.approx([32 / 144], abs=1e-15)


LEVEL_COLUMNS = ["year", "measure", "level", "cells", "part", "share", "most"]


def test_levels_by_hand(run, state):
    """Each county is one district: of V, 6 of 38 parts lie between counties, none between districts of one."""
    rows = table(run("decompose", state, "--levels", "state,county,district,school", "--format", "csv"))
    assert list(rows) == LEVEL_COLUMNS
    assert rows["measure"].unique().tolist() == [*MEASURES, "dissimilarity"]
    v = rows[rows["measure"] == "variance_ratio"]
    assert v["level"].tolist() == ["state", "county", "district", "school"]
    assert v["cells"].tolist() == [1, 2, 2, 6]
    assert v["part"].tolist() == pytest.approx([0, 6 / 144, 0, 32 / 144], abs=1e-15)
    assert v["share"].tolist() == pytest.approx([0, 6 / 38, 0, 32 / 38], abs=1e-15)
    d = rows[rows["measure"] == "dissimilarity"]
    assert d["part"].tolist() == pytest.approx([0, 5 / 24, 0, 5 / 24], abs=1e-15)
    # Uneven has 150 of 240 and 150 of 360 students: at most 5/12 of its D of 8/15.
    assert d["most"].tolist() == pytest.approx([0, 5 / 24, 0, 5 / 12 * 8 / 15], abs=1e-15)
    assert d["share"].isna().all()


@pytest.mark.parametrize("group", ["ed", "black,white", "all-races"])
def test_every_chain_adds_up_to_the_index(run, group):
    job = ["franklin", "--group", group, "--format", "csv"]
    whole = table(run("indices", *job)).set_index("year")
    rows = table(run("decompose", *job, "--levels", "county,sector,district,level"))
    parts = dict(list(rows.groupby("measure")))
    for measure in ("variance_ratio", "theil_h", "mutual_information", "dissimilarity"):
        added = parts[measure].groupby("year")["part"].sum()
        assert added.tolist() == pytest.approx(whole[measure].tolist(), abs=1e-12)
    assert parts["exposure_shortfall"]["part"].isna().all() == (group == "all-races")


def test_levels_are_the_same_as_csv_json_and_table(run, state):
    job = ["decompose", state, "--levels", "district"]
    records = json.loads(run(*job, "--format", "json"))
    assert [list(row) for row in records] == [LEVEL_COLUMNS] * len(records)
    assert len(records) == len(table(run(*job, "--format", "csv"))) == len(run(*job).splitlines()) - 1
    plain = json.loads(run("decompose", state, "--format", "json"))["2020"]
    assert [row["part"] for row in records[:2]] == [plain["variance_ratio"][part] for part in ("between", "within")]


def test_levels_that_do_not_nest_are_crossed_and_said(told, tmp_path):
    moved = [*lines()[:3], lines()[3].replace("Adams", "Brown"), *lines()[4:]]
    state = written(tmp_path / "crossed.csv", moved)
    out, said = told("decompose", state, "--levels", "county,district", "--format", "csv")
    assert "2020–21: 1 of 2 districts lie in more than one county; the part in each counts on its own." in said
    assert table(out)["cells"].tolist()[:3] == [2, 3, 6]


def test_schools_of_unknown_county_are_said(told, tmp_path):
    state = written(tmp_path / "unknown.csv", [*lines()[:6], lines()[6].replace("Brown", "")])
    _, said = told("decompose", state, "--levels", "county")
    assert "2020–21: 1 school of unknown county counts as a county of its own." in said


def test_each_index_says_what_lies_between_districts(told, state):
    _, said = told("decompose", state)
    assert "Of the separation of economically disadvantaged students and other students in tiny in 2020–21:" in said
    assert "By the variance ratio (V), 16% lies between districts and 84% within them." in said  # 6 of 38 parts
    assert said[-1].startswith("Dissimilarity (D) does not split: it is 0.21 over districts")


def test_each_index_says_what_lies_at_each_level(told, state):
    _, said = told("decompose", state, "--levels", "county,district")
    assert [line.split(",")[0] for line in said[-4:]] == [
        "By the variance ratio (V)",
        "By Theil's H",
        "By mutual information (M)",
        "By what exposure falls short of in an even state",
    ]
    assert said[-4].endswith(
        "16% lies between counties, 0% between districts within counties and 84% between schools within districts."
    )


def test_the_table_has_a_row_for_each_index(run, state):
    header, *rows = run("decompose", state).splitlines()
    assert header.split() == ["year", "measure", "total", "between", "within", "share_between"]
    assert [row.split()[1] for row in rows] == [*MEASURES, "dissimilarity"]
    assert rows[0].split()[2:] == ["0.2639", "0.0417", "0.2222", "0.1579"]
    assert rows[-1].split()[2:] == ["0.4167", "0.2083", "0.2083"]


def test_what_chance_gives_each_part_by_hand(run, state):
    """Six schools in two districts, 600 students: of V 5/599 by chance alone, 1/599 of it between districts."""
    job = ["decompose", state, "--expected", "--interval", "--replicates", "20"]
    parts = json.loads(run(*job, "--format", "json"))["2020"]
    v = parts["variance_ratio"]
    assert [v[f"{part}_expected"] for part in ("total", "between", "within")] == pytest.approx(
        [5 / 599, 1 / 599, 4 / 599], abs=1e-15
    )
    assert v["between_excess"] == pytest.approx(6 / 144 - 1 / 599, abs=1e-15)
    for name in MEASURES:
        assert parts[name]["total_expected"] == pytest.approx(
            parts[name]["between_expected"] + parts[name]["within_expected"], abs=1e-15
        )
        assert parts[name]["within_interval_low"] < parts[name]["within_corrected"] < parts[name]["within"]
    whole = json.loads(run("indices", state, "--expected", "--format", "json"))[0]
    assert parts["dissimilarity"]["total_expected"] == pytest.approx(whole["dissimilarity_expected"], abs=1e-15)
    assert {"theil_h_between_expected", "dissimilarity_added_within_interval_high"} <= set(
        columns(run(*job, "--format", "csv"))
    )
    rows = run(*job).splitlines()
    assert rows[0].split()[2:] == [
        *["part", "value", "share", "expected", "excess", "corrected", "interval_low", "interval_high"]
    ]
    assert len(rows) == 1 + 3 * 5


def test_what_chance_gives_each_level(run, state):
    rows = table(run("decompose", state, "--levels", "county,district", "--expected", "--format", "csv"))
    v = rows[rows["measure"] == "variance_ratio"]
    assert v["expected"].tolist() == pytest.approx([1 / 599, 0, 4 / 599], abs=1e-15)
    assert v["excess"].tolist() == pytest.approx([6 / 144 - 1 / 599, 0, 32 / 144 - 4 / 599], abs=1e-15)


def test_v_has_an_interval_at_each_level(told, state):
    """Six schools of 100 in two districts: chance adds (1 − V)/594 of V for each degree of freedom of a level."""
    job = ["decompose", state, "--levels", "county,district", "--interval", "--replicates", "50", "--format", "csv"]
    out, said = told(*job)
    rows = table(out)
    v = rows[rows["measure"] == "variance_ratio"]
    one = (1 - 38 / 144) / 594
    assert v["corrected"].tolist() == pytest.approx([6 / 144 - one, 0, 32 / 144 - 4 * one], abs=1e-12)
    assert (v["interval_low"] <= v["corrected"]).all()
    assert (v["interval_high"] >= v["corrected"]).all()
    assert rows.loc[rows["measure"] != "variance_ratio", "corrected"].isna().all()
    assert any("only V has intervals" in line for line in said)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_ranking_adds_up_to_the_parts(run, measure):
    job = ["decompose", "franklin", "--minimum-cell", "0", "--year", "2023"]
    rows = table(run(*job, "--rank", measure, "--format", "csv"))
    parts = json.loads(run(*job, "--format", "json"))["2023"][measure]
    for part in ("between", "within", "total"):
        assert rows[part].sum() == pytest.approx(parts[part], abs=1e-12)
    assert rows["total"].is_monotonic_decreasing
    assert rows["share"].sum() == pytest.approx(1, abs=1e-12)
    assert len(run(*job, "--rank", measure, "--top", "3").splitlines()) == 4


def test_the_ranking_by_hand(told, state):
    """Of 38 parts Uneven has 3 between districts and all 32 within, Even 3 between."""
    out, said = told("decompose", state, "--rank", "--format", "csv")
    rows = table(out)
    assert rows["leaid"].tolist() == [UNEVEN, EVEN]
    assert rows["district"].tolist() == ["Uneven", "Even"]
    assert rows["total"].tolist() == pytest.approx([35 / 144, 3 / 144], abs=1e-15)
    assert rows["share"].tolist() == pytest.approx([35 / 38, 3 / 38], abs=1e-15)
    assert said[-1].startswith("2 districts in 2020–21 by their contribution to the variance ratio (V) of tiny")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--levels", "district,state"], "give the larger first: state,district."),
        (["--top", "3"], "together with --rank"),
        (["--rank", "--top", "0"], "give 1 or more"),
        (["--rank", "--expected"], "leave out --levels, --expected and --interval"),
        (["--rank", "exposure_shortfall", "--group", "all-races"], "compares two groups, not all-races"),
        (["--expected", "--replicates", "0"], "give 1 to"),
        (["--seed", "3"], "give one of these too"),
    ],
)
def test_what_does_not_go_together_is_refused(refused, state, asked, words):
    assert words in refused("decompose", state, *asked)
