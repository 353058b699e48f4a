"""What share lies between districts, one answer for each index."""

import re

import pandas as pd
import pytest

from data.groups import comparison
from reports import where_it_lies

NAN = float("nan")
ED = comparison("ed")


@pytest.fixture
def numbers():
    return lambda text: re.findall(r"\d+(?:[.,]\d+)*%?", text)


def test_each_index_answers_what_lies_between_districts(numbers):
    measures = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")
    parts = {(m, part): value for m in measures for part, value in (("total", 0.4), ("between", 0.1), ("within", 0.3))}
    parts |= {("dissimilarity", part): v for part, v in (("total", 0.5), ("between", 0.3), ("added_within", 0.2))}
    lead, answers = where_it_lies.shares_between("Ohio", 2020, ED, pd.Series(parts))
    assert "economically disadvantaged students and other students in Ohio in 2020–21" in lead
    assert [numbers(answer) for answer in answers] == [["25%", "75%"]] * 4 + [["0.30", "0.20", "0.50"]]


def test_an_index_without_a_value_has_no_answer():
    measures = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")
    parts = {(m, part): NAN for m in measures for part in ("total", "between", "within")}
    parts |= {("dissimilarity", part): NAN for part in ("total", "between", "added_within")}
    assert where_it_lies.shares_between("Ohio", 2020, ED, pd.Series(parts))[1] == []


def test_a_chain_says_what_lies_at_each_level(numbers):
    parts = pd.DataFrame({"label": ["counties", "districts", "schools"], "share": [0.11, 0.53, 0.36]})
    said = where_it_lies.by_level("Ohio", 2020, ED, parts)
    assert numbers(said)[2:] == ["11%", "53%", "36%"]
    assert (
        "11% lies between counties, 53% between districts within counties and 36% between schools within districts."
        in said
    )


def test_a_chain_of_one_level_and_an_index_by_name():
    said = where_it_lies.by_level("Ohio", 2020, ED, pd.DataFrame({"label": ["schools"], "share": [1.0]}), "Theil's H")
    assert said.startswith("By Theil's H, of the separation of")
    assert said.endswith("100% lies between schools.")
