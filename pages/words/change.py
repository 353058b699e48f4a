"""Sentences on how an index changed over the years and what the change adds up from."""

import math
from collections.abc import Sequence

import pandas as pd

from analysis.change import FACTORS, PARTS, Change
from analysis.indices import Index
from analysis.measured_change import Changed
from data.groups import Comparison
from data.schema import school_year
from pages.words import ranges as range_words
from pages.words.numbers import UNDEFINED, listed, number, signed

# Changes are a tenth of an index, so they have two digits more than it.
DECIMALS = 4
_MOST = 0.5
MEANING = (
    "Each part is what the index would change by if that alone changed, on average over the orders in which they can. "
    "*How groups are spread* is measured by odds ratios, which neither the size of a school nor the size of a group "
    "moves. Methods says how."
)
RANGES = (
    "*Corrected*, and the dot in the picture: corrected for chance, with its 95% interval in brackets and as the bar "
    "through the dot, the students of both years drawn anew and apart. A part whose interval has both signs may be "
    "chance."
)
YEAR_BY_YEAR = (
    "*New* and *gone* follow each school through changes of its id: it is counted and was not in the row before, or "
    "the other way round, whether it opened, closed, moved or was only not known."
)


def signed_part(value: float) -> str:
    """A part of a change with its sign: "−0.0034"."""
    return signed(round(value, DECIMALS), decimals=DECIMALS)


def part_with_range(corrected: float, low: float, high: float) -> str:
    """A part of a change, corrected for chance, with its sign and range: "−0.0034 (−0.0051 to −0.0012)"."""
    if math.isnan(corrected) or math.isnan(low):
        return signed_part(corrected)
    return f"{signed_part(corrected)} ({signed_part(low)} to {signed_part(high)})"


def part_with_corrected(value: float, corrected: float, low: float, high: float) -> str:
    """A part of a change as counted, then corrected with its range; alone where it has none, as of no school."""
    if math.isnan(value) or math.isnan(corrected) or low == high == value:
        return signed_part(value)
    return f"{signed_part(value)}, corrected {part_with_range(corrected, low, high)}"


def too_few_years(place: str, groups: Comparison) -> str:
    """Why there is nothing to compare."""
    return f"{place} has counts of {groups.words} in fewer than two years of this view, so no change can be shown."


def none_in_every_year(place: str, groups: Comparison, years: Sequence[int]) -> str:
    """Why the common set of schools is empty."""
    return (
        f"No school of {place} has counts of {groups.words} in every year from {school_year(years[0])} to "
        f"{school_year(years[-1])}; choose all schools, or fewer years."
    )


def part_labels(first: int, last: int) -> dict[str, str]:
    """What each part of a change is called in a chart and a table."""
    return {
        "removals": f"Schools counted in {school_year(first)} only",
        "additions": f"Schools counted in {school_year(last)} only",
        "group_margins": "Shares of the groups",
        "unit_margins": "Sizes of the schools",
        "structure": "How groups are spread",
    }


def trend(place: str, groups: Comparison, rows: pd.DataFrame, indices: Sequence[Index], *, every_year: bool) -> str:
    """How indices went from the first year to the last.

    Args:
        place, groups: what the numbers are about.
        rows: as ``analysis.measured_change.yearly`` gives them, two years or more.
        indices: those to tell.
        every_year: whether only schools counted in every year are meant.
    """
    first, last = rows.index[0], rows.index[-1]
    (symbol, opening), *more = (
        (index.symbol, f"from {number(rows.loc[first, index.name], 3)} to {number(rows.loc[last, index.name], 3)}")
        for index in indices
    )
    counted = (
        f"the {rows.loc[first, 'schools']:,} schools of {place} that are counted in every year"
        if every_year
        else f"all schools of {place}, {rows.loc[first, 'schools']:,} counted in the first year and "
        f"{rows.loc[last, 'schools']:,} in the last"
    )
    return (
        f"From {school_year(first)} to {school_year(last)}, {symbol} of {groups.words} went {opening}"
        f"{''.join(f' and {symbol} {went}' for symbol, went in more)}, over {counted}."
    )


def trend_corrected(sure: pd.DataFrame, indices: Sequence[Index]) -> str:
    """The same indices corrected for chance, with their ranges.

    Args:
        sure: of the same years, as ``pages.words.ranges.corrected`` takes it.
        indices: those to tell.
    """
    told = range_words.corrected(sure, [index.name for index in indices], 3)
    went = (f"{index.symbol} from {told[index.name].iloc[0]} to {told[index.name].iloc[-1]}" for index in indices)
    return f"Corrected for chance (95% interval): {', '.join(went)}."


