"""Every map: districts coloured by a measure, and schools as points. Shapes come by link, values with the page."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import shapely

from pages.shared.charts import GROUP, IN_INK, INK, LINE, NEUTRAL, OTHER, WITHIN
from pages.shared.host_marks import add_hosts
from pages.words.escaped import in_chart

# Classes of a gap between two shares, the same in every state and year: the least gap, what to call it, colour, width.
GAPS = (
    (0.00, "under 5 points", "#9AA5B1", 0.8),
    (0.05, "5 to 10", "#8C8FBF", 1.4),
    (0.10, "10 to 20", "#9673B9", 2.2),
    (0.20, "20 to 40", "#A94FA6", 3.4),
    (0.40, "40 or more", "#C2187A", 5.0),
)
# Parts of the largest flow at which a line of who moves gets wider.
WIDE = (0.1, 0.3, 0.6)
# How far such a line bows out, as a part of its length, and in how many steps.
BOW, STEPS = 0.12, 12
# As many spots to click stand along the longer side of a district.
SPOTS = 36
# Blank margin around what is shown, as a share of its extent.
MARGIN = 0.04


def districts(
    table: pd.DataFrame,
    link: str,
    bounds: tuple[float, float, float, float],
    *,
    scale_title: str,
    high: float,
    middle: float | None,
    unknown: list[str],
    low: float = 0.0,
) -> go.Figure:
    """A state's districts coloured by a value on a fixed scale.

    Args:
        table: columns leaid, district, value, hover; districts without a value are not in it.
        link: where the outlines are served.
        bounds: west, south, east and north of what to show.
        scale_title: what the colour means.
        high: the value of the darkest colour, the same for every year.
        middle: where blue turns to amber: the state's own share, or no change; None for an index.
        unknown: ids of districts with outlines but no value, drawn as outlines alone.
        low: the value of the lightest colour, below 0 where values are changes of an index.
    """
    figure = _map(bounds, 460)
    figure.add_choropleth(
        geojson=link,
        locations=unknown,
        z=[0] * len(unknown),
        colorscale=_plain(0),  # no colour, as the scale has a grey of its own
        showscale=False,
        marker_line={"color": LINE, "width": 0.4},
        hovertemplate="no data for this view<extra></extra>",
    )
    figure.add_choropleth(
        geojson=link,
        locations=table["leaid"],
        z=table["value"],
        zmin=low,
        zmax=high,
        colorscale="Cividis_r" if middle is None else around((middle - low) / (high - low)),
        marker_line={"color": "#FFFFFF", "width": 0.4},
        unselected={"marker": {"opacity": 1}},
        customdata=np.column_stack([table["leaid"], table["district"].map(in_chart), table["hover"]]),
        hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>",
        colorbar=_scale(scale_title, percent=middle is not None and low == 0),
    )
    return figure


def schools(
    points: pd.DataFrame, link: str | None, own: list[str], neighbours: list[str], *, scale_title: str, middle: float
) -> go.Figure:
    """Schools as points, their district's outline strong and the others faint.

    Args:
        points: columns latitude, longitude (all known), students, colour (a share), symbol, hover; and perhaps host
            (drawn on top, with a rim) and school (its name).
        link: where the outlines are served, or None.
        own: ids of the districts to outline strongly.
        neighbours: ids of the districts to draw faintly.
        scale_title: what the colour means.
        middle: the share where blue turns to amber.
    """
    figure = _around_points(points, 420, link, own, neighbours)
    size = points["students"].to_numpy(dtype=float)
    points = points.assign(size=np.sqrt(size / max(size.max(initial=1), 1)) * 13 + 4)
    scale = {"colorscale": around(middle), "cmin": 0, "cmax": 1}
    host = points.get("host", pd.Series(False, index=points.index)).to_numpy(dtype=bool)
    others = points[~host]
    figure.add_scattergeo(
        lon=others["longitude"],
        lat=others["latitude"],
        mode="markers",
        marker={
            "size": others["size"],
            "color": others["colour"],
            "symbol": others["symbol"],
            "line": {"width": 0.8, "color": "#FFFFFF"},
            "colorbar": _scale(scale_title, percent=True),
        }
        | scale,
        customdata=others["hover"],
        hovertemplate="%{customdata}<extra></extra>",
    )
    if host.any():
        add_hosts(figure, points[host], points[host]["colour"], **scale)
    return figure


def flows(
    lines: pd.DataFrame, points: pd.DataFrame, link: str | None, own: list[str], neighbours: list[str]
) -> go.Figure:
    """Who moves from school to school: a line as wide as students are many, bowed to the right of the way for
    disadvantaged and to the left for other students.

    Args:
        lines: columns from_latitude, from_longitude, to_latitude, to_longitude (all known), group ("ed" or "other")
            and students.
        points: columns latitude, longitude (all known), school (its name), host and hover.
        link, own, neighbours: as in ``schools``.
    """
    figure = _around_points(points, 520, link, own, neighbours)
    size = np.digitize(lines["students"] / lines["students"].max(), WIDE)
    for group, name, colour, side in (("ed", "disadvantaged", GROUP, 1), ("other", "other students", OTHER, -1)):
        of_group = (lines["group"] == group).to_numpy()
        for width in np.unique(size[of_group]):
            shown = lines[of_group & (size == width)]
            longitude, latitude = _bowed(shown, BOW * side)
            figure.add_scattergeo(
                lon=longitude,
                lat=latitude,
                mode="lines",
                line={"color": colour, "width": 0.7 + 0.9 * width},
                opacity=0.7,
                name=name,
                legendgroup=name,
                showlegend=bool(width == size[of_group].min()),
                hoverinfo="skip",
            )
    host = points["host"].to_numpy(dtype=bool)
    figure.add_scattergeo(
        lon=points["longitude"][~host],
        lat=points["latitude"][~host],
        mode="markers",
        marker={"size": 6, "color": LINE, "line": {"width": 0.8, "color": "#FFFFFF"}},
        showlegend=False,
        customdata=points["hover"][~host],
        hovertemplate="%{customdata}<extra></extra>",
    )
    add_hosts(figure, points[host], INK)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top"})
    return figure


def _bowed(lines: pd.DataFrame, bow: float) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of lines bowed to the right of their way by a part of their length, with breaks."""
    (west, south), (east, north) = (
        lines[[f"{end}_longitude", f"{end}_latitude"]].to_numpy(dtype=float).T for end in ("from", "to")
    )
    along = np.linspace(0, 1, STEPS + 1)
    out = 4 * bow * along * (1 - along)
    narrowing = np.cos(np.radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    longitude = west[:, None] + np.outer(east - west, along) + np.outer((north - south) / narrowing, out)
    latitude = south[:, None] + np.outer(north - south, along) - np.outer((east - west) * narrowing, out)
    breaks = np.full((len(lines), 1), np.nan)
    return np.hstack([longitude, breaks]).ravel(), np.hstack([latitude, breaks]).ravel()


def spots(
    schools: pd.DataFrame, at: tuple[float, float], link: str | None, own: list[str], neighbours: list[str]
) -> go.Figure:
    """A district to choose a point in: its schools, and a lattice of spots between them, all to click.

    Args:
        schools: columns latitude, longitude (all known) and school.
        at: latitude and longitude of the point chosen, a star.
        link, own, neighbours: as in ``schools``.
    """
    figure = _around_points(schools, 420, link, own, neighbours)
    lattice = _lattice(schools)
    told = lattice["latitude"].map("{:.4f}".format) + ", " + lattice["longitude"].map("{:.4f}".format)
    for points, hover, marker in (
        (lattice, told, {"size": 6, "color": NEUTRAL, "opacity": 0.35}),
        (
            schools,
            schools["school"].map(in_chart, na_action="ignore"),
            {"size": 7, "color": LINE, "line": {"width": 0.8, "color": "#FFFFFF"}},
        ),
    ):
        figure.add_scattergeo(
            lon=points["longitude"],
            lat=points["latitude"],
            mode="markers",
            marker=marker,
            unselected={"marker": {"opacity": marker.get("opacity", 1)}},
            customdata=np.column_stack([points["latitude"], points["longitude"], hover]),
            hovertemplate="%{customdata[2]}<extra></extra>",
        )
    figure.add_scattergeo(
        lat=[at[0]],
        lon=[at[1]],
        mode="markers",
        marker={"size": 16, "symbol": "star", "color": WITHIN, "line": {"width": 1, "color": "#FFFFFF"}},
        hoverinfo="skip",
    )
    figure.update_layout(uirevision=True)
    return figure


def _lattice(schools: pd.DataFrame) -> pd.DataFrame:
    """Spots over the extent of schools, as far apart in miles to the north as to the east; columns as theirs."""
    west, east = schools["longitude"].min(), schools["longitude"].max()
    south, north = schools["latitude"].min(), schools["latitude"].max()
    narrowing = np.cos(np.radians((north + south) / 2))
    side = max(north - south, (east - west) * narrowing, 0.06) / (SPOTS - 1)
    latitude, longitude = np.meshgrid(
        np.arange(south, north + side, side), np.arange(west, east + side, side / narrowing)
    )
    return pd.DataFrame({"latitude": latitude.ravel(), "longitude": longitude.ravel()}).round(4)


def _around_points(
    points: pd.DataFrame, height: int, link: str | None, own: list[str], neighbours: list[str]
) -> go.Figure:
    """An empty map of where points lie, with the outlines of districts; all as in ``schools``."""
    west, east = points["longitude"].min(), points["longitude"].max()
    south, north = points["latitude"].min(), points["latitude"].max()
    figure = _map((west, south, east, north), height, least=0.06)
    if link is not None:
        for ids, colour, width in ((neighbours, NEUTRAL, 0.5), (own, LINE, 2)):
            _outline(figure, link, ids, colour, width)
    return figure


def borders(
    table: pd.DataFrame,
    lines: np.ndarray,
    link: str,
    ids: list[str],
    bounds: tuple[float, float, float, float],
) -> go.Figure:
    """District lines coloured and widened by the gap between both sides, the widest gaps on top.

    Args:
        table: columns gap (0 to 1) and hover, one row a line.
        lines: the shape of each line, in degrees.
        link: where the outlines of the districts are served.
        ids: of the districts to outline faintly.
        bounds: west, south, east and north of what to show.
    """
    figure = _map(bounds, 560)
    figure.add_choropleth(
        geojson=link,
        locations=ids,
        z=[0] * len(ids),
        colorscale=_plain(0.06),
        showscale=False,
        marker_line={"color": NEUTRAL, "width": 0.3},
        hoverinfo="skip",
    )
    _add_gaps(figure, table["gap"], lines)
    _add_hover(figure, lines, table["hover"])
    figure.update_layout(
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.01,
            "yanchor": "top",
            "title": {"text": "gap ", "side": "left"},
            "itemsizing": "trace",
        },
    )
    return figure


