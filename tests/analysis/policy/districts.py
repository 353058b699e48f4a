"""Small districts as schools tables, and random ones with random scenarios."""

from dataclasses import replace

import pandas as pd
from hypothesis import strategies as st

from analysis.policy.scenario import DRAWS, UNFILLED, Host, Pool, Scenario
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


def scenario(hosts: dict[str, int], **fields: object) -> Scenario:
    """A scenario in which everyone is willing, unless said otherwise."""
    plain = Scenario(
        "test", HOME, YEAR, tuple(Host(name, seats) for name, seats in hosts.items()), ed=EVERYONE, other=EVERYONE
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


# --- Random ones

# Weighted towards cases in which somebody moves: those near zero are easily found anyhow.
SHARES = st.sampled_from([0.0, 0.01, 0.2, 0.25, 0.5, 0.5, 0.8, 1.0, 1.0])
HEADS = st.one_of(st.integers(10, 40), st.integers(0, 40), st.integers(0, 3))
SEATS = st.one_of(st.integers(8, 60), st.integers(0, 60))
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
    """A district, its neighbours and a policy. One combined school is never a host, so that every host has company."""
    own = draw(st.one_of(rows("own", HOME, 3, 5), rows("own", HOME, 1, 3)))
    company = school("company", draw(HEADS), draw(HEADS), level="combined", **draw(POINTS))
    unknown = draw(st.lists(st.just(school("unknown", None, 7)), max_size=1))
    others = draw(st.one_of(rows("out", ELSEWHERE, 2, 3), rows("out", ELSEWHERE, 0, 3)))
    names = [str(row["ncessch"]) for row in own]
    hosts = draw(
        st.lists(st.sampled_from(names), unique=True, min_size=draw(st.integers(0, min(2, len(own)))), max_size=3)
    )
    some = st.lists(st.sampled_from([*names, "company"]), unique=True).map(tuple)
    senders = st.one_of(st.just(()), st.just(()), some)
    pools = st.builds(Pool, willing=SHARES, outside=SHARES, senders=senders)
    policy = scenario(
        {name: draw(SEATS) for name in hosts},
        ed_share=draw(SHARES),
        ed=draw(pools),
        other=draw(pools),
        draw=draw(st.sampled_from(list(DRAWS))),
        unfilled=draw(st.sampled_from(list(UNFILLED))),
        outside_miles=draw(st.sampled_from([1.0, 10.0, 100.0])),
        level=draw(st.sampled_from([None, "elementary", "combined"])),
    )
    return table(*own, company, *unknown, *others), policy
