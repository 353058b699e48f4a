"""Notes beside a result: what a scenario asks for and cannot have, and what the figures do not show."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.policy.effects import between_within
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, Pool, Scenario, SetAside
from tests.analysis.policy.districts import ELSEWHERE, EVERYONE, Row, scenario, school, table

ROWS = [school("h", 40, 0), school("a", 10, 50), school("b", 20, 30)]


def notes(policy: Scenario, *more: Row) -> list[str]:
    return list(simulate(table(*ROWS, *more), policy, replicates=2).notes)


def test_a_plan_that_has_what_it_asks_for_has_no_notes() -> None:
    assert notes(scenario({"h": 40})) == []


def test_no_applicants() -> None:
    unwilling = Pool(willing=0.0)
    assert notes(scenario({"h": 40}, other=unwilling)) == [
        "No applicants: none of the other students who could apply for seats at any host does; raise the share "
        "who apply, other.willing, or give other hosts."
    ]
    # H keeps its 20 ED seats whoever applies; A's 10 ED students fill half of its 20.
    nobody = notes(scenario({"h": 40, "a": 40}, ed=unwilling, other=unwilling))
    assert (
        nobody[0]
        == "No applicants: none of the disadvantaged students who could apply for seats at 1 of 2 hosts does; "
        "raise the share who apply, ed.willing, or give other hosts."
    )


def test_no_applicants_is_why_the_seats_stay_empty() -> None:
    pools = simulate(table(*ROWS), scenario({"h": 40}, other=Pool(willing=0.0)), replicates=2).pools
    assert pools["limit"].tolist() == ["", "no applicants"]
    assert pools["why"][1] == "None of the 80 other students who could apply for 20 seats does."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        # 70 of 150 are disadvantaged, 46.7 %: a band of 50 points reaches below 0 for them, one of 46 leaves 0.67 %.
        ({"reserve": "band", "band": 0.5}, ["band of 50 points reaches down to 0% for disadvantaged"]),
        ({"reserve": "band", "band": 0.46}, ["no seat for disadvantaged students: 0.67% of 40", "smaller band"]),
        ({"ed_share": 0.01}, ["Host h has no seat for disadvantaged students: 1.00% of 40", "larger ed_share"]),
        ({"ed_share": 0.0}, []),
        ({"reserve": "tiers", "tiers": (0.01, 0.5)}, ["no seat for students of tier 1", "larger share in tiers"]),
        ({"other": replace(EVERYONE, outside=0.02)}, ["No seat comes of other.outside: 2.00% of 20 seats"]),
        ({"set_asides": (SetAside("sibling", 0.02),)}, ["No seat comes of set_asides[0].share: 2.00% of 20 seats"]),
        ({"set_asides": (SetAside("sibling", 0.03),)}, []),
    ],
)  # fmt: skip
def test_shares_that_come_to_no_seat(fields: dict[str, object], said: list[str]) -> None:
    found = notes(scenario({"h": 40}, **fields))
    assert len(found) == bool(said)
    assert all(words in found[0] for words in said)


# --- Figures of one level

COMBINED = school("k", 30, 10, level="combined")


def of_level(policy: Scenario) -> Outcome:
    away = [school("x", 30, 10, leaid=ELSEWHERE), school("y", 5, 35, leaid=ELSEWHERE)]
    return simulate(table(*ROWS, COMBINED, *away), replace(policy, level="elementary"), replicates=5)


def test_a_policy_within_a_district_leaves_what_lies_between_districts_as_it_was() -> None:
    outcome = of_level(scenario({"h": 40}))
    assert outcome.district["moved"].after > 0
    assert outcome.notes == ()
    parts = between_within(table(*ROWS, COMBINED), outcome)
    between = parts[(parts["place"] == "state") & (parts["part"] == "between")]
    assert len(between) == 4
    assert (between["before"] == between["after"]).all()
    # And so in every draw: the district's covered schools hold as many of each group as before.
    covered = ~outcome.schools["ncessch"].isin(["k", "x", "y"]).to_numpy()
    np.testing.assert_array_equal(outcome.drawn[:, :, covered].sum(axis=2), np.tile([[70], [80]], 5))


def test_students_of_schools_that_the_figures_leave_out_are_told() -> None:
    # K keeps 20 of its 30 ED students; its 10 others stay and 10 more come from the others in H, A and B.
    (note,) = of_level(scenario({"k": 40})).notes
    assert note.startswith("The figures cover elementary schools alone: 10 students come to them from schools of other")
    assert "and 10 go to such" in note


def test_grades_of_another_level_are_no_host_s_company() -> None:
    outcome = of_level(scenario({}, hosts=(Host("h", 40),)))
    assert "k" not in {*outcome.flows["from_school"], *outcome.flows["to_school"]}
