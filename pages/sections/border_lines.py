"""Sections of the borders page: which borders are asked for, their picture, and one of them looked at closely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from analysis.borders import OF_A_DISTRICT, RANKINGS, Change, means, ranked, shares
from analysis.indices import INDICES
from data.inclusion import GEOGRAPHIC
from data.schema import RACES
from pages.shared import atlas, charts, ground, links, maps, parts, ranges, store, tables
from pages.shared.view import View, district_label
from pages.words import borders as border_words
from pages.words import money as money_words
from pages.words import numbers
from pages.words import ranges as range_words
from pages.words.escaped import in_chart

if TYPE_CHECKING:  # slow to import, and needed only where there are boundaries
    import geopandas as gpd

# Labels stand in links, so they stay as they are once published.
EVERY_DISTRICT = "every district"
RANK_LABELS = {"gap": "Widest gap", "swaps": "Most students to level it"}
LEAST_STUDENTS, LEAST_MILES = 1_000, 1.0
DRAWN = 12
_PARTS = {
    ("variance_ratio", "total"): "V, all schools",
    ("variance_ratio", "between"): "V between districts",
    ("variance_ratio", "within"): "V within districts",
    ("dissimilarity", "total"): "D, all schools",
    ("dissimilarity", "between"): "D between districts",
    ("dissimilarity", "added_within"): "D added within districts",
    ("exposure_shortfall", "total"): "Exposure shortfall, all schools",
    ("exposure_shortfall", "between"): "Exposure shortfall between districts",
    ("exposure_shortfall", "within"): "Exposure shortfall within districts",
}


@dataclass(frozen=True)
class Asked:
    """Which borders to rank.

    Attributes:
        by: a key of ``RANKINGS``.
        students, miles: the floors.
        leaid: the one district whose borders are asked for, all of them; None for every district's.
    """

    by: str
    students: int
    miles: float
    leaid: str | None


def chosen_borders(view: View, gaps: pd.DataFrame) -> Asked:
    """The controls that say which borders to rank."""
    names = store.district_names(view)
    bordering = pd.unique(pd.concat([gaps["leaid"], gaps["neighbour"]]))
    labels = {district_label(names, leaid): leaid for leaid in bordering}
    columns = st.columns([2, 1, 1, 2])
    with columns[3]:
        around = _chosen_district([EVERY_DISTRICT, *sorted(labels)])
    floors = {"disabled": around in labels, "bind": "query-params"}
    with columns[0]:
        by = st.segmented_control(
            "Rank by",
            list(RANKINGS),
            format_func=RANK_LABELS.__getitem__,
            default="gap",
            required=True,
            key="rank",
            bind="query-params",
            help=" ".join(f"{RANK_LABELS[name]}: {meaning}." for name, meaning in RANKINGS.items()),
        )
    with columns[1]:
        students = st.number_input(
            "Fewest students",
            min_value=0,
            value=LEAST_STUDENTS,
            step=500,
            key="least_students",
            **floors,
            help="On either side. Shares of small districts jump with a few students, so their borders are not ranked.",
        )
    with columns[2]:
        miles = st.number_input(
            "Shortest line, miles",
            min_value=0.0,
            value=LEAST_MILES,
            step=0.5,
            key="least_miles",
            **floors,
        )
    leaid = labels.get(around)
    return Asked(by, 0, 0.0, leaid) if leaid else Asked(by, int(students), float(miles), None)


def _chosen_district(offered: list[str]) -> str:
    """The control that says whose borders, by label."""
    return links.chosen(
        st.selectbox,
        "Borders of",
        "around",
        dict(zip(offered, offered, strict=True)),
        "district with borders",
        help="Of one district every border is shown, however short and however small its neighbour.",
    )


def asked_lines(view: View, asked: Asked) -> pd.DataFrame:
    """The borders asked for, ranked and named."""
    gaps = store.borders(view)
    if asked.leaid is not None:
        gaps = gaps[(gaps["leaid"] == asked.leaid) | (gaps["neighbour"] == asked.leaid)]
    return _named(ranked(gaps, asked.by, asked.students, asked.miles))


def _named(lines: pd.DataFrame) -> pd.DataFrame:
    """Borders with both districts called by name or else by id, and what a chart says of each."""
    lines = lines.assign(
        district=lines["district"].fillna(lines["leaid"]),
        neighbour_district=lines["neighbour_district"].fillna(lines["neighbour"]),
    )
    hover = [
        f"<b>{in_chart(row.district)}</b> {numbers.percent(row.share)} of {row.students:,}<br>"
        f"<b>{in_chart(row.neighbour_district)}</b> {numbers.percent(row.neighbour_share)} of "
        f"{row.neighbour_students:,}<br>"
        f"{row.gap * 100:.0f} points along {row.miles:.1f} miles"
        for row in lines.itertuples()
    ]
    if "revenue" in lines:
        sides = zip(lines["revenue"], lines["neighbour_revenue"], strict=True)
        hover = [
            f"{text}<br>Revenue per student: {money_words.dollars(own)} and {money_words.dollars(across)}"
            for text, (own, across) in zip(hover, sides, strict=True)
        ]
    return lines.assign(hover=hover)


def show_pictures(view: View, lines: pd.DataFrame) -> None:
    """The map of all borders asked for, and both sides of the first."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        outlines, neighbours = atlas.outlines_of(view), ground.neighbours(view.dataset.name, view.dataset.input_hash)
        if outlines is not None and neighbours is not None:
            shapes = neighbours.geometry.to_numpy()[lines["border"]]
            st.plotly_chart(
                maps.borders(lines, shapes, outlines.link, outlines.ids, _extent(shapes)),
                config=charts.config("borders") | {"scrollZoom": True},
                key="border_map",
                alt=f"Map of {len(lines):,} district lines, wider and darker with a wider gap. {_in_words(lines)} "
                "The table below holds every line.",
            )
        st.caption("Wider and stronger lines have a wider gap. Hover in the middle of a line for both sides; zoom in.")
    with right:
        top = lines.head(DRAWN)
        st.subheader(f"Share of {view.groups.group_words} on both sides")
        st.plotly_chart(
            charts.two_sides(top),
            config=charts.config("both-sides"),
            key="two_sides",
            alt=f"The share of {view.groups.group_words} on both sides of the first {len(top)} lines; "
            "the table below holds the same numbers.",
        )
        st.caption("Filled: the side with the larger share, named first. Open: its neighbour.")


