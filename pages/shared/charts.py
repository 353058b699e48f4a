"""Every Plotly chart: a table in, a figure out. Colours keep one meaning throughout."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90 as INK

from data.schema import school_year
from pages.shared.labels import cut, label_place, short
from pages.words.escaped import in_chart

GROUP, OTHER = "#C9711A", "#2B6CB0"
BETWEEN, WITHIN = "#5B6B82", "#0F8B8D"
NEUTRAL, LINE = "#8A94A3", "#7A8594"
ROW_HEIGHT = 26
# Streamlit puts its darkest grey for INK on a light page and its lightest on a dark one; the grey that it takes for the
# text of charts by itself is too pale to read small.
_AXIS = {"tickfont": {"color": INK}, "title": {"font": {"color": INK}}}
IN_INK = {"font": {"color": INK}, "hoverlabel": {"font": {"color": INK}}, "xaxis": _AXIS, "yaxis": _AXIS}


def config(name: str) -> dict[str, object]:
    """Plotly's own controls: zoom and image only."""
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "pan2d"],
        "toImageButtonOptions": {"filename": name, "scale": 2},
        "topojsonURL": "/geometry/outline/",
    }


# In a strip of its own at the top of the figure, so that it never lies on the axis or the bars.
LEGEND_ABOVE = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0, "traceorder": "normal"}


def figure_of(height: int, **layout: object) -> go.Figure:
    """An empty figure of so many pixels in the style of all."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hoverlabel={"align": "left"},
        dragmode="zoom",
    )
    figure.update_layout(**IN_INK)
    figure.update_layout(**layout)
    return figure


def share_axis(**extra: object) -> dict[str, object]:
    """An axis of shares in percent."""
    return {"tickformat": ".0%", "zeroline": False, "automargin": True, **extra}


def whiskers(rows: pd.DataFrame, at: str, colour: str, thickness: float = 1.5) -> dict[str, object]:
    """A range from the columns low to high around the points at another column."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows["high"] - rows[at]).clip(lower=0),
        "arrayminus": (rows[at] - rows["low"]).clip(lower=0),
        "color": colour,
        "thickness": thickness,
        "width": 4,
    }


