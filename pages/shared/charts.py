"""Every Plotly chart: a table in, a figure out. Colours keep one meaning throughout."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from data.schema import school_year

GROUP, OTHER = "#C9711A", "#2B6CB0"
BETWEEN, WITHIN = "#5B6B82", "#0F8B8D"
NEUTRAL, LINE = "#8A94A3", "#7A8594"
ROW_HEIGHT = 26


def config(name: str) -> dict[str, object]:
    """Plotly's own controls: zoom and image only."""
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "pan2d"],
        "toImageButtonOptions": {"filename": name, "scale": 2},
        "topojsonURL": "/geometry/outline/",
    }


# In a strip of its own at the top of the figure, so that it never lies on the axis or the bars.
_LEGEND_ABOVE = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0, "traceorder": "normal"}


def _figure(height: int, **layout: object) -> go.Figure:
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
    figure.update_layout(**layout)
    return figure


def _share_axis(**extra: object) -> dict[str, object]:
    return {"tickformat": ".0%", "zeroline": False, "automargin": True, **extra}


def between_within(between: float, within: float, symbol: str) -> go.Figure:
    """One bar split into what lies between districts and what lies within them."""
    figure = _figure(110, barmode="stack", xaxis={"visible": False}, yaxis={"visible": False})
    total = between + within
    for label, value, colour in (("between", between, BETWEEN), ("within", within, WITHIN)):
        figure.add_bar(
            x=[value],
            y=[""],
            orientation="h",
            marker_color=colour,
            text=f"<b>{label}</b><br>{value:.2f} · {value / total:.0%}" if total else label,
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": "#FFFFFF", "size": 15},
            hovertemplate=f"{symbol} {label} districts: {value:.3f}<extra></extra>",
        )
    return figure


def by_level(parts: pd.DataFrame, symbol: str) -> go.Figure:
    """One bar for each level of a chain: the part of an index that lies there.

    Args:
        parts: columns label, part, share and within (whether the level lies within districts), the largest cells first.
        symbol: of the index.
    """
    figure = _figure(ROW_HEIGHT * len(parts) + 20, xaxis={"visible": False}, margin_r=90)
    figure.add_bar(
        x=parts["part"],
        y=parts["label"],
        orientation="h",
        marker_color=np.where(parts["within"], WITHIN, BETWEEN),
        text=[f"{part:.2f} · {share:.0%}" for part, share in zip(parts["part"], parts["share"], strict=True)],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=f"{symbol} between " + "%{y}: %{x:.4f}<extra></extra>",
    )
    figure.update_layout(yaxis={"autorange": "reversed", "automargin": True})
    return figure


def ranking(districts: pd.DataFrame, symbol: str) -> go.Figure:
    """Districts by what they contribute to the state's segregation, between and within parts stacked.

    Args:
        districts: columns district, between, within (of the same index), largest first.
        symbol: of the index.
    """
    names = _short(districts["district"])
    figure = _figure(ROW_HEIGHT * len(districts) + 90, barmode="stack", legend=_LEGEND_ABOVE, margin_t=34)
    for part, colour in (("between", BETWEEN), ("within", WITHIN)):
        figure.add_bar(
            x=districts[part],
            y=names,
            orientation="h",
            name=f"{part} districts",
            marker_color=colour,
            customdata=districts["district"],
            hovertemplate="%{customdata}<br>" + f"{symbol} {part}: " + "%{x:.4f}<extra></extra>",
        )
    figure.update_layout(
        showlegend=True,
        xaxis={"zeroline": True, "title": f"part of the state's {symbol}", "automargin": True, "nticks": 5},
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def trend(lines: pd.DataFrame, colours: dict[str, str], title: str, marks: dict[int, str] | None = None) -> go.Figure:
    """Lines over school years, each labelled at its end.

    Args:
        lines: index year, one column a line; NaN leaves a gap.
        colours: colour of each column.
        title: of the value axis.
        marks: words to stand at a year, where what the line is about changed.
    """
    years = [school_year(int(year)) for year in lines.index]
    figure = _figure(260)
    for name, colour in colours.items():
        figure.add_scatter(
            x=years,
            y=lines[name],
            mode="lines+markers+text",
            line={"color": colour, "width": 2.5},
            marker={"size": 7},
            text=["" if i < len(years) - 1 else f" {name}" for i in range(len(years))],
            textposition="top left",
            textfont={"color": colour},
            name=name,
            hovertemplate=name + ", %{x}: %{y:.3f}<extra></extra>",
            cliponaxis=False,
        )
    if marks:
        figure.update_layout(margin_t=26)
    for year, words in (marks or {}).items():
        place = lines.index.get_loc(year)
        figure.add_vline(x=place, line={"color": LINE, "width": 1, "dash": "dot"})
        inwards = "right" if 2 * place > len(lines) else "left"  # so that no edge cuts the words
        figure.add_annotation(
            x=place, y=1, yref="paper", xanchor=inwards, yanchor="bottom", text=words, showarrow=False
        )
    top = float(np.nanmax(lines[list(colours)].to_numpy(), initial=0)) * 1.15
    figure.update_layout(
        xaxis={"type": "category", "automargin": True, "showgrid": False},
        yaxis=_share_axis(title=title, range=[0, top or 1], tickformat=".2f"),
    )
    return figure


def district_scatter(districts: pd.DataFrame, share_words: str, index_label: str, picked: list[str]) -> go.Figure:
    """Districts by a share and an index; size is students, the picked ones named.

    Args:
        districts: columns leaid, district, students, share, value.
        share_words, index_label: names of the axes.
        picked: ids of the districts to name.
    """
    area = districts["students"].to_numpy(dtype=float)
    chosen = districts["leaid"].isin(picked).to_numpy()
    figure = _figure(420)
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
        text=districts["district"].where(chosen, ""),
        textposition="top center",
        customdata=np.column_stack([districts["leaid"], districts["district"], districts["students"]]),
        hovertemplate=(
            "%{customdata[1]}<br>%{x:.0%} " + share_words + "<br>" + index_label + " %{y:.2f}"
            "<br>%{customdata[2]:,} students<extra></extra>"
        ),
    )
    figure.update_layout(
        xaxis=_share_axis(title=share_words, rangemode="tozero"),
        yaxis={"title": index_label, "rangemode": "tozero", "automargin": True, "zeroline": False},
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
    figure = _figure(int(min(420, 150 + 16 * reach)))
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
        customdata=np.column_stack([shown["school"], shown["students"], shown["level"].fillna("")]),
        hovertemplate="%{customdata[0]}<br>%{x:.0%} · %{customdata[1]:,} students · %{customdata[2]}<extra></extra>",
    )
    figure.add_vline(
        x=district_share, line_color=LINE, line_dash="dash", annotation_text=f"district {district_share:.0%}"
    )
    figure.update_layout(
        xaxis=_share_axis(title=f"{share_words} in each school", range=[-0.02, 1.02]),
        yaxis={"visible": False, "range": [-reach, reach]},
        margin_t=28,
    )
    return figure


