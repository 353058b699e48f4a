"""What lies on either side of a district line, and what joining or opening across it would change.

Everything here is arithmetic on students as they are: no family moves house, leaves or comes because of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.decompose import decompose
from analysis.errors import InputError
from analysis.indices import measure
from analysis.units import Floats, known, places_by, ratio, units_by

# What a ranking of borders may go by: its column, and what it means.
RANKINGS = {
    "gap": "the difference between the two districts' shares of the group",
    "swaps": "students of the group who would have to trade places with others for both shares to be the same",
}
# What is shown of each district, and of all of them together, before and after.
OF_A_DISTRICT = ("dissimilarity", "variance_ratio", "exposure")
OF_ALL = ("dissimilarity", "variance_ratio", "exposure_shortfall")


def border_gaps(
    table: pd.DataFrame, lines: pd.DataFrame, group: str, other: str | None, traits: Sequence[str]
) -> pd.DataFrame:
    """Both sides of every district line, the side with the larger share of the group first.

    With n and m students on either side and shares p and q of the group, ``swaps`` is n m (p − q) / (n + m): that many
    students of the group on the one side trade places with as many others on the other side, and both shares are the
    same. It weighs a gap by the students on both sides, but no more than the smaller side can take.

    Args:
        table: schools of one year. Those whose counts are not all known are left out of what they count for.
        lines: columns leaid, neighbour and any others, which are kept, one row a pair; a pair with a district that has
            no school in the table is left out.
        group, other: columns that count the two groups; ``other`` is None for everyone else.
        traits: other columns to compare shares by, such as ED and races; those without any count are left out.

    Returns:
        Columns leaid, district, neighbour, neighbour_district, those of ``lines``, students and neighbour_students,
        share and neighbour_share (of the group among all students), gap (share − neighbour_share), swaps,
        joined_between (what joining the two adds to the between-district V of all districts), for each trait
        ``gap_<trait>``, the first side's share less the neighbour's, and where the table has any ``revenue``,
        neighbour_revenue and gap_revenue, dollars per student: the mean over the side's students of what their schools'
        districts have, as charter schools may stand on either side. NaN where a number is unknown. Largest gap first.
    """
    sides = _sides(table, group, other, traits)
    lines = lines[lines["leaid"].isin(sides.index) & lines["neighbour"].isin(sides.index)]
    turned = sides["share"].reindex(lines["neighbour"]).to_numpy() > sides["share"].reindex(lines["leaid"]).to_numpy()
    kept = _turned(lines, turned)
    one, two = (sides.loc[kept[side]].reset_index(drop=True) for side in ("leaid", "neighbour"))
    gap = one["share"] - two["share"]
    found = {
        "leaid": kept["leaid"],
        "district": one["district"],
        "neighbour": kept["neighbour"],
        "neighbour_district": two["district"],
        **{name: kept[name] for name in kept.columns.difference(["leaid", "neighbour"], sort=False)},
        "students": one["students"],
        "neighbour_students": two["students"],
        "share": one["share"],
        "neighbour_share": two["share"],
        "gap": gap,
        "swaps": gap * _smaller_half(one["students"], two["students"]),
        "joined_between": _joined_between(one, two, sides),
    }
    if "revenue" in sides:
        found |= {"revenue": one["revenue"], "neighbour_revenue": two["revenue"]}
    found |= {f"gap_{name}": one[name] - two[name] for name in (*traits, "revenue") if name in sides}
    return pd.DataFrame(found).sort_values(
        ["gap", "leaid", "neighbour"], ascending=[False, True, True], ignore_index=True
    )


def ranked(gaps: pd.DataFrame, by: str, students: int, miles: float) -> pd.DataFrame:
    """The borders that can be ranked, first the largest.

    Args:
        gaps: as ``border_gaps`` gives them, with ``miles``.
        by: a key of ``RANKINGS``.
        students: the fewest on either side: shares of few students jump.
        miles: the shortest line: districts that hardly meet are neighbours in name.
    """
    enough = (gaps[["students", "neighbour_students"]].min(axis=1) >= students) & (gaps["miles"] >= miles)
    return gaps[enough & gaps["gap"].notna()].sort_values(
        [by, "leaid", "neighbour"], ascending=[False, True, True], ignore_index=True
    )


def _sides(table: pd.DataFrame, group: str, other: str | None, traits: Sequence[str]) -> pd.DataFrame:
    """What each district's side of a line holds: district, students, share, both groups' counts, traits, revenue."""
    counted = table[known(table, group, other)]
    units, keys = units_by(counted, group, other, ["leaid"])
    sides = pd.DataFrame(
        {
            "district": counted.groupby("leaid")["district"].last().reindex([key[0] for key in keys]).to_numpy(),
            "students": units.students_total.astype(np.int64),
            "share": ratio(units.totals[:, 0], units.students_total),
            "group": units.totals[:, 0],
            "other": units.totals[:, 1],
        },
        index=pd.Index([key[0] for key in keys], name="leaid", dtype="str"),
    )
    return sides.join(shares(table, traits)).join(means(table, ["revenue"]))


def shares(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The share of each column's students in each district, of the schools whose count is known; NaN where none is.

    Args:
        table: schools of one year.
        columns: columns that count students; those without any count are left out.
    """
    found = {}
    for name in columns:
        counted = table[table[name].notna() & table["students"].notna()]
        if len(counted):
            sums = counted.groupby("leaid")[[name, "students"]].sum().astype("float64")
            found[name] = sums[name] / sums["students"].where(sums["students"] > 0)
    return pd.DataFrame(found, index=pd.Index(table["leaid"].unique(), name="leaid"))


