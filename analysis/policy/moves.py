"""Who moves, added up: at each host by group, and at every other school that students leave or join."""

import pandas as pd

from analysis.policy.outcome import Outcome
from analysis.policy.pools import GROUPS

WAYS = (("arrive", "to_school", "from_school"), ("leave", "from_school", "to_school"))


def at_hosts(flows: pd.DataFrame, hosts: list[str]) -> pd.DataFrame:
    """Students who arrive at and leave each host.

    Args:
        flows: of an outcome (see ``analysis.policy.outcome.Outcome``).
        hosts: ids of the hosts.

    Returns:
        One row a host, in their order: host, arrive_ed, arrive_other, from_schools (how many they come from),
        leave_ed, leave_other, to_schools.
    """
    found = pd.DataFrame({"host": pd.Series(hosts, dtype=object)})
    for (way, here, there), places in zip(WAYS, ("from_schools", "to_schools"), strict=True):
        for group in GROUPS:
            found[f"{way}_{group}"] = _sums(flows[flows["group"] == group], here, found["host"])
        schools = flows.groupby(here)[there].nunique()
        found[places] = found["host"].map(schools).fillna(0).astype("int64")
    return found[["host", "arrive_ed", "arrive_other", "from_schools", "leave_ed", "leave_other", "to_schools"]]


def at_schools(outcome: Outcome) -> pd.DataFrame:
    """Every school but the hosts that students leave or join, those that most leave first.

    Returns:
        ncessch, leaid, leave, leave_ed and leave_other (students drawn by the hosts), arrive, arrive_ed and
        arrive_other (students of the hosts who gave up their places), poorer (whether it sends students and its ED
        share rises).
    """
    schools = outcome.schools.loc[~outcome.schools["host"], ["ncessch", "leaid", "poorer"]].reset_index(drop=True)
    for way, here, _ in WAYS:
        for group in GROUPS:
            flows = outcome.flows[outcome.flows["group"] == group]
            schools[f"{way}_{group}"] = _sums(flows, here, schools["ncessch"])
        schools[way] = schools[[f"{way}_{group}" for group in GROUPS]].sum(axis=1)
    schools = schools[schools["leave"] + schools["arrive"] > 0]
    ordered = schools.sort_values(["leave", "arrive", "ncessch"], ascending=[False, False, True], kind="stable")
    columns = [f"{way}{of}" for way in ("leave", "arrive") for of in ("", "_ed", "_other")]
    return ordered[["ncessch", "leaid", *columns, "poorer"]].reset_index(drop=True)


def _sums(flows: pd.DataFrame, end: str, schools: pd.Series) -> pd.Series:
    """Students of some moves at one of their ends, for each school."""
    return schools.map(flows.groupby(end)["students"].sum()).fillna(0).astype("int64")
