"""The plan stands beside the best of the same schools."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.policy.beside import COLUMNS, Question, beside, broken, together
from analysis.policy.ground import ground
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits, places_of
from analysis.policy.scenario import Host, Pool
from tests.analysis.policy.districts import scenario, school, table

TABLE = table(school("a", 90, 10), school("b", 10, 90), school("c", 45, 5), school("d", 5, 45))
PLAN = scenario({"a": 100})


def compared(limits=None, progress=lambda _: None, **asked):
    places = places_of(ground(TABLE, PLAN))
    return beside(simulate(TABLE, PLAN, 1), places, Question(limits or Limits(), **asked), progress)


def test_a_row_for_today_the_plan_the_best_and_the_frontier():
    found = compared(hosts=1)
    rows = found.rows
    assert rows.columns.tolist() == COLUMNS
    what = ["today", "plan", "as many moves", "best", "best hosts", "by moves", "by miles"]
    assert rows["what"].unique().tolist() == what
    first = rows.drop_duplicates("what").set_index("what")
    # 150 of each group; a sends 40 of its 90 and draws 40 others, 90 : 45 of b and d: D = .8 before.
    assert first.loc["today", ["value", "moved"]].tolist() == [pytest.approx(0.8), 0]
    assert first.loc["plan", ["moved", "unplaced"]].tolist() == [80, 80]
    assert first.loc["plan", "hosts"] == "a"
    # Two students of different groups who change places make two schools more even: 2/150 less. 40 pairs do.
    assert first.loc["as many moves", ["moved", "value"]].tolist() == [80, pytest.approx(0.8 - 40 * 2 / 150)]
    assert first.loc["best", "value"] == pytest.approx(0, abs=0.02)
    # a or b: hosting one of the large two evens both of them, which leaves .8 of a third.
    assert first.loc["best hosts", "value"] == pytest.approx(0.8 / 3)
    assert first.loc["best hosts", "hosts"] in ("a", "b")
    assert (first.loc["best hosts", "value"]) <= first.loc["plan", "value"] + 1e-9
    assert np.isnan(first.loc["plan", "bound"])
    assert (rows["gap"].dropna() >= 0).all()
    assert (found.reached, found.seats) == (None, None)


def test_a_plan_without_hosts_can_be_asked_for_the_best_hosts():
    rows = compared(hosts=2).rows.set_index("what")
    # Two hosts can trade with the two others until all are even; one cannot.
    assert len(rows.loc["best hosts", "hosts"].split()) == 2
    assert rows.loc["best hosts", "value"] == pytest.approx(0)
    assert "best hosts" not in set(compared().rows["what"])


@pytest.mark.parametrize(
    ("limits", "breaks"),
    [
        # a sends 40 of its 90 to b and d and draws 40 others of these, 27 : 13 of their 90 and 45; sizes stay.
        (Limits(), []),
        (Limits(move=80 / 300), []),
        (Limits(move=79 / 300), ["move"]),
        (Limits(stay=0.5), []),  # of a's 90 half may leave, 45
        (Limits(stay=0.6), ["stay"]),  # 36
        (Limits(miles=100), ["miles"]),  # their places are not known
    ],
)
def test_the_limits_that_a_plan_breaks_are_named(limits, breaks):
    places = places_of(ground(TABLE, PLAN))
    assert broken(simulate(TABLE, PLAN, 1), places, limits) == breaks


def test_a_plan_breaks_distance_capacity_and_the_district_s_line_where_its_students_do():
    at = {"latitude": 0.0}
    far = school("d", 5, 45, longitude=1.0, **at)  # 69.09 miles; a to b is none
    rows = (school("a", 90, 10, longitude=0.0, **at), school("b", 10, 90, longitude=0.0, **at), far)
    outcome = simulate(table(*rows), PLAN, 1)
    places = places_of(outcome.ground)
    assert broken(outcome, places, Limits(miles=69.1)) == []
    assert broken(outcome, places, Limits(miles=69.0)) == ["miles"]
    # 40 others go from a magnet's senders to it, and nobody comes back: b and d shrink by 27 and 13 of 100 and 50.
    magnet = scenario({}, hosts=(Host("a", 80, magnet=True),))
    grown = simulate(table(*rows), magnet, 1)
    assert broken(grown, places_of(grown.ground), Limits()) == ["keep", "size"]
    near = school("z", 50, 50, leaid="4800002", longitude=0.1, **at)
    across = scenario({"a": 100}, ed=Pool(outside=0.1), other=Pool(outside=0.1), outside_miles=10.0)
    # Ten come from z, and as many of a's find no place that another left: b and d hold more than they did.
    assert broken(simulate(table(*rows, near), across, 1), places, Limits()) == ["size", "own"]
    # What b holds is known, what d holds is not.
    full = replace(places, known=np.array([False, True, False]))
    assert broken(simulate(table(*rows, near), across, 1), full, Limits()) == ["capacity", "size", "own"]


def made(what, value, bound, move=1.0, **more):
    return (
        {"what": what, "move": move, "miles": np.nan, "moved": 9, "mean_miles": np.nan, "unplaced": 0}
        | more
        | {
            "value": value,
            "bound": bound,
        }
    )


def test_no_row_is_worse_than_another_within_its_limits():
    ends = [{"what": "today", "value": 0.5, "breaks": ""}]
    rows = [
        made("as many moves", 0.4, 0.3, 0.1),
        made("best", 0.0151, 0.01),
        made("by moves", 0.35, 0.3, 0.05),
        made("by moves", 0.0147, 0.012, 0.2),
    ]
    hosts = made("best hosts", 0.2, 0.005, hosts="a b")
    found = together(ends, rows, [hosts]).set_index("what")
    assert found.index.tolist() == ["today", "as many moves", "best", "best hosts", "by moves", "by moves"]
    assert found.loc["as many moves", "value"] == 0.35  # of a twentieth of the students, within a tenth as well
    assert found.loc["best", ["value", "bound"]].tolist() == [0.0147, 0.01]
    assert found.loc["best", "gap"] == pytest.approx(0.0047)
    assert found.loc["best hosts", ["value", "bound", "hosts"]].tolist() == [0.2, 0.01, "a b"]
    # Some hosts are an assignment like any other.
    found = together(ends, rows, [hosts | {"value": 0.0135}]).set_index("what")
    assert found.loc["best", "value"] == 0.0135


def test_figures_stay_numbers_where_nothing_is_added():
    rows = compared().rows
    assert set(rows.drop(columns=["what", "hosts", "breaks"]).dtypes.astype(str)) <= {"float64", "int64"}


def test_a_target_adds_the_fewest_moves_and_seats():
    found = compared(target=0.3)
    rows = found.rows.set_index("what")
    # D falls by .8 / 120 for each student who moves of 300: .5 takes 94 moves, in pairs.
    assert found.reached.fewest <= rows.loc["fewest moves", "moved"] <= found.reached.fewest + 2
    assert rows.loc[["fewest moves", "fewest seats"], "value"].max() <= 0.3
    assert 0 < found.seats.fewest <= found.seats.found.seats.sum() < 100  # less than a whole school
    assert rows.loc["fewest seats", "hosts"]


def test_a_target_out_of_reach_adds_no_row():
    found = compared(Limits(move=0.05), target=0.1)
    assert not found.rows["what"].str.startswith("fewest").any()
    assert found.reached.binding == [("move",)]
    assert found.seats is None


def test_a_target_that_holds_today_takes_no_seats():
    found = compared(target=0.9)
    assert (found.reached.fewest, found.seats) == (0, None)


def test_the_mean_distance_of_a_plan_is_of_those_whose_schools_have_points():
    # A degree of longitude on the equator is 69.09 miles; a sends 40 to b and d, 27 : 13, and as many come.
    at = {"latitude": 0.0}
    rows = (school("a", 90, 10, longitude=0.0, **at), school("b", 10, 90, longitude=1.0, **at), school("d", 5, 45))
    places = places_of(ground(table(*rows), PLAN))
    outcome = simulate(table(*rows), PLAN, 1)
    plan = beside(outcome, places, Question(Limits())).rows.set_index("what").loc["plan"]
    assert plan["mean_miles"] == pytest.approx(69.09, abs=0.01)
    moves = outcome.flows.set_index(["from_school", "to_school"])["students"]
    assert plan["unplaced"] == moves[moves.index.map(lambda way: "d" in way)].sum() > 0


def test_what_is_looked_for_is_told():
    told = []
    compared(hosts=1, target=0.3, progress=told.append)
    assert told[0] == "the best assignment"
    assert {"the fewest moves to the target", "the fewest seats in 50/50 schools to the target"} < set(told)
