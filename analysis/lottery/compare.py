"""The students' lottery beside the simulator: the same plan through both, draw after draw."""

import numpy as np
import pandas as pd
from scipy.stats import t

from analysis.lottery.claims import Flags, flagged
from analysis.lottery.draw import Draw, hold
from analysis.lottery.synthetic import entries, files
from analysis.policy.assign import Assignment, years
from analysis.policy.draw import Ints
from analysis.policy.draw import Lottery as Chance
from analysis.policy.figures import CHUNK
from analysis.policy.ground import Ground
from analysis.policy.pools import OPEN, pools
from analysis.policy.scenario import Scenario
from analysis.units import Floats

ENGINES = ("lottery", "simulator")
_BY_CHANCE = 0.01
_LEAST_DRAWS = 20  # with fewer, neither means nor their errors are known well enough


def compared(ground: Ground, scenario: Scenario, draws: int, seed: int) -> pd.DataFrame:
    """How many get a seat and how many wait, in the mean of many draws by either engine, in the first year.

    Each draw of the students' lottery is of applicants of its own, since who applies is chance too.

    Args:
        ground: what the scenario stands on.
        scenario: the policy.
        draws: by each engine, at least 2.
        seed: of both.

    Returns:
        One row a host and pool of seats: host, pool; then filled and waiting by the ``lottery`` and by the
        ``simulator``; and apart, the most by which they differ, in standard errors of the difference.

    Raises:
        InputError: the scenario cannot be played out student by student; see ``analysis.lottery.synthetic.files``.
    """
    names = pools(ground, scenario).names
    counts = {"lottery": _by_lottery(ground, scenario, names, draws, seed)}
    counts["simulator"] = _by_simulator(ground, scenario, draws, seed)
    table = pd.DataFrame(
        {
            "host": np.repeat(entries(scenario), len(names)),
            "pool": list(names) * len(ground.hosts),
        }
    )
    for at, what in enumerate(("filled", "waiting")):
        for engine in ENGINES:
            table[f"{what}_{engine}"] = counts[engine][at].mean(axis=0).ravel()
    return table.assign(apart=_apart(counts["lottery"], counts["simulator"]).max(axis=0).ravel())


def verdict(result: pd.DataFrame, draws: int) -> str:
    """Whether the two engines agree within chance, in a sentence.

    They do where nothing lies further apart than ``_BY_CHANCE`` of all comparisons of engines that agree would have
    anything do (Student's t, Bonferroni).

    Args:
        result: as ``compared`` gives it.
        draws: by each engine.
    """
    if draws < _LEAST_DRAWS:
        return f"Means of {draws:,} draws by either engine, too few for a verdict; give {_LEAST_DRAWS} or more."
    limit = t.isf(_BY_CHANCE / (2 * 2 * len(result)), draws - 1)  # both ways, of filled and waiting
    begin = f"Means of {draws:,} draws by either engine"
    apart = result[result["apart"] > limit].sort_values("apart", ascending=False)
    if apart.empty:
        return (
            f"{begin} agree within chance: over {len(result):,} pools of seats they lie {result['apart'].max():.1f} "
            f"standard errors apart at most, and chance explains {limit:.1f}."
        )
    where = ", ".join(f"{row.host} {row.pool} ({row.apart:.1f})" for row in apart.itertuples())
    return f"{begin} do not agree: chance explains {limit:.1f} standard errors, but further apart lie {where}."


def _by_lottery(ground: Ground, scenario: Scenario, names: tuple[str, ...], draws: int, seed: int) -> Ints:
    """(2, draws, hosts, pools) students who get a seat, and who wait for one, in the students' lottery."""
    hosts = entries(scenario)
    found = []
    for draw in range(draws):
        made = files(ground, scenario, (seed, draw))
        found.append(tallied(hold(made.applications, made.seats, made.rules, f"{seed} {draw}"), hosts, names))
    return np.stack(found, axis=1)


def tallied(draw: Draw, hosts: list[str], names: tuple[str, ...]) -> Ints:
    """(2, hosts, pools) students who get a seat, and who wait for one, after all rounds of a lottery.

    A student counts for the own pool, or for the open one in the first round, where everyone who waits for seats of a
    pool waits too. Those present who keep a place are no part of it.
    """
    counted = np.zeros((2, len(hosts), len(names)), dtype=np.int64)
    for each in draw.rounds:
        school, own = (
            pd.Index(known).get_indexer(pd.Index(each.market.applications[name].astype("str")))[each.market.rows]
            for name, known in (("school", hosts), ("pool", names))
        )
        pool = own
        if OPEN in names and each.market.number == 1:
            of_open = np.append(each.market.seats["pool"].eq(OPEN), False)[each.claims.seat_class]
            pool = np.where(of_open, names.index(OPEN), own)
        held = each.is_held & ~flagged(each.market.applications, "present")[each.market.rows]
        np.add.at(counted[0], (school[held], pool[held]), 1)
        if each.market.number == 1:
            waits = _waits(draw)
            np.add.at(counted[1], (school[waits], own[waits]), 1)
    if OPEN in names:
        counted[1, :, names.index(OPEN)] = counted[1].sum(axis=1)
    return counted


def _waits(draw: Draw) -> Flags:
    """(students, most claims) claims of the first round that keep a student waiting, one an application.

    It is that of the own pool's seats: those set aside for nobody, or for students from outside. Whoever wants no seat
    left over does not wait where some were.
    """
    each = draw.rounds[0]
    market, claims, table = each.market, each.claims, each.market.applications
    of = market.seats.iloc[claims.seat_class.clip(max=len(market.seats) - 1).ravel()]
    pool, aside = (of[name].to_numpy().reshape(claims.seat_class.shape) for name in ("pool", "aside"))
    outside = flagged(table, "outside") & market.seats["aside"].eq("outside").any()
    base = (pool == table["pool"].astype("str").to_numpy()[market.rows]) & (
        aside == np.where(outside, "outside", "")[market.rows]
    )
    above = table["rank"].to_numpy()[market.rows] < draw.rank_held[:, None]
    left = (market.seats["seats"] - market.taken(each.held)).groupby(market.seats["school"]).sum()
    gone = flagged(table, "first_only") & table["school"].astype("str").isin(left.index[left > 0]).to_numpy()
    gone |= flagged(table, "present")
    return each.is_refused & above & base & ~gone[market.rows]


def _by_simulator(ground: Ground, scenario: Scenario, draws: int, seed: int) -> Ints:
    """(2, draws, hosts, pools) students who get a seat, and who wait for one, in the simulator's first year."""
    found = []
    for chunk in range(-(-draws // CHUNK)):
        first: Assignment = next(years(ground, scenario, Chance((seed, chunk)), CHUNK))
        found.append(np.stack([first.inside + first.outside, first.waiting]))
    return np.moveaxis(np.concatenate(found, axis=-1), -1, 1)[:, :draws]


def _apart(one: Ints, other: Ints) -> Floats:
    """(2, hosts, pools) how far the means of two samples lie apart, in standard errors; 0 where they are the same."""
    gap = np.abs(one.mean(axis=1) - other.mean(axis=1))
    error = np.sqrt(one.var(axis=1, ddof=1) / one.shape[1] + other.var(axis=1, ddof=1) / other.shape[1])
    return np.divide(gap, error, out=np.where(gap > 0, np.inf, 0.0), where=error > 0)
