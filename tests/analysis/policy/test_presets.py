"""The scenarios to start from: each runs on a district as it stands, and does what its name says."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.policy.outcome import simulate
from analysis.policy.presets import (
    FEWEST_STUDENTS,
    MOST_HOSTS,
    PRESETS,
    entry_hosts,
    scenario_from_preset,
    suggested_hosts,
    whole_hosts,
)
from analysis.policy.scenario import Host, Scenario, from_json
from tests.analysis.policy.districts import ELSEWHERE, HOME, YEAR, Row, school, table

# Fifteen elementary schools from 90 % ED down to 20 %, of 400; three of them no school to start with.
SHARES = range(90, 15, -5)
ROWS = [school(f"e{share}", 4 * share, 4 * (100 - share), county="Travis", charter=False) for share in SHARES]
CHARTER = school("charter", 400, 0, charter=True)
VIRTUAL = school("virtual", 400, 0, virtual=True)
TINY = school("tiny", FEWEST_STUDENTS - 1, 0)
UNKNOWN = school("unknown", None, 400)
HIGH = [school(f"h{i}", 900, 300, level="high") for i in range(3)]
AWAY = school("away", 300, 900, leaid=ELSEWHERE, county="Travis")

every_preset = pytest.mark.parametrize("preset", PRESETS)


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return table(CHARTER, VIRTUAL, TINY, UNKNOWN, *HIGH, *ROWS, AWAY)


def from_preset(schools: pd.DataFrame, preset: str) -> Scenario:
    return scenario_from_preset(schools, preset, dataset="test", district=HOME, year=YEAR)


@every_preset
def test_each_runs_as_it_is(schools: pd.DataFrame, preset: str) -> None:
    asked = from_preset(schools, preset)
    outcome = simulate(schools, asked, replicates=5)
    assert (asked.dataset, asked.district, asked.year) == ("test", HOME, YEAR)
    assert from_json(asked.to_json()) == asked
    assert outcome.unknown["ncessch"].tolist() == ["unknown"]
    assert (outcome.district["moved"].after > 0) is (preset != "do-nothing")


@every_preset
def test_each_says_its_name_and_what_it_rests_on(preset: str) -> None:
    assert PRESETS[preset].name == preset
    assert PRESETS[preset].label
    assert PRESETS[preset].basis.endswith(".")
    assert (source := PRESETS[preset].source) is None or str(source.year or "year not noted") in PRESETS[preset].basis


@every_preset
def test_the_name_counts_the_hosts_there_are(schools: pd.DataFrame, preset: str) -> None:
    asked = from_preset(schools, preset)
    counted = [int(word) for word in asked.name.replace(",", "").split() if word.isdigit()]
    assert counted in ([], [len(asked.hosts)])


@every_preset
def test_a_level_a_basis_and_their_names_are_kept(schools: pd.DataFrame, preset: str) -> None:
    asked = scenario_from_preset(
        schools, preset, dataset="test", district=HOME, year=YEAR, basis="frpl", level="elementary"
    )
    assert (asked.basis, asked.level) == ("frpl", "elementary")


def test_do_nothing_does_nothing(schools: pd.DataFrame) -> None:
    outcome = simulate(schools, from_preset(schools, "do-nothing"), replicates=5)
    assert outcome.flows.empty
    for change in (*outcome.district.values(), *outcome.state.values()):
        np.testing.assert_array_equal(change.after, change.before)


def test_half_and_half_within_the_district_is_that(schools: pd.DataFrame) -> None:
    asked = from_preset(schools, "district-only")
    outcome = simulate(schools, asked, replicates=5)
    assert asked.ed_share == 0.5
    assert (asked.ed.outside, asked.other.outside) == (0, 0)
    assert outcome.pools["seats"].tolist() == [200] * 6
    assert not outcome.pools["outside"].any()


def test_dallas_keeps_some_seats_for_students_from_outside(schools: pd.DataFrame) -> None:
    asked = from_preset(schools, "dallas")
    assert asked.ed_share == 0.5
    # Nobody of the high-share hosts' ED pool is wanted, but one in ten of the 200 other seats is offered outside: 20
    # at each host; one in five of the 900 is willing, so all are filled.
    others = simulate(schools, asked, replicates=5).pools.query("group == 'other'")
    assert others["outside"].tolist() == [20] * 3


def test_the_district_share_is_the_district_s_own(schools: pd.DataFrame) -> None:
    own = schools[(schools["leaid"] == HOME) & schools["ed"].notna()]
    share = own["ed"].sum() / own["students"].sum()
    assert from_preset(schools, "district-share").ed_share == pytest.approx(share, abs=0.005)


# --- Suggested hosts


def home(schools: pd.DataFrame) -> pd.DataFrame:
    return schools[schools["leaid"] == HOME]


def test_the_hosts_are_the_three_poorest_of_fifteen_elementary_schools(schools: pd.DataFrame) -> None:
    hosts = suggested_hosts(home(schools))
    assert [host.ncessch for host in hosts] == ["e90", "e85", "e80"]
    assert [host.seats for host in hosts] == [400] * 3


@every_preset
def test_hosts_are_ordinary_schools_of_the_district(schools: pd.DataFrame, preset: str) -> None:
    by_id = schools.set_index("ncessch")
    for host in from_preset(schools, preset).hosts:
        row = by_id.loc[host.ncessch]
        assert row["leaid"] == HOME
        assert row["students"] >= FEWEST_STUDENTS
        assert host.ncessch not in {"charter", "virtual", "tiny", "unknown"}


@pytest.mark.parametrize(("schools_", "hosts"), [(2, 1), (9, 1), (10, 2), (20, 4), (60, MOST_HOSTS)])
def test_one_in_five_and_four_at_most(schools_: int, hosts: int) -> None:
    assert len(suggested_hosts(table(*(school(f"s{i:02d}", 50 + i, 100) for i in range(schools_))))) == hosts


def test_a_school_of_exactly_the_fewest_students_may_host() -> None:
    rows = [school("small", FEWEST_STUDENTS, 0), school("big", 100, 300)]
    assert [host.ncessch for host in suggested_hosts(table(*rows))] == ["small"]


@pytest.mark.parametrize(
    ("rows", "host"),
    [
        pytest.param(
            [*HIGH, school("k1", 200, 1, level="combined"), school("k2", 100, 1, level=None)], "k1", id="combined"
        ),
        pytest.param(
            [*HIGH, school("m1", 200, 1, level="middle"), school("m2", 100, 9, level="middle")], "m1", id="middle"
        ),
        pytest.param([*HIGH, ROWS[0]], "h0", id="one elementary school alone"),
    ],
)
def test_the_first_level_with_two_schools_is_taken(rows: list[Row], host: str) -> None:
    assert suggested_hosts(table(*rows))[0].ncessch == host


def test_seats_stay_within_the_building() -> None:
    rows = [school("a", 390, 10, capacity=350), school("b", 10, 390)]
    (host,) = suggested_hosts(table(*rows))
    assert host.seats == 350


def grades(**students: dict[str, int | None]) -> pd.DataFrame:
    rows = [(YEAR, name, grade, n) for name, of in students.items() for grade, n in of.items()]
    return pd.DataFrame(rows, columns=["year", "ncessch", "grade", "students"]).astype({"students": "Int64"})


def test_with_students_by_grade_the_seats_are_those_of_the_entry_grade() -> None:
    rows = [school("a", 390, 10, capacity=350), *(school(f"b{i}", 10, 390) for i in range(14))]
    by_grade = grades(a={"PK": 30, "KG": 70, "01": 300}, b0={"KG": 66}, c={"KG": 9})
    assert suggested_hosts(table(*rows), by_grade)[0] == Host("a", 70, "KG")
    crowded = grades(a={"KG": 390, "01": 10})
    assert suggested_hosts(table(*rows), crowded)[0] == Host("a", 350, "KG")


def test_a_host_whose_entry_grade_is_not_known_has_seats_in_every_grade() -> None:
    schools = table(*(school(name, 300, 100) for name in "abc"))
    assert entry_hosts(schools, grades(a={"KG": None, "01": 60}, b={"PK": 50})) == whole_hosts(schools)


def test_a_preset_takes_students_by_grade(schools: pd.DataFrame) -> None:
    by_grade = grades(e90={"KG": 60}, e85={"03": 61}, e80={"KG": 62})
    asked = scenario_from_preset(schools, "dallas", dataset="test", district=HOME, year=YEAR, grades=by_grade)
    assert asked.hosts == (Host("e90", 60, "KG"), Host("e85", 61, "03"), Host("e80", 62, "KG"))
    assert from_json(asked.to_json()) == asked
    outcome = simulate(schools, asked, replicates=5)
    assert outcome.pools.groupby("host", sort=False)["seats"].sum().tolist() == [60, 61, 62]


# --- Refused


@pytest.mark.parametrize(
    ("preset", "district", "year", "words"),
    [
        ("atlantis", HOME, YEAR, ["atlantis", "choose one of", *PRESETS]),
        ("dallas", "4899999", YEAR, ["4899999", "check"]),
        ("dallas", HOME, 1999, [HOME, "1999", "check"]),
        ("dallas", ELSEWHERE, YEAR, [ELSEWHERE, "choose a larger district"]),
    ],
)
def test_what_cannot_start_is_refused(
    schools: pd.DataFrame, preset: str, district: str, year: int, words: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        scenario_from_preset(schools, preset, dataset="test", district=district, year=year)
    for word in words:
        assert word in str(caught.value)


def test_nothing_can_be_done_anywhere(schools: pd.DataFrame) -> None:
    asked = scenario_from_preset(schools, "do-nothing", dataset="test", district=ELSEWHERE, year=YEAR)
    assert asked.hosts == ()
