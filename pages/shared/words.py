"""Sentences from numbers: always the groups, the year and the place, never "good" or "bad"."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from analysis.indices import INDICES, MULTIGROUP, Index
from analysis.policy.outcome import Change, Outcome
from analysis.policy.presets import MOST_HOSTS
from analysis.policy.scenario import ENTRY_GRADES, Scenario
from analysis.random_assignment import MUCH
from data.groups import Comparison
from data.schema import grade_words, school_year

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


def with_range(value: float, low: float, high: float) -> str:
    """A value with its range, "0.43 (0.41–0.46)": to two decimals, or three where the two ends read alike."""
    if math.isnan(value):
        return UNDEFINED
    decimals = 2 if number(low) != number(high) else 3
    return f"{number(value, decimals)} ({number(low, decimals)}–{number(high, decimals)})"


def expected(value: float) -> str:
    """What chance alone gives: to two decimals, or three below 0.01."""
    return number(value, 3 if value < 0.01 else 2)


def chance(groups: Comparison, value: float, by_chance: float, share: float) -> str:
    """What random assignment alone would make of a place's D.

    Args:
        groups: whom D compares.
        value, by_chance: D, and its expected value under random assignment.
        share: how much of the one the other is; more than half is a warning.
    """
    if math.isnan(share):
        return "With students in one school only, or of one group, chance changes nothing here."
    text = (
        f"If these students were assigned to these schools at random, D between {groups.group_words} and "
        f"{groups.other_words} would be {expected(by_chance)} on average; it is {number(value)}."
    )
    return text + (" :material/warning: Chance explains much of it: read it with care." if share > MUCH else "")


def chance_in_ranking(index: Index, much: int, ranked: int) -> str:
    """In how many ranked districts chance explains much of an index."""
    if not much:
        return ""
    return (
        f"In {much:,} of the {ranked:,} districts ranked, assigning students at random would alone give more than "
        f"{percent(MUCH)} of what {index.label.lower()} shows; the table marks them."
    )


def number_or_reason(value: float, reason: str) -> str:
    """An index to two decimals, or why it is undefined."""
    return f"{UNDEFINED}: {reason}" if math.isnan(value) else number(value)


def signed(change: float, *, points: bool = False, decimals: int = 3) -> str:
    """A change with its sign: "−0.040", or "+3.0 points" for shares."""
    if math.isnan(change):
        return UNDEFINED
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{abs(change) * 100:.1f} points" if points else f"{sign}{abs(change):.{decimals}f}"


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


def where_races_lie(place: str, year: int, of_all: float, of_school: float, between: float, within: float) -> str:
    """The overview's answer for all races: how often two students differ, and where the difference lies.

    Args:
        place, year: what the numbers are about.
        of_all, of_school: the chance that two students of the place, and of one school, differ in race.
        between, within: parts of the variance ratio of all groups.
    """
    if any(math.isnan(value) for value in (of_all, between, within)):
        return f"{place} in {school_year(year)} has students of one race only, so their separation is not defined."
    typical = (
        f"In {place} in {school_year(year)}, two students differ in race with a chance of {percent(of_all)}, two of "
        f"the same school with {percent(of_school)}."
    )
    if (total := between + within) == 0:
        return typical + " There is no separation between schools."
    return (
        typical + f" {between / total:.0%} of the separation of all races lies between districts, {within / total:.0%} "
        "within them."
    )


def shares_between(place: str, year: int, groups: Comparison, parts: pd.Series) -> tuple[str, list[str]]:
    """What share of the separation lies between districts: a lead, and one answer for each index.

    Args:
        place, year, groups: what the numbers are about.
        parts: columns (measure, part) as in ``analysis.decompose.decompose``.
    """
    lead = f"Of the separation of {groups.words} in {place} in {school_year(year)}:"
    names = {
        "variance_ratio": "the normalized exposure (V)" if groups.many else "the variance ratio (V)",
        "theil_h": "Theil's H",
        "mutual_information": "mutual information (M)",
        "exposure_shortfall": "what exposure falls short of in an even state",
    }
    said = [
        f"By {name}, {(share := parts[measure, 'between'] / parts[measure, 'total']):.0%} lies between districts and "
        f"{1 - share:.0%} within them."
        for measure, name in names.items()
        if parts[measure, "total"] > 0
    ]
    total, between, added = (parts["dissimilarity", part] for part in ("total", "between", "added_within"))
    if not math.isnan(total):
        said.append(
            f"Dissimilarity (D) does not split: it is {number(between)} over districts, and sorting within districts "
            f"adds {number(added)} to make {number(total)} over schools."
        )
    return lead, said


def by_level(place: str, year: int, groups: Comparison, parts: pd.DataFrame) -> str:
    """A chain's answer: the share of V that lies at each level.

    Args:
        place, year, groups: what the numbers are about.
        parts: columns label and share, the largest cells first.
    """
    within = ["", *(f" within {label}" for label in parts["label"])]
    shares = zip(parts["share"], parts["label"], within, strict=False)
    first, *more, last = (f"{share:.0%} between {label}{larger}" for share, label, larger in shares)
    return (
        f"By V, of the separation of {groups.words} in {place} in {school_year(year)}, {first.replace('%', '% lies')}"
        f"{''.join(f', {share}' for share in more)} and {last}."
    )


def absent_among_many() -> str:
    """Which indices have no value among more than two groups."""
    *first, last = (index.label for name, index in INDICES.items() if name not in MULTIGROUP)
    return f"{', '.join(first)} and {last} compare two groups only, so they have no value for all races at once."


def reading(index: Index, value: float, place: str, year: int, groups: Comparison) -> str:
    """An index's value said aloud."""
    said = index.reading.format(value=value, points=100 * value, group=groups.group_words, other=groups.other_words)
    return f"{place}, {school_year(year)}, {groups.words}: {said}"


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


