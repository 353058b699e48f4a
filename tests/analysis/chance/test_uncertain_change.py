"""How sure the parts of a change are: the ends hold what is known of the probabilities behind the counts."""

import numpy as np
import pytest

from analysis.chance.uncertain_change import RANGED, bootstrap_change
from analysis.change import MEASURES, change


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
        low, high = bootstrap_change(*(drawn(rng, n, p) for n, p in zip(sizes, shares, strict=True)), 60)
        for part in held:
            held[part] += low.loc["theil_h", part] <= truth.loc["theil_h", part] <= high.loc["theil_h", part]
    assert min(held.values()) >= 15


def test_schools_of_chance_alone_have_no_structure_to_change():
    rng = np.random.default_rng(1)
    tables = [drawn(rng, np.full(30, 100), 0.4) for _ in range(2)]
    raw = change(*tables).parts
    low, high = bootstrap_change(*tables, 60)
    assert raw.loc["theil_h", "before"] > high.loc["theil_h", "before"]
    assert low.loc["theil_h", "structure"] <= 0 <= high.loc["theil_h", "structure"]


def test_more_draws_begin_with_the_same_ones_and_a_seed_gives_the_same():
    tables = np.array([[30.0, 10], [10, 30], [25, 15]]), np.array([[20.0, 20], [12, 28], [5, 35]])
    assert bootstrap_change(*tables, 4, seed=2)[0].equals(bootstrap_change(*tables, 4, seed=2)[0])
    one, other = (bootstrap_change(*tables, 1, seed=seed)[0] for seed in (2, 3))
    assert not one.equals(other)
    low, high = bootstrap_change(*tables, 1, seed=2)
    assert low.equals(high)


def test_what_is_undefined_has_no_range():
    nobody = np.array([[5.0, 0], [7, 0]])
    low, high = bootstrap_change(nobody, nobody, 3)
    assert low.index.tolist() == list(MEASURES)
    assert low.columns.tolist() == list(RANGED)
    assert low.loc["theil_h"].isna().all()
    assert high.loc["mutual_information", "before"] == pytest.approx(0)
