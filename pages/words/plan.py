"""Sentences on a plan: what it does, who moves, what stays empty, who could do more."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.policy.ground import GONE
from analysis.policy.outcome import Change, Outcome
from analysis.policy.pools import GROUPS
from analysis.policy.presets import MOST_HOSTS
from analysis.policy.scenario import TURNOUT
from data.schema import school_year
from pages.words import numbers
from pages.words.escaped import in_markdown
from reports import optimum as sentences

if TYPE_CHECKING:
    from analysis.policy.places import Limits

CAVEATS = (
    "This is arithmetic, not a forecast: it shows who would be where if the stated share of families took part.",
    "Lotteries at entry grades reach a whole school only after as many years as it has grades.",
    "Across 300 districts, lotteries alone showed no significant change in dissimilarity; design decides.",
    "A few host schools can leave most students' schools untouched: read the sending schools too.",
    "Classrooms inside a school are not seen, nor are families who leave public schools in response.",
    "Economic disadvantage decides the lotteries here. Race is never a lottery input.",
)
TWO_RANGES = (
    "Two ranges of two different things. *By lottery*: the 5th to 95th percentile of what the draws make of these very "
    "students afterwards. *By intake*, in brackets: where today's index would lie 95 times of 100 if other students "
    "had come to the same schools, corrected for chance. Shares of students have no such range. Cards show the middle "
    "draw; sentences that say *as expected* are of the plan before chance, which lies near it."
)
# What a figure of a plan is once its lotteries are drawn, of all their results.
MIDDLE_DRAW = "middle draw"
OWN_SCALE = "Each chart has a scale of its own, not from 0."
STILL = ("no change", "hardly any change")
NOT_DRAWN = "By lottery: being drawn."
# Schools named where most come from or go to.
MOST_NAMED = 5
_DOES = {"from_school": ("send some", "sends some"), "to_school": ("take some", "takes some")}
# The figures of a plan in the order of the page: what a card calls each, and whether it is a share.
FIGURES = {
    "dissimilarity": ("Dissimilarity (D)", False),
    "variance_ratio": ("Variance ratio (V)", False),
    "exposure": ("Exposure of ED to other students", False),
    "balanced": ("Share of students in 40–60% ED schools", True),
    "theil_h": ("Theil's H", False),
    "high_poverty": ("Share of students in schools of 75% ED and more", True),
}


def cep_like_hosts(names: Sequence[str]) -> str:
    """What it means that these host schools are CEP-like."""
    which = (
        f"{len(names):,} of the hosts"
        if len(names) > MOST_HOSTS
        else numbers.listed([in_markdown(name) for name in names])
    )
    return (
        f"**{which} {'is' if len(names) == 1 else 'are'} CEP-like**: by some count every student there is "
        "disadvantaged, as is usual where everyone eats free of charge. A preset starts with the schools of the "
        "highest share, and so with such schools. If their true share is lower, less changes there than is shown: "
        "choose other hosts, or another definition under Change view."
    )


def poorer(rows: pd.DataFrame) -> str:
    """Which sending schools become poorer most.

    Args:
        rows: schools of the outcome with school, poorer, change.
    """
    found = rows[rows["poorer"]].sort_values("change", ascending=False)
    if found.empty:
        return "No school that sends students becomes poorer."
    some = found.head(3)
    named = [
        f"{in_markdown(school)} ({numbers.signed(change, points=True)})"
        for school, change in some[["school", "change"]].itertuples(index=False)
    ]
    rest = len(found) - len(some)
    return f"▲ Poorer most: {numbers.listed(named)}." + (f" {rest:,} more are marked ▲ below." if rest else "")


def figure(value: float, *, percent: bool) -> str:
    """A figure of a plan as its cards show it: a share as finely as the points that it changes by."""
    return numbers.percent(value, 1) if percent else numbers.number(value, 3)


def before_after(change: Change, *, percent: bool) -> str:
    """A figure before and after with its range: "0.469 → 0.472 (0.471–0.474)"."""
    before, after, low, high = (
        figure(value, percent=percent) for value in (change.before, change.after, change.low, change.high)
    )
    went = f"stays {after}" if before == after else f"{before} → {after}"
    return went if math.isnan(change.low) else f"{went} ({low}–{high})"


def went(change: Change, *, percent: bool) -> str:
    """A figure of a card: "0.469 → 0.472", or "0.469" where it changes by no more than can be shown."""
    before, after = (figure(value, percent=percent) for value in (change.before, change.after))
    return before if by(change, percent=percent) in STILL else f"{before} → {after}"


def by(change: Change, *, percent: bool) -> str:
    """By how much a figure changes: "−0.040", or that it does not."""
    if change.after == change.before:
        return STILL[0]
    said = numbers.signed(change.after - change.before, points=percent)
    return STILL[1] if said.startswith("±") else said


def spread(low: float, high: float, show: Callable[[float], str]) -> str:
    """A range of draws, or that every draw gives the same."""
    return f"By lottery {show(low)}–{show(high)}." if show(low) != show(high) else "The same in nearly every draw."


def today(value: float, corrected: float, low: float, high: float) -> str:
    """An index of today with what other students of the same schools could make of it."""
    return f"Today {numbers.with_corrected(value, corrected, low, high, 3)} by intake."


def direction(name: str, change: Change) -> str:
    """Whether an index rises or falls, beyond the range of the draws or not where that is known."""
    if math.isnan(change.before) or math.isnan(change.after):
        return f"{name} is {numbers.UNDEFINED} here."
    if change.after == change.before:
        return f"{name} stays as it is."
    verb = "rises" if change.after > change.before else "falls"
    beyond = math.isnan(change.low) or change.low > change.before or change.high < change.before
    return f"{name} {verb}" + ("." if beyond else ", but within the range of the draws.")


def moved(outcome: Outcome, place: str) -> str:
    """How many change schools, who gives up a place at a host, and how far they go.

    Args:
        outcome: what the plan does.
        place: the district.
    """
    change = outcome.district["moved"]
    outside = int(outcome.pools["outside"].sum())
    come = f"; {outside:,} of them {'come' if outside > 1 else 'comes'} from outside the district" if outside else ""
    text = (
        f"**{change.after:,.0f} students, disadvantaged and others, change schools by this plan for {place} as it is "
        f"in {school_year(outcome.scenario.year)}{come}.**"
    )
    text += f" {NOT_DRAWN if math.isnan(change.low) else spread(change.low, change.high, '{:,.0f}'.format)}"
    text += _gave_up(outcome)
    known = outcome.travel.dropna(subset="miles")
    if known.empty or not change.after:
        return text
    told = " and ".join(
        f"{miles(*of_group, unit=' miles')} for {'disadvantaged' if group == 'ed' else 'other'} students"
        for group, *of_group in known[["group", "miles", "low", "high"]].itertuples(index=False)
    )
    return f"{text} From their school today to the next it is {told}, on average."


def _gave_up(outcome: Outcome) -> str:
    """Students of the hosts who give up their places and go to schools that are none; empty where nobody does."""
    flows, hosts = outcome.flows, outcome.scenario.host_ids
    of = flows[flows["from_school"].isin(hosts) & ~flows["to_school"].isin([*hosts, GONE])]
    ed, other = (int(of.loc[of["group"] == group, "students"].sum()) for group in GROUPS)
    if not ed + other:
        return ""
    return (
        f" Among them {ed:,} disadvantaged and {other:,} other students of the hosts give up their places there and go "
        "to other schools."
    )


def miles(mean: float, low: float, high: float, unit: str = "") -> str:
    """A mean of miles with its range where it is known: "3.1 (2.9–3.4)"."""
    if math.isnan(mean):
        return numbers.UNDEFINED
    return f"{mean:.1f}{unit}" + ("" if math.isnan(low) else f" ({low:.1f}–{high:.1f})")


def over_participation(rows: pd.DataFrame) -> str:
    """D and the exposure of disadvantaged students from low to high participation.

    Args:
        rows: of ``analysis.policy.sensitivity.compared`` at every level of ``TURNOUT``.
    """
    told = []
    for name, what in (("dissimilarity", "D"), ("variance_ratio", "V"), ("exposure", "exposure"), ("moved", "movers")):
        after = rows.loc[rows["figure"] == name, "after"]
        if after.isna().any():
            continue
        show = "{:,.0f}".format if name == "moved" else "{:.3f}".format
        ends = [show(after.min()), show(after.max())]
        told.append(f"{what} {ends[0]}" if ends[0] == ends[1] else f"{what} {ends[0]}–{ends[1]}")
    shares = ", ".join(f"{name} {share:.0%}" for name, share in TURNOUT.items())
    return f"As expected, over low to high participation ({shares} of students apply): {', '.join(told)}."


def after_with_range(change: "pd.Series[float]", *, percent: bool, whole: bool = False) -> str:
    """A figure afterwards with its range: "0.412 (0.409–0.415)"."""

    def show(value: float) -> str:
        return f"{value:,.0f}" if whole else figure(value, percent=percent)

    after, low, high = (change[name] for name in ("after", "low", "high"))
    return show(after) if math.isnan(low) else f"{show(after)} ({show(low)}–{show(high)})"


def who_moves(hosts: pd.DataFrame) -> str:
    """The flow map in words.

    Args:
        hosts: one row a host: Host, and numbers of students who arrive and leave by group.
    """
    return "; ".join(
        f"{row.host}: {row.arrive_ed:,} disadvantaged and {row.arrive_other:,} other students arrive, "
        f"{row.leave_ed:,} and {row.leave_other:,} leave"
        for row in hosts.itertuples()
    )


def other_end(moves: pd.DataFrame, end: str, names: Mapping[str, str]) -> str:
    """From which schools most students come to the hosts, or to which most of those who leave them go.

    Args:
        moves: flows to or from the hosts.
        end: of the flows, the one that is no host: "from_school" or "to_school".
        names: of schools by their id.
    """
    of = moves.groupby(end)["students"].sum().sort_values(ascending=False, kind="stable")
    some = [
        f"{in_markdown(names.get(school, school))} ({students:,})" for school, students in of.head(MOST_NAMED).items()
    ]
    rest = len(of) - len(some)
    text = f"Most {'come from' if end == 'from_school' else 'go to'} {numbers.listed(some)}"
    return (
        f"{text}; {rest:,} more {'schools' if rest > 1 else 'school'} {_DOES[end][rest == 1]}." if rest else f"{text}."
    )


def flows(shown: pd.DataFrame, known: pd.DataFrame, everything: int) -> str:
    """How much of who moves a map shows.

    Args:
        shown, known: the lines drawn, and all whose two ends have a known point, each with students.
        everything: students who move, these and those without a line.
    """
    text = (
        f"{len(shown):,} lines with {shown['students'].sum():,} of the {everything:,} moves. Wider lines are more "
        "students: amber ones, which bow to the right of the way, disadvantaged, blue ones, which bow to the left, "
        "others. Stars are hosts."
    )
    left = len(known) - len(shown)
    if left:
        text += (
            f" {left:,} lines of fewer than {shown['students'].min():,} students each are left out; the table and the "
            "download hold all."
        )
    unplaced = everything - int(known["students"].sum())
    return text + (f" Of {unplaced:,} students no place is known to draw." if unplaced else "")


def seats(pools: pd.DataFrame, year: int | None) -> str:
    """The share of applicants who get a seat by pool, in one sentence; seats and those admitted over all hosts.

    Args:
        pools: of an outcome.
        year: of the scenario, where lotteries are held in several; None where they are held once.
    """
    # Seats of different years are never added up: they are of no year.
    last = pools[pools["year"] == pools["year"].max()]
    when = rest = ""
    if year is not None:
        when = f", in {school_year(year + int(last['year'].iloc[0]))}"
        rest = " Seats last drawn in an earlier year are in the table alone." if len(last) < len(pools) else ""
    told = [_lottery(pool(str(group)).lower(), rows) for group, rows in last.groupby("group", sort=False)]
    return f"By lottery{when} — {'; '.join(told)}.{rest}"


def _lottery(name: str, rows: pd.DataFrame) -> str:
    """One pool's seats and odds, of lotteries of one year."""
    drawn, admitted = int(rows["offered"].sum()), int(rows["admitted"].sum())
    # Whoever goes without at one host may apply at the next, so applicants of one host are compared with its seats.
    inside, outside = (_chance(rows[side]) for side in ("odds_inside", "odds_outside"))
    of = {" for the district's students": inside, " for those from outside": outside}
    chances = [f"{chance}{whose if outside else ''}" for whose, chance in of.items() if chance]
    if admitted and chances:
        return (
            f"{name}: {drawn:,} seats to draw, {admitted:,} admitted, a chance of {' and '.join(chances)} at each host"
        )
    if drawn:
        return f"{name}: {drawn:,} seats to draw, nobody admitted"
    return f"{name}: no seat is left to draw, as present students keep them"


