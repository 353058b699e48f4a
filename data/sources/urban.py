"""Urban Institute Education Data API: school directory, enrollment by race, and modelled poverty (MEPS).

The API gives the Common Core of Data with codes of its own: pages of JSON, or the same fields in its CSV downloads.

Checked in public code that quotes its documentation, codebooks and answers of 2018–2026: the fields read below; that a
year is the fall; race 1–7, 9 and 99 (no other is answered for schools), 99 for totals over sexes and grades; charter
and magnet 0 and 1; virtual 0 no, 1 yes, 2 with face to face options, 3 supplemental; school_type 1–5; school_level 0–7;
school_status 1–8; grades -1 prekindergarten, 0 kindergarten, 14 adult education, 15 ungraded; -1 not reported, -2 not
applicable, -3 suppressed; MEPS from 0 to 100, with null for unknown whatever its codebook says.

Not checked: whether ``enrollment`` leaves adult education out, as the 052 total does that is read in ``ccd``; -9 for
missing, which one reader of the API expects; what a secondary school (level 7) is where its grades do not say. Teachers
are not read: ``teachers_fte`` was seen cut to whole numbers (28 for 28.98). County names and the state's own ids do not
stand in every answer and are not read either.
"""

from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd

from analysis.errors import InputError
from data.formats.numbers import counts, numbers
from data.formats.reading import TextTable
from data.sources.names import flag, school_kinds, title_case
from data.sources.source import Asked, Part, Recognises, Source, fall_year, having, nces_id
from data.states import POSTAL_OF_FIPS, STATES

_MISSING = tuple(f"-{code}{end}" for code in (1, 2, 3, 9) for end in ("", ".0"))
_YES, _NO = frozenset({"1"}), frozenset({"0"})
_NOT_FULLY_VIRTUAL = frozenset({"0", "2", "3"})
_RACES = {
    "1": "white",
    "2": "black",
    "3": "hispanic",
    "4": "asian",
    "5": "american_indian",
    "6": "pacific_islander",
    "7": "two_or_more",
}
_TOTAL = "99"
_GRADES = {
    "-1": "PK",
    "0": "KG",
    **{str(grade): f"{grade:02d}" for grade in range(1, 14)},
    "14": "AE",
    "15": "UG",
}
# Where grades are not known; the words of the schools table are from the grades served.
_LEVELS = {"0": "elementary", "1": "elementary", "2": "middle", "3": "high", "4": "combined"}
_ADULT_LEVEL = "6"
_NOT_OPERATING = ("2", "6", "7")  # closed, inactive, not yet open
# MEPS as estimated. The modified MEPS of the same answer is for districts of more than 65,000 residents only
# (Gutierrez, Blagg & Chingos 2022, "Model Estimates of Poverty in Schools", Urban Institute).
_MEPS = "meps_poverty_pct"

_IN_ALL = ("year", "ncessch")
_DIRECTORY = (
    *("leaid", "school_name", "lea_name", "school_level", "school_type", "school_status"),
    *("lowest_grade_offered", "highest_grade_offered", "charter", "magnet", "virtual", "latitude", "longitude"),
    *("free_lunch", "reduced_price_lunch", "free_or_reduced_price_lunch", "direct_certification", "enrollment"),
)
_ENROLLMENT = ("grade", "race", "sex", "enrollment")


def _is_meps(header: tuple[str, ...]) -> bool:
    return "ncessch" in header and any(name.startswith("meps_") for name in header)


_is_directory, _is_enrollment = having("ncessch", "lea_name"), having("ncessch", "grade", "sex")
# What tells an endpoint's answer from the others', and the fields of it that are read.
_ENDPOINTS: tuple[tuple[Recognises, tuple[str, ...]], ...] = (
    (_is_directory, (*_IN_ALL, *_DIRECTORY)),
    (_is_enrollment, (*_IN_ALL, *_ENROLLMENT)),
    (_is_meps, (*_IN_ALL, _MEPS)),
)


def check_fields(header: tuple[str, ...], label: str) -> None:
    """Refuse an answer whose fields are not those that are read.

    Raises:
        InputError: naming a field that is lacking and the nearest one there is.
    """
    needed = next((fields for recognises, fields in _ENDPOINTS if recognises(header)), _IN_ALL)
    lacking = [name for name in needed if name not in header]
    if lacking:
        near = get_close_matches(lacking[0], [name for name in header if name not in needed], n=1)
        meant = f" (it has {near[0]})" if near else ""
        raise InputError(
            f"{label} lacks the field {lacking[0]}{meant}: the Education Data API has changed; take the files of NCES."
        )


def _text(table: TextTable, fields: Iterable[str], asked: Asked) -> pd.DataFrame:
    """The fields of one state's rows as text, with ids whole.

    Raises:
        InputError: a field is lacking, or the rows are of several states and none was asked for, or not of that state.
    """
    check_fields(table.header, table.label)
    text = table.frame([*_IN_ALL, *fields])
    text["ncessch"] = nces_id(text["ncessch"], 12)
    # The first two digits of an NCES id are the state that runs the school.
    text["state"] = text["ncessch"].str[:2].map(POSTAL_OF_FIPS).astype("str")
    states = text["state"].dropna().unique()
    if not asked.state and len(states) > 1:
        raise InputError(f"{table.label} holds {len(states)} states; name one, such as --state TX.")
    if asked.state:
        text = text[text["state"] == asked.state]
        if text.empty:
            raise InputError(f"{table.label} holds no school of {STATES[asked.state].name}; give that state's page.")
    text["year"] = fall_year(text["year"], table.label, "year")
    return text


