"""Sentences on indices hold at the edges: undefined values, no separation, chance that explains all."""

import pytest

from analysis.indices import INDICES, MULTIGROUP
from data.groups import comparison
from pages.words import measures as measure_words

NAN = float("nan")
ED = comparison("ed")
RACES = comparison("all-races")
D = INDICES["dissimilarity"]


def test_where_it_lies_undefined():
    said = measure_words.where_it_lies("Ohio", 2020, ED, NAN, NAN, NAN, NAN)
    assert "not defined" in said
    assert "nan" not in said


def test_where_it_lies_without_separation():
    assert "no separation" in measure_words.where_it_lies("Ohio", 2020, ED, 0.4, 0.4, 0.0, 0.0)


def test_the_parts_of_where_it_lies_are_shares_of_the_whole():
    said = measure_words.where_it_lies("Ohio", 2020, ED, 0.7, 0.3, 0.3, 0.1)
    assert "75%" in said
    assert "25%" in said
    assert "2020–21" in said


@pytest.mark.parametrize(
    ("between", "within", "word"),
    [(0.3, 0.1, "between"), (0.1, 0.3, "within"), (0.2, 0.2, "equally"), (0.0, 0.0, "?"), (NAN, NAN, "?")],
)
def test_headline(between, within, word):
    assert word in measure_words.headline(between, within)


def test_where_many_lie_says_both_chances_and_both_parts(numbers):
    said = measure_words.where_many_lie("Ohio", 2020, RACES, 0.69, 0.54, 0.3, 0.1)
    assert numbers(said) == ["2020", "21", "69%", "54%", "75%", "25%"]
    assert "no separation" in measure_words.where_many_lie("Ohio", 2020, RACES, 0.5, 0.5, 0.0, 0.0)
    for chances in ((0.0, 0.0, NAN, NAN), (NAN, NAN, NAN, NAN)):
        said = measure_words.where_many_lie("Ohio", 2020, RACES, *chances)
        assert "not defined" in said
        assert "nan" not in said


@pytest.mark.parametrize("index", [*INDICES.values(), *MULTIGROUP.values()], ids=lambda index: index.name)
def test_every_index_can_be_said_aloud(index):
    said = measure_words.reading(index, 0.5, "Ohio", 2020, ED)
    assert said.startswith("Ohio, 2020–21, economically disadvantaged students and other students: ")
    assert "{" not in said
    assert any(half in said for half in ("50%", "0.500", "50 points"))


def test_what_compares_two_groups_is_named():
    assert measure_words.absent_among_many().startswith(
        "Exposure, Isolation and Atkinson (b = 0.5) compare two groups only"
    )


def test_chance_warns_where_it_explains_more_than_half():
    little, much = measure_words.chance(ED, 0.64, 0.035, 0.055), measure_words.chance(ED, 0.05, 0.04, 0.8)
    assert little.endswith("would be 0.04 on average; it is 0.64.")
    assert "Chance explains much" in much
    assert "chance changes nothing" in measure_words.chance(ED, 0.0, 0.0, NAN)
    assert measure_words.chance_in_ranking(D, 0, 9) == ""
    assert "In 2 of the 9 districts" in measure_words.chance_in_ranking(D, 2, 9)
