"""The lottery as it comes out: stable, the same as an independent one, and not to be gained from by another list."""

from itertools import permutations, product
from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.lottery.acceptance import deferred_acceptance
from analysis.lottery.draw import hold, offers, places_in_other_draws
from analysis.lottery.market import Rules, first_round
from analysis.lottery.numbers import other_draw
from tests.analysis.lottery.markets import RULES, SEED, Book, applications, lists, markets, seats


def places(draw):
    table = offers(draw).dropna(subset="school")
    return {row.student: (row.school, *row.seats_of.partition(" ")[::2]) for row in table.itertuples()}


@given(markets(), RULES)
def test_nobody_is_ahead_of_a_holder_of_seats_that_they_would_rather_have(market, rules):
    book = Book(*market, rules)
    held = places(hold(*market, rules, SEED))
    for student in book.lists:
        for seats_of in book.claims(student):
            if held.get(student) == seats_of:
                break
            holders = [each for each, place in held.items() if place == seats_of]
            assert len(holders) == book.seats[seats_of]
            own = book.key(student, *seats_of)
            assert all(book.key(each, *seats_of) < own for each in holders)
    for seats_of in set(held.values()):
        assert list(held.values()).count(seats_of) <= book.seats[seats_of]
    assert all(place in set(book.claims(student)) for student, place in held.items())


@given(markets(), RULES.filter(lambda rules: rules.unfilled == "hold"))
def test_an_independent_lottery_gives_everyone_the_same_place(market, rules):
    assert places(hold(*market, rules, SEED)) == Book(*market, rules).accepted()


@given(markets(), RULES, st.randoms())
@settings(max_examples=25)
def test_the_order_of_the_rows_changes_nothing(market, rules, random):
    table, places_ = (each.sample(frac=1, random_state=random.randrange(2**32)) for each in market)
    assert offers(hold(table, places_, rules, SEED)).equals(offers(hold(*market, rules, SEED)))


LISTS = [ranked for many in (1, 2, 3) for ranked in permutations("ABC", many)]
PROFILES = list(product(range(len(LISTS)), repeat=3))


# P loses a place at the school, Q will have found one by the second round, and X lives outside the district.
FLAGGED = {"present": "p", "first_only": "q", "outside": "x"}

# Seats of three schools: (school, pool): how many, of how many set aside for whom.
SUPPLIES = [
    {("A", "ed"): (1,), ("B", "other"): (1,), ("B", "ed"): (1,), ("C", "open"): (1,)},
    {("A", "open"): (1,), ("A", "ed"): (1,), ("B", "open"): (1,), ("C", "other"): (1,)},
    {("A", "other"): (1,), ("B", "open"): (1,), ("C", "ed"): (1,)},
]
SET_ASIDE = [
    {("A", "ed"): (2, {"sibling": 1}), ("B", "ed"): (1, {"outside": 1}), ("C", "other"): (1, {"sibling": 1})},
    {("A", "ed"): (1, {"sibling": 1}), ("B", "open"): (1, {"sibling": 1}), ("C", "open"): (1, {"outside": 1})},
]
# Of the three students: the first of two ed ones is a sibling at A and C, the other lives outside.
SIBLING_AT, OUTSIDE = {(0, "A"), (0, "C"), (2, "B")}, 1


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("redrawn", [False, True])
@pytest.mark.parametrize(
    ("supply", "unfilled"),
    [
        *product(SUPPLIES, ["hold", "release"]),
        *product(SET_ASIDE, ["hold", "release", "outside"]),
    ],
)
def test_no_list_gets_a_student_a_better_place_than_the_true_one(supply, order, redrawn, unfilled):
    """Every list of each of three students against every list of the others: 3,375 lotteries, all held in one."""
    students = {
        f"{at:04d}-{own}": ("ed" if own < 2 else "other", [f"{school}{at:04d}" for school in LISTS[profile[own]]])
        for at, profile in enumerate(PROFILES)
        for own in range(3)
    }
    made = lists(students)
    own = made["student"].str[-1].astype("int64")
    made["sibling"] = [pair in SIBLING_AT for pair in zip(own, made["school"].str[0], strict=True)]
    asides = sorted({name for _, *aside in supply.values() for each in aside for name in each})
    if "outside" in asides:
        made["outside"] = own == OUTSIDE
    rows = []
    for at, school, pool in product(range(len(PROFILES)), "ABC", ("ed", "other", "open")):
        number, aside = (*supply.get((school, pool), (0,)), {})[:2]
        rows.append((f"{school}{at:04d}", pool, number, *(aside.get(name, 0) for name in asides)))
    table = pd.DataFrame(rows, columns=["school", "pool", "seats", *asides])
    rules = Rules("single", order, "redrawn" if redrawn else "reused", unfilled)
    market = first_round(made, table, rules)
    for own, fresh in [((1, 2, 3), (3, 1, 2)), ((3, 1, 2), (1, 3, 2)), ((2, 3, 1), (1, 2, 3))]:
        of = np.tile(np.array([own, fresh], dtype=np.uint32), len(PROFILES))
        numbers = np.where(market.drawn_anew(rules), of[1][:, None], of[0][:, None]) if redrawn else of[0]
        held = deferred_acceptance(market.claims, numbers)
        row = np.pad(market.rows, ((0, 0), (0, 1)))[np.arange(len(held)), held]
        school = np.where(held < market.claims.none, market.applications["school"].astype("str").str[0].array[row], "")
        got = {profile: school[3 * at : 3 * at + 3] for at, profile in enumerate(PROFILES)}
        assert {"A", "B", "C", ""} >= set(school) != {""}
        for profile, student, other in product(PROFILES, range(3), range(len(LISTS))):
            instead = (*profile[:student], other, *profile[student + 1 :])
            true = [*LISTS[profile[student]], ""]
            better = true[: true.index(got[profile][student])]
            assert got[instead][student] not in better


