"""All districts' lotteries at once: each district and the state, before and after, with the range that chance gives.

Replicate r of the state is replicate r of every district. Their lotteries are independent, so the state's range is that
of the sums, far narrower than the sum of the districts' ranges.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.decompose import decompose
from analysis.errors import InputError
from analysis.indices import INDICES
from analysis.policy.draw import Ints
from analysis.policy.figures import BALANCED, HIGH, HIGH_POVERTY, LOW
from analysis.policy.scenario import Scenario
from analysis.statewide.settle import settled
from analysis.statewide.work import Part
from analysis.units import Codes, Floats, Units, ratio, side_by_side

FIGURES = ("variance_ratio", "dissimilarity", "exposure", "theil_h")
# Shares of students in schools with 40–60 % ED, and with 75 % or more.
SHARES = ("balanced", "high_poverty")
SPLIT = ("variance_ratio", "theil_h", "exposure_shortfall")
Key = TypeVar("Key", bound=Hashable)
# Rows of schools and runs measured at once, which bounds the memory.
_ROWS = 1_000_000


@dataclass(frozen=True)
class Result:
    """What a statewide policy does once all its lotteries have been held.

    A figure has four columns: ``_before``, ``_after`` (the mean of the replicates, so that parts add up), ``_low`` and
    ``_high`` (5–95 % of the replicates); NaN where it is undefined.

    Attributes:
        districts: one row a district that takes part, the one whose V falls most first: rank (missing where V is
            undefined), leaid, hosts, schools and students (of the level, today), ed_share, moved (students who change
            schools; ``moved_low``, ``moved_high``), then the figures of ``FIGURES`` and ``SHARES``.
        state: the same figures over every district's schools of the level, and their parts between and within districts
            (of D what sorting within adds): measure, part, before, after, low, high.
        refused: districts whose scenario could not be simulated: leaid, reason.
        senders: how many districts without hosts lose students.
        withdrawn: students whom the lotteries of two districts drew, on average; see ``analysis.statewide.settle``.
    """

    districts: pd.DataFrame
    state: pd.DataFrame
    refused: pd.DataFrame
    senders: int
    withdrawn: float


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
    found = found.assign(hosts=[hosts[district] for district in districts])
    spread = _range(moved)
    found = found.assign(moved=spread["after"], moved_low=spread["low"], moved_high=spread["high"])
    state = _state(lea[covered], before[covered], after[covered], moved.sum(axis=0)[None, :])
    changed = np.unique(lea[(after != before).any(axis=(1, 2))])
    return Result(
        districts=_ranked(found),
        state=state,
        refused=pd.DataFrame(joined.refused, columns=["leaid", "reason"]),
        senders=len(np.setdiff1d(changed, districts)),
        withdrawn=float(withdrawn.sum() / len(withdrawn)),
    )


def _joined(parts: Sequence[Part]) -> Part:
    """The parts as one, its districts in order of id, so that it does not matter how they were cut."""
    each = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Part.ROWS}
    districts = np.concatenate([part.districts for part in parts])
    moved = np.concatenate([part.moved for part in parts], axis=1)
    rows, order = np.lexsort((each["school"], each["district"])), np.argsort(districts)
    return Part(
        districts=districts[order],
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
    today = _units(before[of], place, places)
    table = pd.DataFrame(
        {
            "leaid": pd.Series(districts, dtype="str"),
            "schools": np.bincount(place, minlength=places),
            "students": today.students_total.astype(np.int64),
            "ed_share": ratio(today.totals[:, 0], today.students_total),
        }
    )
    for name, (then, now) in _over_runs(before[of], after[of], lambda each: _figures(each, place, places)).items():
        figure = {"before": then[:, 0]} | _range(now)
        table = table.assign(**{f"{name}_{when}": values for when, values in figure.items()})
    return table


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Districts by how much V falls, with their rank; those without a V last and without one."""
    falls = table["variance_ratio_after"] - table["variance_ratio_before"]
    rank = pd.Series(np.arange(1, len(table) + 1), dtype="Int64")
    table = table.assign(falls=falls).sort_values(["falls", "leaid"], ignore_index=True)
    table = table.assign(rank=rank.where(table["falls"].notna()))
    first = ["rank", "leaid", "hosts", "schools", "students", "ed_share", "moved", "moved_low", "moved_high"]
    return table[[*first, *table.columns.difference([*first, "falls"], sort=False)]]


