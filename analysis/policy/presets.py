"""Scenarios to start from, after policies in use; each says what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.entry import entry_grades
from analysis.policy.scenario import Host, Scenario

MOST_HOSTS = 4
FEWEST_STUDENTS = 100  # a smaller school tells little about a policy and may be a special one


@dataclass(frozen=True)
class Preset:
    """A policy to start from.

    Attributes:
        name: its key.
        label: its name on screen.
        basis: what it rests on, one sentence with its source.
        apply: from a plain 50/50 scenario with suggested hosts and the district's ED share to the preset's scenario.
    """

    name: str
    label: str
    basis: str
    apply: Callable[[Scenario, float], Scenario]


def _for_both(plain: Scenario, **fields: Any) -> Scenario:
    """The same of both groups."""
    return replace(plain, ed=replace(plain.ed, **fields), other=replace(plain.other, **fields))


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "dallas",
            "Dallas 50/50",
            "Half of the seats for disadvantaged students and half for others, in two separate lotteries, some seats "
            "for students living outside the district, as in Dallas's Transformation Schools (Brown's Promise, "
            "Fulfilling Brown's Promise: A State Policy Agenda). Dallas's outside share was not found; one seat in ten "
            "is assumed.",
            lambda plain, _: _for_both(plain, outside=0.1),
        ),
        Preset(
            "district-only",
            "50/50 within the district",
            "Half of the seats for disadvantaged students and half for others, all from within the district.",
            lambda plain, _: plain,
        ),
        Preset(
            "district-share",
            "District share",
            "Seats reserved in the district's own share of disadvantaged students, so that the hosts mirror it.",
            lambda plain, share: replace(plain, ed_share=round(share, 2)),
        ),
        Preset(
            "san-antonio",
            "San Antonio",
            "Half of the seats for each side by a score of census blocks (income, home ownership, single parents, "
            "education), and seats for students from outside the district up to 30 % at most campuses and 50 % at "
            "some, as in San Antonio (CRPE, Integrating Schools in San Antonio: Start With One). The even halves are "
            "assumed, and that blocks misplace 15 % of either side.",
            lambda plain, _: _for_both(plain, outside=0.3, mistaken=0.15),
        ),
        Preset(
            "cambridge",
            "Cambridge",
            "Every school within 10 points of the district's share of disadvantaged students, as in Cambridge's "
            "controlled choice (Cambridge Public Schools, About Controlled Choice). Families that do not disclose "
            "their income count there as paying for lunch; how many was not found, and none is assumed.",
            lambda plain, _: replace(plain, reserve="band", band=0.1),
        ),
        Preset(
            "chicago",
            "Chicago tiers",
            "30 % of the seats open to all and 17.5 % for each of four tiers, as in Chicago's selective schools "
            "(Century Foundation, Chicago Public Schools). Chicago's tiers are of census tracts; here they are of "
            "sending schools by their share of disadvantaged students, with about as many students each.",
            lambda plain, _: replace(plain, reserve="tiers", tiers=(0.175,) * 4),
        ),
        Preset(
            "louisville",
            "Louisville",
            "Three categories of home by block group, each school's mean category to lie between 1.4 and 2.5, as in "
            "Louisville (Jefferson County Public Schools, Diversity Index Report). A third of the seats for each is "
            "assumed, a mean of 2.0, and categories of sending schools by their share of disadvantaged students.",
            lambda plain, _: replace(plain, reserve="tiers", tiers=(1 / 3,) * 3),
        ),
        Preset(
            "new-york-d15",
            "New York D15",
            "Priority, not a quota, for disadvantaged students in 52 % of the seats, as in the middle schools of "
            "District 15 (City of New York, District 15 Middle School Diversity Plan, 2018): what either side cannot "
            "fill goes to the other.",
            lambda plain, _: replace(plain, ed_share=0.52, unfilled="release"),
        ),
        Preset(
            "do-nothing",
            "Do nothing",
            "No lottery seats: every school stays as it is.",
            lambda plain, _: replace(plain, hosts=()),
        ),
    )
}


def whole_hosts(schools: pd.DataFrame) -> tuple[Host, ...]:
    """Hosts every place of which is a seat: as many as students, or the capacity where a school holds more."""
    seats = schools[["students", "capacity"]].min(axis=1)
    return tuple(Host(school, int(n)) for school, n in zip(schools["ncessch"], seats, strict=True))


def entry_hosts(schools: pd.DataFrame, grades: pd.DataFrame) -> tuple[Host, ...]:
    """Hosts whose seats are the places of the grade students enter in, as in lotteries of the first year.

    Args:
        schools: the hosts to be.
        grades: students by grade, as ``entry_grades`` takes them. A host that is not in there, or whose entry grade has
            an unknown number of students, has every place for a seat.
    """
    entry = schools[["year", "ncessch"]].merge(entry_grades(grades), on=["year", "ncessch"], how="left")
    of_entry = zip(whole_hosts(schools), entry["grade"], entry["students"], strict=True)
    return tuple(
        replace(host, seats=min(host.seats, int(students)), grade=grade) if pd.notna(students) else host
        for host, grade, students in of_entry
    )


def suggested_hosts(schools: pd.DataFrame, grades: pd.DataFrame | None = None) -> tuple[Host, ...]:
    """Schools a planner might start with: up to four with the highest ED share, one in five of their level at most.

    Args:
        schools: the district's schools of one year. Elementary schools are taken first, then combined, middle, high,
            as a policy that starts at the entry grades would; charter and virtual schools, which the district does not
            assign, are left out, and so are schools below ``FEWEST_STUDENTS``.
        grades: students by grade, for hosts with seats in their entry grade; None for seats in every grade.
    """
    runs = ~(schools["charter"].fillna(False) | schools["virtual"].fillna(False))
    fit = schools[runs & schools["ed"].notna() & (schools["students"] >= FEWEST_STUDENTS)]
    for level in ("elementary", "combined", "middle", "high"):
        same = fit[fit["level"].fillna("combined") == level]
        if len(same) > 1:
            share = same["ed"] / same["students"]
            first = same.assign(share=share).sort_values(["share", "ncessch"], ascending=[False, True])
            chosen = first.head(int(np.clip(len(same) // 5, 1, MOST_HOSTS)))
            return whole_hosts(chosen) if grades is None else entry_hosts(chosen, grades)
    return ()


def scenario_from_preset(
    table: pd.DataFrame,
    preset: str,
    *,
    dataset: str,
    district: str,
    year: int,
    basis: str | None = None,
    level: str | None = None,
    grades: pd.DataFrame | None = None,
) -> Scenario:
    """A scenario for a district to start from.

    Args:
        table: the schools table of the year, every district, with ``ed`` on the scenario's basis.
        preset: a key of ``PRESETS``.
        dataset, district, year, basis, level: as in ``Scenario``.
        grades: as in ``suggested_hosts``.

    Raises:
        InputError: the preset or the district is not known, or no school of the district can be a host.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}"; choose one of {", ".join(PRESETS)}.')
    schools = table[((table["leaid"] == district) & (table["year"] == year)).fillna(False)]
    if schools.empty:
        raise InputError(f"District {district} has no school in {year}; check the district and year.")
    counted = schools[schools["ed"].notna() & schools["students"].notna()]
    hosts = suggested_hosts(counted if level is None else counted[counted["level"] == level], grades)
    if not hosts and preset != "do-nothing":
        raise InputError(
            f"District {district} has no two schools of the same grades with known counts and {FEWEST_STUDENTS} "
            "students, so none can exchange students; choose a larger district."
        )
    chosen = PRESETS[preset]
    plain = Scenario(dataset, district, year, hosts, basis=basis, level=level, name=chosen.label)
    return chosen.apply(plain, float(counted["ed"].sum() / max(counted["students"].sum(), 1)))
