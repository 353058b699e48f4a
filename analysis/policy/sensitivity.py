"""A scenario on other assumptions: how many apply, and how many leave when their school changes.

Neither is known before a policy is held (DOMAIN.md, caveats: families' responses are unseen), so a result that hangs on
either is told as a range over them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.errors import InputError
from analysis.policy.outcome import Outcome
from analysis.policy.pools import GROUPS
from analysis.policy.scenario import TURNOUT, Scenario

OWN = "the scenario's own"
EXIT_RATES = (0.0, 0.05, 0.1)


def at_participation(scenario: Scenario, level: str) -> Scenario:
    """The scenario with the share of students who apply, of either group, at a level of ``TURNOUT``."""
    willing = {name: replace(getattr(scenario, name), willing=TURNOUT[level], per_seat=None) for name in GROUPS}
    return replace(scenario, **willing)


def at_exits(scenario: Scenario, rate: float) -> Scenario:
    """The scenario with a share of either group who leave the district's schools for good.

    It is of those displaced and of those left where they are whose school's share of disadvantaged students changes by
    more than ``change_points``.

    Raises:
        InputError: the rate is no share.
    """
    if not 0 <= rate <= 1:
        raise InputError(f"The exit rate {rate:.0%} is no share of students; give rates from 0 to 100.")
    leaving = {name: replace(getattr(scenario, name), leave=rate, leave_changed=rate) for name in GROUPS}
    return replace(scenario, **leaving)


def variants(
    scenario: Scenario, participation: Sequence[str] = (), exits: Sequence[float] = ()
) -> dict[tuple[str, str], Scenario]:
    """The scenario at each level of participation and each exit rate.

    Args:
        scenario: the policy.
        participation: levels of ``TURNOUT``; none for the scenario's own.
        exits: rates; none for the scenario's own.

    Returns:
        Scenarios by (participation, exits) in words.
    """
    applying = {level: at_participation(scenario, level) for level in participation} or {OWN: scenario}
    if not exits:
        return {(level, OWN): each for level, each in applying.items()}
    return {(level, f"{100 * rate:g}%"): at_exits(each, rate) for level, each in applying.items() for rate in exits}


def compared(outcomes: Mapping[tuple[str, str], Outcome]) -> pd.DataFrame:
    """The district's figures of several variants.

    Returns:
        One row a variant and figure: participation, exits, figure, before, after, low, high.
    """
    rows = [
        {"participation": level, "exits": rate, "figure": figure} | vars(change)
        for (level, rate), outcome in outcomes.items()
        for figure, change in outcome.district.items()
    ]
    return pd.DataFrame(rows, columns=["participation", "exits", "figure", "before", "after", "low", "high"])
