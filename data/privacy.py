"""What may leave the product: tables computed from protected counts, with the hidden ones marked.

Every export is computed from the schools table that ``protected`` gives, in which small counts are hidden for good (see
``analysis.suppression``), whatever is then added up, compared or simulated; the rest of this module marks in a result
what is hidden and what its numbers cannot carry. docs/decisions/0016-what-leaves.md gives the reasons.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.indices import INDICES
from analysis.measured import PLACES
from analysis.policy.outcome import Change, Outcome
from analysis.suppression import suppressed
from analysis.units import known
from data.groups import Comparison, comparison
from data.schema import FIELDS, RACES, school_year
from data.store import HASH_DIGITS

# 39 of the states that told theirs in 2010 used 10 (NCES 2011-603, SLDS Technical Brief 3).
MINIMUM_CELL = 10
# With less there is nothing to hide a count among.
LEAST_CELL = 3
# An index is told where hidden counts can be wrong by no more than this share of the smaller group.
CARRIED = 0.05
_ED_COUNTS = [name for name in FIELDS if name == "ed" or name.removeprefix("ed_") not in (name, "basis", "low", "high")]


def protected(table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """A schools table whose small counts are hidden: with stand-ins in their places, for all exports to rest on.

    The pattern depends on the school and year alone, so exports of any level, kind of district, group and year agree.

    Args:
        table: a schools table, before ``data.groups.on_basis``.
        cell: the minimum cell size; 0 hides nothing.

    Returns:
        The table with, for each count, ``<count>_low`` and ``<count>_high``: between which values a hidden one lies,
        missing where it is shown. Bounds that a publisher gave are widened where they tell more than that.
    """
    if not cell:
        return table
    found: dict[str, pd.Series] = {}
    for names in (*([name] for name in _ED_COUNTS), list(RACES)):
        found |= _suppressed(table, names, cell)
    return table.assign(**found)


def _suppressed(table: pd.DataFrame, names: list[str], cell: int) -> dict[str, pd.Series]:
    """The columns of counts that have no student in common, with their bounds."""
    if table[names].isna().all(axis=None) and "ed" not in names:
        return {}
    students = table["students"].to_numpy(dtype=np.int64)
    values = table[names].to_numpy(dtype=np.float64, na_value=np.nan)
    there = ~np.isnan(values)
    # One count known alone is set against everyone else.
    alone = there.sum(axis=1) == 1
    everyone_else = np.where(alone, np.maximum(students - np.nansum(values, axis=1), 0), 0)
    counts = np.column_stack([np.nan_to_num(values), everyone_else]).astype(np.int64)
    found = suppressed(counts, np.column_stack([there, alone]), students, cell)
    columns = {}
    for i, name in enumerate(names):
        is_hidden = found.hidden[:, i]
        columns[name] = table[name].mask(is_hidden, found.counts[:, i])
        unknown = pd.Series(pd.NA, index=table.index, dtype="Int64")
        published = _widened(table, cell) if name == "ed" else (unknown, unknown)
        for side, bound, given in zip(("low", "high"), (found.low, found.high), published, strict=True):
            columns[f"{name}_{side}"] = given.mask(there[:, i]).mask(is_hidden, bound[:, i])
    return columns


def _widened(table: pd.DataFrame, cell: int) -> tuple[pd.Series, pd.Series]:
    """A publisher's bounds of hidden ED counts, none of them closer than our own to nobody or everybody."""
    low, high, students = table["ed_low"], table["ed_high"], table["students"]
    few, most = low.lt(cell).fillna(False), (students - high).lt(cell).fillna(False)
    return (
        low.mask(most, np.minimum(low, students - cell + 1)).mask(few, 0).clip(lower=0),
        high.mask(few, np.maximum(high, cell - 1)).mask(most, students).clip(upper=students),
    )


def hidden(table: pd.DataFrame, name: str) -> "pd.Series[bool]":
    """Whether each school's count is hidden: known to us, and not told."""
    if f"{name}_low" not in table:
        return pd.Series(False, index=table.index)
    return table[name].notna() & table[f"{name}_low"].notna()


def masked(table: pd.DataFrame) -> pd.DataFrame:
    """A protected table as a publisher would give it: hidden counts are missing, hidden ED counts have bounds."""
    return table.assign(**{name: table[name].mask(hidden(table, name)) for name in (*_ED_COUNTS, *RACES)})[list(FIELDS)]


def fingerprint(table: pd.DataFrame) -> str:
    """The first digits of the SHA-256 of a protected table, for exports to name their data by.

    Not that of the data itself: whoever knows all but a few hidden counts could try them until the hash fits.
    """
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()[:HASH_DIGITS]


