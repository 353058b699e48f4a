"""What a scenario stands on: a table that cannot carry it is refused in words that say which school and what to do."""

import re

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.policy.ground import ground, seats_held
from analysis.policy.scenario import Host, NewSchool, Pool, Scenario, SetAside, Weight
from tests.analysis.policy.districts import ELSEWHERE, HOME, Row, scenario, school, table

A, B = school("a", 10, 10), school("b", 20, 5)
HIGH = school("h", 10, 10, level="high")
AWAY = school("away", 5, 5, leaid=ELSEWHERE)
UNKNOWN = school("unknown", None, 30)

# The schools, the policy, and words of the message: which school or field, and what to do.
REFUSED: dict[str, tuple[list[Row], Scenario, tuple[str, ...]]] = {
    "an unknown host": ([A, B], scenario({"z": 1}), ("Host z", HOME, "choose")),
    "a host of another district": ([A, B, AWAY], scenario({"away": 1}), ("Host away", HOME, "choose")),
    "a host with an unknown ED count": ([A, UNKNOWN], scenario({"unknown": 1}), ("Host unknown", "ED", "choose")),
    "more seats than the building holds": (
        [school("a", 10, 10, capacity=30), B],
        scenario({"a": 31}),
        ("Host a", "31", "30", "fewer seats"),
    ),
    "a host whose grades nobody else serves": ([A, B, HIGH], scenario({"h": 4}), ("host h", "grades", "choose")),
    "hosts alone with one another": ([A, B], scenario({"a": 4, "b": 4}), ("host a", "grades", "choose")),
    "company of unknown ED count": ([A, UNKNOWN], scenario({"a": 4}), ("host a", "grades", "choose")),
    "company in another district": ([A, AWAY], scenario({"a": 4}), ("host a", "grades", "choose")),
    "an absent district": ([A, B], Scenario("test", "4899999", 2018), ("District 4899999", "2018", "check")),
    "an absent year": ([A, B], Scenario("test", HOME, 1999), (f"District {HOME}", "1999", "check")),
    "an unknown sender": (
        [A, B],
        scenario({"a": 4}, ed=Pool(senders=("b", "z"))),
        ("ed.senders", "school z", "not among the schools that count in 2018", "correct its id"),
    ),
    "a new school with the id of another": (
        [A, B],
        scenario({}, hosts=(Host("b", 4, new=NewSchool("B", 30.0, -97.0, "elementary")),)),
        ("New school b", "id of another", "choose"),
    ),
    "a new school with more seats than it holds": (
        [A, B],
        scenario({}, hosts=(Host("n", 5, capacity=4, new=NewSchool("N", 30.0, -97.0, "elementary")),)),
        ("Host n", "5", "4", "fewer seats"),
    ),
    "a magnet's seats beside a full building": (
        [school("a", 10, 10, capacity=20), B],
        scenario({}, hosts=(Host("a", 4, magnet=True),)),
        ("Host a", "beside its 20 students", "20", "fewer seats"),
    ),
    "more seats than the scenario's own capacity": (
        [A, B],
        scenario({}, hosts=(Host("a", 31, capacity=30),)),
        ("Host a", "31", "30", "fewer seats"),
    ),
    "a capacity below the students who stay": (
        [A, B],
        scenario({}, hosts=(Host("a", 10, capacity=19),)),
        ("Host a", "20 students", "19", "hosts[0].capacity", "give"),
    ),
    "seats in a grade that the host does not have": (
        [A | {"grade_low": "PK", "grade_high": "05"}, B],
        scenario({}, hosts=(Host("b", 1), Host("a", 4, "06"))),
        ("Host a", "PK to 05", "06", "hosts[1].grade", "choose"),
    ),
    "seats far beyond a host whose capacity is unknown": (
        [A, B],
        scenario({"b": 1, "a": 9_000}),
        ("Host a", "9,000", "20 students", "hosts[1].capacity", "fewer seats"),
    ),
    "a new school in the Andaman Sea": (
        [A | {"latitude": 32.8, "longitude": -96.8}, B],
        scenario({}, hosts=(Host("n", 4, new=NewSchool("N", 32.8, 96.8, "elementary")),)),
        ("New school n", "miles", "hosts[0].new.latitude", "give"),
    ),
    "an unknown feeder": (
        [A, B],
        scenario({"a": 4}, set_asides=(SetAside("feeder", 0.5, schools=("z",)),)),
        ("set_asides[0].schools", "school z", "not among the schools that count in 2018", "remove"),
    ),
    "the weight of an unknown school": (
        [A, B],
        scenario({"a": 4}, weights=(Weight("z"),)),
        ("weights", "school z", "not among the schools that count in 2018", "correct its id"),
    ),
    "a sender of unknown ED count": (
        [A, B, UNKNOWN],
        scenario({"a": 4}, ed=Pool(senders=("unknown",))),
        ("ed.senders", "school unknown", "no known ED count", "remove"),
    ),
    "a feeder outside the district": (
        [A, B, AWAY],
        scenario({"a": 4}, set_asides=(SetAside("feeder", 0.5, schools=("away",)),)),
        ("set_asides[0].schools", "school away", "outside the district", "remove"),
    ),
    "a sender beyond the distance": (
        [
            school("a", 9, 9, latitude=30.0, longitude=-97.0),
            B,
            AWAY | {"latitude": 31.0, "longitude": -97.0},
        ],
        scenario({"a": 4}, other=Pool(outside=0.5, senders=("away",))),
        ("other.senders", "school away", "outside_miles", "remove"),
    ),
}