def _extent(shapes: np.ndarray) -> tuple[float, float, float, float]:
    """West, south, east and north of lines."""
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def _in_words(lines: pd.DataFrame) -> str:
    """How many lines there are of each class of gap."""
    of_class = np.digitize(lines["gap"], [least for least, *_ in maps.GAPS]) - 1
    counts = np.bincount(of_class, minlength=len(maps.GAPS))
    return "; ".join(f"{name}: {count:,}" for (_, name, *_), count in zip(maps.GAPS, counts, strict=True)) + "."


def show_one(view: View, lines: pd.DataFrame) -> None:
    """One border looked at closely: who lives on either side, and what joining or opening would change."""
    st.subheader("One line: what joining or opening across it would change")
    names = store.district_names(view)
    pairs = {
        f"{district_label(names, row.leaid)} · {district_label(names, row.neighbour)}": row
        for row in lines.itertuples()
    }
    left, right = st.columns([3, 1])
    with left:
        line = links.chosen(
            st.selectbox,
            "Line",
            "line",
            dict(zip(pairs, pairs, strict=True)),
            "line among those ranked",
            help="The first ranked first.",
        )
    with right:
        opened = st.slider("Seats opened across it", 0, 50, 10, 1, format="%d%%", key="opened", bind="query-params")
    _show_changes(view, pairs[line], opened)
    st.caption(
        "Arithmetic, not a forecast. Joining: every student stays in the same school; nobody moves or leaves. Opening: "
        "as many students cross each way, that share of the smaller district's, from every school in proportion to its "
        "students and with its mix, and to every school across in proportion to its seats; expected values, so who "
        "happens to come adds a little."
    )


