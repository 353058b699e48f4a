"""What of a plan's seats may leave, where no count is hidden."""

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
