"""The summary of a lottery as it may be published."""

import pandas as pd

from reports.lottery import published

NUMBERS = ["seats", "claims", "offered", "unfilled", "waitlist", "last_priority", "last_number"]
SUMMARY = pd.DataFrame(
    [
        (1, "Moon", "ed", 20, 30, 20, 0, 10, 4, "a1"),
        (1, "Moon", "other", 20, 12, 12, 8, 0, None, None),
        (2, "Moon", "open", 8, 0, 0, 8, 0, None, None),
        (1, "Solar", "ed", 20, 29, 20, 0, 9, 4, "b2"),
        (1, "Solar", "other", 20, 19, 19, 1, 0, None, None),
        (2, "Solar", "open", 1, 10, 0, 1, 0, None, None),
    ],
    columns=["round", "school", "seats_of", *NUMBERS],
).astype({"last_priority": "Int64", "last_number": "str"})


def test_a_school_with_nine_waiting_tells_only_its_seats_and_one_with_ten_everything():
    table = published(SUMMARY, 10)
    assert table[["school", "round"]].to_numpy().tolist() == [
        ["Moon", 1],
        ["Moon", 1],
        ["Moon", 2],
        *[["Solar", 1]] * 2,
    ]
    solar = table["school"].eq("Solar")
    assert table.loc[solar, "seats"].tolist() == [20, 20]
    assert table.loc[solar, NUMBERS[1:]].isna().all(axis=None)
    assert table["suppressed"].notna().equals(solar)
    told, whole = (each[each["school"] == "Moon"][NUMBERS].astype("object") for each in (table, SUMMARY))
    assert told.where(told.notna(), None).to_numpy().tolist() == whole.where(whole.notna(), None).to_numpy().tolist()


def test_nothing_is_hidden_where_the_law_allows():
    table = published(SUMMARY, 0)
    assert table["suppressed"].isna().all()
    assert table["waitlist"].tolist() == SUMMARY["waitlist"].tolist()
    assert len(table) == len(SUMMARY)