def _chance(odds: "pd.Series[float]") -> str:
    """The least and the greatest chance, or the one that all are; empty where nobody applied."""
    if odds.isna().all():
        return ""
    low, high = f"{odds.min():.0%}", f"{odds.max():.0%}"
    return low if low == high else f"{low} to {high}"


def pool(name: str) -> str:
    """A pool of seats as people call it."""
    return {"ed": "Disadvantaged", "other": "Others"}.get(name, name.capitalize())


def frontier(rows: pd.DataFrame, names: dict[str, str], symbol: str, place: str, year: int) -> str:
    """The plan beside the best possible with as many moves, and beside the best choice of hosts.

    Args:
        rows: of ``analysis.policy.beside.beside``.
        names: of schools by their id.
        symbol: of the index.
        place, year: the district, and when.
    """
    today, plan = (rows[rows["what"] == what].iloc[0] for what in ("today", "plan"))
    best = rows[rows["what"] == "as many moves"].iloc[0]
    of = f"{symbol} between economically disadvantaged and other students in {place} in {school_year(year)}"
    before, after = (numbers.number(row["value"], 3) for row in (today, plan))
    went = f"leaves {of} at {after}" if before == after else f"takes {of} from {before} to {after}"
    text = (
        f"This plan {went} with "
        f"{plan['moved']:,.0f} students moved, {plan['share_moved']:.1%} of the district's. The best assignment that "
        f"moves no more comes to {numbers.number(best['value'], 3)}; none lies below "
        f"{numbers.number(best['bound'], 3)}."
    )
    if not plan["moved"]:
        text = f"This plan moves nobody, so {of} stays at {numbers.number(today['value'], 3)}."
    elif broken := sentences.broken(plan["breaks"], below=plan["value"] < best["value"]):
        text += f" {broken}"
    chosen = rows[rows["what"] == "best hosts"]
    if len(chosen):
        row = chosen.iloc[0]
        hosts = [in_markdown(names.get(each, each)) for each in str(row["hosts"]).split()]
        if not hosts:
            return f"{text} No 50/50 school could make it less within these limits."
        which = f"{len(hosts)} hosts found to do most are" if len(hosts) > 1 else "host found to do most is"
        comes = f"{numbers.number(row['value'], 3)} with {row['moved']:,.0f} moved"
        text += (
            f" The {which} {numbers.listed(hosts)}: the best choice of who moves comes to {comes}; no choice of so few "
            f"lies below {numbers.number(row['bound'], 3)}."
        )
    return text


