"""The schools that a scenario's rules name: each must be one that can play a part, else it is said why it cannot."""

import pandas as pd

from analysis.errors import InputError
from analysis.policy.scenario import Scenario


def check_named(reached: pd.Series, table: pd.DataFrame, scenario: Scenario) -> None:
    """Refuse a rule that names a school which can play no part.

    Args:
        reached: ids of the schools that can, and of the places beside them.
        table: the schools table.
        scenario: the policy.

    Raises:
        InputError: it names the field and the school.
    """
    named = {
        "ed.senders": scenario.ed.senders,
        "other.senders": scenario.other.senders,
        **{f"set_asides[{i}].schools": each.schools for i, each in enumerate(scenario.set_asides)},
        "weights": tuple(weight.ncessch for weight in scenario.weights),
    }
    known = set(reached)
    for field, schools in named.items():
        if missing := sorted(set(schools) - known):
            why = _why_not(missing[0], field, table, scenario.year)
            raise InputError(f"{field} names school {missing[0]}, which {why}remove it from the list.")


def _why_not(school: str, field: str, table: pd.DataFrame, year: int) -> str:
    """Why a school can play no part, and what would let it."""
    row = table[(table["year"] == year) & (table["ncessch"] == school)]
    if row.empty:
        return f"is not among the schools that count in {year}; correct its id, or "
    if row.filter(["students", "ed", "lottery_ed"]).isna().any(axis=None):
        return f"has no known ED count in {year}; "
    if field.startswith("set_asides"):
        return "lies outside the district, whose students alone seats are set aside for; "
    return "is outside the scenario's catchment; give an outside share and enough outside_miles to admit it, or "
