"""What of a 50/50 plan's outcome may leave the product; see ``data.privacy``."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from analysis.policy.assign import OF_A_YEAR
from analysis.policy.effects import RACES
from analysis.policy.figures import Change
from analysis.policy.ground import LOTTERY_ED
from analysis.policy.moves import at_hosts
from analysis.policy.outcome import Outcome, as_expected, odds
from analysis.policy.shortage import LIMITS, students_of
from analysis.statewide.rule import Policy
from analysis.statewide.together import Result
from data.groups import comparison
from data.privacy import hidden, marked_districts, marked_schools, told


def marked_moves(moves: pd.DataFrame, table: pd.DataFrame, columns: Sequence[str], ends: Sequence[str]) -> pd.DataFrame:
    """Rows of moves without the numbers of those that begin or end at a school whose ED count is hidden.

    Args:
        moves: one row a move.
        table: the protected schools table it was computed from.
        columns: what to leave empty.
        ends: the columns that name the schools.
    """
    secret = table.loc[hidden(table, "ed"), "ncessch"].tolist()
    touched = moves[list(ends)].isin(secret).any(axis=1)
    return moves.assign(**{name: moves[name].astype("Int64").mask(touched) for name in columns})


def marked_outcome(outcome: Outcome, table: pd.DataFrame, cell: int) -> Outcome:
    """An outcome without the numbers that rest on a school's hidden ED count, before or after; and a word on why.

    Nothing more could be told of a hidden count by showing them, as all are made from the protected table; but they
    would be taken for the school's own. So a host's seats and what became of them are told as they are where they are
    the same whatever the hidden counts, and to the nearest ``cell`` where not; see ``_settled``.

    Args:
        outcome: what ``analysis.policy.outcome.simulate`` made of the table.
        table: the protected schools table of the scenario's year.
        cell: the minimum cell size; 0 gives the outcome as it is.
    """
    if not cell:
        return outcome
    table = _either_hidden(table)
    fine = _can_tell(outcome, table, cell)

    def fit(changes: dict[str, Change], place: str) -> dict[str, Change]:
        if fine[place]:
            return changes
        unknown = Change(*[float("nan")] * 4)
        return {name: change if name in ("moved", "students") else unknown for name, change in changes.items()}

    ed_columns = [name for name in outcome.schools.columns.astype("str") if name.startswith(("ed_", "share_"))]
    years = outcome.years
    untold = (years["figure"] != "moved") & (not fine["district"])
    return replace(
        outcome,
        schools=marked_schools(outcome.schools, table, comparison("ed"), [*ed_columns, "poorer"], cell),
        flows=marked_moves(outcome.flows, table, ["students"], ["from_school", "to_school"]),
        pools=_marked_pools(outcome, table, cell),
        waitlists=_marked_waitlists(outcome.waitlists, table, cell),
        district=fit(outcome.district, "district"),
        state=fit(outcome.state, "state"),
        years=years.assign(**{name: years[name].mask(untold) for name in ("value", "low", "high")}),
    )


def _either_hidden(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the ED counts hidden, if with exact bounds, of schools whose count on the lottery's basis is."""
    if "lottery_ed" not in table or "ed_hidden" not in table:
        return table
    secret = hidden(table, "lottery_ed") & ~hidden(table, "ed")
    exact = {name: table[name].mask(secret, table["ed"]) for name in ("ed_low", "ed_high")}
    return table.assign(ed_hidden=hidden(table, "ed") | secret, **exact)


