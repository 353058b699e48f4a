"""Sentences on a change hold at the edges: nothing changed, nothing known, one school."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.change import NOT_FITTED, change
from analysis.indices import INDICES
from analysis.measured_change import Changed
from data.groups import comparison
from pages.words import change as change_words

ED = comparison("ed")
H = INDICES["theil_h"]


def found(before, after, **counts):
    told = {"both": len(before), "only_first": 0, "only_last": 0, "unknown_last": 0, "unknown_first": 0} | counts
    return Changed(2018, 2020, change(np.array(before, dtype=float), np.array(after, dtype=float)), **told)


def test_a_change_names_place_years_groups_and_both_values():
    said = change_words.change("Ohio", ED, found([[30, 10], [10, 30]], [[40, 0], [0, 40]]), H)
    assert said.startswith(
        "From 2018–19 to 2020–21, Theil's H of economically disadvantaged students and other students in Ohio rose "
        "by 0.8113, from 0.1887 to 1.0000. The largest part is +0.8113 from how the groups are spread over the 2 "
        "schools counted in both years; then"
    )
    assert "counted in 2018–19 only" not in said


def test_a_fall_is_a_fall():
    assert "Ohio fell by 0.8113" in change_words.change("Ohio", ED, found([[40, 0], [0, 40]], [[30, 10], [10, 30]]), H)


def test_nothing_changed():
    said = change_words.change("Ohio", ED, found([[30, 10], [10, 30]], [[30, 10], [10, 30]]), H)
    assert "stayed at 0.1887." in said
    assert "+0" not in said
    assert "−0" not in said


def test_what_cannot_be_told_apart_is_said():
    said = change_words.change("Ohio", ED, found([[5, 0], [0, 5]], [[2, 1], [1, 1]]), H)
    assert said.endswith(f"cannot be told: {NOT_FITTED}.")
    assert "nan" not in said


def test_an_undefined_index_has_no_change():
    assert "is not defined in 2018–19 or in 2020–21." in change_words.change("Ohio", ED, found([[5, 0]], [[5, 5]]), H)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, ""),
        (
            {"only_first": 3, "unknown_last": 1},
            "Of the 3 schools of Ohio counted in 2018–19 only, 1 is there in 2020–21 too",
        ),
        (
            {"only_last": 1, "unknown_first": 1},
            "Of the 1 school of Ohio counted in 2020–21 only, 1 is there in 2018–19 too",
        ),
    ],
)
def test_schools_whose_counts_are_not_known_are_no_change_of_schools(counts, said):
    assert change_words.uncounted("Ohio", ED, found([[5, 5]], [[5, 5]], **counts)).startswith(said)


@pytest.mark.parametrize(("value", "said"), [(0.00004, "±0.0000"), (-0.00004, "±0.0000"), (-0.0001, "−0.0001")])
def test_what_rounds_to_nothing_has_no_sign(value, said):
    assert change_words.signed_part(value) == said


def test_a_step_is_told_only_where_it_is_most_of_the_change():
    before, between, after = [[24, 16], [16, 24]], [[25, 15], [15, 25]], [[36, 4], [4, 36]]
    whole = found(before, after)
    steps = [replace(found(before, between), last=2019), replace(found(between, after), first=2019)]
    assert "between 2019–20 and 2020–21 alone" in change_words.largest_step("Ohio", ED, whole, steps, H)
    assert change_words.largest_step("Ohio", ED, whole, [whole], H) == ""
    unknown = found([[5, 0], [0, 5]], [[2, 1], [1, 1]])
    assert change_words.largest_step("Ohio", ED, unknown, steps, H) == ""
    assert change_words.largest_step("Ohio", ED, whole, [unknown, unknown], H) == ""


def test_full_counts_are_told_where_they_changed():
    one = found([[5, 5]], [[5, 5]])
    assert change_words.full_counts("Ohio", one, 4, 4) == ""
    assert "4 in 2018–19, 46 in 2020–21" in change_words.full_counts("Ohio", one, 4, 46)


def test_a_simulation_that_moves_only_students_says_so():
    two = [[30.0, 10], [10, 30]]
    assert change_words.simulated("Ohio", 2020, ED, change(np.array(two), np.array(two)), H).endswith(
        "stays at 0.1887."
    )
    swapped = change_words.simulated("Ohio", 2020, ED, change(np.array(two), np.array([[25.0, 15], [15, 25]])), H)
    assert "by how the groups are spread over the schools alone" in swapped
    grown = change_words.simulated("Ohio", 2020, ED, change(np.array(two), np.array([[45.0, 15], [15, 25]])), H)
    assert "by the schools' sizes" in grown
    apart = change(np.array([[5.0, 0], [0, 5]]), np.array([[2.0, 1], [1, 1]]))
    assert change_words.simulated("Ohio", 2020, ED, apart, H) == ""


def test_a_trend_names_every_index_and_the_schools_it_is_of():
    rows = pd.DataFrame(
        {"schools": [1164, 1316], "dissimilarity": [0.3, 0.25], "theil_h": [0.12, 0.109]}, index=[2011, 2016]
    )
    indices = [INDICES["dissimilarity"], H]
    said = change_words.trend("Ohio", ED, rows, indices, every_year=False)
    assert said == (
        "From 2011–12 to 2016–17, D of economically disadvantaged students and other students went from 0.300 to 0.250 "
        "and H from 0.120 to 0.109, over all schools of Ohio, 1,164 counted in the first year and 1,316 in the last."
    )
    assert change_words.trend("Ohio", ED, rows, indices[:1], every_year=True).endswith(
        "over the 1,164 schools of Ohio that are counted in every year."
    )


def test_a_part_stands_alone_where_nothing_can_vary():
    assert change_words.part_with_corrected(0.0, 0.0, 0.0, 0.0) == "±0.0000"
    told = change_words.part_with_corrected(-0.0034, -0.003, -0.0051, 0.0012)
    assert told == "−0.0034, corrected −0.0030 (−0.0051 to +0.0012)"
