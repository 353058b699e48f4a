"""What few plans change: every rule of a scenario beyond the three questions, grouped as people ask for them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.errors import InputError
from analysis.policy.scenario import (
    DRAWS,
    LEVELS,
    SOURCES,
    STAYS,
    UNFILLED,
    NewSchool,
    Pool,
    Scenario,
    SetAside,
    Supply,
)
from pages.plan.files import read_weights
from pages.plan.form import Form, fault_beside

# Where the willingness of a table that was uploaded is kept; it is too long for a link.
WEIGHTS = "plan_weights"
GROUPS = {"ed": "disadvantaged", "other": "other"}
TABS = (
    "Schools and seats",
    "Who keeps or gets a seat first",
    "Who applies",
    "From outside",
    "Empty seats and leaving",
    "Over the years",
)


def settings(
    form: Form, schools: pd.DataFrame, pools: dict[str, Pool], tabs: Sequence[DeltaGenerator]
) -> dict[str, Any]:
    """The scenario's fields beyond the three questions and the hosts.

    Args:
        form: where the controls take their values from.
        schools: the district's, columns ncessch and school.
        pools: what the three questions say of the ``ed`` and ``other`` pool.
        tabs: where they go, those of ``TABS`` after the first.

    Raises:
        InputError: settings that do not go together; it is said beside them as well.
    """
    faults: list[str] = []
    asked: dict[str, Any] = {}
    groups = (_first, _applying, _outside, _leaving, _years)
    for tab, group in zip(tabs, groups, strict=True):
        with tab, fault_beside(faults):
            asked |= group(form, schools, pools)
    if faults:
        raise InputError(faults[0])
    sides = {
        name: Pool(**vars(pools[name]) | {field: asked.pop(f"{name}.{field}") for field in _POOL_FIELDS})
        for name in GROUPS
    }
    return asked | sides


_POOL_FIELDS = ("accept", "per_seat", "mistaken", "leave", "outside")


def _of_pools(form: Form, label: str, field: str, **more: Any) -> dict[str, Any]:
    """The same share of both groups, side by side."""
    found = {}
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            found[f"{name}.{field}"] = form.part(
                label.format(who), f"{field}_{name}", lambda s, name=name: getattr(getattr(s, name), field), **more
            )
    return found


def _first(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:
    stay = form.rule("Students of the host today", "stay", lambda s: s.stay, STAYS)
    st.caption("Seats of either lottery offered first to some of the district's students, in this order:")
    one, two, three = st.columns(3)
    with one:
        siblings = form.part("Siblings, % of seats", "siblings", lambda s: _aside(s, "sibling").share)
        near = form.part("Nearby, % of seats", "nearby", lambda s: _aside(s, "proximity").share)
    with two:
        sibling_miles = _miles(form, "Siblings come from within, miles", "sibling_miles", "sibling")
        near_miles = _miles(form, "Nearby is within, miles", "nearby_miles", "proximity")
    with three:
        feeder = form.part("Feeder schools, % of seats", "feeders", lambda s: _aside(s, "feeder").share)
        options = dict(zip(schools["ncessch"], schools["school"] + " (" + schools["ncessch"] + ")", strict=True))
        key = f"feeder_schools_{form.start.district}"
        named = form.several("Feeder schools", key, lambda s: list(_aside(s, "feeder").schools), options)
    asides = (
        SetAside("sibling", siblings or 0.0, sibling_miles),
        SetAside("proximity", near or 0.0, near_miles),
        SetAside("feeder", feeder or 0.0, schools=tuple(named)),
    )
    if feeder and not named:
        raise InputError("Seats are set aside for feeder schools, but none is named; name one or set the share to 0.")
    taken = sum(each.share for each in asides) + max(pool.outside for pool in pools.values())
    if taken > 1 + 1e-9:
        raise InputError(
            f"The seats offered first and those offered outside take {taken:.0%} of a lottery's seats; lower them to "
            "at most 100 % together."
        )
    return {"stay": stay, "set_asides": tuple(each for each in asides if each.share)}


def _miles(form: Form, label: str, name: str, kind: str) -> float:
    found: float = form.number(label, name, lambda s: _aside(s, kind).miles, min_value=0.1, max_value=200.0, step=0.5)
    return found


def _aside(scenario: Scenario, kind: str) -> SetAside:
    return next((each for each in scenario.set_asides if each.kind == kind), SetAside(kind, 0.0))


def _applying(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:  # noqa: ARG001
    draw = form.rule("Which sending schools the seats go to", "draw", lambda s: s.draw, DRAWS)
    asked: dict[str, Any] = {"draw": draw, "weights": ()}
    if draw == "distance":
        asked["half_miles"] = form.number(
            "Miles over which willingness falls by half",
            "half_miles",
            lambda s: s.half_miles,
            min_value=0.1,
            max_value=200.0,
            step=0.5,
        )
    if draw == "table":
        asked["weights"] = _weights(form)
    asked |= _of_pools(form, "Of {} students offered a seat, % who take it", "accept")
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            asked[f"{name}.per_seat"] = form.number(
                f"Applications of {who} students per seat",
                f"per_seat_{name}",
                lambda s, name=name: getattr(s, name).per_seat,
                min_value=0.01,
                step=0.1,
                placeholder="as question 3 says",
            )
    return asked | _of_pools(
        form,
        "Of {} students, % the lottery takes for the other group",
        "mistaken",
        help="As where it goes by census blocks or by what families disclose.",
    )


def _weights(form: Form) -> Any:
    """Willingness school by school, from a file."""
    if form.told is not None:
        st.session_state[WEIGHTS] = form.told.weights
    file = st.file_uploader(
        "Willingness by school (CSV: ncessch, ed, other; 1 is as question 3 says, 0 nobody)",
        type="csv",
        key="weights_file",
        max_upload_size=1,
    )
    if file is not None:
        st.session_state[WEIGHTS] = read_weights(file.getvalue(), file.name)
    weights = st.session_state.get(WEIGHTS, ())
    if not weights:
        raise InputError("Give a table of willingness, or choose another rule for the sending schools.")
    st.caption(f"{len(weights):,} schools have a weight. A link cannot hold the table; the scenario file does.")
    return weights


def _outside(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:  # noqa: ARG001
    miles = form.number(
        "Miles from a host within which schools outside the district may send",
        "miles",
        lambda s: int(s.outside_miles),
        min_value=1,
        max_value=200,
    )
    sources = form.several("Schools outside the district", "sources", lambda s: list(s.sources), SOURCES)
    asked: dict[str, Any] = {"outside_miles": float(miles), "sources": tuple(s for s in SOURCES if s in sources)}
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            own = form.part(
                f"Seats for {who} students offered outside, %",
                f"outside_of_{name}",
                lambda s, name=name: None if s.ed.outside == s.other.outside else getattr(s, name).outside,
                placeholder="as question 2 says",
            )
            asked[f"{name}.outside"] = pools[name].outside if own is None else own
    for name, what in (("private", "private"), ("home", "home-schooled")):
        asked[name] = _supply(form, name, what)
    return asked


def _supply(form: Form, name: str, what: str) -> Supply | None:
    many, share = st.columns(2)
    with many:
        students = form.number(
            f"{what.capitalize()} students within reach",
            name,
            lambda s: supply.students if (supply := getattr(s, name)) else 0,
            min_value=0,
            max_value=1_000_000,
            step=100,
        )
    with share:
        ed = form.part(
            f"Of {what} students, % disadvantaged",
            f"{name}_ed",
            lambda s: supply.ed_share if (supply := getattr(s, name)) else 0.2,
        )
    return Supply(students, ed or 0.0) if students else None


def _leaving(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:  # noqa: ARG001
    unfilled = form.rule("Seats that one lottery cannot fill", "unfilled", lambda s: s.unfilled, UNFILLED)
    left = _of_pools(
        form,
        "Of displaced {} students, % who leave the district's schools",
        "leave",
        help="Nobody knows how many would: try several and see how much hangs on it.",
    )
    return {"unfilled": unfilled} | left


def _years(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:  # noqa: ARG001
    one, two, three = st.columns(3)
    with one:
        years = form.number("Years of lotteries", "years", lambda s: s.years, min_value=1, max_value=30)
    with two:
        back = form.part("Drawn students who go back each year, %", "attrition", lambda s: s.attrition)
    with three:
        backfill = form.switch("Offer their places to the waitlist", "backfill", lambda s: s.backfill)
    st.caption("Seats in the entry grade grow by a grade a year; seats in every grade are drawn once, then kept up.")
    return {"years": years, "attrition": back, "backfill": backfill}


def new_school(form: Form, schools: pd.DataFrame) -> tuple[NewSchool, int] | None:
    """A school to open on a point, and its seats; None where none is named."""
    name = form.text("A new school to open: its name", "new_school", lambda s: _opened(s)[0].school)
    if not name:
        return None
    middle = [float(schools[axis].mean()) if schools[axis].notna().any() else 0.0 for axis in ("latitude", "longitude")]
    found = []
    columns = st.columns([2, 2, 4, 2])
    for column, axis, at, most in zip(columns, ("latitude", "longitude"), middle, (90.0, 180.0), strict=False):
        with column:
            found.append(
                form.number(
                    axis.capitalize(),
                    f"new_{axis}_{form.start.district}",
                    lambda s, axis=axis, at=at: getattr(_opened(s)[0], axis) if _opened(s)[0].school else round(at, 4),
                    min_value=-most,
                    max_value=most,
                    step=0.01,
                    format="%.4f",
                )
            )
    with columns[2]:
        level = form.buttons("Level", "new_level", lambda s: _opened(s)[0].level, list(LEVELS))
    with columns[3]:
        seats = form.number("Its seats", "new_seats", lambda s: _opened(s)[1], min_value=0, max_value=20_000, step=50)
    return NewSchool(name, *found, level), seats


def _opened(scenario: Scenario) -> tuple[NewSchool, int]:
    """The first new school of a scenario and its seats, or one without a name."""
    first = next((host for host in scenario.hosts if host.new), None)
    return (first.new, first.seats) if first and first.new else (NewSchool("", 0.0, 0.0, "elementary"), 400)
