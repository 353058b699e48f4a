"""All districts' lotteries at once: each district and the state, before and after, with the range that chance gives.

Replicate r of the state is replicate r of every district. Their lotteries are independent, so the state's range is that
of the sums, far narrower than the sum of the districts' ranges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.errors import InputError
from analysis.policy.draw import Ints
from analysis.policy.scenario import Scenario
from analysis.statewide.figures import figures, of_place, over_runs, range_over, units_of
from analysis.statewide.settle import settled
from analysis.statewide.work import Part
from analysis.units import Codes, Floats, ratio


@dataclass(frozen=True)
class Everyone:
    """Every school of the level in a state, as over several states is counted.

    Attributes:
        lea: (schools,) id of each school's district; empty where it has none.
        before: (schools, 2, 1) ED and other students today.
        after: (schools, 2, runs) after each run.
        moved: (1, runs) students who change schools.
    """

    lea: NDArray[np.str_]
    before: Ints
    after: NDArray[np.int32]
    moved: Floats


@dataclass(frozen=True)
class Result:
    """What a statewide policy does once all its lotteries have been held.

    A figure has four columns: ``_before``, ``_after`` (the mean of the replicates, so that parts add up), ``_low`` and
    ``_high`` (5–95 % of the replicates); NaN where it is undefined.

    Attributes:
        districts: one row a district that takes part, the one whose V falls most first: rank (missing where V is
            undefined), leaid, hosts, schools and students (of the level, today), ed_share, seats and unfilled
            (those expected to stay empty, before anybody withdraws), moved (students who change schools;
            ``moved_low``, ``moved_high``), then the figures of ``FIGURES`` and ``SHARES``.
        state: the same figures over every district's schools of the level, and their parts between and within districts
            (of D what sorting within adds): measure, part, before, after, low, high.
        refused: districts whose scenario could not be simulated: leaid, reason.
        senders: how many districts without hosts lose students.
        withdrawn: students whom the lotteries of two districts drew, on average; see ``analysis.statewide.settle``.
        everyone: the schools that the state's figures are of.
    """

    districts: pd.DataFrame
    state: pd.DataFrame
    refused: pd.DataFrame
    senders: int
    withdrawn: float
    everyone: Everyone


def together(table: pd.DataFrame, scenarios: Sequence[Scenario], parts: Sequence[Part]) -> Result:
    """What the parts of a batch do together.

    Args:
        table: the schools table they were simulated on, every district.
        scenarios: those of the batch, at least one, all of one level.
        parts: what simulating them gave, in any order.

    Raises:
        InputError: no district could be simulated.
    """
    known = table[table["ed"].notna() & table["students"].notna()].reset_index(drop=True)
    ed = known["ed"].to_numpy(dtype=np.int64)
    before = np.stack([ed, known["students"].to_numpy(dtype=np.int64) - ed], axis=1)[:, :, None]
    lea = known["leaid"].fillna("").to_numpy(dtype=np.str_)
    joined = _joined(parts)
    if not len(joined.districts):
        raise InputError(f"The policy can be simulated in no district: {joined.refused[0, 1]}")
    school = pd.Index(known["ncessch"]).get_indexer(joined.school)
    after, withdrawn = settled(before + _summed(joined, school, len(known)), joined, school, lea)
    moved = (joined.moved - withdrawn).T.astype(np.float64)
    covered = (known["level"] == scenarios[0].level).fillna(False).to_numpy(dtype=bool)
    districts, hosts = joined.districts, {scenario.district: len(scenario.hosts) for scenario in scenarios}
    found = _districts(lea[covered], before[covered], after[covered], districts)
    unfilled = pd.array(joined.unfilled, dtype="Int64")
    found = found.assign(hosts=[hosts[district] for district in districts], seats=joined.seats, unfilled=unfilled)
    spread = range_over(moved)
    found = found.assign(moved=spread["after"], moved_low=spread["low"], moved_high=spread["high"])
    everyone = Everyone(lea[covered], before[covered], after[covered].astype(np.int32), moved.sum(axis=0)[None, :])
    changed = np.unique(lea[(after != before).any(axis=(1, 2))])
    return Result(
        districts=_ranked(found),
        state=_state(everyone),
        refused=pd.DataFrame(joined.refused, columns=["leaid", "reason"]),
        senders=len(np.setdiff1d(changed, districts)),
        withdrawn=float(withdrawn.sum() / len(withdrawn)),
        everyone=everyone,
    )


def _joined(parts: Sequence[Part]) -> Part:
    """The parts as one, its districts in order of id, so that it does not matter how they were cut."""
    each = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Part.ROWS}
    districts, seats, unfilled = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("districts", "seats", "unfilled")
    )
    moved = np.concatenate([part.moved for part in parts], axis=1)
    rows, order = np.lexsort((each["school"], each["district"])), np.argsort(districts)
    return Part(
        districts=districts[order],
        seats=seats[order],
        unfilled=unfilled[order],
        moved=moved[:, order],
        refused=np.concatenate([part.refused for part in parts]),
        **{name: values[rows] for name, values in each.items()},
    )


def _summed(part: Part, school: Codes, schools: int) -> Ints:
    """(schools, 2, runs) what every district's lotteries change at each school."""
    rows, _, runs = part.change.shape
    gather = csr_array((np.ones(rows, dtype=np.int64), (school, np.arange(rows))), shape=(schools, rows))
    return np.asarray(gather @ part.change.reshape(rows, 2 * runs), dtype=np.int64).reshape(schools, 2, runs)


# --- Districts


def _districts(lea: NDArray[np.str_], before: Ints, after: Ints, districts: NDArray[np.str_]) -> pd.DataFrame:
    """The figures of some districts, in their order; arrays are of every school covered."""
    of = np.isin(lea, districts)
    place, places = np.searchsorted(districts, lea[of]), len(districts)
    today = units_of(before[of], place, places)
    table = pd.DataFrame(
        {
            "leaid": pd.Series(districts, dtype="str"),
            "schools": np.bincount(place, minlength=places),
            "students": today.students_total.astype(np.int64),
            "ed_share": ratio(today.totals[:, 0], today.students_total),
        }
    )
    for name, (then, now) in over_runs(before[of], after[of], lambda each: figures(each, place, places)).items():
        figure = {"before": then[:, 0]} | range_over(now)
        table = table.assign(**{f"{name}_{when}": values for when, values in figure.items()})
    return table


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Districts by how much V falls, with their rank; those without a V last and without one."""
    falls = table["variance_ratio_after"] - table["variance_ratio_before"]
    rank = pd.Series(np.arange(1, len(table) + 1), dtype="Int64")
    table = table.assign(falls=falls).sort_values(["falls", "leaid"], ignore_index=True)
    table = table.assign(rank=rank.where(table["falls"].notna()))
    first = ["rank", "leaid", "hosts", "schools", "students", "ed_share", "seats", "unfilled"]
    first += ["moved", "moved_low", "moved_high"]
    return table[[*first, *table.columns.difference([*first, "falls"], sort=False)]]


def _state(everyone: Everyone) -> pd.DataFrame:
    """The state's figures and their parts, one row each."""
    district = np.unique(everyone.lea, return_inverse=True)[1].astype(np.intp)
    return of_place(everyone.before, everyone.after, everyone.moved, {"between": district})
