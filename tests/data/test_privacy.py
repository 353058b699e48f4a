"""What may leave the product, on a state small enough to see through."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from analysis.hidden.suppression import still_possible
from analysis.measured import bounds_by, indices_by
from data.groups import comparison, on_bases, on_basis
from data.privacy import fingerprint, hidden, hidden_words, marked_places, masked, protected, why_hidden
from data.schema import FIELDS, RACES, typed

ED = comparison("ed")


def state(ed, students=200, **more):
    """A district of schools with so many disadvantaged students, all else unknown."""
    number = len(ed)
    return typed(
        pd.DataFrame(
            {
                "year": 2020,
                "ncessch": [f"s{i}" for i in range(number)],
                "leaid": "d",
                "district": "D",
                "state": "OH",
                "students": students,
                "ed": ed,
                "ed_basis": "frpl",
                **more,
            }
        )
    )


def marked(table, cell=10):
    (row,) = marked_places(indices_by(table, "district", "ed", None), table, "district", ED, cell).to_dict("records")
    return row


def test_nothing_is_hidden_where_nobody_asks():
    table = state([3, 100])
    assert protected(table, 0) is table
    rows = indices_by(table, "district", "ed", None)
    assert marked_places(rows, table, "district", ED, 0) is rows


def test_small_counts_and_their_complements_are_hidden_with_bounds():
    table = protected(state([3, 100, 195, 10, 190, 0]), 10)
    assert hidden(table, "ed").tolist() == [True, False, True, False, False, True]
    assert table["ed"].tolist()[1] == 100
    assert table.loc[hidden(table, "ed"), ["ed_low", "ed_high"]].to_numpy().tolist() == [[0, 9], [191, 200], [0, 9]]
    assert why_hidden(table, "ed", 10).tolist() == [
        "fewer than 10",
        "",
        "all but fewer than 10",
        "",
        "",
        "fewer than 10",
    ]


def test_the_pattern_is_of_the_school_whatever_stands_beside_it():
    table = state([3, 100, 195, 40], leaid=["a", "a", "b", "c"])
    whole = protected(table, 10)
    for rows in (table.iloc[[0]], table.iloc[2:], table[::-1]):
        pd.testing.assert_frame_equal(protected(rows, 10), whole.loc[rows.index])


def test_every_basis_is_hidden_and_one_worked_out_rests_on_what_is_told():
    table = protected(state([3, 100], ed_direct=[2, 7]), 10)
    assert hidden(table, "ed_direct").all()
    # 7 × 1.6 is 11, which would tell the 7.
    claimed = on_basis(table, "direct_x16")
    other = on_basis(protected(state([3, 100], ed_direct=[9, 0]), 10), "direct_x16")
    pd.testing.assert_frame_equal(claimed, other)


def test_a_count_close_to_one_told_on_another_basis_is_hidden():
    """200 students; free or reduced-price 105 in each; free lunch by fewer than 10 less, by 10, and by nobody less."""
    table = protected(state([105] * 3, ed_free=[100, 95, 105], ed_direct=[92, 88, 60]), 10)
    assert not hidden(table, "ed").any()
    assert hidden(table, "ed_free").tolist() == [True, False, True]
    assert table.loc[[0, 2], ["ed_free_low", "ed_free_high"]].to_numpy().tolist() == [[96, 114]] * 2
    # 92 differs from the 105 by 13, from a free count that is not told by 8; 88 from the 95 told by 7.
    assert hidden(table, "ed_direct").tolist() == [False, True, False]
    assert why_hidden(on_basis(table, "free"), "ed", 10)[0] == "hidden so that a smaller count cannot be worked out"


def test_the_tables_own_basis_is_told_first():
    """Free lunch is this table's own, so that the broader count is hidden beside it; a modelled one is of nobody."""
    table = protected(state([100], ed_frpl=[105], ed_free=[100], ed_meps=[101]).assign(ed_basis="free"), 10)
    assert [hidden(table, name)[0] for name in ("ed", "ed_free", "ed_frpl", "ed_meps")] == [False, False, True, False]
    assert table.loc[0, "ed_free"] == 100


@pytest.mark.parametrize("students", [3, 11, 24])
def test_every_small_difference_of_bases_keeps_its_values_in_every_school(students):
    """All schools of a size: what leads to the same table as a small difference has it at half a cell of values."""
    cell, names = 4, ["ed", "ed_free", "ed_direct"]
    counts = [row for row in product(range(students + 1), repeat=3) if row[0] >= row[1] >= row[2]]
    frpl, free, direct = zip(*counts, strict=True)
    table = protected(state(frpl, students=students, ed_free=free, ed_direct=direct), cell)
    told = pd.Series(table.drop(columns="ncessch").to_csv(index=False, header=False).splitlines())
    alike = told.groupby(told).indices
    true = np.array(counts)
    assert (table[names].to_numpy(dtype=int) == true)[~np.column_stack([hidden(table, name) for name in names])].all()
    for same, (broad, narrow) in product(alike.values(), combinations(range(3), 2)):
        apart = np.unique(true[same, broad] - true[same, narrow])
        if (np.minimum(apart, students - apart) < cell).any():
            longest = max(map(len, np.split(apart, 1 + np.flatnonzero(np.diff(apart) > 1))))
            assert longest >= min(still_possible(cell), students + 1), true[same]


