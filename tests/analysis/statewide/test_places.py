"""Which districts take part and which schools host, by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.policy.scenario import Host, Pool, Scenario, Supply
from analysis.statewide.places import applied
from analysis.statewide.rule import Policy
from data.grades import typed as typed_grades
from tests.analysis.policy.districts import YEAR, scenario, table
from tests.analysis.statewide.states import NO_GRADES, PLAIN, district, scenarios

# Five schools from west to east; the students' mean point lies between the third and the fourth.
FIVE = ((200, 0), (100, 100), (50, 150), (150, 150), (90, 210))


def hosts(policy, *rows):
    return {each.district: [host.ncessch[-1] for host in each.hosts] for each in scenarios(table(*rows), policy)}


@pytest.mark.parametrize(
    ("choose", "order"),
    [
        # Places 0 to 4 with 200, 200, 200, 300, 300 students: the mean is 2.25.
        ("central", "23140"),
        ("highest-ed", "01342"),
        ("lowest-ed", "24130"),
        ("largest", "34012"),
    ],
)
@pytest.mark.parametrize(("share", "number"), [(0.1, 1), (0.29, 1), (0.3, 2), (0.5, 3), (1.0, 4)])
def test_the_schools_named_first_host(choose, order, share, number):
    found = hosts(Policy(choose=choose, hosts_share=share), *district("4800001", *FIVE))
    assert found == {"4800001": list(order[:number])}


def test_those_that_could_do_most_host():
    # The last school's 400 seats draw the 200 disadvantaged students that the two before it have too many, and send
    # them as many others: then all are even. No other school draws more than 100.
    rows = district("4800001", (100, 100), (200, 0), (200, 0), (0, 400))
    assert hosts(Policy(choose="optimum", hosts_share=0.25), *rows) == {"4800001": ["3"]}


def test_those_that_could_do_most_are_of_the_kind_that_the_rules_make():
    # Where hosts mirror the district of 75 %, the last draws 100 disadvantaged students and all are even; where they
    # are 50/50, it is so already and draws nobody.
    rows = district("4800001", (150, 50), (200, 0), (200, 0), (200, 200))
    policy = Policy(choose="optimum", hosts_share=0.25, preset="district-share")
    assert hosts(policy, *rows) == {"4800001": ["3"]}
    assert hosts(replace(policy, preset="district-only"), *rows) != {"4800001": ["3"]}


def test_where_all_are_alike_those_named_first_host():
    rows = district("4800001", *([(200, 0)] * 4))
    assert hosts(Policy(choose="optimum", hosts_share=0.5), *rows) == {"4800001": ["0", "1"]}


def test_those_who_do_not_take_part_are_told_with_the_reason():
    rows = [
        *district("4800001", *FIVE),
        *district("4800002", *FIVE[:3]),
        *district("4800003", *FIVE, charter=True),
        *district("4800004", *FIVE, virtual=True),
        *district("4800005", *FIVE, latitude=None),
        *district("4800006", *([(40, 50)] * 4)),
        *district("4800007", *([(None, 500)] * 4), (100, 100)),
        *district("4800008", *FIVE, level="high"),
    ]
    found = applied(table(*rows), Policy(), PLAIN, NO_GRADES)
    assert [each.district for each in found.scenarios] == ["4800001"]
    few = "fewer than 4 elementary schools that it assigns students to"
    uncounted = "no two elementary schools with known counts, one of them with 100 students"
    assert found.left_alone.to_numpy().tolist() == [
        ["4800002", few],
        ["4800003", few],
        ["4800004", few],
        ["4800005", "no known places of its elementary schools"],
        ["4800006", uncounted],
        ["4800007", uncounted],
        ["4800008", few],
    ]


def test_a_policy_that_asks_for_no_places_needs_none():
    rows = district("4800001", *FIVE, latitude=None)
    assert hosts(Policy(choose="highest-ed"), *rows) == {"4800001": ["0"]}


def test_small_schools_and_unknown_ones_do_not_host_but_count():
    rows = [*district("4800001", (90, 0), (None, 500), (10, 100), (20, 120))]
    assert hosts(Policy(choose="highest-ed", hosts_share=0.5), *rows) == {"4800001": ["3", "2"]}


def test_every_place_is_a_seat_or_those_of_the_entry_grade():
    rows = district("4800001", *FIVE)
    grades = typed_grades(
        pd.DataFrame(
            [
                {"year": YEAR, "ncessch": row["ncessch"], "grade": grade, "students": 40}
                for row in rows
                for grade in ("KG", "01")
            ]
        )
    )
    policy = Policy(seats="entry grade")
    (whole,) = applied(table(*rows), replace(policy, seats="every grade"), PLAIN, grades).scenarios
    (entry,) = applied(table(*rows), policy, PLAIN, grades).scenarios
    assert whole.hosts == (Host("480000100002", 200),)
    assert entry.hosts == (Host("480000100002", 40, "KG"),)
    with pytest.raises(InputError, match='dataset "test" has no students by grade'):
        applied(table(*rows), policy, PLAIN, NO_GRADES)


def test_the_lotteries_are_the_preset_s_but_for_what_the_policy_says():
    rows = table(*district("4800001", *FIVE))
    (found,) = scenarios(rows, Policy(preset="dallas"))
    assert (found.ed.outside, found.other.outside) == (0.1, 0.1)
    (found,) = scenarios(rows, Policy(preset="dallas", outside=0.3, willing=0.05))
    assert found.ed == found.other == Pool(willing=0.05, outside=0.3)
    (found,) = scenarios(rows, Policy(preset="district-share"))
    assert found.ed_share == 0.49  # 590 of 1,200
    assert (found.level, found.year, found.dataset) == ("elementary", YEAR, "test")
    assert scenarios(rows, Policy(preset="do-nothing"))[0].hosts == ()


def test_the_centre_is_measured_in_miles_not_degrees():
    # On 60° north a degree of longitude is half one of latitude; all students but a few are at the first school.
    rows = district("0200001", (5000, 5000), (50, 50), (50, 50), latitude=60.0)
    rows[1] |= {"latitude": 60.0, "longitude": -97.0 + 0.03}
    rows[2] |= {"latitude": 60.02, "longitude": -97.0}
    rows[0] |= {"longitude": -97.0, "charter": None}
    found = hosts(Policy(least_schools=3, hosts_share=1.0), *rows)
    assert found == {"0200001": ["0", "1"]}


def test_a_template_gives_each_district_its_rules_and_the_policy_the_rest():
    rules = scenario(
        {"x": 9},
        years=3,
        draw="distance",
        unfilled="lower",
        private=Supply(40, 0.1),
        ed=Pool(0.3, leave=0.1),
        level="high",
    )
    policy = Policy(template=rules, outside=0.2, choose="largest")
    (found,) = scenarios(table(*district("4800001", *FIVE)), policy)
    assert (found.years, found.draw, found.unfilled, found.private) == (3, "distance", "lower", Supply(40, 0.1))
    assert found.ed == Pool(0.3, leave=0.1, outside=0.2)
    assert (found.district, found.level, found.dataset) == ("4800001", "elementary", "test")
    assert [host.ncessch[-1] for host in found.hosts] == ["3"]
    assert found.name == policy.words
    assert Policy().preset == "district-only"
    (plain,) = scenarios(table(*district("4800001", *FIVE)), Policy())
    (same,) = scenarios(table(*district("4800001", *FIVE)), Policy(template=Scenario("other", "1", 1999)))
    assert replace(same, name=plain.name) == plain
