"""A statewide policy: one rule that makes a 50/50 scenario of every district it applies to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_type_hints

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import LEVELS, Scenario
from analysis.policy.scenario import from_json as scenario_from_json

VERSION = 2
MOST_SCHOOLS = 10_000  # far beyond any district; larger numbers are slips

CHOICES = {
    "central": "nearest to the middle of where the district's students of the level go to school",
    "highest-ed": "those with the highest share of disadvantaged students",
    "lowest-ed": "those with the lowest share of disadvantaged students",
    "largest": "those with the most students",
    "optimum": "those that a best assignment of the district's students would rather have, found in fractions",
}
ENTRY, EVERY = "entry grade", "every grade"
SEATS = {
    EVERY: "every place of a host: the policy in full",
    ENTRY: "the places of the grade students enter in: its first year",
}
# What of a scenario is one district's own, so that a template has none of it.
OF_DISTRICT = ("dataset", "district", "year", "hosts", "basis", "level", "districts", "excluded", "weights")
# The lottery's own definition, of which a template has none either: all districts are counted by one.
_OWN_BASIS = "lottery_basis"
OF_TEMPLATE = tuple(f.name for f in fields(Scenario) if f.name not in (*OF_DISTRICT, _OWN_BASIS))
_NOWHERE = Scenario("", "", 0)


def template_of(scenario: Scenario, label: str = "The scenario") -> Scenario:
    """A scenario's rules, which hold in any district: all of it but its place and its schools.

    Args:
        scenario: any.
        label: what to call it in messages.

    Raises:
        InputError: a rule names schools, which no other district has, or the lottery goes by a definition of its own.
    """
    naming = {
        "weights": scenario.weights,
        "ed.senders": scenario.ed.senders,
        "other.senders": scenario.other.senders,
        "set_asides": [each for each in scenario.set_asides if each.schools],
    }
    for name, schools in naming.items():
        if schools:
            raise InputError(
                f"{label} names schools in {name}, which no other district has; a policy for all of them needs a "
                "scenario without."
            )
    if scenario.lottery_basis is not None:
        raise InputError(
            f'{label} has its lottery go by the {_OWN_BASIS} "{scenario.lottery_basis}"; leave that out, since a '
            "policy for all districts goes by one definition, which the view or --basis says."
        )
    return replace(_NOWHERE, **{name: getattr(scenario, name) for name in OF_TEMPLATE})


@dataclass(frozen=True)
class Policy:
    """A rule for all districts of a state. Every field is checked; a wrong one is an ``InputError`` that names it.

    "Each district with 4 elementary schools or more turns its most central 10 % of them into 50/50 schools" is the
    policy of the defaults.

    Attributes:
        name: what people call it.
        level: of the schools that host.
        least_schools: how many schools of the level a district needs to take part; at least 2.
        hosts_share: the part of them that become hosts, rounded, at least one school and never all of them.
        choose: which of them.
        seats: which of a host's places are seats.
        preset: the lotteries' rules, by name; not used where there is a template.
        outside: share of each lottery's seats offered first to students outside the district; None for what the preset
            or the template says.
        willing: share of each sending school's students who would take a seat; None for what the preset or the template
            says.
        template: the lotteries' rules as a scenario's; None for those of the preset.
        version: of this layout.
    """

    name: str = ""
    level: str = field(default="elementary", metadata={"choices": LEVELS})
    least_schools: int = field(default=4, metadata={"least": 2, "most": MOST_SCHOOLS})
    hosts_share: float = field(default=0.1, metadata={"share": 1.0, "above_zero": "share"})
    choose: str = field(default="central", metadata={"choices": CHOICES})
    seats: str = field(default=EVERY, metadata={"choices": SEATS})
    preset: str = field(
        default="district-only", metadata={"choices": {preset.name: preset.label for preset in PRESETS.values()}}
    )
    outside: float | None = field(default=None, metadata={"share": 1.0})
    willing: float | None = field(default=None, metadata={"share": 1.0})
    template: Scenario | None = None
    version: int = VERSION

    def __post_init__(self) -> None:
        if self.version < 1:
            raise InputError(
                f"The policy is of version {self.version}, which there never was; give one from 1 to {VERSION}."
            )
        if self.version != VERSION:
            raise InputError(
                f"The policy is of version {self.version}; this program reads version {VERSION} and those before."
            )
        for f in fields(self):
            value, choices = getattr(self, f.name), f.metadata.get("choices")
            if choices and value not in choices:
                raise InputError(f'The policy\'s {f.name} is "{value}"; choose one of {", ".join(choices)}.')
            if "share" in f.metadata and value is not None and not 0 <= value <= 1:
                raise InputError(f"The policy's {f.name} is {value}; give a share between 0 and 1.")
        if self.hosts_share == 0:
            raise InputError("The policy's hosts_share is 0; give the part of the schools that become hosts.")
        if not 2 <= self.least_schools <= MOST_SCHOOLS:
            raise InputError(
                f"The policy's least_schools is {self.least_schools}; give 2 to {MOST_SCHOOLS:,}, since a host needs "
                "another school to exchange students with."
            )
        if self.template is not None:
            object.__setattr__(self, "template", template_of(self.template, "The policy's template"))

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        whose = {"highest-ed": "highest-ED", "lowest-ed": "lowest-ED"}.get(self.choose, self.choose)
        whose = "most central" if whose == "central" else whose
        which = f"its {whose} {100 * self.hosts_share:.4g}% of them"
        if self.choose == "optimum":
            whose = "those that could do most"
            which = f"the {100 * self.hosts_share:.4g}% of them that could do most"
        if self.hosts_share == 1:
            which = f"all of them but one, {whose} first,"
        return (
            f"Each district with {self.least_schools} {self.level} schools or more turns {which} into 50/50 "
            f"schools{self._rules}."
        )

    @property
    def _rules(self) -> str:
        """Whose rules the lotteries follow where they are a scenario's, to end a sentence."""
        if self.template is None:
            return ""
        return f' by the rules of "{self.template.name}"' if self.template.name else " by the rules of a scenario"

    def as_dict(self) -> dict[str, Any]:
        """The policy as plain JSON values, of its template what a template has."""
        raw = asdict(self)
        if self.template is not None:
            raw["template"] = {name: raw["template"][name] for name in OF_TEMPLATE}
        return raw

    def to_json(self) -> str:
        """The policy as indented JSON; ``from_json`` reads it back to an equal policy."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, label: str = "The policy") -> Policy:
    """The policy that a JSON text describes; one of version 1, which had no template, says the same today.

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
    if raw.get("version") == 1:
        raw = {**raw, "version": VERSION}
    if "district" in raw:
        raise InputError(
            f"{label} is a scenario for one district, not a policy for all; run it with `evenground simulate`, or "
            "write a policy with `evenground statewide-policy`."
        )
    names = [f.name for f in fields(Policy)]
    if unknown := sorted(set(raw) - set(names)):
        raise InputError(f'{label} has a field "{unknown[0]}" that is not known; known are {", ".join(names)}.')
    hints = get_type_hints(Policy)
    try:
        return Policy(**{name: _value(hints[name], value, name) for name, value in raw.items()})
    except InputError as error:
        raise InputError(str(error).replace("The policy", label, 1)) from None


def _value(hint: Any, value: object, name: str) -> Any:
    """A field's value, of the type its annotation asks for."""
    if value is None and hint in (float | None, Scenario | None):
        return None
    if hint == Scenario | None:
        return _template(value)
    kind, wanted = {str: (str, "text"), int: (int, "a whole number")}.get(hint, (float, "a number"))
    if kind is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_SCHOOLS:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise InputError(f'The policy needs {wanted} in the field "{name}", not {json.dumps(value)}.')
    return value


def _template(raw: object) -> Scenario:
    """The rules of a policy's template."""
    if not isinstance(raw, Mapping):
        raise InputError('The policy needs an object with named fields in the field "template".')
    # Files of before have it, mostly as null, which says nothing; ``template_of`` refuses any other.
    if unknown := sorted(set(raw) - {*OF_TEMPLATE, _OWN_BASIS}):
        raise InputError(
            f'The policy\'s template has a field "{unknown[0]}" that is not known; known are {", ".join(OF_TEMPLATE)}.'
        )
    everywhere = {"dataset": "", "district": "", "year": 0, **raw}
    return scenario_from_json(json.dumps(everywhere), "The policy's template")