# Marks --------------------------------------------------------------------------------------------------------------


def why_hidden(table: pd.DataFrame, name: str, cell: int) -> pd.Series:
    """What an export says of each school's count: "" where it is shown."""
    if f"{name}_low" not in table:
        return pd.Series("", index=table.index)
    few, most = table[f"{name}_high"] < cell, table["students"] - table[f"{name}_low"] < cell
    words = pd.Series("hidden so that a smaller count cannot be worked out", index=table.index)
    words = words.mask(table[f"{name}_high"].eq(table["students"]).fillna(False), "too few students to tell")
    words = words.mask(most.fillna(False), f"all but fewer than {cell}").mask(few.fillna(False), f"fewer than {cell}")
    return words.where(hidden(table, name), "")


def marked_schools(
    rows: pd.DataFrame, table: pd.DataFrame, name: str, columns: Sequence[str], cell: int
) -> pd.DataFrame:
    """Rows of schools, one a ``ncessch``, without the numbers of those whose count is hidden, and a word on why.

    Args:
        rows: what was computed.
        table: the protected schools table of one year it was computed from.
        name: the count that the columns rest on.
        columns: what to leave empty where it is hidden.
        cell: the minimum cell size; 0 gives the rows as they are.
    """
    if not cell:
        return rows
    why = why_hidden(table, name, cell).set_axis(table["ncessch"]).reindex(rows["ncessch"]).fillna("")
    why = why.set_axis(rows.index)
    emptied = {column: _nullable(rows[column]).mask(why != "") for column in columns}
    return rows.assign(**emptied, suppressed=why)


def sums(table: pd.DataFrame, by: Sequence[str], groups: Comparison) -> pd.DataFrame:
    """What is known of the two groups' numbers in each place.

    Returns:
        By the columns ``by``: hidden (how many schools have a hidden count), and for ``group`` and ``other`` the number
        that results rest on, its ``_low`` and its ``_high``.
    """
    counted = table[known(table, groups.group, groups.other)]
    columns = {"hidden": hidden(counted, groups.group)}
    columns |= {f"group{side}": _bound(counted, groups.group, side) for side in ("", "_low", "_high")}
    if groups.other is None:
        opposite = {"": "", "_low": "_high", "_high": "_low"}
        columns |= {f"other{a}": counted["students"] - columns[f"group{b}"] for a, b in opposite.items()}
    else:
        columns["hidden"] |= hidden(counted, groups.other)
        columns |= {f"other{side}": _bound(counted, groups.other, side) for side in ("", "_low", "_high")}
    numbers = pd.DataFrame(columns).astype("float64")
    return numbers.groupby([counted[name] for name in by], dropna=False).sum()


def _bound(table: pd.DataFrame, name: str, side: str) -> pd.Series:
    return table[name].mask(hidden(table, name), table[f"{name}{side}"]) if f"{name}_low" in table else table[name]


def carried(found: pd.DataFrame, cell: int) -> "pd.Series[bool]":
    """Whether places can carry an index: surely a minimum cell of each group, and hardly moved by hidden counts."""
    off = [(found[f"{who}_{side}"] - found[who]).abs() for who in ("group", "other") for side in ("low", "high")]
    enough = found[["group_low", "other_low"]].min(axis=1) >= cell
    return (found["hidden"] == 0) | (
        enough & (pd.concat(off, axis=1).max(axis=1) <= CARRIED * found[["group", "other"]].min(axis=1))
    )


def marked_places(rows: pd.DataFrame, table: pd.DataFrame, by: str, groups: Comparison, cell: int) -> pd.DataFrame:
    """Rows of ``analysis.measured.indices_by`` with what rests on hidden counts rounded, left out and told.

    Returns:
        The rows, where a place has hidden counts its group_students rounded to the minimum cell and told to be true
        within ``group_students_within``, or empty where that is nearly nothing or nearly all; its indices empty where
        they cannot be ``carried``; and in ``suppressed`` a word on it. With ``cell`` 0 the rows as they are.
    """
    if not cell:
        return rows
    found = sums(table, ["year", PLACES[by][0]], groups)
    found = found.reindex(pd.MultiIndex.from_arrays([rows["year"], rows["place"]])).set_axis(rows.index)
    touched, fine = found["hidden"] > 0, carried(found, cell) | found["hidden"].isna()
    rounded = (found["group"] / cell).round() * cell
    within = pd.concat([found["group_high"] - rounded, rounded - found["group_low"]], axis=1).max(axis=1)
    told = found[["group_low", "other_low"]].min(axis=1) >= cell
    count = rows["group_students"].mask(touched, rounded.where(told)).astype("Int64")
    measures = [name for name in INDICES if name in rows]
    return rows.assign(
        group_students=count,
        **{name: rows[name].where(fine) for name in measures},
        group_students_within=within.where(touched & told, 0).mask(touched & ~told).astype("Int64"),
        suppressed=_words(found["hidden"], fine, told, cell),
    )


