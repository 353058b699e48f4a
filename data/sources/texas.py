"""Texas Education Agency, Texas Academic Performance Reports (TAPR): campus students and campus reference files.

Layouts: TEA, "TAPR Data Download", campus student information (CSTUD), campus reference (CREF) and the accountability
rating reference (CAMPRATE), https://rptsvr1.tea.texas.gov/perfreport/tapr/. Codes for hidden or absent values are in
its "Explanation of TAPR Masking Rules": -1 a small group, -2 out of range, -3 the next smallest group, "." none.
"""

import re
from itertools import chain

import pandas as pd

from analysis.errors import InputError
from data.formats.numbers import counts
from data.formats.reading import TextTable
from data.quality import percentages
from data.schema import grade_column, level_from_grades
from data.sources.names import flag, grades, title_case
from data.sources.source import Asked, Part, Source, having

_HIDDEN = (".", "-1", "-2", "-3", "*")
_COUNTS = {
    "students": "CPETALLC",
    "ed_state": "CPETECOC",
    "american_indian": "CPETINDC",
    "asian": "CPETASIC",
    "black": "CPETBLAC",
    "hispanic": "CPETHISC",
    "pacific_islander": "CPETPCIC",
    "two_or_more": "CPETTWOC",
    "white": "CPETWHIC",
}
# The students of a grade; those of early education (EE) are in prekindergarten, as in other files. Over all grades of
# a campus they add up to CPETALLC.
_GRADES = {
    grade_column("PK"): ("CPETGEEC", "CPETGPKC"),
    grade_column("KG"): ("CPETGKNC",),
    **{grade_column(f"{grade:02d}"): (f"CPETG{grade:02d}C",) for grade in range(1, 13)},
}
# The spring a file describes is only in the name TEA gives it: CSTUD_19_all.csv, CREF20.csv, CAMPRATE_2019.csv.
_SPRING = re.compile(r"(?:CSTUD|CREF|CAMPRATE)_?(?:20)?(\d\d)(?!\d)", re.IGNORECASE)
_YES, _NO = frozenset({"y"}), frozenset({"n"})
# Alternative accountability, disciplinary alternative education program, juvenile justice: the last one named wins.
_KIND_FLAGS = {"CFLALTED": "alternative", "CFLDAEP": "alternative", "CFLJJ": "juvenile"}


def _students(table: TextTable, asked: Asked) -> Part:
    year = _fall(table.label) or asked.year
    if year is None:
        raise InputError(
            f"{table.label} does not say which school year it is of: give the fall it begins in, such as --year 2018."
        )
    given = {name: column for name, column in _COUNTS.items() if column in table.header}
    # Every count that ends in C has its percentage beside it, in a column that ends in P.
    percents = {name: column[:-1] + "P" for name, column in given.items() if column[:-1] + "P" in table.header}
    by_grade = {name: of for name, of in _GRADES.items() if set(of) <= set(table.header)}
    text = table.frame(["CAMPUS", *given.values(), *percents.values(), *chain(*by_grade.values())])
    frame = _ids(text["CAMPUS"]).assign(year=year, state="TX")
    for name, column in given.items():
        frame[name] = counts(text[column], table.label, column, missing=_HIDDEN)
    for name, of in by_grade.items():
        frame[name] = sum(counts(text[column], table.label, column, missing=_HIDDEN) for column in of)
    if "ed_state" in frame:
        frame = frame.assign(ed=frame["ed_state"], ed_basis="state")
    published = {name: (column, _published(text[column])) for name, column in percents.items()}
    return Part(table.label, frame, notes=percentages.notes(table.label, frame, published))


def _published(percents: pd.Series) -> pd.Series:
    """Percentages to compare with the counts; whatever stands there in place of one is unknown."""
    numbers = pd.to_numeric(percents, errors="coerce").astype("float64")
    return numbers.where(numbers >= 0)


def _reference(table: TextTable, _asked: Asked) -> Part:
    text = table.frame()
    frame = _ids(text["CAMPUS"]).assign(school=title_case(text["CAMPNAME"]), district=title_case(text["DISTNAME"]))
    year = _fall(table.label)
    if year is not None:
        frame["year"] = year
    if "GRDSPAN" in text:
        span = text["GRDSPAN"].str.extract("^(.*) - (.*)$")
        frame["grade_low"], frame["grade_high"] = grades(span[0]), grades(span[1])
        frame["level"] = level_from_grades(frame["grade_low"], frame["grade_high"])
    if "CFLCHART" in text:
        frame["charter"] = flag(text["CFLCHART"], _YES, _NO)
    # A campus without any of these may still be one of special education, so it is not said to be regular.
    kind = pd.Series(None, text.index, "str")
    for column in (column for column in _KIND_FLAGS if column in text):
        kind = kind.mask(text[column].str.casefold().isin(_YES), _KIND_FLAGS[column])
    frame["kind"] = kind
    if "CNTYNAME" in text:
        frame["county"] = title_case(text["CNTYNAME"]) + " County"
    if "REGION" in text:
        # The education service center's number, in some years after an apostrophe that keeps it text in Excel.
        frame["region"] = "Region " + text["REGION"].str.extract(r"(\d+)", expand=False).str.zfill(2)
    return Part(table.label, frame, key=("ncessch",))


def _ids(campus: pd.Series) -> pd.DataFrame:
    """The state's own ids: nine digits for a campus, of which the first six are its district."""
    campus = campus.str.zfill(9)
    return pd.DataFrame({"ncessch": campus, "leaid": campus.str[:6]})


def _fall(label: str) -> int | None:
    found = _SPRING.search(label)
    return 1999 + int(found[1]) if found else None


SOURCES = (
    Source(
        "tapr",
        "Texas Education Agency, Texas Academic Performance Reports",
        having("CAMPUS", "CPETALLC"),
        _students,
        state="TX",
    ),
    Source(
        "tapr-reference",
        "Texas Education Agency, campus reference",
        having("CAMPUS", "CAMPNAME", "DISTNAME"),
        _reference,
        state="TX",
    ),
)
