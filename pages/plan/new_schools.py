"""Schools to open: a name, a point, a level, grades and seats for each."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from analysis.policy.scenario import ENTRY_GRADES, LEVELS, Host, NewSchool, Scenario
from pages.plan.form import Form
from pages.shared import atlas
from pages.shared.view import View
from pages.words.escaped import in_markdown

MOST_NEW = 4
USUAL = "usual"


def new_schools(form: Form, view: View, schools: pd.DataFrame, *, in_entry: bool) -> tuple[Host, ...]:
    """Up to ``MOST_NEW`` schools to open; a name asks for the next.

    Args:
        form, view: where the controls take their values from.
        schools: the district's, with latitude and longitude.
        in_entry: whether the hosts' seats are in single grades; a new school's are then in its lowest, if it is given.
    """
    found: list[Host] = []
    for number in range(MOST_NEW):
        opened = _new_school(form, view, schools, number, in_entry=in_entry)
        if opened is None:
            break
        found.append(opened)
    return tuple(found)


def _new_school(form: Form, view: View, schools: pd.DataFrame, number: int, *, in_entry: bool) -> Host | None:
    """One new school; None where it has no name."""
    more = f"_{number + 1}" if number else ""  # the first has the keys of links from when there was but one
    label = "Another new school: its name" if number else "A new school to open: its name"
    name = form.text(label, f"new_school{more}", _of(number, lambda _, new: new.school))
    if not name:
        return None
    columns = st.columns([2, 2, 4, 2])
    point, keys = _point(form, schools, number, more, columns)
    with columns[2]:
        level = form.buttons("Level", f"new_level{more}", _of(number, lambda _, new: new.level), list(LEVELS))
    with columns[3]:
        seats = form.number(
            "Its seats",
            f"new_seats{more}",
            _of(number, lambda host, _: host.seats),
            min_value=0,
            max_value=20_000,
            step=50,
        )
    if st.toggle(f"Choose the point of {in_markdown(name)} on a map", key=f"new_map{more}", bind="query-params"):
        atlas.point_map(view, schools, point, keys, name)
    low, high, capacity = _grades_and_capacity(form, number, more)
    return Host(
        f"new-{number + 1}",
        seats,
        low if in_entry else None,
        capacity=capacity,
        new=NewSchool(name, *point, level, low, high),
    )


def _point(
    form: Form, schools: pd.DataFrame, number: int, more: str, columns: list[Any]
) -> tuple[tuple[float, float], tuple[str, str]]:
    """Its latitude and longitude, and the keys of their controls; at first the middle of the district's schools."""
    found, keys = [], []
    for column, axis, most in zip(columns, ("latitude", "longitude"), (90.0, 180.0), strict=False):
        known = schools[axis].notna().any()
        middle = round(float(schools[axis].mean()), 4) if known else 0.0
        of = _of(number, lambda _, new, axis=axis, at=middle: getattr(new, axis) if new.school else at)
        control = f"new_{axis}_{form.start.district}{more}"
        keys.append(form.key(control, of))
        with column:
            found.append(
                form.number(axis.capitalize(), control, of, min_value=-most, max_value=most, step=0.01, format="%.4f")
            )
    return (found[0], found[1]), (keys[0], keys[1])


def _grades_and_capacity(form: Form, number: int, more: str) -> tuple[str | None, str | None, int | None]:
    """Its lowest and highest grade, and the students it holds; None where they are not given."""
    found: list[str | None] = []
    *of_grades, of_capacity = st.columns(3)
    for column, (field, label) in zip(
        of_grades, (("grade_low", "Its lowest grade"), ("grade_high", "Its highest grade")), strict=True
    ):
        with column:
            chosen = form.select(
                label,
                f"new_{field}{more}",
                _of(number, lambda _, new, field=field: getattr(new, field) or USUAL),
                {each: each for each in (USUAL, *ENTRY_GRADES)},
                help="Usual: as many grades as its level has, and seats in every one.",
            )
            found.append(None if chosen == USUAL else chosen)
    with of_capacity:
        capacity = form.number(
            "Students it holds",
            f"new_capacity{more}",
            _of(number, lambda host, _: host.capacity),
            min_value=1,
            max_value=1_000_000,
            placeholder="any number",
        )
    return found[0], found[1], capacity


def _of(number: int, what: Callable[[Host, NewSchool], Any]) -> Callable[[Scenario], Any]:
    """What a scenario says of its new school of a number, or of one without a name."""

    def of(scenario: Scenario) -> Any:
        opened = {host.ncessch: (host, host.new) for host in scenario.hosts if host.new}
        none = (Host("", 400), NewSchool("", 0.0, 0.0, "elementary"))
        return what(*([*opened.values(), *[none] * MOST_NEW][number]))

    return of
