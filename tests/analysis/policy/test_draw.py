"""How chance is settled: the lottery against the exact distribution, the expected draw against its quotas."""

from itertools import combinations, product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from analysis.policy.draw import Draw, Expected, Lottery, first_served

SIGNIFICANCE = 1e-4  # of every chi-square test here; the seeds are fixed

BATCHES = st.integers(1, 9).flatmap(
    lambda schools: st.lists(
        st.tuples(st.lists(st.integers(0, 60), min_size=schools, max_size=schools), st.floats(0, 1)),
        min_size=1,
        max_size=5,
    )
)
Batch = list[tuple[list[int], float]]


def arrays(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Candidates of each replicate and school, and a part of them as seats."""
    candidates = np.array([row for row, _ in batch])
    return candidates, np.array([round(sum(row) * part) for row, part in batch])


each_draw = pytest.mark.parametrize("draw", [Expected(), Lottery(5)], ids=["expected", "lottery"])


@each_draw
@given(batch=BATCHES)
def test_every_seat_goes_to_a_candidate(draw: Draw, batch: Batch) -> None:
    candidates, seats = arrays(batch)
    won = draw.winners(candidates, seats)
    assert (won >= 0).all()
    assert (won <= candidates).all()
    assert won.sum(axis=1).tolist() == seats.tolist()


@each_draw
@given(batch=BATCHES, willing=st.floats(0, 1))
def test_only_students_apply(draw: Draw, batch: Batch, willing: float) -> None:
    students, _ = arrays(batch)
    applied = draw.applicants(students, willing)
    assert (applied >= 0).all()
    assert (applied <= students).all()


@each_draw
def test_all_apply_or_none(draw: Draw) -> None:
    students = np.array([[3, 0, 12], [1, 7, 0]])
    assert draw.applicants(students, 1.0).tolist() == students.tolist()
    assert not draw.applicants(students, 0.0).any()


# --- The lottery

SCHOOLS, SEATS = (3, 0, 2, 4, 1), 4


def exact_chances(candidates: tuple[int, ...], seats: int) -> dict[tuple[int, ...], float]:
    """Of each result, when every set of ``seats`` candidates is as likely as any other."""
    results = [won for won in product(*(range(n + 1) for n in candidates)) if sum(won) == seats]
    ways = {won: prod(comb(n, k) for n, k in zip(candidates, won, strict=True)) for won in results}
    return {won: number / comb(sum(candidates), seats) for won, number in ways.items()}


@pytest.mark.parametrize("candidates", [(3, 2), (3, 0, 2), SCHOOLS, (1, 1, 1, 1, 1, 1, 1)])
@pytest.mark.parametrize("seats", [1, 2, 4])
def test_every_set_of_winners_is_equally_likely(candidates: tuple[int, ...], seats: int) -> None:
    replicates = 50_000
    chances = exact_chances(candidates, seats)
    won = Lottery(21).winners(np.tile(candidates, (replicates, 1)), np.full(replicates, seats))
    results, counts = np.unique(won, axis=0, return_counts=True)
    seen = {tuple(result): count for result, count in zip(results.tolist(), counts.tolist(), strict=True)}
    assert set(seen) <= set(chances)
    found = [seen.get(won, 0) for won in chances]
    assert chisquare(found, [replicates * chance for chance in chances.values()]).pvalue > SIGNIFICANCE


def test_means_variances_and_covariances_are_those_of_drawing_without_replacement() -> None:
    # E = n K/N; Cov = −n (K_i/N)(K_j/N)(N − n)/(N − 1); Var = n (K/N)(1 − K/N)(N − n)/(N − 1)
    candidates, seats, replicates = np.array([30, 5, 0, 65, 120, 1, 79]), 90, 100_000
    won = Lottery(8).winners(np.tile(candidates, (replicates, 1)), np.full(replicates, seats)).astype(float)
    everyone = candidates.sum()
    share = candidates / everyone
    spread = seats * (everyone - seats) / (everyone - 1)
    deviations = won - seats * share
    for i, j in [*combinations(range(7), 2), *((i, i) for i in range(7))]:
        expected = spread * (share[i] * (1 - share[i]) if i == j else -share[i] * share[j])
        products = deviations[:, i] * deviations[:, j]
        error = products.std() / np.sqrt(replicates)
        # 4.5 standard errors: a chance of 7 in a million for each of the 28
        assert abs(products.mean() - expected) <= 4.5 * error, (i, j)
    errors = won.std(axis=0) / np.sqrt(replicates)
    assert (np.abs(deviations.mean(axis=0)) <= 4.5 * errors).all()


def test_replicates_with_other_seats_and_candidates_keep_their_own_chances() -> None:
    replicates = 40_000
    candidates = np.tile([[3, 1, 2], [0, 4, 4]], (replicates // 2, 1))
    seats = np.tile([2, 3], replicates // 2)
    won = Lottery(2).winners(candidates, seats)
    for part, of_school, places in ((0, (3, 1, 2), 2), (1, (0, 4, 4), 3)):
        chances = exact_chances(of_school, places)
        found = [(won[part::2] == np.array(result)).all(axis=1).sum() for result in chances]
        assert sum(found) == replicates // 2
        assert chisquare(found, [replicates / 2 * c for c in chances.values()]).pvalue > SIGNIFICANCE


def test_applicants_decide_one_by_one() -> None:
    replicates, students, willing = 50_000, np.array([6, 0, 3]), 0.3
    applied = Lottery(4).applicants(np.tile(students, (replicates, 1)), willing)
    joint = np.bincount(applied[:, 0] * 4 + applied[:, 2], minlength=28)
    chances = np.outer(binom.pmf(np.arange(7), 6, willing), binom.pmf(np.arange(4), 3, willing)).ravel()
    often = chances * replicates >= 5
    found = [*joint[often], joint[~often].sum()]
    expected = [*(chances[often] * replicates), chances[~often].sum() * replicates]
    assert chisquare(found, expected).pvalue > SIGNIFICANCE
    assert not applied[:, 1].any()


# --- As expected


@given(batch=BATCHES)
def test_expected_winners_are_the_quota_rounded_up_or_down(batch: Batch) -> None:
    candidates, seats = arrays(batch)
    quota = candidates * (seats / np.maximum(candidates.sum(axis=1), 1))[:, None]
    won = Expected().winners(candidates, seats)
    assert (np.abs(won - quota) < 1 + 1e-9).all()


@pytest.mark.parametrize(
    ("candidates", "seats", "won"),
    [
        # quotas 2.5, 1.667, 0.833 add up to 2.5, 4.167, 5, which is 3, 4, 5 rounded
        ([3, 2, 1], 5, [3, 1, 1]),
        # quotas 3.333, 6.667
        ([10, 20], 10, [3, 7]),
        ([5, 0, 5], 10, [5, 0, 5]),
        ([5, 0, 5], 0, [0, 0, 0]),
        ([0, 0], 0, [0, 0]),
    ],
)
def test_winners_are_settled_in_turn_by_hand(candidates: list[int], seats: int, won: list[int]) -> None:
    assert Expected().winners(np.array([candidates]), np.array([seats])).tolist() == [won]


@pytest.mark.parametrize(
    ("students", "willing", "applied"),
    [(10, 0.2, 2), (12, 0.2, 2), (13, 0.2, 3), (5, 0.5, 3), (1, 0.5, 1), (1, 0.49, 0), (50, 0.29, 15), (100, 0.57, 57)],
)
def test_expected_applicants_are_rounded_half_up(students: int, willing: float, applied: int) -> None:
    assert Expected().applicants(np.array([[students]]), willing).tolist() == [[applied]]


def test_expected_holds_no_chance() -> None:
    candidates, seats = np.array([[7, 7, 7, 7]]), np.array([10])
    assert (Expected().winners(candidates, seats) == Expected().winners(candidates, seats)).all()


# --- One school after the other


@pytest.mark.parametrize(
    ("seats", "won"), [(0, [0, 0, 0]), (3, [0, 3, 0]), (5, [1, 4, 0]), (7, [3, 4, 0]), (8, [3, 4, 1]), (10, [3, 4, 3])]
)
def test_the_first_school_is_served_until_its_candidates_are_gone(seats: int, won: list[int]) -> None:
    assert first_served(np.array([[3, 4, 3]]), np.array([seats]), np.array([1, 0, 2])).tolist() == [won]


def test_each_replicate_is_served_by_itself() -> None:
    candidates, seats = np.array([[3, 4], [0, 9], [5, 0]]), np.array([4, 2, 5])
    assert first_served(candidates, seats, np.array([0, 1])).tolist() == [[3, 1], [0, 2], [5, 0]]


def test_parts_settled_in_turn_are_of_schools_throughout() -> None:
    # 40 schools with a third of an applicant each: rounded by themselves none has any, in turn every third has one.
    students = np.full((1, 40), 10)
    found = Expected().applicants(students, 1 / 30)[0]
    assert found.tolist() == ([0, 1, 0] * 14)[:40]
    # 8 seats for one candidate at each of 40 schools: every fifth school's, not the first eight.
    won = Expected().winners(np.ones((1, 40), dtype=np.int64), np.array([8]))[0]
    assert won.reshape(8, 5).sum(axis=1).tolist() == [1] * 8


@given(students=st.lists(st.integers(0, 60), min_size=1, max_size=12), share=st.floats(0, 1))
def test_parts_settled_in_turn_are_whole_parts_of_what_is_expected(students: list[int], share: float) -> None:
    counts = np.array([students])
    seats = np.array([int(share * sum(students))])
    for found, expected in (
        (Expected().applicants(counts, share), counts * share),
        (Expected().winners(counts, seats), counts * seats / max(sum(students), 1)),
    ):
        assert (np.abs(np.cumsum(found - expected)) <= 0.5 + 1e-6).all()
        assert (np.abs(found - expected) < 1 + 1e-6).all()
        assert ((found >= 0) & (found <= counts)).all()
    assert Expected().winners(counts, seats).sum() == seats
