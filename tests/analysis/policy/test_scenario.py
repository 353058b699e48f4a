"""A scenario as a file: what is written is read back, and a wrong one is refused in words that help."""

import json
import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.scenario import (
    DISTRICTS,
    DRAWS,
    EXCLUDABLE,
    UNFILLED,
    VERSION,
    Host,
    Pool,
    Scenario,
    SetAside,
    from_json,
)
from data.schema import ED_BASES, LEVELS

LEAST: dict[str, Any] = {"dataset": "texas", "district": "4816230", "year": 2018}
FILE = "plan.json"

SHARES = st.floats(0, 1)
NAMES = st.text(max_size=12)
SCENARIOS = st.builds(
    Scenario,
    dataset=NAMES,
    district=NAMES,
    year=st.integers(1980, 2100),
    hosts=st.dictionaries(NAMES, st.integers(0, 10_000), max_size=4).map(
        lambda seats: tuple(Host(name, number) for name, number in seats.items())
    ),
    basis=st.sampled_from([None, *ED_BASES]),
    level=st.sampled_from([None, *LEVELS]),
    ed_share=SHARES,
    ed=st.builds(Pool, SHARES, SHARES, st.lists(NAMES, max_size=3).map(tuple)),
    other=st.builds(Pool, SHARES, SHARES, st.lists(NAMES, max_size=3).map(tuple)),
    draw=st.sampled_from([name for name in DRAWS if name != "table"]),
    unfilled=st.sampled_from(list(UNFILLED)),
    outside_miles=st.floats(0.001, 1000),
    districts=st.sampled_from(list(DISTRICTS)),
    excluded=st.lists(st.sampled_from(list(EXCLUDABLE)), unique=True).map(tuple),
    name=NAMES,
)


@given(asked=SCENARIOS)
def test_what_is_written_is_read_back(asked: Scenario) -> None:
    assert from_json(asked.to_json()) == asked


@given(asked=SCENARIOS)
def test_it_is_plain_json_in_readable_lines(asked: Scenario) -> None:
    text = asked.to_json()
    assert json.loads(text) == json.loads(json.dumps(asdict(asked)))
    assert text.endswith("}\n")


def test_fields_with_a_default_may_be_left_out() -> None:
    assert from_json(json.dumps(LEAST)) == Scenario("texas", "4816230", 2018)
    written = LEAST | {"hosts": [{"ncessch": "1", "seats": 4}], "ed": {"outside": 0.25}}
    asked = from_json(json.dumps(written))
    assert asked.hosts == (Host("1", 4),)
    assert asked.ed == Pool(outside=0.25)
    assert asked.ed_share == 0.5
    # Files written before these fields were stood on administrative districts and every school.
    assert (asked.districts, asked.excluded) == ("administrative", ())


def test_leading_zeros_and_names_in_any_script_survive() -> None:
    asked = Scenario("Año – 2018", "0100005", 2018, (Host("010000500870", 1),), name="Schülerlos ½")
    assert from_json(asked.to_json()) == asked
    assert "Schülerlos ½" in asked.to_json()


def test_whole_numbers_will_do_for_shares_and_distances() -> None:
    asked = from_json(json.dumps(LEAST | {"ed_share": 1, "outside_miles": 5}))
    assert (asked.ed_share, asked.outside_miles) == (1.0, 5.0)
    assert isinstance(asked.ed_share, float)


def host(**fields: Any) -> dict[str, Any]:
    return {"hosts": [{"ncessch": "48", "seats": 10} | fields]}


