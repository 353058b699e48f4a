"""Tables for spreadsheets, in which no text is taken for a formula.

A spreadsheet runs a cell that begins with one of a few signs, whoever wrote it: a school's name may be a formula. OWASP
("CSV Injection") has such text begin with an apostrophe instead, which spreadsheets take for "this is text".
"""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Also after blanks, and in the full width that some spreadsheets read alike. Apostrophes that stand there already count
# along, so that exactly one is taken off again.
_FORMULA = "'*[ \t\r\n\f\v\u00a0]*[=+\\-@\t\r\n＝＋－＠]"


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV with its text neutralised; numbers stay as they are, and what is missing is an empty cell."""
    safe = {name: values if _is_number(values) else neutral(values) for name, values in table.items()}
    return pd.DataFrame(safe).to_csv(index=False, lineterminator="\n")


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)


def neutral(values: pd.Series) -> pd.Series:
    """Text of which none begins as a formula; line breaks are line feeds, which CSV keeps within quotation marks."""
    text = values.astype("str")
    if text.str.contains("\r", regex=False).any():  # in few of the millions of texts of a lottery
        text = text.str.replace("\r\n?", "\n", regex=True)
    formula = begins_as_formula(text)
    return text.mask(formula, "'" + text) if formula.any() else text


def begins_as_formula(text: pd.Series) -> "pd.Series[bool]":
    """Which texts a spreadsheet would take for a formula; those missing are none."""
    return text.str.match(_FORMULA).fillna(False).astype(bool)


def restored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as it was before it was neutralised."""
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, f"^'({_FORMULA})", r"\1")
