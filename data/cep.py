"""Schools that count every student as disadvantaged, as under the Community Eligibility Provision (CEP).

A CEP school feeds everyone free of charge (7 CFR 245.9(f)), so that many publish 100 % whatever their students' means:
their true share of disadvantaged students is lower, and unknown.
"""

import pandas as pd

from data.groups import counted_on

# Fewest students of a school whose full count says something: two of two may be chance.
_ENOUGH = 10


def counts_everyone(counted: pd.Series, students: pd.Series) -> "pd.Series[bool]":
    """Whether each school's count of disadvantaged students is that of all its students, ten or more."""
    return (counted.eq(students) & students.ge(_ENOUGH)).fillna(False).astype(bool)


def cep_signs(table: pd.DataFrame) -> pd.Series:
    """By what each school is taken for one under the CEP, the first that holds; missing where nothing says so.

    The signs are a count of every student on the table's own basis, one by free or reduced-price lunch, and direct
    certification × 1.6, the claiming share, that reaches every student.
    """
    signs = {
        "every student is counted": table["ed"],
        "free or reduced-price lunch equals enrollment": counted_on(table, "frpl"),
        "direct certification × 1.6 reaches 100 %": counted_on(table, "direct_x16"),
    }
    found = pd.Series(None, table.index, "str")
    for words, counted in signs.items():
        found = found.mask(found.isna() & counts_everyone(counted, table["students"]), words)
    return found
