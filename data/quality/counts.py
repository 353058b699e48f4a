"""Checks of counts against each other within a school year."""

import pandas as pd

from data.cep import cep_signs
from data.quality.finding import SCHOOL, Check, Subject, largest_first
from data.quality.percentages import AGREE, CONTRADICT
from data.schema import BOUNDED, FIELDS, RACES, bounds_of

_ED_COUNTS = [name for name in FIELDS if name == "ed" or (name.startswith("ed_") and FIELDS[name].kind == "count")]
_RACES = list(RACES)
_BOUNDS = [end for count in BOUNDED for end in bounds_of(count)]


def _twice(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return table.loc[table.duplicated(["year", "ncessch"], keep=False), SCHOOL].sort_values(["year", "ncessch"])


def _ed_above(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    above = table[_ED_COUNTS].gt(table["students"], axis=0).fillna(False).any(axis=1)
    carried = [name for name in _ED_COUNTS if table[name].notna().any()]
    return largest_first(table[above], [*SCHOOL, *carried])


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


def _races_astray(subject: Subject) -> pd.DataFrame:
    """Schools whose races add up to another number than their students.

    Where some races are unknown, or the file carries fewer than all of them, the sum may only be too large. It carries
    all of them where there is a count of each, or where most schools' counts add up.
    """
    table = subject.schools
    table = table.assign(race_sum=table[_RACES].sum(axis=1, min_count=1))
    carried = table[_RACES].notna().groupby(table["year"]).transform("any")
    known = (table[_RACES].notna() | ~carried).all(axis=1) & carried.any(axis=1)
    differs = table["race_sum"].ne(table["students"]).fillna(False)
    adds_up = (~differs).where(known).groupby(table["year"]).transform("mean").gt(0.5)
    wrong = (differs & known & (carried.all(axis=1) | adds_up)) | table["race_sum"].gt(table["students"]).fillna(False)
    return _by_difference(table[wrong], "race_sum")


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


def _hidden_ed(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return largest_first(table[_hidden(table, "ed")], [*SCHOOL, *bounds_of("ed")])


def _hidden_races(subject: Subject) -> pd.DataFrame:
    """Each with what is hidden, such as "Asian 0–9, Black 0–9"."""
    table, told = subject.schools, pd.Series("", subject.schools.index, "str")
    for race in _RACES:
        low, high = (table[end].astype("str") for end in bounds_of(race))
        words = ", " + FIELDS[race].label + " " + low + "–" + high
        told = told + words.where(_hidden(table, race), "")
    found = table.assign(hidden=told.str.removeprefix(", "))
    return largest_first(found[found["hidden"] != ""], [*SCHOOL, "hidden"])


def _hidden(table: pd.DataFrame, count: str) -> "pd.Series[bool]":
    """Whether a count is unknown while bounds of it are not."""
    return table[count].isna() & table[[*bounds_of(count)]].notna().any(axis=1)


def _unknown_ed(subject: Subject) -> pd.DataFrame:
    table = subject.schools
    return largest_first(table[table[["ed", "ed_low", "ed_high"]].isna().all(axis=1)], [*SCHOOL, "level"])


def _no_ed(subject: Subject) -> str:
    return "" if subject.schools["ed"].notna().any() else "the data has no count of disadvantaged students"


def _no_races(subject: Subject) -> str:
    return "" if subject.schools[_RACES].notna().any(axis=None) else "the data has no counts by race"


def _left_out(subject: Subject) -> pd.DataFrame:
    """How many schools for each reason, and the first of them."""
    rows = [(each.reason, each.schools, ", ".join(each.named)) for each in subject.exclusions]
    return pd.DataFrame(rows, columns=["reason", "schools", "named"])


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
    Check(
        "ed_above_students",
        "More disadvantaged students than students",
        "school",
        "error",
        "No school has more disadvantaged students than students; where a file said so, its count is unknown.",
        "Kept as stored: load the dataset again, which takes such counts as unknown or refuses them.",
        _ed_above,
        _no_ed,
    ),
    Check(
        "bounds",
        "Bounds of a count that exclude each other or the count",
        "school",
        "error",
        "Every hidden or rounded count has bounds that fit together.",
        "Kept as given.",
        _bounds_astray,
        lambda subject: "" if subject.schools[_BOUNDS].notna().any(axis=None) else "the data has no hidden counts",
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
        "No count of disadvantaged students is hidden.",
        "The count is unknown; the least and the most it can be are kept.",
        _hidden_ed,
        _no_ed,
    ),
    Check(
        "race_hidden",
        "Counts by race hidden by the publisher",
        "school",
        "note",
        "No count by race is hidden.",
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
    Check(
        "left_out",
        "Left out when the files were read",
        "school",
        "note",
        "No school was left out when the files were read.",
        "Not in the table, and in no figure.",
        _left_out,
    ),
)
