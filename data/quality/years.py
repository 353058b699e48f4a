"""Checks of one school year against the one before, each school and district followed where only its id changed."""

from itertools import pairwise

import numpy as np
import pandas as pd

from data.quality.finding import SCHOOL, Check, Subject, largest_first

# A school or district smaller than this in both years changes with a few families.
MATERIAL_STUDENTS = 100
TIMES = 2
POINTS = 30

_KEPT = "Kept as reported. Look whether the school or its programme changed, or one of the two numbers is wrong."
_DISTRICT = ["year", "leaid", "district", "schools", "students"]


def _enrolment(subject: Subject) -> pd.DataFrame:
    both = _pairs(subject.followed, "school_key", ["students"])
    sizes = both[["students", "students_before"]].astype("float64")
    times = sizes.max(axis=1) / sizes.min(axis=1)
    jumped = both.assign(times=times.round(1))[times > TIMES]
    return largest_first(jumped, [*SCHOOL, "students_before", "times"], by="times")


def _ed_share(subject: Subject) -> pd.DataFrame:
    """Schools whose share moved too far on one basis, whatever hidden counts are; a change of basis is told apart."""
    moved = _share_moves(subject)
    columns = [*SCHOOL, "ed", "students_before", "ed_before", "points"]
    return largest_first(moved[moved["nearest"] > POINTS], columns, by="nearest")


def _ed_share_untold(subject: Subject) -> pd.DataFrame:
    moved = _share_moves(subject)
    return moved[(moved["farthest"] > POINTS) & ~(moved["nearest"] > POINTS)]


def _share_moves(subject: Subject) -> pd.DataFrame:
    """Pairs of years on one basis, with the points a share moved and, at the nearest and farthest, can have moved."""
    ends = {"ed_least": subject.end("ed", "low"), "ed_most": subject.end("ed", "high")}
    values = ["students", "ed", "ed_basis", *ends]
    both = _pairs(subject.followed.assign(**ends), "school_key", values)
    both = both[both["ed_basis"].eq(both["ed_basis_before"]).fillna(False)]
    points = _percent(both, "ed", "") - _percent(both, "ed", "_before")
    down = _percent(both, "ed_least", "") - _percent(both, "ed_most", "_before")
    up = _percent(both, "ed_most", "") - _percent(both, "ed_least", "_before")
    return both.assign(
        points=points.round(1), nearest=np.maximum(np.maximum(down, -up), 0), farthest=np.maximum(up, -down)
    )


def _basis(subject: Subject) -> pd.DataFrame:
    both = _pairs(subject.followed, "school_key", ["students", "ed_basis"]).dropna(
        subset=["ed_basis", "ed_basis_before"]
    )
    changed = both[both["ed_basis"] != both["ed_basis_before"]]
    return changed.groupby(["year", "ed_basis_before", "ed_basis"], as_index=False).agg(
        schools=("ncessch", "size"), students=("students", "sum")
    )


def _districts_at_100(subject: Subject) -> pd.DataFrame:
    both = _full_districts(subject)
    moved = ~both["open"] & both["full"].ne(both["full_before"])
    return largest_first(both[moved], [*_DISTRICT, "percent_before", "percent"])


def _districts_at_100_untold(subject: Subject) -> pd.DataFrame:
    both = _full_districts(subject)
    return both[both["open"]]


def _full_districts(subject: Subject) -> pd.DataFrame:
    """Pairs of years of each district: full, whether all its students can be disadvantaged, and open, if it may be."""
    table = subject.followed.assign(ed=subject.table["ed"], most=subject.end("ed", "high"), unsure=subject.hidden("ed"))
    sums = {name: (name, "sum") for name in ("ed", "most")} | {"unsure": ("unsure", "any")}
    districts = _districts(table.dropna(subset="ed"), **sums)
    districts["full"] = districts["most"].eq(districts["students"])
    both = _pairs(districts, "district_key", ["students", "ed", "full", "unsure"])
    for when in ("", "_before"):
        both[f"percent{when}"] = _percent(both, "ed", when).round(1).mask(both[f"unsure{when}"])
    either = [both[f"full{when}"] & both[f"unsure{when}"] for when in ("", "_before")]
    return both.assign(open=either[0] | either[1])


def _new_districts(subject: Subject) -> pd.DataFrame:
    return _absent(subject.followed, {after: before for before, after in pairwise(_years(subject.schools))})


def _gone_districts(subject: Subject) -> pd.DataFrame:
    return _absent(subject.followed, dict(pairwise(_years(subject.schools))))


