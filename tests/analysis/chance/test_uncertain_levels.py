"""How sure each level of a chain is: two levels as the parts of districts, more add up, chance alone is 0."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chance.uncertain_levels import bootstrap_levels
from analysis.chance.uncertain_parts import bootstrap_parts
from tests.oracle.tables import one_place, tables

V = "variance_ratio"


def test_each_level_loses_what_chance_adds_by_hand():
    # Two counties of 20 and 60 of 80; in each two districts 10 apart from it, in each two schools 5 apart from that.
    groups = [20 + 4 * (county + district + school) for county in (0, 1) for district in (0, 1) for school in (0, 1)]
    place = one_place(*((group, 40 - group) for group in groups))
    county, district = np.repeat([0, 1], 4), np.repeat([0, 1, 2, 3], 2)
    shares = np.array(groups) / 40
    mean = shares.mean()
    variance = mean * (1 - mean)
    by_county, by_district = shares.reshape(2, 4).mean(axis=1), shares.reshape(4, 2).mean(axis=1)
    own = [
        ((by_county - mean) ** 2).mean() / variance,
        ((by_district - np.repeat(by_county, 2)) ** 2).mean() / variance,
        ((shares - np.repeat(by_district, 2)) ** 2).mean() / variance,
    ]
    each = (1 - sum(own)) / (320 - 8)
    found = [level.loc[0, "corrected"] for level in bootstrap_levels(place, [county, district], 2)]
    assert found == pytest.approx([max(part - free * each, 0) for part, free in zip(own, (1, 2, 4), strict=True)])


@settings(max_examples=30)
@given(table=tables(groups=2, heads=st.integers(20, 300)), districts=st.integers(1, 3))
def test_two_levels_are_the_parts_of_districts(table, districts):
    district = np.arange(len(table.place)) % districts
    found, parts = bootstrap_levels(table, [district], 5), bootstrap_parts(table, district, 5)
    inner = (table.counts > 0).all()  # else a share may fall below 0 and be cut, which the parts take up
    for level, part in zip(found, ("between", "within"), strict=True):
        assert level["corrected"].isna().tolist() == parts.corrected[V, part].isna().tolist()
        if inner:
            np.testing.assert_allclose(level["corrected"], parts.corrected[V, part], atol=2e-3)


@settings(max_examples=30)
@given(table=tables(heads=st.integers(5, 100)), cells=st.integers(1, 3))
def test_a_range_lies_between_0_and_1_and_in_order(table, cells):
    codes = np.arange(len(table.place))
    for level in bootstrap_levels(table, [codes % cells, codes % (2 * cells)], 4):
        known = level.dropna()
        assert ((known >= 0) & (known <= 1)).all(axis=None)
        assert (known["low"] <= known["high"]).all()


def test_where_every_share_is_the_same_nothing_lies_anywhere():
    found = bootstrap_levels(one_place(*[(10, 30)] * 6), [np.repeat([0, 1], 3), np.arange(6) // 2], 3)
    assert [level.loc[0, "corrected"] for level in found] == [0, 0, 0]


def test_one_group_has_no_levels():
    found = pd.concat(bootstrap_levels(one_place((10, 0), (20, 0)), [np.array([0, 1])], 3))
    assert found.isna().all(axis=None)
