"""How a table of any layout is read: which columns hold which fields, and what its codes mean.

A mapping is data, kept as TOML: the layouts of ``data/sources/layouts`` are mappings, and so is what a person saves for
a file of their own. ``data.sources.mapped`` reads tables by it; ``data.sources.guess`` proposes one.
"""

import json
import re
import tomllib
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from analysis.errors import InputError
from data.schema import BOUNDS, FILE_FIELDS
from data.states import STATES

Unit = Literal["count", "percent", "share", "total"]

# What a mapping may fill: the columns of a file in the template.
MAPPABLE = tuple(name for name in FILE_FIELDS if name not in {"ed_basis", *BOUNDS})
_PLACEHOLDER = re.compile(r"\{(year|any)\}")
_HOLDS = {"year": r"(?P<year>(?:19|20)\d\d[-–]\d\d)", "any": ".*"}


@dataclass(frozen=True)
class Take:
    """Where a field's values stand in a table.

    Attributes:
        columns: column names, in which ``{year}`` stands for a school year such as 2024-25 and ``{any}`` for anything.
            Counts of several columns are added; ids are put together; of other fields the first filled one is taken.
        digits: for ids, how many digits each column is padded to with leading zeros.
        first: for ids, how many characters are kept.
        after: for ids, the text up to whose last appearance everything is cut.
        either: whether one of the columns is enough: the first that has a value is taken, of counts too.
        unit: whether a count's cells are students, percentages (0 to 100) of them, or shares (0 to 1); of a district's
            revenue, whether it is all of it (total) rather than that per student.
    """

    columns: tuple[str, ...]
    digits: tuple[int, ...] = ()
    first: int | None = None
    after: str = ""
    either: bool = False
    unit: Unit = "count"


@dataclass(frozen=True)
class Long:
    """A table with a row for each group: the columns that name the group, its count, and which field each name is.

    Rows of one school, year and group, such as its grades, are added. ``names`` joins several columns by " / ".
    """

    columns: tuple[str, ...]
    count: str
    names: Dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """A table's layout.

    Attributes:
        label: the publication, as the dataset's source sentence names it.
        fields: where each of ``MAPPABLE`` stands.
        state: postal abbreviation, where the layout is one state's.
        year: the fall its school year begins in, where no column says so.
        spring: whether a year written alone, as in 2019, is the spring the school year ends in.
        recognise: columns a table must have to be of this layout; all columns of ``fields`` where none are given.
        header_row: the file's row of column names, where it cannot be found by itself.
        sheet: the sheet of a workbook, or the file in a zip, that is meant, where others have the same columns.
        missing: what stands for an unknown value, beside the usual marks.
        hidden: marks that hide a count known to lie between two numbers.
        clipped: percentages at or beyond which the publisher shows only these two, such as 5 and 95.
        only: rows kept, those with one of these values in a column.
        without: rows left out, such as totals.
        long: how groups are told apart where they stand below each other.
    """

    label: str
    fields: Dict[str, Take]
    state: str | None = None
    year: int | None = None
    spring: bool = False
    recognise: tuple[str, ...] = ()
    header_row: int | None = None
    sheet: str | None = None
    missing: tuple[str, ...] = ()
    hidden: Dict[str, tuple[int, int]] = field(default_factory=dict)
    clipped: tuple[float, float] | None = None
    only: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    without: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    long: Long | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a table is not of this layout."""
        if self.recognise:
            return self.recognise
        long = (*self.long.columns, self.long.count) if self.long else ()
        return tuple(dict.fromkeys((*(name for take in self.fields.values() for name in take.columns), *long)))

    def recognises(self, header: tuple[str, ...]) -> bool:
        """Whether a table with these columns is of this layout."""
        return all(matching(pattern, header) for pattern in self.required)


def matching(pattern: str, header: Sequence[str]) -> dict[str, str]:
    """The columns a pattern names, whatever the case, each with its school year ("" where the pattern has none)."""
    if not _PLACEHOLDER.search(pattern):
        if pattern in header:
            return {pattern: ""}
        wanted = pattern.casefold()
        return {name: "" for name in header if name.casefold() == wanted}
    pieces = _PLACEHOLDER.split(pattern)
    regex = re.compile(
        "".join(_HOLDS[piece] if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)), re.IGNORECASE
    )
    found = {name: regex.fullmatch(name) for name in header}
    return {name: match.groupdict().get("year") or "" for name, match in found.items() if match}


# TOML ---------------------------------------------------------------------------------------------------------------


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file.

    Raises:
        InputError: the file cannot be read, is not TOML, or says something a mapping cannot.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read as text; give a mapping file that exists.") from None
    return from_toml(text, path.name)


def from_toml(text: str, label: str) -> Mapping:
    """The mapping a TOML text says.

    Raises:
        InputError: as ``read_mapping``.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError(f"{label} is not TOML: {fault}; write it anew with evenground mapping.") from None
    known = {each.name for each in fields(Mapping)}
    _refuse_unknown(content, known, label, "setting")
    try:
        mapping = _built(content)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise InputError(f"{label} is not a mapping: compare it with one that evenground mapping writes.") from None
    _check(mapping, label)
    return mapping


