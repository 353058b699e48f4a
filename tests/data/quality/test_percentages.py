"""Percentages against counts: every way a published column can be right or wrong, made from right ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.formats.reading import tables
from data.quality.percentages import AGREE, AGREEING, CONTRADICT, MEANINGS, compared, notes

SCHOOLS = 300


def counted(seed=0, schools=SCHOOLS):
    """Counts of a group, and students, in schools of very different shares."""
    draw = np.random.default_rng(seed)
    totals = draw.integers(40, 1500, schools)
    return pd.Series(draw.binomial(totals, draw.uniform(0, 1, schools))), pd.Series(totals)


def percents(counts, totals, decimals=1):
    return (100 * counts / totals).round(decimals)


def shuffled(values, seed=1):
    return pd.Series(np.random.default_rng(seed).permutation(values), values.index)


@pytest.mark.parametrize("decimals", [0, 1, 2, 12])
def test_right_percentages_are_consistent_whatever_their_decimals(decimals):
    counts, totals = counted()
    found = compared(counts, totals, percents(counts, totals, decimals))
    assert (found.verdict, len(found.rows), found.compared) == ("consistent", 0, SCHOOLS)


@pytest.mark.parametrize("decimals", [2, 4, 12])
def test_shares_of_one_are_told_from_percentages(decimals):
    counts, totals = counted()
    assert compared(counts, totals, (counts / totals).round(decimals)).verdict == "scaled"


def test_a_rare_group_is_not_taken_for_shares_of_one():
    totals = pd.Series(np.arange(500, 800))
    counts = pd.Series(np.arange(300) % 5)
    assert (percents(counts, totals) < 1).all()
    assert compared(counts, totals, percents(counts, totals)).verdict == "consistent"


@pytest.mark.parametrize("decimals", [0, 1, 3])
@pytest.mark.parametrize("scale", [1, 100])
@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_shuffled_column_is_found(decimals, scale, seed):
    counts, totals = counted(seed)
    published = shuffled(percents(counts, totals, decimals), seed) / scale
    found = compared(counts, totals, published)
    assert found.verdict == "shuffled"
    right = (published * scale - percents(counts, totals, decimals)).abs() < 1e-9
    assert not set(found.rows) & set(right[right].index)


def test_a_column_moved_down_by_one_row_is_shuffled():
    counts, totals = counted()
    right = percents(counts, totals)
    assert compared(counts, totals, pd.Series(np.roll(right, 1))).verdict == "shuffled"


def test_a_column_shuffled_within_a_part_of_its_rows_is_found_with_the_rows():
    counts, totals = counted()
    published = percents(counts, totals)
    published[100:160] = shuffled(published[100:160]).to_numpy()
    found = compared(counts, totals, published)
    assert found.verdict == "shuffled"
    assert set(found.rows) <= set(range(100, 160))
    assert len(found.rows) > 50


def test_a_shuffled_column_with_hidden_values_is_found():
    counts, totals = counted()
    published = shuffled(percents(counts, totals))
    published[::100] = np.nan
    assert compared(counts, totals, published).verdict == "shuffled"


def test_slips_in_single_cells_are_named():
    counts, totals = counted()
    published = percents(counts, totals)
    published[[7, 77]] = (published[[7, 77]] + 50) % 100
    found = compared(counts, totals, published)
    assert (found.verdict, found.rows.tolist()) == ("some rows", [7, 77])


def test_percentages_of_another_total_are_not_called_shuffled():
    counts, totals = counted()
    larger = totals + np.random.default_rng(2).integers(1, 40, SCHOOLS)
    assert compared(counts, totals, percents(counts, larger)).verdict == "other total"


def test_percentages_of_something_else_contradict():
    counts, totals = counted()
    assert compared(counts, totals, percents(*counted(seed=9))).verdict == "contradictory"


def test_percentages_cut_off_instead_of_rounded_differ_by_rounding():
    counts, totals = counted()
    cut = np.floor(1000 * counts / totals) / 10
    assert compared(counts, totals, cut).verdict == "rounding"


def test_rows_without_students_or_values_are_not_compared():
    found = compared(pd.Series([0, 5, None]), pd.Series([0, 10, 10]), pd.Series([99.0, 50.0, 3.0]))
    assert (found.verdict, found.compared) == ("consistent", 1)
    nothing = pd.Series([None, None], dtype="Int64")
    assert compared(nothing, nothing, nothing).verdict == "unknown"


def test_notes_name_the_file_the_column_and_the_first_rows():
    counts, totals = counted()
    frame = pd.DataFrame({"students": totals, "ed": counts, "white": totals - counts})
    right, wrong = percents(counts, totals), shuffled(percents(totals - counts, totals))
    agreeing, contradicting = notes("f.csv", frame, {"ed": ("ECO", right), "white": ("WHI", wrong)})
    assert agreeing == f"{AGREE}: f.csv, column ECO."
    assert contradicting.startswith(f"{CONTRADICT}: f.csv, column WHI {MEANINGS['shuffled']} (White: ")
    first = compared(totals - counts, totals, wrong).rows[:3]
    assert contradicting.endswith(f"the first are rows {first[0]}, {first[1]}, {first[2]}).")
    assert notes("f.csv", frame, {}) == ()


@pytest.mark.parametrize("group", ["ECO", "BLA", "HIS", "WHI"])
def test_texas_percentages_agree_and_when_shuffled_are_found(realdata, group):
    (table,) = tables(realdata / "tx_tapr_2019" / "CSTUD_19_all.csv")
    text = table.frame(["CPETALLC", f"CPET{group}C", f"CPET{group}P"])
    totals, counts, published = (pd.to_numeric(text[name], errors="coerce") for name in text)
    assert compared(counts, totals, published).verdict == "consistent"
    assert compared(counts, totals, shuffled(published)).verdict == "shuffled"


def test_california_percentages_of_other_ages_rest_on_another_total(realdata):
    table = next(t for t in tables(realdata / "ca_frpm_1920" / "frpm1920.xlsx") if "Enrollment (K-12)" in t.header)
    frame = table.frame()
    own, total = (pd.to_numeric(frame[name]) for name in ("FRPM Count (K-12)", "Enrollment (K-12)"))
    ages = next(name for name in frame if "FRPM" in name and "%" in name and "Ages" in name)
    same = next(name for name in frame if "FRPM" in name and "%" in name and "K-12" in name)
    assert compared(own, total, pd.to_numeric(frame[same])).verdict in AGREEING
    assert compared(own, total, pd.to_numeric(frame[ages])).verdict == "other total"
