"""What may leave the product: tables computed from protected counts, with the hidden ones marked.

Every export is computed from the schools table that ``protected`` gives, in which small counts are hidden for good (see
``analysis.hidden.suppression``), whatever is then added up, compared or simulated; the rest of this module marks in a
result what is hidden and what its numbers cannot carry. docs/decisions/0016-what-leaves.md gives the reasons.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.hidden.suppression import close_to, suppressed
from analysis.indices import INDICES, ORDERED
from analysis.measured import BOUND_COLUMNS, PLACES
from analysis.units import known
from data.groups import BANDS, Comparison, comparison, on_basis, with_bands
from data.manifest import HASH_DIGITS
from data.schema import FIELDS, RACES, bounds_of, school_year

# 39 of the states that told theirs in 2010 used 10 (NCES 2011-603, SLDS Technical Brief 3).
MINIMUM_CELL = 10
# With less there is nothing to hide a count among.
LEAST_CELL = 3
# An index is told where hidden counts can be wrong by no more than this share of the smaller group.
CARRIED = 0.05
# What borders are compared by beside the groups asked for.
TRAITS = ("ed", *RACES)
# Counts of disadvantaged students, one a basis.
ED_COUNTS = [name for name in FIELDS if name == "ed" or name.removeprefix("ed_") not in (name, "basis", "low", "high")]
# Worked out from neighbourhoods, so that no student makes the difference to another basis.
MODELLED = ("ed_meps",)


def protected(table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """A schools table whose small counts are hidden: with stand-ins in their places, for all exports to rest on.

    The pattern depends on the school and year alone, so exports of any level, kind of district, group and year agree.

    Args:
        table: a schools table, before ``data.groups.on_basis``.
        cell: the minimum cell size; 0 hides nothing.

    Returns:
        The table with, for each count and each of ``data.groups.BANDS`` it has, ``<count>_hidden``, whether it is
        hidden, and ``<count>_low`` and ``<count>_high``, between which values a hidden one lies. Where it is shown
        they are the publisher's, of a rounded count; where it is unknown they are the publisher's too, widened where
        they tell more than ours would.
    """
    if not cell:
        return with_bands(table)
    table = table.assign(**_suppressed(table, list(RACES), cell))
    return _with_bands(table.assign(**_disadvantaged(table, cell)))


def _disadvantaged(table: pd.DataFrame, cell: int) -> dict[str, pd.Series]:
    """The columns of the ED counts, with their bounds: one basis after another, the table's own first."""
    found: dict[str, pd.Series] = {}
    told: list[NDArray[np.float64]] = []
    for name in ED_COUNTS:
        columns = _suppressed(table, [name], cell)
        if columns and name not in ("ed", *MODELLED):
            columns = _apart(table, name, columns, np.column_stack(told), cell)
            own = table["ed_basis"].eq(name.removeprefix("ed_")).fillna(False)
            columns = {
                column: values.mask(own, found[column.replace(name, "ed")]) for column, values in columns.items()
            }
        found |= columns
        if columns and name not in MODELLED:
            told.append(_floats(table[name].mask(columns[f"{name}_hidden"])))
    return found


