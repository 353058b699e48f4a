"""How sure the parts of a change are: the ends hold what is known of the probabilities behind the counts."""

import numpy as np
import pandas as pd
import pytest

from analysis.chance.uncertain_change import RANGED, bootstrap_change
from analysis.chance.uncertainty import shrunk
from analysis.change import MEASURES, PARTS, change
from analysis.units import Units


def drawn(rng, sizes, shares):
    group = rng.binomial(sizes, shares).astype(float)
    return np.column_stack([group, sizes - group])


def test_the_range_holds_the_change_of_the_probabilities():
    # 95 of 100 ranges should; of 20 places fewer than 15 would hold all but never (a chance below 1 in 10,000).
    rng = np.random.default_rng(3)
    held = dict.fromkeys(("change", "structure", "unit_margins"), 0)
    for _ in range(20):
        sizes = rng.integers(50, 150, (2, 40))
        shares = rng.beta(4, 4, 40), rng.beta(2, 2, 40)
        truth = change(*(np.column_stack([n * p, n * (1 - p)]) for n, p in zip(sizes, shares, strict=True))).parts
        found = bootstrap_change(*(drawn(rng, n, p) for n, p in zip(sizes, shares, strict=True)), 60)
        for part in held:
            held[part] += (
                found.low.loc["theil_h", part] <= truth.loc["theil_h", part] <= found.high.loc["theil_h", part]
            )
    assert min(held.values()) >= 15


def test_schools_of_chance_alone_have_no_structure_to_change():
    rng = np.random.default_rng(1)
    tables = [drawn(rng, np.full(30, 100), 0.4) for _ in range(2)]
    raw = change(*tables).parts
    found = bootstrap_change(*tables, 60)
    assert raw.loc["theil_h", "before"] > found.high.loc["theil_h", "before"]
    assert found.low.loc["theil_h", "structure"] <= 0 <= found.high.loc["theil_h", "structure"]


def test_the_corrected_change_is_that_of_shares_drawn_together_and_lies_in_its_range():
    rng = np.random.default_rng(5)
    tables = [drawn(rng, rng.integers(20, 80, 25), shares) for shares in (rng.beta(4, 4, 25), rng.beta(2, 2, 25))]
    found = bootstrap_change(*tables, 40)
    expected = change(*(shrunk(Units(each, each.sum(axis=1), np.zeros(25, dtype=int), 1)).counts for each in tables))
    pd.testing.assert_frame_equal(found.corrected, expected.parts[list(RANGED)])
    assert (found.low <= found.corrected).all(axis=None)
    assert (found.corrected <= found.high).all(axis=None)
    np.testing.assert_allclose(found.corrected[list(PARTS)].sum(axis=1), found.corrected["change"], atol=1e-12)


def test_a_seed_gives_the_same_and_another_seed_does_not():
    tables = np.array([[30.0, 10], [10, 30], [25, 15]]), np.array([[20.0, 20], [12, 28], [5, 35]])
    first, again, other = (bootstrap_change(*tables, 4, seed=seed).low for seed in (2, 2, 3))
    assert first.equals(again)
    assert not first.equals(other)


def test_what_is_undefined_has_no_range():
    nobody = np.array([[5.0, 0], [7, 0]])
    found = bootstrap_change(nobody, nobody, 3)
    assert found.low.index.tolist() == list(MEASURES)
    assert found.low.columns.tolist() == list(RANGED)
    assert found.low.loc["theil_h"].isna().all()
    assert found.high.loc["mutual_information", "before"] == pytest.approx(0)
