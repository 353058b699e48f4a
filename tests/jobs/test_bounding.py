"""`indices --bounds`: what each index can be, how that is known, and values that are none of it."""

import json
from io import StringIO
from math import log2

import pandas as pd
import pytest

from analysis.indices import INDICES, MULTIGROUP, ORDERED
from tests.small_state import lines, written


def rows_of(text):
    return pd.read_csv(StringIO(text), dtype={"place": "str"})


def test_bounds_are_more_columns_around_every_index(run):
    rows = rows_of(run("indices", "franklin", "--by", "district", "--year", "2023", "--bounds", "--format", "csv"))
    bounds = [f"{name}_{side}" for name in INDICES for side in ("low", "high", "low_exact", "high_exact")]
    marks = ["group_students_within", "suppressed", "outside_bounds"]
    assert list(rows)[-len(bounds) - 3 :] == [*bounds, *marks]
    opened = rows["variance_ratio_low"] < rows["variance_ratio_high"]
    assert 0 < opened.sum() < len(rows)
    sure = rows[~opened & rows["variance_ratio"].notna()]
    assert (sure["variance_ratio"] == sure["variance_ratio_low"]).all()


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_each_bound_is_told_to_be_exact_or_only_proven(told, tmp_path, form):
    """Uneven hides three counts and Even six: the corners of up to four hidden schools are tried."""
    hidden = [line.replace(",30,state", ",,state").replace(",90,state", ",,state") for line in lines()]
    more = [line.replace("School ", "Other ").replace("390000200", "390000201") for line in hidden[4:]]
    state = written(tmp_path / "hidden.csv", [*hidden, *more])
    out, said = told("indices", state, "--by", "district", "--bounds", "--minimum-cell", "0", "--format", form)
    assert any(line.startswith("Bounds: ") and "of 32 are exact" in line for line in said)
    if form == "table":
        assert "dissimilarity_high_exact" in out
        return
    rows = json.loads(out) if form == "json" else rows_of(out).to_dict("records")
    exact = [[bool(row[f"dissimilarity_{side}_exact"]) for side in ("low", "high")] for row in rows]
    assert exact == [[True, True], [True, False]]


def test_a_value_outside_its_bounds_is_marked(told, tmp_path):
    """Of Uneven's schools of 90, 50 and 10 of 100 the last is hidden and has 60 to 70: D is then 2/15 at most."""
    header = lines()[0] + ",ed_low,ed_high"
    rows = [header, *(f"{line},," for line in lines()[1:3]), lines()[3].replace(",10,state", ",,state") + ",60,70"]
    state = written(tmp_path / "hidden.csv", rows)
    out, said = told("indices", state, "--bounds", "--minimum-cell", "0", "--format", "csv")
    (row,) = rows_of(out).to_dict("records")
    # 90 and 50 of 100: D is 100 (0.2 + 0.2) / (2 × 200 × 0.7 × 0.3).
    assert row["dissimilarity"] == pytest.approx(10 / 21)
    assert row["dissimilarity_high"] < 10 / 21
    assert "D" in row["outside_bounds"].split(", ")
    assert any(line.startswith("In 1 of 1 rows a value lies outside its bounds") for line in said)


def test_rounding_by_the_publisher_is_not_taken_for_hiding(told, tmp_path):
    header = lines()[0] + ",ed_low,ed_high"
    state = written(tmp_path / "rounded.csv", [header, *(f"{line},{9 * n},95" for n, line in enumerate(lines()[1:]))])
    _, said = told("indices", state, "--minimum-cell", "0")
    assert said == []
    out, said = told("indices", state, "--bounds", "--format", "csv")
    assert not any(line.startswith("2020–21: hidden") for line in said)
    (row,) = rows_of(out).to_dict("records")
    assert pd.isna(row["suppressed"])
    assert row["dissimilarity_low"] < row["dissimilarity"] < row["dissimilarity_high"]


