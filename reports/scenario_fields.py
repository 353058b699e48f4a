"""The fields of a scenario on paper: the tables of ``docs/scenarios.md``, made from its JSON Schema.

``python -m reports.scenario_fields`` writes them anew. A comment of the page says which part's fields, in which order,
the table after it has.
"""

import json
import re
from pathlib import Path
from typing import Any

from analysis.policy.json_schema import json_schema

PAGE = Path(__file__).parents[1] / "docs" / "scenarios.md"
TABLE = re.compile(r"<!-- (\w+): ([\w, ]+) -->\n.*?<!-- end -->", re.DOTALL)
TYPES = {"string": "text", "boolean": "true or false", "integer": "a whole number", "number": "a number"}


def parts() -> dict[str, dict[str, Any]]:
    """The fields of each part of a scenario, by its title; those of the whole under "Scenario"."""
    found: dict[str, dict[str, Any]] = {}

    def gather(title: str, schema: dict[str, Any]) -> None:
        found[title] = schema["properties"]
        for each in schema["properties"].values():
            inner = _inner(each)
            if inner["type"] == "object":
                gather(inner["title"], inner)

    gather("Scenario", json_schema())
    return found


def filled(page: str) -> str:
    """The page with each table written anew."""
    fields = parts()

    def table(match: re.Match[str]) -> str:
        part, names = match[1], match[2].split(", ")
        rows = [_row(name, fields[part][name]) for name in names]
        return "\n".join([f"<!-- {part}: {match[2]} -->", "", *_HEAD, *rows, "", "<!-- end -->"])

    return TABLE.sub(table, page)


_HEAD = ("| Field | Meaning | May be | If left out |", "| --- | --- | --- | --- |")


def _row(name: str, schema: dict[str, Any]) -> str:
    default = f"`{json.dumps(schema['default'])}`" if "default" in schema else "must be there"
    return f"| `{name}` | {schema['description'].rstrip('.')} | {_may_be(schema)} | {default} |"


def _inner(schema: dict[str, Any]) -> dict[str, Any]:
    """What a field holds: an item of a list, or the other choice than null."""
    inner: dict[str, Any] = schema["anyOf"][0] if "anyOf" in schema else schema.get("items", schema)
    return inner


def _may_be(schema: dict[str, Any]) -> str:
    inner = _inner(schema)
    if inner["type"] == "object":
        value = f"[{inner['title']}](#{inner['title'].lower()})"
    elif "oneOf" in inner:
        value = "; ".join(f"`{each['const']}`: {each['description']}" for each in inner["oneOf"])
    elif "enum" in inner:
        value = ", ".join(f"`{each}`" for each in inner["enum"])
    else:
        value = TYPES[inner["type"]] + _between(inner)
    kind = "a list, each " if schema.get("type") == "array" else ""
    return f"{kind}{value}{' or null' if 'anyOf' in schema else ''}"


def _between(schema: dict[str, Any]) -> str:
    """The ends of a number, in words."""
    if "const" in schema:
        return f", {schema['const']}"
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']}"
    if "maximum" in schema:
        return f" from {schema['minimum']:g} to {schema['maximum']:,.10g}"
    return f" of {schema['minimum']} or more" if "minimum" in schema else ""


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
