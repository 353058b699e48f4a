"""Numbers as sentences and tables show them."""

import math
from collections.abc import Sequence

UNDEFINED = "not defined"
# Beside bounds that do not hold the value shown, after "less" or "more".
KNOWN_ONLY = "as it counts known schools only"
_ROUNDING = 1e-9
# A dash that no line of a narrow table ends with.
TO = "–\u2060"


def of_100(share: float) -> str:
    """A share as people count: "73 of 100"."""
    return f"{share * 100:.0f} of 100"


def percent(share: float, decimals: int = 0) -> str:
    """A percentage, whole unless decimals are asked for, or what to say where it is undefined."""
    return UNDEFINED if math.isnan(share) else f"{share:.{decimals}%}"


def number(value: float, decimals: int = 2) -> str:
    """An index to two decimals, or what to say where it is undefined."""
    return UNDEFINED if math.isnan(value) else f"{value:.{decimals}f}"


def between(low: float, high: float) -> str:
    """What an index can be, to two decimals: "0.30–0.33", or one number where both ends read alike."""
    return number(low) if number(low) == number(high) else f"{number(low)}–{number(high)}"


def bounded(value: float, low: float, high: float, low_exact: bool, high_exact: bool) -> str:
    """What an index can be and how that is known: "0.30–0.33, exact"; and whether the value beside it is none of it."""
    if math.isnan(low):
        return UNDEFINED
    known = {(True, True): "exact", (True, False): "greatest proven only", (False, True): "least proven only"}
    words = f"{between(low, high)}, {known.get((low_exact, high_exact), 'proven only')}"
    side = "less" if value < low - _ROUNDING else "more" if value > high + _ROUNDING else ""
    return f"{words}; the value is {side}, {KNOWN_ONLY}" if side else words


def with_range(value: float, low: float, high: float, decimals: int = 2) -> str:
    """A value with its range, "0.43 (0.41–0.46)", to a digit more where the two ends read alike.

    The value alone where its range is not known, or so thin that the ends read alike even then.
    """
    if math.isnan(value) or math.isnan(low) or math.isnan(high):
        return number(value, decimals)
    decimals += number(low, decimals) == number(high, decimals)
    ends = [number(end, decimals) for end in (low, high)]
    return number(value, decimals) + (f" ({TO.join(ends)})" if ends[0] != ends[1] else "")


def with_corrected(value: float, corrected: float, low: float, high: float, decimals: int = 2) -> str:
    """A value as counted, then the same corrected for chance with its range: "0.45, corrected 0.43 (0.41–0.46)".

    A range never stands behind the value as counted, which may lie outside it.
    """
    told = number(value, decimals)
    if math.isnan(value) or math.isnan(corrected):
        return told
    return f"{told}, corrected {with_range(corrected, low, high, decimals)}"


def expected(value: float) -> str:
    """What chance alone gives: to two decimals, or three below 0.01."""
    return number(value, 3 if value < 0.01 else 2)


def number_or_reason(value: float, reason: str) -> str:
    """An index to two decimals, or why it is undefined."""
    return f"{UNDEFINED}: {reason}" if math.isnan(value) else number(value)


def signed(change: float, *, points: bool = False, decimals: int = 3) -> str:
    """A change with its sign, "−0.040", or "+3.0 points" for shares; "±0.000" where it is too small to have one."""
    if math.isnan(change):
        return UNDEFINED
    size = f"{abs(change) * 100:.1f}" if points else f"{abs(change):.{decimals}f}"
    sign = "±" if not float(size) else "+" if change > 0 else "−"
    return f"{sign}{size} points" if points else f"{sign}{size}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
