"""Sentences on a plan hold at the edges: no host, one, nothing defined, nothing that changes."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.policy.ground import GONE
from analysis.policy.outcome import Change
from pages.words import plan as plan_words
from pages.words.numbers import number
from tests.small_state import uneven_plan

NAN = float("nan")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(0.5, 0.4, 0.39, 0.41), "V falls."),
        (Change(0.5, 0.6, 0.59, 0.61), "V rises."),
        (Change(0.5, 0.49, 0.45, 0.52), "V falls, but within the range"),
        (Change(0.5, 0.49, NAN, NAN), "V falls."),
        (Change(0.5, 0.5, 0.5, 0.5), "V stays"),
        (Change(NAN, NAN, NAN, NAN), "V is not defined"),
    ],
)
def test_direction_is_told_whichever_way_it_goes(change, said):
    assert plan_words.direction("V", change).startswith(said)


def test_spread_of_draws():
    assert "0.39–0.41" in plan_words.spread(0.39, 0.41, number)
    assert "same" in plan_words.spread(0.4001, 0.4002, number)


def test_miles_are_told_with_the_range_that_is_known():
    assert plan_words.miles(3.14, 2.96, 3.31) == "3.1 (3.0–3.3)"
    assert plan_words.miles(3.14, NAN, NAN, " miles") == "3.1 miles"
    assert plan_words.miles(NAN, NAN, NAN) == "not defined"


def test_state_change_leaves_out_what_is_undefined(tmp_path):
    done = uneven_plan(tmp_path, 1)
    undefined = replace(done, state=done.state | {"exposure": Change(NAN, NAN, NAN, NAN)})
    assert "exposure" in plan_words.state_change(done, "Ohio")
    assert "exposure" not in plan_words.state_change(undefined, "Ohio")


def test_movers_are_told_with_those_from_outside_and_those_who_give_up_their_places(tmp_path):
    # The host has 90 disadvantaged and 10 others; 40 others come for its 50 seats of others, and 40 of the 90 go.
    done = uneven_plan(tmp_path, 1)
    told = plan_words.moved(done, "Oak")
    assert told.startswith(
        "**80 students, disadvantaged and others, change schools by this plan for Oak as it is in 2020–21.** "
    )
    gave_up = "Among them 40 disadvantaged and 0 other students of the hosts give up their places there"
    assert f" {gave_up} and go to other schools." in told
    some = replace(done, pools=done.pools.assign(outside=[0, 8]))
    assert " in 2020–21; 8 of them come from outside the district.** " in plan_words.moved(some, "Oak")
    # Whoever leaves the district goes to no other school.
    gone = replace(done, flows=done.flows.replace({"to_school": dict.fromkeys(done.schools["ncessch"][1:], GONE)}))
    assert "Among them" not in plan_words.moved(gone, "Oak")


def test_where_most_come_from_and_go_to_is_named():
    moves = pd.DataFrame({"from_school": list("aabcdefg"), "to_school": "h", "students": [1, 2, 9, 8, 7, 6, 5, 4]})
    assert plan_words.other_end(moves, "from_school", {"b": "Oak", "c": "Elm"}) == (
        "Most come from Oak (9), Elm (8), d (7), e (6) and f (5); 2 more schools send some."
    )
    assert plan_words.other_end(moves[2:], "from_school", {}).endswith("; 1 more school sends some.")
    assert plan_words.other_end(moves, "to_school", {"h": "Ash"}) == "Most go to Ash (42)."


def test_cep_like_hosts_are_listed():
    assert plan_words.cep_like_hosts(["Oak"]).startswith("**Oak is CEP-like**")
    assert plan_words.cep_like_hosts(["Oak", "Elm", "Ash"]).startswith("**Oak, Elm and Ash are CEP-like**")
    assert plan_words.cep_like_hosts(["Oak"] * 5).startswith("**5 of the hosts are CEP-like**")


def test_the_chance_of_a_seat_is_told_where_anyone_is_admitted():
    lotteries = [("ed", 0, 40, 0.2), ("ed", 0, 20, 0.1), ("other", 20, 0, float("nan")), ("open", 0, 0, 0.0)]
    pools = pd.DataFrame(lotteries, columns=["group", "offered", "admitted", "odds_inside"])
    told = plan_words.seats(pools.assign(year=1, odds_outside=NAN), None)
    assert told == (
        "By lottery — disadvantaged: 0 seats to draw, 60 admitted, a chance of 10% to 20% at each host; "
        "others: 20 seats to draw, nobody admitted; open: no seat is left to draw, as present students keep them."
    )


def test_the_chance_of_the_district_s_students_is_told_apart_from_that_of_others():
    pools = pd.DataFrame({"group": ["other"], "year": 1, "offered": 10, "admitted": 10})
    assert plan_words.seats(pools.assign(odds_inside=0.4, odds_outside=0.07), None) == (
        "By lottery — others: 10 seats to draw, 10 admitted, a chance of 40% for the district's students and 7% for "
        "those from outside at each host."
    )


def test_seats_drawn_in_different_years_are_not_added_up():
    # Kindergarten draws in each of the scenario's three years, grade 1 in its first alone.
    pools = pd.DataFrame({"group": ["ed", "ed"], "year": [3, 1], "offered": [40, 90], "admitted": 30})
    pools = pools.assign(odds_inside=0.1, odds_outside=NAN)
    first = "disadvantaged: 40 seats to draw, 30 admitted, a chance of 10% at each host"
    rest = " Seats last drawn in an earlier year are in the table alone."
    assert plan_words.seats(pools, 2018) == f"By lottery, in 2021–22 — {first}.{rest}"
    assert plan_words.seats(pools[:1], 2018) == f"By lottery, in 2021–22 — {first}."


@pytest.mark.parametrize(
    ("change", "percent", "card"),
    [
        (Change(0.469, 0.469, 0.469, 0.469), False, ("0.469", "no change")),
        (Change(0.4692, 0.4689, NAN, NAN), False, ("0.469", "hardly any change")),
        (Change(0.4692, 0.472, NAN, NAN), False, ("0.469 → 0.472", "+0.003")),
        (Change(0.09, 0.093, NAN, NAN), True, ("9.0% → 9.3%", "+0.3 points")),
        (Change(NAN, NAN, NAN, NAN), False, ("not defined → not defined", "not defined")),
    ],
)
def test_a_card_says_where_nothing_changes(change, percent, card):
    assert (plan_words.went(change, percent=percent), plan_words.by(change, percent=percent)) == card


def test_what_stays_is_said_to():
    assert plan_words.before_after(Change(0.469, 0.4691, 0.468, 0.47), percent=False) == "stays 0.469 (0.468–0.470)"
    assert plan_words.before_after(Change(0.469, 0.472, NAN, NAN), percent=False) == "0.469 → 0.472"


def test_moves_of_unknown_distance_are_counted_in_words():
    rows = pd.DataFrame({"what": ["plan", "by miles"], "unplaced": [1.0, 3.0]})
    assert "1 move of this plan and 3 of the best" in plan_words.unplaced(rows)
    assert not plan_words.unplaced(rows.assign(unplaced=0.0))


def test_names_are_no_markdown():
    assert r"Oak \[x\]" in plan_words.cep_like_hosts(["Oak [x]"])
