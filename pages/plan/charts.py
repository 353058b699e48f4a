"""Figures of a 50/50 plan, in the style of ``pages.shared.charts``."""

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
    segments,
    share_axis,
    whiskers,
)
from pages.shared.labels import short
from pages.words.escaped import in_chart

# Of an axis, as many digits as tell its ticks apart, by whether they are shares.
TICKS = {True: "~%", False: "~f"}
# Of a row with its name above it.
NAMED_ROW_HEIGHT = 40
BEFORE = {"symbol": "circle-open", "size": 11, "color": NEUTRAL, "line": {"width": 2}}


def dumbbell(schools: pd.DataFrame, index: str | None = None) -> go.Figure:
    """Each school's ED share, or each district's index, before and after, with the range of the draws.

    Args:
        schools: columns label, before, after, low, high, and perhaps poorer (whether it sends students and its share
            rises, drawn as a triangle) and today (``before`` in words, with how sure it is), in order.
        index: what the index is called; None for ED shares.
    """
    names, show = short(schools["label"]), ".1%" if index is None else ".3f"
    axis = share_axis(title_text="share disadvantaged", range=[-0.02, 1.02]) if index is None else {"title_text": index}
    poorer = schools.get("poorer", pd.Series(False, index=schools.index)).to_numpy(dtype=bool)
    figure = figure_of(NAMED_ROW_HEIGHT * len(schools) + 110, legend=LEGEND_ABOVE, margin_t=90)
    if index is None:
        figure.add_vrect(x0=0.4, x1=0.6, fillcolor=WITHIN, opacity=0.12, line_width=0, annotation_text="40–60%")
    _add_before(figure, schools, names, show)
    figure.add_scatter(
        x=schools["after"],
        y=names,
        mode="markers",
        marker={"size": 11, "color": GROUP, "symbol": np.where(poorer, "triangle-up", "circle")},
        error_x=whiskers(schools, "after", GROUP),
        cliponaxis=False,
        name="after, with 5–95% range",
        customdata=np.column_stack([schools["label"].map(in_chart), schools["low"], schools["high"]]),
        hovertemplate="%{customdata[0]}: %{x:F} after (%{customdata[1]:F}–%{customdata[2]:F})<extra></extra>".replace(
            "F", show
        ),
    )
    figure.update_layout(
        showlegend=True,
        xaxis=axis | {"side": "top", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showticklabels": False},
    )
    # Above the rows, so that on a phone they leave the width to the numbers; at once, as each call checks all again.
    left = {"x": 0, "xref": "paper", "xanchor": "left", "yshift": 16, "align": "left", "showarrow": False}
    figure.layout.annotations += tuple(go.layout.Annotation(left | {"y": name, "text": name}) for name in names)
    return figure


def _add_before(figure: go.Figure, schools: pd.DataFrame, names: list[str], show: str) -> None:
    """The open circles of today, each with a line to where it goes; numbers shown as ``show``."""
    told = "%{customdata[1]}" if "today" in schools else f"%{{x:{show}}}"
    figure.add_scatter(
        x=segments(schools["before"], schools["after"]),
        y=np.repeat(names, 3),
        mode="lines",
        line={"color": NEUTRAL, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=schools["before"],
        y=names,
        mode="markers",
        marker=BEFORE,
        cliponaxis=False,
        name="today",
        customdata=schools.assign(label=schools["label"].map(in_chart)).filter(["label", "today"]).to_numpy(),
        hovertemplate=f"%{{customdata[0]}}: today {told}<extra></extra>",
    )


def fan(rows: pd.DataFrame, title: str, value: str, *, percent: bool) -> go.Figure:
    """A figure of the district at the end of each year, with the range of the draws as a band.

    Args:
        rows: columns label (of the year), value, low, high, in order.
        title: of the figure.
        value: what its values are.
        percent: whether it is a share.
    """
    figure = figure_of(320, legend=LEGEND_ABOVE, margin_t=34, showlegend=True)
    form = ".1%" if percent else ".3f"
    for column, name, fill in (("low", "", None), ("high", "5–95% of draws", "tonexty")):
        figure.add_scatter(
            x=rows["label"],
            y=rows[column],
            mode="lines",
            line={"width": 1, "color": WITHIN, "dash": "dot"},
            fill=fill,
            fillcolor="rgba(15,139,141,0.18)",
            name=name,
            showlegend=bool(name),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=rows["label"],
        y=rows["value"],
        mode="lines+markers",
        line={"color": WITHIN, "width": 2.5},
        marker={"size": 8},
        name=value,
        customdata=np.column_stack([rows["low"], rows["high"]]),
        hovertemplate="%{x}: %{y:"
        + form
        + "} (%{customdata[0]:"
        + form
        + "}–%{customdata[1]:"
        + form
        + "})<extra></extra>",
    )
    figure.update_layout(
        xaxis={"type": "category", "automargin": True, "showgrid": False},
        yaxis={"title_text": title, "automargin": True, "zeroline": False, "tickformat": TICKS[percent]},
    )
    return figure


def compared(rows: pd.DataFrame, title: str, *, percent: bool) -> go.Figure:
    """One figure of several plans: before and after in each, with the range of the draws.

    Args:
        rows: columns label (of the plan), before, after, low, high, in order.
        title: of the figure.
        percent: whether it is a share.
    """
    names, show = short(rows["label"], 26), ".1%" if percent else ".3f"
    figure = figure_of(ROW_HEIGHT * len(rows) + 90)
    figure.add_scatter(
        x=rows["before"],
        y=names,
        mode="markers",
        marker=BEFORE,
        cliponaxis=False,
        hovertemplate=f"today: %{{x:{show}}}<extra></extra>",
    )
    figure.add_scatter(
        x=rows["after"],
        y=names,
        mode="markers",
        marker={"size": 11, "color": WITHIN},
        error_x=whiskers(rows, "after", WITHIN),
        cliponaxis=False,
        hovertemplate=f"after: %{{x:{show}}}<extra></extra>",
    )
    figure.update_layout(
        xaxis={
            "title_text": title,
            "side": "top",
            "automargin": True,
            "zeroline": False,
            "nticks": 4,
            "tickformat": TICKS[percent],
        },
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def frontier(rows: pd.DataFrame, symbol: str, plan: pd.Series, target: float | None = None) -> go.Figure:
    """The least an index can be for each share of students who move, and where a plan stands.

    Args:
        rows: columns value, bound and share_moved, in order.
        symbol: of the index.
        plan: value and share_moved, of the plan.
        target: of the index, drawn as a line; None for none.
    """
    figure = _frontier(rows["share_moved"], rows, symbol, target)
    above = plan["value"] >= np.interp(plan["share_moved"], rows["share_moved"], rows["value"])
    figure.add_scatter(
        x=[plan["share_moved"]],
        y=[plan["value"]],
        mode="markers+text",
        showlegend=False,
        text=["this plan"],
        textposition="top right" if above else "bottom left",  # away from the line, which falls
        cliponaxis=False,
        marker={"symbol": "diamond", "size": 14, "color": GROUP},
        hovertemplate="%{x:.1%}: " + symbol + " %{y:.3f}<extra>this plan</extra>",
    )
    figure.update_layout(xaxis=share_axis(title_text="share of students who change schools", rangemode="tozero"))
    return figure


def frontier_by_miles(rows: pd.DataFrame, symbol: str, plan: pd.Series, target: float | None = None) -> go.Figure:
    """The least an index can be for each distance that students may go, and a plan, which has no such limit, across.

    Args:
        rows: columns value, bound, miles (the limit; NaN, last, for none) and mean_miles (of those who move), in order.
        symbol: of the index.
        plan: value and mean_miles, of the plan.
        target: of the index, drawn as a line; None for none.
    """
    limits = rows["miles"].map("≤ {:g}".format).where(rows["miles"].notna(), "any")
    figure = _frontier(limits, rows, symbol, target)
    mean = f", {plan['mean_miles']:.1f} miles on average" if pd.notna(plan["mean_miles"]) else ""
    figure.add_hline(
        plan["value"],
        line={"color": GROUP, "width": 2},
        annotation_text=f"this plan{mean}",
        annotation_position="top right" if plan["value"] >= rows["value"].iloc[-1] else "bottom left",
    )
    figure.update_layout(xaxis={"title_text": "miles a student may move at most", "type": "category"})
    return figure


def _frontier(at: pd.Series, rows: pd.DataFrame, symbol: str, target: float | None) -> go.Figure:
    """The lines of the best found and of what is proven, ``rows`` in order at some places, and the target."""
    figure = figure_of(340, legend=LEGEND_ABOVE, margin_t=34, showlegend=True)
    far = rows.get("mean_miles", pd.Series(np.nan, index=rows.index))
    told = far.map("<br>{:.1f} miles on average".format).where(far.notna(), "")
    shown = {
        "best possible, whole students": ("value", "solid", {"size": 8, "color": WITHIN}),
        "no assignment lies below": ("bound", "dot", {"size": 1, "color": LINE}),
    }
    for name, (column, dash, marker) in shown.items():
        figure.add_scatter(
            x=at,
            y=rows[column],
            mode="lines+markers" if column == "value" else "lines",
            name=name,
            line={"color": marker["color"], "dash": dash, "width": 2},
            marker=marker,
            cliponaxis=False,
            customdata=told if column == "value" else [""] * len(rows),
            hovertemplate="%{x}: " + symbol + " %{y:.3f}%{customdata}<extra>" + name + "</extra>",
        )
    if target is not None:
        _add_target(figure, target)
    figure.update_layout(yaxis={"title_text": symbol, "rangemode": "tozero", "automargin": True})
    return figure


def _add_target(figure: go.Figure, target: float) -> None:
    """The target as a line across."""
    figure.add_hline(
        target,
        line={"color": NEUTRAL, "dash": "dash", "width": 1},
        annotation_text="target",
        annotation_position="bottom right",
    )


def by_outside(rows: pd.DataFrame, symbol: str, target: float) -> go.Figure:
    """An index of a plan for each share of its seats that is offered outside the district first.

    Args:
        rows: share, outside (students who come from outside) and value, in order.
        symbol: of the index.
        target: of the index, drawn as a line.
    """
    figure = figure_of(300)
    figure.add_scatter(
        x=rows["share"],
        y=rows["value"],
        mode="lines",
        line={"color": WITHIN, "width": 2},
        customdata=rows["outside"],
        hovertemplate="%{x}: " + symbol + " %{y:.4f}<extra>%{customdata:,} students from outside</extra>",
    )
    _add_target(figure, target)
    figure.update_layout(
        xaxis=share_axis(title_text="seats offered outside the district first"),
        yaxis={"title_text": symbol, "automargin": True, "zeroline": False, "tickformat": TICKS[False]},
    )
    return figure