def limits(asked: "Limits") -> str:
    """The limits set on the best assignments beside those that always hold; empty where none is."""
    said = {
        f"at most {asked.move:.0%} of all students move": asked.move < 1,
        f"nobody farther than {asked.miles:g} miles": math.isfinite(asked.miles),
        f"{asked.stay:.0%} of each school's students stay": asked.stay > 0,
    }
    some = [words for words, is_set in said.items() if is_set]
    return f"Limits set: {', '.join(some)}. " if some else ""


def unplaced(rows: pd.DataFrame) -> str:
    """How many students' distance is not known in the plan and in the best of any distance; empty where none is.

    Args:
        rows: of ``analysis.policy.beside.beside``.
    """
    of = {what: float(each.iloc[-1]) for what, each in rows.groupby("what")["unplaced"]}
    plan, most = of["plan"], of["by miles"]
    if not plan and not most:
        return ""
    return (
        f"Miles are means over moves between schools whose points are known. {plan:,.0f} "
        f"{'move' if plan == 1 else 'moves'} of this plan and {most:,.0f} of the best at any distance are not counted."
    )


def _went(change: Change) -> str:
    before, after = f"{change.before:.4f}", f"{change.after:.4f}"
    return f"stays {after}" if before == after else f"{before} → {after}"


def state_change(outcome: Outcome, state: str) -> str:
    """What the scenario does to the whole state's indices."""
    names = {"dissimilarity": "D", "variance_ratio": "V", "exposure": "exposure"}
    changes = [
        f"{symbol} {_went(change)}"
        for name, symbol in names.items()
        if not math.isnan((change := outcome.state[name]).after)
    ]
    year = school_year(outcome.scenario.year)
    return (
        f"Between economically disadvantaged and other students over all schools of {state} in {year}: "
        f"{', '.join(changes)}."
    )