def segments(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Positions of lines from one end to the other, with a break after each."""
    return np.column_stack([one, other, np.full(len(one), np.nan)]).ravel()


def trend(
    lines: pd.DataFrame,
    colours: dict[str, str],
    title: str,
    marks: dict[int, str] | None = None,
    ranges: pd.DataFrame | None = None,
) -> go.Figure:
    """Lines over school years, each labelled at its end.

    Args:
        lines: index year, one column a line; NaN leaves a gap.
        colours: colour of each column.
        title: of the value axis.
        marks: words to stand at a year, where what the line is about changed.
        ranges: index year, columns (line, low | high) of the lines that have a range, shaded behind them.
    """
    shaded = pd.DataFrame(index=lines.index) if ranges is None else ranges.reindex(lines.index)
    years = [school_year(int(year)) for year in lines.index]
    drawn = pd.concat([lines[list(colours)], shaded]).to_numpy(dtype=float)
    top = float(np.nanmax(drawn, initial=0)) * 1.15
    figure = figure_of(260)
    for name in [name for name in colours if (name, "low") in shaded]:
        for end, fill in (("low", None), ("high", "tonexty")):
            ink = {"fillcolor": f"{colours[name]}33", "hoverinfo": "skip", "line": {"width": 0}}
            figure.add_scatter(x=years, y=shaded[name, end], mode="lines", fill=fill, **ink)
    for name, colour in colours.items():
        figure.add_scatter(
            x=years,
            y=lines[name],
            mode="lines+markers+text",
            line={"color": colour, "width": 2.5},
            marker={"size": 7},
            text=["" if i < len(years) - 1 else f" {name}" for i in range(len(years))],
            textposition=label_place(lines[list(colours)], name, top),
            name=name,
            hovertemplate=name + ", %{x}: %{y:.3f}<extra></extra>",
            cliponaxis=False,
        )
    if marks:
        _add_marks(figure, lines.index, marks)
    figure.update_layout(
        xaxis={"type": "category", "automargin": True, "showgrid": False},
        yaxis=share_axis(title_text=title, range=[0, top or 1], tickformat=".2f"),
    )
    return figure


def _add_marks(figure: go.Figure, years: pd.Index, marks: dict[int, str]) -> None:
    """Words above some of the years, with a line down to the axis."""
    figure.update_layout(margin_t=26)
    for year, words in marks.items():
        place = years.get_loc(year)
        figure.add_vline(x=place, line={"color": LINE, "width": 1, "dash": "dot"})
        inwards = "right" if 2 * place > len(years) else "left"  # so that no edge cuts the words
        figure.add_annotation(
            x=place, y=1, yref="paper", xanchor=inwards, yanchor="bottom", text=words, showarrow=False
        )


def district_scatter(districts: pd.DataFrame, share_words: str, index_label: str, picked: list[str]) -> go.Figure:
    """Districts by a share and an index; size is students, the picked ones named.

    Args:
        districts: columns leaid, district, students, share, value, told (value and range in words).
        share_words, index_label: names of the axes.
        picked: ids of the districts to name.
    """
    area = districts["students"].to_numpy(dtype=float)
    chosen = districts["leaid"].isin(picked).to_numpy()
    names = districts["district"].map(in_chart)
    figure = figure_of(420)
    figure.add_scatter(
        x=districts["share"],
        y=districts["value"],
        mode="markers+text",
        marker={
            "size": np.sqrt(area / max(area.max(initial=1), 1)) * 46 + 5,
            "color": np.where(chosen, GROUP, OTHER),
            "opacity": np.where(chosen, 0.95, 0.5),
            "line": {"width": 1, "color": "#FFFFFF"},
        },
        text=names.where(chosen, ""),
        textposition="top center",
        customdata=districts.assign(district=names)[["leaid", "district", "students", "told"]].to_numpy(),
        hovertemplate=(
            "%{customdata[1]}<br>%{x:.0%} " + share_words + "<br>" + index_label + " %{customdata[3]}"
            "<br>%{customdata[2]:,} students<extra></extra>"
        ),
    )
    figure.update_layout(
        xaxis=share_axis(title_text=share_words, rangemode="tozero"),
        yaxis={"title_text": index_label, "rangemode": "tozero", "automargin": True, "zeroline": False},
    )
    return figure


def beeswarm(schools: pd.DataFrame, district_share: float, share_words: str, colour: str = GROUP) -> go.Figure:
    """Schools by a share, stacked where they crowd; size is students, the line is the district.

    Args:
        schools: columns school, students, share, level.
        district_share: the district's own share.
        share_words: what the share is of.
        colour: of the dots.
    """
    shown = schools.dropna(subset="share").sort_values("share")
    height = _swarm(shown["share"].to_numpy())
    reach = max(np.abs(height).max(initial=0) + 1, 4)
    figure = figure_of(int(min(420, 150 + 16 * reach)))
    size = shown["students"].to_numpy(dtype=float)
    figure.add_scatter(
        x=shown["share"],
        y=height,
        mode="markers",
        marker={
            "size": np.sqrt(size / max(size.max(initial=1), 1)) * 15 + 4,
            "color": colour,
            "opacity": 0.75,
            "line": {"width": 0.8, "color": "#FFFFFF"},
        },
        customdata=np.column_stack([shown["school"].map(in_chart), shown["students"], shown["level"].fillna("")]),
        hovertemplate="%{customdata[0]}<br>%{x:.0%} · %{customdata[1]:,} students · %{customdata[2]}<extra></extra>",
    )
    figure.add_vline(
        x=district_share,
        line_color=LINE,
        line_dash="dash",
        annotation_text=f"district {district_share:.0%}",
        annotation_position="top left" if district_share > 0.5 else "top right",  # towards the middle
    )
    figure.update_layout(
        xaxis=share_axis(title_text=f"{share_words} in each school", range=[-0.02, 1.02]),
        yaxis={"visible": False, "range": [-reach, reach]},
        margin_t=28,
    )
    return figure


def _swarm(share: np.ndarray) -> np.ndarray:
    """Heights that spread values sharing a percent bin around the axis: 0, 1, −1, 2, −2 and so on."""
    bins = np.floor(share * 60).astype(int)
    rank = pd.Series(bins).groupby(bins).cumcount().to_numpy()
    return np.where(rank % 2 == 1, (rank + 1) // 2, -(rank // 2)).astype(float)


def two_sides(lines: pd.DataFrame) -> go.Figure:
    """The group's share on either side of each line, joined by a bar as long as the gap.

    Args:
        lines: columns district, neighbour_district, share, neighbour_share, hover, in order.
    """
    one, two = (lines[side].map(lambda name: cut(name, 20)) for side in ("district", "neighbour_district"))
    names = short(one + " · " + two, 60)
    figure = figure_of(ROW_HEIGHT * len(lines) + 60)
    figure.add_scatter(
        x=segments(lines["neighbour_share"], lines["share"]),
        y=np.repeat(names, 3),
        mode="lines",
        line={"color": BETWEEN, "width": 3},
        hoverinfo="skip",
    )
    for column, symbol, colour in (("neighbour_share", "circle-open", OTHER), ("share", "circle", GROUP)):
        figure.add_scatter(
            x=lines[column],
            y=names,
            mode="markers",
            marker={"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2}},
            cliponaxis=False,
            customdata=lines["hover"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(
        xaxis=share_axis(range=[-0.02, 1.02], side="top"),
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def among(places: pd.DataFrame, name: str) -> go.Figure:
    """Where a district's indices stand among those of others: one row an index, on the scale from 0 to 1.

    Args:
        places: columns label, district, value, low and high (of its range), told (value and range in words), own
            (whether it is the district's own); no value undefined.
        name: of the district.
    """
    rows = places["label"].nunique()
    figure = figure_of(ROW_HEIGHT * rows + 90, legend=LEGEND_ABOVE, margin_t=34)
    for own, called, marker in (
        (False, "similar districts", {"symbol": "circle-open", "size": 10, "color": NEUTRAL, "line": {"width": 2}}),
        (True, in_chart(name), {"symbol": "diamond", "size": 13, "color": GROUP}),
    ):
        shown = places[places["own"] == own]
        if own:  # the others' ranges would lie on each other
            # From end to end, not from the value: chance may have put that outside.
            ends = shown.assign(gap=np.nan)[["low", "high", "gap"]].to_numpy(dtype=float)
            figure.add_scatter(
                x=ends.ravel(),
                y=np.repeat(shown["label"], 3),
                mode="lines",
                line={"color": GROUP, "width": 4},
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=shown["value"],
            y=shown["label"],
            mode="markers",
            marker=marker,
            cliponaxis=False,
            name=called,
            customdata=np.column_stack([shown["district"].map(in_chart), shown["told"]]),
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
    figure.update_layout(
        showlegend=True,
        xaxis={"range": [-0.02, 1.02], "automargin": True, "zeroline": False},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "categoryorder": "array",
            "categoryarray": list(places["label"].unique()),
        },
    )
    return figure
