"""Students by grade: the columns in which files give them become a table of their own."""

import pandas as pd

from data.schema import GRADE_COLUMNS, GRADES, GRADES_COUNTED, grade_column

_RANK = {grade: rank for rank, grade in enumerate(GRADES)}
_SERVED = ["grade_low", "grade_high"]


def by_grade(table: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Students by grade, as in ``data.schema.GRADE_COLUMNS``, of the schools that have any.

    A count of zero has no row. A count that is not known has one if the school serves the grade: files leave a grade
    that is not taught and a number that is hidden blank alike.

    Args:
        table: what the files say, with those of the columns ``data.schema.GRADE_COUNTS`` that they have.
        schools: the schools kept of it, as ``data.check.checked`` gives them.
    """
    given = {grade_column(grade): grade for grade in GRADES_COUNTED if grade_column(grade) in table}
    counts = table[["year", "ncessch", *given]].rename(columns=given)
    counts = counts[counts[list(given.values())].notna().any(axis=1)]
    kept = schools[["year", "ncessch", *_SERVED]].merge(counts, on=["year", "ncessch"])
    rows = kept.melt(["year", "ncessch", *_SERVED], var_name="grade", value_name="students")
    rank, low, high = (rows[name].map(_RANK) for name in ("grade", *_SERVED))
    hidden = rows["students"].isna() & rank.between(low, high)
    return typed(rows[rows["students"].gt(0).fillna(False) | hidden])


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns and dtypes of ``data.schema.GRADE_COLUMNS``, by year, school and grade."""
    rows = rows.reindex(columns=[column.name for column in GRADE_COLUMNS])
    rows = rows.astype({column.name: column.dtype for column in GRADE_COLUMNS})
    rank = rows["grade"].map(_RANK)
    return rows.assign(rank=rank).sort_values(["year", "ncessch", "rank"], ignore_index=True).drop(columns="rank")