def hypergeometric(drawn):
    """Probabilities of how many of 100 of 200 are among those drawn."""
    return [comb(100, k) * comb(100, drawn - k) / comb(200, drawn) for k in range(drawn + 1)]


def moments(probabilities, value):
    mean = sum(p * value(k) for k, p in enumerate(probabilities))
    return mean, sqrt(sum(p * (value(k) - mean) ** 2 for k, p in enumerate(probabilities)))


# The expected seats of the reserve's group of 100 + 100 applicants for 100 seats, half of them reserved: Dur, Kominers,
# Pathak & Sönmez, NBER 18981, as DOMAIN.md "Lottery order matters" tells, which has 75.1 for the exact 75.
_FRESH = [comb(50, k) * comb(100, 50 - k) / comb(150, 50) for k in range(51)]
CASES = [
    (0, Rules(open_order="last", open_numbers="reused"), 50.0, moments(hypergeometric(100), lambda k: k)),
    (50, Rules(open_order="last", open_numbers="reused"), 51.4, moments(hypergeometric(100), lambda k: max(50, k))),
    (50, Rules(open_order="last", open_numbers="redrawn"), 66.7, moments(_FRESH, lambda k: 50 + k)),
    (50, Rules(open_order="first", open_numbers="reused"), 75.0, moments(hypergeometric(50), lambda k: 50 + k)),
    (50, Rules(open_order="first", open_numbers="redrawn"), 75.0, moments(hypergeometric(50), lambda k: 50 + k)),
]


@pytest.mark.parametrize(("reserved", "rules", "published", "theory"), CASES)
def test_the_order_of_reserved_and_open_seats_gives_the_textbook_figures(reserved, rules, published, theory):
    """Five hundred lotteries of a school each, held in one; the mean must be within four standard errors of theory."""
    copies = 500
    pairs = [(f"{at:03d}", pool, number) for at in range(copies) for pool in ("ed", "other") for number in range(100)]
    table = applications([(f"{at}-{pool}-{number}", pool, 1, at, False, False) for at, pool, number in pairs])
    rows = [(f"{at:03d}", "ed", reserved) for at in range(copies)]
    rows += [(f"{at:03d}", "open", 100 - reserved) for at in range(copies)]
    got = offers(hold(table, seats(rows), rules, SEED)).dropna(subset="school")
    assert len(got) == 100 * copies
    mean, deviation = theory
    assert round(mean, 1) == published
    assert abs((got["pool"] == "ed").sum() / copies - mean) < 4 * deviation / sqrt(copies)


@pytest.mark.parametrize(("numbers", "published"), [("reused", 51.4), ("redrawn", 66.7)])
def test_seats_set_aside_for_siblings_give_the_same_figures_as_a_reserve(numbers, published):
    """Of a pool's 100 seats half are set aside for its 100 siblings, and 100 others want them too."""
    copies = 500
    pairs = [
        (f"{at:03d}", sibling, number) for at in range(copies) for sibling in (True, False) for number in range(100)
    ]
    table = applications([(f"{at}-{own}-{number}", "ed", 1, at, own, False) for at, own, number in pairs])
    places = seats([(f"{at:03d}", "ed", 100) for at in range(copies)]).assign(sibling=50)
    got = offers(hold(table, places, Rules(open_numbers=numbers), SEED)).dropna(subset="school")
    (theory,) = [case[3] for case in CASES if (case[0], case[1]) == (50, Rules("single", "last", numbers))]
    assert round(theory[0], 1) == published
    assert abs(got["student"].str.contains("True").sum() / copies - theory[0]) < 4 * theory[1] / sqrt(copies)


