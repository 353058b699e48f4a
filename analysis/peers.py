"""Districts like one another, so that an analyst compares like with like.

How far two districts are from each other is measured part by part: their size, their disadvantaged students, their
races, the grades they serve, and how urban or rural they are. Each part's distance is divided by the spread of that
part over all districts (the root of its total variance), so that 1 means as far as districts commonly are from their
mean, in whatever unit the part is counted. The distance of two districts is the root mean square of the parts that are
known of both.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.borders import means, shares
from analysis.errors import InputError

# What districts are compared by, and what each means.
PARTS = {
    "size": "students, on a logarithmic scale",
    "ed": "the share of economically disadvantaged students",
    "races": "the shares of all races together",
    "grades": "the lowest and the highest grade served, pre-kindergarten counted as kindergarten",
    "locale": "how urban or rural its schools' places are, from 1 (large city) to 12 (remote country), the mean over "
    "students",
}
# NCES's codes in its own order, which falls in size from city to country and within each type in size or nearness to a
# city; twelve equal steps, since any other spacing would claim to know more than the order.
LOCALES = tuple(f"{of}{step}" for of in range(1, 5) for step in range(1, 4))
# Enough to tell tenths, and few enough to be alike: see docs/decisions/0017-borders-and-peers.md.
NUMBER = 10
_BEFORE_FIRST = {"PK": 0, "KG": 0}


def profiles(table: pd.DataFrame, races: Sequence[str]) -> dict[str, pd.DataFrame]:
    """What districts are compared by.

    Args:
        table: schools of one year.
        races: the columns that count races.

    Returns:
        For each part of ``PARTS`` that the data says anything of, one row a district and one column a field, NaN where
        the data does not say.
    """
    students = table.groupby("leaid")["students"].sum(min_count=1).astype("float64")
    parts = {
        "size": students.where(students > 0).to_frame().apply(np.log),
        "ed": shares(table, ["ed"]).reindex(students.index),
        "races": shares(table, races).reindex(students.index),
        "grades": _grades(table),
        "locale": means(table.assign(locale=_step(table["locale"])), ["locale"]).reindex(students.index),
    }
    return {name: part for name, part in parts.items() if part.notna().any(axis=None)}


def _grades(table: pd.DataFrame) -> pd.DataFrame:
    """The lowest and the highest grade of each district's schools; ungraded and adult education have no rank."""
    low, high = (_rank(table[column]).groupby(table["leaid"]) for column in ("grade_low", "grade_high"))
    return pd.DataFrame({"lowest": low.min(), "highest": high.max()})


def _step(locales: pd.Series) -> pd.Series:
    return locales.map({code: step for step, code in enumerate(LOCALES, 1)}).astype("float64")


def _rank(grades: pd.Series) -> pd.Series:
    return grades.map(_BEFORE_FIRST).fillna(pd.to_numeric(grades, errors="coerce")).astype("float64")


def distances(profiles: dict[str, pd.DataFrame], leaid: str) -> pd.DataFrame:
    """How far every other district is from one, part by part and in all.

    Args:
        profiles: as ``profiles`` gives them.
        leaid: the district.

    Returns:
        One row a district, nearest first: its distance in each part, NaN where that is unknown of either, and
        ``distance``. Parts in which all districts are the same are left out; a district of which nothing known can be
        compared comes last, its distance NaN.
    """
    apart = {}
    for name, part in profiles.items():
        spread = part.var(ddof=0).sum()
        if spread > 0:
            squares = ((part - part.loc[leaid]) ** 2).sum(axis=1, skipna=False)
            apart[name] = np.sqrt(squares / spread)
    found = pd.DataFrame(apart, index=profiles["size"].index)
    found["distance"] = np.sqrt((found**2).mean(axis=1))
    nearest = found.drop(index=leaid).reset_index().sort_values(["distance", "leaid"])
    return nearest.set_index("leaid")


def peers(table: pd.DataFrame, leaid: str, races: Sequence[str], number: int = NUMBER) -> pd.DataFrame:
    """The districts most like one.

    Args:
        table: schools of one year.
        leaid: the district.
        races: the columns that count races.
        number: how many.

    Returns:
        Columns leaid, district, schools, students, share_ed, distance, and the distance in each part of ``PARTS`` that
        the data has, nearest first.

    Raises:
        InputError: the table has no school of the district, or fewer than one is asked for.
    """
    if number < 1:
        raise InputError(f"{number} similar districts were asked for; ask for 1 or more.")
    if not (table["leaid"] == leaid).any():
        raise InputError(f"There is no school of district {leaid} in this choice; check the id.")
    near = distances(profiles(table, races), leaid).dropna(subset="distance").head(number)
    schools = table[table["leaid"].isin(near.index)].groupby("leaid")
    told = pd.DataFrame(
        {
            "district": schools["district"].last(),
            "schools": schools.size(),
            "students": schools["students"].sum(),
        }
    ).join(shares(table, ["ed"]).add_prefix("share_"))
    return told.reindex(near.index).join(near[["distance", *near.columns.drop("distance")]]).reset_index()


def place_among(indices: pd.DataFrame, leaid: str, others: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Where a district's indices stand among those of others.

    Args:
        indices: one row a district, by its id, with the columns ``names``.
        leaid: the district.
        others: ids of the districts it is set among.
        names: the indices.

    Returns:
        One row an index: value; others (how many of them it is defined for), below (how many of those lie below),
        percentile (below and half of those that are the same, as a share), and their low, median and high.
    """
    among = indices.reindex(list(others))[list(names)].astype("float64")
    value = indices[list(names)].reindex([leaid]).iloc[0].astype("float64")
    defined = among.notna().sum().where(value.notna(), 0)
    below, same = (among < value).sum(), (among == value).sum()
    return pd.DataFrame(
        {
            "value": value,
            "others": defined,
            "below": below,
            "percentile": (below + same / 2) / defined.where(defined > 0),
            "low": among.min(),
            "median": among.median(),
            "high": among.max(),
        }
    ).rename_axis("index")
