"""A made-up national membership file (052), laid out as NCES does: a row for each grade, race and sex of a school."""

import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.states import STATES

HEADER = (
    "SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,"
    "GRADE,RACE_ETHNICITY,SEX,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG\n"
)
ASKED = "TX"
ASKED_SHARE = 0.09  # as many of the nation's schools are in Texas
RACES = (
    "American Indian or Alaska Native",
    "Asian",
    "Black or African American",
    "Hispanic/Latino",
    "Native Hawaiian or Other Pacific Islander",
    "Two or more races",
    "White",
)
RACE_SHARES = (0.01, 0.05, 0.15, 0.27, 0.005, 0.045, 0.47)
SEXES = ("Female", "Male")
ELEMENTARY = ("Kindergarten", *(f"Grade {grade}" for grade in range(1, 6)))
MIDDLE, HIGH = (tuple(f"Grade {grade}" for grade in grades) for grades in (range(6, 9), range(9, 13)))
SPANS = {("Pre-Kindergarten", *ELEMENTARY): 0.35, ELEMENTARY: 0.25, MIDDLE: 0.16, HIGH: 0.16, (*MIDDLE, *HIGH): 0.08}
STUDENTS_A_GRADE = 70
SCHOOLS_AT_A_TIME = 250
_NONE, _UNSAID = "No Category Codes", "Not Specified"


def write(path: Path, schools: int) -> None:
    """Write the file some hundred schools at a time; in a zip, as NCES serves it, where the path ends so."""
    if path.suffix != ".zip":
        with path.open("wb") as stream:
            stream.writelines(_chunks(schools))
        return
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("ccd_sch_052.csv", "w", force_zip64=True) as entry,
    ):
        entry.writelines(_chunks(schools))


def _chunks(schools: int) -> Iterator[bytes]:
    random = np.random.default_rng(1954)
    yield HEADER.encode()
    others = [code for code in STATES if code != ASKED]
    elsewhere = np.array_split(np.arange(schools - round(schools * ASKED_SHARE)), len(others))
    sizes = {code: len(part) for code, part in zip(others, elsewhere, strict=True)}
    sizes[ASKED] = schools - sum(sizes.values())
    mean = STUDENTS_A_GRADE * np.array(RACE_SHARES)[:, None] / len(SEXES)
    for code in STATES:
        for first in range(0, sizes[code], SCHOOLS_AT_A_TIME):
            numbers = range(first, min(first + SCHOOLS_AT_A_TIME, sizes[code]))
            grades = list(SPANS)[random.choice(len(SPANS), p=list(SPANS.values()))]
            counts = random.poisson(mean, (len(numbers), len(grades), len(RACES), len(SEXES)))
            rows, lines = _rows(grades), _in_order(counts).tolist()
            yield "".join(_school(rows, code, *school) for school in zip(numbers, lines, strict=True)).encode()


def _rows(grades: tuple[str, ...]) -> str:
    """The rows of a school of these grades, with places for what is about the school and for each count."""
    cell = "\0{},%d,{}\n".format
    set_a = "Category Set A - By Race/Ethnicity; Sex; Grade,Reported"
    by_race = "Derived - Subtotal by Race/Ethnicity and Sex minus Adult Education Count,Derived"
    groups = [f"{race},{sex}" for race, sex in product(RACES, SEXES)] + [f"{_UNSAID},{_UNSAID}"]
    none = f"{_NONE},{_NONE},{_NONE}"
    return "".join(
        [
            *(cell(f"{grade},{group}", set_a) for grade in grades for group in groups),
            *(cell(f"{_NONE},{group}", by_race) for group in groups),
            *(cell(f"{grade},{_NONE},{_NONE}", "Subtotal 4 - By Grade,Reported") for grade in grades),
            cell(none, "Derived - Education Unit Total minus Adult Education Count,Derived"),
            cell(none, "Education Unit Total,Reported"),
        ]
    )


def _in_order(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts by school, grade, race and sex as one line a school, in the order of its rows; none is unspecified."""
    schools, grades = counts.shape[:2]
    groups = np.concatenate([counts.reshape(schools, grades, -1), np.zeros((schools, grades, 1), int)], axis=2)
    total = groups.sum(axis=(1, 2))
    return np.column_stack([groups.reshape(schools, -1), groups.sum(axis=1), groups.sum(axis=2), total, total])


def _school(rows: str, code: str, number: int, counts: list[int]) -> str:
    state = STATES[code]
    district, school = f"{state.fips}{number // 8:05d}", f"{number:05d}"
    about = (
        f"2018-2019,{state.fips},{state.name.upper()},{code},FRIENDSHIP {number} SCHOOL,01,,{code}-{district[2:]},"
        f"{district},{code}-{district[2:]}-{school},{district}{school},{code}{school},"
    )
    return (rows % tuple(counts)).replace("\0", about)
