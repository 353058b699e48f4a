"""Which schools count: each flag and kind by hand, and what is told of those left out."""

import pandas as pd
import pytest

from analysis.policy.scenario import DISTRICTS, EXCLUDABLE
from data import store
from data.inclusion import USUALLY_EXCLUDED, Rules, excluded_words, included
from data.schema import typed

# One school each of 100, 101, 102 … students.
SCHOOLS = {
    "regular": {"charter": False, "virtual": False, "kind": "regular"},
    "nothing known": {},
    "charter": {"charter": True},
    "virtual": {"virtual": True},
    "special": {"kind": "special education"},
    "juvenile": {"kind": "juvenile"},
    "adult": {"kind": "adult"},
    "alternative": {"kind": "alternative"},
    "vocational": {"kind": "vocational"},
    "online charter": {"charter": True, "virtual": True},
}


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        {"year": 2020, "ncessch": str(i), "leaid": "1", "school": name, "students": 100 + i} | about
        for i, (name, about) in enumerate(SCHOOLS.items())
    ]
    return typed(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("excluded", "gone"),
    [
        ((), set()),
        (("charter",), {"charter", "online charter"}),
        (("virtual",), {"virtual", "online charter"}),
        (("special",), {"special"}),
        (("juvenile",), {"juvenile"}),
        (("adult",), {"adult"}),
        (USUALLY_EXCLUDED, {"virtual", "special", "juvenile", "adult", "online charter"}),
    ],
)
def test_each_switch_leaves_out_its_own(table: pd.DataFrame, excluded: tuple[str, ...], gone: set[str]) -> None:
    kept, counts = included(table, excluded)
    assert set(kept["school"]) == set(SCHOOLS) - gone
    assert counts["schools"].sum() == len(gone)
    assert counts["students"].sum() == table["students"].sum() - kept["students"].sum()


def test_unless_asked_charters_count() -> None:
    assert Rules() == Rules("administrative", ("virtual", "special", "juvenile", "adult"))
    assert set(Rules().excluded) == set(EXCLUDABLE) - {"charter"}
    assert Rules().districts in DISTRICTS


def test_a_school_with_two_reasons_is_told_once(table: pd.DataFrame) -> None:
    _, counts = included(table, ("charter", "virtual"))
    assert counts.to_dict("records") == [
        {"year": 2020, "excluded": "charter", "schools": 2, "students": 102 + 109},
        {"year": 2020, "excluded": "virtual", "schools": 1, "students": 103},
    ]
    assert excluded_words(counts) == "2 charter schools (211 students), 1 school wholly online (103 students)"


def test_nothing_to_leave_out_is_nothing_to_tell(table: pd.DataFrame) -> None:
    kept, counts = included(table[:2], USUALLY_EXCLUDED)
    pd.testing.assert_frame_equal(kept, table[:2])
    assert excluded_words(counts) == ""


def test_a_table_stored_before_there_were_kinds_still_loads() -> None:
    table = store.schools(store.find("franklin"))
    assert table["kind"].isna().all()
    assert table["kind"].dtype == "str"
    kept, counts = included(table, USUALLY_EXCLUDED)
    assert counts["excluded"].unique().tolist() == ["virtual"]
    assert not kept["virtual"].any()
