"""What an outcome shows: indices against exact fractions, ranges against the replicates they come from."""

from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.policy.figures import spread
from analysis.policy.ground import ground
from analysis.policy.outcome import Change, Outcome, as_expected, simulate, with_ranges
from analysis.policy.scenario import Pool, Scenario, Supply
from tests.analysis.policy.districts import ELSEWHERE, HOME, NEW_SCHOOL, cases, scenario, school, table
from tests.oracle import exact

NAMES = ("dissimilarity", "variance_ratio", "exposure")
Mix = tuple[int, int]


def figures(mixes: list[Mix]) -> dict[str, float]:
    """The indices of schools with (ED, other) students, and the share of students in 40–60 % ED schools."""
    schools = [exact.School((Fraction(ed), Fraction(other)), Fraction(ed + other)) for ed, other in mixes]
    values = {name: exact.INDICES[name](schools) for name in NAMES}
    everyone = sum(ed + other for ed, other in mixes)
    mixed = sum(
        ed + other for ed, other in mixes if ed + other and Fraction(2, 5) <= Fraction(ed, ed + other) <= Fraction(3, 5)
    )
    values["balanced"] = Fraction(mixed, everyone) if everyone else None
    return {name: float("nan") if value is None else float(value) for name, value in values.items()}


def mixes(schools: pd.DataFrame, when: str) -> list[Mix]:
    ed, students = schools[f"ed_{when}"], schools[f"students_{when}"]
    return list(zip(ed.astype(int), (students - ed).astype(int), strict=True))


def assert_figures(found: dict[str, Change], expected: dict[str, float], when: str) -> None:
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(found[name], when), value, atol=1e-12, rtol=0, err_msg=f"{name} {when}")


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_figures_are_those_of_the_schools_shown(case: tuple[pd.DataFrame, Scenario]) -> None:
    schools, policy = case
    outcome = as_expected(schools, policy)
    shown = outcome.schools.merge(schools[["ncessch", "level"]], on="ncessch", how="left")
    shown.loc[shown["ncessch"] == "new", "level"] = NEW_SCHOOL.level
    own = shown[(shown["leaid"] == HOME) & (policy.level is None or shown["level"] == policy.level)]
    for when in ("before", "after"):
        assert_figures(outcome.district, figures(mixes(own, when)), when)
    assert outcome.district["moved"].before == 0


@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_the_lotteries_add_ranges_and_the_middle_draw_and_move_nobody(case: tuple[pd.DataFrame, Scenario]) -> None:
    first, then = as_expected(*case), simulate(*case, replicates=2)
    for name in ("flows", "pools", "waitlists"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(then, name))
    for name in ("years", "travel"):
        early, late = (getattr(each, name) for each in (first, then))
        drawn = (early["year"] > 0) & (early["figure"] != "moved") if name == "years" else early.index < 0
        pd.testing.assert_frame_equal(*(each[~drawn].drop(columns=["low", "high"]) for each in (early, late)))
        if "year" in early:
            early = early[early["year"] > 0]
        assert early[["low", "high"]].isna().all(axis=None)
    assert first.notes == then.notes
    whole = ["students_before", "students_after", "ed_before", "ed_after", "host", "poorer"]
    early, late = (each.schools.set_index("ncessch") for each in (first, then))
    assert early[whole].equals(late.loc[early.index, whole])
    # A school that a draw alone changes is expected to stay as it is.
    added = late.drop(index=early.index)
    assert added["students_after"].equals(added["students_before"])
    assert added["ed_after"].equals(added["ed_before"])


@settings(max_examples=75, deadline=None)
@given(case=cases())
def test_the_state_s_figures_take_in_every_school(case: tuple[pd.DataFrame, Scenario]) -> None:
    schools, policy = case
    outcome = simulate(schools, replace(policy, level=None), replicates=2)
    after = outcome.schools.set_index("ncessch")
    counted = schools.dropna(subset="ed")
    for when in ("before", "after"):
        known = [
            (int(after.loc[i, f"ed_{when}"]), int(after.loc[i, f"students_{when}"])) if i in after.index else (ed, n)
            for i, ed, n in zip(counted["ncessch"], counted["ed"], counted["students"], strict=True)
        ]
        if "new" in after.index:
            known.append((int(after.loc["new", f"ed_{when}"]), int(after.loc["new", f"students_{when}"])))
        assert getattr(outcome.state["students"], when) == sum(n for _, n in known)
        expected = figures([(int(ed), int(n - ed)) for ed, n in known])
        del expected["balanced"]
        assert_figures(outcome.state, expected, when)