def cep_like_schools(flagged: int, schools: int, share: float) -> str:
    """What it means that some of a district's schools are CEP-like.

    Args:
        flagged, schools: how many are, of how many.
        share: the share of the district's students in them.
    """
    return (
        f":material/flag: {flagged:,} of {schools:,} {'school' if schools == 1 else 'schools'} "
        f"{'is' if flagged == 1 else 'are'} CEP-like, with "
        f"{percent(share)} of the students: by some count every student there is disadvantaged, as is usual where "
        "everyone eats free of charge. Where that is the count shown, the true share is lower and unknown; the table "
        "below says which schools."
    )


def cep_like_hosts(names: Sequence[str]) -> str:
    """What it means that these host schools are CEP-like."""
    if len(names) > MOST_HOSTS:
        listed = f"{len(names):,} of the hosts"
    else:
        listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return (
        f"**{listed} {'is' if len(names) == 1 else 'are'} CEP-like**: by some count every student there is "
        "disadvantaged, as is usual where everyone eats free of charge. A preset starts with the schools of the "
        "highest share, and so with such schools. If their true share is lower, less changes there than is shown: "
        "choose other hosts, or another definition under Change view."
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
    first = (
        f"In {name} in {school_year(year)}, two students differ in race with a chance of {share * 100:.0f} in 100."
        if groups.many
        else f"In {name} in {school_year(year)}, {of_100(share)} students are {groups.adjective}."
    )
    if len(shares) == 1:
        return first + " It has one school in this view, so nothing can differ within it."
    return first + f" Its {len(shares):,} schools range from {min(shares) * 100:.0f} to {max(shares) * 100:.0f}."


def contributed(groups: Comparison, now: pd.Series, shown: int, schools: int) -> str:
    """What the bars of a district's schools mean.

    Args:
        groups: what is compared.
        now: the district's indices.
        shown, schools: how many schools there are bars for, and how many there are.
    """
    some = f"the {shown} largest of {schools} schools"
    if groups.many:
        return (
            f"Share of the district's M (now {number(now['mutual_information'], 3)}) that the school's own mix makes: "
            f"{some}."
        )
    return (
        f"Share of the district's D (now {number(now['dissimilarity'])}) that would go if the school matched "
        f"the district: {some}. Amber lies above the district's share, blue below."
    )


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
        f"{'Among' if groups.many else 'Between'} {groups.words} in {school_year(year)}, {index.label.lower()} is "
        f"highest in {first['district']} ({number(first['value'])}) and lowest in {last['district']} "
        f"({number(last['value'])}); half of the {len(ranked):,} districts lie above "
        f"{number(float(ranked['value'].median()))}. The other {districts - len(ranked):,} have fewer than "
        f"{floor:,} students or a single school and are not ranked."
    )


# What changes the district a line is about, rather than the line.
TURNS = ("merged", "split", "changed boundary")


def district_years(name: str, ids: Sequence[str], events: pd.DataFrame) -> str:
    """What a district's line follows, and what changed on the way.

    Args:
        name: the district's.
        ids: every id it went by.
        events: those of ``data.lineage`` that touch it.
    """
    text = f"The line is that of {name}, " + (
        f"followed under its ids {', '.join(ids)}." if len(ids) > 1 else "whose id stayed."
    )
    of_districts = events[events["unit"].eq("district")]
    for event in of_districts[of_districts["kind"].isin(["merged", "split"])].itertuples():
        verb = "merged into" if event.kind == "merged" else "gave schools to"
        to = "it" if event.to_district in ids else f"the district {event.to_district}"
        who = "it" if event.from_district in ids else event.name
        text += (
            f" In {school_year(event.year)} {who} {verb} {to} with {event.schools:,} schools and {event.students:,} "
            "students; each district's line is its own, before and after, and never the sum."
        )
    kinds = events.loc[events["unit"].eq("school"), "kind"].value_counts()
    if len(kinds):
        text += " Of its schools " + ", ".join(f"{number:,} {kind}" for kind, number in kinds.items()) + "."
    return text


def entering(entry: pd.DataFrame) -> str:
    """In which grades students enter schools: "Students enter 31 schools in kindergarten, 8 in grade 6."."""
    schools = entry["grade"].value_counts()
    counted = [f"{schools[grade]:,} in {grade_words(grade)}" for grade in ENTRY_GRADES if grade in schools.index]
    if not counted:
        return ""
    first, _, rest = ", ".join(counted).partition(" ")
    return f"Students enter {first} {'school' if first == '1' else 'schools'} {rest}."


def grade_heading(grade: str) -> str:
    """A grade at the head of a column: "PK", "K", "3"."""
    return {"KG": "K"}.get(grade) or grade.lstrip("0")


def seats_in(scenario: Scenario) -> str:
    """Where a scenario's seats are: " in kindergarten and grade 6"; empty where they are in every grade."""
    grades = {host.grade for host in scenario.hosts}
    if not grades or None in grades:
        return ""
    return " in " + " and ".join(grade_words(grade) for grade in ENTRY_GRADES if grade in grades)


def pool(name: str) -> str:
    """A pool of seats as people call it."""
    return {"ed": "Disadvantaged", "other": "Others"}.get(name, name.capitalize())


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
        f"With {hosts} host {'school' if hosts == 1 else 'schools'} and {seats:,} seats{seats_in(outcome.scenario)}, "
        f"{on_target} of {hosts} {'lies' if on_target == 1 else 'lie'} between 40 and 60 % economically disadvantaged "
        "afterwards. "
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
