"""Random assignment against every possible assignment, one student after another."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from analysis.chance.expected import EXACT, EXACT_OF_MANY, expected, expected_by_level
from analysis.chance.random_assignment import MUCH, Assignment, chance_share, permuted
from analysis.chance.replicates import stream
from analysis.decompose import by_level, nested
from analysis.indices import INDICES, Units, atkinson, measure
from tests.oracle import exact
from tests.oracle.tables import assignments, exact_places, one_place, tables, units

TINY = (
    [(1, 2), (2, 0), (0, 1)],
    [(1, 1), (1, 1), (0, 2)],
    [(3, 1), (0, 3)],
    [(0, 0), (1, 3), (2, 0)],
    [(4, 0)],
    [(1, 0), (0, 1)],
)
THREE_GROUPS = [(1, 1, 0), (1, 0, 2), (0, 1, 0)]


def mean_by_enumeration(name: str, schools: Sequence[Sequence[int]], uncounted: Sequence[int]) -> float | None:
    ways, registry = assignments(schools), exact.INDICES if len(schools[0]) == 2 else exact.MULTIGROUP
    found = [
        (registry[name](exact_places(units([*each], [*uncounted], [0] * len(each), 1, len(each[0])))[0]), times)
        for each, times in ways.items()
    ]
    if any(value is None for value, _ in found):
        assert all(value is None for value, _ in found)
        return None
    return sum(float(value) * times for value, times in found) / sum(ways.values())


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("schools", TINY, ids=str)
def test_exact_expected_values_are_means_over_every_assignment(name, schools):
    for uncounted in ([0] * len(schools), range(1, len(schools) + 1)):
        place = units([*schools], [*uncounted], [0] * len(schools), 1, 2)
        mean = mean_by_enumeration(name, schools, uncounted)
        found = expected(place, [name]).loc[0, name]
        assert found == pytest.approx(np.nan if mean is None else mean, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("b", [0.1, 0.8])
def test_an_atkinson_of_a_shape_is_expected_as_every_assignment_has_it_on_average(b):
    ways = assignments([(3, 1), (1, 3), (2, 0)])
    found = [float(exact.atkinson(exact_places(one_place(*each))[0], b)) for each in ways]
    mean = np.average(found, weights=list(ways.values()))
    spread = np.sqrt(np.average((np.array(found) - mean) ** 2, weights=list(ways.values())))
    name = atkinson(b).name
    drawn = expected(one_place((3, 1), (1, 3), (2, 0)), [name], replicates=2_000).loc[0, name]
    assert drawn == pytest.approx(mean, abs=4 * spread / np.sqrt(2_000))


@pytest.mark.parametrize("name", EXACT_OF_MANY)
def test_exact_expected_values_of_three_groups(name):
    mean = mean_by_enumeration(name, THREE_GROUPS, [0, 0, 0])
    assert expected(one_place(*THREE_GROUPS), [name]).loc[0, name] == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("schools", [TINY[0], TINY[3], THREE_GROUPS], ids=str)
def test_what_levels_add_by_chance_is_the_mean_over_every_assignment(schools):
    """Two of the three schools are one district."""
    district, ways = np.array([0, 0, 1]), assignments(schools)
    mean = [0.0, 0.0]
    for each, times in ways.items():
        for depth, level in enumerate(by_level(nested(one_place(*each), [district]))):
            mean[depth] = mean[depth] + level.drop(columns="dissimilarity_most") * (times / ways.total())
    for found, own in zip(expected_by_level(nested(one_place(*schools), [district])), mean, strict=True):
        pd.testing.assert_frame_equal(found[list(own)], own, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", INDICES)
def test_permutations_come_to_the_mean_over_every_assignment(name):
    schools = [(3, 1), (0, 3)]
    drawn = permuted(one_place(*schools), [name], 4000, 1).mean.loc[0, name]
    # Every index lies within 0 and 1 here, so four standard errors are below 4 × ½ / √4000.
    assert drawn == pytest.approx(mean_by_enumeration(name, schools, [0, 0]), abs=0.032)


@pytest.mark.parametrize("schools", [[(2, 1), (0, 2), (1, 1)], THREE_GROUPS], ids=["two", "three"])
def test_every_assignment_is_drawn_as_often_as_it_is_likely(schools):
    draw, random = Assignment(one_place(*schools)).draw, stream(0, 0)
    drawn = Counter(tuple(tuple(map(int, row)) for row in draw(random)) for _ in range(5000))
    ways = assignments(schools)
    assert drawn.keys() <= ways.keys()
    share = np.array([*ways.values()]) / ways.total()
    assert chisquare([drawn[each] for each in ways], 5000 * share).pvalue > 1e-4


@settings(max_examples=50)
@given(table=tables())
def test_no_student_appears_or_disappears(table):
    counts = Assignment(table).draw(stream(3, 0))
    assert (counts >= 0).all()
    assert (counts.sum(axis=1) == table.counted).all()
    assert (Units(counts, table.students, table.place, table.places).totals == table.totals).all()


@settings(max_examples=50)
@given(table=tables(heads=st.integers(0, 300)))
def test_undefined_where_the_index_is_and_within_its_bounds(table):
    value = measure(table)
    drawn = permuted(table, replicates=3, seed=0)
    for found in (expected(table, replicates=3), drawn.mean, drawn.low, drawn.high):
        pd.testing.assert_frame_equal(found.isna(), value.isna())
        for name, index in INDICES.items():
            assert found[name].dropna().between(index.low - 1e-12, index.high + 1e-12).all()


@given(table=tables(heads=st.integers(0, 300)))
def test_places_do_not_touch_each_other(table):
    exact = [*(EXACT if table.counts.shape[1] == 2 else EXACT_OF_MANY)]  # permutations draw for all places together
    together = expected(table, exact)
    for code in range(table.places):
        here = table.place == code
        alone = Units(table.counts[here], table.students[here], np.zeros(here.sum(), dtype=np.intp), 1)
        pd.testing.assert_series_equal(
            expected(alone, exact).loc[0], together.loc[code], check_names=False, rtol=1e-9, atol=1e-12
        )


def test_thirty_schools_of_a_tenth():
    """The D of chance alone, here by shuffling students one by one with NumPy's own permutation."""
    random = np.random.default_rng(0)
    for size, printed in ((20, 0.280), (100, 0.130), (500, 0.058)):
        students = np.repeat([1.0, 0.0], [3 * size, 27 * size])
        group = np.array([random.permutation(students).reshape(30, size).sum(axis=1) for _ in range(400)])
        shuffled = np.abs(group / (3 * size) - (size - group) / (27 * size)).sum(axis=1) / 2
        found = expected(one_place(*[(size // 10, size - size // 10)] * 30), ["dissimilarity", "variance_ratio"])
        assert found.loc[0, "dissimilarity"] == pytest.approx(printed, abs=5e-4)
        assert found.loc[0, "dissimilarity"] == pytest.approx(shuffled.mean(), abs=5 * shuffled.std() / 20)
        assert found.loc[0, "variance_ratio"] == pytest.approx(29 / (30 * size - 1), rel=1e-12)


def test_seeds_and_streams():
    place = one_place((30, 20), (10, 40), (25, 25))
    first = permuted(place, ["gini"], 20, 7)
    pd.testing.assert_frame_equal(first.mean, permuted(place, ["gini"], 20, 7).mean)
    assert not first.mean.equals(permuted(place, ["gini"], 20, 8).mean)
    draw = Assignment(one_place(*[(300, 200)] * 20)).draw
    drawn = [draw(stream(seed, replicate)) for seed, replicate in ((0, 0), (0, 1), (1, 0))]
    assert not any((one == other).all() for one, other in combinations(drawn, 2))


def test_chance_explains_all_of_what_is_evener_than_chance_and_little_of_what_is_not():
    even, apart, single = [(5, 5), (5, 5), (5, 5)], [(90, 10), (10, 90)], [(3, 4)]
    table = units([*even, *apart, *single], [0] * 6, [0, 0, 0, 1, 1, 2], 3, 2)
    share = chance_share(table, measure(table), expected(table))
    assert (share.loc[0] == 1).all()
    assert (share.loc[1] < MUCH).all()
    # V is .64, by chance 1/199.
    assert share.loc[1, "variance_ratio"] == pytest.approx(1 / 199 / 0.64)
    assert share.loc[2].isna().all()