# The part of the file that is wrong, and words of the message: the field, and what is wrong or to be done.
REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "negative seats": (host(seats=-1), ("48", "-1 seats", "give 0 or more")),
    "seats in parts": (host(seats=1.5), ("hosts[0].seats", "whole number", "1.5")),
    "seats as text": (host(seats="12"), ("hosts[0].seats", "whole number", '"12"')),
    "seats as a truth": (host(seats=True), ("hosts[0].seats", "whole number", "true")),
    "seats as nothing": (host(seats=None), ("hosts[0].seats", "whole number", "null")),
    "a host's id as a number": (host(ncessch=48), ("hosts[0].ncessch", "text", "48")),
    "a host without an id": ({"hosts": [{"seats": 1}]}, ("hosts[0].ncessch", "add it")),
    "a host without seats": ({"hosts": [{"ncessch": "48"}]}, ("hosts[0].seats", "add it")),
    "an unknown field of a host": (host(seat=3), ("hosts[0].seat", "known are ncessch, seats")),
    "a host that is no object": ({"hosts": ["48"]}, ("hosts[0]", "object")),
    "hosts that are no list": ({"hosts": {"ncessch": "48", "seats": 1}}, ("hosts", "list")),
    "the same host twice": ({"hosts": host()["hosts"] * 2}, ("48", "more than once", "grade of its own")),
    "a share above one": ({"ed_share": 1.01}, ("ed_share", "1.01", "between 0 and 1")),
    "a share below zero": ({"ed_share": -0.1}, ("ed_share", "-0.1", "between 0 and 1")),
    "a share in percent": ({"ed": {"willing": 20}}, ("ed.willing", "20", "between 0 and 1")),
    "an outside share above one": ({"other": {"outside": 2}}, ("other.outside", "2", "between 0 and 1")),
    "a share that is no number": ({"ed_share": float("nan")}, ("ed_share", "nan", "between 0 and 1")),
    "a share as text": ({"ed_share": "half"}, ("ed_share", "a number", '"half"')),
    "a share as a truth": ({"other": {"willing": True}}, ("other.willing", "a number", "true")),
    "senders as text": ({"ed": {"senders": "48"}}, ("ed.senders", "list")),
    "a sender as a number": ({"ed": {"senders": ["47", 48]}}, ("ed.senders[1]", "text", "48")),
    "an unknown field of a pool": ({"ed": {"wiling": 1}}, ("ed.wiling", "known are willing, outside, senders")),
    "a pool that is no object": ({"ed": 0.5}, ("ed", "object")),
    "an unknown draw": ({"draw": "random"}, ("draw", "random", *DRAWS)),
    "an unknown rule for unfilled seats": ({"unfilled": "sell"}, ("unfilled", "sell", *UNFILLED)),
    "no distance": ({"outside_miles": 0}, ("outside_miles", "0", "above 0")),
    "a negative distance": ({"outside_miles": -3.5}, ("outside_miles", "-3.5", "above 0")),
    "a distance that is no number": ({"outside_miles": float("nan")}, ("outside_miles", "nan", "above 0")),
    "an endless distance": ({"outside_miles": float("inf")}, ("outside_miles", "inf")),
    "a number too large to be one": ({"ed_share": 10**400}, ("ed_share",)),
    "an unknown level": ({"level": "primary"}, ("level", "primary", *LEVELS)),
    "a level as a number": ({"level": 3}, ("level", "text", "3")),
    "an unknown field": ({"seats": 100}, ("seats", "known are", "hosts", "ed_share")),
    "a year as text": ({"year": "2018"}, ("year", "whole number", '"2018"')),
    "a year as a truth": ({"year": True}, ("year", "whole number", "true")),
    "a district as a number": ({"district": 4816230}, ("district", "text", "4816230")),
    "a name that is nothing": ({"name": None}, ("name", "text", "null")),
    "another version": ({"version": VERSION + 1}, (f"version {VERSION + 1}", f"version {VERSION}")),
    "a version that never was": ({"version": 0}, ("version 0", "never was", f"1 to {VERSION}")),
    "more seats than there could be": ({"hosts": [{"ncessch": "48", "seats": 10**30}]}, ("48", "give fewer")),
    "a version as text": ({"version": str(VERSION)}, ("version", "whole number")),
}


