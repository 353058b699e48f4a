"""What became of schools and districts from year to year: an identity for each row, and a table of events.

Identities follow the rules of ``data.joining.identity``. Events are told from the rows, and from the status that the
directories of the Common Core of Data give (``status``, ``status_after`` and those of districts). Where the data has no
such word, a school that comes or goes has only *appeared* or *gone*: it may have opened or closed, been left out, or
taken an id that nothing joins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.joining import identity
from data.schema import school_year

# What an event is called, and the state of things it stands for.
KINDS: dict[str, str] = {
    "opened": "has students for the first time, and the directory calls it new",
    "reopened": "has students again, and the directory calls it reopened",
    "appeared": "has students for the first time or again, and no directory says that it opened",
    "closed": "has no students any more, and the next directory calls it closed, for good or for a time",
    "gone": "has no students any more, and no directory says that it closed",
    "changed agency": "a school is run by another district than before",
    "renumbered": "has another id than before and is the same school or district",
    "merged": "a district ended, and more than half of its schools and students are in one other",
    "split": "a district began with, or ended into several with, schools of another",
    "changed boundary": "the directory says that a district covers other ground or other grades",
    "not joined": "something says that two ids are one, but not enough to join them",
}
COLUMNS = [
    *("year", "unit", "kind", "name", "from_id", "to_id", "from_district", "to_district"),
    *("schools", "students", "evidence"),
]
_CLOSED = ("closed", "temporarily closed")
_MOST = 0.5


@dataclass(frozen=True)
class Lineage:
    """A dataset's schools and districts followed over the years.

    Attributes:
        schools, districts: by ``ncessch`` and by ``leaid``, the key of the school or district: the last of its ids. It
            stays when only a code changed, and stands for one id at most in any year.
        events: a row an event, columns ``COLUMNS``: the ``year`` in which it is first seen, whose ``unit`` it is
            ("school" or "district") and its ``name``, the id and district before and after (missing where there was or
            is none), the ``schools`` and ``students`` concerned, and the ``evidence``.
    """

    schools: pd.Series
    districts: pd.Series
    events: pd.DataFrame

    def keys(self, table: pd.DataFrame) -> pd.DataFrame:
        """The keys of a table's rows: columns ``school`` and ``district``."""
        return pd.DataFrame(
            {"school": table["ncessch"].map(self.schools), "district": table["leaid"].map(self.districts)}
        )

    def same_district(self, leaid: str) -> list[str]:
        """Every id that a district went by over the years; of one that is not known, its own."""
        if leaid not in self.districts:
            return [leaid]
        return self.districts.index[self.districts == self.districts[leaid]].tolist()


def lineage(table: pd.DataFrame) -> Lineage:
    """Follow every school and district of a schools table, of any number of years."""
    if table["year"].nunique() < 2:
        return Lineage(_own(table["ncessch"]), _own(table["leaid"]), pd.DataFrame(columns=COLUMNS))
    schools = identity.schools(table)
    flows = identity.flows(table, schools.key)
    districts = identity.districts(table, flows)
    found = Lineage(schools.key, districts.key, pd.DataFrame(columns=COLUMNS))
    rows = {unit: _steps(_units(table, found, unit)) for unit in ("school", "district")}
    moved = _merged_and_split(flows[_other(flows, districts.key)], rows["district"], districts.key)
    parts = [
        *(_arrivals(rows[unit], unit) for unit in rows),
        *(_departures(rows[unit], unit) for unit in rows),
        _changes(rows["school"], "school", schools.links),
        _changes(rows["district"], "district", districts.links),
        _agencies(rows["school"], schools.links),
        _boundaries(rows["district"]),
        moved,
        *(_not_joined(each, rows[unit], unit) for unit, each in (("school", schools), ("district", districts))),
    ]
    return Lineage(schools.key, districts.key, _sorted(parts, moved))


def _own(ids: pd.Series) -> pd.Series:
    """Each id as its own key."""
    ids = ids.drop_duplicates()
    return ids.set_axis(ids)


# Rows and the rows before and after them ----------------------------------------------------------------------------


