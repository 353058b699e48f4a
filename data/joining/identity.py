"""One identity for every school and district over the years, whatever ids they went by.

What NCES promises (Documentation to the 2017–18 CCD Universe Files, NCES 2019-052, "Unique identifiers"): an id stays
with its school or district and is retired when that closes; an NCESSCH is its district's LEAID and a school number, so
it changes when the school passes to another district; the number with the state's two digits (SCHID) is unique in the
state, "even though it may change the LEA with which it is affiliated". Layouts until 2013–14 say only "unique within an
LEA" (of Texas's 9,336 schools that year 124 share their number), and states' own ids follow rules of the state's own.
So, since a wrong join is worse than none:

1.  The same NCESSCH is the same school, the same LEAID the same district.
2.  Two NCESSCH are one school if they have the same school number, or the same id from the state. A number or id counts
    only if no two schools hold it in one year; school numbers count only in a state where under 5 % of schools share
    theirs, and a state's school id without its district only where no two schools ever share one. If the directory
    calls the later one new or added, both must agree.
3.  Two LEAIDs are one district if the state's own id for both is the same and the directory does not call the second
    new; or, where no such id says otherwise, if the first ends when the second begins and more than half of the
    schools, and of the students, of each are the same schools.
4.  What would make one of two that are there in the same year is not joined.

Names decide nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

NUMBER, STATE_ID, SCHOOLS = "school number", "state id", "its schools"
_UNHEARD_OF = ("new", "added")  # statuses that deny an earlier id
_MOST_SHARED = 0.05  # of a state's schools that may share their number for it to count
_MOST = 0.5

_LINK = ["from_id", "to_id", "year", "evidence", "joined"]


@dataclass(frozen=True)
class Identity:
    """Which ids are one school or district.

    Attributes:
        key: by id, the last of the ids that its school or district went by. At most one id of a key in any year.
        links: a row for every two ids that something says are one: ``from_id``, ``to_id``, the ``year`` in which the
            second begins, the ``evidence``, and whether they are ``joined``; if not, the evidence says why.
    """

    key: pd.Series
    links: pd.DataFrame


# Schools ------------------------------------------------------------------------------------------------------------


def schools(table: pd.DataFrame) -> Identity:
    """The identity of each school of a schools table, by ``ncessch``."""
    claims = pd.concat([_numbers(table), _state_ids(table)], ignore_index=True)
    arrivals = table.sort_values("year").drop_duplicates("ncessch").set_index("ncessch")
    links = _links(claims, arrivals["status"])
    return _identity(table[["year", "ncessch"]].set_axis(["year", "id"], axis=1), links)


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Each NCES id's claim to be the school of its number."""
    ids = table["ncessch"]
    nces = ids.str.fullmatch(r"\d{12}").fillna(False).astype(bool) & ids.str[:7].eq(table["leaid"])
    claims = _claims(table[nces], "ncessch", ids[nces].str[:2] + ids[nces].str[7:], NUMBER)
    shared = claims.duplicated(["claim", "year"], keep=False)
    trusted = shared.groupby(claims["claim"].str[:2]).transform("mean") < _MOST_SHARED
    return claims[trusted.astype(bool)]


