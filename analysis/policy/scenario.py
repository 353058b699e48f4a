"""A 50/50 scenario: what a planner decides, frozen, versioned and readable as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args, get_type_hints

from analysis.errors import InputError

VERSION = 1
MOST_SEATS = 1_000_000  # far beyond any school; larger numbers are slips

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
DRAWS = {
    "proportional": "every sending school in proportion to its willing students",
    "nearest": "the sending schools nearest to the host first",
    "extremes": "disadvantaged students from the schools with the highest share first, others from the lowest",
}
UNFILLED = {
    "hold": "left empty, so that the host keeps its balance",
    "release": "offered to the other lottery's students",
}


@dataclass(frozen=True)
class Host:
    """A school whose seats the two lotteries fill.

    Attributes:
        ncessch: the school's id.
        seats: how many seats the two lotteries fill together; 0 changes nothing.
        grade: the grade the seats are in, one of ``ENTRY_GRADES``; None where they are in every grade.
    """

    ncessch: str
    seats: int
    grade: str | None = None


@dataclass(frozen=True)
class Pool:
    """One of the two lotteries: who may enter it.

    Attributes:
        willing: share of a sending school's students in the pool who would take a seat; an assumption.
        outside: share of the pool's seats offered first to students outside the district.
        senders: ids of the schools that may send students; empty for every school of the catchment.
    """

    willing: float = 0.2
    outside: float = 0.0
    senders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A policy for one district and year. Every field is checked; a wrong one is an ``InputError`` that names it.

    Attributes:
        dataset: name of the dataset it was made for.
        district: the district's id.
        year: the fall of the school year whose students it starts from.
        hosts: the schools with lottery seats.
        basis: the ED basis, or None for the dataset's own.
        level: the level whose schools the indices cover, or None for all.
        ed_share: share of each host's seats reserved for disadvantaged students.
        ed, other: the lottery for disadvantaged students and the one for all others.
        draw: which sending schools the seats go to, one of ``DRAWS``.
        unfilled: what becomes of seats one lottery cannot fill, one of ``UNFILLED``.
        outside_miles: how far from a host a school outside the district may lie to send students.
        districts: what a school's district is, one of ``DISTRICTS``.
        excluded: which schools take no part at all, of ``EXCLUDABLE``.
        name: what people call it.
        version: of this layout.
    """

    dataset: str
    district: str
    year: int
    hosts: tuple[Host, ...] = ()
    basis: str | None = None
    level: str | None = None
    ed_share: float = 0.5
    ed: Pool = field(default_factory=Pool)
    other: Pool = field(default_factory=Pool)
    draw: str = "proportional"
    unfilled: str = "hold"
    outside_miles: float = 10.0
    districts: str = "administrative"
    excluded: tuple[str, ...] = ()
    name: str = ""
    version: int = VERSION

    def __post_init__(self) -> None:
        _check_version(self.version, "The scenario")
        for label, share in _shares(self).items():
            if not 0 <= share <= 1:
                raise InputError(f"The scenario's {label} is {share}; give a share between 0 and 1.")
        choices = {
            "draw": tuple(DRAWS),
            "unfilled": tuple(UNFILLED),
            "level": (None, *LEVELS),
            "districts": tuple(DISTRICTS),
        }
        given = [(label, getattr(self, label), known) for label, known in choices.items()]
        for label, value, known in [*given, *(("excluded", kind, tuple(EXCLUDABLE)) for kind in self.excluded)]:
            if value not in known:
                raise InputError(
                    f'The scenario\'s {label} is "{value}"; choose one of {", ".join(filter(None, known))}.'
                )
        if not 0 < self.outside_miles < math.inf:
            raise InputError(f"The scenario's outside_miles is {self.outside_miles}; give a distance above 0.")
        ids = [host.ncessch for host in self.hosts]
        for host in self.hosts:
            if host.seats < 0:
                raise InputError(f"The scenario gives host {host.ncessch} {host.seats} seats; give 0 or more.")
            if host.seats > MOST_SEATS:
                raise InputError(f"The scenario gives host {host.ncessch} over {MOST_SEATS:,} seats; give fewer.")
            if host.grade not in (None, *ENTRY_GRADES):
                raise InputError(
                    f'The scenario gives host {host.ncessch} the grade "{host.grade}"; choose one of '
                    f"{', '.join(ENTRY_GRADES)}, or leave it out for every grade."
                )
            if ids.count(host.ncessch) > 1:
                raise InputError(f"The scenario names host {host.ncessch} more than once; give its seats in one entry.")

    def to_json(self) -> str:
        """The scenario as indented JSON; ``from_json`` reads it back to an equal scenario."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, label: str = "The scenario") -> Scenario:
    """The scenario that a JSON text describes.

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
    if isinstance(raw, dict) and isinstance(version := raw.get("version", VERSION), int):
        _check_version(version, label)  # before anything else: another version has other fields
    scenario: Scenario = _built(Scenario, raw, label, "")
    return scenario


def _check_version(version: int, label: str) -> None:
    if version != VERSION:
        raise InputError(f"{label} is of version {version}; this program reads version {VERSION}.")


def _built(kind: type[Any], raw: object, label: str, where: str) -> Any:
    """An instance of a dataclass from plain JSON values, checked field by field."""
    if not isinstance(raw, Mapping):
        place = f" in {where.rstrip('.')}" if where else ""
        raise InputError(f"{label} needs an object with named fields{place}; write them between {{ and }}.")
    hints = get_type_hints(kind)
    if unknown := sorted(set(raw) - set(hints)):
        raise InputError(f'{label} has a field "{where}{unknown[0]}" that is not known; known are {", ".join(hints)}.')
    values = {name: _value(hints[name], value, label, where + name) for name, value in raw.items()}
    needed = [f.name for f in fields(kind) if f.name not in values and not _has_default(f)]
    if needed:
        raise InputError(f'{label} lacks the field "{where}{needed[0]}"; add it.')
    try:
        return kind(**values)
    except InputError as error:
        raise InputError(str(error).replace("The scenario", label, 1)) from None


def _has_default(f: Any) -> bool:
    return f.default is not f.default_factory  # both are MISSING where there is none


def _value(hint: Any, value: Any, label: str, where: str) -> Any:
    """One field's value, of the type its annotation asks for."""
    if hint in (Host, Pool):
        return _built(hint, value, label, where + ".")
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list):
            raise InputError(f'{label} needs a list in the field "{where}".')
        return tuple(_value(get_args(hint)[0], item, label, f"{where}[{i}]") for i, item in enumerate(value))
    kinds = get_args(hint) or (hint,)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_SEATS:
        return float(value)
    if not isinstance(value, kinds) or isinstance(value, bool):
        wanted = {str: "text", int: "a whole number", float: "a number"}[kinds[0]]
        raise InputError(f'{label} needs {wanted} in the field "{where}", not {json.dumps(value)}.')
    return value


def _shares(scenario: Scenario) -> dict[str, float]:
    pools = {"ed": scenario.ed, "other": scenario.other}
    return {"ed_share": scenario.ed_share} | {
        f"{name}.{part}": getattr(pool, part) for name, pool in pools.items() for part in ("willing", "outside")
    }
