"""NCES Common Core of Data, directories of 2015–16 and earlier (the "wide" layout): schools, and districts.

Layout: NCES, "Common Core of Data, Public Elementary/Secondary School Directory File, 2013-14" (sc13prelim). Codes: "M"
missing, "N" not applicable, -1, -2 and -9 for numbers; a latitude or longitude of zero is "no value derived".
"""

import pandas as pd

from analysis.errors import InputError
from data.reading import TextTable, numbers
from data.schema import level_from_grades
from data.sources.names import flag, grades, school_kinds, title_case
from data.sources.source import Asked, Part, Source, fall_year, having, nces_id
from data.states import POSTAL_OF_FIPS, STATES

_CODES = ["M", "N", "-1", "-2", "-9"]
_CHARTER, _NO_CHARTER = frozenset({"1"}), frozenset({"2"})


def _schools(table: TextTable, asked: Asked) -> Part:
    text = _of_state(table, asked)
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], table.label, "SURVYEAR"),
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
            "charter": flag(text["CHARTR"], _CHARTER, _NO_CHARTER),
        }
    )
    if "TYPE" in text:
        frame["kind"] = school_kinds(text["TYPE"])
    frame["level"] = level_from_grades(frame["grade_low"], frame["grade_high"])
    for name, column in (("latitude", "LATCOD"), ("longitude", "LONCOD")):
        degrees = numbers(text[column], table.label, column)
        frame[name] = degrees.mask(degrees == 0)
    return Part(table.label, frame, key=("ncessch",))


def _districts(table: TextTable, asked: Asked) -> Part:
    text = _of_state(table, asked)
    frame = pd.DataFrame(
        {
            "year": fall_year(text["SURVYEAR"], table.label, "SURVYEAR"),
            "leaid": nces_id(text["LEAID"], 7),
            "state_leaid": text["STID"],
            "district": title_case(text["NAME"]),
        }
    )
    return Part(table.label, frame, key=("leaid",))


def _of_state(table: TextTable, asked: Asked) -> pd.DataFrame:
    """The rows of the state asked for as text, the codes for "no value" missing.

    Raises:
        InputError: the file holds several states and none was asked for, or not the one asked for.
    """
    text = table.frame()
    text = text.mask(text.isin(_CODES))
    fips = text["FIPST"].str.zfill(2)
    states = fips.dropna().unique()
    if not asked.state and len(states) > 1:
        raise InputError(f"{table.label} holds {len(states)} states; name one, such as --state TX.")
    if not asked.state:
        return text
    if not (fips == STATES[asked.state].fips).any():
        raise InputError(f"{table.label} holds no row of {asked.state}; give that state's file.")
    return text[fips == STATES[asked.state].fips]


SOURCES = (
    Source(
        "ccd-directory",
        "NCES Common Core of Data, school directory",
        having(*("SURVYEAR", "NCESSCH", "FIPST", "LEAID", "STID", "SEASCH", "SCHNAM", "LEANM", "CONAME")),
        _schools,
    ),
    Source(
        "ccd-districts",
        "NCES Common Core of Data, district directory",
        having("SURVYEAR", "LEAID", "FIPST", "STID", "NAME"),
        _districts,
    ),
)
