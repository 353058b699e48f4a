"""The states as the federal files write them: postal abbreviation, FIPS code, name."""

from dataclasses import dataclass

from analysis.errors import InputError


@dataclass(frozen=True)
class State:
    """A state, the District of Columbia or another area with schools of its own (ANSI INCITS 38, and NCES's own 59)."""

    code: str
    fips: str
    name: str


_TABLE = """
AL 01 Alabama|AK 02 Alaska|AZ 04 Arizona|AR 05 Arkansas|CA 06 California|CO 08 Colorado|CT 09 Connecticut
DE 10 Delaware|DC 11 District of Columbia|FL 12 Florida|GA 13 Georgia|HI 15 Hawaii|ID 16 Idaho|IL 17 Illinois
IN 18 Indiana|IA 19 Iowa|KS 20 Kansas|KY 21 Kentucky|LA 22 Louisiana|ME 23 Maine|MD 24 Maryland|MA 25 Massachusetts
MI 26 Michigan|MN 27 Minnesota|MS 28 Mississippi|MO 29 Missouri|MT 30 Montana|NE 31 Nebraska|NV 32 Nevada
NH 33 New Hampshire|NJ 34 New Jersey|NM 35 New Mexico|NY 36 New York|NC 37 North Carolina|ND 38 North Dakota
OH 39 Ohio|OK 40 Oklahoma|OR 41 Oregon|PA 42 Pennsylvania|RI 44 Rhode Island|SC 45 South Carolina|SD 46 South Dakota
TN 47 Tennessee|TX 48 Texas|UT 49 Utah|VT 50 Vermont|VA 51 Virginia|WA 53 Washington|WV 54 West Virginia
WI 55 Wisconsin|WY 56 Wyoming|AS 60 American Samoa|GU 66 Guam|MP 69 Northern Mariana Islands|PR 72 Puerto Rico
VI 78 U.S. Virgin Islands|BI 59 Bureau of Indian Education
"""

STATES: dict[str, State] = {
    row[:2]: State(row[:2], row[3:5], row[6:]) for row in _TABLE.strip().replace("\n", "|").split("|")
}
POSTAL_OF_FIPS: dict[str, str] = {state.fips: state.code for state in STATES.values()}


def state_code(text: str) -> str:
    """The postal abbreviation of a state given as an abbreviation, in any case, or by its name.

    Raises:
        InputError: if there is no such state.
    """
    wanted = text.strip().casefold()
    for state in STATES.values():
        if wanted in (state.code.casefold(), state.name.casefold()):
            return state.code
    raise InputError(f"“{text}” is not a state; give its two-letter abbreviation, such as TX.")
