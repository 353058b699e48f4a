"""What follows from an outcome: between and within districts, races, districts that send, assumptions."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.indices import INDICES
from analysis.policy.assumptions import assumptions
from analysis.policy.effects import between_within, districts, money, races
from analysis.policy.figures import REPORTED
from analysis.policy.outcome import simulate
from analysis.policy.scenario import Host, NewSchool, Pool, Scenario, Supply
from tests.analysis.policy.districts import ELSEWHERE, HOME, cases, scenario, school, table

# H draws 4 of A's 8 ED students and 4 of X's 8 others; B, in X's district, stays as it is.
SCHOOLS = table(
    school("h", 0, 0, county="Travis"),
    school("a", 8, 0, county="Travis", black=6, white=2, hispanic=0, asian=0),
    school("x", 0, 8, county="Travis", leaid=ELSEWHERE, black=0, white=4, hispanic=2, asian=2),
    school("b", 0, 8, county="Hays", leaid=ELSEWHERE),
)
ASKED = scenario({"h": 8}, other=Pool(1.0, outside=1.0))


def test_between_and_within_districts_by_hand() -> None:
    # Before: 8 ED at home, 16 others elsewhere: all segregation is between, V = 1, of which home adds 2/3, being 2/3
    # from P = 1/3 with 8 of 24 students. After: home 8 + 4, elsewhere 12; between is Σ T_d (P_d − P)² / (T P (1 − P)) =
    # (12 · 1/9 + 12 · 1/9) / (24 · 2/9) = 1/2. Within home H has 4 + 4 and A 4 + 0 around 2/3:
    # (8 · 1/36 + 4 · 1/9) / (24 · 2/9) = (2/9 + 4/9) / (16/3) = 1/8.
    outcome = simulate(SCHOOLS, ASKED, replicates=2)
    found = between_within(SCHOOLS, outcome).set_index(["place", "measure", "part"])
    v = found.xs("variance_ratio", level="measure")
    assert v["before"].to_dict() == pytest.approx(
        {("state", "between"): 1, ("state", "within"): 0, ("district", "between"): 2 / 3, ("district", "within"): 0}
    )
    assert v["after"].to_dict() == pytest.approx(
        {
            ("state", "between"): Fraction(1, 2),
            ("state", "within"): Fraction(1, 8),
            ("district", "between"): Fraction(1, 4),
            ("district", "within"): Fraction(1, 8),
        }
    )


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_between_and_within_add_up_to_the_state_s_figures(case: tuple[pd.DataFrame, Scenario]) -> None:
    schools, policy = case
    outcome = simulate(schools, policy, replicates=1)
    found = between_within(schools, outcome)
    state = found[found["place"] == "state"].groupby("measure")[["before", "after"]].sum(min_count=2)
    for name in set(REPORTED) & set(INDICES) & set(state.index):
        for when in ("before", "after"):
            value = getattr(outcome.state[name], when)
            np.testing.assert_allclose(state.loc[name, when], value, atol=1e-9, err_msg=f"{name} {when}")


def test_movers_are_of_the_races_of_the_school_they_leave() -> None:
    # 4 of A's 8 (6 Black, 2 white) and 4 of X's 8 (4 white, 2 Hispanic, 2 Asian).
    found = races(SCHOOLS, simulate(SCHOOLS, ASKED, replicates=1)).pivot_table(index="ncessch", columns="race")["after"]
    own = ["asian", "black", "hispanic", "white", "unknown"]
    assert found.loc["h", own].tolist() == pytest.approx([1, 3, 1, 3, 0])
    assert found.loc["a", own].tolist() == pytest.approx([0, 3, 0, 1, 0])
    assert found.loc["x", own].tolist() == pytest.approx([1, 0, 1, 2, 0])


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_races_add_up_to_the_students(case: tuple[pd.DataFrame, Scenario]) -> None:
    outcome = simulate(*case, replicates=1)
    found = races(case[0], outcome).groupby("ncessch", sort=False)[["before", "after"]].sum()
    np.testing.assert_allclose(found["before"], outcome.schools["students_before"], atol=1e-9)
    np.testing.assert_allclose(found["after"], outcome.schools["students_after"], atol=1e-9)


def test_private_entrants_have_no_known_race() -> None:
    asked = scenario({"h": 8}, other=Pool(1.0, outside=1.0), private=Supply(50, 0.0), sources=())
    found = races(SCHOOLS, simulate(SCHOOLS, asked, replicates=1)).set_index(["ncessch", "race"])["after"]
    assert found["h", "unknown"] == 4


def test_districts_that_send_or_receive() -> None:
    found = districts(simulate(SCHOOLS, ASKED, replicates=1)).set_index("leaid")
    assert found[["sent", "received"]].to_dict("index") == {
        HOME: {"sent": 0, "received": 4},
        ELSEWHERE: {"sent": 4, "received": 0},
    }
    assert (found["students_after"] - found["students_before"]).to_dict() == {HOME: 4, ELSEWHERE: -4}


def test_within_a_district_nobody_crosses_a_line() -> None:
    assert districts(simulate(SCHOOLS, scenario({"h": 8}), replicates=1)).empty


def test_money_follows_students_across_the_line_by_hand() -> None:
    # 4 students leave the other district, which has $9,000 for each of its 16; home has $12,000 for each of its 8.
    schools = SCHOOLS.assign(revenue=[12_000.0, 12_000.0, 9_000.0, 9_000.0])
    found = money(schools, simulate(schools, ASKED, replicates=1)).set_index("leaid")
    assert found.loc[ELSEWHERE, ["revenue", "sent", "leaving", "arriving", "net"]].tolist() == [
        9_000,
        4,
        36_000,
        0,
        -36_000,
    ]
    assert found.loc[HOME, ["received", "leaving", "arriving", "net"]].tolist() == [4, 0, 36_000, 36_000]


def test_money_of_unknown_revenue_is_unknown_and_of_none_is_no_table() -> None:
    schools = SCHOOLS.assign(revenue=[12_000.0, 12_000.0, np.nan, np.nan])
    found = money(schools, simulate(schools, ASKED, replicates=1)).set_index("leaid")
    assert found.loc[ELSEWHERE, ["revenue", "leaving", "net"]].isna().all()
    assert found.loc[HOME, "unpriced"] == 4
    assert np.isnan(found.loc[HOME, "arriving"])
    assert money(SCHOOLS, simulate(SCHOOLS, ASKED, replicates=1)).empty


def test_private_entrants_bring_no_known_money() -> None:
    schools = SCHOOLS.assign(revenue=10_000.0)
    asked = scenario({"h": 8}, other=Pool(1.0, outside=1.0), private=Supply(50, 0.0), sources=())
    assert money(schools, simulate(schools, asked, replicates=1)).empty


# --- Assumptions


def test_nothing_asked_nothing_assumed() -> None:
    assert assumptions(scenario({})) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ed": Pool(0.2)}, "20% of each sending school's disadvantaged students apply."),
        ({"other": Pool(per_seat=1.5)}, "1.5 other students apply per seat."),
        ({"other": Pool(accept=0.7)}, "70% of other students offered a seat take it."),
        ({"ed": Pool(mistaken=0.15)}, "The lottery takes 15% of disadvantaged students for the other group."),
        ({"ed": Pool(leave=0.1)}, "10% of displaced disadvantaged students leave the district's schools."),
        ({"draw": "distance"}, "Willingness falls by half with every 5 miles from school to host."),
        (
            {"reserve": "tiers", "tiers": (0.5, 0.5)},
            "Tiers are of sending schools, as no file places students in blocks.",
        ),
        ({"private": Supply(300, 0.1)}, "300 private students are within reach, 10% of them disadvantaged."),
        ({"years": 2}, "Schools would otherwise keep their size and mix over the years."),
        ({"attrition": 0.05}, "5% of the drawn students go back each year."),
        (
            {"hosts": (Host("h", 4, "KG"),)},
            "Students in a grade are of their whole school's mix: no file counts disadvantaged students by grade.",
        ),
        (
            {"hosts": (Host("h", 4), Host("i", 4))},
            "Applicants prefer the hosts in the order listed: in another order other hosts fill.",
        ),
    ],
    ids=str,
)
def test_what_is_assumed_is_said(fields: dict[str, object], said: str) -> None:
    assert said in assumptions(_asked(**fields))
    assert said not in assumptions(scenario({"h": 4}))


def test_those_present_give_way_but_not_at_a_magnet_or_a_new_school() -> None:
    said = "Present students of a host who get no seat take the places that the drawn students leave, elsewhere in the "
    new = NewSchool("New", 30.0, -97.0, "elementary")
    for host, gives_way in ((Host("h", 4), True), (Host("h", 4, magnet=True), False), (Host("n", 4, new=new), False)):
        assert any(each.startswith(said) for each in assumptions(scenario({}, hosts=(host,)))) is gives_way


def _asked(**fields: object) -> Scenario:
    return scenario({"h": 4} if "hosts" not in fields else {}, **fields)
