"""The similar districts say what the analysis finds."""

import pytest

from analysis.indices import INDICES
from analysis.measured import indices_by
from analysis.peers import peers, place_among
from data import store
from data.schema import RACES

DISTRICT = "9000360"


def test_a_district_among_similar_ones(opened, franklin):
    found = peers(franklin, DISTRICT, list(RACES))
    rows = indices_by(franklin, "district", "ed", None).set_index("place")
    place = place_among(rows, DISTRICT, found["leaid"].tolist(), list(INDICES))
    name = franklin.loc[franklin["leaid"] == DISTRICT, "district"].iloc[0]
    app = opened("district", district=f"{name} ({DISTRICT})")
    said = next(each.value for each in app.markdown if "most like it" in each.value)
    v = place.loc["variance_ratio"]
    assert f"{v['below']:.0f} of the 10" in said
    shown = next(each.value for each in app.table if "Higher than" in each.value)
    assert shown.loc["Gini (G)", "Higher than"] == f"{place.loc['gini', 'below']:.0f} of 10"
    assert shown.loc["Gini (G)", "Percentile"] == f"{100 * place.loc['gini', 'percentile']:.0f}"
    table = next(each.value for each in app.dataframe if "Distance" in each.value)
    assert table["District id"].tolist() == found["leaid"].tolist()
    assert table["Distance"].tolist() == pytest.approx(found["distance"].tolist(), abs=0.00500001)


def test_of_all_races_the_indices_of_many_groups_stand_among_similar_districts(opened):
    app = opened("district", groups="all races")
    assert any(each.value.startswith("Of students of all races in") for each in app.markdown)
    shown = next(each.value for each in app.table if "Percentile" in each.value)
    assert shown.loc["Normalized exposure of all groups (V)", "Here"] != "not defined"
    assert shown.loc["Exposure (aPb)", "Percentile"] == "not defined"


def test_what_the_data_lacks_is_said_beside_similar_districts(opened):
    app = opened("district", state=store.find("california-2000").label)
    assert any(
        "Not compared, for the data does not tell: the shares of all races" in each.value for each in app.caption
    )


def test_a_district_alone_has_none_like_it(opened, one_school):
    app = opened("district", state=one_school.label)
    assert any("No other district" in each.value for each in app.caption)