def change(place: str, groups: Comparison, found: Changed, index: Index) -> str:
    """By how much an index changed between two years, and what by.

    Args:
        place, groups: what the numbers are about.
        found: the change.
        index: H or M.
    """
    first, last = school_year(found.first), school_year(found.last)
    row = found.change.parts.loc[index.name]
    if math.isnan(row["change"]):
        return f"{index.label} of {groups.words} in {place} is {UNDEFINED} in {first} or in {last}."
    before, after, by = (number(abs(row[each]), DECIMALS) for each in ("before", "after", "change"))
    moved = "rose" if row["change"] > 0 else "fell"
    text = f"From {first} to {last}, {index.called} of {groups.words} in {place} " + (
        f"{moved} by {by}, from {before} to {after}." if before != after else f"stayed at {after}."
    )
    if found.change.reason:
        return f"{text} What it adds up from cannot be told: {found.change.reason}."
    return f"{text} {_added_up(found, row)}"


def _added_up(found: Changed, row: pd.Series) -> str:
    """The parts of a change in one sentence, the largest first; none of schools that there are not."""
    both, these = f"the {_schools(found.both)} counted in both years", "these schools"
    named = {
        "structure": "how the groups are spread over {}",
        "unit_margins": "the sizes of {}",
        "group_margins": "the groups' shares of the students in {}",
        "removals": f"the {_schools(found.only_first)} counted in {school_year(found.first)} only",
        "additions": f"the {_schools(found.only_last)} counted in {school_year(found.last)} only",
    }
    nobody = {"removals": not found.only_first, "additions": not found.only_last}
    parts = [part for part in sorted(PARTS, key=lambda part: -abs(row[part])) if row[part] or not nobody.get(part)]
    told = [f"{signed_part(row[part])} from {named[part]}" for part in parts]
    first_named = next(n for n, part in enumerate(parts) if part in FACTORS)
    largest, *rest = (each.format(both if n == first_named else these) for n, each in enumerate(told))
    return f"The largest part is {largest}; then {', '.join(rest[:-1])} and {rest[-1]}."


def _schools(number_of: int) -> str:
    """A number of schools: "1 school", "1,100 schools"."""
    return f"{number_of:,} {'school' if number_of == 1 else 'schools'}"


def largest_step(place: str, groups: Comparison, found: Changed, steps: Sequence[Changed], index: Index) -> str:
    """Between which two years most of the change in how groups are spread came, where one step is more than half.

    Args:
        place, groups: what the numbers are about.
        found: the whole change.
        steps: the change from each year to the next.
        index: H or M.
    """
    whole, *parts = (float(each.change.parts.loc[index.name, "structure"]) for each in (found, *steps))
    of_the_same_sign = [(part / whole, step) for part, step in zip(parts, steps, strict=True) if part * whole > 0]
    if len(steps) < 2 or not of_the_same_sign:
        return ""
    share, step = max(of_the_same_sign, key=lambda each: each[0])
    if share <= _MOST:
        return ""
    return (
        f"How {groups.words} are spread over the schools of {place} changed {index.symbol} by "
        f"{signed_part(share * whole)} between "
        f"{school_year(step.first)} and {school_year(step.last)} alone. A change that comes in one year may be one of "
        "reporting."
    )


def full_counts(place: str, found: Changed, first: int, last: int) -> str:
    """How many schools count every student as disadvantaged in the first and in the last year, where that changed."""
    if first == last:
        return ""
    return (
        f"Schools of {place} that count every student as economically disadvantaged: {first:,} in "
        f"{school_year(found.first)}, "
        f"{last:,} in {school_year(found.last)}. Under the Community Eligibility Provision many do; such a count can "
        "move the index while no student moves."
    )


def uncounted(place: str, groups: Comparison, found: Changed) -> str:
    """How many of the schools counted in one year only are there in the other too, if any."""
    said = [
        f"Of the {_schools(schools)} of {place} counted in {school_year(year)} only, {unknown:,} "
        f"{'is' if unknown == 1 else 'are'} there in "
        f"{school_year(other)} too, with counts of {groups.words} that are not known."
        for schools, year, unknown, other in (
            (found.only_first, found.first, found.unknown_last, found.last),
            (found.only_last, found.last, found.unknown_first, found.first),
        )
        if unknown
    ]
    return " ".join([*said, "That much of their part is a change of reporting."]) if said else ""


def simulated(place: str, year: int, groups: Comparison, found: Change, index: Index) -> str:
    """What a scenario changes an index by, and through what; "" where that cannot be told.

    Args:
        place, year, groups: the district, when, and whom the index compares.
        found: from its schools before to the same after.
        index: H or M.
    """
    row = found.parts.loc[index.name]
    if found.reason:
        return ""
    before, after = (number(row[name], DECIMALS) for name in ("before", "after"))
    where = f"the schools of {place} in {school_year(year)}"
    text = f"{index.called} of {groups.words} over {where}"
    if before == after:
        return f"{text} stays at {after}."
    text += f" goes from {before} to {after} as expected"
    named = {
        "structure": "by how the groups are spread over the schools",
        "unit_margins": "by the schools' sizes",
        "group_margins": "by the groups' shares of the students",
    }
    some = {name: words for name, words in named.items() if round(row[name], DECIMALS)}
    if list(some) == ["structure"]:
        return f"{text}, {some['structure']} alone."
    return f"{text}: {listed([f'{signed_part(row[name])} {words}' for name, words in some.items()])}."
