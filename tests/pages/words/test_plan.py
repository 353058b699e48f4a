"""Sentences on a plan hold at the edges: no host, one, nothing defined, nothing that changes."""

from dataclasses import replace

import pytest

from analysis.policy.outcome import Change, simulate
from analysis.policy.scenario import Host, Pool, Scenario
from data.load import read_schools
from pages.words import plan as plan_words
from pages.words.numbers import number
from tests.small_state import UNEVEN, written

NAN = float("nan")


@pytest.fixture
def outcome(tmp_path):
    """What a scenario of the small state's uneven district with so many hosts does."""
    table = read_schools(written(tmp_path / "small.csv"))

    def outcome(hosts, seats=100, willing=1.0):
        chosen = tuple(Host(f"{UNEVEN}0000{n + 1}", seats) for n in range(hosts))
        pool = Pool(willing=willing)
        return simulate(table, Scenario("small", UNEVEN, 2020, chosen, ed=pool, other=pool), 10)

    return outcome


def test_no_host(outcome):
    assert "stays as it is" in plan_words.outcome_sentence(outcome(0), "Oak")


def test_one_host_is_singular(outcome):
    said = plan_words.outcome_sentence(outcome(1), "Oak")
    assert "1 host school " in said
    assert "100 seats" in said
    assert "1 of 1 lies" in said


@pytest.mark.parametrize(
    ("grades", "said"),
    [([], ""), ([None], ""), (["KG", None], ""), (["KG", "KG"], " in kindergarten"),
     (["06", "KG"], " in kindergarten and grade 6")],
)  # fmt: skip
def test_seats_are_in_the_entry_grades_of_the_hosts(grades, said):
    hosts = tuple(Host(str(number), 10, grade) for number, grade in enumerate(grades))
    assert plan_words.seats_in(Scenario("d", "1", 2020, hosts)) == said


def test_two_hosts_are_plural(outcome):
    said = plan_words.outcome_sentence(outcome(2), "Oak")
    assert "2 host schools" in said
    assert "200 seats" in said


def test_seats_nobody_takes_are_said(outcome):
    assert "stay empty" in plan_words.outcome_sentence(outcome(1, willing=0.1), "Oak")
    assert "stay empty" not in plan_words.outcome_sentence(outcome(1, willing=1.0), "Oak")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(0.5, 0.4, 0.39, 0.41), "V falls."),
        (Change(0.5, 0.6, 0.59, 0.61), "V rises."),
        (Change(0.5, 0.49, 0.45, 0.52), "V falls, but within the range"),
        (Change(0.5, 0.5, 0.5, 0.5), "V stays"),
        (Change(NAN, NAN, NAN, NAN), "V is not defined"),
    ],
)
def test_direction_is_told_whichever_way_it_goes(change, said):
    assert plan_words.direction("V", change).startswith(said)


def test_spread_of_draws():
    assert "0.39–0.41" in plan_words.spread(0.39, 0.41, number)
    assert "same" in plan_words.spread(0.4001, 0.4002, number)


def test_state_change_leaves_out_what_is_undefined(outcome):
    done = outcome(1)
    undefined = replace(done, state=done.state | {"exposure": Change(NAN, NAN, NAN, NAN)})
    assert "exposure" in plan_words.state_change(done, "Ohio")
    assert "exposure" not in plan_words.state_change(undefined, "Ohio")


def test_cep_like_hosts_are_listed():
    assert plan_words.cep_like_hosts(["Oak"]).startswith("**Oak is CEP-like**")
    assert plan_words.cep_like_hosts(["Oak", "Elm", "Ash"]).startswith("**Oak, Elm and Ash are CEP-like**")
    assert plan_words.cep_like_hosts(["Oak"] * 5).startswith("**5 of the hosts are CEP-like**")
