"""Sentences on how good a plan could be hold at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.policy.entrants import FreeReach
from analysis.policy.fewest_seats import FewestSeats
from analysis.policy.optimum import Reach
from analysis.policy.outside import OutsideReach
from reports import optimum as sentences

SHARES = pd.DataFrame({"share": [0.0, 0.125, 0.5], "outside": [0, 2, 8], "value": [0.5, 0.4, 0.45]})


def outside(share, rows=SHARES, *, complete=True, lifted=None, target=0.3):
    return sentences.outside(OutsideReach(target, share, rows, complete, lifted or {}), "dissimilarity")


def test_the_smallest_outside_share_is_told_with_who_comes():
    assert outside(0.125, SHARES[:2], target=0.4) == (
        "By this plan's own rules the smallest outside share that reaches D = 0.4 is 12.5% of the seats: 2 students "
        "come from outside, and it is 0.4000."
    )


@pytest.mark.parametrize(
    ("complete", "lifted", "words"),
    [
        (True, {}, "none of the 3 shares that differ by a seat comes below 0.4000, at 12.5%; nothing could let more"),
        (False, {}, "no share tried comes below 0.4000"),
        (True, {("miles",): 0.2}, "within reach with schools outside sending at any distance."),
        (True, {("miles",): 0.2, ("seats",): 0.1}, "any distance or with every place of the hosts a seat."),
        (
            True,
            {("miles",): 0.4, ("miles", "seats"): 0.1},
            "distance and every place of the hosts a seat together.",
        ),
        (
            True,
            {("turnout",): 0.4, ("seats",): np.nan, ("turnout", "seats"): 0.35},
            "where more could come in (everyone applying and taking a seat; every place of the hosts a seat: alone, "
            "two at once and all) the least of what was tried is 0.3500.",
        ),
    ],
)
def test_what_stands_in_the_way_of_an_outside_share_is_told(complete, lifted, words):
    said = outside(None, complete=complete, lifted=lifted)
    assert said.startswith("By this plan's own rules no outside share reaches D = 0.3: ")
    assert words in said


def target(reached, seats=None):
    return list(sentences.target(reached, seats, "dissimilarity", 0.5))


def test_grades_are_named_where_they_stand_in_the_way():
    (said,) = target(Reach(0.1, None, None, 0.4, {("capacity",): 0.3, ("serves",): 0.0}))
    assert said == (
        "No assignment within these limits reaches D = 0.1: it would be within reach without the rule that students "
        "move only between schools of the same grades."
    )


def test_a_target_that_no_whole_students_reach_tells_how_near_they_come():
    (said,) = target(Reach(0.1, None, 942, 0.0999, {}, 0.1004))
    assert said == (
        "D = 0.1 takes at least 942 moves; no assignment in whole students was found that reaches it, and the nearest "
        "has D = 0.1004."
    )


SEATS = "50/50 schools, any number of whose places may be seats, divided between both groups as in this plan"


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (
            FewestSeats(0.1, None, None, {("capacity",): 0.3, ("split",): 0.05}),
            f"No seats in {SEATS}, reach D = 0.1: it would be within reach without the split of the seats between both "
            "groups.",
        ),
        (
            FewestSeats(0.1, 900, None, {}),
            f"D = 0.1 takes at least 900 seats in {SEATS}; none were found that reach it in whole students.",
        ),
    ],
)
def test_seats_are_told_with_what_they_are(seats, words):
    assert target(Reach(0.1, None, 942, 0.0999, {}, 0.1004), seats)[1] == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (FreeReach(0.3, None), "no outside share would reach D = 0.3: this is proven for every tenth of a percent."),
        (
            FreeReach(0.3, 0.12, 0.125, 1000, 0.2999),
            "of 12.5% would reach D = 0.3: 1,000 students enter the hosts, and it is 0.2999; none below 12.0% would.",
        ),
        (FreeReach(0.3, 0.0, 0.0, 0, 0.25), "0 students enter the hosts, and it is 0.2500."),
        # The fractions reach it, whole students do not.
        (FreeReach(0.3, 0.12), "no outside share below 12.0% would reach D = 0.3, and none above was found to."),
    ],
)
def test_what_free_choice_and_students_from_outside_come_to_is_told(found, words):
    assert sentences.free_outside(found, "dissimilarity").endswith(words)


@pytest.mark.parametrize(("value", "words"), [(0.25, "0.0500 above it"), (0.15, "0.0500 below it")])
def test_a_plan_stands_above_the_best_or_with_other_students_below(value, words):
    rows = pd.DataFrame({"what": ["plan", "as many moves"], "moved": [10, 10], "value": [value, 0.2], "breaks": ""})
    assert words in sentences.as_many_moves(rows, "dissimilarity")


def test_what_a_plan_does_not_keep_to_is_told():
    assert sentences.broken("", below=True) == ""
    assert sentences.broken("move", below=True) == ""  # the best with as many moves is allowed as many
    assert sentences.broken("miles move own", below=True) == (
        "This plan does not keep to all that the best keeps to, and may so lie below it: the travel limit; students of "
        "this district alone."
    )
    assert sentences.broken("size", below=False) == (
        "This plan does not keep to all that the best keeps to: some schools would hold more students than today, and "
        "what they hold is not known."
    )


@pytest.mark.parametrize(("value", "is_below"), [(0.15, True), (0.25, False)])
def test_a_plan_may_lie_below_the_best_only_where_it_does(value, is_below):
    rows = pd.DataFrame({"what": ["plan", "as many moves"], "moved": 10, "value": [value, 0.2], "breaks": "miles"})
    assert ("may so lie below it" in sentences.as_many_moves(rows, "dissimilarity")) == is_below


def test_a_plan_that_moves_nobody_has_nothing_to_stand_beside():
    rows = pd.DataFrame({"what": ["plan", "as many moves"], "moved": [0, 0], "value": [0.2, 0.2], "breaks": ""})
    assert sentences.as_many_moves(rows, "dissimilarity") == ""
