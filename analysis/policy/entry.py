"""The grade in which students enter a school, and how many enter there: where lotteries begin."""

import pandas as pd

from analysis.policy.scenario import ENTRY_GRADES

# Below this share of the school's largest grade, students are a handful in a grade that the school does not take
# students into: 83 of Texas's 7,999 campuses of 100 students and more had such in 2018–19.
FEWEST_SHARE = 0.1

_RANK = {grade: rank for rank, grade in enumerate(ENTRY_GRADES)}


def entry_grades(grades: pd.DataFrame) -> pd.DataFrame:
    """Each school's entry grade: the lowest above prekindergarten that is more than a handful.

    Prekindergarten is none, as kindergarten takes everyone anew and many for the first time.

    Args:
        grades: students by year, ncessch and grade; missing where the number is not known.

    Returns:
        One row a year and school that has any such grade: year, ncessch, grade, students.
    """
    rows = grades[grades["grade"].isin(ENTRY_GRADES)]
    largest = rows.groupby(["year", "ncessch"])["students"].transform("max")
    handful = rows["students"].lt(FEWEST_SHARE * largest).fillna(False)
    lowest_first = rows[~handful].sort_values("grade", key=lambda grade: grade.map(_RANK), kind="stable")
    return lowest_first.drop_duplicates(["year", "ncessch"]).reset_index(drop=True)