def _built(content: dict[str, Any]) -> Mapping:
    values = dict(content)
    values["fields"] = {name: _take(given) for name, given in content["fields"].items()}
    for name in ("recognise", "missing", "clipped"):
        if name in values:
            values[name] = tuple(values[name])
    for name in ("only", "without", "hidden"):
        values[name] = {key: tuple(given) for key, given in content.get(name, {}).items()}
    if "long" in values:
        long = content["long"]
        values["long"] = Long(tuple(long["columns"]), long["count"], dict(long["names"]))
    return Mapping(**values)


def _take(given: Any) -> Take:
    if isinstance(given, str):
        return Take((given,))
    if isinstance(given, list):
        return Take(tuple(given))
    said: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Take(**said)


def _check(mapping: Mapping, label: str) -> None:
    """Refuse what no table could be read by."""
    long = mapping.long.names.values() if mapping.long else ()
    _refuse_unknown([*mapping.fields, *long], set(MAPPABLE), label, "field")
    if "ncessch" not in mapping.fields and "leaid" not in mapping.fields:
        raise InputError(f"{label} does not say which column is the school's id: give one as ncessch under [fields].")
    if mapping.state is not None and mapping.state not in STATES:
        raise InputError(f'{label}: "{mapping.state}" is not a state; give its two-letter abbreviation, such as TX.')
    for name, take in mapping.fields.items():
        if not take.columns or take.unit not in get_args(Unit):
            raise InputError(f"{label}, field {name}: give its columns, and count, percent or share as its unit.")
        if (take.unit == "total") > (name == "revenue"):
            raise InputError(f"{label}, field {name}: only revenue can be given as a total.")
        if take.digits and len(take.digits) != len(take.columns):
            raise InputError(f"{label}, field {name}: give as many digits as columns.")


def _refuse_unknown(given: Sequence[str] | dict[str, Any], known: set[str], label: str, what: str) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InputError(f'{label}: there is no {what} "{unknown[0]}"; choose from {", ".join(sorted(known))}.')


def to_toml(mapping: Mapping) -> str:
    """The mapping as TOML, what is not said left out."""
    lines = [f"label = {_value(mapping.label)}"]
    for name in ("state", "year", "spring", "header_row", "sheet", "recognise", "missing", "clipped"):
        value = getattr(mapping, name)
        if value not in (None, False, ()):
            lines.append(f"{name} = {_value(value)}")
    lines += ["", "[fields]", *(f"{name} = {_taken(take)}" for name, take in mapping.fields.items())]
    for name in ("hidden", "only", "without"):
        lines += _section(name, getattr(mapping, name))
    if mapping.long:
        lines += ["", "[long]", f"columns = {_value(mapping.long.columns)}", f"count = {_value(mapping.long.count)}"]
        lines += _section("long.names", mapping.long.names)
    return "\n".join(lines) + "\n"


def _section(name: str, values: Dict[str, Any]) -> list[str]:
    return ["", f"[{name}]", *(f"{_value(key)} = {_value(given)}" for key, given in values.items())] if values else []


def _taken(take: Take) -> str:
    said = {each.name: getattr(take, each.name) for each in fields(Take)[1:]}
    said = {name: value for name, value in said.items() if value not in ((), None, "", False, "count")}
    if not said:
        return _value(take.columns[0] if len(take.columns) == 1 else take.columns)
    return (
        "{ "
        + ", ".join(f"{name} = {_value(value)}" for name, value in {"columns": take.columns, **said}.items())
        + " }"
    )


def _value(value: Any) -> str:
    """A value as TOML writes it, which for these kinds is as JSON does."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
