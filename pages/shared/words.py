"""Sentences from numbers: always the groups, the year and the place, never "good" or "bad"."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from analysis.indices import Index
from analysis.policy.outcome import Change, Outcome
from data.groups import Comparison
from data.schema import school_year

UNDEFINED = "not defined"
CAVEATS = (
    "This is arithmetic, not a forecast: it shows who would be where if the stated share of families took part.",
    "Lotteries at entry grades reach a whole school only after as many years as it has grades.",
    "Across 300 districts, lotteries alone showed no significant change in dissimilarity; design decides.",
    "A few host schools can leave most students' schools untouched: read the sending schools too.",
    "Classrooms inside a school are not seen, nor are families who leave public schools in response.",
    "Economic disadvantage decides the lotteries here. Race is never a lottery input.",
)


def of_100(share: float) -> str:
    """A share as people count: "73 of 100"."""
    return f"{share * 100:.0f} of 100"


def percent(share: float) -> str:
    """A whole percent, or what to say where it is undefined."""
    return UNDEFINED if math.isnan(share) else f"{share:.0%}"


def number(value: float, decimals: int = 2) -> str:
    """An index to two decimals, or what to say where it is undefined."""
    return UNDEFINED if math.isnan(value) else f"{value:.{decimals}f}"


def between(low: float, high: float) -> str:
    """What an index can be, to two decimals: "0.30–0.33", or one number where both ends read alike."""
    return number(low) if number(low) == number(high) else f"{number(low)}–{number(high)}"


def number_or_reason(value: float, reason: str) -> str:
    """An index to two decimals, or why it is undefined."""
    return f"{UNDEFINED}: {reason}" if math.isnan(value) else number(value)


def signed(change: float, *, points: bool = False) -> str:
    """A change with its sign: "−0.04", or "+3 points" for shares."""
    if math.isnan(change):
        return UNDEFINED
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{abs(change) * 100:.1f} points" if points else f"{sign}{abs(change):.3f}"


def where_it_lies(
    place: str, year: int, groups: Comparison, of_group: float, of_other: float, between: float, within: float
) -> str:
    """The overview's answer: what the average schools look like and where the difference lies.

    Args:
        place, year, groups: what the numbers are about.
        of_group, of_other: the group's share in the school of the average student of each group.
        between, within: parts of the variance ratio.
    """
    if any(math.isnan(value) for value in (of_group, of_other, between, within)):
        return (
            f"{place} in {school_year(year)} has no students of one of the two groups, {groups.group_words} or "
            f"{groups.other_words}, so their separation is not defined."
        )
    typical = (
        f"In {place} in {school_year(year)}, {groups.group_words} attend, on average, schools where "
        f"{of_100(of_group)} students are {groups.adjective}; {groups.other_words} attend schools where "
        f"{of_100(of_other)} are."
    )
    if (total := between + within) == 0:
        return typical + " There is no separation between schools."
    return (
        typical + f" {between / total:.0%} of that separation lies between districts, {within / total:.0%} within them."
    )


def definitions_compared(year: int, rows: pd.DataFrame, names: dict[str, str]) -> str:
    """How far the definition of disadvantage moves the share and V.

    Args:
        year: the year of the rows.
        rows: ``data.sensitivity.sensitivity`` of one year.
        names: what people call each basis.
    """
    few, many = rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]
    full = rows.loc[rows["full_schools"].idxmax()]
    text = (
        f"In {school_year(year)}, {of_100(few['share'])} students are economically disadvantaged by "
        f"{names[few['basis']]} and {of_100(many['share'])} by {names[many['basis']]}; over all definitions V runs "
        f"from {number(rows['variance_ratio'].min())} to {number(rows['variance_ratio'].max())}."
    )
    if not full["full_schools"]:
        return text
    return text + (
        f" By {names[full['basis']]}, {full['full_schools']:,} schools with {full['full_students']:,} students count "
        "every student, as schools under the Community Eligibility Provision do; such a count does not tell "
        "who is disadvantaged."
    )


def headline(between: float, within: float) -> str:
    """The overview's title."""
    if math.isnan(between + within) or between + within == 0:
        return "Where does the separation lie?"
    share = between / (between + within)
    if share >= 0.55:
        return "Most of the separation lies between districts"
    if share <= 0.45:
        return "Most of the separation lies within districts"
    return "The separation lies about equally between and within districts"