def means(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The mean of each column in each district, schools weighted by their students; NaN where no school's is known.

    Args:
        table: schools of one year.
        columns: columns of numbers; those the table lacks, or has none of, are left out.
    """
    found = {}
    for name in table.columns.intersection(list(columns)):
        known_of = table[table[name].notna() & table["students"].gt(0).fillna(False)]
        if len(known_of):
            students = known_of["students"].astype("float64")
            weighted = pd.DataFrame({"sum": known_of[name] * students, "students": students})
            sums = weighted.groupby(known_of["leaid"]).sum()
            found[name] = sums["sum"] / sums["students"]
    return pd.DataFrame(found, index=pd.Index(table["leaid"].unique(), name="leaid"))


def _turned(lines: pd.DataFrame, turned: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> pd.DataFrame:
    """The lines with the sides of some exchanged, and with them every column that has a neighbour's."""
    pairs = [(name, f"neighbour_{name}") for name in lines.columns if f"neighbour_{name}" in lines.columns]
    exchanged = {}
    for one, two in [("leaid", "neighbour"), *pairs]:
        exchanged[one] = lines[one].mask(turned, lines[two])
        exchanged[two] = lines[two].mask(turned, lines[one])
    return lines.assign(**exchanged).reset_index(drop=True)


def _smaller_half(one: pd.Series, two: pd.Series) -> pd.Series:
    """Half the harmonic mean of two sides' students, n m / (n + m): at most the smaller of both."""
    return one * two / (one + two).where(one + two > 0)


def _joined_between(one: pd.DataFrame, two: pd.DataFrame, sides: pd.DataFrame) -> Floats:
    """What joining two districts adds to the between-district V of all, never above 0.

    With t and u students of both groups in the districts, shares p and q among them: −t u (p − q)² / ((t + u) T P Q).
    """
    a, b = (side["group"].to_numpy() for side in (one, two))
    t, u = (side["group"].to_numpy() + side["other"].to_numpy() for side in (one, two))
    whole = sides[["group", "other"]].sum()
    spread = whole["group"] * whole["other"] / whole.sum() if whole.sum() else np.nan
    return -ratio((a * u - b * t) ** 2, t * u * (t + u) * spread)


@dataclass(frozen=True)
class Change:
    """What becomes of two neighbouring districts, and of all districts together.

    Attributes:
        districts: one row each of the two; columns (measure, "before") and (measure, "after") for ``share`` (of the
            group among all students) and ``OF_A_DISTRICT``. Once joined, both are the same after.
        everyone: rows (measure, part) as in ``analysis.decompose.decompose`` for ``OF_ALL``; columns before and after.
    """

    districts: pd.DataFrame
    everyone: pd.DataFrame


def joined(table: pd.DataFrame, pair: tuple[str, str], group: str, other: str | None) -> Change:
    """What changes if two districts become one and every student stays in the same school.

    No school changes, so indices over all schools stay as they are; what lay between the two districts then lies
    within the new one.

    Args:
        table: schools of one year; those whose counts are not all known are left out.
        pair: ids of the districts.
        group, other: columns that count the two groups; ``other`` is None for everyone else.
    """
    after = joined_schools(table, pair, group, other)
    return _change(_counts(table, group, other), after, (pair, (pair[0], pair[0])), group, other)


def joined_schools(table: pd.DataFrame, pair: tuple[str, str], group: str, other: str | None) -> pd.DataFrame:
    """The schools counted once two districts are one, which keeps the first one's id; see ``joined``.

    Returns:
        Columns leaid, students and those of the groups.
    """
    counted = _counts(table, group, other)
    return counted.assign(leaid=counted["leaid"].mask(counted["leaid"] == pair[1], pair[0]))


def opened(table: pd.DataFrame, pair: tuple[str, str], share: float, group: str, other: str | None) -> Change:
    """What changes if a share of seats is opened across the line, in expected values.

    As many students cross in each direction: the share of the smaller district's students, so that no school grows or
    shrinks. They come from every school of their district in proportion to its students, with the mix of the school
    they leave, and are spread over every school of the other district in proportion to the seats left there.

    Args:
        table, pair, group, other: as for ``joined``.
        share: of the smaller district's seats, 0 to 1.

    Raises:
        InputError: the share is not between 0 and 1.
    """
    after = opened_schools(table, pair, share, group, other)
    return _change(_counts(table, group, other), after, (pair, pair), group, other)


def opened_schools(
    table: pd.DataFrame, pair: tuple[str, str], share: float, group: str, other: str | None
) -> pd.DataFrame:
    """The schools counted, in fractions of students, once seats are opened across a line; see ``opened``.

    Returns:
        Columns leaid, students and those of the groups.

    Raises:
        InputError: as ``opened``.
    """
    if not 0 <= share <= 1:
        raise InputError(f"The share of seats opened is {share:g}; give one from 0 to 1.")
    counted = _counts(table, group, other)
    numbers = counted.columns.drop("leaid")
    here = [counted["leaid"] == leaid for leaid in pair]
    totals = [counted.loc[side, numbers].sum() for side in here]
    seats = share * min(total["students"] for total in totals)
    after = counted.copy()
    for side, own, across in ((here[0], *totals), (here[1], *totals[::-1])):
        opened_here = seats / max(own["students"], 1)
        arriving = across / max(across["students"], 1)
        before = counted.loc[side, numbers]
        came = np.outer(before["students"] * opened_here, arriving)
        after.loc[side, numbers] = before * (1 - opened_here) + came
    return after


def _counts(table: pd.DataFrame, group: str, other: str | None) -> pd.DataFrame:
    """The schools counted: their district, students and both groups."""
    columns = ["students", group, *([other] if other else [])]
    counted = table.loc[known(table, group, other), ["leaid", *columns]].reset_index(drop=True)
    return counted.astype(dict.fromkeys(columns, "float64"))


def _change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    pairs: tuple[tuple[str, str], tuple[str, str]],
    group: str,
    other: str | None,
) -> Change:
    """A change from one table of schools to another; ``pairs`` are the two districts' ids before and after."""
    districts, everyone = {}, {}
    for when, table, pair in (("before", before, pairs[0]), ("after", after, pairs[1])):
        units, keys = units_by(table[table["leaid"].isin(pair)], group, other, ["leaid"])
        found = measure(units).assign(share=ratio(units.totals[:, 0], units.students_total))
        found.index = pd.Index([key[0] for key in keys])
        for name in ("share", *OF_A_DISTRICT):
            districts[name, when] = found[name].reindex(list(pair)).to_numpy()
        everyone[when] = _decomposed(table, group, other)
    return Change(pd.DataFrame(districts, index=pd.Index(pairs[0], name="leaid")), pd.DataFrame(everyone))


def _decomposed(table: pd.DataFrame, group: str, other: str | None) -> pd.Series:
    """All the schools' segregation between and within districts."""
    units, _ = units_by(table.assign(all=""), group, other, ["all"])
    district, _ = places_by(table, ["leaid"])
    return decompose(units, district)[list(OF_ALL)].iloc[0]