def _absent(table: pd.DataFrame, neighbour: dict[int, int]) -> pd.DataFrame:
    """Districts of each year that have no schools in its neighbouring year."""
    districts = _districts(table)
    there = pd.MultiIndex.from_frame(districts[["year", "district_key"]])
    year = districts["year"].map(neighbour).astype("Int64")
    absent = year.notna() & ~pd.MultiIndex.from_arrays([year, districts["district_key"]]).isin(there)
    return largest_first(districts[absent], _DISTRICT)


def _changed_ids(subject: Subject) -> pd.DataFrame:
    return _told(subject, "renumbered", "changed agency")


def _not_joined(subject: Subject) -> pd.DataFrame:
    return _told(subject, "not joined")


def _told(subject: Subject, *kinds: str) -> pd.DataFrame:
    """Events of these kinds, those that concern most students first."""
    events = subject.lineage.events
    events = events[events["kind"].isin(kinds)]
    return largest_first(events, ["year", "unit", "name", "from_id", "to_id", "schools", "students", "evidence"])


def _years(table: pd.DataFrame) -> list[int]:
    return sorted(int(year) for year in table["year"].unique())


def _pairs(table: pd.DataFrame, key: str, values: list[str]) -> pd.DataFrame:
    """Rows with the values of the year before beside them, where either year is of material size."""
    following = table["year"].map(dict(pairwise(_years(table)))).astype("Int64")
    before = table[[key, *values]].assign(year=following).dropna(subset="year")
    both = table.merge(before, on=["year", key], suffixes=("", "_before"))
    return both[both[["students", "students_before"]].max(axis=1) >= MATERIAL_STUDENTS]


def _districts(table: pd.DataFrame, **more: tuple[str, str]) -> pd.DataFrame:
    return table.groupby(["year", "leaid", "district_key"], as_index=False).agg(
        district=("district", "first"), schools=("ncessch", "size"), students=("students", "sum"), **more
    )


def _percent(both: pd.DataFrame, count: str, when: str) -> pd.Series:
    return 100 * both[f"{count}{when}"].astype("float64") / both[f"students{when}"].astype("float64")


def _one_year(subject: Subject) -> str:
    return "" if len(_years(subject.schools)) > 1 else "the data has one school year"


CHECKS = (
    Check(
        "ed_basis_change",
        "Disadvantage counted on another basis than the year before",
        "change",
        "warning",
        "Disadvantage is counted on the same basis in every year.",
        "Kept; a trend across this year compares two definitions.",
        _basis,
        _one_year,
    ),
    Check(
        "enrolment_jump",
        "Enrolment more than doubled or halved",
        "school",
        "warning",
        f"No school of {MATERIAL_STUDENTS} students or more doubled or halved in a year.",
        _KEPT,
        _enrolment,
        _one_year,
    ),
    Check(
        "ed_share_jump",
        f"Share of disadvantaged students moved by more than {POINTS} points",
        "school",
        "warning",
        f"In no school of {MATERIAL_STUDENTS} students or more did the share of disadvantaged students move by more "
        f"than {POINTS} points in a year.",
        _KEPT,
        _ed_share,
        _one_year,
        _ed_share_untold,
    ),
    Check(
        "districts_at_100",
        "Districts that moved to or from 100 % disadvantaged",
        "district",
        "warning",
        f"No district of {MATERIAL_STUDENTS} students or more moved to or from 100 % disadvantaged.",
        "Kept as reported. Often every school of the district began or ended feeding everyone free of charge; a trend "
        "across this year shows the reporting, not the students.",
        _districts_at_100,
        _one_year,
        _districts_at_100_untold,
    ),
    Check(
        "districts_new",
        "Districts that had no schools the year before",
        "district",
        "note",
        "Every district had schools the year before.",
        "Counted from this year on. Not among them are districts known to be the same under another id; a merger or an "
        "id that nothing joins looks the same as a new district.",
        _new_districts,
        _one_year,
    ),
    Check(
        "districts_gone",
        "Districts that have no schools the year after",
        "district",
        "note",
        "Every district has schools the year after.",
        "Counted up to this year. Not among them are districts known to be the same under another id; a merger or an "
        "id that nothing joins looks the same as a closed district.",
        _gone_districts,
        _one_year,
    ),
    Check(
        "ids_changed",
        "Another id than the year before, or another district",
        "change",
        "note",
        "No school or district has another id than the year before.",
        "Followed as the same school or district: no trend and no comparison with the year before breaks there.",
        _changed_ids,
        _one_year,
    ),
    Check(
        "ids_not_joined",
        "Two ids that may be one school or district",
        "pair",
        "warning",
        "No two ids may be one school or district without being joined.",
        "Counted as two: what joins them is contradicted, and a wrong join is worse than none.",
        _not_joined,
        _one_year,
    ),
)
