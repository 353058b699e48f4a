"""A 50/50 scenario: what a planner decides, frozen, versioned and readable as JSON.

A field's metadata says what it may be; the checks below and the published JSON Schema
(``docs/scenario.schema.json``) both read it from there.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any

from analysis.errors import InputError
from analysis.policy.reading import LARGEST, built

VERSION = 2
MOST_SEATS = LARGEST
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
    "always": "no present student has to leave; only seats that nobody holds are drawn",
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
    "outside": "offered to students outside the district",
    "lower": "taken off the pool before the draw and added to the pool with the most applicants to spare",
}
SOURCES = {"districts": "schools of neighbouring districts", "charters": "charter schools of other agencies"}
APPLICANTS = {
    "grade": "students of the seats' grade: a school's students over its grades",
    "school": "all students of a school, whatever the seats' grade",
}
SET_ASIDES = {
    "sibling": "siblings of students at the host, taken to come from the schools within the miles",
    "proximity": "students of the schools within the miles",
    "feeder": "students of the schools named",
}
# Share of each sending school's students who apply. An assumption without a source: try all three.
TURNOUT = {"low": 0.05, "middle": 0.2, "high": 0.5}


def _share(default: float, most: float = 1.0) -> Any:
    return field(default=default, metadata={"share": most})


def _choice(default: str | None, choices: Mapping[str, str] | tuple[str, ...]) -> Any:
    return field(default=default, metadata={"choices": tuple(choices)})


def _above_zero(default: float | None, what: str) -> Any:
    return field(default=default, metadata={"above_zero": what})


def _whole(default: int | None, least: int, most: int = LARGEST) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class NewSchool:
    """A school that does not stand yet: nobody is present.

    Attributes:
        school: its name.
        latitude, longitude: where it will stand, WGS 84.
        level: its level, which says which schools share its grades.
    """

    school: str
    latitude: float = field(metadata={"within": 90.0})
    longitude: float = field(metadata={"within": 180.0})
    level: str = field(metadata={"choices": LEVELS})


@dataclass(frozen=True)
class Host:
    """A school whose seats the lotteries fill.

    Attributes:
        ncessch: the school's id; of a new school one that no school has.
        seats: how many seats the lotteries fill together, each year where they are in one grade; 0 changes nothing.
        grade: the grade the seats are in, one of ``ENTRY_GRADES``; None where they are in every grade.
        magnet: whether the seats are places beside the present programme, whose students all stay.
        capacity: students the building can hold; None for what the table says.
        new: the school itself where it does not stand yet.
    """

    ncessch: str
    seats: int = field(metadata={"least": 0, "most": MOST_SEATS})
    grade: str | None = _choice(None, ENTRY_GRADES)
    magnet: bool = False
    capacity: int | None = _whole(None, 1)
    new: NewSchool | None = None


@dataclass(frozen=True)
class Pool:
    """The students of one group, and the pool of seats reserved for them.

    Attributes:
        willing: share of a sending school's students of the group who apply; an assumption.
        outside: share of the pool's seats offered first to students outside the district. A pool open to both groups
            offers the mean of both.
        senders: ids of the schools that may send students of the group; empty for every school of the catchment.
        accept: share of those offered a seat who take it (the yield); the next on the waitlist takes the others'.
        per_seat: applications per seat of the pool, in place of ``willing``; None to use ``willing``.
        mistaken: share of the group's students whom the lottery takes for the other group, as where it goes by blocks.
        leave: share of the group's displaced students who leave the district's schools for good.
    """

    willing: float = _share(0.2)
    outside: float = _share(0.0)
    senders: tuple[str, ...] = ()
    accept: float = _share(1.0)
    per_seat: float | None = _above_zero(None, "number")
    mistaken: float = _share(0.0)
    leave: float = _share(0.0)


@dataclass(frozen=True)
class SetAside:
    """Seats of every pool that some of the district's students are offered first, before all others.

    Attributes:
        kind: whom they are for, one of ``SET_ASIDES``.
        share: share of each pool's seats.
        miles: how near to the host the students' school lies, for siblings and proximity.
        schools: ids of the students' schools, for feeders.
    """

    kind: str = field(metadata={"choices": tuple(SET_ASIDES)})
    share: float = field(metadata={"share": 1.0})
    miles: float = _above_zero(1.0, "distance")
    schools: tuple[str, ...] = ()


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
        ed, other: multiples of the groups' ``willing``; 0 for nobody.
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
        ed, other: disadvantaged students and all others, with the pool reserved for each.
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
        set_asides: seats of every pool offered first to some, in this order.
        sources: which schools outside the district may send students, of ``SOURCES``.
        private, home: private and home-schooled students who may enter; None for none.
        applicants: who may apply for seats in one grade, one of ``APPLICANTS``.
        years: how many years the lotteries are held; seats in one grade grow by a grade a year.
        attrition: share of the drawn students who go back to where they came from each year.
        backfill: whether their places are offered to the pool's waitlist.
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
    excluded: tuple[str, ...] = field(default=(), metadata={"choices": tuple(EXCLUDABLE)})
    name: str = ""
    reserve: str = _choice("share", RESERVES)
    band: float = _share(0.1, most=0.5)
    tiers: tuple[float, ...] = field(default=(), metadata={"share": 1.0})
    stay: str = _choice("first", STAYS)
    half_miles: float = _above_zero(5.0, "distance")
    weights: tuple[Weight, ...] = ()
    set_asides: tuple[SetAside, ...] = ()
    sources: tuple[str, ...] = field(default=tuple(SOURCES), metadata={"choices": tuple(SOURCES)})
    private: Supply | None = None
    home: Supply | None = None
    applicants: str = _choice("grade", APPLICANTS)
    years: int = _whole(1, 1, MOST_YEARS)
    attrition: float = _share(0.0)
    backfill: bool = True
    version: int = VERSION

    def __post_init__(self) -> None:
        _check_version(self.version, "The scenario")
        _check_hosts(self.hosts)
        for where, value, allowed in _values(self):
            if complaint := _complaint(value, allowed):
                raise InputError(f"The scenario's {where} is {complaint}.")
        _check_together(self)

    def to_json(self) -> str:
        """The scenario as indented JSON; ``from_json`` reads it back to an equal scenario."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, label: str = "The scenario") -> Scenario:
    """The scenario that a JSON text describes; one of version 1 becomes one of today with the same result.

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
    if isinstance(raw, dict) and isinstance(version := raw.get("version", VERSION), int):
        _check_version(version, label)  # before anything else: another version has other fields
    try:
        scenario: Scenario = built(Scenario, raw, label)
    except InputError as error:
        raise InputError(str(error).replace("The scenario", label, 1)) from None
    return scenario


def _from_version_1(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1 drew those who apply for a grade's seats from all students of a school; all else is a default since."""
    return {**raw, "applicants": "school", "version": VERSION}


