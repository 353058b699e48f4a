"""The ways students may take between schools, as the incidence matrices of a network."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from analysis.policy.places import Flags
from analysis.policy.program import Matrix
from analysis.units import Floats

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Routes:
    """Arcs of a network for both groups. A load is a school's students of one group, those of group 0 first.

    Attributes:
        out: (2n, arcs) 1 where students on the arc leave the school.
        into: (2n, arcs) 1 where students on the arc enter the school.
        balance: (hubs, arcs) students into each hub less those out of it; no row where arcs are pairs of schools.
    """

    out: Matrix
    into: Matrix
    balance: Matrix

    @property
    def net(self) -> Matrix:
        """(2n, arcs) what students on the arc add to each load."""
        return self.into - self.out

    @property
    def moves(self) -> Floats:
        """(arcs,) students who change schools for each student on the arc."""
        return self.out.sum(axis=0)


def routes(open_: Flags) -> Routes:
    """The smallest network that lets students move exactly where it is open.

    Schools open to the same schools are alike, such as those of one level without a travel limit: an arc from each to
    a hub and one from the hub to each stand for the arcs between all pairs.

    Args:
        open_: (n, n) symmetric, with a true diagonal.
    """
    kinds, kind = np.unique(open_, axis=0, return_inverse=True)
    between = len(kinds) * len(open_)
    return _hubs(open_, kind) if 2 * between < open_.sum() else _pairs(open_)


def incidence(rows: Positions, height: int) -> Matrix:
    """(height, arcs) 1 in the row of each arc."""
    ones = np.ones(len(rows))
    return sp.csr_array((ones, (rows, np.arange(len(rows)))), shape=(height, len(rows)))


def _pairs(open_: Flags) -> Routes:
    """An arc between each two schools that are open to each other."""
    source, target = np.nonzero(open_ & ~np.eye(len(open_), dtype=bool))
    n, arcs = len(open_), len(source)
    return Routes(_both(incidence(source, n)), _both(incidence(target, n)), sp.csr_array((0, 2 * arcs)))


def _hubs(open_: Flags, kind: Positions) -> Routes:
    """A hub for each ordered two kinds: students of schools of the first on their way to schools of the second."""
    n = len(open_)
    _, first = np.unique(kind, return_index=True)
    open_kinds = open_[np.ix_(first, first)]
    source, to_kind = np.nonzero(open_kinds[kind])
    target, from_kind = np.nonzero(open_kinds[kind])
    many = len(first)
    up, down = kind[source] * many + to_kind, from_kind * many + kind[target]
    none = sp.csr_array((n, len(source)))
    return Routes(
        _both(sp.hstack([incidence(source, n), none], format="csr")),
        _both(sp.hstack([none, incidence(target, n)], format="csr")),
        _both(sp.hstack([incidence(up, many * many), -incidence(down, many * many)], format="csr")),
    )


def _both(one: Matrix) -> Matrix:
    """The same for both groups, arcs and rows of group 0 first."""
    return sp.block_diag([one, one], format="csr")
