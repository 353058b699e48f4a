"""Charts of parts, as bars: of an index, where it lies and what adds to it, and of its change."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.shared.charts import (
    BETWEEN,
    GROUP,
    LEGEND_ABOVE,
    LINE,
    NEUTRAL,
    OTHER,
    ROW_HEIGHT,
    WITHIN,
    figure_of,
    share_axis,
    whiskers,
)
from pages.shared.labels import short
from pages.words.escaped import in_chart


def between_within(between: float, within: float, symbol: str) -> go.Figure:
    """One bar split into what lies between districts and what lies within them."""
    figure = figure_of(110, barmode="stack", xaxis={"visible": False}, yaxis={"visible": False})
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
    figure = figure_of(ROW_HEIGHT * len(parts) + 20, xaxis={"visible": False}, margin_r=90)
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


def _add_corrected(figure: go.Figure, rows: pd.DataFrame, at: Sequence[str], told: Sequence[str]) -> None:
    """Values corrected for chance as dots with their 95% intervals: dark with a light rim, to be seen on any ground.

    Args:
        figure: of horizontal bars.
        rows: columns corrected, low and high; NaN leaves a row without.
        at: the label of each row's bar.
        told: the value and its range in words.
    """
    for colour, thickness in (("#FFFFFF", 4), ("#111827", 1.5)):
        figure.add_scatter(
            x=rows["corrected"],
            y=at,
            mode="markers",
            marker={"color": colour, "size": 5, "line": {"color": "#FFFFFF", "width": 1.5}},
            error_x=whiskers(rows, "corrected", colour, thickness),
            name="corrected for chance, 95% interval",
            showlegend=thickness < 2,
            customdata=told,
            hovertemplate="corrected for chance: %{customdata}<extra></extra>",
        )


def ranking(districts: pd.DataFrame, symbol: str) -> go.Figure:
    """Districts by what they contribute to the state's segregation, between and within parts stacked.

    Args:
        districts: columns district, between, within (of the same index), largest first; and where known, of the two
            together, corrected, low and high (of it corrected for chance) and told (these in words).
        symbol: of the index.
    """
    names = short(districts["district"])
    figure = figure_of(ROW_HEIGHT * len(districts) + 90, barmode="stack", legend=LEGEND_ABOVE, margin_t=34)
    for part, colour in (("between", BETWEEN), ("within", WITHIN)):
        figure.add_bar(
            x=districts[part],
            y=names,
            orientation="h",
            name=f"{part} districts",
            marker_color=colour,
            customdata=districts["district"].map(in_chart),
            hovertemplate="%{customdata}<br>" + f"{symbol} {part}: " + "%{x:.4f}<extra></extra>",
        )
    if "corrected" in districts:
        _add_corrected(figure, districts, names, districts["told"].tolist())
    figure.update_layout(
        showlegend=True,
        xaxis={"zeroline": True, "title_text": f"part of the state's {symbol}", "automargin": True, "nticks": 5},
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def change_parts(parts: pd.DataFrame, symbol: str) -> go.Figure:
    """Bars to both sides of 0: what each part changed an index by, and the whole last.

    Args:
        parts: columns label, change and whole (whether it is the whole change); corrected, low and high, of the change
            corrected for chance; and told, these in words.
        symbol: of the index.
    """
    figure = figure_of(ROW_HEIGHT * len(parts) + 70, bargap=0.3)
    said = [f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(change):.4f}" for change in parts["change"]]
    figure.add_bar(
        x=parts["change"],
        y=parts["label"],
        orientation="h",
        marker_color=np.where(parts["whole"], BETWEEN, NEUTRAL),
        customdata=said,
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    _add_corrected(figure, parts, parts["label"].tolist(), parts["told"].tolist())
    reach = parts[["change", "corrected", "low", "high"]].assign(zero=0.0)
    rises = (parts["change"] >= 0).to_numpy()
    figure.add_scatter(  # beyond bar and interval, whichever ends farther out
        x=np.where(rises, reach.max(axis=1), reach.min(axis=1)),
        y=parts["label"],
        mode="text",
        text=[f"\u2002{each}\u2002" for each in said],
        textposition=np.where(rises, "middle right", "middle left"),
        cliponaxis=False,
        hoverinfo="skip",
    )
    low, high = float(reach.min(axis=None)), float(reach.max(axis=None))
    room = 0.45 * max(high - low, 1e-4)  # for the numbers beside the bars, on a phone too
    figure.update_layout(
        xaxis={
            "title_text": f"change of {symbol}",
            "range": [low - room, high + room],
            "zeroline": True,
            "zerolinecolor": LINE,
            "automargin": True,
            "nticks": 5,
            "tickformat": ".3f",
        },
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def contributions(schools: pd.DataFrame, symbol: str = "D") -> go.Figure:
    """What each school contributes to the district's index, largest first.

    Args:
        schools: columns school, contribution and, of a group's share, above (whether it is above the district's); and
            perhaps low and high (of its range).
        symbol: of the index.
    """
    figure = figure_of(ROW_HEIGHT * len(schools) + 50)
    told = [f"{value:.1%}" for value in schools["contribution"]]
    if "low" in schools:
        ends = schools[["low", "high"]].itertuples(index=False)
        told = [
            f"{value} ({100 * low:.1f}–{high:.1%})" if low <= high else value
            for value, (low, high) in zip(told, ends, strict=True)
        ]
    of_share = "above" in schools
    side = [f", share {'above' if above else 'below'} the district's" for above in schools.get("above", ())]
    figure.add_bar(
        x=schools["contribution"],
        y=short(schools["school"]),
        orientation="h",
        marker_color=np.where(schools["above"], GROUP, OTHER) if of_share else WITHIN,
        customdata=np.column_stack([schools["school"].map(in_chart), side or [""] * len(schools)]),
        hovertemplate="%{customdata[0]}: %{text}%{customdata[1]}<extra></extra>",
        text=told,
        textposition="outside",
        cliponaxis=False,
    )
    figure.update_layout(
        xaxis=share_axis(title_text=f"share of the district's {symbol}", rangemode="tozero"),
        yaxis={"autorange": "reversed", "automargin": True},
        margin_r=120 if "low" in schools else 50,
    )
    return figure
