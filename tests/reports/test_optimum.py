"""Sentences on how good a plan could be hold at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.policy.entrants import FreeReach
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
        (True, {}, "none of the 3 shares that differ by a seat comes below 0.4000, at 12.5%; no limit is set"),
        (False, {}, "no share tried comes below 0.4000"),
        (True, {("miles",): 0.2}, "within reach without the miles within which schools outside may send."),
        (True, {("miles",): 0.2, ("seats",): 0.1}, "may send or without the hosts' number of seats."),
        (True, {("miles",): 0.4, ("miles", "seats"): 0.1}, "may send and the hosts' number of seats together."),
        (
            True,
            {("miles",): 0.4, ("seats",): np.nan, ("miles", "seats"): 0.35},
            "number of seats) the least is 0.3500.",
        ),
    ],
)
def test_what_stands_in_the_way_of_an_outside_share_is_told(complete, lifted, words):
    said = outside(None, complete=complete, lifted=lifted)
    assert said.startswith("By this plan's own rules no outside share reaches D = 0.3: ")
    assert words in said


def test_a_target_out_of_reach_with_everything_lifted_says_how_near_it_comes():
    lifted = {("capacity",): 0.4, ("keep",): 0.3, ("capacity", "keep"): 0.25}
    (said,) = sentences.target(Reach(0.1, None, None, 0.4, lifted), None, "variance_ratio", 0.5)
    assert said == (
        "No assignment within these limits reaches V = 0.1: even without all of these limits (the schools' capacity; "
        "the enrolment that each school keeps) the least is 0.2500."
    )


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
    assert sentences.broken("") == ""
    words = sentences.broken("miles own")
    assert words.endswith("may so lie below it: the travel limit; students of this district alone.")


def test_a_plan_that_moves_nobody_has_nothing_to_stand_beside():
    rows = pd.DataFrame({"what": ["plan", "as many moves"], "moved": [0, 0], "value": [0.2, 0.2], "breaks": ""})
    assert sentences.as_many_moves(rows, "dissimilarity") == ""
