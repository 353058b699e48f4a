"""Bounds of several groups set against every index of every completion of a place."""

import numpy as np
import pandas as pd
import pytest

from analysis.hidden.bounds import Bounds

TOLERANCE = 1e-9


def assert_around(found: Bounds, row: int, every: pd.DataFrame, *, may_be_wider: str = "") -> None:
    """No completion lies outside, and an end that is called exact is attained.

    Args:
        found: the bounds.
        row: the place.
        every: an index a column, a completion of the place a row.
        may_be_wider: an index that may have bounds where no completion defines it.
    """
    for name, values in every.items():
        attained, ends = values.dropna(), [end[name].iloc[row] for end in (found.low, found.high)]
        if attained.empty:
            assert name == may_be_wider or np.isnan(ends).all(), name
            continue
        assert ends[0] <= attained.min() + TOLERANCE, name
        assert ends[1] >= attained.max() - TOLERANCE, name
        for end, exact, extreme in zip(
            ends, (found.low_exact, found.high_exact), (attained.min(), attained.max()), strict=True
        ):
            if exact[name].iloc[row]:
                assert end == pytest.approx(extreme, abs=1e-8), name
