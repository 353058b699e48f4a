"""Checks of counts against each other within a school year."""

import pandas as pd

from data.cep import cep_signs
from data.privacy import ED_COUNTS
from data.quality.finding import SCHOOL, Check, ReadingCheck, Subject, largest_first, no_rows
from data.quality.percentages import AGREE, CONTRADICT
from data.schema import BOUNDED, FIELDS, RACES, bounds_of

_RACES = list(RACES)


def _twice(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return table.loc[table.duplicated(["year", "ncessch"], keep=False), SCHOOL].sort_values(["year", "ncessch"])


def _bounds_astray(subject: Subject) -> pd.DataFrame:
    table, astray, carried = subject.schools, pd.Series(False, subject.schools.index), []
    for count in BOUNDED:
        low, high = (table[end] for end in bounds_of(count))
        value = table[count]
        wrong = low.gt(high) | high.gt(table["students"]) | value.lt(low) | value.gt(high)
        wrong = wrong.fillna(False).astype(bool) | (low.isna() != high.isna())
        astray |= wrong
        carried += [count, *bounds_of(count)] if wrong.any() else []
    return largest_first(table[astray], [*SCHOOL, *carried])


def _bounds_untold(subject: Subject) -> pd.DataFrame:
    """Schools with a publisher's bounds that others do not see as they are.

    None beside a count hidden here, where the publisher bounds such counts; and no closer than ours would be.
    """
    table, unseen = subject.table, pd.Series(False, subject.table.index)
    for count in BOUNDED:
        low, high = (subject.schools[end] for end in bounds_of(count))
        beside = subject.hidden(count) & bool((low.notna() & subject.schools[count].notna()).any())
        unseen |= beside | (table[count].isna() & high.eq(table["students"]).fillna(False))
    return table[unseen & subject.for_others]


def _races_astray(subject: Subject) -> pd.DataFrame:
    """Schools whose races add up to another number than their students.

    Where some races are unknown, or the file carries fewer than all of them, the sum may only be too large. It carries
    all of them where there is a count of each, or where most schools' counts add up. Stand-ins of hidden counts add up
    to what the counts do, except where a school's hidden races exceed its students: see ``_races_untold``.
    """
    table = subject.table
    table = table.assign(race_sum=table[_RACES].sum(axis=1, min_count=1))
    carried = table[_RACES].notna().groupby(table["year"]).transform("any")
    known = (table[_RACES].notna() | ~carried).all(axis=1) & carried.any(axis=1)
    differs = table["race_sum"].ne(table["students"]).fillna(False)
    adds_up = (~differs).where(known).groupby(table["year"]).transform("mean").gt(0.5)
    wrong = (differs & known & (carried.all(axis=1) | adds_up)) | table["race_sum"].gt(table["students"]).fillna(False)
    return _by_difference(table[wrong], "race_sum")


def _races_untold(subject: Subject) -> pd.DataFrame:
    """Schools of which no race is told, so that nobody knows whether their races exceed their students."""
    table, open_ = subject.table, pd.Series(True, subject.table.index)
    for race in _RACES:
        anything = subject.end(race, "low").eq(0) & subject.end(race, "high").eq(table["students"])
        open_ &= table[race].isna() | (subject.hidden(race) & anything.fillna(False).astype(bool))
    full = table[_RACES].sum(axis=1, min_count=1).eq(table["students"]).fillna(False)
    return table[open_ & full.astype(bool) & subject.hidden(*_RACES)]


def _grades_astray(subject: Subject) -> pd.DataFrame:
    """Schools whose grades add up to another number than their students; where one is unknown, to a larger one."""
    by_school = subject.grades.groupby(["year", "ncessch"])["students"]
    sums = pd.DataFrame({"grade_sum": by_school.sum(), "known": by_school.count() == by_school.size()})
    table = subject.schools.merge(sums.reset_index(), on=["year", "ncessch"])
    differs = table["known"] & table["grade_sum"].ne(table["students"]).fillna(False)
    return _by_difference(table[differs | table["grade_sum"].gt(table["students"]).fillna(False)], "grade_sum")


def _by_difference(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows whose sum in a column is not their students, the largest difference first."""
    found = rows.assign(difference=rows[name] - rows["students"])
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order, [*SCHOOL, name, "difference"]]


def _all_ed(subject: Subject) -> pd.DataFrame:
    table = subject.schools.assign(sign=cep_signs(subject.schools))
    return largest_first(table[table["sign"].notna()], [*SCHOOL, "ed", "ed_basis", "sign"])


def _all_ed_untold(subject: Subject) -> pd.DataFrame:
    """Schools that would be CEP-like if each count hidden here were the most it can be, and may not be."""
    most = subject.table.assign(**{name: subject.end(name, "high") for name in ED_COUNTS})
    return most[cep_signs(most).notna() & cep_signs(subject.schools).isna()]


def _hidden_ed(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return largest_first(table[_by_publisher(subject, "ed")], [*SCHOOL, *bounds_of("ed")])


def _hidden_races(subject: Subject) -> pd.DataFrame:
    """Each with what is hidden, such as "Asian 0–9, Black 0–9"."""
    table, told = subject.schools, pd.Series("", subject.schools.index, "str")
    for race in _RACES:
        low, high = (table[end].astype("str") for end in bounds_of(race))
        words = ", " + FIELDS[race].label + " " + low + "–" + high
        told = told + words.where(_by_publisher(subject, race), "")
    found = table.assign(hidden=told.str.removeprefix(", "))
    return largest_first(found[found["hidden"] != ""], [*SCHOOL, "hidden"])


def _by_publisher(subject: Subject, count: str) -> "pd.Series[bool]":
    """Whether a count is unknown while its publisher's bounds are not."""
    return subject.table[count].isna() & subject.schools[[*bounds_of(count)]].notna().any(axis=1)


def _unknown_ed(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return largest_first(table[table[["ed", "ed_low", "ed_high"]].isna().all(axis=1)], [*SCHOOL, "level"])


def _no_ed(subject: Subject) -> str:
    return "" if subject.table["ed"].notna().any() else "the data has no count of disadvantaged students"


def _no_races(subject: Subject) -> str:
    return "" if subject.table[_RACES].notna().any(axis=None) else "the data has no counts by race"


def _no_bounds(subject: Subject) -> str:
    """Bounds of counts that are hidden here are ours."""
    given = [subject.schools[[*bounds_of(count)]].notna().any(axis=1) & ~subject.hidden(count) for count in BOUNDED]
    return "" if any(each.any() for each in given) else "the data has no counts hidden or rounded by their publisher"


def _contradicted(subject: Subject) -> pd.DataFrame:
    return pd.DataFrame({"column": [note for note in subject.notes if note.startswith(CONTRADICT)]})


def _no_percentages(subject: Subject) -> str:
    read = any(note.startswith((AGREE, CONTRADICT)) for note in subject.notes)
    return "" if read else "no column of percentages was read beside a column of counts"


CHECKS = (
    Check(
        "duplicates",
        "The same school more than once",
        "row",
        "error",
        "No school stands twice in a year.",
        "Every row is counted: load the dataset again with one row a school; a file with such rows is refused.",
        _twice,
    ),
    ReadingCheck(
        "ed_above_students",
        "Counts of disadvantaged students that cannot be right",
        "school",
        "error",
        "No count of disadvantaged students in the files exceeds its school's students.",
        "Such a count is unknown in the dataset, and the school in no figure that rests on it: its true number is not "
        "known. Often lunch was counted on another day than enrolment; correct one of the two and load again.",
        no_rows,
    ),
    Check(
        "bounds",
        "Bounds of a count that exclude each other or the count",
        "school",
        "error",
        "Every hidden or rounded count has bounds that fit together.",
        "Kept as given.",
        _bounds_astray,
        _no_bounds,
        _bounds_untold,
    ),
    Check(
        "race_sum",
        "Races that do not add up to the students",
        "school",
        "warning",
        "In every school the races add up to its students.",
        "Both are kept as given: one race against everyone else rests on the students, two races on their own counts.",
        _races_astray,
        _no_races,
        _races_untold,
    ),
    Check(
        "grade_sum",
        "Grades that do not add up to the students",
        "school",
        "warning",
        "In every school with students by grade the grades add up to its students.",
        "Both are kept as given: every figure rests on the students; grades only tell in which one a school begins and "
        "how many begin there.",
        _grades_astray,
        lambda subject: "" if len(subject.grades) else "the data has no students by grade",
    ),
    Check(
        "all_ed",
        "CEP-like, every student counted as disadvantaged",
        "school",
        "warning",
        "No school of ten students counts every student as disadvantaged, by its own definition, by lunch or by direct "
        "certification × 1.6.",
        "Flagged and kept as reported. Schools that feed everyone free of charge, as under the Community Eligibility "
        "Provision (CEP), often report 100 %; their true share is lower and unknown.",
        _all_ed,
        _no_ed,
        _all_ed_untold,
    ),
    Check(
        "ed_unknown",
        "No count of disadvantaged students",
        "school",
        "warning",
        "Disadvantaged students are counted in every school.",
        "Left out of every figure on disadvantage, and never taken as zero.",
        _unknown_ed,
        _no_ed,
    ),
    Check(
        "ed_hidden",
        "Count of disadvantaged students hidden by the publisher",
        "school",
        "note",
        "The publisher hides no count of disadvantaged students.",
        "The count is unknown; the least and the most it can be are kept.",
        _hidden_ed,
        _no_ed,
    ),
    Check(
        "race_hidden",
        "Counts by race hidden by the publisher",
        "school",
        "note",
        "The publisher hides no count by race.",
        "The count is unknown; the least and the most it can be are kept, no more than the other races leave room for.",
        _hidden_races,
        _no_races,
    ),
    Check(
        "percentages",
        "Percentages that contradict their counts",
        "column",
        "warning",
        "Every column of percentages read beside counts agrees with them.",
        "The counts are used, the percentages are not.",
        _contradicted,
        _no_percentages,
    ),
    ReadingCheck(
        "left_out",
        "Left out when the files were read",
        "school",
        "note",
        "No school was left out when the files were read.",
        "Not in the table, and in no figure.",
        no_rows,
    ),
    ReadingCheck(
        "joins_nothing",
        "Ids that join nothing",
        "id",
        "note",
        "Every school and district that a file describes has students.",
        "Not in the table, and in no figure. Often closed, not yet open, or of another year than the students; if they "
        "should count, give the file that has their students.",
        no_rows,
    ),
)
