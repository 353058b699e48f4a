"""Every index of every district, beside PySAL and beside one pass for D in plain NumPy."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.indices import INDICES
from analysis.multigroup import gini as multigroup_gini
from analysis.two_groups import gini
from analysis.units import Floats, Units
from benchmarks import inputs
from benchmarks.timing import Figure, Timing, timed

# PySAL takes one place at a time; that many of them are timed, and the time of all follows in proportion.
SAMPLED = 150
# As many as a large state has.
STATE_SCHOOLS = 8_500

# PySAL's Gini runs on all cores at once, which for a district's few schools costs many times what it saves.
os.environ["NUMBA_NUM_THREADS"] = "1"
with np.errstate(), warnings.catch_warnings():  # importing it changes NumPy's settings for the whole process
    warnings.simplefilter("ignore")
    from segregation import multigroup, singlegroup

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
    yield from _of(f"{state.label}, {len(state.schools):,} schools", inputs.by_district(state.schools), (None, 0.02))
    yield from _of(f"nation, {inputs.SCHOOLS:,} schools", inputs.nation()[0], (0.04, None))
    yield from _multigroup_gini()
    before = None
    for schools in (inputs.SCHOOLS, 2 * inputs.SCHOOLS, 4 * inputs.SCHOOLS):
        units = inputs.nation(schools)[0]
        ours = timed(partial(_measured, units, tuple(INDICES)))
        yield Figure(f"eight indices, {schools:,} schools", ours, (("half as many", before),) if before else ())
        before = ours


def _of(label: str, units: Units, targets: tuple[float | None, float | None]) -> Iterator[Figure]:
    floor = timed(partial(d_in_one_pass, units))
    peer = ("PySAL", _peer(units))
    least = ("D in one pass", floor)
    yield Figure(f"D, {label}", timed(partial(_measured, units, ("dissimilarity",))), (least,))
    yield Figure(f"seven indices, {label}", timed(partial(_measured, units, tuple(PEERS))), (peer, least), targets[0])
    yield Figure(f"all eight, {label}", timed(partial(_measured, units, tuple(INDICES))), (least,), targets[1])


def _multigroup_gini() -> Iterator[Figure]:
    """Seven groups in one place. PySAL compares every two schools in 8 bytes each, so it gets a quarter of them."""
    races, _ = inputs.nation_by_race()
    state = _first(races, STATE_SCHOOLS)
    few = _first(races, STATE_SCHOOLS // 4)
    table = pd.DataFrame(few.counts, columns=[f"group {number}" for number in range(few.counts.shape[1])])
    peer = timed(lambda: multigroup.MultiGini(table, list(table)).statistic, repeats=3).scaled(16)
    ours = timed(lambda: multigroup_gini(replace(state)))
    beside = (
        ("PySAL, from a quarter of the schools", peer),
        ("the Gini of one group", timed(lambda: gini(replace(state)))),
    )
    yield Figure(f"Gini of seven groups, {STATE_SCHOOLS:,} schools", ours, beside, 0.05)


def _first(units: Units, schools: int) -> Units:
    """The first schools, all in one place."""
    counts = np.asfortranarray(units.counts[:schools])
    return Units(counts, counts.sum(axis=1), np.zeros(schools, dtype=np.intp), 1)


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
