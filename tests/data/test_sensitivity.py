"""The headline numbers on each basis, on a state small enough to work out by hand."""

import pandas as pd
import pytest

from data.groups import bases, on_basis
from data.schema import typed
from data.sensitivity import sensitivity


@pytest.fixture
def schools() -> pd.DataFrame:
    """Two districts of a school each, and a third school whose direct certification alone is known."""
    return typed(
        pd.DataFrame(
            {
                "year": [2018] * 3,
                "ncessch": ["1", "2", "3"],
                "leaid": ["a", "b", "b"],
                "state": "S",
                "students": [100, 100, 8],
                "ed": [100, 40, None],
                "ed_basis": "frpl",
                "ed_frpl": [100, 40, None],
                "ed_direct": [50, 20, 8],
            }
        )
    )


def test_each_basis_is_a_row_by_hand(schools: pd.DataFrame) -> None:
    rows = sensitivity(schools).set_index("basis")
    assert rows.index.tolist() == ["frpl", "direct", "direct_x16"]
    frpl = rows.loc["frpl"]
    assert (frpl["year"], frpl["schools"], frpl["students"]) == (2018, 2, 200)
    assert frpl["share"] == pytest.approx(0.7)
    # P = .7: V = (100 × .3² × 2)/(200 × .21) = 18/42, all of it between; D = ½(|100/140 − 0| + |40/140 − 1|) = 5/7;
    # exposure 40/140 × 60/100 = 6/35.
    assert frpl["variance_ratio"] == pytest.approx(18 / 42)
    assert frpl["variance_ratio_between"] == pytest.approx(18 / 42)
    assert frpl["variance_ratio_within"] == pytest.approx(0, abs=1e-15)
    assert frpl["dissimilarity"] == pytest.approx(5 / 7)
    assert frpl["exposure"] == pytest.approx(6 / 35)
    assert rows["schools"].to_dict() == {"frpl": 2, "direct": 3, "direct_x16": 3}
    assert rows.loc["direct", "share"] == pytest.approx(78 / 208)
    # 80 of 100, 32 of 100, and 8 of 8, not 12.8.
    assert rows.loc["direct_x16", "share"] == pytest.approx(120 / 208)


def test_schools_that_count_everyone_are_told_unless_they_are_tiny(schools: pd.DataFrame) -> None:
    rows = sensitivity(schools).set_index("basis")
    assert rows["full_schools"].to_dict() == {"frpl": 1, "direct": 0, "direct_x16": 0}
    assert rows["full_students"].to_dict() == {"frpl": 100, "direct": 0, "direct_x16": 0}


def test_identified_students_times_1_6_in_whole_students_at_most_everyone() -> None:
    table = typed(
        pd.DataFrame(
            {"year": 2018, "ncessch": list("123456"), "leaid": "a", "students": 10, "ed_direct": [0, 1, 3, 4, 7, None]}
        )
    )
    # 0, 1.6, 4.8, 6.4, 11.2
    claimed = on_basis(table, "direct_x16")["ed"]
    assert claimed.fillna(-1).tolist() == [0, 2, 5, 6, 10, -1]
    assert bases(table) == ["direct", "direct_x16"]


def test_years_on_different_bases_keep_their_own_counts(schools: pd.DataFrame) -> None:
    later = schools.assign(year=2019, ed_basis="state", ed=pd.array([60, 40, None], "Int64"), ed_frpl=pd.NA)
    rows = sensitivity(pd.concat([schools, typed(later)], ignore_index=True))
    assert list(zip(rows["year"], rows["basis"], strict=True)) == [
        *((2018, basis) for basis in ("frpl", "direct", "direct_x16")),
        *((2019, basis) for basis in ("state", "direct", "direct_x16")),
    ]
    assert rows.loc[3, "share"] == pytest.approx(0.5)


def test_a_table_without_ed_has_no_rows(schools: pd.DataFrame) -> None:
    none = schools.assign(ed=pd.NA, ed_basis=None, ed_frpl=pd.NA, ed_direct=pd.NA)
    assert sensitivity(typed(none)).empty