def test_all_races_at_once_have_bounds_by_hand(told, tmp_path):
    # Five schools of Black and White students, and one of 100 with 40 White ones whose Black ones are hidden.
    rows = [line.replace(",60,40", ",,40") for line in lines()]
    job = [written(tmp_path / "hidden.csv", rows), "--group", "all-races", "--bounds", "--minimum-cell", "0"]
    out, said = told("indices", *job, "--format", "csv")
    (row,) = rows_of(out).to_dict("records")
    ends = [f"{name}_{side}" for name in MULTIGROUP for side in ("low", "high", "low_exact", "high_exact")]
    assert [name for name in row if name.endswith(("_low", "_high", "_exact"))] == ends
    # At most the 60 that there is room for: 60 Black and 440 White of the others' 500, 120 and 480 of all 600. V is
    # 100 (.4² + 2 × .2² + 3 × 0) / (600 × .2 × .8), and so is P*.
    assert row["variance_ratio_high"] == pytest.approx(24 / 96)
    assert row["variance_ratio_low"] < row["variance_ratio"] < row["variance_ratio_high"]
    assert row["variance_ratio_low_exact"]
    assert row["variance_ratio_high_exact"]
    assert any(line.startswith("Bounds: 10 of 10 are exact") for line in said)


def test_income_bands_have_bounds_by_hand(told, tmp_path):
    """Two schools of 40: half free and half reduced-price; nobody free, and half or more reduced-price."""
    header = "year,ncessch,leaid,state,students,ed,ed_basis,ed_free,ed_low,ed_high"
    banded = written(tmp_path / "bands.csv", [header, "2020,1,a,OH,40,40,frpl,20,,", "2020,2,a,OH,40,,frpl,0,20,40"])
    job = [banded, "--group", "income-bands", "--bounds", "--minimum-cell", "0"]
    out, said = told("indices", *job, "--format", "csv")
    (row,) = rows_of(out).to_dict("records")
    ends = [f"{name}_{side}" for name in [*MULTIGROUP, *ORDERED] for side in ("low", "high", "low_exact", "high_exact")]
    assert [name for name in row if name.endswith(("_low", "_high", "_exact"))] == ends

    def mixed(share):
        return -share * log2(share) - (1 - share) * log2(1 - share)

    # At the first threshold, with a quarter of all below, H is 1 − ½/E(¼). So is rank-order H if the second school has
    # 20 at reduced price, where the second threshold mirrors the first, and if it has 40, where there is none.
    first = 1 - 0.5 / mixed(1 / 4)
    assert row["rank_order_h_high"] == pytest.approx(first)
    # Least with one student who pays: p1 = 20/80 and p2 = 79/80, so that w = 20/59.
    second = 1 - mixed(1 / 40) / 2 / mixed(1 / 80)
    assert row["rank_order_h_low"] == pytest.approx((39 * first + 20 * second) / 59)
    assert row["rank_order_h_low_exact"]
    assert row["rank_order_h_high_exact"]
    # The first school alone, which is what is counted, is not segregated.
    assert row["outside_bounds"].split(", ")[-1] == "H^R"
    assert any(line.startswith("Bounds: 12 of 12 are exact") for line in said)


@pytest.mark.parametrize("group", ["black", "black,white"])
def test_bounds_hold_hidden_races(run, tmp_path, group):
    # The first school's Black students are hidden, but its White ones leave no more than 60 of 100.
    rows = [line.replace(",60,40", ",,40") for line in lines()]
    (found,) = rows_of(
        run(
            "indices",
            written(tmp_path / "hidden.csv", rows),
            *["--group", group, "--bounds", "--minimum-cell", "0", "--format", "csv"],
        )
    ).to_dict("records")
    assert found["schools"] == 5
    # 60 of the others' 500 students are Black; with all 60 of the first, 120 of 600.
    assert found["isolation_high"] == pytest.approx((60 * 0.6 + 60 * 0.2) / 120)
    assert found["isolation_low"] < found["isolation"] < found["isolation_high"]
