"""The schools a scenario can touch, as arrays, checked against the schools table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.policy.draw import Ints
from analysis.policy.scenario import Scenario
from analysis.units import Floats

EARTH_RADIUS_MILES = 3958.8  # mean radius, IUGG


@dataclass(frozen=True)
class Ground:
    """Schools of the district and those outside that may send students. Groups: 0 is ED, 1 is all others.

    Attributes:
        schools: their rows of the schools table, positions 0 to n − 1.
        students: (2, n) students of each group today.
        inside: (n,) whether the school is the district's.
        hosts: (hosts,) positions of the host schools, in the scenario's order.
        seats: (hosts,) lottery seats of each.
        serves: (hosts, n) whether the school shares the host's grades, so that students can move between them.
        may_send: (2, n) whether the school may send students of each group.
        miles: (hosts, n) distance to each host; inf where either point is unknown.
        unknown: the district's schools left out because their ED count is not known.
    """

    schools: pd.DataFrame
    students: Ints
    inside: NDArray[np.bool_]
    hosts: NDArray[np.intp]
    seats: Ints
    serves: NDArray[np.bool_]
    may_send: NDArray[np.bool_]
    miles: Floats
    unknown: pd.DataFrame


def ground(table: pd.DataFrame, scenario: Scenario) -> Ground:
    """What a scenario stands on, after checking that the table can carry it.

    Args:
        table: the schools table of the scenario's year, every district, with ``ed`` on the scenario's basis.
        scenario: the policy.

    Raises:
        InputError: the district, a host or a sender is not in the table, a host's ED count is unknown or its seats
            exceed its capacity, or no other school of the district serves a host's grades.
    """
    table = table[(table["year"] == scenario.year).fillna(False)]
    of_district = (table["leaid"] == scenario.district).fillna(False)
    if not of_district.any():
        raise InputError(f"District {scenario.district} has no school in {scenario.year}; check the district and year.")
    usable = table["ed"].notna() & table["students"].notna()
    _check_hosts(table, of_district, usable, scenario)
    known = table[usable].reset_index(drop=True)
    inside = (known["leaid"] == scenario.district).to_numpy(dtype=bool)
    hosts = pd.Index(known["ncessch"]).get_indexer([host.ncessch for host in scenario.hosts])
    serves, miles = _serves(known["level"], hosts), _miles(known, hosts)
    near = miles.min(axis=0, initial=np.inf) <= scenario.outside_miles
    if any(pool.outside > 0 for pool in (scenario.ed, scenario.other)):
        near |= _same_county(known, hosts) & np.isinf(miles.min(axis=0, initial=np.inf))
    keep = np.flatnonzero(inside | (near & serves.any(axis=0)))
    scope = known.iloc[keep].reset_index(drop=True)
    ed = scope["ed"].to_numpy(dtype=np.int64)
    result = Ground(
        schools=scope,
        students=np.stack([ed, scope["students"].to_numpy(dtype=np.int64) - ed]),
        inside=inside[keep],
        hosts=np.searchsorted(keep, hosts),
        seats=np.array([host.seats for host in scenario.hosts], dtype=np.int64),
        serves=serves[:, keep],
        may_send=_may_send(scope["ncessch"], scenario),
        miles=miles[:, keep],
        unknown=table[of_district & ~usable],
    )
    _check_company(result)
    return result


def _check_hosts(
    table: pd.DataFrame, of_district: "pd.Series[bool]", usable: "pd.Series[bool]", scenario: Scenario
) -> None:
    own = table[of_district].set_index("ncessch")
    for host in scenario.hosts:
        if host.ncessch not in own.index:
            raise InputError(
                f"Host {host.ncessch} is no school of district {scenario.district} in {scenario.year}; "
                "choose hosts among the district's schools."
            )
    countable = set(table.loc[usable & of_district, "ncessch"])
    for host in scenario.hosts:
        school = own.loc[host.ncessch]
        if host.ncessch not in countable:
            raise InputError(f"Host {host.ncessch} has no known ED count in {scenario.year}; choose another host.")
        most = school["capacity"]
        if pd.notna(most) and host.seats > max(most, school["students"]):
            raise InputError(
                f"Host {host.ncessch} is given {host.seats} seats but holds {max(most, school['students'])}; "
                "give it fewer seats."
            )


def _check_company(ground: Ground) -> None:
    """Every host with seats needs another school of its district to exchange students with."""
    elsewhere = ground.serves & ground.inside
    elsewhere[:, ground.hosts] = False
    company = np.asarray(elsewhere.any(axis=1))
    for position, seats, others in zip(ground.hosts, ground.seats, company, strict=True):
        if seats and not others:
            school = ground.schools["ncessch"][position]
            raise InputError(f"No other school of the district serves the grades of host {school}; choose other hosts.")


def _serves(level: pd.Series, hosts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(hosts, n): the same level as the host; combined schools and those of unknown level share grades with all."""
    levels = level.fillna("combined").to_numpy(dtype=str)
    anything = levels == "combined"
    return (levels[hosts][:, None] == levels) | anything | anything[hosts][:, None]


def _miles(schools: pd.DataFrame, hosts: NDArray[np.intp]) -> Floats:
    """(hosts, n) great-circle distance by the haversine formula; inf where a point is unknown."""
    lat = np.radians(schools["latitude"].to_numpy(dtype=np.float64))
    lon = np.radians(schools["longitude"].to_numpy(dtype=np.float64))
    half_lat, half_lon = (lat - lat[hosts][:, None]) / 2, (lon - lon[hosts][:, None]) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat) * np.cos(lat[hosts])[:, None] * np.sin(half_lon) ** 2
    return np.nan_to_num(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(chord, 1.0))), nan=np.inf)


def _same_county(schools: pd.DataFrame, hosts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(n,) whether the school lies in the county of a host: the stand-in for distance where points are unknown."""
    return schools["county"].isin(schools["county"].iloc[hosts].dropna()).to_numpy(dtype=bool)


def _may_send(ids: pd.Series, scenario: Scenario) -> NDArray[np.bool_]:
    hosts = ids.isin([host.ncessch for host in scenario.hosts])
    allowed = []
    for name, pool in (("ed", scenario.ed), ("other", scenario.other)):
        listed = ids.isin(pool.senders)
        if missing := sorted(set(pool.senders) - set(ids)):
            raise InputError(
                f"{name}.senders names school {missing[0]}, which is outside the scenario's catchment; "
                "remove it from the list."
            )
        allowed.append((listed if pool.senders else ~listed) & ~hosts)
    return np.stack([mask.to_numpy(dtype=bool) for mask in allowed])
