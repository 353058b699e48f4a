"""The batch's unit of work: a district simulated on its own rows is the district simulated on the state's."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.policy.outcome import as_expected, simulate
from analysis.policy.scenario import UNFILLED, Pool, Scenario
from analysis.statewide.rule import Policy
from analysis.statewide.work import Part, chunks, district_seed, from_bytes, run
from tests.analysis.policy.districts import table
from tests.analysis.statewide.states import district, scenarios, states

REPLICATES = 3


def parts(schools: pd.DataFrame, policy: Policy) -> list[Part]:
    asked = scenarios(schools, policy)
    return [from_bytes(run(chunk)) for chunk in chunks(schools, asked, asked, REPLICATES, 7)]


@settings(max_examples=20, deadline=None)
@given(states())
def test_a_district_s_own_rows_are_enough(state: tuple[pd.DataFrame, Policy]) -> None:
    schools, policy = state
    asked = scenarios(schools, policy)
    every_host = {host.ncessch for scenario in asked for host in scenario.hosts}
    (part,) = parts(schools, policy)
    for scenario in asked:
        others = every_host - {host.ncessch for host in scenario.hosts}
        seed = district_seed(7, scenario.district)
        whole = simulate(schools[~schools["ncessch"].isin(others)], scenario, REPLICATES, seed)
        before = np.stack([whole.schools["ed_before"], whole.schools["students_before"] - whole.schools["ed_before"]])
        expected = dict(zip(whole.schools["ncessch"], np.moveaxis(whole.drawn - before[:, None, :], 2, 0), strict=True))
        own = part.district == scenario.district
        found = dict(zip(part.school[own], part.change[own], strict=True))
        assert {name for name, change in expected.items() if change.any()} <= set(found)
        for name, change in found.items():
            np.testing.assert_array_equal(change, expected[name])
        np.testing.assert_array_equal(part.moved[:, part.districts == scenario.district][:, 0], whole.drawn_moved)


@pytest.mark.parametrize("unfilled", UNFILLED)
def test_empty_seats_are_those_of_the_district_s_plan(unfilled):
    rules = Scenario("", "", 0, unfilled=unfilled, stay="drawn", ed=Pool(willing=0.1), other=Pool(willing=0.1))
    policy = Policy(least_schools=2, hosts_share=0.5, choose="highest-ed", template=rules)
    schools = table(
        *district("4800001", (80, 20), (100, 0), (30, 60), (10, 90)),
        *district("4800002", (70, 30), (0, 50), latitude=32.0),
    )
    (part,) = parts(schools, policy)
    for scenario, seats, empty in zip(scenarios(schools, policy), part.seats, part.unfilled, strict=True):
        pools = as_expected(schools, scenario).pools
        assert (seats, empty) == (pools["seats"].sum(), pools["unfilled"].sum())
    # Where one group may take what the other leaves, its students at the host are enough to fill every seat.
    assert part.unfilled.any() == (unfilled in ("hold", "outside"))


def test_a_chunk_holds_no_school_beyond_reach():
    near = district("4800001", (100, 100), (100, 100))
    far = district("4800002", (100, 100), latitude=32.0)
    unplaced = [
        *district("4800003", (1, 1), latitude=None, county="Travis"),
        *district("4800004", (1, 1), latitude=None),
    ]
    schools = table(*(row | {"county": row.get("county", "Hays")} for row in [*near, *far, *unplaced]))
    (scenario,) = scenarios(schools, Policy(least_schools=2))
    (chunk,) = chunks(schools, [scenario], [scenario], 1, 0)
    assert sorted(chunk.schools["ncessch"].str[:7].unique()) == ["4800001", "4800004"]
    schools.loc[schools["ncessch"] == scenario.hosts[0].ncessch, ["latitude", "longitude"]] = np.nan
    (chunk,) = chunks(schools, [scenario], [scenario], 1, 0)
    # Without a host's place, the county stands in for it.
    assert sorted(chunk.schools["ncessch"].str[:7].unique()) == ["4800001", "4800002", "4800004"]


def test_another_district_s_hosts_send_nobody():
    rows = [*district("4800001", (100, 100), (100, 100)), *district("4800002", (100, 100), (100, 100))]
    schools = table(*rows)
    first, second = asked = scenarios(schools, Policy(least_schools=2))
    (chunk,) = chunks(schools, [first], asked, 1, 0)
    assert not set(chunk.schools["ncessch"]) & {host.ncessch for host in second.hosts}
    assert len(chunk.schools) == 3


def test_every_district_has_its_own_seed():
    ids = ["4800001", "4800002", "48000010", "4800001 ", "4", ""]
    seeds = {district_seed(seed, id_) for id_ in ids for seed in (0, 1)}
    assert len(seeds) == 2 * len(ids)
    assert district_seed(0, "4800001") == district_seed(0, "4800001")


def test_a_district_that_cannot_be_simulated_is_named_and_stops_no_other():
    schools = table(*district("4800001", (100, 100), (100, 100)), *district("4800002", (100, 100), (100, 100)))
    first, second = scenarios(schools, Policy(least_schools=2))
    wrong = replace(
        first, hosts=(replace(first.hosts[0], seats=9), replace(first.hosts[0], ncessch="480000100001", seats=9))
    )
    asked = [wrong, second]
    (part,) = (from_bytes(run(chunk)) for chunk in chunks(schools, asked, asked, 2, 0))
    assert part.districts.tolist() == ["4800002"]
    ((leaid, reason),) = part.refused.tolist()
    assert leaid == "4800001"
    assert "choose other hosts" in reason
    assert part.moved.shape == (2, 1)


@settings(max_examples=10, deadline=None)
@given(states())
def test_a_part_is_read_as_it_was_written(state: tuple[pd.DataFrame, Policy]) -> None:
    (part,) = parts(*state)
    again = from_bytes(part.to_bytes())
    for field in fields(Part):
        np.testing.assert_array_equal(getattr(part, field.name), getattr(again, field.name))
