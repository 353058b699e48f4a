"""Every index of every district, beside PySAL and beside one pass for D in plain NumPy."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.indices import INDICES
from analysis.units import Floats, Units
from benchmarks import inputs
from benchmarks.timing import Figure, Timing, timed

# PySAL takes one place at a time; that many of them are timed, and the time of all follows in proportion.
SAMPLED = 150

# PySAL's Gini runs on all cores at once, which for a district's few schools costs many times what it saves.
os.environ["NUMBA_NUM_THREADS"] = "1"
with np.errstate(), warnings.catch_warnings():  # importing it changes NumPy's settings for the whole process
    warnings.simplefilter("ignore")
    from segregation import singlegroup

# M is ours alone; the other seven have a counterpart.
PEERS = {
    "dissimilarity": singlegroup.Dissim,
    "exposure": singlegroup.Interaction,
    "isolation": singlegroup.Isolation,
    "variance_ratio": singlegroup.CorrelationR,
    "theil_h": singlegroup.Entropy,
    "gini": singlegroup.Gini,
    "atkinson": singlegroup.Atkinson,
}


def figures() -> Iterator[Figure]:
    state = inputs.state()
    yield from _of(f"{state.label}, {len(state.schools):,} schools", inputs.by_district(state.schools), 0.02)
    yield from _of(f"nation, {inputs.SCHOOLS:,} schools", inputs.nation()[0], None)
    before = None
    for schools in (inputs.SCHOOLS, 2 * inputs.SCHOOLS, 4 * inputs.SCHOOLS):
        units = inputs.nation(schools)[0]
        ours = timed(partial(_measured, units, tuple(INDICES)))
        yield Figure(f"eight indices, {schools:,} schools", ours, (("half as many", before),) if before else ())
        before = ours


def _of(label: str, units: Units, target: float | None) -> Iterator[Figure]:
    floor = timed(partial(d_in_one_pass, units))
    peer = ("PySAL", _peer(units))
    least = ("D in one pass", floor)
    yield Figure(f"D, {label}", timed(partial(_measured, units, ("dissimilarity",))), (least,))
    yield Figure(f"seven indices, {label}", timed(partial(_measured, units, tuple(PEERS))), (peer, least))
    yield Figure(f"all eight, {label}", timed(partial(_measured, units, tuple(INDICES))), (least,), target)


def _measured(units: Units, names: tuple[str, ...]) -> list[Floats]:
    """The indices of fresh units: they keep their totals, which a second run would not pay for."""
    fresh = replace(units)
    return [INDICES[name].function(fresh) for name in names]


def d_in_one_pass(units: Units) -> Floats:
    """The least there is to do: D alone, nothing checked."""
    a, b = units.counts[:, 0], units.counts[:, 1]
    total_a, total_b = np.bincount(units.place, weights=a), np.bincount(units.place, weights=b)
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = np.abs(a / total_a[units.place] - b / total_b[units.place])
    return np.bincount(units.place, weights=gaps) / 2


def _peer(units: Units) -> Timing:
    """The seven indices by PySAL, district after district, from a sample of districts."""
    table = pd.DataFrame({"group": units.counts[:, 0], "students": units.students})
    order = np.random.default_rng(0).permutation(units.places)[:SAMPLED]
    tables = [table[units.place == place].reset_index(drop=True) for place in order]
    return timed(partial(_peer_measured, tables), repeats=5).scaled(units.places / len(tables))


def _peer_measured(tables: list[pd.DataFrame]) -> list[float]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [peer(table, "group", "students").statistic for table in tables for peer in PEERS.values()]
