"""Dataclasses read from plain JSON values, checked field by field, in messages that name the place."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from analysis.errors import InputError

LARGEST = 1_000_000  # far beyond any school; larger numbers are slips
WANTED = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def built(kind: type[Any], raw: object, label: str, where: str = "") -> Any:
    """An instance of a dataclass from plain JSON values.

    Args:
        kind: the dataclass; its fields are text, numbers, truths, None, tuples of such, or dataclasses again.
        raw: what ``json.loads`` gave.
        label: what to call it in messages, such as the file's name.
        where: the path to it, ending in a dot; empty at the top.

    Raises:
        InputError: a field is missing, unknown or of the wrong type.
    """
    if not isinstance(raw, Mapping):
        place = f" in {where.rstrip('.')}" if where else ""
        raise InputError(f"{label} needs an object with named fields{place}; write them between {{ and }}.")
    hints = get_type_hints(kind)
    if unknown := sorted(set(raw) - set(hints)):
        raise InputError(f'{label} has a field "{where}{unknown[0]}" that is not known; known are {", ".join(hints)}.')
    values = {name: _value(hints[name], value, label, where + name) for name, value in raw.items()}
    needed = [f.name for f in fields(kind) if f.name not in values and required(f)]
    if needed:
        raise InputError(f'{label} lacks the field "{where}{needed[0]}"; add it.')
    return kind(**values)


def required(f: Field[Any]) -> bool:
    """Whether a field of a dataclass has no default."""
    return f.default is MISSING and f.default_factory is MISSING


def _value(hint: Any, value: Any, label: str, where: str) -> Any:
    """One field's value, of the type its annotation asks for."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise InputError(f'{label} needs a list in the field "{where}".')
        return tuple(_value(get_args(hint)[0], item, label, f"{where}[{i}]") for i, item in enumerate(value))
    kinds = get_args(hint) or (hint,)
    if value is None and NoneType in kinds:
        return None
    if is_dataclass(kinds[0]):
        return built(kinds[0], value, label, where + ".")  # type: ignore[arg-type]
    if float in kinds and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return float(value)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise InputError(f'{label} needs {WANTED[kinds[0]]} in the field "{where}", not {json.dumps(value)}.')
    return value


def values_of(part: Any, where: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Every plain value of a dataclass with its path and what its metadata says it may be."""
    for f in fields(part):
        value, path = getattr(part, f.name), where + f.name
        several = isinstance(value, tuple)
        for i, each in enumerate(value if several else (value,)):
            place = f"{path}[{i}]" if several else path
            if is_dataclass(each):
                yield from values_of(each, place + ".")
            elif each is not None:
                yield place, each, f.metadata


def complaint(value: Any, allowed: Mapping[str, Any]) -> str:
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
