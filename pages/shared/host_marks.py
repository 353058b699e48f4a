"""The hosts of a plan on a map: on top of all, and named."""

import pandas as pd
import plotly.graph_objects as go
from streamlit.elements.lib.streamlit_plotly_theme import BG_COLOR as GROUND

from pages.shared.charts import INK
from pages.shared.labels import short

# Names of hosts beside each other are too many to read beyond these.
MOST_NAMED = 12


def add_hosts(figure: go.Figure, hosts: pd.DataFrame, colour: pd.Series | str, **scale: object) -> None:
    """Hosts as stars with a rim that stands out from any ground, and with their names where they are few."""
    figure.add_scattergeo(
        lon=hosts["longitude"],
        lat=hosts["latitude"],
        mode="markers+text" if len(hosts) <= MOST_NAMED else "markers",
        marker={"size": 17, "symbol": "star", "color": colour, "line": {"width": 1.5, "color": INK}} | scale,
        text=short(hosts["school"], 26),
        textposition=sides(hosts, figure.layout.geo),
        textfont={"shadow": ", ".join([f"0 0 3px {GROUND}"] * 4)},
        showlegend=False,
        customdata=hosts["hover"],
        hovertemplate="%{customdata}<extra></extra>",
    )


def sides(points: pd.DataFrame, geo: go.layout.Geo) -> list[str]:
    """Where the names of points lie: above, but below where another point is close above, and off the map's edges."""
    (west, east), (south, north) = geo.lonaxis.range, geo.lataxis.range
    along, up = ((points["longitude"] - west) / (east - west)), ((points["latitude"] - south) / (north - south))
    found = []
    for x, y in zip(along, up, strict=True):
        crowded = ((up - y).between(0, 0.15, inclusive="right") & ((along - x).abs() < 0.4)).any()
        side = "right" if x < 0.3 else "left" if x > 0.7 else "center"
        found.append(f"{'bottom' if y > 0.9 or (crowded and y > 0.1) else 'top'} {side}")
    return found