def test_only_a_school_that_could_be_reached_is_said_to_be_out_of_reach() -> None:
    out_of_reach = {name for name in REFUSED if "outside_miles" in refusal(name)}
    assert out_of_reach == {"a sender beyond the distance"}


def refusal(name: str) -> str:
    rows, policy, _ = REFUSED[name]
    with pytest.raises(InputError) as caught:
        ground(table(*rows), policy)
    return str(caught.value)


@pytest.mark.parametrize("name", REFUSED)
def test_a_scenario_the_table_cannot_carry_is_refused(name: str) -> None:
    message = refusal(name)
    for word in REFUSED[name][2]:
        assert word in message


@pytest.mark.parametrize("name", REFUSED)
def test_the_message_is_one_sentence_and_says_what_to_do(name: str) -> None:
    message = refusal(name)
    assert message.endswith(".")
    assert "\n" not in message
    assert any(f" {verb} " in message for verb in ("choose", "give", "check", "remove", "name", "add"))


def test_a_host_without_seats_needs_no_company() -> None:
    assert ground(table(A, HIGH), scenario({"h": 0})).seats.tolist() == [[0]]


def test_a_building_already_over_its_capacity_may_keep_its_seats() -> None:
    crowded = table(school("a", 20, 20, capacity=30), B)
    assert ground(crowded, scenario({"a": 40})).seats.tolist() == [[40]]
    with pytest.raises(InputError, match="41"):
        ground(crowded, scenario({"a": 41}))


def test_a_building_of_unknown_capacity_grows_at_most_to_twice_its_students() -> None:
    # One of 700 students could hold 1,400; a small one the 1,000 of a small building, and an empty one any number.
    large, small, empty = school("l", 350, 350), school("s", 10, 10), school("e", 0, 0)
    for host, most in ((large, 1_400), (small, 1_000), (empty, 5_000)):
        name = str(host["ncessch"])
        assert ground(table(host, B), scenario({name: most})).seats.tolist() == [[most]]
    for host, over in ((large, 1_401), (small, 1_001)):
        name = str(host["ncessch"])
        with pytest.raises(InputError, match=rf"{over:,} seats .* hosts\[0\].capacity"):
            ground(table(host, B), scenario({name: over}))
        room = (Host(name, over, capacity=over),)
        assert ground(table(host, B), scenario({}, hosts=room)).seats.tolist() == [[over]]


def test_hosts_of_the_scenario_s_level_exchange_students_with_its_schools_alone() -> None:
    combined = school("k", 1, 2, level="combined")
    rows = table(A, B, combined, school("j", 1, 2, level="combined"))
    for level, serves in ((None, [True] * 4), ("elementary", [True, True, False, False]), ("high", [True] * 4)):
        assert ground(rows, scenario({"a": 4}, level=level)).serves.tolist() == [serves]
    # A combined host goes on sharing grades with all, since it is not among the schools that the figures cover.
    assert ground(rows, scenario({"k": 1}, level="elementary")).serves.tolist() == [[True] * 4]


@pytest.mark.parametrize(
    ("level", "low", "high", "grade", "words"),
    [
        (
            "elementary",
            "09",
            None,
            None,
            'school "New" is of the level elementary, which has grades KG to 08, not 09;',
        ),
        ("elementary", None, None, "09", "not 09; give it another level or grade"),
        ("middle", "04", "10", None, "level middle, which has grades 04 to 09, not 10;"),
        ("high", "06", "12", None, "level high, which has grades 07 to 13, not 06;"),
        ("elementary", "05", "01", None, 'school "New" has grades 05 to 01; give the lowest first'),
        ("elementary", "KG", "05", "06", "has grades KG to 05, not the 06 of hosts"),
    ],
)
def test_a_new_school_has_grades_of_its_level(level, low, high, grade, words) -> None:
    new = Host("new", 4, grade, new=NewSchool("New", 0.0, 0.0, level, low, high))
    with pytest.raises(InputError, match=re.escape(words)):
        ground(table(A, B), scenario({}, hosts=(new,)))


