"""Sentences hold at the edges: undefined values, nothing at all, one of a kind."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.indices import INDICES, MULTIGROUP
from analysis.policy.outcome import Change, simulate
from analysis.policy.scenario import Host, Pool, Scenario
from data.groups import comparison
from data.load import read_schools
from pages.shared import words
from tests.small_state import UNEVEN, written

NAN = float("nan")
ED = comparison("ed")
D = INDICES["dissimilarity"]


def ranked(*values):
    return pd.DataFrame({"district": [f"District {n}" for n in range(len(values))], "value": values})


@pytest.fixture
def outcome(tmp_path):
    """What a scenario of the small state's uneven district with so many hosts does."""
    table = read_schools(written(tmp_path / "small.csv"))

    def outcome(hosts, seats=100, willing=1.0):
        chosen = tuple(Host(f"{UNEVEN}0000{n + 1}", seats) for n in range(hosts))
        pool = Pool(willing=willing)
        return simulate(table, Scenario("small", UNEVEN, 2020, chosen, ed=pool, other=pool), 10)

    return outcome


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0%"), (1.0, "100%"), (0.666, "67%"), (0.004, "0%"), (NAN, words.UNDEFINED)]
)
def test_percent(value, said):
    assert words.percent(value) == said


def test_number_keeps_its_decimals():
    assert [words.number(0.25), words.number(0.25, 3), words.number(0.0), words.number(NAN)] == [
        "0.25",
        "0.250",
        "0.00",
        words.UNDEFINED,
    ]


@pytest.mark.parametrize(
    ("change", "said"), [(0.04, "+0.040"), (-0.04, "−0.040"), (0.0, "±0.000"), (NAN, words.UNDEFINED)]
)
def test_a_change_has_its_sign(change, said):
    assert words.signed(change) == said


def test_a_change_of_a_share_is_in_points():
    assert words.signed(-0.0123, points=True) == "−1.2 points"


def test_where_it_lies_undefined():
    said = words.where_it_lies("Ohio", 2020, ED, NAN, NAN, NAN, NAN)
    assert "not defined" in said
    assert "nan" not in said


def test_where_it_lies_without_separation():
    assert "no separation" in words.where_it_lies("Ohio", 2020, ED, 0.4, 0.4, 0.0, 0.0)


def test_the_parts_of_where_it_lies_are_shares_of_the_whole():
    said = words.where_it_lies("Ohio", 2020, ED, 0.7, 0.3, 0.3, 0.1)
    assert "75%" in said
    assert "25%" in said
    assert "2020–21" in said


@pytest.mark.parametrize(
    ("between", "within", "word"),
    [(0.3, 0.1, "between"), (0.1, 0.3, "within"), (0.2, 0.2, "equally"), (0.0, 0.0, "?"), (NAN, NAN, "?")],
)
def test_headline(between, within, word):
    assert word in words.headline(between, within)


def test_a_district_without_known_schools():
    said = words.district_range("Uneven", 2020, ED, NAN, [])
    assert "no school" in said
    assert "nan" not in said


def test_a_district_of_one_school():
    assert "one school" in words.district_range("Uneven", 2020, ED, 0.5, [0.5])


def test_a_districts_schools_range_from_the_least_to_the_most():
    said = words.district_range("Uneven", 2020, ED, 0.5, [0.5, 0.9, 0.1])
    assert "50 of 100" in said
    assert "3 schools" in said
    assert "from 10 to 90" in said


# all races, and level by level --------------------------------------------------------------------------------------


def test_where_races_lie_says_both_chances_and_both_parts(numbers):
    said = words.where_races_lie("Ohio", 2020, 0.69, 0.54, 0.3, 0.1)
    assert numbers(said) == ["2020", "21", "69%", "54%", "75%", "25%"]
    assert "no separation" in words.where_races_lie("Ohio", 2020, 0.5, 0.5, 0.0, 0.0)
    for chances in ((0.0, 0.0, NAN, NAN), (NAN, NAN, NAN, NAN)):
        said = words.where_races_lie("Ohio", 2020, *chances)
        assert "not defined" in said
        assert "nan" not in said


def test_a_district_of_all_races_says_the_chance():
    said = words.district_range("Uneven", 2020, comparison("all-races"), 0.5, [0.5, 0.9, 0.1])
    assert "chance of 50 in 100" in said
    assert "from 10 to 90" in said


def test_each_index_answers_what_lies_between_districts(numbers):
    measures = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")
    parts = {(m, part): value for m in measures for part, value in (("total", 0.4), ("between", 0.1), ("within", 0.3))}
    parts |= {("dissimilarity", part): v for part, v in (("total", 0.5), ("between", 0.3), ("added_within", 0.2))}
    lead, answers = words.shares_between("Ohio", 2020, ED, pd.Series(parts))
    assert "economically disadvantaged students and other students in Ohio in 2020–21" in lead
    assert [numbers(answer) for answer in answers] == [["25%", "75%"]] * 4 + [["0.30", "0.20", "0.50"]]


def test_an_index_without_a_value_has_no_answer():
    measures = ("variance_ratio", "theil_h", "mutual_information", "exposure_shortfall")
    parts = {(m, part): NAN for m in measures for part in ("total", "between", "within")}
    parts |= {("dissimilarity", part): NAN for part in ("total", "between", "added_within")}
    assert words.shares_between("Ohio", 2020, ED, pd.Series(parts))[1] == []


def test_a_chain_says_what_lies_at_each_level(numbers):
    parts = pd.DataFrame({"label": ["counties", "districts", "schools"], "share": [0.11, 0.53, 0.36]})
    said = words.by_level("Ohio", 2020, ED, parts)
    assert numbers(said)[2:] == ["11%", "53%", "36%"]
    assert (
        "11% lies between counties, 53% between districts within counties and 36% between schools within districts."
        in said
    )


