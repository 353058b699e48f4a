"""What a scenario does: every school before and after, who moves, and the indices with their range."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.indices import INDICES
from analysis.policy.assign import Assignment, assign
from analysis.policy.draw import Expected, Ints, Lottery
from analysis.policy.ground import Ground, ground
from analysis.policy.scenario import Scenario
from analysis.units import Floats, Units, ratio

REPLICATES = 200
LOW, HIGH = 0.05, 0.95
BALANCED = (0.4, 0.6)
REPORTED = ("dissimilarity", "variance_ratio", "exposure")


@dataclass(frozen=True)
class Change:
    """A figure before and after, and the 5–95 % range of the replicates around the latter; NaN where undefined."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """The result of a scenario.

    Attributes:
        scenario: what was asked.
        schools: one row a school of the district or sending to it: ncessch, leaid, host, students_before, ed_before,
            students_after, ed_after (as the lotteries are expected to fall, whole students), ed_after_low and
            ed_after_high (5–95 % of replicates), share_after_low and share_after_high (of the ED share).
        flows: from_school, to_school, group ("ed" or "other"), students: every move, as expected.
        pools: one row a host and group: seats, kept, outside, inside, unfilled, as expected.
        district: figures of the district's schools: the indices of ``REPORTED``, ``balanced`` (share of students in
            schools with 40–60 % ED) and ``moved`` (students who change schools).
        state: the indices of ``REPORTED`` over every district's schools of the scenario's level, as expected; without a
            range.
        unknown: the district's schools left out because their ED count is unknown.
        replicates, seed: of the range.
        drawn: (2, replicates, rows of ``schools``) ED and other students of each school in each replicate.
        drawn_moved: (replicates,) students who change schools.
    """

    scenario: Scenario
    schools: pd.DataFrame
    flows: pd.DataFrame
    pools: pd.DataFrame
    district: dict[str, Change]
    state: dict[str, Change]
    unknown: pd.DataFrame
    replicates: int
    seed: int
    drawn: Ints
    drawn_moved: Ints


def simulate(table: pd.DataFrame, scenario: Scenario, replicates: int = REPLICATES, seed: int = 0) -> Outcome:
    """Run a scenario once as expected and ``replicates`` times by lottery.

    Args:
        table: the schools table of the scenario's year, every district, with ``ed`` on the scenario's basis.
        scenario: the policy.
        replicates: how many times the lotteries are drawn; at least 1.
        seed: of the draws; the same seed gives the same outcome.

    Raises:
        InputError: the table cannot carry the scenario (see ``ground``).
    """
    place = ground(table, scenario)
    expected = assign(place, scenario, Expected(), 1)
    drawn = assign(place, scenario, Lottery(seed), replicates)
    schools = _schools(place, expected, drawn)
    return Outcome(
        scenario=scenario,
        schools=schools,
        flows=_flows(place, expected),
        pools=_pools(place, expected),
        district=_district(place, scenario, expected, drawn),
        state=_state(table, place, scenario, expected),
        unknown=place.unknown,
        replicates=replicates,
        seed=seed,
        drawn=drawn.after[:, :, place.schools["ncessch"].isin(schools["ncessch"]).to_numpy(dtype=bool)],
        drawn_moved=drawn.moved,
    )


def _range(values: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The 5th and 95th percentile over the first axis, each a value that occurred."""
    low, high = np.quantile(values.astype(np.float64), [LOW, HIGH], axis=0, method="inverted_cdf")
    return low, high


def _schools(ground: Ground, expected: Assignment, drawn: Assignment) -> pd.DataFrame:
    ed_low, ed_high = _range(drawn.after[0])
    share_low, share_high = _range(ratio(drawn.after[0].astype(float), drawn.after.sum(axis=0).astype(float)))
    touched = (expected.after[:, 0] != ground.students).any(axis=0) | (drawn.after != drawn.after[:, :1]).any((0, 1))
    table = pd.DataFrame(
        {
            "ncessch": ground.schools["ncessch"],
            "leaid": ground.schools["leaid"],
            "host": np.isin(np.arange(len(ground.schools)), ground.hosts),
            "students_before": ground.students.sum(axis=0),
            "ed_before": ground.students[0],
            "students_after": expected.after.sum(axis=0)[0],
            "ed_after": expected.after[0, 0],
            "ed_after_low": ed_low.astype(np.int64),
            "ed_after_high": ed_high.astype(np.int64),
            "share_after_low": share_low,
            "share_after_high": share_high,
        }
    )
    return table[ground.inside | touched].reset_index(drop=True)


