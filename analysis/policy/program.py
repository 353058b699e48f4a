"""A linear program in named blocks of variables, solved by HiGHS through scipy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.units import Floats

# HiGHS's primal feasibility tolerance is 1e-7; what is nearer to a whole number than this is that number.
WHOLE = 1e-5
# A mixed program is solved once its answer is proven to lie this near to the best, relative to it.
PROVEN = 1e-4

Matrix: TypeAlias = Any  # a sparse array of scipy, which has no types
Numbers = Floats | NDArray[np.int64] | float
_OUT_OF_TIME = 1


@dataclass(frozen=True)
class Solution:
    """An answer: the values of each block, and what no answer's cost lies below."""

    values: dict[str, Floats]
    least: float


class Program:
    """Variables in blocks, each at least 0, and rows that bind them."""

    def __init__(self, **sizes: int) -> None:
        """Name the blocks and say how many variables each has."""
        self.sizes = sizes
        self._rows: list[Matrix] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []

    def bind(self, low: Numbers, high: Numbers, **parts: Matrix) -> None:
        """Demand low ≤ Σ part @ block ≤ high; each part is (rows, variables of its block)."""
        rows = next(iter(parts.values())).shape[0]
        blank = {name: sp.csr_array((rows, size)) for name, size in self.sizes.items()}
        self._rows.append(sp.hstack(list((blank | parts).values()), format="csr"))
        self._low.append(np.broadcast_to(np.asarray(low, dtype=np.float64), rows))
        self._high.append(np.broadcast_to(np.asarray(high, dtype=np.float64), rows))

    def solve(
        self,
        cost: Mapping[str, Numbers],
        bounds: Mapping[str, tuple[Numbers, Numbers]] | None = None,
        whole: str | None = None,
        seconds: float | None = None,
    ) -> Solution | None:
        """The answer of least cost; None where no values meet all rows and bounds.

        Args:
            cost: of each variable of a block; blocks left out cost nothing.
            bounds: the least and most of a block's variables; blocks left out are 0 or more.
            whole: a block whose variables are whole numbers.
            seconds: after these the best answer found so far is taken; it has no values where none was found.
        """
        limits = dict.fromkeys(self.sizes, (0.0, np.inf)) | dict(bounds or {})
        options: dict[str, Any] = {"mip_rel_gap": PROVEN} | ({} if seconds is None else {"time_limit": seconds})
        low, high = (self._vector({name: pair[side] for name, pair in limits.items()}) for side in (0, 1))
        found = milp(
            self._vector(cost),
            constraints=LinearConstraint(
                sp.vstack(self._rows, format="csc"), np.concatenate(self._low), np.concatenate(self._high)
            ),
            bounds=Bounds(low, high),
            integrality=None if whole is None else self._vector({whole: 1.0}),
            options=options,
        )
        if "infeasible" in found.message.lower():  # or "unbounded or infeasible": no cost lies below 0
            return None
        if found.x is None and found.status != _OUT_OF_TIME:
            raise ArithmeticError(f"the solver failed: {found.message}")
        least = found.fun if whole is None else found.mip_dual_bound
        if found.x is None:
            return Solution({}, 0.0 if least is None or not np.isfinite(least) else float(least))
        ends = np.cumsum([*self.sizes.values()])[:-1]
        values = dict(zip(self.sizes, np.split(found.x, ends), strict=True))
        return Solution(values, float(least))

    def _vector(self, values: Mapping[str, Numbers]) -> Floats:
        return np.concatenate([np.broadcast_to(values.get(name, 0.0), size) for name, size in self.sizes.items()])
