"""What of a plan's seats may leave."""

import pytest

from analysis.policy.outcome import simulate
from analysis.policy.scenario import Pool
from data.plan_privacy import marked_outcome
from data.privacy import protected
from tests.analysis.policy.districts import scenario, school, table


@pytest.mark.parametrize("unfilled", ["hold", "release", "second"])
def test_seats_taken_over_from_the_other_pool_are_told_as_they_are(unfilled: str) -> None:
    # Nobody applies. H's 90 disadvantaged students have 50 seats of their own and, released, the others' empty ones.
    rows = table(school("h", 90, 30), school("a", 100, 100))
    asked = scenario({"h": 100}, ed=Pool(0.0), other=Pool(0.0), unfilled=unfilled)
    outcome = simulate(rows, asked, replicates=3)
    kept = outcome.pools.set_index("group")["kept"]
    assert (kept["ed"], kept["other"]) == ((50, 25) if unfilled == "hold" else (75, 25))
    marked = marked_outcome(outcome, protected(rows, 10), 10)
    assert marked.pools.set_index("group")["kept"].tolist() == kept.tolist()


def test_the_chance_of_a_seat_at_a_hidden_host_is_that_of_the_numbers_told() -> None:
    # H's 4 ED students are hidden, and so whoever is admitted beside them: told to the nearest ten, as the chance is.
    rows = table(school("h", 4, 36), school("a", 37, 63), school("b", 23, 77))
    told = protected(rows, 10)
    assert told.loc[0, "ed_hidden"]
    outcome = simulate(told, scenario({"h": 40}, ed=Pool(0.7)), replicates=3)
    marked = marked_outcome(outcome, told, 10)
    for shown in (marked.pools, marked.waitlists):
        ed = shown.set_index("group").loc["ed"]
        assert ed["admitted"] % 10 == 0
        assert ed["odds"] == ed["admitted"] / ed["applied"]
        assert ed["odds"] != outcome.pools.set_index("group").loc["ed", "odds"]
