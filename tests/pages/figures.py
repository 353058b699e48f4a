"""What a figure holds, as a browser gets it."""

import base64
import json

import numpy as np


def drawn(figure):
    """The figure's traces as a browser gets them."""
    return json.loads(figure.to_json())["data"]


def values(of):
    """A trace's numbers; Plotly sends long arrays packed."""
    if isinstance(of, dict):
        return np.frombuffer(base64.b64decode(of["bdata"]), dtype=of["dtype"]).tolist()
    return of
