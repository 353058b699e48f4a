"""The builder of a plan: a preset, three questions, and everything else; what they say stands in the link."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import cache, partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.errors import InputError
from analysis.measured import shares
from analysis.policy.presets import PRESETS, SEATS_IN, hosts_in
from analysis.policy.scenario import MOST_YEARS, TURNOUT, Host, Pool, Scenario
from data.schema import ED_BASES, grade_words
from pages.plan import cached
from pages.plan.form import Form, fault_beside, percentages
from pages.plan.new_schools import new_schools
from pages.plan.session import carried, told
from pages.plan.settings import TABS, settings
from pages.shared import counted, links, store
from pages.shared.view import View
from pages.words import fields, numbers
from pages.words.escaped import in_markdown

# The hosts by where their seats are, one of ``SEATS_IN``.
Places = Callable[[str], tuple[Host, ...]]
BY_GROUP = "by group"
# Hosts that are named, and whose seats can be set one by one; of more, a file says them.
MOST_LISTED = 12


def asked_scenario(view: View, district: str) -> tuple[str, Scenario]:
    """The preset, and the scenario that the controls describe, starting from it.

    It can be downloaded, so it starts from what may be told.

    Raises:
        InputError: settings that do not go together, or a district that no preset can start from.
    """
    everyone = store.schools_of_all_levels(view.exported)
    asked = told()
    if asked:
        st.session_state["preset"] = asked[0]
    labels = {name: each.label for name, each in PRESETS.items()}
    preset = links.chosen(
        st.segmented_control, "Start from", "preset", labels, "preset", default="dallas", required=True
    )
    st.caption(PRESETS[preset].basis)
    start = cached.start(view.exported, preset, district)
    form = Form(replace(start, **asdict(view.rules)), preset, asked[1] if asked else None)
    scenario = _controls(form, view, everyone[everyone["leaid"] == district].dropna(subset=["ed"]))
    return preset, carried(scenario, preset, form.told)


def _controls(form: Form, view: View, schools: pd.DataFrame) -> Scenario:
    faults: list[str] = []
    reserve: dict[str, object] = {}
    grades = store.grades(view)
    one, two, three = st.columns([4, 3, 3], gap="medium")
    with one:
        chosen = _which_schools(form, schools)
        places = cache(partial(hosts_in, chosen, grades=grades))  # by where the seats are, as ``SEATS_IN`` names it
        filled = form.percent("Seats, of each host's places", "", lambda s: _filled(s, places), step=5, key="seats")
    with two, fault_beside(faults):
        reserve, outside = _for_whom(form)
    with three:
        pools = _who_comes(form)
    pools = {name: replace(pool, outside=0.0 if faults else outside) for name, pool in pools.items()}
    with st.expander("More settings", icon=":material/settings:"):
        hosts, more = _more(form, view, schools, chosen, lambda seats_in: _part(places(seats_in), filled), pools)
    links.tell_settings(*form.drawn)
    if faults:
        raise InputError(faults[0])
    return replace(form.start, hosts=hosts, **reserve, **more)


def _part(hosts: tuple[Host, ...], share: float) -> tuple[Host, ...]:
    """Hosts with a share of their seats."""
    return tuple(replace(host, seats=round(host.seats * share)) for host in hosts)


def _filled(scenario: Scenario, places: Places) -> float:
    """The share of the hosts' places that a scenario's seats are: the same of all, or else all of them."""
    given = {(host.ncessch, host.grade): host.seats for host in scenario.hosts}
    there = {(host.ncessch, host.grade): host.seats for host in places(_seats_in(scenario))}
    pairs = [(seats, there[school]) for school, seats in given.items() if school in there]
    steps = (percent / 100 for percent in range(100, -1, -5))
    return next((each for each in steps if all(seats == round(of * each) for seats, of in pairs)), 1.0)


def _seats_in(scenario: Scenario) -> str:
    """Where a scenario's seats are, of ``SEATS_IN``."""
    if any(host.later for host in scenario.hosts):
        return "first"
    return "entry" if any(host.grade for host in scenario.hosts) else "every"