def _flows(ground: Ground, expected: Assignment) -> pd.DataFrame:
    ids = ground.schools["ncessch"].to_numpy()
    tables = []
    for moves, toward_host in ((expected.won, True), (expected.sent, False)):
        host, group, _, school = np.nonzero(moves)
        ends = ids[school], ids[ground.hosts[host]]
        source, target = ends if toward_host else ends[::-1]
        tables.append(
            pd.DataFrame(
                {
                    "from_school": source,
                    "to_school": target,
                    "group": np.array(["ed", "other"])[group],
                    "students": moves[host, group, 0, school],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _pools(ground: Ground, expected: Assignment) -> pd.DataFrame:
    outside = expected.won[:, :, 0, ~ground.inside].sum(axis=2)
    inside = expected.won[:, :, 0, ground.inside].sum(axis=2)
    kept = expected.kept[:, :, 0]
    balance = expected.seats - kept - outside - inside
    # Seats that one lottery released and the other filled are no longer empty.
    short, taken_over = np.maximum(balance, 0), np.maximum(-balance, 0)[:, ::-1]
    hosts = len(ground.hosts)
    return pd.DataFrame(
        {
            "host": np.repeat(ground.schools["ncessch"].to_numpy()[ground.hosts], 2),
            "group": ["ed", "other"] * hosts,
            "seats": expected.seats.ravel(),
            "kept": kept.ravel(),
            "outside": outside.ravel(),
            "inside": inside.ravel(),
            "unfilled": (short - taken_over).ravel(),
        }
    )


def _district(ground: Ground, scenario: Scenario, expected: Assignment, drawn: Assignment) -> dict[str, Change]:
    covered = ground.inside & _covered(ground.schools, scenario)
    before, after, spread = (
        _figures(students[:, :, covered]) for students in (ground.students[:, None, :], expected.after, drawn.after)
    )
    changes = {}
    for name in before:
        low, high = _range(spread[name])
        changes[name] = Change(float(before[name][0]), float(after[name][0]), float(low), float(high))
    low, high = _range(drawn.moved)
    return changes | {"moved": Change(0.0, float(expected.moved[0]), float(low), float(high))}


def _covered(schools: pd.DataFrame, scenario: Scenario) -> NDArray[np.bool_]:
    """Whether the scenario's indices cover each school."""
    if scenario.level is None:
        return np.ones(len(schools), dtype=bool)
    return (schools["level"] == scenario.level).to_numpy(dtype=bool)


def _figures(students: Ints) -> dict[str, Floats]:
    """The reported indices and the balanced share of (2, replicates, schools) students, each (replicates,)."""
    _, replicates, schools = students.shape
    counts = students.reshape(2, -1).T.astype(np.float64)
    size = counts.sum(axis=1)
    units = Units(counts, size, np.repeat(np.arange(replicates), schools), replicates)
    share = ratio(counts[:, 0], size)
    balanced = units.over_places(np.where((share >= BALANCED[0]) & (share <= BALANCED[1]), size, 0.0))
    figures = {name: INDICES[name].function(units) for name in REPORTED}
    return figures | {"balanced": ratio(balanced, units.students_total)}


def _state(table: pd.DataFrame, ground: Ground, scenario: Scenario, expected: Assignment) -> dict[str, Change]:
    known = table[(table["year"] == scenario.year).fillna(False) & table["ed"].notna() & table["students"].notna()]
    covered = _covered(known, scenario)
    ed = known["ed"].to_numpy(dtype=np.int64)
    students = np.stack([ed, known["students"].to_numpy(dtype=np.int64) - ed])
    changed = students.copy()
    changed[:, pd.Index(known["ncessch"]).get_indexer(ground.schools["ncessch"])] = expected.after[:, 0]
    before, after = (_figures(each[:, None, covered]) for each in (students, changed))
    return {
        name: Change(float(before[name][0]), float(after[name][0]), float("nan"), float("nan")) for name in REPORTED
    }