def _check_version(version: int, label: str) -> None:
    if version != VERSION:
        raise InputError(f"{label} is of version {version}; this program reads version {VERSION} and those before.")


def _check_hosts(hosts: tuple[Host, ...]) -> None:
    ids = [host.ncessch for host in hosts]
    for host in hosts:
        if host.seats < 0:
            raise InputError(f"The scenario gives host {host.ncessch} {host.seats} seats; give 0 or more.")
        if host.seats > MOST_SEATS:
            raise InputError(f"The scenario gives host {host.ncessch} over {MOST_SEATS:,} seats; give fewer.")
        if ids.count(host.ncessch) > 1:
            raise InputError(f"The scenario names host {host.ncessch} more than once; give its seats in one entry.")


def _values(part: Any, where: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Every plain value of a scenario with its path and what it may be."""
    for f in fields(part):
        value, path = getattr(part, f.name), where + f.name
        several = isinstance(value, tuple)
        for i, each in enumerate(value if several else (value,)):
            place = f"{path}[{i}]" if several else path
            if is_dataclass(each):
                yield from _values(each, place + ".")
            elif each is not None:
                yield place, each, f.metadata


def _complaint(value: Any, allowed: Mapping[str, Any]) -> str:
    """What is wrong with a value and what to do; empty where nothing is."""
    if "choices" in allowed and value not in allowed["choices"]:
        return f'"{value}"; choose one of {", ".join(allowed["choices"])}'
    if "share" in allowed and not 0 <= value <= allowed["share"]:
        return f"{value}; give a share between 0 and {allowed['share']:g}"
    if "above_zero" in allowed and not 0 < value < math.inf:
        return f"{value}; give a {allowed['above_zero']} above 0"
    if "not_negative" in allowed and not 0 <= value < math.inf:
        return f"{value}; give a number of 0 or more"
    if "within" in allowed and not abs(value) <= allowed["within"]:
        return f"{value}; give degrees between −{allowed['within']:g} and {allowed['within']:g}"
    if "least" in allowed and not allowed["least"] <= value <= allowed["most"]:
        return f"{value}; give a whole number from {allowed['least']} to {allowed['most']:,}"
    return ""


def _check_together(scenario: Scenario) -> None:
    """Fields that are right one by one but not together."""
    if scenario.reserve == "tiers" and not 0 < sum(scenario.tiers) <= 1 + 1e-9:
        raise InputError(
            f"The scenario's tiers add up to {sum(scenario.tiers):g}; give each tier a share, above 0 and at most 1 "
            "together."
        )
    if scenario.draw == "table" and not scenario.weights:
        raise InputError("The scenario's weights are empty but its draw is a table; give each school its weight.")
    listed = [weight.ncessch for weight in scenario.weights]
    if twice := sorted({school for school in listed if listed.count(school) > 1}):
        raise InputError(f"The scenario's weights name school {twice[0]} more than once; give it one weight.")
    aside = sum(each.share for each in scenario.set_asides)
    for name, pool in (("ed", scenario.ed), ("other", scenario.other)):
        if aside + pool.outside > 1 + 1e-9:
            raise InputError(
                f"The scenario's set_asides and {name}.outside take {aside + pool.outside:g} of a pool; lower them to "
                "at most 1 together."
            )
    for i, each in enumerate(scenario.set_asides):
        if each.kind == "feeder" and not each.schools:
            raise InputError(f"The scenario's set_asides[{i}].schools is empty; name the feeder schools.")
