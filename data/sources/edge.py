"""NCES EDGE school geocodes: where each school stands.

Layout: NCES, Education Demographic and Geographic Estimates, "Public School Locations": CSV or XLSX with NCESSCH, LAT
and LON; from 2024–25 pipe-delimited text without a header (field 0 NCESSCH, 12 latitude, 13 longitude).
"""

import pandas as pd

from data.reading import TextTable, numbers
from data.sources.source import Asked, Part, Source, having, nces_id
from data.states import STATES

_FIELDS = {
    True: ("0", "12", "13"),
    False: ("NCESSCH", "LAT", "LON"),
}


def _headerless(header: tuple[str, ...]) -> bool:
    return header[:14] == tuple(str(field) for field in range(14))


def _recognises(header: tuple[str, ...]) -> bool:
    return _headerless(header) or having("NCESSCH", "LAT", "LON")(header)


def _read(table: TextTable, asked: Asked) -> Part:
    school, latitude, longitude = _FIELDS[_headerless(table.header)]
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