def _students(text: pd.DataFrame, name: str, label: str) -> pd.Series:
    return counts(text[name], label, name, missing=_MISSING)


# Directory ----------------------------------------------------------------------------------------------------------


def _directory(table: TextTable, asked: Asked) -> Part:
    text = _text(table, _DIRECTORY, asked)
    students = _students(text, "enrollment", table.label)
    not_operating = text["school_status"].isin(_NOT_OPERATING) & ~students.gt(0).fillna(False)
    text, students = text[~not_operating], students[~not_operating]
    frame = text[["year", "ncessch", "state"]].assign(
        leaid=nces_id(text["leaid"], 7),
        school=title_case(text["school_name"]),
        district=title_case(text["lea_name"]),
        students=students,
        **_described(text),
        **_points(text, table.label),
        **_lunch(text, table.label),
    )
    note = f"{table.label}: {int(not_operating.sum()):,} schools closed, inactive or not yet open were left out."
    return Part(table.label, frame, notes=(note,) if not_operating.any() else ())


def _described(text: pd.DataFrame) -> dict[str, pd.Series]:
    low, high = (text[name].map(_GRADES).astype("str") for name in ("lowest_grade_offered", "highest_grade_offered"))
    adult = text["school_level"].eq(_ADULT_LEVEL) | (low.eq("AE") & high.eq("AE"))
    return {
        "grade_low": low,
        "grade_high": high,
        # From the grades, which are told later, wherever both are known.
        "level": text["school_level"].map(_LEVELS).astype("str").where(low.isna() | high.isna()),
        "kind": school_kinds(text["school_type"]).mask(adult, "adult"),
        "charter": flag(text["charter"], _YES, _NO),
        "magnet": flag(text["magnet"], _YES, _NO),
        "virtual": flag(text["virtual"], _YES, _NOT_FULLY_VIRTUAL),
    }


def _points(text: pd.DataFrame, label: str) -> dict[str, pd.Series]:
    return {name: numbers(text[name], label, name, missing=_MISSING) for name in ("latitude", "longitude")}


def _lunch(text: pd.DataFrame, label: str) -> dict[str, pd.Series]:
    free, reduced, either, direct = (
        _students(text, name, label)
        for name in ("free_lunch", "reduced_price_lunch", "free_or_reduced_price_lunch", "direct_certification")
    )
    return {"ed_frpl": either.fillna(free + reduced), "ed_free": free, "ed_direct": direct}


# Enrollment by race -------------------------------------------------------------------------------------------------


def _enrollment(table: TextTable, asked: Asked) -> Part:
    """Students by race: a part that only describes, as a page may end in the middle of a school."""
    text = _text(table, _ENROLLMENT, asked)
    text = text[text["grade"].fillna(_TOTAL).eq(_TOTAL) & text["sex"].fillna(_TOTAL).eq(_TOTAL)]
    if text.empty:
        raise InputError(f"{table.label} has no totals over grades and sexes; give the answer for grade-99/race.")
    text["count"] = _students(text, "enrollment", table.label)
    cells = text[["year", "ncessch", "race", "count"]].drop_duplicates()
    again = cells.loc[cells.duplicated(["year", "ncessch", "race"]), "ncessch"]
    if len(again):
        raise InputError(
            f"{table.label}, row {again.index[0]}: school {again.iloc[0]} has a second, different count of the same "
            "race; ask for it again."
        )
    by_race = cells.assign(race=cells["race"].map(_RACES)).dropna(subset="race")
    # One value a cell: "first" keeps the nullable integers.
    wide = by_race.pivot_table(index=["year", "ncessch"], columns="race", values="count", aggfunc="first")
    return Part(table.label, wide.reset_index(), notes=_of_no_race(cells, table.label))


def _of_no_race(cells: pd.DataFrame, label: str) -> tuple[str, ...]:
    other = cells[~cells["race"].isin([*_RACES, _TOTAL]) & cells["count"].gt(0).fillna(False)]
    if other.empty:
        return ()
    students, schools = other["count"].sum(), other["ncessch"].nunique()
    return (f"{label}: {students:,} students in {schools:,} schools are of unknown race and count in no race.",)


# MEPS ---------------------------------------------------------------------------------------------------------------

_ROUNDED = (
    "Modelled poverty (MEPS) is published as a share: its counts are that share of the students, rounded to the "
    "nearest student (a half up)."
)


def _meps(table: TextTable, asked: Asked) -> Part:
    text = _text(table, [_MEPS], asked)
    percent = numbers(text[_MEPS], table.label, _MEPS, missing=_MISSING)
    wrong = text.loc[percent.notna() & ~percent.between(0, 100), _MEPS]
    if len(wrong):
        raise InputError(
            f'{table.label}, row {wrong.index[0]}, field {_MEPS}: "{wrong.iloc[0]}" is not between 0 and 100; '
            "ask for it again."
        )
    return Part(table.label, text[["year", "ncessch"]].assign(ed_meps_percent=percent), notes=(_ROUNDED,))


_LABEL = "Urban Institute Education Data Portal"
SOURCES = (
    Source("urban-directory", f"{_LABEL}, CCD school directory (ODC-By 1.0)", _is_directory, _directory),
    Source("urban-enrollment", f"{_LABEL}, CCD enrollment by race (ODC-By 1.0)", _is_enrollment, _enrollment),
    Source("urban-meps", f"{_LABEL}, MEPS (ODC-By 1.0)", _is_meps, _meps),
)
