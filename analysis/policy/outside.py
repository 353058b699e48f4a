"""The smallest outside share with which a plan reaches a target by its own rules, or the proof that none does.

The index need not fall as the share rises, so no share is skipped: only those are alike between which every pool
offers as many seats outside the district, and one of each such stretch is tried, with the lotteries as expected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.assign import years_as_expected
from analysis.policy.binding import Lifted, enough, lifted
from analysis.policy.consistency import set_aside
from analysis.policy.figures import covered
from analysis.policy.ground import Ground, ground, seats_held
from analysis.policy.optimum import SAME
from analysis.policy.pools import GROUPS, pools
from analysis.policy.scenario import SOURCES, Host, Scenario
from analysis.policy.tangents import MEASURES
from analysis.units import Floats

# What could let more students in, as it is then tried, in the order of ``_without``. None of it need lower the index.
OUTSIDE_LIMITS = {
    "turnout": "everyone applying and taking a seat",
    "miles": "schools outside sending at any distance",
    "sources": "every school outside sending",
    "seats": "every place of the hosts a seat",
    "set_asides": "no seat set aside for some first",
}
# Half the way around the earth: no limit.
_ANYWHERE = 12_500.0
# With a limit lifted these shares are tried.
_TRIED = tuple(step / 20 for step in range(21))
_TOLD_EVERY = 250
# A share is told with so many decimals where that changes no seat.
_DECIMALS = 4


@dataclass(frozen=True)
class OutsideReach:
    """Whether and with which outside share of both groups' seats a plan reaches a target.

    Attributes:
        target: of the index.
        share: the smallest share that reaches it; None where none does.
        rows: share, outside (students who come from outside the district) and value (the index of the district's
            schools), one row a share tried, rising. All shares that differ by a seat, up to the first that reaches.
        complete: whether all that differ by a seat are among them, so that it is a proof. Not so where pools pass on
            seats they cannot fill before the draw.
        lifted: where no share reaches, the least index with some of ``OUTSIDE_LIMITS`` lifted, over shares in steps of
            5 %; NaN where the plan cannot be held so.
    """

    target: float
    share: float | None
    rows: pd.DataFrame
    complete: bool
    lifted: Lifted

    @property
    def binding(self) -> list[tuple[str, ...]]:
        """The limits that, lifted together, bring the target within reach, as far as tried."""
        return enough(self.lifted, self.target)


def smallest_outside(
    table: pd.DataFrame,
    scenario: Scenario,
    target: float,
    measure: str = "dissimilarity",
    progress: Callable[[str], None] = lambda _: None,
) -> OutsideReach:
    """The smallest share of both groups' seats, offered first outside the district, that brings the index to a target.

    Args:
        table, scenario: as ``analysis.policy.outcome.simulate`` takes them; the scenario's own outside shares are not
            used.
        target: of the index of the district's schools.
        measure: a key of ``MEASURES``.
        progress: told in a few words what was done, now and then.

    Raises:
        InputError: the scenario has no host with a seat, or the table cannot carry it.
    """
    if not any(host.seats for host in scenario.hosts):
        raise InputError("The scenario has no host with a seat, so nobody comes from outside; give it hosts.")
    place = ground(table, scenario)
    shares = _shares(place, scenario)
    rows = _tried(table, scenario, shares, measure, target, progress)
    reaching = rows.loc[rows["value"] <= target + SAME, "share"]
    share = None if reaching.empty else float(reaching.iloc[0])
    without: Lifted = {}
    if share is None:
        names = [name for name in OUTSIDE_LIMITS if _without(place, scenario, (name,)) != scenario]
        progress("No share reaches it; looking for what stands in the way")
        without = lifted(names, lambda which: _least(table, _without(place, scenario, which), measure, target), target)
    return OutsideReach(target, share, rows, scenario.unfilled != "lower", without)


def _shares(place: Ground, scenario: Scenario) -> Floats:
    """One share of each stretch in which all pools offer as many seats outside, as round as may be."""
    most = _most(scenario)
    seats = np.unique(pools(place, scenario).seats)
    starts = np.concatenate([(np.arange(1, number + 1) - 0.5) / number for number in seats if number])
    starts = np.unique(np.append(0.0, starts[starts <= most]))
    rounded = np.maximum(np.ceil(starts * 10**_DECIMALS - 1e-9), 0.0) / 10**_DECIMALS
    return np.where(rounded < np.append(starts[1:], most + 1e-9), rounded, starts)


def _tried(
    table: pd.DataFrame,
    scenario: Scenario,
    shares: Sequence[float] | Floats,
    measure: str,
    target: float,
    progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Share, outside and value, in the order of the shares up to the first that reaches the target."""
    # Where any student may come from outside, so with any share above 0, the ground is the same.
    places = {bool(share): ground(table, _offering(scenario, float(share))) for share in (shares[0], shares[-1])}
    rows = []
    for number, share in enumerate(shares, start=1):
        if number % _TOLD_EVERY == 0:
            progress(f"{number:,} of {len(shares):,} shares tried")
        asked, place = _offering(scenario, float(share)), places[bool(share)]
        done = years_as_expected(place, asked)[-1]
        value = MEASURES[measure].value(done.after[:, 0, place.inside & covered(place.schools, asked)])
        rows.append({"share": float(share), "outside": int(done.outside.sum()), "value": value})
        if value <= target + SAME:
            break
    return pd.DataFrame(rows)


