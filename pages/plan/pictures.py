"""The pictures of a plan, one at a time: schools, who moves, seats, years, districts, races."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.policy.outcome import ODDS, REPLICATES, Outcome
from data.schema import RACES, school_year
from pages.plan import cached
from pages.plan import charts as plan_charts
from pages.plan.compare import HELD
from pages.plan.moves import counted, show_moves
from pages.plan.so_far import SoFar
from pages.shared import atlas, charts, parts, store, tables
from pages.shared.view import View
from pages.words import change as change_words
from pages.words import numbers
from pages.words import plan as plan_words
from pages.words.escaped import in_chart, in_markdown
from pages.words.plan import FIGURES
from reports.plan import seats_in, with_grades

SENDERS_SHOWN = 25
PICTURES = ("Schools", "Who moves where", "Seats and odds", "Year by year", "Districts and state", "Races")
# The pixels of a table that waits for the lotteries.
TABLE_HEIGHT = 400


@st.fragment
def show_pictures(view: View, so_far: SoFar) -> None:
    """Each picture in a tab of its own; only the open one is drawn."""
    shows = (
        partial(_schools, view, so_far),
        partial(show_moves, view, so_far),
        partial(_seats, so_far.rows, so_far.outcome),
        partial(_years, so_far),
        partial(so_far.show_drawn, partial(_districts, view, so_far), TABLE_HEIGHT),
        partial(so_far.show_drawn, partial(_races, view, so_far), TABLE_HEIGHT),
    )
    tabs = st.tabs(PICTURES, key="picture", bind="query-params")
    for tab, show in zip(tabs, shows, strict=True):
        if tab.open:
            with tab:
                show()


def _schools(view: View, so_far: SoFar) -> None:
    """The dumbbell of every host and the schools that change most, and where they are."""
    touched = _touched(so_far)
    if touched.empty:
        st.info("No school changes.", icon=":material/info:")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Each school, before and after")
        with st.container(height=620, border=False):
            so_far.show(lambda: _dumbbell(so_far))
        st.caption(
            f"★ marks hosts, ▲ schools that send students and become poorer. Shown are the hosts and the "
            f"{SENDERS_SHOWN} schools that change most; the table below holds every school. "
            f"The bar is the 5–95% range of {REPLICATES} lottery draws."
        )
    with right:
        st.subheader("Where they are")
        _map(view, touched)


def _touched(so_far: SoFar) -> pd.DataFrame:
    """The hosts and the schools that students leave or join."""
    rows = so_far.rows
    return rows[rows["host"] | (rows["leave"] + rows["arrive"] > 0)]


def _dumbbell(so_far: SoFar) -> DeltaGenerator:
    """ED shares before and after."""
    touched = _touched(so_far)
    shown = touched.head(int(touched["host"].sum()) + SENDERS_SHOWN)
    mark = np.select([shown["host"], shown["poorer"]], ["★ ", "▲ "], "")
    return st.plotly_chart(
        plan_charts.dumbbell(
            pd.DataFrame(
                {
                    "label": mark + shown["school"],
                    "before": shown["before"],
                    "after": shown["after"],
                    "low": shown["share_after_low"],
                    "high": shown["share_after_high"],
                    "poorer": shown["poorer"],
                }
            )
        ),
        config=charts.config("before-after"),
        key=so_far.key("dumbbell"),
        alt="Each school's share of disadvantaged students before and after; the table holds the same numbers.",
    )


def _map(view: View, touched: pd.DataFrame) -> None:
    """Hosts and the schools students leave or join, coloured by the ED share afterwards."""
    atlas.school_map(
        view,
        touched.assign(
            students=touched["students_after"],
            colour=touched["after"],
            symbol=np.select([touched["host"], touched["poorer"]], ["star", "triangle-up"], "circle"),
            hover=[
                f"{in_chart(school)}<br>{numbers.percent(before)} → {numbers.percent(after)} ED<br>"
                f"{leave:,} leave, {arrive:,} arrive"
                for school, before, after, leave, arrive in touched[
                    ["school", "before", "after", "leave", "arrive"]
                ].itertuples(index=False)
            ],
        ),
        touched.loc[touched["host"], "leaid"].unique().tolist(),
        scale_title="share of disadvantaged students afterwards",
        middle=0.5,
        alt="Map of host schools, as stars, of schools that become poorer, as triangles, and of the other schools that "
        "students leave or join, as circles.",
    )
    if touched[["latitude", "longitude"]].notna().all(axis="columns").any():
        st.caption(
            "★ hosts, ▲ schools that send students and become poorer, ● other schools that students leave or join. "
            "The colour is the share of disadvantaged students afterwards: blue below 50%, amber above."
        )


def _chances(pools: pd.DataFrame, label: str) -> dict[str, str]:
    """Columns of chances: one, or those of the district and of outside where students from there applied."""
    if pools["odds_outside"].isna().all():
        return {"odds": label}
    return {"odds_inside": f"{label}, district", "odds_outside": f"{label}, outside"}


def _seats(rows: pd.DataFrame, outcome: Outcome) -> None:
    """Seats of each lottery: kept, drawn and empty, and why; the odds and the waitlists."""
    if outcome.pools.empty:
        st.info("No seats.", icon=":material/info:")
        return
    several = outcome.scenario.years > 1
    st.markdown(plan_words.seats(outcome.pools, outcome.scenario.year if several else None))
    names = rows.set_index("ncessch")["school"]
    to_draw = outcome.pools[["offered", "admitted"]].any(axis=1)
    pools = outcome.pools.assign(
        host=with_grades(outcome, outcome.pools["host"].map(names).fillna(outcome.pools["host"])),
        group=outcome.pools["group"].map(plan_words.pool),
        **{side: outcome.pools[side].map(numbers.percent).where(to_draw, "no seat to draw") for side in ODDS},
        drawn_in=[school_year(outcome.scenario.year + year) for year in outcome.pools["year"]],
    )
    labels = {
        "host": "Host",
        "group": "Lottery",
        "seats": HELD if several else "Seats",
        "kept": "Kept by present students",
        "outside": "Drawn from outside",
        "inside": "Drawn from inside",
        "second": f"Of these in the second round{f' ({when})' if (when := outcome.scenario.second_date) else ''}",
        "unfilled": "Empty",
        **({"drawn_in": "Last drawn for"} if several else {}),
        "offered": "Seats drawn then" if several else "Seats to draw",
        "applied": "Applicants then" if several else "Applicants",
        **({"admitted": "Admitted then"} if several else {}),
        **_chances(outcome.pools, "Chance of a seat then" if several else "Chance of a seat"),
        "waiting": "Waitlist then" if several else "Waitlist",
    }
    if outcome.scenario.unfilled != "second":
        labels.pop("second")
    tables.show(counted(pools[list(labels)]).rename(columns=labels).set_index("Host"))
    empty = pools[pools["unfilled"] > 0]
    for host, group, why in empty[["host", "group", "why"]].itertuples(index=False):
        st.caption(in_markdown(f"Why seats stay empty — {host}, {group.lower()}: {why}"))
    if seats_in(outcome.scenario):
        st.caption(
            "The seats are in single grades, and a policy that grows by a grade a year begins with them. No file "
            "counts disadvantaged students by grade, so those who enter or leave are of their school's own mix."
        )


def _years(so_far: SoFar) -> None:
    """Each figure at the end of each year with its range."""
    name = st.selectbox(
        "Figure",
        list(FIGURES),
        format_func=lambda each: FIGURES[each][0],
        key="figure",
        bind="query-params",
        width=340,
    )
    so_far.show(lambda: _fan(so_far, name))
    st.caption(plan_words.OWN_SCALE)
    if so_far.outcome.scenario.years == 1:
        st.caption("The lotteries are held once. More years stand under More settings, Over the years.")


def _fan(so_far: SoFar, name: str) -> DeltaGenerator:
    """One figure at the end of each year."""
    outcome, (label, percent) = so_far.outcome, FIGURES[name]
    rows = outcome.years[outcome.years["figure"] == name].sort_values("year")
    first = outcome.scenario.year
    rows = rows.assign(label=["today", *(f"{school_year(first + year)}" for year in rows["year"].iloc[1:])])
    told = "; ".join(
        f"{when} {plan_words.figure(value, percent=percent)}"
        for when, value in rows[["label", "value"]].itertuples(index=False)
    )
    return st.plotly_chart(
        plan_charts.fan(rows, label, plan_words.MIDDLE_DRAW if so_far.drawn else "as expected", percent=percent),
        config=charts.config("years"),
        key=so_far.key("fan"),
        alt=f"{label}: {told}",
    )


_LABELS = {"dissimilarity": "D", "variance_ratio": "V", "theil_h": "H", "exposure_shortfall": "Exposure shortfall"}
# What is called otherwise where it is told how sure parts are, and its columns there.
_PARTS = {("dissimilarity", "within"): "added_within"}
_ENDS = ("corrected", "low", "high")


def _districts(view: View, so_far: SoFar) -> None:
    """Between and within districts, the state, and every district that sends or receives."""
    outcome = so_far.outcome
    st.markdown(
        plan_words.state_change(outcome, view.place) + " As expected; the state's figures have no range by lottery."
    )
    found = cached.between_within(view, outcome.scenario)
    state = found[found["place"] == "state"]
    sure = cached.parts_today(view, outcome.scenario)
    today = [
        numbers.with_corrected(before, *(sure[measure, _PARTS.get((measure, part), part), end] for end in _ENDS), 4)
        for measure, part, before in state[["measure", "part", "before"]].itertuples(index=False)
    ]
    tables.show(
        pd.DataFrame(
            {
                "Of the state's separation": [
                    f"{_LABELS[measure]} {part} districts"
                    if (measure, part) not in _PARTS
                    else "D that sorting within districts adds"
                    for measure, part in state[["measure", "part"]].itertuples(index=False)
                ],
                "Today, by intake": today,
                "After": state["after"].map(partial(numbers.number, decimals=4)),
                "Change": (state["after"] - state["before"]).map(change_words.signed_part),
            }
        ).set_index("Of the state's separation")
    )
    _show_sending_districts(view, outcome)


def _show_sending_districts(view: View, outcome: Outcome) -> None:
    """Every district that sends or receives students."""
    rows = cached.districts(view, outcome.scenario)
    if rows.empty:
        st.caption("No student crosses a district's line.")
        return
    names = store.district_names(view)
    share = {when: rows[f"ed_{when}"] / rows[f"students_{when}"] for when in ("before", "after")}
    table = rows.assign(district=rows["leaid"].map(names).fillna(rows["leaid"]), **share)
    labels = {
        "district": "District",
        "sent": "Students it sends",
        "received": "Students it receives",
        "students_before": "Students today",
        "students_after": "Students after",
        "before": "ED share today",
        "after": "ED share after",
    }
    st.caption("Of other districts, the schools that send students or that hosts' students go to are counted.")
    follows = cached.money(view, outcome.scenario)
    if not follows.empty:
        table = table.merge(follows[["leaid", "revenue", "net"]].round(), on="leaid", how="left")
        labels |= {"revenue": "Revenue per student, dollars", "net": "Money that follows students, dollars a year"}
        st.caption(
            "Money: if each student brings along what the district left has per student. What a state pays for "
            "students who change districts or come from outside public schools is its law, and may differ."
        )
    whole = [name for name in ("revenue", "net") if name in labels]
    parts.sortable(
        table[list(labels)],
        labels,
        key="sending_districts",
        percent=["before", "after"],
        decimals=dict.fromkeys(whole, 0),
    )


def _races(view: View, so_far: SoFar) -> None:
    """Students of each race in the hosts and in the other schools that change, before and after."""
    outcome = so_far.outcome
    rows = cached.races(view, outcome.scenario)
    if not rows["race"].isin(list(RACES)).any():
        st.info(f"{view.place} has no counts by race.", icon=":material/info:")
        return
    host = rows["ncessch"].isin(outcome.scenario.host_ids)
    columns = {}
    for side, which in {"hosts": host, "other schools of the outcome": ~host}.items():
        if which.any():
            sums = rows[which].groupby("race", sort=False)[["before", "after"]].sum()
            shares = sums / sums.sum().where(sums.sum() > 0)
            for when, word in (("before", "today"), ("after", "after")):
                columns[f"In {side}, {word}"] = [f"{share:.1%}" if share >= 0 else "–" for share in shares[when]]
    table = pd.DataFrame(columns, index=rows["race"].unique())
    table.index = [RACES.get(race, "not known") for race in table.index]
    tables.show(table.rename_axis("Students"))
    st.caption(
        "Race is an outcome here, never part of a lottery. Whoever moves is taken to be of the races of the school "
        "left, in proportion: no file counts races by disadvantage."
    )
