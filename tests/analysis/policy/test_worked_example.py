"""A new 50/50 school in a district of 85.55 % ED students: the same seats, filled from elsewhere, cut both ways.

Twenty 500-seat schools have 495 (eight), 480 (four), 450 (three), 400 (two), 300, 150 and 75 ED students. A new
500-seat school opens with 250 + 250 seats. The published figures rest on fractional students; here every count is a
thousandfold, which leaves the indices alone and makes a whole student too small to see. At its real size the program
moves whole students, and D of A and B comes to .6661 and .6612, V of C to .3596: the published digits are those of
fractions of students.
"""

from fractions import Fraction

import pandas as pd
import pytest

from analysis.policy.outcome import Change, Outcome, as_expected
from analysis.policy.scenario import Pool
from tests.analysis.policy.districts import ELSEWHERE, EVERYONE, scenario, school, table

SCALE = 1000
EDS = [495] * 8 + [480] * 4 + [450] * 3 + [400] * 2 + [300, 150, 75]
SCHOOLS = [school(f"s{i:02d}", ed * SCALE, (500 - ed) * SCALE, county="Dallas") for i, ed in enumerate(EDS)]
NEW = school("new", 0, 0, county="Dallas")
NEIGHBOUR = school("neighbour", 0, 2000 * SCALE, leaid=ELSEWHERE, county="Dallas")
SEATS = {"new": 500 * SCALE}


@pytest.fixture(scope="module")
def district() -> pd.DataFrame:
    return table(*SCHOOLS, NEW, NEIGHBOUR)


@pytest.fixture(scope="module")
def from_all(district: pd.DataFrame) -> Outcome:
    """A: both halves in proportion from all twenty."""
    return as_expected(district, scenario(SEATS))


@pytest.fixture(scope="module")
def from_outside(district: pd.DataFrame) -> Outcome:
    """B: ED in proportion; everyone else from outside the district."""
    return as_expected(district, scenario(SEATS, other=Pool(willing=1.0, outside=1.0)))


@pytest.fixture(scope="module")
def from_extremes(district: pd.DataFrame) -> Outcome:
    """C: ED from the eight 495s; the others from the 300, 150 and 75."""
    poorest, richest = tuple(f"s{i:02d}" for i in range(8)), ("s17", "s18", "s19")
    policy = scenario(SEATS, ed=Pool(1.0, senders=poorest), other=Pool(1.0, senders=richest))
    return as_expected(district, policy)


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Outcome:
    return request.getfixturevalue(request.param)


def printed(outcome: Outcome, when: str) -> tuple[float, ...]:
    return tuple(
        round(getattr(outcome.district[name], when), 4) for name in ("dissimilarity", "variance_ratio", "exposure")
    )


def test_the_district_is_the_one_described() -> None:
    assert Fraction(sum(EDS), 20 * 500) == Fraction("0.8555")


@pytest.mark.parametrize("outcome", ["from_all", "from_outside", "from_extremes"], indirect=True)
def test_before(outcome: Outcome) -> None:
    assert printed(outcome, "before") == (0.6583, 0.4336, 0.0818)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("from_all", (0.6659, 0.4062, 0.0858)),
        ("from_outside", (0.6611, 0.4214, 0.0957)),
        ("from_extremes", (0.6290, 0.3597, 0.0925)),
    ],
    indirect=["outcome"],
)
def test_after(outcome: Outcome, expected: tuple[float, ...]) -> None:
    assert printed(outcome, "after") == expected


@pytest.mark.parametrize(
    ("others", "measure", "expected"),
    [
        ({}, "dissimilarity", 0.6661),
        ({"outside": 1.0}, "dissimilarity", 0.6612),
        ({"senders": ("s17", "s18", "s19")}, "variance_ratio", 0.3596),
    ],
)
def test_at_its_real_size_whole_students_move_the_last_digits(others, measure: str, expected: float) -> None:
    rows = [school(f"s{i:02d}", ed, 500 - ed, county="Dallas") for i, ed in enumerate(EDS)]
    poorest = tuple(f"s{i:02d}" for i in range(8)) if "senders" in others else ()
    policy = scenario({"new": 500}, ed=Pool(1.0, senders=poorest), other=Pool(1.0, **others))
    away = school("neighbour", 0, 2000, leaid=ELSEWHERE, county="Dallas")
    found = as_expected(table(*rows, NEW, away), policy).district[measure].after
    assert round(found, 4) == expected


@pytest.mark.parametrize(
    ("outcome", "worse"),
    [("from_all", True), ("from_outside", True), ("from_extremes", False)],
    indirect=["outcome"],
)
def test_a_worsened_index_is_shown_as_worse(outcome: Outcome, worse: bool) -> None:
    change: Change = outcome.district["dissimilarity"]
    assert (change.after > change.before) is worse
    assert outcome.district["exposure"].after > outcome.district["exposure"].before


def test_the_eight_poorest_send_equally_and_the_three_richest_in_proportion_to_theirs(from_extremes: Outcome) -> None:
    sent = from_extremes.flows.set_index(["group", "from_school"])["students"]
    assert sent["ed"].tolist() == [250 * SCALE // 8] * 8
    # 200, 350 and 425 of 975 others
    assert sent["other"].to_dict() == {"s17": 51_282, "s18": 89_744, "s19": 108_974}


def test_the_neighbour_sends_every_other_student_of_b(from_outside: Outcome) -> None:
    others = from_outside.flows[from_outside.flows["group"] == "other"]
    assert others[["from_school", "to_school", "students"]].to_numpy().tolist() == [["neighbour", "new", 250 * SCALE]]


@pytest.mark.parametrize(
    "eds",
    [
        pytest.param([450, 400, 350, 300, 260, 240, 200, 180, 120, 100], id="52 % ED"),
        pytest.param([350, 300, 250, 200, 150, 100, 80, 60, 40, 20], id="31 % ED"),
    ],
)
@pytest.mark.parametrize(
    "pools",
    [
        pytest.param({}, id="in proportion"),
        pytest.param({"other": Pool(1.0, outside=1.0)}, id="others from outside"),
        pytest.param({"draw": "extremes"}, id="from the extremes"),
    ],
)
def test_in_a_mixed_district_d_falls_whichever_way_the_school_is_filled(
    eds: list[int], pools: dict[str, object]
) -> None:
    rows = [school(f"s{i}", ed * SCALE, (500 - ed) * SCALE, county="Dallas") for i, ed in enumerate(eds)]
    change = as_expected(table(*rows, NEW, NEIGHBOUR), scenario(SEATS, **pools)).district["dissimilarity"]
    assert change.after < change.before


def test_everyone_willing_is_what_the_example_assumes() -> None:
    assert EVERYONE.willing == 1
