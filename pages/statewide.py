"""What one 50/50 policy would do in every district of a state at once."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from analysis.errors import InputError
from analysis.policy.assumptions import assumptions
from analysis.statewide.together import Result
from data.batches.statewide import Plan
from data.groups import comparison
from pages.plan import charts as plan_charts
from pages.plan.result import show_caveats
from pages.plan.session import PLAN, in_link
from pages.sections.statewide_controls import asked_policy, run_here, show_files
from pages.shared import atlas, charts, part_charts, parts, store, tables
from pages.shared.view import View, current_view, district_label
from pages.words import numbers
from pages.words import plan as plan_words
from pages.words import ranges as range_words
from pages.words import statewide as statewide_words
from pages.words.escaped import in_markdown

# Districts drawn: those whose V falls most, and those whose V rises most.
MOST_FALLING, MOST_RISING = 14, 6
CARDS = {
    "variance_ratio": "Variance ratio (V)",
    "dissimilarity": "Dissimilarity (D)",
    "exposure": "Exposure of ED to other students",
    "balanced": "Share of students in 40–60% ED schools",
}
# Columns of the table of districts, and those of today's interval by what they are in ``intervals_by``.
COLUMNS = {
    "rank": "Rank",
    "district": "District",
    "leaid": "District id",
    "hosts": "Hosts",
    "schools": "Schools",
    "students": "Students",
    "ed_share": "ED share",
    "seats": "Seats",
    "unfilled": "Seats that stay empty",
    "moved": "Students who change schools",
    "variance_ratio_before": "V today",
    "today_corrected": "V today, corrected",
    "today_low": "V today, 95% from",
    "today_high": "V today, 95% to",
    "variance_ratio_after": "V after",
    "variance_ratio_low": "V after by lottery, low",
    "variance_ratio_high": "V after by lottery, high",
    "change": "Change of V",
    "dissimilarity_before": "D today",
    "dissimilarity_after": "D after",
    "exposure_before": "Exposure today",
    "exposure_after": "Exposure after",
    "balanced_before": "In 40–60% ED schools today",
    "balanced_after": "In 40–60% ED schools after",
}
# What the map, the picture and the table tell of each district today.
WITHIN = ("variance_ratio", "dissimilarity")
TODAY = {"corrected": "corrected", "low": "interval_low", "high": "interval_high"}


def _of_policy(view: View, level: str) -> View:
    """The view of the schools and groups that a policy is about."""
    return replace(view, level=level, groups=comparison("ed"))


@st.fragment(parallel=True)
def _show_today(view: View) -> None:
    """How sure the state's indices of today are; no other part of the page waits for the draws."""
    with st.skeleton(height=48):
        sure = store.how_sure(view)
        split = store.parts_sure(view).loc[view.year]
    told = sure[sure.index.isin(CARDS)]
    st.caption(statewide_words.today(view.place, view.year, told, split))


