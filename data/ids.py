"""Ids that a spreadsheet has made something else of."""

import re

import pandas as pd

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