def one_school(ed, other, *places):
    students = {f"{pool}{i}": (pool, "A") for pool, many in (("ed", ed), ("other", other)) for i in range(many)}
    return lists(students), seats(
        [("A", pool, many) for pool, many in zip(("ed", "other", "open"), places, strict=True)]
    )


@pytest.mark.parametrize(("unfilled", "taken"), [("hold", [1, 2]), ("release", [1, 4]), ("second-round", [1, 4])])
def test_seats_that_one_pool_leaves_go_where_the_rules_say(unfilled, taken):
    draw = hold(*one_school(1, 5, 3, 2, 0), Rules(unfilled=unfilled), SEED)
    got = offers(draw)
    placed = got[got["school"].notna()]
    assert [(placed["pool"] == pool).sum() for pool in ("ed", "other")] == taken
    assert (placed["round"] == 2).sum() == (2 if unfilled == "second-round" else 0)


def test_released_seats_serve_their_own_pool_first():
    for seed in map(str, range(20)):
        got = offers(hold(*one_school(3, 5, 3, 2, 0), Rules(unfilled="release"), seed))
        assert got[got["pool"] == "ed"]["school"].notna().all()


def test_a_second_round_draws_numbers_of_its_own_and_leaves_the_first_as_it_was():
    market = one_school(1, 40, 20, 10, 0)
    held, again = (offers(hold(*market, Rules(unfilled=each), SEED)) for each in ("hold", "second-round"))
    first = held["school"].notna()
    assert again[first].equals(held[first])
    released = offers(hold(*market, Rules(unfilled="release"), SEED))
    assert released["school"].notna().sum() == again["school"].notna().sum()
    assert not released["school"].notna().equals(again["school"].notna())


def test_a_second_round_serves_those_present_first_and_neither_outside_nor_who_wants_none():
    students = {name: ("ed" if name == "e" else "other", "A") for name in "eopqx"}
    table = lists(students)
    table = table.assign(**{flag: table["student"].eq(who) for flag, who in FLAGGED.items()})
    for left, winners in [(1, "p"), (2, "op"), (3, "op")]:
        places_ = seats([("A", "ed", 1 + left), ("A", "other", 0)]).assign(outside=0)
        for seed in map(str, range(10)):
            got = offers(hold(table, places_, Rules(unfilled="second-round"), seed)).dropna(subset="school")
            assert "".join(got.loc[got["round"] == 2, "student"]) == winners


def test_siblings_come_first_then_the_area_whatever_the_numbers():
    flags = {"a": (True, True), "b": (True, False), "c": (False, True), "d": (False, False)}
    table = applications([(student, "ed", 1, "A", *own) for student, own in flags.items()])
    for places_, winners in [(1, "a"), (2, "ab"), (3, "abc")]:
        for seed in map(str, range(10)):
            got = offers(hold(table, seats([("A", "ed", places_)]), Rules(), seed)).dropna(subset="school")
            assert "".join(got["student"]) == winners


@pytest.mark.parametrize("rules", [Rules(), Rules(open_order="last"), Rules(open_numbers="reused")])
def test_open_seats_need_to_be_told_how_they_are_filled(rules):
    with pytest.raises(InputError, match=r"--open-order .* --open-numbers"):
        hold(*one_school(1, 1, 1, 1, 1), rules, SEED)


def test_an_empty_seed_is_refused():
    with pytest.raises(InputError, match="--seed is empty"):
        hold(*one_school(1, 1, 1, 1, 0), Rules(), " ")


def test_other_draws_give_each_applicant_the_same_chance():
    first = hold(*one_school(6, 3, 2, 1, 0), Rules(), SEED).rounds[0]
    assert (places_in_other_draws(first, 20).to_numpy() == [2, 1]).all()
    wins = sum(deferred_acceptance(first.claims, other_draw(first.numbers, draw)) == 0 for draw in range(1, 601))
    # 200 of 600 for all nine, with a standard deviation of 11.5: five of them leave one in 200,000 outside.
    assert np.abs(wins - 200).max() < 5 * 11.5


@given(markets(), RULES, st.integers(0, 3))
def test_numbers_of_32_bits_and_the_same_ones_of_64_give_the_same_places(market, rules, draw):
    """The short numbers are sorted with their claims as one whole number, the long ones by rank."""
    first = first_round(*market, rules)
    shape = first.claims.seat_class.shape if rules.tie_breaking == "multiple" else (len(first.students),)
    short = other_draw(np.arange(np.prod(shape), dtype=np.uint64).reshape(shape), draw) % 7  # some are alike
    short = short.astype(np.uint32)
    held = deferred_acceptance(first.claims, short)
    assert held.tolist() == deferred_acceptance(first.claims, short.astype(np.uint64) << np.uint64(24)).tolist()
