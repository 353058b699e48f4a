"""Beside PySAL's ``segregation`` 2.5.4: the same where it is right, and each difference shown.

``docs/differences.md`` says in words why ours is right; a test here fails when PySAL mends a fault, so
that the words can be mended too.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.chance.uncertainty import corrected
from analysis.indices import INDICES, MULTIGROUP
from analysis.two_groups import atkinson
from analysis.units import Floats, Units
from tests.oracle import exact
from tests.oracle.tables import exact_places, one_place, tables, units

TOLERANCE = 1e-10

Rows = list[tuple[float, ...]]


@pytest.fixture(scope="module")
def pysal() -> SimpleNamespace:
    """Its indices. Importing it silences NumPy for the whole process; ``errstate`` keeps that inside."""
    with np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from segregation import multigroup, singlegroup
        from segregation.singlegroup.atkinson import _atkinson as atkinson_function
    return SimpleNamespace(
        dissimilarity=singlegroup.Dissim,
        gini=singlegroup.Gini,
        atkinson=singlegroup.Atkinson,
        atkinson_function=atkinson_function,
        entropy=singlegroup.Entropy,
        isolation=singlegroup.Isolation,
        exposure=singlegroup.Interaction,
        variance_ratio=singlegroup.CorrelationR,
        corrected_d=singlegroup.BiasCorrectedDissim,
        theil_h=multigroup.MultiInfoTheory,
        multigroup={
            "dissimilarity": multigroup.MultiDissim,
            "variance_ratio": multigroup.MultiNormExposure,
            "theil_h": multigroup.MultiInfoTheory,
            "gini": multigroup.MultiGini,
        },
    )


def quietly(call: Callable[[], float]) -> float:
    """PySAL divides by zero as a matter of course."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(call())


def single(index: type, schools: Rows, **options: float) -> float:
    """A PySAL index of two groups, from each school's group and total."""
    table = pd.DataFrame({"group": [a for a, _ in schools], "total": [a + b for a, b in schools]})
    return quietly(lambda: index(table, "group", "total", **options).statistic)


def multi(index: type, schools: Rows) -> float:
    """A PySAL index of many groups, from each school's students by group."""
    table = pd.DataFrame(schools, columns=[f"g{column}" for column in range(len(schools[0]))])
    return quietly(lambda: index(table, list(table.columns)).statistic)


def ours(name: str, schools: Rows) -> float:
    return float(INDICES[name].function(one_place(*schools))[0])


def test_is_the_version_the_differences_were_written_for() -> None:
    assert version("segregation") == "2.5.4"


# --- Where it is right

heads = st.integers(0, 3_000)
both_groups = st.lists(st.tuples(heads, heads), min_size=2, max_size=20)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("dissimilarity", "dissimilarity"),
        ("gini", "gini"),
        ("atkinson", "atkinson"),
        ("isolation", "isolation"),
        ("exposure", "exposure"),
        ("variance_ratio", "variance_ratio"),
        ("theil_h", "entropy"),
    ],
)
@settings(deadline=None)
@given(schools=both_groups)
def test_two_groups_agree(pysal: SimpleNamespace, name: str, theirs: str, schools: Rows) -> None:
    assume(all(map(sum, zip(*schools, strict=True))))
    assert ours(name, schools) == pytest.approx(single(getattr(pysal, theirs), schools), abs=TOLERANCE)


@settings(deadline=None)
@given(schools=st.lists(st.tuples(heads, heads, heads, heads), min_size=2, max_size=20))
def test_many_groups_agree_while_none_is_empty(pysal: SimpleNamespace, schools: Rows) -> None:
    assume(all(map(sum, zip(*schools, strict=True))))
    # It also divides by the students of each school.
    assume(all(map(sum, schools)))
    for name, theirs in pysal.multigroup.items():
        found = MULTIGROUP[name].function(one_place(*schools))[0]
        assert found == pytest.approx(multi(theirs, schools), abs=TOLERANCE)


