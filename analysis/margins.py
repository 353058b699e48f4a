"""A table with the margins of one and the odds ratios of another: where iterative proportional fitting arrives.

Fitting rows and columns in turn (Deming & Stephan 1940) creeps where schools are nearly of one group, and a loose
tolerance then turns signs. The rows of the limit follow from the factors of the few columns, and these minimise a
smooth convex function: Newton's method arrives in some ten steps, however many schools there are.
"""

import numpy as np

from analysis.units import Floats

# How far a column of a fitted table may be from its margin, as a part of that margin; the rows are exact.
TOLERANCE = 1e-12
# Where a cell must vanish, a step takes off half of what is left of it: forty reach the tolerance.
_MOST_STEPS = 300
# A cell below this part of its row is on its way to 0.
_NOTHING = 1e-15


def fitted(seed: Floats, rows: Floats, columns: Floats) -> Floats | None:
    """The table r_s c_g x_sg with given margins, of a seed x: it keeps every odds ratio of the seed, and its zeros.

    Args:
        seed: (units, groups) ≥ 0, with something in each row and each column.
        rows: (units,) margin of the units, > 0.
        columns: (groups,) margin of the groups, > 0, with the same sum.

    Returns:
        The (units, groups) table, or the limit of such tables where the margins let a cell vanish; None where no table
        with the seed's zeros has these margins, as where the schools of one group are more than the group.
    """
    size = rows / rows.sum()
    wanted = columns / columns.sum()
    scale = np.sqrt(wanted)
    log_factor = -np.log(seed.sum(axis=0) / seed.sum() / wanted)
    for _ in range(_MOST_STEPS):
        share = _shares(seed, log_factor)
        if share is None:
            return None
        reached = size @ share
        gap = reached - wanted
        if (np.abs(gap) <= TOLERANCE * wanted).all():
            return np.where(share < _NOTHING, 0.0, share) * rows[:, None]
        curvature = np.diag(reached) - share.T @ (size[:, None] * share)
        step = -np.linalg.pinv(curvature / np.outer(scale, scale), hermitian=True) @ (gap / scale) / scale
        # The curvature grows at most e-fold over a step of width 1, so this much of a step always leads down:
        # Sun & Tran-Dinh (2019), Generalized Self-Concordant Functions, Mathematical Programming 178, 145–213.
        width = np.ptp(step)
        if width == 0:  # the seed falls apart into pieces, and the margins ask one piece for another's students
            return None
        log_factor = log_factor + step * (np.log1p(width) / width)
    return None


def _shares(seed: Floats, log_factor: Floats) -> Floats | None:
    """Each row of the seed times the columns' factors, as shares of the row; None where the factors run away."""
    weighted = seed * np.exp(log_factor - log_factor.max())
    whole = weighted.sum(axis=1, keepdims=True)
    return weighted / whole if (whole > np.finfo(float).tiny / np.finfo(float).eps).all() else None
