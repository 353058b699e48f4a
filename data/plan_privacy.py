"""What of a 50/50 plan's outcome may leave the product; see ``data.privacy``."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.policy.effects import RACES
from analysis.policy.figures import Change
from analysis.policy.outcome import Outcome
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
    counts = ["kept", "outside", "inside", "unfilled", "applied", "waiting"]
    pools = marked_moves(outcome.pools, table, counts, ["host"])
    of_hidden = pools["kept"].isna()
    years = outcome.years
    untold = (years["figure"] != "moved") & (not fine["district"])
    return replace(
        outcome,
        schools=marked_schools(outcome.schools, table, comparison("ed"), [*ed_columns, "poorer"], cell),
        flows=marked_moves(outcome.flows, table, ["students"], ["from_school", "to_school"]),
        pools=pools.assign(odds=pools["odds"].mask(of_hidden), why=pools["why"].mask(of_hidden, "")),
        district=fit(outcome.district, "district"),
        state=fit(outcome.state, "state"),
        years=years.assign(**{name: years[name].mask(untold) for name in ("value", "low", "high")}),
    )


def _either_hidden(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the ED counts hidden, if with exact bounds, of schools whose count on the lottery's basis is."""
    if "lottery_ed" not in table:
        return table
    secret = hidden(table, "lottery_ed") & ~hidden(table, "ed")
    return table.assign(**{name: table[name].mask(secret, table["ed"]) for name in ("ed_low", "ed_high")})


def _can_tell(outcome: Outcome, table: pd.DataFrame, cell: int) -> dict[str, bool]:
    """Whether the district and the state can carry an index."""
    scenario = outcome.scenario
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


def marked_races(rows: pd.DataFrame, table: pd.DataFrame, cell: int) -> pd.DataFrame:
    """``analysis.policy.effects.races`` without the rows of hidden counts."""
    if not cell:
        return rows
    secret = {(school, race) for race in RACES for school in table.loc[hidden(table, race), "ncessch"]}
    untold = np.array([pair in secret for pair in zip(rows["ncessch"], rows["race"], strict=True)], dtype=bool)
    return rows.assign(**{name: rows[name].mask(untold) for name in ("before", "after")})


def marked_result(result: Result, table: pd.DataFrame, policy: Policy, cell: int) -> Result:
    """What a statewide policy does, without the figures of places that hidden counts make too uncertain.

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
    columns = ["rank", "ed_share", *(name for name in figures if not name.startswith("moved"))]
    return replace(
        result,
        districts=marked_districts(result.districts, covered, columns, comparison("ed"), cell),
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
