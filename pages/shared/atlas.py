"""The maps that pages show: districts coloured by a measure, and schools within their districts."""

import numpy as np
import pandas as pd
import streamlit as st

from analysis.indices import INDICES
from pages.shared import charts, ground, maps, parts, store
from pages.shared.view import View, district_label
from pages.words import numbers
from pages.words import ranges as range_words
from pages.words.escaped import in_markdown

# What a map or scatter may colour districts by: key, and the words of the control.
SHARE = "share"
MAP_MEASURES = {
    SHARE: "Share of the group",
    "variance_ratio": "V within the district",
    "dissimilarity": "D within the district",
    "exposure": "Exposure",
}
# Of all races: exposure compares two groups, and there is no one group to have a share.
MAP_MEASURES_OF_MANY = {SHARE: "Chance of difference"} | {
    name: MAP_MEASURES[name] for name in ("variance_ratio", "dissimilarity")
}


def outlines_of(view: View) -> ground.Outlines | None:
    """The dataset's district outlines; the first time, a large state takes seconds."""
    with st.spinner("Drawing the district boundaries"):
        return ground.outlines(view.dataset.name, view.dataset.input_hash)


def district_map(view: View, key: str) -> None:
    """The state's districts coloured by a chosen measure; a click offers the district's page."""
    outlines = outlines_of(view)
    if outlines is None:
        st.info(
            f"{view.place} has no district boundaries, so there is no map; the tables hold every district. "
            "Add a boundary file on the Sources page.",
            icon=":material/map:",
        )
        return
    offered = MAP_MEASURES_OF_MANY if view.groups.many else MAP_MEASURES
    measure = st.segmented_control(
        "Colour districts by",
        list(offered),
        format_func=offered.__getitem__,
        default=SHARE,
        required=True,
        key=f"colour_{key}{'_races' if view.groups.many else ''}",
        bind="query-params",
    )
    rows = parts.district_rows(view).set_index("leaid", drop=False)
    shown = rows.assign(value=rows[measure], hover=_told(view, rows)).drop(columns="leaid")
    valued = set(shown.index[shown["value"].notna()])
    coloured = [leaid for leaid in outlines.ids if leaid in valued]
    without_outline = int((~shown.index.isin(outlines.ids)).sum())
    event = st.plotly_chart(
        maps.districts(
            shown.loc[coloured].reset_index(),
            outlines.link,
            outlines.bounds,
            scale_title=_scale_title(view, measure),
            high=_scale_top(view, measure),
            middle=_state_share(view) if measure == SHARE else None,
            unknown=[leaid for leaid in outlines.ids if leaid not in valued],
        ),
        config=charts.config("district-map") | {"scrollZoom": True},
        key=f"map_{key}",
        on_select="rerun",
        selection_mode="points",
        alt=f"Map of districts by {_scale_title(view, measure)}. The Districts page holds every value as a table.",
    )
    missing = f"{without_outline:,} districts have no boundary and are not on the map, charter districts among them. "
    st.caption(
        f"Without colour: no value. {missing if without_outline else ''}"
        "Where elementary and secondary districts overlap, the elementary ones lie on top."
    )
    for point in event["selection"]["points"][:1]:
        leaid = point["customdata"]["0"] if isinstance(point["customdata"], dict) else point["customdata"][0]
        open_district(view, str(leaid))


def _told(view: View, rows: pd.DataFrame) -> list[str]:
    """What the map says of each district, as ``parts.district_rows`` by id."""
    indices = [name for name in MAP_MEASURES_OF_MANY if name != SHARE] if view.groups.many else list(MAP_MEASURES)[1:]
    told = range_words.with_ranges(rows[indices], store.district_intervals(view, *indices))
    by_chance = store.by_chance(view, "dissimilarity")["dissimilarity_expected"].reindex(rows.index)
    whose = view.groups.share_words if view.groups.many else view.groups.group_words
    exposure = told["exposure"] if "exposure" in told else [""] * len(rows)
    return [
        f"{students:,} students in {schools:,} schools<br>{numbers.percent(share)} {whose}"
        f"<br>V {v}<br>D {d}, by chance {numbers.expected(c)}" + (f"<br>Exposure {e}" if e else "")
        for students, schools, share, v, d, c, e in zip(
            rows["students"],
            rows["schools"],
            rows["share"],
            told["variance_ratio"],
            told["dissimilarity"],
            by_chance,
            exposure,
            strict=True,
        )
    ]


