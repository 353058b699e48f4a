"""NCES Common Core of Data, School District Finance Survey (F-33): each district's revenue per student.

Layout: NCES, "Documentation for the NCES Common Core of Data School District Finance Survey (F-33), School Year
2018–19 (Fiscal Year 2019)" (NCES 2021-306) and those of 2007–08 to 2021–22: tab-separated text, one row an agency.
Read are LEAID, FIPST, YEAR (the last two digits of the fiscal year, which ends in the spring of its school year),
TOTALREV (revenue of all sources, whole dollars) and the students it is divided by: V33, fall membership, or MEMBERSCH,
that of the agency's schools, where V33 is not known. Codes: -1 or "M" missing, -2 or "N" not applicable, -9 failed
NCES's quality checks. An agency without students has no revenue per student.
"""

import pandas as pd

from analysis.errors import InputError
from data.formats.numbers import numbers
from data.formats.reading import TextTable
from data.sources.ccd_wide import of_state
from data.sources.source import Asked, Part, Source, having, nces_id

_COLUMNS = ("LEAID", "FIPST", "YEAR", "TOTALREV")
_STUDENTS = ("V33", "MEMBERSCH")  # the first that is known


def _recognises(header: tuple[str, ...]) -> bool:
    return having(*_COLUMNS)(header) and any(name in header for name in _STUDENTS)


def _read(table: TextTable, asked: Asked) -> Part:
    given = [name for name in _STUDENTS if name in table.header]
    text = of_state(table, asked, [*_COLUMNS, *given])
    counted = pd.concat([numbers(text[name], table.label, name) for name in given], axis=1)
    students = counted.where(counted > 0).bfill(axis=1).iloc[:, 0]
    revenue = numbers(text["TOTALREV"], table.label, "TOTALREV")
    frame = pd.DataFrame(
        {
            "year": _falls(text["YEAR"], table.label),
            "leaid": nces_id(text["LEAID"], 7),
            "revenue": revenue.where(revenue >= 0) / students,
        }
    )
    return Part(table.label, frame, key=("year", "leaid"))


def _falls(fiscal: pd.Series, label: str) -> pd.Series:
    """The fall of each fiscal year: 19, or 2019, is that of 2018.

    Raises:
        InputError: where the text is no year.
    """
    two = fiscal.str.extract(r"^(?:20)?(\d{1,2})$", expand=False)
    wrong = fiscal[two.isna()]
    if len(wrong):
        raise InputError(
            f'{label}, row {wrong.index[0]}, column YEAR: "{wrong.iloc[0]}" is not a fiscal year; write it as 19.'
        )
    return two.astype("Int64") + 1_999


SOURCES = (Source("ccd-f33", "NCES Common Core of Data, school district finance (F-33)", _recognises, _read),)