def _add_gaps(figure: go.Figure, gap: pd.Series, lines: np.ndarray) -> None:
    """The lines, a class of gaps in one colour and width each."""
    of_class = np.digitize(gap, [least for least, *_ in GAPS]) - 1
    for number, (_, name, colour, width) in enumerate(GAPS):
        longitude, latitude = _traced(lines[of_class == number])
        figure.add_scattergeo(
            lon=longitude,
            lat=latitude,
            mode="lines",
            line={"color": colour, "width": width},
            name=name,
            showlegend=True,
            hoverinfo="skip",
        )


def _add_hover(figure: go.Figure, lines: np.ndarray, hover: pd.Series) -> None:
    """What hovering tells, in the middle of the longest part of each line."""
    longest = [max(shapely.get_parts(line), key=shapely.length) for line in lines]
    middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    figure.add_scattergeo(
        lon=shapely.get_x(middle),
        lat=shapely.get_y(middle),
        mode="markers",
        marker={"size": 10, "opacity": 0},
        showlegend=False,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _outline(figure: go.Figure, link: str, ids: list[str], colour: str, width: float) -> None:
    """Outlines of districts, faintly filled."""
    figure.add_choropleth(
        geojson=link,
        locations=ids,
        z=[0] * len(ids),
        colorscale=_plain(0.10),
        showscale=False,
        marker_line={"color": colour, "width": width},
        hoverinfo="skip",
    )


def _traced(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of lines drawn as one, with a break after each part."""
    points, part = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    breaks = np.flatnonzero(np.diff(part)) + 1
    longitude, latitude = np.insert(points, breaks, np.nan, axis=0).T.astype(np.float32)
    return longitude, latitude


def _scale(title: str, *, percent: bool) -> dict[str, object]:
    """The colour scale's key, below the map."""
    return {
        "title": {"text": title, "side": "top"},
        "orientation": "h",
        "thickness": 10,
        "len": 0.6,
        "y": -0.02,
        "yanchor": "top",
        "tickformat": ".0%" if percent else ".2f",
    }


def around(middle: float) -> list[list[object]]:
    """A colour scale of shares from 0 to 1: blue below the middle, amber above it."""
    at = min(max(middle, 0.01), 0.99)
    return [[0, OTHER], [at, "#D8D4CB"], [1, GROUP]]


def _plain(opacity: float) -> list[list[object]]:
    """A colour scale of one grey, for shapes without a value."""
    grey = f"rgba(140,148,160,{opacity})"
    return [[0, grey], [1, grey]]


def _map(bounds: tuple[float, float, float, float], height: int, least: float = 0.0) -> go.Figure:
    """An empty map of an extent, its width at least ``least`` degrees."""
    west, south, east, north = bounds
    wide, tall = max(east - west, least), max(north - south, least)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half = 0.5 + MARGIN
    figure = go.Figure()
    # Plotly draws nothing offline unless a point layer comes first: it would wait for a world outline.
    figure.add_scattergeo(lon=[middle_x], lat=[middle_y], mode="markers", marker={"opacity": 0}, hoverinfo="skip")
    figure.data[0].showlegend = False
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode="pan",
        geo={
            "visible": False,
            "bgcolor": "rgba(0,0,0,0)",
            "projection": {"type": "mercator"},
            "lonaxis": {"range": [middle_x - half * wide, middle_x + half * wide]},
            "lataxis": {"range": [middle_y - half * tall, middle_y + half * tall]},
        },
    )
    figure.update_layout(**IN_INK)
    return figure
