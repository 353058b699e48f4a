"""Ids as spreadsheets spoil them, and ids as states write them."""

import pandas as pd
import pytest

from data.ids import mangled, of_nces

SPOILT = (
    *("4.80E+06", "4.8e+06", "4.80E+11", "5E+10", "000004.80E+11"),  # the last padded with zeros on the way
    *("5-Jan", "05-Jan-18", "Jan-05", "2018-01-05", "2018-01-05 00:00:00", "1/5/2018", "1/5/18"),
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "NaN", "nan", "N/A", "NULL", "None"),
)
GENUINE = (
    *("480000100001", "4800001", "057905001", "01-10017-0112607", "15-016-2990-25-2001", "00010505", "0100005"),
    *("1E5", "12E3", "MAR-001", "2018", "2018-13-01", "A-12", "NANTUCKET", "none-such", "KY"),
)


@pytest.mark.parametrize("written", SPOILT)
def test_what_a_spreadsheet_spoilt_is_seen(written):
    assert mangled(pd.Series([written], dtype="str")).tolist() == [True]


@pytest.mark.parametrize("written", GENUINE)
def test_what_a_state_writes_is_an_id(written):
    assert mangled(pd.Series([written], dtype="str")).tolist() == [False]


def test_none_is_not_spoilt():
    assert mangled(pd.Series(["1", None, "5-Jan"], dtype="str")).tolist() == [False, False, True]
    assert mangled(pd.Series([None], dtype="str")).tolist() == [False]


@pytest.mark.parametrize(
    ("ids", "more", "states", "listed", "whose"),
    [
        (["360000100001", "360000200002"], {}, ["NY"], [], True),
        (["010100010014", "140600010003"], {}, ["NY"], [], False),
        # Every county's number is some state's code here, but the state is known.
        (["010100010014", "360600010003"], {}, ["NY"], [], False),
        (["010100010014", "030600010003"], {}, [], [], False),  # no state has the code 03
        (["010000100014", "010000100015"], {}, [], [], True),
        (["010100010014", "140600010003"], {"leaid": ["0101000", "1406000"]}, ["NY"], [], True),
        (["010100010014", "140600010003"], {}, ["NY"], ["010100010014", "140600010003"], True),
        (["900000100001", "900000200001"], {"leaid": ["9000001", "9000002"]}, ["Franklin (fictional)"], [], True),
    ],
)
def test_twelve_digits_are_those_of_nces_where_the_state_a_district_or_a_directory_says_so(
    ids, more, states, listed, whose
):
    frame = pd.DataFrame({"ncessch": [*ids, "12345", None], **{name: [*of, None, None] for name, of in more.items()}})
    assert of_nces(frame.astype("str"), states, listed).tolist() == [whose, whose, False, False]
