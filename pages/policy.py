"""What 50/50 assignment would do to each school of a district, the sending schools included."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from analysis.change import change
from analysis.errors import InputError
from analysis.indices import INDICES
from analysis.policy.outcome import Outcome
from analysis.policy.scenario import Scenario
from data.cep import cep_signs
from pages.shared import atlas, charts, parts, policy_charts, store, words, words_of_change
from pages.shared.controls import asked_scenario, chosen_district
from pages.shared.view import View, current_view

SENDERS_SHOWN = 25


def outcome_of(view: View, scenario: Scenario) -> Outcome:
    """The outcome of a scenario on the view's schools."""
    return store.outcome(view, scenario)


def school_rows(outcome: Outcome, view: View) -> pd.DataFrame:
    """The outcome's schools with names, places and ED shares, hosts first, then by how much they change."""
    columns = ["ncessch", "school", "district", "latitude", "longitude"]
    rows = outcome.schools.merge(store.schools_of_all_levels(view)[columns], on="ncessch", how="left")
    rows["school"] = rows["school"].fillna(rows["ncessch"])
    for when in ("before", "after"):
        rows[when] = rows[f"ed_{when}"] / rows[f"students_{when}"].where(rows[f"students_{when}"] > 0)
    rows["change"] = rows["after"] - rows["before"]
    moves = outcome.flows.groupby("from_school")["students"].sum()
    rows["leave"] = rows["ncessch"].map(moves).fillna(0).astype(int)
    rows["arrive"] = rows["ncessch"].map(outcome.flows.groupby("to_school")["students"].sum()).fillna(0).astype(int)
    order = rows.assign(size=rows["change"].abs()).sort_values(["host", "size"], ascending=False).index
    return rows.loc[order].reset_index(drop=True)


def show_cep_like_hosts(outcome: Outcome, view: View) -> None:
    """Which hosts count every student as disadvantaged, if any."""
    schools = store.schools_of_all_levels(view)
    hosts = schools[schools["ncessch"].isin([host.ncessch for host in outcome.scenario.hosts])]
    flagged = hosts[cep_signs(hosts).notna()]
    if len(flagged):
        st.warning(words.cep_like_hosts(flagged["school"].fillna(flagged["ncessch"]).tolist()), icon=":material/flag:")