def _which_schools(form: Form, schools: pd.DataFrame) -> pd.DataFrame:
    """The hosts picked."""
    ranked = schools.iloc[(-shares(schools, "ed", None).fillna(0)).argsort(kind="stable")].set_index("ncessch")
    labels = {ncessch: f"{school} ({ncessch})" for ncessch, school in ranked["school"].items()}
    picked = form.several(
        "1 · Which schools?",
        f"hosts_{form.start.district}_{form.preset}",
        lambda s: list(s.host_ids),
        labels,
        placeholder="Pick host schools",
        help="Type to search. The schools with the highest share of disadvantaged students come first.",
    )
    if len(picked) > 1:  # the box shows the first alone
        names = f": {numbers.listed(ranked.loc[picked, 'school'].tolist())}" if len(picked) <= MOST_LISTED else ""
        st.caption(in_markdown(f"{len(picked)} hosts{names}."))
    return ranked.loc[picked].reset_index()


def _for_whom(form: Form) -> tuple[dict[str, object], float]:
    """How the seats are divided, and the share of them offered outside first."""
    rule = form.select(
        fields.FOR_WHOM,
        "reserve",
        lambda s: s.reserve,
        fields.DIVIDED,
        help="A fixed share for each group: the slider says how many seats are for disadvantaged students. The "
        "district's share: the hosts mirror the district. A band around it: what lies between the least for either "
        "side is open to all. Tiers: a quota for each tier of sending schools, the poorest first; what is left is open "
        "to all.",
    )
    asked: dict[str, object] = {"reserve": rule, "tiers": ()}
    outside = form.percent(
        fields.OUTSIDE,
        "outside",
        lambda s: s.other.outside,
        step=5,
        key=f"outside_{form.preset}",
    )
    if rule == "share":
        own = f"_{form.start.district}" if form.preset == "district-share" else ""
        key = f"ed_share_{form.preset}{own}"
        asked["ed_share"] = form.percent(fields.SEATS_FOR_ED, "", lambda s: s.ed_share, key=key)
    elif rule == "band":
        asked["band"] = form.part("Points above or below the district's share", "band", lambda s: s.band)
    elif rule == "tiers":
        asked["tiers"] = _tiers(form)
    return asked, outside


def _tiers(form: Form) -> tuple[float, ...]:
    """The quota of each tier from a line of percentages."""
    words = form.text(
        "Seats of each tier, the poorest first, %",
        "tiers",
        lambda s: ", ".join(f"{100 * tier:.4g}" for tier in s.tiers),
        placeholder="17.5, 17.5, 17.5, 17.5",
    )
    if not words:
        raise InputError("The tiers have no seats yet; write them like 25, 25, 25, 25.")
    if words == ", ".join(f"{100 * tier:.4g}" for tier in form.start.tiers):
        return form.start.tiers
    tiers = tuple(percentages(words))
    if not tiers:
        raise InputError(f'The tiers "{words}" are no percentages; write them like 25, 25, 25, 25.')
    if not 0 < sum(tiers) <= 1 + 1e-9 or min(tiers) <= 0:
        raise InputError(
            f"The tiers add up to {100 * sum(tiers):g}%; give each its part, above 0 and at most 100% together."
        )
    return tiers


def _who_comes(form: Form) -> dict[str, Pool]:
    """The pool of each group by who applies."""
    turnout = form.buttons(
        fields.WHO_COMES,
        "turnout",
        _turnout,
        [*TURNOUT, BY_GROUP],
        help="The share of each sending school's students who apply. An assumption; try all three, or set it for each "
        "group.",
    )
    if turnout != BY_GROUP:
        levels = ", ".join(f"{name} {share:.0%}" for name, share in TURNOUT.items())
        st.caption(f"Share of each school's students who apply: {levels}.")
    pools = {}
    for name, who in (("ed", "Disadvantaged"), ("other", "Other")):
        if turnout == BY_GROUP:
            willing = form.percent(
                f"{who} students who apply", f"willing_{name}", lambda s, n=name: getattr(s, n).willing
            )
        else:
            willing = TURNOUT[turnout]
        pools[name] = Pool(willing=willing)
    return pools


def _turnout(scenario: Scenario) -> str:
    willing = (scenario.ed.willing, scenario.other.willing)
    return next((name for name, share in TURNOUT.items() if willing == (share, share)), BY_GROUP)


def _more(
    form: Form, view: View, schools: pd.DataFrame, chosen: pd.DataFrame, places: Places, pools: dict[str, Pool]
) -> tuple[tuple[Host, ...], dict[str, object]]:
    """The hosts with their seats, and all further settings."""
    of_schools, *others = st.tabs(TABS)
    with of_schools:
        hosts = _seated(form, view, schools, chosen, places)
    bases = counted.bases(view.dataset.name, view.dataset.input_hash, view.year)
    known = {basis: ED_BASES[basis] for basis in bases if basis != view.basis}
    return hosts, settings(form, schools, pools, known, others)


