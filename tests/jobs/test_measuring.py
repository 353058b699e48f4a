"""Jobs that measure as scripts rely on them: columns, formats and files."""

import json
import math
from io import StringIO

import pandas as pd
import pytest

from analysis.indices import INDICES, MULTIGROUP
from data.reading import tables
from tests.small_state import COLUMNS, EVEN, UNEVEN, lines, written

INDEX_COLUMNS = [
    "year",
    "place",
    "place_name",
    "schools",
    "students",
    "group_students",
    "dissimilarity",
    "exposure",
    "isolation",
    "variance_ratio",
    "theil_h",
    "mutual_information",
    "gini",
    "atkinson",
]
# What marks the counts that are hidden, after all other columns.
MARKS = ["group_students_within", "suppressed"]
MEASURES = ["variance_ratio", "theil_h", "mutual_information", "exposure_shortfall"]
TEXT = dict.fromkeys(["place", "ncessch", "leaid"], "str")


def table(text):
    return pd.read_csv(StringIO(text), dtype=TEXT)


def columns(text):
    return text.splitlines()[0].split(",")


def test_indices_of_the_state_by_hand(run, state):
    out = run("indices", state, "--format", "csv")
    assert columns(out) == [*INDEX_COLUMNS, *MARKS]
    (row,) = table(out).to_dict("records")
    assert (row["year"], row["place"], row["schools"], row["students"], row["group_students"]) == (
        2020,
        "OH",
        6,
        600,
        240,
    )
    assert row["dissimilarity"] == pytest.approx(5 / 12, abs=1e-15)
    assert row["variance_ratio"] == pytest.approx(38 / 144, abs=1e-15)


def test_every_registered_index_is_a_column():
    assert INDEX_COLUMNS[6:] == list(INDICES)


@pytest.mark.parametrize(
    ("by", "places", "names"),
    [
        ("state", ["OH"], ["OH"]),
        ("county", ["Adams", "Brown"], ["Adams", "Brown"]),
        ("district", [UNEVEN, EVEN], ["Uneven", "Even"]),
    ],
)
def test_indices_by_place(run, state, by, places, names):
    rows = table(run("indices", state, "--by", by, "--format", "csv"))
    assert rows["place"].tolist() == places
    assert rows["place_name"].tolist() == names


def test_an_undefined_index_is_an_empty_cell_and_null(run, tmp_path):
    nobody = [COLUMNS, *(line.replace(",30,state", ",0,state") for line in lines()[4:])]
    state = written(tmp_path / "nobody.csv", nobody)
    # Of students of one kind, only mutual information is defined: knowing the school tells nothing.
    job = ["indices", state, "--minimum-cell", "0"]
    assert run(*job, "--format", "csv").splitlines()[1] == "2020,OH,OH,3,300,0,,,,,,0.0,,"
    (row,) = json.loads(run(*job, "--format", "json"))
    assert [name for name in INDICES if row[name] is not None] == ["mutual_information"]


def test_json_and_csv_hold_the_same_at_full_precision(run):
    job = ["indices", "franklin", "--by", "district", "--year", "2023"]
    rows = json.loads(run(*job, "--format", "json"))
    csv = table(run(*job, "--format", "csv"))
    assert list(rows[0]) == [*INDEX_COLUMNS, *MARKS]
    assert len(rows) == len(csv) > 100
    for name in INDICES:
        assert [math.nan if row[name] is None else row[name] for row in rows] == pytest.approx(
            csv[name].tolist(), rel=0, abs=0, nan_ok=True
        )


def test_sensitivity_has_a_row_for_each_definition(run):
    rows = json.loads(run("sensitivity", "franklin", "--year", "2023", "--format", "json"))
    assert [row["basis"] for row in rows] == ["frpl", "free", "direct", "direct_x16"]
    (own,) = json.loads(run("indices", "franklin", "--year", "2023", "--format", "json"))
    assert rows[0]["variance_ratio"] == pytest.approx(own["variance_ratio"], abs=1e-12)
    assert (rows[0]["exposure"], rows[0]["schools"]) == (own["exposure"], own["schools"])


