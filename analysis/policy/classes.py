"""What the lottery takes students for, drawn where that is left to chance."""

import numpy as np
from numpy.typing import NDArray

from analysis.policy.draw import Draw, Ints
from analysis.policy.pools import Pools


def classed(draw: Draw, pools: Pools, students: Ints, at: slice = slice(None)) -> Ints:
    """Students by what the lottery takes them for.

    Args:
        draw: how chance is settled.
        pools: which classes there are.
        students: (…, 2, replicates, schools) of each group, a sample of each school's.
        at: the places of the schools.

    Returns:
        (classes, …, 2, replicates, schools).
    """
    if pools.counted is None:
        shares = pools.classes[:, :, None, at]
        shares = shares.reshape(len(shares), *(1,) * (students.ndim - 3), *shares.shape[1:])
        if not (shares % 1).any():
            return students[None] * shares.astype(np.int64)
        found = parted(draw, students, shares[:-1])
        return np.stack([*found, students - sum(found)])
    as_counted = draw.among(students, *(some[:, None, at] for some in (pools.counted.both, pools.counted.students)))
    right = as_counted, students - as_counted
    mistaken = [draw.applicants(some, share) for some, share in zip(right, pools.counted.mistaken, strict=True)]
    as_ed = as_counted - mistaken[0] + mistaken[1]
    return np.stack([as_ed, students - as_ed])


def parted(draw: Draw, students: Ints, shares: NDArray[np.float64]) -> list[Ints]:
    """Students of several kinds, one array for each; ``shares`` are the chances to be of each, at most 1 together.

    Each kind is drawn from those who are of none before it, so that nobody is of two.
    """
    found: list[Ints] = []
    none, open_ = students, np.ones_like(shares[0])
    for share in shares:
        chance = np.divide(share, open_, out=np.zeros_like(share), where=open_ > 0)
        found.append(draw.applicants(none, np.minimum(chance, 1.0)))
        none, open_ = none - found[-1], open_ - share
    return found
