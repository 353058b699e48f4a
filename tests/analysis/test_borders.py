"""Both sides of a line, and what joining or opening across it changes, by hand and against exact fractions."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.borders import OF_A_DISTRICT, Change, border_gaps, joined, means, opened, shares
from analysis.errors import InputError
from tests.oracle import exact, exact_parts

# North: 80 of 100 and 40 of 100 are ED; South: 30 of 300; West: 50 of 100 at one school, unknown at another.
ROWS = [
    ("1", "n", "North", 100, 80, 60),
    ("2", "n", "North", 100, 40, 20),
    ("3", "s", "South", 300, 30, 30),
    ("4", "w", "West", 100, 50, None),
    ("5", "w", "West", 900, None, None),
]
LINES = pd.DataFrame(
    {
        "leaid": ["n", "n", "s", "s"],
        "neighbour": ["s", "w", "w", "z"],
        "kind": ["unified", "unified", "elementary", "unified"],
        "neighbour_kind": ["elementary", "unified", "unified", "unified"],
        "miles": [5.0, 2.0, 1.0, 9.0],
    }
)


@pytest.fixture
def schools() -> pd.DataFrame:
    table = pd.DataFrame(ROWS, columns=["ncessch", "leaid", "district", "students", "ed", "black"])
    return table.astype({"students": "Int64", "ed": "Int64", "black": "Int64"})


@pytest.fixture
def gaps(schools: pd.DataFrame) -> pd.DataFrame:
    return border_gaps(schools, LINES, "ed", None, ["ed", "black"])


# both sides ---------------------------------------------------------------------------------------------------------


def test_the_side_with_the_larger_share_comes_first_and_the_largest_gap_on_top(gaps: pd.DataFrame) -> None:
    assert gaps[["leaid", "neighbour"]].to_numpy().tolist() == [["n", "s"], ["w", "s"], ["n", "w"]]
    assert gaps["gap"].tolist() == pytest.approx([0.6 - 0.1, 0.5 - 0.1, 0.6 - 0.5])
    assert gaps["share"].tolist() == pytest.approx([0.6, 0.5, 0.6])
    assert gaps["neighbour_share"].tolist() == pytest.approx([0.1, 0.1, 0.5])
    # Everything a line says of its sides turns with them.
    assert gaps.loc[1, ["district", "neighbour_district"]].tolist() == ["West", "South"]
    assert gaps.loc[1, ["kind", "neighbour_kind"]].tolist() == ["unified", "elementary"]
    assert gaps["miles"].tolist() == [5.0, 1.0, 2.0]


def test_a_district_without_schools_has_no_row(gaps: pd.DataFrame) -> None:
    assert "z" not in set(gaps["leaid"]) | set(gaps["neighbour"])


def test_students_are_those_whose_counts_are_known(gaps: pd.DataFrame) -> None:
    assert gaps["students"].tolist() == [200, 100, 200]
    assert gaps["neighbour_students"].tolist() == [300, 300, 100]


def test_traits_have_their_own_gaps_of_the_schools_that_count_them(gaps: pd.DataFrame) -> None:
    assert gaps["gap_ed"].tolist() == pytest.approx(gaps["gap"].tolist())
    # Black: North 80 of 200, South 30 of 300, West unknown.
    assert gaps["gap_black"].tolist() == pytest.approx([0.3, np.nan, np.nan], nan_ok=True)


def test_a_trait_without_any_count_is_left_out(schools: pd.DataFrame) -> None:
    empty = schools.assign(white=pd.Series(pd.NA, schools.index, "Int64"))
    assert "gap_white" not in border_gaps(empty, LINES, "ed", None, ["white"])
    assert shares(empty, ["white"]).empty


def test_money_is_the_mean_over_the_students_on_each_side(schools: pd.DataFrame) -> None:
    table = schools.assign(revenue=[9_000.0, 12_000.0, np.nan, 8_000.0, 10_000.0])
    found = border_gaps(table, LINES, "ed", None, [])
    # North (9,000 + 12,000) / 2; South unknown; West (100 × 8,000 + 900 × 10,000) / 1,000, of all its schools.
    assert found["revenue"].tolist() == pytest.approx([10_500, 9_800, 10_500])
    assert found["neighbour_revenue"].tolist() == pytest.approx([np.nan, np.nan, 9_800], nan_ok=True)
    assert found["gap_revenue"].tolist() == pytest.approx([np.nan, np.nan, 700], nan_ok=True)


@pytest.mark.parametrize("nothing", [None, {"revenue": np.nan}])
def test_without_any_revenue_there_is_no_column_of_it(schools: pd.DataFrame, nothing: dict[str, float] | None) -> None:
    table = schools.assign(**nothing) if nothing else schools
    assert not {"revenue", "gap_revenue"} & set(border_gaps(table, LINES, "ed", None, []))
    assert means(table, ["revenue"]).columns.empty


def test_trading_the_swaps_levels_the_shares(gaps: pd.DataFrame) -> None:
    group = gaps["share"] * gaps["students"] - gaps["swaps"]
    across = gaps["neighbour_share"] * gaps["neighbour_students"] + gaps["swaps"]
    assert (group / gaps["students"]).tolist() == pytest.approx((across / gaps["neighbour_students"]).tolist())
    # North and South: 120 and 30 of 200 and 300; at 30 % each they have 60 and 90.
    assert gaps.loc[0, "swaps"] == pytest.approx(60)


def test_no_lines_give_no_rows(schools: pd.DataFrame) -> None:
    assert border_gaps(schools, LINES[:0], "ed", None, ["ed"]).empty


# joining and opening by hand ----------------------------------------------------------------------------------------


def test_joining_by_hand(schools: pd.DataFrame) -> None:
    # V of all 600: P = 1/3, T P (1 − P) = 400/3. Between: 200 (4/15)² + 300 (7/30)² + 100 (1/6)² = 100/3; within
    # North: 100 (1/5)² twice = 8.
    # As one, North and South are 150 of 500: 500 (1/30)² + 100 (1/6)² = 10/3.
    change = joined(schools, ("n", "s"), "ed", None)
    v = change.everyone.loc["variance_ratio"]
    assert v["before"].to_dict() == pytest.approx({"total": 0.31, "between": 0.25, "within": 0.06})
    assert v.loc["between", "after"] == pytest.approx(1 / 40)
    assert v.loc["total", "after"] == pytest.approx(v.loc["total", "before"])
    assert change.districts["share", "before"].to_dict() == pytest.approx({"n": 0.6, "s": 0.1})
    assert change.districts["share", "after"].to_dict() == pytest.approx({"n": 0.3, "s": 0.3})
    # South's one school leaves nothing to differ within it.
    assert change.districts["variance_ratio", "before"].to_dict() == pytest.approx({"n": 1 / 6, "s": 0})


def test_opening_by_hand(schools: pd.DataFrame) -> None:
    # A tenth of North's 200 seats: 20 students cross each way, 12 ED southwards and 2 northwards.
    change = opened(schools, ("n", "s"), 0.1, "ed", None)
    assert change.districts["share", "after"].to_dict() == pytest.approx({"n": 110 / 200, "s": 40 / 300})
    # North's schools: 80 − 8 + 1 and 40 − 4 + 1 of 100 each, so D = ½ (|73/110 − 27/90| + |37/110 − 63/90|).
    assert change.districts.loc["n", ("dissimilarity", "after")] == pytest.approx(73 / 110 - 27 / 90)


def test_opening_no_seats_changes_nothing_and_levelling_takes_all_of_the_gap(schools: pd.DataFrame) -> None:
    still = opened(schools, ("n", "s"), 0.0, "ed", None)
    assert still.everyone["after"].equals(still.everyone["before"])
    # With 3/5 of North's seats, each side is mixed as both together: 120 of 200 leave North, and 2/5 of South.
    level = opened(schools, ("n", "s"), 0.6, "ed", None)
    assert level.districts["share", "after"].tolist() == pytest.approx([0.3, 0.3])


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_a_share_that_cannot_be_is_refused(schools: pd.DataFrame, share: float) -> None:
    with pytest.raises(InputError, match=r"from 0 to 1\.$"):
        opened(schools, ("n", "s"), share, "ed", None)


# against exact fractions --------------------------------------------------------------------------------------------

SIZES = st.integers(1, 2_000)


@st.composite
def states(draw: st.DrawFn) -> pd.DataFrame:
    """Two to four districts of one to three schools, with Black, white and other students."""
    rows = []
    for leaid in "abcd"[: draw(st.integers(2, 4))]:
        for number in range(draw(st.integers(1, 3))):
            black, white, rest = draw(st.tuples(SIZES, SIZES, st.integers(0, 50)))
            rows.append((leaid + str(number), leaid, leaid.upper(), black + white + rest, black, white))
    return pd.DataFrame(rows, columns=["ncessch", "leaid", "district", "students", "black", "white"])


def fractions(table: pd.DataFrame) -> dict[str, list[exact.School]]:
    """The schools of each district."""
    found: dict[str, list[exact.School]] = {}
    for row in table.itertuples():
        school = exact.School((Fraction(row.black), Fraction(row.white)), Fraction(row.students))
        found.setdefault(row.leaid, []).append(school)
    return found


def exchanged(own: list[exact.School], across: list[exact.School], seats: Fraction) -> list[exact.School]:
    """School by school: who leaves in proportion, and who comes with the mix of the other district."""
    size, mix = exact.merged(own).students, exact.merged(across)
    changed = []
    for school in own:
        moving = seats * school.students / size
        counts = tuple(
            n - moving * n / school.students + moving * other / mix.students
            for n, other in zip(school.counts, mix.counts, strict=True)
        )
        changed.append(exact.School(counts, school.students))
    return changed


def assert_change(found: Change, districts: list[list[exact.School]], everyone: list[list[exact.School]]) -> None:
    for row, schools in enumerate(districts):
        for measure in OF_A_DISTRICT:
            expected = exact.INDICES[measure](schools)
            assert expected is not None
            assert found.districts[measure, "after"].iloc[row] == pytest.approx(float(expected), abs=1e-10)
    for measure in ("variance_ratio", "exposure_shortfall"):
        parts = exact_parts.PARTS[measure](everyone)
        assert parts is not None
        assert found.everyone.loc[measure, "after"].tolist() == pytest.approx([float(p) for p in parts], abs=1e-10)
    d = found.everyone.loc["dissimilarity", "after"]
    between = exact.dissimilarity([exact.merged(schools) for schools in everyone])
    assert d[["total", "between"]].tolist() == pytest.approx(
        [float(exact.dissimilarity(exact_parts.all_schools(everyone)) or 0), float(between or 0)], abs=1e-10
    )


@given(states())
def test_joining_is_the_state_with_one_district_less(table: pd.DataFrame) -> None:
    districts = fractions(table)
    one = districts["a"] + districts["b"]
    rest = [schools for leaid, schools in districts.items() if leaid not in "ab"]
    change = joined(table, ("a", "b"), "black", "white")
    assert_change(change, [one, one], [one, *rest])
    # The closed form beside every line is the same, and no line's removal moves the total.
    (line,) = border_gaps(table, pd.DataFrame({"leaid": ["a"], "neighbour": ["b"]}), "black", "white", []).itertuples()
    v = change.everyone.loc["variance_ratio"]
    assert line.joined_between == pytest.approx(v.loc["between", "after"] - v.loc["between", "before"], abs=1e-10)
    assert line.joined_between <= 0


@given(states(), st.fractions(0, 1))
def test_opening_is_every_school_exchanging_in_proportion(table: pd.DataFrame, share: Fraction) -> None:
    districts = fractions(table)
    seats = share * min(exact.merged(districts[leaid]).students for leaid in "ab")
    one = exchanged(districts["a"], districts["b"], seats)
    two = exchanged(districts["b"], districts["a"], seats)
    rest = [schools for leaid, schools in districts.items() if leaid not in "ab"]
    assert_change(opened(table, ("a", "b"), float(share), "black", "white"), [one, two], [one, two, *rest])
