"""NCES Common Core of Data, files of 2015–16 and earlier (the "wide" layout): one row a school or a district.

Three vintages. Until 2009–10 the universe file ends the name of every column but the ids with its year ("MEMBER09") and
has no SURVYEAR; from 2010–11 to 2013–14 the names stand alone; in 2014–15 (tab-separated) and 2015–16 (CSV) membership
(052), lunch (033), directory (029), characteristics (129) and staff (059) are files of their own.

Layouts: NCES, "Public Elementary/Secondary School Universe Survey Data, 2009–10" (psu091alay) and "2013–14" (sc132a);
"Common Core of Data, Public Elementary/Secondary School Directory File, 2013–14" (sc13prelim); "2014–15 CCD Companion"
file layouts. Codes there: -1 or "M" missing, -2 or "N" not applicable, -9 failed NCES's quality checks; a latitude or
longitude of zero is "no value derived". MEMBER and the race totals leave adult education out and TOTAL includes it: in
the district file of 2015–16 the races add up to MEMBER in all 994 rows that give every count.
"""

import re
from collections.abc import Sequence

import pandas as pd

from analysis.errors import InputError
from data.formats.numbers import counts, numbers
from data.formats.reading import TextTable
from data.schema import GRADES_COUNTED, grade_column, level_from_grades
from data.sources.ccd import DESCRIBED_BY, described, described_districts
from data.sources.names import flag, grades, locales, metros, school_kinds, statuses, title_case
from data.sources.source import DISTRICT_METRO, Asked, Part, Recognises, Source, fall_year, having, nces_id
from data.states import POSTAL_OF_FIPS, STATES

_CODES = ["M", "N", "-1", "-2", "-9"]
_YES, _NO = frozenset({"1"}), frozenset({"2"})
# Where a state still counted five races (RACECAT 5, until 2010–11), PACIFIC and TR are not applicable, hence missing,
# and ASIAN includes Pacific Islanders.
_UNIVERSE_RACES = {
    "AM": "american_indian",
    "ASIAN": "asian",
    "BLACK": "black",
    "HISP": "hispanic",
    "PACIFIC": "pacific_islander",
    "TR": "two_or_more",
    "WHITE": "white",
}
_RACES = {
    "AM": "american_indian",
    "AS": "asian",
    "BL": "black",
    "HI": "hispanic",
    "HP": "pacific_islander",
    "TR": "two_or_more",
    "WH": "white",
}
# Over races and sexes; AE, adult education, is no part of MEMBER.
_GRADES = {grade if grade in ("PK", "KG", "UG") else f"G{grade}": grade_column(grade) for grade in GRADES_COUNTED}
_ENDS_WITH_YEAR = re.compile(r"MEMBER(\d\d)")


# The universe file and its directory, until 2013–14 -----------------------------------------------------------------


def _universe(table: TextTable, asked: Asked) -> Part:
    text = _without_year(of_state(table, asked), table.header)
    frame = _place(text, table.label).assign(
        students=counts(text["MEMBER"], table.label, "MEMBER"),
        **_counted(text, _UNIVERSE_RACES | _GRADES, table.label),
        **_lunch_counts(text, table.label),
    )
    if "FTE" in text:
        frame["teachers"] = _full_time(text, table.label)
    return Part(table.label, frame)


def _without_year(text: pd.DataFrame, header: tuple[str, ...]) -> pd.DataFrame:
    """The table with the names of 2010–11 and later, where its own end with the year."""
    year = _year_in_names(header)
    if year is None:
        return text
    return text.rename(columns=lambda column: column.removesuffix(f"{year % 100:02d}")).assign(SURVYEAR=str(year))


def _schools(table: TextTable, asked: Asked) -> Part:
    return Part(table.label, _place(of_state(table, asked), table.label), key=("ncessch",))


