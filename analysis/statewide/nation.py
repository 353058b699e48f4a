"""One policy over several states: their totals, split between states, between districts and within them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.statewide.figures import of_place
from analysis.statewide.together import Everyone
from analysis.units import Codes


def over_states(states: Mapping[str, Everyone]) -> pd.DataFrame:
    """The figures over all schools of several states. Replicate r of all is replicate r of each.

    Args:
        states: at least two by name, of one policy and as many runs.

    Returns:
        As ``analysis.statewide.together.Result.state``, with the parts between_states, between_districts (of one
        state) and within.

    Raises:
        InputError: two of them have a district in common, so that its schools would count twice.
    """
    each = list(states.values())
    seen: dict[str, str] = {}
    for name, one in states.items():
        for lea in np.unique(one.lea[one.lea != ""]):
            if lea in seen:
                raise InputError(f"{seen[lea]} and {name} both have district {lea}, which would count twice.")
            seen[lea] = name
    state: Codes = np.repeat(np.arange(len(each)), [len(one.lea) for one in each])
    lea = np.concatenate([one.lea for one in each])
    district = np.unique(lea, return_inverse=True)[1].astype(np.intp)
    return of_place(
        np.concatenate([one.before for one in each]),
        np.concatenate([one.after for one in each]),
        np.sum([one.moved for one in each], axis=0),
        {"between_states": state, "between_districts": district},
    )