@settings(deadline=None)
@given(schools=both_groups, b=st.sampled_from([0.1, 0.25, 0.75, 0.9]))
def test_its_inner_atkinson_agrees_at_every_shape(pysal: SimpleNamespace, schools: Rows, b: float) -> None:
    assume(all(map(sum, zip(*schools, strict=True))))
    table = pd.DataFrame({"group": [a for a, _ in schools], "total": [a + c for a, c in schools]})
    theirs = quietly(lambda: pysal.atkinson_function(table, "group", "total", b=b)[0])
    assert float(atkinson(one_place(*schools), b)[0]) == pytest.approx(theirs, abs=TOLERANCE)


# --- Where it differs

MIRRORED: Rows = [(90, 10), (10, 90)]


@pytest.mark.parametrize("b", [0.1, 0.9])
def test_its_atkinson_ignores_the_shape(pysal: SimpleNamespace, b: float) -> None:
    expected = exact.atkinson(exact_places(one_place(*MIRRORED))[0], b)
    assert single(pysal.atkinson, MIRRORED, b=b) == pytest.approx(0.64)  # the value at b = 0.5
    assert float(atkinson(one_place(*MIRRORED), b)[0]) == pytest.approx(float(expected or 0), abs=1e-12)
    assert abs(float(expected or 0) - 0.64) > 0.1


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("theil_h", "entropy"),
        ("isolation", "isolation"),
        ("exposure", "exposure"),
        ("variance_ratio", "variance_ratio"),
    ],
)
def test_it_calls_a_group_that_is_not_there_perfectly_integrated(
    pysal: SimpleNamespace, name: str, theirs: str
) -> None:
    absent: Rows = [(0, 100), (0, 50)]
    assert single(getattr(pysal, theirs), absent) == 0
    assert np.isnan(ours(name, absent))


def test_it_calls_a_place_of_one_group_perfectly_integrated(pysal: SimpleNamespace) -> None:
    alone: Rows = [(100, 0), (50, 0)]
    assert single(pysal.entropy, alone) == 0
    assert np.isnan(ours("theil_h", alone))


def test_its_gini_stops_where_nobody_is_enrolled(pysal: SimpleNamespace) -> None:
    with pytest.raises(ZeroDivisionError):
        single(pysal.gini, [(0, 0), (0, 0)])
    assert np.isnan(ours("gini", [(0, 0), (0, 0)]))


def test_its_h_is_lost_when_one_of_many_groups_is_empty(pysal: SimpleNamespace) -> None:
    with_empty: Rows = [(10, 30, 0), (20, 5, 0)]
    assert np.isnan(multi(pysal.theil_h, with_empty))
    two = float(exact.theil_h(exact_places(one_place(*with_empty))[0]) or 0)
    assert ours("theil_h", with_empty) == pytest.approx(two, abs=1e-12)


@pytest.mark.parametrize("theirs", ["isolation", "exposure", "entropy"])
def test_it_reads_one_missing_count_as_no_segregation_at_all(pysal: SimpleNamespace, theirs: str) -> None:
    """Ours is never asked: a missing or negative count does not pass the check of a table."""
    assert single(getattr(pysal, theirs), [*MIRRORED, (np.nan, 50)]) == 0


@pytest.mark.parametrize("theirs", ["dissimilarity", "isolation", "variance_ratio", "gini"])
def test_it_computes_with_a_negative_count(pysal: SimpleNamespace, theirs: str) -> None:
    """A code for "missing" such as −9 becomes −9 students."""
    assert single(getattr(pysal, theirs), [*MIRRORED, (-9, 59)]) != single(getattr(pysal, theirs), MIRRORED)


def test_its_gini_can_leave_its_bounds_with_a_negative_count(pysal: SimpleNamespace) -> None:
    assert single(pysal.gini, [*MIRRORED, (-9, 59)]) > 1