def _figures(counts: Ints, place: Codes, places: int) -> dict[str, Floats]:
    """The figures of (schools, 2, runs) students, each (places, runs)."""
    units = _units(counts, place, places)
    share = ratio(units.counts[:, 0], units.students)
    within = {"balanced": (share >= BALANCED[0]) & (share <= BALANCED[1]), "high_poverty": share >= HIGH_POVERTY}
    figures = {name: INDICES[name].function(units) for name in FIGURES}
    for name, which in within.items():
        figures[name] = ratio(units.over_places(np.where(which, units.students, 0.0)), units.students_total)
    return {name: values.reshape(places, -1) for name, values in figures.items()}


def _units(counts: Ints, place: Codes, places: int) -> Units:
    """Every run's schools as units, the place codes of each place's runs next to each other."""
    runs = counts.shape[2]
    columns = [counts[:, group].ravel().astype(np.float64) for group in (0, 1)]
    code = (place[:, None] * runs + np.arange(runs)).ravel()
    return Units(side_by_side(*columns), columns[0] + columns[1], code, places * runs)


# --- The state


def _state(lea: NDArray[np.str_], before: Ints, after: Ints, moved: Floats) -> pd.DataFrame:
    """The state's figures and their parts, one row each; ``moved`` is (1, runs)."""
    district = np.unique(lea, return_inverse=True)[1].astype(np.intp)
    measured = _over_runs(before, after, lambda each: _split(each, district))
    measured["moved", "total"] = np.zeros((1, 1)), moved
    rows = [
        {"measure": measure, "part": part, "before": then[0, 0]} | {when: ends[0] for when, ends in _range(now).items()}
        for (measure, part), (then, now) in measured.items()
    ]
    return pd.DataFrame(rows)


def _split(counts: Ints, district: Codes) -> dict[tuple[str, str], Floats]:
    """The state's figures, and their parts between and within districts, of (schools, 2, runs) students: (1, runs)."""
    runs = counts.shape[2]
    state = np.zeros(len(counts), dtype=np.intp)
    split = decompose(_units(counts, state, 1), np.repeat(district, runs))
    parts = {(measure, part): split[measure, part] for measure in SPLIT for part in ("total", "between", "within")}
    parts |= {("dissimilarity", part): split["dissimilarity", part] for part in ("total", "between", "added_within")}
    figures = _figures(counts, state, 1)
    whole = {(name, "total"): figures[name] for name in ("exposure", *SHARES)}
    return {key: values.to_numpy(dtype=np.float64)[None, :] for key, values in parts.items()} | whole


# --- Before, after and range


def _over_runs(
    before: Ints, after: Ints, measure: Callable[[Ints], dict[Key, Floats]]
) -> dict[Key, tuple[Floats, Floats]]:
    """Measures before and after: of each, (places, 1) and (places, runs). Some runs at a time, to bound the memory."""
    step = max(1, _ROWS // max(len(after), 1))
    pieces = [measure(after[:, :, start : start + step]) for start in range(0, after.shape[2], step)]
    return {
        name: (values, np.concatenate([piece[name] for piece in pieces], axis=1))
        for name, values in measure(before).items()
    }


def _range(runs: Floats) -> dict[str, Floats]:
    """(places,) the mean of (places, runs) values and their 5–95 % range, whose ends are values that occurred."""
    low, high = np.quantile(runs, [LOW, HIGH], axis=1, method="inverted_cdf")
    return {"after": runs.mean(axis=1), "low": low, "high": high}
