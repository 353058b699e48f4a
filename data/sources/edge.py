"""NCES EDGE school geocodes: where each school stands, in which county and metro area, and how urban or rural that is.

Layout: NCES, Education Demographic and Geographic Estimates, "Public School Locations": pipe-delimited text without a
header, or CSV or XLSX with NCESSCH, LAT and LON (LATCODE, LONGCODE and CONAME in 2014–15; LAT1516, LON1516 and names
that end in 15, such as NMCBSA15, in 2015–16). Fields of the text: in 2016–17 NCESSCH, NAME, OPSTFIPS, STREET, CITY,
STATE, ZIP, STFIP, CNTY, NMCNTY, LOCALE, LAT, LON, CBSA, NMCBSA …; later files have LEAID, seven digits, after NCESSCH,
and each of these a field further. "N" is not applicable: a school in no metropolitan or micropolitan area.
"""

import re

from data.formats.numbers import numbers
from data.formats.reading import TextTable
from data.sources.names import locales, metros
from data.sources.source import Asked, Part, Source, nces_id
from data.states import STATES

# What is read, by its name in files with a header and by its place in the text that has LEAID.
_NAMES = {
    "ncessch": re.compile("NCESSCH"),
    "latitude": re.compile(r"LAT(CODE|\d{4})?"),
    "longitude": re.compile(r"LON(GCODE|\d{4})?"),
    "county": re.compile(r"NMCNTY(\d\d)?|CONAME"),
    "locale": re.compile(r"LOCALE(\d\d)?|ULOCALE?"),
    "cbsa": re.compile(r"CBSA(\d\d)?"),
    "metro": re.compile(r"NMCBSA(\d\d)?"),
}
_PLACES = {"ncessch": 0, "latitude": 12, "longitude": 13, "county": 10, "locale": 11, "cbsa": 14, "metro": 15}
_NEEDED = {"ncessch", "latitude", "longitude"}
_FEWEST_FIELDS = 14


def _headerless(header: tuple[str, ...]) -> bool:
    return header[:_FEWEST_FIELDS] == tuple(str(field) for field in range(_FEWEST_FIELDS))


def _named(header: tuple[str, ...]) -> dict[str, str]:
    """The columns of a table with a header, by what is read."""
    found = {field: next(filter(name.fullmatch, header), None) for field, name in _NAMES.items()}
    return {field: column for field, column in found.items() if column}


def _recognises(header: tuple[str, ...]) -> bool:
    return _headerless(header) or set(_named(header)) >= _NEEDED


def _columns(table: TextTable) -> dict[str, str]:
    """The table's columns by what is read."""
    if not _headerless(table.header):
        return _named(table.header)
    has_district = table.frame(["1"])["1"].str.fullmatch(r"\d{7}").all()
    columns = {field: str(place - (place > 0 and not has_district)) for field, place in _PLACES.items()}
    return {field: column for field, column in columns.items() if column in table.header}


def _read(table: TextTable, asked: Asked) -> Part:
    columns = _columns(table)
    text = table.frame(list(columns.values())).set_axis(list(columns), axis=1)
    text["ncessch"] = nces_id(text["ncessch"], 12)
    if asked.state:
        # The first two digits of an NCES id are the state that runs the school.
        text = text[text["ncessch"].str[:2] == STATES[asked.state].fips]
    frame = text[["ncessch"]].copy()
    for field in ("latitude", "longitude"):
        frame[field] = numbers(text[field], table.label, f"{columns[field]} ({field})")
    if "county" in text:
        frame["county"] = text["county"].mask(text["county"] == "N")
    if "locale" in text:
        frame["locale"] = locales(text["locale"])
    if "metro" in text:
        frame["metro"] = metros(text.get("cbsa", text["metro"]), text["metro"])
    return Part(table.label, frame, key=("ncessch",))


SOURCES = (Source("edge", "NCES EDGE school locations", _recognises, _read),)
