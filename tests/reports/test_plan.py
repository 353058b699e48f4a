"""A plan on paper: the paragraph holds at the edges, and the text names every school and says what it leaves out."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.policy.moves import at_schools
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, Pool, Scenario
from reports.plan import PlanResult, answer, seats, seats_in, text, with_grades
from tests.analysis.policy.districts import scenario, school, table
from tests.small_state import uneven_plan

FOR_BOTH = "seats are for disadvantaged and other students"
NO_PARTS = pd.DataFrame(columns=["place", "measure", "part", "before", "after"])


def test_no_host(tmp_path):
    assert "stays as it is" in answer(uneven_plan(tmp_path, 0), "Oak")


def test_one_host_is_singular(tmp_path):
    said = answer(uneven_plan(tmp_path, 1), "Oak")
    assert "1 of 1 host school lies" in said
    assert "100 seats are" in said


@pytest.mark.parametrize(
    ("grades", "said"),
    [([], ""), ([None], ""), (["KG", None], ""), (["KG", "KG"], " in kindergarten"),
     (["KG", "01", "02"], " in kindergarten, grade 1 and grade 2"),
     (["06", "KG"], " in kindergarten and grade 6")],
)  # fmt: skip
def test_seats_are_in_the_entry_grades_of_the_hosts(grades, said):
    hosts = tuple(Host(str(number), 10, grade) for number, grade in enumerate(grades))
    assert seats_in(Scenario("d", "1", 2020, hosts)) == said


@pytest.mark.parametrize(
    ("hosts", "years", "said"),
    [
        ((Host("h", 12),), 1, "12 seats are for disadvantaged and other students."),
        ((Host("h", 12),), 3, "12 seats are for disadvantaged and other students."),  # drawn once, held on
        ((Host("h", 1, "KG"),), 1, "1 seat is for disadvantaged and other students in kindergarten."),
        # A student of kindergarten to grade 5 is there for six years, so two of eight lotteries' have left.
        ((Host("h", 2, "KG"),), 3, f"Every year 2 {FOR_BOTH} in kindergarten; after 3 years there are 6."),
        ((Host("h", 2, "KG"),), 8, f"Every year 2 {FOR_BOTH} in kindergarten; after 8 years there are 12."),
        (
            (Host("h", 2, "KG", later=(3,)),),
            3,
            f"In the first year 2 {FOR_BOTH} in kindergarten; after 3 years there are 8.",
        ),
        (
            (Host("h", 2, "KG"), Host("h", 4, "01", later=(0,))),
            2,
            f"In the first year 6 {FOR_BOTH} in kindergarten and grade 1; after 2 years there are 8.",
        ),
    ],
)
def test_seats_drawn_and_held_are_both_told(hosts, years, said):
    k5 = [school(name, 40, 20, grade_low="KG", grade_high="05") for name in "hab"]
    outcome = simulate(table(*k5), scenario({}, hosts=hosts, years=years), replicates=2)
    assert seats(outcome) == said
    assert f" {said} " in answer(outcome, "Oak")


def test_only_schools_that_send_are_said_to_become_poorer(tmp_path):
    outcome = uneven_plan(tmp_path, 1)
    schools = outcome.schools.assign(poorer=[False, True, False])
    # The third's share rises as well, by students who come; it sends none.
    schools.loc[2, ["ed_after", "students_after"]] = [40, 100]
    said = answer(replace(outcome, schools=schools), "Oak")
    assert "; 1 of them becomes poorer" in said


def test_two_hosts_are_plural(tmp_path):
    said = answer(uneven_plan(tmp_path, 2), "Oak")
    assert "of 2 host schools" in said
    assert "200 seats" in said


def test_seats_nobody_takes_are_said(tmp_path):
    assert "stay empty" in answer(uneven_plan(tmp_path, 1, willing=0.1), "Oak")
    assert "stay empty" not in answer(uneven_plan(tmp_path, 1, willing=1.0), "Oak")


def test_seats_in_several_grades_are_called_by_the_grade_they_are_drawn_in():
    k5 = [school(name, 40, 20, grade_low="KG", grade_high="05") for name in "hab"]
    hosts = (Host("h", 2, "KG"), Host("h", 2, "01", later=(0,)))
    for years, words in ((1, "Oak, kindergarten"), (3, "Oak, drawn in kindergarten")):
        outcome = simulate(table(*k5), scenario({}, hosts=hosts, years=years), replicates=2)
        names = pd.Series("Oak", index=outcome.pools.index)
        assert words in with_grades(outcome, names).tolist()


# --- As text

# H's 20 ED and 20 other seats: A and B send 10 each of 10 + 50 and 20 + 20 in proportion to others, and so on.
DISTRICT = table(
    school("h", 40, 0),
    school("a", 10, 50),
    school("b", 20, 30),
    school("c", 60, 20),
    school("aside", 5, 5, level="high"),
)
NAMES = {"h": "Host School", "a": "Ash", "b": "Birch", "c": "Cedar"}


def result(outcome: Outcome, hidden: str = "") -> PlanResult:
    return PlanResult(answer(outcome, "Oak"), outcome, NO_PARTS, at_schools(outcome), NAMES, hidden)


def plan(**fields: object) -> Outcome:
    return simulate(DISTRICT, scenario({"h": 40}, **fields), replicates=5)


def after(said: str, title: str) -> list[str]:
    """The lines of a part of the text, without its title and heading."""
    return next(part for part in said.split("\n\n") if part.startswith(title)).splitlines()[2:]


def test_the_answer_comes_first_and_every_school_has_its_name():
    outcome = plan()
    said = text(result(outcome, "Hidden: nothing."), 25)
    assert said.startswith(answer(outcome, "Oak"))
    assert said.endswith("Hidden: nothing.\n")
    # 50, 30 and 20 others share 20 seats as 10, 6 and 4; H's 20 ED who lose their seats take those places.
    others = [line.split() for line in after(said, "Schools that students leave")]
    assert [(name, leave, arrive) for name, leave, arrive, *_ in others] == [
        ("Ash", "10", "10"), ("Birch", "6", "6"), ("Cedar", "4", "4"),
    ]  # fmt: skip
    assert [line[-1] for line in others] == ["+16.7", "+12.0", "+5.0"]
    assert "aside" not in said


def test_no_school_whose_counts_are_hidden_stands_out_of_the_answer():
    outcome = plan()
    secret = outcome.schools["ncessch"] == "a"
    emptied = {name: outcome.schools[name].mask(secret) for name in ("ed_before", "ed_after")}
    poorer = outcome.schools["poorer"].astype("boolean").mask(secret)
    told = replace(outcome, schools=outcome.schools.assign(**emptied, poorer=poorer))
    assert "3 schools send students; 3 of them become poorer, by at most 16.7 points." in answer(outcome, "Oak")
    assert (
        "3 schools send students; 2 of them become poorer, by at most 12.0 points; the counts of 1 more are hidden."
        in answer(outcome, "Oak", told)
    )


def test_the_seats_of_every_lottery():
    seats = [line.split() for line in after(text(result(plan()), 25), "Seats by lottery")]
    # Host, lottery, seats, kept, outside, inside, unfilled, offered, applied, waiting, odds.
    assert seats == [
        ["Host", "School", "ed", "20", "20", "0", "0", "0", "0", "90", "90", "0.0%"],
        ["Host", "School", "other", "20", "0", "0", "20", "0", "20", "100", "80", "20.0%"],
    ]


@pytest.mark.parametrize(
    ("top", "listed", "more"), [(25, 3, ""), (1, 1, "\n2 more; --top N"), (0, 0, "leave or join: 3; --top N")]
)
def test_the_list_ends_where_asked_and_says_how_many_more_there_are(top, listed, more):
    said = text(result(plan()), top)
    part = next(part for part in said.split("\n\n") if part.startswith("Schools that students leave"))
    assert sum(name in part for name in ("Ash", "Birch", "Cedar")) == listed
    assert ("--top" in part, more in part) == (bool(more), True)
    assert "Empty DataFrame" not in part


def test_the_date_of_the_second_round_stands_with_the_seats():
    said = text(result(plan(unfilled="second", second_date="the first of July")), 25)
    assert "Seats by lottery; second round: the first of July\n" in said
    assert "second round" not in text(result(plan(unfilled="second")), 25)


def test_notes_and_reasons_are_said():
    outcome = plan(other=Pool(0.0))
    said = text(result(outcome), 25)
    assert "No applicants" in said
    assert "Host School, other: None of the 100 other students who could apply for 20 seats does." in said


def test_without_a_host_there_is_only_the_answer():
    outcome = simulate(DISTRICT, scenario({}), replicates=2)
    assert text(result(outcome), 25) == answer(outcome, "Oak") + "\n"


def test_several_years_say_which_one_the_applicants_are_of():
    graded = DISTRICT.assign(grade_low="KG", grade_high="01")
    asked = scenario({}, hosts=(Host("h", 20, "KG"),), years=2)
    said = text(result(simulate(graded, asked, replicates=2)), 25)
    assert "of 2020–21, the last year drawn" in said
    assert "last year drawn" not in text(result(simulate(graded, replace(asked, years=1), replicates=2)), 25)


def test_seats_last_drawn_in_different_years_each_say_which():
    graded = DISTRICT.assign(grade_low="KG", grade_high="01")
    # Grade 1 draws in the first year, 2019–20, alone; kindergarten in 2020–21 again.
    hosts = (Host("h", 20, "KG"), Host("h", 10, "01", later=(0,)))
    said = text(result(simulate(graded, scenario({}, hosts=hosts, years=2), replicates=2)), 25)
    part = next(part for part in said.split("\n\n") if part.startswith("Seats by"))
    assert part.splitlines()[0].endswith("are of the last year each was drawn")
    for grade, year in (("kindergarten", "2020–21"), ("grade 1", "2019–20")):
        assert [year in row for row in part.splitlines() if grade in row] == [True, True]  # two pools