def district_range(name: str, year: int, groups: Comparison, share: float, shares: Sequence[float]) -> str:
    """The district's answer: its share and the range of its schools."""
    if not shares:
        return f"{name} has no school in {school_year(year)} whose counts of {groups.group_words} are known."
    first = f"In {name} in {school_year(year)}, {of_100(share)} students are {groups.adjective}."
    if len(shares) == 1:
        return first + " It has one school in this view, so nothing can differ within it."
    return first + f" Its {len(shares):,} schools range from {min(shares) * 100:.0f} to {max(shares) * 100:.0f}."


def districts_compared(
    groups: Comparison, year: int, ranked: pd.DataFrame, index: Index, floor: int, districts: int
) -> str:
    """The districts page's answer: the highest, the lowest, and who is not ranked.

    Args:
        groups, year: what the numbers are about.
        ranked: the districts ranked, columns district and value, highest first.
        index: what they are ranked by.
        floor: fewest students a ranked district has.
        districts: how many districts the view has.
    """
    if ranked.empty:
        return f"No district of the view has two schools and {floor:,} students, so none is ranked."
    first, last = ranked.iloc[0], ranked.iloc[-1]
    return (
        f"Between {groups.group_words} and {groups.other_words} in {school_year(year)}, {index.label.lower()} is "
        f"highest in {first['district']} ({number(first['value'])}) and lowest in {last['district']} "
        f"({number(last['value'])}); half of the {len(ranked):,} districts lie above "
        f"{number(float(ranked['value'].median()))}. The other {districts - len(ranked):,} have fewer than "
        f"{floor:,} students or a single school and are not ranked."
    )


def outcome_sentence(outcome: Outcome) -> str:
    """The policy page's answer: hosts on target, schools that send, and those that get poorer."""
    if not outcome.scenario.hosts:
        return "No host school is chosen, so every school stays as it is."
    schools = outcome.schools
    before, after = (schools[f"ed_{when}"] / schools[f"students_{when}"] for when in ("before", "after"))
    on_target = int(((after >= 0.4) & (after <= 0.6) & schools["host"]).sum())
    poorer = (after > before) & ~schools["host"]
    senders = set(outcome.flows["from_school"]) - {host.ncessch for host in outcome.scenario.hosts}
    seats = sum(host.seats for host in outcome.scenario.hosts)
    hosts = len(outcome.scenario.hosts)
    text = (
        f"With {hosts} host {'school' if hosts == 1 else 'schools'} and {seats:,} seats, {on_target} of {hosts} "
        f"{'lies' if on_target == 1 else 'lie'} between 40 and 60 % economically disadvantaged afterwards. "
        f"{len(senders):,} schools send students; {int(poorer.sum()):,} other schools become poorer"
    )
    most = float((after - before)[poorer].max()) if poorer.any() else 0.0
    text += f", by at most {most * 100:.1f} points." if poorer.any() else "."
    unfilled = int(outcome.pools["unfilled"].sum())
    return text + (f" {unfilled:,} seats stay empty." if unfilled else "")


def spread(low: float, high: float, show: Callable[[float], str]) -> str:
    """A range of draws, or that every draw gives the same."""
    return f"Range {show(low)}–{show(high)}." if show(low) != show(high) else "The same in nearly every draw."


def direction(name: str, change: Change) -> str:
    """Whether an index rises or falls, beyond the range of the draws or not."""
    if math.isnan(change.before) or math.isnan(change.after):
        return f"{name} is {UNDEFINED} here."
    if change.after == change.before:
        return f"{name} stays as it is."
    verb = "rises" if change.after > change.before else "falls"
    beyond = change.low > change.before or change.high < change.before
    return f"{name} {verb}" + ("." if beyond else ", but within the range of the draws.")


def state_change(outcome: Outcome, state: str) -> str:
    """What the scenario does to the whole state's indices."""
    names = {"dissimilarity": "D", "variance_ratio": "V", "exposure": "exposure"}
    changes = [
        f"{symbol} {change.before:.4f} → {change.after:.4f}"
        for name, symbol in names.items()
        if not math.isnan((change := outcome.state[name]).after)
    ]
    return f"Over all schools of {state}: " + ", ".join(changes) + "."


def hidden_in_downloads(notes: Sequence[str], minimum_cell: int) -> str:
    """What downloads do not tell that their page does.

    Args:
        notes: ``data.privacy.hidden_words`` of the view's year.
        minimum_cell: the size below which they hide counts; 0 hides none.
    """
    if not minimum_cell:
        return "Downloads hide no count, however small."
    told = notes[0] if notes else f"None is below {minimum_cell} here."
    return f"This page shows the data as loaded; downloads hide small counts. {told}"
