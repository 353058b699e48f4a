"""The schools table: one row per year and school, every column defined once.

The field dictionary below is the only place that says what a column means. It writes the labels on
screen, ``docs/data-dictionary.md`` and the upload template, and it is what ``data.check`` validates
a table against on the way in.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.policy.scenario import LEVELS

Kind = Literal["year", "id", "text", "choice", "grade", "flag", "count", "number", "degrees"]

# Unknown is missing in every one of these, never zero or an empty string.
DTYPES: dict[Kind, str] = {
    "year": "Int64",
    "id": "str",
    "text": "str",
    "choice": "str",
    "grade": "str",
    "flag": "boolean",
    "count": "Int64",
    "number": "float64",
    "degrees": "float64",
}

# Lowest to highest. KG sorts above PK; UG (ungraded) and AE (adult education) carry no order of their own.
GRADES = ("PK", "KG", *(f"{g:02d}" for g in range(1, 14)), "UG", "AE")


@dataclass(frozen=True)
class Column:
    """One column of the schools table: what it means and what may stand in it."""

    name: str
    kind: Kind
    label: str
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    required: bool = False

    @property
    def dtype(self) -> str:
        """The pandas dtype of its values."""
        return DTYPES[self.kind]


# What "economically disadvantaged" (ED) rests on. An index never mixes two of these.
ED_BASES: dict[str, str] = {
    "frpl": "free or reduced-price lunch",
    "free": "free lunch only",
    "direct": "direct certification",
    "direct_x16": "direct certification × 1.6, at most everyone",
    "meps": "modelled poverty (MEPS)",
    "state": "state definition",
    "user": "your own definition",
}

# Bases without a column of their own: worked out from another's count, or the person's own.
UNCOUNTED_BASES = ("direct_x16", "user")

RACES: dict[str, str] = {
    "american_indian": "American Indian or Alaska Native",
    "asian": "Asian",
    "black": "Black",
    "hispanic": "Hispanic",
    "pacific_islander": "Native Hawaiian or Pacific Islander",
    "two_or_more": "two or more races",
    "white": "White",
}

SCHOOL_KINDS = ("regular", "special education", "vocational", "alternative", "juvenile", "adult")

_ID_NOTE = "Text: leading zeros are real."

COLUMNS: tuple[Column, ...] = (
    Column(
        "year",
        "year",
        "School year",
        "The fall the school year begins in: 2018 is 2018–19.",
        low=1980,
        high=2100,
        required=True,
    ),
    Column(
        "ncessch",
        "id",
        "School id",
        f"The NCES school id (12 digits), or the state's own where there is none. {_ID_NOTE}",
        required=True,
    ),
    Column(
        "leaid",
        "id",
        "District id",
        f"The NCES district id (7 digits), or the state's own where there is none. {_ID_NOTE}",
        required=True,
    ),
    Column("school", "text", "School", "The school's name."),
    Column("district", "text", "District", "The district's name."),
    Column("state", "text", "State", "The state's two-letter postal abbreviation, or the name of a fictional state."),
    Column("county", "text", "County", "The county the school stands in."),
    Column(
        "level",
        "choice",
        "Level",
        "From the grades served: elementary runs up to grade 8 from grade 3 or below, middle from 4–7 to 4–9, "
        "high from 7–12 to 12, all else is combined.",
        choices=LEVELS,
    ),
    Column("grade_low", "grade", "Lowest grade", "The lowest grade served.", choices=GRADES),
    Column("grade_high", "grade", "Highest grade", "The highest grade served.", choices=GRADES),
    Column("charter", "flag", "Charter", "Whether it is a charter school."),
    Column("magnet", "flag", "Magnet", "Whether it is a magnet school."),
    Column("virtual", "flag", "Virtual", "Whether it teaches wholly online."),
    Column(
        "kind",
        "choice",
        "Kind of school",
        "Whom it is for: juvenile is a school of juvenile justice, adult one of adult education only. Empty where the "
        "publisher does not say.",
        choices=SCHOOL_KINDS,
    ),
    Column("latitude", "degrees", "Latitude", "Where the school stands, WGS 84.", "degrees north", low=-15, high=72),
    Column("longitude", "degrees", "Longitude", "Where the school stands, WGS 84.", "degrees east", low=-180, high=180),
    Column("students", "count", "Students", "Students enrolled in the fall.", "students", low=0, required=True),
    Column(
        "ed",
        "count",
        "Economically disadvantaged",
        "Students counted as economically disadvantaged (ED) on the basis named in ed_basis.",
        "students",
        low=0,
    ),
    Column(
        "ed_basis",
        "choice",
        "ED basis",
        "What the count in ed rests on: " + "; ".join(f"{key} is {words}" for key, words in ED_BASES.items()) + ".",
        choices=tuple(ED_BASES),
    ),
    Column(
        "ed_low",
        "count",
        "ED at least",
        "Where the publisher hides or rounds ed: the least it can be. Empty where ed is exact or wholly unknown.",
        "students",
        low=0,
    ),
    Column(
        "ed_high",
        "count",
        "ED at most",
        "Where the publisher hides or rounds ed: the most it can be. Empty where ed is exact or wholly unknown.",
        "students",
        low=0,
    ),
    *(
        Column(f"ed_{basis}", "count", f"ED by {words}", f"ED students counted by {words}.", "students", low=0)
        for basis, words in ED_BASES.items()
        if basis not in UNCOUNTED_BASES
    ),
    *(
        Column(race, "count", words[0].upper() + words[1:], f"Students reported as {words}.", "students", low=0)
        for race, words in RACES.items()
    ),
    Column("teachers", "number", "Teachers", "Teachers in full-time equivalents.", "teachers", low=0),
    Column("capacity", "count", "Capacity", "Students the building can hold.", "students", low=0),
)

FIELDS: dict[str, Column] = {column.name: column for column in COLUMNS}
REQUIRED = tuple(column.name for column in COLUMNS if column.required)
# A table must carry at least one of these beside the required columns.
GROUP_COUNTS = ("ed", *RACES)


def school_year(fall: int) -> str:
    """A school year as people write it: 2018 becomes "2018–19"."""
    return f"{fall}–{(fall + 1) % 100:02d}"


def level_from_grades(low: pd.Series, high: pd.Series) -> pd.Series:
    """The level of each school from the lowest and highest grade served; missing where either is.

    The bands are those of the Common Core of Data (NCES, "School level" in the CCD school file
    documentation): primary starts at PK–3 and ends at PK–8, middle starts at 4–7 and ends at 4–9, high
    starts at 7–12 and ends at 12 (or 13); everything else is "combined".

    Args:
        low, high: grades as in ``GRADES``.
    """
    rank = {grade: i for i, grade in enumerate(GRADES[:15])}  # PK 0, KG 1, grade n is n + 1
    first, last = low.map(rank), high.map(rank)
    level = pd.Series("combined", index=low.index, dtype="str")
    level[first.between(0, 4) & last.between(0, 9)] = "elementary"
    level[first.between(5, 8) & last.between(5, 10)] = "middle"
    level[first.between(8, 13) & last.between(13, 14)] = "high"
    return level.mask(low.isna() | high.isna())


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the schema's columns in the schema's order and dtypes; absent ones are all missing."""
    return table.reindex(columns=list(FIELDS)).astype({c.name: c.dtype for c in COLUMNS})
