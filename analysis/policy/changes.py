"""Through what plans change M and H of their district: from today to after each, and from one plan to another."""

import numpy as np
import pandas as pd

from analysis.change import Change, change
from analysis.errors import InputError
from analysis.policy.effects import before_after
from analysis.policy.outcome import Outcome

# What two plans have in common if their outcomes are of the same schools, counted in the same way.
_SHARED = ("dataset", "district", "year", "basis", "level", "districts", "excluded")


def from_today(table: pd.DataFrame, outcome: Outcome) -> Change:
    """What a plan changes M and H of its district's schools by, as expected.

    Args:
        table: the schools table that was simulated on.
        outcome: what came of it.
    """
    return _between(*_students(table, outcome))


def between_plans(table: pd.DataFrame, first: Outcome, second: Outcome) -> Change:
    """What M and H of the district's schools differ by after two plans, as expected.

    A school that only one of them opens is an addition or a removal.

    Args:
        table: the schools table that both were simulated on.
        first, second: what came of each.

    Raises:
        InputError: they are not of the same district, year and schools.
    """
    for name in _SHARED:
        one, other = (getattr(each.scenario, name) for each in (first, second))
        if one != other:
            raise InputError(
                f"The scenarios have the {name} {_said(one)} and {_said(other)}; give two of the same {name}."
            )
    return _between(*(_students(table, each)[1] for each in (first, second)))


def comparable(first: Outcome, second: Outcome) -> bool:
    """Whether two plans are of the same schools."""
    return all(getattr(first.scenario, name) == getattr(second.scenario, name) for name in _SHARED)


def _students(table: pd.DataFrame, outcome: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Disadvantaged and other students of the district's schools by id, before and after."""
    sides = []
    for rows in before_after(table, outcome):
        own = rows[rows["leaid"] == outcome.scenario.district].set_index("ncessch")
        ed, students = (own[name].astype(np.float64) for name in ("ed", "students"))
        sides.append(pd.DataFrame({"ed": ed, "other": students - ed}))
    return sides[0], sides[1]


def _between(first: pd.DataFrame, second: pd.DataFrame) -> Change:
    schools = first.index.union(second.index)
    return change(*(each.reindex(schools, fill_value=0.0).to_numpy() for each in (first, second)))


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "default" if value is None else str(value)
