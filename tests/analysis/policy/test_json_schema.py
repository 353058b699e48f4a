"""The published JSON Schema: what the dataclasses say, and no more and no less than what the program takes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from analysis.errors import InputError
from analysis.policy.json_schema import json_schema, of_class
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import (
    APPLICANTS,
    DRAWS,
    RESERVES,
    STAYS,
    UNFILLED,
    Host,
    NewSchool,
    Pool,
    Scenario,
    SetAside,
    Supply,
    Weight,
    from_json,
)
from tests.analysis.policy.test_scenario import LEAST, REFUSED, SCENARIOS

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "scenario.schema.json"
PARTS = (Scenario, Host, NewSchool, Pool, SetAside, Supply, Weight)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())

# Refused for what several fields or entries say together, which a schema does not tell.
BEYOND_A_SCHEMA = {
    "the same host twice",
    "a share that is no number",
    "a distance that is no number",
    "an endless distance",
}


def test_the_published_schema_is_what_the_dataclasses_say() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == json_schema()


@pytest.mark.parametrize(
    ("name", "meanings"),
    [("draw", DRAWS), ("unfilled", UNFILLED), ("stay", STAYS), ("applicants", APPLICANTS), ("reserve", RESERVES)],
)
def test_it_says_what_every_value_means(name: str, meanings: dict[str, str]) -> None:
    told = {each["const"]: each["description"] for each in json_schema()["properties"][name]["oneOf"]}
    assert told == meanings


def test_it_says_what_a_field_is_where_it_is_left_out() -> None:
    told = {name: each["default"] for name, each in json_schema()["properties"].items() if "default" in each}
    least = json.loads(from_json(json.dumps(LEAST)).to_json())
    assert json.loads(json.dumps(told)) | {"ed": least["ed"], "other": least["other"]} == {
        name: value for name, value in least.items() if name not in LEAST
    }
    assert (told["ed"], told["other"]) == ({}, {})


@pytest.mark.parametrize("part", PARTS)
def test_no_two_fields_of_a_part_are_described_alike(part: type[Any]) -> None:
    told = [each["description"] for each in of_class(part)["properties"].values()]
    assert all(told)
    assert len(set(told)) == len(told)


def test_it_is_a_schema() -> None:
    VALIDATOR.check_schema(json_schema())


@given(asked=SCENARIOS)
def test_every_scenario_fits(asked: Scenario) -> None:
    VALIDATOR.validate(json.loads(asked.to_json()))


def test_a_scenario_with_every_part_fits() -> None:
    school = NewSchool("New", 30.0, -97.0, "elementary", "KG", "05")
    new = Host("n", 30, "KG", capacity=90, new=school, later=(30, 0))
    asked = Scenario(
        "texas",
        "4816230",
        2018,
        (new,),
        set_asides=(SetAside("feeder", 0.1, schools=("a",)), SetAside("sibling", 0.2, pool="open", rate=0.1)),
        private=Supply(300, 0.2),
        weights=(Weight("a", 0.5, 2.0),),
        tiers=(0.175,) * 4,
    )
    VALIDATOR.validate(json.loads(asked.to_json()))
    for preset in PRESETS.values():
        VALIDATOR.validate(json.loads(preset.apply(asked, 0.5).to_json()))


def test_the_least_there_can_be_fits() -> None:
    VALIDATOR.validate(LEAST)


@pytest.mark.parametrize("name", sorted(set(REFUSED) - BEYOND_A_SCHEMA))
def test_what_the_program_refuses_the_schema_refuses(name: str) -> None:
    assert not VALIDATOR.is_valid(LEAST | REFUSED[name][0])


@pytest.mark.parametrize(
    "fields",
    [
        {"reserve": "quota"},
        {"band": 0.6},
        {"reserve": "tiers", "tiers": [1.2]},
        {"stay": "never"},
        {"half_miles": 0},
        {"years": 0},
        {"years": 31},
        {"attrition": -0.1},
        {"backfill": 1},
        {"private": {"students": -1, "ed_share": 0.5}},
        {"private": {"students": 1}},
        {"ed": {"per_seat": 0}},
        {"ed": {"leave": 2}},
        {"other": {"mistaken": 1.5}},
        {"weights": [{"ncessch": "a", "ed": -1}]},
        {"set_asides": [{"kind": "legacy", "share": 0.1}]},
        {"sources": ["abroad"]},
        {"applicants": "all"},
        {"change_points": 1.1},
        {"second_accept": 2},
        {"other": {"accept_half_miles": 0}},
        {"ed": {"leave_changed": -1}},
        {"set_asides": [{"kind": "sibling", "share": 0.1, "rate": 1.5}]},
        {"hosts": [{"ncessch": "n", "seats": 1, "grade": "KG", "start": 0}]},
        {"hosts": [{"ncessch": "n", "seats": 1, "grade": "KG", "later": [-1]}]},
        {"hosts": [{"ncessch": "n", "seats": 1, "capacity": 0}]},
        {"hosts": [{"ncessch": "n", "seats": 1, "magnet": 1}]},
        {
            "hosts": [
                {
                    "ncessch": "n",
                    "seats": 1,
                    "new": {"school": "N", "latitude": 91, "longitude": 0, "level": "high"},
                }
            ]
        },
    ],
    ids=str,
)
def test_both_refuse_what_is_out_of_range(fields: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(LEAST | fields)
    with pytest.raises(InputError):
        from_json(json.dumps(LEAST | fields))


def test_it_knows_today_s_version_alone() -> None:
    today = from_json(json.dumps(LEAST))
    for version in (1, 2):
        assert not VALIDATOR.is_valid(LEAST | {"version": version})
        old = from_json(json.dumps(LEAST | {"version": version}))
        assert replace(old, applicants=today.applicants) == today
