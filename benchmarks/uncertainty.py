"""How sure D is, beside PySAL's bias-corrected D and beside the random draws alone; and chance for every district."""

import os
import warnings
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from analysis.chance.expected import EXACT, expected
from analysis.chance.random_assignment import permuted
from analysis.chance.replicates import REPLICATES, stream
from analysis.chance.uncertainty import bootstrap, corrected
from analysis.units import Units, known, units_by
from benchmarks import inputs
from benchmarks.timing import Figure, timed

os.environ["NUMBA_NUM_THREADS"] = "1"
with np.errstate(), warnings.catch_warnings():  # importing it changes NumPy's settings for the whole process
    warnings.simplefilter("ignore")
    from segregation.singlegroup import BiasCorrectedDissim

DRAWS = 100


def figures() -> Iterator[Figure]:
    state = inputs.state()
    table = state.schools[known(state.schools, "ed", None)]
    whole, _ = units_by(table, "ed", None, ["year"])
    label = f"{state.label}, {len(whole.place):,} schools"
    peer = pd.DataFrame({"group": whole.counts[:, 0].astype(int), "students": whole.students.astype(int)})
    yield Figure(
        f"bias-corrected D, {DRAWS} replicates, {label}",
        timed(partial(_corrected_d, whole)),
        (
            ("PySAL", timed(partial(_peer, peer))),
            ("its draws alone", timed(partial(_draws_alone, whole))),
        ),
        0.25 if state.real else None,
    )
    districts = inputs.by_district(state.schools)
    yield Figure(f"exact expected values, every district, {label}", timed(partial(expected, districts, [*EXACT])))
    for what, run in (("intervals", bootstrap), ("random assignments", permuted)):
        yield Figure(
            f"{what} of eight indices, {REPLICATES} replicates, every district, {label}",
            timed(partial(run, districts), 3),
        )


def _corrected_d(units: Units) -> None:
    corrected(units, ["dissimilarity"])
    bootstrap(units, ["dissimilarity"], DRAWS)


def _peer(table: pd.DataFrame) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        BiasCorrectedDissim(table, "group", "students", B=DRAWS)


def _draws_alone(units: Units) -> None:
    """As many binomial numbers, one a school and replicate."""
    sizes, shares = units.counted.astype(np.int64), units.counts[:, 0] / units.counted
    for replicate in range(DRAWS):
        stream(0, replicate).binomial(sizes, shares)