def _units(table: pd.DataFrame, keys: Lineage, unit: str) -> pd.DataFrame:
    """One row a year and school, or district, with its key, id, district, name, statuses and size."""
    if unit == "school":
        rows = table[["year", "ncessch", "leaid", "school", "students", "status", "status_after"]]
        rows = rows.set_axis(["year", "id", "district", "name", "students", "status", "after"], axis=1)
        return rows.assign(key=rows["id"].map(keys.schools), agency=rows["district"].map(keys.districts), schools=1)
    rows = table.groupby(["year", "leaid"], as_index=False).agg(
        name=("district", "last"),
        students=("students", "sum"),
        status=("district_status", "first"),
        after=("district_status_after", "first"),
        schools=("ncessch", "size"),
    )
    rows = rows.rename(columns={"leaid": "id"}).assign(district=rows["leaid"])
    key = rows["id"].map(keys.districts)
    return rows.assign(key=key, agency=key)


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with those of the same key before and after them: ``<name>_before``; ``at`` counts the table's years."""
    years = sorted(rows["year"].unique())
    at = rows["year"].map({year: at for at, year in enumerate(years)}).astype("float64")
    rows = rows.assign(at=at).sort_values(["key", "at"])
    before = rows.groupby("key")[["id", "district", "agency", "at", "year"]].shift().add_suffix("_before")
    following = rows.groupby("key")["at"].shift(-1)
    return rows.join(before).assign(
        at_after=following,
        first_year=years[0],
        next_year=rows["at"].map(dict(enumerate(years[1:]))).astype("Int64"),
    )


# Events -------------------------------------------------------------------------------------------------------------


def _events(rows: pd.DataFrame, unit: str, **columns: Any) -> pd.DataFrame:
    """Rows as events: an id before or after that is not given is the row's own; None is none."""
    own = {side + name: rows[name] for side in ("from_", "to_") for name in ("id", "district")}
    events = rows[["year", "name", "schools", "students"]].assign(**{**own, "unit": unit, **columns})
    return events[COLUMNS]


