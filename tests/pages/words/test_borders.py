"""Sentences on borders say the widest, and what its sides may not tell."""

import pandas as pd
import pytest

from analysis.borders import joined
from data.groups import comparison
from pages.words import borders as border_words

ED = comparison("ed")


@pytest.fixture
def lines():
    """A wide gap to a district that counts nobody, and a narrow one."""
    return pd.DataFrame(
        {
            "district": ["Alder", "A district with a name far too long for an axis"],
            "neighbour_district": ["Birch", "Cedar"],
            "share": [0.6, 0.32],
            "neighbour_share": [0.0, 0.3],
            "gap": [0.6, 0.02],
            "swaps": [600.0, 5.0],
            "miles": [2.5, 1.0],
        }
    )


def test_the_widest_border_in_words(lines):
    said = border_words.widest_border(ED, 2020, lines, "gap", "in Ohio", (1000, 1.0))
    assert said.startswith(
        "Of the 2 borders in Ohio that are 1 mile or longer between districts of 1,000 students or more"
    )
    assert (
        "Alder, where 60 of 100 students are economically disadvantaged, and Birch, where 0 of 100 are: 60 points"
        in said
    )
    assert "above 31 points" in said
    assert "Birch counts no student as economically disadvantaged" in said


def test_the_border_that_takes_most_in_words(lines):
    said = border_words.widest_border(ED, 2020, lines, "swaps", "of Alder", None)
    assert said.startswith("Of the 2 borders of Alder, in 2020–21 the one between")
    assert "600 economically disadvantaged students trading places" in said


def test_no_border_in_words(lines):
    said = border_words.widest_border(ED, 2020, lines[:0], "gap", "in Ohio", (9000, 2.0))
    assert said.startswith("There are no borders in Ohio that are 2 miles or longer between districts of 9,000")


def test_counts_of_everybody_and_of_some(lines):
    assert "Alder counts every student" in border_words.counts_nobody(ED, lines.iloc[0].replace({0.6: 1.0}))
    assert border_words.counts_nobody(ED, lines.iloc[1]) == ""


def test_joining_where_nothing_lies_between_in_words():
    rows = [
        ("1", "a", "Alder", 100, 50),
        ("2", "b", "Birch", 300, 150),
    ]
    table = pd.DataFrame(rows, columns=["ncessch", "leaid", "district", "students", "ed"])
    said = border_words.joined(("Alder", "Birch"), joined(table, ("a", "b"), "ed", None), ED, 2020, "Ohio", "")
    assert said.endswith(
        "none of the separation of economically disadvantaged students and other students lies between districts."
    )
