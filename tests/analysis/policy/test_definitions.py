"""A lottery whose definition of disadvantage is another than the figures', worked out on paper.

A file counts either, never both together: of A students whom the figures count and L whom the lottery counts, min(A, L)
are taken to be both.
"""

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Pool
from tests.analysis.policy.districts import Row, scenario, school, table


def run(rows: dict[str, tuple[int, int, int | None]], **fields: object) -> Outcome:
    """Of schools with (ED of the figures, others, ED of the lottery)."""
    schools: list[Row] = [school(name, ed, other) for name, (ed, other, _) in rows.items()]
    lottery = pd.array([counted for *_, counted in rows.values()], dtype="Int64")
    asked = scenario({"h": 10}, lottery_basis="direct", **fields)
    return simulate(table(*schools).assign(lottery_ed=lottery), asked, replicates=20)


def host(outcome: Outcome) -> tuple[int, int]:
    row = outcome.schools.set_index("ncessch").loc["h"]
    return int(row["ed_after"]), int(row["students_after"] - row["ed_after"])


@pytest.mark.parametrize(
    ("a", "fields", "after"),
    [
        # All 8 ED and 4 others pass for ED: 5 seats are 3.33 and 1.67; the other 5 seats go to the 8 others left.
        pytest.param((8, 12, 12), {}, (3, 7), id="it counts more"),
        # 8 of 12 ED pass for ED and have 5 seats; 5 more go to 4 ED and 8 others as 1.67 and 3.33.
        pytest.param((12, 8, 8), {}, (7, 3), id="it counts fewer"),
        # As it counts as many, it counts the same.
        pytest.param((12, 8, 12), {}, (5, 5), id="it counts as many"),
        # A quarter of its 12 pass for others: 6 ED and 3 others are left, and 2 and 9. 5 seats each: 3.33 and 1.67,
        # then 0.91 and 4.09.
        pytest.param((8, 12, 12), {"ed": Pool(1.0, mistaken=0.25)}, (4, 6), id="and is mistaken"),
        # 12 of 20 in the lottery's eyes: 6 seats, of 8 ED and 4 others, then 4 of others.
        pytest.param((8, 12, 12), {"reserve": "district"}, (4, 6), id="the district's share by its definition"),
    ],
)
def test_who_gets_the_seats(a: tuple[int, int, int], fields: dict[str, object], after: tuple[int, int]) -> None:
    assert host(run({"h": (0, 0, 0), "a": a}, **fields)) == after


def test_with_everyone_willing_no_draw_gives_a_pool_more_than_its_definition_has() -> None:
    # The lottery counts 2 of A's 8 ED: its pool of 5 has no third student, whatever the draw.
    outcome = run({"h": (0, 0, 0), "a": (8, 12, 2)})
    assert outcome.pools.set_index("group").loc["ed", ["inside", "unfilled"]].tolist() == [2, 3]
    assert (outcome.drawn.sum(axis=0)[:, outcome.schools["ncessch"].tolist().index("h")] == 7).all()


def test_many_small_schools_have_together_whom_the_lottery_counts() -> None:
    # One of 20 in each of 60 schools applies, by group: 60 ED, of whom the lottery counts 8 in 20. Rounded school by
    # school each has .4 of one, and nobody would apply as ED.
    rows = {"h": (0, 0, 0)} | {f"s{number}": (20, 20, 8) for number in range(60)}
    few = run(rows, ed=Pool(0.05), other=Pool(0.05)).pools.set_index("group")["applied"]
    assert few.to_dict() == {"ed": 24, "other": 96}


def test_tiers_and_order_go_by_the_lottery_s_definition() -> None:
    # B is the poorer in the lottery's eyes: first served with "extremes", and the first tier.
    rows = {"h": (0, 0, 0), "a": (9, 1, 2), "b": (8, 2, 9)}
    first = run(rows, draw="extremes").flows
    assert first.loc[(first["from_school"] == "b"), "students"].sum() == 5
    tiers = run(rows, reserve="tiers", tiers=(0.8, 0.2)).flows
    assert tiers.groupby("from_school")["students"].sum().to_dict() == {"a": 2, "b": 8}


def test_a_tier_s_mistakes_go_to_the_others() -> None:
    # Half of P's 2 and R's 18 others pass for the other tier. Tier 1: P's 18 ED and 1, R's 9: 4 seats are 2.57, .14 and
    # 1.29, so 3, 0 and 1. Tier 2: P's 1, R's 2 ED and 9: .33, .67 and 3, so 0, 1 and 3.
    rows = table(school("h", 0, 0), school("p", 18, 2), school("r", 2, 18))
    asked = scenario({"h": 8}, reserve="tiers", tiers=(0.5, 0.5), other=Pool(1.0, mistaken=0.5))
    outcome = simulate(rows, asked, replicates=2)
    assert host(outcome) == (4, 4)
    moves = outcome.flows.set_index(["from_school", "group"])["students"].to_dict()
    assert moves == {("p", "ed"): 3, ("r", "ed"): 1, ("r", "other"): 4}


def test_a_school_that_the_lottery_s_definition_does_not_count_is_left_out() -> None:
    outcome = run({"h": (0, 0, 0), "a": (8, 12, 12), "b": (5, 5, None)})
    assert outcome.unknown["ncessch"].tolist() == ["b"]
    assert "b" not in set(outcome.flows["from_school"])


def test_data_without_that_definition_is_refused() -> None:
    rows = table(school("h", 0, 0), school("a", 8, 12))
    with pytest.raises(InputError, match='The data has no ED count by the lottery_basis "direct"; choose another'):
        simulate(rows, scenario({"h": 10}, lottery_basis="direct"), replicates=1)
