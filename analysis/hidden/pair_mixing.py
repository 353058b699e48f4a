"""V, H, M and Atkinson's index by how mixed schools are, bounded in cells: see ``analysis.hidden.pair_bounds``."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import xlog1py

from analysis.hidden.pair_cells import Cells, Ratio, least, on_edges
from analysis.units import Floats, ratio

# Improvements of the ratio whose greatest gives the least index.
_PRICES = 8


@dataclass(frozen=True)
class Mixture:
    """A φ that says how mixed a school is, and how an index follows from it.

    Attributes:
        mix: φ of both counts, alike in both.
        beside: how many of a group stand beside one of the other where one more of them adds so much to φ.
        share: the group's share where one more of it in place of one of the other adds so much to φ.
        value: the index from the ratio that is bounded.
        relative: whether that ratio is Σ φ(a_s, b_s) / φ(A, B); else it is (Σ φ(a_s, b_s) − φ(A, B)) / (A + B).
    """

    mix: Callable[[Floats, Floats], Floats]
    beside: Callable[[Floats], Floats]
    share: Callable[[Floats], Floats]
    value: Callable[[Floats], Floats]
    relative: bool = True


def even(mixture: Mixture, cells: Cells) -> tuple[Floats, Floats]:
    """The least of the index in each copy, never less than it is; see the module's notes."""
    at_start, at_end = (mixture.mix(share, np.ones_like(share)) for share in (cells.start, cells.end))
    slope = (at_end - at_start) / (cells.end - cells.start)
    plane, ones = np.array([slope, at_start - slope * cells.start]), np.ones((2, len(cells.start)))
    less, per = (np.zeros_like(plane), plane) if mixture.relative else (plane, ones)
    known = cells.over(mixture.mix(*cells.copied(cells.schools.low, cells.known))[None], cells.code(cells.known))[0]
    code = cells.of_hidden
    value, bound = np.zeros(len(cells.start)), np.full(len(cells.start), np.inf)
    for _ in range(_PRICES):
        a_price, b_price = (less + value * per)[:, code]
        a_per_b, b_per_a = mixture.beside(a_price), mixture.beside(b_price)
        points = on_edges(cells.schools, cells.rows, b_per_a, a_per_b, mixture.share(a_price - b_price))
        gain = mixture.mix(points[:, 0], points[:, 1]) - a_price * points[:, 0] - b_price * points[:, 1]
        counts = points[np.argmax(gain, axis=0), :, np.arange(len(code))].T
        both = cells.known_counts + cells.over(counts, code)
        numerator = known + cells.over(mixture.mix(*counts)[None], code)[0] - (less * both).sum(axis=0)
        denominator = (per * both).sum(axis=0)
        short = numerator - value * denominator
        reached = np.where(short > 0, (per * cells.fewest).sum(axis=0), (per * cells.most).sum(axis=0))
        bound = np.minimum(bound, value + short / reached)
        value = np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1), value)
    return mixture.value(bound), counts


def uneven(mixture: Mixture, cells: Cells) -> tuple[Floats, Floats]:
    """The greatest of the index in each copy, never more than it is; see the module's notes."""
    schools, none = cells.schools, np.zeros(len(cells.start))
    of_b = mixture.mix(cells.end, np.ones_like(cells.end))
    of_a = mixture.mix(cells.start, np.ones_like(cells.start)) / cells.start
    planes = np.array([[none, of_b], [of_a, none]])
    points = cells.copied(schools.corners(), cells.hidden)
    mixed = mixture.mix(points[:, 0], points[:, 1])
    known = cells.over(mixture.mix(*cells.copied(schools.low, cells.known))[None], cells.code(cells.known))[0]
    parts, of_known = np.array([mixed, mixed]), np.array([known, known])
    if mixture.relative:
        bound, counts = least(cells, Ratio(points, parts, of_known, planes))
        return mixture.value(bound), counts
    parts -= np.array([of_b[cells.of_hidden] * points[:, 1], of_a[cells.of_hidden] * points[:, 0]])
    of_known -= (planes * cells.known_counts).sum(axis=1)
    bound, counts = least(cells, Ratio(points, parts, of_known, np.ones_like(planes)))
    return mixture.value(bound), counts


def _harmonic(a: Floats, b: Floats) -> Floats:
    """The harmonic a b / (a + b), that is t p (1 − p)."""
    return a * np.nan_to_num(ratio(b, a + b))


def entropy_of(a: Floats, b: Floats) -> Floats:
    """The entropy of a school's mix, times t."""
    return xlog1py(a, np.nan_to_num(ratio(b, a))) + xlog1py(b, np.nan_to_num(ratio(a, b)))


def _root(a: Floats, b: Floats) -> Floats:
    """√(a b): t √(p (1 − p))."""
    return np.sqrt(a * b)


def _price(slope: Floats) -> Floats:
    """A slope of φ, above 0 and so small that the counts it asks for are beyond any."""
    return np.clip(slope, 1e-100, 500)


_OF_ENTROPY = Mixture(
    entropy_of,
    lambda slope: 1 / np.expm1(_price(slope)),
    lambda slope: 1 / (1 + np.exp(np.clip(slope, -500, 500))),
    lambda mixed: 1 - mixed,
)
MIXTURES = {
    "variance_ratio": Mixture(
        _harmonic,
        lambda slope: np.maximum(1 / np.sqrt(_price(slope)) - 1, 0),
        lambda slope: np.clip((1 - slope) / 2, 0, 1),
        lambda mixed: 1 - mixed,
    ),
    "theil_h": _OF_ENTROPY,
    "mutual_information": replace(_OF_ENTROPY, value=np.negative, relative=False),
    "atkinson": Mixture(
        _root,
        lambda slope: 1 / (4 * _price(slope) ** 2),
        lambda slope: (1 - slope / np.hypot(1, slope)) / 2,
        lambda mixed: 1 - np.maximum(mixed, 0) ** 2,
    ),
}
