"""What hidden counts leave open stands beside the measures."""

import pytest

from analysis.measured import bounds_by
from data import store
from data.groups import comparison, with_bands
from data.inclusion import USUALLY_EXCLUDED, included
from data.schema import RACES
from pages.shared.parts import HIDDEN


def test_what_is_hidden_stands_beside_the_measures(opened):
    table = store.schools(store.find("franklin"))
    this_year = table[table["year"] == table["year"].max()]
    app = opened("overview")
    state = bounds_by(this_year, "state").iloc[0]
    low, high = (f"{state[f'variance_ratio_{side}']:.2f}" for side in ("low", "high"))
    assert low < high
    assert app.table[0].value.loc["Variance ratio (V)", HIDDEN].startswith(f"{low}–{high}, ")
    kinds = app.table[0].value[HIDDEN].str.split(", ").str[1]
    # D of many hidden schools is only proven at the top; exposure and isolation are always exact.
    assert kinds["Dissimilarity (D)"] == "greatest proven only"
    assert kinds["Isolation (aPa)"] == "exact"
    districts = bounds_by(this_year, "district").set_index("place")
    names = this_year.groupby("leaid")["district"].last()
    gap = (districts["gini_high"] - districts["gini_low"]).fillna(0)
    for leaid, shown in ((gap.idxmax(), True), (gap.index[gap == 0][0], False)):
        app = opened("district", district=f"{names[leaid]} ({leaid})")
        assert (HIDDEN in app.table[0].value) is shown


def test_what_nothing_hides_has_no_bounds(opened, small):
    assert HIDDEN not in opened("overview", state=small.label).table[0].value


def test_income_bands_have_bounds_too(opened):
    bands = comparison("income-bands")
    table, _ = included(with_bands(store.schools(store.find("franklin"))), USUALLY_EXCLUDED)
    this_year = table[table["year"] == table["year"].max()]
    state = bounds_by(this_year, "state", bands.group, bands.other, bands=True).iloc[0]
    shown = opened("overview", groups=bands.label).table[0].value[HIDDEN]
    ends = f"{state['rank_order_h_low']:.2f}–{state['rank_order_h_high']:.2f}"
    assert shown["Rank-order H (H^R)"].startswith(f"{ends}, proven only")


def test_all_races_have_bounds_too(opened):
    table, _ = included(store.schools(store.find("franklin")), USUALLY_EXCLUDED)
    first, *rest = RACES
    state = bounds_by(table[table["year"] == table["year"].max()], "state", first, tuple(rest)).iloc[0]
    shown = opened("overview", groups="all races").table[0].value[HIDDEN]
    ends = f"{state['variance_ratio_low']:.2f}–{state['variance_ratio_high']:.2f}"
    assert shown["Normalized exposure of all groups (V)"] == f"{ends}, proven only"
    assert shown["Isolation (aPa)"] == "not defined"


@pytest.mark.parametrize("groups", [["black"], ["black", "white"]])
def test_races_have_bounds_too(opened, groups):
    table = store.schools(store.find("franklin"))
    state = bounds_by(table[table["year"] == table["year"].max()], "state", *groups).iloc[0]
    shown = opened("overview", groups=comparison(",".join(groups)).label).table[0].value
    ends = f"{state['isolation_low']:.2f}–{state['isolation_high']:.2f}"
    assert shown.loc["Isolation (aPa)", HIDDEN].startswith(f"{ends}, exact")