def test_what_a_lottery_of_another_basis_counts_is_hidden_as_there():
    table = on_bases(protected(state([50, 100], ed_direct=[2, 70]), 10), None, "direct")
    assert hidden(table, "ed").tolist() == [False, False]
    assert hidden(table, "lottery_ed").tolist() == [True, False]
    assert table.loc[0, ["lottery_ed_low", "lottery_ed_high"]].tolist() == [0, 9]


def test_races_hide_each_other():
    races = {race: [0, 0] for race in RACES} | {"white": [150, 120], "black": [49, 50], "asian": [1, 30]}
    table = protected(state([50, 50], **races), 10)
    assert hidden(table, "asian").tolist() == [True, False]
    assert hidden(table, "white").tolist() == [True, True]
    assert hidden(table, "black").tolist() == [False, False]
    assert (table[list(RACES)].sum(axis=1) == 200).all()


def test_a_count_known_alone_is_set_against_everyone_else():
    table = protected(state([50, 50], black=[4, 100]), 10)
    assert hidden(table, "black").tolist() == [True, False]


def test_a_publishers_bounds_are_widened_where_they_tell_more():
    given = {"ed_low": [1, 60, 194], "ed_high": [4, 70, 199]}
    table = protected(state([None] * 3, **given), 10)
    assert table["ed"].isna().all()
    assert table["ed_low"].tolist() == [0, 60, 191]
    assert table["ed_high"].tolist() == [9, 70, 200]


def test_a_total_of_hidden_counts_is_rounded_and_true_within_what_is_told():
    row = marked(protected(state([3, 101, 120, 80]), 10))
    assert row["group_students"] == 300
    assert abs(row["group_students"] - 304) <= row["group_students_within"] == 10
    assert row["suppressed"] == "1 school counts hidden"
    assert row["variance_ratio"] == pytest.approx(
        indices_by(state([3, 101, 120, 80]), "district", "ed", None)["variance_ratio"].iloc[0], abs=0.02
    )


@pytest.mark.parametrize("ed", [[3], [3, 4], [195, 199], [9, 9, 9]])
def test_a_place_where_a_group_may_be_nobody_tells_no_number(ed):
    row = marked(protected(state(ed), 10))
    assert pd.isna(row["variance_ratio"])
    assert pd.isna(row["group_students"])
    assert row["students"] == 200 * len(ed)


def test_an_index_that_hidden_counts_would_move_is_not_told():
    few, many = (marked(protected(state([3, 4, 60, *more]), 10)) for more in ([], [100, 120, 140]))
    assert pd.isna(few["variance_ratio"])
    assert few["group_students"] == 70
    assert few["suppressed"] == "2 school counts hidden, too many for an index"
    assert 0 < many["variance_ratio"] < 1


def test_what_rests_on_no_hidden_count_is_exact():
    table = state([60, 101, 120, 80])
    row, exact = marked(protected(table, 10)), indices_by(table, "district", "ed", None).iloc[0]
    assert (row["group_students"], row["group_students_within"], row["suppressed"]) == (361, 0, "")
    assert row["gini"] == exact["gini"]


def test_bounds_hold_the_index_of_the_hidden_counts():
    table = state([3, 101, 199, 80])
    found, exact = (
        bounds_by(protected(table, 10), "district").iloc[0],
        indices_by(table, "district", "ed", None).iloc[0],
    )
    for name in ("dissimilarity", "variance_ratio", "exposure"):
        assert found[f"{name}_low"] < exact[name] < found[f"{name}_high"]


def test_a_masked_table_is_a_schools_table_with_the_publishers_marks():
    table = masked(protected(state([3, 100]), 10))
    assert list(table) == list(FIELDS)
    assert table["ed"].isna().tolist() == [True, False]
    assert table["ed_high"].tolist()[0] == 9


def test_the_name_of_the_data_does_not_tell_it():
    names = {fingerprint(protected(state([count, 100]), 10)) for count in range(10)}
    assert len(names) == 1
    assert names != {fingerprint(protected(state([10, 100]), 10))}


def test_what_is_hidden_is_told_by_year():
    table = protected(pd.concat([state([3, 100]), state([50, 60]).assign(year=2021)], ignore_index=True), 10)
    (told,) = hidden_words(table, ED, 10)
    assert told.startswith("2020–21: hidden 1 of 2 school counts, below 10")


def test_real_schools_are_hidden_as_a_whole_and_told_apart():
    rng = np.random.default_rng(0)
    students = rng.integers(20, 900, 500)
    table = state(rng.binomial(students, rng.beta(0.4, 0.4, 500)), students=students)
    told = protected(table, 10)
    small = np.minimum(table["ed"], table["students"] - table["ed"]) < 10
    assert (hidden(told, "ed") == small).all()
    assert ((told["ed_low"] <= table["ed"]) & (table["ed"] <= told["ed_high"]))[small].all()
