"""Students drawn twice: by hand, and for any state that nobody is lost and nobody made."""

import numpy as np
import pandas as pd
from hypothesis import given, settings

from analysis.policy.outcome import simulate
from analysis.statewide.rule import Policy
from analysis.statewide.settle import settled
from analysis.statewide.work import Part, chunks, from_bytes, run
from tests.analysis.policy.districts import table
from tests.analysis.statewide.states import district, scenarios, states

A, B, C = "4800001", "4800002", "4800003"
LEA = np.array([A, B, C])


def part(*changes: tuple[str, int, bool, int, int]) -> Part:
    """One run of two lotteries, those of A and B; of each change the district, school, whether a host, ED and other."""
    district, school, host, ed, other = zip(*changes, strict=True)
    return Part(
        districts=np.array([A, B]),
        seats=np.array([20, 20]),
        unfilled=np.array([0, 0]),
        moved=np.array([[9, 9]]),
        school=np.array([f"{LEA[number]}00001" for number in school]),
        district=np.array(district),
        host=np.array(host),
        change=np.array([ed, other], dtype=np.int32).T[:, :, None],
        refused=np.zeros((0, 2), dtype=np.str_),
    )


def settle(before: list[tuple[int, int]], drawn: Part, school: list[int]) -> tuple[list[list[int]], list[int]]:
    after = np.array(before)[:, :, None]
    np.add.at(after, school, drawn.change.astype(np.int64))
    found, withdrawn = settled(after, drawn, np.array(school), LEA)
    assert found.sum() == np.sum(before)
    return found[:, :, 0].tolist(), withdrawn[0].tolist()


def test_the_district_whose_id_comes_first_keeps_its_students():
    # C's school has 3 ED students; A draws two of them and B two.
    drawn = part((A, 0, True, 2, 0), (A, 2, False, -2, 0), (B, 1, True, 2, 0), (B, 2, False, -2, 0))
    found, withdrawn = settle([(10, 10), (20, 20), (3, 5)], drawn, [0, 2, 1, 2])
    assert found == [[12, 10], [21, 20], [0, 5]]
    assert withdrawn == [0, 1]


def test_a_school_s_own_district_comes_before_all_others():
    # B's own school gives 4 of its 5 others to B's host, C's; A asks for 2 more.
    drawn = part((A, 0, True, 0, 2), (A, 1, False, 0, -2), (B, 1, False, 0, -4), (B, 2, True, 0, 4))
    found, withdrawn = settle([(0, 0), (0, 5), (0, 0)], drawn, [0, 1, 1, 2])
    assert found == [[0, 1], [0, 0], [0, 4]]
    assert withdrawn == [1, 0]


def test_where_there_are_enough_all_come():
    drawn = part((A, 0, True, 2, 0), (A, 2, False, -2, 0), (B, 1, True, 2, 0), (B, 2, False, -2, 0))
    found, withdrawn = settle([(0, 0), (0, 0), (4, 0)], drawn, [0, 2, 1, 2])
    assert found == [[2, 0], [2, 0], [0, 0]]
    assert withdrawn == [0, 0]


@settings(max_examples=30, deadline=None)
@given(states())
def test_students_in_equal_students_out(state: tuple[pd.DataFrame, Policy]) -> None:
    schools, policy = state
    asked = scenarios(schools, policy)
    (joined,) = (from_bytes(run(chunk)) for chunk in chunks(schools, asked, asked, 4, 0))
    ed = schools["ed"].to_numpy(dtype=np.int64)
    before = np.stack([ed, schools["students"].to_numpy(dtype=np.int64) - ed], axis=1)[:, :, None]
    position = pd.Index(schools["ncessch"]).get_indexer(joined.school)
    drawn = np.repeat(before, 4, axis=2)
    np.add.at(drawn, position, joined.change.astype(np.int64))
    found, withdrawn = settled(drawn, joined, position, schools["leaid"].to_numpy(dtype=np.str_))
    assert (found >= 0).all()
    np.testing.assert_array_equal(found.sum(axis=0), np.repeat(before.sum(axis=0), 4, axis=1))
    # As many withdraw as were drawn too often, and no more.
    np.testing.assert_array_equal(withdrawn.sum(axis=1), np.maximum(-drawn, 0).sum(axis=(0, 1)))


def test_a_school_that_every_draw_alone_changes_is_among_those_that_change() -> None:
    # The other district's one other student is expected as less than half of one: none, but both draws may take it.
    rows = [
        *district("4800003", (100, 24), (125, 100), (0, 142), county="Travis"),
        *district("4810000", (81, 109), longitude=None, county="Travis"),
        *district("4800002", (55, 1), (100, 100), county="Travis"),
    ]
    policy = Policy(least_schools=2, hosts_share=1.0, choose="highest-ed", outside=1.0, willing=1.0)
    asked = next(each for each in scenarios(table(*rows), policy) if each.district == "4800003")
    for seed in range(12):
        done = simulate(table(*rows), asked, 2, seed)
        ed, everyone = (done.schools[f"{who}_before"].to_numpy(dtype=np.int64) for who in ("ed", "students"))
        assert not (done.drawn - np.stack([ed, everyone - ed])[:, None]).sum(axis=2).any()