def _seated(form: Form, view: View, schools: pd.DataFrame, chosen: pd.DataFrame, places: Places) -> tuple[Host, ...]:
    """The hosts with their seats, and a new school among them."""
    seats_in = "every"
    if not store.grades(view).empty:
        words = {said: name for name, said in SEATS_IN.items()}
        chosen_words = form.buttons(
            "Seats in",
            "seats_in",
            lambda s: SEATS_IN[_seats_in(s)],
            list(words),
            help="Every grade: the policy in full. Entry grade: since lotteries begin in the grade students enter a "
            "school in, the lowest above prekindergarten, and grow by a grade a year. K–2: in the first year in "
            "kindergarten to grade 2, then in kindergarten alone, as in Dallas; schools that begin later have their "
            "entry grade.",
        )
        seats_in = words[chosen_words]
    hosts = _one_by_one(form, chosen, places(seats_in))
    return (*hosts, *new_schools(form, view, schools, in_entry=seats_in != "every"))


def _one_by_one(form: Form, chosen: pd.DataFrame, hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """The hosts with what is said of each alone."""
    if chosen.empty:
        return hosts
    labels = dict(zip(chosen["ncessch"], chosen["school"], strict=True))
    key = f"magnets_{form.start.district}"
    magnets = form.several(
        "Magnets: hosts whose present students all stay, with seats beside them",
        key,
        lambda s: list(dict.fromkeys(host.ncessch for host in s.hosts if host.magnet)),
        labels,
    )
    hosts = tuple(replace(host, magnet=host.ncessch in magnets) for host in hosts)
    if len(labels) > MOST_LISTED:
        st.caption(f"The seats of up to {MOST_LISTED} hosts can be set one by one; these are {len(labels)}.")
        return hosts
    found: list[Host] = []
    for row in chosen.itertuples():
        found += _of_one(
            form, in_markdown(str(row.school)), row.capacity, [host for host in hosts if host.ncessch == row.ncessch]
        )
    return tuple(found)


def _of_one(form: Form, name: str, holds: object, entries: list[Host]) -> list[Host]:
    """The entries of one host with its own seats in each of its grades, its capacity and its first year."""
    cells = _cells()
    seats = [_seats_of(form, name, entry, next(cells), alone=len(entries) == 1) for entry in entries]
    school = entries[0].ncessch
    with next(cells):
        capacity = form.number(
            f"Students {name} holds",
            f"capacity_{school}",
            lambda s: _own(s, school).capacity,
            min_value=1,
            max_value=1_000_000,
            placeholder="not known" if pd.isna(holds) else f"{holds:,}",
        )
    with next(cells):
        start = form.number(
            f"First year of lotteries at {name}",
            f"start_{school}",
            lambda s: _own(s, school).start,
            min_value=1,
            max_value=MOST_YEARS,
        )
    return [
        replace(entry, capacity=capacity, start=start, seats=number)
        for entry, number in zip(entries, seats, strict=True)
    ]


def _cells() -> Iterator[DeltaGenerator]:
    """Places for controls side by side, three in a row."""
    while True:
        yield from st.columns(3)


def _seats_of(form: Form, name: str, entry: Host, cell: DeltaGenerator, *, alone: bool) -> int:
    """The seats of a host, in one grade where it is not the only one with seats; the usual unless it says others."""
    where = "" if alone or entry.grade is None else f", {grade_words(entry.grade)}"
    with cell:
        seats: int | None = form.number(
            f"Seats of {name}{where}",
            f"seats_{entry.ncessch}" + ("" if alone else f"_{entry.grade}"),
            lambda s: _own_seats(s, form.start, entry, alone=alone),
            min_value=0,
            max_value=20_000,
            placeholder=f"{entry.seats:,}",
        )
    return entry.seats if seats is None else seats


def _own(scenario: Scenario, school: str) -> Host:
    """What a scenario says of a host, or of one it does not have."""
    return next((host for host in scenario.hosts if host.ncessch == school), Host(school, 0))


def _own_seats(scenario: Scenario, start: Scenario, usual: Host, *, alone: bool) -> int | None:
    """The seats a scenario gives a host's entry, or None where they are the usual; a preset's always are."""
    if scenario is start:
        return None
    entries = (
        host for host in scenario.hosts if host.ncessch == usual.ncessch and (alone or host.grade == usual.grade)
    )
    given = next(entries, usual).seats
    return None if given == usual.seats else given
