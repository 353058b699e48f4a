"""Change over the years as tables, by hand: the common set of schools, who came and went, and whose counts hide."""

import pandas as pd
import pytest

from analysis.change import NOTHING_SHARED, PARTS
from analysis.indices import INDICES
from analysis.measured import decomposed, indices_by
from analysis.measured_change import KEY, SPLIT, changed, in_every_year, yearly
from data import store
from data.groups import comparison
from data.joining.lineage import lineage
from tests.data.histories import renumbered, schools, steady

YEARS = (2017, 2018, 2019)
ED = ("ed", None)


def followed(*rows: tuple[object, ...]) -> pd.DataFrame:
    """The rows as a schools table in which each school has its key."""
    table = schools(*rows)
    return table.assign(**{KEY: lineage(table).keys(table)["school"]})


@pytest.fixture
def history() -> pd.DataFrame:
    """Schools 1 and 2 stay; 3 goes after 2017; 4 comes in 2019; the count of 5 is unknown in 2018."""
    comes_and_goes = [(2017, "002", 3, 80), (2019, "001", 4, 60)]
    hidden = [(year, "002", 5, 40, {"ed": None if year == 2018 else 10}) for year in YEARS]
    return followed(*steady(YEARS, "001", (1, 2)), *comes_and_goes, *hidden)


def test_years_tell_who_came_and_went(history: pd.DataFrame) -> None:
    rows = yearly(history, *ED)
    assert rows.index.tolist() == list(YEARS)
    assert rows["schools"].tolist() == [4, 2, 4]
    assert rows["came"].tolist() == [pd.NA, 0, 2]
    assert rows["gone"].tolist() == [pd.NA, 2, 0]
    assert rows["unknown"].tolist() == [0, 1, 0]
    assert rows["students"].tolist() == [320, 200, 300]
    assert rows["share"].tolist() == [(50 + 50 + 40 + 10) / 320, 0.5, (50 + 50 + 30 + 10) / 300]


def test_a_school_that_comes_back_came_again() -> None:
    rows = yearly(followed(*steady(YEARS, "001", (1, 2)), (2017, "001", 3, 50), (2019, "001", 3, 50)), *ED)
    assert rows["came"].tolist() == [pd.NA, 0, 1]
    assert rows["gone"].tolist() == [pd.NA, 1, 0]


def test_the_common_set_is_counted_in_every_year(history: pd.DataFrame) -> None:
    same = in_every_year(history, *ED)
    assert same["ncessch"].unique().tolist() == ["480000100001", "480000100002"]
    assert yearly(same, *ED)["schools"].tolist() == [2, 2, 2]


def test_a_year_in_which_nobody_is_counted_does_not_empty_the_common_set(history: pd.DataFrame) -> None:
    silent = history.assign(ed=history["ed"].mask(history["year"] == 2018))
    assert in_every_year(silent, *ED)["year"].unique().tolist() == [2017, 2019]
    assert yearly(silent, *ED).index.tolist() == [2017, 2019]


def test_a_school_with_another_id_is_the_same() -> None:
    table = schools(*steady(YEARS, "001", (1, 2), state_leaid="TX-1"), *steady(YEARS, "900", range(500, 560)))
    table = renumbered(table, ["4800001"], 2018)
    table = table.assign(**{KEY: lineage(table).keys(table)["school"]})
    assert yearly(table, *ED)["came"].tolist() == [pd.NA, 0, 0]
    found = changed(table, 2017, 2019, *ED)
    assert (found.both, found.only_first, found.only_last) == (62, 0, 0)


def test_a_change_counts_its_schools(history: pd.DataFrame) -> None:
    found = changed(history, 2017, 2018, *ED)
    assert (found.both, found.only_first, found.only_last) == (2, 2, 0)
    assert (found.unknown_last, found.unknown_first) == (1, 0)
    back = changed(history, 2018, 2019, *ED)
    assert (back.both, back.only_first, back.only_last, back.unknown_first) == (2, 0, 2, 1)


def test_no_school_in_both_years_leaves_the_indices_and_a_reason() -> None:
    found = changed(followed((2017, "001", 1, 50), (2019, "001", 2, 50)), 2017, 2019, *ED)
    assert found.both == 0
    assert found.change.reason == NOTHING_SHARED
    assert found.change.parts[["before", "after", "change"]].notna().loc["mutual_information"].all()
    assert found.change.parts[list(PARTS)].isna().all(axis=None)


@pytest.mark.parametrize("key", ["ed", "black", "black,white", "all-races"])
def test_franklins_years_are_those_of_the_other_tables(key: str) -> None:
    table, groups = store.schools(store.find("franklin")), comparison(key)
    table = table.assign(**{KEY: lineage(table).keys(table)["school"]})
    rows = yearly(table, groups.group, groups.other)
    state = indices_by(table, "state", groups.group, groups.other).set_index("year")
    pd.testing.assert_frame_equal(rows[list(INDICES)], state[list(INDICES)])
    parts = decomposed(table, groups.group, groups.other)
    for measure in SPLIT:
        for part in ("between", "within"):
            assert rows[f"{measure}_{part}"].tolist() == parts[measure, part].tolist()
    first, last = rows.index[0], rows.index[-1]
    found = changed(table, first, last, groups.group, groups.other)
    assert found.change.reason == ""
    assert (found.both + found.only_first, found.both + found.only_last) == tuple(rows["schools"].loc[[first, last]])
    for measure in found.change.parts.index:
        assert found.change.parts.loc[measure, ["before", "after"]].tolist() == pytest.approx(
            rows.loc[[first, last], measure].tolist(), abs=1e-12
        )
        assert found.change.parts.loc[measure, list(PARTS)].sum() == pytest.approx(
            rows.loc[last, measure] - rows.loc[first, measure], abs=1e-12
        )