def test_sensitivity_of_a_year_or_a_table_without_ed_is_refused(refused, tmp_path):
    assert "no year 1999" in refused("sensitivity", "franklin", "--year", "1999")
    only_race = ["year,ncessch,leaid,students,black", "2020,1,a,10,5"]
    assert "no count of economically" in refused("sensitivity", written(tmp_path / "race.csv", only_race))


def test_the_printed_table_has_the_same_columns(run, state):
    header, *rows = run("indices", state, "--by", "district").splitlines()
    assert header.split() == [*INDEX_COLUMNS, *MARKS]
    assert len(rows) == 2


def test_group_level_and_year_choose_the_schools(run):
    everyone = table(run("indices", "franklin", "--format", "csv"))
    high = table(run("indices", "franklin", "--level", "high", "--format", "csv"))
    one_year = table(run("indices", "franklin", "--year", "2020", "--format", "csv"))
    assert everyone["year"].tolist() == [2018, 2019, 2020, 2021, 2022, 2023]
    assert (high["students"] < everyone["students"]).all()
    pd.testing.assert_frame_equal(one_year, everyone[everyone["year"] == 2020].reset_index(drop=True))


def test_two_races_are_compared_without_the_others(run, state):
    job = ["indices", state, "--group", "black,white", "--minimum-cell", "0", "--format", "csv"]
    (row,) = table(run(*job)).to_dict("records")
    # 120 of 600 are black: P = 1/5; the schools have 60, 0, 0, 20, 20 and 20 of 100.
    assert row["group_students"] == 120
    assert row["dissimilarity"] == pytest.approx(100 * (0.4 + 0.2 + 0.2) / (2 * 600 * 0.2 * 0.8), abs=1e-15)


def test_a_result_can_go_to_a_file(run, state, tmp_path):
    out = tmp_path / "result.csv"
    job = ["indices", state, "--by", "district", "--format", "csv"]
    assert run(*job, "-o", out) == ""
    assert out.read_text(encoding="utf-8") == run(*job)


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_schools_table_of_another_kind_gives_the_same(run, state, tmp_path, kind):
    text = pd.read_csv(state, dtype={"ncessch": "str", "leaid": "str"})
    other = tmp_path / f"tiny.{kind}"
    text.to_parquet(other) if kind == "parquet" else text.to_excel(other, index=False)
    job = ["--by", "district", "--format", "csv"]
    assert run("indices", other, *job) == run("indices", state, *job)


def test_names_that_are_formulas_are_told_as_text_and_come_back(run, tmp_path):
    evil = '=HYPERLINK("http://example.org","Oak")'
    quoted = evil.replace('"', '""')
    state = written(tmp_path / "evil.csv", [line.replace("Uneven School 1", f'"{quoted}"') for line in lines()])
    job = ["contribution", state, "--district", UNEVEN, "--format"]
    told = written(tmp_path / "told.csv", [run(*job, "csv")])
    assert evil not in table(told.read_text())["school"].tolist()
    assert f"'{evil}" in table(told.read_text())["school"].tolist()
    (read,) = tables(told)
    assert evil in read.frame()["school"].tolist()
    assert evil in [row["school"] for row in json.loads(run(*job, "json"))]


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


def test_all_races_leave_what_compares_two_groups_empty_and_say_so(told):
    out, said = told("indices", "franklin", "--group", "all-races", "--year", "2023", "--format", "csv")
    assert columns(out) == [*INDEX_COLUMNS[:6], "diversity", *INDEX_COLUMNS[6:], *MARKS]
    (row,) = table(out).to_dict("records")
    empty = [name for name in INDICES if math.isnan(row[name])]
    assert empty == ["exposure", "isolation", "atkinson"]
    assert "exposure, isolation, atkinson: left empty, for each compares two groups only." in said


def test_all_races_of_two_are_those_two(run, state):
    pair, every = (
        table(run("indices", state, "--group", group, "--minimum-cell", "0", "--format", "csv")).iloc[0]
        for group in ("black,white", "all-races")
    )
    for name in MULTIGROUP:
        assert every[name] == pytest.approx(pair[name], abs=1e-15)
    # 120 Black and 480 White students: 2 × 1/5 × 4/5.
    assert every["diversity"] == pytest.approx(8 / 25, abs=1e-15)


