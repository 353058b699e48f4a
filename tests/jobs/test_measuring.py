"""Jobs that measure as scripts rely on them: columns, formats and files."""

import json
import math
from io import StringIO

import pandas as pd
import pytest

from analysis.indices import INDICES
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


def test_bounds_are_more_columns_around_every_index(run):
    rows = table(run("indices", "franklin", "--by", "district", "--year", "2023", "--bounds", "--format", "csv"))
    assert list(rows)[: len(INDEX_COLUMNS)] == INDEX_COLUMNS
    bounds = [f"{name}_{side}" for name in INDICES for side in ("low", "high")]
    assert list(rows)[len(INDEX_COLUMNS) :] == [*bounds, *MARKS]
    opened = rows["variance_ratio_low"] < rows["variance_ratio_high"]
    assert 0 < opened.sum() < len(rows)
    sure = rows[~opened & rows["variance_ratio"].notna()]
    assert (sure["variance_ratio"] == sure["variance_ratio_low"]).all()


def test_bounds_are_for_ed_alone(refused, state):
    assert "--bounds is for ED" in refused("indices", state, "--group", "black", "--bounds")


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


def test_contribution_by_hand(run, state):
    out = run("contribution", state, "--district", UNEVEN, "--format", "csv")
    assert columns(out) == ["ncessch", "school", "students", "group_students", "contribution", "suppressed"]
    shares = table(out).set_index("ncessch")["contribution"].to_dict()
    assert shares == pytest.approx({f"{UNEVEN}00001": 0.5, f"{UNEVEN}00002": 0.0, f"{UNEVEN}00003": 0.5}, abs=1e-15)


def test_contribution_where_schools_do_not_differ_is_undefined(run, state):
    rows = json.loads(run("contribution", state, "--district", EVEN, "--format", "json"))
    assert [row["contribution"] for row in rows] == [None] * 3
