"""What became of Franklin's schools and districts, as a state's directory tells it: state ids, statuses, changed ids.

One charter district takes another id, a school passes from one charter district to another, and one charter district
joins another. Charter districts have no ground, so the boundaries hold in every year. School numbers are unique within
a district only, as the federal layouts until 2013–14 have it; the state's own school ids stay.
"""

import numpy as np
import pandas as pd

RENUMBERED = (2020, "Two Furrows", "9001085")
PASSED_ON = (2021, "Plum Bend Charter School", "Seven Herons")
MERGED = (2022, "Third Meadow", "Plainsong")


def with_history(table: pd.DataFrame) -> pd.DataFrame:
    """The table with state ids, with the ids of each year, and with what the directories said.

    Args:
        table: every year, with the schools table's ids and names, the short name ``town`` of each district, and the
            ``first`` and ``last`` year of each school; the ids are those of 2018.
    """
    original = table["leaid"]
    table = table.assign(state_school=_numbered(table["ncessch"], 5), state_leaid=_numbered(table["leaid"], 3))
    year, school, town = PASSED_ON
    table = _joined_to(table, table["school"].eq(school) & table["year"].ge(year), town)
    year, ended, town = MERGED
    table = _joined_to(table, table["town"].eq(ended) & table["year"].ge(year), town)
    year, town, leaid = RENUMBERED
    rows = table["town"].eq(town) & table["year"].ge(year)
    table["leaid"] = table["leaid"].mask(rows, leaid)
    table["ncessch"] = table["ncessch"].mask(rows, leaid + table["ncessch"].str[7:])
    return _with_statuses(table, table["leaid"].ne(original))


def _numbered(ids: pd.Series, digits: int) -> pd.Series:
    """The place of each id in their order, as text."""
    return ids.rank(method="dense").astype(int).astype("str").str.zfill(digits)


def _joined_to(table: pd.DataFrame, rows: pd.Series, town: str) -> pd.DataFrame:
    """The table with the schools in these rows in another district, under the next free numbers of its."""
    own = table["town"].eq(town) & ~rows
    new = table.loc[own, ["leaid", "district", "state_leaid"]].iloc[0]
    free = table.loc[own, "ncessch"].str[7:].astype(int).max() + 1
    number = free + table.loc[rows, "ncessch"].rank(method="dense").astype(int) - 1
    table = table.copy()
    table.loc[rows, "ncessch"] = new["leaid"] + number.astype("str").str.zfill(5)
    table.loc[rows, new.index] = new.to_numpy()
    return table


def _with_statuses(table: pd.DataFrame, moved: pd.Series) -> pd.DataFrame:
    """The table with what the directory of each year, and of the year after, says."""
    opened = table["year"].eq(table["first"]) & table["first"].gt(table["year"].min())
    arrived = moved & ~moved.groupby(table["state_school"]).shift(fill_value=False)
    status = np.select([opened, arrived], ["new", "changed agency"], "open")
    renewed = table["leaid"].eq(RENUMBERED[2]) & table["year"].eq(RENUMBERED[0])
    grown = table["town"].eq(MERGED[2]) & table["year"].eq(MERGED[0])
    district = np.select([renewed, grown], ["new", "changed boundary"], "open")
    table = table.assign(status=status, district_status=district)
    following = table.groupby("state_school")["status"].shift(-1)
    agencies = table.drop_duplicates(["leaid", "year"])
    after = pd.Series(agencies.groupby("leaid")["district_status"].shift(-1), agencies.index)
    after.index = pd.MultiIndex.from_frame(agencies[["leaid", "year"]])
    district_after = pd.Series(after.reindex(pd.MultiIndex.from_frame(table[["leaid", "year"]])).array, table.index)
    last = table["year"].eq(table["year"].max())
    return table.assign(
        status_after=following.fillna("closed").mask(last),
        district_status_after=district_after.fillna("closed").mask(last),
    )
