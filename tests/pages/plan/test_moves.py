"""The map of who moves where shows what can be told apart, at the host asked for, and says what it leaves out."""

import pandas as pd
import pytest

from pages.plan import moves
from pages.words import plan as plan_words
from tests.small_state import UNEVEN


@pytest.mark.parametrize(
    ("students", "shown"),
    [
        ([5, 4, 3], [5, 4, 3]),
        ([9, 8, 7, 2, 2], [9, 8, 7]),
        ([9, 2, 2, 2, 2], [9]),
        ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]),
    ],
)
def test_lines_of_equally_many_students_are_shown_or_left_out_together(monkeypatch, students, shown):
    monkeypatch.setattr(moves, "LINES_SHOWN", 3)
    assert moves.largest(pd.DataFrame({"students": students}))["students"].tolist() == shown


def test_what_the_map_leaves_out_is_counted():
    known = pd.DataFrame({"students": [9, 8, 2, 1]})
    said = plan_words.flows(known.head(2), known, 25)
    assert said.startswith("2 lines with 17 of the 25 moves.")
    assert "2 lines of fewer than 8 students each are left out" in said
    assert said.endswith("Of 5 students no place is known to draw.")


def test_the_link_says_at_which_host(opened, small):
    link = {"state": small.label, "district": f"Uneven ({UNEVEN})", "picture": "Who moves where"}
    link[f"hosts_{UNEVEN}_dallas"] = ["Uneven School 2 (390000100002)", "Uneven School 3 (390000100003)"]

    def said(**more):
        app = opened("policy", **link, **more)
        return [each.value for each in app.markdown if each.value.startswith("Most come from")]

    one, other = (said(at_host=host) for host in link[f"hosts_{UNEVEN}_dallas"])
    assert one != other