def _swarm(share: np.ndarray) -> np.ndarray:
    """Heights that spread values sharing a percent bin around the axis: 0, 1, −1, 2, −2 and so on."""
    bins = np.floor(share * 60).astype(int)
    rank = pd.Series(bins).groupby(bins).cumcount().to_numpy()
    return np.where(rank % 2 == 1, (rank + 1) // 2, -(rank // 2)).astype(float)


def contributions(schools: pd.DataFrame, symbol: str = "D") -> go.Figure:
    """What each school contributes to the district's index, largest first.

    Args:
        schools: columns school, contribution and, of a group's share, above (whether it is above the district's).
        symbol: of the index.
    """
    figure = _figure(ROW_HEIGHT * len(schools) + 50)
    of_share = "above" in schools
    side = [f", share {'above' if above else 'below'} the district's" for above in schools.get("above", ())]
    figure.add_bar(
        x=schools["contribution"],
        y=_short(schools["school"]),
        orientation="h",
        marker_color=np.where(schools["above"], GROUP, OTHER) if of_share else WITHIN,
        customdata=np.column_stack([schools["school"], side or [""] * len(schools)]),
        hovertemplate="%{customdata[0]}: %{x:.1%}%{customdata[1]}<extra></extra>",
        texttemplate="%{x:.1%}",
        textposition="outside",
        cliponaxis=False,
    )
    figure.update_layout(
        xaxis=_share_axis(title=f"share of the district's {symbol}", rangemode="tozero"),
        yaxis={"autorange": "reversed", "automargin": True},
        margin_r=50,
    )
    return figure


def dumbbell(schools: pd.DataFrame, index: str | None = None) -> go.Figure:
    """Each school's ED share, or each district's index, before and after, with the range of the draws.

    Args:
        schools: columns label, before, after, low, high, in order.
        index: what the index is called; None for ED shares.
    """
    names, show = _short(schools["label"]), ".1%" if index is None else ".3f"
    axis = _share_axis(title="share disadvantaged", range=[-0.02, 1.02]) if index is None else {"title": index}
    figure = _figure(ROW_HEIGHT * len(schools) + 110, legend=_LEGEND_ABOVE, margin_t=90)
    if index is None:
        figure.add_vrect(x0=0.4, x1=0.6, fillcolor=WITHIN, opacity=0.12, line_width=0, annotation_text="40–60 %")
    ends = np.full(len(schools), np.nan)
    figure.add_scatter(
        x=np.column_stack([schools["before"], schools["after"], ends]).ravel(),
        y=np.repeat(names, 3),
        mode="lines",
        line={"color": NEUTRAL, "width": 2},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=schools["before"],
        y=names,
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": NEUTRAL, "line": {"width": 2}},
        name="today",
        customdata=schools["label"],
        hovertemplate="%{customdata}: %{x:F} today<extra></extra>".replace("F", show),
    )
    figure.add_scatter(
        x=schools["after"],
        y=names,
        mode="markers",
        marker={"size": 11, "color": GROUP},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (schools["high"] - schools["after"]).clip(lower=0),
            "arrayminus": (schools["after"] - schools["low"]).clip(lower=0),
            "color": GROUP,
            "thickness": 1.5,
            "width": 4,
        },
        name="after, with 5–95 % range",
        customdata=np.column_stack([schools["label"], schools["low"], schools["high"]]),
        hovertemplate="%{customdata[0]}: %{x:F} after (%{customdata[1]:F}–%{customdata[2]:F})<extra></extra>".replace(
            "F", show
        ),
    )
    figure.update_layout(
        showlegend=True,
        xaxis=axis | {"side": "top", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "automargin": True},
    )
    figure.data[0].showlegend = False
    return figure


def _short(names: pd.Series, longest: int = 40) -> list[str]:
    """Names short enough for an axis, made distinct by a trailing invisible mark where they repeat."""
    short = names.fillna("").map(lambda name: name if len(name) <= longest else name[: longest - 1] + "…")
    repeat = short.groupby(short).cumcount()
    return [name + "\u200b" * int(n) for name, n in zip(short, repeat, strict=True)]
