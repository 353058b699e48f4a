"""What a change of M and H adds up from: exactly the whole, and each part as its definition gives it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.change import FACTORS, MEASURES, NOT_FITTED, NOTHING_SHARED, ONE_GROUP, PARTS, change, shared
from analysis.indices import MULTIGROUP
from tests.oracle import exact_change
from tests.oracle.tables import one_place

TOLERANCE = 1e-12
Pair = tuple[np.ndarray, np.ndarray]


@st.composite
def pairs(draw: st.DrawFn, least: int = 0, most: int = 60) -> Pair:
    """Two tables of the same rows and columns; with ``least`` 0 schools and groups come and go."""
    schools, groups = draw(st.integers(1, 6)), draw(st.integers(2, 4))
    rows = st.lists(st.lists(st.integers(least, most), min_size=groups, max_size=groups), min_size=schools)
    found = [np.array(draw(rows)[:schools], dtype=float) for _ in range(2)]
    size = min(map(len, found))
    return found[0][:size], found[1][:size]


def taken_apart(before: np.ndarray, after: np.ndarray) -> tuple[pd.DataFrame, str]:
    """Its parts, a row a measure, with any stray division by zero or logarithm of nothing an error."""
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        found = change(before, after)
    return found.parts, found.reason


@given(pair=pairs())
def test_parts_add_up_to_the_change_of_the_indices(pair: Pair) -> None:
    parts, reason = taken_apart(*pair)
    assert parts.index.tolist() == list(MEASURES)
    for name in MEASURES:
        row = parts.loc[name]
        for when, table in zip(("before", "after"), pair, strict=True):
            value = MULTIGROUP[name].function(one_place(*table))[0]
            np.testing.assert_allclose(row[when], value, rtol=TOLERANCE, atol=TOLERANCE)
        if not reason:
            assert row[list(PARTS)].sum() == pytest.approx(row["after"] - row["before"], abs=TOLERANCE)
            assert row[list(FACTORS)].sum() == pytest.approx(row["shared"], abs=TOLERANCE)
        if reason in ("", NOT_FITTED):
            around = row["removals"] + row["shared"] + row["additions"]
            assert around == pytest.approx(row["change"], abs=TOLERANCE)


@given(pair=pairs())
def test_parts_are_missing_only_with_a_reason(pair: Pair) -> None:
    parts, reason = taken_apart(*pair)
    assert parts[list(FACTORS)].isna().all(axis=None) == bool(reason)
    assert parts[list(FACTORS)].isna().any(axis=None) == bool(reason)


@settings(max_examples=25)
@given(pair=pairs(least=1))
def test_factors_are_those_of_the_definition(pair: Pair) -> None:
    parts, _ = taken_apart(*pair)
    expected = exact_change.factors(*(table.astype(int).tolist() for table in pair))
    for factor, (h, m) in expected.items():
        assert parts[factor].tolist() == pytest.approx([h, m], abs=TOLERANCE)


@given(pair=pairs())
def test_backwards_every_part_turns_its_sign(pair: Pair) -> None:
    there, reason = taken_apart(*pair)
    back, again = taken_apart(*pair[::-1])
    assert again == reason
    names = ["change", "shared", *FACTORS]
    np.testing.assert_allclose(there[names], -back[names], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(there["additions"], -back["removals"], rtol=0, atol=TOLERANCE)


@given(pair=pairs(), data=st.data())
def test_the_order_of_schools_and_groups_does_not_matter(pair: Pair, data: st.DataObject) -> None:
    before, after = pair
    order = np.array(data.draw(st.permutations(range(len(before)))), dtype=int)
    columns = np.array(data.draw(st.permutations(range(before.shape[1]))), dtype=int)
    parts, reason = taken_apart(before, after)
    again, same = taken_apart(before[order][:, columns], after[order][:, columns])
    assert reason == same
    np.testing.assert_allclose(parts, again, rtol=0, atol=TOLERANCE)


@given(pair=pairs(least=1), factor=st.integers(2, 50))
def test_more_students_alike_everywhere_change_nothing(pair: Pair, factor: int) -> None:
    before, _ = pair
    parts, _ = taken_apart(before, before * factor)
    assert (parts[["change", *PARTS]].abs() < TOLERANCE).all(axis=None)


@given(pair=pairs(least=1), schools=st.lists(st.integers(1, 9), min_size=6, max_size=6), data=st.data())
def test_scaled_schools_and_groups_leave_the_structure(pair: Pair, schools: list[int], data: st.DataObject) -> None:
    before, _ = pair
    groups = data.draw(st.lists(st.integers(1, 9), min_size=before.shape[1], max_size=before.shape[1]))
    after = before * np.array(schools[: len(before)])[:, None] * np.array(groups)
    parts, _ = taken_apart(before, after)
    assert (parts["structure"].abs() < TOLERANCE).all()


def test_schools_that_part_entirely_by_hand() -> None:
    """M goes from ln 2 − (¼ ln 4 + ¾ ln 4/3) to ln 2, with margins as they were: all of it is structure."""
    mixed = 0.25 * np.log(4) + 0.75 * np.log(4 / 3)
    parts, reason = taken_apart(np.array([[30.0, 10], [10, 30]]), np.array([[40.0, 0], [0, 40]]))
    assert not reason
    row = parts.loc["mutual_information"]
    assert row["structure"] == pytest.approx(mixed, abs=TOLERANCE)
    assert row[["removals", "additions", "group_margins", "unit_margins"]].tolist() == pytest.approx([0] * 4, abs=1e-12)
    assert parts.loc["theil_h", "structure"] == pytest.approx(mixed / np.log(2), abs=TOLERANCE)


def test_a_school_that_closes_and_one_that_opens_by_hand() -> None:
    """Two even schools stay; one of 20 + 0 goes, one of 0 + 20 comes: the same M before and after, 0 without them."""
    before, after = (np.array([[10.0, 10], [10, 10], *more]) for more in ([[20, 0], [0, 0]], [[0, 0], [0, 20]]))
    parts, reason = taken_apart(before, after)
    assert not reason
    # ⅔ (½ ln ½·3/2 + …): M = E(⅔, ⅓) − ⅔ ln 2, every student of the odd school known and the others even.
    lost = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3)) - 2 / 3 * np.log(2)
    row = parts.loc["mutual_information"]
    assert row[["removals", "additions"]].tolist() == pytest.approx([-lost, lost], abs=TOLERANCE)
    assert row[["change", *FACTORS]].tolist() == pytest.approx([0] * 4, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([[5, 5], [0, 0]], [[0, 0], [5, 5]], NOTHING_SHARED),
        ([[5, 0]], [[0, 5]], NOTHING_SHARED),
        ([[5, 0], [0, 5]], [[0, 5], [5, 0]], ""),
        ([[5, 3], [2, 0]], [[4, 0], [3, 0]], ONE_GROUP),
        # All of one school and none of the other cannot become half of each.
        ([[5, 0], [0, 5]], [[2, 1], [1, 1]], NOT_FITTED),
        ([[0, 0]], [[0, 0]], NOTHING_SHARED),
    ],
)
def test_what_cannot_be_told_apart_has_a_reason(before: list[list[int]], after: list[list[int]], reason: str) -> None:
    parts, found = taken_apart(np.array(before, dtype=float), np.array(after, dtype=float))
    assert found == reason
    assert parts[list(FACTORS)].isna().all(axis=None) == bool(reason)


def test_a_group_of_one_time_only_belongs_to_what_came() -> None:
    """A third group enters: its students are an addition, and the others' parts are those without it."""
    before, after = np.array([[30.0, 10, 0], [10, 30, 0]]), np.array([[25.0, 15, 9], [10, 30, 1]])
    parts, reason = taken_apart(before, after)
    alone, _ = taken_apart(before[:, :2], after[:, :2])
    assert not reason
    np.testing.assert_allclose(parts[list(FACTORS)], alone[list(FACTORS)], rtol=0, atol=TOLERANCE)
    assert parts.loc["mutual_information", "additions"] > 0


def test_what_is_shared_is_shared_among_itself() -> None:
    """Without the third school, which goes, nobody was of the second group; so the second school goes too."""
    before, after = np.array([[5.0, 0], [3, 0], [0, 4]]), np.array([[5.0, 2], [0, 3], [0, 0]])
    units, groups = shared(before, after)
    assert units.tolist() == [True, False, False]
    assert groups.tolist() == [True, False]


def test_leaves_its_input_alone() -> None:
    before, after = (np.array(each, dtype=float) for each in ([[30, 10], [10, 30]], [[25, 15], [0, 30]]))
    kept = before.copy(), after.copy()
    change(before, after)
    np.testing.assert_array_equal(before, kept[0])
    np.testing.assert_array_equal(after, kept[1])
