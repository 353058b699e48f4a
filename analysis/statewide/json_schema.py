"""JSON Schema of a statewide policy, published as ``docs/policy.schema.json``; see ``analysis.policy.json_schema``."""

from typing import Any

from analysis.policy.json_schema import headed, of_class
from analysis.policy.json_schema import json_schema as scenario_schema
from analysis.statewide.rule import OF_TEMPLATE, VERSION, Policy


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a policy of today's version."""
    schema, rules = of_class(Policy), scenario_schema()["properties"]
    properties = schema["properties"]
    properties["version"]["const"] = VERSION
    template = {
        "type": "object",
        "properties": {name: rules[name] for name in OF_TEMPLATE},
        "additionalProperties": False,
    }
    properties["template"] |= {"anyOf": [template, {"type": "null"}]}
    return headed("Evenground statewide policy", schema)
