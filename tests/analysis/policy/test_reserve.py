"""What a plan's kind of reserve comes to, by hand."""

import pytest

from analysis.policy.ground import ground
from analysis.policy.reserve import ed_share_of_seats
from tests.analysis.policy.districts import scenario, school, table

# 150 of 300 are ED; the poorer half of the schools, a and d, has 135 of its 150.
TABLE = table(school("a", 90, 10), school("b", 10, 90), school("c", 5, 45), school("d", 45, 5))
# 60 of 300 are ED.
FEW = table(school("a", 50, 50), school("b", 10, 190))


@pytest.mark.parametrize(
    ("where", "rules", "share"),
    [
        (TABLE, {}, 0.5),
        (TABLE, {"ed_share": 0.3}, 0.3),
        (FEW, {"reserve": "district"}, 0.2),
        # .1 reserved for ED, .7 for others; of the open .2 a fifth is ED.
        (FEW, {"reserve": "band", "band": 0.1}, 0.1 + 0.2 * 0.2),
        # .4 for those of a and d, 90 % ED; .2 for those of b and c, 10 % ED; .4 open to all, half ED.
        (TABLE, {"reserve": "tiers", "tiers": (0.4, 0.2)}, 0.4 * 0.9 + 0.2 * 0.1 + 0.4 * 0.5),
    ],
)
@pytest.mark.parametrize("hosts", [{}, {"a": 100}])
def test_the_share_of_the_seats_that_ed_students_get(where, rules, share, hosts):
    asked = scenario(hosts, **rules)
    assert ed_share_of_seats(ground(where, asked), asked) == pytest.approx(share, abs=1e-4)
