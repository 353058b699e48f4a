"""How much the definition of economically disadvantaged (ED) matters: the headline numbers on every basis."""

import pandas as pd

from analysis.measured import headlines
from data.cep import counts_everyone
from data.groups import bases, comparison, on_basis
from data.privacy import carried_years


def sensitivity(table: pd.DataFrame, minimum_cell: int = 0) -> pd.DataFrame:
    """The headline numbers of every year on every ED basis that a schools table has.

    Args:
        table: a schools table, protected (see ``data.privacy``) if it is to leave the product.
        minimum_cell: the cell size it is protected with. Which schools count every student is then not told.

    Returns:
        One row a year and basis, the table's own basis first: year, basis, the columns of
        ``analysis.measured.headlines``, and ``full_schools`` and ``full_students``: how many schools count every
        student as ED on that basis (see ``data.cep``), and their students. A basis without any count in a year has no
        row there. Schools hidden on one basis may be known on another, so each row says how many it covers.
    """
    rows = []
    for basis in bases(table):
        counted = on_basis(table, basis)
        full = (
            counted[counts_everyone(counted["ed"], counted["students"])]
            .groupby("year")["students"]
            .agg(["size", "sum"])
        )
        numbers = headlines(counted, "ed", None)
        fit = carried_years(numbers.drop(columns=["schools", "students"]), counted, comparison("ed"), minimum_cell)
        rows.append(
            numbers.assign(**fit)
            .assign(basis=basis, full_schools=full["size"], full_students=full["sum"])
            .reset_index()
        )
    if not rows:
        return pd.DataFrame(columns=["year", "basis"])
    found = pd.concat(rows, ignore_index=True).sort_values("year", kind="stable", ignore_index=True)
    counts = ["schools", "students", "full_schools", "full_students"]
    found[counts] = found[counts].fillna(0).astype("int64")
    if minimum_cell:
        found[counts[2:]] = found[counts[2:]].astype("Int64").mask(found["schools"] >= 0)
    return found[["year", "basis", *found.columns.drop(["year", "basis"])]]