def test_its_h_drops_negative_counts_without_a_word(pysal: SimpleNamespace) -> None:
    assert 0 < multi(pysal.theil_h, [(10, 5), (20, 30), (-7, 7.5)]) < 1


def test_its_exposure_is_to_everyone_else(pysal: SimpleNamespace) -> None:
    """Of 280 students 80 are in neither group: ours counts contact with the other group alone."""
    table = units([(90, 10), (10, 90)], [80, 0], [0, 0], 1, 2)
    everyone_else = replace(table, counts=np.column_stack([table.counts[:, 0], table.students - table.counts[:, 0]]))
    theirs = single(pysal.exposure, [(90, 90), (10, 90)])
    assert theirs == pytest.approx(0.9 * 90 / 180 + 0.1 * 0.9)
    assert float(INDICES["exposure"].function(everyone_else)[0]) == pytest.approx(theirs, abs=TOLERANCE)
    assert float(INDICES["exposure"].function(table)[0]) == pytest.approx(0.9 * 10 / 180 + 0.1 * 0.9, abs=1e-12)


@pytest.mark.parametrize("chances", [np.full(30, 0.4), np.linspace(0.2, 0.8, 30)], ids=["even", "apart"])
def test_its_corrected_d_leaves_more_of_chance_than_ours(
    pysal: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, chances: Floats
) -> None:
    """Twenty intakes of thirty schools whose chances, and so the D behind every intake, are known."""
    size, intakes, random = 60, 20, np.random.default_rng(5)
    # It draws from NumPy's own stream, which has no seed here.
    monkeypatch.setattr(np.random, "multinomial", random.multinomial)
    group = random.binomial(size, np.tile(chances, intakes))
    rows = [(int(each), int(size - each)) for each in group]
    place = np.repeat(np.arange(intakes), len(chances))
    table = units(rows, [0] * len(rows), place.tolist(), intakes, 2)
    corrected_ones = corrected(table, ["dissimilarity"])["dissimilarity"].mean()
    truth = ours("dissimilarity", [(size * each, size * (1 - each)) for each in chances])
    d = INDICES["dissimilarity"].function(table).mean()
    by_place = np.split(np.array(rows), intakes)
    theirs = np.mean([single(pysal.corrected_d, [*map(tuple, each)], B=20) for each in by_place])
    assert truth < corrected_ones < theirs < d
    if truth == 0:
        assert theirs == pytest.approx((2 - np.sqrt(2)) * d, rel=0.05)
        assert corrected_ones < theirs / 2


@pytest.mark.parametrize("name", ["dissimilarity", "variance_ratio", "theil_h", "gini", "atkinson"])
def test_it_loses_digits_by_subtraction(pysal: SimpleNamespace, name: str) -> None:
    """A group of ten million beside one of three: exact arithmetic tells which of the two is right."""
    lopsided: Rows = [(1, 2), (10_000_000, 1)]
    truth = float(exact.INDICES[name](exact_places(one_place(*lopsided))[0]) or 0)
    theirs = single(pysal.entropy if name == "theil_h" else getattr(pysal, name), lopsided)
    assert abs(theirs - truth) > 1e-11
    assert ours(name, lopsided) == pytest.approx(truth, abs=1e-12)


def test_its_gini_overflows_beyond_two_thousand_million_people(pysal: SimpleNamespace) -> None:
    billions: Rows = [(3_000_000_000, 1_000_000_000), (1_000_000_000, 3_000_000_000)]
    assert single(pysal.gini, billions) > 1
    assert ours("gini", billions) == pytest.approx(0.5, abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(table=tables(groups=2, heads=st.integers(1, 3_000)))
def test_one_call_does_for_all_places_what_it_does_one_at_a_time(pysal: SimpleNamespace, table: Units) -> None:
    found = INDICES["dissimilarity"].function(table)
    for place in range(table.places):
        schools = [tuple(row) for row in table.counts[table.place == place]]
        if schools:
            assert found[place] == pytest.approx(single(pysal.dissimilarity, schools), abs=TOLERANCE)
