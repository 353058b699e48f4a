"""Small districts as schools tables, and random ones with random scenarios."""

from dataclasses import replace
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from analysis.policy.assign import Assignment, years
from analysis.policy.draw import Draw
from analysis.policy.ground import Ground
from analysis.policy.scenario import (
    APPLICANTS,
    DRAWS,
    RESERVES,
    STAYS,
    UNFILLED,
    Host,
    NewSchool,
    Pool,
    Scenario,
    SetAside,
    Supply,
)
from data.schema import LEVELS, typed

HOME, ELSEWHERE = "4800001", "4800002"
YEAR = 2018
EVERYONE = Pool(willing=1.0)
Row = dict[str, object]


def school(ncessch: str, ed: int | None, other: int, **columns: object) -> Row:
    """A row of an elementary school of the home district, unless said otherwise."""
    row: Row = {
        "ncessch": ncessch,
        "year": YEAR,
        "leaid": HOME,
        "level": "elementary",
        "ed": ed,
        "students": (ed or 0) + other,
    }
    return row | columns


def table(*rows: Row) -> pd.DataFrame:
    return typed(pd.DataFrame(list(rows)))


def scenario(seats: dict[str, int], /, **fields: object) -> Scenario:
    """A scenario in which everyone is willing, unless said otherwise."""
    plain = Scenario(
        "test", HOME, YEAR, tuple(Host(name, number) for name, number in seats.items()), ed=EVERYONE, other=EVERYONE
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def last_year(place: Ground, policy: Scenario, draw: Draw, replicates: int) -> Assignment:
    """Where a policy stands at the end of its last year."""
    *_, last = years(place, policy, draw, replicates)
    return last


# --- Random ones

# Weighted towards cases in which somebody moves: those near zero are easily found anyhow.
SHARES = st.sampled_from([0.0, 0.01, 0.2, 0.25, 0.5, 0.5, 0.8, 1.0, 1.0])
HEADS = st.one_of(st.integers(10, 40), st.integers(0, 40), st.integers(0, 3))
SEATS = st.one_of(st.integers(8, 60), st.integers(0, 60))
RARELY = st.sampled_from([False, False, False, True])
LATER = st.lists(st.integers(0, 30), max_size=2).map(tuple)
ENTRY = st.sampled_from([None, None, "KG", "04"])
NEW_SCHOOL = NewSchool("New School", 30.1, -97.0, "elementary")
USUALLY_ZERO = st.sampled_from([0.0, 0.0, 0.3])
MORE_OF_A_POOL = {
    "leave_changed": USUALLY_ZERO,
    "half_miles": st.sampled_from([None, 2.0]),
    "accept_half_miles": st.sampled_from([None, None, 8.0]),
    "accept": st.sampled_from([1.0, 1.0, 0.6]),
    "per_seat": st.sampled_from([None, None, 1.5]),
    "mistaken": USUALLY_ZERO,
    "leave": USUALLY_ZERO,
}
POINTS = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"latitude": st.integers(300, 303).map(lambda tenths: tenths / 10), "longitude": st.just(-97.0)}
    ),
)
PLACES = st.fixed_dictionaries(
    {
        "level": st.sampled_from([*LEVELS, "elementary", "elementary", "combined", None]),
        "county": st.sampled_from(["Travis", "Travis", "Hays", None]),
    }
)


