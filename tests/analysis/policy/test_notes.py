"""Notes beside a result: what a scenario asks for and cannot have, and what the figures do not show."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.policy.effects import between_within
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, Pool, Scenario, SetAside, Supply, Weight
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


def test_hosts_whose_applicants_have_seats_before_are_told_from_those_nobody_applies_to() -> None:
    # A fifth of the 30 + 20 others of A and B apply and have seats at H, which is listed first: 10 of its 20. None is
    # left for I.
    rows = table(school("h", 40, 0), school("i", 40, 0), school("a", 0, 30), school("b", 0, 20))
    outcome = simulate(rows, scenario({"h": 40, "i": 40}, other=Pool(willing=0.2)), replicates=2)
    others = outcome.pools[outcome.pools["group"] == "other"].set_index("host")
    assert others["limit"].to_dict() == {"h": "few applicants", "i": "no applicants left"}
    assert others.loc["i", "why"] == "None of the other students without a seat at the hosts listed before applies."
    assert outcome.notes == (
        "No applicants left: none of the other students without a seat at the hosts listed before applies at 1 of 2 "
        "hosts; raise the share who apply, other.willing, or give fewer seats or hosts.",
    )
    # With 20 seats at H and 3 in 5 willing, 30 apply and 10 are left for I's 20.
    more = simulate(rows, scenario({"h": 40, "i": 40}, other=Pool(willing=0.6)), replicates=2).pools
    assert more["why"].tolist()[3] == (
        "Only 10 of 50 other students who could apply for 20 seats do and have none at the hosts listed before."
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


# --- What is asked for and nobody is there for

FAR, NEAR = {"latitude": 31.0, "longitude": -97.0}, {"latitude": 30.0, "longitude": -97.0}  # 69 miles apart
PLACED = [school("h", 40, 0, **NEAR), school("a", 10, 50, **FAR), school("b", 20, 30, **FAR)]
AWAY = school("x", 30, 30, leaid=ELSEWHERE, **FAR)
HALF_OUTSIDE = replace(EVERYONE, outside=0.5)
NO_REACH = "Nobody comes from outside the district for the seats of other.outside: no school of the sources that may"


def placed(policy: Scenario) -> list[str]:
    return list(simulate(table(*PLACED, AWAY), policy, replicates=2).notes)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other": HALF_OUTSIDE}, [NO_REACH, "within 10 miles", "raise outside_miles"]),
        (
            {"ed": HALF_OUTSIDE, "other": HALF_OUTSIDE},
            ["for the seats of ed.outside and other.outside: no school of the sources"],
        ),
        ({"other": HALF_OUTSIDE, "outside_miles": 70.0}, []),
        (
            {"other": HALF_OUTSIDE, "outside_miles": 70.0, "sources": ()},
            ["for the seats of other.outside: sources is empty; name where"],
        ),
        ({"other": HALF_OUTSIDE, "sources": (), "private": Supply(50, 0.0)}, []),
        (
            {"other": HALF_OUTSIDE, "outside_miles": 70.0, "draw": "table", "weights": (Weight("x", other=0.0),)},
            ["of other.outside: none of the students in reach applies", "who do, other.willing or other.accept"],
        ),
        # A pool of each tier, and half of ED's share in both.
        (
            {"ed": HALF_OUTSIDE, "reserve": "tiers", "tiers": (0.5, 0.5)},
            ["for the seats of ed.outside: no school of the sources"],
        ),
        (
            {"private": Supply(50, 0.5)},
            ["None of the 50 private students comes", "give ed.outside or other.outside"],
        ),
        ({"home": Supply(50, 0.5)}, ["None of the 50 home-schooled students comes"]),
        ({"home": Supply(0, 0.5)}, []),
        (
            {
                "home": Supply(50, 0.5),
                "other": HALF_OUTSIDE,
                "outside_miles": 70.0,
                "draw": "distance",
                "half_miles": 99.0,
            },
            ["None of the 50 home-schooled students comes, since willingness falls with distance", "another draw"],
        ),
        ({"private": Supply(50, 0.5), "unfilled": "outside"}, []),
        ({"unfilled": "outside"}, []),
        (
            {"unfilled": "outside", "stay": "drawn", "other": replace(EVERYONE, willing=0.05)},
            ['Nobody from outside can take the seats left, as unfilled "outside" asks: no school of the sources'],
        ),
        (
            {"set_asides": (SetAside("sibling", 0.2, pool="open"),)},
            ['by set_asides[0]: no seat is open to all where reserve is "share"', "name another pool"],
        ),
        ({"set_asides": (SetAside("sibling", 0.2, pool="open"),), "reserve": "band"}, []),
        (
            {"set_asides": (SetAside("sibling", 0.2, pool="open"),), "reserve": "tiers", "tiers": (0.5, 0.5)},
            ['no seat is open to all where reserve is "tiers"'],
        ),
        ({"set_asides": (SetAside("sibling", 0.2, rate=0.0),)}, ["by set_asides[0]: its rate is 0; give"]),
        (
            {"set_asides": (SetAside("sibling", 0.2), SetAside("proximity", 0.2, 5.0))},
            ["by set_asides[1]: no other school", "within 5 miles", "raise its miles"],
        ),
        ({"set_asides": (SetAside("proximity", 0.2, 70.0),)}, []),
        # The seats are of the district's students, and h is the host itself.
        (
            {"set_asides": (SetAside("feeder", 0.2, schools=("h",)),)},
            ["by set_asides[0]: none of the schools it names"],
        ),
        ({"set_asides": (SetAside("feeder", 0.2, schools=("a",)),)}, []),
        ({"weights": (Weight("a", 0.5),)}, ['weights has no effect, since draw is "proportional"; give draw "table"']),
        ({"weights": (Weight("a", 0.5),), "draw": "table"}, []),
        ({"tiers": (0.5, 0.5)}, ['tiers has no effect, since reserve is "share"']),
        ({"second_date": "1 July"}, ['second_date has no effect, since unfilled is "hold"']),
        ({"ed": replace(EVERYONE, half_miles=2.0)}, ['ed.half_miles has no effect, since draw is "proportional"']),
        ({"hosts": (), "private": Supply(50, 0.5)}, []),
    ],
)
def test_what_is_asked_for_and_has_nobody_is_said(fields: dict[str, object], said: list[str]) -> None:
    found = placed(scenario({"h": 40}, **fields))
    assert len(found) == bool(said), found
    assert all(words in found[0] for words in said), found


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


@pytest.mark.parametrize(
    ("level", "said"), [("middle", True), ("elementary", False), ("combined", True), (None, False)]
)
def test_a_level_that_no_host_has_is_told(level: str | None, said: bool) -> None:
    outcome = simulate(table(*ROWS), scenario({"h": 40}, level=level), replicates=2)
    assert outcome.district["moved"].after > 0
    assert len(outcome.notes) == said
    if said:
        assert outcome.notes[0].startswith(f"The figures cover {level} schools alone and no host is one, so they stay")


def test_a_plan_without_hosts_says_nothing_of_their_level() -> None:
    assert simulate(table(*ROWS), scenario({}, level="middle"), replicates=2).notes == ()


def test_grades_of_another_level_are_no_host_s_company() -> None:
    outcome = of_level(scenario({}, hosts=(Host("h", 40),)))
    assert "k" not in {*outcome.flows["from_school"], *outcome.flows["to_school"]}
