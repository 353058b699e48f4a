"""Sentences on what the numbers count: who is disadvantaged, which schools are CEP-like, what downloads hide."""

from collections.abc import Sequence

import pandas as pd

from data.schema import school_year
from pages.words.numbers import number, of_100, percent


def definitions_compared(place: str, year: int, rows: pd.DataFrame, names: dict[str, str]) -> str:
    """How far the definition of disadvantage moves the share and V.

    Args:
        place, year: of the rows.
        rows: ``data.sensitivity.sensitivity`` of one year.
        names: what people call each basis.
    """
    few, many = rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]
    full = rows.loc[rows["full_schools"].idxmax()]
    least, most = (number(each) for each in (rows["variance_ratio"].min(), rows["variance_ratio"].max()))
    text = (
        f"In {place} in {school_year(year)}, {of_100(few['share'])} students are economically disadvantaged by "
        f"{names[few['basis']]} and {of_100(many['share'])} by {names[many['basis']]}; over all definitions V between "
        f"them and other students runs from {least} to {most}."
    )
    if not full["full_schools"]:
        return text
    return text + (
        f" By {names[full['basis']]}, {full['full_schools']:,} schools with {full['full_students']:,} students count "
        "every student, as schools under the Community Eligibility Provision do; such a count does not tell "
        "who is disadvantaged."
    )


def cep_like_schools(name: str, year: int, flagged: int, schools: int, share: float) -> str:
    """What it means that some of a district's schools are CEP-like.

    Args:
        name, year: the district, and when.
        flagged, schools: how many are, of how many.
        share: the share of the district's students in them.
    """
    return (
        f":material/flag: {flagged:,} of {schools:,} {'school' if schools == 1 else 'schools'} of {name} in "
        f"{school_year(year)} "
        f"{'is' if flagged == 1 else 'are'} CEP-like, with "
        f"{percent(share)} of the students: by some count every student there is economically disadvantaged, as is "
        "usual where "
        "everyone eats free of charge. Where that is the count shown, the true share is lower and unknown; the table "
        "below says which schools."
    )


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
