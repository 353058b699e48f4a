"""A state after all lotteries: figures against exact fractions, and that no order or cut changes any of them."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.decompose import decompose
from analysis.errors import InputError
from analysis.statewide.figures import FIGURES
from analysis.statewide.rule import Policy
from analysis.statewide.together import Result, together
from analysis.statewide.work import Part, chunks, from_bytes, run
from analysis.units import Units
from tests.analysis.policy.districts import table
from tests.analysis.statewide.states import district, scenarios, states
from tests.oracle import exact

RUNS = 20


def batch(schools: pd.DataFrame, policy: Policy, runs: int = RUNS) -> tuple[list[Part], Result]:
    asked = scenarios(schools, policy)
    parts = [from_bytes(run(chunk)) for each in asked for chunk in chunks(schools, [each], asked, runs, 3)]
    return parts, together(schools, asked, parts)


def after_all(schools: pd.DataFrame, parts: list[Part], number: int) -> dict[str, list[exact.School]]:
    """Every district's schools after one run, added up one by one."""
    gained: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2, dtype=int))
    for part in parts:
        for name, change in zip(part.school, part.change, strict=True):
            gained[name] = gained[name] + change[:, number]
    found = defaultdict(list)
    for row in schools.itertuples():
        ed, other = int(row.ed) + gained[row.ncessch][0], int(row.students - row.ed) + gained[row.ncessch][1]
        found[row.leaid].append(exact.School((Fraction(int(ed)), Fraction(int(other))), Fraction(int(ed + other))))
    return found


def figure(name: str, place: exact.Place) -> float:
    if name == "balanced":
        everyone = sum(school.students for school in place)
        mixed = sum(
            s.students for s in place if s.students and Fraction(2, 5) <= s.group / s.students <= Fraction(3, 5)
        )
        return float(mixed / everyone) if everyone else float("nan")
    value = exact.INDICES[name](place)
    return float("nan") if value is None else float(value)


def assert_spread(row: pd.Series, prefix: str, before: float, runs: list[float]) -> None:
    kept = sorted(runs)
    names = ["before", "after", "low", "high"]
    expected = [before, fmean(runs), kept[0], kept[18]]  # of 20 runs the first and the nineteenth are 5 and 95 %
    np.testing.assert_allclose([row[prefix + name] for name in names], expected, atol=1e-12, err_msg=prefix)


@settings(max_examples=15, deadline=None)
@given(states())
def test_figures_are_those_of_the_schools(state: tuple[pd.DataFrame, Policy]) -> None:
    schools, policy = state[0], replace(state[1], outside=0.0)
    parts, result = batch(schools, policy)
    then = after_all(schools, [], 0)
    runs = [after_all(schools, parts, number) for number in range(RUNS)]
    for _, row in result.districts.iterrows():
        for name in (*FIGURES, "balanced"):
            now = [figure(name, each[row["leaid"]]) for each in runs]
            assert_spread(row, f"{name}_", figure(name, then[row["leaid"]]), now)
    whole = result.state.set_index(["measure", "part"])
    for name in (*FIGURES, "balanced"):
        everyone = [figure(name, [school for own in each.values() for school in own]) for each in (then, *runs)]
        assert_spread(whole.loc[(name, "total")], "", everyone[0], everyone[1:])


@settings(max_examples=15, deadline=None)
@given(states())
def test_between_and_within_add_up_before_and_after(state: tuple[pd.DataFrame, Policy]) -> None:
    _, result = batch(*state, runs=5)
    parts = result.state.set_index(["measure", "part"])
    for measure, inner in (("variance_ratio", "within"), ("theil_h", "within"), ("dissimilarity", "added_within")):
        for when in ("before", "after"):
            summed = parts.loc[(measure, "between"), when] + parts.loc[(measure, inner), when]
            assert summed == pytest.approx(parts.loc[(measure, "total"), when], abs=1e-12, nan_ok=True)
    moved = result.districts["moved"].sum()
    assert parts.loc[("moved", "total"), "after"] == pytest.approx(moved)