def school_map(view: View, points: pd.DataFrame, own: list[str], *, scale_title: str, middle: float, alt: str) -> None:
    """Schools on a map with their district's outline, or a word on why there is none.

    Args:
        view: the view.
        points: as in ``maps.schools``.
        own: ids of the districts to outline strongly.
        scale_title, middle: as in ``maps.schools``.
        alt: the map in words.
    """
    shown = points.dropna(subset=["latitude", "longitude"])
    if shown.empty:
        st.info("The data has no coordinates for these schools, so there is no map.", icon=":material/map:")
        return
    outlines = outlines_of(view)
    around = outlines.near(shown["longitude"], shown["latitude"]) if outlines else []
    st.plotly_chart(
        maps.schools(
            shown,
            outlines.link if outlines else None,
            [leaid for leaid in around if leaid in own],
            [leaid for leaid in around if leaid not in own],
            scale_title=scale_title,
            middle=middle,
        ),
        config=charts.config("school-map") | {"scrollZoom": True},
        key="school_map",
        alt=alt,
    )


def point_map(view: View, schools: pd.DataFrame, at: tuple[float, float], keys: tuple[str, str], name: str) -> None:
    """A map of a district's schools whose every spot, clicked, is what two controls say.

    Args:
        view: the view.
        schools: of one district, with latitude and longitude.
        at: the latitude and longitude that the controls say.
        keys: of the controls of latitude and longitude.
        name: of what stands there.
    """
    known = schools.dropna(subset=["latitude", "longitude"])
    if known.empty:
        st.info("The data has no coordinates for these schools, so there is no map.", icon=":material/map:")
        return
    outlines, key = outlines_of(view), f"point_map_{keys[0]}"
    around = outlines.near(known["longitude"], known["latitude"]) if outlines else []
    own = known["leaid"].unique().tolist()
    st.plotly_chart(
        maps.spots(
            known,
            at,
            outlines.link if outlines else None,
            [leaid for leaid in around if leaid in own],
            [leaid for leaid in around if leaid not in own],
        ),
        config=charts.config("new-school") | {"scrollZoom": True},
        key=key,
        on_select=lambda: _take_point(key, keys),
        selection_mode="points",
        alt=f"Map of the district's schools, and a star where {name} is to stand: latitude {at[0]:.4f}, longitude "
        f"{at[1]:.4f}. The two boxes above say the same, and can be typed in.",
    )
    st.caption("Click a spot or a school to put the star there; scroll to zoom. Between the spots, type.")


def _take_point(key: str, keys: tuple[str, str]) -> None:
    """Let the controls of latitude and longitude say what was clicked."""
    for point in st.session_state[key]["selection"]["points"][:1]:
        said = point["customdata"]
        for axis, control in enumerate(keys):
            st.session_state[control] = float(said[str(axis)] if isinstance(said, dict) else said[axis])


def change_map(view: View, rows: pd.DataFrame, *, scale_title: str, alt: str) -> None:
    """The state's districts coloured by how an index changes: blue where it falls, amber where it rises.

    Args:
        view: the view.
        rows: columns leaid, district, value, hover.
        scale_title: what the colour means.
        alt: the map in words.
    """
    outlines = outlines_of(view)
    known = rows.dropna(subset="value").set_index("leaid")
    coloured = [leaid for leaid in outlines.ids if leaid in known.index] if outlines else []
    if not outlines or not coloured:
        st.info(f"{view.place} has no boundaries of these districts, so there is no map.", icon=":material/map:")
        return
    # The same for falling and rising, and a round number, so that the colour of no change stays in the middle.
    most = max(float(np.ceil(known["value"].abs().max() * 20) / 20), 0.05)
    st.plotly_chart(
        maps.districts(
            known.loc[coloured].reset_index(),
            outlines.link,
            outlines.bounds,
            scale_title=scale_title,
            high=most,
            middle=0.0,
            unknown=[leaid for leaid in outlines.ids if leaid not in known.index],
            low=-most,
        ),
        config=charts.config("change-map") | {"scrollZoom": True},
        key="change_map",
        alt=alt,
    )
    st.caption("Without colour: the policy does not apply, or the index is undefined.")


def open_district(view: View, leaid: str) -> None:
    """A link to a district's page."""
    label = district_label(store.district_names(view), leaid)
    st.page_link(
        "district.py",
        label=f"Open {in_markdown(label)}",
        icon=":material/arrow_forward:",
        query_params={"district": label},
    )


def _scale_title(view: View, measure: str) -> str:
    if measure == SHARE:
        return view.groups.share_words
    return INDICES[measure].label.lower() + " within the district"


def _state_share(view: View) -> float:
    """The group's share among all students of the view, or the chance that two of them differ in race."""
    if view.groups.many:
        return float(store.chances_of_difference(view).loc[view.year, "of_all"])
    rows = parts.district_rows(view)
    return float(rows["group_students"].sum() / max(rows["students"].sum(), 1))


def _scale_top(view: View, measure: str) -> float:
    """The darkest colour's value: 1 for shares, else the largest of any year rounded up, so that years compare."""
    if measure == SHARE:
        return 1.0
    largest = store.indices(view, "district")[measure].max()
    return float(np.ceil(largest * 10) / 10) if pd.notna(largest) and largest > 0 else 1.0