@pytest.mark.parametrize("index", [*INDICES.values(), *MULTIGROUP.values()], ids=lambda index: index.name)
def test_every_index_can_be_said_aloud(index):
    said = words.reading(index, 0.5, "Ohio", 2020, ED)
    assert said.startswith("Ohio, 2020–21, economically disadvantaged students and other students: ")
    assert "{" not in said
    assert any(half in said for half in ("50%", "0.500", "50 points"))


def test_what_compares_two_groups_is_named():
    assert words.absent_among_many().startswith("Exposure, Isolation and Atkinson (b = 0.5) compare two groups only")


def test_no_district_to_rank():
    assert "none is ranked" in words.districts_compared(ED, 2020, ranked(), D, 1000, 7)


def test_ranked_districts_name_the_ends_and_the_middle():
    said = words.districts_compared(ED, 2020, ranked(0.5, 0.3, 0.2), D, 1000, 7)
    assert "District 0 (0.50)" in said
    assert "District 2 (0.20)" in said
    assert "above 0.30" in said
    assert "4 " in said  # seven less the three ranked


def test_no_host(outcome):
    assert "stays as it is" in words.outcome_sentence(outcome(0))


def test_one_host_is_singular(outcome):
    said = words.outcome_sentence(outcome(1))
    assert "1 host school " in said
    assert "100 seats" in said
    assert "1 of 1 lies" in said


@pytest.mark.parametrize(
    ("grades", "said"),
    [([], ""), ([None], ""), (["KG", None], ""), (["KG", "KG"], " in kindergarten"),
     (["06", "KG"], " in kindergarten and grade 6")],
)  # fmt: skip
def test_seats_are_in_the_entry_grades_of_the_hosts(grades, said):
    hosts = tuple(Host(str(number), 10, grade) for number, grade in enumerate(grades))
    assert words.seats_in(Scenario("d", "1", 2020, hosts)) == said


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        ([], ""),
        (["06"], "Students enter 1 school in grade 6."),
        (["09", "KG", "KG"], "Students enter 2 schools in kindergarten, 1 in grade 9."),
    ],
)
def test_where_students_enter_is_counted_from_the_lowest_grade(grades, said):
    assert words.entering(pd.DataFrame({"grade": grades}, dtype="str")) == said


def test_two_hosts_are_plural(outcome):
    said = words.outcome_sentence(outcome(2))
    assert "2 host schools" in said
    assert "200 seats" in said


def test_seats_nobody_takes_are_said(outcome):
    assert "stay empty" in words.outcome_sentence(outcome(1, willing=0.1))
    assert "stay empty" not in words.outcome_sentence(outcome(1, willing=1.0))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(0.5, 0.4, 0.39, 0.41), "V falls."),
        (Change(0.5, 0.6, 0.59, 0.61), "V rises."),
        (Change(0.5, 0.49, 0.45, 0.52), "V falls, but within the range"),
        (Change(0.5, 0.5, 0.5, 0.5), "V stays"),
        (Change(NAN, NAN, NAN, NAN), "V is not defined"),
    ],
)
def test_direction_is_told_whichever_way_it_goes(change, said):
    assert words.direction("V", change).startswith(said)


def test_spread_of_draws():
    assert "0.39–0.41" in words.spread(0.39, 0.41, words.number)
    assert "same" in words.spread(0.4001, 0.4002, words.number)


def test_state_change_leaves_out_what_is_undefined(outcome):
    done = outcome(1)
    undefined = replace(done, state=done.state | {"exposure": Change(NAN, NAN, NAN, NAN)})
    assert "exposure" in words.state_change(done, "Ohio")
    assert "exposure" not in words.state_change(undefined, "Ohio")


def test_between_says_one_number_where_both_ends_read_alike():
    assert words.between(0.301, 0.334) == "0.30–0.33"
    assert words.between(0.301, 0.304) == "0.30"
    assert words.between(float("nan"), float("nan")) == words.UNDEFINED


def test_cep_like_hosts_are_listed():
    assert words.cep_like_hosts(["Oak"]).startswith("**Oak is CEP-like**")
    assert words.cep_like_hosts(["Oak", "Elm", "Ash"]).startswith("**Oak, Elm and Ash are CEP-like**")
    assert words.cep_like_hosts(["Oak"] * 5).startswith("**5 of the hosts are CEP-like**")
    assert "1 of 1 school is CEP-like, with 100% of" in words.cep_like_schools(1, 1, 1.0)


def test_a_range_has_as_many_digits_as_tell_its_ends_apart():
    assert words.with_range(0.434, 0.412, 0.455) == "0.43 (0.41–0.46)"
    assert words.with_range(0.4836, 0.4831, 0.4842) == "0.484 (0.483–0.484)"
    assert words.with_range(NAN, NAN, NAN) == words.UNDEFINED
    assert (words.expected(0.0313), words.expected(0.0013)) == ("0.03", "0.001")


def test_chance_warns_where_it_explains_more_than_half():
    little, much = words.chance(ED, 0.64, 0.035, 0.055), words.chance(ED, 0.05, 0.04, 0.8)
    assert little.endswith("would be 0.04 on average; it is 0.64.")
    assert "Chance explains much" in much
    assert "chance changes nothing" in words.chance(ED, 0.0, 0.0, NAN)
    assert words.chance_in_ranking(D, 0, 9) == ""
    assert "In 2 of the 9 districts" in words.chance_in_ranking(D, 2, 9)
