"""How much the definition of economically disadvantaged (ED) matters: the headline numbers on every basis."""

import pandas as pd

from analysis.measured import headlines
from data.cep import counts_everyone
from data.groups import bases, on_basis


def sensitivity(table: pd.DataFrame) -> pd.DataFrame:
    """The headline numbers of every year on every ED basis that a schools table has.

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
        rows.append(
            headlines(counted, "ed", None)
            .assign(basis=basis, full_schools=full["size"], full_students=full["sum"])
            .reset_index()
        )
    if not rows:
        return pd.DataFrame(columns=["year", "basis"])
    found = pd.concat(rows, ignore_index=True).sort_values("year", kind="stable", ignore_index=True)
    counts = ["schools", "students", "full_schools", "full_students"]
    found[counts] = found[counts].fillna(0).astype("int64")
    return found[["year", "basis", *found.columns.drop(["year", "basis"])]]
