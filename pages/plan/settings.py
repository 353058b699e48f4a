"""What few plans change: every rule of a scenario beyond the three questions, grouped as people ask for them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.errors import InputError
from analysis.policy.scenario import (
    DRAWS,
    SOURCES,
    STAYS,
    UNFILLED,
    Pool,
    Scenario,
    SetAside,
    Supply,
)
from pages.plan.files import read_weights
from pages.plan.form import Form, fault_beside
from pages.words import fields

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
    form: Form,
    schools: pd.DataFrame,
    pools: dict[str, Pool],
    bases: dict[str, str],
    tabs: Sequence[DeltaGenerator],
) -> dict[str, Any]:
    """The scenario's fields beyond the three questions and the hosts.

    Args:
        form: where the controls take their values from.
        schools: the district's, columns ncessch and school.
        pools: what the three questions say of the ``ed`` and ``other`` pool.
        bases: the definitions of disadvantage that the data has counts on, with their words.
        tabs: where they go, those of ``TABS`` after the first.

    Raises:
        InputError: settings that do not go together; it is said beside them as well.
    """
    faults: list[str] = []
    asked: dict[str, Any] = {}
    groups = (_first, partial(_applying, bases), _outside, _leaving, _years)
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


_POOL_FIELDS = (
    *("accept", "per_seat", "mistaken", "leave", "leave_changed", "outside"),
    *("half_miles", "accept_half_miles"),
)
# Of which lottery's seats some are set aside.
EVERY_POOL = "every lottery"
OF_POOLS = {"ed": "disadvantaged", "other": "others", "open": "open to all"}


def _of_pools(form: Form, label: str, field: str, **more: Any) -> dict[str, Any]:
    """The same share of both groups, side by side."""
    found = {}
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            found[f"{name}.{field}"] = form.part(
                label.format(who), f"{field}_{name}", lambda s, name=name: getattr(getattr(s, name), field), **more
            )
    return found


def _miles_of_pools(form: Form, label: str, field: str, placeholder: str) -> dict[str, Any]:
    """Miles of either group, or None, side by side."""
    found = {}
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            found[f"{name}.{field}"] = form.number(
                label.format(who),
                f"{field}_{name}",
                lambda s, name=name: getattr(getattr(s, name), field),
                min_value=0.1,
                max_value=200.0,
                step=0.5,
                placeholder=placeholder,
            )
    return found


def _first(form: Form, schools: pd.DataFrame, pools: dict[str, Pool]) -> dict[str, Any]:
    stay = form.rule("Students of the host today", "stay", lambda s: s.stay, STAYS)
    st.caption("Seats offered first to some of the district's students, in this order:")
    options = dict(zip(schools["ncessch"], schools["school"] + " (" + schools["ncessch"] + ")", strict=True))
    one, two, three = st.columns(3)
    with one:
        siblings = _siblings(form, options)
    with two:
        share = form.part(fields.SET_ASIDES["proximity"], "nearby", lambda s: _aside(s, "proximity").share)
        miles = form.number(
            "Nearby is within, miles",
            "nearby_miles",
            lambda s: _aside(s, "proximity").miles,
            min_value=0.1,
            max_value=200.0,
            step=0.5,
        )
        near = SetAside("proximity", share or 0.0, miles, pool=_of_pool(form, "nearby", "proximity"))
    with three:
        share = form.part(fields.SET_ASIDES["feeder"], "feeders", lambda s: _aside(s, "feeder").share)
        named = _schools(form, "Feeder schools", "feeder", options)
        feeder = SetAside("feeder", share or 0.0, schools=named, pool=_of_pool(form, "feeders", "feeder"))
    asides = tuple(each for each in (siblings, near, feeder) if each.share)
    _check_asides(asides, pools)
    return {"stay": stay, "set_asides": asides}


def _siblings(form: Form, options: dict[str, str]) -> SetAside:
    share = form.part(fields.SET_ASIDES["sibling"], "siblings", lambda s: _aside(s, "sibling").share)
    rate = form.part(
        "Of applicants, % who are siblings",
        "sibling_rate",
        lambda s: _aside(s, "sibling").rate,
        help="No file tells who has a sibling at the host. In the first year they are taken to come from every school, "
        "or from those named here; later from the schools that students of the host came from.",
    )
    named = _schools(form, "Schools siblings attend, where known", "sibling", options)
    pool = _of_pool(form, "siblings", "sibling")
    return SetAside("sibling", share or 0.0, schools=named, pool=pool, rate=1.0 if rate is None else rate)


def _schools(form: Form, label: str, kind: str, options: dict[str, str]) -> tuple[str, ...]:
    key = f"{kind}_schools_{form.start.district}"
    return tuple(form.several(label, key, lambda s: list(_aside(s, kind).schools), options))


def _of_pool(form: Form, name: str, kind: str) -> str | None:
    """Which lottery's seats are set aside; None for every one's."""

    def shown(scenario: Scenario) -> str:
        return OF_POOLS.get(_aside(scenario, kind).pool or "", EVERY_POOL)

    chosen = form.buttons("Seats of", f"{name}_of", shown, [EVERY_POOL, *OF_POOLS.values()])
    return next((pool for pool, words in OF_POOLS.items() if words == chosen), None)


def _check_asides(asides: tuple[SetAside, ...], pools: dict[str, Pool]) -> None:
    for each in asides:
        if each.kind == "feeder" and not each.schools:
            raise InputError(
                "Seats are set aside for feeder schools, but none is named; name one or set the share to 0."
            )
    for name, pool in pools.items():
        taken = sum(each.share for each in asides if each.pool in (None, name)) + pool.outside
        if taken > 1 + 1e-9:
            raise InputError(
                f"The seats offered first and those offered outside take {taken:.0%} of a lottery's seats; lower them "
                "to at most 100% together."
            )


def _aside(scenario: Scenario, kind: str) -> SetAside:
    none = SetAside(kind, 0.0, rate=0.1 if kind == "sibling" else 1.0)
    return next((each for each in scenario.set_asides if each.kind == kind), none)


def _applying(
    bases: dict[str, str],
    form: Form,
    schools: pd.DataFrame,  # noqa: ARG001
    pools: dict[str, Pool],  # noqa: ARG001
) -> dict[str, Any]:
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
        asked |= _miles_of_pools(form, "The same of {} students alone", "half_miles", "as of all")
    else:
        asked |= {f"{name}.half_miles": None for name in GROUPS}
    if draw == "table":
        asked["weights"] = _weights(form)
    asked |= _of_pools(form, fields.ACCEPT, "accept")
    asked |= _miles_of_pools(
        form,
        "Miles over which the share of {} students who take it falls by half",
        "accept_half_miles",
        "the same anywhere",
    )
    for column, (name, who) in zip(st.columns(2), GROUPS.items(), strict=True):
        with column:
            asked[f"{name}.per_seat"] = form.number(
                f"Applicants among {who} students per seat, over all hosts",
                f"per_seat_{name}",
                lambda s, name=name: getattr(s, name).per_seat,
                min_value=0.01,
                step=0.1,
                placeholder="as question 3 says",
            )
    asked |= _of_pools(
        form,
        "Of {} students, % the lottery takes for the other group",
        "mistaken",
        help="As where it goes by census blocks or by what families disclose; with tiers, for any other tier.",
    )
    return asked | {"lottery_basis": _lottery_basis(form, bases)}


def _lottery_basis(form: Form, bases: dict[str, str]) -> str | None:
    """The definition of disadvantage that the lottery goes by; None for that of the figures."""
    words = {"": "that of the figures"} | bases

    def shown(scenario: Scenario) -> str:
        return scenario.lottery_basis if scenario.lottery_basis in bases else ""

    chosen = form.select(
        "Who is disadvantaged in the lottery",
        "lottery_basis",
        shown,
        words,
        help="Where the lottery counts by another definition than the figures, as many students as can be are taken to "
        "be disadvantaged by both: no file counts them together.",
    )
    return chosen or None


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
        fields.OUTSIDE_MILES,
        "miles",
        lambda s: int(s.outside_miles),
        min_value=1,
        max_value=200,
    )
    sources = form.several(fields.OUTSIDE_SCHOOLS, "sources", lambda s: list(s.sources), SOURCES)
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
    asked: dict[str, Any] = {"unfilled": unfilled, "second_date": ""}
    if unfilled == "second":
        asked |= _second_round(form)
    asked |= _of_pools(
        form,
        "Of displaced {} students, % who leave the district's schools",
        "leave",
        help="Nobody knows how many would: what several rates come to stands below the result.",
    )
    asked |= _of_pools(form, "Of {} students whose school changes, % who leave the district's schools", "leave_changed")
    points = form.part(
        "A school changes when its share of disadvantaged students does by more than, points",
        "change_points",
        lambda s: s.change_points,
    )
    return asked | {"change_points": points}


def _second_round(form: Form) -> dict[str, Any]:
    one, two = st.columns(2)
    with one:
        accept = form.part(
            "Of those still waiting, % who would still take a seat", "second_accept", lambda s: s.second_accept
        )
    with two:
        when = form.text("When the second round is held", "second_date", lambda s: s.second_date, max_chars=40)
    return {"second_accept": accept, "second_date": when}


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