@pytest.mark.parametrize(
    ("level", "low", "high"), [("elementary", "KG", "08"), ("combined", "KG", "12"), ("elementary", "05", "05")]
)
def test_a_new_school_may_have_all_grades_of_its_level(level, low, high) -> None:
    new = Host("new", 4, low, new=NewSchool("New", 0.0, 0.0, level, low, high))
    assert ground(table(A, B), scenario({}, hosts=(new,))).seats.tolist() == [[4]]


def test_seats_held_at_the_end_are_of_those_still_there() -> None:
    # Kindergartners of years 2 and 3 are still in a, which ends with grade 1, and b's seats of year 1 are held on.
    hosts = (Host("a", 4, "KG", later=(3, 2)), Host("a", 1, "01", start=3), Host("b", 5))
    asked = scenario({}, hosts=hosts, years=3)
    ends = {"grade_low": "KG", "grade_high": "01"}
    place = ground(table(A | ends, B, school("c", 9, 9)), asked)
    assert seats_held(place, asked).tolist() == [3 + 2, 1, 5]
    assert not len(seats_held(ground(table(A, B), scenario({})), scenario({})))


def test_other_years_of_the_table_do_not_count() -> None:
    place = ground(table(A, B, school("c", 1, 1, year=2017), A | {"year": 2017}), scenario({"a": 4}))
    assert place.schools["ncessch"].tolist() == ["a", "b"]


def test_groups_hosts_and_grades() -> None:
    combined, none = school("k", 1, 2, level="combined"), school("u", 3, 4, level=None)
    place = ground(table(A, HIGH, combined, none, B), scenario({"b": 4, "h": 0}))
    assert place.schools["ncessch"].tolist() == ["a", "h", "k", "u", "b"]
    assert place.students.tolist() == [[10, 10, 1, 3, 20], [10, 10, 2, 4, 5]]
    assert place.hosts.tolist() == [4, 1]
    assert place.serves.tolist() == [[True, False, True, True, True], [False, True, True, True, False]]
    assert place.may_send.tolist() == [[True, False, True, True, False]] * 2


def test_distances_are_great_circles() -> None:
    # A degree of latitude is 3,958.8 π / 180 = 69.094 miles; one of longitude at 60° N half of that, less a little as
    # the great circle runs north of the parallel: 2 · 3,958.8 · asin(cos 60° · sin ½°) = 34.546.
    points = [(60.0, 10.0), (61.0, 10.0), (60.0, 11.0), (60.0, None), (-60.0, -170.0)]
    rows = [
        school(f"s{i}", 1, 1, latitude=latitude, longitude=longitude) for i, (latitude, longitude) in enumerate(points)
    ]
    miles = ground(table(*rows), scenario({"s0": 1})).miles[0]
    assert miles[:3] == pytest.approx([0, 69.0941, 34.5458], abs=1e-3)
    assert np.isinf(miles[3])
    assert miles[4] == pytest.approx(np.pi * 3958.8)  # the other side of the earth


def test_grades_and_how_long_a_student_stays() -> None:
    rows = [
        school("k5", 1, 1, grade_low="PK", grade_high="05"),
        school("68", 1, 1, grade_low="06", grade_high="08", level="middle"),
        school("none", 1, 1),
        school("pk", 1, 1, grade_low="PK", grade_high="PK"),
    ]
    hosts = (Host("k5", 0, "KG"), Host("none", 0, "KG"), Host("pk", 0))
    place = ground(table(*rows), scenario({}, hosts=hosts))
    # Kindergarten to grade 5 and grades 6 to 8; an elementary school's six grades where none is known.
    assert place.grades.tolist() == [6, 3, 6, 6]
    assert place.stays.tolist() == [6, 6, 1]
    later = ground(table(*rows), scenario({}, hosts=(Host("k5", 1, "03"),)))
    assert later.stays.tolist() == [3]


def test_schools_outside_stay_out_where_they_can_play_no_part() -> None:
    near = school("near", 5, 5, leaid=ELSEWHERE, county="Travis")
    rows = [row | {"county": "Travis"} for row in (A, B)]
    assert ground(table(*rows, near), scenario({"a": 4})).inside.all()
    with_outside = ground(table(*rows, near), scenario({"a": 4}, ed=Pool(1.0, outside=0.1)))
    assert with_outside.schools["ncessch"].tolist() == ["a", "b", "near"]