def _place(text: pd.DataFrame, label: str) -> pd.DataFrame:
    """What a universe or directory file until 2013–14 says of each school beside its students."""
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], label, "SURVYEAR"),
            "ncessch": nces_id(text["NCESSCH"], 12),
            "leaid": nces_id(text["LEAID"], 7),
            "state_school": text["SEASCH"],
            "state_leaid": text["STID"],
            "school": title_case(text["SCHNAM"]),
            "district": title_case(text["LEANM"]),
            "state": text["FIPST"].str.zfill(2).map(POSTAL_OF_FIPS),
            "county": title_case(text["CONAME"]),
            "grade_low": grades(text["GSLO"]),
            "grade_high": grades(text["GSHI"]),
        }
    )
    if "ULOCAL" in text:
        frame["locale"] = locales(text["ULOCAL"])
    if "TYPE" in text:
        frame["kind"] = school_kinds(text["TYPE"])
    if "STATUS" in text:
        frame["status"] = statuses(text["STATUS"], "changed agency")
    frame["level"] = level_from_grades(frame["grade_low"], frame["grade_high"])
    for column, name in (("CHARTR", "charter"), ("MAGNET", "magnet")):
        if column in text:
            frame[name] = flag(text[column], _YES, _NO)
    for column, name in (("LATCOD", "latitude"), ("LONCOD", "longitude")):
        degrees = numbers(text[column], label, column)
        frame[name] = degrees.mask(degrees == 0)
    return frame


def _districts(table: TextTable, asked: Asked) -> Part:
    text = _without_year(of_state(table, asked), table.header)
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], table.label, "SURVYEAR"),
            "leaid": nces_id(text["LEAID"], 7),
            "state_leaid": text["STID"],
            "district": title_case(text["NAME"]),
        }
    )
    if "CBSA" in text:
        frame[DISTRICT_METRO] = metros(text["CBSA"], pd.Series(None, text.index, "str"))
    if "BOUND" in text:
        frame["district_status"] = statuses(text["BOUND"], "changed boundary")
    return Part(table.label, frame, key=("leaid",))


def _year_in_names(header: tuple[str, ...]) -> int | None:
    """The fall in the names of a universe file's columns ("MEMBER09"), or None where they stand alone."""
    found = next(filter(None, map(_ENDS_WITH_YEAR.fullmatch, header)), None)
    return 2000 + int(found[1]) if found else None


def _having_before_2010(*columns: str) -> Recognises:
    """A test for tables whose names end with their year and are otherwise these."""

    def recognises(header: tuple[str, ...]) -> bool:
        year = _year_in_names(header)
        return year is not None and having(*columns)(
            (*(column.removesuffix(f"{year % 100:02d}") for column in header), "SURVYEAR")
        )

    return recognises


# The five files of 2014–15 and 2015–16 ------------------------------------------------------------------------------


def _membership(table: TextTable, asked: Asked) -> Part:
    text = of_state(table, asked)
    frame = _named(text, table.label).assign(
        students=counts(text["MEMBER"], table.label, "MEMBER"), **_counted(text, _RACES | _GRADES, table.label)
    )
    return Part(table.label, frame)


def _lunch(table: TextTable, asked: Asked) -> Part:
    text = of_state(table, asked)
    frame = _named(text, table.label)[["year", "ncessch"]].assign(**_lunch_counts(text, table.label))
    return Part(table.label, frame)


def _teachers(table: TextTable, asked: Asked) -> Part:
    text = of_state(table, asked)
    frame = _named(text, table.label)[["year", "ncessch"]]
    return Part(table.label, frame.assign(teachers=_full_time(text, table.label)))


def _directory(table: TextTable, asked: Asked) -> Part:
    text = of_state(table, asked)
    known = [column for column in DESCRIBED_BY if column in text]
    return Part(table.label, _named(text, table.label).assign(**described(text[known])), key=("ncessch",))


def _district_directory(table: TextTable, asked: Asked) -> Part:
    text = of_state(table, asked)
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], table.label, "SURVYEAR"),
            "leaid": nces_id(text["LEAID"], 7),
            "district": title_case(text["LEA_NAME"]),
        }
    )
    return Part(table.label, frame.assign(**described_districts(text)), key=("leaid",))


def _named(text: pd.DataFrame, label: str) -> pd.DataFrame:
    """Each school's year, ids, state and names."""
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], label, "SURVYEAR"),
            "ncessch": nces_id(text["NCESSCH"], 12),
            "leaid": nces_id(text["LEAID"], 7),
            "state": text["FIPST"].str.zfill(2).map(POSTAL_OF_FIPS),
            "school": title_case(text["SCH_NAME"]),
        }
    )
    return frame.assign(district=title_case(text["LEA_NAME"])) if "LEA_NAME" in text else frame


# What the vintages have in common -----------------------------------------------------------------------------------


def _counted(text: pd.DataFrame, columns: dict[str, str], label: str) -> dict[str, pd.Series]:
    return {name: counts(text[column], label, column) for column, name in columns.items() if column in text}


