"""Figures of a 50/50 plan, as ``charts``."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts import (
    GROUP,
    LEGEND_ABOVE,
    LINE,
    NEUTRAL,
    ROW_HEIGHT,
    WITHIN,
    figure_of,
    share_axis,
    short,
)


def dumbbell(schools: pd.DataFrame, index: str | None = None) -> go.Figure:
    """Each school's ED share, or each district's index, before and after, with the range of the draws.

    Args:
        schools: columns label, before, after, low, high, in order.
        index: what the index is called; None for ED shares.
    """
    names, show = short(schools["label"]), ".1%" if index is None else ".3f"
    axis = share_axis(title="share disadvantaged", range=[-0.02, 1.02]) if index is None else {"title": index}
    figure = figure_of(ROW_HEIGHT * len(schools) + 110, legend=LEGEND_ABOVE, margin_t=90)
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


def frontier(rows: pd.DataFrame, symbol: str, plan: tuple[float, float] | None = None) -> go.Figure:
    """The least an index can be for each share of students who move, or distance they may go, and where a plan stands.

    Args:
        rows: columns value, bound and share_moved or, where ``plan`` is None, miles (the limit; NaN for none).
        symbol: of the index.
        plan: the share of students who move in the plan, and the index after it.
    """
    by_moves = plan is not None
    x = rows["share_moved"] if by_moves else rows["miles"].map("{:g}".format).replace("nan", "any")
    figure = figure_of(340, legend=LEGEND_ABOVE, margin_t=34, showlegend=True)
    shown = {
        "best possible, whole students": ("value", "solid", {"size": 8, "color": WITHIN}),
        "no assignment lies below": ("bound", "dot", {"size": 1, "color": LINE}),
    }
    for name, (column, dash, marker) in shown.items():
        figure.add_scatter(
            x=x,
            y=rows[column],
            mode="lines+markers",
            name=name,
            line={"color": marker["color"], "dash": dash, "width": 2},
            marker=marker,
            cliponaxis=False,
            hovertemplate="%{x}: " + symbol + " %{y:.3f}<extra>" + name + "</extra>",
        )
    if plan is not None:
        figure.add_scatter(
            x=[plan[0]],
            y=[plan[1]],
            mode="markers+text",
            showlegend=False,
            text=["  this plan"],
            textposition="middle right",
            marker={"symbol": "diamond", "size": 14, "color": GROUP},
            hovertemplate="%{x}: " + symbol + " %{y:.3f}<extra>this plan</extra>",
        )
    words = "share of students who change schools" if by_moves else "miles a student may move"
    of_x = share_axis(title=words, rangemode="tozero") if by_moves else {"title": words, "type": "category"}
    figure.update_layout(xaxis=of_x, yaxis={"title": symbol, "rangemode": "tozero", "automargin": True})
    return figure