def show_indices(outcome: Outcome) -> None:
    """Index cards: before, after, range and direction, together, whichever way they move."""
    cards = {
        "dissimilarity": "Dissimilarity (D)",
        "variance_ratio": "Variance ratio (V)",
        "exposure": "Exposure of ED to other students",
        "balanced": "Share of students in 40–60 % ED schools",
    }
    for column, (name, label) in zip(st.columns(len(cards)), cards.items(), strict=True):
        change = outcome.district[name]
        share = name == "balanced"
        show = words.percent if share else partial(words.number, decimals=3)
        with column.container(border=True):
            st.metric(
                label,
                f"{show(change.before)} → {show(change.after)}",
                words.signed(change.after - change.before, points=share),
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(f"{words.spread(change.low, change.high, show)} {words.direction(label, change)}")


def by_what(outcome: Outcome, name: str) -> str:
    """Through what H over the district's schools changes: who is where, the schools' sizes, or the groups' shares."""
    schools = outcome.schools[outcome.schools["leaid"] == outcome.scenario.district]
    tables = []
    for when in ("before", "after"):
        ed, students = (schools[f"{group}_{when}"].to_numpy(dtype=float) for group in ("ed", "students"))
        tables.append(np.column_stack([ed, students - ed]))
    return words_of_change.simulated(name, change(*tables), INDICES["theil_h"])


def show_hosts_and_senders(rows: pd.DataFrame, outcome: Outcome) -> None:
    """The dumbbell of every host and the schools that change most, and where they are."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Each school, before and after")
        shown = rows[rows["host"] | (rows["leave"] + rows["arrive"] > 0)]
        shown = shown.head(int(shown["host"].sum()) + SENDERS_SHOWN)
        with st.container(height=620, border=False):
            st.plotly_chart(
                policy_charts.dumbbell(
                    pd.DataFrame(
                        {
                            "label": np.where(shown["host"], "● " + shown["school"], shown["school"]),
                            "before": shown["before"],
                            "after": shown["after"],
                            "low": shown["share_after_low"],
                            "high": shown["share_after_high"],
                        }
                    )
                ),
                config=charts.config("before-after"),
                key="dumbbell",
                alt="Each school's share of disadvantaged students before and after; the table holds the same numbers.",
            )
        st.caption(
            f"● marks hosts. Then the {SENDERS_SHOWN} schools that change most; the table below holds every school. "
            f"The bar is the 5–95 % range of {outcome.replicates} lottery draws."
        )
    with right:
        st.subheader("Where they are")
        show_map(rows)
        st.subheader("Seats")
        show_pools(outcome)


def show_map(rows: pd.DataFrame) -> None:
    """Hosts and sending schools, coloured by the ED share afterwards."""
    touched = rows[rows["host"] | (rows["leave"] + rows["arrive"] > 0)]
    atlas.school_map(
        current_view(),
        touched.assign(
            students=touched["students_after"],
            colour=touched["after"],
            symbol=np.where(touched["host"], "star", "circle"),
            hover=[
                f"{school}<br>{words.percent(before)} → {words.percent(after)} ED<br>{leave:,} leave, {arrive:,} arrive"
                for school, before, after, leave, arrive in touched[
                    ["school", "before", "after", "leave", "arrive"]
                ].itertuples(index=False)
            ],
        ),
        rows.loc[rows["host"], "leaid"].unique().tolist(),
        scale_title="share of disadvantaged students afterwards",
        middle=0.5,
        alt="Map of host schools, as stars, and of the schools that students leave or join, as circles.",
    )


def show_pools(outcome: Outcome) -> None:
    """Seats of each lottery: kept, drawn and empty."""
    if outcome.pools.empty:
        st.caption("No seats.")
        return
    pools = outcome.pools.groupby("group", sort=False)[["seats", "kept", "outside", "inside", "unfilled"]].sum()
    pools.index = pools.index.map(words.pool)
    pools.index.name = "Lottery"
    pools.columns = ["Seats", "Kept by present students", "Drawn from outside", "Drawn from inside", "Empty"]
    st.table(pools.map("{:,}".format))
    if words.seats_in(outcome.scenario):
        st.caption(
            "The seats are those of the entry grade: the first year of a policy that grows by a grade a year. No file "
            "counts disadvantaged students by grade, so those who enter or leave are of their school's own mix."
        )


view = current_view()
district = chosen_district(view)
if district is None:
    parts.nothing_to_show(view)
name = store.district_names(view).get(district) or district
st.title(f"What would 50/50 do in {name}?")
try:
    scenario = asked_scenario(view, district)
    outcome = outcome_of(view, scenario)
except InputError as error:
    st.info(str(error), icon=":material/info:")
    parts.provenance(view)
    st.stop()
st.markdown(words.outcome_sentence(outcome))
show_cep_like_hosts(outcome, view)
show_indices(outcome)
st.markdown(by_what(outcome, name))
rows = school_rows(outcome, view)
show_hosts_and_senders(rows, outcome)

moved = outcome.district["moved"]
st.markdown(
    f"**{moved.after:,.0f} students change schools.** {words.spread(moved.low, moved.high, '{:,.0f}'.format)} "
    + words.state_change(outcome, view.dataset.label)
)
if len(outcome.unknown):
    st.caption(f"{len(outcome.unknown):,} schools of the district are left out: their ED counts are unknown.")

st.subheader("What this does not tell")
st.markdown("\n".join(f"- {caveat}" for caveat in words.CAVEATS))

st.subheader("Every school that changes")
shown = {
    "school": "School",
    "district": "District",
    "host": "Host",
    "students_before": "Students today",
    "students_after": "Students after",
    "before": "ED share today",
    "after": "ED share after",
    "share_after_low": "After, low",
    "share_after_high": "After, high",
    "change": "Change",
    "leave": "Students who leave",
    "arrive": "Students who arrive",
}
shares = ["before", "after", "share_after_low", "share_after_high", "change"]
parts.sortable(rows[list(shown)], shown, key="outcome_table", percent=shares)
names = store.schools_of_all_levels(view)[["ncessch", "school"]]
buttons = st.columns(4)
with buttons[0]:
    parts.download(
        lambda told: outcome_of(told, scenario).schools.merge(names, on="ncessch", how="left"),
        view,
        f"{district}-5050-schools",
    )
with buttons[1]:
    parts.download(
        lambda told: outcome_of(told, scenario).flows, view, f"{district}-5050-moves", label="Who moves where (CSV)"
    )
with buttons[2]:
    st.download_button(
        "Scenario (JSON)",
        data=scenario.to_json(),
        file_name=f"{view.dataset.name}-{district}-scenario.json",
        mime="application/json",
        on_click="ignore",
        icon=":material/download:",
    )
parts.provenance(view)
