"""Policy files: what is written is read, and every mistake is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import LEVELS
from analysis.statewide.rule import CHOICES, SEATS, Policy, from_json

SHARES = st.one_of(st.none(), st.floats(0, 1))
POLICIES = st.builds(
    Policy,
    name=st.text(max_size=5),
    level=st.sampled_from(LEVELS),
    least_schools=st.integers(2, 50),
    hosts_share=st.floats(0.01, 1),
    choose=st.sampled_from(list(CHOICES)),
    seats=st.sampled_from(list(SEATS)),
    preset=st.sampled_from(list(PRESETS)),
    outside=SHARES,
    willing=SHARES,
)


@given(POLICIES)
def test_a_policy_is_read_as_it_was_written(policy):
    assert from_json(policy.to_json()) == policy


def test_fields_may_be_left_out_and_shares_be_whole_numbers():
    assert from_json("{}") == Policy()
    assert from_json('{"outside": 1}') == Policy(outside=1.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["JSON", "line 1"]),
        ("[]", ["object"]),
        ("[" * 100_000, ["too large"]),
        ('{"colour": 1}', ["colour", "hosts_share"]),
        ('{"version": 2}', ["version 2", "version 1"]),
        ('{"level": "nursery"}', ["level", "nursery", "elementary"]),
        ('{"choose": "best"}', ["choose", "best", "central"]),
        ('{"seats": "some"}', ["seats", "some", "entry grade"]),
        ('{"preset": "paris"}', ["preset", "paris", "dallas"]),
        ('{"hosts_share": 1.5}', ["hosts_share", "1.5", "between 0 and 1"]),
        ('{"hosts_share": 0}', ["hosts_share", "0"]),
        ('{"hosts_share": NaN}', ["hosts_share", "between 0 and 1"]),
        ('{"hosts_share": null}', ["hosts_share", "a number"]),
        ('{"outside": -1}', ["outside", "-1"]),
        ('{"willing": "many"}', ["willing", "a number", "many"]),
        ('{"willing": 1e999}', ["willing", "between 0 and 1"]),
        ('{"least_schools": 1}', ["least_schools", "1", "another school"]),
        ('{"least_schools": 4.5}', ["least_schools", "whole number"]),
        ('{"least_schools": true}', ["least_schools", "whole number"]),
        ('{"name": 3}', ["name", "text"]),
    ],
)
def test_a_mistake_is_named(content, words):
    with pytest.raises(InputError) as error:
        from_json(content, "plan.json")
    told = str(error.value)
    assert told.startswith("plan.json")
    for word in words:
        assert word in told


def test_the_rule_is_told_in_a_sentence():
    assert Policy().words == (
        "Each district with 4 elementary schools or more turns its most central 10% of them into 50/50 schools."
    )


def test_the_file_is_plain():
    assert json.loads(Policy().to_json())["outside"] is None