def test_contribution_among_all_races_is_local_segregation(run):
    job = ["franklin", "--group", "all-races", "--minimum-cell", "0", "--format", "csv"]
    rows = table(run("contribution", *job, "--district", "9000360"))
    assert rows[["contribution", "gap"]].isna().all(axis=None)
    district = table(run("indices", *job, "--by", "district")).query("place == '9000360'").iloc[-1]
    weight = rows["group_students"] / rows["group_students"].sum()
    assert (rows["local_information"] * weight).sum() == pytest.approx(district["mutual_information"], abs=1e-14)
    assert (rows["local_h"] * weight).sum() == pytest.approx(district["theil_h"], abs=1e-14)


def test_contribution_by_hand(run, state):
    out = run("contribution", state, "--district", UNEVEN, "--format", "csv")
    assert columns(out)[:5] == ["ncessch", "school", "students", "group_students", "contribution"]
    assert columns(out)[5:] == ["gap", "local_information", "local_h", "suppressed"]
    shares = table(out).set_index("ncessch")["contribution"].to_dict()
    assert shares == pytest.approx({f"{UNEVEN}00001": 0.5, f"{UNEVEN}00002": 0.0, f"{UNEVEN}00003": 0.5}, abs=1e-15)
    gaps = table(out).set_index("ncessch")["gap"].to_dict()
    assert gaps == pytest.approx({f"{UNEVEN}00001": 0.4, f"{UNEVEN}00002": 0.0, f"{UNEVEN}00003": -0.4}, abs=1e-15)
    # One of three equal schools with the mirrored mix: M is the mean of the three, and E is ln 2.
    local = table(out)["local_h"]
    h = table(run("indices", state, "--by", "district", "--format", "csv")).set_index("place").loc[UNEVEN, "theil_h"]
    assert local.mean() == pytest.approx(h, abs=1e-15)


def test_contribution_where_schools_do_not_differ_is_undefined(run, state):
    rows = json.loads(run("contribution", state, "--district", EVEN, "--format", "json"))
    assert [row["contribution"] for row in rows] == [None] * 3


def test_what_chance_alone_would_give(run, told, state):
    plain = table(run("indices", state, "--by", "district", "--format", "csv"))
    printed, notes = told("indices", state, "--by", "district", "--expected", "--format", "csv")
    found = table(printed)
    more = [f"{name}_{what}" for name in INDICES for what in ("expected", "excess", "chance_share")]
    assert list(found) == [*INDEX_COLUMNS, *more, *MARKS]
    pd.testing.assert_frame_equal(found.drop(columns=more), plain)
    # Three schools of 100 each: V is 2/299 by chance alone, whatever the mix.
    assert found["variance_ratio_expected"].tolist() == pytest.approx([2 / 299, 2 / 299], rel=1e-12)
    assert found["variance_ratio_excess"].tolist() == pytest.approx([32 / 75 - 2 / 299, -2 / 299], rel=1e-12)
    # Even's three schools are the same, evener than chance.
    assert found["variance_ratio_chance_share"].tolist() == pytest.approx([2 / 299 / (32 / 75), 1], rel=1e-12)
    assert notes[-1].startswith("Random assignment alone would give more than 50% of the value of D in 1, ")


def test_intervals_stand_beside_bounds_under_names_of_their_own(run, state):
    job = ["indices", state, "--format", "csv", "--interval", "--replicates", "20"]
    found = table(run(*job, "--bounds"))
    assert len(set(found)) == len(INDEX_COLUMNS) + len(INDICES) * (4 + 5) + len(MARKS) + 1
    (row,) = found.to_dict("records")
    for name in INDICES:
        assert row[f"{name}_low"] == pytest.approx(row[f"{name}_high"])  # nothing is hidden
        assert row[f"{name}_interval_low"] < row[f"{name}_interval_high"]
        assert row[f"{name}_chance_low"] < row[f"{name}_chance_high"]
    # V less what chance gives: (38/144 − 5/599) / (1 − 5/599).
    assert row["variance_ratio_corrected"] == pytest.approx((38 / 144 - 5 / 599) / (1 - 5 / 599), rel=1e-12)
    assert run(*job) == run(*job, "--seed", "0")
    assert run(*job) != run(*job, "--seed", "1")
