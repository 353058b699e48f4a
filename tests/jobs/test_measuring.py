"""Jobs that measure as scripts rely on them: columns, formats and files."""

import json
import math
from fractions import Fraction
from io import StringIO

import pandas as pd
import pytest

from analysis.indices import INDICES, MULTIGROUP
from analysis.measured import indices_by
from data import store
from data.formats.reading import tables
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


def test_atkinson_of_a_shape_by_hand(told, tmp_path):
    # 80 of 85 and 5 of 85: in 17ths 16 and 1, and of the others 1 and 16.
    rows = [f"2020,{EVEN}0000{n},{EVEN},S{n},Even,OH,Brown,high,85,{ed},state,20,65" for n, ed in ((1, 80), (2, 5))]
    data = written(tmp_path / "two.csv", [COLUMNS, *rows])
    job = ["indices", data, "--minimum-cell", "0", "--format", "csv"]
    out, said = told(*job, "--atkinson-b", "0.25")
    # 16^¼ · 1 + 1 · 16^¾ = 2 + 8.
    assert table(out)["atkinson_0.25"].tolist() == pytest.approx([1 - (10 / 17) ** (4 / 3)], abs=1e-15)
    assert "atkinson" not in table(out)
    assert any(line.startswith("atkinson_0.25: A(b) = 1 − [") and "b = 0.25." in line for line in said)
    out, said = told(*job, "--atkinson-b", "0.5")
    # 1 − (4 + 4)²/17².
    assert table(out)["atkinson"].tolist() == pytest.approx([float(Fraction(289 - 64, 289))], abs=1e-15)
    assert not any("A(b)" in line for line in said)


def test_atkinson_of_a_shape_is_expected_and_corrected_by_that_shape(run, state):
    rows = table(
        run("indices", state, "--by", "district", "--atkinson-b", "0.9", "--expected", "--interval", "--format", "csv")
    )
    for name in ("expected", "excess", "chance_share", "corrected", "interval_low", "interval_high", "chance_high"):
        assert f"atkinson_0.9_{name}" in rows
    uneven = rows.set_index("place").loc[UNEVEN]
    assert 0 < uneven["atkinson_0.9_expected"] < uneven["atkinson_0.9"]
    assert (
        uneven["atkinson_0.9_interval_low"] <= uneven["atkinson_0.9_corrected"] <= uneven["atkinson_0.9_interval_high"]
    )
    assert uneven["atkinson_0.9_corrected"] < uneven["atkinson_0.9"]


@pytest.mark.parametrize("b", ["0", "1", "1.5", "-0.2", "nan", "half"])
def test_a_shape_that_atkinson_does_not_have_is_refused(refused, state, b):
    assert f'"{b}" is no shape of Atkinson(b); give a number between 0 and 1' in refused(
        "indices", state, f"--atkinson-b={b}"
    )


def test_a_shape_is_refused_where_atkinson_has_none(refused, state):
    assert "--bounds knows Atkinson with b = 0.5 only" in refused("indices", state, "--atkinson-b", "0.2", "--bounds")
    assert "--atkinson-b compares two groups, not all-races" in refused(
        "indices", "franklin", "--atkinson-b", "0.2", "--group", "all-races"
    )


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


@pytest.mark.parametrize("by", ["region", "metro", "sector"])
def test_indices_by_place_are_those_of_its_schools_alone(run, by):
    job = ["indices", "franklin", "--year", "2023", "--minimum-cell", "0", "--format", "csv"]
    rows = table(run(*job, "--by", by)).set_index("place")
    schools = store.schools(store.find("franklin")).query("year == 2023 and not virtual")
    cells = schools["charter"].map({True: "charter", False: "not charter"}) if by == "sector" else schools[by]
    name = rows.index[1]
    alone = indices_by(schools[cells == name].assign(state="alone"), "state", "ed", None).iloc[0]
    assert set(rows.index.dropna()) == set(cells.dropna())
    assert rows.loc[name, list(INDICES)].tolist() == pytest.approx(alone[list(INDICES)].tolist(), rel=1e-12)


@pytest.mark.parametrize("by", ["region", "metro", "sector"])
def test_places_that_the_data_does_not_tell_are_refused(refused, state, by):
    one = {"region": "region", "metro": "metro area", "sector": "sector"}[by]
    assert f"does not say the {one} of any school; it knows state, county, district." in refused(
        "indices", state, "--by", by
    )


def test_schools_of_no_known_place_are_said(told):
    _, said = told("indices", "franklin", "--by", "metro", "--year", "2023")
    assert "2023–24: 5 schools of unknown metro area count as a metro area of their own." in said


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


def test_all_races_leave_what_compares_two_groups_empty_and_say_so(told):
    out, said = told("indices", "franklin", "--group", "all-races", "--year", "2023", "--format", "csv")
    assert columns(out) == [*INDEX_COLUMNS[:6], "diversity", *INDEX_COLUMNS[6:], *MARKS]
    (row,) = table(out).to_dict("records")
    empty = [name for name in INDICES if math.isnan(row[name])]
    assert empty == ["exposure", "isolation", "atkinson"]
    assert "exposure, isolation, atkinson: left empty, for each compares two groups only." in said


def test_income_bands_by_hand(run, refused, state, tmp_path):
    """Two schools of 40: half free and half reduced-price; half reduced-price and half paid. See docs/methods.md."""
    header = "year,ncessch,leaid,state,students,ed,ed_basis,ed_free"
    banded = written(tmp_path / "bands.csv", [header, "2020,1,a,OH,40,40,frpl,20", "2020,2,a,OH,40,20,frpl,0"])
    job = ["indices", banded, "--group", "income-bands", "--minimum-cell", "0", "--expected", "--format", "json"]
    (row,) = json.loads(run(*job))
    assert row["rank_order_h"] == pytest.approx(0.3837, abs=5e-5)
    assert row["diversity"] == pytest.approx(5 / 8)
    assert 0 < row["rank_order_h_expected"] < row["rank_order_h"]
    assert row["exposure"] is None
    assert "does not count students both by free and by free or reduced-price lunch" in refused(
        "indices", state, "--group", "income-bands"
    )


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


def test_how_much_of_a_schools_contribution_is_chance_by_hand(run, state):
    """Three schools of 100 with 90, 50 and 10 of the group; V of the district is .4267, by chance alone 2/299."""
    job = ["contribution", state, "--district", UNEVEN, "--expected", "--interval", "--replicates", "50"]
    rows = table(run(*job, "--format", "csv")).set_index("ncessch")
    assert rows["gap_expected"].tolist() == [0, 0, 0]
    assert rows["contribution_expected"].tolist() == pytest.approx([1 / 3] * 3, abs=0.1)
    v = 32 / 75
    factor = ((v - 2 / 299) / (v * (1 - 2 / 299))) ** 0.5
    assert rows.loc[f"{UNEVEN}00001", "gap_corrected"] == pytest.approx(0.4 * factor, rel=1e-12)
    assert rows.loc[f"{UNEVEN}00001", "gap_interval_low"] < 0.4 < rows.loc[f"{UNEVEN}00001", "gap_interval_high"]
    assert rows.loc[f"{UNEVEN}00001", "gap_chance_high"] < 0.2
    by_chance = table(run("indices", state, "--by", "district", "--expected", "--format", "csv")).set_index("place")
    assert rows["local_h_expected"].mean() == pytest.approx(by_chance.loc[UNEVEN, "theil_h_expected"], rel=1e-12)