# Fields that are right one by one but not together.
TOGETHER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "tiers without quotas": ({"reserve": "tiers"}, ("tiers", "add up to 0", "above 0")),
    "tiers of more than all seats": ({"reserve": "tiers", "tiers": [0.6, 0.6]}, ("tiers", "1.2", "at most 1")),
    "a tier without a seat": ({"reserve": "tiers", "tiers": [0.5, 0]}, ("tiers[1] is 0", "above 0")),
    "a table that is empty": ({"draw": "table"}, ("weights", "draw", "give each school")),
    "a school with two weights": ({"weights": [{"ncessch": "1"}, {"ncessch": "1"}]}, ("weights", "1", "one weight")),
    "feeders without names": ({"set_asides": [{"kind": "feeder", "share": 0.1}]}, ("set_asides[0].schools", "name")),
    "a grade twice": (
        {"hosts": [{"ncessch": "1", "seats": 4, "grade": "KG"}] * 2},
        ("host 1", "more than once", "grade of its own"),
    ),
    "a grade beside every grade": (
        {"hosts": [{"ncessch": "1", "seats": 4, "grade": "KG"}, {"ncessch": "1", "seats": 4}]},
        ("host 1", "more than once", "grade of its own"),
    ),
    "a school that is a magnet in one grade": (
        {"hosts": [{"ncessch": "1", "seats": 4, "grade": grade, "magnet": grade == "KG"} for grade in ("KG", "01")]},
        ("host 1", "magnet", "alike"),
    ),
    "later seats in every grade": (
        {"hosts": [{"ncessch": "1", "seats": 4, "later": [3]}]},
        ("host 1", "later years", "give their grade"),
    ),
    "a start after the end": (
        {"hosts": [{"ncessch": "1", "seats": 4, "grade": "KG", "start": 3}], "years": 2},
        ("host 1", "year 3 of 2", "more years"),
    ),
    "seats set aside of no pool": (
        {"set_asides": [{"kind": "sibling", "share": 0.1, "pool": "tier 1"}]},
        ("set_asides[0].pool", "tier 1", "ed, other, open"),
    ),
    "more set aside than there is": (
        {"set_asides": [{"kind": "sibling", "share": 0.6}], "other": {"outside": 0.5}},
        ("set_asides", "other.outside", "1.1", "pool other", "lower"),
    ),
    "more of a tier set aside than there is": (
        {
            "reserve": "tiers",
            "tiers": [0.5, 0.5],
            "set_asides": [{"kind": kind, "share": 0.7, "pool": "tier 1"} for kind in ("sibling", "proximity")],
        },
        ("set_asides", "1.4", "pool tier 1", "lower"),
    ),
    # Of tiers each has the mean of both outside shares: 0.8 + (0.5 + 0) / 2.
    "more of a tier offered first than there is": (
        {
            "reserve": "tiers",
            "tiers": [0.5, 0.5],
            "ed": {"outside": 0.5},
            "set_asides": [{"kind": "sibling", "share": 0.8, "pool": "tier 2"}],
        },
        ("set_asides", "mean of ed.outside and other.outside", "1.05", "pool tier 2", "lower"),
    ),
    "more of the open seats set aside than there are": (
        {"reserve": "band", "set_asides": [{"kind": "sibling", "share": 0.6, "pool": "open"}] * 2},
        ("set_asides", "1.2", "pool open", "lower"),
    ),
}


def test_set_asides_of_tiers_may_take_what_no_tier_is_offered_outside() -> None:
    # There is no pool "ed" to take 0.8 + 0.3 of: each tier is offered the mean, 0.15.
    asked = LEAST | {
        "reserve": "tiers",
        "tiers": [0.5, 0.5],
        "ed": {"outside": 0.3},
        "set_asides": [{"kind": "sibling", "share": 0.8}],
    }
    assert from_json(json.dumps(asked)).ed.outside == 0.3


@pytest.mark.parametrize("name", TOGETHER)
def test_what_does_not_go_together_is_refused(name: str) -> None:
    wrong, words = TOGETHER[name]
    message = refusal(json.dumps(LEAST | wrong))
    assert message.startswith(FILE)
    for word in words:
        assert word in message


