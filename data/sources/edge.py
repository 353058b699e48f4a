"""NCES EDGE school geocodes: where each school stands.

Layout: NCES, Education Demographic and Geographic Estimates, "Public School Locations": pipe-delimited text without a
header, or CSV or XLSX with NCESSCH, LAT and LON (LATCODE and LONGCODE in 2014–15, LAT1516 and LON1516 in 2015–16).
Fields of the text: in 2016–17 NCESSCH, NAME, OPSTFIPS, STREET … with latitude and longitude in 11 and 12; later files
have LEAID, seven digits, after NCESSCH, and each a field further.
"""

import re

import pandas as pd

from data.reading import TextTable, numbers
from data.sources.source import Asked, Part, Source, nces_id
from data.states import STATES

_LATITUDE, _LONGITUDE = re.compile(r"LAT(CODE|\d{4})?"), re.compile(r"LON(GCODE|\d{4})?")


def _headerless(header: tuple[str, ...]) -> bool:
    return header[:14] == tuple(str(field) for field in range(14))


def _named(header: tuple[str, ...]) -> tuple[str, str, str] | None:
    """The columns of id, latitude and longitude in a table with a header, or None."""
    latitude, longitude = (next(filter(name.fullmatch, header), None) for name in (_LATITUDE, _LONGITUDE))
    return ("NCESSCH", latitude, longitude) if "NCESSCH" in header and latitude and longitude else None


def _recognises(header: tuple[str, ...]) -> bool:
    return _headerless(header) or _named(header) is not None


def _columns(table: TextTable) -> tuple[str, str, str]:
    named = _named(table.header)
    if named:
        return named
    has_district = table.frame(["1"])["1"].str.fullmatch(r"\d{7}").all()
    return ("0", "12", "13") if has_district else ("0", "11", "12")


def _read(table: TextTable, asked: Asked) -> Part:
    school, latitude, longitude = _columns(table)
    text = table.frame([school, latitude, longitude])
    text[school] = nces_id(text[school], 12)
    if asked.state:
        # The first two digits of an NCES id are the state that runs the school.
        text = text[text[school].str[:2] == STATES[asked.state].fips]
    frame = pd.DataFrame(
        {
            "ncessch": text[school],
            "latitude": numbers(text[latitude], table.label, f"{latitude} (latitude)"),
            "longitude": numbers(text[longitude], table.label, f"{longitude} (longitude)"),
        }
    )
    return Part(table.label, frame, key=("ncessch",))


SOURCES = (Source("edge", "NCES EDGE school locations", _recognises, _read),)
