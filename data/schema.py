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

# Counts that publishers hide or round, whose least and most the table keeps.
BOUNDED = ("ed", *RACES)


def bounds_of(count: str) -> tuple[str, str]:
    """The columns that hold the least and the most a count can be."""
    return f"{count}_low", f"{count}_high"


def _bounds(count: str, label: str, otherwise: str = "") -> tuple[Column, Column]:
    least, most = (
        Column(
            name,
            "count",
            f"{label} at {end}",
            f"Where the publisher hides or rounds {count}{otherwise}: the {end} it can be. Empty where {count} is "
            "exact or wholly unknown.",
            "students",
            low=0,
        )
        for name, end in zip(bounds_of(count), ("least", "most"), strict=True)
    )
    return least, most


# NCES's locale codes, from the largest city to the most remote country, three steps of each of four types (NCES, EDGE,
# "Locale Boundaries").
LOCALES: dict[str, str] = {
    f"{of}{step}": f"{name}: {words}"
    for of, (name, steps) in enumerate(
        (
            ("city", ("large", "midsize", "small")),
            ("suburb", ("large", "midsize", "small")),
            ("town", ("fringe", "distant", "remote")),
            ("rural", ("fringe", "distant", "remote")),
        ),
        1,
    )
    for step, words in enumerate(steps, 1)
}

# Where a publisher says that a school stands in no metropolitan area, which is not the same as not saying.
OUTSIDE_METRO = "outside any metro area"

SCHOOL_KINDS = ("regular", "special education", "vocational", "alternative", "juvenile", "adult")

# What a directory says of a school and of a district: the words of codes 1 to 8 (see ``data.sources.names.statuses``).
SCHOOL_STATUSES = (
    "open", "closed", "new", "added", "changed agency", "temporarily closed", "future", "reopened",
)  # fmt: skip
DISTRICT_STATUSES = tuple("changed boundary" if word == "changed agency" else word for word in SCHOOL_STATUSES)

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
    Column(
        "state_school",
        "id",
        "State's school id",
        f"The id the state itself gives the school, which may stay when the NCES id changes. {_ID_NOTE}",
    ),
    Column(
        "state_leaid",
        "id",
        "State's district id",
        f"The id the state itself gives the district, which may stay when the NCES id changes. {_ID_NOTE}",
    ),
    Column("school", "text", "School", "The school's name."),
    Column("district", "text", "District", "The district's name."),
    Column("state", "text", "State", "The state's two-letter postal abbreviation, or the name of a fictional state."),
    Column(
        "region",
        "text",
        "Region",
        "The region that the state groups its districts in, such as that of an education service center.",
    ),
    Column(
        "metro",
        "text",
        "Metro area",
        "The metropolitan or micropolitan area (core-based statistical area, CBSA) the school stands in, or "
        f'"{OUTSIDE_METRO}".',
    ),
    Column("county", "text", "County", "The county the school stands in."),
    Column(
        "locale",
        "choice",
        "Locale",
        "How urban or rural the place is, as NCES codes it: "
        + "; ".join(f"{code} is {words}" for code, words in LOCALES.items())
        + ".",
        choices=tuple(LOCALES),
    ),
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
    *(
        Column(
            f"{column}status{when}",
            "choice",
            f"Status of the {unit}{after}",
            f"What the directory of {of} says became of the {unit} since the last report: new has opened; added was "
            f"there but unreported; {fifth}.",
            choices=choices,
        )
        for unit, column, choices, fifth in (
            ("school", "", SCHOOL_STATUSES, "changed agency is run by another district than before"),
            ("district", "district_", DISTRICT_STATUSES, "changed boundary covers other ground or grades than before"),
        )
        for when, after, of in (("", "", "the same year"), ("_after", " a year on", "the school year after"))
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
    *_bounds("ed", "ED"),
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
    Column(
        "revenue",
        "number",
        "Revenue per student",
        "The district's revenue of all sources in the fiscal year that ends in the school year, by its students in the "
        "fall: the same for each of its schools.",
        "dollars",
        low=0,
    ),
    *(
        column
        for race, words in RACES.items()
        for column in _bounds(race, words[0].upper() + words[1:], ", or the other races bound it")
    ),
)

FIELDS: dict[str, Column] = {column.name: column for column in COLUMNS}
BOUNDS = frozenset(end for count in BOUNDED for end in bounds_of(count))
REQUIRED = tuple(column.name for column in COLUMNS if column.required)
# A table must carry at least one of these beside the required columns.
GROUP_COUNTS = ("ed", *RACES)


def grade_words(grade: str) -> str:
    """A grade as people write it within a sentence: "kindergarten", "grade 3"."""
    named = {"PK": "prekindergarten", "KG": "kindergarten", "UG": "no grade (ungraded)", "AE": "adult education"}
    return named.get(grade) or f"grade {int(grade)}"


# Students by grade, a table of its own: one row per year, school and grade. Adult education is no part of a school's
# students.
GRADES_COUNTED = GRADES[:-1]
GRADE_COLUMNS: tuple[Column, ...] = (
    FIELDS["year"],
    FIELDS["ncessch"],
    Column("grade", "grade", "Grade", "The grade.", choices=GRADES_COUNTED, required=True),
    Column(
        "students",
        "count",
        "Students in the grade",
        "Students enrolled in the grade in the fall. Empty where the school serves the grade but the number is not "
        "known. A grade without students has no row, nor has a school none of whose grades is known.",
        "students",
        low=0,
    ),
)


def grade_column(grade: str) -> str:
    """The column in which a file to be loaded gives a grade's students: "students_03"."""
    return f"students_{grade.lower()}"


# The same in a file to be loaded: a column a grade beside those of the schools table.
GRADE_COUNTS: dict[str, Column] = {
    grade_column(grade): Column(
        grade_column(grade),
        "count",
        f"Students in {grade_words(grade)}",
        f"Of the students, those in {grade_words(grade)}.",
        "students",
        low=0,
    )
    for grade in GRADES_COUNTED
}
# Every column a file to be loaded may have.
FILE_FIELDS = FIELDS | GRADE_COUNTS


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
