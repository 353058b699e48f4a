"""Scenarios to start from, after policies in use; each says what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.policy.entry import entry_grades
from analysis.policy.scenario import ENTRY_GRADES, Host, Scenario, SetAside

# Where a host's seats can be, and how people call it.
SEATS_IN = {
    "every": "every grade",
    "entry": "entry grade",
    "first": "K–2, then a grade a year",
}
PHASED_IN = ("KG", "01", "02")
MOST_HOSTS = 4
FEWEST_STUDENTS = 100  # a smaller school tells little about a policy and may be a special one


@dataclass(frozen=True)
class Citation:
    """Where a policy is told of.

    Attributes:
        title, publisher: of the document.
        year: it was published in; None where that was not noted.
        section: the part of it that tells of the policy; empty for all of it.
    """

    title: str
    publisher: str
    year: int | None = None
    section: str = ""

    def __str__(self) -> str:
        year = "year not noted" if self.year is None else str(self.year)
        return ", ".join(filter(None, (self.publisher, self.title, self.section, year)))


@dataclass(frozen=True)
class Preset:
    """A policy to start from.

    Attributes:
        name: its key.
        label: its name on screen.
        rule: what it does, and what of it is assumed.
        apply: from a plain 50/50 scenario with suggested hosts and the district's ED share to the preset's scenario.
        source: where the policy is told of; None where it is nobody's own.
        seats_in: where its seats are, one of ``SEATS_IN``, if the data has grades.
    """

    name: str
    label: str
    rule: str
    apply: Callable[[Scenario, float], Scenario]
    source: Citation | None = None
    seats_in: str = "every"

    @property
    def basis(self) -> str:
        """The rule with its source."""
        return self.rule if self.source is None else f"{self.rule} Source: {self.source}."


def _for_both(plain: Scenario, **fields: Any) -> Scenario:
    """The same of both groups."""
    return replace(plain, ed=replace(plain.ed, **fields), other=replace(plain.other, **fields))


def _dallas(plain: Scenario, _: float) -> Scenario:
    """Siblings first, a second round and, where seats are in single grades, as many years as K–5 takes."""
    return replace(
        _for_both(plain, outside=0.1),
        set_asides=(SetAside("sibling", 0.5, rate=0.1),),
        unfilled="second",
        second_accept=0.5,
        years=4 if any(host.later for host in plain.hosts) else 1,
    )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "dallas",
            "Dallas 50/50",
            "Half of the seats for disadvantaged students and half for others in two separate lotteries, siblings "
            "first, seats left over in a second round, some seats for students living outside the district, as in "
            "Dallas's Transformation Schools. They began with kindergarten to grade 2 and grew by a grade a year: so "
            "do these where the data counts students by grade. Disadvantaged was there a household of at most 185 % of "
            "poverty in 2016, and by 2022 went by bands of census blocks; here it is what the data counts by. Not "
            "found, and assumed: one seat in ten offered outside, one applicant in ten a sibling, half of those still "
            "waiting taking a seat of the second round.",
            _dallas,
            Citation(
                "Fulfilling Brown's Promise: A State Policy Agenda",
                "Brown's Promise",
                section='"Ensure integration within districts and schools"',
            ),
            seats_in="first",
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
            "education), and seats for students from outside the district up to 30% at most campuses and 50% at "
            "some, as in San Antonio. The even halves are assumed, and that blocks misplace 15% of either side.",
            lambda plain, _: _for_both(plain, outside=0.3, mistaken=0.15),
            Citation("Integrating Schools in San Antonio: Start With One", "CRPE"),
        ),
        Preset(
            "cambridge",
            "Cambridge",
            "Every school within 10 points of the district's share of disadvantaged students, as in Cambridge's "
            "controlled choice. Families that do not disclose their income count there as paying for lunch; how many "
            "was not found, and none is assumed.",
            lambda plain, _: replace(plain, reserve="band", band=0.1),
            Citation("About Controlled Choice", "Cambridge Public Schools"),
        ),
        Preset(
            "chicago",
            "Chicago tiers",
            "30% of the seats open to the whole city and 17.5% for each of four tiers, as in Chicago's selective "
            "schools. Chicago's tiers are of census tracts; here they are of sending schools by their share of "
            "disadvantaged students, with about as many students each. The tiers' seats are drawn first, then the open "
            "ones, with the numbers drawn anew.",
            lambda plain, _: replace(plain, reserve="tiers", tiers=(0.175,) * 4),
            Citation("Chicago Public Schools", "Century Foundation"),
        ),
        Preset(
            "louisville",
            "Louisville",
            "Three categories of home by block group, 1 to 3, each school's mean category to lie between 1.4 and "
            "2.5, as in Louisville. A third of the seats for each category is assumed, a mean of 2.0, and categories "
            "of sending schools by their share of disadvantaged students.",
            lambda plain, _: replace(plain, reserve="tiers", tiers=(1 / 3,) * 3),
            Citation("Diversity Index Report", "Jefferson County Public Schools"),
        ),
        Preset(
            "new-york-d15",
            "New York D15",
            "Priority, not a quota, for disadvantaged students in 52% of the seats, as in the middle schools of "
            "District 15: what either side cannot fill goes to the other.",
            lambda plain, _: replace(plain, ed_share=0.52, unfilled="release"),
            Citation("District 15 Middle School Diversity Plan", "City of New York", 2018),
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


def phased_hosts(schools: pd.DataFrame, grades: pd.DataFrame) -> tuple[Host, ...]:
    """Hosts whose seats are in kindergarten to grade 2 in the first year and then in kindergarten alone.

    The seats are the places of each grade, where the building's capacity is known no more than its part of that. A host
    that does not begin with kindergarten has its entry grade's alone.

    Args:
        schools, grades: as for ``entry_hosts``.
    """
    of_grade = grades.dropna(subset=["students"]).set_index(["year", "ncessch", "grade"])["students"]
    years = schools["year"].tolist()
    found: list[Host] = []
    for host, year, room in zip(entry_hosts(schools, grades), years, _rooms(schools, grades), strict=True):
        if host.grade != PHASED_IN[0]:
            found.append(host)
            continue
        seats = {grade: of_grade.get((year, host.ncessch, grade), 0) for grade in PHASED_IN}
        found += [
            replace(host, grade=grade, seats=int(min(number, room)), later=() if grade == PHASED_IN[0] else (0,))
            for grade, number in seats.items()
            if number
        ]
    return tuple(found)


def _rooms(schools: pd.DataFrame, grades: pd.DataFrame) -> "pd.Series[float]":
    """The most seats each grade of a school can have each year: of a known capacity its part, else any number."""
    counted = grades[grades["grade"].isin(ENTRY_GRADES) & grades["students"].gt(0)]
    number = schools["ncessch"].map(counted.groupby("ncessch")["grade"].nunique())
    room = schools["capacity"].where(schools["capacity"].isna(), schools[["students", "capacity"]].max(axis=1))
    return (room.astype("float64") // number.astype("float64")).fillna(np.inf)


def hosts_in(schools: pd.DataFrame, seats_in: str, grades: pd.DataFrame | None) -> tuple[Host, ...]:
    """Hosts with their seats in every grade, the entry grade or the first grades; in every one where none is known.

    Args:
        schools: the hosts to be.
        seats_in: one of ``SEATS_IN``.
        grades: students by grade, as for ``entry_hosts``.
    """
    if seats_in == "every" or grades is None or grades.empty:
        return whole_hosts(schools)
    grades = grades[grades["ncessch"].isin(schools["ncessch"])]  # of a whole state's, few
    return entry_hosts(schools, grades) if seats_in == "entry" else phased_hosts(schools, grades)


def suggested_hosts(
    schools: pd.DataFrame, grades: pd.DataFrame | None = None, seats_in: str = "entry"
) -> tuple[Host, ...]:
    """Schools a planner might start with: up to four with the highest ED share, one in five of their level at most.

    Args:
        schools: the district's schools of one year. Elementary schools are taken first, then combined, middle, high,
            as a policy that starts at the entry grades would; charter and virtual schools, which the district does not
            assign, are left out, and so are schools below ``FEWEST_STUDENTS``.
        grades: students by grade; None for seats in every grade.
        seats_in: where the seats are, one of ``SEATS_IN``.
    """
    runs = ~(schools["charter"].fillna(False) | schools["virtual"].fillna(False))
    fit = schools[runs & schools["ed"].notna() & (schools["students"] >= FEWEST_STUDENTS)]
    for level in ("elementary", "combined", "middle", "high"):
        same = fit[fit["level"].fillna("combined") == level]
        if len(same) > 1:
            share = same["ed"] / same["students"]
            first = same.assign(share=share).sort_values(["share", "ncessch"], ascending=[False, True])
            chosen = first.head(int(np.clip(len(same) // 5, 1, MOST_HOSTS)))
            return hosts_in(chosen, seats_in, grades)
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
    seats_in: str | None = None,
) -> Scenario:
    """A scenario for a district to start from.

    Args:
        table: the schools table of the year, every district, with ``ed`` on the scenario's basis.
        preset: a key of ``PRESETS``.
        dataset, district, year, basis, level: as in ``Scenario``.
        grades: students by grade; None for seats in every grade.
        seats_in: where the seats are, one of ``SEATS_IN``; None for the preset's own.

    Raises:
        InputError: the preset or the district is not known, or no school of the district can be a host.
    """
    if preset not in PRESETS:
        raise InputError(f'There is no preset "{preset}"; choose one of {", ".join(PRESETS)}.')
    schools = table[((table["leaid"] == district) & (table["year"] == year)).fillna(False)]
    if schools.empty:
        raise InputError(f"District {district} has no school in {year}; check the district and year.")
    counted = schools[schools["ed"].notna() & schools["students"].notna()]
    chosen = PRESETS[preset]
    of_level = counted if level is None else counted[counted["level"] == level]
    hosts = suggested_hosts(of_level, grades, seats_in or chosen.seats_in)
    if not hosts and preset != "do-nothing":
        raise InputError(
            f"District {district} has no two schools of the same grades with known counts and {FEWEST_STUDENTS} "
            "students, so none can exchange students; choose a larger district."
        )
    plain = Scenario(dataset, district, year, hosts, basis=basis, level=level, name=chosen.label)
    return chosen.apply(plain, float(counted["ed"].sum() / max(counted["students"].sum(), 1)))
