"""What follows from an outcome beyond its schools: between and within districts, races, districts that send."""

import numpy as np
import pandas as pd

from analysis.borders import means
from analysis.decompose import decompose, district_parts
from analysis.policy.figures import covered
from analysis.policy.ground import counted
from analysis.policy.outcome import Outcome
from analysis.units import Units, ratio, side_by_side

RACES = ("american_indian", "asian", "black", "hispanic", "pacific_islander", "two_or_more", "white")
MEASURES = ("dissimilarity", "variance_ratio", "theil_h", "exposure_shortfall")


def between_within(table: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """The state's segregation between and within districts, before and after, as expected.

    Args:
        table: the schools table that was simulated on.
        outcome: what came of it.

    Returns:
        One row a place ("state", or "district" for what the scenario's district adds to the state's), measure of
        ``MEASURES`` and part: before, after. D does not split: its part within is what sorting within districts adds,
        and a district has none (see ``analysis.decompose``).
    """
    sides = [_parts(rows, outcome.scenario.district) for rows in before_after(table, outcome)]
    both = sides[0].merge(sides[1], on=["place", "measure", "part"], suffixes=("_before", "_after"))
    return both.rename(columns={"value_before": "before", "value_after": "after"})


def before_after(table: pd.DataFrame, outcome: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Schools of the scenario's year and level with leaid, ed and students, new ones included, before and after."""
    of_year = (table["year"] == outcome.scenario.year).to_numpy(dtype=bool, na_value=False)
    schools = table.loc[of_year & counted(table), ["ncessch", "leaid", "level", "ed", "students"]]
    levels = {host.ncessch: host.new.level for host in outcome.scenario.hosts if host.new}
    changed = outcome.schools.merge(schools[["ncessch", "level"]], on="ncessch", how="left")
    changed["level"] = changed["level"].astype("str").fillna(changed["ncessch"].map(levels).astype("str"))
    same = schools[~schools["ncessch"].isin(changed["ncessch"])]
    before, after = (
        pd.concat(
            [
                same.astype({"ed": np.int64, "students": np.int64}),
                changed.assign(ed=changed[f"ed_{when}"], students=changed[f"students_{when}"])[same.columns],
            ]
        )
        for when in ("before", "after")
    )
    return before[covered(before, outcome.scenario)], after[covered(after, outcome.scenario)]


def _parts(schools: pd.DataFrame, district: str) -> pd.DataFrame:
    ed, students = (schools[name].to_numpy(dtype=np.float64) for name in ("ed", "students"))
    units = Units(side_by_side(ed, students - ed), students, np.zeros(len(schools), dtype=np.intp), 1)
    codes, ids = pd.factorize(schools["leaid"], sort=True)
    state = decompose(units, codes).iloc[0]
    rows = [
        ("state", measure, "within" if part == "added_within" else part, state[measure, part])
        for measure, part in state.index
        if measure in MEASURES and part != "total"
    ]
    added, _ = district_parts(units, codes)
    nothing = pd.Series(np.nan, index=added.columns)
    own = added.iloc[ids.get_loc(district)] if district in ids else nothing
    rows += [("district", measure, part, own[measure, part]) for measure, part in own.index if measure in MEASURES]
    return pd.DataFrame(rows, columns=["place", "measure", "part", "value"])


def races(table: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """Students of each race at each school of the outcome, before and after; an outcome, never part of a lottery.

    Whoever moves is taken to be of the races of the school left, in proportion, as no file counts races by
    disadvantage; the students after are therefore fractions. Movers from a school that does not report every race, or
    from no school, have no known race and count under ``unknown``.

    Returns:
        One row a school and race: ncessch, race, before, after.
    """
    columns = [race for race in RACES if race in table]
    ids = pd.Index([*outcome.schools["ncessch"], *_places_beside(outcome)])
    of_year = (table["year"] == outcome.scenario.year).to_numpy(dtype=bool, na_value=False)
    known = table[of_year].set_index("ncessch")[[*columns, "students"]].reindex(ids)
    counts = known[columns].fillna(0).to_numpy(dtype=np.float64)
    everyone = outcome.schools["students_before"].reindex(range(len(ids)), fill_value=0).to_numpy(dtype=np.float64)
    before = np.column_stack([counts, np.maximum(everyone - counts.sum(axis=1), 0)])
    total = before.sum(axis=1, keepdims=True)
    mix = np.where(total > 0, np.nan_to_num(ratio(before, total)), np.eye(before.shape[1])[-1])
    source, target = (ids.get_indexer(pd.Index(outcome.flows[end])) for end in ("from_school", "to_school"))
    moved = mix[source] * outcome.flows["students"].to_numpy(dtype=np.float64)[:, None]
    after = before.copy()
    np.subtract.at(after, source, moved)
    np.add.at(after, target, moved)
    names = [*columns, "unknown"]
    schools = len(outcome.schools)
    return pd.DataFrame(
        {
            "ncessch": np.repeat(ids[:schools].to_numpy(), len(names)),
            "race": names * schools,
            "before": before[:schools].ravel(),
            "after": after[:schools].ravel(),
        }
    )


def _places_beside(outcome: Outcome) -> list[str]:
    """Places in no table that students come from or go to."""
    ends = pd.concat([outcome.flows["from_school"], outcome.flows["to_school"]])
    return sorted(set(ends) - set(outcome.schools["ncessch"]))


def districts(outcome: Outcome) -> pd.DataFrame:
    """Each district that sends or receives students, the largest change first.

    Returns:
        leaid, sent and received (students who leave or join its schools for another district or from outside the
        public schools), and of the schools in ``outcome.schools``: students_before, students_after, ed_before,
        ed_after.
    """
    of_school = outcome.schools.set_index("ncessch")["leaid"]
    source, target = (outcome.flows[end].map(of_school).fillna("") for end in ("from_school", "to_school"))
    across = outcome.flows.assign(source=source, target=target)[source.to_numpy() != target.to_numpy()]
    counts = ["students_before", "students_after", "ed_before", "ed_after"]
    found = outcome.schools.groupby("leaid")[counts].sum().reset_index()
    for name, end in (("sent", "source"), ("received", "target")):
        found[name] = found["leaid"].map(across.groupby(end)["students"].sum()).fillna(0).astype(np.int64)
    found = found[(found["sent"] + found["received"]) > 0]
    order = (found["sent"] + found["received"]).sort_values(ascending=False, kind="stable").index
    return found.loc[order, ["leaid", "sent", "received", *counts]].reset_index(drop=True)


def money(table: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """The money that follows students across district lines, if each brings what the district left has per student.

    Args:
        table: the schools table that was simulated on; ``revenue`` is dollars per student of each school's district.
        outcome: what came of it.

    Returns:
        One row a district that sends or receives students: leaid, revenue (per student; NaN where unknown), sent and
        received (students; received only from districts), unpriced (those received from a district whose revenue is
        unknown), leaving and arriving (dollars a year), and net (arriving less leaving). What a district receives for
        students from outside public schools is its state's law and no part of it. NaN where the revenue it rests on is
        unknown; no rows where the table has none.
    """
    columns = ["leaid", "revenue", "sent", "received", "unpriced", "leaving", "arriving", "net"]
    of_year = table[(table["year"] == outcome.scenario.year).to_numpy(dtype=bool, na_value=False)]
    if "revenue" not in table or of_year["revenue"].isna().all():
        return pd.DataFrame(columns=columns)
    per_student = means(of_year, ["revenue"])["revenue"]
    of_school = outcome.schools.set_index("ncessch")["leaid"]
    ends = [outcome.flows[end].map(of_school) for end in ("from_school", "to_school")]
    moves = outcome.flows[["students"]].assign(source=ends[0], target=ends[1]).dropna(subset="source")
    moves = moves[moves["source"] != moves["target"]]
    if moves.empty:
        return pd.DataFrame(columns=columns)
    price = moves["source"].map(per_student).astype("float64")
    moves = moves.assign(dollars=moves["students"] * price, unpriced=moves["students"].where(price.isna(), 0))
    out, into = moves.groupby("source").sum(), moves.dropna(subset="target").groupby("target")
    found = pd.DataFrame(index=out.index.union(into.sum().index).rename("leaid"))
    found["revenue"] = per_student.reindex(found.index)
    found["sent"] = out["students"].reindex(found.index, fill_value=0)
    found["received"] = into["students"].sum().reindex(found.index, fill_value=0)
    found["unpriced"] = into["unpriced"].sum().reindex(found.index, fill_value=0)
    found["leaving"] = (found["sent"] * found["revenue"]).where(found["sent"] > 0, 0.0)
    found["arriving"] = into["dollars"].sum().reindex(found.index, fill_value=0.0).mask(found["unpriced"] > 0)
    found["net"] = found["arriving"] - found["leaving"]
    return found.sort_values("net").reset_index()[columns]