def _apart(
    table: pd.DataFrame, name: str, columns: dict[str, pd.Series], told: NDArray[np.float64], cell: int
) -> dict[str, pd.Series]:
    """The columns of a basis with counts hidden that differ from one told on another basis by less than a cell.

    Such a difference is of few students, those with reduced-price lunch or the directly certified. What stands in for
    the count is made of the one told: a little less, as most are of a narrower basis than the broad ones told first.
    """
    students = table["students"]
    close = close_to(_floats(table[name]), told, students.to_numpy(dtype=np.int64), cell)
    near = pd.Series(close, table.index).astype("Int64")
    fewer, room = table["ed_basis"].isin(("state", "frpl")) * (cell // 3), 2 * cell
    instead = {
        "": (near - fewer).mask(near < room, near // 2),
        "_low": (near - cell + 1).mask(near < room, 0),
        "_high": (near + cell - 1).mask(students - near < room, students),
        "_hidden": near.notna(),
    }
    return {f"{name}{end}": columns[f"{name}{end}"].mask(near.notna(), values) for end, values in instead.items()}


def _with_bands(table: pd.DataFrame) -> pd.DataFrame:
    """The protected table with ``data.groups.BANDS`` worked out from protected counts, and which are hidden."""
    table = with_bands(table)
    if not {*BANDS} <= {*table}:
        return table
    known = table[list(BANDS)].notna().all(axis=1)
    free, either = (known & hidden(on_basis(table, basis), "ed") for basis in ("free", "frpl"))
    return table.assign(band_free_hidden=free, band_reduced_hidden=free | either, band_paid_hidden=either)


def _floats(values: pd.Series) -> NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


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
        published = _widened(table, name, cell)
        for side, bound, given in zip(("low", "high"), (found.low, found.high), published, strict=True):
            columns[f"{name}_{side}"] = given.mask(is_hidden, bound[:, i])
        columns[f"{name}_hidden"] = pd.Series(is_hidden, index=table.index)
    return columns


def _widened(table: pd.DataFrame, name: str, cell: int) -> tuple[pd.Series, pd.Series]:
    """A publisher's bounds, none of them closer than our own to nobody or everybody where the count is unknown."""
    unknown = pd.Series(pd.NA, index=table.index, dtype="Int64")
    low, high = (table.get(end, unknown) for end in bounds_of(name))
    students, open_ = table["students"], table[name].isna()
    few, most = low.lt(cell).fillna(False) & open_, (students - high).lt(cell).fillna(False) & open_
    return (
        low.mask(most, np.minimum(low, students - cell + 1)).mask(few, 0).clip(lower=0),
        high.mask(few, np.maximum(high, cell - 1)).mask(most, students).clip(upper=students),
    )


def hidden(table: pd.DataFrame, name: str) -> "pd.Series[bool]":
    """Whether each school's count is hidden here: known to us, and not told; not where its publisher hides it."""
    if f"{name}_hidden" not in table:
        return pd.Series(False, index=table.index)
    return table[f"{name}_hidden"].astype(bool)


def masked(table: pd.DataFrame) -> pd.DataFrame:
    """A protected table as a publisher would give it: hidden counts are missing, hidden ED counts have bounds."""
    return table.assign(**{name: table[name].mask(hidden(table, name)) for name in (*ED_COUNTS, *RACES)})[list(FIELDS)]


def protection_words(table: pd.DataFrame, cell: int) -> dict[int, str]:
    """By year, which counts of a protected table are hidden, for a report that says what is wrong with the data."""
    told = {}
    for year, rows in table.groupby("year") if cell else ():
        groups = {"of disadvantaged students": ["ed"], "by race": [*RACES]}
        counted = {
            words: (sum(int(hidden(rows, name).sum()) for name in names), int(rows[names].notna().sum().sum()))
            for words, names in groups.items()
        }
        parts = [f"{few:,} of {all_:,} counts {words}" for words, (few, all_) in counted.items() if few]
        if parts:
            told[int(str(year))] = (
                f"Hidden here, not by the publisher: {' and '.join(parts)}, below {cell} or of all students but fewer, "
                "and those that would tell them. Where a check rests on them, it says what it does not tell."
            )
    return told


def fingerprint(table: pd.DataFrame) -> str:
    """The first digits of the SHA-256 of a protected table, for exports to name their data by.

    Not that of the data itself: whoever knows all but a few hidden counts could try them until the hash fits.
    """
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()[:HASH_DIGITS]


# Marks --------------------------------------------------------------------------------------------------------------


def why_hidden(table: pd.DataFrame, name: str, cell: int) -> pd.Series:
    """What an export says of each school's count: "" where it is shown."""
    if f"{name}_hidden" not in table:
        return pd.Series("", index=table.index)
    few, most = table[f"{name}_high"] < cell, table["students"] - table[f"{name}_low"] < cell
    words = pd.Series("hidden so that a smaller count cannot be worked out", index=table.index)
    any_number = table[f"{name}_low"].eq(0) & table[f"{name}_high"].eq(table["students"])
    words = words.mask(any_number.fillna(False), "too few students to tell")
    words = words.mask(most.fillna(False), f"all but fewer than {cell}").mask(few.fillna(False), f"fewer than {cell}")
    return words.where(hidden(table, name), "")


def marked_schools(
    rows: pd.DataFrame, table: pd.DataFrame, groups: Comparison, columns: Sequence[str], cell: int
) -> pd.DataFrame:
    """Rows of schools, one a ``ncessch``, without the numbers of those whose count is hidden, and a word on why.

    Args:
        rows: what was computed.
        table: the protected schools table of one year it was computed from.
        groups: whose counts the columns rest on.
        columns: what to leave empty where one of them is hidden.
        cell: the minimum cell size; 0 gives the rows as they are.
    """
    if not cell:
        return rows
    why = pd.Series("", index=table.index)
    for name in groups.columns:
        why = why.mask(why == "", why_hidden(table, name, cell))
    why = why.set_axis(table["ncessch"]).reindex(rows["ncessch"]).fillna("").set_axis(rows.index)
    emptied = {column: _nullable(rows[column]).mask(why != "") for column in columns}
    return rows.assign(**emptied, suppressed=why)


def sums(table: pd.DataFrame, by: Sequence[str], groups: Comparison) -> pd.DataFrame:
    """What is known of the groups' numbers in each place.

    Returns:
        By the columns ``by``: hidden (how many schools have a hidden count); group (the first group's number, as
        results rest on it), group_low and group_high; smaller (how many results rest on outside the largest group),
        sure (how many there surely are, of it or outside) and off (how many students may be counted in a wrong group).
    """
    counted = table[known(table, groups.group, groups.other)]
    places = [counted[name] for name in by]
    found = {side: _summed(counted, groups, places, side) for side in ("", "_low", "_high")}
    value, low, high = (each.to_numpy() for each in found.values())
    largest = np.arange(value.shape[1]) == value.argmax(axis=1)[:, None]
    away = np.maximum(high - value, value - low)
    is_hidden = pd.concat([hidden(counted, name) for name in groups.columns], axis=1).any(axis=1)
    return pd.DataFrame(
        {
            "hidden": is_hidden.groupby(places, dropna=False).sum().to_numpy(dtype=np.float64),
            "group": value[:, 0],
            "group_low": low[:, 0],
            "group_high": high[:, 0],
            "smaller": np.where(largest, 0, value).sum(axis=1),
            "sure": np.minimum(np.where(largest, low, 0).sum(axis=1), np.where(largest, 0, low).sum(axis=1)),
            "off": np.maximum(away.max(axis=1), away.sum(axis=1) / 2),
        },
        index=found[""].index,
    )


def _summed(counted: pd.DataFrame, groups: Comparison, places: list[pd.Series], side: str) -> pd.DataFrame:
    """What each group's students add up to in each place, or the least or the most they can, one column a group."""
    columns = {name: _bound(counted, name, side) for name in groups.columns}
    if groups.other is None:
        opposite = {"": "", "_low": "_high", "_high": "_low"}[side]
        columns["everyone else"] = counted["students"] - _bound(counted, groups.group, opposite)
    return pd.DataFrame(columns).astype("float64").groupby(places, dropna=False).sum()


def _bound(table: pd.DataFrame, name: str, side: str) -> pd.Series:
    bound = table[name]
    return bound.mask(hidden(table, name), table[f"{name}{side}"]) if side and f"{name}_hidden" in table else bound


def carried(found: pd.DataFrame, cell: int) -> "pd.Series[bool]":
    """Whether places can carry an index: surely a minimum cell of each group, and hardly moved by hidden counts."""
    return (found["hidden"] == 0) | ((found["sure"] >= cell) & (found["off"] <= CARRIED * found["smaller"]))


def marked_places(rows: pd.DataFrame, table: pd.DataFrame, by: str, groups: Comparison, cell: int) -> pd.DataFrame:
    """Rows of ``analysis.measured.indices_by`` with what rests on hidden counts rounded, left out and told.

    Returns:
        The rows, where a place has hidden counts its group_students rounded to the minimum cell and told to be true
        within ``group_students_within``, or empty where that is nearly nothing or nearly all; its indices, and all that
        is told beside them but their bounds, empty where they cannot be ``carried``; and in ``suppressed`` a word on
        it. With ``cell`` 0 the rows as they are.
    """
    if not cell:
        return rows
    found = sums(table, ["year", PLACES[by][0]], groups)
    found = found.reindex(pd.MultiIndex.from_arrays([rows["year"], rows["place"]])).set_axis(rows.index)
    fine, told = carried(found, cell) | found["hidden"].isna(), found["sure"] >= cell
    about = {name for name in rows if str(name).startswith(tuple(INDICES | ORDERED))} | {"diversity"} & {*rows}
    about -= {f"{name}_{side}" for name in INDICES | ORDERED for side in BOUND_COLUMNS}
    # Students of all races together are in no small group.
    touched = (found["hidden"] > 0) & (not groups.many)
    rounded = (found["group"] / cell).round() * cell
    within = pd.concat([found["group_high"] - rounded, rounded - found["group_low"]], axis=1).max(axis=1)
    return rows.assign(
        group_students=rows["group_students"].mask(touched, rounded.where(told)).astype("Int64"),
        **{str(name): rows[name].where(fine) for name in about},
        group_students_within=within.where(touched & told, 0).mask(touched & ~told).astype("Int64"),
        suppressed=_words(found["hidden"], fine, told, cell),
    )


def _words(number: pd.Series, fine: pd.Series, told: pd.Series, cell: int) -> pd.Series:
    """What an export says of each place."""
    words = number.fillna(0).astype("int64").astype("str") + " school counts hidden"
    words = words.mask(~fine, words + ", too many for an index")
    return words.mask(~told, words + f", so that {cell} of each group are not sure").where(number > 0, "")


def told(table: pd.DataFrame, cell: int) -> bool:
    """Whether the schools of a protected table, all together, can carry an index of ED."""
    return not cell or bool(carried(sums(table, ["year"], comparison("ed")), cell).all())


def marked_districts(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    columns: Sequence[str],
    groups: Comparison,
    cell: int,
    ends: Sequence[str] = ("leaid",),
) -> pd.DataFrame:
    """Rows of districts without the numbers that hidden counts make too uncertain; and a word on it.

    Args:
        rows: what was computed.
        table: the protected schools table of one year it was computed from.
        columns: what to leave empty.
        groups: whom the numbers compare.
        cell: the minimum cell size; 0 gives the rows as they are.
        ends: the columns that name the districts a row is about.
    """
    if not cell:
        return rows
    carries = carried(sums(table, ["leaid"], groups), cell)
    fine = pd.concat([rows[end].map(carries).ne(False) for end in ends], axis=1).all(axis=1)
    why = pd.Series("too many school counts hidden", index=rows.index).mask(fine, "")
    return rows.assign(**{name: rows[name].where(fine) for name in columns if name in rows}, suppressed=why)


def marked_borders(rows: pd.DataFrame, table: pd.DataFrame, groups: Comparison, cell: int) -> pd.DataFrame:
    """Rows of ``analysis.borders.border_gaps``, of the two groups and ``TRAITS``, as ``marked_districts``."""
    ends, gap = ("leaid", "neighbour"), ["share", "neighbour_share", "gap", "swaps", "joined_between"]
    for trait in TRAITS:
        rows = marked_districts(rows, table, [f"gap_{trait}"], comparison(trait), cell, ends)
    return marked_districts(rows, table, gap, groups, cell, ends)


def carried_years(
    rows: pd.DataFrame, table: pd.DataFrame, groups: Comparison, cell: int, keep: Sequence[str] = ()
) -> pd.DataFrame:
    """Numbers of whole years, by ``year``, empty but for ``keep`` where hidden counts make them too uncertain."""
    if not cell:
        return rows
    fine = carried(sums(table, ["year"], groups), cell).reindex(rows.index).to_numpy()
    return rows.mask(np.logical_and.outer(~fine, ~rows.columns.isin(keep)))


def marked_change(parts: pd.DataFrame, table: pd.DataFrame, groups: Comparison, cell: int) -> pd.DataFrame:
    """What a change between the years of a table adds up from, empty where hidden counts make a year too uncertain."""
    fine = not cell or bool(carried(sums(table, ["year"], groups), cell).all())
    return parts if fine else parts.mask(parts.notna()).assign(suppressed="too many school counts hidden")


def _nullable(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean")
    return values.astype("Int64") if pd.api.types.is_integer_dtype(values.dtype) else values


def hidden_words(table: pd.DataFrame, groups: Comparison, cell: int) -> list[str]:
    """How many counts each year's exports hide, and why; nothing of years that hide none."""
    names = groups.columns
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