def _of_hidden(schools: pd.Series, table: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each row is about a school whose ED count is hidden."""
    return schools.isin(table.loc[hidden(table, "ed"), "ncessch"])


def _rests(of_hidden: "pd.Series[bool]", cell: int) -> pd.Series:
    """What is said of the rows of hidden hosts."""
    return pd.Series("", of_hidden.index).mask(of_hidden, f"rests on a stand-in for a hidden count, rounded to {cell}")


def _marked_pools(outcome: Outcome, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """The pools of seats as they may be told, with a word on those of hidden hosts."""
    pools = outcome.pools
    seated = ["kept", "outside", "inside", "second", "unfilled", "offered", "admitted", "admitted_inside"]
    counts = [*seated, "applied", "applied_inside", "waiting"]
    of_hidden = _of_hidden(pools["host"], table)
    others = [pools_if for pools_if, _ in _if_all(outcome, table)] if of_hidden.any() else []
    found = _settled(pools, others, counts, of_hidden, cell)
    # No more seats than there are, however they are rounded.
    most = _most_filled(outcome)
    found = found.assign(**{name: found[name].clip(upper=most) for name in seated})
    short = found["unfilled"] > 0
    limited = [
        LIMITS[limit].format(who=students_of(pool)) if limit else ""
        for limit, pool in pools[["limit", "group"]].itertuples(index=False)
    ]
    return found.assign(
        **_odds(pools, found, of_hidden),
        limit=pools["limit"].where(short, ""),
        why=pools["why"].mask(of_hidden, pd.Series(limited, pools.index, dtype=object)).where(short, ""),
        suppressed=_rests(of_hidden, cell),
    )


def _most_filled(outcome: Outcome) -> "pd.Series[int]":
    """The most seats that students of each pool may hold: its own or, where they may take over others', the host's."""
    pools, scenario = outcome.pools, outcome.scenario
    if scenario.unfilled not in ("release", "second") and scenario.stay != "always":
        return pools["seats"]
    return pools.groupby(["host", "grade"], dropna=False)["seats"].transform("sum")


def _marked_waitlists(rows: pd.DataFrame, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """Every year's waitlists, those of hidden hosts to the nearest cell."""
    of_hidden = _of_hidden(rows["host"], table)
    found = _settled(rows, [], OF_A_YEAR, of_hidden, cell)
    return found.assign(**_odds(rows, found, of_hidden))


def marked_hosts(rows: pd.DataFrame, outcome: Outcome, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """``analysis.policy.moves.at_hosts`` as it may be told: of hidden hosts to the nearest cell, as the pools are."""
    if not cell:
        return rows
    table = _either_hidden(table)
    of_hidden = _of_hidden(rows["host"], table)
    hosts = rows["host"].tolist()
    others = [at_hosts(flows, hosts) for _, flows in _if_all(outcome, table)] if of_hidden.any() else []
    counts = ["arrive_ed", "arrive_other", "leave_ed", "leave_other"]
    return _settled(rows, others, counts, of_hidden, cell).assign(suppressed=_rests(of_hidden, cell))


def hidden_of_plan(outcome: Outcome, table: pd.DataFrame, cell: int) -> str:
    """What is hidden of a plan, what stands in its place, and how to see it; empty where nothing is."""
    table = _either_hidden(table)
    secret = table.loc[hidden(table, "ed"), "ncessch"]
    schools = int(outcome.schools["ncessch"].isin(secret).sum())
    if not cell or not schools:
        return ""
    moves = int(outcome.flows[["from_school", "to_school"]].isin(set(secret)).any(axis=1).sum())
    return (
        f"Hidden: the ED counts of {schools:,} schools, before and after, and by group {moves:,} of "
        f"{len(outcome.flows):,} moves from school to school that begin or end there. Moves are told added up by host "
        f"and group, by school and by district; what rests on the stand-in for a host's hidden count is rounded to "
        f"{cell}. --minimum-cell 0 shows every number, for use on the agency's own machine."
    )


def marked_senders(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """``analysis.policy.moves.at_schools``; of a school whose count is hidden only both groups together."""
    table = _either_hidden(table)
    poorer = rows["poorer"].astype("boolean").mask(_of_hidden(rows["ncessch"], table))
    by_group = ["leave_ed", "leave_other", "arrive_ed", "arrive_other"]
    return marked_moves(rows, table, by_group, ["ncessch"]).assign(poorer=poorer)


def _if_all(outcome: Outcome, table: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """The outcome's pools and flows, as expected, if all hidden ED counts were the least, or the most, they can be.

    Where the lottery goes by another definition, every pair of such ends of the two.
    """
    names = [name for name in ("ed", LOTTERY_ED) if name in table]
    found = []
    for sides in product(("low", "high"), repeat=len(names)):
        ends = {
            name: table[name].mask(hidden(table, name), table[f"{name}_{side}"])
            for name, side in zip(names, sides, strict=True)
        }
        extreme = as_expected(table.assign(**ends), outcome.scenario)
        found.append((extreme.pools, extreme.flows))
    return found


def _settled(
    rows: pd.DataFrame, others: Sequence[pd.DataFrame], counts: Sequence[str], of_hidden: "pd.Series[bool]", cell: int
) -> pd.DataFrame:
    """Counts of hidden hosts, rounded to the cell unless they are the same in all the others."""
    found = rows
    for name in counts:
        sure = np.logical_and.reduce([(each[name] == rows[name]).to_numpy() for each in others]) if others else False
        rounded = ((rows[name] / cell + 0.5).astype("int64") * cell).astype(rows[name].dtype)
        found = found.assign(**{name: rows[name].mask(of_hidden & ~np.asarray(sure), rounded)})
    return found


def _odds(rows: pd.DataFrame, told: pd.DataFrame, of_hidden: "pd.Series[bool]") -> dict[str, "pd.Series[float]"]:
    """The chances of a seat, of hidden hosts what the numbers told come to; missing where they are none."""
    return {name: rows[name].mask(of_hidden, found.clip(0.0, 1.0)) for name, found in odds(told).items()}


def _can_tell(outcome: Outcome, table: pd.DataFrame, cell: int) -> dict[str, bool]:
    """Whether the district and the state can carry an index."""
    scenario, table = outcome.scenario, _either_hidden(table)
    covered = table if scenario.level is None else table[table["level"] == scenario.level]
    return {
        "district": told(covered[covered["leaid"] == scenario.district], cell),
        "state": told(covered, cell),
    }


def marked_parts(rows: pd.DataFrame, outcome: Outcome, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """``analysis.policy.effects.between_within`` without what hidden counts make too uncertain."""
    if not cell:
        return rows
    untold = ~rows["place"].map(_can_tell(outcome, table, cell)).astype("bool")
    return rows.assign(**{name: rows[name].mask(untold) for name in ("before", "after")})


def marked_through(parts: pd.DataFrame, outcome: Outcome, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """What a plan changes its district's M and H by, empty where hidden counts make the district too uncertain.

    Args:
        parts: of ``analysis.change.Change``.
        outcome: of a plan for the district.
        table: the protected schools table it was computed from.
        cell: the minimum cell size; 0 gives the parts as they are.
    """
    return parts if not cell or _can_tell(outcome, table, cell)["district"] else parts.mask(parts.notna())


def marked_races(rows: pd.DataFrame, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """``analysis.policy.effects.races`` without the rows of hidden counts."""
    if not cell:
        return rows
    secret = {(school, race) for race in RACES for school in table.loc[hidden(table, race), "ncessch"]}
    untold = np.array([pair in secret for pair in zip(rows["ncessch"], rows["race"], strict=True)], dtype=bool)
    return rows.assign(**{name: rows[name].mask(untold) for name in ("before", "after")})


def marked_result(result: Result, table: pd.DataFrame, policy: Policy, cell: int) -> Result:
    """What a statewide policy does, without the figures of places that hidden counts make too uncertain.

    Those districts come last, by id, and the others are ranked among themselves: a place or a gap would tell a rank.

    Args:
        result: of the policy, simulated on the table.
        table: the protected schools table of its year.
        policy: the rule, whose level the figures cover.
        cell: the minimum cell size; 0 gives the result as it is.
    """
    if not cell:
        return result
    covered = table[table["level"] == policy.level]
    figures = [
        name for name in result.districts.columns.astype("str") if name.endswith(("_before", "_after", "_low", "_high"))
    ]
    columns = ["rank", "ed_share", "unfilled", *(name for name in figures if not name.startswith("moved"))]
    districts = marked_districts(result.districts, covered, columns, comparison("ed"), cell)
    districts = districts.assign(rank=districts["rank"].rank().astype("Int64"))
    return replace(
        result,
        districts=districts.sort_values(["rank", "leaid"], ignore_index=True),
        state=marked_total(result.state, [table], policy, cell),
    )


def marked_total(rows: pd.DataFrame, tables: Sequence[pd.DataFrame], policy: Policy, cell: int) -> pd.DataFrame:
    """A policy's figures of a state, or of several, without those that hidden counts make too uncertain.

    Args:
        rows: measure, part, before, after, low, high.
        tables: the protected schools table of each state.
        policy, cell: as in ``marked_result``.
    """
    covered = pd.concat([table[table["level"] == policy.level] for table in tables])
    untold = (rows["measure"] != "moved") & (not told(covered, cell))
    return rows.assign(**{name: rows[name].mask(untold) for name in ("before", "after", "low", "high")})
