"""A 50/50 scenario: what a planner decides, frozen, versioned and readable as JSON.

A field's metadata says what it may be; the checks below and the published JSON Schema
(``docs/scenario.schema.json``) both read it from there.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.errors import InputError
from analysis.policy.consistency import MOST_SEATS, check_hosts, check_together
from analysis.policy.reading import LARGEST, built, complaint, values_of

VERSION = 3
MOST_YEARS = 30

LEVELS = ("elementary", "middle", "high", "combined")
# Grades students may enter a school in, lowest first.
ENTRY_GRADES = ("KG", *(f"{grade:02d}" for grade in range(1, 14)))
DISTRICTS = {
    "administrative": "the district that runs the school",
    "geographic": "the district on whose ground the school stands",
}
EXCLUDABLE = {
    "charter": "charter schools",
    "virtual": "schools wholly online",
    "special": "special education schools",
    "juvenile": "juvenile justice schools",
    "adult": "adult education schools",
}
RESERVES = {
    "share": "the share in ed_share for disadvantaged students, the rest for others",
    "district": "the district's own share for disadvantaged students, the rest for others",
    "band": "for each group the district's share of it less the band; the seats between are open to all",
    "tiers": "a quota for each tier of sending schools, the poorest first; what is left is open to all",
}
STAYS = {
    "first": "present students keep their seats first, as far as their own pool has seats",
    "always": "no student already at the host has to leave; children due in its lowest grade, who are not there yet, "
    "keep their seats first",
    "drawn": "present students are drawn like everyone else",
}
DRAWS = {
    "proportional": "every sending school in proportion to its willing students",
    "nearest": "the sending schools nearest to the host first",
    "extremes": "disadvantaged students from the schools with the highest share first, others from the lowest",
    "distance": "willingness falls by half with every so many miles to the host",
    "table": "willingness as a table of your own says for each school",
}
UNFILLED = {
    "hold": "left empty, so that the host keeps its balance",
    "release": "offered to the other lottery's students",
    "second": "offered in a second round to the other lottery's students who still wait",
    "outside": "offered to students outside the district",
    "lower": "taken off the pool before the draw and added to the pool with the most applicants to spare",
}
SOURCES = {"districts": "schools of neighbouring districts", "charters": "charter schools of other agencies"}
APPLICANTS = {
    "cohort": "students of the seats' grade, a school's students over its grades; each grade's apply for its own",
    "grade": "as many as in one grade, the same for the seats of every grade",
    "school": "all students of a school, whatever the seats' grade",
}
SET_ASIDES = {
    "sibling": "siblings of students at the host",
    "proximity": "students of the schools within the miles",
    "feeder": "students of the schools named",
}
# Share of each sending school's students who apply. An assumption without a source: try all three.
TURNOUT = {"low": 0.05, "middle": 0.2, "high": 0.5}


def _share(default: float, most: float = 1.0) -> Any:
    return field(default=default, metadata={"share": most})


def _choice(default: str | None, choices: Mapping[str, str] | tuple[str, ...]) -> Any:
    return field(default=default, metadata={"choices": choices})


def _above_zero(default: float | None, what: str) -> Any:
    return field(default=default, metadata={"above_zero": what})


def _whole(default: int | None, least: int, most: int = LARGEST) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class NewSchool:
    """A school that does not stand yet: nobody is present.

    Attributes:
        school: its name.
        latitude: degrees north of where it will stand, WGS 84.
        longitude: degrees east of where it will stand; west is below 0.
        level: its level, which says which schools share its grades.
        grade_low: its lowest grade; where this or the highest is None, it has as many grades as its level usually has.
        grade_high: its highest grade.
    """

    school: str
    latitude: float = field(metadata={"within": 90.0})
    longitude: float = field(metadata={"within": 180.0})
    level: str = field(metadata={"choices": LEVELS})
    grade_low: str | None = _choice(None, ENTRY_GRADES)
    grade_high: str | None = _choice(None, ENTRY_GRADES)


@dataclass(frozen=True)
class Host:
    """A school whose seats the lotteries fill.

    Attributes:
        ncessch: the school's id; of a new school one that no school has.
        seats: how many seats the lotteries fill together, each year where they are in one grade; 0 changes nothing.
        grade: the grade the seats are in, one of ``ENTRY_GRADES``; None where they are in every grade. A school with
            seats in several grades is named once for each.
        magnet: whether the seats are places beside the present programme, whose students all stay.
        capacity: students the building can hold; None for what the table says.
        new: the school itself where it does not stand yet.
        start: the year of the scenario in which the lotteries for these seats begin.
        later: seats in the years after that, one by one, the last number for all that follow; empty for as many again.
    """

    ncessch: str
    seats: int = field(metadata={"least": 0, "most": MOST_SEATS})
    grade: str | None = _choice(None, ENTRY_GRADES)
    magnet: bool = False
    capacity: int | None = _whole(None, 1)
    new: NewSchool | None = None
    start: int = _whole(1, 1, MOST_YEARS)
    later: tuple[int, ...] = field(default=(), metadata={"least": 0, "most": MOST_SEATS})

    def seats_in(self, year: int) -> int:
        """Seats drawn in a year of the scenario, 1 for its first."""
        since = year - self.start
        if since < 0 or (since and self.grade is None):
            return 0
        return self.later[min(since, len(self.later)) - 1] if since and self.later else self.seats


@dataclass(frozen=True)
class Pool:
    """The students of one group, and the pool of seats reserved for them.

    Attributes:
        willing: share of a sending school's students of the group who apply; an assumption.
        outside: share of the pool's seats offered first to students outside the district. A pool open to both groups
            offers the mean of both.
        senders: ids of the schools that may send students of the group; empty for every school of the catchment.
        accept: share of those offered a seat who take it (the yield); the next on the waitlist takes the others'.
        per_seat: applicants per seat, in place of ``willing``; None to use ``willing``. In each year so many students
            of the group apply, over all hosts, for each seat of its pool and for its part of the seats open to all or
            of a tier, which are parted as the students who may have them are.
        mistaken: share of the group's students whom the lottery takes for the other group, as where it goes by blocks.
        leave: share of the group's displaced students who leave the district's schools for good.
        leave_changed: share of the group's students left where they are who leave the district's schools for good when
            their school's share of disadvantaged students changes by more than ``change_points``.
        half_miles: miles to the host over which the group's willingness falls by half, where it falls with distance;
            None for the scenario's.
        accept_half_miles: miles to the host over which the yield falls by half; None where it is the same anywhere.
    """

    willing: float = _share(0.2)
    outside: float = _share(0.0)
    senders: tuple[str, ...] = ()
    accept: float = _share(1.0)
    per_seat: float | None = _above_zero(None, "number")
    mistaken: float = _share(0.0)
    leave: float = _share(0.0)
    leave_changed: float = _share(0.0)
    half_miles: float | None = _above_zero(None, "distance")
    accept_half_miles: float | None = _above_zero(None, "distance")


@dataclass(frozen=True)
class SetAside:
    """Seats of a pool that some of the district's students are offered first, before all others.

    Attributes:
        kind: whom they are for, one of ``SET_ASIDES``.
        share: share of the pool's seats.
        miles: how near to the host the students' school lies, for proximity.
        schools: ids of the students' schools, for feeders; for siblings, of the schools they attend where that is
            known, else siblings come in the first year from every school and then from those that already send.
        pool: the pool the seats are of, by its name ("ed", "other", "open", "tier 1" …); None for every pool.
        rate: share of those schools' applicants whom the seats are for, as siblings; an assumption.
    """

    kind: str = field(metadata={"choices": SET_ASIDES})
    share: float = field(metadata={"share": 1.0})
    miles: float = _above_zero(1.0, "distance")
    schools: tuple[str, ...] = ()
    pool: str | None = None
    rate: float = _share(1.0)


@dataclass(frozen=True)
class Supply:
    """Students in no school of the table who may enter a host; an assumption.

    Attributes:
        students: how many there are within reach.
        ed_share: share of them who are disadvantaged.
    """

    students: int = field(metadata={"least": 0, "most": LARGEST})
    ed_share: float = field(metadata={"share": 1.0})


@dataclass(frozen=True)
class Weight:
    """A school's line in a table of willingness.

    Attributes:
        ncessch: the school's id.
        ed: multiple of ``ed.willing`` at the school; 0 for nobody.
        other: multiple of ``other.willing`` at the school; 0 for nobody.
    """

    ncessch: str
    ed: float = field(default=1.0, metadata={"not_negative": True})
    other: float = field(default=1.0, metadata={"not_negative": True})


@dataclass(frozen=True)
class Scenario:
    """A policy for one district and year. Every field is checked; a wrong one is an ``InputError`` that names it.

    Attributes:
        dataset: name of the dataset it was made for.
        district: the district's id.
        year: the fall of the school year whose students it starts from.
        hosts: the schools with lottery seats.
        basis: the ED basis of the counts and indices, or None for the dataset's own.
        level: the level whose schools the indices cover, or None for all.
        ed_share: share of each host's seats reserved for disadvantaged students.
        ed: economically disadvantaged students, and the pool of seats reserved for them.
        other: all other students, and the pool of seats reserved for them.
        draw: which sending schools the seats go to, one of ``DRAWS``.
        unfilled: what becomes of seats a pool cannot fill, one of ``UNFILLED``.
        outside_miles: how far from a host a school outside the district may lie to send students.
        districts: what a school's district is, one of ``DISTRICTS``.
        excluded: which schools take no part at all, of ``EXCLUDABLE``.
        name: what people call it.
        reserve: how seats are divided among pools, one of ``RESERVES``.
        band: how far a group's share may lie from the district's, where seats are divided by a band.
        tiers: the quota of each tier, the poorest first, where seats are divided by tiers.
        stay: what holds for those present, one of ``STAYS``.
        half_miles: miles to the host over which willingness falls by half, where it falls with distance.
        weights: willingness school by school, where it is a table; schools not in it have weight 1.
        set_asides: seats of the pools offered first to some, in this order.
        sources: which schools outside the district may send students, of ``SOURCES``.
        private: students of private schools who may enter by the seats offered outside the district; None for none.
        home: home-schooled students who may enter by the seats offered outside the district; None for none.
        applicants: who may apply for seats in one grade, one of ``APPLICANTS``.
        years: how many years the lotteries are held; seats in one grade grow by a grade a year.
        attrition: share of the drawn students who go back to where they came from each year.
        backfill: whether their places are offered to the pool's waitlist.
        lottery_basis: the ED basis the lottery goes by, or None for that of the counts and indices. Who is
            disadvantaged on both is in no file: as many are as can be.
        change_points: by how much a school's share of disadvantaged students changes before ``leave_changed`` counts.
        second_accept: share of those still waiting who would still take a seat in the second round.
        second_date: when the second round is held, in words; it stands in the result.
        version: of this layout.
    """

    dataset: str
    district: str
    year: int
    hosts: tuple[Host, ...] = ()
    basis: str | None = None
    level: str | None = _choice(None, LEVELS)
    ed_share: float = _share(0.5)
    ed: Pool = field(default_factory=Pool)
    other: Pool = field(default_factory=Pool)
    draw: str = _choice("proportional", DRAWS)
    unfilled: str = _choice("hold", UNFILLED)
    outside_miles: float = _above_zero(10.0, "distance")
    districts: str = _choice("administrative", DISTRICTS)
    excluded: tuple[str, ...] = field(default=(), metadata={"choices": EXCLUDABLE})
    name: str = ""
    reserve: str = _choice("share", RESERVES)
    band: float = _share(0.1, most=0.5)
    tiers: tuple[float, ...] = field(default=(), metadata={"share": 1.0})
    stay: str = _choice("first", STAYS)
    half_miles: float = _above_zero(5.0, "distance")
    weights: tuple[Weight, ...] = ()
    set_asides: tuple[SetAside, ...] = ()
    sources: tuple[str, ...] = field(default=tuple(SOURCES), metadata={"choices": SOURCES})
    private: Supply | None = None
    home: Supply | None = None
    applicants: str = _choice("cohort", APPLICANTS)
    years: int = _whole(1, 1, MOST_YEARS)
    attrition: float = _share(0.0)
    backfill: bool = True
    lottery_basis: str | None = None
    change_points: float = _share(0.1)
    second_accept: float = _share(1.0)
    second_date: str = ""
    version: int = VERSION

    def __post_init__(self) -> None:
        _check_version(self.version, "The scenario")
        check_hosts(self.hosts)
        for where, value, allowed in values_of(self):
            if wrong := complaint(value, allowed):
                raise InputError(f"The scenario's {where} is {wrong}.")
        check_together(self)

    @property
    def host_ids(self) -> tuple[str, ...]:
        """Ids of the host schools, each once."""
        return tuple(dict.fromkeys(host.ncessch for host in self.hosts))

    def to_json(self) -> str:
        """The scenario as indented JSON; ``from_json`` reads it back to an equal scenario."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, label: str = "The scenario") -> Scenario:
    """The scenario that a JSON text describes; one of an earlier version becomes one of today with the same result.

    Args:
        text: as ``Scenario.to_json`` writes it; fields with a default may be left out.
        label: what to call it in messages, such as the file's name.

    Raises:
        InputError: the text is no JSON, or a field is missing, unknown, of the wrong type or out of range.
    """
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{label} is not valid JSON: {error.msg} at line {error.lineno}; correct it there.") from None
    except (ValueError, RecursionError):
        raise InputError(f"{label} holds a number or a nesting too large to read; write it anew.") from None
    if isinstance(raw, dict) and "hosts_share" in raw:
        raise InputError(
            f"{label} is a policy for all districts, not a scenario for one; run it with `evenground statewide`."
        )
    if isinstance(raw, dict) and raw.get("version") == 1:
        raw = _from_version_1(raw)
    if isinstance(raw, dict) and raw.get("version") == 2:
        raw = _from_version_2(raw)
    if isinstance(raw, dict) and isinstance(version := raw.get("version", VERSION), int):
        _check_version(version, label)  # before anything else: another version has other fields
    try:
        scenario: Scenario = built(Scenario, raw, label)
    except InputError as error:
        raise InputError(str(error).replace("The scenario", label, 1)) from None
    return scenario


def _from_version_1(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1 drew those who apply for a grade's seats from all students of a school; all else is a default since."""
    return {**raw, "applicants": "school", "version": 2}


def _from_version_2(raw: Mapping[str, Any]) -> dict[str, Any]:
    """In version 2 the same students applied for any grade's seats, tiers mistook nobody, and siblings lived near."""
    found = {"applicants": "grade", **raw, "version": VERSION}
    if found.get("reserve") == "tiers":
        exact = {name: pool | {"mistaken": 0.0} for name in ("ed", "other") if isinstance(pool := raw.get(name), dict)}
        found |= exact
    if isinstance(asides := raw.get("set_asides"), list):
        found["set_asides"] = [
            each | {"kind": "proximity"} if isinstance(each, dict) and each.get("kind") == "sibling" else each
            for each in asides
        ]
    return found


def _check_version(version: int, label: str) -> None:
    if version < 1:
        raise InputError(f"{label} is of version {version}, which there never was; give one from 1 to {VERSION}.")
    if version != VERSION:
        raise InputError(f"{label} is of version {version}; this program reads version {VERSION} and those before.")