def _least(table: pd.DataFrame, scenario: Scenario, measure: str, target: float) -> float:
    """The least index over ``_TRIED``, or the first at the target; NaN where the plan cannot be held.

    A share that reaches is an example, and none no proof.
    """
    most = _most(scenario)
    try:
        return float(_tried(table, scenario, [s for s in _TRIED if s <= most], measure, target)["value"].min())
    except InputError:
        return float("nan")


def _most(scenario: Scenario) -> float:
    """The largest share of both groups' seats that no set-aside is of, in any pool."""
    return 1.0 - max(set_aside(scenario).values())


def _offering(scenario: Scenario, share: float) -> Scenario:
    """The scenario with this share of both groups' seats offered first outside the district."""
    return replace(scenario, ed=replace(scenario.ed, outside=share), other=replace(scenario.other, outside=share))


def _without(place: Ground, scenario: Scenario, names: tuple[str, ...]) -> Scenario:
    """The scenario with some limits lifted."""
    changed: dict[str, Any] = {"ed": scenario.ed, "other": scenario.other}
    both: dict[str, Any] = {}
    if "turnout" in names:
        both |= {"willing": 1.0, "accept": 1.0, "per_seat": None}
    if "sources" in names:
        both["senders"] = ()
        changed["sources"] = scenario.sources if set(scenario.sources) == set(SOURCES) else tuple(SOURCES)
    if "miles" in names:
        changed["outside_miles"] = max(scenario.outside_miles, _ANYWHERE)
    if "seats" in names:
        changed["hosts"] = _full(place, scenario)
    if "set_asides" in names:
        changed["set_asides"] = ()
    return replace(scenario, **changed | {name: replace(changed[name], **both) for name in GROUPS})


def _full(place: Ground, scenario: Scenario) -> tuple[Host, ...]:
    """The hosts with a seat for every place that is not a magnet's present student's, in every grade from the first."""
    schools = place.schools.iloc[place.hosts]
    present = place.students[:, place.hosts].sum(axis=0).tolist()
    given, full = seats_held(place, scenario), list[Host]()
    for school in scenario.host_ids:
        entries = [i for i, host in enumerate(scenario.hosts) if host.ncessch == school]
        first, host = entries[0], scenario.hosts[entries[0]]
        students, known = present[first], schools["capacity"].iloc[first]
        capacity = known if host.capacity is None else host.capacity
        room = students if pd.isna(capacity) else max(int(capacity), students)
        most = room - (students if host.magnet else 0)
        if most > given[entries].sum():
            full.append(replace(host, seats=most, grade=None, later=(), start=1))
        else:
            full += [scenario.hosts[i] for i in entries]
    return tuple(full)
