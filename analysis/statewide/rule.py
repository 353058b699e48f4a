"""A statewide policy: one rule that makes a 50/50 scenario of every district it applies to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_type_hints

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import LEVELS

VERSION = 1
MOST_SCHOOLS = 10_000  # far beyond any district; larger numbers are slips

CHOICES = {
    "central": "nearest to the middle of where the district's students of the level go to school",
    "highest-ed": "those with the highest share of disadvantaged students",
    "lowest-ed": "those with the lowest share of disadvantaged students",
}
ENTRY, EVERY = "entry grade", "every grade"
SEATS = {
    EVERY: "every place of a host: the policy in full",
    ENTRY: "the places of the grade students enter in: its first year",
}


@dataclass(frozen=True)
class Policy:
    """A rule for all districts of a state. Every field is checked; a wrong one is an ``InputError`` that names it.

    "Each district with 4 elementary schools or more turns its most central 10 % of them into 50/50 schools" is the
    policy of the defaults.

    Attributes:
        name: what people call it.
        level: of the schools that host, one of ``LEVELS``.
        least_schools: how many schools of the level a district needs to take part; at least 2.
        hosts_share: the part of them that become hosts, rounded, at least one school.
        choose: which of them, one of ``CHOICES``.
        seats: which of a host's places are seats, one of ``SEATS``.
        preset: the lotteries' rules, a key of ``PRESETS``.
        outside: share of each lottery's seats offered first to students outside the district; None for the preset's.
        willing: share of each sending school's students who would take a seat; None for the preset's.
        version: of this layout.
    """

    name: str = ""
    level: str = "elementary"
    least_schools: int = 4
    hosts_share: float = 0.1
    choose: str = "central"
    seats: str = EVERY
    preset: str = "district-only"
    outside: float | None = None
    willing: float | None = None
    version: int = VERSION

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise InputError(f"The policy is of version {self.version}; this program reads version {VERSION}.")
        known = {"level": LEVELS, "choose": CHOICES, "seats": SEATS, "preset": PRESETS}
        for label, values in known.items():
            if (value := getattr(self, label)) not in values:
                raise InputError(f'The policy\'s {label} is "{value}"; choose one of {", ".join(values)}.')
        for label in ("hosts_share", "outside", "willing"):
            if (share := getattr(self, label)) is not None and not 0 <= share <= 1:
                raise InputError(f"The policy's {label} is {share}; give a share between 0 and 1.")
        if self.hosts_share == 0:
            raise InputError("The policy's hosts_share is 0; give the part of the schools that become hosts.")
        if not 2 <= self.least_schools <= MOST_SCHOOLS:
            raise InputError(
                f"The policy's least_schools is {self.least_schools}; give 2 to {MOST_SCHOOLS:,}, since a host needs "
                "another school to exchange students with."
            )

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        whose = {"central": "most central", "highest-ed": "highest-ED", "lowest-ed": "lowest-ED"}[self.choose]
        return (
            f"Each district with {self.least_schools} {self.level} schools or more turns its {whose} "
            f"{self.hosts_share:.0%} of them into 50/50 schools."
        )

    def to_json(self) -> str:
        """The policy as indented JSON; ``from_json`` reads it back to an equal policy."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, label: str = "The policy") -> Policy:
    """The policy that a JSON text describes.

    Args:
        text: as ``Policy.to_json`` writes it; fields may be left out.
        label: what to call it in messages, such as the file's name.

    Raises:
        InputError: the text is no JSON, or a field is unknown, of the wrong type or out of range.
    """
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{label} is not valid JSON: {error.msg} at line {error.lineno}; correct it there.") from None
    except (ValueError, RecursionError):
        raise InputError(f"{label} holds a number or a nesting too large to read; write it anew.") from None
    if not isinstance(raw, Mapping):
        raise InputError(f"{label} needs an object with named fields; write them between {{ and }}.")
    if "district" in raw:
        raise InputError(
            f"{label} is a scenario for one district, not a policy for all; run it with `evenground simulate`, or "
            "write a policy with `evenground statewide-policy`."
        )
    names = [field.name for field in fields(Policy)]
    if unknown := sorted(set(raw) - set(names)):
        raise InputError(f'{label} has a field "{unknown[0]}" that is not known; known are {", ".join(names)}.')
    hints = get_type_hints(Policy)
    try:
        return Policy(**{name: _value(hints[name], value, name) for name, value in raw.items()})
    except InputError as error:
        raise InputError(str(error).replace("The policy", label, 1)) from None


def _value(hint: Any, value: object, name: str) -> Any:
    """A field's value, of the type its annotation asks for."""
    if value is None and hint == float | None:
        return None
    kind, wanted = {str: (str, "text"), int: (int, "a whole number")}.get(hint, (float, "a number"))
    if kind is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_SCHOOLS:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise InputError(f'The policy needs {wanted} in the field "{name}", not {json.dumps(value)}.')
    return value