def test_the_state_before_is_the_state_s_own_split() -> None:
    schools = table(*district("4800001", (90, 10), (50, 50), (100, 40)), *district("4800002", (30, 70), (30, 170)))
    _, result = batch(schools, Policy(least_schools=2))
    ed, students = schools["ed"].to_numpy(dtype=float), schools["students"].to_numpy(dtype=float)
    units = Units(np.array([ed, students - ed]).T, students, np.zeros(5, dtype=np.intp), 1)
    split = decompose(units, np.array([0, 0, 0, 1, 1])).iloc[0]
    for row in result.state.itertuples():
        if (row.measure, row.part) in split.index:
            assert row.before == pytest.approx(split[row.measure, row.part], abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(states())
def test_no_cut_and_no_order_changes_a_figure(state: tuple[pd.DataFrame, Policy]) -> None:
    schools, policy = state
    parts, result = batch(schools, policy, runs=5)
    asked = scenarios(schools, policy)
    (whole,) = [from_bytes(run(chunk)) for chunk in chunks(schools, asked[::-1], asked, 5, 3)]
    for other in (together(schools, asked, parts[::-1]), together(schools, asked, [whole])):
        pd.testing.assert_frame_equal(other.districts, result.districts, check_exact=True)
        pd.testing.assert_frame_equal(other.state, result.state, check_exact=True)
        assert (other.senders, other.withdrawn) == (result.senders, result.withdrawn)


def test_doing_nothing_changes_nothing() -> None:
    schools = table(*district("4800001", (90, 10), (50, 50), (100, 40)))
    _, result = batch(schools, Policy(least_schools=2, preset="do-nothing"))
    for when in ("after", "low", "high"):
        np.testing.assert_allclose(result.state[when], result.state["before"], atol=1e-14)
    assert result.districts[["moved", "moved_low", "moved_high", "hosts"]].to_numpy().tolist() == [[0, 0, 0, 0]]
    assert result.withdrawn == result.senders == 0


def test_districts_rank_by_how_much_v_falls_and_those_without_v_come_last() -> None:
    schools = table(
        *district("4800001", (100, 100), (100, 100)),
        *district("4800002", (200, 0), (0, 200)),
        *district("4800003", (200, 0), (100, 0)),
    )
    _, result = batch(schools, Policy(least_schools=2))
    assert result.districts["leaid"].tolist() == ["4800002", "4800001", "4800003"]
    assert result.districts["rank"].fillna(0).tolist() == [1, 2, 0]
    falls = result.districts["variance_ratio_after"] - result.districts["variance_ratio_before"]
    assert falls[0] < falls[1]
    assert np.isnan(falls[2])


def test_districts_that_only_send_are_counted() -> None:
    schools = table(*district("4800001", (100, 100), (100, 100)), *district("4800002", (90, 5)))
    _, result = batch(schools, Policy(least_schools=2, choose="highest-ed", outside=1.0, willing=1.0))
    assert (len(result.districts), result.senders) == (1, 0)  # the host has the mix it should: nobody moves
    schools = table(*district("4800001", (200, 0), (100, 100)), *district("4800002", (5, 90)))
    _, result = batch(schools, Policy(least_schools=2, choose="highest-ed", outside=1.0, willing=1.0))
    assert (len(result.districts), result.senders) == (1, 1)


@pytest.mark.parametrize(
    ("willing", "unfilled"),
    # Of the first host's 100 seats 50 are for each group. Its own students keep 50 and 20; where nobody else would
    # come, 30 stay empty. Of the second's they keep 50 and none, and its district has but 20 others who could come.
    [(0.0, [30, 50, 0]), (1.0, [0, 30, 0])],
)
def test_seats_that_stay_empty_are_counted(willing: float, unfilled: list[int]) -> None:
    schools = table(
        *district("4800001", (80, 20), (60, 40)),
        *district("4800002", (80, 20), (100, 0)),
        *district("4800003", (100, 100), (90, 90)),
    )
    _, result = batch(schools, Policy(least_schools=2, choose="highest-ed", outside=0.0, willing=willing), runs=2)
    found = result.districts.sort_values("leaid")
    assert found["seats"].tolist() == [100, 100, 200]
    assert found["unfilled"].tolist() == unfilled


def test_no_district_simulated_is_a_mistake_that_says_why() -> None:
    schools = table(*district("4800001", (100, 100), (100, 100)))
    (asked,) = scenarios(schools, Policy(least_schools=2))
    everyone = tuple(replace(asked.hosts[0], ncessch=f"48000010000{number}", seats=50) for number in range(2))
    wrong = [replace(asked, hosts=everyone)]
    parts = [from_bytes(run(chunk)) for chunk in chunks(schools, wrong, wrong, 2, 0)]
    with pytest.raises(InputError, match="in no district: No other school of the district"):
        together(schools, wrong, parts)
