"""Hiding the small counts of a school so that nothing computed from what is left tells them.

A school's counts and their sum are told to the world, so hiding one small count alone hides nothing: it is the sum
less the others. ``suppressed`` hides enough of each school's counts and puts stand-ins in their places. Everything
published is then computed from those, so no set of tables, totals, differences, years or indices tells more than the
schools' rows do (NCES Statistical Standard 4-2 asks the same: edits made to a file hold for all derived from it).

What the rows tell is bounded for readers who know this program, too. Choices made from the counts betray them (Wong et
al. 2007, "Minimality attack in privacy preserving data publishing"), so each choice below is one that many different
schools share: for every small count at least half as many neighbouring values as the minimum cell, or all that the
school's students allow, lead to exactly the same row. The tests enumerate all schools of a size to see that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Suppressed:
    """Counts fit to publish, each array (schools, groups).

    Attributes:
        counts: the count where it is shown, a stand-in where it is hidden.
        hidden: whether it is hidden.
        low, high: between which values a reader knows the count to lie; both the count itself where it is shown.
    """

    counts: Ints
    hidden: Mask
    low: Ints
    high: Ints


def still_possible(cell: int) -> int:
    """How many neighbouring values every hidden small count keeps, whatever is published: half the minimum cell."""
    return (cell + 1) // 2


def close_to(counts: Floats, told: Floats, students: Ints, cell: int) -> Floats:
    """The told count that each count is too close to, NaN where there is none: the nearest, if they differ by few.

    Two definitions of the same students differ by those whom only one of them counts, such as students with lunch at a
    reduced price. If each count that differs from a told one by less than ``cell`` is hidden, and all that is told of
    it is which, then every small difference keeps its values: told counts are ``cell`` apart or more, so at least
    ``still_possible`` neighbouring values on each side of one are nearest to it. Where there is less room between a
    told count and nobody, or everybody, than two cells, all that lie there are too close.

    Args:
        counts: (schools,) NaN where unknown.
        told: (schools, definitions) other counts of the same students that are shown; NaN where they are not.
        students: (schools,) the number of students.
        cell: the minimum cell size.
    """
    apart = np.abs(told - counts[:, None])
    nearest = np.where(np.isnan(apart), np.inf, apart).argmin(axis=1)
    near = told[np.arange(len(told)), nearest]
    below = (near < 2 * cell) & (counts < cell)
    above = (students - near < 2 * cell) & (students - counts < cell)
    return np.where((np.abs(near - counts) < cell) | below | above, near, np.nan)


def suppressed(counts: Ints, known: Mask, students: Ints, cell: int) -> Suppressed:
    """Counts fit to publish beside the number of students.

    A count is small if it, or all students but it, is below ``cell``. A school without a small count is shown as it is.
    Otherwise, in this order:

    1. All students but fewer than ``cell`` are of one group: that is told, and no count.
    2. There are few students, or more in the groups than in the school: no count is told.
    3. Else the small counts are hidden. Where their sum, which the rest gives away, still leaves each of them open,
       that is all. If not, the largest counts are hidden too, as many as it takes for the sum to leave them open.

    Args:
        counts: (schools, groups), two groups or more that have no student in common.
        known: which counts are known; the others stay out of it.
        students: (schools,) the number of students, which everyone knows.
        cell: the minimum cell size, 3 or more.
    """
    counts = np.where(known, counts, 0)
    total = counts.sum(axis=1)
    small = known & ((counts < cell) | (students[:, None] - counts < cell))
    nearly_all = known & (total[:, None] - counts < cell)
    any_small, crowded = small.any(axis=1), total > students
    dominated = any_small & nearly_all.any(axis=1) & (total >= 2 * cell) & ~crowded
    few = any_small & ~dominated & (crowded | (total < (known.sum(axis=1) + 1) * cell))
    pooled = any_small & ~dominated & ~few

    result = Suppressed(counts.copy(), np.zeros_like(known), counts.copy(), counts.copy())
    _put(result, dominated, _dominated(known[dominated], nearly_all[dominated], total[dominated], cell))
    _put(result, few, _few(known[few], np.minimum(total, students)[few], students[few]))
    _put(result, pooled, _pooled(counts[pooled], known[pooled], small[pooled], cell))
    return result


def _put(result: Suppressed, rows: Mask, part: Suppressed) -> None:
    for whole, piece in zip(
        (result.counts, result.hidden, result.low, result.high),
        (part.counts, part.hidden, part.low, part.high),
        strict=True,
    ):
        whole[rows] = piece


def _spread(amount: Ints, into: Mask) -> Ints:
    """An amount for each school shared out evenly over the groups marked, the remainder to the first of them."""
    groups = np.maximum(into.sum(axis=1), 1)
    first = into.cumsum(axis=1) <= (amount % groups)[:, None]
    return np.where(into, (amount // groups)[:, None] + first, 0)


def _dominated(known: Mask, nearly_all: Mask, total: Ints, cell: int) -> Suppressed:
    """Schools of one group but for fewer than ``cell`` students: each other count is from 0 to ``cell`` − 1."""
    # Any fixed number would do; in real states such counts lie nearer to nobody than to the middle.
    others = np.full_like(total, cell // 3)
    stand_in = np.where(nearly_all, (total - others)[:, None], _spread(others, known & ~nearly_all))
    low = np.where(nearly_all, (total - cell + 1)[:, None], 0)
    high = np.where(nearly_all, total[:, None], np.where(known, cell - 1, 0))
    return Suppressed(stand_in, known, low, high)


def _few(known: Mask, total: Ints, students: Ints) -> Suppressed:
    """Schools of which no count is told: each is anything from none to all of the students."""
    low = np.zeros(known.shape, dtype=np.int64)
    return Suppressed(_spread(total, known), known, low, np.where(known, students[:, None], low))


def _pooled(counts: Ints, known: Mask, small: Mask, cell: int) -> Suppressed:
    """Schools whose small counts are hidden together with as many of their largest as it takes.

    With k small counts of sum R, each is from R − (cell − 1)(k − 1) to R, so that R leaves at least ``still_possible``
    values to each if it is neither below that number nor above (cell − 1) k less it (k = 1: never). Otherwise R may be
    known to be at one of these ends, from ``least`` to ``most``, and the m largest counts are hidden too: the fewest
    whose sum with R exceeds ``least`` + m × (the next largest) by cell + groups − 2. Then any R of that range comes
    about with m equal counts of the same sum, which lead to the same m, so R stays open, and with it each small count.
    """
    groups, k = known.sum(axis=1), small.sum(axis=1)
    kept = still_possible(cell)
    pool, top = np.where(small, counts, 0).sum(axis=1), (cell - 1) * k
    alone = (k > 1) & (pool >= kept) & (pool <= top - kept)
    least = np.where(alone, pool, np.where((k > 1) & (pool > top - kept), top - kept + 1, 0))
    most = np.where(alone, pool, least + np.where(k > 1, kept, cell) - 1)
    slack = cell + groups - 2

    large = np.where(known & ~small, counts, 0)
    order = np.argsort(-large, axis=1, kind="stable")
    ranked = np.take_along_axis(large, order, axis=1)
    following = np.column_stack([ranked[:, 1:], np.zeros_like(pool)])
    place = np.arange(1, ranked.shape[1] + 1)
    enough = (pool - least)[:, None] + ranked.cumsum(axis=1) - place * following >= slack[:, None]
    taken = np.where(alone, 0, 1 + enough.argmax(axis=1))
    beside = np.zeros_like(small)
    np.put_along_axis(beside, order, place <= taken[:, None], axis=1)

    middle = (least + most + 1) // 2
    together = pool + np.where(beside, counts, 0).sum(axis=1)
    stand_in = np.where(small, _spread(middle, small), _spread(together - middle, beside))
    # Hidden beside each other, the largest differ by less than the slack: fewer of them were not enough.
    apart = np.where(taken > 1, slack, 0)
    low = np.where(small, (least - (top - cell + 1))[:, None], stand_in - (most - middle + apart)[:, None])
    high = np.where(small, np.minimum(most, cell - 1)[:, None], stand_in + (middle - least + apart)[:, None])
    hidden = small | beside
    return Suppressed(
        np.where(hidden, stand_in, counts),
        hidden,
        np.where(hidden, np.maximum(low, 0), counts),
        np.where(hidden, high, counts),
    )