def show_state(view: View, plan: Plan, result: Result) -> None:
    """The state's figures before and after, what they rest on, the split, and the map."""
    for column, (name, label) in zip(st.columns(len(CARDS)), CARDS.items(), strict=True):
        change, share = statewide_words.change(result, name), name == "balanced"
        show = partial(plan_words.figure, percent=share)
        with column.container(border=True):
            st.metric(
                label,
                plan_words.went(change, percent=share),
                plan_words.by(change, percent=share),
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(f"{plan_words.spread(change.low, change.high, show)} {plan_words.direction(label, change)}")
    _show_today(_of_policy(view, plan.policy.level))
    most_hosts = max(plan.applied.scenarios, key=lambda each: len(each.host_ids))
    granted = [in_markdown(each) for each in assumptions(most_hosts)]
    show_caveats(granted, (*statewide_words.CAVEATS, *plan_words.CAVEATS))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Between and within districts")
        split = [statewide_words.change(result, "variance_ratio", part) for part in ("between", "within")]
        rows = pd.DataFrame({"district": ["today", "after"]})
        for name, change in zip(("between", "within"), split, strict=True):
            rows[name] = [change.before, change.after]
        st.plotly_chart(
            part_charts.ranking(rows, "V"),
            config=charts.config("between-within-after"),
            key="split_after",
            alt=f"V between districts {split[0].before:.3f} today and {split[0].after:.3f} after; "
            f"within districts {split[1].before:.3f} and {split[1].after:.3f}.",
        )
        st.caption(
            " ".join(
                ["V splits exactly: 0 where every school has the same mix.", *statewide_words.side_effects(result)]
            )
        )
    with right:
        st.subheader("Where V falls and where it rises")
        show_map(view, result, plan.policy.level)


def show_map(view: View, result: Result, level: str) -> None:
    """Districts by how much V changes."""
    names = store.district_names(view)
    table = result.districts
    today = {name: _today_told(view, level, table, name) for name in WITHIN}
    atlas.change_map(
        view,
        table.assign(
            district=table["leaid"].map(names).fillna(table["leaid"]),
            value=table["variance_ratio_after"] - table["variance_ratio_before"],
            hover=[
                f"{hosts:,} of {schools:,} schools host<br>V today {v}<br>after {numbers.number(w, 3)}"
                f"<br>D today {d}<br>after {numbers.number(e, 3)}<br>{moved:,.0f} students change schools"
                for hosts, schools, v, w, d, e, moved in zip(
                    *(table[name] for name in ("hosts", "schools")),
                    *(each for name in WITHIN for each in (today[name], table[f"{name}_after"])),
                    table["moved"],
                    strict=True,
                )
            ],
        ),
        scale_title="change of V within the district",
        alt="Map of districts by the change of V within them; the table below holds every value.",
    )


def _today_told(view: View, level: str, table: pd.DataFrame, measure: str) -> list[str]:
    """An index of districts today in words, with how sure it is, a district of ``table`` each."""
    sure = store.district_intervals(_of_policy(view, level), *WITHIN).reindex(table["leaid"])
    today = table.set_index("leaid")[[f"{measure}_before"]].set_axis([measure], axis=1)
    return range_words.with_ranges(today, sure, 3)[measure].tolist()


@st.fragment(parallel=True)
def _show_ranking(view: View, level: str, table: pd.DataFrame) -> None:
    """The districts whose V falls most and rises most, as ``show_districts`` has them; the page does not wait."""
    falling, rising = table[table["change"] < 0].head(MOST_FALLING), table[table["change"] > 0].tail(MOST_RISING)
    drawn = pd.concat([falling, rising])
    st.subheader("Where V falls most, and where it rises most")
    if drawn.empty:
        return
    with st.skeleton(height=400):
        told = _today_told(view, level, drawn, "variance_ratio")
    columns = {f"variance_ratio_{when}": when for when in ("before", "after", "low", "high")} | {"district": "label"}
    st.plotly_chart(
        plan_charts.dumbbell(drawn.rename(columns=columns).assign(today=told), "V within the district"),
        config=charts.config("districts-by-change"),
        key="ranking",
        alt=f"V before and after in {len(falling)} districts where it falls most and {len(rising)} where it rises "
        "most; the table below holds the same numbers.",
    )


@st.fragment(parallel=True)
def _show_table(view: View, level: str, table: pd.DataFrame) -> None:
    """Every district, with intervals of today that take a moment to draw: no other part of the page waits."""
    with st.skeleton(height=400):
        sure = store.district_intervals(_of_policy(view, level), *WITHIN).reindex(table["leaid"])
    today = {f"today_{end}": sure[f"variance_ratio_{column}"].to_numpy() for end, column in TODAY.items()}
    table = table.assign(moved=table["moved"].round().astype("int64"), **today)
    parts.sortable(
        table[list(COLUMNS)],
        COLUMNS,
        key="statewide_table",
        percent=["ed_share", "balanced_before", "balanced_after"],
        decimals={"change": 4},
    )


def show_districts(view: View, plan: Plan) -> None:
    """The ranking of districts, as a picture, a table and files."""
    table = _named(view, plan)
    table = table.assign(change=table["variance_ratio_after"] - table["variance_ratio_before"])
    _show_ranking(view, plan.policy.level, table)
    st.subheader("Every district")
    _show_table(view, plan.policy.level, table)
    st.caption(f"Ranked by how much V falls. {statewide_words.TWO_RANGES}")
    show_way_to(view, plan, table["leaid"].tolist())
    with st.expander(f"Districts left alone: {int(plan.left_alone.sum()):,}"):
        tables.show(plan.left_alone.rename_axis("Why").rename("Districts").to_frame().map("{:,}".format))
    _show_downloads(_of_policy(view, plan.policy.level), plan)


def _show_downloads(view: View, plan: Plan) -> None:
    """The districts, the state and those left alone as files.

    Args:
        view: of the policy's schools, as every row says.
        plan: the policy in its state.
    """
    buttons = st.columns(3)
    about = {"policy": plan.policy.words}
    with buttons[0]:
        parts.download(
            lambda seen: _named(seen, plan).assign(**about), view, "statewide-districts", label="Districts (CSV)"
        )
    with buttons[1]:
        parts.download(
            lambda seen: store.statewide(seen, plan.policy).state.assign(**about),
            view,
            "statewide",
            label="The state's figures (CSV)",
        )
    with buttons[2]:
        parts.download(
            lambda seen: _left_alone(seen, plan).assign(**about), view, "left-alone", label="Left alone (CSV)"
        )


def show_way_to(view: View, plan: Plan, ranked: list[str]) -> None:
    """A link to the builder, which opens the policy's plan for one district.

    Args:
        view, plan: the policy in its state.
        ranked: ids of the districts, in the order to offer them.
    """
    names = store.district_names(view)
    labels = {leaid: district_label(names, leaid) for leaid in ranked}
    place, way = st.columns([1, 2], vertical_alignment="bottom")
    with place:
        leaid = st.selectbox(
            "Go on in one district", ranked, format_func=labels.__getitem__, key="plan_in", bind="query-params"
        )
    scenario = next(each for each in plan.applied.scenarios if each.district == leaid)
    with way:
        st.page_link(
            "policy.py",
            label=f"Plan 50/50 in {in_markdown(names.get(leaid) or leaid)}, and see which hosts could do most",
            icon=":material/shuffle:",
            query_params={"district": labels[leaid], PLAN: in_link(plan.policy.preset, scenario)},
        )
    st.caption(statewide_words.way_to(plan))


def _named(view: View, plan: Plan) -> pd.DataFrame:
    """The districts' figures with their names, as a file holds them."""
    found = store.statewide(view, plan.policy).districts
    return found.assign(district=found["leaid"].map(store.district_names(view)).fillna(found["leaid"]))


def _left_alone(view: View, plan: Plan) -> pd.DataFrame:
    """Every district without figures, and why."""
    refused = store.statewide(view, plan.policy).refused
    return pd.concat([store.statewide_plan(view, plan.policy).applied.left_alone, refused], ignore_index=True)


view = current_view()
level = view.level or "elementary"
st.title(f"What would one 50/50 policy do across {view.place}?")
policy = asked_policy(level)
show_files(policy, f"{view.dataset.name}-policy.json")
try:
    with st.spinner("Choosing the hosts"):
        plan = store.statewide_plan(view, policy)
    st.markdown(statewide_words.applies_to(plan, view.place, view.year))
    run_here(plan)
    result = store.statewide(view, policy)
except InputError as error:
    st.info(in_markdown(str(error)), icon=":material/info:")
    parts.provenance(view)
    st.stop()
st.markdown(statewide_words.answer(plan, result, view.place, store.district_names(view)))
show_state(view, plan, result)
show_districts(view, plan)
parts.provenance(_of_policy(view, level))
