"""The data frames in an R data file (.rda, .RData, .rds) as tables of text."""

import io
import lzma
import warnings

import pandas as pd
import pyarrow as pa

from analysis.errors import InputError
from data.formats.files import Given, NotATableError, faults_told, unpacked_r

_EXACT = 2.0**53  # from here on a float is no whole number that was meant
LARGEST = 100 << 20  # unpacked; rdata holds up to ten times as much while it reads


def frames(file: Given) -> dict[str, pa.Table]:
    """Every data frame in the file by its name, as text; whole numbers come without a decimal point.

    Raises:
        InputError: the file is damaged, too large, or holds no data frame.
    """
    import rdata  # slow to import, and few files are R data

    with faults_told(file.label):
        try:
            content = unpacked_r(io.BytesIO(file.read()), LARGEST + 1)
        except lzma.LZMAError:
            raise EOFError from None
    if len(content) > LARGEST:
        raise InputError(f"{file.label} unpacks to more than {LARGEST >> 20} MB: save it as CSV and give that.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rdata warns of classes such as tibbles, which it reads as data frames
            held = rdata.conversion.convert(rdata.parser.parse_data(content))
    except Exception:  # a damaged file fails wherever its parts stop agreeing with each other
        raise InputError(f"{file.label} is damaged, or holds R objects that are not tables: save it as CSV.") from None
    named = held if isinstance(held, dict) else {file.label.rpartition(".")[0] or file.label: held}
    found = {str(name): _text(frame) for name, frame in named.items() if isinstance(frame, pd.DataFrame) and len(frame)}
    if not found:
        raise NotATableError(f"{file.label} holds no data frame: save the table as CSV and give that.")
    return found


def _text(frame: pd.DataFrame) -> pa.Table:
    return pa.table({str(name): pa.array(_column(frame[name]), pa.string()) for name in frame.columns})


def _column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values.dtype):
        whole = values.isna() | ((values % 1 == 0) & (values.abs() < _EXACT))
        text = values.astype("str").where(~whole, values.where(whole).astype("Int64").astype("str"))
        return text.where(values.notna(), None).astype("object")
    return values.astype("object").map(str, na_action="ignore").where(values.notna(), None)
