"""The published JSON Schema of scenario files, made from the dataclasses.

``docs/scenario.schema.json`` is this, written down; a test holds the two equal.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from analysis.policy.reading import required
from analysis.policy.scenario import VERSION, Scenario

TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario of today's version."""
    schema = of_class(Scenario)
    schema["properties"]["version"]["const"] = VERSION
    return headed("Evenground scenario", schema)


def headed(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as a document of its own."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title} | schema


def of_class(kind: type[Any]) -> dict[str, Any]:
    """JSON Schema of a dataclass whose docstring and metadata say what its fields may be."""
    hints, said = get_type_hints(kind), _attributes(kind)
    return {
        "type": "object",
        "properties": {
            f.name: {"description": said[f.name]} | _of_field(hints[f.name], f) | _default(f) for f in fields(kind)
        },
        "required": [f.name for f in fields(kind) if required(f)],
        "additionalProperties": False,
    }


def _of_field(hint: Any, f: Field[Any]) -> dict[str, Any]:
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of_value(get_args(hint)[0], f)}
    return _of_value(hint, f)


def _of_value(hint: Any, f: Field[Any]) -> dict[str, Any]:
    kind: type[Any] = (get_args(hint) or (hint,))[0]
    schema = (
        {"title": kind.__name__} | of_class(kind) if is_dataclass(kind) else {"type": TYPES[kind]} | _limits(f.metadata)
    )
    if NoneType not in get_args(hint):
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _default(f: Field[Any]) -> dict[str, Any]:
    """What a field is where it is left out; an object's own fields say what they are then."""
    if required(f):
        return {}
    if f.default is MISSING:
        return {"default": {}}
    return {"default": list(f.default) if isinstance(f.default, tuple) else f.default}


def _limits(allowed: Mapping[str, Any]) -> dict[str, Any]:
    """What a field's metadata allows, as ``analysis.policy.scenario`` checks it."""
    found: dict[str, Any] = {}
    if isinstance(choices := allowed.get("choices"), Mapping):
        found["oneOf"] = [{"const": name, "description": words} for name, words in choices.items()]
    elif choices is not None:
        found["enum"] = list(choices)
    if "share" in allowed or "not_negative" in allowed:
        found["minimum"] = 0
    if "above_zero" in allowed:
        found["exclusiveMinimum"] = 0
    if "within" in allowed:
        found["minimum"] = -allowed["within"]
    if "least" in allowed:
        found["minimum"] = allowed["least"]
    if (most := allowed.get("share", allowed.get("within", allowed.get("most")))) is not None:
        found["maximum"] = most
    return found


def _attributes(kind: type[Any]) -> dict[str, str]:
    """What the docstring of a dataclass says of each field."""
    _, _, text = (kind.__doc__ or "").partition("Attributes:\n")
    said: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("        ") and not line.startswith("         "):
            name, _, said[name] = line.strip().partition(": ")
        elif line.strip():
            said[name] += f" {line.strip()}"
    return {name: _plain(words) for name, words in said.items()}


def _plain(words: str) -> str:
    """Words of a docstring for readers of JSON: choices stand beside them, and names are JSON's."""
    words = re.sub(r",? (one )?of ``[A-Z_]+``", "", words)
    return words.replace("``", "`").replace("None", "null")