# --- Ranges

DISTRICT = table(
    school("host", 60, 20),
    school("a", 50, 30),
    school("b", 10, 70),
    school("c", 33, 27),
    school("x", 3, 60, leaid=ELSEWHERE, county="Travis"),
)
POLICY = scenario({"host": 60}, ed=Pool(0.3), other=Pool(0.2, outside=0.2))
REPLICATES, SEED = 60, 13


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return simulate(DISTRICT, POLICY, replicates=REPLICATES, seed=SEED)


@pytest.fixture(scope="module")
def replicates(outcome: Outcome) -> np.ndarray:
    """(replicates, schools, groups) students after, schools in the outcome's order."""
    place = ground(DISTRICT, POLICY)
    after = spread(place, POLICY, REPLICATES, SEED).after
    names = place.schools["ncessch"].tolist()
    return after[:, :, [names.index(name) for name in outcome.schools["ncessch"]]].transpose(1, 2, 0)


def least(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    return sorted(values)[ceil(share * len(values)) - 1]


def fifth(values: list[float]) -> tuple[float, float]:
    """The ends of what 90 % of the values lie within."""
    return least(values, 0.05), least(values, 0.95)


def test_a_district_s_range_is_of_values_that_occurred(outcome: Outcome, replicates: np.ndarray) -> None:
    own = (outcome.schools["leaid"] == HOME).to_numpy()
    each = [figures([tuple(mix) for mix in one[own].tolist()]) for one in replicates]
    for name in (*NAMES, "balanced"):
        change = outcome.district[name]
        drawn = [one[name] for one in each]
        assert (change.low, change.high) == pytest.approx(fifth(drawn), abs=1e-12)
        assert change.after == pytest.approx(least(drawn, 0.5), abs=1e-12)


def test_a_school_s_range_is_of_values_that_occurred(outcome: Outcome, replicates: np.ndarray) -> None:
    for at, row in enumerate(outcome.schools.itertuples()):
        eds = replicates[:, at, 0].tolist()
        shares = [ed / sum(both) for ed, both in zip(eds, replicates[:, at].tolist(), strict=True)]
        assert (row.ed_after_low, row.ed_after_high) == fifth(eds)
        assert (row.share_after_low, row.share_after_high) == pytest.approx(fifth(shares), abs=1e-12)


def test_the_moved_range_is_of_values_that_occurred(outcome: Outcome) -> None:
    moved = spread(ground(DISTRICT, POLICY), POLICY, REPLICATES, SEED).figures["moved"][0].tolist()
    assert (outcome.district["moved"].low, outcome.district["moved"].high) == fifth(moved)


def test_ranges_hold_what_is_expected(outcome: Outcome, replicates: np.ndarray) -> None:
    own = (outcome.schools["leaid"] == HOME).to_numpy()
    for name in NAMES:
        change = outcome.district[name]
        mean = np.mean([figures([tuple(mix) for mix in one[own].tolist()])[name] for one in replicates])
        assert change.low < mean < change.high
        assert change.low < change.after < change.high
    schools = outcome.schools
    assert schools["ed_after"].between(schools["ed_after_low"], schools["ed_after_high"]).all()


def test_one_replicate_has_no_width() -> None:
    change = simulate(DISTRICT, POLICY, replicates=1).district["dissimilarity"]
    assert change.low == change.high


def test_the_state_has_no_range(outcome: Outcome) -> None:
    assert all(np.isnan([change.low, change.high]).all() for change in outcome.state.values())


def test_the_outcome_says_what_it_was_asked(outcome: Outcome) -> None:
    assert (outcome.scenario, outcome.replicates, outcome.seed) == (POLICY, REPLICATES, SEED)


# --- What an outcome must not hide


def test_a_district_made_worse_is_shown_as_worse() -> None:
    # Two even schools of 20 + 20. A new one reserves every seat for ED students: D was 0.
    even = table(school("new", 0, 0), school("a", 20, 20), school("b", 20, 20))
    first = as_expected(even, scenario({"new": 20}, ed_share=1.0))
    district = first.district
    # 10 + 20, 10 + 20 and 20 + 0: D = ½(|.25 − .5| + |.25 − .5| + .5) = .5; exposure ½ · ⅔ = ⅓ from ½
    assert (district["dissimilarity"].before, district["dissimilarity"].after) == pytest.approx((0, 0.5))
    assert (district["exposure"].before, district["exposure"].after) == pytest.approx((1 / 2, 1 / 3))
    assert (district["balanced"].before, district["balanced"].after) == pytest.approx((1, 0))
    drawn = with_ranges(first, 20).district["dissimilarity"]
    assert min(drawn.low, drawn.after) > drawn.before


@pytest.mark.parametrize(("ed", "counted"), [(39, False), (40, True), (50, True), (60, True), (61, False)])
def test_balanced_is_from_forty_to_sixty_percent(ed: int, counted: bool) -> None:
    schools = table(school("a", ed, 100 - ed), school("b", 0, 300))
    share = simulate(schools, scenario({}), replicates=1).district["balanced"].before
    assert share == (0.25 if counted else 0)


def test_an_undefined_figure_is_missing_before_and_after() -> None:
    no_others = table(school("host", 10, 0), school("a", 10, 0))
    district = simulate(no_others, scenario({"host": 10}), replicates=3).district
    for when in ("before", "after", "low", "high"):
        assert np.isnan(getattr(district["dissimilarity"], when))
        assert np.isnan(getattr(district["variance_ratio"], when))
        assert getattr(district["exposure"], when) == 0


def test_a_level_narrows_the_figures_but_not_the_moves() -> None:
    rows = [school("host", 0, 0), school("a", 10, 0), school("b", 0, 10), school("c", 30, 0, level="high")]
    for level in (None, "elementary"):
        result = simulate(table(*rows), scenario({"host": 10}, level=level), replicates=2)
        assert result.district["moved"].after == 10
        assert len(result.schools) == 4
        # H 5 + 5, A 5 + 0, B 0 + 5 of 20 elementary students; C's 30 make it 50
        assert result.district["balanced"].after == pytest.approx(0.5 if level else 0.2)


def test_a_level_narrows_the_state_s_figures_as_it_does_the_district_s() -> None:
    # Elementary: H 5 + 5, A 5 + 0, B 0 + 5. Exposure of their 10 ED students: ½ · ½ = .25. C would add 30 at 0.
    rows = [school("host", 0, 0), school("a", 10, 0), school("b", 0, 10), school("c", 30, 0, level="high")]
    result = simulate(table(*rows), scenario({"host": 10}, level="elementary"), replicates=2)
    assert result.district["exposure"].after == pytest.approx(0.25)
    assert result.state["exposure"].after == pytest.approx(0.25)


@pytest.mark.parametrize("level", [None, "elementary"])
def test_private_and_home_schooled_students_enter_hosts_of_every_level(level: str | None) -> None:
    # Half of each pool's 20 seats are offered outside: to 300 ED of private schools and 60 of home schooling, 8 and 2,
    # and to 200 and 40 others, 8 and 2 again. The other 10 of each pool are A's, of whom 10 + 50 are there.
    side = Pool(1.0, 0.5)
    asked = scenario({"h": 40}, ed=side, other=side, private=Supply(500, 0.6), home=Supply(100, 0.6), level=level)
    rows = table(school("h", 0, 0), school("a", 10, 50), school("m", 9, 9, level="middle"))
    outcome = simulate(rows, asked, replicates=2)
    moves = outcome.flows.set_index(["from_school", "group"])["students"].to_dict()
    assert moves == {
        ("private schools", "ed"): 8,
        ("home schooling", "ed"): 2,
        ("private schools", "other"): 8,
        ("home schooling", "other"): 2,
        ("a", "ed"): 10,
        ("a", "other"): 10,
    }
    students = outcome.state["students"]
    assert students.after - students.before == 20
    assert outcome.notes == ()


def test_lotteries_nobody_waits_for_end_after_the_year_they_are_in() -> None:
    schools, policy = table(*(school(name, 40, 100) for name in "abcd")), scenario({"a": 20}, years=5)
    asked = []

    def still() -> None:
        asked.append(1)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        with_ranges(as_expected(schools, policy), replicates=100, still=still)
    assert len(asked) == 1