def _words(number: pd.Series, fine: pd.Series, told: pd.Series, cell: int) -> pd.Series:
    """What an export says of each place."""
    words = number.fillna(0).astype("int64").astype("str") + " school counts hidden"
    words = words.mask(~fine, words + ", too many for an index")
    return words.mask(~told, words + f", so that {cell} of each group are not sure").where(number > 0, "")


def marked_districts(
    rows: pd.DataFrame, table: pd.DataFrame, columns: Sequence[str], groups: Comparison, cell: int
) -> pd.DataFrame:
    """Rows of districts, a ``leaid`` each, without the numbers that hidden counts make too uncertain; and a word on it.

    Args:
        rows: what was computed.
        table: the protected schools table of one year it was computed from.
        columns: what to leave empty.
        groups: whom the numbers compare.
        cell: the minimum cell size; 0 gives the rows as they are.
    """
    if not cell:
        return rows
    fine = rows["leaid"].map(carried(sums(table, ["leaid"], groups), cell)).astype("bool")
    why = pd.Series("too many school counts hidden", index=rows.index).mask(fine, "")
    return rows.assign(**{name: rows[name].where(fine) for name in columns}, suppressed=why)


def carried_years(rows: pd.DataFrame, table: pd.DataFrame, groups: Comparison, cell: int) -> pd.DataFrame:
    """Numbers of whole years, by ``year``, empty where hidden counts make them too uncertain."""
    return rows[carried(sums(table, ["year"], groups), cell).reindex(rows.index)].reindex(rows.index) if cell else rows


def marked_outcome(outcome: Outcome, table: pd.DataFrame, cell: int) -> Outcome:
    """An outcome without the numbers that rest on a school's hidden ED count, before or after; and a word on why.

    Args:
        outcome: what ``analysis.policy.outcome.simulate`` made of the table.
        table: the protected schools table of the scenario's year.
        cell: the minimum cell size; 0 gives the outcome as it is.
    """
    if not cell:
        return outcome
    scenario = outcome.scenario
    covered = table if scenario.level is None else table[table["level"] == scenario.level]
    secret = table.loc[hidden(table, "ed"), "ncessch"]

    def fit(changes: dict[str, Change], schools: pd.DataFrame) -> dict[str, Change]:
        if carried(sums(schools, ["year"], comparison("ed")), cell).all():
            return changes
        unknown = Change(*[float("nan")] * 4)
        return {name: change if name == "moved" else unknown for name, change in changes.items()}

    def emptied(rows: pd.DataFrame, ends: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
        touched = rows[list(ends)].isin(secret.tolist()).any(axis=1)
        return rows.assign(**{name: rows[name].astype("Int64").mask(touched) for name in columns})

    ed_columns = [name for name in outcome.schools.columns.astype("str") if name.startswith(("ed_", "share_"))]
    return replace(
        outcome,
        schools=marked_schools(outcome.schools, table, "ed", ed_columns, cell),
        flows=emptied(outcome.flows, ["from_school", "to_school"], ["students"]),
        pools=emptied(outcome.pools, ["host"], ["kept", "outside", "inside", "unfilled"]),
        district=fit(outcome.district, covered[covered["leaid"] == scenario.district]),
        state=fit(outcome.state, covered),
    )


def _nullable(values: pd.Series) -> pd.Series:
    return values.astype("Int64") if pd.api.types.is_integer_dtype(values.dtype) else values


def hidden_words(table: pd.DataFrame, groups: Comparison, cell: int) -> list[str]:
    """How many counts each year's exports hide, and why; nothing of years that hide none."""
    names = [name for name in (groups.group, groups.other) if name]
    notes = []
    for year in sorted(table["year"].unique().tolist()):
        rows = table[table["year"] == year]
        found = sum(int(hidden(rows, name).sum()) for name in names)
        if found:
            counted = sum(int(rows[name].notna().sum()) for name in names)
            notes.append(
                f"{school_year(year)}: hidden {found:,} of {counted:,} school counts, below {cell} or all but "
                "fewer than that, or beside such a count; sums and indices rest on stand-ins for them."
            )
    return notes
