"""A report for others: true, honest about what it does not tell, and telling no more than the protected table."""

import numpy as np
import pandas as pd
import pytest

from data import schema, store
from data.grades import typed
from data.load import load
from data.privacy import protected
from data.quality.finding import Subject
from data.quality.report import CHECKS, of_dataset, report
from tests.small_state import written

CELL = 10
RESTING_ON_COUNTS = (
    *("bounds", "race_sum", "all_ed", "ed_unknown", "ed_hidden", "race_hidden", "ed_share_jump", "districts_at_100"),
)
# Those of which something cannot be told; of the others the protected table shows all.
WITHHELD = ("bounds", "race_sum", "all_ed", "ed_share_jump", "districts_at_100")
SEEDS = (1, 2, 3)


def faulty(seed):
    """Two years of 120 schools with every fault that rests on counts, oftener than chance would have it."""
    draw = np.random.default_rng(seed)
    number = 120
    students = draw.integers(5, 400, number)
    table = pd.concat([_year(draw, year, students) for year in (2018, 2019)], ignore_index=True)
    table = schema.typed(table)
    # Bounds beside known counts, and in the place of unknown ones, some of which exclude the count.
    ends = table["ed"].fillna(table["ed_frpl"])
    given = draw.random(len(table)) < 0.3
    low = (ends - draw.integers(-1, 3, len(table))).clip(lower=0)
    high = np.maximum(ends + draw.integers(-1, 12, len(table)), low)
    return table.assign(ed_low=low.where(given), ed_high=high.where(given))


