"""Which districts a statewide policy applies to, which of their schools host, and why the others are left alone."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.places import Limits, Places
from analysis.policy.presets import FEWEST_STUDENTS, PRESETS, entry_hosts, whole_hosts
from analysis.policy.scenario import Host, Scenario
from analysis.statewide.rule import ENTRY, OF_TEMPLATE, Policy
from analysis.units import Floats, ratio

OPTIMUM = "optimum"
_NOWHERE = Scenario("", "", 0)
# Parts of a school that differ by less are the solver's tolerance, and the school whose id comes first hosts.
_DECIMALS = 4
# Why a district is left alone; the policy fills in the numbers.
TOO_FEW = "fewer than {least_schools} {level} schools that it assigns students to"
NOT_COUNTED = "no two {level} schools with known counts, one of them with " + f"{FEWEST_STUDENTS} students"
NOWHERE = "no known places of its {level} schools"


@dataclass(frozen=True)
class Applied:
    """A policy applied to the districts of one year.

    Attributes:
        scenarios: one a district that takes part, in order of district id.
        left_alone: the other districts in order of id: leaid, reason.
    """

    scenarios: tuple[Scenario, ...]
    left_alone: pd.DataFrame


def applied(table: pd.DataFrame, policy: Policy, plain: Scenario, grades: pd.DataFrame) -> Applied:
    """The scenario of every district a policy applies to.

    A district's schools are those of the policy's level that it assigns students to: charter schools and schools
    wholly online are none. Hosts have known counts and ``FEWEST_STUDENTS`` students or more, and at least one school
    is no host, so that there is somebody to exchange students with.

    Args:
        table: the schools that count of one year, every district, with ``ed`` on the scenarios' basis.
        policy: the rule.
        plain: what all scenarios have alike: dataset, year, basis and which schools count. Its district is ignored.
        grades: students by grade, for seats in the entry grade.

    Raises:
        InputError: the policy asks for entry grades, and the dataset has no students by grade.
    """
    if policy.seats == ENTRY and grades.empty:
        raise InputError(
            f'The policy has its seats in the entry grade, and dataset "{plain.dataset}" has no students by grade; '
            'give the seats "every grade".'
        )
    own = table[
        table["level"].eq(policy.level).fillna(False) & ~_flagged(table, "charter") & ~_flagged(table, "virtual")
    ]
    counted = own[own["ed"].notna() & own["students"].notna()]
    large = counted[counted["students"] >= FEWEST_STUDENTS]
    districts = pd.Index(sorted(table["leaid"].dropna().unique()), name="leaid")
    schools, known = (rows.groupby("leaid").size().reindex(districts, fill_value=0) for rows in (own, counted))
    steps = {
        TOO_FEW: schools < policy.least_schools,
        NOT_COUNTED: (known < 2) | ~districts.isin(large["leaid"]),
    }
    many = np.clip(round_half_up(schools.to_numpy() * policy.hosts_share), 1, np.maximum(known.to_numpy() - 1, 1))
    several = pd.Series(many, districts)
    able = several[~np.logical_or.reduce(list(steps.values()))]
    rank = _by_optimum(counted, able, policy).reindex(large.index) if policy.choose == OPTIMUM else _rank(large, policy)
    placed = large.assign(rank=rank).dropna(subset="rank").sort_values(["rank", "ncessch"])
    steps[NOWHERE] = ~districts.isin(placed["leaid"])
    reason = np.select(list(steps.values()), [words.format(**vars(policy)) for words in steps], "")
    wanted = several.where(reason == "", 0)
    chosen = placed[placed.groupby("leaid").cumcount().to_numpy() < wanted.reindex(placed["leaid"]).to_numpy()]
    left_alone = pd.DataFrame({"leaid": districts, "reason": reason})
    return Applied(
        _scenarios(table, chosen.sort_values(["leaid", "rank", "ncessch"]), policy, plain, grades),
        left_alone[left_alone["reason"] != ""].reset_index(drop=True),
    )


def _flagged(table: pd.DataFrame, flag: str) -> "pd.Series[bool]":
    return table[flag].fillna(False).astype(bool)


def _by_optimum(schools: pd.DataFrame, wanted: "pd.Series[int]", policy: Policy) -> "pd.Series[float]":
    """The smaller, the sooner a school hosts, by how much of it a best assignment makes a host; of no other district.

    Args:
        schools: those with known counts.
        wanted: the hosts of each district to choose in, by its id.
        policy: the rule; its lotteries say the share of the seats for disadvantaged students.
    """
    from analysis.policy.best_hosts import likely_hosts  # the solver is slow to import, and only this choice needs it

    found = pd.Series(np.nan, schools.index)
    for district, rows in schools[schools["leaid"].isin(wanted.index)].groupby("leaid"):
        ed = rows["ed"].to_numpy(dtype=np.int64)
        students = np.stack([ed, rows["students"].to_numpy(dtype=np.int64) - ed])
        share = ed.sum() / students.sum()
        rules = _with_lotteries(_NOWHERE, policy, float(share))
        found[rows.index] = 0.0
        if 0 < share < 1:
            reserved = rules.ed_share if rules.reserve == "share" else float(share)
            asked = Limits(), int(wanted[district]), "variance_ratio", reserved
            found[rows.index] = -likely_hosts(_company(rows, students), *asked)
    return found.round(_DECIMALS)


def _company(rows: pd.DataFrame, students: Ints) -> Places:
    """Schools of one district and level, which share their grades, wherever they are."""
    n, everyone = len(rows), students.sum(axis=0)
    return Places(
        ids=rows["ncessch"].to_numpy(dtype=str),
        students=students,
        capacity=np.maximum(rows["capacity"].fillna(0).to_numpy(dtype=np.int64), everyone),
        known=rows["capacity"].notna().to_numpy(dtype=bool),
        serves=np.ones((n, n), dtype=bool),
        miles=np.zeros((n, n)),
        may_host=everyone >= FEWEST_STUDENTS,
    )


def _rank(schools: pd.DataFrame, policy: Policy) -> Floats:
    """(schools,) the smaller, the sooner a school hosts; NaN where it cannot be told."""
    if policy.choose == "central":
        return _from_centre(schools)
    ed, students = (schools[name].to_numpy(dtype=np.float64) for name in ("ed", "students"))
    return {"highest-ed": -ed / students, "lowest-ed": ed / students, "largest": -students}[policy.choose]


def _from_centre(schools: pd.DataFrame) -> Floats:
    """(schools,) degrees of latitude from the mean point of the district's students; NaN where a point is unknown."""
    points = schools[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    known = np.isfinite(points).all(axis=1)
    weight = np.where(known, schools["students"].to_numpy(dtype=np.float64), 0.0)
    district = schools["leaid"].factorize()[0]
    everyone = np.bincount(district, weight).astype(np.float64)
    sums = [np.bincount(district, weight * np.where(known, x, 0.0)).astype(np.float64) for x in points.T]
    centre = np.stack([ratio(each, everyone) for each in sums], axis=1)
    off = points - centre[district]
    # A degree of longitude is shorter the further north; within a district the earth is flat.
    return np.hypot(off[:, 0], off[:, 1] * np.cos(np.radians(centre[district, 0])))


def _scenarios(
    table: pd.DataFrame, chosen: pd.DataFrame, policy: Policy, plain: Scenario, grades: pd.DataFrame
) -> tuple[Scenario, ...]:
    """A scenario for each district of the chosen hosts."""
    counted = table[table["ed"].notna() & table["students"].notna()]
    sums = counted.groupby("leaid")[["ed", "students"]].sum()
    share = sums["ed"] / sums["students"]
    hosts: dict[str, list[Host]] = {}
    listed = entry_hosts(chosen, grades) if policy.seats == ENTRY else whole_hosts(chosen)
    for district, host in zip(chosen["leaid"], listed, strict=True):
        hosts.setdefault(district, []).append(host)
    start = replace(plain, level=policy.level, name=policy.name or policy.words)
    return tuple(
        _with_lotteries(replace(start, district=district, hosts=tuple(own)), policy, float(share[district]))
        for district, own in hosts.items()
    )


def _with_lotteries(scenario: Scenario, policy: Policy, share: float) -> Scenario:
    """The scenario with the lotteries of the template or the preset, and what the policy says otherwise."""
    if policy.template is None:
        scenario = PRESETS[policy.preset].apply(scenario, share)
    else:
        scenario = replace(scenario, **{name: getattr(policy.template, name) for name in OF_TEMPLATE if name != "name"})
    said = {name: value for name in ("outside", "willing") if (value := getattr(policy, name)) is not None}
    return replace(scenario, ed=replace(scenario.ed, **said), other=replace(scenario.other, **said))