def _arrivals(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Schools or districts that have students and had none the year before in the data."""
    first, back = rows["at_before"].isna() & rows["year"].gt(rows["first_year"]), rows["at"].sub(rows["at_before"]) > 1
    came = rows[first | back]
    kinds = {"new": "opened", "reopened": "reopened", "changed agency": "changed agency"}
    # One that was there in an earlier year is not new, whatever the directory calls it.
    kind = came["status"].map(kinds).fillna("appeared")
    kind = kind.mask(came["at_before"].notna() & kind.eq("opened"), "appeared")
    said = _said(came["status"], "the directory")
    return _events(came, unit, kind=kind, from_id=None, from_district=None, evidence=said)


def _departures(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Schools or districts that have no students the year after in the data."""
    left = rows[rows["next_year"].notna() & ~rows["at_after"].sub(rows["at"]).eq(1)]
    kind = pd.Series("gone", left.index, "str").mask(left["after"].isin(_CLOSED), "closed")
    said = _said(left["after"], "the next directory")
    return _events(left, unit, year=left["next_year"], kind=kind, to_id=None, to_district=None, evidence=said)


def _said(status: pd.Series, directory: str) -> pd.Series:
    """What a directory says, as evidence."""
    return (f"{directory} says: " + status).fillna("no directory says why").astype("str")


def _changes(rows: pd.DataFrame, unit: str, links: pd.DataFrame) -> pd.DataFrame:
    """Schools that took another id in the same district, and districts that did: a school's follows its district's."""
    changed = rows[rows["id_before"].notna() & rows["id_before"].ne(rows["id"])]
    if unit == "school":
        changed = changed[changed["district"].eq(changed["district_before"])]
    evidence = _evidence(changed, links)
    return _events(
        changed,
        unit,
        kind="renumbered",
        from_id=changed["id_before"],
        from_district=changed["district_before"],
        evidence=evidence,
    )


def _agencies(rows: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Schools that another district runs than before."""
    moved = rows[rows["agency_before"].notna() & rows["agency_before"].ne(rows["agency"])]
    evidence = _evidence(moved, links) + ("; the directory says: " + moved["status"]).fillna("")
    return _events(
        moved,
        "school",
        kind="changed agency",
        from_id=moved["id_before"],
        from_district=moved["district_before"],
        evidence=evidence,
    )


def _evidence(rows: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """What joins each row's id with the one before: the link that says so, or that the id stayed."""
    told = links[links["joined"]].drop_duplicates(["from_id", "to_id"]).set_index(["from_id", "to_id"])["evidence"]
    pairs = pd.MultiIndex.from_frame(rows[["id_before", "id"]])
    said = pd.Series(told.reindex(pairs).to_numpy(), rows.index, dtype="str")
    return said.mask(rows["id_before"].eq(rows["id"]), "the same id").fillna("ids joined by a third")


def _boundaries(rows: pd.DataFrame) -> pd.DataFrame:
    changed = rows[rows["status"].eq("changed boundary")]
    return _events(changed, "district", kind="changed boundary", evidence="the directory says: changed boundary")


def _other(flows: pd.DataFrame, key: pd.Series) -> "pd.Series[bool]":
    """Whether schools went to another district, rather than to another id of the same."""
    return flows["from_id"].map(key).ne(flows["to_id"].map(key))


def _merged_and_split(flows: pd.DataFrame, rows: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Districts that ended into another or several, and districts that began out of one that goes on."""
    spans = rows.groupby("key")["year"].agg(["min", "max"])
    ended = flows["from_id"].map(key).map(spans["max"]).lt(flows["year"])
    began = flows["to_id"].map(key).map(spans["min"]).eq(flows["year"])
    merged = ended & flows["left"].gt(_MOST)
    pairs = flows.assign(merged=merged).groupby(["year", "from_id"])
    parted = ended & ~pairs["merged"].transform("any") & pairs["to_id"].transform("size").gt(1)
    split = parted | (~ended & began & flows["came"].gt(_MOST))
    told = flows.assign(kind=np.select([merged, split], ["merged", "split"], ""))[merged | split]
    names = rows.drop_duplicates("id", keep="last").set_index("id")["name"]
    return told.assign(
        unit="district",
        name=told["from_id"].map(names),
        from_district=told["from_id"],
        to_district=told["to_id"],
        evidence=identity.moved_words(told),
    )[COLUMNS]


def _not_joined(found_ids: identity.Identity, rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Links that were not enough, on the row where the second id begins."""
    links, key = found_ids.links, found_ids.key
    apart = links[~links["joined"] & links["from_id"].map(key).ne(links["to_id"].map(key))]
    first = rows.sort_values("at").drop_duplicates("id").set_index("id")
    last = rows.sort_values("at").drop_duplicates("id", keep="last").set_index("id")["district"]
    found = first.loc[apart["to_id"]].reset_index()
    return _events(
        found,
        unit,
        kind="not joined",
        from_id=apart["from_id"].to_numpy(),
        from_district=apart["from_id"].map(last).to_numpy(),
        evidence=apart["evidence"].to_numpy(),
    )


def _sorted(parts: Sequence[pd.DataFrame], moved: pd.DataFrame) -> pd.DataFrame:
    """All events by year; a district that merged or split is not told once more as gone or appeared."""
    events = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    twice = pd.Series(False, events.index)
    for side, kinds in (("from_id", ("closed", "gone")), ("to_id", ("opened", "appeared"))):
        told = pd.MultiIndex.from_frame(events[["year", side]]).isin(pd.MultiIndex.from_frame(moved[["year", side]]))
        twice |= told & events["unit"].eq("district") & events["kind"].isin(kinds)
    order = {kind: place for place, kind in enumerate(KINDS)}
    events = events[~twice].astype({"year": "Int64", "schools": "Int64", "students": "Int64"})
    events = events.assign(place=events["kind"].map(order), size=-events["students"].fillna(0))
    events = events.sort_values(["year", "unit", "place", "size", "name"], ignore_index=True)
    return events[COLUMNS].astype(dict.fromkeys((*COLUMNS[1:8], "evidence"), "str"))


def summary(events: pd.DataFrame, years: Sequence[int]) -> str:
    """How many events of each kind there are, in one sentence.

    Args:
        events: as ``Lineage.events``.
        years: the years of the data.
    """
    if len(years) < 2:
        return "There is one year of data, so nothing to follow."
    span = f"From {school_year(int(years[0]))} to {school_year(int(years[-1]))}"
    numbers = events.groupby(["unit", "kind"]).size().to_dict()
    told = {
        unit: [f"{numbers[unit, kind]:,} {kind}" for kind in KINDS if (unit, kind) in numbers]
        for unit in ("school", "district")
    }
    words = "; ".join(f"{unit}s: {', '.join(kinds)}" for unit, kinds in told.items() if kinds)
    return f"{span}, {words}." if words else f"{span}, every school and district stayed."
