"""What reading files set aside: schools left out, counts that cannot be right, ids that join nothing, by year.

A dataset keeps how many there are of each and the first of them, so that the quality report can name rows that are no
longer in its table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from data.schema import ED_BASES

Kind = Literal["left_out", "ed_above_students", "joins_nothing"]
# What was done, as the start of a sentence.
DONE: dict[Kind, str] = {
    "left_out": "Left out",
    "ed_above_students": "Counts of disadvantaged students taken as unknown",
    "joins_nothing": "In no figure",
}
MOST_NAMED = 20  # of one kind, reason and year
_NAMED_BY = ("ncessch", "school", "leaid", "district", "status", "students", "counted", "reported")


@dataclass(frozen=True)
class SetAside:
    """Rows of one kind, reason and year that were read and not taken as they stood.

    Attributes:
        kind: the quality check that tells of them.
        reason: why, within a sentence; with the file where it is about one.
        number: how many there are.
        year: the fall of the school year, or None where it is about no year of the dataset.
        unit: what one is about: "school" or "district".
        of: of how many in the file, or 0 where nobody counted.
        students: how many students they have together.
        rows: the first ``MOST_NAMED`` of them, by columns of the schools table, and ``counted`` and ``reported``, the
            column and value of a count that cannot be right.
    """

    kind: Kind
    reason: str
    number: int
    year: int | None = None
    unit: str = "school"
    of: int = 0
    students: int = 0
    rows: tuple[dict[str, Any], ...] = ()


def by_year(kind: Kind, reason: str, rows: pd.DataFrame, unit: str = "school") -> tuple[SetAside, ...]:
    """What to tell of rows that are set aside, a record for each year they name."""
    years = rows["year"].astype("Int64") if "year" in rows else pd.Series(pd.NA, rows.index, "Int64")
    found: list[tuple[int | None, pd.DataFrame]] = [
        (int(year), rows[years.eq(year).fillna(False)]) for year in sorted(years.dropna().unique())
    ]
    if years.isna().any():
        found.append((None, rows[years.isna()]))
    return tuple(
        SetAside(kind, reason, len(of), year, unit, students=_students(of), rows=_named(of)) for year, of in found
    )


def above_students(frame: pd.DataFrame, counts: Sequence[str]) -> tuple[SetAside, ...]:
    """The counts of disadvantaged students that exceed their school's students, by count and year.

    Args:
        frame: with ``students`` and the counts; a school without students is none of these.
        counts: the columns of such counts.
    """
    found: list[SetAside] = []
    for name in counts:
        above = frame["students"].gt(0) & frame[name].gt(frame["students"])
        rows = frame[above.fillna(False)]
        basis = ED_BASES.get(name.removeprefix("ed_"))
        reason = "more than the school's students" + (f" by {basis}" if basis else "")
        found += by_year("ed_above_students", reason, rows.assign(counted=name, reported=rows[name]))
    return tuple(found)


def words(aside: Iterable[SetAside], named: int = 0) -> list[str]:
    """A sentence for each kind and reason, its years together, such as "Left out: 177 schools, no students".

    Args:
        aside: what to tell.
        named: how many of the rows to name.
    """
    together: dict[tuple[Kind, str, str], list[SetAside]] = {}
    for each in aside:
        together.setdefault((each.kind, each.reason, each.unit), []).append(each)
    told = []
    for (kind, reason, unit), years in together.items():
        number, of = sum(each.number for each in years), sum(each.of for each in years)
        size = f"{number:,}{f' of {of:,}' if of else ''} {unit}{'' if (of or number) == 1 else 's'}"
        names = [_name(row, unit) for each in years for row in each.rows][:named]
        which = f": {', '.join(names)}{' and others' if number > len(names) else ''}" if names else ""
        told.append(f"{DONE[kind]}: {size}, {reason}{which}.")
    return told


def _name(row: dict[str, Any], unit: str) -> str:
    """A row by its name and id."""
    name, code = row.get(unit, ""), row.get("ncessch" if unit == "school" else "leaid")
    return f"{name} ({code})".strip() if code else name


def from_json(content: dict[str, Any]) -> SetAside:
    """One record as a manifest holds it; those of before there were years and rows are of schools left out."""
    if "kind" in content:
        return SetAside(**content | {"rows": tuple(content["rows"])})
    named = tuple({"school": name} for name in content.get("named", ()))
    return SetAside("left_out", content["reason"], content["schools"], rows=named)


def _students(rows: pd.DataFrame) -> int:
    return int(rows.drop_duplicates("ncessch")["students"].sum()) if {"students", "ncessch"} <= {*rows} else 0


def _named(rows: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """The first rows as plain values, unknown ones left away."""
    kept = rows.head(MOST_NAMED).reindex(columns=[name for name in _NAMED_BY if name in rows])
    return tuple(
        {
            str(name): int(value) if name in ("students", "reported") else str(value)
            for name, value in row.items()
            if not pd.isna(value)
        }
        for row in kept.to_dict("records")
    )