def _year(draw, year, students):
    number = len(students)
    shares = draw.dirichlet([0.2] * len(schema.RACES), number)
    races = pd.DataFrame(
        [draw.multinomial(of, p) for of, p in zip(students, shares, strict=True)], columns=[*schema.RACES]
    )
    races.loc[draw.random(number) < 0.2, "black"] += draw.integers(0, 9)
    # In some districts every student is disadvantaged in one of the years.
    share = np.where((np.arange(number) // 3 + year) % 5 == 0, 1.0, draw.choice([0.0, 0.02, 0.4, 0.97, 1.0], number))
    ed = draw.binomial(students, share)
    return races.assign(
        year=year,
        ncessch=[f"4800001{i:05d}" for i in range(number)],
        leaid=[f"48{i // 3:05d}" for i in range(number)],
        students=students,
        ed=pd.array(ed, "Int64"),
        ed_frpl=np.minimum(ed + 1, students),
        ed_direct=draw.binomial(ed, 0.62),
        ed_basis="state",
    ).assign(ed=lambda rows: rows["ed"].mask(draw.random(number) < 0.1))


def subjects(state):
    """A state as its staff see it, and as others do."""
    table = store.schools(store.find(state)) if state == "franklin" else faulty(state)
    return [Subject(each, None, typed(pd.DataFrame())) for each in (table, protected(table, CELL))]


def ids(rows):
    """Year and id of each row."""
    unit = "ncessch" if "ncessch" in rows else "leaid"
    return set(zip(rows["year"], rows[unit], strict=True)) if len(rows) else set()


@pytest.mark.parametrize("key", RESTING_ON_COUNTS)
@pytest.mark.parametrize("state", ["franklin", *SEEDS])
def test_others_are_told_nothing_false_and_of_what_they_are_not_told(state, key):
    whole, for_others = subjects(state)
    check = CHECKS[key]
    real, told, untold = (ids(rows) for rows in (check.rows(whole), check.rows(for_others), check.untold(for_others)))
    assert told <= real <= told | untold
    assert not told & untold
    assert check.untold(whole).empty


@pytest.mark.parametrize("key", WITHHELD)
def test_the_faulty_states_have_each_fault_and_some_of_it_is_not_told(key):
    pairs = [subjects(seed) for seed in SEEDS]
    assert any(len(CHECKS[key].rows(whole)) for whole, _ in pairs)
    assert any(len(CHECKS[key].untold(for_others)) for _, for_others in pairs)


def full(year=2018):
    """Two schools of 200 students: one counts all as disadvantaged, the other three of them."""
    rows = [
        {"year": year, "ncessch": f"48000010000{i}", "leaid": "4800001", "students": 200, "ed": ed, "ed_basis": "frpl"}
        for i, ed in enumerate((200, 3, 100))
    ]
    return schema.typed(pd.DataFrame(rows))


def test_what_is_not_told_is_never_called_clean():
    made = report(protected(full(), CELL), None, label="Full", cell=CELL)
    assert "all_ed" not in {finding.check for finding in made.findings}
    (untold,) = made.untold_of(2018)
    assert (untold.check, untold.number) == ("all_ed", 1)
    assert untold.sentence.endswith("not told of 1 school, for it would reveal counts hidden here.")
    assert CHECKS["all_ed"].clean not in made.clean(2018)


def test_where_no_hidden_count_can_be_at_fault_the_check_is_clean():
    made = report(protected(full().iloc[1:], CELL), None, label="Few", cell=CELL)
    assert made.untold == ()
    assert CHECKS["all_ed"].clean in made.clean(2018)


def test_what_is_hidden_here_is_known_and_not_hidden_by_the_publisher():
    table = full()
    table.loc[2, ["ed", "ed_low", "ed_high"]] = [pd.NA, 1, 9]
    made = report(protected(table, CELL), None, label="Small", cell=CELL)
    (hidden,) = [finding for finding in made.findings if finding.check == "ed_hidden"]
    assert hidden.rows["ncessch"].tolist() == ["480000100002"]
    assert made.coverage.set_index("field").loc["ed", "schools"] == pytest.approx(2 / 3)
    assert made.hidden[2018].startswith("Hidden here, not by the publisher: 2 of 2 counts of disadvantaged students,")


def test_a_report_that_hides_nothing_says_nothing_of_hiding():
    made = report(full(), None, label="Full")
    assert (made.untold, made.hidden) == ((), {})


def test_a_share_that_surely_jumped_is_told_without_the_count_hidden():
    table = pd.concat([full(2018), full(2019)], ignore_index=True)
    table.loc[[1, 3, 5], "ed"] = [100, 185, 99]  # 100 to 3 surely jumps, 200 to 185 surely does not
    check, for_others = CHECKS["ed_share_jump"], Subject(protected(table, CELL), None, typed(pd.DataFrame()))
    (row,) = check.rows(for_others).to_dict("records")
    assert (row["ncessch"], row["ed_before"]) == ("480000100001", 100)
    assert pd.isna(row["ed"])
    assert pd.isna(row["points"])
    assert check.untold(for_others).empty


@pytest.mark.usefixtures("home")
def test_more_disadvantaged_students_than_students_is_found_with_its_school_and_year(tmp_path):
    rows = written(tmp_path / "small.csv").read_text().replace(",ed,ed_basis", ",ed_frpl,ed_basis").splitlines()
    rows = [rows[0], rows[1].replace(",100,90,state", ",100,104,"), *(row.replace(",state,", ",,") for row in rows[2:])]
    manifest = load([written(tmp_path / "small.csv", rows)], name="small")
    for_staff, for_others = (
        next(finding for finding in of_dataset(manifest, cell).findings if finding.check == "ed_above_students")
        for cell in (0, CELL)
    )
    assert (for_staff.severity, for_staff.year, for_staff.schools, for_staff.students) == ("error", 2020, 1, 100)
    (row,) = for_staff.rows.to_dict("records")
    assert (row["ncessch"], row["students"], row["reported"]) == ("390000100001", 100, 104)
    # Others are told which school, but not the number, which is any above 100.
    assert for_others.sentence == for_staff.sentence
    assert for_others.rows["ncessch"].tolist() == ["390000100001"]
    assert for_others.rows["reported"].isna().all()


@pytest.fixture(scope="module")
def home_of_real_data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(tmp_path_factory.mktemp("real")))
        yield


@pytest.mark.usefixtures("home_of_real_data")
def test_texas_is_told_to_hide_nothing_and_not_to_lack_schools_that_count_everyone(realdata):
    tapr = realdata / "tx_tapr_2019"
    manifest = load([tapr / name for name in ("CSTUD_19_all.csv", "CREF20.csv", "CAMPRATE_2019.csv")])
    made = of_dataset(manifest, CELL)
    assert made.coverage.set_index("field").loc["ed", "schools"] == 1
    assert "ed_hidden" not in {finding.check for finding in made.findings}
    (untold,) = [each for each in made.untold if each.check == "all_ed"]
    (real,) = [each for each in of_dataset(manifest).findings if each.check == "all_ed"]
    assert untold.number >= real.schools > 0


@pytest.mark.usefixtures("home_of_real_data")
def test_kentucky_is_told_where_races_do_not_add_up(realdata):
    manifest = load(sorted((realdata / "ky_src_2012_2018").glob("*sch.rda")))
    told, real = (
        {each.year: each.schools for each in of_dataset(manifest, cell).findings if each.check == "race_sum"}
        for cell in (CELL, 0)
    )
    # In 2016–17 the races of 154 schools add up to another number than the students, by the sums of the file.
    assert told == real
    assert told[2016] == 154