def _lunch_counts(text: pd.DataFrame, label: str) -> dict[str, pd.Series]:
    """Students eligible for free, and for free or reduced-price lunch: the sum of the two where no total is given."""
    free, reduced, total = (counts(text[column], label, column) for column in ("FRELCH", "REDLCH", "TOTFRL"))
    return {"ed_frpl": total.fillna(free + reduced), "ed_free": free}


def _full_time(text: pd.DataFrame, label: str) -> pd.Series:
    """Teachers in full-time equivalents; a code for "no value" may be written as a decimal there, -1.00."""
    teachers = numbers(text["FTE"], label, "FTE")
    return teachers.where(teachers >= 0)


def of_state(table: TextTable, asked: Asked, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of the state asked for as text, the codes for "no value" missing.

    Args:
        table: a table with FIPST.
        asked: which state.
        columns: those wanted; None for all but the detail of students.

    Raises:
        InputError: the file holds several states and none was asked for, or not the one asked for.
    """
    text = table.frame(columns or [column for column in table.header if not _DETAIL.fullmatch(column)])
    nothing = text.isin(_CODES)
    # Of a metro area, not applicable is an answer: the district is in none.
    for column in (name for name in text if str(name).startswith("CBSA")):
        nothing[column] &= text[column] != "N"
    text = text.mask(nothing)
    fips = text["FIPST"].str.zfill(2)
    states = fips.dropna().unique()
    if not asked.state and len(states) > 1:
        raise InputError(f"{table.label} holds {len(states)} states; name one, such as --state TX.")
    if not asked.state:
        return text
    if not (fips == STATES[asked.state].fips).any():
        raise InputError(f"{table.label} holds no row of {asked.state}; give that state's file.")
    return text[fips == STATES[asked.state].fips]


# Students by race, grade and sex: 250 columns of a file of 100,000 schools, which are not read.
_DETAIL = re.compile(r"(AM|AS|HI|BL|WH|HP|TR)(PK|KG|\d\d|UG|AE|AL)[MF](\d\d)?")

_OF_SCHOOLS = ("SURVYEAR", "NCESSCH", "FIPST", "LEAID")
_DIRECTORY = (*_OF_SCHOOLS, "STID", "SEASCH", "SCHNAM", "LEANM", "CONAME", "GSLO", "GSHI", "LATCOD", "LONCOD")
_OF_DISTRICTS = ("FIPST", "LEAID", "LEA_NAME", "ST_LEAID", "SY_STATUS")
_AGENCIES = ("SURVYEAR", "LEAID", "FIPST", "STID", "NAME")
_LUNCH = ("FRELCH", "REDLCH", "TOTFRL")
_UNIVERSE = (*_DIRECTORY, *_LUNCH, "MEMBER", "HISP")
SOURCES = (
    Source(
        "ccd-universe-2009", "NCES Common Core of Data, school universe", _having_before_2010(*_UNIVERSE), _universe
    ),
    Source("ccd-universe", "NCES Common Core of Data, school universe", having(*_UNIVERSE), _universe),
    Source(
        "ccd-052-wide",
        "NCES Common Core of Data, school membership",
        having(*_OF_SCHOOLS, "SCH_NAME", "MEMBER", *_RACES),
        _membership,
    ),
    Source(
        "ccd-033-wide",
        "NCES Common Core of Data, lunch program eligibility",
        having(*_OF_SCHOOLS, "SCH_NAME", *_LUNCH),
        _lunch,
    ),
    Source(
        "ccd-029-wide",
        "NCES Common Core of Data, school directory",
        having(*_OF_SCHOOLS, "SCH_NAME", "GSLO", "GSHI"),
        _directory,
    ),
    Source(
        "ccd-129-wide",
        "NCES Common Core of Data, school characteristics",
        having(*_OF_SCHOOLS, "SCH_NAME", "MAGNET_TEXT"),
        _directory,
    ),
    Source("ccd-059-wide", "NCES Common Core of Data, teachers", having(*_OF_SCHOOLS, "SCH_NAME", "FTE"), _teachers),
    Source("ccd-directory", "NCES Common Core of Data, school directory", having(*_DIRECTORY), _schools),
    Source(
        "ccd-districts",
        "NCES Common Core of Data, district directory",
        having(*_AGENCIES),
        _districts,
    ),
    Source(
        "ccd-districts-2009",
        "NCES Common Core of Data, district directory",
        _having_before_2010(*_AGENCIES),
        _districts,
    ),
    Source(
        "ccd-029-districts-wide",
        "NCES Common Core of Data, district directory",
        having("SURVYEAR", *_OF_DISTRICTS, but_not="NCESSCH"),
        _district_directory,
    ),
)