@st.fragment(parallel=True)
def _show_changes(view: View, row: Any, opened: int) -> None:
    """What joining both sides of a line, and opening seats across it, would change, with ranges that take a moment.

    Args:
        view: the view.
        row: the line, as ``asked_lines`` gives it.
        opened: the share of seats, in percent.
    """
    pair, called = (row.leaid, row.neighbour), (row.district, row.neighbour_district)
    with st.skeleton(height=700):
        changes = store.border_changes(view, pair, opened / 100)
        sure = [ranges.of_pair(view, pair, what) for what in (ranges.TODAY, ranges.JOINED, opened / 100)]
    joining, opening = changes
    crossing = opened / 100 * min(row.students, row.neighbour_students)
    of_all = _of_all(joining, opening, opened, [everyone for _, everyone in sure])
    v = of_all.loc[_PARTS["variance_ratio", "total"]].tolist()
    st.markdown(border_words.joined(called, joining, view.groups, view.year, view.place, v[0]))
    st.markdown(
        border_words.opened(called, opening, opened, crossing, view.groups, view.year, view.place, (v[0], v[2]))
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**Both sides today**")
        tables.show(_sides(view, pair, called))
    with right:
        st.markdown("**Both districts**")
        of_districts = _of_districts(called, joining, opening, opened, [districts for districts, _ in sure])
        tables.show(of_districts)
    st.markdown(f"**All of {view.place}**")
    tables.show(of_all)
    st.caption(
        f"{range_words.meaning(of_districts, of_all)} The same schools stand behind all columns, so a change between "
        "them is surer than ranges that overlap suggest."
    )


def _sides(view: View, pair: tuple[str, str], called: tuple[str, str]) -> pd.DataFrame:
    """The shares of every group on both sides, and the gap."""
    schools = store.schools(view)
    found = shares(schools[schools["leaid"].isin(pair)], ["ed", *RACES]).reindex(list(pair))
    labels = {"ed": "Economically disadvantaged"} | {race: text[0].upper() + text[1:] for race, text in RACES.items()}
    one, two = (found.loc[leaid] for leaid in pair)
    sides = pd.DataFrame(
        {
            called[0]: one.map(numbers.percent),
            called[1]: two.map(numbers.percent),
            "Gap": [numbers.signed(gap, points=True) for gap in one - two],
        }
    ).rename(index=labels)
    money = means(schools, ["revenue"])
    if "revenue" in money:
        own, across = money["revenue"].reindex(list(pair))
        sides.loc["Revenue per student"] = [
            *map(money_words.dollars, (own, across)),
            money_words.signed_dollars(own - across),
        ]
    return sides


def _of_districts(
    called: tuple[str, str], joining: Change, opening: Change, opened: int, sure: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """The share and the indices of both districts, today, joined and after opening; once joined they are one."""
    states = (
        (joining.districts.xs("before", axis=1, level=1), "{} today", called),
        (joining.districts.xs("after", axis=1, level=1).iloc[:1], "Joined", called[:1]),
        (opening.districts.xs("after", axis=1, level=1), f"{{}}, {opened}% opened", called),
    )
    columns = {}
    for (values, words, names), ranges_of in zip(states, sure, strict=True):
        told = range_words.with_ranges(values[list(OF_A_DISTRICT)], ranges_of)
        told.insert(0, "share", values["share"].map(numbers.percent))
        columns |= {words.format(name): told.iloc[n] for n, name in enumerate(names)}
    labels = {"share": "Share of the group"} | {name: INDICES[name].label for name in OF_A_DISTRICT}
    return pd.DataFrame(columns).rename(index=labels)


def _of_all(joining: Change, opening: Change, opened: int, sure: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The segregation of all schools, between and within districts, today, joined and after opening."""
    states = {
        "Today": joining.everyone["before"],
        "Joined": joining.everyone["after"],
        f"{opened}% opened": opening.everyone["after"],
    }
    columns = {}
    for (name, values), ranges_of in zip(states.items(), sure, strict=True):
        flat = values.loc[list(_PARTS)].set_axis(["_".join(part) for part in _PARTS]).to_frame().T
        told = range_words.with_ranges(flat, ranges_of.set_axis(flat.index), decimals=4)
        columns[name] = told.iloc[0].set_axis(list(_PARTS.values()))
    return pd.DataFrame(columns)


def show_table(view: View, lines: pd.DataFrame, asked: Asked) -> None:
    """Every border asked for, and its download."""
    labels = {
        "district": "District",
        "neighbour_district": "Neighbour",
        "miles": "Miles of line",
        "students": "Students",
        "neighbour_students": "Neighbour's students",
        "share": "Share",
        "neighbour_share": "Neighbour's share",
        "gap_group": "Gap, points",
        "swaps": "Students to level it",
        "joined_between": "Change of V between if joined",
    } | {
        f"gap_{race}": f"{text[0].upper()}{text[1:]}, points" for race, text in RACES.items() if f"gap_{race}" in lines
    }
    money = {
        "revenue": "Revenue per student, dollars",
        "neighbour_revenue": "Neighbour's revenue per student",
        "gap_revenue": "Gap in revenue, dollars",
    }
    labels |= money if "revenue" in lines else {}
    if not (lines[["kind", "neighbour_kind"]] == "unified").all(axis=None):
        labels |= {"kind": "Grades", "neighbour_kind": "Neighbour's grades"}
    points = [name for name in labels if name.startswith("gap") and name not in money]
    whole = ["swaps", *(name for name in money if name in lines)]
    rounded = {name: lines[name].round() for name in whole}
    # Nothing is no negative number.
    shown = lines.assign(gap_group=lines["gap"], joined_between=lines["joined_between"].round(5) + 0.0, **rounded)
    parts.sortable(
        shown[list(labels)],
        labels,
        key="borders_table",
        percent=["share", "neighbour_share"],
        points=points,
        decimals=dict.fromkeys(whole, 0) | {"miles": 1, "joined_between": 5},
    )
    parts.download(lambda told: asked_lines(told, asked).drop(columns=["border", "hover"]), view, "borders")


def about_borders(view: View, neighbours: "gpd.GeoDataFrame") -> str:
    """Who has no border, and what a border does not compare."""
    rows = parts.district_rows(view)
    without = int((~rows["leaid"].isin({*neighbours["leaid"], *neighbours["neighbour"]})).sum())
    charters = (
        "Charter schools count for the ground they stand on."
        if view.rules.districts == GEOGRAPHIC
        else "Charter districts have no ground, so their schools are on neither side of a line; with geographic "
        "districts each counts for the ground it stands on."
    )
    money = (
        "Revenue is of all sources, in the fiscal year that ends in the school year, divided by all students."
        if "revenue" in store.borders(view)
        else "The data holds no revenue, so lines are not compared by it."
    )
    return (
        f"{without:,} districts have no border. {charters} Elementary and secondary districts overlap on the same "
        "ground, so between the two there is no border; where either meets a unified district their grades differ, and "
        f"choosing a level compares the same ones. {money}"
    )
