"""Policy files: what is written is read, and every mistake is named."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import LEVELS, Pool, SetAside, Supply, Weight
from analysis.statewide.json_schema import json_schema
from analysis.statewide.rule import CHOICES, SEATS, Policy, from_json, template_of
from tests.analysis.policy.districts import scenario as scenario_of
from tests.analysis.policy.test_scenario import SCENARIOS

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "policy.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())

RULES = template_of(scenario_of({"a": 3}, name="Ours", years=4, unfilled="release", private=Supply(50, 0.2)))
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
    template=st.one_of(st.none(), st.builds(template_of, SCENARIOS.filter(lambda each: not naming_schools(each)))),
)


def naming_schools(scenario):
    asides = any(each.schools for each in scenario.set_asides)
    return bool(asides or scenario.weights or scenario.ed.senders or scenario.other.senders)


@given(POLICIES)
def test_a_policy_is_read_as_it_was_written(policy):
    assert from_json(policy.to_json()) == policy


@given(POLICIES)
def test_every_policy_fits_the_published_schema(policy):
    VALIDATOR.validate(json.loads(policy.to_json()))


def test_the_published_schema_is_what_the_dataclass_says():
    assert json.loads(PUBLISHED.read_text("utf-8")) == json_schema()
    VALIDATOR.check_schema(json_schema())


@pytest.mark.parametrize(
    "content",
    ["[]", '{"colour": 1}', '{"version": 3}', '{"level": "nursery"}', '{"hosts_share": 0}', '{"outside": 2}',
     '{"least_schools": 1}', '{"template": 3}', '{"template": {"district": "4800001"}}', '{"template": {"years": 0}}',
     '{"template": {"lottery_basis": "direct"}}'],
)  # fmt: skip
def test_what_is_refused_does_not_fit_the_schema(content):
    with pytest.raises(InputError):
        from_json(content)
    assert list(VALIDATOR.iter_errors(json.loads(content)))


def test_a_file_of_version_1_opens_and_says_the_same():
    old = {"name": "Ours", "level": "middle", "least_schools": 3, "hosts_share": 0.2, "choose": "lowest-ed",
           "seats": "entry grade", "preset": "dallas", "outside": 0.1, "willing": None, "version": 1}  # fmt: skip
    expected = Policy("Ours", "middle", 3, 0.2, "lowest-ed", "entry grade", "dallas", 0.1)
    assert from_json(json.dumps(old)) == expected


def test_a_template_has_a_scenarios_rules_and_nothing_of_its_place():
    asked = scenario_of({"a": 3}, years=4, ed=Pool(0.3, accept=0.8), stay="always", level="middle")
    template = template_of(asked)
    assert (template.years, template.ed, template.stay) == (4, Pool(0.3, accept=0.8), "always")
    assert (template.dataset, template.district, template.hosts, template.level) == ("", "", (), None)
    assert Policy(template=asked) == Policy(template=template)
    kept = json.loads(Policy(template=asked).to_json())["template"]
    assert not {"district", "hosts", "level"} & set(kept)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (scenario_of({}, ed=Pool(senders=("a",))), "ed.senders"),
        (scenario_of({}, set_asides=(SetAside("feeder", 0.1, schools=("a",)),)), "set_asides"),
        (scenario_of({}, draw="table", weights=(Weight("a"),)), "weights"),
    ],
)
def test_a_template_that_names_schools_is_refused(asked, where):
    with pytest.raises(InputError, match=where):
        Policy(template=asked)


def test_a_template_whose_lottery_has_a_definition_of_its_own_is_refused():
    asked = scenario_of({}, lottery_basis="direct")
    with pytest.raises(InputError) as error:
        template_of(asked, "plan.json")
    assert str(error.value) == (
        'plan.json has its lottery go by the lottery_basis "direct"; leave that out, since a policy for all districts '
        "goes by one definition, which the view or --basis says."
    )
    with pytest.raises(InputError, match="The policy's template has its lottery go by the lottery_basis"):
        Policy(template=asked)


def test_a_template_saved_with_no_lottery_basis_opens_and_no_longer_has_it():
    policy = from_json('{"template": {"years": 4, "lottery_basis": null}}')
    assert policy.template.years == 4
    assert "lottery_basis" not in policy.as_dict()["template"]


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
        ('{"version": 3}', ["version 3", "version 2"]),
        ('{"version": 0}', ["version 0", "never was", "1 to 2"]),
        ('{"template": []}', ["template", "object"]),
        ('{"template": {"hosts": []}}', ["template", "hosts", "years"]),
        ('{"template": {"years": "two"}}', ["template", "years", "whole number"]),
        ('{"template": {"draw": "best"}}', ["template", "draw", "nearest"]),
        ('{"template": {"ed": {"senders": ["1"]}}}', ["template", "ed.senders"]),
        ('{"template": {"lottery_basis": "direct"}}', ["template", "lottery_basis", "direct", "--basis"]),
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
    assert Policy(hosts_share=1.0, choose="optimum").words == (
        "Each district with 4 elementary schools or more turns all of them but one, those that could do most first, "
        "into 50/50 schools."
    )
    assert "its largest 7.5% of them" in Policy(hosts_share=0.075, choose="largest").words
    assert Policy(choose="largest", template=RULES).words == (
        "Each district with 4 elementary schools or more turns its largest 10% of them into 50/50 schools by the rules "
        'of "Ours".'
    )


def test_the_file_is_plain():
    assert json.loads(Policy().to_json())["outside"] is None
