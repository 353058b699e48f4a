"""Variants of a scenario: each is the scenario that says so, and the rows hold their figures."""

from dataclasses import replace

import pytest

from analysis.errors import InputError
from analysis.policy.assumptions import assumptions
from analysis.policy.outcome import simulate
from analysis.policy.scenario import TURNOUT, Pool, Scenario, SetAside
from analysis.policy.sensitivity import OWN, at_exits, compared, variants
from tests.analysis.policy.districts import scenario, school, table

ROWS = table(school("h", 30, 10), school("a", 10, 30), school("b", 0, 20))
ASKED = scenario({"h": 40}, ed=Pool(0.3, per_seat=2.0), other=Pool(0.4, accept=0.5))


def test_every_variant_is_the_scenario_that_says_so() -> None:
    found = variants(ASKED, participation=tuple(TURNOUT), exits=(0.0, 0.125))
    assert list(found) == [(level, rate) for level in TURNOUT for rate in ("0%", "12.5%")]
    # Applications per seat would go before the share who apply.
    assert found["high", "12.5%"] == replace(
        ASKED,
        ed=Pool(0.5, leave=0.125, leave_changed=0.125),
        other=Pool(0.5, accept=0.5, leave=0.125, leave_changed=0.125),
    )
    assert variants(ASKED) == {(OWN, OWN): ASKED}
    assert list(variants(ASKED, exits=(0.1,))) == [(OWN, "10%")]


def test_the_rows_are_the_outcomes() -> None:
    outcomes = {words: simulate(ROWS, each, 5) for words, each in variants(ASKED, exits=(0.0, 0.5)).items()}
    rows = compared(outcomes).set_index(["exits", "figure"])
    for (_, rate), outcome in outcomes.items():
        for name, change in outcome.district.items():
            assert rows.loc[(rate, name), ["before", "after", "low", "high"]].tolist() == pytest.approx(
                [change.before, change.after, change.low, change.high], nan_ok=True
            )
    assert rows.loc[("50%", "moved"), "after"] > rows.loc[("0%", "moved"), "after"]


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan")])
def test_a_rate_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="give rates from 0 to 100"):
        at_exits(ASKED, rate)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lottery_basis": "direct"}, "as many as can be are taken to be disadvantaged by both"),
        ({"unfilled": "second", "second_accept": 0.4}, "40% of those still waiting would take a seat"),
        (
            {"set_asides": (SetAside("sibling", 0.2, rate=0.1),)},
            "10% of the applicants of every school, later of those",
        ),
        ({"other": Pool(leave_changed=0.05)}, "changes by more than 10 points leave the district's schools"),
        ({"ed": Pool(accept_half_miles=4.0)}, "who take a seat falls by half with every 4 miles"),
        ({"draw": "distance", "ed": Pool(half_miles=2.0)}, "every 2 miles (disadvantaged students) or 5 (other)"),
        ({"reserve": "tiers", "tiers": (0.5, 0.5), "ed": Pool(mistaken=0.2)}, "for those of another tier"),
    ],
    ids=str,
)
def test_what_it_takes_for_granted_is_said(fields: dict[str, object], said: str) -> None:
    plain = scenario({"h": 4})
    asked: Scenario = replace(plain, **fields)
    assert any(said in sentence for sentence in assumptions(asked))
    assert not any(said in sentence for sentence in assumptions(plain))
