"""The kind of 50/50 school a plan makes, in one number: the share of its seats that disadvantaged students get."""

from dataclasses import replace

import numpy as np

from analysis.policy.ground import Ground
from analysis.policy.pools import ED, pools
from analysis.policy.scenario import Scenario
from analysis.units import ratio

_SEATS = 10_000  # of a host to ask about: shares to the hundredth of a percent


def ed_share_of_seats(ground: Ground, scenario: Scenario) -> float:
    """The share of a host's seats that disadvantaged students get where every pool is filled.

    A pool's seats go to its classes as they are composed among the district's students, so a band's open seats go to
    both groups as the district has them, and a tier's as the tier has them.

    Args:
        ground: of the scenario.
        scenario: the policy; it need have no host.
    """
    asked = pools(replace(ground, seats=np.array([[_SEATS]])), scenario)
    of_class = (asked.classes * ground.students * ground.inside).sum(axis=2)  # (classes, 2)
    of_pool = np.stack([of_class[asked.opened(pool)].sum(axis=0) for pool in range(len(asked.names))])
    everyone = of_class.sum(axis=0)
    of_pool = np.where(of_pool.any(axis=1, keepdims=True), of_pool, everyone)
    return float(asked.seats[0, 0] @ ratio(of_pool[:, ED], of_pool.sum(axis=1)) / _SEATS)