def _state_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Each id's claim to be the school of the state's own id, within its district if the state repeats any."""
    table = table.dropna(subset="state_school")
    state = table["state"].fillna("")
    alone = state + " " + table["state_school"]
    shared = pd.DataFrame({"claim": alone, "year": table["year"]}).duplicated(keep=False)
    unique = ~shared.groupby(state).transform("any").astype(bool)
    return _claims(table, "ncessch", alone.where(unique, alone + " " + table["state_leaid"]), STATE_ID)


def _claims(table: pd.DataFrame, id_name: str, claim: pd.Series, rule: str) -> pd.DataFrame:
    """Columns year, id, claim, rule: that in a year an id is whatever the claim names."""
    claims = pd.DataFrame({"year": table["year"], "id": table[id_name], "claim": claim, "rule": rule})
    return claims.dropna().drop_duplicates()


def _links(claims: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    """Which ids the claims say are one, each with the next to begin.

    Args:
        claims: as ``_claims``.
        status: by id, the directory's word in its first year.
    """
    holders = claims.drop_duplicates(["rule", "claim", "id"])
    several = holders.loc[holders.duplicated(["rule", "claim"], keep=False), "claim"]
    if several.empty:  # most ids stay
        return pd.DataFrame(columns=_LINK).astype({"joined": bool})
    claims = claims[claims["claim"].isin(several)]
    held = claims.groupby(["rule", "claim", "id"])["year"].agg(["min", "max"]).reset_index()
    at_once = claims.loc[claims.duplicated(["rule", "claim", "year"], keep=False), ["rule", "claim"]].drop_duplicates()
    held = held.merge(at_once.assign(at_once=True), on=["rule", "claim"], how="left").sort_values(["min", "max", "id"])
    before = held.groupby(["rule", "claim"])[["id", "max"]].shift()
    held = held.assign(from_id=before["id"], ended=before["max"], at_once=held["at_once"].notna())
    # Where two hold one claim at once, only a second that begins after the first's end could have been meant.
    held = held[held["from_id"].notna() & (~held["at_once"] | held["ended"].lt(held["min"]))]
    held = held[held["at_once"].eq(held.groupby(["from_id", "id"])["at_once"].transform("all"))]
    links = (
        held.sort_values("rule")
        .groupby(["from_id", "id"])
        .agg(year=("min", "min"), evidence=("rule", " and ".join), rules=("rule", "size"), at_once=("at_once", "any"))
        .reset_index()
        .rename(columns={"id": "to_id"})
    )
    denied = links["to_id"].map(status).isin(_UNHEARD_OF) & (links["rules"] < 2)
    why = np.select([links["at_once"], denied], [", which another held too", ", but the directory calls it new"], "")
    links["joined"] = why == ""
    return links.assign(evidence="the same " + links["evidence"] + why)[_LINK]


# Districts ----------------------------------------------------------------------------------------------------------


def districts(table: pd.DataFrame, moves: pd.DataFrame) -> Identity:
    """The identity of each district of a schools table, by ``leaid``.

    Args:
        table: the schools table.
        moves: its schools' moves between districts, as ``flows``.
    """
    arrivals = table.sort_values("year").drop_duplicates("leaid").set_index("leaid")
    codes = _claims(table, "leaid", table["state"].fillna("") + " " + table["state_leaid"], STATE_ID)
    by_code = _links(codes, arrivals["district_status"])
    links = pd.concat([by_code, _by_schools(table, moves, by_code[by_code["joined"]])], ignore_index=True)
    return _identity(table[["year", "leaid"]].set_axis(["year", "id"], axis=1).drop_duplicates(), links)


def _by_schools(table: pd.DataFrame, moves: pd.DataFrame, by_code: pd.DataFrame) -> pd.DataFrame:
    """Districts whose schools moved at once to one that begins as theirs ends, where no code says otherwise."""
    spans = table.groupby("leaid")["year"].agg(["min", "max"])
    renewed = moves[
        moves["from_id"].map(spans["max"]).lt(moves["year"])
        & moves["to_id"].map(spans["min"]).eq(moves["year"])
        & moves["left"].gt(_MOST)
        & moves["came"].gt(_MOST)
    ]
    told = renewed["from_id"].isin(by_code["from_id"]) | renewed["to_id"].isin(by_code["to_id"])
    renewed = renewed[~told]
    return renewed.assign(evidence=moved_words(renewed), joined=True)[_LINK]


def flows(table: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Schools that were in one district in one year of the table and in another the next.

    Returns:
        A row a ``year`` and pair of districts ``from_id`` and ``to_id``: how many ``schools`` and their ``students``
        before; ``of_schools`` and ``of_students``, all that the first district had; ``left``, the smaller share of the
        two; and ``came``, the smaller share of the second district's schools and students that they are afterwards.
    """
    rows = table[["year", "leaid", "students"]].assign(key=table["ncessch"].map(key)).sort_values(["key", "year"])
    years = sorted(table["year"].unique())
    rows["before"] = rows["year"].map(dict(zip(years[1:], years, strict=False)))
    rows[["last", "from_id", "students_before"]] = rows.groupby("key")[["year", "leaid", "students"]].shift()
    moved = rows[rows["last"].eq(rows["before"]).fillna(False) & rows["from_id"].ne(rows["leaid"])]
    pairs = moved.rename(columns={"leaid": "to_id"}).groupby(["year", "before", "from_id", "to_id"], as_index=False)
    found = pairs.agg(schools=("key", "size"), students=("students_before", "sum"), arrived=("students", "sum"))
    sizes = table.groupby(["year", "leaid"])["students"].agg(["size", "sum"])
    left, came = (
        sizes.reindex(pd.MultiIndex.from_frame(found[side])).reset_index(drop=True)
        for side in (["before", "from_id"], ["year", "to_id"])
    )
    return found.assign(
        of_schools=left["size"],
        of_students=left["sum"],
        left=np.minimum(found["schools"] / left["size"], found["students"] / left["sum"]),
        came=np.minimum(found["schools"] / came["size"], found["arrived"] / came["sum"]),
    )


def moved_words(moves: pd.DataFrame) -> pd.Series:
    """How much of a district moved, as evidence."""
    numbers = moves[["schools", "of_schools", "students", "of_students"]].map("{:,}".format).astype("str")
    return (
        numbers["schools"] + " of its " + numbers["of_schools"] + " schools, with " + numbers["students"] + " of its "
        + numbers["of_students"] + " students, moved at once"
    )  # fmt: skip


# Ids into identities ------------------------------------------------------------------------------------------------


def _identity(there: pd.DataFrame, links: pd.DataFrame) -> Identity:
    """The ids that links join, but for those that would put two of one year into one.

    Args:
        there: columns year and id, which ids are there in which year.
        links: as ``Identity.links``.
    """
    ids = there["id"].drop_duplicates().sort_values()
    one = _groups(ids, links[links["joined"]])
    crowded = there.assign(one=there["id"].map(one)).duplicated(["year", "one"], keep=False)
    torn = links["joined"] & links["from_id"].map(one).isin(there.loc[crowded, "id"].map(one))
    if torn.any():
        why = links["evidence"] + ", but two of the same year would be one"
        links = links.assign(joined=links["joined"] & ~torn, evidence=links["evidence"].mask(torn, why))
        one = _groups(ids, links[links["joined"]])
    last = there.sort_values("year").drop_duplicates("id", keep="last")
    named = last.assign(one=last["id"].map(one)).groupby("one")["id"].last()
    return Identity(one.map(named), links.reset_index(drop=True))


def _groups(ids: pd.Series, links: pd.DataFrame) -> pd.Series:
    """By id, the number of the group that links make it part of."""
    if links.empty:
        return pd.Series(np.arange(len(ids)), index=ids.to_numpy())
    from scipy.sparse import coo_array  # slow to import, and where no id changed not needed
    from scipy.sparse.csgraph import connected_components

    place = pd.Series(np.arange(len(ids)), index=ids.to_numpy())
    ends: Sequence[np.ndarray] = [place[links[end]].to_numpy() for end in ("from_id", "to_id")]
    _, group = connected_components(coo_array((np.ones(len(links)), tuple(ends)), shape=(len(ids), len(ids))))
    return pd.Series(group, index=ids.to_numpy())
