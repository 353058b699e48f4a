"""Sentences on money: what districts have to spend."""

import math

import pandas as pd

from data.schema import school_year
from pages.words.escaped import in_markdown


def dollars(value: float) -> str:
    """Whole dollars, or what to say where they are unknown; the sign would begin a formula in Markdown."""
    return "not known" if math.isnan(value) else f"{value:,.0f} dollars"


def signed_dollars(change: float) -> str:
    """A difference in whole dollars with its sign."""
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return dollars(change) if math.isnan(change) else f"{sign}{dollars(abs(change))}"


def revenue(name: str, place: str, year: int, own: float, everyone: float, *, geographic: bool) -> str:
    """What a district has to spend, beside all districts of the view; nothing where it is not known.

    Args:
        name, place, year: which district, of what, and when.
        own, everyone: revenue per student of the district, and the mean over all students whose districts' is known.
        geographic: whether districts are ground, on which the schools of several may stand.
    """
    if math.isnan(own):
        return ""
    whose = "The districts that run its schools have" if geographic else f"{name} has"
    return (
        f"{whose} {dollars(own)} of revenue per student in {school_year(year)}, of all sources; over all students of "
        f"{place} the mean is {dollars(everyone)}."
    )


def across(line: pd.Series) -> str:
    """What both sides of a border have to spend, where both are known; or nothing."""
    if math.isnan(line.get("gap_revenue", math.nan)):
        return ""
    return (
        f" {in_markdown(line['district'])} has {dollars(line['revenue'])} of revenue per student, "
        f"{in_markdown(line['neighbour_district'])} "
        f"{dollars(line['neighbour_revenue'])}."
    )