@st.composite
def rows(draw: st.DrawFn, names: str, leaid: str, low: int, high: int) -> list[Row]:
    number = draw(st.integers(low, high))
    return [
        school(f"{names}{i}", draw(HEADS), draw(HEADS), leaid=leaid, **draw(PLACES), **draw(POINTS))
        for i in range(number)
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[pd.DataFrame, Scenario]:
    """A district, its neighbours and a policy. Every host has company in schools that are never hosts.

    A combined one shares grades with all, and where the policy is of one level, its hosts need one of that level.
    """
    own = draw(st.one_of(rows("own", HOME, 3, 5), rows("own", HOME, 1, 3)))
    level = draw(st.sampled_from([None, "elementary", "combined"]))
    company = [school("company", draw(HEADS), draw(HEADS), level="combined", **draw(POINTS))]
    if level == "elementary":
        company.append(school("alike", draw(HEADS), draw(HEADS), **draw(POINTS)))
    unknown = draw(st.lists(st.just(school("unknown", None, 7)), max_size=1))
    others = draw(st.one_of(rows("out", ELSEWHERE, 2, 3), rows("out", ELSEWHERE, 0, 3)))
    names = [str(row["ncessch"]) for row in own]
    hosts = draw(
        st.lists(st.sampled_from(names), unique=True, min_size=draw(st.integers(0, min(2, len(own)))), max_size=3)
    )
    some = st.lists(st.sampled_from([*names, "company"]), unique=True).map(tuple)
    senders = st.one_of(st.just(()), st.just(()), some)
    pools = st.builds(Pool, willing=SHARES, outside=SHARES, senders=senders, **MORE_OF_A_POOL)
    supply = st.one_of(st.none(), st.builds(Supply, students=HEADS, ed_share=SHARES))
    asides = st.builds(
        SetAside,
        st.sampled_from(["sibling", "proximity"]),
        st.just(0.2),
        st.sampled_from([1.0, 20.0]),
        pool=st.sampled_from([None, "open"]),
        rate=st.sampled_from([1.0, 0.4]),
    )
    years = draw(st.sampled_from([1, 1, 2, 4]))
    entries = [entry for name in hosts for entry in draw(entries_of(name, years))]
    new = draw(entries_of("new", years, NEW_SCHOOL)) if draw(RARELY) else []
    policy = scenario(
        {},
        hosts=(*entries, *new),
        ed_share=draw(SHARES),
        ed=replace(pool := draw(pools), outside=min(pool.outside, 0.8)),
        other=replace(pool := draw(pools), outside=min(pool.outside, 0.8)),
        draw=draw(st.sampled_from([name for name in DRAWS if name != "table"])),
        unfilled=draw(st.sampled_from(list(UNFILLED))),
        outside_miles=draw(st.sampled_from([1.0, 10.0, 100.0])),
        level=level,
        reserve=draw(st.sampled_from(["share", *RESERVES])),
        tiers=draw(st.sampled_from([(0.175,) * 4, (0.5, 0.5), (1.0,)])),
        stay=draw(st.sampled_from(["first", *STAYS])),
        private=draw(supply),
        home=draw(supply),
        set_asides=draw(st.lists(asides, max_size=1).map(tuple)),
        years=years,
        attrition=draw(USUALLY_ZERO),
        backfill=draw(st.booleans()),
        applicants=draw(st.sampled_from(list(APPLICANTS))),
        lottery_basis=draw(st.sampled_from([None, None, "direct"])),
        change_points=draw(st.sampled_from([0.02, 0.1])),
        second_accept=draw(st.sampled_from([1.0, 0.5])),
    )
    schools = table(*own, *company, *unknown, *others)
    lottery = [draw(st.integers(0, students)) for students in schools["students"]]
    return schools.assign(lottery_ed=pd.array(lottery, dtype="Int64")), policy


@st.composite
def entries_of(draw: st.DrawFn, name: str, years: int, new: NewSchool | None = None) -> list[Host]:
    """A host's entry, or one for each of two grades."""
    more: dict[str, Any] = {"magnet": draw(RARELY), "new": new}
    starts = st.integers(1, years)
    if not draw(RARELY):
        grade = draw(ENTRY)
        later = draw(LATER) if grade else ()
        return [Host(name, draw(SEATS), grade, start=draw(starts), later=later, **more)]
    return [Host(name, draw(SEATS), grade, start=draw(starts), later=draw(LATER), **more) for grade in ("KG", "02")]
