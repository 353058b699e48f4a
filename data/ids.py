"""Whose ids are: those of NCES, a state's own, and those that a spreadsheet has made something else of."""

import re
from collections.abc import Collection

import pandas as pd

from data.states import POSTAL_OF_FIPS, STATES

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# A long id shortened to 4.80E+11, with the zeros it is then padded with; one like 1-5 taken for a day; no value at all.
_SHORTENED = r"0*\d(?:\.\d+)?e\+\d+"
_DAY = (
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: 00:00:00)?|\d{1,2}/\d{1,2}/(?:\d\d){1,2}"
    rf"|\d{{1,2}}-(?:{_MONTHS})(?:-\d\d)?|(?:{_MONTHS})-\d\d"
)
_NO_VALUE = r"0*(?:nan|n/a|na|none|null|#n/a|#[a-z]+/?0?[!?])"
_MANGLED = re.compile(f"{_SHORTENED}|{_DAY}|{_NO_VALUE}", re.IGNORECASE)

MANGLED_WORDS = "is not an id but what a spreadsheet makes of one"
MANGLED_REMEDY = "set the column to text and fill in the ids as they were published"


def mangled(ids: pd.Series) -> pd.Series:
    """Whether each id is a shortened number (4.80E+11), a day (5-Jan) or a word for no value (#N/A); none is not."""
    return ids.str.fullmatch(_MANGLED).fillna(False).astype(bool)


# Of a table's ids of twelve digits; a few schools lie, say, in another state than the agency that runs them.
_MOST = 0.9


def of_nces(frame: pd.DataFrame, states: Collection[str] = (), listed: Collection[str] = ()) -> "pd.Series[bool]":
    """Whether each school's id is one of NCES: the state's FIPS code, five digits of the district and five more.

    A state's own may have twelve digits, too: New York's begin with the county's number. One id alone may look like
    either, so all of a table's are taken for what most are: NCES's if the row's district id, a directory or the state
    says so.

    Args:
        frame: with ``ncessch``, and ``leaid`` where the table has it.
        states: the postal abbreviations of the states it may be of; of any state where none is given.
        listed: NCES ids that a directory has.
    """
    ids = frame["ncessch"]
    twelve = ids.str.fullmatch(r"\d{12}").fillna(False).astype(bool)
    some = frame[twelve].drop_duplicates("ncessch")
    codes = [STATES[state].fips for state in states if state in STATES] or [*POSTAL_OF_FIPS]
    signs = [some["ncessch"].isin(listed), some["ncessch"].str[:2].isin(codes)]
    if "leaid" in some:
        signs.append(some["ncessch"].str[:7].eq(some["leaid"]))
    return twelve & any(sign.mean() >= _MOST for sign in signs)
