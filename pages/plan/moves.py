"""Who moves where under a plan: on a map, by host, and how far."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.policy.moves import at_hosts
from analysis.policy.outcome import Outcome
from pages.plan.so_far import SoFar
from pages.shared import atlas, charts, links, maps, tables
from pages.shared.view import View
from pages.words import plan as plan_words
from pages.words.escaped import in_chart

# More lines than these cannot be told apart on a map.
LINES_SHOWN = 60
ARRIVE, LEAVE = "arrive at the hosts", "leave the hosts"
EVERY_HOST = ""


def show_moves(view: View, so_far: SoFar) -> None:
    """Lines between schools, and the same by host."""
    rows, outcome = so_far.rows, so_far.outcome
    if outcome.flows.empty:
        st.info("Nobody moves.", icon=":material/info:")
        return
    hosts = _by_host(rows, outcome)
    way, at = _chosen_moves(rows[rows["host"]])
    here, there = ("to_school", "from_school") if way == ARRIVE else ("from_school", "to_school")
    toward = outcome.flows[here].isin(at)
    if toward.any():
        names = dict(zip(rows["ncessch"], rows["school"], strict=True))
        st.markdown(plan_words.other_end(outcome.flows[toward], there, names))
        _flow_map(view, rows, outcome.flows[toward], plan_words.who_moves(hosts))
    else:
        st.info("Nobody.", icon=":material/info:")
    labels = {
        "host": "Host",
        "arrive_ed": "Disadvantaged who arrive",
        "arrive_other": "Others who arrive",
        "from_schools": "From schools",
        "leave_ed": "Disadvantaged who leave",
        "leave_other": "Others who leave",
        "to_schools": "To schools",
    }
    tables.show(counted(hosts).rename(columns=labels).set_index("Host"))
    if outcome.travel["miles"].notna().any():
        so_far.show(lambda: _travel(so_far.outcome.travel))


def _chosen_moves(hosts: pd.DataFrame) -> tuple[str, set[str]]:
    """The controls that say which way students go, and at which hosts."""
    labels = {EVERY_HOST: "all hosts"} | {row.ncessch: f"{row.school} ({row.ncessch})" for row in hosts.itertuples()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Students who", [ARRIVE, LEAVE], default=ARRIVE, required=True, key="way", bind="query-params"
        )
        host = links.chosen(st.selectbox, "At", "at_host", labels, "host", width=340)
    return str(way), set(hosts["ncessch"]) if host == EVERY_HOST else {host}


def _by_host(rows: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """Students who arrive at and leave each host by group, and how many schools they come from and go to."""
    names = rows[rows["host"]].set_index("ncessch")["school"]
    found = at_hosts(outcome.flows, names.index.tolist())
    return found.assign(host=found["host"].map(names))


def _flow_map(view: View, rows: pd.DataFrame, moves: pd.DataFrame, said: str) -> None:
    """The largest moves as lines on the map."""
    points = rows.set_index("ncessch")[["latitude", "longitude"]].astype(float)
    placed = moves.groupby(["from_school", "to_school", "group"], as_index=False)["students"].sum()
    for end in ("from", "to"):
        placed = placed.join(points.add_prefix(f"{end}_"), on=f"{end}_school")
    known = placed.dropna(subset=["from_latitude", "to_latitude", "from_longitude", "to_longitude"])
    if known.empty:
        st.info("The data has no coordinates for these schools, so there is no map.", icon=":material/map:")
        return
    shown = largest(known)
    at = rows[rows["ncessch"].isin({*shown["from_school"], *shown["to_school"]})].dropna(subset=["latitude"])
    outlines = atlas.outlines_of(view)
    around = outlines.near(at["longitude"], at["latitude"]) if outlines else []
    own = rows.loc[rows["host"], "leaid"].unique().tolist()
    hover = [
        f"{in_chart(school)}<br>{leave:,} leave, {arrive:,} arrive"
        for school, leave, arrive in at[["school", "leave", "arrive"]].itertuples(index=False)
    ]
    st.plotly_chart(
        maps.flows(
            shown,
            at.assign(hover=hover),
            outlines.link if outlines else None,
            [leaid for leaid in around if leaid in own],
            [leaid for leaid in around if leaid not in own],
        ),
        config=charts.config("who-moves-where") | {"scrollZoom": True},
        key="flow_map",
        alt=f"Map of who moves where. {said}.",
    )
    st.caption(plan_words.flows(shown, known, int(moves["students"].sum())))


def largest(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of most students, those of equally many together; all where none has more than another."""
    if len(lines) <= LINES_SHOWN:
        return lines
    edge = lines["students"].nlargest(LINES_SHOWN + 1).min()
    return more if len(more := lines[lines["students"] > edge]) else lines


def _travel(travel: pd.DataFrame) -> DeltaGenerator:
    """How far those who move go, by group."""
    travel = travel[travel["students"] > 0]
    return tables.show(
        pd.DataFrame(
            {
                "Students who move": travel["group"].map({"ed": "Disadvantaged", "other": "Others"}),
                "Number": travel["students"].map("{:,}".format),
                "Miles from school to school": [
                    plan_words.miles(*row) for row in travel[["miles", "low", "high"]].itertuples(index=False)
                ],
                "Distance not known": travel["unknown"].map("{:,}".format),
            }
        ).set_index("Students who move")
    )


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its counts as people write them."""
    return table.assign(
        **{name: table[name].map("{:,}".format) for name in table if pd.api.types.is_integer_dtype(table[name].dtype)}
    )
