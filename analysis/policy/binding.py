"""What binds: which limits stand in the way of a target, each lifted alone, then in pairs, then all of them."""

from collections.abc import Callable, Sequence
from itertools import combinations

Lifted = dict[tuple[str, ...], float]


def lifted(names: Sequence[str], bound: Callable[[tuple[str, ...]], float], target: float) -> Lifted:
    """What comes within reach with limits lifted, by the limits.

    Each is lifted alone; where none of them is enough, each two together; where no two are, all.

    Args:
        names: of the limits.
        bound: the least that can be reached without some limits; NaN where nothing is possible even so.
        target: what is to be reached.
    """
    found: Lifted = {}
    for number in sorted({1, 2, len(names)} & set(range(1, len(names) + 1))):
        found |= {which: bound(which) for which in combinations(names, number)}
        if enough(found, target):
            break
    return found


def enough(found: Lifted, target: float) -> list[tuple[str, ...]]:
    """The limits that suffice, lifted together; no smaller number of them does."""
    return [which for which, bound in found.items() if bound <= target]
