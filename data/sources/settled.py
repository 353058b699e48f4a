"""What every mapped table is brought to: one state, and one NCES id a school for all years."""

import pandas as pd

from analysis.errors import InputError
from data.sources.source import Asked
from data.states import STATES


def of_state(frame: pd.DataFrame, label: str, asked: Asked) -> pd.DataFrame:
    """The rows of the state asked for.

    Raises:
        InputError: there are several states and none was asked for, or none of the one asked for.
    """
    if "state" not in frame:
        return frame
    states = frame["state"].dropna().unique()
    if not asked.state:
        if len(states) > 1:
            raise InputError(f"{label} holds {len(states)} states; name one, such as --state TX.")
        return frame
    frame = frame[frame["state"] == asked.state]
    if frame.empty:
        raise InputError(f"{label} holds no row of {STATES[asked.state].name}; give that state's file.")
    return frame


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """Where a table gives NCES ids beside the state's own: the last NCES id of each, for all years.

    A school whose NCES id changes stays one school. Ids that are not one to one, as where two schools share one, stay
    the state's own, as ``data.joining.merge`` does for the other tables.
    """
    frame = frame.copy()
    for own, nces in (("state_school", "ncessch"), ("state_leaid", "leaid")):
        if own in frame and nces in frame and len(frame["year"].unique()) > 1:
            pairs = frame.dropna(subset=[own, nces]).sort_values("year").drop_duplicates(own, keep="last")
            single = pairs[~pairs.duplicated(nces, keep=False)].set_index(own)[nces]
            frame[nces] = frame[own].map(single).astype("str").fillna(frame[own]).fillna(frame[nces])
    return frame