def test_a_file_of_version_1_reads_as_one_of_today() -> None:
    old = LEAST | {"version": 1, "hosts": [{"ncessch": "48", "seats": 10, "grade": "KG"}], "ed": {"willing": 0.3}}
    asked = from_json(json.dumps(old))
    assert asked == Scenario("texas", "4816230", 2018, (Host("48", 10, "KG"),), ed=Pool(0.3), applicants="school")
    assert from_json(asked.to_json()) == asked


def test_a_file_of_version_2_reads_as_one_of_today() -> None:
    old = LEAST | {
        "version": 2,
        "hosts": [{"ncessch": "48", "seats": 10, "grade": "KG"}],
        "reserve": "tiers",
        "tiers": [0.5, 0.5],
        "ed": {"willing": 0.3, "mistaken": 0.2},
        "set_asides": [
            {"kind": "sibling", "share": 0.2, "miles": 3.0},
            {"kind": "feeder", "share": 0.1, "schools": ["1"]},
        ],
    }
    asked = from_json(json.dumps(old))
    # Then one grade's students applied for the seats of any, tiers made no mistakes, and siblings were whoever is near.
    assert (asked.applicants, asked.ed) == ("grade", Pool(0.3))
    assert asked.set_asides == (SetAside("proximity", 0.2, 3.0), SetAside("feeder", 0.1, schools=("1",)))
    assert from_json(asked.to_json()) == asked


@pytest.mark.parametrize("wrong", [{"ed": 3}, {"set_asides": "all"}, {"set_asides": [4]}, {"reserve": []}], ids=str)
def test_a_faulty_file_of_version_2_is_refused_like_one_of_today(wrong: dict[str, Any]) -> None:
    assert refusal(json.dumps(LEAST | {"version": 2} | wrong)) == refusal(json.dumps(LEAST | wrong))


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        from_json(text, FILE)
    return str(caught.value)


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_field_is_named(name: str) -> None:
    wrong, words = REFUSED[name]
    message = refusal(json.dumps(LEAST | wrong))
    for word in words:
        assert word in message


@pytest.mark.parametrize("name", REFUSED)
def test_the_message_is_one_plain_sentence_that_names_the_file(name: str) -> None:
    message = refusal(json.dumps(LEAST | REFUSED[name][0]))
    assert message.startswith(FILE)
    assert re.fullmatch(r"[^\n]+[^.\n]\.", message)


@pytest.mark.parametrize("missing", LEAST)
def test_a_missing_field_is_named(missing: str) -> None:
    message = refusal(json.dumps({name: value for name, value in LEAST.items() if name != missing}))
    assert f'"{missing}"' in message
    assert "add it" in message


@pytest.mark.parametrize("text", ["", "{", "seats: 10", "{'dataset': 'texas'}", '{"year": 2018,}'])
def test_what_is_no_json_is_refused(text: str) -> None:
    message = refusal(text)
    assert message.startswith(FILE)
    assert "not valid JSON" in message


def test_the_line_of_a_fault_is_named() -> None:
    assert "line 3" in refusal('{\n  "dataset": "texas",\n  "year": two\n}')


@pytest.mark.parametrize("text", ["[]", "null", "3", '"texas"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert "object" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param(json.dumps(LEAST)[:-1] + ', "ed_share": ' + "1" * 5000 + "}", id="a number of 5,000 digits"),
    ],
)
def test_a_file_made_to_break_the_reader_is_refused(text: str) -> None:
    assert refusal(text).startswith(FILE)


@pytest.mark.parametrize(
    "fields",
    [
        {"ed_share": 1.5},
        {"ed": Pool(willing=-1)},
        {"other": Pool(outside=2)},
        {"draw": "none"},
        {"unfilled": ""},
        {"outside_miles": 0.0},
        {"hosts": (Host("1", -1),)},
        {"hosts": (Host("1", 1), Host("1", 2))},
        {"hosts": (Host("1", 1, "PK"),)},
        {"version": 0},
    ],
    ids=str,
)
def test_a_scenario_made_in_code_is_checked_too(fields: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="scenario"):
        replace(Scenario("texas", "4816230", 2018), **fields)
