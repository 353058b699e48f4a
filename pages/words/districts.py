"""Sentences on districts: one and its schools, the years, and its place among others."""

import math
from collections.abc import Sequence

import pandas as pd

from analysis.indices import Index
from analysis.policy.scenario import ENTRY_GRADES
from data.groups import Comparison
from data.schema import grade_words, school_year
from pages.words.escaped import in_markdown
from pages.words.numbers import UNDEFINED, number, of_100

# What changes the district a line is about, rather than the line.
TURNS = ("merged", "split", "changed boundary")


def district_range(name: str, year: int, groups: Comparison, share: float, shares: Sequence[float]) -> str:
    """The district's answer: its share and the range of its schools."""
    if not shares:
        return f"{name} has no school in {school_year(year)} whose counts of {groups.group_words} are known."
    first = f"In {name} in {school_year(year)}, " + (
        f"two students differ in {groups.by} with a chance of {share * 100:.0f} in 100."
        if groups.many
        else f"{of_100(share)} students are {groups.adjective}."
    )
    if len(shares) == 1:
        return first + " It has one school in this view, so nothing can differ within it."
    return first + f" Its {len(shares):,} schools range from {min(shares) * 100:.0f} to {max(shares) * 100:.0f}."


def contributed(name: str, groups: Comparison, year: int, now: pd.Series, shown: int, schools: int) -> str:
    """What the bars of a district's schools mean.

    Args:
        name, groups, year: what the numbers are about.
        now: the district's indices.
        shown, schools: how many schools there are bars for, and how many there are.
    """
    some = f"the {shown} largest of {schools} schools"
    if groups.many:
        return (
            f"Share of M of {groups.words} in {name} in {school_year(year)}, "
            f"{number(now['mutual_information'], 3)}, that the school's own mix makes: "
            f"{some}."
        )
    return (
        f"Share of D between {groups.words} in {name} in {school_year(year)}, {number(now['dissimilarity'])}, that "
        "would go if the school matched "
        f"the district: {some}. Amber lies above the district's share, blue below."
    )


def districts_compared(
    place: str, groups: Comparison, year: int, ranked: pd.DataFrame, index: Index, floor: int, districts: int
) -> str:
    """The districts page's answer: the highest, the lowest, and who is not ranked.

    Args:
        place, groups, year: what the numbers are about.
        ranked: the districts ranked, columns district and value, highest first.
        index: what they are ranked by.
        floor: fewest students a ranked district has.
        districts: how many districts the view has.
    """
    if ranked.empty:
        return (
            f"No district of {place} has two schools with counts of {groups.words} and {floor:,} students in "
            f"{school_year(year)}, so none is ranked."
        )
    first, last = ranked.iloc[0], ranked.iloc[-1]
    most, median, least = (number(float(value)) for value in (first["value"], ranked["value"].median(), last["value"]))
    return (
        f"{'Among' if groups.many else 'Between'} {groups.words} in {place} in {school_year(year)}, "
        f"{index.label.lower()} is "
        f"highest in {in_markdown(first['district'])}, {most}, and lowest in {in_markdown(last['district'])}, {least}; "
        f"half of the {len(ranked):,} districts lie above {median}. The other {districts - len(ranked):,} have fewer "
        f"than {floor:,} students or a single school and are not ranked."
    )


def ends_corrected(names: pd.Series, told: pd.Series) -> str:
    """How sure the index of the first and of the last district ranked is, in the same words for both.

    Args:
        names: of the districts ranked, in order.
        told: of the same, the index corrected for chance with its range.
    """
    ends = ", ".join(f"{told.iloc[at]} in {in_markdown(names.iloc[at])}" for at in (0, -1))
    return f"Corrected for chance (95% interval): {ends}."


def place_among(name: str, groups: Comparison, year: int, place: pd.Series, label: str, here: str) -> str:
    """Where one index of a district stands among those of similar districts.

    Args:
        name: the district.
        groups, year: what the numbers are about.
        place: a row of ``analysis.peers.place_among``.
        label: the index, in a sentence after "the".
        here: its value, and corrected with its range.
    """
    if math.isnan(place["value"]) or not place["others"]:
        return (
            f"In {school_year(year)} the {label} between {groups.words} is {UNDEFINED} in {name} or in every similar "
            "district, so they cannot be compared."
        )
    between = groups.words if groups.many else f"{groups.group_words} and {groups.other_words}"
    return (
        f"{'Of' if groups.many else 'Between'} {between} in {school_year(year)}, the {label} in {name} is "
        f"{here}: higher than in {place['below']:.0f} of the {place['others']:.0f} districts most "
        f"like it, where it runs from {number(place['low'])} to {number(place['high'])}."
    )


def district_years(name: str, ids: Sequence[str], events: pd.DataFrame) -> str:
    """What a district's line follows, and what changed on the way.

    Args:
        name: the district's.
        ids: every id it went by.
        events: those of ``data.joining.lineage`` that touch it.
    """
    text = f"The line is that of {name}, " + (
        f"followed under its ids {', '.join(ids)}." if len(ids) > 1 else "whose id stayed."
    )
    of_districts = events[events["unit"].eq("district")]
    for event in of_districts[of_districts["kind"].isin(["merged", "split"])].itertuples():
        verb = "merged into" if event.kind == "merged" else "gave schools to"
        to = "it" if event.to_district in ids else f"the district {event.to_district}"
        who = "it" if event.from_district in ids else in_markdown(event.name)
        text += (
            f" In {school_year(event.year)} {who} {verb} {to} with {event.schools:,} schools and {event.students:,} "
            "students; each district's line is its own, before and after, and never the sum."
        )
    kinds = events.loc[events["unit"].eq("school"), "kind"].value_counts()
    if len(kinds):
        text += " Of its schools " + ", ".join(f"{number:,} {kind}" for kind, number in kinds.items()) + "."
    return text


def entering(name: str, year: int, entry: pd.DataFrame) -> str:
    """In which grades students enter the schools of a district: "… enter 31 schools in kindergarten, 8 in grade 6."."""
    schools = entry["grade"].value_counts()
    counted = [f"{schools[grade]:,} in {grade_words(grade)}" for grade in ENTRY_GRADES if grade in schools.index]
    if not counted:
        return ""
    first, _, rest = ", ".join(counted).partition(" ")
    return f"In {name} in {school_year(year)} students enter {first} {'school' if first == '1' else 'schools'} {rest}."


def grade_heading(grade: str) -> str:
    """A grade at the head of a column: "PK", "K", "3"."""
    return {"KG": "K"}.get(grade) or grade.lstrip("0")
