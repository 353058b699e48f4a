"""What publishers write in place of a number."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data.sources.cells import cells, counts, counts_of_shares, decimals
from data.sources.cells import shares as as_shares


def column(*values):
    return pd.Series(list(values), dtype="str")


def read(*values, missing=(), hidden=None):
    return cells(column(*values), "a.csv", "ED", missing, hidden or {})


def students(*values):
    return pd.Series(list(values), dtype="Int64")


def triples(found):
    """(count, low, high) by row, None for missing."""
    table = pd.DataFrame({"value": found.value, "low": found.low, "high": found.high}).astype("object")
    return [tuple(row) for row in table.where(table.notna(), None).itertuples(index=False)]


@pytest.mark.parametrize("mark", ["*", "**", "S", "s", "‡", "†", "–", "N/A", "."])
def test_a_mark_is_unknown_and_zero_is_zero(mark):
    assert triples(counts(read(mark, "0"), None, "a.csv", "ED")) == [(None, None, None), (0, None, None)]


def test_a_publishers_own_mark_is_unknown_when_it_is_named():
    assert triples(counts(read("hush", missing=["hush"]), None, "a.csv", "ED")) == [(None, None, None)]
    with pytest.raises(InputError, match=r'a\.csv, row 1, column ED: "hush" is not a number \(and 1 more\)'):
        read("7", "hush", "hush")


def test_numbers_with_commas_decimal_points_and_powers():
    assert triples(counts(read("1,234", "12.0", "4.8E+03"), None, "a.csv", "ED")) == [
        (1234, None, None),
        (12, None, None),
        (4800, None, None),
    ]


def test_hidden_counts_are_bounded():
    found = counts(
        read("<5", "≤5", "n<10", ">95", "5-9", "1 to 4", "*", hidden={"*": (1, 9)}), students(*[100] * 7), "a.csv", "ED"
    )
    assert triples(found) == [
        (None, 0, 4),
        (None, 0, 5),
        (None, 0, 9),
        (None, 96, 100),
        (None, 5, 9),
        (None, 1, 4),
        (None, 1, 9),
    ]


def test_a_bound_is_never_above_the_enrolment():
    assert triples(counts(read("<10"), students(6), "a.csv", "ED")) == [(None, 0, 6)]


def test_half_students_are_one_and_counted():
    found = counts(read("42.5", "3"), None, "a.csv", "ED")
    assert triples(found) == [(43, None, None), (3, None, None)]
    assert found.halves == 1


@pytest.mark.parametrize(("value", "words"), [("-3", "is negative"), ("4.3", "is not a whole number")])
def test_what_cannot_be_a_number_of_students_is_refused(value, words):
    with pytest.raises(InputError, match=rf'a\.csv, row 0, column ED: "{value}" {words}'):
        counts(read(value), None, "a.csv", "ED")


def shares(*values, of, whole=100.0, places=1, clipped=None):
    return triples(counts_of_shares(as_shares(read(*values), whole, places, clipped, "a.csv", "% ED"), students(*of)))


def test_a_percentage_keeps_every_count_that_rounds_to_it():
    # 45.2 % of 1,200 is 542.4: from 45.15 % (541.8) to 45.25 % (543.0) lie 542 and 543. Of 40 only 18 is 45.0 %.
    assert shares("45.2%", "45.0", of=(1200, 40)) == [(542, 542, 543), (18, None, None)]


def test_a_share_of_one():
    assert shares("0.25", of=(10,), whole=1.0, places=2) == [(3, None, None)]  # no count of ten is .245 to .255
    assert shares("0.3", of=(100,), whole=1.0, places=1) == [(30, 25, 35)]


def test_masked_percentages_are_bounded():
    # Less than 5 % of 300 is at most 14, more than 95 % at least 286; of 290, 14.5 is no count.
    assert shares("<5", ">95", "<5", of=(300, 300, 290)) == [(None, 0, 14), (None, 286, 300), (None, 0, 14)]


def test_clipped_percentages_are_bounded():
    assert shares("5.0", "95.0", "50.0", of=(100, 100, 100), clipped=(5, 95)) == [
        (None, 0, 5),
        (None, 95, 100),
        (50, None, None),
    ]


def test_a_percentage_without_students_or_above_all_of_them():
    assert shares("50.0", of=(None,)) == [(None, None, None)]
    with pytest.raises(InputError, match=r'column % ED: "120" is not between 0 and 100'):
        shares("120", of=(10,))


def test_decimals_as_written():
    assert decimals(column("45", "45.2%", "*")) == 1
    assert decimals(column("45", "<5")) == 0
